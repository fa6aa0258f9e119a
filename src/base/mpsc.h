// Intrusive queue with many producers and one consumer at a time (Vyukov's). push() from any
// thread; all else by the one consumer: the thread that holds the monitor, or the loop that owns
// the inbox. A pushed node is out of the producer's hands; the consumer owns what pop() returns.
//
// A producer stands for two instructions between its exchange and its link, and may be preempted
// there: what it and later producers pushed is out of reach until it goes on. The try_ functions
// report "nothing" then and never wait. That is enough wherever a producer announces its push only
// after it (a bit, a wake): the announcement is still to come.
#pragma once

#include <atomic>

#include "base/interleave.h"

namespace cobnut {

struct MpscNode {
  std::atomic<MpscNode*> next{nullptr};
};

class MpscQueue {
 public:
  MpscQueue() : head_(&stub_), tail_(&stub_) {}
  MpscQueue(const MpscQueue&) = delete;
  MpscQueue& operator=(const MpscQueue&) = delete;

  void push(MpscNode* node) {
    node->next.store(nullptr, std::memory_order_relaxed);
    MpscNode* previous = head_.exchange(node, std::memory_order_seq_cst);
    interleave();
    previous->next.store(node, std::memory_order_release);
  }

  // nullptr: empty, or out of reach for now.
  MpscNode* try_pop() {
    MpscNode* node = try_peek();
    if (node == nullptr) return nullptr;
    MpscNode* next = node->next.load(std::memory_order_acquire);
    if (next == nullptr) {  // the last one: the stub goes behind it, so that the queue is never
                            // without a node
      if (head_.load(std::memory_order_seq_cst) != node) return nullptr;
      interleave();
      push(&stub_);
      next = node->next.load(std::memory_order_acquire);
      if (next == nullptr) return nullptr;  // a producer came between, and has not linked yet
    }
    tail_ = next;
    return node;
  }

  // nullptr: empty. Waits for a producer that is in the way.
  MpscNode* pop() {
    for (;;) {
      if (MpscNode* node = try_pop()) return node;
      if (empty()) return nullptr;
      relax();
    }
  }

  // The node that pop() would return, left in place; nullptr: empty, or out of reach for now.
  MpscNode* try_peek() {
    if (tail_ == &stub_) {
      MpscNode* next = stub_.next.load(std::memory_order_acquire);
      if (next == nullptr) return nullptr;
      tail_ = next;
    }
    return tail_;
  }

  bool empty() const { return tail_ == &stub_ && head_.load(std::memory_order_seq_cst) == &stub_; }

 private:
  static void relax();  // yields: the producer that is in the way may have been preempted

  std::atomic<MpscNode*> head_;  // producers
  MpscNode* tail_;               // consumer
  MpscNode stub_;
};

}  // namespace cobnut
