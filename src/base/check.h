// CHECK: an invariant of ours, tested in release builds too. A failure is a bug: it prints what it
// saw and aborts. Client mistakes are error replies and operating failures are Results (result.h);
// neither is ever a CHECK.
#pragma once

#include <cstdint>
#include <type_traits>

namespace cobnut {

[[noreturn, gnu::cold]] void check_failed(const char* file, int line, const char* expression);
[[noreturn, gnu::cold]] void check_failed(const char* file, int line, const char* expression,
                                          int64_t left, int64_t right);

namespace internal {
template <typename T>
int64_t printable(T value) {
  if constexpr (std::is_pointer_v<T>) {
    return reinterpret_cast<int64_t>(value);
  } else {
    return static_cast<int64_t>(value);
  }
}
}  // namespace internal
}  // namespace cobnut

#define CHECK(condition)                                     \
  (__builtin_expect(!!(condition), 1) ? static_cast<void>(0) \
                                      : ::cobnut::check_failed(__FILE__, __LINE__, #condition))
// CHECK_OP(a, <=, b) prints both values.
#define CHECK_OP(a, op, b)                                            \
  do {                                                                \
    const auto check_a = (a);                                         \
    const auto check_b = (b);                                         \
    if (__builtin_expect(!(check_a op check_b), 0)) {                 \
      ::cobnut::check_failed(__FILE__, __LINE__, #a " " #op " " #b,   \
                             ::cobnut::internal::printable(check_a),  \
                             ::cobnut::internal::printable(check_b)); \
    }                                                                 \
  } while (0)
#define CHECK_EQ(a, b) CHECK_OP(a, ==, b)

// DCHECK: only where a CHECK was measured to cost too much; on in debug and sanitizer builds.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define DCHECK(condition) static_cast<void>(sizeof(!(condition)))
#else
// Not by CHECK, which doctest defines anew for what is included after it.
#define DCHECK(condition)                                    \
  (__builtin_expect(!!(condition), 1) ? static_cast<void>(0) \
                                      : ::cobnut::check_failed(__FILE__, __LINE__, #condition))
#endif
