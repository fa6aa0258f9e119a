#include "shard/port.h"

#include "base/check.h"
#include "base/interleave.h"

namespace cobnut {

constinit thread_local HeldCount::State HeldCount::state_;
constinit thread_local LoopPort* HeldCount::owed_[kWakesMax] = {};

void HeldCount::owe_wake(LoopPort* port) {
  for (uint32_t i = 0; i < state_.wakes; i++) {
    if (owed_[i] == port) return;
  }
  if (state_.wakes == kWakesMax) {
    port->wake_if_sleeping();
    return;
  }
  owed_[state_.wakes++] = port;
}

void HeldCount::send_wakes() {
  while (state_.wakes != 0) owed_[--state_.wakes]->wake_if_sleeping();
}

// Publish, then look at `sleeping`: the sleeper sets `sleeping`, then looks at the inbox. Both are
// seq_cst, so one of the two sees the other (I10). The word is taken to 0 only by a thread that
// then sends the wake, so a thread that finds 0 owes nothing.
void LoopPort::post(Message* message) {
  interleave();
  inbox_.push(message);
  interleave();
  if (sleeping_.load() == 0) return;
  if (HeldCount::of_this_thread() == 0) {
    wake_if_sleeping();
  } else {
    HeldCount::owe_wake(this);
  }
}

void LoopPort::wake_if_sleeping() {
  interleave();
  if (sleeping_.exchange(0) == 0) return;
  interleave();
  wake();
}

bool LoopPort::deliver_all() {
  CHECK_EQ(HeldCount::of_this_thread(), 0u);
  int delivered = 0;
  while (delivered < kDeliverMax) {
    MpscNode* node = inbox_.try_pop();
    if (node == nullptr) break;
    static_cast<Message*>(node)->deliver();
    delivered++;
  }
  return delivered != 0;
}

void LoopPort::discard_all() {
  while (MpscNode* node = inbox_.try_pop()) delete static_cast<Message*>(node);
}

void LoopPort::enqueue(Runnable* work) {
  work->next_runnable = nullptr;
  if (run_head_ == nullptr) {
    run_head_ = work;
  } else {
    run_tail_->next_runnable = work;
  }
  run_tail_ = work;
}

bool LoopPort::run_all() {
  CHECK_EQ(HeldCount::of_this_thread(), 0u);
  int ran = 0;
  for (; ran < kRunMax && run_head_ != nullptr; ran++) {
    Runnable* work = run_head_;
    run_head_ = work->next_runnable;
    work->run(*this);
  }
  return ran != 0;
}

bool LoopPort::prepare_sleep() {
  CHECK_EQ(HeldCount::of_this_thread(), 0u);
  sleeping_.store(1);
  interleave();
  if (idle()) return true;
  awake();
  return false;
}

// Seen late, it costs a wake that was not needed, no more.
void LoopPort::awake() { sleeping_.store(0, std::memory_order_release); }

}  // namespace cobnut
