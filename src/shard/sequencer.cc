// The sequencer: one leaf mutex under which a transaction joins the grant queues of all its shards,
// so that any two transactions stand in the same order in every queue that they share. Only
// multi-shard commands that found a busy shard come here; 30-50 ns per shard in the section.
#include <mutex>

#include "base/check.h"
#include "base/interleave.h"
#include "shard/monitor.h"

namespace cobnut {
namespace {

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Adaptive: the section is far shorter than a sleep, unless its owner was preempted.
class Sequencer {
 public:
  void lock() {
    for (int i = 0; i < kSpins; i++) {
      if (mutex_.try_lock()) return;
      pause();
    }
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }

 private:
  static constexpr int kSpins = 64;  // of ~20-40 ns with the failed attempt: one or two sections
  std::mutex mutex_;
};

constinit Sequencer sequencer;

}  // namespace

void submit(Transaction* transaction, LoopPort& me) {
  // A copy: the transaction may be granted, run and freed before this function ends.
  const std::vector<Monitor*> monitors = transaction->monitors;
  CHECK(!monitors.empty());
  for (size_t i = 1; i < monitors.size(); i++) {
    CHECK_OP(monitors[i - 1]->id(), <, monitors[i]->id());
  }
  if (transaction->links_.size() < monitors.size()) {
    std::vector<Transaction::Link>(monitors.size()).swap(transaction->links_);
  }
  Transaction::Link* const links = transaction->links_.data();
  for (size_t i = 0; i < monitors.size(); i++) links[i].transaction = transaction;
  transaction->pending_.store(static_cast<uint32_t>(monitors.size()));

  {
    std::lock_guard<Sequencer> section(sequencer);
    for (size_t i = 0; i < monitors.size(); i++) monitors[i]->append(&links[i]);
  }
  for (Monitor* monitor : monitors) monitor->attend(me);
}

void Transaction::run_granted(LoopPort& me) {
  CHECK_EQ(pending_.load(), 0u);
  HeldCount::entered(static_cast<uint32_t>(monitors.size()));
  execute(me);
  for (size_t i = 0; i < monitors.size(); i++) monitors[i]->leave_granted(&links_[i], me);
  finished(me);
}

bool try_enter_all(std::span<Monitor* const> monitors, LoopPort& me) {
  for (size_t i = 0; i < monitors.size(); i++) {
    if (monitors[i]->try_enter()) continue;
    leave_all(monitors.first(i), me);
    return false;
  }
  return true;
}

void leave_all(std::span<Monitor* const> monitors, LoopPort& me) {
  for (Monitor* monitor : monitors) monitor->leave(me);
}

}  // namespace cobnut
