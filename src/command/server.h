// What commands may know of the process. Built by the composition root (server/), lives until all
// loops have ended.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "command/clients.h"
#include "command/monitors.h"
#include "command/pause.h"
#include "config/published.h"
#include "config/rewrite.h"
#include "memory/budget.h"
#include "memory/pages.h"
#include "metrics/command_stats.h"
#include "metrics/counters.h"
#include "metrics/latency_monitor.h"
#include "metrics/rates.h"
#include "metrics/slow_log.h"
#include "shard/shard.h"

namespace cobnut {

class Executor;

struct Server {
  Server(Options initial, size_t loop_count)
      : options(std::move(initial), loop_count), counters(loop_count), stats(loop_count) {}

  PagePool pages;  // any thread; first, since the shards give their pages back to it

  // fixed after construction
  std::string run_id;  // 40 hex digits, new at each start (INFO run_id)
  std::string executable;
  ConfigSource config_source;
  int64_t started_ms = 0;        // monotonic
  uint64_t memory_at_start = 0;  // used memory of shards without a key, bytes
  std::vector<std::unique_ptr<Shard>> shard_storage;
  std::vector<Shard*> shards;  // in slot order, a power of two
  int slot_shift = 0;          // slot >> slot_shift: index into shards
  std::vector<LoopPort*> loops;
  std::vector<Executor*> executors;  // one a loop; each enters itself

  // any thread
  Pause pause;  // read by every command, hardly ever written
  PublishedOptions options;
  Clients clients;
  MemoryBudget budget;
  std::vector<LoopCounters> counters;  // one a loop, written by it
  std::vector<LoopStats> stats;        // one a loop, written by it
  Samples samples;
  SlowLog slow_log;
  LatencyMonitor latency;
  Monitors monitors;
  std::function<void()> shutdown;  // begins a clean stop; returns at once
  // CONFIG SET: the process does what the new options ask of it (listeners, descriptors). An error
  // is the reply, and everything is as it was. Under the lock of `options`.
  std::function<Status(const Options& before, const Options& after)> apply;
  std::function<void(ClientInfo&)>
      kick;  // the client's loop looks at `killed` soon, even if the client is silent

  uint64_t commands_run() const;  // by all loops
  template <typename Field>
  uint64_t sum(Field LoopCounters::*field) const {
    uint64_t total = 0;
    for (const LoopCounters& loop : counters) total += (loop.*field).get();
    return total;
  }
};

}  // namespace cobnut
