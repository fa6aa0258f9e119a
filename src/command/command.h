// What a command is: one function and one row. The row is the single source for dispatch, routing,
// COMMAND, COMMAND DOCS, ACL categories and the README's table. A new command is one function and
// one row at the bottom of its family's file.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/hash.h"
#include "command/keys.h"
#include "resp/args.h"
#include "resp/reply.h"

namespace cobnut {

class Session;
struct Server;  // command/server.h: what commands may know of the process (options, shards,
                // counters, clients)

// Facts of the client, copied into a command that runs on another thread.
struct Client {
  uint64_t id = 0;
  int db = 0;
  int resp = 2;
  bool authenticated = true;
  bool no_touch = false;
  bool local = true;     // of this machine
  bool monitor = false;  // it gets what MONITOR shows, and may not touch keys
};

// All that a command function gets. Lives for one command.
struct Context {
  const struct CommandSpec& spec;
  const Client& client;
  Keys& keys;  // the keyspaces of the shards that are held for this command
  Reply& reply;
  Server& server;
  Session* session;  // the connection; only for Route::kLoop, which runs on the connection's own
                     // loop, else nullptr
};

// Redis's command flags (COMMAND INFO).
enum CommandFlag : uint32_t {
  kWrite = 1u << 0,
  kReadonly = 1u << 1,
  kDenyOom = 1u << 2,
  kAdmin = 1u << 3,
  kPubsub = 1u << 4,
  kNoscript = 1u << 5,
  kBlocking = 1u << 6,
  kLoading = 1u << 7,
  kStale = 1u << 8,
  kSkipMonitor = 1u << 9,
  kSkipSlowlog = 1u << 10,
  kFast = 1u << 11,
  kNoAuth = 1u << 12,  // allowed before AUTH
  kMayReplicate = 1u << 13,
  kNoMulti = 1u << 14,
  kMovableKeys = 1u << 15,
  kNoMandatoryKeys = 1u << 16,
  kAllowBusy = 1u << 17,
  kProtected = 1u << 18,
  kNoAsyncLoading = 1u << 19,
  kTouchesArbitraryKeys = 1u << 20,
  // ours
  kSolo = 1u << 24,  // runs alone, never inside a batch: not O(log N), a syscall, or changes what a
                     // batch assumes
  kSystem = 1u << 25,  // COMMAND DOCS: "syscmd", for servers and developers
};

// How a command finds its shards.
enum class Route : uint8_t {
  kLoop,    // none: runs on the connection's loop, may use cx.session
  kKeys,    // the shards of its keys
  kAll,     // every shard (implies kSolo)
  kCustom,  // CommandSpec::shards tells (implies kSolo)
};

// The words of a request that are keys: first, first + step, ... (`count` of them).
struct KeyRange {
  size_t first = 0, step = 1, count = 0;
};

// Redis's legacy key triple: words first, first + step, ... last (negative: from the end). {0,0,0}:
// none. With count_at, word count_at holds the number of keys (MSETEX) and first, step describe
// them.
struct KeySpec {
  int16_t first = 0;
  int16_t last = 0;
  int16_t step = 0;
  int16_t count_at = 0;
  // The keys stand behind this word, which is looked for from word `first` on: the first half of
  // all words behind it where `last` is -1 (XREAD), or one (GEORADIUS ... STORE). `find` finds
  // them, or nothing where the word is missing or the request malformed.
  const char* keyword = nullptr;
  // Without a keyword, and with `first` 0: keys that only `find` can find (SORT's STORE), or nobody
  // (SORT's BY), both "unknown" in COMMAND INFO.
  KeyRange (*find)(std::span<const Bytes> words) = nullptr;
  // Elsewhere than a triple can say: COMMAND INFO shows zeros, and key specifications.
  constexpr bool movable() const { return count_at > 0 || keyword != nullptr; }
};

// Some of a command's keys and what it does with them.
struct KeyUse {
  KeySpec keys;
  std::string_view flags;  // as CommandSpec::key_flags
};

// A row. `redis-compat/command_rows.py NAME` prints most of it for any command of redis-server 7.0;
// the function, the route and the sentences are ours. `redis-compat/command_table.py` compares what
// COMMAND INFO and COMMAND DOCS then say with redis-server.
struct CommandSpec {
  std::string_view name;                  // lower case; of a subcommand: "client|list"
  void (*run)(Context&, Args) = nullptr;  // null: it needs a subcommand
  int16_t arity = 0;  // negative: at least; counts the name (and the container's name)
  uint32_t flags = 0;
  KeySpec keys;
  // The word that names a member of the key's value, mostly: batches prefetch what it stands in. 0:
  // none.
  uint8_t member = 0;
  std::string_view key_flags;  // COMMAND INFO's key-spec flags, space separated: "RW access update"
  // COMMAND INFO's key specifications, where its keys are not all used alike (COPY); else empty,
  // and `keys` with `key_flags` is the only one.
  std::span<const KeyUse> key_uses;
  // With key_flags that hold "variable_flags": those of one request (COMMAND GETKEYSANDFLAGS).
  std::string_view (*key_flags_of)(Args) = nullptr;
  Route route = Route::kLoop;
  // Route::kCustom: marks the shards it wants (one byte per shard, set to 1).
  void (*shards)(const Server&, Args, std::span<uint8_t> wanted) = nullptr;
  std::string_view
      acl;  // categories beyond those that follow from the flags: "@string", "@keyspace"

  // -- COMMAND DOCS
  std::string_view group;  // "string", "generic", "sorted-set", ...
  std::string_view since;
  std::string_view complexity;
  std::string_view summary;
  // Its arguments, from which redis-cli makes its hints: command/syntax.h.
  //   "key value [condition@2.6.12{NX | XX}] [GET@6.2.0] [expiration{EX seconds | PERSIST}]"
  std::string_view syntax;
  std::string_view tips;  // "request_policy:multi_shard response_policy:agg_sum"
  // What later versions changed, one a line: "6.2.0 GET, EXAT and PXAT.\n7.0.0 NX with GET.\n"
  std::string_view history;
  std::string_view deprecated_since;  // both or neither
  std::string_view replaced_by;       // "`GETRANGE`"
  std::span<const CommandSpec> subcommands;
  // Whether a word of the request is a secret, which MONITOR and SLOWLOG blank; null: none is.
  bool (*secret)(Args, size_t word) = nullptr;
  // Which of all rows it is: names its statistics. Given by CommandTable.
  uint16_t number = 0;
};

}  // namespace cobnut
