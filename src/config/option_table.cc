#include "config/option_table.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <climits>

#include "base/numbers.h"
#include "base/text.h"

namespace cobnut {
namespace {

constexpr size_t kBindMax = 16;               // Redis's CONFIG_BINDADDR_MAX
constexpr size_t kPasswordMax = 512;          // bytes; Redis's CONFIG_AUTHPASS_MAX_LEN
constexpr int64_t kMegabyte = 1 << 20;        // bytes
constexpr uint64_t kThreadsLimit = 256;       // loops
constexpr uint64_t kShardsLimit = 4096;       // four slots each
constexpr uint64_t kDatabasesLimit = 1024;    // each shard has a table for each
constexpr uint64_t kBusyPollMax = 1'000'000;  // microseconds

constexpr std::array<Bytes, 5> kLogLevels = {"debug", "verbose", "notice", "warning", "nothing"};
constexpr std::array<Bytes, 3> kAccess = {"no", "local", "yes"};
constexpr std::array<Bytes, 2> kAllocators = {"pooled", "standard"};
constexpr std::array<Bytes, 8> kPolicies = {"volatile-lru",   "volatile-lfu", "volatile-random",
                                            "volatile-ttl",   "allkeys-lru",  "allkeys-lfu",
                                            "allkeys-random", "noeviction"};

template <auto kMember>
constexpr EnumField enum_field() {
  using Enum = std::remove_cvref_t<decltype(Options{}.*kMember)>;
  return {[](const Options& o) { return static_cast<int>(o.*kMember); },
          [](Options& o, int value) { o.*kMember = static_cast<Enum>(value); }};
}

bool is_address(Bytes text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text == "*" || text == "::*") return true;
  const std::string address(text);
  in_addr ip4;
  in6_addr ip6;
  return inet_pton(AF_INET, address.c_str(), &ip4) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &ip6) == 1;
}

std::string check_bind(std::string& text) {
  const std::vector<std::string> addresses = split_words(text);
  if (addresses.empty()) return "At least one address is needed; port 0 switches TCP off.";
  if (addresses.size() > kBindMax) return "Too many bind addresses specified.";
  for (const std::string& address : addresses) {
    if (!is_address(address)) return "'" + address + "' is not an IPv4 or IPv6 address";
  }
  text = join(addresses, " ");
  return {};
}

std::string check_unixsocket(std::string& text) {
  constexpr size_t kMax = sizeof(sockaddr_un::sun_path) - 1;
  if (text.size() <= kMax) return {};
  return "the path is longer than " + std::to_string(kMax) + " bytes";
}

std::string check_requirepass(std::string& text) {
  if (text.size() <= kPasswordMax) return {};
  return "Password is longer than CONFIG_AUTHPASS_MAX_LEN";
}

std::string check_policy(std::string& text) {
  text = to_lower(text);
  if (text == "noeviction") return {};
  return "only noeviction is supported: eviction is not implemented yet";
}

constexpr std::array<Bytes, 2> kYesNo = {"yes", "no"};

std::string check_percentiles(std::string& text) {
  const std::vector<std::string> words = split_words(text);
  for (const std::string& word : words) {
    const std::optional<double> percentile = parse_double(word);
    if (!percentile) return "Invalid latency-tracking-info-percentiles parameters";
    if (*percentile < 0 || *percentile > 100) {
      return "latency-tracking-info-percentiles should contain percentiles between 0.0 and 100.0";
    }
  }
  text = join(words, " ");
  return {};
}

// Who asks for durability relies on it: refused until it is there.
std::string check_appendonly(std::string& text) {
  text = to_lower(text);
  return text == "no" ? "" : "persistence is not implemented yet, nothing would be kept";
}

std::string check_save(std::string& text) {
  return text.empty() ? "" : "persistence is not implemented yet, nothing would be saved";
}

const Option kTable[] = {
    // -- network
    {.table = "network",
     .name = "bind",
     .field = &Options::bind,
     .check = check_bind,
     .doc = "Addresses to listen on; * is every IPv4 and ::* every IPv6 address. One that begins "
            "with '-' may be missing on this machine."},
    {.table = "network",
     .name = "port",
     .field = &Options::port,
     .max = 65535,
     .doc = "TCP port; 0: none."},
    {.table = "network",
     .name = "unixsocket",
     .field = &Options::unixsocket,
     .check = check_unixsocket,
     .doc = "Path of a unix socket to listen on; empty: none."},
    {.table = "network",
     .name = "unixsocketperm",
     .field = &Options::unixsocketperm,
     .unit = OptionUnit::kOctal,
     .max = 0777,
     .doc = "Permissions of the unix socket, octal; 0: what the umask leaves."},
    {.table = "network",
     .name = "tcp-backlog",
     .field = &Options::tcp_backlog,
     .max = INT_MAX,
     .doc = "Connections that the kernel keeps until they are accepted."},
    {.table = "network",
     .name = "tcp-keepalive",
     .field = &Options::tcp_keepalive,
     .unit = OptionUnit::kSeconds,
     .max = INT_MAX,
     .runtime = true,
     .doc = "Seconds of silence before TCP probes a client, for new connections; 0: never."},
    {.table = "network",
     .name = "timeout",
     .field = &Options::timeout,
     .unit = OptionUnit::kSeconds,
     .max = INT_MAX,
     .runtime = true,
     .doc = "Seconds after which an idle client is disconnected; 0: never."},
    {.table = "network",
     .name = "maxclients",
     .field = &Options::maxclients,
     .min = 1,
     .max = UINT_MAX,
     .runtime = true,
     .doc = "Connections at the same time; more are refused."},
    {.table = "network",
     .name = "proto-max-bulk-len",
     .field = &Options::proto_max_bulk_len,
     .unit = OptionUnit::kMemory,
     .min = kMegabyte,
     .runtime = true,
     .doc = "Longest argument of a command."},
    {.table = "network",
     .name = "client-query-buffer-limit",
     .field = &Options::client_query_buffer_limit,
     .unit = OptionUnit::kMemory,
     .min = kMegabyte,
     .runtime = true,
     .doc = "A client that has sent more than this ahead of what was executed is disconnected."},
    {.table = "network",
     .name = "client-output-buffer-limit",
     .field = OutputLimitField{},
     .runtime = true,
     .doc = "A client that is owed more than the hard limit, or more than the soft limit for the "
            "given seconds, is disconnected; 0: no limit."},
    // -- security
    {.table = "security",
     .name = "protected-mode",
     .field = &Options::protected_mode,
     .runtime = true,
     .doc = "While there is no password, refuse clients that are not on this machine."},
    {.table = "security",
     .name = "requirepass",
     .field = &Options::requirepass,
     .runtime = true,
     .secret = true,
     .check = check_requirepass,
     .doc = "Password that AUTH asks for; empty: none."},
    {.table = "security",
     .name = "enable-protected-configs",
     .field = enum_field<&Options::enable_protected_configs>(),
     .names = kAccess,
     .doc = "Whether CONFIG SET may change protected options, from everywhere or from this machine "
            "only."},
    {.table = "security",
     .name = "enable-debug-command",
     .field = enum_field<&Options::enable_debug_command>(),
     .names = kAccess,
     .doc = "Whether DEBUG is allowed, from everywhere or from this machine only."},
    {.table = "security",
     .name = "enable-module-command",
     .field = enum_field<&Options::enable_module_command>(),
     .names = kAccess,
     .doc = "Whether MODULE is allowed, from everywhere or from this machine only."},
    // -- threads
    {.table = "threads",
     .name = "threads",
     .field = &Options::threads,
     .max = kThreadsLimit,
     .doc = "Loop threads, which serve connections; 0: as many as the CPU affinity and the cgroup "
            "allow."},
    {.table = "threads",
     .name = "shards",
     .field = &Options::shards,
     .max = kShardsLimit,
     .doc = "Parts of the keyspace that are locked separately, rounded up to a power of two; 0: 8 "
            "per thread."},
    {.table = "threads",
     .name = "busy-poll-us",
     .field = &Options::busy_poll_us,
     .unit = OptionUnit::kMicroseconds,
     .max = kBusyPollMax,
     .runtime = true,
     .doc = "Microseconds that a loop polls before it sleeps: shorter waits for more CPU. 20 to 50 "
            "on dedicated cores, 0 elsewhere."},
    // -- keyspace
    {.table = "keyspace",
     .name = "databases",
     .field = &Options::databases,
     .min = 1,
     .max = kDatabasesLimit,
     .doc = "Databases that SELECT can choose from."},
    // -- types
    {.table = "types",
     .name = "hash-max-listpack-entries",
     .field = &Options::hash_max_listpack_entries,
     .runtime = true,
     .doc = "A hash is packed up to so many fields."},
    {.table = "types",
     .name = "hash-max-listpack-value",
     .field = &Options::hash_max_listpack_value,
     .unit = OptionUnit::kMemory,
     .runtime = true,
     .doc = "A hash is packed while no field or value is longer."},
    {.table = "types",
     .name = "set-max-intset-entries",
     .field = &Options::set_max_intset_entries,
     .runtime = true,
     .doc = "A set of integers is an array up to so many members."},
    {.table = "types",
     .name = "set-max-listpack-entries",
     .field = &Options::set_max_listpack_entries,
     .runtime = true,
     .doc = "A set is packed up to so many members."},
    {.table = "types",
     .name = "set-max-listpack-value",
     .field = &Options::set_max_listpack_value,
     .unit = OptionUnit::kMemory,
     .runtime = true,
     .doc = "A set is packed while no member is longer."},
    {.table = "types",
     .name = "zset-max-listpack-entries",
     .field = &Options::zset_max_listpack_entries,
     .runtime = true,
     .doc = "A sorted set is packed up to so many members."},
    {.table = "types",
     .name = "zset-max-listpack-value",
     .field = &Options::zset_max_listpack_value,
     .unit = OptionUnit::kMemory,
     .runtime = true,
     .doc = "A sorted set is packed while no member is longer."},
    {.table = "types",
     .name = "list-max-listpack-size",
     .field = &Options::list_max_listpack_size,
     .min = INT_MIN,
     .max = INT_MAX,
     .runtime = true,
     .doc = "Elements in a node of a list; -1 to -5: 4, 8, 16, 32 or 64 KiB in a node."},
    {.table = "types",
     .name = "list-compress-depth",
     .field = &Options::list_compress_depth,
     .max = INT_MAX,
     .runtime = true,
     .doc = "Nodes at each end of a list that stay uncompressed; 0: none is compressed."},
    {.table = "types",
     .name = "stream-node-max-bytes",
     .field = &Options::stream_node_max_bytes,
     .unit = OptionUnit::kMemory,
     .runtime = true,
     .doc = "Bytes in a node of a stream; 0: no limit."},
    {.table = "types",
     .name = "stream-node-max-entries",
     .field = &Options::stream_node_max_entries,
     .runtime = true,
     .doc = "Entries in a node of a stream; 0: no limit."},
    {.table = "types",
     .name = "hll-sparse-max-bytes",
     .field = &Options::hll_sparse_max_bytes,
     .unit = OptionUnit::kMemory,
     .runtime = true,
     .doc = "A HyperLogLog is sparse up to this size."},
    // -- memory
    {.table = "memory",
     .name = "maxmemory",
     .field = &Options::maxmemory,
     .unit = OptionUnit::kMemory,
     .max = UINT64_MAX,
     .runtime = true,
     .doc = "Memory that the process may hold; 0: no limit."},
    {.table = "memory",
     .name = "maxmemory-policy",
     .field = &Options::maxmemory_policy,
     .names = kPolicies,
     .runtime = true,
     .check = check_policy,
     .doc = "What happens when maxmemory is reached. Only noeviction yet: commands that need more "
            "memory get an error."},
    {.table = "memory",
     .name = "allocator",
     .field = enum_field<&Options::allocator>(),
     .names = kAllocators,
     .doc = "Where keys and values live: in pools of their shard, or in the general heap."},
    // -- persistence
    {.table = "persistence",
     .name = "appendonly",
     .field = &Options::appendonly,
     .names = kYesNo,
     .runtime = true,
     .check = check_appendonly,
     .doc = "Keeps every write on disk. Only \"no\" yet."},
    {.table = "persistence",
     .name = "save",
     .field = &Options::save,
     .runtime = true,
     .check = check_save,
     .doc = "Points in time to save at. Only \"\" (never) yet."},
    // -- monitoring
    {.table = "monitoring",
     .name = "slowlog-log-slower-than",
     .field = &Options::slowlog_log_slower_than,
     .unit = OptionUnit::kMicroseconds,
     .min = -1,
     .runtime = true,
     .doc = "A command that took longer is kept for SLOWLOG; 0: every command, -1: none."},
    {.table = "monitoring",
     .name = "slowlog-max-len",
     .field = &Options::slowlog_max_len,
     .runtime = true,
     .doc = "Commands that SLOWLOG keeps."},
    {.table = "monitoring",
     .name = "latency-monitor-threshold",
     .field = &Options::latency_monitor_threshold,
     .unit = OptionUnit::kMilliseconds,
     .runtime = true,
     .doc = "An event that took at least as long is kept for LATENCY; 0: none."},
    {.table = "monitoring",
     .name = "latency-tracking",
     .field = &Options::latency_tracking,
     .runtime = true,
     .doc = "Keep how long each command takes, for INFO latencystats and LATENCY HISTOGRAM."},
    {.table = "monitoring",
     .name = "latency-tracking-info-percentiles",
     .field = &Options::latency_tracking_info_percentiles,
     .runtime = true,
     .check = check_percentiles,
     .doc = "Percentiles that INFO latencystats shows."},
    // -- log
    {.table = "log",
     .name = "loglevel",
     .field = enum_field<&Options::loglevel>(),
     .names = kLogLevels,
     .runtime = true,
     .doc = "The least important messages that are logged."},
    {.table = "log",
     .name = "logfile",
     .field = &Options::logfile,
     .doc = "File that the log is appended to; empty: standard output."},
};

// Edit distance (Levenshtein), any case.
size_t distance(Bytes a, Bytes b) {
  const std::string x = to_lower(a), y = to_lower(b);
  std::vector<size_t> row(y.size() + 1);
  for (size_t j = 0; j <= y.size(); j++) row[j] = j;
  for (size_t i = 1; i <= x.size(); i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= y.size(); j++) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (x[i - 1] != y[j - 1])});
      diagonal = above;
    }
  }
  return row[y.size()];
}

}  // namespace

std::span<const Option> option_table() { return kTable; }

const Option* find_option(Bytes name) {
  for (const Option& option : kTable) {
    if (equal_ignore_case(option.name, name)) return &option;
  }
  return nullptr;
}

std::string nearest_option(Bytes written) {
  const bool has_table = written.find('.') != Bytes::npos;
  const Bytes last = written.substr(has_table ? written.rfind('.') + 1 : 0);
  const Option* best = nullptr;
  size_t best_distance = 0;
  for (const Option& option : kTable) {
    // The right key in the wrong table is as near as can be.
    const size_t away =
        distance(last, option.name) * 2 + (has_table && option.full_name() != written ? 1 : 0);
    if (best != nullptr && away >= best_distance) continue;
    best = &option;
    best_distance = away;
  }
  if (best_distance / 2 > std::max<size_t>(2, last.size() / 3)) return {};
  return best->full_name();
}

}  // namespace cobnut
