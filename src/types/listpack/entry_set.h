// The texts that stand in a pack, by their hashes: what tells whether one is there already in O(1)
// while a pack is made or checked, where View::find() would make that O(n^2). 8 bytes a slot.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "types/listpack/listpack.h"

namespace cobnut::listpack {

class EntrySet {
 public:
  explicit EntrySet(size_t entries_expected = 0) {
    while (slots_ <= 2 * entries_expected) slots_ *= 4;
    if (slots_ > kInlineSlots) grown_.resize(slots_);
  }
  EntrySet(const EntrySet&) = delete;
  EntrySet& operator=(const EntrySet&) = delete;

  // The text that stands at `at` of the pack, or will; a place above 0. False: one of those that
  // were added is equal, nothing changed. is_equal(place): whether that text is this one.
  template <typename IsEqual>
  bool add(Bytes text, uint32_t at, const IsEqual& is_equal) {
    if (2 * count_ >= slots_) [[unlikely]]
      grow();
    const auto hash = static_cast<uint32_t>(keyed_hash(text));
    Slot* slot = slot_of(hash);
    for (; slot->at != 0; slot = next(slot)) {
      if (slot->hash == hash && is_equal(slot->at)) return false;
    }
    *slot = {.hash = hash, .at = at};
    count_++;
    return true;
  }

 private:
  struct Slot {
    uint32_t hash = 0;
    uint32_t at = 0;  // 0: unused
  };
  static constexpr size_t kInlineSlots = 64;

  Slot* table() { return grown_.empty() ? inline_ : grown_.data(); }
  Slot* slot_of(uint32_t hash) { return table() + (hash & (slots_ - 1)); }
  Slot* next(Slot* slot) { return slot + 1 == table() + slots_ ? table() : slot + 1; }
  void grow();

  size_t slots_ = kInlineSlots;  // a power of two, at most half of them used
  size_t count_ = 0;
  std::vector<Slot> grown_;
  Slot inline_[kInlineSlots] = {};
};

inline void EntrySet::grow() {
  const std::vector<Slot> old = std::move(grown_);
  const Slot* const from = old.empty() ? inline_ : old.data();
  const size_t old_slots = slots_;
  slots_ = 4 * old_slots;
  grown_ = std::vector<Slot>(slots_);
  for (size_t i = 0; i < old_slots; i++) {
    if (from[i].at == 0) continue;
    Slot* slot = slot_of(from[i].hash);
    while (slot->at != 0) slot = next(slot);
    *slot = from[i];
  }
}

// Whether the first of each `step` entries differ from one another. REQUIRES: a valid pack.
bool all_differ(const View& view, size_t step);

}  // namespace cobnut::listpack
