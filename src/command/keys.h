// The keyspace as a command sees it: the shards that are held for it, one database, one frozen
// time. Plain single-threaded code over all of them; which shard a key lives in never shows.
#pragma once

#include <span>

#include "base/check.h"
#include "base/hash.h"
#include "keyspace/keyspace.h"
#include "shard/shard.h"

namespace cobnut {

class Keys {
 public:
  // `shards`: of the whole server in slot order, a power of two of them; `slot_shift`: slot >>
  // slot_shift is the index.
  Keys(std::span<Shard* const> shards, int slot_shift, int db, int64_t now_ms)
      : shards_(shards), slot_shift_(slot_shift), db_(db), now_ms_(now_ms) {}

  int db() const { return db_; }
  int64_t now_ms() const { return now_ms_; }
  // For commands of Route::kAll, which hold them all, and Route::kCustom, which hold those that
  // they asked for.
  std::span<Shard* const> shards() const { return shards_; }
  size_t shard_index(Position position) const { return slot_of(position) >> slot_shift_; }
  Keyspace& at(const Key& key) {
    Shard& shard = *shards_[shard_index(key.position)];
    DCHECK(shard.monitor.held());
    return shard.keyspace;
  }

  // Shorthands for at(key).X(db(), key, ...), see keyspace/keyspace.h.
  Found find(const Key& key) { return at(key).find(db_, key); }
  Found edit(const Key& key) { return at(key).edit(db_, key); }
  Found peek(const Key& key) { return at(key).peek(db_, key); }
  Written put(const Key& key, Found found, const Value& value, int64_t expiry_ms, Event event) {
    return at(key).put(db_, key, found, value, expiry_ms, event);
  }
  void remove(const Key& key, Found found, Event event) { at(key).remove(db_, key, found, event); }

 private:
  std::span<Shard* const> shards_;
  int slot_shift_;
  int db_;
  int64_t now_ms_;
};

}  // namespace cobnut
