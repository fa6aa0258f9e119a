// The directory of a PackedTable (packed_table.h), for the files that implement it.
#pragma once

#include <algorithm>

#include "types/packed_table/packed_table.h"

namespace cobnut {

constexpr unsigned kNodeBits = 6;
constexpr unsigned kDepthMax = 48;  // bits of the hash that place an element, and of a cursor

inline uint64_t prefix_of(uint64_t hash, unsigned depth) {
  return depth == 0 ? 0 : hash & ~(UINT64_MAX >> depth);
}

// A link of the directory: a leaf's address, or a node's with the lowest bit set.
struct PackedTable::Child {
  uintptr_t link;

  explicit Child(uintptr_t of) : link(of) {}
  explicit Child(const PackedLeaf* leaf) : link(reinterpret_cast<uintptr_t>(leaf)) {}
  explicit Child(const Node* node) : link(reinterpret_cast<uintptr_t>(node) | 1) {}
  bool is_node() const { return (link & 1) != 0; }
  const char* address() const { return reinterpret_cast<const char*>(link & ~uintptr_t{1}); }
  PackedLeaf* leaf() const { return reinterpret_cast<PackedLeaf*>(link); }
  Node* node() const { return reinterpret_cast<Node*>(link - 1); }
};

struct PackedTable::Node {
  int64_t next_expiry_ms;  // the earliest deadline below, perhaps too early
  uint8_t base;            // bits of the hash above this node
  uint8_t bits;            // that it places, 1 to kNodeBits

  static size_t bytes(unsigned bits) { return sizeof(Node) + (size_t{8} << bits); }
  uintptr_t* slots() { return reinterpret_cast<uintptr_t*>(this + 1); }
  uint32_t count() const { return 1u << bits; }
  uint32_t slot_of(uint64_t hash) const {
    return static_cast<uint32_t>((hash << base) >> (64 - bits));
  }
  // Slots that point to a leaf of this depth.
  uint32_t span(unsigned depth) const { return 1u << (base + bits - depth); }
  uint32_t span(Child child) const { return child.is_node() ? 1 : span(child.leaf()->depth); }
  void fill(uint32_t first, uint32_t span, Child child) {
    std::fill_n(slots() + first, span, child.link);
  }
};

}  // namespace cobnut
