// Listpack: elements one behind the other in one run of bytes, the compact form of lists, hashes,
// sets and sorted sets, and what DUMP writes of them. The layout is the one that Redis publishes:
//
//   total bytes u32 LE | count u16 LE (65535: unknown) | entry ... | 0xFF
//   entry: encoding, data | bytes of these two (1 to 5 B, read from right to left)
//
//   0xxxxxxx             integer 0..127          11110001 + 2 B  integer of 16 bits, LE
//   10xxxxxx + n B       text of n < 64 B        11110010 + 3 B  integer of 24 bits
//   110xxxxx + 1 B       integer of 13 bits      11110011 + 4 B  integer of 32 bits
//   1110xxxx + 1 B + n B text of n < 4096 B      11110100 + 8 B  integer of 64 bits
//   11110000 + 4 B + n B text of any length
//
// Text that is a decimal integer as Redis writes one is stored as an integer; every element has one
// encoding, the shortest, so that equal elements are equal bytes. Short entries cost 2 bytes beside
// their text. Entries are named by their offset, which stays while nothing before it changes.
// Any owner, no allocation. What arrives from outside passes valid() first; everything else
// REQUIRES a valid pack. Edits are in edit.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "base/numbers.h"

namespace cobnut::listpack {

constexpr size_t kHeaderBytes = 6;
constexpr size_t kEmptyBytes = kHeaderBytes + 1;
constexpr size_t kBytesMax = size_t{1} << 30;  // of one pack, as Redis limits it
constexpr size_t kTextMax = kBytesMax - 64;    // of one element; a longer one is not added
constexpr size_t kCountUnknown = 65535;        // in the header: walk to know
constexpr size_t kNone = 0;                    // no entry stands at this offset
constexpr char kEnd = '\xff';

// An element as it is read: `text` points into the pack.
struct Value {
  Bytes bytes;  // of a text
  int64_t integer = 0;
  bool is_integer = false;

  // `buffer`: kIntTextMax bytes.
  Bytes text(char* buffer) const {
    if (!is_integer) return bytes;
    return {buffer, format_int(integer, buffer)};
  }
};
// Order of the texts' bytes, as memcmp: < 0, 0, > 0.
int compare(const Value& value, Bytes text);

// Bytes of a whole entry: of an integer, and of a text that is none (above kBytesMax for one above
// kTextMax).
constexpr size_t integer_entry_bytes(int64_t integer) {
  if (integer >= 0 && integer <= 127) return 2;
  if (integer >= -4096 && integer <= 4095) return 3;
  if (integer >= INT16_MIN && integer <= INT16_MAX) return 4;
  if (integer >= -(1 << 23) && integer < 1 << 23) return 5;
  return integer >= INT32_MIN && integer <= INT32_MAX ? 6 : 10;
}
size_t text_entry_bytes(size_t size);

// False: surely not a decimal integer as Redis writes one.
inline bool may_be_integer(Bytes text) {
  return text.size() - 1 < kIntTextMax && static_cast<unsigned char>(text[0]) <= '9' &&
         static_cast<unsigned char>(text[text.size() - 1] - '0') <= 9;
}

// An element on its way into a pack, or to be looked for in one. Views the text that it is made of.
class Element {
 public:
  Element() : Element(Bytes()) {}
  // Text above kTextMax equals no element, and its bytes() fit into no pack.
  explicit Element(Bytes text) {
    if (may_be_integer(text)) {
      if (const std::optional<int64_t> integer = parse_int(text)) {
        encode(*integer);
        return;
      }
    }
    encode_text(text);
  }
  explicit Element(int64_t integer) { encode(integer); }

  size_t bytes() const { return bytes_; }  // of the whole entry
  size_t count() const { return 1; }
  char* write(char* to) const;  // returns the end
  // REQUIRES: `entry` is one of a valid pack, not its end.
  bool is_at(const char* entry) const {
    // Equal first bytes are equal encodings: the whole head is there.
    return entry[0] == head_[0] && memcmp(entry, head_, head_bytes_) == 0 &&
           (tail_.empty() || memcmp(entry + head_bytes_, tail_.data(), tail_.size()) == 0);
  }

 private:
  void encode(int64_t integer);
  void encode_text(Bytes text);

  Bytes tail_;      // the text
  uint32_t bytes_;  // head, tail and the length behind them
  uint8_t head_bytes_;
  char head_[9];  // encoding, and length or integer
};

// Entries that stand together in a pack, to be copied as they are. Void after a change of the pack.
class Run {
 public:
  Run(Bytes entries, size_t count) : entries_(entries), count_(count) {}
  size_t bytes() const { return entries_.size(); }
  size_t count() const { return count_; }
  char* write(char* to) const {
    if (!entries_.empty()) memcpy(to, entries_.data(), entries_.size());
    return to + entries_.size();
  }

 private:
  Bytes entries_;
  size_t count_;
};

namespace internal {
// Bytes of the whole entry by its first byte; 0: its length is in the bytes behind, or the end.
struct EntryBytes {
  uint8_t of[256];
};
constexpr EntryBytes entry_bytes_table() {
  EntryBytes table{};
  for (int first = 0; first < 256; first++) {
    int bytes = 0;
    if (first < 0x80)
      bytes = 2;
    else if (first < 0xc0)
      bytes = 1 + (first & 63) + 1;
    else if (first < 0xe0)
      bytes = 3;
    else if (first >= 0xf1 && first <= 0xf3)
      bytes = first - 0xf0 + 3;
    else if (first == 0xf4)
      bytes = 10;
    table.of[first] = static_cast<uint8_t>(bytes);
  }
  return table;
}
inline constexpr EntryBytes kEntryBytes = entry_bytes_table();

size_t long_entry_bytes(const char* entry);  // of texts of 64 bytes and more
inline size_t entry_bytes(const char* entry) {
  const size_t bytes = kEntryBytes.of[static_cast<unsigned char>(entry[0])];
  return bytes != 0 ? bytes : long_entry_bytes(entry);
}
}  // namespace internal

class View {
 public:
  // Bytes behind the pack (`total` in its header) are no part of it.
  explicit View(Bytes pack) : data_(pack.data()) {}
  explicit View(const char* pack) : data_(pack) {}

  size_t bytes() const {
    uint32_t total;
    memcpy(&total, data_, sizeof(total));
    return total;
  }
  Bytes pack() const { return {data_, bytes()}; }
  size_t count() const {  // O(1) below 65535 elements
    const size_t counted = stored_count();
    return counted != kCountUnknown ? counted : count_by_walk();
  }
  size_t stored_count() const {  // or kCountUnknown
    uint16_t count;
    memcpy(&count, data_ + 4, sizeof(count));
    return count;
  }
  bool empty() const { return bytes() == kEmptyBytes; }

  // Forward: for (size_t at = first(); at != end();) read(&at)
  size_t first() const { return kHeaderBytes; }  // end() when empty
  size_t end() const { return bytes() - 1; }
  size_t next(size_t at) const {
    DCHECK(at >= kHeaderBytes && at < end());
    return at + internal::entry_bytes(data_ + at);
  }
  // Backward, until kNone. previous(end()) is the last.
  size_t last() const { return previous(end()); }
  size_t previous(size_t at) const;
  size_t at(int64_t index) const;                 // from the end when negative; kNone outside
  size_t skip(size_t at, size_t entries) const {  // REQUIRES: so many are there
    for (; entries > 0; entries--) at = next(at);
    return at;
  }

  Value get(size_t at) const { return read(&at); }
  Value read(size_t* at) const;  // and steps to the next
  // The bytes of the entry at `at`, `next` being the one behind it: equal ones are equal elements.
  Bytes entry(size_t at, size_t next) const { return {data_ + at, next - at}; }
  bool equal(size_t at, const Element& element) const { return element.is_at(data_ + at); }
  // The first equal entry from `from` on (first(), or an entry, or end()), looking at one entry and
  // passing over `skip`: fields of field-value pairs with 1. kNone: none.
  size_t find(const Element& element, size_t from, size_t skip) const;

  Run run(size_t from, size_t to, size_t count) const { return {{data_ + from, to - from}, count}; }
  Run all() const { return run(first(), end(), count()); }

 private:
  size_t count_by_walk() const;

  const char* data_;
};

// Whether untrusted bytes are a pack from end to end: every entry in its shortest encoding, as
// Redis writes them, lengths and count right. O(n).
bool valid(Bytes bytes);

}  // namespace cobnut::listpack
