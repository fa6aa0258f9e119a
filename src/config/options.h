// The options as the program reads them. One plain struct; the rows that name, parse, range-check,
// document and print each field are in option_table.cc. An Options object never changes once it is
// published: CONFIG SET publishes a new one, loops take the newest at each turn (command/server.h),
// so reading a field costs nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cobnut {

enum class LogLevel : int { kDebug, kVerbose, kNotice, kWarning, kNothing };
enum class Allocator : int { kPooled, kStandard };

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
  std::string requirepass;                        // empty: no password
  int64_t proto_max_bulk_len = 512ll << 20;       // bytes
  int64_t client_query_buffer_limit = 1ll << 30;  // bytes
  int64_t client_output_buffer_hard = 0;          // bytes, class normal; 0: none
  int64_t client_output_buffer_soft = 0;          // bytes
  int64_t client_output_buffer_soft_seconds = 0;

  // threads
  int64_t threads = 0;  // 0: what the CPU affinity and the cgroup allow
  int64_t shards = 0;   // 0: 8 per thread, rounded to a power of two
  int64_t busy_poll_us = 0;

  // keyspace
  int64_t databases = 16;

  // memory
  uint64_t maxmemory = 0;  // bytes; 0: no limit
  std::string maxmemory_policy = "noeviction";
  Allocator allocator = Allocator::kPooled;

  // persistence: not there yet, and said so to who asks (redis-benchmark does)
  std::string appendonly = "no";
  std::string save;

  // log
  LogLevel loglevel = LogLevel::kNotice;
  std::string logfile;  // empty: stdout
};

}  // namespace cobnut
