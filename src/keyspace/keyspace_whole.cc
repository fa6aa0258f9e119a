// Keyspace beyond single keys: databases that come, go and swap, walks, the background slice and
// the account.
#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "keyspace/cells.h"
#include "keyspace/keyspace_parts.h"

namespace cobnut {
namespace {

constexpr size_t kFiresPerBatch = 64;   // wheel items between two looks at the clock, about 20 us
constexpr size_t kForEachCount = 4096;  // keys asked of scan() at once

}  // namespace

Keyspace::Keyspace(uint32_t first_slot, uint32_t slot_count, int databases, PagePool& pages,
                   LargeAllocator& large, int64_t origin_ms)
    : stats_{.databases = std::vector<KeyspaceStats::Database>(static_cast<size_t>(databases))},
      first_slot_(first_slot),
      slot_count_(slot_count),
      parts_(std::make_unique<Parts>(pages, large, origin_ms)),
      tables_(static_cast<size_t>(databases)) {
  CHECK_OP(first_slot + slot_count, <=, kSlots);
  CHECK_OP(databases, <=, 256);  // Mutation::db is a byte
  set_now_ms(origin_ms);
}

Keyspace::~Keyspace() = default;

// A database gets its table (8 + 4 bytes a slot) with its first key.
Table& Keyspace::table_for_write(int db) {
  std::unique_ptr<Table>& t = tables_[static_cast<size_t>(db)];
  if (t == nullptr) {
    const auto free_id = std::find(table_by_id_.begin(), table_by_id_.end(), nullptr);
    const uint32_t id = static_cast<uint32_t>(free_id - table_by_id_.begin());
    if (free_id == table_by_id_.end()) table_by_id_.push_back(nullptr);
    const TableParts parts{parts_->entries,     parts_->segments, parts_->wheel,
                           parts_->table_bytes, first_slot_,      slot_count_};
    t = std::make_unique<Table>(parts, id, db);
    table_by_id_[id] = t.get();
  }
  return *t;
}

size_t Keyspace::size(int db) const { return table(db) == nullptr ? 0 : table(db)->keys(); }
size_t Keyspace::expiring_size(int db) const {
  return table(db) == nullptr ? 0 : table(db)->expiring_keys();
}

void Keyspace::flush(int db) {
  std::unique_ptr<Table>& t = tables_[static_cast<size_t>(db)];
  if (t == nullptr) return;
  stats_.dirty.add(t->keys());
  stats_.keys.add(0 - uint64_t{t->keys()});
  table_by_id_[t->id()] =
      nullptr;  // its wheel items fire into nothing, or, the id used again, harmlessly
  t->detach();
  heap().freed_in_slices().waiting.add(t->keys());
  detached_.push_back(std::move(t));
  publish_counts(db);
}

// Wheel items name tables, not databases: they stay right.
void Keyspace::swap(int db_a, int db_b) {
  std::swap(tables_[static_cast<size_t>(db_a)], tables_[static_cast<size_t>(db_b)]);
  if (table(db_a) != nullptr) table(db_a)->mount(db_a);
  if (table(db_b) != nullptr) table(db_b)->mount(db_b);
  publish_counts(db_a);
  publish_counts(db_b);
}

// -- walks

uint64_t Keyspace::scan(int db, uint64_t cursor, size_t count, const Visit& visit) {
  const Table* t = table(db);
  if (t == nullptr || t->keys() == 0) return scan_cursor_at(first_slot_ + slot_count_);
  return t->scan(cursor, count, [&](const Entry& entry) {
    if (!due(entry)) visit(entry.key(), entry);
  });
}

void Keyspace::for_each(int db, const Visit& visit) {
  const uint64_t end = scan_cursor_at(first_slot_ + slot_count_);
  uint64_t cursor = scan_cursor_at(first_slot_);
  do {
    cursor = scan(db, cursor, kForEachCount, visit);
  } while (cursor != end);
}

void Keyspace::for_each_in_slot(int db, uint32_t slot, size_t limit, const Visit& visit) {
  const size_t there = keys_in_slot(db, slot);
  size_t visited = 0;
  uint64_t cursor = scan_cursor_at(slot);
  while (there > 0 && visited < limit) {
    cursor = scan(db, cursor, kForEachCount, [&](Bytes key, const Entry& entry) {
      if (visited == limit || key_slot(key) != slot) return;
      visited++;
      visit(key, entry);
    });
    // A range of several slots says nothing of the first of them alone before it is done.
    const ScanPoint at = scan_point(cursor);
    if (cursor == kScanEnd || at.slot > slot) return;
  }
}

bool Keyspace::random_key(int db, uint64_t random, std::string* key) {
  const Table* t = table(db);
  if (t == nullptr || t->keys() == 0) return false;
  key->assign(t->random_entry(random)->key());
  return true;
}

uint32_t Keyspace::keys_in_slot(int db, uint32_t slot) const {
  if (slot < first_slot_ || slot - first_slot_ >= slot_count_) return 0;
  return table(db) == nullptr ? 0 : table(db)->keys_in_slot(slot);
}

// -- background

bool Keyspace::background(int64_t budget_us) {
  const int64_t deadline_us = monotonic_clock_us() + budget_us;
  bool more = expire_slice(deadline_us);
  more |= free_slice(deadline_us);
  more |= shrink_slice(deadline_us);
  return more;
}

bool Keyspace::expire_slice(int64_t deadline_us) {
  if (!active_expire_ || expiry_paused()) return false;
  const auto fire = [this](uint64_t item, Tick tick) {
    const uint32_t id = item_table(item);
    Table* t = id < table_by_id_.size() ? table_by_id_[id] : nullptr;
    if (t == nullptr) return;
    t->fire(item_start(item), tick, now_ms_, [&](Position position, const Found& found) {
      const Key key(found->key(), position);
      if (!due(*found.entry)) return reap_members(*t, key, found);
      take_out(*t, key, found, Event::kExpired);
      return false;
    });
  };
  while (parts_->wheel.advance(now_ms_, kFiresPerBatch, fire) == kFiresPerBatch) {
    if (monotonic_clock_us() >= deadline_us) return true;
  }
  return false;
}

// True: the key is still there.
bool Keyspace::reap_members(Table& t, const Key& key, const Found& found) {
  constexpr size_t kReapedAtOnce = 256;
  Collection* collection = found->collection();
  const size_t reaped = collection->reap(now_ms_, kReapedAtOnce);
  if (reaped == 0) return true;
  const Type type = found->type();
  const Event event = type == Type::kHash   ? Event::kHexpired
                      : type == Type::kZset ? Event::kZexpired
                                            : Event::kSexpired;
  emit(Mutation::Kind::kPut, event, t.db(), key);
  if (collection->elements() > 0) return true;
  take_out(t, key, found, Event::kDel);
  return false;
}

bool Keyspace::free_slice(int64_t deadline_us) {
  while (!detached_.empty()) {
    if (monotonic_clock_us() >= deadline_us) return true;
    Table& table = *detached_.back();
    FreedInSlices& values = heap().freed_in_slices();
    const size_t keys = table.keys();
    const uint64_t waiting = values.waiting.get();
    const bool more = table.clear_step();
    const size_t cleared = keys - table.keys();
    const uint64_t large = values.waiting.get() - waiting;  // of these, which go on waiting
    values.waiting.add(0 - uint64_t{cleared});
    values.freed.add(cleared - large);
    if (!more) detached_.pop_back();
  }
  while (parts_->entries.heap().free_step()) {
    if (monotonic_clock_us() >= deadline_us) return true;
  }
  return false;
}

bool Keyspace::shrink_slice(int64_t deadline_us) {
  for (const std::unique_ptr<Table>& t : tables_) {
    while (t != nullptr && t->shrink_step()) {
      if (monotonic_clock_us() >= deadline_us) return true;
    }
  }
  return false;
}

int64_t Keyspace::next_expiry_ms() const {
  return active_expire_ ? parts_->wheel.next_ms() : INT64_MAX;
}

// -- account

size_t Keyspace::memory_of(int db, const Found& found) const {
  constexpr size_t kPlaceBytes = sizeof(Line) / kLineSlots;
  return parts_->entries.bytes_of(table(db)->handle_of(found)) + kPlaceBytes;
}

size_t Keyspace::metadata_bytes() const {
  return sizeof(*this) + parts_->table_bytes + parts_->segments.used_bytes() +
         parts_->entries.metadata_bytes() + parts_->wheel.memory_bytes();
}

size_t Keyspace::entry_bytes() const { return parts_->entries.used_bytes(); }

size_t Keyspace::used_bytes() const { return parts_->entries.used_bytes() + metadata_bytes(); }

size_t Keyspace::committed_bytes() const {
  return metadata_bytes() - parts_->segments.used_bytes() + parts_->segments.committed_bytes() +
         parts_->entries.committed_bytes();
}

}  // namespace cobnut
