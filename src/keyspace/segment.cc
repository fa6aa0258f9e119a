#include "keyspace/segment.h"

namespace cobnut {
namespace {

uint32_t lowest(uint32_t bits) { return static_cast<uint32_t>(std::countr_zero(bits)); }

// The bits that are set of a line's slots. std::popcount() is a call of 35 instructions where the
// processor is not known to have its own, and each key that is placed asks twice.
uint32_t count(uint32_t slots) {
  static_assert(kLineSlots <= 16);
  slots = (slots & 0x5555) + (slots >> 1 & 0x5555);
  slots = (slots & 0x3333) + (slots >> 2 & 0x3333);
  slots = (slots & 0x0f0f) + (slots >> 4 & 0x0f0f);
  return (slots & 0xff) + (slots >> 8);
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

Spot place_key(SegmentRef ref, Position position, Handle handle, uint8_t eviction) {
  const uint32_t homes = ref.homes();
  const uint32_t home_index = home_of(position, ref.depth(), homes);
  Line* home = ref.lines() + home_index;
  const bool has_next = home_index + 1 < homes;
  const uint32_t free_here = home->free();
  const uint32_t free_next = has_next ? home[1].free() : 0;
  Spot spot;
  if ((free_here | free_next) != 0) {
    const bool next = count(free_next) > count(free_here);
    spot = next ? Spot{home + 1, lowest(free_next)} : Spot{home, lowest(free_here)};
  } else {
    spot = make_room(home, home_index > 0, has_next, home_index + 2 < homes);
  }
  if (spot) {
    spot.line->set(spot.index, spot.line != home, tag_of(position), eviction, handle);
    return spot;
  }
  for (uint32_t s = 0; s < kStashLines; s++) {
    Line* stash = ref.lines() + homes + s;
    if (stash->free() == 0) continue;
    spot = {stash, lowest(stash->free())};
    stash->set(spot.index, false, tag_of(position), eviction, handle);
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
