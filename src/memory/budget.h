// The process-wide account that maxmemory is compared with: what all shards use, in bytes. A shard
// publishes what it has added or given back since it last did as it leaves its monitor, so that
// admission on any thread reads one word and no hot path writes to it more than once a batch. Any
// thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace cobnut {

class MemoryBudget {
 public:
  // delta: bytes used since this shard's last call, negative when it gave some back.
  void publish(int64_t delta) {
    if (delta != 0) used_.fetch_add(delta, std::memory_order_relaxed);
  }
  // At most one unpublished batch of each shard off. Releases may be published before the
  // allocations of another shard: never below zero.
  size_t used() const {
    const int64_t used = used_.load(std::memory_order_relaxed);
    return used > 0 ? static_cast<size_t>(used) : 0;
  }

 private:
  alignas(64) std::atomic<int64_t> used_{0};  // a cache line of its own: every core writes to it
};

}  // namespace cobnut
