#include "keyspace/wheel.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "base/check.h"
#include "base/prefetch.h"

namespace cobnut {

namespace {

constexpr uint32_t kItemsPerChunk = 20;
constexpr uint32_t kItemsMovedMax = 4096;  // in one piece: about 30 us

uint32_t slot_at(Tick tick, uint32_t level) { return tick >> (8 * level) & 255; }

// The first set bit at or above `from`, or 256.
uint32_t first_bit(const uint64_t* words, uint32_t from) {
  if (from >= 256) return 256;
  uint64_t word = words[from / 64] & UINT64_MAX << from % 64;
  for (uint32_t i = from / 64;; word = words[i]) {
    if (word != 0) return i * 64 + static_cast<uint32_t>(std::countr_zero(word));
    if (++i == 4) return 256;
  }
}

}  // namespace

struct Wheel::Chunk {
  Chunk* next;
  uint32_t count;
  Tick ticks[kItemsPerChunk];
  uint64_t items[kItemsPerChunk];
};

Wheel::Wheel(int64_t origin_ms) : origin_ms_(origin_ms) {
  static_assert(sizeof(Chunk) == 256, "a size class of malloc, 12.8 bytes an item");
}

Wheel::~Wheel() {
  for (auto& level : slots_) {
    for (Chunk* list : level) delete_list(list);
  }
  delete_list(due_);
  delete_list(moving_);
  CHECK_EQ(chunks_, 0u);
}

Tick Wheel::tick_of(int64_t deadline_ms) const {
  if (deadline_ms <= origin_ms_) return 0;
  const uint64_t after = static_cast<uint64_t>(deadline_ms) - static_cast<uint64_t>(origin_ms_);
  const uint64_t tick = after / kWheelTickMs + (after % kWheelTickMs != 0);
  return static_cast<Tick>(std::min<uint64_t>(tick, kTickHorizon));
}

// The last tick whose time has come: rounded down, as deadlines are rounded up.
Tick Wheel::passed_tick(int64_t now_ms) const {
  if (now_ms <= origin_ms_) return 0;
  const uint64_t after = static_cast<uint64_t>(now_ms) - static_cast<uint64_t>(origin_ms_);
  return static_cast<Tick>(std::min<uint64_t>(after / kWheelTickMs, kTickHorizon));
}

void Wheel::add(Tick tick, uint64_t item) {
  place(tick, item);
  items_++;
}

void Wheel::place(Tick tick, uint64_t item) {
  const Tick later = std::max(tick, now_);
  const uint32_t level = (31 - static_cast<uint32_t>(std::countl_zero((later ^ now_) | 1))) / 8;
  const uint32_t slot = slot_at(later, level);
  Chunk*& head = slots_[level][slot];
  if (head == nullptr || head->count == kItemsPerChunk) {
    head = new_chunk(head);
    occupied_[level][slot / 64] |= uint64_t{1} << slot % 64;
  }
  head->ticks[head->count] = tick;
  head->items[head->count] = item;
  head->count++;
}

size_t Wheel::advance(int64_t now_ms, size_t limit, const Fire& fire) {
  constexpr size_t kBatch = 64;
  Due batch[kBatch];
  size_t fired = 0;
  while (fired < limit) {
    const size_t count = take(now_ms, batch, std::min(kBatch, limit - fired));
    if (count == 0 && moving_ == nullptr) break;
    for (size_t i = 0; i < count; i++) fire(batch[i].item, batch[i].tick);
    fired += count;
  }
  return fired;
}

size_t Wheel::take(int64_t now_ms, Due* out, size_t limit) {
  if (move_down()) return 0;
  const Tick target = std::max(passed_tick(now_ms), now_);
  while (due_ == nullptr) {
    Event event;
    if (!next_event(&event) || event.tick > target) {
      now_ = target;  // nothing lies between: every item keeps its level
      return 0;
    }
    now_ = event.tick;
    if (event.level == 0) {
      due_ = detach(0, event.slot);
    } else {
      moving_ = detach(event.level, event.slot);
      if (move_down()) return 0;
    }
  }
  size_t taken = 0;
  while (taken < limit && due_ != nullptr) {
    due_->count--;
    out[taken++] = {due_->items[due_->count], due_->ticks[due_->count]};
    if (due_->count == 0) due_ = delete_chunk(due_);
  }
  items_ -= taken;
  return taken;
}

bool Wheel::move_down() {
  uint32_t moved = 0;
  while (moving_ != nullptr && moved < kItemsMovedMax) {
    if (moving_->next != nullptr) prefetch(moving_->next);
    for (uint32_t i = 0; i < moving_->count; i++) place(moving_->ticks[i], moving_->items[i]);
    moved += moving_->count;
    moving_ = delete_chunk(moving_);
  }
  return moving_ != nullptr;
}

bool Wheel::next_event(Event* event) const {
  for (uint32_t level = 0; level < kLevels; level++) {
    // The current slot holds items on level 0 only.
    const uint32_t slot = first_bit(occupied_[level], slot_at(now_, level) + (level == 0 ? 0 : 1));
    if (slot == kSlots) continue;
    const uint64_t above = uint64_t{now_} >> (8 * (level + 1)) << (8 * (level + 1));
    *event = {level, slot, static_cast<Tick>(above | uint64_t{slot} << (8 * level))};
    CHECK(event->tick >= now_);
    return true;
  }
  return false;
}

int64_t Wheel::next_ms() const {
  if (due_ != nullptr || moving_ != nullptr) return ms_of(now_);
  Event event;
  return next_event(&event) ? ms_of(event.tick) : INT64_MAX;
}

size_t Wheel::memory_bytes() const { return sizeof(*this) + chunks_ * sizeof(Chunk); }

Wheel::Chunk* Wheel::detach(uint32_t level, uint32_t slot) {
  Chunk* list = slots_[level][slot];
  CHECK(list != nullptr);
  slots_[level][slot] = nullptr;
  occupied_[level][slot / 64] &= ~(uint64_t{1} << slot % 64);
  return list;
}

// 256 bytes that malloc does not have end the process, as everywhere outside of the pool: a lost
// item would leave keys behind that nobody removes.
Wheel::Chunk* Wheel::new_chunk(Chunk* next) {
  auto* chunk = static_cast<Chunk*>(malloc(sizeof(Chunk)));
  CHECK(chunk != nullptr);
  chunk->next = next;
  chunk->count = 0;
  chunks_++;
  return chunk;
}

// Returns the next one.
Wheel::Chunk* Wheel::delete_chunk(Chunk* chunk) {
  Chunk* next = chunk->next;
  free(chunk);
  chunks_--;
  return next;
}

void Wheel::delete_list(Chunk* list) {
  while (list != nullptr) list = delete_chunk(list);
}

}  // namespace cobnut
