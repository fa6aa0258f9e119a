// Numbers and texts within the blocks of a stream, as short as their content allows.
//
//   varint       7 bits a byte, the low ones first; all bytes but the last have their high bit set
//   name         varint length | text
//   value        0xxxxxxx             text of that length, which follows
//                10xxxxxx             integer 0..63
//                11000xxx             integer of 1..8 bytes, little endian with its sign
//                11001000, 11001001   length of 2, of 4 bytes | text
//
// A text that is a decimal integer as Redis writes one is an integer. No state, no allocation;
// readers REQUIRE what a writer of this file wrote.
#pragma once

#include <cstdint>
#include <cstring>

#include "types/listpack/listpack.h"

namespace cobnut::packed {

constexpr size_t kVarintMax = 10;                    // bytes
constexpr size_t kTextHeadMax = 5;                   // bytes of a name or a value beside its text
constexpr size_t kIntegerMax = 1 + sizeof(int64_t);  // bytes of a value that is an integer

inline uint8_t byte_at(const char* at) { return static_cast<uint8_t>(*at); }

inline char* write_varint(char* to, uint64_t number) {
  for (; number > 127; number >>= 7) *to++ = static_cast<char>(number | 128);
  *to++ = static_cast<char>(number);
  return to;
}
inline uint64_t read_varint(const char** at) {
  uint64_t number = byte_at((*at)++);
  if (number < 128) return number;
  number &= 127;
  for (int shift = 7;; shift += 7) {
    const uint64_t byte = byte_at((*at)++);
    number |= (byte & 127) << shift;
    if (byte < 128) return number;
  }
}

inline char* write_bytes(char* to, Bytes text) {
  if (!text.empty()) memcpy(to, text.data(), text.size());
  return to + text.size();
}
inline char* write_name(char* to, Bytes text) {
  return write_bytes(write_varint(to, text.size()), text);
}
inline Bytes read_name(const char** at) {
  const uint64_t size = read_varint(at);
  const char* const text = *at;
  *at += size;
  return {text, size};
}

namespace internal {
constexpr uint8_t kSmallInteger = 0x80;
constexpr uint8_t kInteger = 0xc0;
constexpr uint8_t kText16 = 0xc8;
constexpr uint8_t kText32 = 0xc9;

// Of an integer's first byte: how many follow.
inline size_t integer_bytes(uint8_t first) { return first - kInteger + size_t{1}; }
// The length of a text whose first byte is kText16 or kText32; *at moves to the text.
inline size_t read_long(uint8_t first, const char** at) {
  uint32_t size = 0;
  const size_t bytes = first == kText16 ? sizeof(uint16_t) : sizeof(uint32_t);
  memcpy(&size, *at, bytes);
  *at += bytes;
  return size;
}
}  // namespace internal

inline char* write_text(char* to, Bytes text) {
  const size_t size = text.size();
  if (size < internal::kSmallInteger) {
    *to++ = static_cast<char>(size);
    return write_bytes(to, text);
  }
  const bool small = size <= UINT16_MAX;
  *to++ = static_cast<char>(small ? internal::kText16 : internal::kText32);
  const size_t bytes = small ? sizeof(uint16_t) : sizeof(uint32_t);
  memcpy(to, &size, bytes);  // little endian
  return write_bytes(to + bytes, text);
}
inline char* write_integer(char* to, int64_t integer) {
  if (integer >= 0 && integer < 64) {
    *to++ = static_cast<char>(internal::kSmallInteger | integer);
    return to;
  }
  const int64_t magnitude = integer < 0 ? ~integer : integer;
  const int bits = magnitude == 0 ? 1 : 65 - __builtin_clzll(static_cast<uint64_t>(magnitude));
  const int bytes = (bits + 7) / 8;
  *to++ = static_cast<char>(internal::kInteger + bytes - 1);
  memcpy(to, &integer, sizeof(integer));  // kIntegerMax bytes are there; the rest is overwritten
  return to + bytes;
}

inline listpack::Value read_value(const char** at) {
  const uint8_t first = byte_at((*at)++);
  if (first < internal::kInteger && first >= internal::kSmallInteger)
    return {.bytes = {}, .integer = first - internal::kSmallInteger, .is_integer = true};
  if (first < internal::kText16 && first >= internal::kInteger) {
    const size_t bytes = internal::integer_bytes(first);
    uint64_t integer = 0;
    memcpy(&integer, *at, bytes);
    *at += bytes;
    const size_t unused = 64 - 8 * bytes;
    return {.bytes = {},
            .integer = static_cast<int64_t>(integer << unused) >> unused,
            .is_integer = true};
  }
  const size_t size = first < internal::kSmallInteger ? first : internal::read_long(first, at);
  const char* const text = *at;
  *at += size;
  return {.bytes = {text, size}};
}
inline const char* skip_value(const char* at) {
  const uint8_t first = byte_at(at++);
  if (first < internal::kSmallInteger) return at + first;
  if (first < internal::kInteger) return at;
  if (first < internal::kText16) return at + internal::integer_bytes(first);
  const size_t size = internal::read_long(first, &at);
  return at + size;
}

}  // namespace cobnut::packed
