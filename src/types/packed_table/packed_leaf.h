// One leaf of a PackedTable: a single block of about 1 KiB that holds some dozens of elements.
//
//   PackedLeaf (24 B) | tags[slots], 1 B | ends[slots], 2 B | records
//
// The tag is 8 bits of the element's hash: a lookup compares 16 of them at once and then, nearly
// always, one record. ends[i] is where record i ends, counted from the first record, with the
// record's flags in the upper 4 bits. A record is
//
//   [deadline, 6 B, Unix ms]  [key length, 1 B, only in a table with values]  key  value
//
// and of an element of more than kPackedInlineMax bytes, which lives in a block of its own:
//
//   [deadline, 6 B]  address, 8 B  key length, 4 B  value length, 4 B
//
// So an element costs 3 bytes beyond its own, and one more in a table with values. Slots grow by 8;
// the unused bytes at the end of a block are less than a size class of jemalloc. Nothing here
// allocates. Owner: the table.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"

namespace cobnut {

constexpr size_t kPackedInlineMax = 256;  // bytes of a record: a quarter of a leaf
constexpr int64_t kPackedDeadlineMax = (int64_t{1} << 48) - 2;  // Unix ms, Redis's bound for fields
constexpr int64_t kNoDeadline = INT64_MAX;                      // compares as the latest

// An element as it is read: views into the leaf, void after the next change of the table.
struct PackedElement {
  Bytes key;
  Bytes value;
  int64_t deadline_ms = kNoDeadline;
};

// The block of an element that does not fit into a leaf.
struct PackedOutside {
  char* block;
  uint32_t key_bytes;
  uint32_t value_bytes;

  size_t bytes() const { return size_t{key_bytes} + value_bytes; }
};
static_assert(sizeof(PackedOutside) == 16);

struct PackedLeaf {
  static constexpr uint32_t kSlotStep = 8;
  static constexpr uint32_t kNotFound = UINT32_MAX;
  static constexpr size_t kSlotBytes = 3;  // tag and end
  static constexpr size_t kDeadlineBytes = 6;

  PackedLeaf* next;        // more elements of the same, longest possible prefix; nearly always null
  int64_t next_expiry_ms;  // the earliest deadline, perhaps too early; kNoDeadline
  uint16_t count;          // elements
  uint16_t slots;          // a multiple of kSlotStep
  uint16_t block_bytes;    // as allocated
  uint8_t depth;           // bits of the hash that all elements share
  bool values;             // records have a key length

  static size_t bytes_for(size_t count, size_t record_bytes) {
    const size_t slots = (count + kSlotStep - 1) / kSlotStep * kSlotStep;
    return sizeof(PackedLeaf) + slots * kSlotBytes + record_bytes;
  }
  // Makes an empty leaf of `memory`, of `block` bytes, with room for `count` elements.
  static PackedLeaf* make(char* memory, size_t block, size_t count, uint8_t depth, bool values);

  size_t record_bytes() const { return count == 0 ? 0 : end(count - 1u); }
  size_t used_bytes() const { return sizeof(PackedLeaf) + slots * kSlotBytes + record_bytes(); }
  uint32_t find(uint8_t tag, Bytes key) const;  // kNotFound
  const char* record_hint(uint8_t tag) const;   // where find() will look first, to be prefetched
  PackedElement element(uint32_t i) const;
  Bytes key(uint32_t i) const;
  int64_t deadline_ms(uint32_t i) const;
  bool is_outside(uint32_t i) const { return (ends()[i] & kOutside) != 0; }
  PackedOutside outside(uint32_t i) const;  // REQUIRES: is_outside(i)

  // What a record of these bytes takes. The second: of an element outside.
  static size_t record_size(bool values, Bytes key, Bytes value, bool has_deadline) {
    return (has_deadline ? kDeadlineBytes : 0) + (values ? 1 : 0) + key.size() + value.size();
  }
  static size_t outside_record_size(bool has_deadline) {
    return (has_deadline ? kDeadlineBytes : 0) + sizeof(PackedOutside);
  }
  // REQUIRES (both): bytes_for(count + 1, record_bytes() + its size) <= block_bytes.
  void append(uint8_t tag, Bytes key, Bytes value, int64_t deadline);
  void append_outside(uint8_t tag, const PackedOutside& where, int64_t deadline);
  void append_record_of(const PackedLeaf& other, uint32_t i);
  void erase(uint32_t i);  // an outside block is the caller's
  // Record i gets another length: what is behind moves, its content is to be written by the two
  // below. REQUIRES: the room.
  void resize_record(uint32_t i, size_t bytes, int64_t deadline, bool is_outside);
  void write_record(uint32_t i, Bytes key, Bytes value);
  void write_outside(uint32_t i, const PackedOutside& where);
  void set_value(uint32_t i, Bytes value);          // REQUIRES: inline and of the same size
  void set_deadline(uint32_t i, int64_t deadline);  // REQUIRES: it has one and keeps one

  size_t record_size(uint32_t i) const { return end(i) - begin(i); }
  uint8_t tag(uint32_t i) const { return tags()[i]; }

 private:
  enum Flag : uint16_t { kDeadline = 1 << 12, kOutside = 1 << 13 };
  static constexpr uint16_t kEndMask = (1 << 12) - 1;

  char* raw() { return reinterpret_cast<char*>(this); }
  const char* raw() const { return reinterpret_cast<const char*>(this); }
  uint8_t* tags() { return reinterpret_cast<uint8_t*>(this + 1); }
  const uint8_t* tags() const { return reinterpret_cast<const uint8_t*>(this + 1); }
  uint16_t* ends() { return reinterpret_cast<uint16_t*>(raw() + sizeof(PackedLeaf) + slots); }
  const uint16_t* ends() const {
    return reinterpret_cast<const uint16_t*>(raw() + sizeof(PackedLeaf) + slots);
  }
  char* records() { return raw() + sizeof(PackedLeaf) + slots * kSlotBytes; }
  const char* records() const { return raw() + sizeof(PackedLeaf) + slots * kSlotBytes; }
  size_t end(uint32_t i) const { return ends()[i] & kEndMask; }
  size_t begin(uint32_t i) const { return i == 0 ? 0 : end(i - 1); }
  char* append_slot(uint8_t tag, size_t bytes, uint16_t flags);
  bool has_key(uint32_t i, Bytes key) const;
};
static_assert(sizeof(PackedLeaf) == 24);

}  // namespace cobnut
