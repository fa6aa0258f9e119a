// The scalable form of hashes and sets: a hash table whose elements lie packed in leaves of about
// 1 KiB (packed_leaf.h) under a directory. An element is a key, in a table with values a value, and
// perhaps a deadline.
//
// Directory: a trie over the bits of the keyed hash, highest first. A node has up to 64 slots (6
// bits); each points to a leaf or, in a full node, to another node; several slots may share a leaf
// that is less deep. A lookup follows one node for 6 bits (1M elements: three), looks for the tag
// in the leaf and compares one record.
//
// Growth: a leaf that is full is cut in two by its next bit; a node doubles or gets a node below.
// So no insert moves more than a leaf and a node of 512 bytes, at any size of the table. The size
// at which a leaf is cut differs from leaf to leaf (768 to 1536 bytes, drawn from its prefix):
// leaves do not grow all in step, the mix of block sizes stays the same while the table grows, and
// freed blocks are used again. Between cuts a block grows by the size classes of jemalloc, so that
// it is nearly full: about 10 % beyond the elements' own bytes and the 3 or 4 of their slots.
// Removals shrink blocks and join leaves.
//
// Elements of more than 256 bytes live in blocks of their own. Elements whose hashes agree in the
// first 48 bits (by chance: one pair in 16M elements) stand in one leaf, at worst in a chain of
// leaves.
//
// Deadlines are only kept here: find() also returns what is due, the caller looks. Leaves and nodes
// know a lower bound of their elements' deadlines, so that reap() passes the others by.
//
// Owner: whoever holds the shard's monitor. Views and places are void after the next change.
// Arguments must not be views into the table. Cost: find, insert, set, erase O(log n) in steps of 6
// bits, with the leaf's and the record's cache misses.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "base/bytes.h"
#include "keyspace/collection.h"
#include "types/packed_table/packed_leaf.h"

namespace cobnut {

// For tests: small leaves are cut and joined often, a mask makes hashes collide.
struct PackedTuning {
  uint16_t leaf_bytes = 768;  // the smallest full leaf; the largest is twice that
  uint64_t hash_mask = UINT64_MAX;
};

// Where a lookup ended.
struct PackedPlace {
  uint64_t hash = 0;           // also when nothing was found: for insert()
  PackedLeaf* leaf = nullptr;  // nullptr: no such element
  uint32_t index = 0;

  explicit operator bool() const { return leaf != nullptr; }
  PackedElement operator*() const { return leaf->element(index); }
  int64_t deadline_ms() const { return leaf->deadline_ms(index); }
};

class PackedTable final : public Collection {
 public:
  enum class Values : uint8_t { kNone, kOne };  // a set's elements, a hash's

  PackedTable(CollectionHeap& heap, Values values, const PackedTuning& tuning = {});

  size_t elements() const override { return elements_; }  // those that are due included
  size_t elements_with_deadline() const { return with_deadline_; }

  // Makes the leaves for what was announced. REQUIRES: elements() == 0, nothing was ever inserted.
  class Forecast;  // packed_forecast.h
  void prepare(Forecast& forecast);

  PackedPlace find(Bytes key) const;
  void prefetch(std::span<const Bytes> keys) const override;
  // REQUIRES: `absent` is what find(key) returned, without an element. Key and value are shorter
  // than 2^32 bytes each. `deadline_ms`: Unix time, 0 to kPackedDeadlineMax, or kNoDeadline.
  void insert(const PackedPlace& absent, Bytes key, Bytes value = {},
              int64_t deadline_ms = kNoDeadline);
  // The element of `place` gets this value and this deadline. The place is void then.
  void set(const PackedPlace& place, Bytes value, int64_t deadline_ms);
  void set_deadline(const PackedPlace& place, int64_t deadline_ms);
  void erase(const PackedPlace& place);

  using Visit = std::function<void(const PackedElement&)>;  // must not change the table
  void for_each(const Visit& visit) const;
  // Visits about `count` elements from `cursor` on (0: the beginning) in the order of their hashes;
  // returns the next cursor, below 2^48, 0 at the end. Whatever happens to the table between the
  // calls, an element that is there throughout is visited, and once.
  uint64_t scan(uint64_t cursor, size_t count, const Visit& visit) const;
  // A random element, each with nearly the same probability: a leaf is drawn by its prefix, and
  // taken with a probability in proportion to its elements over three times what its prefix makes
  // expect; only a leaf with still more of them (none in practice) comes too seldom. REQUIRES:
  // elements() > 0.
  PackedPlace random() const;
  // The same over the elements that are not due at now_ms. Nothing: all are, or, for the first,
  // nearly all; the second looks at all of them then, O(n).
  PackedPlace try_random_living(int64_t now_ms) const;
  PackedPlace random_living(int64_t now_ms) const;
  size_t living(int64_t now_ms) const;  // elements that are not due; O(n) when some are

  bool free_some(size_t elements) override;
  Collection* copy(CollectionHeap& to) const override;
  int64_t next_expiry_ms() const override;
  size_t reap(int64_t now_ms, size_t limit) override;  // due: a deadline before now_ms

 private:
  struct Node;
  struct Child;
  struct Path;
  struct Record;
  struct Reaping;

  uint64_t hash_of(Bytes key) const;
  PackedLeaf* leaf_of(uint64_t hash) const;
  Path path_to(uint64_t hash);
  size_t leaf_bytes_max(uint64_t hash, unsigned depth) const;

  PackedLeaf* new_leaf(size_t count, size_t record_bytes, unsigned depth);
  void release_leaf(PackedLeaf* leaf);
  Node* new_node(unsigned base, unsigned bits);
  void release_node(Node* node);
  PackedOutside store_outside(Bytes key, Bytes value);
  void release_outside(const PackedOutside& where);

  void add(uint64_t hash, const Record& record);
  void replace(const PackedPlace& place, const Record& record);
  PackedLeaf* leaf_with_room(uint64_t hash, size_t record_bytes);
  PackedLeaf* resize_leaf(const Path& path, PackedLeaf* leaf, size_t bytes);
  void split(uint64_t hash);
  void make_slots_for_split(Path path);
  void settle(uint64_t hash);
  void tidy_leaves(uint64_t hash);
  bool join_with_buddy(uint64_t hash);
  void halve(const Path& path);
  bool fits_leaf(const Forecast& forecast, uint64_t prefix, unsigned depth) const;
  unsigned leaf_depth(const Forecast& forecast, uint64_t prefix, unsigned depth,
                      unsigned depth_max) const;
  uintptr_t plant(const Forecast& forecast, uint64_t prefix, unsigned depth);
  void count_deadlines(int64_t before_ms, int64_t after_ms);
  void lower_expiry(uint64_t hash, int64_t deadline_ms);

  bool free_child(uintptr_t& link, size_t& budget);
  uintptr_t copy_child(uintptr_t link);
  PackedLeaf* copy_leaf(const PackedLeaf& leaf);
  void for_each_in(uintptr_t link, const Visit& visit) const;
  PackedPlace at_rank(uintptr_t link, size_t& rank) const;
  int64_t reap_in(uintptr_t link, uint64_t prefix, Reaping& reaping);
  int64_t reap_leaf(PackedLeaf* leaf, uint64_t prefix, Reaping& reaping);

  uintptr_t root_ = 0;  // a Child; 0 only when freed
  size_t elements_ = 0;
  size_t with_deadline_ = 0;
  const PackedTuning tuning_;
  const bool values_;
};

}  // namespace cobnut
