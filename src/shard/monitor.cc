#include "shard/monitor.h"

#include "base/check.h"
#include "base/interleave.h"

namespace cobnut {
namespace {

// The word after its holder has left. Where work stays behind a drain goes on its way with it: the
// leaving thread must send it if the bit is new, and if it is not, another drain is already coming.
uint32_t released(uint32_t word, bool work_left) {
  word &= ~Monitor::kHeld;
  return work_left ? word | Monitor::kDrain : word;
}

}  // namespace

// -- leaving

void Monitor::leave_busy(LoopPort& me) {
  int budget = kDrainMax;
  for (;;) {
    const uint32_t word = word_.load();
    interleave();
    CHECK(word & kHeld);
    // Commands first: a chain of transactions would starve them. They are bounded, so the reverse
    // cannot happen; what they leave over is drained by the transaction when it leaves.
    if ((word & kQueue) && budget > 0) {
      budget = drain(budget, me);
      continue;
    }
    if (word & kGrants) {
      if (grant(me)) return;
      continue;
    }
    const uint32_t next = released(word, word & kQueue);
    uint32_t expected = word;
    interleave();
    if (!word_.compare_exchange_strong(expected, next)) continue;
    interleave();
    if ((next & ~word) & kDrain) me.enqueue(&drain_);
    HeldCount::left();
    return;
  }
}

// Runs up to `budget` jobs; returns what is left of it. The bit is cleared before the list is read
// and set again when the budget ends first: a job that is announced later fails the releasing CAS.
int Monitor::drain(int budget, LoopPort& me) {
  word_.fetch_and(~kQueue);
  for (;;) {
    interleave();
    MpscNode* node = queue_.try_pop();
    // Out of reach counts as empty: the producer in the way has its announcement still to make.
    if (node == nullptr) return budget - 1;
    static_cast<Job*>(static_cast<Message*>(node))->run_held(*this, me);
    if (--budget == 0) break;
  }
  if (queue_.try_peek() != nullptr) word_.fetch_or(kQueue);
  return 0;
}

// Hands the shard to the transaction at the head of the grant queue: it stays held, by that one.
// False: there was none, the hint is put right.
bool Monitor::grant(LoopPort& me) {
  MpscNode* head = grants_.try_peek();
  if (head == nullptr) {
    interleave();
    word_.fetch_and(~kGrants);
    interleave();
    if (grants_.try_peek() != nullptr) word_.fetch_or(kGrants);
    return false;
  }
  Transaction* transaction = static_cast<Transaction::Link*>(head)->transaction;
  interleave();
  // From here on another loop may run it to its end, unless this was its last shard.
  if (transaction->pending_.fetch_sub(1) == 1) me.enqueue(transaction);
  HeldCount::left();
  return true;
}

void Monitor::leave_to(LoopPort& helper) {
  uint32_t word = word_.load();
  uint32_t next;
  do {
    CHECK(word & kHeld);
    interleave();
    next = released(word, word & (kQueue | kGrants));
  } while (!word_.compare_exchange_weak(word, next));
  HeldCount::left();
  if (!((next & ~word) & kDrain)) return;
  interleave();
  drain_.loop = &helper;
  helper.post(&drain_);
}

// -- bringing work

void Monitor::push(Job* job, LoopPort& me) {
  interleave();
  queue_.push(job);  // from here on it may have run
  interleave();
  if (!(word_.fetch_or(kQueue) & kHeld)) attend(me);
}

void Monitor::append(Transaction::Link* link) {
  grants_.push(link);
  interleave();
  word_.fetch_or(kGrants);
}

// Somebody must look at what has been announced in the word: this loop does, unless another one
// holds the shard or has a drain of it to run.
void Monitor::attend(LoopPort& me) {
  interleave();
  if (HeldCount::of_this_thread() == 0) {
    if (take()) leave(me);
    return;
  }
  uint32_t word = word_.load();
  while (!(word & (kHeld | kDrain))) {
    if (word_.compare_exchange_weak(word, word | kDrain)) {
      me.enqueue(&drain_);
      return;
    }
  }
}

// Takes a shard that nobody holds, whatever waits there. REQUIRES: the caller leaves it at once.
bool Monitor::take() {
  uint32_t word = word_.load();
  while (!(word & kHeld)) {
    interleave();
    if (word_.compare_exchange_weak(word, word | kHeld)) {
      HeldCount::entered(1);
      return true;
    }
  }
  return false;
}

// Gives up kDrain and takes the shard in one step. If somebody else holds it, that one's releasing
// CAS fails and finds the work without a drain under way.
void Monitor::drain_later(LoopPort& me) {
  uint32_t word = word_.load();
  do {
    CHECK(word & kDrain);
    interleave();
  } while (!word_.compare_exchange_weak(word, (word & ~kDrain) | kHeld));
  if (word & kHeld) return;
  HeldCount::entered(1);
  interleave();
  leave(me);
}

// Removes the head, which was granted, and goes on with whatever waits behind it.
void Monitor::leave_granted(Transaction::Link* link, LoopPort& me) {
  interleave();
  // Waits while the submitter of the next transaction stands in the two instructions of its push.
  CHECK(grants_.pop() == link);
  leave(me);
}

}  // namespace cobnut
