// The inner nodes of a large list, in their order, found by the index of an element: a treap (a
// binary search tree by position whose shape random priorities keep balanced: Seidel and Aragon
// 1996). Each node is its own tree node, 48 bytes in front of a pack of some KiB; every operation
// is O(log nodes) expected. Owner: whoever holds the shard's monitor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "types/listpack/listpack.h"

namespace cobnut {

// A block of memory: this header, then room for a listpack, which begins at `begin`, so that
// elements come and go at both of its ends without moving the others.
struct ListNode {
  ListNode* parent;
  ListNode* left;
  ListNode* right;
  uint64_t elements_below;  // in the packs of this node and of all below it
  uint32_t priority;        // never less than a child's
  uint32_t block_bytes;     // as allocated, this header included
  uint32_t begin;           // of the pack
  uint32_t unused;

  char* room() { return reinterpret_cast<char*>(this + 1); }
  size_t capacity() const { return block_bytes - sizeof(ListNode); }
  char* pack() { return room() + begin; }
  listpack::View view() const {
    return listpack::View(reinterpret_cast<const char*>(this + 1) + begin);
  }
  size_t elements() const { return view().stored_count(); }
};
static_assert(sizeof(ListNode) == 48);

class NodeTree {
 public:
  bool empty() const { return root_ == nullptr; }
  ListNode* first() const;  // nullptr: empty
  ListNode* last() const;
  static ListNode* next(ListNode* node);
  static ListNode* previous(ListNode* node);
  // The node with the index-th element of all, which is the *index-th of its own then.
  // REQUIRES: it is there.
  ListNode* find(uint64_t* index) const;

  void insert_after(ListNode* node, ListNode* place);  // nullptr: in front of all
  void remove(ListNode* node);
  // The elements of `node` became more by `delta`.
  static void add_elements(ListNode* node, int64_t delta);
  // `node` stands in another block than it did, where nothing of it may be read any more.
  void moved(const ListNode* from, ListNode* node);
  // The first node, taken out while the whole tree is taken apart: O(1) amortized. nullptr: none.
  ListNode* take_first();

 private:
  ListNode*& link_to(const ListNode* node, ListNode* parent);
  void rotate_up(ListNode* node);

  ListNode* root_ = nullptr;
};

}  // namespace cobnut
