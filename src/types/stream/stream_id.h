// The name of an entry: a time in milliseconds and a number within it, both unsigned 64 bits, in
// text "1526919030474-55". Any thread, no state.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace cobnut {

struct StreamId {
  uint64_t ms = 0;
  uint64_t seq = 0;

  friend constexpr bool operator==(const StreamId&, const StreamId&) = default;
  // Not defaulted: clang-tidy 14 takes a zero of the compiler's for ours (modernize-use-nullptr).
  friend constexpr std::strong_ordering operator<=>(const StreamId& a, const StreamId& b) {
    return a.ms != b.ms ? a.ms <=> b.ms : a.seq <=> b.seq;
  }
  constexpr bool zero() const { return ms == 0 && seq == 0; }
  // The neighbours in the order of all ids. REQUIRES: not the last, not the first.
  constexpr StreamId next() const {
    return seq != UINT64_MAX ? StreamId{ms, seq + 1} : StreamId{ms + 1, 0};
  }
  constexpr StreamId previous() const {
    return seq != 0 ? StreamId{ms, seq - 1} : StreamId{ms - 1, UINT64_MAX};
  }
};
constexpr StreamId kStreamIdMin{0, 0};
constexpr StreamId kStreamIdMax{UINT64_MAX, UINT64_MAX};

constexpr size_t kStreamIdTextMax = 41;              // two numbers of 20 digits
size_t format_stream_id(StreamId id, char* buffer);  // kStreamIdTextMax bytes; returns the length

// The texts of ids one after the other, most of which have the milliseconds of the one before.
class StreamIdText {
 public:
  Bytes of(StreamId id);  // until the next call

 private:
  char text_[kStreamIdTextMax];
  uint64_t ms_ = 0;
  size_t ms_bytes_ = 0;  // of their text with the '-'; 0: none yet
};

// "ms-seq", or "ms" with `missing_seq`. `auto_seq`: "ms-*" is fine too, and sets it.
std::optional<StreamId> parse_stream_id(Bytes text, uint64_t missing_seq, bool* auto_seq = nullptr);

}  // namespace cobnut
