// One shard: a contiguous range of hash slots with its monitor, its keys and its account. Nothing
// but the monitor may be touched without holding it (I1).
#pragma once

#include <algorithm>
#include <cstdint>

#include "keyspace/keyspace.h"
#include "memory/budget.h"
#include "shard/monitor.h"

namespace cobnut {

// What the shards of a process share, and how the slots are cut.
struct ShardSetup {
  uint32_t slots_each;  // a power of two
  int databases;
  PagePool& pages;
  LargeAllocator& large;
  MemoryBudget& budget;
  int64_t now_ms;  // Unix
};

struct alignas(64) Shard {
  Shard(uint32_t id, const ShardSetup& setup)
      : monitor(id),
        keyspace(id * setup.slots_each, setup.slots_each, setup.databases, setup.pages, setup.large,
                 setup.now_ms),
        budget(setup.budget) {}

  // After entering: a shard's clock never runs backwards, whichever loop enters it.
  int64_t advance_clock(int64_t now_ms) {
    keyspace.set_now_ms(std::max(now_ms, keyspace.now_ms()));
    return keyspace.now_ms();
  }
  // Before leaving, and before a command is admitted against maxmemory. Commands change memory only
  // together with one of these counters, so that a batch of reads costs two loads a shard.
  void publish_memory() {
    const uint64_t changes = keyspace.stats().dirty.get() + keyspace.stats().expired.get();
    if (changes != published_changes) publish_all_memory();
    published_changes = changes;
  }
  void publish_all_memory() {  // after a background slice too, which frees without counting
    const auto bytes = static_cast<int64_t>(keyspace.used_bytes());
    budget.publish(bytes - published_bytes);
    published_bytes = bytes;
  }
  void leave(LoopPort& me) {
    publish_memory();
    monitor.leave(me);
  }

  Monitor monitor;
  Keyspace keyspace;
  MemoryBudget& budget;
  int64_t published_bytes = 0;
  uint64_t published_changes = 0;
};

}  // namespace cobnut
