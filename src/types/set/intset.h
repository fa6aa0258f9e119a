// Intset: distinct integers, sorted and packed, the form of a small set of nothing but integers.
// The layout is the one that Redis publishes for DUMP, little-endian:
//
//   bytes of one integer, 2, 4 or 8, u32 | count u32 | integers, ascending
//
// All integers are as wide as the widest that was ever put in. Lookup O(log n), edits O(n) by one
// memmove. Edits work on a listpack::Storage (types/listpack/edit.h). Any owner, no allocation.
// What arrives from outside passes valid() first; everything else REQUIRES a valid set.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "types/listpack/edit.h"

namespace cobnut::intset {

constexpr size_t kHeaderBytes = 8;

struct Place {
  uint32_t index;  // of the integer, or where it would be
  bool found;
};

class View {
 public:
  explicit View(Bytes bytes) : data_(bytes.data()) {}
  explicit View(const char* data) : data_(data) {}

  uint32_t width() const { return header(0); }  // bytes of one integer
  uint32_t count() const { return header(4); }
  bool empty() const { return count() == 0; }
  size_t bytes() const { return kHeaderBytes + size_t{width()} * count(); }
  Bytes all() const { return {data_, bytes()}; }
  int64_t at(uint32_t index) const {
    const char* from = data_ + kHeaderBytes + size_t{index} * width();
    switch (width()) {
      case 2:
        return load<int16_t>(from);
      case 4:
        return load<int32_t>(from);
      default:
        return load<int64_t>(from);
    }
  }
  Place find(int64_t integer) const;

 private:
  template <typename T>
  static T load(const char* from) {
    T value;
    memcpy(&value, from, sizeof(value));
    return value;
  }
  uint32_t header(size_t at) const { return load<uint32_t>(data_ + at); }

  const char* data_;
};

// Whether untrusted bytes are a set from end to end: a width, as many integers, ascending. O(n).
bool valid(Bytes bytes);

uint32_t width_of(int64_t integer);

namespace internal {
void write_header(char* set, uint32_t width, uint32_t count);
void write(char* set, uint32_t width, uint32_t index, int64_t integer);
// Every integer as wide as `width`, which is more than now, and `integer` at its end of the order.
void widen(char* set, uint32_t width, int64_t integer);
}  // namespace internal

// An empty set; what stood in the storage is overwritten. False (all of them): no memory, nothing
// changed.
template <listpack::Storage S>
[[nodiscard]] bool create(S& storage) {
  if (!storage.resize(kHeaderBytes)) return false;
  internal::write_header(storage.data(), 2, 0);
  return true;
}

// REQUIRES: `place` is what find(integer) returned, without finding it.
template <listpack::Storage S>
[[nodiscard]] bool insert(S& storage, Place place, int64_t integer) {
  DCHECK(!place.found);
  const uint32_t count = View(storage.data()).count();
  const uint32_t old_width = View(storage.data()).width();
  const uint32_t width = width_of(integer) > old_width ? width_of(integer) : old_width;
  if (!storage.resize(kHeaderBytes + size_t{width} * (count + 1))) return false;
  char* const set = storage.data();
  if (width > old_width) {
    internal::widen(set, width, integer);
    return true;
  }
  char* const at = set + kHeaderBytes + size_t{width} * place.index;
  memmove(at + width, at, size_t{width} * (count - place.index));
  internal::write_header(set, width, count + 1);
  internal::write(set, width, place.index, integer);
  return true;
}

// An empty set keeps its width.
template <listpack::Storage S>
void erase(S& storage, uint32_t index) {
  char* const set = storage.data();
  const uint32_t count = View(set).count();
  const uint32_t width = View(set).width();
  DCHECK(index < count);
  char* const at = set + kHeaderBytes + size_t{width} * index;
  memmove(at, at + width, size_t{width} * (count - index - 1));
  internal::write_header(set, width, count - 1);
  static_cast<void>(storage.resize(kHeaderBytes + size_t{width} * (count - 1)));
}

}  // namespace cobnut::intset
