// Hierarchical timing wheel (4 levels of 256 slots, tick 32 ms: 4.3 years; later deadlines wait in
// the last slot). It knows nothing of keys: an item is a 64-bit place (database and line position)
// with the tick it was armed for. Firing is a hint: the table compares the tick with the line's
// armed tick and drops stale items.
//
// An item lies on the level of the highest byte in which its tick differs from the current tick, in
// the slot that this byte names; so all of a level fires before any of the next, and the first slot
// of a level that is not empty (a bitmap) is the next event. When the time of a slot above level 0
// comes, its items are moved to the levels below: each item moves at most three times. (Varghese
// and Lauck 1987, scheme 7.) Cost: 12.8 bytes an item, in chunks of 256 bytes, and 8 KiB; O(1) an
// item. Owner: the shard's holder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace cobnut {

constexpr int64_t kWheelTickMs = 32;
using Tick = uint32_t;  // Unix ms / 32 relative to the wheel's origin: 4.3 years of a process
constexpr Tick kTickHorizon = UINT32_MAX;

class Wheel {
 public:
  struct Due {
    uint64_t item;
    Tick tick;  // as added
  };

  explicit Wheel(int64_t origin_ms);
  ~Wheel();
  Wheel(const Wheel&) = delete;
  Wheel& operator=(const Wheel&) = delete;

  // Rounded up: never fires early; clamped to the horizon.
  Tick tick_of(int64_t deadline_ms) const;
  // A tick that has passed is due at once: in the advance() under way, or the next.
  void add(Tick tick, uint64_t item);

  // Fires items due at now_ms, oldest tick first, at most `limit`; fire() may add() items. Returns
  // how many fired. An item beyond the horizon is re-added by the caller when it fires too early.
  using Fire = std::function<void(uint64_t item, Tick tick)>;
  size_t advance(int64_t now_ms, size_t limit, const Fire& fire);
  // The same in batches, for a caller that prefetches what its items name: removes at most `limit`
  // due items of one tick into `out`. May also return 0 after a bounded piece of moving items (30
  // us) although some are due: all is done when it returns 0 and next_ms() > now_ms.
  size_t take(int64_t now_ms, Due* out, size_t limit);

  int64_t next_ms() const;  // a lower bound of the next due item's time; INT64_MAX when empty
  size_t items() const { return items_; }
  size_t memory_bytes() const;

 private:
  static constexpr uint32_t kLevels = 4;
  static constexpr uint32_t kSlots = 256;
  struct Chunk;
  // Where the next items are: a slot and the tick at which its time begins.
  struct Event {
    uint32_t level, slot;
    Tick tick;
  };

  Tick passed_tick(int64_t now_ms) const;
  int64_t ms_of(Tick tick) const { return origin_ms_ + int64_t{tick} * kWheelTickMs; }
  void place(Tick tick, uint64_t item);
  bool next_event(Event* event) const;
  Chunk* detach(uint32_t level, uint32_t slot);
  bool move_down();  // one bounded piece; true: more is to be moved
  Chunk* new_chunk(Chunk* next);
  Chunk* delete_chunk(Chunk* chunk);
  void delete_list(Chunk* list);

  const int64_t origin_ms_;
  Tick now_ = 0;  // items of it and before lie in its slot of level 0; all ticks before it are done
  size_t items_ = 0;
  size_t chunks_ = 0;
  Chunk* due_ = nullptr;     // out of their slot, of tick now_ or before
  Chunk* moving_ = nullptr;  // out of a slot of a higher level whose time began at now_
  uint64_t occupied_[kLevels][kSlots / 64] = {};  // bit: the slot is not empty
  Chunk* slots_[kLevels][kSlots] = {};
};

}  // namespace cobnut
