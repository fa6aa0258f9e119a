// MEMORY: where the bytes are.
#include <string>
#include <vector>

#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "commands/metric_facts.h"
#include "memory/large.h"

namespace cobnut {
namespace {

// SAMPLES is checked and otherwise of no use: a string's size is known without sampling.
void cmd_memory_usage(Context& cx, Args args) {
  for (size_t i = 3; i < args.size(); i += 2) {
    if (!equal_ignore_case(args[i], "samples") || i + 1 == args.size())
      return cx.reply.error(err::kSyntax);
    const std::optional<int64_t> samples = integer_argument(cx, args[i + 1]);
    if (!samples) return;
    if (*samples < 0) return cx.reply.error(err::kSyntax);
  }
  const Key key = args.key();
  const Found found = cx.keys.peek(key);
  if (!found) return cx.reply.null();
  cx.reply.integer(static_cast<int64_t>(cx.keys.at(key).memory_of(cx.keys.db(), found)));
}

// -- MEMORY STATS

uint64_t beyond(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }
double ratio(uint64_t a, uint64_t b) {
  return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b);
}

void reply_field(Context& cx, Bytes name, uint64_t value) {
  cx.reply.bulk(name);
  cx.reply.integer(static_cast<int64_t>(value));
}
void reply_real(Context& cx, Bytes name, double value) {
  cx.reply.bulk(name);
  cx.reply.real(value);
}

// A database's part of the tables, by its part of the keys: databases share them.
void reply_database(Context& cx, size_t db, uint64_t bytes) {
  cx.reply.bulk("db." + std::to_string(db));
  cx.reply.map(3);
  reply_field(cx, "overhead.hashtable.main", bytes);
  reply_field(cx, "overhead.hashtable.expires", 0);
  reply_field(cx, "overhead.hashtable.slot-to-keys", 0);
}

void cmd_memory_stats(Context& cx, Args) {
  const MetricFacts facts = gather_metric_facts(cx.server);
  const uint64_t used = facts.keyspace_bytes;
  const uint64_t overhead = beyond(used, facts.entry_bytes);
  const uint64_t net = beyond(used, facts.memory_at_start);
  uint64_t keys = 0, databases = 0;
  for (const MetricFacts::Database& database : facts.databases) {
    keys += database.keys;
    databases += database.keys > 0;
  }
  constexpr size_t kFields = 25;
  cx.reply.map(kFields + databases);
  reply_field(cx, "peak.allocated", facts.memory_peak);
  reply_field(cx, "total.allocated", used);
  reply_field(cx, "startup.allocated", facts.memory_at_start);
  reply_field(cx, "replication.backlog", 0);
  reply_field(cx, "clients.slaves", 0);
  reply_field(cx, "clients.normal", facts.client_buffer_bytes);
  reply_field(cx, "cluster.links", 0);
  reply_field(cx, "aof.buffer", 0);
  for (size_t db = 0; db < facts.databases.size(); db++) {
    const uint64_t there = facts.databases[db].keys;
    if (there == 0) continue;
    const double part = ratio(there, keys) * static_cast<double>(overhead);
    reply_database(cx, db, static_cast<uint64_t>(part));
  }
  reply_field(cx, "overhead.total", overhead);
  reply_field(cx, "keys.count", keys);
  reply_field(cx, "keys.bytes-per-key", keys == 0 ? 0 : net / keys);
  reply_field(cx, "dataset.bytes", facts.entry_bytes);
  reply_real(cx, "dataset.percentage", ratio(facts.entry_bytes, net) * 100);
  reply_real(cx, "peak.percentage", ratio(used, facts.memory_peak) * 100);
  reply_field(cx, "allocator.allocated", facts.heap_allocated);
  reply_field(cx, "allocator.active", facts.heap_active);
  reply_field(cx, "allocator.resident", facts.heap_resident);
  reply_real(cx, "allocator-fragmentation.ratio", ratio(facts.heap_active, facts.heap_allocated));
  reply_field(cx, "allocator-fragmentation.bytes", beyond(facts.heap_active, facts.heap_allocated));
  reply_real(cx, "allocator-rss.ratio", ratio(facts.heap_resident, facts.heap_active));
  reply_field(cx, "allocator-rss.bytes", beyond(facts.heap_resident, facts.heap_active));
  reply_real(cx, "rss-overhead.ratio", ratio(facts.process_resident, facts.heap_resident));
  reply_field(cx, "rss-overhead.bytes", beyond(facts.process_resident, facts.heap_resident));
  reply_real(cx, "fragmentation", ratio(facts.process_resident, used));
  reply_field(cx, "fragmentation.bytes", beyond(facts.process_resident, used));
}

// -- MEMORY DOCTOR

std::string doctor_report(const MetricFacts& facts) {
  constexpr uint64_t kWorthwhile = 5 << 20;  // bytes: below, shares say nothing
  constexpr double kPeak = 1.5, kFragmented = 1.4;
  constexpr uint64_t kBuffersMany = 200 * 1024;  // bytes a client
  if (facts.keyspace_bytes < kWorthwhile)
    return "There is so little data here that nothing can be said about its memory.\n";
  std::string report;
  if (ratio(facts.memory_peak, facts.keyspace_bytes) > kPeak)
    report += "- At its peak the data took " + human_bytes(facts.memory_peak) + ", now " +
              human_bytes(facts.keyspace_bytes) +
              ": pages that are only partly empty stay with the process.\n";
  if (ratio(facts.process_resident, facts.keyspace_bytes) > kFragmented)
    report += "- The process holds " + human_bytes(facts.process_resident) + " for " +
              human_bytes(facts.keyspace_bytes) +
              " of data and tables: MEMORY PURGE gives free pages back to the system.\n";
  if (facts.clients > 0 && facts.client_buffer_bytes / facts.clients > kBuffersMany)
    report += "- Clients have " + human_bytes(facts.client_buffer_bytes) +
              " in buffers: CLIENT LIST shows who reads too slowly (omem) or sends too much "
              "(qbuf).\n";
  if (facts.maxmemory > 0 && facts.keyspace_bytes > facts.maxmemory / 10 * 9)
    report += "- Over 90 % of maxmemory is used.\n";
  return report.empty() ? "Nothing is wrong with the memory of this server.\n" : report;
}

void cmd_memory_doctor(Context& cx, Args) {
  cx.reply.verbatim(doctor_report(gather_metric_facts(cx.server)), "txt");
}

void cmd_memory_malloc_stats(Context& cx, Args) {
  const std::string report = heap_report();
  if (report.empty()) return cx.reply.bulk("Stats not supported for the current allocator");
  cx.reply.verbatim(report, "txt");
}

void cmd_memory_purge(Context& cx, Args) {
  purge_heap();
  cx.server.pages.trim();
  cx.reply.ok();
}

void cmd_memory_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "DOCTOR",
      "    What is noticeable about the memory.",
      "MALLOC-STATS",
      "    The report of the general heap's allocator.",
      "PURGE",
      "    Gives free pages back to the system.",
      "STATS",
      "    Where the bytes are.",
      "USAGE <key> [SAMPLES <count>]",
      "    The bytes of a key, its value and its place in the table.",
  };
  reply_help(cx, kLines);
}

constexpr std::string_view kReportTips =
    "nondeterministic_output request_policy:all_shards response_policy:special";

constexpr CommandSpec kMemoryTable[] = {
    {.name = "memory|doctor",
     .run = cmd_memory_doctor,
     .arity = 2,
     .flags = kSolo,
     .group = "server",
     .since = "4.0.0",
     .complexity = "O(N) where N is the number of shards",
     .summary = "Tells what is noticeable about the memory.",
     .tips = kReportTips},
    {.name = "memory|help",
     .run = cmd_memory_help,
     .arity = 2,
     .flags = kLoading | kStale,
     .group = "server",
     .since = "4.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of MEMORY."},
    {.name = "memory|malloc-stats",
     .run = cmd_memory_malloc_stats,
     .arity = 2,
     .flags = kSolo,
     .group = "server",
     .since = "4.0.0",
     .complexity = "Depends on how much memory is allocated",
     .summary = "Returns the report of the general heap's allocator.",
     .tips = kReportTips},
    {.name = "memory|purge",
     .run = cmd_memory_purge,
     .arity = 2,
     .flags = kSolo,
     .group = "server",
     .since = "4.0.0",
     .complexity = "Depends on how much memory is free; may take milliseconds",
     .summary = "Gives free pages back to the system.",
     .tips = "request_policy:all_shards response_policy:all_succeeded"},
    {.name = "memory|stats",
     .run = cmd_memory_stats,
     .arity = 2,
     .flags = kSolo,
     .group = "server",
     .since = "4.0.0",
     .complexity = "O(N) where N is the number of shards",
     .summary = "Returns where the bytes are.",
     .tips = kReportTips},
    {.name = "memory|usage",
     .run = cmd_memory_usage,
     .arity = -3,
     .flags = kReadonly,
     .keys = {2, 2, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .group = "server",
     .since = "4.0.0",
     .complexity = "O(1)",
     .summary = "Returns the bytes of a key and its value.",
     .syntax = "key [SAMPLES count:integer]"},
};

constexpr CommandSpec kTable[] = {
    {.name = "memory",
     .arity = -2,
     .group = "server",
     .since = "4.0.0",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look at memory.",
     .subcommands = kMemoryTable},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kMemoryCommands{kTable};

}  // namespace cobnut
