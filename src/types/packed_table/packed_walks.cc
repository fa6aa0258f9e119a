// PackedTable: what visits elements without looking for one: walks, samples, copies, deadlines.
#include <algorithm>
#include <array>

#include "base/random.h"
#include "types/packed_table/packed_directory.h"
#include "types/packed_table/packed_table.h"

namespace cobnut {
namespace {

constexpr uint64_t kHashEnd = 0;  // 2^64

}  // namespace

struct PackedTable::Reaping {
  static constexpr size_t kLeavesMax = 64;  // that one call takes elements from

  int64_t now_ms;
  size_t limit;
  size_t removed = 0;
  size_t leaves = 0;
  std::array<uint64_t, kLeavesMax> prefixes{};  // of these

  bool done() const { return removed >= limit || leaves == kLeavesMax; }
};

// -- walks

void PackedTable::for_each_in(uintptr_t link, const Visit& visit) const {
  const Child child(link);
  if (child.is_node()) {
    Node* const node = child.node();
    for (uint32_t i = 0; i < node->count();) {
      const Child below(node->slots()[i]);
      i += node->span(below);
      for_each_in(below.link, visit);
    }
    return;
  }
  for (const PackedLeaf* leaf = child.leaf(); leaf != nullptr; leaf = leaf->next) {
    for (uint32_t i = 0; i < leaf->count; i++) visit(leaf->element(i));
  }
}

void PackedTable::for_each(const Visit& visit) const { for_each_in(root_, visit); }

uint64_t PackedTable::scan(uint64_t cursor, size_t count, const Visit& visit) const {
  constexpr unsigned kCursorShift = 64 - kDepthMax;
  uint64_t from = cursor << kCursorShift;
  size_t seen = 0;
  do {
    const PackedLeaf* leaf = leaf_of(from);
    // Of a leaf with far more elements than are wanted, a part of its hashes.
    unsigned depth = leaf->depth;
    const size_t wanted = std::max<size_t>(count - seen, 1);
    for (size_t n = leaf->count; n > 2 * wanted && depth < kDepthMax; n /= 2) depth++;
    const uint64_t end =
        depth == 0 ? kHashEnd : prefix_of(from, depth) + (uint64_t{1} << (64 - depth));
    const bool whole = depth == leaf->depth && from == prefix_of(from, depth);
    for (; leaf != nullptr; leaf = leaf->next) {
      for (uint32_t i = 0; i < leaf->count; i++) {
        const PackedElement element = leaf->element(i);
        if (!whole) {
          const uint64_t hash = hash_of(element.key);
          if (hash < from || hash - from >= end - from) continue;
        }
        seen++;
        visit(element);
      }
    }
    from = end;
  } while (seen < count && from != kHashEnd);
  return from >> kCursorShift;
}

PackedPlace PackedTable::at_rank(uintptr_t link, size_t& rank) const {
  const Child child(link);
  PackedPlace place;
  if (child.is_node()) {
    Node* const node = child.node();
    for (uint32_t i = 0; i < node->count() && !place;) {
      const Child below(node->slots()[i]);
      i += node->span(below);
      place = at_rank(below.link, rank);
    }
    return place;
  }
  for (PackedLeaf* leaf = child.leaf(); leaf != nullptr; leaf = leaf->next) {
    if (rank < leaf->count) {
      const auto i = static_cast<uint32_t>(rank);
      return {.hash = hash_of(leaf->key(i)), .leaf = leaf, .index = i};
    }
    rank -= leaf->count;
  }
  return place;
}

PackedPlace PackedTable::random() const {
  CHECK(elements_ > 0);
  constexpr size_t kMargin = 3;
  constexpr int kDrawsMax = 200;  // one in three is taken: (2/3)^200 is 1e-35
  for (int draw = 0; draw < kDrawsMax; draw++) {
    PackedLeaf* leaf = leaf_of(fast_random());
    size_t count = 0;
    for (const PackedLeaf* each = leaf; each != nullptr; each = each->next) count += each->count;
    if (fast_random() % (kMargin * elements_) >= uint64_t{count} << leaf->depth) continue;
    size_t rank = fast_random() % count;
    return at_rank(Child(leaf).link, rank);
  }
  size_t rank = fast_random() % elements_;  // hashes that collide: slow but right
  return at_rank(root_, rank);
}

// -- the whole

bool PackedTable::free_child(uintptr_t& link, size_t& budget) {
  const Child child(link);
  if (child.is_node()) {
    Node* const node = child.node();
    for (uint32_t i = node->count(); i > 0;) {
      if (budget == 0) return false;
      uintptr_t& below = node->slots()[--i];
      if (below == 0) continue;
      const uint32_t span = node->span(Child(below));
      if (!free_child(below, budget)) return false;
      std::fill_n(node->slots() + i + 1 - span, span, uintptr_t{0});
    }
    release_node(node);
  } else {
    for (PackedLeaf* leaf = child.leaf(); leaf != nullptr;) {
      for (uint32_t i = 0; i < leaf->count; i++) {
        if (leaf->is_outside(i)) release_outside(leaf->outside(i));
      }
      budget -= std::min<size_t>(budget, leaf->count + 1u);
      PackedLeaf* const next = leaf->next;
      release_leaf(leaf);
      leaf = next;
    }
  }
  link = 0;
  return true;
}

size_t PackedTable::living(int64_t now_ms) const {
  if (next_expiry_ms() >= now_ms) return elements_;
  size_t count = 0;
  for_each([&](const PackedElement& each) { count += each.deadline_ms >= now_ms; });
  return count;
}

PackedPlace PackedTable::try_random_living(int64_t now_ms) const {
  constexpr int kDrawsMax = 20;
  if (elements_ == 0) return {};
  for (int draw = 0; draw < kDrawsMax; draw++) {
    const PackedPlace place = random();
    if (place.deadline_ms() >= now_ms) return place;
  }
  return {};
}

PackedPlace PackedTable::random_living(int64_t now_ms) const {
  const PackedPlace place = try_random_living(now_ms);
  if (place) return place;
  const size_t count = living(now_ms);
  if (count == 0) return {};
  size_t rank = fast_random() % count;
  Bytes drawn;
  for_each([&](const PackedElement& each) {
    if (each.deadline_ms >= now_ms && rank-- == 0) drawn = each.key;
  });
  return find(drawn);
}

bool PackedTable::free_some(size_t elements) {
  if (root_ == 0) return false;
  return !free_child(root_, elements);
}

PackedLeaf* PackedTable::copy_leaf(const PackedLeaf& leaf) {
  auto* copied = reinterpret_cast<PackedLeaf*>(allocate(leaf.block_bytes));
  memcpy(static_cast<void*>(copied), &leaf, leaf.used_bytes());
  for (uint32_t i = 0; i < leaf.count; i++) {
    if (!leaf.is_outside(i)) continue;
    const PackedElement element = leaf.element(i);
    copied->write_outside(i, store_outside(element.key, element.value));
  }
  if (leaf.next != nullptr) copied->next = copy_leaf(*leaf.next);
  return copied;
}

uintptr_t PackedTable::copy_child(uintptr_t link) {
  const Child child(link);
  if (!child.is_node()) return Child(copy_leaf(*child.leaf())).link;
  Node* const node = child.node();
  Node* const copied = new_node(node->base, node->bits);
  copied->next_expiry_ms = node->next_expiry_ms;
  for (uint32_t i = 0; i < node->count();) {
    const Child below(node->slots()[i]);
    copied->fill(i, node->span(below), Child(copy_child(below.link)));
    i += node->span(below);
  }
  return Child(copied).link;
}

Collection* PackedTable::copy(CollectionHeap& to) const {
  auto* copied = new PackedTable(to, values_ ? Values::kOne : Values::kNone, tuning_);
  copied->release_leaf(Child(copied->root_).leaf());
  copied->root_ = copied->copy_child(root_);
  copied->elements_ = elements_;
  copied->with_deadline_ = with_deadline_;
  return copied;
}

// -- deadlines

int64_t PackedTable::next_expiry_ms() const {
  const Child root(root_);
  if (with_deadline_ == 0) return kNoDeadline;
  if (root.is_node()) return root.node()->next_expiry_ms;
  int64_t next = kNoDeadline;
  for (const PackedLeaf* leaf = root.leaf(); leaf != nullptr; leaf = leaf->next) {
    next = std::min(next, leaf->next_expiry_ms);
  }
  return next;
}

size_t PackedTable::reap(int64_t now_ms, size_t limit) {
  Reaping reaping{.now_ms = now_ms, .limit = limit};
  reap_in(root_, 0, reaping);
  for (size_t i = 0; i < reaping.leaves; i++) settle(reaping.prefixes[i]);
  return reaping.removed;
}

// Both return the earliest deadline that is left, perhaps too early.
int64_t PackedTable::reap_in(uintptr_t link, uint64_t prefix, Reaping& reaping) {
  const Child child(link);
  if (!child.is_node()) return reap_leaf(child.leaf(), prefix, reaping);
  Node* const node = child.node();
  if (node->next_expiry_ms >= reaping.now_ms || reaping.done()) return node->next_expiry_ms;
  int64_t next = kNoDeadline;
  for (uint32_t i = 0; i < node->count();) {
    const Child below(node->slots()[i]);
    const uint64_t first = uint64_t{i} << (64 - node->base - node->bits);
    i += node->span(below);
    next = std::min(next, reap_in(below.link, prefix | first, reaping));
  }
  node->next_expiry_ms = next;
  return next;
}

int64_t PackedTable::reap_leaf(PackedLeaf* leaf, uint64_t prefix, Reaping& reaping) {
  int64_t earliest = kNoDeadline;
  bool touched = false;
  const bool done = reaping.done();
  for (; leaf != nullptr; leaf = leaf->next) {
    if (leaf->next_expiry_ms < reaping.now_ms && !done) {
      int64_t next = kNoDeadline;
      for (uint32_t i = leaf->count; i-- > 0;) {
        const int64_t deadline_ms = leaf->deadline_ms(i);
        if (deadline_ms >= reaping.now_ms) {
          next = std::min(next, deadline_ms);
          continue;
        }
        if (leaf->is_outside(i)) release_outside(leaf->outside(i));
        leaf->erase(i);
        reaping.removed++;
        elements_--;
        with_deadline_--;
        touched = true;
      }
      leaf->next_expiry_ms = next;
    }
    earliest = std::min(earliest, leaf->next_expiry_ms);
  }
  if (touched) reaping.prefixes[reaping.leaves++] = prefix;
  return earliest;
}

}  // namespace cobnut
