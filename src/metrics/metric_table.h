// The metric table: one row per metric, from which INFO derives, and later Prometheus. A row reads
// MetricFacts, which whoever asks gathers once a walk: this layer knows no server, no shards and no
// clients.
//
// Only what is true is listed: no row stands for a feature that is not there, except where clients
// and tools wait for the answer "nothing going on" (loading, rdb_bgsave_in_progress, ...). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cobnut {

// Bytes unless the name says otherwise.
struct MetricFacts {
  // the process
  std::string os, executable, config_file, run_id;
  int64_t process_id = 0;
  int64_t tcp_port = 0;
  int64_t wall_us = 0;
  int64_t uptime_s = 0;
  uint64_t loops = 0, shards = 0;
  double cpu_user_s = 0, cpu_system_s = 0;
  double cpu_user_children_s = 0, cpu_system_children_s = 0;

  // clients
  uint64_t clients = 0;
  int64_t clients_max = 0;
  int64_t clients_blocked = 0;

  // memory
  uint64_t keyspace_bytes = 0;
  uint64_t heap_allocated = 0, heap_active = 0, heap_resident = 0;
  uint64_t process_resident = 0, process_resident_peak = 0;
  uint64_t machine_bytes = 0;
  uint64_t maxmemory = 0;
  uint64_t memory_at_start = 0, memory_peak = 0;  // of keyspace_bytes
  uint64_t entry_bytes = 0;                       // of keyspace_bytes: keys and values
  uint64_t client_buffer_bytes = 0;               // of all clients, input and output
  uint64_t client_input_most = 0, client_output_most = 0;
  std::string maxmemory_policy, allocator;

  // counters, of all loops and shards
  uint64_t connections_received = 0, connections_rejected = 0, accepts_failed = 0;
  uint64_t commands = 0, errors = 0, commands_queued = 0, transactions_queued = 0;
  uint64_t net_input_bytes = 0, net_output_bytes = 0, reads = 0, writes = 0;
  double commands_per_s = 0, input_bytes_per_s = 0, output_bytes_per_s = 0;
  uint64_t query_buffer_limit_disconnections = 0, output_buffer_limit_disconnections = 0;
  uint64_t turns = 0, batches = 0;
  uint64_t keyspace_hits = 0, keyspace_misses = 0, expired_keys = 0, changes = 0;
  uint64_t values_waiting_to_be_freed = 0, values_freed_in_slices = 0;

  // databases, by number
  struct Database {
    uint64_t keys = 0, expiring = 0;
  };
  std::vector<Database> databases;

  // commands that were asked for since the start or CONFIG RESETSTAT, and errors by their code;
  // both sorted by name
  struct Command {
    std::string name;
    uint64_t calls = 0, nanoseconds = 0, rejected = 0, failed = 0;
    std::vector<double> percentiles_ns;  // empty: not tracked
  };
  std::vector<Command> commands_run;
  std::vector<double> percentiles;  // which ones, 0 to 100
  std::map<std::string, uint64_t> errors_by_code;
};

enum class MetricKind : uint8_t {
  kInfo,  // a text, or a number that names something: not for Prometheus
  kGauge,
  kCounter,  // only grows, until CONFIG RESETSTAT
};

// Text: as it stands.
using MetricValue = std::variant<uint64_t, int64_t, double, std::string>;

struct Metric {
  std::string_view section;  // of INFO, as its heading is printed
  std::string_view name;     // in INFO
  MetricKind kind;
  MetricValue (*get)(const MetricFacts&);
  std::string_view doc;
  int digits = 2;  // behind the point, of a double
};

std::span<const Metric> metric_table();  // grouped by section, in INFO's order

// The text of INFO for these sections ("server", "clients", ..., any case): "all" and "everything"
// stand for all of them, "default", or no section at all, for all but commandstats and
// latencystats. Unknown ones are ignored.
std::string info_text(const MetricFacts& facts, std::span<const std::string_view> sections);

// "1.50M", as Redis writes sizes for people.
std::string human_bytes(uint64_t bytes);

}  // namespace cobnut
