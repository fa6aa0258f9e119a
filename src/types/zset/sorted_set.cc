#include "types/zset/sorted_set.h"

#include <algorithm>

#include "base/prefetch.h"

namespace cobnut {

using zset::Inner;
using zset::Leaf;
using zset::Node;
using zset::Stored;
using zset::StoredBuffer;

namespace {

uint32_t child_index(const Inner& parent, const Node* child) {
  uint32_t i = 0;
  while (parent.children[i] != child) {
    i++;
    DCHECK(i < parent.count);
  }
  return i;
}

uint64_t sum_of(const uint64_t* elements, uint32_t count) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < count; i++) sum += elements[i];
  return sum;
}

// The score of a node's first element has changed, or the element: its ancestors hear of it.
void note_first(Node* node, double score) {
  for (Inner* parent = node->parent; parent != nullptr; node = parent, parent = parent->parent) {
    const uint32_t i = child_index(*parent, node);
    parent->scores[i] = score;
    if (i > 0) return;
  }
}

void take_children(Inner* to, uint32_t at, const Inner& from, uint32_t first, uint32_t end) {
  const uint32_t n = end - first;
  memcpy(to->scores + at, from.scores + first, n * sizeof(to->scores[0]));
  memcpy(to->elements + at, from.elements + first, n * sizeof(to->elements[0]));
  memcpy(to->children + at, from.children + first, n * sizeof(to->children[0]));
  for (uint32_t i = 0; i < n; i++) to->children[at + i]->parent = to;
}

// Makes room for a child at `index`, or closes the gap there.
void shift_children(Inner* inner, uint32_t index, int by) {
  const uint32_t from = by > 0 ? index : index + 1;
  const uint32_t n = inner->count - from;
  memmove(inner->scores + from + by, inner->scores + from, n * sizeof(inner->scores[0]));
  memmove(inner->elements + from + by, inner->elements + from, n * sizeof(inner->elements[0]));
  memmove(inner->children + from + by, inner->children + from, n * sizeof(inner->children[0]));
  inner->count = static_cast<uint16_t>(inner->count + by);
}

}  // namespace

SortedSet::SortedSet(CollectionHeap& heap, const Limits& limits)
    : Collection(heap, sizeof(SortedSet)), limits_(limits), index_(*this, limits.index_lines_log2) {
  CHECK(limits.leaf_bytes <= 2048 && limits.leaf_bytes >= zset::kLeafBytesMin);
  CHECK(limits.inner_children <= zset::kInnerChildrenMax && limits.inner_children >= 4);
}

// -- leaves and their numbers

Leaf* SortedSet::new_leaf(size_t bytes) {
  if (leaf_unused_ == kNoLeaf && leaf_limit_ == leaf_capacity_) {
    const uint32_t capacity = leaf_capacity_ + leaf_capacity_ / 4 + 8;
    leaves_ = reinterpret_cast<uint64_t*>(reallocate(reinterpret_cast<char*>(leaves_),
                                                     leaf_capacity_ * sizeof(uint64_t),
                                                     capacity * sizeof(uint64_t)));
    leaf_capacity_ = capacity;
  }
  uint32_t id = leaf_unused_;
  if (id != kNoLeaf) {
    leaf_unused_ = static_cast<uint32_t>(leaves_[id] >> 1);
  } else {
    id = leaf_limit_++;
  }
  const size_t capacity = zset::leaf_capacity(bytes);
  auto* leaf = reinterpret_cast<Leaf*>(allocate(capacity));
  leaf->parent = nullptr;
  leaf->deadline_min_ms = INT64_MAX;
  leaf->id = id;
  leaf->capacity = static_cast<uint16_t>(capacity);
  leaf->stored = 0;
  leaf->count = 0;
  leaves_[id] = reinterpret_cast<uint64_t>(leaf);
  return leaf;
}

void SortedSet::drop_leaf(Leaf* leaf) {
  leaves_[leaf->id] = uint64_t{leaf_unused_} << 1 | 1;
  leaf_unused_ = leaf->id;
  release(reinterpret_cast<char*>(leaf), leaf->capacity);
}

// The leaf in a block that fits `bytes`.
Leaf* SortedSet::resize_leaf(Leaf* leaf, size_t bytes) {
  const size_t capacity = zset::leaf_capacity(bytes);
  if (capacity == leaf->capacity) return leaf;
  auto* resized = reinterpret_cast<Leaf*>(allocate(capacity));
  zset::copy_leaf(resized, *leaf, capacity);
  leaves_[leaf->id] = reinterpret_cast<uint64_t>(resized);
  if (leaf->parent == nullptr) {
    root_ = resized;
  } else {
    leaf->parent->children[child_index(*leaf->parent, leaf)] = resized;
  }
  release(reinterpret_cast<char*>(leaf), leaf->capacity);
  return resized;
}

void SortedSet::release_outside(const Leaf& leaf, uint32_t i) {
  if (!(leaf.sizes()[i] & zset::kSpecial)) return;
  const zset::Outside outside = zset::special_outside(zset::stored_at(leaf, i).bytes);
  release(outside.block, outside.bytes);
}

size_t SortedSet::hashes_in_leaf(uint32_t leaf, uint8_t tag, uint64_t* hashes) const {
  size_t found = 0;
  const Leaf& in = *leaf_at(leaf);
  zset::visit_tag(in, tag, [&](uint32_t i) {
    hashes[found++] = hash_of(zset::member_at(in, i));
    return false;
  });
  return found;
}

void SortedSet::prefetch_leaf(uint32_t leaf) const {
  const char* at = reinterpret_cast<const char*>(leaf_at(leaf));
  cobnut::prefetch(at);
  cobnut::prefetch(at + 64);
}

// -- reads

SortedSet::Place SortedSet::find(uint64_t hash, Bytes member) const {
  Place place;
  index_.find(hash, [&](uint32_t id) {
    Leaf* leaf = leaf_at(id);
    return zset::visit_tag(*leaf, zset::tag_of(hash), [&](uint32_t i) {
      if (zset::member_at(*leaf, i) != member) return false;
      place = {leaf, i};
      return true;
    });
  });
  return place;
}

size_t SortedSet::rank(Place place) const {
  size_t rank = place.index;
  const Node* node = place.leaf;
  for (const Inner* parent = node->parent; parent != nullptr;
       node = parent, parent = parent->parent) {
    rank += sum_of(parent->elements, child_index(*parent, node));
  }
  return rank;
}

SortedSet::Place SortedSet::at_rank(size_t rank) const {
  if (rank >= count_) return {};
  Node* node = root_;
  for (uint32_t level = height_; level > 0; level--) {
    const auto& inner = *static_cast<Inner*>(node);
    uint32_t i = 0;
    for (; rank >= inner.elements[i]; i++) rank -= inner.elements[i];
    node = inner.children[i];
  }
  return {static_cast<Leaf*>(node), static_cast<uint32_t>(rank)};
}

SortedSet::Place SortedSet::next(Place place) const {
  if (place.index + 1 < place.leaf->count) return {place.leaf, place.index + 1};
  const Node* node = place.leaf;
  for (const Inner* parent = node->parent; parent != nullptr;
       node = parent, parent = parent->parent) {
    const uint32_t i = child_index(*parent, node) + 1;
    if (i == parent->count) continue;
    return {const_cast<Leaf*>(first_leaf(parent->children[i], parent->level - 1u)), 0};
  }
  return {};
}

SortedSet::Place SortedSet::previous(Place place) const {
  if (place.index > 0) return {place.leaf, place.index - 1};
  const Node* node = place.leaf;
  for (const Inner* parent = node->parent; parent != nullptr;
       node = parent, parent = parent->parent) {
    const uint32_t i = child_index(*parent, node);
    if (i == 0) continue;
    Node* last = parent->children[i - 1];
    for (uint32_t level = parent->level - 1u; level > 0; level--) {
      auto* inner = static_cast<Inner*>(last);
      last = inner->children[inner->count - 1];
    }
    auto* leaf = static_cast<Leaf*>(last);
    return {leaf, leaf->count - 1u};
  }
  return {};
}

const Leaf* SortedSet::first_leaf(const Node* node, uint32_t level) const {
  for (; level > 0; level--) node = static_cast<const Inner*>(node)->children[0];
  return static_cast<const Leaf*>(node);
}

// The last child whose first element precedes, or the first child. `precedes` gets a score and a
// function that reads the member.
template <typename Precedes>
uint32_t SortedSet::child_of(const Inner& inner, Precedes precedes, bool* before_first) const {
  uint32_t first = 0;
  for (uint32_t left = inner.count; left > 0;) {
    const uint32_t half = left / 2;
    const uint32_t at = first + half;
    const bool before = precedes(inner.scores[at], [&] {
      return zset::member_at(*first_leaf(inner.children[at], inner.level - 1u), 0);
    });
    first = before ? at + 1 : first;
    left = before ? left - half - 1 : half;
  }
  *before_first = first == 0;
  return first == 0 ? 0 : first - 1;
}

// How many elements precede; they come first.
template <typename Precedes>
size_t SortedSet::partition(Precedes precedes) const {
  if (root_ == nullptr) return 0;
  size_t rank = 0;
  const Node* node = root_;
  for (uint32_t level = height_; level > 0; level--) {
    const auto& inner = *static_cast<const Inner*>(node);
    bool before_first;
    const uint32_t i = child_of(inner, precedes, &before_first);
    rank += sum_of(inner.elements, i);
    node = inner.children[i];
  }
  const auto& leaf = *static_cast<const Leaf*>(node);
  return rank + zset::partition_leaf(leaf, [&](double score, uint32_t i) {
           return precedes(score, [&] { return zset::member_at(leaf, i); });
         });
}

size_t SortedSet::rank_of_score(double score, bool behind_equal) const {
  if (behind_equal) return partition([=](double at, auto&&) { return at <= score; });
  return partition([=](double at, auto&&) { return at < score; });
}

size_t SortedSet::rank_of_member(Bytes member, bool behind_equal) const {
  if (behind_equal) return partition([=](double, auto&& at) { return at() <= member; });
  return partition([=](double, auto&& at) { return at() < member; });
}

uint64_t SortedSet::scan(uint64_t cursor, size_t count, const Visit& visit) const {
  constexpr int kCursorShift = 16;  // a cursor is the top 48 bits of the hash
  std::vector<zset::MemberIndex::Candidate> candidates;
  uint64_t hash = cursor << kCursorShift;
  for (size_t seen = 0;;) {
    const uint64_t last = index_.line_of(hash, &candidates);
    for (const zset::MemberIndex::Candidate& candidate : candidates) {
      Leaf* leaf = leaf_at(candidate.leaf);
      zset::visit_tag(*leaf, candidate.tag, [&](uint32_t i) {
        const uint64_t of_member = hash_of(zset::member_at(*leaf, i));
        if (of_member < hash || of_member > last) return false;
        visit({leaf, i});
        seen++;
        return false;
      });
    }
    if (last == UINT64_MAX) return 0;
    hash = last + 1;
    if (seen >= count) return hash >> kCursorShift;
  }
}

// -- insertion

// The leaf where the element belongs; the nodes on the way count it already.
Leaf* SortedSet::leaf_for_insert(double score, Bytes member) {
  if (root_ == nullptr) {
    root_ = new_leaf(zset::kLeafBytesMin);
    return static_cast<Leaf*>(root_);
  }
  const auto precedes = [=](double at, auto&& at_member) {
    return at < score || (at == score && at_member() < member);
  };
  Node* node = root_;
  for (uint32_t level = height_; level > 0; level--) {
    auto* inner = static_cast<Inner*>(node);
    bool before_first;
    const uint32_t i = child_of(*inner, precedes, &before_first);
    inner->elements[i]++;
    if (before_first) inner->scores[0] = score;
    node = inner->children[i];
  }
  return static_cast<Leaf*>(node);
}

Leaf* SortedSet::place_element(double score, Bytes member, uint8_t tag, const Stored& stored) {
  Leaf* leaf = leaf_for_insert(score, member);
  const uint32_t i = zset::partition_leaf(*leaf, [&](double at, uint32_t of) {
    return at < score || (at == score && zset::member_at(*leaf, of) < member);
  });
  return put_in_leaf(leaf, i, score, tag, stored);
}

// REQUIRES: the ancestors count the element, and have its score where it is a first one.
Leaf* SortedSet::put_in_leaf(Leaf* leaf, uint32_t i, double score, uint8_t tag,
                             const Stored& stored) {
  const size_t bytes = zset::kElementBytes + stored.bytes.size();
  if (zset::free_bytes(*leaf) < bytes || leaf->count == kLeafElementsMax)
    leaf = make_room(leaf, &i, score, bytes);
  zset::insert_at(*leaf, i, score, tag, stored);
  if (stored.special) note_deadline(leaf, zset::special_deadline(stored.bytes));
  return leaf;
}

// Room for `bytes` at *i, in a larger block or by a split: the leaf where the element goes, and *i
// in it.
Leaf* SortedSet::make_room(Leaf* leaf, uint32_t* i, double score, size_t bytes) {
  const size_t used = zset::used_bytes(*leaf);
  if ((used + bytes <= limits_.leaf_bytes && leaf->count < kLeafElementsMax) || leaf->count < 2)
    return resize_leaf(leaf, used + bytes);
  const uint32_t n = leaf->count;
  const bool appends = *i == n && next({leaf, n - 1}).leaf == nullptr;
  if (*i == 0 && previous({leaf, 0}).leaf == nullptr) return prepend_leaf(leaf, score, bytes);
  uint32_t at = n;  // elements from here move
  if (!appends) {
    at = 1;
    while (at < n - 1 && zset::range_bytes(*leaf, 0, at) < (used - Leaf::kHeaderBytes) / 2) at++;
  }
  const bool goes_right = appends || *i > at;
  const size_t moved_bytes = zset::range_bytes(*leaf, at, n);
  Leaf* right = new_leaf(Leaf::kHeaderBytes + moved_bytes + (goes_right ? bytes : 0));
  move_entries(right, *leaf, at, n);
  zset::erase_range(*leaf, at, n);
  if (leaf->deadline_min_ms != INT64_MAX) leaf->deadline_min_ms = zset::deadline_min(*leaf);
  leaf = resize_leaf(leaf, zset::used_bytes(*leaf) + (goes_right ? 0 : bytes));
  if (leaf->parent == nullptr) {
    new_root(leaf, at > 0 ? leaf->score(0) : score);
    static_cast<Inner*>(root_)->elements[0] = n + 1u;
    if (!goes_right && *i == 0) static_cast<Inner*>(root_)->scores[0] = score;
  }
  const uint32_t right_count = right->count + (goes_right ? 1u : 0u);
  const uint32_t index = child_index(*leaf->parent, leaf);
  leaf->parent->elements[index] -= right_count;
  insert_child(leaf->parent, index + 1, right, right->count > 0 ? right->score(0) : score,
               right_count);
  if (!goes_right) return leaf;
  *i -= at;
  if (*i == 0) note_first(right, score);
  return right;
}

// A leaf before the first, for one element that its ancestors count already: what comes in
// descending order, as from DUMP, fills leaves as what comes in ascending order does.
Leaf* SortedSet::prepend_leaf(Leaf* first, double score, size_t bytes) {
  Leaf* const added = new_leaf(Leaf::kHeaderBytes + bytes);
  if (first->parent == nullptr) {
    new_root(first, first->score(0));
    static_cast<Inner*>(root_)->elements[0] = first->count + 1u;
  }
  Inner* const parent = first->parent;
  parent->elements[0]--;
  parent->scores[0] = first->score(0);
  insert_child(parent, 0, added, score, 1);
  return added;
}

// Copies elements behind those of `to`, and their entries name it.
void SortedSet::move_entries(Leaf* to, const Leaf& from, uint32_t first, uint32_t end) {
  uint64_t hashes[kLeafElementsMax];
  uint32_t offset = zset::member_offset(from, first);
  for (uint32_t i = first; i < end; i++) {
    const Stored stored = zset::stored_at(from, i, offset);
    offset += static_cast<uint32_t>(stored.bytes.size());
    hashes[i - first] = hash_of(zset::member_of(stored));
    index_.prefetch(hashes[i - first]);
  }
  for (uint32_t i = first; i < end; i++) index_.replace(hashes[i - first], from.id, to->id);
  zset::append_range(*to, from, first, end);
}

void SortedSet::new_root(Node* old_root, double score) {
  auto* root = reinterpret_cast<Inner*>(allocate(sizeof(Inner)));
  root->parent = nullptr;
  root->deadline_min_ms = old_root->deadline_min_ms;
  root->count = 1;
  root->level = static_cast<uint8_t>(++height_);
  root->scores[0] = score;
  root->children[0] = old_root;
  old_root->parent = root;
  root_ = root;
}

void SortedSet::insert_child(Inner* parent, uint32_t index, Node* child, double score,
                             uint64_t elements) {
  shift_children(parent, index, 1);
  parent->scores[index] = score;
  parent->elements[index] = elements;
  parent->children[index] = child;
  child->parent = parent;
  parent->deadline_min_ms = std::min(parent->deadline_min_ms, child->deadline_min_ms);
  if (parent->count == limits_.inner_children) split_inner(parent, index);
}

// `index`: the child that came; at an end more will come there, and the other part stays full.
void SortedSet::split_inner(Inner* inner, uint32_t index) {
  const uint32_t n = inner->count;
  const uint32_t at = index + 1 == n ? n - n / 8 - 1 : index == 0 ? n / 8 + 1 : n / 2;
  auto* right = reinterpret_cast<Inner*>(allocate(sizeof(Inner)));
  right->deadline_min_ms = inner->deadline_min_ms;
  right->count = static_cast<uint16_t>(n - at);
  right->level = inner->level;
  take_children(right, 0, *inner, at, n);
  inner->count = static_cast<uint16_t>(at);
  const uint64_t moved = sum_of(right->elements, right->count);
  if (inner->parent == nullptr) {
    new_root(inner, inner->scores[0]);
    inner->parent->elements[0] = moved + sum_of(inner->elements, inner->count);
  }
  const uint32_t of_inner = child_index(*inner->parent, inner);
  inner->parent->elements[of_inner] -= moved;
  insert_child(inner->parent, of_inner + 1, right, right->scores[0], moved);
}

void SortedSet::insert(uint64_t hash, Bytes member, double score, int64_t deadline_ms) {
  index_.reserve(hash);
  char* outside = nullptr;
  if (member.size() > zset::kInlineMemberMax) {
    outside = allocate(member.size());
    memcpy(outside, member.data(), member.size());
  }
  StoredBuffer buffer;
  const Stored stored = zset::stored_form(member, deadline_ms, outside, &buffer);
  const Leaf* leaf = place_element(score, member, zset::tag_of(hash), stored);
  index_.insert(hash, leaf->id);
  count_++;
}

// -- removal

// Elements were erased from the leaf: counts, first elements, and a leaf that has become small.
void SortedSet::fix_after_erase(Leaf* leaf, uint32_t erased, bool first_erased) {
  Node* node = leaf;
  for (Inner* parent = node->parent; parent != nullptr; node = parent, parent = parent->parent)
    parent->elements[child_index(*parent, node)] -= erased;
  if (leaf->count == 0) {
    Inner* parent = leaf->parent;
    if (parent == nullptr) {
      root_ = nullptr;
      return drop_leaf(leaf);
    }
    const uint32_t index = child_index(*parent, leaf);
    drop_leaf(leaf);
    remove_child(parent, index);
    return collapse_root();
  }
  if (first_erased) note_first(leaf, leaf->score(0));
  const size_t used = zset::used_bytes(*leaf);
  if (used < limits_.leaf_bytes / 4 && merge_leaf(leaf)) return collapse_root();
  // Half a doubling of room is left to it, so that an insertion does not move it back.
  if (zset::leaf_capacity(used + used / 4) < leaf->capacity) resize_leaf(leaf, used + used / 8);
}

// With a neighbour under the same parent, when both leave room for more.
bool SortedSet::merge_leaf(Leaf* leaf) {
  Inner* parent = leaf->parent;
  if (parent == nullptr || parent->count < 2) return false;
  const uint32_t index = child_index(*parent, leaf);
  const uint32_t left_index = index > 0 ? index - 1 : 0;
  auto* left = static_cast<Leaf*>(parent->children[left_index]);
  auto* right = static_cast<Leaf*>(parent->children[left_index + 1]);
  const size_t bytes = zset::used_bytes(*left) + zset::used_bytes(*right) - Leaf::kHeaderBytes;
  if (bytes > limits_.leaf_bytes * 3 / 4 || left->count + right->count > int{kLeafElementsMax})
    return false;
  if (zset::free_bytes(*left) < zset::used_bytes(*right)) left = resize_leaf(left, bytes);
  move_entries(left, *right, 0, right->count);
  parent->elements[left_index] += parent->elements[left_index + 1];
  drop_leaf(right);
  remove_child(parent, left_index + 1);
  return true;
}

void SortedSet::remove_child(Inner* parent, uint32_t index) {
  shift_children(parent, index, -1);
  if (parent->count == 0) {
    Inner* grandparent = parent->parent;
    const uint32_t of_parent = grandparent == nullptr ? 0 : child_index(*grandparent, parent);
    release(reinterpret_cast<char*>(parent), sizeof(Inner));
    if (grandparent != nullptr) return remove_child(grandparent, of_parent);
    root_ = nullptr;
    height_ = 0;
    return;
  }
  if (index == 0) note_first(parent, parent->scores[0]);
  if (parent->count < limits_.inner_children / 4) merge_inner(parent);
}

void SortedSet::merge_inner(Inner* inner) {
  Inner* parent = inner->parent;
  if (parent == nullptr || parent->count < 2) return;
  const uint32_t index = child_index(*parent, inner);
  const uint32_t left_index = index > 0 ? index - 1 : 0;
  auto* left = static_cast<Inner*>(parent->children[left_index]);
  auto* right = static_cast<Inner*>(parent->children[left_index + 1]);
  if (left->count + right->count > static_cast<int>(limits_.inner_children) * 3 / 4) return;
  take_children(left, left->count, *right, 0, right->count);
  left->count = static_cast<uint16_t>(left->count + right->count);
  left->deadline_min_ms = std::min(left->deadline_min_ms, right->deadline_min_ms);
  parent->elements[left_index] += parent->elements[left_index + 1];
  release(reinterpret_cast<char*>(right), sizeof(Inner));
  remove_child(parent, left_index + 1);
}

void SortedSet::collapse_root() {
  while (height_ > 0 && static_cast<Inner*>(root_)->count == 1) {
    auto* old = static_cast<Inner*>(root_);
    root_ = old->children[0];
    root_->parent = nullptr;
    height_--;
    release(reinterpret_cast<char*>(old), sizeof(Inner));
  }
}

// Erases those of elements [first, end) of the leaf whose deadline is before due_ms; INT64_MAX:
// all.
void SortedSet::erase_some(Leaf* leaf, uint32_t first, uint32_t end, int64_t due_ms) {
  uint64_t hashes[kLeafElementsMax];
  uint32_t erased = 0;
  bool first_erased = false;
  for (uint32_t i = end; i > first;) {
    i--;
    if (due_ms != INT64_MAX && zset::deadline_at(*leaf, i) >= due_ms) continue;
    const uint64_t hash = hash_of(zset::member_at(*leaf, i));
    index_.erase(hash, leaf->id);
    hashes[erased++] = hash;
    release_outside(*leaf, i);
    if (due_ms != INT64_MAX) zset::erase_range(*leaf, i, i + 1);
    first_erased = i == 0;
  }
  if (erased == 0) return;
  if (due_ms == INT64_MAX) zset::erase_range(*leaf, first, end);
  count_ -= erased;
  fix_after_erase(leaf, erased, first_erased);
  for (uint32_t i = 0; i < erased; i++) index_.settle(hashes[i]);
}

void SortedSet::erase(uint64_t hash, Place place) {
  Leaf* leaf = place.leaf;
  index_.erase(hash, leaf->id);
  release_outside(*leaf, place.index);
  zset::erase_range(*leaf, place.index, place.index + 1);
  count_--;
  fix_after_erase(leaf, 1, place.index == 0);
  index_.settle(hash);
}

void SortedSet::erase_ranks(size_t first, size_t count) {
  CHECK_OP(first + count, <=, count_);
  while (count > 0) {
    const Place place = at_rank(first);
    const size_t here = std::min<size_t>(count, place.leaf->count - place.index);
    erase_some(place.leaf, place.index, place.index + static_cast<uint32_t>(here), INT64_MAX);
    count -= here;
  }
}

// -- changes of an element

void SortedSet::set_score(uint64_t hash, Place place, double score) {
  Leaf* leaf = place.leaf;
  const uint32_t i = place.index;
  // In its old place, when the neighbours are in this leaf and their scores allow it.
  const bool behind = i > 0 ? leaf->score(i - 1) < score : leaf->parent == nullptr;
  const bool before = i + 1u < leaf->count ? leaf->score(i + 1) > score : leaf->parent == nullptr;
  if (behind && before) return leaf->set_score(i, score);
  const Stored old = zset::stored_at(*leaf, i);
  StoredBuffer buffer;
  memcpy(buffer.bytes, old.bytes.data(), old.bytes.size());
  const Stored stored{{buffer.bytes, old.bytes.size()}, old.special};
  const uint32_t old_id = leaf->id;
  zset::erase_range(*leaf, i, i + 1);
  fix_after_erase(leaf, 1, i == 0);
  leaf = place_element(score, zset::member_of(stored), zset::tag_of(hash), stored);
  // The number may be another leaf's by now: entries are interchangeable.
  if (leaf->id != old_id) index_.replace(hash, old_id, leaf->id);
}

void SortedSet::note_deadline(Node* node, int64_t deadline_ms) {
  for (; node != nullptr && node->deadline_min_ms > deadline_ms; node = node->parent)
    node->deadline_min_ms = deadline_ms;
}

}  // namespace cobnut
