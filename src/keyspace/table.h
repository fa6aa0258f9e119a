// The keys of one database in one shard: a root by slot over segments (segment.h) that neighbouring
// slots share; a slot with more keys than a segment holds has a directory of its own. One order of
// positions from root to line serves lookups, SCAN, slot ranges and expiry. Entries are blocks of
// the shard's EntryStore; the table holds their handles.
//
// Growth is by one segment at a time (rebuild.h): 64 lines -> 93 -> two of 64, at most 20 us for
// 900 keys; shrinking the same way back in background slices (shrink.cc). Pages: table.cc root,
// lookups, changes; rebuild.cc; expiry.cc the armed ticks; scan.cc cursors; shrink.cc merging and
// freeing. Owner: whoever holds the shard's monitor. Cost: 7.3-9.1 B a key, 12 B a slot of the
// shard.
#pragma once

#include <functional>
#include <vector>

#include "keyspace/entry_store.h"
#include "keyspace/segment_store.h"
#include "keyspace/wheel.h"

namespace cobnut {

// What the tables of a shard have in common.
struct TableParts {
  EntryStore& entries;
  SegmentStore& segments;
  Wheel& wheel;
  size_t& table_bytes;  // sum of metadata_bytes() of the shard's tables, kept by them
  uint32_t first_slot;  // of the shard; a multiple of slot_count
  uint32_t slot_count;  // a power of two
};

constexpr uint32_t kTablesMax =
    1u << kUnplacedBits;  // a wheel item names its table in the bits that place nothing

class Table final : public SegmentOwner {
 public:
  // `id` is unique among the living tables of the shard.
  Table(const TableParts& parts, uint32_t id, int db);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  uint32_t id() const { return id_; }
  int db() const { return db_; }  // where it is mounted, -1 when detached
  void mount(int db) { db_ = db; }
  void detach() {
    db_ = -1;
    walking_ = false;
  }

  // -- lookups
  Found find(const Key& key) const;
  Handle handle_of(const Found& found) const;
  [[gnu::always_inline]] void prefetch_root(Position position) const;
  [[gnu::always_inline]] void prefetch_line(Position position) const;
  [[gnu::always_inline]] Handle likely_entry(Position position) const;

  // -- changes. An entry with an expiry is armed on the way in.
  // REQUIRES: the key is not there. False: no memory (or its segment cannot be split), nothing
  // changed.
  bool insert(Position position, Handle handle, Found* found);
  // The entry is in another block now; the old one is the caller's.
  void replace(Found* found, Handle handle);
  // A deadline is armed before the entry gets it (false: no memory), and noted afterwards.
  // `had_expiry`: the key's own, before.
  bool arm(Position position, int64_t deadline_ms);
  void note_expiry(const Found& found, bool had_expiry);
  // Takes the key out; its entry is the caller's. Moves no other key.
  void erase(Position position, const Found& found);

  // -- counts
  size_t keys() const { return keys_; }
  size_t expiring_keys() const { return expiring_keys_; }
  uint32_t keys_in_slot(uint32_t slot) const { return slot_keys_[slot - parts_.first_slot]; }
  size_t metadata_bytes()
      const;  // root and directories (segments: SegmentStore; armed ticks: the pool)

  // -- expiry. Looks at the cell that a wheel item named; calls `due` for each key that is due,
  // which must remove it.
  // True: the entry is still there, as after a member of it was removed.
  using Due = std::function<bool(Position position, const Found& found)>;
  void fire(Position cell_start, Tick tick, int64_t now_ms, const Due& due);

  // -- walks
  using Visit = std::function<void(const Entry& entry)>;
  // See keyspace.h. Visits about `count` keys or 10 * count lines.
  uint64_t scan(uint64_t cursor, size_t count, const Visit& visit) const;
  // Uniform over all keys. REQUIRES: keys() > 0.
  const Entry* random_entry(uint64_t random) const;

  // -- background. One step of a few microseconds to 40; false: nothing (more) to do.
  bool shrink_step();
  bool clear_step();  // frees the keys of a detached table

  void segment_moved(Segment* segment) override;

 private:
  friend class Rebuild;

  static constexpr uint32_t kDepthMax =
      46;  // 64 - kUnplacedBits - log2(kCells): deeper, cells would have no bits left

  SegmentRef leaf(Position position) const;
  Position leaf_end(Position position, uint32_t depth) const;  // 0: behind the last slot of all
  bool in_shard(Position position) const;
  void publish(Position base, uint32_t depth, SegmentRef ref);
  bool reserve_directory(Position base, uint32_t depth);
  void drop_directory(uint32_t slot_index);
  void add_directory_bytes(size_t bytes);
  bool grow(SegmentRef full, Position position, Handle handle, uint8_t eviction);
  Found search(Line* line, uint32_t slots, Bytes key) const;
  Found locate(Position position, Handle handle) const;
  Found found_at(Spot spot) const;
  bool merge_buddies(Position base, SegmentRef left);
  bool shrink_segment(Position base, SegmentRef ref);
  void release_segment(Segment* segment);

  Tick tick_of(int64_t deadline_ms) const;
  uint32_t* armed_ticks(const Segment* segment) const;
  bool reserve_armed(Segment* segment);

  TableParts parts_;
  const uint32_t id_;
  int db_;
  std::vector<SegmentRef> root_;     // by slot
  std::vector<uint32_t> slot_keys_;  // by slot
  size_t keys_ = 0;
  size_t expiring_keys_ = 0;
  size_t directory_bytes_ = 0;
  Position walk_ = 0;  // where shrink_step() or clear_step() goes on
  bool walking_ = false;
  size_t erased_ = 0;  // keys since the last shrink walk
};

[[gnu::always_inline]] inline SegmentRef Table::leaf(Position position) const {
  const SegmentRef ref = root_[slot_of(position) - parts_.first_slot];
  if (!ref.is_directory()) [[likely]]
    return ref;
  return ref.directory()[(position << kSlotBits) >> (64 - ref.depth())];
}

inline void Table::prefetch_root(Position position) const {
  prefetch(&root_[slot_of(position) - parts_.first_slot]);
}

inline void Table::prefetch_line(Position position) const {
  const SegmentRef ref = leaf(position);
  if (!ref) return;
  const Line* home = ref.lines() + home_of(position, ref.depth(), ref.homes());
  prefetch(home);
  prefetch(home + 1);
}

inline Handle Table::likely_entry(Position position) const {
  const SegmentRef ref = leaf(position);
  if (!ref) return kNoHandle;
  const Line* home = ref.lines() + home_of(position, ref.depth(), ref.homes());
  const uint8_t tag = tag_of(position, ref.depth());
  const uint32_t here = home->matches(tag) & home->own();
  if (here != 0) return home->handles[std::countr_zero(here)];
  // Behind the last home comes the stash, which has no guests.
  const uint32_t next = home[1].matches(tag) & home[1].guests();
  if (next != 0) return home[1].handles[std::countr_zero(next)];
  for_bits(home->hints(), [&](uint32_t s) { prefetch(ref.lines() + ref.homes() + s); });
  // What insert() counts in.
  prefetch(ref.segment());
  prefetch(&slot_keys_[slot_of(position) - parts_.first_slot]);
  return kNoHandle;
}

}  // namespace cobnut
