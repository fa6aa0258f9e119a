// The SCAN cursor: stateless, below 2^53 (clients read it as a double), global over shards since
// shards are slot ranges.
//
//   bits 38-52  a dyadic range of slots as a heap index: 2^d + i is the slots from i * 2^(14 - d)
//               to before (i + 1) * 2^(14 - d); 0: the beginning
//   bits  0-37  x, the top bits of the hash
//
// It says: all slots before the range are done, and in the range all keys whose hash is below x.
// Bits of the hash below the cursor's place nothing, and keys that share all of its bits are
// returned together; growth, splits and merges change neither, so every key present throughout is
// returned, normally once.
#pragma once

#include <bit>
#include <cstdint>

#include "base/hash.h"

namespace cobnut {

constexpr uint64_t kScanEnd = 0;
constexpr int kScanHashBits = 38;

struct ScanPoint {
  uint32_t slot = 0;  // first of the range
  int width_log2 =
      kUnknown;  // of the range; kUnknown: nothing of it is done yet, so it may be chosen
  uint64_t x = 0;
  static constexpr int kUnknown = -1;
};

inline ScanPoint scan_point(uint64_t cursor) {
  const uint32_t heap_index = static_cast<uint32_t>(cursor >> kScanHashBits) & (2 * kSlots - 1);
  if (heap_index == 0) return {};
  const int level = std::bit_width(heap_index) - 1;
  const int width_log2 = std::bit_width(kSlots) - 1 - level;
  const uint64_t x = cursor & ((uint64_t{1} << kScanHashBits) - 1);
  return {(heap_index - (1u << level)) << width_log2, x == 0 ? ScanPoint::kUnknown : width_log2, x};
}

inline uint64_t scan_cursor(const ScanPoint& point) {
  if (point.slot == 0 && point.x == 0) return 0;
  const int width_log2 = point.width_log2 == ScanPoint::kUnknown ? 0 : point.width_log2;
  const uint32_t heap_index = kSlots >> width_log2 | point.slot >> width_log2;
  return uint64_t{heap_index} << kScanHashBits | point.x;
}

// The slot at which a cursor goes on, so the shard that handles it.
inline uint32_t scan_cursor_slot(uint64_t cursor) { return scan_point(cursor).slot; }
// The cursor at the beginning of a slot; kScanEnd behind the last.
inline uint64_t scan_cursor_at(uint32_t slot) {
  return slot >= kSlots ? kScanEnd : scan_cursor({.slot = slot});
}

}  // namespace cobnut
