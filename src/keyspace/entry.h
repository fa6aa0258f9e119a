// One key with its value: a single block of the shard's pool.
//
//   offset  0  type and encoding  1 B  type in the high 4 bits, encoding in the low 4
//           1  flags              2 B  see EntryFlag
//           3  access time        3 B  seconds modulo 2^24 (194 days); written only on change
//           6  key length         1 B  2 B more at 8 when kWideKey (keys of 256 B to 1 KiB)
//           7  value length       1 B  1 or 3 B more behind that: kValueLength2, kValueLength4
//           8  [rest of the lengths] [expiry 6 | 8 B] [chunk id 4 B, with persistence] key value
//
// An 8-byte header for keys and values under 256 bytes; 16 B key + 64 B value = 88 B in a block of
// 96 B. Values above kInlineValueMax live outside (memory/large.h) behind an EntryOutside of 12
// bytes, as do keys above kInlineKeyMax. Expiry takes 6 bytes, 8 for deadlines of 2^48 ms and more
// (Redis stores any int64). Integers that Redis encodes as `int` are 8 raw bytes. A small
// collection is a packed blob of bytes like a string's, a large one the 8-byte pointer to a
// Collection. Owner: whoever holds the shard's monitor.
#pragma once

#include <emmintrin.h>

#include <cstdint>
#include <cstring>

#include "base/bytes.h"

namespace cobnut {

enum class Type : uint8_t { kString, kList, kSet, kZset, kHash, kStream };
// OBJECT ENCODING's answer; kept, not derived: APPEND makes a short string `raw` on Redis. It does
// not tell whether a collection is a blob: a small set of strings is `hashtable` on Redis 7.0.
enum class Encoding : uint8_t {
  kInt,
  kEmbstr,
  kRaw,
  kListpack,
  kHashtable,
  kIntset,
  kQuicklist,
  kSkiplist,
  kStream,
};

class Collection;

constexpr size_t kInlineValueMax = 2048;  // bytes
constexpr size_t kInlineKeyMax = 1024;    // bytes
constexpr size_t kEmbstrMax = 44;         // bytes, Redis's OBJ_ENCODING_EMBSTR_SIZE_LIMIT
constexpr int64_t kNoExpiry = -1;

// The six bits that move the key come first, so that they index a table of offsets.
enum EntryFlag : uint16_t {
  kExpiry6 = 1 << 0,
  kExpiry8 = 1 << 1,
  kWideKey = 1 << 2,
  kValueLength2 = 1 << 3,
  kValueLength4 = 1 << 4,
  kLogged = 1 << 5,      // a chunk id is there (persistence)
  kLargeKey = 1 << 6,    // an EntryOutside stands for the key
  kLargeValue = 1 << 7,  // an EntryOutside stands for the value
  kNoEvict = 1 << 8,
  kCollection = 1 << 9,      // the value is a pointer to a Collection
  kMembersExpire = 1 << 10,  // some member of the collection may have a deadline
  // bits 11-15: map id
};
constexpr uint16_t kEntryShapeFlags = 63;

// What stands in the entry for bytes that live outside of it.
struct [[gnu::packed]] EntryOutside {
  char* block;
  uint32_t bytes;  // of the block: a key's length, a value's capacity
};
static_assert(sizeof(EntryOutside) == 12);

// What commands may ask of an entry. Written only by EntryStore, on behalf of Keyspace.
class Entry {
 public:
  Type type() const { return static_cast<Type>(type_encoding_ >> 4); }
  Encoding encoding() const { return static_cast<Encoding>(type_encoding_ & 15); }
  Bytes key() const {
    if (flags() & (kLargeKey | kWideKey)) [[unlikely]]
      return long_key();
    return {raw() + key_offset(), key_length_};
  }
  // key() == bytes, without a call for keys of 8 to 32 bytes.
  bool has_key(Bytes bytes) const;
  bool has_expiry() const { return (flags() & (kExpiry6 | kExpiry8)) != 0; }
  int64_t expiry_ms() const;  // Unix ms, or kNoExpiry
  // A key's deadline or its members'.
  bool has_deadline() const { return (flags() & (kExpiry6 | kExpiry8 | kMembersExpire)) != 0; }
  int64_t next_deadline_ms() const;  // the earlier of both, or INT64_MAX
  int64_t integer() const;           // REQUIRES: Encoding::kInt
  // The bytes of a string, the blob of a small collection. REQUIRES: neither Encoding::kInt nor a
  // Collection.
  Bytes bytes() const;
  // Of the block outside that bytes() lie in; 0: they lie in the entry.
  size_t block_bytes() const;
  // A collection in its scalable form; nullptr: it is a blob (or a string).
  Collection* collection() const { return flags() & kCollection ? collection_pointer() : nullptr; }
  // The text of a string of any encoding; an int is written into `buffer` (kIntTextMax bytes).
  Bytes text(char* buffer) const;
  uint32_t idle_seconds(int64_t now_ms) const;

 private:
  friend class EntryStore;
  friend struct EntryShape;
  friend struct Expiry;

  uint16_t flags() const {
    uint16_t flags;
    memcpy(&flags, flags_, sizeof(flags));
    return flags;
  }
  const char* raw() const { return reinterpret_cast<const char*>(this); }
  char* raw() { return reinterpret_cast<char*>(this); }
  size_t key_offset() const;
  size_t value_offset() const;
  size_t value_length() const;
  size_t key_stored_bytes() const;  // in the entry: of the key or of what stands for it
  size_t long_key_stored_bytes() const;
  size_t long_value_length() const;
  Collection* collection_pointer() const;
  EntryOutside outside_at(size_t offset) const;
  Bytes long_key() const;

  uint8_t type_encoding_;
  uint8_t flags_[2];
  uint8_t access_[3];
  uint8_t key_length_;    // lowest byte
  uint8_t value_length_;  // lowest byte
};
static_assert(sizeof(Entry) == 8 && alignof(Entry) == 1);

// Where a lookup ended: the entry, or the absence of one. Void after the next change of the
// keyspace.
struct Line;
struct Found {
  Entry* entry = nullptr;  // nullptr: no such key
  Line* line = nullptr;    // table's own
  uint32_t index = 0;      // table's own

  explicit operator bool() const { return entry != nullptr; }
  const Entry* operator->() const { return entry; }
};

namespace internal {
struct KeyOffsets {
  uint8_t of[kEntryShapeFlags + 1];
};
constexpr KeyOffsets key_offsets() {
  KeyOffsets offsets{};
  for (uint32_t flags = 0; flags <= kEntryShapeFlags; flags++) {
    uint32_t at = sizeof(Entry);
    if (flags & kWideKey) at += 2;
    if (flags & kValueLength2) at += 1;
    if (flags & kValueLength4) at += 3;
    if (flags & kExpiry6) at += 6;
    if (flags & kExpiry8) at += 8;
    if (flags & kLogged) at += 4;
    offsets.of[flags] = static_cast<uint8_t>(at);
  }
  return offsets;
}
inline constexpr KeyOffsets kKeyOffsets = key_offsets();
}  // namespace internal

inline size_t Entry::key_offset() const {
  return internal::kKeyOffsets.of[flags() & kEntryShapeFlags];
}
inline size_t Entry::key_stored_bytes() const {
  if (flags() & (kLargeKey | kWideKey)) [[unlikely]]
    return long_key_stored_bytes();
  return key_length_;
}
inline size_t Entry::value_offset() const { return key_offset() + key_stored_bytes(); }
inline size_t Entry::value_length() const {
  if (flags() & (kValueLength2 | kValueLength4)) [[unlikely]]
    return long_value_length();
  return value_length_;
}
inline size_t Entry::block_bytes() const {
  return flags() & kLargeValue ? outside_at(value_offset()).bytes : 0;
}
inline Bytes Entry::bytes() const {
  const size_t offset = value_offset();
  if (flags() & kLargeValue) [[unlikely]]
    return {outside_at(offset).block, value_length()};
  return {raw() + offset, value_length()};
}
inline bool Entry::has_key(Bytes bytes) const {
  const Bytes own = key();
  const size_t size = bytes.size();
  if (own.size() != size) return false;
  if (size < 8 || size > 32) return own == bytes;
  if (size > 16) {
    const auto load = [](const char* at) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    };
    const __m128i head = _mm_cmpeq_epi8(load(own.data()), load(bytes.data()));
    const __m128i tail =
        _mm_cmpeq_epi8(load(own.data() + size - 16), load(bytes.data() + size - 16));
    return _mm_movemask_epi8(_mm_and_si128(head, tail)) == 0xffff;
  }
  uint64_t a, b, c, d;  // the first and the last 8 bytes of each
  memcpy(&a, own.data(), 8);
  memcpy(&b, bytes.data(), 8);
  memcpy(&c, own.data() + size - 8, 8);
  memcpy(&d, bytes.data() + size - 8, 8);
  return ((a ^ b) | (c ^ d)) == 0;
}

}  // namespace cobnut
