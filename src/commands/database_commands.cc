// Whole databases: counting, emptying and exchanging them, over all shards at once.
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"

namespace cobnut {
namespace {

void cmd_dbsize(Context& cx, Args) {
  size_t keys = 0;
  for (Shard* shard : cx.keys.shards()) keys += shard->keyspace.size(cx.keys.db());
  cx.reply.integer(static_cast<int64_t>(keys));
}

// SYNC and ASYNC are the same here: a database is detached at once and freed in slices afterwards.
bool flush_mode_valid(Context& cx, Args args) {
  const bool valid = args.size() == 1 ||
                     (args.size() == 2 &&
                      (equal_ignore_case(args[1], "sync") || equal_ignore_case(args[1], "async")));
  if (!valid) cx.reply.error(err::kSyntax);
  return valid;
}

void cmd_flushdb(Context& cx, Args args) {
  if (!flush_mode_valid(cx, args)) return;
  for (Shard* shard : cx.keys.shards()) shard->keyspace.flush(cx.keys.db());
  cx.reply.ok();
}

void cmd_flushall(Context& cx, Args args) {
  if (!flush_mode_valid(cx, args)) return;
  const auto databases = static_cast<int>(cx.server.options.current().databases);
  for (Shard* shard : cx.keys.shards()) {
    for (int db = 0; db < databases; ++db) shard->keyspace.flush(db);
  }
  cx.reply.ok();
}

void cmd_swapdb(Context& cx, Args args) {
  // Redis looks at both numbers before it looks at their range.
  const std::optional<int64_t> first = database_number(cx, args[1], err::kFirstDbIndex);
  if (!first) return;
  const std::optional<int64_t> second = database_number(cx, args[2], err::kSecondDbIndex);
  if (!second) return;
  const int64_t databases = cx.server.options.current().databases;
  if (*first < 0 || *first >= databases || *second < 0 || *second >= databases)
    return cx.reply.error(err::kDbIndex);
  for (Shard* shard : cx.keys.shards())
    shard->keyspace.swap(static_cast<int>(*first), static_cast<int>(*second));
  cx.reply.ok();
}

constexpr CommandSpec kTable[] = {
    {.name = "dbsize",
     .run = cmd_dbsize,
     .arity = 1,
     .flags = kReadonly | kFast | kSolo,
     .route = Route::kAll,
     .acl = "@keyspace",
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Counts the keys of the database.",
     .tips = "request_policy:all_shards response_policy:agg_sum"},
    {.name = "flushall",
     .run = cmd_flushall,
     .arity = -1,
     .flags = kWrite | kSolo,
     .route = Route::kAll,
     .acl = "@keyspace @dangerous",
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(1); memory is freed in slices afterwards",
     .summary = "Removes all keys of all databases.",
     .syntax = "[async{ASYNC@4.0.0 | SYNC@6.2.0}]",
     .tips = "request_policy:all_shards response_policy:all_succeeded",
     .history = "4.0.0 ASYNC.\n6.2.0 SYNC.\n"},
    {.name = "flushdb",
     .run = cmd_flushdb,
     .arity = -1,
     .flags = kWrite | kSolo,
     .route = Route::kAll,
     .acl = "@keyspace @dangerous",
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(1); memory is freed in slices afterwards",
     .summary = "Removes all keys of the database.",
     .syntax = "[async{ASYNC@4.0.0 | SYNC@6.2.0}]",
     .tips = "request_policy:all_shards response_policy:all_succeeded",
     .history = "4.0.0 ASYNC.\n6.2.0 SYNC.\n"},
    {.name = "swapdb",
     .run = cmd_swapdb,
     .arity = 3,
     .flags = kWrite | kFast | kSolo,
     .route = Route::kAll,
     .acl = "@keyspace @dangerous",
     .group = "server",
     .since = "4.0.0",
     .complexity = "O(1)",
     .summary = "Exchanges two databases.",
     .syntax = "index1:integer index2:integer"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kDatabaseCommands{kTable};

}  // namespace cobnut
