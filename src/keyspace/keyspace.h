// The keys of one shard: its databases over one pool, one expiry wheel and one account. This is the
// access layer (find, edit, put, remove) that commands, recovery and replication use; table, entry
// layout and allocator stay behind it.
//
// Owner: whoever holds the shard's monitor (I1). Nothing here blocks or does a syscall but for
// taking a page of memory. Pointers: an Entry* and every view into it are void after the next
// change of the same Keyspace. Cost: two dependent cache misses a lookup (line, entry), hidden by
// the prefetch_*() passes over a batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/hash.h"
#include "keyspace/entry.h"
#include "keyspace/mutation.h"
#include "keyspace/scan.h"
#include "memory/pool.h"
#include "metrics/counters.h"

namespace cobnut {

class Collection;
class CollectionHeap;
class LargeAllocator;
class PagePool;
class Table;

// A value on its way into the keyspace: its bytes are copied by put(), also when they are a view
// into this keyspace.
struct Value {
  Type type = Type::kString;
  Encoding encoding = Encoding::kRaw;
  int64_t integer = 0;  // Encoding::kInt
  Bytes bytes;          // every other encoding
  // A collection in its scalable form, of the heap of the keyspace that it goes into; that
  // keyspace's own when the write returns kOk, else still the caller's.
  Collection* collection = nullptr;
  // `bytes` is not to be copied: it lies at the beginning of a block of so many bytes, either of
  // Keyspace::new_block() of the keyspace that it goes into or of another entry, which is told by
  // forget_value() then. That keyspace's own when the write returns kOk. REQUIRES: more than
  // kInlineValueMax bytes.
  size_t block_bytes = 0;
};
Value string_value(Bytes bytes);  // int, embstr or raw, by Redis's rules for SET
Value integer_value(int64_t integer);

enum class Written : uint8_t { kOk, kNoMemory };  // kNoMemory: nothing changed; reply -OOM

// Counters of one shard, written under its monitor, read by INFO from anywhere.
// One cache line: every batch writes to it, and to nothing else of a shard but its monitor and what
// it changes.
struct alignas(64) KeyspaceStats {
  Counter hits, misses;  // of find()
  Counter expired;       // keys removed because they were due, lazily or by the wheel
  Counter dirty;  // changes that commands made (not expiry, not eviction), flushed keys included
  Counter keys;   // there now, over all databases
  struct Database {
    Counter keys;      // Keyspace::size()
    Counter expiring;  // Keyspace::expiring_size()
  };
  std::vector<Database> databases;
};

class Keyspace {
 public:
  // Slots [first_slot, first_slot + slot_count): the count a power of two, the first a multiple of
  // it.
  Keyspace(uint32_t first_slot, uint32_t slot_count, int databases, PagePool& pages,
           LargeAllocator& large, int64_t origin_ms);
  ~Keyspace();
  Keyspace(const Keyspace&) = delete;
  Keyspace& operator=(const Keyspace&) = delete;

  uint32_t first_slot() const { return first_slot_; }
  uint32_t slot_count() const { return slot_count_; }
  int databases() const { return static_cast<int>(tables_.size()); }
  void add_listener(MutationListener* listener) {
    listeners_.push_back(listener);
  }  // outlives the keyspace

  // -- time: frozen by the holder on entering, never backwards
  int64_t now_ms() const { return now_ms_; }
  void set_now_ms(int64_t now_ms);

  // -- reads. A key that is due is not found, and removed on the way (event `expired`) unless
  // expiry is paused.
  Found find(
      int db,
      const Key& key);  // a read by a client: counts a hit or a miss, touches the access data
  Found edit(int db, const Key& key);  // ahead of a write: touches, does not count
  Found peek(int db, const Key& key);  // touches nothing (OBJECT, TTL, TYPE ...)

  // -- batches: hints only, no side effect (MECHANISMS §3.2); each wants the one before to have
  // arrived. From the lines on call each for all keys in a row: a prefetch waits until its page's
  // address is translated, and only close to each other do these waits overlap.
  void prefetch_root(int db, Position position) const;
  void prefetch_line(int db, Position position) const;
  // The entry that is probably the key's, by its tag; kNoHandle: none but for the stash, which is
  // prefetched, as is what an insert changes.
  Handle likely_entry(int db, Position position) const;
  // `write`: it may take another block.
  void prefetch_entry(Handle handle, bool write) const;
  // Of the collection that this key has, if it is one (Collection::prefetch).
  void prefetch_members(int db, const Key& key, std::span<const Bytes> members) const;

  // -- writes. `found` is what find/edit/peek of the same key returned, nothing changed since.
  // put: the key has this value and this expiry (Unix ms or kNoExpiry; kKeepExpiry keeps what is
  // there); the wheel is armed for it, and for the deadlines that a Collection's members have.
  static constexpr int64_t kKeepExpiry = -2;
  Written put(int db, const Key& key, Found found, const Value& value, int64_t expiry_ms,
              Event event);
  // The bytes of a string value, resized to `bytes` (old content kept, an int's as text, the rest
  // zero), encoding raw, expiry kept, made if it is not there; the caller fills them and then calls
  // committed(). nullptr: no memory. A value outside of its entry grows geometrically, by at most 1
  // MiB, so that APPEND is amortized.
  char* resize_string(int db, const Key& key, Found& found, size_t bytes);
  // -- collections (types/): a small one is a packed blob in its entry, a large one a Collection.
  // Both are changed in place, then committed(); an empty one is removed by the command that
  // emptied it.
  // resize_blob: the blob resized to `bytes`, old content kept, the rest zero, expiry kept; made if
  // the key is not there. `found` is of the entry as it is then. nullptr: no memory, nothing
  // changed. REQUIRES: a blob, or no such key.
  char* resize_blob(int db, const Key& key, Found& found, Type type, Encoding encoding,
                    size_t bytes);
  // The same content in another form (blob or Collection), expiry kept: no listener is told.
  Written reform(int db, const Key& key, Found& found, const Value& value);
  // Of new Collections.
  CollectionHeap& heap();
  // Some member of found's Collection got a deadline: the wheel is armed for next_expiry_ms().
  // Collection::reap() removes the members that are due, and the key with the last of them.
  Written arm_members(int db, const Key& key, Found found);
  // RENAME and MOVE: the Collection or the block was handed to another entry; this one is to be
  // removed next.
  void forget_value(int db, Found found);
  // For Value::block_bytes, uninitialized. nullptr: no memory.
  char* new_block(size_t bytes);
  void discard_block(char* block, size_t bytes);                // one that no write took
  bool takes_blocks_of(const LargeAllocator& allocator) const;  // its blocks are new_block()'s

  // An int value changed in place: no allocation. REQUIRES: found holds Encoding::kInt.
  void set_integer(int db, const Key& key, Found found, int64_t value, Event event);
  void committed(int db, const Key& key, Event event);
  // One more event of a change that was made and told: SET with EX is "set", then "expire".
  void announce(int db, const Key& key, Event event);
  Written set_expiry(int db, const Key& key, Found found, int64_t expiry_ms,
                     Event event);  // kNoExpiry: persist
  void remove(int db, const Key& key, Found found, Event event);
  // As if the key was last used so long ago: RESTORE with IDLETIME.
  void set_idle_seconds(Found found, uint64_t seconds);

  // -- whole databases
  size_t size(int db) const;           // keys, those due but not yet removed included
  size_t expiring_size(int db) const;  // keys with an expiry
  void flush(int db);  // detached at once, freed in slices by background(); no mutations
  void swap(int db_a, int db_b);
  // SCAN over the slots of this shard (scan.h says what a cursor is). Visits about `count` keys,
  // none that is due. Returns the next cursor: scan_cursor_slot() of it may lie in the next shard;
  // kScanEnd only behind slot 16383. `visit` must not change the keyspace.
  using Visit = std::function<void(Bytes key, const Entry& entry)>;
  uint64_t scan(int db, uint64_t cursor, size_t count, const Visit& visit);
  void for_each(int db, const Visit& visit);  // KEYS
  void for_each_in_slot(int db, uint32_t slot, size_t limit,
                        const Visit& visit);  // CLUSTER GETKEYSINSLOT
  // Uniform over the stored entries (due ones too: the caller looks and asks again).
  bool random_key(int db, uint64_t random, std::string* key);
  uint32_t keys_in_slot(int db, uint32_t slot) const;

  // -- background slice, run by the home loop (or any holder): expiry, freeing, compaction, for
  // about `budget_us`. True: more is due.
  bool background(int64_t budget_us);
  int64_t next_expiry_ms() const;  // when background() wants to run for expiry, or INT64_MAX
  // CLIENT PAUSE: until then (Unix ms; 0: no longer) no due key is removed, neither by the wheel
  // nor on the way of a read. It is not found all the same.
  void pause_expiry(int64_t until_ms) { expiry_paused_until_ms_ = until_ms; }
  bool expiry_paused() const { return now_ms_ < expiry_paused_until_ms_; }
  // CLIENT NO-TOUCH: find() and edit() leave the access data as it is. For one command: whoever
  // turns it off turns it on again before leaving.
  void set_touching(bool touching);
  void set_active_expire(bool active) {
    active_expire_ = active;
  }  // DEBUG SET-ACTIVE-EXPIRE; lazy expiry goes on

  // -- account
  // What a key costs: its block, what of it lies outside, its place in a line of the table.
  size_t memory_of(int db, const Found& found) const;
  const KeyspaceStats& stats() const { return stats_; }
  KeyspaceStats& stats() { return stats_; }
  size_t entry_bytes() const;      // blocks of entries
  size_t used_bytes() const;       // blocks of entries and all metadata: what maxmemory limits
  size_t metadata_bytes() const;   // of these: tables, pool and wheel
  size_t committed_bytes() const;  // what is taken from PagePool, LargeAllocator and the heap

 private:
  struct Parts;

  Found live(int db, const Key& key);
  void remove_due(int db, const Key& key);
  Table* table(int db) const { return tables_[static_cast<size_t>(db)].get(); }
  Table& table_for_write(int db);
  Written insert(int db, const Key& key, Found* found, const struct EntryContent& content);
  Written overwrite(int db, const Key& key, Found found, const EntryContent& content, Event event);
  void take_out(Table& table, const Key& key, const Found& found, Event event);
  void publish_counts(int db);
  void emit(Mutation::Kind kind, Event event, int db, const Key& key);
  bool expire_slice(int64_t deadline_us);
  bool free_slice(int64_t deadline_us);
  bool shrink_slice(int64_t deadline_us);
  bool due(const Entry& entry) const;
  bool reap_members(Table& table, const Key& key, const Found& found);

  KeyspaceStats stats_;
  const uint32_t first_slot_;
  const uint32_t slot_count_;
  int64_t now_ms_ = 0;
  int64_t expiry_paused_until_ms_ = 0;  // Unix
  bool active_expire_ = true;
  size_t table_bytes_ = 0;  // roots and directories
  std::unique_ptr<Parts> parts_;
  std::vector<std::unique_ptr<Table>> tables_;    // by database; nullptr: nothing was ever written
  std::vector<std::unique_ptr<Table>> detached_;  // flushed, freed in slices
  std::vector<Table*> table_by_id_;               // of wheel items; nullptr: free or detached
  std::vector<MutationListener*> listeners_;
};

}  // namespace cobnut
