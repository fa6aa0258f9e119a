#include "keyspace/rebuild.h"

#include <algorithm>

#include "keyspace/cells.h"

namespace cobnut {

Rebuild::~Rebuild() {
  // Newest first: each is the last of its class, so that none moves.
  for (auto leaf = leaves_.rbegin(); leaf != leaves_.rend(); ++leaf) {
    if (leaf->segment != nullptr) table_.release_segment(leaf->segment);
  }
}

void Rebuild::add(Position position, Handle handle, uint8_t eviction) {
  items_.push_back({position, handle, tick_of(handle, eviction), eviction});
}

Tick Rebuild::tick_of(Handle handle, uint8_t eviction) const {
  if ((eviction & kTtlBit) == 0) return 0;
  return table_.tick_of(table_.parts_.entries.at(handle)->next_deadline_ms());
}

void Rebuild::take_old(SegmentRef old) {
  CHECK_OP(old_count_, <, 2);
  olds_[old_count_++] = old;
  if (old) items_.reserve(items_.size() + old.segment()->keys + 1);
}

void Rebuild::gather(SegmentRef old) {
  take_old(old);
  if (!old) return;
  Segment* const segment = old.segment();
  const size_t before = items_.size();
  for (uint32_t l = 0; l < segment->line_count(); l++) {
    const Line& line = segment->lines()[l];
    for_bits(line.present(), [&](uint32_t i) {
      items_.push_back({0, line.handles[i], 0, line.eviction[i]});
    });
  }
  CHECK_EQ(items_.size() - before, size_t{segment->keys});
  look_at_keys(before, segment, segment->depth >= kSlotBits);
}

void Rebuild::gather_for(SegmentRef old, uint32_t depth, SegmentClass segment_class) {
  take_old(old);
  if (!old) return;
  Segment* const segment = old.segment();
  const size_t before = items_.size();
  const uint32_t shift = spread_shift(segment->depth);
  const bool tags_place = shift <= 64 - kKnownBits - kUnplacedBits;
  std::vector<Item> unknown;
  for (uint32_t l = 0; l < segment->line_count(); l++) {
    const Line& line = segment->lines()[l];
    const bool in_stash = l >= old.homes();
    for_bits(line.present(), [&](uint32_t i) {
      Item item{0, line.handles[i], 0, line.eviction[i]};
      uint32_t known = kSpreadUnknown;
      if (tags_place && !in_stash && (item.eviction & kTtlBit) == 0)
        known = known_spread(l - (line.foreign() >> i & 1), old.homes(), line.tags[i]);
      if (known != kSpreadUnknown) {
        item.position = segment->base | uint64_t{known} << (64 - kKnownBits) >> shift;
        const Position last = item.position | UINT64_MAX >> kKnownBits >> shift;
        const uint32_t homes = homes_of(segment_class);
        if (home_of(item.position, depth, homes) == home_of(last, depth, homes))
          return items_.push_back(item);
      }
      unknown.push_back(item);
    });
  }
  const size_t known = items_.size();
  items_.insert(items_.end(), unknown.begin(), unknown.end());
  CHECK_EQ(items_.size() - before, size_t{segment->keys});
  look_at_keys(known, segment, true);
}

// Fills in what the lines do not tell of the items from `first` on. Those of `one_slot` are placed
// by their hash alone.
void Rebuild::look_at_keys(size_t first, const Segment* segment, bool one_slot) {
  const Position slot = Position{slot_of(segment->base)} << kHashBits;
  // In chunks that fit L1: a prefetch waits for its page's address to be translated, and only close
  // to each other do these translations overlap.
  constexpr size_t kChunk = 64;
  constexpr size_t kKeyReach = 31;  // bytes: a header and a key of usual length
  const EntryStore& entries = table_.parts_.entries;
  Item* const end = items_.data() + items_.size();
  const auto chunk_end = [end](Item* begin) {
    return static_cast<size_t>(end - begin) < kChunk ? end : begin + kChunk;
  };
  const auto prefetch_chunk = [&](Item* begin) {
    for (const Item* i = begin; i != chunk_end(begin); i++) {
      const auto* entry = reinterpret_cast<const char*>(entries.at(i->handle));
      prefetch(entry);
      prefetch(entry + kKeyReach);
    }
  };
  Item* item = items_.data() + first;
  prefetch_chunk(item);
  while (item != end) {
    Item* const next = chunk_end(item);
    prefetch_chunk(next);
    for (; item != next; item++) {
      item->position =
          one_slot ? slot | entries.hash_of(item->handle) : entries.position_of(item->handle);
      item->tick = tick_of(item->handle, item->eviction);
    }
  }
}

bool Rebuild::fill(Position base, uint32_t depth, SegmentClass smallest) {
  return fill(base, depth, smallest, items_.data(), items_.data() + items_.size());
}

bool Rebuild::split(Position base, uint32_t depth) {
  return split(base, depth, items_.data(), items_.data() + items_.size());
}

bool Rebuild::fill_one(Position base, uint32_t depth, SegmentClass segment_class) {
  return fit(base, depth, segment_class, items_.data(), items_.data() + items_.size()) == Fit::kYes;
}

bool Rebuild::fill(Position base, uint32_t depth, SegmentClass smallest, Item* begin, Item* end) {
  if (begin == end) {
    leaves_.push_back({base, depth, nullptr});
    return true;
  }
  for (SegmentClass c : {SegmentClass::kSmall, SegmentClass::kBig}) {
    if (c < smallest || static_cast<size_t>(end - begin) > slots_of_class(c)) continue;
    const Fit result = fit(base, depth, c, begin, end);
    if (result != Fit::kTooFull) return result == Fit::kYes;
  }
  return split(base, depth, begin, end);
}

bool Rebuild::split(Position base, uint32_t depth, Item* begin, Item* end) {
  // While a range spans slots its split changes no home: as long as one side gets all keys, go on
  // without trying.
  for (;;) {
    if (depth >= Table::kDepthMax) return false;
    const Position bit = Position{1} << (63 - depth);
    Item* middle =
        std::partition(begin, end, [&](const Item& item) { return (item.position & bit) == 0; });
    depth++;
    const bool all_left = middle == end;
    if (depth > kSlotBits || (!all_left && middle != begin)) {
      return fill(base, depth, SegmentClass::kSmall, begin, middle) &&
             fill(base | bit, depth, SegmentClass::kSmall, middle, end);
    }
    leaves_.push_back({all_left ? base | bit : base, depth, nullptr});
    if (!all_left) base |= bit;
  }
}

Rebuild::Fit Rebuild::fit(Position base, uint32_t depth, SegmentClass segment_class, Item* begin,
                          Item* end) {
  Segment* segment = table_.parts_.segments.allocate(segment_class);
  if (segment == nullptr) return Fit::kNoMemory;
  segment->base = base;
  segment->depth = static_cast<uint8_t>(depth);
  segment->keys = static_cast<uint16_t>(end - begin);
  const SegmentRef ref = SegmentRef::of(segment);
  for (const Item* item = begin; item != end; item++) {
    if (place_key(ref, item->position, item->handle, item->eviction)) continue;
    table_.release_segment(segment);
    return Fit::kTooFull;
  }
  if (!arm_cells(segment, begin, end)) {
    table_.release_segment(segment);
    return Fit::kNoMemory;
  }
  leaves_.push_back({base, depth, segment});
  return Fit::kYes;
}

// Writes the earliest tick of each cell; what the wheel is told of them waits for publish().
bool Rebuild::arm_cells(Segment* segment, const Item* begin, const Item* end) {
  for (const Item* item = begin; item != end; item++) {
    if (item->tick == 0) continue;
    if (!table_.reserve_armed(segment)) return false;
    Tick& armed = table_.armed_ticks(segment)[cell_of(item->position, segment->depth)];
    if (armed == 0 || item->tick < armed) armed = item->tick;
  }
  return true;
}

// The tick of the wheel's item for exactly this cell start among the old segments; 0: none.
Tick Rebuild::old_tick(Position start) const {
  for (int i = 0; i < old_count_; i++) {
    if (!olds_[i] || olds_[i].segment()->armed == kNoHandle) continue;
    const Segment* old = olds_[i].segment();
    if (base_of(start, old->depth) != old->base) continue;
    const uint32_t cell = cell_of(start, old->depth);
    if (cell_start(old->base, old->depth, cell) == start) return table_.armed_ticks(old)[cell];
  }
  return 0;
}

// An item of an old cell that starts where a new one does goes on to serve it, if it fires in time.
void Rebuild::inherit_armed(Segment* segment) {
  if (segment->armed == kNoHandle) return;
  Tick* ticks = table_.armed_ticks(segment);
  for (uint32_t cell = 0; cell < kCells; cell++) {
    if (ticks[cell] == 0) continue;
    const Position start = cell_start(segment->base, segment->depth, cell);
    const Tick old = old_tick(start);
    if (old != 0 && old <= ticks[cell]) {
      ticks[cell] = old;
    } else {
      table_.parts_.wheel.add(ticks[cell], wheel_item(start, table_.id()));
    }
  }
}

bool Rebuild::publish() {
  for (const Leaf& leaf : leaves_) {
    if (!table_.reserve_directory(leaf.base, leaf.depth)) return false;
  }
  for (const Leaf& leaf : leaves_) {
    if (leaf.segment == nullptr) {
      table_.publish(leaf.base, leaf.depth, SegmentRef::empty(leaf.depth));
      continue;
    }
    inherit_armed(leaf.segment);
    leaf.segment->owner = &table_;
    table_.publish(leaf.base, leaf.depth, SegmentRef::of(leaf.segment));
  }
  leaves_.clear();
  release_olds();
  return true;
}

void Rebuild::release_olds() {
  Segment* first = olds_[0].segment();
  Segment* second = olds_[1].segment();
  // Of one class the higher index goes first: the segment that fills the hole must be a published
  // one.
  if (first != nullptr && second != nullptr && second->index > first->index)
    std::swap(first, second);
  if (first != nullptr) table_.release_segment(first);
  if (second != nullptr) table_.release_segment(second);
}

}  // namespace cobnut
