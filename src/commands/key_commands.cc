// Keys whatever their type: deleting, looking, renaming, copying, and OBJECT. Times to live stand
// in expire_commands.cc, walks over all keys in scan_commands.cc.
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "keyspace/collection.h"

namespace cobnut {
namespace {

void cmd_del(Context& cx, Args args) {
  int64_t removed = 0;
  for (size_t i = 0; i < args.key_count(); ++i) {
    const Key key = args.key(i);
    const Found found = cx.keys.peek(key);
    if (!found) continue;
    cx.keys.remove(key, found, Event::kDel);
    ++removed;
  }
  cx.reply.integer(removed);
}

void cmd_exists(Context& cx, Args args) {
  int64_t existing = 0;
  for (size_t i = 0; i < args.key_count(); ++i) existing += cx.keys.peek(args.key(i)) ? 1 : 0;
  cx.reply.integer(existing);
}

void cmd_touch(Context& cx, Args args) {
  int64_t existing = 0;
  for (size_t i = 0; i < args.key_count(); ++i) existing += cx.keys.find(args.key(i)) ? 1 : 0;
  cx.reply.integer(existing);
}

void cmd_type(Context& cx, Args args) {
  const Found found = cx.keys.peek(args.key());
  cx.reply.simple(found ? type_name(found->type()) : Bytes("none"));
}

// -- RENAME, COPY, MOVE: the value of one key becomes another's

struct Place {
  int db;
  Key key;
};

Found peek(Context& cx, const Place& place) {
  return cx.keys.at(place.key).peek(place.db, place.key);
}

// A target that is left as it is was looked at, as on Redis: it is no longer idle.
void touch(Context& cx, const Place& place) {
  static_cast<void>(cx.keys.at(place.key).edit(place.db, place.key));
}

Value value_of(Found found) {
  if (found->encoding() == Encoding::kInt) return integer_value(found->integer());
  if (Collection* collection = found->collection()) {
    return {.type = found->type(), .encoding = found->encoding(), .collection = collection};
  }
  return {.type = found->type(), .encoding = found->encoding(), .bytes = found->bytes()};
}

// REQUIRES: `from` was found. False: no memory, the error is replied.
bool copy_value(Context& cx, Found from, const Place& to, Found overwritten, Event event) {
  Keyspace& keyspace = cx.keys.at(to.key);
  Value value = value_of(from);
  if (value.collection != nullptr) value.collection = value.collection->copy(keyspace.heap());
  const Written result = keyspace.put(to.db, to.key, overwritten, value, from->expiry_ms(), event);
  if (result != Written::kOk && value.collection != nullptr) {
    keyspace.heap().discard(value.collection);
  }
  return written(cx, result);
}

// The value goes, with its time to live. Both keys are announced when all is done, the old one
// first, as on Redis.
bool move_value(Context& cx, const Place& from, Found found, const Place& to, Found overwritten,
                Event from_event, Event to_event) {
  Keyspace& source = cx.keys.at(from.key);
  Keyspace& target = cx.keys.at(to.key);
  Value value = value_of(found);
  value.block_bytes = found->block_bytes();
  if (value.collection != nullptr) value.collection->move_to(target.heap());
  const Written result =
      target.put(to.db, to.key, overwritten, value, found->expiry_ms(), Event::kNone);
  if (result != Written::kOk) {
    if (value.collection != nullptr) value.collection->move_to(source.heap());
    return written(cx, result);
  }
  const Found moved = peek(cx, from);  // put() voided the entry
  if (value.collection != nullptr || value.block_bytes > 0) source.forget_value(from.db, moved);
  source.remove(from.db, from.key, moved, from_event);
  cx.keys.at(to.key).announce(to.db, to.key, to_event);
  return true;
}

enum class IfTargetExists : uint8_t { kReplace, kKeep };

void rename_key(Context& cx, Args args, IfTargetExists if_exists) {
  const bool replies_number = if_exists == IfTargetExists::kKeep;
  const Place from{cx.keys.db(), args.key(0)}, to{cx.keys.db(), args.key(1)};
  const Found target =
      peek(cx, to);  // first: a due key is removed, which would void the source's entry
  const Found source = cx.keys.edit(from.key);
  if (!source) return cx.reply.error(err::kNoSuchKey);
  const bool same = from.key.bytes == to.key.bytes;
  if (same || (target && if_exists == IfTargetExists::kKeep)) {
    if (!same) touch(cx, to);
    return replies_number ? cx.reply.integer(0) : cx.reply.ok();
  }
  if (!move_value(cx, from, source, to, target, Event::kRenameFrom, Event::kRenameTo)) return;
  replies_number ? cx.reply.integer(1) : cx.reply.ok();
}

void cmd_rename(Context& cx, Args args) { rename_key(cx, args, IfTargetExists::kReplace); }
void cmd_renamenx(Context& cx, Args args) { rename_key(cx, args, IfTargetExists::kKeep); }

void cmd_move(Context& cx, Args args) {
  const std::optional<int> db = database_argument(cx, args[2]);
  if (!db) return;
  if (*db == cx.keys.db()) return cx.reply.error(err::kSameObject);
  const Place from{cx.keys.db(), args.key()}, to{*db, args.key()};
  const Found target = peek(cx, to);
  const Found source = cx.keys.edit(from.key);
  if (source && target) touch(cx, to);
  if (!source || target) return cx.reply.integer(0);
  if (move_value(cx, from, source, to, target, Event::kMoveFrom, Event::kMoveTo))
    cx.reply.integer(1);
}

void cmd_copy(Context& cx, Args args) {
  bool replace = false;
  int db = cx.keys.db();
  for (size_t i = 3; i < args.size(); ++i) {
    if (equal_ignore_case(args[i], "replace")) {
      replace = true;
    } else if (equal_ignore_case(args[i], "db") && i + 1 < args.size()) {
      const std::optional<int> target_db = database_argument(cx, args[++i]);
      if (!target_db) return;
      db = *target_db;
    } else {
      return cx.reply.error(err::kSyntax);
    }
  }
  const Place from{cx.keys.db(), args.key(0)}, to{db, args.key(1)};
  if (from.db == to.db && from.key.bytes == to.key.bytes) return cx.reply.error(err::kSameObject);
  const Found target = peek(cx, to);
  const Found source = cx.keys.find(from.key);
  if (source && target && !replace) touch(cx, to);
  if (!source || (target && !replace)) return cx.reply.integer(0);
  if (copy_value(cx, source, to, target, Event::kCopyTo)) cx.reply.integer(1);
}

// -- OBJECT

bool policy_has(Context& cx, Bytes word) {
  return cx.server.options.current().maxmemory_policy.find(word) != std::string::npos;
}

// Absent keys are null.
Found object_or_null(Context& cx, Args args) {
  const Found found = cx.keys.peek(args.key());
  if (!found) cx.reply.null();
  return found;
}

void cmd_object_encoding(Context& cx, Args args) {
  const Found found = object_or_null(cx, args);
  if (found) cx.reply.bulk(encoding_name(found->encoding()));
}

void cmd_object_freq(Context& cx, Args args) {
  if (!object_or_null(cx, args)) return;
  if (!policy_has(cx, "lfu")) return cx.reply.error(err::kNoLfu);
  cx.reply.integer(0);
}

void cmd_object_idletime(Context& cx, Args args) {
  const Found found = object_or_null(cx, args);
  if (!found) return;
  if (policy_has(cx, "lfu")) return cx.reply.error(err::kLfu);
  cx.reply.integer(found->idle_seconds(cx.keys.now_ms()));
}

// Redis shares the objects of small integers between all keys, unless an LRU or LFU policy needs
// one object a key.
void cmd_object_refcount(Context& cx, Args args) {
  constexpr int64_t kSharedIntegers = 10000;
  const Found found = object_or_null(cx, args);
  if (!found) return;
  const bool shares = cx.server.options.current().maxmemory == 0 ||
                      (!policy_has(cx, "lru") && !policy_has(cx, "lfu"));
  const bool shared = shares && found->encoding() == Encoding::kInt && found->integer() >= 0 &&
                      found->integer() < kSharedIntegers;
  cx.reply.integer(shared ? INT32_MAX : 1);
}

void cmd_object_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "ENCODING <key>",
      "    How the value of the key is stored.",
      "FREQ <key>",
      "    How often the key is used, on a logarithmic scale (LFU policies only).",
      "IDLETIME <key>",
      "    Seconds since the key was last used, approximately.",
      "REFCOUNT <key>",
      "    How many references to the value there are.",
  };
  reply_help(cx, kLines);
}

constexpr CommandSpec kObjectTable[] = {
    {.name = "object|encoding",
     .run = cmd_object_encoding,
     .arity = 3,
     .flags = kReadonly,
     .keys = {2, 2, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.2.3",
     .complexity = "O(1)",
     .summary = "Tells how the value of a key is stored.",
     .syntax = "key",
     .tips = "nondeterministic_output"},
    {.name = "object|freq",
     .run = cmd_object_freq,
     .arity = 3,
     .flags = kReadonly,
     .keys = {2, 2, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "4.0.0",
     .complexity = "O(1)",
     .summary = "Tells how often a key is used, on a logarithmic scale.",
     .syntax = "key",
     .tips = "nondeterministic_output"},
    {.name = "object|help",
     .run = cmd_object_help,
     .arity = 2,
     .flags = kLoading | kStale,
     .acl = "@keyspace",
     .group = "generic",
     .since = "6.2.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of OBJECT."},
    {.name = "object|idletime",
     .run = cmd_object_idletime,
     .arity = 3,
     .flags = kReadonly,
     .keys = {2, 2, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.2.3",
     .complexity = "O(1)",
     .summary = "Tells for how many seconds a key has not been used.",
     .syntax = "key",
     .tips = "nondeterministic_output"},
    {.name = "object|refcount",
     .run = cmd_object_refcount,
     .arity = 3,
     .flags = kReadonly,
     .keys = {2, 2, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.2.3",
     .complexity = "O(1)",
     .summary = "Tells how many references to the value of a key there are.",
     .syntax = "key",
     .tips = "nondeterministic_output"},
};

constexpr KeyUse kCopyKeys[] = {{{1, 1, 1}, "RO access"}, {{2, 2, 1}, "OW update"}};
constexpr KeyUse kRenameKeys[] = {{{1, 1, 1}, "RW access delete"}, {{2, 2, 1}, "OW update"}};
constexpr KeyUse kRenamenxKeys[] = {{{1, 1, 1}, "RW access delete"}, {{2, 2, 1}, "OW insert"}};

constexpr CommandSpec kTable[] = {
    {.name = "copy",
     .run = cmd_copy,
     .arity = -3,
     .flags = kWrite | kDenyOom,
     .keys = {1, 2, 1},
     .key_uses = kCopyKeys,
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "6.2.0",
     .complexity = "O(N) where N is the size of the value",
     .summary = "Copies the value of a key to another key.",
     .syntax = "source:key destination:key#1 [DB destination-db:integer] [REPLACE]"},
    {.name = "del",
     .run = cmd_del,
     .arity = -2,
     .flags = kWrite,
     .keys = {1, -1, 1},
     .key_flags = "RM delete",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of keys; large values are freed in slices later",
     .summary = "Deletes keys.",
     .syntax = "key...",
     .tips = "request_policy:multi_shard response_policy:agg_sum"},
    {.name = "exists",
     .run = cmd_exists,
     .arity = -2,
     .flags = kReadonly | kFast,
     .keys = {1, -1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of keys",
     .summary = "Counts how many of the keys exist; a key named twice counts twice.",
     .syntax = "key...",
     .tips = "request_policy:multi_shard response_policy:agg_sum",
     .history = "3.0.3 Several keys.\n"},
    {.name = "move",
     .run = cmd_move,
     .arity = 3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Moves a key to another database.",
     .syntax = "key db:integer"},
    {.name = "object",
     .arity = -2,
     .acl = "",
     .group = "generic",
     .since = "2.2.3",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look into a key.",
     .subcommands = kObjectTable},
    {.name = "rename",
     .run = cmd_rename,
     .arity = 3,
     .flags = kWrite,
     .keys = {1, 2, 1},
     .key_uses = kRenameKeys,
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N) where N is the size of a string; O(1) for other types",
     .summary = "Renames a key; a key that has the new name is overwritten.",
     .syntax = "key newkey:key#1"},
    {.name = "renamenx",
     .run = cmd_renamenx,
     .arity = 3,
     .flags = kWrite | kFast,
     .keys = {1, 2, 1},
     .key_uses = kRenamenxKeys,
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N) where N is the size of a string; O(1) for other types",
     .summary = "Renames a key if no key has the new name.",
     .syntax = "key newkey:key#1",
     .history = "3.2.0 The same name twice is no error.\n"},
    {.name = "touch",
     .run = cmd_touch,
     .arity = -2,
     .flags = kReadonly | kFast,
     .keys = {1, -1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "3.2.1",
     .complexity = "O(N) where N is the number of keys",
     .summary = "Counts how many of the keys exist and marks them as just used.",
     .syntax = "key...",
     .tips = "request_policy:multi_shard response_policy:agg_sum"},
    {.name = "type",
     .run = cmd_type,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Tells the type of the value of a key.",
     .syntax = "key"},
    {.name = "unlink",
     .run = cmd_del,
     .arity = -2,
     .flags = kWrite | kFast,
     .keys = {1, -1, 1},
     .key_flags = "RM delete",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "4.0.0",
     .complexity = "O(N) where N is the number of keys; large values are freed in slices later",
     .summary = "Deletes keys.",
     .syntax = "key...",
     .tips = "request_policy:multi_shard response_policy:agg_sum"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kKeyCommands{kTable};

}  // namespace cobnut
