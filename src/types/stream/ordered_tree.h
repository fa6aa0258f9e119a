// A B+tree of small records in order: the blocks of a stream by id, pending entries by id, groups
// and consumers by name. Leaves of 1 KiB linked both ways; an inner node keeps the first key of
// each of its children, exactly, so that a key may be a pointer to a record's own memory.
//
//   leaf   count, capacity | previous | next | records ...      (a tree of one leaf starts smaller)
//   inner  count | (key, child) ...
//
// Find, insert, erase: O(log n), one node split or merged a level. Records that arrive in order
// fill their leaves. Memory: of the collection that each changing call names, always the same one.
// A cursor and every Record* are void after the next change.
//
// Order: using Key; using Probe; static Key key(const Record&); static Probe probe(const Key&),
// where Probe has < and ==.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "base/check.h"
#include "types/stream/accounted.h"

namespace cobnut {

template <typename Record, typename Order, size_t kNodeBytes = 1024>
class OrderedTree {
  static_assert(std::is_trivially_copyable_v<Record>);
  using Key = typename Order::Key;
  using Probe = typename Order::Probe;

  struct Node {
    uint16_t count;
    uint16_t capacity;
  };
  struct Leaf : Node {
    Leaf* previous;
    Leaf* next;
    Record* records() { return reinterpret_cast<Record*>(this + 1); }
    const Record* records() const { return reinterpret_cast<const Record*>(this + 1); }
  };
  struct Child {
    Key key;
    Node* node;
  };
  struct Inner : Node {
    uint64_t unused;
    Child* children() { return reinterpret_cast<Child*>(this + 1); }
    const Child* children() const { return reinterpret_cast<const Child*>(this + 1); }
  };
  static_assert(sizeof(Leaf) % alignof(Record) == 0 && sizeof(Inner) % alignof(Child) == 0);

 public:
  static constexpr size_t kLeafMax = (kNodeBytes - sizeof(Leaf)) / sizeof(Record);
  static constexpr size_t kInnerMax = (kNodeBytes - sizeof(Inner)) / sizeof(Child);
  static_assert(kLeafMax >= 4 && kInnerMax >= 4);

  class Cursor {
   public:
    Cursor() = default;
    explicit operator bool() const { return leaf_ != nullptr; }
    Record& operator*() const { return leaf_->records()[index_]; }
    Record* operator->() const { return &leaf_->records()[index_]; }
    void next() {
      if (++index_ < leaf_->count) return;
      leaf_ = leaf_->next;
      index_ = 0;
    }
    void previous() {
      if (index_-- > 0) return;
      leaf_ = leaf_->previous;
      index_ = leaf_ != nullptr ? leaf_->count - 1u : 0;
    }

   private:
    friend class OrderedTree;
    Cursor(Leaf* leaf, size_t index) : leaf_(leaf), index_(static_cast<uint32_t>(index)) {}
    Leaf* leaf_ = nullptr;
    uint32_t index_ = 0;
  };

  OrderedTree() = default;
  OrderedTree(const OrderedTree&) = delete;
  OrderedTree& operator=(const OrderedTree&) = delete;
  ~OrderedTree() { CHECK(root_ == nullptr); }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  size_t nodes() const { return nodes_; }

  Record* find(Probe probe) const {
    Cursor cursor = lower_bound(probe);
    if (!cursor || !(Order::probe(Order::key(*cursor)) == probe)) return nullptr;
    return &*cursor;
  }
  Cursor first() const {
    if (root_ == nullptr) return {};
    Node* node = root_;
    for (int level = height_; level > 0; level--) node = inner(node)->children()[0].node;
    return {leaf(node), 0};
  }
  Cursor last() const {
    if (root_ == nullptr) return {};
    Node* node = root_;
    for (int level = height_; level > 0; level--)
      node = inner(node)->children()[node->count - 1].node;
    return {leaf(node), node->count - 1u};
  }
  Cursor lower_bound(Probe probe) const {  // the first that is not below
    if (root_ == nullptr) return {};
    Leaf* found = leaf_of(probe);
    const size_t index = lower_index(found, probe);
    if (index < found->count) return {found, index};
    return {found->next, 0};
  }
  Cursor floor(Probe probe) const {  // the last that is not above
    if (root_ == nullptr) return {};
    Leaf* found = leaf_of(probe);
    const size_t index = lower_index(found, probe);
    if (index < found->count && Order::probe(Order::key(found->records()[index])) == probe)
      return {found, index};
    if (index > 0) return {found, index - 1};
    return found->previous != nullptr ? Cursor(found->previous, found->previous->count - 1u)
                                      : Cursor();
  }

  // The record as it is stored; with the key there already, nothing is stored and it is returned.
  Record* insert(AccountedCollection& memory, const Record& record, bool* inserted = nullptr) {
    const size_t before = size_;
    if (root_ == nullptr) {
      root_ = new_leaf(memory, kLeafMin);
    } else if (height_ == 0 && root_->count == root_->capacity && root_->capacity < kLeafMax) {
      grow_root(memory);
    }
    Child split{};
    Record* stored = insert_into(memory, root_, height_, true, record, &split);
    if (split.node != nullptr) add_root(memory, split);
    if (inserted != nullptr) *inserted = size_ != before;
    return stored;
  }

  bool erase(AccountedCollection& memory, Probe probe) {
    if (root_ == nullptr || !erase_from(memory, root_, height_, probe)) return false;
    size_--;
    while (height_ > 0 && root_->count == 1) {
      Node* child = inner(root_)->children()[0].node;
      free_inner(memory, root_);
      root_ = child;
      height_--;
    }
    if (root_->count == 0) {
      free_leaf(memory, leaf(root_));
      root_ = nullptr;
    }
    return true;
  }

  // Frees the last leaf, after `dispose` of each of its records; returns how many those were.
  template <typename Dispose>
  size_t free_last_leaf(AccountedCollection& memory, Dispose dispose) {
    if (root_ == nullptr) return 0;
    Leaf* freed = last().leaf_;
    const size_t count = freed->count;
    for (size_t i = 0; i < count; i++) dispose(freed->records()[i]);
    if (drop_last(memory, root_, height_)) {
      root_ = nullptr;
      height_ = 0;
    }
    size_ -= count;
    return count;
  }

 private:
  static constexpr size_t kLeafMin = kLeafMax < 4 ? kLeafMax : std::min<size_t>(kLeafMax, 2);

  static Leaf* leaf(Node* node) { return static_cast<Leaf*>(node); }
  static Inner* inner(Node* node) { return static_cast<Inner*>(node); }
  // The largest class is the node's; others hold a power of two of records.
  static size_t leaf_bytes(size_t capacity) {
    return capacity == kLeafMax ? kNodeBytes : sizeof(Leaf) + capacity * sizeof(Record);
  }
  static Probe first_probe(Node* node, int level) { return Order::probe(first_key(node, level)); }
  static Key first_key(Node* node, int level) {
    return level == 0 ? Order::key(leaf(node)->records()[0]) : inner(node)->children()[0].key;
  }

  Leaf* new_leaf(AccountedCollection& memory, size_t capacity) {
    auto* made = reinterpret_cast<Leaf*>(memory.allocate(leaf_bytes(capacity)));
    *made = Leaf{{0, static_cast<uint16_t>(capacity)}, nullptr, nullptr};
    nodes_++;
    return made;
  }
  Inner* new_inner(AccountedCollection& memory) {
    auto* made = reinterpret_cast<Inner*>(memory.allocate(kNodeBytes));
    *made = Inner{{0, static_cast<uint16_t>(kInnerMax)}, 0};
    nodes_++;
    return made;
  }
  void free_leaf(AccountedCollection& memory, Leaf* freed) {
    if (freed->previous != nullptr) freed->previous->next = freed->next;
    if (freed->next != nullptr) freed->next->previous = freed->previous;
    memory.release(reinterpret_cast<char*>(freed), leaf_bytes(freed->capacity));
    nodes_--;
  }
  void free_inner(AccountedCollection& memory, Node* freed) {
    memory.release(reinterpret_cast<char*>(freed), kNodeBytes);
    nodes_--;
  }

  static size_t lower_index(const Leaf* in, Probe probe) {
    const Record* records = in->records();
    size_t low = 0, high = in->count;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (Order::probe(Order::key(records[middle])) < probe)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }
  // The last child whose first key is not above; the first if all are.
  static size_t child_index(const Inner* in, Probe probe) {
    const Child* children = in->children();
    size_t low = 1, high = in->count;
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (probe < Order::probe(children[middle].key))
        high = middle;
      else
        low = middle + 1;
    }
    return low - 1;
  }
  Leaf* leaf_of(Probe probe) const {
    Node* node = root_;
    for (int level = height_; level > 0; level--)
      node = inner(node)->children()[child_index(inner(node), probe)].node;
    return leaf(node);
  }

  void grow_root(AccountedCollection& memory) {
    const size_t old = root_->capacity;
    const size_t capacity = old * 4 > kLeafMax ? kLeafMax : old * 2;
    root_ = reinterpret_cast<Node*>(
        memory.reallocate(reinterpret_cast<char*>(root_), leaf_bytes(old), leaf_bytes(capacity)));
    root_->capacity = static_cast<uint16_t>(capacity);
  }
  void add_root(AccountedCollection& memory, const Child& split) {
    Inner* root = new_inner(memory);
    root->children()[0] = {first_key(root_, height_), root_};
    root->children()[1] = split;
    root->count = 2;
    root_ = root;
    height_++;
  }

  template <typename T>
  static void open_gap(T* items, size_t at, size_t count) {
    memmove(static_cast<void*>(items + at + 1), items + at, (count - at) * sizeof(T));
  }
  template <typename T>
  static void close_gap(T* items, size_t at, size_t count) {
    memmove(static_cast<void*>(items + at), items + at + 1, (count - at - 1) * sizeof(T));
  }

  Record* insert_into(AccountedCollection& memory, Node* node, int level, bool rightmost,
                      const Record& record, Child* split) {
    if (level == 0) return insert_into_leaf(memory, leaf(node), record, split);
    Inner* in = inner(node);
    const size_t at = child_index(in, Order::probe(Order::key(record)));
    Child child_split{};
    const bool last = rightmost && at + 1 == in->count;
    Record* stored =
        insert_into(memory, in->children()[at].node, level - 1, last, record, &child_split);
    in->children()[at].key = first_key(in->children()[at].node, level - 1);
    if (child_split.node != nullptr) add_child(memory, in, at + 1, rightmost, child_split, split);
    return stored;
  }

  Record* insert_into_leaf(AccountedCollection& memory, Leaf* in, const Record& record,
                           Child* split) {
    const Probe probe = Order::probe(Order::key(record));
    size_t at = lower_index(in, probe);
    if (at < in->count && Order::probe(Order::key(in->records()[at])) == probe)
      return &in->records()[at];
    if (in->count == in->capacity) {
      // Behind all others: records come in order, and the full leaf stays full.
      const size_t kept = at == in->count && in->next == nullptr ? in->count : in->count / 2;
      Leaf* right = new_leaf(memory, kLeafMax);
      right->count = static_cast<uint16_t>(in->count - kept);
      memcpy(static_cast<void*>(right->records()), in->records() + kept,
             right->count * sizeof(Record));
      in->count = static_cast<uint16_t>(kept);
      right->previous = in;
      right->next = in->next;
      if (right->next != nullptr) right->next->previous = right;
      in->next = right;
      split->node = right;
      if (at > kept || kept == in->capacity) {
        at -= kept;
        in = right;
      }
    }
    open_gap(in->records(), at, in->count);
    in->records()[at] = record;
    in->count++;
    size_++;
    if (split->node != nullptr) split->key = first_key(split->node, 0);
    return &in->records()[at];
  }

  void add_child(AccountedCollection& memory, Inner* in, size_t at, bool rightmost,
                 const Child& child, Child* split) {
    if (in->count == kInnerMax) {
      const size_t kept = rightmost && at == in->count ? in->count : in->count / 2;
      Inner* right = new_inner(memory);
      right->count = static_cast<uint16_t>(in->count - kept);
      memcpy(static_cast<void*>(right->children()), in->children() + kept,
             right->count * sizeof(Child));
      in->count = static_cast<uint16_t>(kept);
      split->node = right;
      if (at > kept || kept == kInnerMax) {
        at -= kept;
        in = right;
      }
    }
    open_gap(in->children(), at, in->count);
    in->children()[at] = child;
    in->count++;
    if (split->node != nullptr) split->key = inner(split->node)->children()[0].key;
  }

  bool erase_from(AccountedCollection& memory, Node* node, int level, Probe probe) {
    if (level == 0) {
      Leaf* in = leaf(node);
      const size_t at = lower_index(in, probe);
      if (at == in->count || !(Order::probe(Order::key(in->records()[at])) == probe)) return false;
      close_gap(in->records(), at, in->count);
      in->count--;
      return true;
    }
    Inner* in = inner(node);
    const size_t at = child_index(in, probe);
    Child& child = in->children()[at];
    if (!erase_from(memory, child.node, level - 1, probe)) return false;
    if (child.node->count == 0) {
      level == 1 ? free_leaf(memory, leaf(child.node)) : free_inner(memory, child.node);
      close_gap(in->children(), at, in->count);
      in->count--;
      return true;
    }
    child.key = first_key(child.node, level - 1);
    if (child.node->count * size_t{4} >= child_max(level)) return true;
    if (at + 1 < in->count && merged(memory, in, at, level)) return true;
    if (at > 0) merged(memory, in, at - 1, level);
    return true;
  }
  static size_t child_max(int level) { return level == 1 ? kLeafMax : kInnerMax; }

  // Child at + 1 goes into child at, if there is room for more then.
  bool merged(AccountedCollection& memory, Inner* in, size_t at, int level) {
    Node* left = in->children()[at].node;
    Node* right = in->children()[at + 1].node;
    if (static_cast<size_t>(left->count + right->count) * 4 > child_max(level) * 3) return false;
    if (level == 1) {
      memcpy(static_cast<void*>(leaf(left)->records() + left->count), leaf(right)->records(),
             right->count * sizeof(Record));
    } else {
      memcpy(static_cast<void*>(inner(left)->children() + left->count), inner(right)->children(),
             right->count * sizeof(Child));
    }
    left->count = static_cast<uint16_t>(left->count + right->count);
    level == 1 ? free_leaf(memory, leaf(right)) : free_inner(memory, right);
    close_gap(in->children(), at + 1, in->count);
    in->count--;
    return true;
  }

  // True: the node itself is gone.
  bool drop_last(AccountedCollection& memory, Node* node, int level) {
    if (level == 0) {
      free_leaf(memory, leaf(node));
      return true;
    }
    if (drop_last(memory, inner(node)->children()[node->count - 1].node, level - 1)) node->count--;
    if (node->count > 0) return false;
    free_inner(memory, node);
    return true;
  }

  Node* root_ = nullptr;
  size_t size_ = 0;
  uint32_t nodes_ = 0;
  int height_ = 0;  // of inner nodes above the leaves
};

}  // namespace cobnut
