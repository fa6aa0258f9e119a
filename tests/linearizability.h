// Decides whether a history of concurrent operations on registers could have happened one at a
// time, each at some moment between its call and its return (linearizability, Herlihy and Wing
// 1990). Keys are independent, so each key is searched alone. The search is that of Wing and Gong
// with Lowe's memory of the configurations already seen (set of operations done, value):
// exponential in the number of operations that overlap, linear in the length of the history.
// Bounded by Limits; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cobnut::linearizability {

// A register holds an integer or nothing; every key starts with nothing.
using Value = std::optional<int64_t>;

enum class Kind : uint8_t {
  kRead,           // result: the value (GET)
  kWrite,          // to `argument`; nothing deletes (SET, DEL). The result is not looked at.
  kIncrement,      // by `argument`, nothing counts as 0; result: the new value (INCRBY)
  kCompareAndSet,  // to `argument` if the value is `expected`; result: 1 done, 0 not (WATCH, a
                   // script)
};

// The call or the return of an operation that never returned: it may have taken effect at any time
// after its call, or never, and its result is unknown (a connection that broke).
inline constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

struct Operation {
  int client = 0;  // for the report only
  std::string key;
  Kind kind = Kind::kRead;
  Value argument;
  Value expected;
  Value result;
  // Any clock that all clients share. Equal times count as overlapping.
  int64_t called = 0;
  int64_t returned = kNever;
};

struct Limits {
  size_t configurations = 5'000'000;  // per key; ~100 bytes each
};

enum class Answer : uint8_t {
  kYes,
  kNo,
  kUnknown,  // Limits reached
};

struct Verdict {
  Answer answer = Answer::kYes;
  std::string key;  // kNo, kUnknown: the key it fails at
  std::string
      explain;  // the longest order that was found, and the operations that fit nowhere after it
};

Verdict check(std::span<const Operation> history, const Limits& limits = {});

std::string to_string(const Operation& operation);

}  // namespace cobnut::linearizability
