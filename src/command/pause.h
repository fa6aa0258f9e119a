// CLIENT PAUSE: for some time all commands, or those that write, wait where they are, in the input
// of their connections, before they have taken effect in any way; expiry rests too (Keyspace).
// CLIENT PAUSE holds every shard while it begins the pause, and each command looks after it has
// entered its shards: what ran before the pause is done, what comes after waits. Only a command
// that waited for a busy shard already may still take effect beside CLIENT PAUSE's own reply.
//
// As Redis 7.0: a pause that is asked for during another makes it longer or wider, never less; a
// request that is an error anyway (unknown, wrong arity, not authenticated) is answered at once.
// Times are monotonic ms. Any thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "command/command.h"

namespace cobnut {

class Pause {
 public:
  enum class Kind : uint8_t { kNone, kWrites, kAll };

  bool any() const { return word_.load(std::memory_order_relaxed) != 0; }  // or one just over
  // Whether a command with these flags waits now. Forgets a pause whose time has come.
  bool stops(uint32_t flags, int64_t now_ms) {
    uint64_t word = word_.load();
    if (word != 0 && now_ms >= until_of(word)) {
      word_.compare_exchange_strong(word, 0);  // else it was made longer meanwhile
      word = word_.load();
    }
    if (word == 0) return false;
    return kind_of(word) == Kind::kAll || (flags & (kWrite | kMayReplicate)) != 0;
  }
  // When it ends; 0: there is none.
  int64_t until_ms() const { return until_of(word_.load()); }

  // REQUIRES: the caller holds all shards, so that two never run at once.
  void begin(Kind kind, int64_t until_ms, int64_t now_ms) {
    const uint64_t word = word_.load();
    const bool goes_on = word != 0 && now_ms < until_of(word);
    if (goes_on) {
      kind = std::max(kind, kind_of(word));
      until_ms = std::max(until_ms, until_of(word));
    }
    word_.store(static_cast<uint64_t>(std::min(until_ms, kForever)) << 2 |
                static_cast<uint64_t>(kind));
  }
  void end() { word_.store(0); }

 private:
  static constexpr int64_t kForever = INT64_MAX >> 2;
  static Kind kind_of(uint64_t word) { return static_cast<Kind>(word & 3); }
  static int64_t until_of(uint64_t word) { return static_cast<int64_t>(word >> 2); }

  std::atomic<uint64_t> word_{0};  // until_ms << 2 | kind; 0: none
};

}  // namespace cobnut
