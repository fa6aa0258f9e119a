// The options as the program reads them. One plain struct; the rows that name, parse, range-check,
// document and print each field are in option_table.cc. An Options object never changes once it is
// published: CONFIG SET publishes a new one, loops take the newest at each turn (command/server.h),
// so reading a field costs nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cobnut {

enum class LogLevel : int { kDebug, kVerbose, kNotice, kWarning, kNothing };
enum class Allocator : int { kPooled, kStandard };
enum class Supervised : int { kNo, kAuto, kSystemd };
enum class Access : int { kNo, kLocal, kYes };  // kLocal: connections of this machine

// A client that is owed more than `hard` bytes, or more than `soft` bytes for so many seconds, is
// disconnected; 0: no limit.
struct OutputLimit {
  int64_t hard = 0;
  int64_t soft = 0;
  int64_t soft_seconds = 0;
};

struct Options {
  // network
  std::vector<std::string> bind = {
      "127.0.0.1", "-::1"};    // a leading '-': not an error when the address is missing
  int64_t port = 6379;         // 0: no TCP
  std::string unixsocket;      // empty: none
  int64_t unixsocketperm = 0;  // octal mode; 0: the umask's
  int64_t tcp_backlog = 511;
  int64_t tcp_keepalive = 300;  // seconds; 0: off
  int64_t timeout = 0;          // idle seconds; 0: never
  int64_t maxclients = 10000;
  bool protected_mode = true;
  std::string requirepass;  // empty: no password
  Access enable_protected_configs = Access::kNo;
  Access enable_debug_command = Access::kNo;
  Access enable_module_command = Access::kNo;
  int64_t proto_max_bulk_len = 512ll << 20;       // bytes
  int64_t client_query_buffer_limit = 1ll << 30;  // bytes
  OutputLimit output_limit_normal;
  OutputLimit output_limit_replica = {256ll << 20, 64ll << 20, 60};  // no such clients yet
  OutputLimit output_limit_pubsub = {32ll << 20, 8ll << 20, 60};     // no such clients yet

  // threads
  int64_t threads = 0;  // 0: what the CPU affinity and the cgroup allow
  int64_t shards = 0;   // 0: 8 per thread, rounded to a power of two
  int64_t busy_poll_us = 0;

  // keyspace
  int64_t databases = 16;

  // types: up to here a value keeps its small encoding
  int64_t hash_max_listpack_entries = 512;
  int64_t hash_max_listpack_value = 64;  // bytes
  int64_t set_max_intset_entries = 512;
  int64_t set_max_listpack_entries = 128;
  int64_t set_max_listpack_value = 64;  // bytes
  int64_t zset_max_listpack_entries = 128;
  int64_t zset_max_listpack_value = 64;  // bytes
  int64_t list_max_listpack_size = -2;   // > 0: elements; -1 to -5: 4, 8, 16, 32, 64 KiB
  int64_t list_compress_depth = 0;
  int64_t stream_node_max_bytes = 4096;   // 0: no limit
  int64_t stream_node_max_entries = 100;  // 0: no limit
  int64_t hll_sparse_max_bytes = 3000;

  // memory
  uint64_t maxmemory = 0;  // bytes; 0: no limit
  std::string maxmemory_policy = "noeviction";
  Allocator allocator = Allocator::kPooled;

  // process
  bool daemonize = false;
  std::string pidfile;  // empty: none, unless daemonize
  Supervised supervised = Supervised::kNo;
  std::string dir;  // working folder; empty: where it was started. Absolute once it runs

  // monitoring
  int64_t slowlog_log_slower_than = 10000;  // microseconds; 0: every command; negative: none
  int64_t slowlog_max_len = 128;            // entries
  int64_t latency_monitor_threshold = 0;    // milliseconds; 0: off
  bool latency_tracking = true;
  std::string latency_tracking_info_percentiles = "50 99 99.9";  // each 0 to 100

  // log
  LogLevel loglevel = LogLevel::kNotice;
  std::string logfile;  // empty: stdout
  bool syslog_enabled = false;
  std::string syslog_ident = "redis";
  std::string syslog_facility = "local0";

  // Options that are known and have no effect (redis_rows.cc): those that differ from their
  // default, by name.
  std::map<std::string, std::string, std::less<>> stored;
};

}  // namespace cobnut
