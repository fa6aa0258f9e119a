// The expiry side of Table: arming cells (cells.h) and looking at them when the wheel says so.
#include <algorithm>
#include <cstring>

#include "keyspace/cells.h"
#include "keyspace/table.h"

namespace cobnut {

// The first tick at which a key is due: it lives through the millisecond of its deadline. Never 0,
// which is `not armed`.
Tick Table::tick_of(int64_t deadline_ms) const {
  const int64_t due_ms = deadline_ms == INT64_MAX ? deadline_ms : deadline_ms + 1;
  return std::max<Tick>(parts_.wheel.tick_of(due_ms), 1);
}

uint32_t* Table::armed_ticks(const Segment* segment) const {
  return reinterpret_cast<uint32_t*>(parts_.entries.pool().at(segment->armed));
}

bool Table::reserve_armed(Segment* segment) {
  if (segment->armed != kNoHandle) return true;
  segment->armed = parts_.entries.pool().allocate(kCells * sizeof(Tick));
  if (segment->armed == kNoHandle) return false;
  memset(armed_ticks(segment), 0, kCells * sizeof(Tick));
  return true;
}

bool Table::arm(Position position, int64_t deadline_ms) {
  Segment* segment = leaf(position).segment();
  CHECK(segment != nullptr);
  if (!reserve_armed(segment)) return false;
  const uint32_t cell = cell_of(position, segment->depth);
  Tick& armed = armed_ticks(segment)[cell];
  const Tick tick = tick_of(deadline_ms);
  if (armed != 0 && armed <= tick) return true;
  armed = tick;
  parts_.wheel.add(tick, wheel_item(cell_start(segment->base, segment->depth, cell), id_));
  return true;
}

namespace {

// A cell touches at most 3 homes, so 4 lines, and the stash.
constexpr uint32_t kCandidatesMax = (4 + kStashLines) * kLineSlots;

// The keys with an expiry in the homes that a cell touches: those of the cell and some of its
// neighbours'.
uint32_t expiring_near_cell(SegmentRef ref, uint32_t cell, Spot* spots) {
  uint32_t count = 0;
  const auto take = [&](Line* line, uint32_t among) {
    for_bits(among, [&](uint32_t i) {
      if (line->eviction[i] & kTtlBit) spots[count++] = {line, i};
    });
  };
  const uint32_t homes = ref.homes();
  const uint32_t first = cell * homes / kCells;
  const uint32_t last = ((cell + 1) * homes - 1) / kCells;
  uint32_t hints = 0;
  for (uint32_t home = first; home <= last; home++) {
    Line* line = ref.lines() + home;
    take(line, line->own());
    if (home + 1 < homes) take(line + 1, line[1].guests());
    hints |= line->hints();
  }
  for_bits(hints, [&](uint32_t s) {
    Line* stash = ref.lines() + homes + s;
    take(stash, stash->present());
  });
  return count;
}

}  // namespace

void Table::fire(Position start, Tick tick, int64_t now_ms, const Due& due) {
  const SegmentRef ref = leaf(start);
  if (!ref || ref.segment()->armed == kNoHandle) return;
  const uint32_t cell = cell_of(start, ref.depth());
  Tick& armed = armed_ticks(ref.segment())[cell];
  if (armed != tick) return;  // stale
  armed = 0;
  Spot spots[kCandidatesMax];
  const uint32_t count = expiring_near_cell(ref, cell, spots);
  for (uint32_t i = 0; i < count; i++) prefetch(found_at(spots[i]).entry);
  int64_t next_ms = INT64_MAX;
  for (uint32_t i = 0; i < count; i++) {
    const Found found = found_at(spots[i]);
    const int64_t deadline_ms = found->next_deadline_ms();
    if (now_ms > deadline_ms) {
      const Position position = parts_.entries.position_of(handle_of(found));
      if (!due(position, found)) continue;
      if (cell_of(position, ref.depth()) == cell) {
        next_ms = std::min(next_ms, found->next_deadline_ms());
      }
    } else if (deadline_ms < next_ms &&
               cell_of(parts_.entries.position_of(handle_of(found)), ref.depth()) == cell) {
      next_ms = deadline_ms;
    }
  }
  if (next_ms != INT64_MAX) arm(start, next_ms);
}

}  // namespace cobnut
