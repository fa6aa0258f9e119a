// The keys of one shard: 16 databases over one pool, one expiry wheel and one account. This is the access layer
// (find, edit, put, remove) that commands, recovery and replication use; table, entry layout and allocator stay behind it.
//
// Owner: whoever holds the shard's monitor (I1). Nothing here blocks or does a syscall but for taking a page of memory.
// Pointers: an Entry* and every view into it are void after the next change of the same Keyspace.
// Cost: two dependent cache misses a lookup (line, entry), hidden by the prefetch_*() passes over a batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/hash.h"
#include "keyspace/entry.h"
#include "keyspace/mutation.h"

namespace cobnut {

// Where a lookup ended: the entry, or the absence of one. Void after the next change of the keyspace.
struct Found {
  Entry* entry = nullptr;   // nullptr: no such key
  struct Line* line = nullptr;  // table's own
  uint32_t index = 0;           // table's own

  explicit operator bool() const { return entry != nullptr; }
  const Entry* operator->() const { return entry; }
};

// A value on its way into the keyspace: its bytes are copied (or its pointer adopted) by put().
struct Value {
  Type type = Type::kString;
  Encoding encoding = Encoding::kRaw;
  int64_t integer = 0;  // Encoding::kInt
  Bytes bytes;          // every other encoding
};
Value string_value(Bytes bytes);   // int, embstr or raw, by Redis's rules for SET
Value integer_value(int64_t integer);

enum class Written : uint8_t { kOk, kNoMemory };  // kNoMemory: nothing changed; reply -OOM

// Counters of one shard, written under its monitor, read by INFO from anywhere (relaxed).
struct KeyspaceStats;

class Keyspace {
 public:
  // -- time: frozen by the holder on entering, never backwards
  int64_t now_ms() const;
  void set_now_ms(int64_t now_ms);

  // -- reads. A key that is due is removed on the way (event `expired`) and not found.
  Found find(int db, const Key& key);  // a read by a client: counts a hit or a miss, touches the access data
  Found edit(int db, const Key& key);  // ahead of a write: touches, does not count
  Found peek(int db, const Key& key);  // touches nothing (OBJECT, TTL, TYPE ...)

  // -- batches: hints only, no result, no side effect (MECHANISMS §3.2, three passes)
  void prefetch_line(int db, Position position) const;
  void prefetch_entry(int db, Position position) const;

  // -- writes. `found` is what find/edit/peek of the same key returned, nothing changed since.
  // put: the key has this value and this expiry (Unix ms or kNoExpiry; kKeepExpiry keeps what is there).
  static constexpr int64_t kKeepExpiry = -2;
  Written put(int db, const Key& key, Found found, const Value& value, int64_t expiry_ms, Event event);
  // The bytes of a string value, resized to `bytes` (old content kept, the rest zero), encoding raw, expiry kept;
  // the caller fills them and then calls committed(). nullptr: no memory.
  char* resize_string(int db, const Key& key, Found& found, size_t bytes);
  // An int value changed in place: no allocation. REQUIRES: found holds Encoding::kInt.
  void set_integer(int db, const Key& key, Found found, int64_t value, Event event);
  void committed(int db, const Key& key, Event event);
  Written set_expiry(int db, const Key& key, Found found, int64_t expiry_ms, Event event);  // kNoExpiry: persist
  void remove(int db, const Key& key, Found found, Event event);

  // -- whole databases
  size_t size(int db) const;            // keys, those due but not yet removed included
  size_t expiring_size(int db) const;   // keys with an expiry
  void flush(int db);                   // detached at once, freed in slices by background()
  void swap(int db_a, int db_b);
  // SCAN over the slots of this shard. Returns the next cursor, or kScanEnd; `visit` must not change the keyspace.
  using Visit = std::function<void(Bytes key, const Entry& entry)>;
  uint64_t scan(int db, uint64_t cursor, size_t count, const Visit& visit);
  void for_each(int db, const Visit& visit);  // KEYS
  // Uniform over the stored entries (due ones too: the caller looks and asks again).
  bool random_key(int db, uint64_t random, std::string* key);
  uint32_t keys_in_slot(int db, uint32_t slot) const;

  // -- background slice, run by the home loop (or any holder): expiry, freeing, compaction, for about `budget_us`.
  // True: more is due.
  bool background(int64_t budget_us);
  int64_t next_expiry_ms() const;  // when background() wants to run for expiry, or INT64_MAX
};

}  // namespace cobnut
