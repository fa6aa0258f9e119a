// XREAD and XREADGROUP: what is new in several streams, for everybody or for one group's consumer.
// Both read at once or not at all: BLOCK is taken, and refused when there is nothing to read yet.
#include <unordered_map>

#include "base/text.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/stream/stream_parts_commands.h"

namespace cobnut {
namespace {

struct ReadArguments {
  bool of_group = false;  // XREADGROUP
  std::optional<int64_t> block_ms;
  size_t limit = 0;  // entries of each stream; 0: all
  bool acknowledged = false;
  Bytes group, consumer;
  bool group_given = false;
  size_t streams_at = 0;  // the first key
  size_t streams = 0;
};

// Where STREAMS stands, behind options that are well formed; 0: nowhere.
size_t streams_word(std::span<const Bytes> words) {
  for (size_t i = 1; i < words.size(); i++) {
    if (equal_ignore_case(words[i], "streams")) return i;
    if (equal_ignore_case(words[i], "block") || equal_ignore_case(words[i], "count")) {
      i++;
    } else if (equal_ignore_case(words[i], "group")) {
      i += 2;
    } else if (!equal_ignore_case(words[i], "noack")) {
      return 0;
    }
  }
  return 0;
}

KeyRange read_keys(std::span<const Bytes> words) {
  const size_t at = streams_word(words);
  if (at == 0) return {};
  return {at + 1, 1, (words.size() - at - 1) / 2};
}

std::optional<ReadArguments> parse_read(Context& cx, Args args) {
  ReadArguments arguments;
  arguments.of_group = cx.spec.name == "xreadgroup";
  for (size_t i = 1; arguments.streams_at == 0; i++) {
    if (i >= args.size()) return nothing(cx, err::kSyntax);
    const size_t behind = args.size() - i - 1;
    if (equal_ignore_case(args[i], "block") && behind > 0) {
      arguments.block_ms = timeout_argument(cx, args[++i]);
      if (!arguments.block_ms) return std::nullopt;
    } else if (equal_ignore_case(args[i], "count") && behind > 0) {
      const std::optional<int64_t> limit = integer_argument(cx, args[++i]);
      if (!limit) return std::nullopt;
      arguments.limit = *limit > 0 ? static_cast<size_t>(*limit) : 0;
    } else if (equal_ignore_case(args[i], "streams") && behind > 0) {
      if (behind % 2 != 0) return nothing(cx, err::kStreamsUnbalanced);
      arguments.streams_at = i + 1;
      arguments.streams = behind / 2;
    } else if (equal_ignore_case(args[i], "group") && behind >= 2) {
      if (!arguments.of_group) return nothing(cx, err::kReadGroupOnly);
      arguments.group = args[++i];
      arguments.consumer = args[++i];
      arguments.group_given = true;
    } else if (equal_ignore_case(args[i], "noack")) {
      if (!arguments.of_group) return nothing(cx, err::kReadNoackOnly);
      arguments.acknowledged = true;
    } else {
      return nothing(cx, err::kSyntax);
    }
  }
  if (arguments.of_group && !arguments.group_given) return nothing(cx, err::kReadGroupMissing);
  return arguments;
}

// One stream of the request.
struct Source {
  size_t index;  // of its key
  StreamValue* stream = nullptr;
  ConsumerGroup* group = nullptr;
  StreamId after;        // entries behind this one
  bool history = false;  // of the consumer's pending entries
};

// "$", ">" or an id. False: an error is replied.
bool parse_after(Context& cx, Bytes text, bool of_group, Source* source) {
  if (text == "$") {
    if (of_group) return failed(cx, err::kReadLastOnly);
    if (source->stream != nullptr) source->after = source->stream->last_id();
    return true;
  }
  if (text == ">") {
    if (!of_group) return failed(cx, err::kReadNewOnly);
    source->after = kStreamIdMax;  // until its group tells
    return true;
  }
  const std::optional<StreamId> id = stream_id_argument(cx, text);
  if (!id) return false;
  source->after = *id;
  return true;
}

// Every stream of the request; nullopt: an error is replied.
std::optional<std::vector<Source>> find_sources(Context& cx, Args args,
                                                const ReadArguments& arguments) {
  std::vector<Source> sources;
  sources.reserve(arguments.streams);
  for (size_t i = 0; i < arguments.streams; i++) {
    Source source{.index = i};
    if (!find_stream(cx, args.key(i), &source.stream)) return std::nullopt;
    if (arguments.of_group) {
      if (source.stream != nullptr) source.group = source.stream->find_group(arguments.group);
      if (source.group == nullptr) {
        reply_no_group(cx, err::kReadNoGroup, args.key(i).bytes, arguments.group);
        return std::nullopt;
      }
    }
    const Bytes after = args[arguments.streams_at + arguments.streams + i];
    if (!parse_after(cx, after, arguments.of_group, &source)) return std::nullopt;
    sources.push_back(source);
  }
  return sources;
}

// How far the group of a source will have read once new entries behind `after` are read.
StreamId read_up_to(const Source& source, StreamId after, size_t limit) {
  if (limit == 0) return source.stream->last_id();
  StreamValue::Reader reader(*source.stream, after.next(), kStreamIdMax);
  StreamEntry entry;
  for (size_t i = 0; i < limit && reader.next(&entry); i++) after = entry.id;
  return after;
}

// Only those that there is something to read from stay.
void keep_readable(std::vector<Source>& sources, size_t limit) {
  // Where each group begins to read: the same may be named again, and reads on then. Only filled
  // for several streams, as it allocates.
  std::unordered_map<const ConsumerGroup*, StreamId> begun;
  const auto has_some = [&](Source& source) {
    if (source.stream == nullptr) return false;
    if (source.group != nullptr && source.after != kStreamIdMax) {
      source.history = true;  // its own, even if there is none
      return true;
    }
    if (source.group != nullptr) {
      const auto earlier = begun.find(source.group);
      source.after = earlier != begun.end() ? read_up_to(source, earlier->second, limit)
                                            : source.group->last_id;
    }
    if (!source.stream->any_behind(source.after)) return false;
    if (source.group != nullptr && sources.size() > 1) begun[source.group] = source.after;
    return true;
  };
  size_t kept = 0;
  for (Source& source : sources) {
    if (has_some(source)) sources[kept++] = source;
  }
  sources.erase(sources.begin() + static_cast<ptrdiff_t>(kept), sources.end());
}

// New entries for a consumer, pending from now on.
void reply_new(Context& cx, const Source& source, Consumer* consumer,
               const ReadArguments& arguments) {
  StreamValue& stream = *source.stream;
  ConsumerGroup& group = *source.group;
  reply_stream_range(cx, stream, source.after.next(), kStreamIdMax, arguments.limit, false,
                     [&](StreamId id) {
                       if (id > group.last_id) stream.advance(group, id);
                       if (!arguments.acknowledged)
                         group.assign(stream, id, consumer, cx.keys.now_ms(), 1);
                     });
}

// What a consumer has got before and not acknowledged.
void reply_history(Context& cx, const Source& source, Consumer* consumer, size_t limit) {
  const StreamId first = source.after.next();
  size_t count = 0;
  for (auto at = consumer->pending().lower_bound(first); at && (limit == 0 || count < limit);
       at.next())
    count++;
  cx.reply.array(count);
  for (auto at = consumer->pending().lower_bound(first); count > 0; at.next(), count--) {
    StreamEntry entry;
    if (!StreamValue::Reader(*source.stream, at.id(), at.id()).next(&entry)) {  // deleted meanwhile
      cx.reply.array(2);
      reply_stream_id(cx, at.id());
      cx.reply.null_array();
      continue;
    }
    reply_stream_entry(cx, entry);
    const uint64_t deliveries = source.group->find_pending(at.id())->deliveries;
    source.group->assign(*source.stream, at.id(), consumer, cx.keys.now_ms(), deliveries + 1);
  }
}

void reply_for_consumer(Context& cx, const Key& key, const Source& source,
                        const ReadArguments& arguments) {
  Consumer* consumer = source.group->find_consumer(arguments.consumer);
  const bool created = consumer == nullptr;
  const int64_t now_ms = cx.keys.now_ms();
  if (created) consumer = source.group->create_consumer(*source.stream, arguments.consumer, now_ms);
  consumer->seen_ms = now_ms;
  if (source.history) {
    reply_history(cx, source, consumer, arguments.limit);
  } else {
    reply_new(cx, source, consumer, arguments);
  }
  stream_changed(cx, key, created ? Event::kXgroupCreateconsumer : Event::kNone);
}

void cmd_xread(Context& cx, Args args) {
  const std::optional<ReadArguments> arguments = parse_read(cx, args);
  if (!arguments) return;
  DCHECK(args.key_count() == arguments->streams);
  auto sources = find_sources(cx, args, *arguments);
  if (!sources) return;
  keep_readable(*sources, arguments->limit);
  if (sources->empty())
    return arguments->block_ms ? cx.reply.error(err::kNoWaiting) : cx.reply.null_array();
  cx.reply.resp() == 2 ? cx.reply.array(sources->size()) : cx.reply.map(sources->size());
  for (const Source& source : *sources) {
    const Key key = args.key(source.index);
    if (cx.reply.resp() == 2) cx.reply.array(2);
    cx.reply.bulk(key.bytes);
    if (source.group != nullptr) {
      reply_for_consumer(cx, key, source, *arguments);
    } else {
      reply_stream_range(cx, *source.stream, source.after.next(), kStreamIdMax, arguments->limit);
    }
  }
}

constexpr CommandSpec kTable[] = {
    {.name = "xread",
     .run = cmd_xread,
     .arity = -4,
     .flags = kReadonly | kBlocking,
     .keys = {.first = 1, .last = -1, .step = 1, .keyword = "STREAMS", .find = read_keys},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N + M) for each stream, where M is the number of entries returned",
     .summary = "Returns the entries behind an id from each of several streams.",
     .syntax = "[COUNT count] [BLOCK milliseconds] STREAMS streams{key... id...}"},
    {.name = "xreadgroup",
     .run = cmd_xread,
     .arity = -7,
     .flags = kWrite | kBlocking,
     .keys = {.first = 4, .last = -1, .step = 1, .keyword = "STREAMS", .find = read_keys},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N) for each stream and each of the entries returned",
     .summary = "Returns new or pending entries of several streams to a consumer of a group.",
     .syntax = "GROUP group_consumer{group consumer} [COUNT count] [BLOCK milliseconds] [NOACK] "
               "STREAMS streams{key... id...}"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kStreamReadCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kStreamReadCommands{kTable};

}  // namespace cobnut
