// Longest common subsequence of two strings, with the choices of Redis's LCS among equally long
// ones, so that ranges come out alike. O(n * m) time. Two rows of lengths and one bit per cell: a
// 32nd of the table that Redis keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace cobnut {

// A run of equal bytes: positions of its first and last byte in each string.
struct LcsRange {
  uint32_t a_first, a_last;
  uint32_t b_first, b_last;

  uint32_t length() const { return a_last - a_first + 1; }
};

struct Lcs {
  uint32_t length = 0;
  std::string common;            // with kPath
  std::vector<LcsRange> ranges;  // with kPath; the last run first, as Redis replies them
};

enum class LcsWant : uint8_t { kLength, kPath };
Lcs longest_common_subsequence(Bytes a, Bytes b, LcsWant want);

}  // namespace cobnut
