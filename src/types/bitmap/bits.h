// Bits of strings as Redis numbers them: bit 0 is the most significant of the first byte. Any
// owner, no allocation; a word or more at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace cobnut {

// The mask of the bits of a byte from the index-th on (0..8).
constexpr uint8_t bits_from(unsigned index) { return static_cast<uint8_t>(0xff >> index); }

uint64_t count_set_bits(Bytes bytes);
// Of the bits first..last, both included. REQUIRES: first <= last, within the bytes.
uint64_t count_set_bits(Bytes bytes, uint64_t first, uint64_t last);

// The first bit of first..last that is `bit`, or -1. REQUIRES: as above.
int64_t find_bit(Bytes bytes, bool bit, uint64_t first, uint64_t last);

inline bool bit_at(Bytes bytes, uint64_t index) {  // zero behind the end
  const uint64_t byte = index >> 3;
  if (byte >= bytes.size()) return false;
  return (static_cast<unsigned char>(bytes[byte]) >> (7 - (index & 7)) & 1) != 0;
}
inline void set_bit_at(char* bytes, uint64_t index, bool bit) {
  auto& byte = reinterpret_cast<unsigned char&>(bytes[index >> 3]);
  const unsigned mask = 0x80u >> (index & 7);
  byte = static_cast<unsigned char>(bit ? byte | mask : byte & ~mask);
}

// 1 to 64 bits from an index on as an unsigned number; zeros behind the end.
uint64_t read_bits(Bytes bytes, uint64_t first, unsigned count);
// REQUIRES: all of them are within the bytes.
void write_bits(char* bytes, uint64_t first, unsigned count, uint64_t value);

enum class BitOperation : uint8_t { kAnd, kOr, kXor, kNot, kDiff, kDiff1, kAndOr, kOne };
// Into `out`, which is as long as the longest source; shorter ones are padded with zeros.
//   kDiff: in the first, in no other   kDiff1: not in the first, in another
//   kAndOr: in the first and another   kOne: in exactly one
// REQUIRES: one source for kNot, at least two for kDiff, kDiff1 and kAndOr.
void combine_bits(BitOperation operation, std::span<const Bytes> sources, char* out, size_t bytes);

}  // namespace cobnut
