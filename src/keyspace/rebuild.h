// Growth, splits and merges: gather the keys of one or two neighbouring segments, fill new ones,
// then publish all of them at once. Until publish() nothing is visible; a Rebuild that dies without
// it leaves no trace (no memory, or keys that no split can separate). Cost of a split: about 20 us
// for 900 keys, most of it a cache and a TLB miss a key to hash it again, of which several are
// under way at a time; 64 lines -> 93 looks at one key in five, and at all that expire.
#pragma once

#include <vector>

#include "keyspace/table.h"

namespace cobnut {

class Rebuild {
 public:
  explicit Rebuild(Table& table) : table_(table) {}
  ~Rebuild();
  Rebuild(const Rebuild&) = delete;
  Rebuild& operator=(const Rebuild&) = delete;

  void gather(SegmentRef old);  // at most two, the lower first
  // For fill_one() of just this segment, which finds the places of most keys by their homes and
  // tags.
  void gather_for(SegmentRef old, uint32_t depth, SegmentClass segment_class);
  void add(Position position, Handle handle, uint8_t eviction);

  // Plans segments for the gathered keys, which all lie in [base, base + 2^(64 - depth)).
  bool fill(Position base, uint32_t depth, SegmentClass smallest);
  bool split(Position base, uint32_t depth);
  bool fill_one(Position base, uint32_t depth,
                SegmentClass segment_class);  // into exactly one such segment
  // False: no memory; nothing changed.
  bool publish();

 private:
  struct Item {
    Position position;  // after gather_for(): as much of it as places the key
    Handle handle;
    Tick tick;  // 0: no expiry
    uint8_t eviction;
  };
  struct Leaf {
    Position base;
    uint32_t depth;
    Segment* segment;  // nullptr: no keys
  };

  void take_old(SegmentRef old);
  void look_at_keys(size_t first, const Segment* segment, bool one_slot);
  Tick tick_of(Handle handle, uint8_t eviction) const;
  bool fill(Position base, uint32_t depth, SegmentClass smallest, Item* begin, Item* end);
  bool split(Position base, uint32_t depth, Item* begin, Item* end);
  enum class Fit { kYes, kTooFull, kNoMemory };
  Fit fit(Position base, uint32_t depth, SegmentClass segment_class, Item* begin, Item* end);
  bool arm_cells(Segment* segment, const Item* begin, const Item* end);
  void inherit_armed(Segment* segment);
  Tick old_tick(Position cell_start) const;
  void release_olds();

  Table& table_;
  SegmentRef olds_[2];
  int old_count_ = 0;
  std::vector<Item> items_;
  std::vector<Leaf> leaves_;
};

}  // namespace cobnut
