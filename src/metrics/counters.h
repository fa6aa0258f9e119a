// Counters of one loop. Written by the loop's thread only, read by INFO from anywhere: a relaxed
// load and store, no locked instruction.
#pragma once

#include <atomic>
#include <cstdint>

namespace cobnut {

class Counter {
 public:
  // always_inline: g++ at -O2 calls it where it stands in several places, for twice the cost.
  [[gnu::always_inline]] void add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  void set(uint64_t n) {  // of what can also shrink; the line stays clean when nothing changes
    if (get() != n) value_.store(n, std::memory_order_relaxed);
  }
  uint64_t get() const { return value_.load(std::memory_order_relaxed); }
  void clear() {
    value_.store(0, std::memory_order_relaxed);
  }  // CONFIG RESETSTAT: may lose a count that races it

 private:
  std::atomic<uint64_t> value_{0};
};

struct alignas(64) LoopCounters {
  Counter connections_received;
  Counter connections_rejected;
  Counter commands_queued;      // went into a busy shard's queue
  Counter transactions_queued;  // went through the sequencer
  Counter errors;               // error replies
  Counter net_input_bytes;
  Counter net_output_bytes;
  Counter reads;   // of sockets
  Counter writes;  // to sockets
  Counter turns;
  Counter batches;
  Counter query_buffer_limit_disconnections;
  Counter output_buffer_limit_disconnections;
  Counter accepts_failed;
};

}  // namespace cobnut
