#include "metrics/metric_table.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/numbers.h"
#include "base/text.h"
#include "base/ticks.h"
#include "base/version.h"

namespace cobnut {
namespace {

using enum MetricKind;
using Facts = MetricFacts;
using Value = MetricValue;

constexpr int64_t kSecondsPerDay = 86400;

Value zero(const Facts&) { return uint64_t{0}; }

template <auto kField>
Value field(const Facts& facts) {
  return facts.*kField;
}

template <auto kField>
Value human(const Facts& facts) {
  return human_bytes(facts.*kField);
}

// 0 when there is nothing to compare with.
double ratio(uint64_t a, uint64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

uint64_t beyond(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

std::string percent(uint64_t a, uint64_t b) {
  char text[32];
  return {text, static_cast<size_t>(snprintf(text, sizeof text, "%.2f%%", ratio(a, b) * 100))};
}

const Metric kTable[] = {
    // -- Server
    {"Server", "redis_version", kInfo,
     [](const Facts&) -> Value { return std::string(kRedisVersion); },
     "the Redis version whose protocol and commands clients may expect"},
    {"Server", "cobnut_version", kInfo,
     [](const Facts&) -> Value { return std::string(kCobnutVersion); },
     "this program's own version"},
    {"Server", "redis_mode", kInfo, [](const Facts&) -> Value { return std::string("standalone"); },
     "no cluster, no sentinel"},
    {"Server", "os", kInfo, field<&Facts::os>, "kernel, its release, the machine"},
    {"Server", "arch_bits", kInfo,
     [](const Facts&) -> Value { return uint64_t{sizeof(void*) * 8}; }, "bits of a pointer"},
    {"Server", "monotonic_clock", kInfo,
     [](const Facts&) -> Value { return std::string(tick_source()); },
     "where the durations of commands come from"},
    {"Server", "multiplexing_api", kInfo,
     [](const Facts&) -> Value { return std::string("epoll"); }, "what a loop sleeps in"},
    {"Server", "gcc_version", kInfo,
     [](const Facts&) -> Value {
       return std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." +
              std::to_string(__GNUC_PATCHLEVEL__);
     },
     "of the compiler, or what it passes for"},
    {"Server", "process_supervised", kInfo, [](const Facts&) -> Value { return std::string("no"); },
     "no init system is told of the start"},
    {"Server", "process_id", kInfo, field<&Facts::process_id>, "pid"},
    {"Server", "run_id", kInfo, field<&Facts::run_id>,
     "40 random hexadecimal digits, new at each start"},
    {"Server", "tcp_port", kInfo, field<&Facts::tcp_port>, "0: none"},
    {"Server", "server_time_usec", kInfo, field<&Facts::wall_us>, "Unix time, microseconds"},
    {"Server", "uptime_in_seconds", kGauge, field<&Facts::uptime_s>, "since the start"},
    {"Server", "uptime_in_days", kInfo,
     [](const Facts& f) -> Value { return f.uptime_s / kSecondsPerDay; }, "since the start"},
    {"Server", "lru_clock", kInfo,
     [](const Facts& f) -> Value { return (f.wall_us / 1'000'000) & ((1 << 24) - 1); },
     "what an access to a key is marked with: seconds, 24 bits"},
    {"Server", "executable", kInfo, field<&Facts::executable>, "path of the program"},
    {"Server", "config_file", kInfo, field<&Facts::config_file>, "empty: none"},
    {"Server", "cobnut_loops", kGauge, field<&Facts::loops>, "threads that serve connections"},
    {"Server", "cobnut_shards", kGauge, field<&Facts::shards>,
     "parts of the keyspace that are locked separately"},
    // -- Clients
    {"Clients", "connected_clients", kGauge, field<&Facts::clients>, "connections now"},
    {"Clients", "cluster_connections", kGauge, zero, "there is no cluster bus"},
    {"Clients", "maxclients", kGauge, field<&Facts::clients_max>, "connections at most"},
    {"Clients", "client_recent_max_input_buffer", kGauge, field<&Facts::client_input_most>,
     "the most that a client has sent and is not yet executed"},
    {"Clients", "client_recent_max_output_buffer", kGauge, field<&Facts::client_output_most>,
     "the most that a client is owed"},
    {"Clients", "blocked_clients", kGauge, field<&Facts::clients_blocked>,
     "connections whose command waits for a time, for an event or for the end of CLIENT PAUSE"},
    {"Clients", "tracking_clients", kGauge, zero, "no client caches with the server's help"},
    // -- Memory
    {"Memory", "used_memory", kGauge, field<&Facts::keyspace_bytes>,
     "what maxmemory limits: the blocks of all keys and values, and the tables, pools and timers "
     "that serve them; not "
     "connections, their buffers, nor the program itself (see used_memory_rss)"},
    {"Memory", "used_memory_human", kInfo, human<&Facts::keyspace_bytes>, "used_memory"},
    {"Memory", "used_memory_rss", kGauge, field<&Facts::process_resident>,
     "what the process holds of the machine's memory"},
    {"Memory", "used_memory_rss_human", kInfo, human<&Facts::process_resident>, "used_memory_rss"},
    {"Memory", "used_memory_rss_peak", kGauge, field<&Facts::process_resident_peak>,
     "the most that used_memory_rss ever was"},
    {"Memory", "used_memory_peak", kGauge, field<&Facts::memory_peak>,
     "the most that used_memory was, looked at ten times a second"},
    {"Memory", "used_memory_peak_human", kInfo, human<&Facts::memory_peak>, "used_memory_peak"},
    {"Memory", "used_memory_peak_perc", kInfo,
     [](const Facts& f) -> Value { return percent(f.keyspace_bytes, f.memory_peak); },
     "used_memory / used_memory_peak"},
    {"Memory", "used_memory_overhead", kGauge,
     [](const Facts& f) -> Value { return beyond(f.keyspace_bytes, f.entry_bytes); },
     "of used_memory: tables, pools and timers"},
    {"Memory", "used_memory_startup", kGauge, field<&Facts::memory_at_start>,
     "used_memory before the first key"},
    {"Memory", "used_memory_dataset", kGauge, field<&Facts::entry_bytes>,
     "of used_memory: the blocks of keys and values"},
    {"Memory", "used_memory_dataset_perc", kInfo,
     [](const Facts& f) -> Value {
       return percent(f.entry_bytes, beyond(f.keyspace_bytes, f.memory_at_start));
     },
     "used_memory_dataset / (used_memory - used_memory_startup)"},
    {"Memory", "allocator_allocated", kGauge, field<&Facts::heap_allocated>,
     "general heap (large values and all that is no key): bytes asked for; 0 without jemalloc"},
    {"Memory", "allocator_active", kGauge, field<&Facts::heap_active>,
     "general heap: pages with something in them"},
    {"Memory", "allocator_resident", kGauge, field<&Facts::heap_resident>,
     "general heap: pages that the machine holds"},
    {"Memory", "total_system_memory", kGauge, field<&Facts::machine_bytes>,
     "memory of the machine"},
    {"Memory", "total_system_memory_human", kInfo, human<&Facts::machine_bytes>,
     "total_system_memory"},
    {"Memory", "maxmemory", kGauge, field<&Facts::maxmemory>, "the limit of used_memory; 0: none"},
    {"Memory", "maxmemory_human", kInfo, human<&Facts::maxmemory>, "maxmemory"},
    {"Memory", "maxmemory_policy", kInfo, field<&Facts::maxmemory_policy>,
     "what happens at the limit"},
    {"Memory", "allocator_frag_ratio", kGauge,
     [](const Facts& f) -> Value { return ratio(f.heap_active, f.heap_allocated); },
     "allocator_active / allocator_allocated"},
    {"Memory", "allocator_frag_bytes", kGauge,
     [](const Facts& f) -> Value { return beyond(f.heap_active, f.heap_allocated); },
     "allocator_active - allocator_allocated"},
    {"Memory", "allocator_rss_ratio", kGauge,
     [](const Facts& f) -> Value { return ratio(f.heap_resident, f.heap_active); },
     "allocator_resident / allocator_active"},
    {"Memory", "allocator_rss_bytes", kGauge,
     [](const Facts& f) -> Value { return beyond(f.heap_resident, f.heap_active); },
     "allocator_resident - allocator_active"},
    {"Memory", "mem_fragmentation_ratio", kGauge,
     [](const Facts& f) -> Value { return ratio(f.process_resident, f.keyspace_bytes); },
     "used_memory_rss / used_memory"},
    {"Memory", "mem_fragmentation_bytes", kGauge,
     [](const Facts& f) -> Value { return beyond(f.process_resident, f.keyspace_bytes); },
     "used_memory_rss - used_memory"},
    {"Memory", "mem_clients_normal", kGauge, field<&Facts::client_buffer_bytes>,
     "what clients have sent and is not yet executed, and what they are owed"},
    {"Memory", "mem_allocator", kInfo, field<&Facts::allocator>,
     "option allocator: pooled or standard"},
    {"Memory", "lazyfree_pending_objects", kGauge, field<&Facts::values_waiting_to_be_freed>,
     "large values, and all of flushed databases, that wait to be freed in slices"},
    {"Memory", "lazyfreed_objects", kCounter, field<&Facts::values_freed_in_slices>,
     "values that were freed in slices, not at once"},
    // -- Persistence
    {"Persistence", "loading", kGauge, zero, "nothing is loaded at the start"},
    {"Persistence", "async_loading", kGauge, zero, "nothing is loaded later"},
    {"Persistence", "rdb_changes_since_last_save", kGauge, field<&Facts::changes>,
     "changes since the start: nothing is ever saved"},
    {"Persistence", "rdb_bgsave_in_progress", kGauge, zero, "no snapshot is being written"},
    {"Persistence", "aof_enabled", kGauge, zero, "there is no log on disk"},
    {"Persistence", "aof_rewrite_in_progress", kGauge, zero, "there is no log on disk"},
    {"Persistence", "aof_rewrite_scheduled", kGauge, zero, "there is no log on disk"},
    // -- Stats
    {"Stats", "total_connections_received", kCounter, field<&Facts::connections_received>,
     "connections accepted"},
    {"Stats", "total_commands_processed", kCounter, field<&Facts::commands>,
     "requests executed, those that failed included"},
    {"Stats", "instantaneous_ops_per_sec", kGauge,
     [](const Facts& f) -> Value { return static_cast<int64_t>(std::lround(f.commands_per_s)); },
     "requests executed a second, over the last 1.6 seconds"},
    {"Stats", "total_net_input_bytes", kCounter, field<&Facts::net_input_bytes>,
     "received from clients"},
    {"Stats", "total_net_output_bytes", kCounter, field<&Facts::net_output_bytes>,
     "sent to clients"},
    {"Stats", "instantaneous_input_kbps", kGauge,
     [](const Facts& f) -> Value { return f.input_bytes_per_s / 1024; },
     "KiB received a second, over the last 1.6 seconds"},
    {"Stats", "instantaneous_output_kbps", kGauge,
     [](const Facts& f) -> Value { return f.output_bytes_per_s / 1024; },
     "KiB sent a second, over the last 1.6 seconds"},
    {"Stats", "rejected_connections", kCounter, field<&Facts::connections_rejected>,
     "above maxclients, or by protected mode"},
    {"Stats", "expired_keys", kCounter, field<&Facts::expired_keys>,
     "keys removed because their time was over"},
    {"Stats", "evicted_keys", kCounter, zero, "there is no eviction"},
    {"Stats", "keyspace_hits", kCounter, field<&Facts::keyspace_hits>,
     "reads that found their key"},
    {"Stats", "keyspace_misses", kCounter, field<&Facts::keyspace_misses>,
     "reads that found no key"},
    {"Stats", "pubsub_channels", kGauge, zero, "there are no channels"},
    {"Stats", "pubsub_patterns", kGauge, zero, "there are no channels"},
    {"Stats", "latest_fork_usec", kGauge, zero, "the process never forks"},
    {"Stats", "total_forks", kCounter, zero, "the process never forks"},
    {"Stats", "total_error_replies", kCounter, field<&Facts::errors>,
     "requests that were answered by an error"},
    {"Stats", "total_reads_processed", kCounter, field<&Facts::reads>, "reads from sockets"},
    {"Stats", "total_writes_processed", kCounter, field<&Facts::writes>, "writes to sockets"},
    {"Stats", "client_query_buffer_limit_disconnections", kCounter,
     field<&Facts::query_buffer_limit_disconnections>,
     "clients closed for client-query-buffer-limit"},
    {"Stats", "client_output_buffer_limit_disconnections", kCounter,
     field<&Facts::output_buffer_limit_disconnections>,
     "clients closed for client-output-buffer-limit"},
    {"Stats", "cobnut_accepts_failed", kCounter, field<&Facts::accepts_failed>,
     "connections that the system refused to hand over"},
    {"Stats", "cobnut_commands_queued", kCounter, field<&Facts::commands_queued>,
     "requests that found their shard busy"},
    {"Stats", "cobnut_transactions_queued", kCounter, field<&Facts::transactions_queued>,
     "requests over several shards of which one was busy"},
    {"Stats", "cobnut_loop_turns", kCounter, field<&Facts::turns>, "turns of all loops"},
    {"Stats", "cobnut_batches", kCounter, field<&Facts::batches>, "batches of requests"},
    // -- Replication
    {"Replication", "role", kInfo, [](const Facts&) -> Value { return std::string("master"); },
     "there are no replicas"},
    {"Replication", "connected_slaves", kGauge, zero, "there are no replicas"},
    {"Replication", "master_failover_state", kInfo,
     [](const Facts&) -> Value { return std::string("no-failover"); }, "there are no replicas"},
    {"Replication", "master_repl_offset", kGauge, zero, "there is no replication stream"},
    // -- CPU
    {"CPU", "used_cpu_sys", kCounter, field<&Facts::cpu_system_s>,
     "seconds in the kernel, all threads", 6},
    {"CPU", "used_cpu_user", kCounter, field<&Facts::cpu_user_s>,
     "seconds in the program, all threads", 6},
    {"CPU", "used_cpu_sys_children", kCounter, field<&Facts::cpu_system_children_s>,
     "seconds of ended child processes", 6},
    {"CPU", "used_cpu_user_children", kCounter, field<&Facts::cpu_user_children_s>,
     "seconds of ended child processes", 6},
    // -- Cluster
    {"Cluster", "cluster_enabled", kGauge, zero, "there is no cluster"},
};

// INFO's headings in order. Modules has no rows; those with a function have a line for each
// command, error or database.
struct Section {
  std::string_view name;
  std::string (*lines)(const Facts&) = nullptr;
  bool usual = true;  // shown when no section is asked for
};
std::string command_lines(const Facts& facts);
std::string error_lines(const Facts& facts);
std::string latency_lines(const Facts& facts);
std::string keyspace_lines(const Facts& facts);
constexpr Section kSections[] = {
    {"Server"},
    {"Clients"},
    {"Memory"},
    {"Persistence"},
    {"Stats"},
    {"Replication"},
    {"CPU"},
    {"Modules"},
    {"Commandstats", command_lines, false},
    {"Errorstats", error_lines},
    {"Latencystats", latency_lines, false},
    {"Cluster"},
    {"Keyspace", keyspace_lines},
};

bool wanted(const Section& section, std::span<const std::string_view> asked) {
  if (asked.empty()) return section.usual;
  return std::ranges::any_of(asked, [&](std::string_view word) {
    if (equal_ignore_case(word, "default")) return section.usual;
    if (equal_ignore_case(word, "all") || equal_ignore_case(word, "everything")) return true;
    return equal_ignore_case(word, section.name) ||
           (section.name == "Modules" && equal_ignore_case(word, "module_list"));
  });
}

std::string text_of(const MetricValue& value, int digits) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<uint64_t>(&value)) return std::to_string(*number);
  if (const auto* number = std::get_if<int64_t>(&value)) return std::to_string(*number);
  char buffer[64];
  const int size = snprintf(buffer, sizeof buffer, "%.*f", digits, std::get<double>(value));
  return {buffer, static_cast<size_t>(size)};
}

std::string command_lines(const Facts& facts) {
  std::string lines;
  for (const Facts::Command& command : facts.commands_run) {
    const uint64_t usec = command.nanoseconds / 1000;
    const double each =
        command.calls == 0 ? 0 : static_cast<double>(usec) / static_cast<double>(command.calls);
    lines += "cmdstat_" + command.name + ":calls=" + std::to_string(command.calls) +
             ",usec=" + std::to_string(usec) + ",usec_per_call=" + text_of(each, 2) +
             ",rejected_calls=" + std::to_string(command.rejected) +
             ",failed_calls=" + std::to_string(command.failed) + "\r\n";
  }
  return lines;
}

std::string error_lines(const Facts& facts) {
  std::string lines;
  for (const auto& [code, count] : facts.errors_by_code)
    lines += "errorstat_" + code + ":count=" + std::to_string(count) + "\r\n";
  return lines;
}

std::string latency_lines(const Facts& facts) {
  std::string lines;
  for (const Facts::Command& command : facts.commands_run) {
    if (command.percentiles_ns.empty()) continue;
    lines += "latency_percentiles_usec_" + command.name + ":";
    for (size_t i = 0; i < facts.percentiles.size(); i++) {
      lines += (i == 0 ? "p" : ",p") + format_double(facts.percentiles[i]) + "=" +
               text_of(command.percentiles_ns[i] / 1000, 3);
    }
    lines += "\r\n";
  }
  return lines;
}

// A key's time to live is not sampled: avg_ttl is 0, Redis's "not known".
std::string keyspace_lines(const MetricFacts& facts) {
  std::string lines;
  for (size_t db = 0; db < facts.databases.size(); db++) {
    const MetricFacts::Database& database = facts.databases[db];
    if (database.keys == 0) continue;
    lines += "db" + std::to_string(db) + ":keys=" + std::to_string(database.keys) +
             ",expires=" + std::to_string(database.expiring) + ",avg_ttl=0\r\n";
  }
  return lines;
}

}  // namespace

std::span<const Metric> metric_table() { return kTable; }

std::string info_text(const MetricFacts& facts, std::span<const std::string_view> sections) {
  std::string text;
  for (const Section& section : kSections) {
    if (!wanted(section, sections)) continue;
    if (!text.empty()) text += "\r\n";
    text += "# " + std::string(section.name) + "\r\n";
    for (const Metric& metric : kTable) {
      if (metric.section != section.name) continue;
      text += std::string(metric.name) + ":" + text_of(metric.get(facts), metric.digits) + "\r\n";
    }
    if (section.lines != nullptr) text += section.lines(facts);
  }
  return text;
}

std::string human_bytes(uint64_t bytes) {
  constexpr const char* kUnits[] = {"K", "M", "G", "T", "P"};
  if (bytes < 1024) return std::to_string(bytes) + "B";
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); unit++) value /= 1024;
  char buffer[64];
  const int size = snprintf(buffer, sizeof buffer, "%.2f%s", value, kUnits[unit]);
  return {buffer, static_cast<size_t>(size)};
}

}  // namespace cobnut
