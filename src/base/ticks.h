// How long commands take, for as little as a load: the processor's time stamp counter where it
// counts at a constant rate, else the monotonic clock. Any thread. Differences between two cores
// may come out slightly negative: whoever subtracts takes that as 0. Cost: about 20 cycles, 4
// instructions (clock_gettime: about 25 ns).
#pragma once

#include <cstdint>

namespace cobnut {

namespace internal {
extern const bool kCyclesAreSteady;
uint64_t clock_ticks();
}  // namespace internal

inline uint64_t ticks() {
#if defined(__x86_64__)
  if (__builtin_expect(internal::kCyclesAreSteady, 1)) return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  uint64_t count;
  asm volatile("mrs %0, cntvct_el0" : "=r"(count));
  return count;
#endif
  return internal::clock_ticks();
}

// Nanoseconds of a tick, times 2^kTickScaleBits. Measured once against the monotonic clock, which
// takes 1 ms.
constexpr int kTickScaleBits = 20;
uint64_t tick_scale();

// REQUIRES: less than about an hour.
inline uint64_t ticks_to_ns(uint64_t ticks, uint64_t scale) {
  return (ticks * scale) >> kTickScaleBits;
}

// "X86 TSC", "ARM CNTVCT" or "POSIX clock_gettime".
const char* tick_source();

}  // namespace cobnut
