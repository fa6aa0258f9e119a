// The background side of Table: segments that lost keys become smaller ones or merge with their
// buddies, and detached tables are freed, a segment a step, so that a caller can stop on its
// budget.
#include <algorithm>

#include "keyspace/rebuild.h"
#include "keyspace/table.h"

namespace cobnut {
namespace {

// Keys that a segment is rebuilt to hold: two thirds of its slots, so that it neither grows again
// at once nor is merged again at once.
constexpr uint32_t comfortable_keys(SegmentClass c) { return slots_of_class(c) * 2 / 3; }
constexpr size_t kErasedMin = 256;  // keys erased before a walk is worth its misses
constexpr int kLeavesPerStep = 32;  // looked at without work in one step

}  // namespace

// 93 lines -> 64 when that will do.
bool Table::shrink_segment(Position base, SegmentRef ref) {
  if (ref.segment_class() != SegmentClass::kBig ||
      ref.segment()->keys > comfortable_keys(SegmentClass::kSmall)) {
    return false;
  }
  Rebuild rebuild(*this);
  rebuild.gather_for(ref, ref.depth(), SegmentClass::kSmall);
  return rebuild.fill_one(base, ref.depth(), SegmentClass::kSmall) && rebuild.publish();
}

// Two neighbours of one depth -> one, in no more lines than they have. The left one starts at
// `base`.
bool Table::merge_buddies(Position base, SegmentRef left) {
  const uint32_t depth = left.depth();
  const SegmentRef right = leaf(base | Position{1} << (64 - depth));
  if (right.depth() != depth) return false;
  const uint32_t keys = (left ? left.segment()->keys : 0u) + (right ? right.segment()->keys : 0u);
  const SegmentClass c =
      keys <= comfortable_keys(SegmentClass::kSmall) ? SegmentClass::kSmall : SegmentClass::kBig;
  const bool one_is_enough = left && right ? true : (left ? left : right).segment_class() >= c;
  if (keys > comfortable_keys(c) || (keys > 0 && !one_is_enough)) return false;
  Rebuild rebuild(*this);
  rebuild.gather_for(left, depth - 1, c);
  rebuild.gather_for(right, depth - 1, c);
  const bool fits =
      keys == 0 ? rebuild.fill(base, depth - 1, c) : rebuild.fill_one(base, depth - 1, c);
  return fits && rebuild.publish();
}

bool Table::shrink_step() {
  const Position begin = Position{parts_.first_slot} << kHashBits;
  const uint32_t top_depth = static_cast<uint32_t>(kSlotBits - std::countr_zero(parts_.slot_count));
  if (!walking_) {
    if (erased_ < std::max(kErasedMin, keys_ / 16)) return false;
    erased_ = 0;
    walking_ = true;
    walk_ = begin;
  }
  for (int i = 0; i < kLeavesPerStep; i++) {
    const SegmentRef ref = leaf(walk_);
    const uint32_t depth = ref.depth();
    const Position base = base_of(walk_, depth);
    const bool is_left = depth > top_depth && (base >> (64 - depth) & 1) == 0;
    if (is_left && merge_buddies(base, ref)) {
      // The merged one may be a left or right buddy in its turn: back to where its buddy begins.
      walk_ = depth - 1 > top_depth ? base_of(base, depth - 2) : base;
      return true;
    }
    if (ref && shrink_segment(base, ref)) return true;
    walk_ = leaf_end(walk_, depth);
    if (walk_ == 0 || !in_shard(walk_)) {
      walking_ = false;
      return false;
    }
  }
  return true;
}

bool Table::clear_step() {
  const uint32_t top_depth = static_cast<uint32_t>(kSlotBits - std::countr_zero(parts_.slot_count));
  if (root_[0].depth() == top_depth && !root_[0].is_directory() && !root_[0]) return false;
  // From the front: the first leaf with keys is freed, runs of freed leaves are published as one.
  if (!walking_) {
    walking_ = true;
    walk_ = Position{parts_.first_slot} << kHashBits;
  }
  const SegmentRef ref = leaf(walk_);
  const uint32_t depth = ref.depth();
  if (ref) {
    Segment* segment = ref.segment();
    for (uint32_t l = 0; l < segment->line_count(); l++) {
      const Line& line = segment->lines()[l];
      for_bits(line.present(), [&](uint32_t i) {
        if (parts_.entries.at(line.handles[i])->has_expiry()) expiring_keys_--;
        parts_.entries.destroy(line.handles[i]);
      });
    }
    keys_ -= segment->keys;
    publish(base_of(walk_, depth), depth, SegmentRef::empty(depth));
    release_segment(segment);
  }
  walk_ = leaf_end(walk_, depth);
  if (walk_ != 0 && in_shard(walk_)) return true;
  CHECK_EQ(keys_, size_t{0});
  publish(Position{parts_.first_slot} << kHashBits, top_depth, SegmentRef::empty(top_depth));
  std::fill(slot_keys_.begin(), slot_keys_.end(), 0);
  walking_ = false;
  return false;
}

}  // namespace cobnut
