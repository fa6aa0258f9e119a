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
  // Before leaving, and before a command is admitted against maxmemory. While the entries keep
  // their size this only reads (a line that is written goes from core to core); what tables and
  // wheel grew by meanwhile is published with the next change, or by the background slice.
  void publish_memory() {
    if (keyspace.entry_bytes() != entry_bytes.get()) publish_all_memory();
  }
  void publish_all_memory() {
    const auto bytes = static_cast<int64_t>(keyspace.used_bytes());
    if (bytes != published_bytes) budget.publish(bytes - published_bytes);
    published_bytes = bytes;
    entry_bytes.set(keyspace.entry_bytes());
  }
  void leave(LoopPort& me) {
    publish_memory();
    monitor.leave(me);
  }

  Monitor monitor;
  Keyspace keyspace;
  MemoryBudget& budget;
  int64_t published_bytes = 0;
  Counter entry_bytes;  // of the above, without tables: read by INFO from anywhere
};

}  // namespace cobnut
