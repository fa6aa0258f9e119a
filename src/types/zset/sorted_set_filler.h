// Fills an empty SortedSet with elements in descending order, as DUMP writes them: leaf by leaf
// from the last one on, each made once and full, with nothing searched or moved, and an index of
// its final size. What comes in another order, or is longer than a leaf takes, is inserted as ever.
//
// A member that comes twice is found, perhaps only when its leaf is made. Owner: the set's.
#pragma once

#include "types/zset/sorted_set.h"

namespace cobnut {

class SortedSet::Filler {
 public:
  // About so many elements will come. Memory is asked for them: bounded by the caller.
  Filler(SortedSet& set, size_t elements) : set_(set) { set.index_.prepare(elements); }
  Filler(const Filler&) = delete;
  Filler& operator=(const Filler&) = delete;

  // False (both): a member came twice; the set may only be discarded. The score is a number.
  bool add(Bytes member, double score);
  bool finish();  // all are in the set

 private:
  static constexpr uint32_t kCountMax = zset::IndexOwner::kLeafElementsMax;
  static constexpr size_t kLeafBytesMax = 2048;

  bool continues(Bytes member, double score) const;
  bool insert(uint64_t hash, Bytes member, double score);
  bool flush();
  bool insert_each();
  zset::Leaf* make_leaf();
  bool is_there(const zset::Leaf& leaf, uint32_t i, Bytes member) const;
  // What waits stands at the ends of the arrays, in ascending order.
  uint32_t first() const { return kCountMax - count_; }
  const char* members() const { return members_ + kLeafBytesMax - stored_; }
  Bytes last() const { return {members(), sizes_[first()]}; }  // the last that came

  SortedSet& set_;
  bool descending_ = true;  // and all members are short
  uint32_t count_ = 0;      // elements that wait for the next leaf
  size_t stored_ = 0;       // bytes of their members
  double scores_[kCountMax];
  uint64_t hashes_[kCountMax];
  uint8_t tags_[kCountMax];
  uint8_t sizes_[kCountMax];
  char members_[kLeafBytesMax];
};

}  // namespace cobnut
