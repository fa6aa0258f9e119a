// The keyspace as a command sees it: the shards that are held for it, one database, one frozen time. Plain
// single-threaded code over all of them; which shard a key lives in never shows.
#pragma once

#include "base/hash.h"
#include "keyspace/keyspace.h"

namespace cobnut {

struct Shard;  // shard/shard.h: monitor + keyspace

class Keys {
 public:
  Keys(std::span<Shard* const> all_shards, int slot_shift, int db, int64_t now_ms);

  int db() const { return db_; }
  int64_t now_ms() const { return now_ms_; }
  std::span<Shard* const> shards() const;        // of the whole server: for Route::kAll, in slot order
  Keyspace& at(const Key& key);                   // CHECKs in debug builds that its monitor is held

  // Shorthands for at(key).X(db(), key, ...), see keyspace.h
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
