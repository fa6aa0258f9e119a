// Hierarchical timing wheel (4 levels of 256, tick 32 ms: 4.4 years; later deadlines wait in the last slot). It knows nothing
// of keys: an item is a 64-bit place (database and line position) with the tick it was armed for. Firing is a hint: the
// table compares the tick with the line's armed tick and drops stale items. O(1) per item. Owner: the shard's holder.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace cobnut {

constexpr int64_t kWheelTickMs = 32;
using Tick = uint32_t;  // Unix ms / 32 relative to the wheel's origin: 4.3 years of a process

class Wheel {
 public:
  explicit Wheel(int64_t origin_ms);
  ~Wheel();

  Tick tick_of(int64_t deadline_ms) const;  // rounded up: never fires early; clamped to the horizon
  void add(Tick tick, uint64_t item);
  // Fires items due at now_ms, oldest tick first, at most `limit`; fire() may add() items. Returns how many fired.
  // An item beyond the horizon is re-added by the caller when it fires too early.
  using Fire = std::function<void(uint64_t item, Tick tick)>;
  size_t advance(int64_t now_ms, size_t limit, const Fire& fire);
  int64_t next_ms() const;      // a lower bound of the next due item's time; INT64_MAX when empty
  size_t items() const;
  size_t memory_bytes() const;
};

}  // namespace cobnut
