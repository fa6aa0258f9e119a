// The options of redis-server 7.0.15 that have no effect here, or whose use is refused. A feature
// that comes takes its rows to option_rows.cc. Names, ranges, defaults and what CONFIG SET may
// change are those that redis-server 7.0.15 answered.
#include <array>
#include <climits>

#include "config/option_checks.h"
#include "config/option_table.h"

namespace cobnut {
namespace {

// Why there is no effect.
constexpr Bytes kNoPersistence = "there is no persistence yet";
constexpr Bytes kSanitizesAlways = "payloads are always looked at in full";
constexpr Bytes kNoReplication = "there is no replication yet";
constexpr Bytes kNoCluster = "there is no cluster mode yet";
constexpr Bytes kNoTls = "there is no TLS yet";
constexpr Bytes kNoUsers = "there are no ACL users yet";
constexpr Bytes kNoEviction = "there is no eviction yet";
constexpr Bytes kNoDefrag = "there is no active defragmentation";
constexpr Bytes kFreedInSlices = "large values are always freed in slices";
constexpr Bytes kOwnPace = "expiry and table growth set their own pace";
constexpr Bytes kOwnPages = "nothing is forked; the pools decide about their pages";
constexpr Bytes kNoScripts = "there are no scripts yet";
constexpr Bytes kNoNotifications = "there are no keyspace notifications yet";
constexpr Bytes kNoTracking = "there is no client-side caching yet";
constexpr Bytes kOwnBanner = "the banner is always the same";
constexpr Bytes kOwnThreads = "the option threads decides";
constexpr Bytes kNoCrashLog = "there is no crash report";
constexpr Bytes kNoSystemCheck = "the system is not checked at start";
constexpr Bytes kNoOomScore = "the kernel's OOM score is left alone";
constexpr Bytes kNoTitle = "the process keeps its title";
constexpr Bytes kPlainStop = "a signal stops the server cleanly, and nothing is saved";
constexpr Bytes kNoSocketMark = "sockets are not marked";

// Why a value is refused: who asks for it relies on it.
constexpr Bytes kKeptNowhere = "persistence is not implemented yet, nothing would be kept";
constexpr Bytes kSavedNowhere = "persistence is not implemented yet, nothing would be saved";
constexpr Bytes kNoReplicaWrites = "there is no replication yet: no replica would have a write";

constexpr std::array<Bytes, 3> kFsync = {"everysec", "always", "no"};
constexpr std::array<Bytes, 3> kSanitize = {"no", "yes", "clients"};
constexpr std::array<Bytes, 3> kPropagation = {"ignore", "panic", "panic-on-replicas"};
constexpr std::array<Bytes, 3> kDisklessLoad = {"disabled", "on-empty-db", "swapdb"};
constexpr std::array<Bytes, 3> kEndpoints = {"ip", "hostname", "unknown-endpoint"};
constexpr std::array<Bytes, 3> kTlsAuth = {"no", "yes", "optional"};
constexpr std::array<Bytes, 2> kPubsubDefault = {"allchannels", "resetchannels"};
constexpr std::array<Bytes, 4> kOomScore = {"no", "yes", "relative", "absolute"};

// What a row has beside its name, its default and the reason.
struct More {
  Bytes alias;
  bool start_only = false, guarded = false, secret = false, hidden = false, words = false;
  std::string (*check)(std::string& text) = nullptr;
  Bytes table = "redis";
};

constexpr Option row(StoredKind kind, Bytes name, Bytes initial, Bytes missing, const More& more) {
  return {.table = more.table,
          .name = name,
          .field = StoredField{kind, initial},
          .runtime = !more.start_only,
          .guarded = more.guarded,
          .secret = more.secret,
          .hidden = more.hidden,
          .words = more.words,
          .alias = more.alias,
          .missing = missing,
          .check = more.check};
}
constexpr Option yes_no(Bytes name, Bytes initial, Bytes missing, const More& more = {}) {
  return row(StoredKind::kYesNo, name, initial, missing, more);
}
constexpr Option text(Bytes name, Bytes initial, Bytes missing, const More& more = {}) {
  return row(StoredKind::kText, name, initial, missing, more);
}
constexpr Option name_of(std::span<const Bytes> names, Bytes name, Bytes initial, Bytes missing,
                         const More& more = {}) {
  Option option = row(StoredKind::kName, name, initial, missing, more);
  option.names = names;
  return option;
}
constexpr Option number(Bytes name, Bytes initial, int64_t min, uint64_t max, Bytes missing,
                        const More& more = {}) {
  Option option = row(StoredKind::kNumber, name, initial, missing, more);
  option.min = min;
  option.max = max;
  return option;
}
constexpr Option memory(Bytes name, Bytes initial, int64_t min, uint64_t max, Bytes missing,
                        const More& more = {}) {
  Option option = number(name, initial, min, max, missing, more);
  option.unit = OptionUnit::kMemory;
  return option;
}
// No value but the default is taken.
constexpr Option refused(Option option) {
  option.refused = option.missing;
  option.missing = {};
  return option;
}

const Option kTable[] = {
    // -- persistence
    refused(yes_no("appendonly", "no", kKeptNowhere, {.table = "persistence"})),
    refused(text("save", "", kSavedNowhere,
                 {.words = true, .check = check_save, .table = "persistence"})),
    // -- redis: persistence
    yes_no("aof-disable-auto-gc", "no", kNoPersistence),
    yes_no("aof-load-truncated", "yes", kNoPersistence),
    yes_no("aof-rewrite-incremental-fsync", "yes", kNoPersistence),
    yes_no("aof-timestamp-enabled", "no", kNoPersistence),
    yes_no("aof-use-rdb-preamble", "yes", kNoPersistence),
    text("aof_rewrite_cpulist", "", kNoPersistence, {.start_only = true}),
    text("appenddirname", "appendonlydir", kNoPersistence, {.start_only = true}),
    text("appendfilename", "appendonly.aof", kNoPersistence, {.start_only = true}),
    name_of(kFsync, "appendfsync", "everysec", kNoPersistence),
    memory("auto-aof-rewrite-min-size", "67108864", 0, INT64_MAX, kNoPersistence),
    number("auto-aof-rewrite-percentage", "100", 0, INT_MAX, kNoPersistence),
    text("bgsave_cpulist", "", kNoPersistence, {.start_only = true}),
    text("dbfilename", "dump.rdb", kNoPersistence, {.guarded = true, .check = check_dbfilename}),
    number("key-load-delay", "0", INT_MIN, INT_MAX, kNoPersistence, {.hidden = true}),
    memory("loading-process-events-interval-bytes", "2097152", 1024, INT_MAX, kNoPersistence,
           {.hidden = true}),
    yes_no("no-appendfsync-on-rewrite", "no", kNoPersistence),
    yes_no("rdb-del-sync-files", "no", kNoPersistence),
    number("rdb-key-save-delay", "0", INT_MIN, INT_MAX, kNoPersistence, {.hidden = true}),
    yes_no("rdb-save-incremental-fsync", "yes", kNoPersistence),
    yes_no("rdbchecksum", "yes", kNoPersistence, {.start_only = true}),
    yes_no("rdbcompression", "yes", kNoPersistence),
    name_of(kSanitize, "sanitize-dump-payload", "no", kSanitizesAlways),
    yes_no("stop-writes-on-bgsave-error", "yes", kNoPersistence),
    // -- redis: replication
    text("masterauth", "", kNoReplication, {.secret = true}),
    text("masteruser", "", kNoReplication, {.secret = true}),
    number("min-replicas-max-lag", "10", 0, INT_MAX, kNoReplication,
           {.alias = "min-slaves-max-lag"}),
    refused(number("min-replicas-to-write", "0", 0, INT_MAX, kNoReplicaWrites,
                   {.alias = "min-slaves-to-write"})),
    name_of(kPropagation, "propagation-error-behavior", "ignore", kNoReplication),
    memory("repl-backlog-size", "1048576", 1, INT64_MAX, kNoReplication),
    number("repl-backlog-ttl", "3600", 0, INT64_MAX, kNoReplication),
    yes_no("repl-disable-tcp-nodelay", "no", kNoReplication),
    name_of(kDisklessLoad, "repl-diskless-load", "disabled", kNoReplication),
    yes_no("repl-diskless-sync", "yes", kNoReplication),
    number("repl-diskless-sync-delay", "5", 0, INT_MAX, kNoReplication),
    number("repl-diskless-sync-max-replicas", "0", 0, INT_MAX, kNoReplication),
    number("repl-ping-replica-period", "10", 1, INT_MAX, kNoReplication,
           {.alias = "repl-ping-slave-period"}),
    number("repl-timeout", "60", 1, INT_MAX, kNoReplication),
    text("replica-announce-ip", "", kNoReplication, {.alias = "slave-announce-ip"}),
    number("replica-announce-port", "0", 0, 65535, kNoReplication,
           {.alias = "slave-announce-port"}),
    yes_no("replica-announced", "yes", kNoReplication),
    yes_no("replica-ignore-disk-write-errors", "no", kNoReplication),
    yes_no("replica-ignore-maxmemory", "yes", kNoReplication, {.alias = "slave-ignore-maxmemory"}),
    yes_no("replica-lazy-flush", "no", kNoReplication, {.alias = "slave-lazy-flush"}),
    number("replica-priority", "100", 0, INT_MAX, kNoReplication, {.alias = "slave-priority"}),
    yes_no("replica-read-only", "yes", kNoReplication, {.alias = "slave-read-only"}),
    yes_no("replica-serve-stale-data", "yes", kNoReplication, {.alias = "slave-serve-stale-data"}),
    refused(text("replicaof", "", kNoReplication,
                 {.alias = "slaveof", .start_only = true, .words = true})),
    // -- redis: cluster
    yes_no("cluster-allow-pubsubshard-when-down", "yes", kNoCluster),
    yes_no("cluster-allow-reads-when-down", "no", kNoCluster),
    yes_no("cluster-allow-replica-migration", "yes", kNoCluster),
    number("cluster-announce-bus-port", "0", 0, 65535, kNoCluster),
    text("cluster-announce-hostname", "", kNoCluster, {.check = check_hostname}),
    text("cluster-announce-ip", "", kNoCluster),
    number("cluster-announce-port", "0", 0, 65535, kNoCluster),
    number("cluster-announce-tls-port", "0", 0, 65535, kNoCluster),
    text("cluster-config-file", "nodes.conf", kNoCluster, {.start_only = true}),
    refused(yes_no("cluster-enabled", "no", kNoCluster, {.start_only = true})),
    memory("cluster-link-sendbuf-limit", "0", 0, UINT64_MAX, kNoCluster),
    number("cluster-migration-barrier", "1", 0, INT_MAX, kNoCluster),
    number("cluster-node-timeout", "15000", 0, INT64_MAX, kNoCluster),
    number("cluster-port", "0", 0, 65535, kNoCluster, {.start_only = true}),
    name_of(kEndpoints, "cluster-preferred-endpoint-type", "ip", kNoCluster),
    yes_no("cluster-replica-no-failover", "no", kNoCluster, {.alias = "cluster-slave-no-failover"}),
    number("cluster-replica-validity-factor", "10", 0, INT_MAX, kNoCluster,
           {.alias = "cluster-slave-validity-factor"}),
    yes_no("cluster-require-full-coverage", "yes", kNoCluster),
    // -- redis: TLS and users
    refused(name_of(kTlsAuth, "tls-auth-clients", "yes", kNoTls)),
    refused(text("tls-ca-cert-dir", "", kNoTls)),
    refused(text("tls-ca-cert-file", "", kNoTls)),
    refused(text("tls-cert-file", "", kNoTls)),
    refused(text("tls-ciphers", "", kNoTls)),
    refused(text("tls-ciphersuites", "", kNoTls)),
    refused(text("tls-client-cert-file", "", kNoTls)),
    refused(text("tls-client-key-file", "", kNoTls)),
    refused(text("tls-client-key-file-pass", "", kNoTls, {.secret = true})),
    refused(yes_no("tls-cluster", "no", kNoTls)),
    refused(text("tls-dh-params-file", "", kNoTls)),
    refused(text("tls-key-file", "", kNoTls)),
    refused(text("tls-key-file-pass", "", kNoTls, {.secret = true})),
    refused(number("tls-port", "0", 0, 65535, kNoTls)),
    refused(yes_no("tls-prefer-server-ciphers", "no", kNoTls)),
    refused(text("tls-protocols", "", kNoTls)),
    refused(yes_no("tls-replication", "no", kNoTls)),
    number("tls-session-cache-size", "20480", 0, INT_MAX, kNoTls),
    number("tls-session-cache-timeout", "300", 0, INT_MAX, kNoTls),
    yes_no("tls-session-caching", "yes", kNoTls),
    refused(text("aclfile", "", kNoUsers, {.start_only = true})),
    name_of(kPubsubDefault, "acl-pubsub-default", "resetchannels", kNoUsers),
    number("acllog-max-len", "128", 0, INT64_MAX, kNoUsers),
    // -- redis: memory, expiry and eviction
    number("lfu-decay-time", "1", 0, INT_MAX, kNoEviction),
    number("lfu-log-factor", "10", 0, INT_MAX, kNoEviction),
    text("maxmemory-clients", "0", kNoEviction, {.check = check_client_memory}),
    number("maxmemory-eviction-tenacity", "10", 0, 100, kNoEviction),
    number("maxmemory-samples", "5", 1, INT_MAX, kNoEviction),
    number("active-defrag-cycle-max", "25", 1, 99, kNoDefrag),
    number("active-defrag-cycle-min", "1", 1, 99, kNoDefrag),
    memory("active-defrag-ignore-bytes", "104857600", 1, INT64_MAX, kNoDefrag),
    number("active-defrag-max-scan-fields", "1000", 1, INT64_MAX, kNoDefrag),
    number("active-defrag-threshold-lower", "10", 0, 1000, kNoDefrag),
    number("active-defrag-threshold-upper", "100", 0, 1000, kNoDefrag),
    refused(yes_no("activedefrag", "no", kNoDefrag)),
    yes_no("lazyfree-lazy-eviction", "no", kFreedInSlices),
    yes_no("lazyfree-lazy-expire", "no", kFreedInSlices),
    yes_no("lazyfree-lazy-server-del", "no", kFreedInSlices),
    yes_no("lazyfree-lazy-user-del", "no", kFreedInSlices),
    yes_no("lazyfree-lazy-user-flush", "no", kFreedInSlices),
    number("active-expire-effort", "1", 1, 10, kOwnPace),
    yes_no("activerehashing", "yes", kOwnPace),
    yes_no("dynamic-hz", "yes", kOwnPace),
    number("hz", "10", 0, INT_MAX, kOwnPace, {.check = check_hz}),
    yes_no("disable-thp", "yes", kOwnPages, {.start_only = true}),
    yes_no("jemalloc-bg-thread", "yes", kOwnPages),
    // -- redis: scripts, subscriptions, tracking
    number("busy-reply-threshold", "5000", 0, INT64_MAX, kNoScripts, {.alias = "lua-time-limit"}),
    text("notify-keyspace-events", "", kNoNotifications, {.check = check_notifications}),
    number("tracking-table-max-keys", "1000000", 0, INT64_MAX, kNoTracking),
    // -- redis: process and network
    yes_no("always-show-logo", "no", kOwnBanner, {.start_only = true}),
    text("bind-source-addr", "", kNoReplication),
    text("bio_cpulist", "", kOwnThreads, {.start_only = true}),
    yes_no("crash-log-enabled", "yes", kNoCrashLog),
    yes_no("crash-memcheck-enabled", "yes", kNoCrashLog),
    text("ignore-warnings", "", kNoSystemCheck),
    number("io-threads", "1", 1, 128, kOwnThreads, {.start_only = true}),
    yes_no("io-threads-do-reads", "no", kOwnThreads, {.start_only = true}),
    name_of(kOomScore, "oom-score-adj", "no", kNoOomScore),
    text("oom-score-adj-values", "0 200 800", kNoOomScore,
         {.words = true, .check = check_oom_values}),
    text("proc-title-template", "{title} {listen-addr} {server-mode}", kNoTitle,
         {.check = check_title_template}),
    text("server_cpulist", "", kOwnThreads, {.start_only = true}),
    yes_no("set-proc-title", "yes", kNoTitle, {.start_only = true}),
    text("shutdown-on-sigint", "default", kPlainStop,
         {.words = true, .check = check_shutdown_words}),
    text("shutdown-on-sigterm", "default", kPlainStop,
         {.words = true, .check = check_shutdown_words}),
    number("shutdown-timeout", "10", 0, INT_MAX, kNoReplication),
    number("socket-mark-id", "0", 0, UINT_MAX, kNoSocketMark, {.start_only = true}),
    yes_no("use-exit-on-panic", "no", kNoCrashLog, {.hidden = true}),
    number("watchdog-period", "0", 0, INT_MAX, kNoCrashLog, {.hidden = true}),
};

}  // namespace

std::span<const Option> redis_rows() { return kTable; }

}  // namespace cobnut
