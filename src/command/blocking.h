// Clients that wait for something other than a shard: for a time, for replicas (WAIT), later for an
// element of a list. The loop goes on; what the client sent behind its command waits in its input.
//
// A command blocks its client with cx.session->block(...) and writes no reply. It is marked kSolo,
// since only the executor's way for those looks for it. From then on:
//
//  B1  The session waits (Wait::kBlocked) and runs nothing, until its own loop wakes it.
//  B2  It is woken once. Whoever would wake it (its timer, CLIENT UNBLOCK, its own end; later a
//      push that has an element for it) first claims the word in its ClientInfo; one of them wins,
//      and that one alone wakes it, or, on another loop, posts the letter that does.
//  B3  A claim names the block that it is for: one block of a client is never taken for a later
//  one. B4  A session that ends while it is blocked claims itself. If it comes too late, a letter
//  is on
//      its way: the session stays until that has arrived.
//  B5  A client whose peer has closed its side is not waited for: blocked, it has left.
//
// Owner of a BlockedSessions: the loop's thread. The word: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

namespace cobnut {

class Reply;
class Session;

// How a blocked command ends. The reply is written on the session's loop.
struct Block {
  int64_t until_ms = INT64_MAX;                   // monotonic; INT64_MAX: never
  void (*timed_out)(Session&, Reply&) = nullptr;  // its reply when the time is over
};

enum class Wake : uint8_t {
  kTimeout,  // its time is over, or CLIENT UNBLOCK TIMEOUT
  kError,    // CLIENT UNBLOCK ERROR
};

// Whether a client is blocked, for everybody: the number of its block, and its state.
class BlockedWord {
 public:
  // -- any thread
  bool blocked() const { return (word_.load(std::memory_order_relaxed) & kStateBits) != kFree; }
  // The block that there is to be claimed; 0: none.
  uint64_t current() const {
    const uint64_t word = word_.load();
    return (word & kStateBits) == kWaiting ? word : 0;
  }
  // True: the caller wakes it, nobody else does. `block`: what current() returned.
  bool claim(uint64_t block) {
    return block != 0 && word_.compare_exchange_strong(block, block + (kClaimed - kWaiting));
  }

  // -- its loop
  void wait() { word_.store((word_.load() & ~kStateBits) + kOneBlock + kWaiting); }
  void postpone() { word_.store((word_.load() & ~kStateBits) + kPostponed); }  // CLIENT PAUSE
  void free() { word_.store(word_.load() & ~kStateBits); }

 private:
  static constexpr uint64_t kStateBits = 3;
  static constexpr uint64_t kFree = 0, kWaiting = 1, kClaimed = 2, kPostponed = 3;
  static constexpr uint64_t kOneBlock = 4;
  std::atomic<uint64_t> word_{0};
};

// Those of one loop, by client and by time.
class BlockedSessions {
 public:
  void add(uint64_t client, Session& session, int64_t until_ms);
  // nullptr: not blocked here.
  Session* find(uint64_t client) const;
  Session* take(uint64_t client);  // and forgets it
  // A client whose time has come; 0: none.
  uint64_t due(int64_t now_ms) const;
  void forget_time(uint64_t client);  // of one that somebody else wakes
  int64_t next_ms() const { return times_.empty() ? INT64_MAX : times_.begin()->first; }

 private:
  struct Entry {
    Session* session;
    int64_t until_ms;
  };
  std::map<uint64_t, Entry> sessions_;
  std::set<std::pair<int64_t, uint64_t>> times_;  // (until_ms, client), but for INT64_MAX
};

}  // namespace cobnut
