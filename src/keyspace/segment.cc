#include "keyspace/segment.h"

namespace cobnut {
namespace {

uint32_t lowest(uint32_t bits) { return static_cast<uint32_t>(std::countr_zero(bits)); }

// Whether more slots are free in the second. std::popcount() is a call of 35 instructions where the
// processor is not known to have its own.
bool more_free(uint32_t next, uint32_t here) {
  static_assert(kLineSlots <= 16);
  uint32_t both = next << 16 | here;  // counted side by side, 16 bits each
  both = (both & 0x55555555) + (both >> 1 & 0x55555555);
  both = (both & 0x33333333) + (both >> 2 & 0x33333333);
  both = (both & 0x0f0f0f0f) + (both >> 4 & 0x0f0f0f0f);
  both = (both & 0x00ff00ff) + (both >> 8 & 0x00ff00ff);
  return both >> 16 > (both & 0xffff);
}

// Moves a key between its two lines; returns the slot that it leaves.
uint32_t displace(Line* from, uint32_t index, Line* to, bool foreign_there) {
  to->set(lowest(to->free()), foreign_there, from->tags[index], from->eviction[index],
          from->handles[index]);
  from->clear(index);
  return index;
}

// Makes room in `home` or the line after it by moving one key of theirs on, without hashing: the
// foreign bit says which way a key may move.
Spot make_room(Line* home, bool has_before, bool has_next, bool has_after_next) {
  if (has_next && has_after_next && home[2].free() != 0 && home[1].own() != 0) {
    return {home + 1, displace(home + 1, lowest(home[1].own()), home + 2, true)};
  }
  if (has_before && home[-1].free() != 0 && home->guests() != 0) {
    return {home, displace(home, lowest(home->guests()), home - 1, false)};
  }
  return {};
}

}  // namespace

uint32_t known_spread(uint32_t home, uint32_t homes, uint8_t tag) {
  constexpr uint32_t kTags = 256, kValues = 1u << kKnownBits;
  const uint32_t first = home * kValues / homes;
  const uint32_t last = ((home + 1) * kValues - 1) / homes;
  const uint32_t value = first + ((tag - first) & (kTags - 1));
  return value + kTags <= last ? kSpreadUnknown : value;
}

Spot place_key(SegmentRef ref, Position position, Handle handle, uint8_t eviction) {
  const uint32_t homes = ref.homes();
  const uint32_t home_index = home_of(position, ref.depth(), homes);
  Line* home = ref.lines() + home_index;
  const bool has_next = home_index + 1 < homes;
  const uint32_t free_here = home->free();
  const uint32_t free_next = has_next ? home[1].free() : 0;
  Spot spot;
  if ((free_here | free_next) != 0) {
    spot = more_free(free_next, free_here) ? Spot{home + 1, lowest(free_next)}
                                           : Spot{home, lowest(free_here)};
  } else {
    spot = make_room(home, home_index > 0, has_next, home_index + 2 < homes);
  }
  if (spot) {
    spot.line->set(spot.index, spot.line != home, tag_of(position, ref.depth()), eviction, handle);
    return spot;
  }
  for (uint32_t s = 0; s < kStashLines; s++) {
    Line* stash = ref.lines() + homes + s;
    if (stash->free() == 0) continue;
    spot = {stash, lowest(stash->free())};
    stash->set(spot.index, false, tag_of(position, ref.depth()), eviction, handle);
    home->add_stashed(s);
    return spot;
  }
  return {};
}

void clear_key(SegmentRef ref, Position position, Spot spot) {
  DCHECK((spot.line->present() >> spot.index & 1) != 0);
  const uint32_t homes = ref.homes();
  spot.line->clear(spot.index);
  if (spot.line >= ref.lines() + homes) {
    Line* home = ref.lines() + home_of(position, ref.depth(), homes);
    CHECK(home->hints() != 0);
    home->drop_stashed();
  }
}

}  // namespace cobnut
