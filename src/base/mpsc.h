// Intrusive queue with many producers and one consumer at a time (Vyukov's). push() from any thread; pop(), peek()
// and empty() by the one consumer: the thread that holds the monitor, or the loop that owns the inbox.
// A pushed node is out of the producer's hands; the consumer owns what pop() returns.
#pragma once

#include <atomic>

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
    previous->next.store(node, std::memory_order_release);
  }

  // nullptr: empty. Waits the few instructions of a producer between its exchange and its link.
  MpscNode* pop() {
    for (;;) {
      MpscNode* tail = tail_;
      MpscNode* next = tail->next.load(std::memory_order_acquire);
      if (tail == &stub_) {
        if (next == nullptr) {
          if (head_.load(std::memory_order_seq_cst) == &stub_) return nullptr;
          relax();
          continue;
        }
        tail_ = next;
        tail = next;
        next = next->next.load(std::memory_order_acquire);
      }
      if (next != nullptr) {
        tail_ = next;
        return tail;
      }
      if (tail != head_.load(std::memory_order_seq_cst)) {
        relax();
        continue;
      }
      push(&stub_);
    }
  }

  // The node that pop() would return, left in place; nullptr: empty.
  MpscNode* peek() {
    for (;;) {
      if (tail_ != &stub_) return tail_;
      MpscNode* next = stub_.next.load(std::memory_order_acquire);
      if (next != nullptr) {
        tail_ = next;
        return next;
      }
      if (head_.load(std::memory_order_seq_cst) == &stub_) return nullptr;
      relax();
    }
  }

  bool empty() const {
    return tail_ == &stub_ && head_.load(std::memory_order_seq_cst) == &stub_;
  }

 private:
  static void relax();  // yields: the producer that is in the way may have been preempted

  std::atomic<MpscNode*> head_;  // producers
  MpscNode* tail_;               // consumer
  MpscNode stub_;
};

}  // namespace cobnut
