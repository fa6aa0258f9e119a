// Lookups and changes of single keys. Whole databases and the background slice: keyspace_whole.cc.
#include "keyspace/keyspace.h"

#include <algorithm>

#include "base/numbers.h"
#include "keyspace/keyspace_parts.h"

namespace cobnut {

Value string_value(Bytes bytes) {
  if (bytes.size() <= kIntTextMax) {
    if (const auto integer = parse_int(bytes)) return integer_value(*integer);
  }
  return {.encoding = bytes.size() <= kEmbstrMax ? Encoding::kEmbstr : Encoding::kRaw,
          .bytes = bytes};
}

Value integer_value(int64_t integer) { return {.encoding = Encoding::kInt, .integer = integer}; }

void Keyspace::set_now_ms(int64_t now_ms) {
  if (now_ms <= now_ms_) return;
  now_ms_ = now_ms;
  parts_->entries.look_at_sizes(stats_.keys.get());
  parts_->entries.set_now_ms(now_ms_);
}

// As Redis: a key lives through the millisecond of its deadline.
bool Keyspace::due(const Entry& entry) const {
  return entry.has_expiry() && now_ms_ > entry.expiry_ms();
}

// -- reads

Found Keyspace::live(int db, const Key& key) {
  Table* t = table(db);
  if (t == nullptr) return {};
  const Found found = t->find(key);
  if (found && due(*found.entry)) [[unlikely]] {
    if (!expiry_paused()) take_out(*t, key, found, Event::kExpired);
    return {};
  }
  return found;
}

// What live() left because expiry is paused must not stay beside a new entry of the key.
void Keyspace::remove_due(int db, const Key& key) {
  Table* t = table(db);
  if (t == nullptr) return;
  const Found found = t->find(key);
  if (found) take_out(*t, key, found, Event::kExpired);
}

void Keyspace::set_idle_seconds(Found found, uint64_t seconds) {
  constexpr uint64_t kIdleMax = (1u << 24) - 1;  // what an entry can tell
  parts_->entries.set_idle_seconds(found.entry, static_cast<uint32_t>(std::min(seconds, kIdleMax)));
}

void Keyspace::set_touching(bool touching) { parts_->entries.set_touching(touching); }

Found Keyspace::find(int db, const Key& key) {
  const Found found = live(db, key);
  if (!found) {
    stats_.misses.add(1);
    return found;
  }
  stats_.hits.add(1);
  parts_->entries.touch(found.entry);
  return found;
}

Found Keyspace::edit(int db, const Key& key) {
  const Found found = live(db, key);
  if (found) parts_->entries.touch(found.entry);
  return found;
}

Found Keyspace::peek(int db, const Key& key) { return live(db, key); }

void Keyspace::prefetch_root(int db, Position position) const {
  if (const Table* t = table(db)) t->prefetch_root(position);
}

void Keyspace::prefetch_line(int db, Position position) const {
  if (const Table* t = table(db)) t->prefetch_line(position);
}

Handle Keyspace::likely_entry(int db, Position position) const {
  const Table* t = table(db);
  return t != nullptr ? t->likely_entry(position) : kNoHandle;
}

void Keyspace::prefetch_entry(Handle handle, bool write) const {
  const Pool& pool = parts_->entries.pool();
  const char* block = pool.at(handle);
  const size_t bytes = parts_->entries.prefetch_bytes();
  for (size_t at = 0; at < bytes; at += sizeof(Line)) prefetch(block + at);
  if (write) prefetch(pool.release_hint(handle));
}

void Keyspace::prefetch_members(int db, const Key& key, std::span<const Bytes> members) const {
  const Table* t = table(db);
  const Found found = t != nullptr ? t->find(key) : Found();
  if (!found) return;
  if (const Collection* collection = found->collection()) collection->prefetch(members);
}

// -- writes

void Keyspace::emit(Mutation::Kind kind, Event event, int db, const Key& key) {
  const bool change = kind != Mutation::Kind::kNotice;
  if (change && event != Event::kExpired && event != Event::kEvicted) stats_.dirty.add(1);
  if (listeners_.empty()) return;
  const Mutation mutation{kind, event, static_cast<uint8_t>(db), key};
  for (MutationListener* listener : listeners_) listener->on_mutation(mutation);
}

void Keyspace::publish_counts(int db) {
  KeyspaceStats::Database& counts = stats_.databases[static_cast<size_t>(db)];
  counts.keys.set(size(db));
  counts.expiring.set(expiring_size(db));
}

// The entry dies last: the key may be a view into it.
void Keyspace::take_out(Table& t, const Key& key, const Found& found, Event event) {
  const Handle handle = t.handle_of(found);
  t.erase(key.position, found);
  publish_counts(t.db());
  stats_.keys.add(0 - uint64_t{1});
  if (event == Event::kExpired) stats_.expired.add(1);
  emit(Mutation::Kind::kRemoved, event, t.db(), key);
  parts_->entries.destroy(handle);
}

Written Keyspace::insert(int db, const Key& key, Found* found, const EntryContent& content) {
  if (expiry_paused()) [[unlikely]]
    remove_due(db, key);
  const Handle handle = parts_->entries.create(content);
  if (handle == kNoHandle) return Written::kNoMemory;
  Table& t = table_for_write(db);
  if (!t.insert(key.position, handle, found)) {
    // Still the caller's.
    if (content.collection != nullptr || content.block_bytes > 0)
      parts_->entries.forget_value(handle);
    parts_->entries.destroy(handle);
    *found = {};
    return Written::kNoMemory;
  }
  stats_.keys.add(1);
  publish_counts(db);
  return Written::kOk;
}

Written Keyspace::overwrite(int db, const Key& key, Found found, const EntryContent& content,
                            Event event) {
  Table& t = *table(db);
  int64_t deadline_ms = content.expiry_ms != kNoExpiry ? content.expiry_ms : INT64_MAX;
  if (content.collection != nullptr)
    deadline_ms = std::min(deadline_ms, content.collection->next_expiry_ms());
  if (deadline_ms != INT64_MAX && !t.arm(key.position, deadline_ms)) return Written::kNoMemory;
  const bool had_expiry = found->has_expiry();
  const Handle old = t.handle_of(found);
  Handle now = old;
  if (!parts_->entries.overwrite(old, content)) {
    now = parts_->entries.create(content);
    if (now == kNoHandle) return Written::kNoMemory;
    t.replace(&found, now);
  }
  t.note_expiry(found, had_expiry);
  publish_counts(db);
  emit(Mutation::Kind::kPut, event, db, key);
  if (now != old) parts_->entries.destroy(old);
  return Written::kOk;
}

Written Keyspace::put(int db, const Key& key, Found found, const Value& value, int64_t expiry_ms,
                      Event event) {
  if (expiry_ms == kKeepExpiry) expiry_ms = found ? found->expiry_ms() : kNoExpiry;
  const char* integer = reinterpret_cast<const char*>(&value.integer);
  const Bytes bytes =
      value.encoding == Encoding::kInt ? Bytes{integer, sizeof(value.integer)} : value.bytes;
  const EntryContent content{.type = value.type,
                             .encoding = value.encoding,
                             .key = key.bytes,
                             .value = bytes,
                             .value_bytes = bytes.size(),
                             .expiry_ms = expiry_ms,
                             .collection = value.collection,
                             .block_bytes = value.block_bytes};
  if (found) return overwrite(db, key, found, content, event);
  const Written written = insert(db, key, &found, content);
  if (written == Written::kOk) emit(Mutation::Kind::kPut, event, db, key);
  return written;
}

char* Keyspace::resize_string(int db, const Key& key, Found& found, size_t bytes) {
  EntryStore& entries = parts_->entries;
  if (!found) {
    const EntryContent content{.key = key.bytes, .value_bytes = bytes};
    if (insert(db, key, &found, content) != Written::kOk) return nullptr;
    return const_cast<char*>(found->bytes().data());
  }
  Table& t = *table(db);
  const Handle old = t.handle_of(found);
  if (found->encoding() == Encoding::kInt) {
    char text[kIntTextMax];
    const EntryContent content{.key = key.bytes,
                               .value = found->text(text).substr(0, bytes),
                               .value_bytes = bytes,
                               .expiry_ms = found->expiry_ms(),
                               .will_grow = true};
    if (!entries.overwrite(old, content)) {
      const Handle now = entries.create(content);
      if (now == kNoHandle) return nullptr;
      t.replace(&found, now);
      entries.destroy(old);
    }
    return const_cast<char*>(found->bytes().data());
  }
  Handle now = old;
  char* value = entries.resize_value(&now, Encoding::kRaw, bytes);
  if (value != nullptr && now != old) t.replace(&found, now);
  return value;
}

char* Keyspace::resize_blob(int db, const Key& key, Found& found, Type type, Encoding encoding,
                            size_t bytes) {
  if (!found) {
    const EntryContent content{
        .type = type, .encoding = encoding, .key = key.bytes, .value_bytes = bytes};
    if (insert(db, key, &found, content) != Written::kOk) return nullptr;
    return const_cast<char*>(found->bytes().data());
  }
  DCHECK(found->type() == type);
  Table& t = *table(db);
  const Handle old = t.handle_of(found);
  Handle now = old;
  char* blob = parts_->entries.resize_value(&now, encoding, bytes);
  if (blob != nullptr && now != old) t.replace(&found, now);
  return blob;
}

Written Keyspace::reform(int db, const Key& key, Found& found, const Value& value) {
  Table& t = *table(db);
  const Handle old = t.handle_of(found);
  const EntryContent content{.type = value.type,
                             .encoding = value.encoding,
                             .key = key.bytes,
                             .value = value.bytes,
                             .value_bytes = value.bytes.size(),
                             .expiry_ms = found->expiry_ms(),
                             .collection = value.collection};
  const Handle now = parts_->entries.create(content);
  if (now == kNoHandle) return Written::kNoMemory;
  const bool had_expiry = found->has_expiry();
  t.replace(&found, now);
  t.note_expiry(found, had_expiry);
  parts_->entries.destroy(old);
  return Written::kOk;
}

CollectionHeap& Keyspace::heap() { return parts_->entries.heap(); }

Written Keyspace::arm_members(int db, const Key& key, Found found) {
  CHECK(found->collection() != nullptr);
  const int64_t next_ms = found->collection()->next_expiry_ms();
  if (next_ms == INT64_MAX) return Written::kOk;
  Table& t = *table(db);
  if (!t.arm(key.position, next_ms)) return Written::kNoMemory;
  parts_->entries.note_members_expire(t.handle_of(found));
  t.note_expiry(found, found->has_expiry());
  return Written::kOk;
}

void Keyspace::forget_value(int db, Found found) {
  parts_->entries.forget_value(table(db)->handle_of(found));
}

char* Keyspace::new_block(size_t bytes) { return parts_->entries.allocate_block(bytes); }

bool Keyspace::takes_blocks_of(const LargeAllocator& allocator) const {
  return parts_->entries.allocates_by(allocator);
}

void Keyspace::discard_block(char* block, size_t bytes) {
  parts_->entries.discard_block(block, bytes);
}

void Keyspace::set_integer(int db, const Key& key, Found found, int64_t value, Event event) {
  parts_->entries.set_integer(table(db)->handle_of(found), value);
  committed(db, key, event);
}

void Keyspace::committed(int db, const Key& key, Event event) {
  emit(Mutation::Kind::kPut, event, db, key);
}

void Keyspace::announce(int db, const Key& key, Event event) {
  emit(Mutation::Kind::kNotice, event, db, key);
}

Written Keyspace::set_expiry(int db, const Key& key, Found found, int64_t expiry_ms, Event event) {
  CHECK(found);
  Table& t = *table(db);
  if (expiry_ms != kNoExpiry && !t.arm(key.position, expiry_ms)) return Written::kNoMemory;
  const bool had_expiry = found->has_expiry();
  const Handle old = t.handle_of(found);
  const Handle now = parts_->entries.with_expiry(old, expiry_ms);
  if (now == kNoHandle) return Written::kNoMemory;
  if (now != old) t.replace(&found, now);
  t.note_expiry(found, had_expiry);
  publish_counts(db);
  emit(Mutation::Kind::kExpiry, event, db, key);
  return Written::kOk;
}

void Keyspace::remove(int db, const Key& key, Found found, Event event) {
  CHECK(found);
  take_out(*table(db), key, found, event);
}

}  // namespace cobnut
