#include "keyspace/table.h"

#include <cstdlib>

#include "keyspace/rebuild.h"

namespace cobnut {
namespace {

constexpr size_t kDirectoryAlign = 64;  // SegmentRef keeps the size in the low bits of the pointer

SegmentRef* allocate_directory(uint32_t bits) {
  const size_t bytes = std::max(sizeof(SegmentRef) << bits, kDirectoryAlign);
  return static_cast<SegmentRef*>(std::aligned_alloc(kDirectoryAlign, bytes));
}

}  // namespace

Table::Table(const TableParts& parts, uint32_t id, int db) : parts_(parts), id_(id), db_(db) {
  CHECK(std::has_single_bit(parts.slot_count));
  CHECK_EQ(parts.first_slot % parts.slot_count, 0u);
  CHECK_OP(id, <, kTablesMax);
  const uint32_t depth = static_cast<uint32_t>(kSlotBits - std::countr_zero(parts.slot_count));
  root_.assign(parts.slot_count, SegmentRef::empty(depth));
  slot_keys_.assign(parts.slot_count, 0);
  parts_.table_bytes += metadata_bytes();
}

Table::~Table() {
  detach();
  while (clear_step()) {
  }
  CHECK_EQ(keys_, size_t{0});
  parts_.table_bytes -= metadata_bytes();
}

bool Table::in_shard(Position position) const {
  const uint32_t slot = slot_of(position);
  return slot >= parts_.first_slot && slot - parts_.first_slot < parts_.slot_count;
}

Position Table::leaf_end(Position position, uint32_t depth) const {
  return depth == 0 ? 0 : base_of(position, depth) + (Position{1} << (64 - depth));
}

size_t Table::metadata_bytes() const {
  return sizeof(Table) + root_.size() * (sizeof(SegmentRef) + sizeof(uint32_t)) + directory_bytes_;
}

// -- root

void Table::add_directory_bytes(size_t bytes) {  // modulo 2^64
  directory_bytes_ += bytes;
  parts_.table_bytes += bytes;
}

void Table::drop_directory(uint32_t slot_index) {
  const SegmentRef ref = root_[slot_index];
  if (!ref.is_directory()) return;
  add_directory_bytes(0 - (sizeof(SegmentRef) << ref.depth()));
  std::free(ref.directory());
}

// After this publish() of a leaf of that depth at `base` cannot fail.
bool Table::reserve_directory(Position base, uint32_t depth) {
  if (depth <= kSlotBits) return true;
  const uint32_t slot_index = slot_of(base) - parts_.first_slot;
  const SegmentRef old = root_[slot_index];
  const uint32_t bits = depth - kSlotBits;
  const uint32_t old_bits = old.is_directory() ? old.depth() : 0;
  if (bits <= old_bits) return true;
  // With a keyed hash the leaves of a slot differ by a few in depth; what asks for much more is
  // refused, not paid for.
  if (bits > static_cast<uint32_t>(std::bit_width(slot_keys_[slot_index] / 256)) + 8) return false;
  SegmentRef* entries = allocate_directory(bits);
  if (entries == nullptr) return false;
  for (uint64_t i = 0; i < uint64_t{1} << bits; i++) {
    entries[i] = old.is_directory() ? old.directory()[i >> (bits - old_bits)] : old;
  }
  drop_directory(slot_index);
  add_directory_bytes(sizeof(SegmentRef) << bits);
  root_[slot_index] = SegmentRef::directory_of(entries, bits);
  return true;
}

void Table::publish(Position base, uint32_t depth, SegmentRef ref) {
  const uint32_t slot_index = slot_of(base) - parts_.first_slot;
  if (depth <= kSlotBits) {
    const uint32_t slots = 1u << (kSlotBits - depth);
    for (uint32_t i = slot_index; i < slot_index + slots; i++) {
      drop_directory(i);
      root_[i] = ref;
    }
    return;
  }
  const SegmentRef root = root_[slot_index];
  CHECK(root.is_directory() && root.depth() + kSlotBits >= depth);
  const uint64_t first = (base << kSlotBits) >> (64 - root.depth());
  const uint64_t count = uint64_t{1} << (root.depth() + kSlotBits - depth);
  for (uint64_t i = first; i < first + count; i++) root.directory()[i] = ref;
}

void Table::segment_moved(Segment* segment) {
  publish(segment->base, segment->depth, SegmentRef::of(segment));
}

void Table::release_segment(Segment* segment) {
  if (segment->armed != kNoHandle) parts_.entries.pool().release(segment->armed);
  parts_.segments.release(segment);
}

// -- lookups

Found Table::found_at(Spot spot) const {
  return {parts_.entries.at(spot.line->handles[spot.index]), spot.line, spot.index};
}

Handle Table::handle_of(const Found& found) const { return found.line->handles[found.index]; }

[[gnu::always_inline]] inline Found Table::search(Line* line, uint32_t slots, Bytes key) const {
  for (; slots != 0; slots &= slots - 1) {
    const uint32_t index = static_cast<uint32_t>(std::countr_zero(slots));
    Entry* entry = parts_.entries.at(line->handles[index]);
    if (entry->has_key(key)) return {entry, line, index};
  }
  return {};
}

Found Table::find(const Key& key) const {
  DCHECK(in_shard(key.position));
  const SegmentRef ref = leaf(key.position);
  if (!ref) return {};
  const uint32_t homes = ref.homes();
  Line* home = ref.lines() + home_of(key.position, ref.depth(), homes);
  const uint8_t tag = tag_of(key.position, ref.depth());
  if (Found found = search(home, home->matches(tag) & home->own(), key.bytes)) return found;
  // Behind the last home comes the stash, which has no guests.
  Line* next = home + 1;
  if (Found found = search(next, next->matches(tag) & next->guests(), key.bytes)) return found;
  for (uint32_t hints = home->hints(); hints != 0; hints &= hints - 1) {
    Line* stash = ref.lines() + homes + std::countr_zero(hints);
    const Found found = search(stash, stash->matches(tag) & stash->present(), key.bytes);
    if (found) return found;
  }
  return {};
}

// Where a key that is there sits, by its handle.
Found Table::locate(Position position, Handle handle) const {
  const SegmentRef ref = leaf(position);
  Spot spot;
  for_keys_of_home(ref, home_of(position, ref.depth(), ref.homes()), [&](Spot s, bool) {
    if (s.line->handles[s.index] == handle) spot = s;
  });
  CHECK(spot.line != nullptr);
  return found_at(spot);
}

// -- changes

bool Table::insert(Position position, Handle handle, Found* found) {
  DCHECK(in_shard(position));
  const Entry* entry = parts_.entries.at(handle);
  const uint8_t eviction = entry->has_deadline() ? kTtlBit : 0;
  const SegmentRef ref = leaf(position);
  const Spot spot = ref ? place_key(ref, position, handle, eviction) : Spot{};
  if (spot) {
    ref.segment()->keys++;
    *found = found_at(spot);
  } else {
    if (!grow(ref, position, handle, eviction)) return false;
    *found = locate(position, handle);
  }
  keys_++;
  slot_keys_[slot_of(position) - parts_.first_slot]++;
  if (eviction == 0) return true;
  if (entry->has_expiry()) expiring_keys_++;
  if (arm(position, entry->next_deadline_ms())) return true;
  erase(position, *found);
  return false;
}

bool Table::grow(SegmentRef full, Position position, Handle handle, uint8_t eviction) {
  const uint32_t depth = full.depth();
  const Position base = base_of(position, depth);
  if (full && full.segment_class() == SegmentClass::kSmall) {
    Rebuild larger(*this);
    larger.gather_for(full, depth, SegmentClass::kBig);
    larger.add(position, handle, eviction);
    if (larger.fill_one(base, depth, SegmentClass::kBig)) return larger.publish();
  }
  Rebuild rebuild(*this);
  if (full) rebuild.gather(full);
  rebuild.add(position, handle, eviction);
  const bool fits =
      full ? rebuild.split(base, depth) : rebuild.fill(base, depth, SegmentClass::kSmall);
  return fits && rebuild.publish();
}

void Table::replace(Found* found, Handle handle) {
  found->line->handles[found->index] = handle;
  found->entry = parts_.entries.at(handle);
}

void Table::note_expiry(const Found& found, bool had_expiry) {
  uint8_t& eviction = found.line->eviction[found.index];
  eviction = static_cast<uint8_t>((eviction & ~kTtlBit) | (found->has_deadline() ? kTtlBit : 0));
  expiring_keys_ += found->has_expiry();
  expiring_keys_ -= had_expiry;
}

void Table::erase(Position position, const Found& found) {
  const SegmentRef ref = leaf(position);
  if ((found.line->eviction[found.index] & kTtlBit) && found->has_expiry()) expiring_keys_--;
  clear_key(ref, position, {found.line, found.index});
  ref.segment()->keys--;
  slot_keys_[slot_of(position) - parts_.first_slot]--;
  keys_--;
  erased_++;
}

}  // namespace cobnut
