// XINFO: what is known of a stream, its groups and their consumers.
#include <algorithm>

#include "base/text.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/stream/stream_parts_commands.h"

namespace cobnut {
namespace {

void name_number(Context& cx, Bytes name, size_t number) {
  cx.reply.bulk(name);
  cx.reply.integer(static_cast<int64_t>(number));
}
void name_id(Context& cx, Bytes name, StreamId id) {
  cx.reply.bulk(name);
  reply_stream_id(cx, id);
}
void name_text(Context& cx, Bytes name, Bytes text) {
  cx.reply.bulk(name);
  cx.reply.bulk(text);
}
void name_optional(Context& cx, Bytes name, std::optional<int64_t> number) {
  cx.reply.bulk(name);
  number ? cx.reply.integer(*number) : cx.reply.null();
}
std::optional<int64_t> entries_read(const ConsumerGroup& group) {
  if (group.entries_read == ConsumerGroup::kUnknown) return std::nullopt;
  return group.entries_read;
}

// The stream of XINFO's key. False: an error is replied.
bool find_known(Context& cx, Args args, StreamValue** stream) {
  if (!find_stream(cx, args.key(), stream)) return false;
  return *stream != nullptr || failed(cx, err::kNoSuchKey);
}

// -- XINFO STREAM

// The first `limit` (0: all) of those that are pending for a group or a consumer.
size_t shown(size_t pending, size_t limit) {
  return limit == 0 ? pending : std::min(pending, limit);
}

void reply_consumer_full(Context& cx, const ConsumerGroup& group, const Consumer& consumer,
                         size_t limit) {
  cx.reply.map(4);
  name_text(cx, "name", consumer.name());
  name_number(cx, "seen-time", static_cast<size_t>(consumer.seen_ms));
  name_number(cx, "pel-count", consumer.pending().size());
  cx.reply.bulk("pending");
  size_t left = shown(consumer.pending().size(), limit);
  cx.reply.array(left);
  for (auto id = consumer.pending().first(); left > 0; id.next(), left--) {
    const PendingEntry entry = *group.find_pending(id.id());
    cx.reply.array(3);
    reply_stream_id(cx, entry.id);
    cx.reply.integer(entry.delivered_ms);
    cx.reply.integer(static_cast<int64_t>(entry.deliveries));
  }
}

void reply_group_full(Context& cx, const StreamValue& stream, const ConsumerGroup& group,
                      size_t limit) {
  cx.reply.map(7);
  name_text(cx, "name", group.name());
  name_id(cx, "last-delivered-id", group.last_id);
  name_optional(cx, "entries-read", entries_read(group));
  name_optional(cx, "lag", stream.lag(group));
  name_number(cx, "pel-count", group.pending().size());
  cx.reply.bulk("pending");
  size_t left = shown(group.pending().size(), limit);
  cx.reply.array(left);
  for (auto at = group.pending().first(); left > 0; at.next(), left--) {
    const PendingEntry entry = *at;
    cx.reply.array(4);
    reply_stream_id(cx, entry.id);
    cx.reply.bulk(entry.consumer->name());
    cx.reply.integer(entry.delivered_ms);
    cx.reply.integer(static_cast<int64_t>(entry.deliveries));
  }
  cx.reply.bulk("consumers");
  cx.reply.array(group.consumers().size());
  for (auto at = group.consumers().first(); at; at.next())
    reply_consumer_full(cx, group, **at, limit);
}

void reply_stream_facts(Context& cx, const StreamValue& stream) {
  name_number(cx, "length", stream.length());
  name_number(cx, "radix-tree-keys", stream.blocks());
  name_number(cx, "radix-tree-nodes", stream.index_nodes());
  name_id(cx, "last-generated-id", stream.last_id());
  name_id(cx, "max-deleted-entry-id", stream.max_deleted_id());
  name_number(cx, "entries-added", stream.entries_added());
  name_id(cx, "recorded-first-entry-id", stream.first_id());
}

void reply_edge(Context& cx, Bytes name, const StreamValue& stream, bool backward) {
  cx.reply.bulk(name);
  StreamEntry entry;
  if (!StreamValue::Reader(stream, kStreamIdMin, kStreamIdMax, backward).next(&entry))
    return cx.reply.null();
  reply_stream_entry(cx, entry);
}

void reply_stream_full(Context& cx, const StreamValue& stream, size_t limit) {
  cx.reply.map(9);
  reply_stream_facts(cx, stream);
  cx.reply.bulk("entries");
  reply_stream_range(cx, stream, kStreamIdMin, kStreamIdMax, limit);
  cx.reply.bulk("groups");
  cx.reply.array(stream.groups().size());
  for (auto group = stream.groups().first(); group; group.next())
    reply_group_full(cx, stream, **group, limit);
}

void cmd_xinfo_stream(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!find_known(cx, args, &stream)) return;
  if (args.size() == 3) {
    cx.reply.map(10);
    reply_stream_facts(cx, *stream);
    name_number(cx, "groups", stream->groups().size());
    reply_edge(cx, "first-entry", *stream, false);
    return reply_edge(cx, "last-entry", *stream, true);
  }
  if ((args.size() != 4 && args.size() != 6) || !equal_ignore_case(args[3], "full"))
    return reply_subcommand_syntax(cx, args);
  constexpr int64_t kLimit = 10;  // entries, and pending ones of each group and consumer
  int64_t limit = kLimit;
  if (args.size() == 6) {
    if (!equal_ignore_case(args[4], "count")) return reply_subcommand_syntax(cx, args);
    const std::optional<int64_t> given = integer_argument(cx, args[5]);
    if (!given) return;
    if (*given >= 0) limit = *given;
  }
  reply_stream_full(cx, *stream, static_cast<size_t>(limit));
}

// -- XINFO GROUPS and CONSUMERS

void cmd_xinfo_groups(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!find_known(cx, args, &stream)) return;
  cx.reply.array(stream->groups().size());
  for (auto at = stream->groups().first(); at; at.next()) {
    const ConsumerGroup& group = **at;
    cx.reply.map(6);
    name_text(cx, "name", group.name());
    name_number(cx, "consumers", group.consumers().size());
    name_number(cx, "pending", group.pending().size());
    name_id(cx, "last-delivered-id", group.last_id);
    name_optional(cx, "entries-read", entries_read(group));
    name_optional(cx, "lag", stream->lag(group));
  }
}

void cmd_xinfo_consumers(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!find_known(cx, args, &stream)) return;
  const ConsumerGroup* group = stream->find_group(args[3]);
  if (group == nullptr) return reply_no_group(cx, err::kNoGroup, args[3], args[2]);
  cx.reply.array(group->consumers().size());
  for (auto at = group->consumers().first(); at; at.next()) {
    const Consumer& consumer = **at;
    cx.reply.map(3);
    name_text(cx, "name", consumer.name());
    name_number(cx, "pending", consumer.pending().size());
    cx.reply.bulk("idle");
    cx.reply.integer(std::max<int64_t>(cx.keys.now_ms() - consumer.seen_ms, 0));
  }
}

void cmd_xinfo_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "CONSUMERS <key> <group>",
      "    The consumers of a group.",
      "GROUPS <key>",
      "    The groups of a stream.",
      "STREAM <key> [FULL [COUNT <count>]]",
      "    A stream; with FULL its groups and consumers too, and the first entries and",
      "    pending entries of each.",
  };
  reply_help(cx, kLines);
}

constexpr CommandSpec kInfoTable[] = {
    {.name = "xinfo|consumers",
     .run = cmd_xinfo_consumers,
     .arity = 4,
     .flags = kReadonly,
     .keys = {2, 2, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(N) where N is the number of consumers",
     .summary = "Lists the consumers of a consumer group.",
     .syntax = "key groupname",
     .tips = "nondeterministic_output"},
    {.name = "xinfo|groups",
     .run = cmd_xinfo_groups,
     .arity = 3,
     .flags = kReadonly,
     .keys = {2, 2, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(N) where N is the number of groups",
     .summary = "Lists the consumer groups of a stream.",
     .syntax = "key",
     .history = "7.0.0 entries-read and lag.\n"},
    {.name = "xinfo|help",
     .run = cmd_xinfo_help,
     .arity = 2,
     .flags = kLoading | kStale,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of XINFO."},
    {.name = "xinfo|stream",
     .run = cmd_xinfo_stream,
     .arity = -3,
     .flags = kReadonly,
     .keys = {2, 2, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1); with FULL O(N) where N is the number of entries and groups shown",
     .summary = "Tells of a stream, in short or with all that belongs to it.",
     .syntax = "key [FULL full{[COUNT count]}]",
     .history = "6.0.0 FULL.\n7.0.0 max-deleted-entry-id, entries-added, recorded-first-entry-id, "
                "entries-read and lag.\n"},
};

constexpr CommandSpec kTable[] = {
    {.name = "xinfo",
     .arity = -2,
     .group = "stream",
     .since = "5.0.0",
     .complexity = "depends on the subcommand",
     .summary = "Tells of streams, consumer groups and consumers.",
     .subcommands = kInfoTable},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kStreamInfoCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kStreamInfoCommands{kTable};

}  // namespace cobnut
