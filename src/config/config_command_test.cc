#include "config/config_command.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/option_table.h"
#include "config/reference.h"

using namespace cobnut;

namespace {

bool all_default(const Options& options) {
  for (const Option& option : option_table()) {
    if (!option_is_default(options, option)) return false;
  }
  return true;
}

std::string get(const Options& options, Bytes name) {
  const auto found = config_get(options, name);
  return found.size() == 1 ? found[0].second : "(" + std::to_string(found.size()) + " options)";
}

// The reply of CONFIG SET.
std::string set(Options& options, const std::vector<ConfigPair>& pairs) {
  const Status status = config_set(options, pairs, false);
  return status ? "OK" : status.error();
}

std::string failed(const std::string& name, const std::string& why) {
  return "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + why;
}

// CONFIG GET * of redis-server 7.0.15.
constexpr Bytes kRedisNames =
    "acl-pubsub-default aclfile acllog-max-len active-defrag-cycle-max "
    "active-defrag-cycle-min active-defrag-ignore-bytes active-defrag-max-scan-fields "
    "active-defrag-threshold-lower active-defrag-threshold-upper active-expire-effort "
    "activedefrag activerehashing always-show-logo aof-disable-auto-gc aof-load-truncated "
    "aof-rewrite-incremental-fsync aof-timestamp-enabled aof-use-rdb-preamble "
    "aof_rewrite_cpulist appenddirname appendfilename appendfsync appendonly "
    "auto-aof-rewrite-min-size auto-aof-rewrite-percentage bgsave_cpulist bind "
    "bind-source-addr bio_cpulist busy-reply-threshold client-output-buffer-limit "
    "client-query-buffer-limit cluster-allow-pubsubshard-when-down "
    "cluster-allow-reads-when-down cluster-allow-replica-migration cluster-announce-bus-port "
    "cluster-announce-hostname cluster-announce-ip cluster-announce-port "
    "cluster-announce-tls-port cluster-config-file cluster-enabled cluster-link-sendbuf-limit "
    "cluster-migration-barrier cluster-node-timeout cluster-port "
    "cluster-preferred-endpoint-type cluster-replica-no-failover "
    "cluster-replica-validity-factor cluster-require-full-coverage cluster-slave-no-failover "
    "cluster-slave-validity-factor crash-log-enabled crash-memcheck-enabled daemonize "
    "databases dbfilename dir disable-thp dynamic-hz enable-debug-command "
    "enable-module-command enable-protected-configs hash-max-listpack-entries "
    "hash-max-listpack-value hash-max-ziplist-entries hash-max-ziplist-value "
    "hll-sparse-max-bytes hz ignore-warnings io-threads io-threads-do-reads "
    "jemalloc-bg-thread latency-monitor-threshold latency-tracking "
    "latency-tracking-info-percentiles lazyfree-lazy-eviction lazyfree-lazy-expire "
    "lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush lfu-decay-time "
    "lfu-log-factor list-compress-depth list-max-listpack-size list-max-ziplist-size logfile "
    "loglevel lua-time-limit masterauth masteruser maxclients maxmemory maxmemory-clients "
    "maxmemory-eviction-tenacity maxmemory-policy maxmemory-samples min-replicas-max-lag "
    "min-replicas-to-write min-slaves-max-lag min-slaves-to-write no-appendfsync-on-rewrite "
    "notify-keyspace-events oom-score-adj oom-score-adj-values pidfile port "
    "proc-title-template propagation-error-behavior protected-mode proto-max-bulk-len "
    "rdb-del-sync-files rdb-save-incremental-fsync rdbchecksum rdbcompression "
    "repl-backlog-size repl-backlog-ttl repl-disable-tcp-nodelay repl-diskless-load "
    "repl-diskless-sync repl-diskless-sync-delay repl-diskless-sync-max-replicas "
    "repl-ping-replica-period repl-ping-slave-period repl-timeout replica-announce-ip "
    "replica-announce-port replica-announced replica-ignore-disk-write-errors "
    "replica-ignore-maxmemory replica-lazy-flush replica-priority replica-read-only "
    "replica-serve-stale-data replicaof requirepass sanitize-dump-payload save server_cpulist "
    "set-max-intset-entries set-proc-title shutdown-on-sigint shutdown-on-sigterm "
    "shutdown-timeout slave-announce-ip slave-announce-port slave-ignore-maxmemory "
    "slave-lazy-flush slave-priority slave-read-only slave-serve-stale-data slaveof "
    "slowlog-log-slower-than slowlog-max-len socket-mark-id stop-writes-on-bgsave-error "
    "stream-node-max-bytes stream-node-max-entries supervised syslog-enabled syslog-facility "
    "syslog-ident tcp-backlog tcp-keepalive timeout tls-auth-clients tls-ca-cert-dir "
    "tls-ca-cert-file tls-cert-file tls-ciphers tls-ciphersuites tls-client-cert-file "
    "tls-client-key-file tls-client-key-file-pass tls-cluster tls-dh-params-file tls-key-file "
    "tls-key-file-pass tls-port tls-prefer-server-ciphers tls-protocols tls-replication "
    "tls-session-cache-size tls-session-cache-timeout tls-session-caching "
    "tracking-table-max-keys unixsocket unixsocketperm zset-max-listpack-entries "
    "zset-max-listpack-value zset-max-ziplist-entries zset-max-ziplist-value ";

}  // namespace

TEST_CASE("the table is consistent") {
  std::set<std::string> names, tables;
  Bytes table;
  for (const Option& option : option_table()) {
    CAPTURE(option.name);
    CHECK(names.insert(std::string(option.name)).second);
    if (!option.alias.empty()) CHECK(names.insert(std::string(option.alias)).second);
    CHECK(option_doc(option).ends_with('.'));
    CHECK(to_lower(option.name) == option.name);
    if (option.table != table) CHECK(tables.insert(std::string(option.table)).second);  // grouped
    table = option.table;
    // What is printed is accepted, and the default is in range.
    Options options;
    CHECK(!set_option_text(options, option, option_text(options, option)));
    CHECK(option_is_default(options, option));
  }
}

TEST_CASE("CONFIG GET prints as Redis does") {
  Options options;
  CHECK(get(options, "bind") == "127.0.0.1 -::1");
  CHECK(get(options, "port") == "6379");
  CHECK(get(options, "protected-mode") == "yes");
  CHECK(get(options, "unixsocketperm") == "0");
  CHECK(get(options, "requirepass") == "");
  CHECK(get(options, "proto-max-bulk-len") == "536870912");
  CHECK(get(options, "client-query-buffer-limit") == "1073741824");
  CHECK(get(options, "client-output-buffer-limit") ==
        "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60");
  CHECK(get(options, "maxmemory-policy") == "noeviction");
  CHECK(get(options, "loglevel") == "notice");
  CHECK(get(options, "allocator") == "pooled");
  CHECK(get(options, "MAXCLIENTS") == "10000");
  CHECK(config_get(options, "MAXMEM*").size() == 5);
  CHECK(config_get(options, "[m]axclients").size() == 1);
  CHECK(config_get(options, "hash-max-*").size() == 4);
  CHECK(get(options, "hash-max-ziplist-entries") == "512");
  CHECK(get(options, "key-load-delay") == "0");
  CHECK(config_get(options, "key-load-dela*").empty());
  CHECK(config_get(options, "nope").empty());
  options.unixsocketperm = 0700;
  CHECK(get(options, "unixsocketperm") == "700");
}

TEST_CASE("CONFIG SET of numbers, in the words of redis-server 7.0.15") {
  Options options;
  CHECK(set(options, {{"maxmemory", "1gb"}, {"TIMEOUT", "5"}}) == "OK");
  CHECK(options.maxmemory == 1 << 30);
  CHECK(options.timeout == 5);
  CHECK(set(options, {{"maxmemory", "18446744073709551615"}}) == "OK");
  CHECK(set(options, {{"maxmemory", "0"}, {"timeout", "0"}}) == "OK");
  for (const char* bad : {"x", "-1", "1.5gb", "1zb", " 1", "+5"}) {
    CAPTURE(bad);
    CHECK(set(options, {{"maxmemory", bad}}) ==
          failed("maxmemory", "argument must be a memory value"));
  }
  for (const char* bad :
       {"abc", "1.5", " 5", "5 ", "005", "+5", "", "0x10", "9999999999999999999"}) {
    CAPTURE(bad);
    CHECK(set(options, {{"timeout", bad}}) ==
          failed("timeout", "argument couldn't be parsed into an integer"));
  }
  const std::string int_range = "argument must be between 0 and 2147483647 inclusive";
  CHECK(set(options, {{"timeout", "-1"}}) == failed("timeout", int_range));
  CHECK(set(options, {{"tcp-keepalive", "2147483648"}}) == failed("tcp-keepalive", int_range));
  const std::string client_range = "argument must be between 1 and 4294967295 inclusive";
  CHECK(set(options, {{"maxclients", "0"}}) == failed("maxclients", client_range));
  CHECK(set(options, {{"maxclients", "5000000000"}}) == failed("maxclients", client_range));
  const std::string size_range = "argument must be between 1048576 and 4294967295 inclusive";
  CHECK(set(options, {{"proto-max-bulk-len", "1"}}) == failed("proto-max-bulk-len", size_range));
  CHECK(set(options, {{"proto-max-bulk-len", "4gb"}}) == failed("proto-max-bulk-len", size_range));
  CHECK(all_default(options));
  CHECK(set(options, {{"proto-max-bulk-len", "1mb"}}) == "OK");
  CHECK(options.proto_max_bulk_len == 1 << 20);
}

TEST_CASE("CONFIG SET of words, in the words of redis-server 7.0.15") {
  Options options;
  CHECK(set(options, {{"protected-mode", "maybe"}}) ==
        failed("protected-mode", "argument must be 'yes' or 'no'"));
  CHECK(set(options, {{"protected-mode", "NO"}}) == "OK");
  CHECK(!options.protected_mode);
  CHECK(set(options, {{"loglevel", "WARNING"}}) == "OK");
  CHECK(options.loglevel == LogLevel::kWarning);
  CHECK(
      set(options, {{"loglevel", "loud"}}) ==
      failed("loglevel",
             "argument(s) must be one of the following: debug, verbose, notice, warning, nothing"));
  CHECK(set(options, {{"maxmemory-policy", "lfu"}}) ==
        failed("maxmemory-policy",
               "argument(s) must be one of the following: volatile-lru, volatile-lfu, "
               "volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, "
               "noeviction"));
  CHECK(
      set(options, {{"maxmemory-policy", "allkeys-lru"}}) ==
      failed("maxmemory-policy", "only noeviction is supported: eviction is not implemented yet"));
  CHECK(set(options, {{"maxmemory-policy", "NOEVICTION"}}) == "OK");
  CHECK(options.maxmemory_policy == "noeviction");
  CHECK(set(options, {{"requirepass", "secret"}}) == "OK");
  CHECK(options.requirepass == "secret");
}

TEST_CASE("CONFIG SET changes all or nothing") {
  Options options;
  CHECK(set(options, {{"timeout", "3"}, {"maxmemory", "x"}}) ==
        failed("maxmemory", "argument must be a memory value"));
  CHECK(set(options, {{"nope", "1"}}) ==
        "ERR Unknown option or number of arguments for CONFIG SET - 'nope'");
  CHECK(set(options, {{"timeout", "x"}, {"nope", "2"}}) ==
        "ERR Unknown option or number of arguments for CONFIG SET - 'nope'");
  CHECK(set(options, {{"timeout", "3"}, {"TIMEOUT", "x"}}) ==
        failed("TIMEOUT", "duplicate parameter"));
  for (const char* name : {"databases", "tcp-backlog", "unixsocket", "unixsocketperm", "logfile",
                           "threads", "shards", "allocator"}) {
    CAPTURE(name);
    CHECK(set(options, {{"timeout", "3"}, {name, "4"}}) ==
          failed(name, "can't set immutable config"));
  }
  CHECK(all_default(options));
}

TEST_CASE("client-output-buffer-limit") {
  Options options;
  const std::string name = "client-output-buffer-limit";
  const std::string others = " slave 268435456 67108864 60 pubsub 33554432 8388608 60";
  CHECK(set(options, {{name, "normal 1mb 512kb 10"}}) == "OK");
  CHECK(options.output_limit_normal.hard == 1 << 20);
  CHECK(options.output_limit_normal.soft == 512 << 10);
  CHECK(options.output_limit_normal.soft_seconds == 10);
  CHECK(get(options, name) == "normal 1048576 524288 10" + others);
  CHECK(set(options, {{name, ""}}) == "OK");  // changes nothing
  for (const char* bad : {"normal 1mb", "normal", " ", "normal 1 1 1 1"}) {
    CHECK(set(options, {{name, bad}}) ==
          failed(name, "Wrong number of arguments in buffer limit configuration."));
  }
  CHECK(set(options, {{name, "master 1 1 1"}}) ==
        failed(name, "Invalid client class specified in buffer limit configuration."));
  for (const char* bad : {"normal x 1 1", "normal 1 -1 1", "normal 1 1 x", "normal 1 1 -1"}) {
    CHECK(
        set(options, {{name, bad}}) ==
        failed(name, "Error in hard, soft or soft_seconds setting in buffer limit configuration."));
  }
  CHECK(get(options, name) == "normal 1048576 524288 10" + others);
  CHECK(set(options, {{name, "replica 1mb 5k 1 pubsub 7 7 7"}}) == "OK");
  CHECK(get(options, name) == "normal 1048576 524288 10 slave 1048576 5000 1 pubsub 7 7 7");
}

TEST_CASE("options without effect are checked and shown as on redis-server 7.0.15") {
  struct Row {
    const char* name;
    const char* value;
    const char* shown;  // nullptr: refused with the words below
    const char* wrong = nullptr;
  };
  const Row rows[] = {
      {"notify-keyspace-events", "gn$", "g$n"},
      {"notify-keyspace-events", "mKEA", "AKEm"},
      {"notify-keyspace-events", "AKEmnt", "AKEm"},
      {"notify-keyspace-events", "", ""},
      {"notify-keyspace-events", "zz!", nullptr,
       "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."},
      {"oom-score-adj-values", "5 2 3", "5 2 3"},
      {"oom-score-adj-values", "1 2", nullptr, "wrong number of arguments"},
      {"oom-score-adj-values", "1 2 3000", nullptr,
       "Invalid oom-score-adj-values, elements must be between -2000 and 2000."},
      {"shutdown-on-sigint", "default now", "now"},
      {"shutdown-on-sigterm", "force NOSAVE", "nosave force"},
      {"shutdown-on-sigint", "now save nosave", nullptr,
       "shutdown options SAVE and NOSAVE can't be used simultaneously"},
      {"shutdown-on-sigint", "", nullptr,
       "argument(s) must be one of the following: default, save, nosave, now, force"},
      {"maxmemory-clients", "5%", "5%"},
      {"maxmemory-clients", "0%", "0"},
      {"maxmemory-clients", "1mb", "1048576"},
      {"maxmemory-clients", "101%", nullptr, "percentage argument must be less or equal to 100"},
      {"maxmemory-clients", "x%", nullptr, "argument must be a memory or percent value"},
      {"latency-tracking-info-percentiles", "50.0 99.90 1e1", "50 99.9 10"},
      {"latency-tracking-info-percentiles", "100 0.123456789", "100 0.123457"},
      {"latency-tracking-info-percentiles", "", ""},
      {"latency-tracking-info-percentiles", "x", nullptr,
       "Invalid latency-tracking-info-percentiles parameters"},
      {"latency-tracking-info-percentiles", "-1", nullptr,
       "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"},
      {"hz", "0", "1"},
      {"hz", "1000", "500"},
      {"active-expire-effort", "11", nullptr, "argument must be between 1 and 10 inclusive"},
      {"proc-title-template", "{port} x", "{port} x"},
      {"proc-title-template", "{x}", nullptr,
       "template format is invalid or contains unknown variables"},
      {"cluster-announce-hostname", "x_y", nullptr,
       "Hostnames may only contain alphanumeric characters, hyphens or dots"},
      {"appendfsync", "ALWAYS", "always"},
      {"repl-backlog-size", "0", nullptr,
       "argument must be between 1 and 9223372036854775807 inclusive"},
      {"cluster-link-sendbuf-limit", "18446744073709551615", "18446744073709551615"},
      {"slave-priority", "7", "7"},
      {"masterauth", "a\"b", "a\"b"},
      {"dbfilename", "dump.rdb", nullptr, "can't set protected config"},
      {"dir", "/", nullptr, "can't set protected config"},
      {"io-threads", "4", nullptr, "can't set immutable config"},
      {"save", "100", nullptr, "Invalid save parameters"},
      {"save", "0 1", nullptr, "Invalid save parameters"},
      {"save", "100 -1", nullptr, "Invalid save parameters"},
      {"save", "", ""},
      {"appendonly", "no", "no"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CAPTURE(row.value);
    Options options;
    const std::string reply = set(options, {{row.name, row.value}});
    CHECK(reply == (row.shown != nullptr ? "OK" : failed(row.name, row.wrong)));
    if (row.shown != nullptr) CHECK(get(options, row.name) == row.shown);
  }
}

TEST_CASE("sizes without digits are 0, and too large ones are the largest, as on Redis") {
  Options options;
  for (const char* name : {"maxmemory", "maxmemory-clients", "auto-aof-rewrite-min-size"}) {
    CAPTURE(name);
    CHECK(set(options, {{name, "1mb"}}) == "OK");
    CHECK(set(options, {{name, ""}}) == "OK");
    CHECK(get(options, name) == "0");
  }
  const std::string range = "argument must be between 1048576 and 4294967295 inclusive";
  for (const char* value : {"", "99999999999999999999"})
    CHECK(set(options, {{"proto-max-bulk-len", value}}) == failed("proto-max-bulk-len", range));
  CHECK(set(options, {{"maxmemory", "99999999999999999999"}}) == "OK");
  CHECK(get(options, "maxmemory") == "18446744073709551615");
}

TEST_CASE("what cannot be served is refused with the reason") {
  Options options;
  for (const auto& [name, value] :
       std::vector<std::pair<Bytes, Bytes>>{{"save", "900 1"},
                                            {"appendonly", "yes"},
                                            {"tls-port", "1"},
                                            {"min-replicas-to-write", "1"},
                                            {"activedefrag", "yes"}}) {
    CAPTURE(name);
    CHECK(set(options, {{"timeout", "3"}, {name, value}}) ==
          failed(std::string(name), std::string(find_option(name)->refused)));
  }
  CHECK(all_default(options));
}

TEST_CASE("second names, protected options, and values that stay as they are") {
  Options options;
  CHECK(set(options, {{"hash-max-listpack-entries", "1"}, {"hash-max-ziplist-entries", "2"}}) ==
        "OK");  // as on Redis two options, the last counts
  CHECK(options.hash_max_listpack_entries == 2);
  const ConfigPair guarded[] = {{"dbfilename", "x.rdb"}};
  CHECK(config_set(options, guarded, true).ok());
  CHECK(get(options, "dbfilename") == "x.rdb");
  const ConfigPair path[] = {{"dbfilename", "a/b"}};
  CHECK(config_set(options, path, true).error() ==
        failed("dbfilename", "dbfilename can't be a path, just a filename"));
  // Errors name the option as the table writes it: the name or the second name, whichever was
  // meant.
  CHECK(set(options, {{"SLAVE-Priority", "x"}}) ==
        failed("slave-priority", "argument couldn't be parsed into an integer"));
  CHECK(set(options, {{"Replica-PRIORITY", "x"}}) ==
        failed("replica-priority", "argument couldn't be parsed into an integer"));
  CHECK(set(options, {{"DATABASES", "16"}}) == failed("DATABASES", "can't set immutable config"));
  // All that CONFIG GET shows can be set again, but for what Redis fixes at the start.
  const Options before = options;
  for (const auto& [name, value] : config_get(options, "*")) {
    const ConfigPair same[] = {{name, value}};
    CAPTURE(name);
    CHECK(config_set(options, same, true).ok() ==
          (find_option(name)->runtime || find_option(name)->ours));
  }
  CHECK(newly_without_effect(before, options).empty());
  CHECK(newly_without_effect(Options{}, options) == "dbfilename");
}

TEST_CASE("every name of redis-server 7.0.15 is known") {
  for (const std::string& name : split_words(kRedisNames)) {
    CAPTURE(name);
    CHECK(find_option(name) != nullptr);
  }
}
