// Walks over the keys: KEYS, SCAN and RANDOMKEY.
//
// A SCAN cursor (keyspace/scan.h) names its shard by its slot, and survives growth, another number
// of shards, and a restart with the same hash seed. 0 begins and 0 ends.
#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "command/scan_arguments.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "keyspace/scan.h"

namespace cobnut {
namespace {

// Shards that one SCAN may walk: a sparse keyspace must not take one round trip a shard.
constexpr size_t kScanShardsMax = 8;

bool is_due(const Entry& entry, int64_t now_ms) {
  return entry.expiry_ms() != kNoExpiry && entry.expiry_ms() < now_ms;
}

void reply_keys(Context& cx, const std::vector<Bytes>& keys) {
  cx.reply.array(keys.size());
  for (Bytes key : keys) cx.reply.bulk(key);
}

void cmd_keys(Context& cx, Args args) {
  const ScanPattern pattern{args[1]};
  std::vector<Bytes> keys;  // views into the entries: nothing changes until the reply is written
  for (Shard* shard : cx.keys.shards()) {
    shard->keyspace.for_each(cx.keys.db(), [&](Bytes key, const Entry& entry) {
      if (!is_due(entry, cx.keys.now_ms()) && pattern.takes(key)) keys.push_back(key);
    });
  }
  reply_keys(cx, keys);
}

struct ScanShards {
  size_t first, end;
};

ScanShards shards_of_cursor(uint64_t cursor, int slot_shift, size_t count) {
  const size_t first = scan_cursor_slot(cursor) >> slot_shift;
  return {first, std::min(first + kScanShardsMax, count)};
}

void scan_shards(const Server& server, Args args, std::span<uint8_t> wanted) {
  const std::optional<uint64_t> cursor = parse_scan_cursor(args[1]);
  if (!cursor) return;
  const ScanShards range = shards_of_cursor(*cursor, server.slot_shift, wanted.size());
  for (size_t i = range.first; i < range.end; ++i) wanted[i] = 1;
}

void cmd_scan(Context& cx, Args args) {
  std::optional<uint64_t> cursor = parse_scan_cursor(args[1]);
  if (!cursor) return cx.reply.error(err::kCursor);
  ScanArguments options;
  if (!parse_scan_arguments(cx, args.words().subspan(2), ScanExtra::kType, &options)) return;
  std::vector<Bytes> keys;
  size_t seen = 0;
  const auto visit = [&](Bytes key, const Entry& entry) {
    ++seen;
    if (!options.pattern.takes(key)) return;
    if (!options.type || equal_ignore_case(*options.type, type_name(entry.type())))
      keys.push_back(key);
  };
  const std::span<Shard* const> shards = cx.keys.shards();
  const int slot_shift = cx.server.slot_shift;
  const size_t end = shards_of_cursor(*cursor, slot_shift, shards.size()).end;
  do {
    Keyspace& keyspace = shards[scan_cursor_slot(*cursor) >> slot_shift]->keyspace;
    cursor = keyspace.scan(cx.keys.db(), *cursor, options.count - seen, visit);
  } while (*cursor != kScanEnd && seen < options.count &&
           scan_cursor_slot(*cursor) >> slot_shift < end);
  reply_scan_cursor(cx, *cursor);
  reply_keys(cx, keys);
}

// A shard drawn by its number of keys, then a key of it. Due keys are removed by the look, so
// another draw follows. While expiry is paused they stay, and where there are no others one of them
// is the reply, as on Redis.
void cmd_randomkey(Context& cx, Args) {
  constexpr int kDrawsMax = 1000;  // against a database full of due keys
  const int db = cx.keys.db();
  std::string key;
  for (int draw = 0; draw < kDrawsMax; ++draw) {
    size_t total = 0;
    for (Shard* shard : cx.keys.shards()) total += shard->keyspace.size(db);
    if (total == 0) break;
    size_t at = fast_random() % total;
    for (Shard* shard : cx.keys.shards()) {
      const size_t size = shard->keyspace.size(db);
      if (at >= size) {
        at -= size;
        continue;
      }
      if (!shard->keyspace.random_key(db, fast_random(), &key)) break;
      if (cx.keys.peek(Key(key))) return cx.reply.bulk(key);
      break;
    }
  }
  const bool drawn = !key.empty() && cx.keys.shards()[0]->keyspace.expiry_paused();
  drawn ? cx.reply.bulk(key) : cx.reply.null();
}

constexpr CommandSpec kTable[] = {
    {.name = "keys",
     .run = cmd_keys,
     .arity = 2,
     .flags = kReadonly | kSolo,
     .route = Route::kAll,
     .acl = "@keyspace @dangerous",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of keys of the database",
     .summary = "Returns all keys that match a pattern.",
     .syntax = "pattern",
     .tips = "request_policy:all_shards nondeterministic_output_order"},
    {.name = "randomkey",
     .run = cmd_randomkey,
     .arity = 1,
     .flags = kReadonly | kSolo,
     .route = Route::kAll,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Returns a random key.",
     .tips = "request_policy:all_shards nondeterministic_output"},
    {.name = "scan",
     .run = cmd_scan,
     .arity = -2,
     .flags = kReadonly | kSolo,
     .route = Route::kCustom,
     .shards = scan_shards,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.8.0",
     .complexity = "O(1) a call, O(N) for a whole walk over N keys",
     .summary = "Walks over the keys of the database, some at a time.",
     .syntax = "cursor [MATCH pattern] [COUNT count] [TYPE type@6.0.0]",
     .tips = "nondeterministic_output request_policy:special",
     .history = "6.0.0 TYPE.\n"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kScanCommands{kTable};

}  // namespace cobnut
