// The unit of armed expiry: 64 equal parts of a segment's range. A cell has one tick in the
// segment's side array and, if that is not 0, one item in the wheel, which names the cell's first
// position. Invariants:
//
//   a key with an expiry lies in a cell that is armed for its tick or an earlier one;
//   armed[cell] == t means: the wheel holds the item (t, wheel_item(cell_start, table)).
//
// Cells depend on the segment's depth and not on its class, and a split halves them from the same
// start, so a growing table re-uses its items instead of leaving stale ones behind (lines would
// leave 3 B per key). Items of a cell that was re-armed, of segments that merged and of tables that
// were flushed are stale: firing is a hint, checked against the tick. Cost: 256 B a segment with
// TTLs (0.4 B a key) and one item for 8-12 keys.
#pragma once

#include "keyspace/segment.h"

namespace cobnut {

inline uint32_t cell_of(Position position, uint32_t depth) {
  return static_cast<uint32_t>(spread(position, depth) >> (64 - std::bit_width(kCells - 1)));
}
inline Position cell_start(Position base, uint32_t depth, uint32_t cell) {
  return base | uint64_t{cell} << (64 - std::bit_width(kCells - 1)) >>
                    (depth < kSlotBits ? kSlotBits : depth);
}

inline uint64_t wheel_item(Position start, uint32_t table_id) { return start | table_id; }
inline Position item_start(uint64_t item) { return item & kPlacingMask; }
inline uint32_t item_table(uint64_t item) { return static_cast<uint32_t>(item & ~kPlacingMask); }

}  // namespace cobnut
