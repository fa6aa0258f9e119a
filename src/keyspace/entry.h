// One key with its value: a single block of the shard's pool.
//
//   offset  0  type and encoding   1 B   type in the high 4 bits, encoding in the low 4
//           1  flags               2 B   see Flag
//           3  access time         3 B   seconds modulo 2^24 (194 days); written only when it changes
//           6  key length          1 B   2 B more follow the fixed part when kWideKey (keys of 256 B to 1 KiB);
//           7  value length        1 B   1 or 3 B more follow when kValueLength2 / kValueLength4
//           8  [expiry 6 B | 8 B]  [chunk id 4 B, with persistence]  key  value
//
// An 8-byte header for keys and values under 256 bytes; 16 B key + 64 B value = 88 B in a 96 B block.
// Values above kInlineValueMax live outside (memory/large.h) behind an 8-byte pointer, as do keys above kInlineKeyMax.
// Integers that Redis encodes as `int` are 8 raw bytes. Owner: whoever holds the shard's monitor.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace cobnut {

enum class Type : uint8_t { kString, kList, kSet, kZset, kHash, kStream };
// OBJECT ENCODING's answer; kept, not derived: APPEND makes a short string `raw` on Redis.
enum class Encoding : uint8_t { kInt, kEmbstr, kRaw };

constexpr size_t kInlineValueMax = 2048;  // bytes
constexpr size_t kInlineKeyMax = 1024;    // bytes
constexpr size_t kEmbstrMax = 44;         // bytes, Redis's OBJ_ENCODING_EMBSTR_SIZE_LIMIT
constexpr int64_t kNoExpiry = -1;

// What commands may ask of an entry. Written only by Keyspace.
class Entry {
 public:
  Type type() const;
  Encoding encoding() const;
  Bytes key() const;
  int64_t expiry_ms() const;      // Unix ms, or kNoExpiry
  int64_t integer() const;        // REQUIRES: Encoding::kInt
  Bytes bytes() const;            // REQUIRES: a string that is not Encoding::kInt
  // The text of a string of any encoding; an int is written into `buffer` (kIntTextMax bytes).
  Bytes text(char* buffer) const;
  uint32_t idle_seconds(int64_t now_ms) const;
};

}  // namespace cobnut
