// The large form of a list: packed nodes (listpacks) of list-max-listpack-size, 8 KiB by default.
// The first and the last node stand apart, so that pushes and pops change nothing but one node and
// a count; those between are in a tree by index (node_tree.h), so that LINDEX, LSET and LINSERT are
// O(log n) and move at most the bytes of one node. An element too large for a node has one of its
// own. A node costs 48 + 7 bytes beside its elements, an element 2 beside its text.
//
// list-compress-depth has no effect: nothing is compressed. Owner: the shard's monitor.
#pragma once

#include <atomic>

#include "keyspace/collection.h"
#include "types/list/node_tree.h"
#include "types/listpack/listpack.h"

namespace cobnut {

enum class ListEnd : uint8_t { kFront, kBack };

class List final : public Collection {
 public:
  // Of a node with more than one element.
  struct Limit {
    uint32_t bytes;  // of the whole block
    uint32_t elements;
  };
  static Limit limit_of(int64_t list_max_listpack_size);
  // DEBUG QUICKLIST-PACKED-THRESHOLD, for tests: an element of so many bytes has a node of its own,
  // in lists that are made from now on. Any thread.
  static void set_packed_threshold(uint32_t bytes) {
    packed_threshold_.store(bytes, std::memory_order_relaxed);
  }

  List(CollectionHeap& heap, Limit limit) : Collection(heap, sizeof(List)), limit_(limit) {}
  ~List() override { CHECK(head_ == nullptr); }

  size_t elements() const override { return elements_; }
  bool free_some(size_t elements) override;
  Collection* copy(CollectionHeap& to) const override;

  // -- places: an element, or `at` = end() of the node's pack. Void after a change of the list.
  struct Place {
    ListNode* node;
    size_t at;
  };
  Place find(size_t index) const;  // REQUIRES: index < elements()
  ListNode* first() const { return head_; }
  ListNode* last() const { return tail_; }
  ListNode* next(ListNode* node) const;  // nullptr behind the last
  ListNode* previous(ListNode* node) const;

  // -- changes. What is added must not view this list. After one that removed the last element
  // nothing but the destructor is called.
  void adopt(listpack::View pack);  // all of its elements, behind all others, in a node of its own
  // Whether a pack from elsewhere may be a node. Redis's limit does not count a node's header.
  bool fits_a_node(listpack::View pack) const {
    return pack.bytes() <= limit_.bytes && pack.count() <= limit_.elements && pack.count() > 0;
  }
  void push(ListEnd end, const listpack::Element& element);
  void insert(Place place, const listpack::Element& element);  // before what is there
  void replace(Place place, const listpack::Element& element);
  void pop(ListEnd end, size_t count);  // REQUIRES: count <= elements()
  // Removes the first (or last) elements that are equal, `limit` at most; returns how many.
  size_t erase_equal(const listpack::Element& element, ListEnd from, size_t limit);

 private:
  friend struct NodeStorage;

  ListNode* new_node(size_t pack_bytes);
  void resize_block(ListNode*& node, size_t block_bytes);
  void fit_block(ListNode*& node);
  void link_before(ListNode* node, ListNode* place);
  void unlink(ListNode* node);
  void drop(ListNode* node);
  bool inner(const ListNode* node) const { return node != head_ && node != tail_; }

  size_t pack_bytes_max() const { return limit_.bytes - sizeof(ListNode); }
  bool fits(const ListNode* node, size_t bytes, size_t elements = 1) const {
    const listpack::View view = node->view();
    return view.bytes() + bytes <= pack_bytes_max() &&
           view.stored_count() + elements <= limit_.elements;
  }
  ListNode* node_with_room(ListEnd end, size_t bytes);
  size_t room_for_new(size_t bytes) const;
  template <typename Source>
  void splice(ListNode*& node, size_t at, size_t removed, const Source& source);
  ListNode* split(ListNode* node, size_t at);
  void pop_some(ListEnd end, size_t count);
  bool merge_into_previous(ListNode* node);

  ListNode* head_ = nullptr;
  ListNode* tail_ = nullptr;  // may be head_
  NodeTree tree_;             // the nodes between
  size_t elements_ = 0;
  const Limit limit_;
  static inline std::atomic<uint32_t> packed_threshold_{UINT32_MAX};
};

}  // namespace cobnut
