// A large sorted set as a Collection: prefetches, deadlines of members, freeing in slices, copies.
#include <algorithm>

#include "base/prefetch.h"
#include "types/zset/sorted_set.h"

namespace cobnut {

using zset::Inner;
using zset::Leaf;
using zset::Node;
using zset::Stored;
using zset::StoredBuffer;

void SortedSet::set_deadline(uint64_t hash, Place place, int64_t deadline_ms) {
  Leaf* leaf = place.leaf;
  const Stored old = zset::stored_at(*leaf, place.index);
  StoredBuffer member, buffer;
  char* outside = old.special ? zset::special_outside(old.bytes).block : nullptr;
  Bytes text = zset::member_of(old);
  if (outside == nullptr) {
    memcpy(member.bytes, text.data(), text.size());
    text = {member.bytes, text.size()};
  }
  const Stored stored = zset::stored_form(text, deadline_ms, outside, &buffer);
  const double score = place.score();
  const uint32_t old_id = leaf->id;
  zset::erase_range(*leaf, place.index, place.index + 1);
  leaf = put_in_leaf(leaf, place.index, score, zset::tag_of(hash), stored);
  if (leaf->id != old_id) index_.replace(hash, old_id, leaf->id);
}

size_t SortedSet::due_between(size_t begin, size_t end, int64_t now_ms) const {
  size_t due = 0;
  Place place = at_rank(begin);
  for (size_t left = end - begin; left > 0;) {
    const Leaf& leaf = *place.leaf;
    const auto behind = static_cast<uint32_t>(std::min<size_t>(place.index + left, leaf.count));
    if (leaf.deadline_min_ms < now_ms) {
      for (uint32_t i = place.index; i < behind; i++) due += zset::deadline_at(leaf, i) < now_ms;
    }
    left -= behind - place.index;
    if (left > 0) place = next({place.leaf, behind - 1});
  }
  return due;
}

size_t SortedSet::reap(int64_t now_ms, size_t limit) {
  const size_t before = count_;
  while (root_ != nullptr && root_->deadline_min_ms < now_ms && before - count_ < limit) {
    Node* node = root_;
    uint32_t level = height_;
    while (level > 0) {
      auto* inner = static_cast<Inner*>(node);
      int64_t least = INT64_MAX;
      for (uint32_t i = 0; i < inner->count; i++) {
        Node* child = inner->children[i];
        if (child->deadline_min_ms < least) {
          least = child->deadline_min_ms;
          node = child;
        }
      }
      inner->deadline_min_ms = least;  // exactly what its children say
      if (least >= now_ms) break;
      level--;
    }
    if (level > 0) continue;
    auto* leaf = static_cast<Leaf*>(node);
    const int64_t least = zset::deadline_min(*leaf);
    if (least >= now_ms) {
      leaf->deadline_min_ms = least;
      continue;
    }
    erase_some(leaf, 0, leaf->count, now_ms);
  }
  return before - count_;
}

bool SortedSet::free_some(size_t elements) {
  constexpr size_t kPerBlock = 32;  // elements: what freeing one block is worth
  for (size_t freed = 0; freed < elements;) {
    if (index_.free_some()) {
      freed += kPerBlock;
    } else if (leaf_freed_ < leaf_limit_) {
      const uint64_t entry = leaves_[leaf_freed_++];
      if (entry & 1) continue;
      auto* leaf = reinterpret_cast<Leaf*>(entry);
      for (uint32_t i = 0; i < leaf->count; i++) release_outside(*leaf, i);
      freed += kPerBlock;
      release(reinterpret_cast<char*>(leaf), leaf->capacity);
    } else if (height_ > 0) {
      auto* inner = static_cast<Inner*>(root_);
      while (inner->level > 1 && inner->count > 0)
        inner = static_cast<Inner*>(inner->children[inner->count - 1]);
      if (inner->parent != nullptr) inner->parent->count--;
      if (inner == root_) height_ = 0;
      release(reinterpret_cast<char*>(inner), sizeof(Inner));
      freed += kPerBlock;
    } else {
      release(reinterpret_cast<char*>(leaves_), leaf_capacity_ * sizeof(uint64_t));
      leaves_ = nullptr;
      leaf_capacity_ = 0;
      return false;
    }
  }
  return true;
}

Node* SortedSet::copy_node(const Node* node, uint32_t level, Inner* parent,
                           SortedSet* copied) const {
  if (level > 0) {
    const auto* from = static_cast<const Inner*>(node);
    auto* inner = reinterpret_cast<Inner*>(copied->allocate(sizeof(Inner)));
    memcpy(static_cast<void*>(inner), from, sizeof(Inner));
    inner->parent = parent;
    for (uint32_t i = 0; i < inner->count; i++)
      inner->children[i] = copy_node(from->children[i], level - 1, inner, copied);
    return inner;
  }
  const auto* from = static_cast<const Leaf*>(node);
  auto* leaf = reinterpret_cast<Leaf*>(copied->allocate(from->capacity));
  zset::copy_leaf(leaf, *from, from->capacity);
  leaf->parent = parent;
  copied->leaves_[leaf->id] = reinterpret_cast<uint64_t>(leaf);
  for (uint32_t i = 0; i < leaf->count; i++) {
    if (!(leaf->sizes()[i] & zset::kSpecial)) continue;
    const Stored stored = zset::stored_at(*leaf, i);
    const zset::Outside outside = zset::special_outside(stored.bytes);
    if (outside.block == nullptr) continue;
    char* block = copied->allocate(outside.bytes);
    memcpy(block, outside.block, outside.bytes);
    StoredBuffer buffer;
    const Stored own = zset::stored_form({block, outside.bytes},
                                         zset::special_deadline(stored.bytes), block, &buffer);
    memcpy(const_cast<char*>(stored.bytes.data()), own.bytes.data(), own.bytes.size());
  }
  return leaf;
}

Collection* SortedSet::copy(CollectionHeap& to) const {
  auto* copied = new SortedSet(to, limits_);
  copied->count_ = count_;
  copied->height_ = height_;
  copied->leaf_limit_ = leaf_limit_;
  copied->leaf_capacity_ = leaf_capacity_;
  copied->leaf_unused_ = leaf_unused_;
  if (leaf_capacity_ > 0) {
    const size_t bytes = leaf_capacity_ * sizeof(uint64_t);
    copied->leaves_ = reinterpret_cast<uint64_t*>(copied->allocate(bytes));
    memcpy(copied->leaves_, leaves_, leaf_limit_ * sizeof(uint64_t));
  }
  if (root_ != nullptr) copied->root_ = copy_node(root_, height_, nullptr, copied);
  copied->index_.copy_from(index_);
  return copied;
}

// Step by step for all of them, so that the misses of a step overlap.
void SortedSet::prefetch(std::span<const Bytes> members) const {
  struct Walk {
    uint64_t hash;
    const Leaf* leaf;
  };
  Walk walks[kPrefetchMost];
  const size_t count = std::min(members.size(), kPrefetchMost);
  for (size_t i = 0; i < count; i++) {
    walks[i] = {hash_of(members[i]), nullptr};
    index_.prefetch(walks[i].hash);
  }
  for (Walk& walk : std::span(walks, count)) {
    index_.find(walk.hash, [&](uint32_t leaf) {
      walk.leaf = leaf_at(leaf);
      prefetch_leaf(leaf);
      return true;
    });
  }
  for (const Walk& walk : std::span(walks, count)) {
    if (walk.leaf == nullptr) continue;
    zset::visit_tag(*walk.leaf, zset::tag_of(walk.hash), [&](uint32_t i) {
      cobnut::prefetch(zset::member_at(*walk.leaf, i).data());
      return true;
    });
  }
}

}  // namespace cobnut
