// A large sorted set: a B+tree over packed leaves (leaf.h) in the order of (score, member), with
// the number of elements below each child, and an index from members to leaves (member_index.h).
//
//   a member   index line -> leaf: its score, its deadline         2 to 3 cache misses
//   a rank     up from the leaf, or down from the root by counts   O(log n)
//   a change   moves at most half a leaf, and rewrites its entries of the index
//
// An inner node keeps the score of each child's first element; where scores are equal, members
// decide, read from the leaf. Scores compare as doubles (-0 equals 0), members as bytes. Memory for
// 1M elements of 12 bytes: 34 bytes each. Deadlines stand in the members; each leaf and inner node
// keeps the earliest, so that reap() goes straight there. Owner: the shard's holder.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "keyspace/collection.h"
#include "types/zset/leaf.h"
#include "types/zset/member_index.h"

namespace cobnut {

namespace zset {

constexpr uint32_t kInnerChildrenMax = 63;

struct Inner : Node {
  uint16_t count;
  uint8_t level;  // 1: its children are leaves
  double scores[kInnerChildrenMax];
  uint64_t elements[kInnerChildrenMax];
  Node* children[kInnerChildrenMax];
};
static_assert(sizeof(Inner) == 1536);  // a class of jemalloc's

}  // namespace zset

class SortedSet final : public Collection, private zset::IndexOwner {
 public:
  // Small in tests, so that a few elements make a tree.
  struct Limits {
    uint32_t leaf_bytes = 1024;
    uint32_t inner_children = zset::kInnerChildrenMax;
    uint32_t index_lines_log2 = 6;
  };
  // Where an element is; void after the next change.
  struct Place {
    zset::Leaf* leaf = nullptr;
    uint32_t index = 0;

    explicit operator bool() const { return leaf != nullptr; }
    double score() const { return leaf->score(index); }
    Bytes member() const { return zset::member_at(*leaf, index); }
    int64_t deadline_ms() const { return zset::deadline_at(*leaf, index); }  // INT64_MAX: none
  };
  static uint64_t hash_of(Bytes member) { return keyed_hash(member); }

  explicit SortedSet(CollectionHeap& heap) : SortedSet(heap, Limits()) {}
  SortedSet(CollectionHeap& heap, const Limits& limits);

  // -- reads. Ranks count elements that are due but not yet reaped.
  size_t elements() const override { return count_; }
  Place find(uint64_t hash, Bytes member) const;  // due or not
  void prefetch(std::span<const Bytes> members) const override;
  size_t rank(Place place) const;
  Place at_rank(size_t rank) const;                              // none when there is no such rank
  Place next(Place place) const;                                 // none behind the last
  Place previous(Place place) const;                             // none before the first
  size_t rank_of_score(double score, bool behind_equal) const;   // elements before that score
  size_t rank_of_member(Bytes member, bool behind_equal) const;  // where all scores are equal
  // How many elements of ranks [begin, end) are due. O(leaves), and their elements where some are.
  size_t due_between(size_t begin, size_t end, int64_t now_ms) const;
  // Elements in the order of their hash, about `count` of them: returns the next cursor, below
  // 2^48; 0 begins and ends. An element that is there throughout is visited at least once.
  using Visit = std::function<void(Place)>;
  uint64_t scan(uint64_t cursor, size_t count, const Visit& visit) const;

  // -- changes
  class Filler;  // sorted_set_filler.h: many at once, into an empty set
  void insert(uint64_t hash, Bytes member, double score,
              int64_t deadline_ms = INT64_MAX);  // REQUIRES: not there
  void erase(uint64_t hash, Place place);
  void set_score(uint64_t hash, Place place, double score);
  void set_deadline(uint64_t hash, Place place, int64_t deadline_ms);
  void erase_ranks(size_t first, size_t count);  // REQUIRES: they are there

  // -- Collection
  bool free_some(size_t elements) override;
  Collection* copy(CollectionHeap& to) const override;
  int64_t next_expiry_ms() const override {
    return root_ == nullptr ? INT64_MAX : root_->deadline_min_ms;
  }
  size_t reap(int64_t now_ms, size_t limit) override;

 private:
  using Leaf = zset::Leaf;
  using Inner = zset::Inner;
  using Node = zset::Node;

  char* allocate_block(size_t bytes) override { return allocate(bytes); }
  void release_block(char* block, size_t bytes) override { release(block, bytes); }
  size_t hashes_in_leaf(uint32_t leaf, uint8_t tag, uint64_t* hashes) const override;
  void prefetch_leaf(uint32_t leaf) const override;

  // -- leaves and their numbers
  Leaf* leaf_at(uint32_t id) const { return reinterpret_cast<Leaf*>(leaves_[id]); }
  Leaf* new_leaf(size_t bytes);
  void drop_leaf(Leaf* leaf);
  Leaf* resize_leaf(Leaf* leaf, size_t bytes);
  void release_outside(const Leaf& leaf, uint32_t i);

  // -- the tree
  bool is_leaf_level(uint32_t level) const { return level == 0; }
  const Leaf* first_leaf(const Node* node, uint32_t level) const;
  template <typename Precedes>
  uint32_t child_of(const Inner& inner, Precedes precedes, bool* before_first) const;
  template <typename Precedes>
  size_t partition(Precedes precedes) const;
  Leaf* leaf_for_insert(double score, Bytes member);
  Leaf* place_element(double score, Bytes member, uint8_t tag, const zset::Stored& stored);
  Leaf* put_in_leaf(Leaf* leaf, uint32_t i, double score, uint8_t tag, const zset::Stored& stored);
  Leaf* make_room(Leaf* leaf, uint32_t* i, double score, size_t bytes);
  Leaf* prepend_leaf(Leaf* first, double score, size_t bytes);
  void prepend(Leaf* leaf);
  void move_entries(Leaf* to, const Leaf& from, uint32_t first, uint32_t end);
  void insert_child(Inner* parent, uint32_t index, Node* child, double score, uint64_t elements);
  void split_inner(Inner* inner, uint32_t index);
  void new_root(Node* old_root, double score);
  void remove_child(Inner* parent, uint32_t index);
  void merge_inner(Inner* inner);
  void collapse_root();
  void fix_after_erase(Leaf* leaf, uint32_t erased, bool first_erased);
  bool merge_leaf(Leaf* leaf);
  void erase_some(Leaf* leaf, uint32_t first, uint32_t end, int64_t due_ms);
  void note_deadline(Node* node, int64_t deadline_ms);
  Node* copy_node(const Node* node, uint32_t level, Inner* parent, SortedSet* copied) const;

  const Limits limits_;
  size_t count_ = 0;
  Node* root_ = nullptr;
  uint32_t height_ = 0;      // levels of inner nodes
  uint32_t leaf_limit_ = 0;  // numbers at and above it were never used
  uint32_t leaf_capacity_ = 0;
  uint64_t* leaves_ = nullptr;      // by number; of an unused one 2 * next unused + 1
  uint32_t leaf_unused_ = kNoLeaf;  // first of the unused numbers
  uint32_t leaf_freed_ = 0;         // numbers that free_some() has passed
  zset::MemberIndex index_;
  static constexpr uint32_t kNoLeaf = UINT32_MAX;
};

}  // namespace cobnut
