#include "types/packed_table/packed_table.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/hash.h"
#include "base/prefetch.h"
#include "types/packed_table/packed_directory.h"

namespace cobnut {
namespace {

constexpr unsigned kLevelsMax = kDepthMax / kNodeBits;  // a node above another has all its bits
constexpr size_t kBlockMin = 128;                       // bytes of a leaf
constexpr size_t kChainLeafBytes = 1536;
constexpr size_t kLeafCountMax = 512;  // elements; smaller than 4 B each there are not so many

uint8_t tag_of(uint64_t hash) { return static_cast<uint8_t>(hash); }

// The next of jemalloc's sizes: 16 B steps to 128, then four a doubling.
size_t block_class(size_t bytes) {
  if (bytes <= kBlockMin) return kBlockMin;
  const size_t step = std::bit_floor(bytes - 1) / 4;
  return (bytes + step - 1) / step * step;
}

}  // namespace

struct PackedTable::Path {
  PackedTable& table;
  std::array<Node*, kLevelsMax> nodes;
  std::array<uint32_t, kLevelsMax> at;  // the slot taken in each
  unsigned levels = 0;
  PackedLeaf* leaf = nullptr;  // the first of its chain

  Node* parent() const { return levels == 0 ? nullptr : nodes[levels - 1]; }
  // The leaf, or what is `up` levels above it, becomes `child`, in all slots that point to it.
  void relink(Child child, uint32_t span) const {
    if (levels == 0) {
      table.root_ = child.link;
      return;
    }
    const uint32_t first = at[levels - 1] & ~(span - 1);
    nodes[levels - 1]->fill(first, span, child);
  }
  uint32_t leaf_span() const { return levels == 0 ? 1 : parent()->span(leaf->depth); }
};

struct PackedTable::Record {
  Bytes key, value;       // inline
  PackedOutside where{};  // else
  bool is_outside = false;
  int64_t deadline_ms = kNoDeadline;

  size_t bytes(bool values) const {
    const bool has_deadline = deadline_ms != kNoDeadline;
    return is_outside ? PackedLeaf::outside_record_size(has_deadline)
                      : PackedLeaf::record_size(values, key, value, has_deadline);
  }
  static bool fits_inline(bool values, Bytes key, Bytes value, int64_t deadline_ms) {
    return PackedLeaf::record_size(values, key, value, deadline_ms != kNoDeadline) <=
           kPackedInlineMax;
  }
};

PackedTable::PackedTable(CollectionHeap& heap, Values values, const PackedTuning& tuning)
    : Collection(heap, sizeof(PackedTable)), tuning_(tuning), values_(values == Values::kOne) {
  root_ = Child(new_leaf(0, 0, 0)).link;
}

// -- lookup

uint64_t PackedTable::hash_of(Bytes key) const { return keyed_hash(key) & tuning_.hash_mask; }

PackedLeaf* PackedTable::leaf_of(uint64_t hash) const {
  Child child(root_);
  while (child.is_node()) {
    Node* const node = child.node();
    child = Child(node->slots()[node->slot_of(hash)]);
  }
  return child.leaf();
}

PackedTable::Path PackedTable::path_to(uint64_t hash) {
  Path path{.table = *this, .nodes = {}, .at = {}};
  Child child(root_);
  while (child.is_node()) {
    Node* const node = child.node();
    const uint32_t slot = node->slot_of(hash);
    CHECK_OP(path.levels, <, kLevelsMax);
    path.nodes[path.levels] = node;
    path.at[path.levels++] = slot;
    child = Child(node->slots()[slot]);
  }
  path.leaf = child.leaf();
  return path;
}

PackedPlace PackedTable::find(Bytes key) const {
  PackedPlace place{.hash = hash_of(key)};
  for (PackedLeaf* leaf = leaf_of(place.hash); leaf != nullptr; leaf = leaf->next) {
    const uint32_t i = leaf->find(tag_of(place.hash), key);
    if (i == PackedLeaf::kNotFound) continue;
    place.leaf = leaf;
    place.index = i;
    break;
  }
  return place;
}

// Level by level for all of them, so that the misses of a level overlap.
void PackedTable::prefetch(std::span<const Bytes> keys) const {
  constexpr size_t kLeafHead = 256;  // bytes: header, tags, most of the ends
  constexpr size_t kCacheLine = 64;
  struct Walk {
    uint64_t hash;
    uintptr_t link;
  };
  Walk walks[kPrefetchMost];
  const size_t count = std::min(keys.size(), kPrefetchMost);
  for (size_t i = 0; i < count; i++) walks[i] = {hash_of(keys[i]), root_};
  for (bool deeper = true; deeper;) {
    deeper = false;
    for (Walk& walk : std::span(walks, count)) {
      const Child child(walk.link);
      if (!child.is_node()) continue;
      walk.link = child.node()->slots()[child.node()->slot_of(walk.hash)];
      const char* const next = Child(walk.link).address();
      const bool is_node = Child(walk.link).is_node();
      for (size_t at = 0; at < (is_node ? kCacheLine : kLeafHead); at += kCacheLine)
        cobnut::prefetch(next + at);
      deeper |= is_node;
    }
  }
  for (const Walk& walk : std::span(walks, count)) {
    const PackedLeaf* const leaf = Child(walk.link).leaf();
    cobnut::prefetch(leaf->record_hint(tag_of(walk.hash)));
  }
}

// -- blocks

PackedLeaf* PackedTable::new_leaf(size_t count, size_t record_bytes, unsigned depth) {
  const size_t bytes = block_class(PackedLeaf::bytes_for(std::max<size_t>(count, 1), record_bytes));
  return PackedLeaf::make(allocate(bytes), bytes, count, static_cast<uint8_t>(depth), values_);
}

void PackedTable::release_leaf(PackedLeaf* leaf) {
  release(reinterpret_cast<char*>(leaf), leaf->block_bytes);
}

PackedTable::Node* PackedTable::new_node(unsigned base, unsigned bits) {
  auto* node = reinterpret_cast<Node*>(allocate(Node::bytes(bits)));
  *node = {.next_expiry_ms = kNoDeadline,
           .base = static_cast<uint8_t>(base),
           .bits = static_cast<uint8_t>(bits)};
  return node;
}

void PackedTable::release_node(Node* node) {
  release(reinterpret_cast<char*>(node), Node::bytes(node->bits));
}

PackedOutside PackedTable::store_outside(Bytes key, Bytes value) {
  CHECK(key.size() <= UINT32_MAX && value.size() <= UINT32_MAX);
  char* const block = allocate(key.size() + value.size());
  if (!key.empty()) memcpy(block, key.data(), key.size());
  if (!value.empty()) memcpy(block + key.size(), value.data(), value.size());
  return {block, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(value.size())};
}

void PackedTable::release_outside(const PackedOutside& where) {
  release(where.block, where.bytes());
}

// -- changes

void PackedTable::insert(const PackedPlace& absent, Bytes key, Bytes value, int64_t deadline_ms) {
  DCHECK(!absent && absent.hash == hash_of(key));
  DCHECK(values_ || value.empty());
  Record record{.key = key, .value = value, .deadline_ms = deadline_ms};
  if (!Record::fits_inline(values_, key, value, deadline_ms)) {
    record.is_outside = true;
    record.where = store_outside(key, value);
  }
  add(absent.hash, record);
  elements_++;
  count_deadlines(kNoDeadline, deadline_ms);
}

void PackedTable::add(uint64_t hash, const Record& record) {
  PackedLeaf* const leaf = leaf_with_room(hash, record.bytes(values_));
  if (record.is_outside) {
    leaf->append_outside(tag_of(hash), record.where, record.deadline_ms);
  } else {
    leaf->append(tag_of(hash), record.key, record.value, record.deadline_ms);
  }
  if (record.deadline_ms != kNoDeadline) lower_expiry(hash, record.deadline_ms);
}

void PackedTable::set(const PackedPlace& place, Bytes value, int64_t deadline_ms) {
  PackedLeaf* const leaf = place.leaf;
  const PackedElement old = *place;
  const bool was_outside = leaf->is_outside(place.index);
  if (!was_outside && old.deadline_ms == deadline_ms && old.value.size() == value.size()) {
    return leaf->set_value(place.index, value);
  }
  count_deadlines(old.deadline_ms, deadline_ms);
  Record record{.value = value, .deadline_ms = deadline_ms};
  record.is_outside = !Record::fits_inline(values_, old.key, value, deadline_ms);
  char key[kPackedInlineMax];  // the record moves
  PackedOutside outside{};
  if (was_outside) outside = leaf->outside(place.index);
  if (record.is_outside) {
    record.where = store_outside(old.key, value);
  } else {
    if (!old.key.empty()) memcpy(key, old.key.data(), old.key.size());
    record.key = {key, old.key.size()};
  }
  replace(place, record);
  if (was_outside) release_outside(outside);
}

void PackedTable::set_deadline(const PackedPlace& place, int64_t deadline_ms) {
  const PackedElement old = *place;
  if (old.deadline_ms == deadline_ms) return;
  if (old.deadline_ms != kNoDeadline && deadline_ms != kNoDeadline) {
    place.leaf->set_deadline(place.index, deadline_ms);
    return lower_expiry(place.hash, deadline_ms);
  }
  if (place.leaf->is_outside(place.index)) {  // its block stays
    count_deadlines(old.deadline_ms, deadline_ms);
    return replace(place, {.where = place.leaf->outside(place.index),
                           .is_outside = true,
                           .deadline_ms = deadline_ms});
  }
  char value[kPackedInlineMax];
  if (!old.value.empty()) memcpy(value, old.value.data(), old.value.size());
  set(place, {value, old.value.size()}, deadline_ms);
}

void PackedTable::count_deadlines(int64_t before_ms, int64_t after_ms) {
  if (after_ms != kNoDeadline) with_deadline_++;
  if (before_ms != kNoDeadline) with_deadline_--;
}

void PackedTable::replace(const PackedPlace& place, const Record& record) {
  PackedLeaf* const leaf = place.leaf;
  const size_t bytes = record.bytes(values_);
  const size_t others = leaf->record_bytes() - leaf->record_size(place.index);
  if (PackedLeaf::bytes_for(leaf->slots, others + bytes) > leaf->block_bytes) {
    leaf->erase(place.index);
    return add(place.hash, record);
  }
  leaf->resize_record(place.index, bytes, record.deadline_ms, record.is_outside);
  if (record.is_outside) {
    leaf->write_outside(place.index, record.where);
  } else {
    leaf->write_record(place.index, record.key, record.value);
  }
  if (record.deadline_ms != kNoDeadline) lower_expiry(place.hash, record.deadline_ms);
}

void PackedTable::erase(const PackedPlace& place) {
  PackedLeaf* const leaf = place.leaf;
  if (leaf->is_outside(place.index)) release_outside(leaf->outside(place.index));
  count_deadlines(leaf->deadline_ms(place.index), kNoDeadline);
  leaf->erase(place.index);
  elements_--;
  settle(place.hash);
}

void PackedTable::lower_expiry(uint64_t hash, int64_t deadline_ms) {
  for (Child child(root_); child.is_node();) {
    Node* const node = child.node();
    node->next_expiry_ms = std::min(node->next_expiry_ms, deadline_ms);
    child = Child(node->slots()[node->slot_of(hash)]);
  }
}

// -- growth

// Between tuning_.leaf_bytes and twice that, a different one for each prefix (Fibonacci hashing).
size_t PackedTable::leaf_bytes_max(uint64_t hash, unsigned depth) const {
  constexpr uint64_t kSteps = 16;
  const uint64_t mixed = (prefix_of(hash, depth) + depth) * 0x9E3779B97F4A7C15u;
  return tuning_.leaf_bytes + tuning_.leaf_bytes * (mixed >> 60) / (kSteps - 1);
}

PackedLeaf* PackedTable::leaf_with_room(uint64_t hash, size_t record_bytes) {
  PackedLeaf* leaf = leaf_of(hash);
  const auto bytes_needed = [&] {
    return PackedLeaf::bytes_for(std::max<size_t>(leaf->count + 1u, leaf->slots),
                                 leaf->record_bytes() + record_bytes);
  };
  if (bytes_needed() <= leaf->block_bytes) return leaf;
  while (true) {
    const Path path = path_to(hash);
    leaf = path.leaf;
    const bool can_split = leaf->depth < kDepthMax && leaf->count > 1;
    const size_t most = can_split ? leaf_bytes_max(hash, leaf->depth) : kChainLeafBytes;
    const size_t needed = bytes_needed();
    if (needed <= leaf->block_bytes) return leaf;
    if (needed <= most) return resize_leaf(path, leaf, needed);
    if (can_split) {
      split(hash);
      continue;
    }
    PackedLeaf* const first = new_leaf(1, record_bytes, leaf->depth);
    first->next = leaf;
    path.relink(Child(first), path.leaf_span());
    return first;
  }
}

// The leaf in a block of this size, everything that points to it changed.
PackedLeaf* PackedTable::resize_leaf(const Path& path, PackedLeaf* leaf, size_t bytes) {
  const size_t block = block_class(bytes);
  const PackedLeaf* const old = leaf;
  const uint32_t span = path.leaf_span();
  PackedLeaf* previous = path.leaf == leaf ? nullptr : path.leaf;
  while (previous != nullptr && previous->next != leaf) previous = previous->next;
  leaf = reinterpret_cast<PackedLeaf*>(
      reallocate(reinterpret_cast<char*>(leaf), leaf->block_bytes, block));
  leaf->block_bytes = static_cast<uint16_t>(block);
  if (leaf == old) return leaf;
  if (previous != nullptr) {
    previous->next = leaf;
  } else {
    path.relink(Child(leaf), span);
  }
  return leaf;
}

// The leaf's parent gets two slots for it, if it has but one.
void PackedTable::make_slots_for_split(Path path) {
  PackedLeaf* const leaf = path.leaf;
  Node* const parent = path.parent();
  if (parent != nullptr && leaf->depth < parent->base + parent->bits) return;
  if (parent == nullptr || parent->bits == kNodeBits) {
    Node* const node = new_node(leaf->depth, 1);
    node->next_expiry_ms = leaf->next_expiry_ms;
    node->fill(0, 2, Child(leaf));
    path.relink(Child(node), 1);
  } else {
    Node* const wide = new_node(parent->base, parent->bits + 1u);
    wide->next_expiry_ms = parent->next_expiry_ms;
    for (uint32_t i = 0; i < parent->count(); i++) {
      wide->slots()[2 * i] = wide->slots()[2 * i + 1] = parent->slots()[i];
    }
    path.levels--;
    path.relink(Child(wide), 1);
    release_node(parent);
  }
}

void PackedTable::split(uint64_t hash) {
  make_slots_for_split(path_to(hash));
  const Path path = path_to(hash);
  PackedLeaf* const leaf = path.leaf;
  Node* const node = path.parent();
  const unsigned depth = leaf->depth;
  const uint32_t half = node->span(depth) / 2;
  const uint32_t first = path.at[path.levels - 1] & ~(2 * half - 1);
  std::array<uint8_t, kLeafCountMax> side{};
  std::array<size_t, 2> count{}, bytes{};
  CHECK(leaf->next == nullptr);
  CHECK_OP(size_t{leaf->count}, <=, kLeafCountMax);
  for (uint32_t i = 0; i < leaf->count; i++) {
    side[i] = (hash_of(leaf->key(i)) >> (63 - depth)) & 1;
    count[side[i]]++;
    bytes[side[i]] += leaf->record_size(i);
  }
  const std::array<PackedLeaf*, 2> halves = {new_leaf(count[0], bytes[0], depth + 1),
                                             new_leaf(count[1], bytes[1], depth + 1)};
  for (uint32_t i = 0; i < leaf->count; i++) halves[side[i]]->append_record_of(*leaf, i);
  node->fill(first, half, Child(halves[0]));
  node->fill(first + half, half, Child(halves[1]));
  release_leaf(leaf);
}

// -- removal

// After elements of this hash's leaf went: smaller blocks, fewer leaves.
void PackedTable::settle(uint64_t hash) {
  tidy_leaves(hash);
  while (join_with_buddy(hash)) {
  }
}

void PackedTable::tidy_leaves(uint64_t hash) {
  PackedLeaf* previous = nullptr;
  for (PackedLeaf* leaf = leaf_of(hash); leaf != nullptr;) {
    const size_t used = leaf->used_bytes();
    PackedLeaf* const next = leaf->next;
    if (leaf->count == 0 && (previous != nullptr || next != nullptr)) {
      if (previous != nullptr) {
        previous->next = next;
      } else {
        const Path path = path_to(hash);
        path.relink(Child(next), path.leaf_span());
      }
      release_leaf(leaf);
    } else {
      if (used + used / 4 + kBlockMin / 2 < leaf->block_bytes) {
        leaf = resize_leaf(path_to(hash), leaf, used);
      }
      previous = leaf;
    }
    leaf = next;
  }
}

// True: two leaves became one, or a node that had but one leaf went; look again.
bool PackedTable::join_with_buddy(uint64_t hash) {
  PackedLeaf* const leaf = leaf_of(hash);
  const size_t most = tuning_.leaf_bytes / 4u * 3u;
  if (leaf->used_bytes() > most / 2 || leaf->next != nullptr) return false;
  Path path = path_to(hash);
  Node* const node = path.parent();
  if (node == nullptr) return false;
  const uint32_t span = node->span(leaf->depth);
  const uint32_t first = path.at[path.levels - 1] & ~(span - 1);
  const Child other(node->slots()[first ^ span]);
  if (other.is_node() || other.leaf()->depth != leaf->depth) return false;
  PackedLeaf* const buddy = other.leaf();
  if (buddy->next != nullptr || leaf->used_bytes() + buddy->used_bytes() > most) return false;
  PackedLeaf* const joined =
      new_leaf(size_t{leaf->count} + buddy->count, leaf->record_bytes() + buddy->record_bytes(),
               leaf->depth - 1u);
  for (uint32_t i = 0; i < leaf->count; i++) joined->append_record_of(*leaf, i);
  for (uint32_t i = 0; i < buddy->count; i++) joined->append_record_of(*buddy, i);
  node->fill(first & ~span, 2 * span, Child(joined));
  release_leaf(leaf);
  release_leaf(buddy);
  if (joined->depth > node->base) {
    halve(path);
  } else {
    path.levels--;
    path.relink(Child(joined), 1);
    release_node(node);
  }
  return true;
}

// A node whose slots agree in pairs needs but half of them.
void PackedTable::halve(const Path& path) {
  Path up = path;
  Node* const node = path.parent();
  for (uint32_t i = 0; i < node->count(); i += 2) {
    if (node->slots()[i] != node->slots()[i + 1]) return;
  }
  Node* const narrow = new_node(node->base, node->bits - 1u);
  narrow->next_expiry_ms = node->next_expiry_ms;
  for (uint32_t i = 0; i < narrow->count(); i++) narrow->slots()[i] = node->slots()[2 * i];
  up.levels--;
  up.relink(Child(narrow), 1);
  release_node(node);
}

}  // namespace cobnut
