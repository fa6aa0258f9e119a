// The monitor of one shard and the sequencer over all of them (MECHANISMS §2.3, invariants §2.6).
//
// One word per shard: HELD, GRANTS (grant queue not empty), QUEUE (command queue not empty). A loop enters a free shard
// with one CAS and runs its command there, on its own thread; if the shard is held, the command goes into the shard's queue,
// which the holder drains before it leaves. All pending work shows in the one word, so that the CAS that releases it
// fails when something arrived meanwhile: there is no window to look again into, and nobody ever waits.
//
// Several shards: try_enter_all() takes all or none and never waits. When one is busy, submit() appends the transaction to the
// grant queue of each of its shards in one critical section of the sequencer; shards are handed over head first, and
// the loop that grants the last one runs it from its own run queue. One total order: no deadlock, no retry.
//
// GRANTS and QUEUE are hints: either may be set over an empty list for a moment, never the reverse (I5).
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "base/mpsc.h"
#include "shard/port.h"

namespace cobnut {

class Monitor;

// A command for one shard that was busy. run() is called once by whoever holds the shard, before it leaves;
// it publishes its completion itself (LoopPort::post to its origin: I16). Its owner may not touch it from push() on.
class Job : public Message {
 public:
  virtual void run_held(Monitor& monitor, LoopPort& me) = 0;
};

// A command over several shards, one of which was busy. execute() is called once, with all of them held, on the loop
// that granted the last one, from its run queue; it publishes its completion itself. The monitors are left after it.
// The object must stay alive until finished(): it may run before submit() has returned.
class Transaction : public Message, public Runnable {
 public:
  virtual void execute(LoopPort& me) = 0;
  // All monitors left; nobody but the caller refers to it any more. Usually posts it to its origin, or deletes it.
  virtual void finished(LoopPort& me) = 0;

  // Fixed before submit(): the shards, each once, in ascending order. S never grows afterwards (I3).
  std::vector<Monitor*> monitors;

  void run(LoopPort& me) final;  // Runnable: execute, pop from each grant queue, leave each, finished

 private:
  friend class Monitor;
  friend void submit(Transaction*, LoopPort&);
  struct Link : MpscNode {
    Transaction* transaction = nullptr;
  };
  std::vector<Link> links_;
  std::atomic<uint32_t> pending_{0};
};

class Monitor {
 public:
  explicit Monitor(uint32_t id) : id_(id) {}

  uint32_t id() const { return id_; }
  bool held() const;  // by somebody: for assertions (I1)

  // One CAS; fails when held or when a transaction waits (no barging: I4).
  bool try_enter();
  // Drains the queue (at most kDrainMax jobs, then the rest goes on from this loop's run queue), hands the shard to a
  // waiting transaction, or frees it. REQUIRES: held by the caller.
  void leave(LoopPort& me);
  // Queues a job for a shard that could not be entered; runs it at once if the shard has become free meanwhile.
  void push(Job* job, LoopPort& me);

  // For threads that are no loops (log thread, Collector): enter only a free shard, leave by clearing HELD alone;
  // if work has arrived meanwhile it is handed to `helper`, a loop, as a message.
  void leave_to(LoopPort& helper);

  static constexpr int kDrainMax = 64;  // jobs: bounds the time that a leaving loop spends on others' commands

 private:
  friend class Transaction;
  friend void submit(Transaction*, LoopPort&);
  // ... word, queue, grant queue
  uint32_t id_;
};

bool try_enter_all(std::span<Monitor* const> monitors, LoopPort& me);
void leave_all(std::span<Monitor* const> monitors, LoopPort& me);
// REQUIRES: the caller holds none of the transaction's monitors, or leaves those it holds without waiting for anything.
void submit(Transaction* transaction, LoopPort& me);

}  // namespace cobnut
