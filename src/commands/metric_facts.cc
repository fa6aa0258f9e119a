#include "commands/metric_facts.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "base/numbers.h"
#include "command/table.h"
#include "config/option_table.h"
#include "keyspace/collection.h"
#include "memory/large.h"

namespace cobnut {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void gather_process(const Server& server, MetricFacts& facts) {
  utsname name{};
  uname(&name);
  facts.os = std::string(name.sysname) + " " + name.release + " " + name.machine;
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  facts.executable = size > 0 ? std::string(path, static_cast<size_t>(size)) : server.executable;
  facts.config_file = server.config_source.path;
  facts.run_id = server.run_id;
  facts.process_id = getpid();
  facts.wall_us = wall_clock_us();
  facts.uptime_s = (monotonic_clock_ms() - server.started_ms) / 1000;
  facts.loops = server.loops.size();
  facts.shards = server.shards.size();

  rusage self{}, children{};
  getrusage(RUSAGE_SELF, &self);
  getrusage(RUSAGE_CHILDREN, &children);
  facts.cpu_user_s = seconds(self.ru_utime);
  facts.cpu_system_s = seconds(self.ru_stime);
  facts.cpu_user_children_s = seconds(children.ru_utime);
  facts.cpu_system_children_s = seconds(children.ru_stime);
  facts.process_resident_peak = static_cast<uint64_t>(self.ru_maxrss) * 1024;
}

uint64_t resident_bytes() {
  FILE* file = fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long long total = 0, resident = 0;
  const int read = fscanf(file, "%llu %llu", &total, &resident);
  fclose(file);
  return read == 2 ? resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

void gather_memory(Server& server, MetricFacts& facts) {
  const HeapStats heap = heap_stats();
  facts.keyspace_bytes = server.budget.used();
  facts.heap_allocated = heap.allocated;
  facts.heap_active = heap.active;
  facts.heap_resident = heap.resident;
  facts.process_resident = resident_bytes();
  // The kernel counts the two at different moments.
  facts.process_resident_peak = std::max(facts.process_resident_peak, facts.process_resident);
  facts.memory_at_start = server.memory_at_start;
  server.samples.note_memory(facts.keyspace_bytes);
  facts.memory_peak = server.samples.memory_peak.load(std::memory_order_relaxed);
  facts.machine_bytes =
      static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

void gather_options(const Server& server, MetricFacts& facts) {
  const Options& options = server.options.current();
  facts.tcp_port = options.port;
  facts.clients_max = options.maxclients;
  facts.maxmemory = options.maxmemory;
  facts.maxmemory_policy = options.maxmemory_policy;
  facts.allocator = options.allocator == Allocator::kPooled ? "pooled" : "standard";
}

void gather_loops(const Server& server, MetricFacts& facts) {
  facts.connections_received = server.sum(&LoopCounters::connections_received);
  facts.connections_rejected = server.sum(&LoopCounters::connections_rejected);
  facts.accepts_failed = server.sum(&LoopCounters::accepts_failed);
  facts.commands = server.commands_run();
  facts.errors = server.sum(&LoopCounters::errors);
  facts.commands_queued = server.sum(&LoopCounters::commands_queued);
  facts.transactions_queued = server.sum(&LoopCounters::transactions_queued);
  facts.net_input_bytes = server.sum(&LoopCounters::net_input_bytes);
  facts.net_output_bytes = server.sum(&LoopCounters::net_output_bytes);
  facts.query_buffer_limit_disconnections =
      server.sum(&LoopCounters::query_buffer_limit_disconnections);
  facts.output_buffer_limit_disconnections =
      server.sum(&LoopCounters::output_buffer_limit_disconnections);
  facts.reads = server.sum(&LoopCounters::reads);
  facts.writes = server.sum(&LoopCounters::writes);
  facts.commands_per_s = server.samples.commands.per_second();
  facts.input_bytes_per_s = server.samples.input_bytes.per_second();
  facts.output_bytes_per_s = server.samples.output_bytes.per_second();
  facts.turns = server.sum(&LoopCounters::turns);
  facts.batches = server.sum(&LoopCounters::batches);
}

// Published counters: no shard is entered.
void gather_shards(const Server& server, MetricFacts& facts) {
  for (Shard* shard : server.shards) {
    const KeyspaceStats& stats = shard->keyspace.stats();
    facts.entry_bytes += shard->entry_bytes.get();
    facts.keyspace_hits += stats.hits.get();
    facts.keyspace_misses += stats.misses.get();
    facts.expired_keys += stats.expired.get();
    const FreedInSlices& values = shard->keyspace.heap().freed_in_slices();
    facts.values_waiting_to_be_freed += values.waiting.get();
    facts.values_freed_in_slices += values.freed.get();
    facts.changes += stats.dirty.get();
    facts.databases.resize(stats.databases.size());
    for (size_t db = 0; db < stats.databases.size(); db++) {
      facts.databases[db].keys += stats.databases[db].keys.get();
      facts.databases[db].expiring += stats.databases[db].expiring.get();
    }
  }
}

void gather_clients(Server& server, MetricFacts& facts) {
  facts.clients = server.clients.count();
  for (const auto& client : server.clients.all()) {
    const uint64_t input = client->input_bytes.load(std::memory_order_relaxed);
    const uint64_t output = client->output_bytes.load(std::memory_order_relaxed);
    facts.client_buffer_bytes += input + output;
    facts.client_input_most = std::max(facts.client_input_most, input);
    facts.client_output_most = std::max(facts.client_output_most, output);
  }
}

void gather_commands(const Server& server, MetricFacts& facts) {
  const Options& options = server.options.current();
  for (const std::string& word : split_words(options.latency_tracking_info_percentiles))
    facts.percentiles.push_back(parse_double(word).value_or(0));
  for (const CommandSpec& spec : command_table().rows()) {
    MetricFacts::Command command{.name = std::string(full_name(spec))};
    for (const LoopStats& loop : server.stats) {
      const CommandStats& stats = loop.command(spec.number);
      command.calls += stats.calls.get();
      command.nanoseconds += stats.nanoseconds.get();
      command.rejected += stats.rejected.get();
      command.failed += stats.failed.get();
    }
    if (command.calls + command.rejected + command.failed == 0) continue;
    DurationCounts counts;
    if (options.latency_tracking && gather_durations(server, spec, counts)) {
      for (const double percent : facts.percentiles)
        command.percentiles_ns.push_back(counts.percentile(percent));
    }
    facts.commands_run.push_back(std::move(command));
  }
  std::ranges::sort(facts.commands_run, {}, &MetricFacts::Command::name);
  for (const LoopStats& loop : server.stats) {
    loop.errors.each(
        [&](Bytes code, uint64_t count) { facts.errors_by_code[std::string(code)] += count; });
  }
}

}  // namespace

MetricFacts gather_metric_facts(Server& server) {
  MetricFacts facts;
  gather_process(server, facts);
  gather_memory(server, facts);
  gather_options(server, facts);
  gather_clients(server, facts);
  gather_commands(server, facts);
  facts.clients_blocked = server.clients.blocked();
  gather_loops(server, facts);
  gather_shards(server, facts);
  return facts;
}

void reset_metrics(Server& server) {
  for (LoopCounters& loop : server.counters) {
    for (Counter LoopCounters::*counter :
         {&LoopCounters::connections_received, &LoopCounters::connections_rejected,
          &LoopCounters::accepts_failed, &LoopCounters::errors, &LoopCounters::commands_queued,
          &LoopCounters::transactions_queued, &LoopCounters::net_input_bytes,
          &LoopCounters::net_output_bytes, &LoopCounters::query_buffer_limit_disconnections,
          &LoopCounters::output_buffer_limit_disconnections, &LoopCounters::turns,
          &LoopCounters::batches, &LoopCounters::reads, &LoopCounters::writes}) {
      (loop.*counter).clear();
    }
  }
  for (LoopStats& loop : server.stats) loop.clear();
  server.samples.memory_peak.store(server.budget.used(), std::memory_order_relaxed);
  for (Shard* shard : server.shards) {
    KeyspaceStats& stats = shard->keyspace.stats();
    for (Counter* counter : {&stats.hits, &stats.misses, &stats.expired}) counter->clear();
    shard->keyspace.heap().freed_in_slices().freed.clear();
  }
}

bool gather_durations(const Server& server, const CommandSpec& spec, DurationCounts& counts) {
  for (const LoopStats& loop : server.stats) {
    const DurationHistogram* histogram =
        loop.command(spec.number).histogram.load(std::memory_order_acquire);
    if (histogram != nullptr) counts.add(*histogram);
  }
  return counts.total() > 0;
}

}  // namespace cobnut
