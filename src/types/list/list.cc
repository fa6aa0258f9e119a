#include "types/list/list.h"

#include <algorithm>
#include <bit>

#include "types/listpack/edit.h"

namespace cobnut {

using listpack::Element;
using listpack::kEmptyBytes;
using listpack::kHeaderBytes;
using listpack::View;

namespace {

constexpr size_t kBlockBytesMin = 512;      // of a node that may grow
constexpr uint32_t kElementsMax = 1 << 15;  // of a node: below what a listpack counts

void set_pack(ListNode* node, size_t begin, size_t bytes, size_t count) {
  node->begin = static_cast<uint32_t>(begin);
  listpack::internal::write_header(node->pack(), bytes, count);
}

}  // namespace

// The pack of a node as the storage of edits; the node may move to another block.
struct NodeStorage {
  List& list;
  ListNode*& node;

  char* data() const { return node->pack(); }
  bool resize(size_t bytes) {
    if (node->begin + bytes <= node->capacity()) return true;
    if (bytes > node->capacity()) {
      const size_t grown = std::bit_ceil(bytes + sizeof(ListNode));
      list.resize_block(node, bytes <= list.pack_bytes_max()
                                  ? std::min<size_t>(grown, list.limit_.bytes)
                                  : bytes + sizeof(ListNode));
      return true;
    }
    memmove(node->room(), node->pack(), node->view().bytes());
    node->begin = 0;
    return true;
  }
};

List::Limit List::limit_of(int64_t list_max_listpack_size) {
  Limit limit{.bytes = 8192, .elements = kElementsMax};  // Redis's where elements are limited
  if (list_max_listpack_size >= 0) {
    limit.elements =
        static_cast<uint32_t>(std::clamp<int64_t>(list_max_listpack_size, 1, kElementsMax));
  } else {
    const int64_t shift = std::clamp<int64_t>(-list_max_listpack_size, 1, 5) - 1;
    limit.bytes = uint32_t{4096} << shift;
  }
  const uint32_t threshold = packed_threshold_.load(std::memory_order_relaxed);
  if (threshold < limit.bytes) limit.bytes = sizeof(ListNode) + threshold;
  return limit;
}

// -- blocks

ListNode* List::new_node(size_t pack_bytes) {
  const size_t bytes = sizeof(ListNode) + pack_bytes;
  auto* node = new (allocate(bytes)) ListNode();
  node->block_bytes = static_cast<uint32_t>(bytes);
  return node;
}

// Moves the pack to the front of a block of this size, which it fits into.
void List::resize_block(ListNode*& node, size_t block_bytes) {
  ListNode* const old = node;
  memmove(old->room(), old->pack(), old->view().bytes());
  old->begin = 0;
  const bool in_tree = inner(old);
  node = reinterpret_cast<ListNode*>(
      reallocate(reinterpret_cast<char*>(old), old->block_bytes, block_bytes));
  node->block_bytes = static_cast<uint32_t>(block_bytes);
  if (in_tree) tree_.moved(old, node);
  if (head_ == old) head_ = node;
  if (tail_ == old) tail_ = node;
}

// Gives back what a block is too large, once that is a quarter of it.
void List::fit_block(ListNode*& node) {
  const size_t bytes = sizeof(ListNode) + node->view().bytes();
  if (bytes + node->block_bytes / 4 < node->block_bytes) resize_block(node, bytes);
}

// How large the pack of a new end node may become: a list that is small gets a small one.
size_t List::room_for_new(size_t bytes) const {
  size_t room = std::bit_ceil(std::max(this->bytes() / 4, kBlockBytesMin)) - sizeof(ListNode);
  room = std::min({room, pack_bytes_max(), kEmptyBytes + bytes * limit_.elements});
  return std::max(room, kEmptyBytes + bytes);
}

// -- the order of the nodes

ListNode* List::next(ListNode* node) const {
  if (node == tail_) return nullptr;
  ListNode* following = node == head_ ? tree_.first() : NodeTree::next(node);
  return following != nullptr ? following : tail_;
}

ListNode* List::previous(ListNode* node) const {
  if (node == head_) return nullptr;
  ListNode* preceding = node == tail_ ? tree_.last() : NodeTree::previous(node);
  return preceding != nullptr ? preceding : head_;
}

// A node with its elements in it; `place` nullptr: behind all.
void List::link_before(ListNode* node, ListNode* place) {
  if (head_ == nullptr) {
    head_ = tail_ = node;
  } else if (place == head_) {
    if (head_ != tail_) tree_.insert_after(head_, nullptr);
    head_ = node;
  } else if (place == nullptr) {
    if (head_ != tail_) tree_.insert_after(tail_, tree_.last());
    tail_ = node;
  } else {
    ListNode* preceding = previous(place);
    tree_.insert_after(node, preceding == head_ ? nullptr : preceding);
  }
}

void List::unlink(ListNode* node) {
  if (head_ == tail_) {
    head_ = tail_ = nullptr;
  } else if (node == head_) {
    head_ = tree_.empty() ? tail_ : tree_.first();
    if (head_ != tail_) tree_.remove(head_);
  } else if (node == tail_) {
    tail_ = tree_.empty() ? head_ : tree_.last();
    if (head_ != tail_) tree_.remove(tail_);
  } else {
    tree_.remove(node);
  }
}

void List::drop(ListNode* node) {
  unlink(node);
  release(reinterpret_cast<char*>(node), node->block_bytes);
}

List::Place List::find(size_t index) const {
  DCHECK(index < elements_);
  const size_t in_head = head_->elements(), in_tail = tail_->elements();
  ListNode* node = head_;
  uint64_t own = index;
  if (index >= in_head) {
    if (index >= elements_ - in_tail) {
      node = tail_;
      own = index - (elements_ - in_tail);
    } else {
      own = index - in_head;
      node = tree_.find(&own);
    }
  }
  return {node, node->view().at(static_cast<int64_t>(own))};
}

// -- changes

void List::adopt(View pack) {
  if (tail_ != nullptr) fit_block(tail_);
  const size_t bytes = pack.bytes();
  ListNode* node = new_node(bytes);
  memcpy(node->pack(), pack.pack().data(), bytes);
  link_before(node, nullptr);
  elements_ += pack.count();
}

// The first or last node, with that much room on the outer side of its pack.
ListNode* List::node_with_room(ListEnd end, size_t bytes) {
  ListNode*& node = end == ListEnd::kFront ? head_ : tail_;
  if (node != nullptr && fits(node, bytes)) {
    const size_t pack_bytes = node->view().bytes();
    size_t free = node->capacity() - pack_bytes;
    if (free < std::max<size_t>(bytes, node->block_bytes / 8) && node->block_bytes < limit_.bytes) {
      const size_t grown = std::bit_ceil(sizeof(ListNode) + pack_bytes + bytes + bytes);
      resize_block(node, std::clamp<size_t>(grown, node->block_bytes, limit_.bytes));
      free = node->capacity() - pack_bytes;
    }
    // All of the room is brought to the side where it is wanted: rarely, as it is an eighth.
    if (free >= bytes && free >= node->block_bytes / 8) {
      const size_t begin = end == ListEnd::kFront ? free : 0;
      memmove(node->room() + begin, node->pack(), pack_bytes);
      node->begin = static_cast<uint32_t>(begin);
      return node;
    }
  }
  if (node != nullptr) fit_block(node);
  ListNode* added = new_node(room_for_new(bytes));
  const size_t begin = end == ListEnd::kFront ? added->capacity() - kEmptyBytes : 0;
  set_pack(added, begin, kEmptyBytes, 0);
  added->pack()[kHeaderBytes] = listpack::kEnd;
  link_before(added, end == ListEnd::kFront ? head_ : nullptr);
  return added;
}

void List::push(ListEnd end, const Element& element) {
  const size_t bytes = element.bytes();
  ListNode* node = end == ListEnd::kFront ? head_ : tail_;
  const auto room = [&] {
    return end == ListEnd::kFront ? node->begin
                                  : node->capacity() - node->begin - node->view().bytes();
  };
  if (node == nullptr || !fits(node, bytes) || room() < bytes) [[unlikely]]
    node = node_with_room(end, bytes);
  const View before = node->view();
  const size_t old_bytes = before.bytes(), count = before.stored_count();
  if (end == ListEnd::kFront) {
    set_pack(node, node->begin - bytes, old_bytes + bytes, count + 1);
    element.write(node->pack() + kHeaderBytes);
  } else {
    *element.write(node->pack() + old_bytes - 1) = listpack::kEnd;
    set_pack(node, node->begin, old_bytes + bytes, count + 1);
  }
  elements_++;
}

// One edit of a node's pack, followed in the counts.
template <typename Source>
void List::splice(ListNode*& node, size_t at, size_t removed, const Source& source) {
  NodeStorage storage{*this, node};
  const size_t to = node->view().skip(at, removed);
  CHECK(listpack::splice(storage, at, to - at, removed, source));
  const auto delta = static_cast<int64_t>(source.count()) - static_cast<int64_t>(removed);
  if (inner(node)) NodeTree::add_elements(node, delta);
  elements_ += static_cast<size_t>(delta);
}

// The elements from `at` on go to a node of their own behind this one, which is returned.
// REQUIRES: elements are on both sides.
ListNode* List::split(ListNode* node, size_t at) {
  const View view = node->view();
  size_t moved = 0;
  for (size_t i = at; i != view.end(); i = view.next(i)) moved++;
  const listpack::Run run = view.run(at, view.end(), moved);
  ListNode* added = new_node(kEmptyBytes + run.bytes());
  set_pack(added, 0, kEmptyBytes + run.bytes(), moved);
  *run.write(added->pack() + kHeaderBytes) = listpack::kEnd;
  splice(node, at, moved, listpack::Nothing());
  link_before(added, next(node));
  elements_ += moved;
  fit_block(node);
  return added;
}

void List::insert(Place place, const Element& element) {
  ListNode* right = place.node;
  const size_t bytes = element.bytes();
  if (fits(right, bytes)) return splice(right, place.at, 0, element);
  const View view = right->view();
  ListNode* left = nullptr;
  if (place.at == view.first()) {
    left = previous(right);
  } else {
    left = right;
    right = place.at == view.end() ? next(left) : split(left, place.at);
    left = right != nullptr ? previous(right) : tail_;  // split() may have moved it
  }
  if (left != nullptr && fits(left, bytes)) return splice(left, left->view().end(), 0, element);
  if (right != nullptr && fits(right, bytes)) return splice(right, kHeaderBytes, 0, element);
  ListNode* added = new_node(kEmptyBytes + bytes);
  set_pack(added, 0, kEmptyBytes + bytes, 1);
  *element.write(added->pack() + kHeaderBytes) = listpack::kEnd;
  link_before(added, right);
  elements_++;
}

void List::replace(Place place, const Element& element) {
  ListNode* node = place.node;
  const View view = node->view();
  const size_t old_bytes = view.next(place.at) - place.at;
  const bool stays =
      view.bytes() - old_bytes + element.bytes() <= pack_bytes_max() || view.stored_count() == 1;
  if (!stays) {
    splice(node, place.at, 1, listpack::Nothing());
    return insert({node, place.at}, element);
  }
  splice(node, place.at, 1, element);
  fit_block(node);
}

// From one node, which keeps others.
void List::pop_some(ListEnd end, size_t count) {
  ListNode* node = end == ListEnd::kFront ? head_ : tail_;
  const View view = node->view();
  const size_t bytes = view.bytes(), left = view.stored_count() - count;
  if (end == ListEnd::kFront) {
    const size_t gone = view.skip(kHeaderBytes, count) - kHeaderBytes;
    set_pack(node, node->begin + gone, bytes - gone, left);
  } else {
    size_t at = view.last();
    if (count > 1) at = view.at(-static_cast<int64_t>(count));
    node->pack()[at] = listpack::kEnd;
    set_pack(node, node->begin, at + 1, left);
  }
  elements_ -= count;
}

void List::pop(ListEnd end, size_t count) {
  DCHECK(count <= elements_);
  while (count > 0) {
    ListNode* node = end == ListEnd::kFront ? head_ : tail_;
    const size_t own = node->elements();
    if (count < own) return pop_some(end, count);
    drop(node);
    elements_ -= own;
    count -= own;
  }
}

// Two neighbours become one if that is half full at most. True: `node` is gone.
bool List::merge_into_previous(ListNode* node) {
  ListNode* into = previous(node);
  if (into == nullptr) return false;
  const View view = node->view();
  const size_t bytes = view.bytes() - kEmptyBytes, count = view.stored_count();
  if (into->view().bytes() + bytes > pack_bytes_max() / 2 || !fits(into, bytes, count))
    return false;
  splice(into, into->view().end(), 0, view.all());
  elements_ -= count;
  drop(node);
  return true;
}

size_t List::erase_equal(const Element& element, ListEnd from, size_t limit) {
  const bool forward = from == ListEnd::kFront;
  size_t erased = 0;
  ListNode* node = forward ? head_ : tail_;
  while (node != nullptr && erased < limit) {
    NodeStorage storage{*this, node};
    const size_t here = listpack::erase_equal(storage, element, forward, limit - erased);
    if (here > 0 && inner(node)) NodeTree::add_elements(node, -static_cast<int64_t>(here));
    elements_ -= here;
    erased += here;
    ListNode* following = forward ? next(node) : previous(node);
    if (node->view().empty()) {
      drop(node);
    } else if (here > 0) {
      fit_block(node);
      ListNode* merged = forward ? node : next(node);  // with the one that was looked at before
      if (merged != nullptr) merge_into_previous(merged);
    }
    node = following;
  }
  return erased;
}

// -- whole lists

bool List::free_some(size_t elements) {
  size_t freed = 0;
  while (freed < elements) {
    ListNode* node = head_ != nullptr ? head_ : tail_;
    if (node == tail_) tail_ = nullptr;
    if (node == head_) head_ = nullptr;
    if (node == nullptr) node = tree_.take_first();
    if (node == nullptr) return false;
    freed += node->elements();
    release(reinterpret_cast<char*>(node), node->block_bytes);
  }
  return true;
}

Collection* List::copy(CollectionHeap& to) const {
  auto* copied = new List(to, limit_);
  for (ListNode* node = head_; node != nullptr; node = next(node)) {
    const View view = node->view();
    ListNode* own = copied->new_node(view.bytes());
    memcpy(own->pack(), view.pack().data(), view.bytes());
    copied->link_before(own, nullptr);
  }
  copied->elements_ = elements_;
  return copied;
}

}  // namespace cobnut
