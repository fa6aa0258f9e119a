// The monitor of one shard and the sequencer over all of them (MECHANISMS §2.3, invariants §2.6).
//
// One word per shard: HELD, GRANTS (grant queue not empty), QUEUE (command queue not empty), DRAIN
// (a drain of this shard stands in the run queue of some loop). A loop enters a free shard with one
// CAS and runs its command there, on its own thread; if the shard is held, the command goes into
// the shard's queue, which the holder drains before it leaves. All pending work shows in the one
// word, so that the CAS that releases it fails when something arrived meanwhile: there is no window
// to look again into, and nobody ever waits.
//
// Several shards: try_enter_all() takes all or none and never waits. When one is busy, submit()
// appends the transaction to the grant queue of each of its shards in one critical section of the
// sequencer; shards are handed over head first, and the loop that grants the last one runs it from
// its own run queue. One total order: no deadlock, no retry.
//
// GRANTS and QUEUE are hints: either may be set over an empty list for a moment. The reverse, work
// under a clear bit, lasts only while the thread that brings the work has still to set the bit, and
// then to look whether the shard is held: whoever sets a bit on a free shard attends to it (I5).
//
// Others' commands run only on a thread that holds nothing for a command of its own, or on its way
// out (leave). push() and submit() in the midst of a command therefore put off what there is to
// attend to into the run queue: no command runs inside another one.
//
// Cost: entering and leaving a free shard is two atomic read-modify-writes, about 5 ns.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "base/interleave.h"
#include "base/mpsc.h"
#include "shard/port.h"

namespace cobnut {

class Monitor;

// A command for one shard that was busy. run_held() is called once by whoever holds the shard,
// before it leaves; it publishes its completion itself (LoopPort::post to its origin: I16), usually
// by posting the job. Nobody but run_held() may touch the job from push() on.
class Job : public Message {
 public:
  virtual void run_held(Monitor& monitor, LoopPort& me) = 0;
};

// A command over several shards, one of which was busy. execute() is called once, with all of them
// held, on the loop that granted the last one, from its run queue; it publishes its completion
// itself. The monitors are left after it.
// The object must stay alive until finished(): it may run before submit() has returned.
class Transaction : public Message, public Runnable {
 public:
  virtual void execute(LoopPort& me) = 0;
  // All monitors left; nobody but the caller refers to it any more, submit() included. Usually
  // posts it to its origin, or deletes it. It may be submitted again from here on.
  virtual void finished(LoopPort& me) = 0;

  // Fixed before submit(): the shards, each once, in ascending order. It never grows afterwards
  // (I3).
  std::vector<Monitor*> monitors;

  // Runnable. Inline, so that the class has no key function: tests are built with run-time types,
  // the library is not, and a vtable of the library's would be without them.
  void run(LoopPort& me) final { run_granted(me); }

 private:
  friend class Monitor;
  friend void submit(Transaction*, LoopPort&);
  struct Link : MpscNode {
    Transaction* transaction = nullptr;
  };
  void run_granted(LoopPort& me);  // execute, pop from each grant queue, leave each, finished

  std::vector<Link> links_;           // one per monitor: its place in the grant queue
  std::atomic<uint32_t> pending_{0};  // shards not yet granted
};

class Monitor {
 public:
  explicit Monitor(uint32_t id) : id_(id), drain_(*this) {}

  uint32_t id() const { return id_; }
  bool held() const { return (word() & kHeld) != 0; }  // by somebody: for assertions (I1)
  uint32_t word() const { return word_.load(std::memory_order_relaxed); }  // for dumps

  // One CAS; fails when held, when a transaction waits (no barging: I4) and when commands wait.
  bool try_enter() {
    uint32_t word = 0;
    if (!word_.compare_exchange_strong(word, kHeld) &&
        !(word == kDrain && word_.compare_exchange_strong(word, kDrain | kHeld))) {
      return false;
    }
    HeldCount::entered(1);
    return true;
  }

  // Drains the queue (at most kDrainMax jobs, the rest goes on from this loop's run queue), hands
  // the shard to a waiting transaction, or frees it. REQUIRES: held by the caller.
  void leave(LoopPort& me) {
    uint32_t word = kHeld;
    if (word_.compare_exchange_strong(word, 0)) {
      HeldCount::left();
    } else {
      leave_busy(me);
    }
  }

  // Queues a job for a shard that could not be entered. If the shard has become free meanwhile the
  // job runs at once, or from the run queue when the caller holds another shard.
  void push(Job* job, LoopPort& me);

  // For threads that are no loops (log thread, Collector): enter only a free shard, leave without
  // running anything; if work has arrived meanwhile it is handed to `helper`, a loop, as a message.
  void leave_to(LoopPort& helper);

  // Jobs: bounds the time that a leaving loop spends on others' commands, about 64 us at 1 us each.
  static constexpr int kDrainMax = kStressBuild ? 4 : 64;

  // The bits of word().
  static constexpr uint32_t kHeld = 1;
  static constexpr uint32_t kGrants = 2;
  static constexpr uint32_t kQueue = 4;
  static constexpr uint32_t kDrain = 8;

 private:
  friend class Transaction;
  friend void submit(Transaction*, LoopPort&);

  // The rest of a drain, on its way to be done by a loop: in its run queue, or in its inbox when a
  // thread that is no loop left the shard. Belongs to whoever set kDrain, of which there is one.
  class Drain final : public Message, public Runnable {
   public:
    explicit Drain(Monitor& monitor) : monitor_(monitor) {}
    void deliver() override { loop->enqueue(this); }
    void run(LoopPort& me) override { monitor_.drain_later(me); }
    LoopPort* loop = nullptr;  // whose inbox it is posted to

   private:
    Monitor& monitor_;
  };

  bool take();
  void leave_busy(LoopPort& me);
  int drain(int budget, LoopPort& me);
  bool grant(LoopPort& me);
  void append(Transaction::Link* link);
  void leave_granted(Transaction::Link* link, LoopPort& me);
  void attend(LoopPort& me);
  void drain_later(LoopPort& me);

  std::atomic<uint32_t> word_{0};
  const uint32_t id_;
  MpscQueue queue_;   // of Job; any loop pushes, the holder pops (I15)
  MpscQueue grants_;  // of Transaction::Link; pushed under the sequencer, popped by the holder
  Drain drain_;
};

// All or none, without waiting. REQUIRES: each monitor once.
bool try_enter_all(std::span<Monitor* const> monitors, LoopPort& me);
void leave_all(std::span<Monitor* const> monitors, LoopPort& me);
// May be called while monitors are held, also some of the transaction's own: it never runs before
// the caller has left those, and never inside submit().
void submit(Transaction* transaction, LoopPort& me);

}  // namespace cobnut
