// Sets: members added, removed, looked up and listed. Redis 7.0.15's replies and error texts.
#include "command/scan_arguments.h"
#include "command/well_formed.h"
#include "types/set/set_support_commands.h"

namespace cobnut {
namespace {

// False: no memory, the error is replied.
bool add_to_new_set(Context& cx, const Key& key, Found absent, std::span<const Bytes> members,
                    Event event, size_t* added) {
  Keyspace& keyspace = cx.keys.at(key);
  SetBuilder builder(keyspace.heap(), set_limits(cx));
  for (const Bytes member : members) *added += builder.add(member);
  return written(cx, builder.put(keyspace, cx.keys.db(), key, absent, event));
}

void cmd_sadd(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kSet)) return;
  const std::span<const Bytes> members = args.words().subspan(2);
  size_t added = 0;
  if (!found) {
    if (!add_to_new_set(cx, key, found, members, Event::kSadd, &added)) return;
    return cx.reply.integer(static_cast<int64_t>(added));
  }
  SetEdit set = set_edit(cx, key, found);
  bool memory = true;
  for (const Bytes member : members) {
    const SetEdit::Add done = set.add(member);
    added += done == SetEdit::Add::kAdded;
    memory = done != SetEdit::Add::kNoMemory;
    if (!memory) break;
  }
  if (added > 0) memory &= set.committed(Event::kSadd);
  memory ? cx.reply.integer(static_cast<int64_t>(added)) : cx.reply.error(err::kOutOfMemory);
}

void cmd_srem(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kSet)) return;
  if (!found) return cx.reply.integer(0);
  SetEdit set = set_edit(cx, key, found);
  size_t removed = 0;
  for (const Bytes member : args.words().subspan(2)) removed += set.erase(member);
  if (removed > 0) static_cast<void>(set.committed(Event::kSrem));
  cx.reply.integer(static_cast<int64_t>(removed));
}

// The destination is changed first, since only that may fail, and announced last, as Redis does.
// Whether the member was new there; nothing: no memory, the error is replied.
std::optional<bool> add_moved(Context& cx, const Key& to, Bytes member) {
  const Found found = cx.keys.peek(to);
  if (!found) {
    size_t added = 0;
    if (!add_to_new_set(cx, to, found, {&member, 1}, Event::kNone, &added)) return std::nullopt;
    return true;
  }
  SetEdit set = set_edit(cx, to, found);
  const SetEdit::Add done = set.add(member);
  if (done == SetEdit::Add::kNoMemory) {
    cx.reply.error(err::kOutOfMemory);
    return std::nullopt;
  }
  if (done == SetEdit::Add::kPresent) return false;
  static_cast<void>(set.committed(Event::kNone));
  return true;
}

void cmd_smove(Context& cx, Args args) {
  const Key from = args.key(0);
  const Key to = args.key(1);
  const Bytes member = args[3];
  static_cast<void>(cx.keys.edit(from));  // removes what is due; the next look changes nothing
  const Found destination = cx.keys.edit(to);
  const Found source = cx.keys.peek(from);
  if (!source) return cx.reply.integer(0);
  if (!type_or_absent(cx, source, Type::kSet) || !type_or_absent(cx, destination, Type::kSet))
    return;
  const bool there = set_view(cx, source).contains(member);
  if (!there || from.bytes == to.bytes) return cx.reply.integer(there);
  const std::optional<bool> added = add_moved(cx, to, member);
  if (!added) return;
  SetEdit set = set_edit(cx, from, cx.keys.peek(from));
  CHECK(set.erase(member));
  static_cast<void>(set.committed(Event::kSrem));
  if (*added) cx.keys.at(to).announce(cx.keys.db(), to, Event::kSadd);
  cx.reply.integer(1);
}

void cmd_sismember(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kSet)) return;
  cx.reply.integer(found && set_view(cx, found).contains(args[2]));
}

void cmd_smismember(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kSet)) return;
  const std::span<const Bytes> members = args.words().subspan(2);
  cx.reply.array(members.size());
  for (const Bytes member : members) {
    cx.reply.integer(found && set_view(cx, found).contains(member));
  }
}

void cmd_scard(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kSet)) return;
  cx.reply.integer(found ? static_cast<int64_t>(set_view(cx, found).size()) : 0);
}

void cmd_smembers(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kSet)) return;
  if (!found) return cx.reply.set(0);
  const SetView view = set_view(cx, found);
  cx.reply.set(view.living());
  view.for_each([&](const SetMember& member) { listpack::reply_bulk(cx.reply, member); });
}

void cmd_sscan(Context& cx, Args args) {
  const std::optional<uint64_t> cursor = parse_scan_cursor(args[2]);
  if (!cursor) return cx.reply.error(err::kCursor);
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kSet)) return;
  if (!found) {
    reply_scan_cursor(cx, 0);
    return cx.reply.array(0);
  }
  ScanArguments options;
  if (!parse_scan_arguments(cx, args.words().subspan(3), ScanExtra::kNone, &options)) return;
  std::vector<SetMember> members;
  const uint64_t next =
      set_view(cx, found).scan(*cursor, options.count, [&](const SetMember& member) {
        char digits[kIntTextMax];
        if (options.pattern.takes(member.text(digits))) members.push_back(member);
      });
  reply_scan_cursor(cx, next);
  cx.reply.array(members.size());
  for (const SetMember& member : members) listpack::reply_bulk(cx.reply, member);
}

constexpr KeyUse kMoveKeys[] = {{{1, 1, 1}, "RW access delete"}, {{2, 2, 1}, "RW insert"}};

constexpr CommandSpec kTable[] = {
    {.name = "sadd",
     .run = cmd_sadd,
     .arity = -3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N log M) where N is the number of members that are given, M the set's size",
     .summary = "Adds members to a set, or creates it.",
     .syntax = "key member...",
     .history = "2.4.0 Several members.\n"},
    {.name = "scard",
     .run = cmd_scard,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Returns how many members a set has.",
     .syntax = "key"},
    {.name = "sismember",
     .run = cmd_sismember,
     .arity = 3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(log N) where N is the set's size",
     .summary = "Tells whether a member is in a set.",
     .syntax = "key member"},
    {.name = "smembers",
     .run = cmd_smembers,
     .arity = 2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N) where N is the set's size",
     .summary = "Returns all members of a set.",
     .syntax = "key",
     .tips = "nondeterministic_output_order"},
    {.name = "smismember",
     .run = cmd_smismember,
     .arity = -3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "6.2.0",
     .complexity = "O(N log M) where N is the number of members that are given, M the set's size",
     .summary = "Tells of each of some members whether it is in a set.",
     .syntax = "key member..."},
    {.name = "smove",
     .run = cmd_smove,
     .arity = 4,
     .flags = kWrite | kFast,
     .keys = {1, 2, 1},
     .key_uses = kMoveKeys,
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(log N) where N is the size of the larger set",
     .summary = "Moves a member from one set to another.",
     .syntax = "source:key destination:key#1 member"},
    {.name = "srem",
     .run = cmd_srem,
     .arity = -3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N log M) where N is the number of members that are given, M the set's size",
     .summary = "Removes members from a set, and the set with the last of them.",
     .syntax = "key member...",
     .history = "2.4.0 Several members.\n"},
    {.name = "sscan",
     .run = cmd_sscan,
     .arity = -3,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "2.8.0",
     .complexity = "O(N) for a walk through all, where N is the set's size; a call visits COUNT",
     .summary = "Walks through the members of a set, some at each call.",
     .syntax = "key cursor [MATCH pattern] [COUNT count]",
     .tips = "nondeterministic_output"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kSetCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kSetCommands{kTable};

}  // namespace cobnut
