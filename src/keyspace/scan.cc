// Walks of Table that outlive changes of it: SCAN's cursor (scan.h) and the random key.
#include "keyspace/scan.h"

#include <algorithm>

#include "keyspace/table.h"

namespace cobnut {
namespace {

constexpr size_t kLinesPerKey = 10;  // looked at for each key asked for, as Redis's COUNT
constexpr int kXAt = kHashBits - kScanHashBits;  // of x in a position
static_assert(kXAt == kUnplacedBits);

uint64_t x_of(Position position) { return (position << kSlotBits) >> (kSlotBits + kXAt); }

// The first x (or, in a slot's own segment, position) whose home is at least `home`: the inverse of
// home_of, rounded up to what a cursor can say.
uint64_t first_spread_of(uint32_t home, uint32_t homes, int unit_log2) {
  const unsigned __int128 spread =
      ((static_cast<unsigned __int128>(home) << 64) + homes - 1) / homes;
  const unsigned __int128 unit = static_cast<unsigned __int128>(1) << unit_log2;
  return static_cast<uint64_t>((spread + unit - 1) >> unit_log2);
}

}  // namespace

uint64_t Table::scan(uint64_t cursor, size_t count, const Visit& visit) const {
  ScanPoint at = scan_point(cursor);
  const uint32_t end = parts_.first_slot + parts_.slot_count;
  if (at.slot < parts_.first_slot) at = {.slot = parts_.first_slot};
  count = std::max<size_t>(count, 1);
  const size_t lines_max = count * kLinesPerKey;
  size_t visited = 0;
  for (size_t lines = 0; at.slot < end; lines++) {
    if (visited >= count || lines >= lines_max) break;
    const Position position = Position{at.slot} << kHashBits | at.x << kXAt;
    const SegmentRef ref = leaf(position);
    const int spanned_log2 = std::max(kSlotBits - static_cast<int>(ref.depth()), 0);
    if (at.width_log2 == ScanPoint::kUnknown) {
      at.width_log2 = std::min(spanned_log2, at.slot == 0 ? kSlotBits : std::countr_zero(at.slot));
    } else {
      at.width_log2 = std::min(at.width_log2, spanned_log2);  // split meanwhile: child by child
    }
    const uint32_t range_end = at.slot + (1u << at.width_log2);
    uint32_t home = 0;
    if (ref) {
      home = home_of(position, ref.depth(), ref.homes());
      for_keys_of_home(ref, home, [&](Spot spot, bool in_stash) {
        const Handle handle = spot.line->handles[spot.index];
        const Position found = parts_.entries.position_of(handle);
        if (in_stash && home_of(found, ref.depth(), ref.homes()) != home) return;
        const uint32_t slot = slot_of(found);
        if (slot < at.slot || slot >= range_end || x_of(found) < at.x) return;
        visit(*parts_.entries.at(handle));
        visited++;
      });
    }
    // On to the next line; behind the last one (or in a range without keys) to the end of the
    // segment.
    const bool last = !ref || home + 1 == ref.homes();
    bool range_done = last;
    if (ref.depth() <= kSlotBits) {
      if (!last) at.x = first_spread_of(home + 1, ref.homes(), 64 - kScanHashBits);
    } else {
      const Position base = base_of(position, ref.depth());
      const Position next =
          last ? leaf_end(position, ref.depth())
               : base + (first_spread_of(home + 1, ref.homes(),
                                         kUnplacedBits + static_cast<int>(ref.depth()))
                         << kUnplacedBits);
      range_done = next == 0 || slot_of(next) != at.slot;
      at.x = x_of(next);
    }
    if (range_done) at = {.slot = range_end};
  }
  return at.slot >= end ? scan_cursor_at(end) : scan_cursor(at);
}

namespace {

uint64_t next_random(uint64_t* state) {  // splitmix64
  uint64_t z = *state += 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

}  // namespace

// A segment with the chance of its share of the keys, by the counts of the slots (a sum over at
// most 16384 numbers that lie side by side); then a slot of its lines until one is taken. In a
// slot's directory each segment stands for itself once, by its first entry, and a small segment
// misses for the lines that it lacks.
const Entry* Table::random_entry(uint64_t random) const {
  CHECK_OP(keys_, >, size_t{0});
  uint64_t nth = (static_cast<unsigned __int128>(next_random(&random)) * keys_) >> 64;
  uint32_t slot_index = 0;
  while (nth >= slot_keys_[slot_index]) nth -= slot_keys_[slot_index++];
  const SegmentRef root = root_[slot_index];
  constexpr uint32_t kLinesMax = kSegmentLines[kSegmentClasses - 1] - 1;
  for (;;) {
    SegmentRef ref = root;
    if (root.is_directory()) {
      const uint64_t i = next_random(&random) >> (64 - root.depth());
      ref = root.directory()[i];
      const uint64_t entries_of_leaf = uint64_t{1} << (root.depth() + kSlotBits - ref.depth());
      if (!ref || i % entries_of_leaf != 0) continue;
    }
    const uint64_t draw = next_random(&random);
    const uint32_t lines = root.is_directory() ? kLinesMax : ref.segment()->line_count();
    const uint32_t line_index = static_cast<uint32_t>((draw >> 32) * lines >> 32);
    if (line_index >= ref.segment()->line_count()) continue;
    const Line& line = ref.lines()[line_index];
    const uint32_t index = static_cast<uint32_t>((draw & UINT32_MAX) * kLineSlots >> 32);
    if ((line.present() >> index & 1) != 0) return parts_.entries.at(line.handles[index]);
  }
}

}  // namespace cobnut
