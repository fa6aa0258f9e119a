// The table's two levels of storage: a line of 10 slots in one cache line, and a segment of 64 or
// 93 lines.
//
// A key's home line follows from its position alone (home_of) and grows with it, so line order is
// key order. A key sits in its home line, in the next one (there it is `foreign`), or in one of the
// segment's last 4 lines, the stash; the home line's hints name the stash lines that hold keys of
// it. Lookups touch one or two lines.
//
// Positions place by the slot and the top 38 bits of the hash; the low 12 bits place nothing. The
// tag is the 8 bits behind the six or so that tell the home, so that a segment of 64 lines becomes
// one of 93 without a look at most of its keys (known_spread). Cost: 64 B for 10 slots at 0.7-0.88
// full while a table grows (64 -> 93 -> two of 64 lines) = 7.3-9.1 B per key.
#pragma once

#include <emmintrin.h>

#include <bit>
#include <cstdint>

#include "base/check.h"
#include "base/hash.h"
#include "base/prefetch.h"
#include "memory/pool.h"

namespace cobnut {

constexpr int kSlotBits = 64 - kHashBits;
constexpr int kUnplacedBits = 12;  // low bits of a position that place nothing
constexpr Position kPlacingMask = ~((Position{1} << kUnplacedBits) - 1);

// -- the line

constexpr uint32_t kLineSlots = 10;
constexpr uint32_t kStashLines = 4;
constexpr uint8_t kTtlBit = 0x80;  // of the eviction byte: the key or members of it expire; the
                                   // rest is for age and frequency

struct alignas(64) Line {
  static constexpr uint32_t kMask = (1u << kLineSlots) - 1;
  static constexpr int kHintsAt =
      2 * kLineSlots;  // 4 bits: stash lines that hold keys of this home
  static constexpr int kStashedAt = kHintsAt + kStashLines;  // 8 bits: how many (at most 40)

  uint32_t meta;  // present 10 . foreign 10 . stash hints 4 . stashed keys 8
  uint8_t tags[kLineSlots];
  uint8_t eviction[kLineSlots];
  Handle handles[kLineSlots];

  uint32_t present() const { return meta & kMask; }
  uint32_t foreign() const { return meta >> kLineSlots & kMask; }
  uint32_t free() const { return ~meta & kMask; }
  uint32_t own() const { return present() & ~foreign(); }    // keys at home
  uint32_t guests() const { return present() & foreign(); }  // keys of the line before
  uint32_t hints() const { return meta >> kHintsAt & ((1u << kStashLines) - 1); }
  uint32_t matches(uint8_t tag) const {  // among all slots, present or not
    const __m128i tags_and_more = _mm_loadu_si128(reinterpret_cast<const __m128i*>(tags));
    const __m128i equal = _mm_cmpeq_epi8(tags_and_more, _mm_set1_epi8(static_cast<char>(tag)));
    return static_cast<uint32_t>(_mm_movemask_epi8(equal)) & kMask;
  }
  void set(uint32_t index, bool is_foreign, uint8_t tag, uint8_t eviction_byte, Handle handle) {
    tags[index] = tag;
    eviction[index] = eviction_byte;
    handles[index] = handle;
    meta |= 1u << index | static_cast<uint32_t>(is_foreign) << (kLineSlots + index);
  }
  void clear(uint32_t index) { meta &= ~(1u << index | 1u << (kLineSlots + index)); }
  void add_stashed(uint32_t stash_line) {
    meta = (meta | 1u << (kHintsAt + stash_line)) + (1u << kStashedAt);
  }
  void drop_stashed() {
    meta -= 1u << kStashedAt;
    if (meta >> kStashedAt == 0) meta &= (1u << kHintsAt) - 1;
  }
};
static_assert(sizeof(Line) == 64);

// Calls f(index) for each bit that is set.
template <typename F>
inline void for_bits(uint32_t bits, F f) {
  for (; bits != 0; bits &= bits - 1) f(static_cast<uint32_t>(std::countr_zero(bits)));
}

// -- the segment

enum class SegmentClass : uint8_t { kSmall, kBig };
constexpr uint32_t kSegmentClasses = 2;
// With the header line. 93 and not 96: eleven fill a 64 KiB span to 64 bytes, and 64:93 and 93:128
// are both near the square root of two, at which two steps of growth leave the fewest lines empty.
constexpr uint32_t kSegmentLines[kSegmentClasses] = {64, 93};
constexpr uint32_t homes_of(SegmentClass c) {
  return kSegmentLines[static_cast<uint32_t>(c)] - 1 - kStashLines;
}
constexpr uint32_t slots_of_class(SegmentClass c) {
  return (kSegmentLines[static_cast<uint32_t>(c)] - 1) * kLineSlots;
}
constexpr size_t segment_bytes(SegmentClass c) {
  return kSegmentLines[static_cast<uint32_t>(c)] * sizeof(Line);
}

struct Segment;

// Whoever publishes segments is told when the store moves one.
class SegmentOwner {
 public:
  virtual void segment_moved(Segment* segment) = 0;

 protected:
  ~SegmentOwner() = default;
};

// Expiry is armed for 64 cells of a segment's range (see expiry.cc), not for lines: growth 64 -> 93
// moves none.
constexpr uint32_t kCells = 64;

struct alignas(64) Segment {
  SegmentOwner* owner;  // nullptr: not published yet
  Position base;        // first position of its range
  uint32_t index;       // in its class, SegmentStore's own
  Handle armed;         // kCells armed ticks in a block of the pool, or kNoHandle
  uint16_t keys;
  uint8_t depth;  // bits of the position that all of its keys share
  SegmentClass segment_class;

  uint32_t homes() const { return homes_of(segment_class); }
  Line* lines() { return reinterpret_cast<Line*>(this + 1); }  // homes, then the stash
  uint32_t line_count() const { return kSegmentLines[static_cast<uint32_t>(segment_class)] - 1; }
};
static_assert(sizeof(Segment) == 64);

// What the root holds: where a segment is, how deep and of which class, so that a lookup skips the
// header; or a slot's own directory. Pointers have 48 bits and are aligned to 64, which leaves 6
// bits for the depth.
class SegmentRef {
 public:
  SegmentRef() = default;
  static SegmentRef empty(uint32_t depth) { return SegmentRef(depth); }
  static SegmentRef of(const Segment* segment) {
    return SegmentRef(reinterpret_cast<uint64_t>(segment) | segment->depth |
                      (segment->segment_class == SegmentClass::kBig ? kBigBit : 0));
  }
  static SegmentRef directory_of(const SegmentRef* entries, uint32_t bits) {
    return SegmentRef(reinterpret_cast<uint64_t>(entries) | bits | kDirectoryBit);
  }

  bool is_directory() const { return (bits_ & kDirectoryBit) != 0; }
  SegmentRef* directory() const { return reinterpret_cast<SegmentRef*>(bits_ & kPointerMask); }
  Segment* segment() const { return reinterpret_cast<Segment*>(bits_ & kPointerMask); }
  Line* lines() const { return segment()->lines(); }
  uint32_t depth() const { return bits_ & 63; }  // of a directory: log2 of its entries
  SegmentClass segment_class() const {
    return bits_ & kBigBit ? SegmentClass::kBig : SegmentClass::kSmall;
  }
  uint32_t homes() const { return homes_of(segment_class()); }
  explicit operator bool() const { return (bits_ & kPointerMask) != 0; }

 private:
  static constexpr uint64_t kPointerMask = ((uint64_t{1} << 48) - 1) & ~uint64_t{63};
  static constexpr uint64_t kDirectoryBit = uint64_t{1} << 62;
  static constexpr uint64_t kBigBit = uint64_t{1} << 63;
  explicit SegmentRef(uint64_t bits) : bits_(bits) {}

  uint64_t bits_ = 0;
};

// -- placing

// How far left the bits stand that place a key among those of its segment. While a segment spans
// slots (depth below 14) these are the hash's alone: else the keys of one hash tag would crowd into
// a few of its lines.
inline uint32_t spread_shift(uint32_t depth) { return depth < kSlotBits ? kSlotBits : depth; }
// The placing bits below the prefix, left-aligned.
inline uint64_t spread(Position position, uint32_t depth) {
  return (position & kPlacingMask) << spread_shift(depth);
}
constexpr int kKnownBits = 14;  // of a spread: 6, and the tag
inline uint8_t tag_of(Position position, uint32_t depth) {
  return static_cast<uint8_t>(position << spread_shift(depth) >> (64 - kKnownBits));
}
inline uint32_t home_of(Position position, uint32_t depth, uint32_t homes) {
  return static_cast<uint32_t>((static_cast<unsigned __int128>(spread(position, depth)) * homes) >>
                               64);
}
inline Position base_of(Position position, uint32_t depth) {
  return depth == 0 ? 0 : position >> (64 - depth) << (64 - depth);
}

// The top kKnownBits of the spread of every key that has this home and this tag; kSpreadUnknown: of
// two such keys they may differ (never with 93 lines, one key in six with 64).
constexpr uint32_t kSpreadUnknown = UINT32_MAX;
uint32_t known_spread(uint32_t home, uint32_t homes, uint8_t tag);

// A slot of a line.
struct Spot {
  Line* line = nullptr;
  uint32_t index = 0;
  explicit operator bool() const { return line != nullptr; }
};

// Puts a key into its home line, the next, or the stash, displacing one neighbour if need be. No
// spot: the segment is full.
Spot place_key(SegmentRef ref, Position position, Handle handle, uint8_t eviction);
// Takes the key at `spot` out.
void clear_key(SegmentRef ref, Position position, Spot spot);

// Calls f(line, index) for every key whose home is `home`, stash lines' other keys excluded only by
// the caller (the last argument says that the spot is in the stash and may belong to another home).
template <typename F>
inline void for_keys_of_home(SegmentRef ref, uint32_t home, F f) {
  Line* lines = ref.lines();
  const uint32_t homes = ref.homes();
  Line* line = lines + home;
  for_bits(line->own(), [&](uint32_t i) { f(Spot{line, i}, false); });
  if (home + 1 < homes)
    for_bits(line[1].guests(), [&](uint32_t i) { f(Spot{line + 1, i}, false); });
  for_bits(line->hints(), [&](uint32_t s) {
    Line* stash = lines + homes + s;
    for_bits(stash->present(), [&](uint32_t i) { f(Spot{stash, i}, true); });
  });
}

}  // namespace cobnut
