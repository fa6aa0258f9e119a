// Consumer groups of streams: made, changed and removed; entries acknowledged; what is pending.
#include <algorithm>

#include "base/text.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/stream/stream_parts_commands.h"

namespace cobnut {
namespace {

// -- XGROUP

struct GroupArguments {
  bool make_stream = false;
  int64_t entries_read = ConsumerGroup::kUnknown;
};

// The options of CREATE and SETID.
std::optional<GroupArguments> parse_group_options(Context& cx, Args args, bool create) {
  GroupArguments arguments;
  for (size_t i = 5; i < args.size(); i++) {
    if (create && equal_ignore_case(args[i], "mkstream")) {
      arguments.make_stream = true;
    } else if (equal_ignore_case(args[i], "entriesread") && i + 1 < args.size()) {
      const std::optional<int64_t> read = integer_argument(cx, args[++i]);
      if (!read) return std::nullopt;
      if (*read < 0 && *read != ConsumerGroup::kUnknown) return nothing(cx, err::kEntriesRead);
      arguments.entries_read = *read;
    } else {
      reply_subcommand_syntax(cx, args);
      return std::nullopt;
    }
  }
  return arguments;
}

// The stream and the group that a subcommand is about. False: one is missing, an error is replied.
bool edit_group(Context& cx, Args args, StreamValue** stream, ConsumerGroup** group) {
  if (!edit_stream(cx, args.key(), stream)) return false;
  if (*stream == nullptr) return failed(cx, err::kGroupNeedsKey);
  *group = (*stream)->find_group(args[3]);
  if (*group == nullptr) reply_no_group(cx, err::kNoGroup, args[3], args[2]);
  return *group != nullptr;
}

void cmd_xgroup_create(Context& cx, Args args) {
  const std::optional<GroupArguments> arguments = parse_group_options(cx, args, true);
  if (!arguments) return;
  const Key key = args.key();
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, key, &stream)) return;
  if (stream == nullptr && !arguments->make_stream) return cx.reply.error(err::kGroupNeedsKey);
  constexpr size_t kWordsMax = 8;
  if (args.size() > kWordsMax) return reply_subcommand_syntax(cx, args);
  StreamId id = stream != nullptr ? stream->last_id() : StreamId{};
  if (args[4] != "$") {
    const std::optional<StreamId> given = stream_id_argument(cx, args[4]);
    if (!given) return;
    id = *given;
  }
  if (stream == nullptr) {
    stream = new StreamValue(cx.keys.at(key).heap());
    stream->create_group(args[3], id, arguments->entries_read);
    if (!put_stream(cx, key, stream, Event::kXgroupCreate)) return;
    return cx.reply.ok();
  }
  if (stream->create_group(args[3], id, arguments->entries_read) == nullptr)
    return cx.reply.error(err::kGroupExists);
  stream_changed(cx, key, Event::kXgroupCreate);
  cx.reply.ok();
}

void cmd_xgroup_setid(Context& cx, Args args) {
  const std::optional<GroupArguments> arguments = parse_group_options(cx, args, false);
  if (!arguments) return;
  StreamValue* stream = nullptr;
  ConsumerGroup* group = nullptr;
  if (!edit_group(cx, args, &stream, &group)) return;
  if (args.size() != 5 && args.size() != 7) return reply_subcommand_syntax(cx, args);
  StreamId id = stream->last_id();
  if (args[4] != "$") {
    const std::optional<StreamId> given = any_stream_id_argument(cx, args[4], 0);
    if (!given) return;
    id = *given;
  }
  group->last_id = id;
  group->entries_read = arguments->entries_read;
  stream_changed(cx, args.key(), Event::kXgroupSetid);
  cx.reply.ok();
}

void cmd_xgroup_destroy(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, args.key(), &stream)) return;
  if (stream == nullptr) return cx.reply.error(err::kGroupNeedsKey);
  const bool destroyed = stream->destroy_group(args[3]);
  if (destroyed) stream_changed(cx, args.key(), Event::kXgroupDestroy);
  cx.reply.integer(destroyed ? 1 : 0);
}

void cmd_xgroup_createconsumer(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  ConsumerGroup* group = nullptr;
  if (!edit_group(cx, args, &stream, &group)) return;
  if (group->find_consumer(args[4]) != nullptr) return cx.reply.integer(0);
  group->create_consumer(*stream, args[4], cx.keys.now_ms());
  stream_changed(cx, args.key(), Event::kXgroupCreateconsumer);
  cx.reply.integer(1);
}

void cmd_xgroup_delconsumer(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  ConsumerGroup* group = nullptr;
  if (!edit_group(cx, args, &stream, &group)) return;
  Consumer* consumer = group->find_consumer(args[4]);
  if (consumer == nullptr) return cx.reply.integer(0);
  const size_t pending = group->remove_consumer(*stream, consumer);
  stream_changed(cx, args.key(), Event::kXgroupDelconsumer);
  cx.reply.integer(static_cast<int64_t>(pending));
}

void cmd_xgroup_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "CREATE <key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <entries-read>]",
      "    Makes a group that reads on behind an id, or behind the last entry; with",
      "    MKSTREAM the stream too. ENTRIESREAD: how many entries it has read.",
      "CREATECONSUMER <key> <group> <consumer>",
      "    Makes a consumer of a group.",
      "DELCONSUMER <key> <group> <consumer>",
      "    Removes a consumer with its pending entries.",
      "DESTROY <key> <group>",
      "    Removes a group.",
      "SETID <key> <group> <id|$> [ENTRIESREAD <entries-read>]",
      "    Lets a group read on behind another id.",
  };
  reply_help(cx, kLines);
}

// -- XACK

void cmd_xack(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, args.key(), &stream)) return;
  ConsumerGroup* group = stream != nullptr ? stream->find_group(args[2]) : nullptr;
  if (group == nullptr) return cx.reply.integer(0);
  const auto ids = stream_id_arguments(cx, args.words().subspan(3));
  if (!ids) return;
  const auto count =
      std::ranges::count_if(*ids, [&](StreamId id) { return group->acknowledge(*stream, id); });
  if (count > 0) stream_changed(cx, args.key(), Event::kNone);
  cx.reply.integer(count);
}

// -- XPENDING

struct PendingArguments {
  bool summary = false;
  int64_t idle_ms_min = 0;
  StreamId first, last;
  int64_t limit = 0;
  std::optional<Bytes> consumer;
};

std::optional<PendingArguments> parse_pending(Context& cx, Args args) {
  PendingArguments arguments;
  arguments.summary = args.size() == 3;
  if (arguments.summary) return arguments;
  if (args.size() < 6 || args.size() > 9) return nothing(cx, err::kSyntax);
  size_t at = 3;
  if (equal_ignore_case(args[3], "idle")) {
    const std::optional<int64_t> idle = integer_argument(cx, args[4]);
    if (!idle) return std::nullopt;
    if (args.size() < 8) return nothing(cx, err::kSyntax);
    arguments.idle_ms_min = *idle;
    at = 5;
  }
  const std::optional<int64_t> limit = integer_argument(cx, args[at + 2]);
  if (!limit) return std::nullopt;
  arguments.limit = *limit;
  const std::optional<StreamId> first = interval_start(cx, args[at]);
  if (!first) return std::nullopt;
  const std::optional<StreamId> last = interval_end(cx, args[at + 1]);
  if (!last) return std::nullopt;
  arguments.first = *first;
  arguments.last = *last;
  if (at + 3 < args.size()) arguments.consumer = args[at + 3];
  return arguments;
}

void reply_pending_summary(Context& cx, const ConsumerGroup& group) {
  cx.reply.array(4);
  cx.reply.integer(static_cast<int64_t>(group.pending().size()));
  if (group.pending().empty()) {
    cx.reply.null();
    cx.reply.null();
    return cx.reply.null_array();
  }
  reply_stream_id(cx, group.pending().first().id());
  reply_stream_id(cx, group.pending().last().id());
  size_t busy = 0;
  for (auto at = group.consumers().first(); at; at.next()) busy += (*at)->pending().empty() ? 0 : 1;
  cx.reply.array(busy);
  for (auto at = group.consumers().first(); at; at.next()) {
    if ((*at)->pending().empty()) continue;
    cx.reply.array(2);
    cx.reply.bulk((*at)->name());
    cx.reply.bulk_integer(static_cast<int64_t>((*at)->pending().size()));
  }
}

// The pending entries that are asked for.
template <typename Visit>
void for_each_pending(const ConsumerGroup& group, const Consumer* consumer,
                      const PendingArguments& arguments, int64_t now_ms, Visit visit) {
  int64_t left = arguments.limit;
  const auto matches = [&](const PendingEntry& entry) {
    if (arguments.idle_ms_min != 0 && now_ms - entry.delivered_ms < arguments.idle_ms_min) return;
    visit(entry);
    left--;
  };
  if (consumer != nullptr) {
    for (auto id = consumer->pending().lower_bound(arguments.first);
         left > 0 && id && id.id() <= arguments.last; id.next())
      matches(*group.find_pending(id.id()));
    return;
  }
  for (auto entry = group.pending().lower_bound(arguments.first);
       left > 0 && entry && entry.id() <= arguments.last; entry.next())
    matches(*entry);
}

void cmd_xpending(Context& cx, Args args) {
  const std::optional<PendingArguments> arguments = parse_pending(cx, args);
  if (!arguments) return;
  StreamValue* stream = nullptr;
  if (!find_stream(cx, args.key(), &stream)) return;
  const ConsumerGroup* group = stream != nullptr ? stream->find_group(args[2]) : nullptr;
  if (group == nullptr) return reply_no_group(cx, err::kNoKeyOrGroup, args[1], args[2]);
  if (arguments->summary) return reply_pending_summary(cx, *group);
  const Consumer* consumer = nullptr;
  if (arguments->consumer) {
    consumer = group->find_consumer(*arguments->consumer);
    if (consumer == nullptr) return cx.reply.array(0);
  }
  const int64_t now_ms = cx.keys.now_ms();
  size_t count = 0;
  for_each_pending(*group, consumer, *arguments, now_ms, [&](const PendingEntry&) { count++; });
  cx.reply.array(count);
  for_each_pending(*group, consumer, *arguments, now_ms, [&](const PendingEntry& entry) {
    cx.reply.array(4);
    reply_stream_id(cx, entry.id);
    cx.reply.bulk(entry.consumer->name());
    cx.reply.integer(std::max<int64_t>(now_ms - entry.delivered_ms, 0));
    cx.reply.integer(static_cast<int64_t>(entry.deliveries));
  });
}

constexpr CommandSpec kGroupTable[] = {
    {.name = "xgroup|create",
     .run = cmd_xgroup_create,
     .arity = -5,
     .flags = kWrite | kDenyOom,
     .keys = {2, 2, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N) where N is the number of groups",
     .summary = "Makes a consumer group.",
     .syntax = "key groupname id{id | new_id=$} [MKSTREAM] [ENTRIESREAD entries_read:integer]",
     .history = "7.0.0 ENTRIESREAD.\n"},
    {.name = "xgroup|createconsumer",
     .run = cmd_xgroup_createconsumer,
     .arity = 5,
     .flags = kWrite | kDenyOom,
     .keys = {2, 2, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "6.2.0",
     .complexity = "O(log N) where N is the number of consumers",
     .summary = "Makes a consumer of a consumer group.",
     .syntax = "key groupname consumername"},
    {.name = "xgroup|delconsumer",
     .run = cmd_xgroup_delconsumer,
     .arity = 5,
     .flags = kWrite,
     .keys = {2, 2, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(N log M) for a consumer with N of the group's M pending entries",
     .summary = "Removes a consumer of a consumer group, with its pending entries.",
     .syntax = "key groupname consumername"},
    {.name = "xgroup|destroy",
     .run = cmd_xgroup_destroy,
     .arity = 4,
     .flags = kWrite,
     .keys = {2, 2, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(N) where N is the number of its pending entries",
     .summary = "Removes a consumer group.",
     .syntax = "key groupname"},
    {.name = "xgroup|help",
     .run = cmd_xgroup_help,
     .arity = 2,
     .flags = kLoading | kStale,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of XGROUP."},
    {.name = "xgroup|setid",
     .run = cmd_xgroup_setid,
     .arity = -5,
     .flags = kWrite,
     .keys = {2, 2, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N) where N is the number of groups",
     .summary = "Sets the id behind which a consumer group reads on.",
     .syntax = "key groupname id{id | new_id=$} [ENTRIESREAD entries_read:integer]",
     .history = "7.0.0 ENTRIESREAD.\n"},
};

constexpr CommandSpec kTable[] = {
    {.name = "xack",
     .run = cmd_xack,
     .arity = -4,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N) for each entry",
     .summary = "Acknowledges entries: they are no longer pending for the consumer group.",
     .syntax = "key group id..."},
    {.name = "xgroup",
     .arity = -2,
     .group = "stream",
     .since = "5.0.0",
     .complexity = "depends on the subcommand",
     .summary = "Makes, changes and removes consumer groups.",
     .subcommands = kGroupTable},
    {.name = "xpending",
     .run = cmd_xpending,
     .arity = -3,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N + M) for M entries looked at; the summary O(N) for N consumers",
     .summary = "Tells what is pending for a consumer group.",
     .syntax = "key group [filters{[IDLE min-idle-time:integer@6.2.0] start end count [consumer]}]",
     .tips = "nondeterministic_output",
     .history = "6.2.0 IDLE, and ends that do not belong to the range.\n"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kStreamGroupCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kStreamGroupCommands{kTable};

}  // namespace cobnut
