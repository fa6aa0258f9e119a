// Streams: adding entries, reading ranges of them, and removing them.
#include <algorithm>

#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/stream/stream_parts_commands.h"

namespace cobnut {
namespace {

StreamLimits limits_of(Context& cx) {
  const auto& options = cx.server.options.current();
  return {.block_bytes = options.stream_node_max_bytes,
          .block_entries = options.stream_node_max_entries};
}

// -- the options that XADD and XTRIM share

struct TrimArguments {
  StreamTrim trim;
  bool limit_given = false;
  bool references_given = false;
};

// MAXLEN or MINID at words[*i], [~ | =], threshold; *i moves to the threshold. False: an error is
// replied.
bool parse_threshold(Context& cx, std::span<const Bytes> words, size_t* i, StreamTrim* trim) {
  if (trim->by != StreamTrim::By::kNothing) return failed(cx, err::kTrimTwice);
  const bool by_length = equal_ignore_case(words[*i], "maxlen");
  ++*i;
  if (*i + 1 < words.size() && (words[*i] == "~" || words[*i] == "=")) {
    trim->whole_blocks = words[*i] == "~";
    ++*i;
  }
  if (by_length) {
    const std::optional<int64_t> length = integer_argument(cx, words[*i]);
    if (!length) return false;
    if (*length < 0) return failed(cx, err::kTrimLength);
    trim->length = static_cast<uint64_t>(*length);
    trim->by = StreamTrim::By::kLength;
    return true;
  }
  const std::optional<StreamId> id = stream_id_argument(cx, words[*i]);
  if (!id) return false;
  trim->id = *id;
  trim->by = StreamTrim::By::kId;
  return true;
}

// Looks at one option of both. nullopt: none of them. False in it: an error is replied.
std::optional<bool> parse_trim_option(Context& cx, std::span<const Bytes> words, size_t* i,
                                      TrimArguments* arguments) {
  const Bytes word = words[*i];
  if (const std::optional<StreamReferences> references = stream_references(word)) {
    if (arguments->references_given) return failed(cx, err::kSyntax);
    arguments->trim.references = *references;
    arguments->references_given = true;
    return true;
  }
  if (*i + 1 == words.size()) return std::nullopt;
  if (equal_ignore_case(word, "maxlen") || equal_ignore_case(word, "minid"))
    return parse_threshold(cx, words, i, &arguments->trim);
  if (!equal_ignore_case(word, "limit")) return std::nullopt;
  const std::optional<int64_t> limit = integer_argument(cx, words[++*i]);
  if (!limit) return false;
  if (*limit < 0) return failed(cx, err::kTrimLimit);
  arguments->trim.limit = *limit;
  arguments->limit_given = true;
  return true;
}

// Whether they fit together; an error is replied if not.
bool finish_trim(Context& cx, TrimArguments* arguments, bool required) {
  StreamTrim& trim = arguments->trim;
  if (trim.by == StreamTrim::By::kNothing) {
    if (trim.limit != 0) return failed(cx, err::kTrimLimitAlone);
    if (required) return failed(cx, err::kTrimNothing);
  }
  if (arguments->limit_given) {
    if (!trim.whole_blocks) return failed(cx, err::kTrimLimitExact);
  } else if (trim.whole_blocks) {  // so that one command does not take long: 100 blocks
    constexpr int64_t kLimitMax = 1'000'000;
    constexpr int64_t kLimitWithoutBlockEntries = 10'000;
    const int64_t entries = limits_of(cx).block_entries;
    trim.limit = entries > 0 ? std::min(entries, kLimitMax / 100) * 100 : kLimitWithoutBlockEntries;
  }
  return true;
}

// -- XADD

struct AddArguments : TrimArguments {
  StreamId id;
  bool id_given = false;
  bool auto_seq = false;
  bool create = true;
  size_t pairs_at = 0;  // of the words
};

std::optional<AddArguments> parse_add(Context& cx, Args args) {
  AddArguments arguments;
  const std::span<const Bytes> words = args.words();
  size_t i = 2;
  for (; i < words.size() && words[i] != "*"; i++) {
    if (const std::optional<bool> parsed = parse_trim_option(cx, words, &i, &arguments)) {
      if (!*parsed) return std::nullopt;
      continue;
    }
    if (equal_ignore_case(words[i], "nomkstream")) {
      arguments.create = false;
      continue;
    }
    const std::optional<StreamId> id = parse_stream_id(words[i], 0, &arguments.auto_seq);
    if (!id) return nothing(cx, err::kStreamId);
    arguments.id = *id;
    arguments.id_given = true;
    break;
  }
  if (!finish_trim(cx, &arguments, false)) return std::nullopt;
  arguments.pairs_at = i + 1;
  if (words.size() < i + 3 || (words.size() - i - 1) % 2 == 1) {
    reply_wrong_arity(cx);
    return std::nullopt;
  }
  if (arguments.id_given && !arguments.auto_seq && arguments.id.zero())
    return nothing(cx, err::kStreamIdZero);
  return arguments;
}

// The id of a new entry; not above `last` when none can be.
StreamId next_id(Context& cx, const AddArguments& arguments, StreamId last) {
  if (arguments.id_given && !arguments.auto_seq) return arguments.id;
  const uint64_t ms =
      arguments.id_given ? arguments.id.ms : static_cast<uint64_t>(cx.keys.now_ms());
  if (ms > last.ms) return {ms, 0};
  if (!arguments.id_given) return last.next();
  if (ms < last.ms || last.seq == UINT64_MAX) return {ms, 0};
  return {ms, last.seq + 1};
}

void cmd_xadd(Context& cx, Args args) {
  const std::optional<AddArguments> arguments = parse_add(cx, args);
  if (!arguments) return;
  const Key key = args.key();
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, key, &stream)) return;
  if (stream == nullptr && !arguments->create) return cx.reply.null();
  const StreamId last = stream != nullptr ? stream->last_id() : StreamId{};
  if (last == kStreamIdMax) return cx.reply.error(err::kStreamIdsExhausted);
  const StreamId id = next_id(cx, *arguments, last);
  if (id <= last) return cx.reply.error(err::kStreamIdNotAbove);
  const bool made = stream == nullptr;
  CollectionHeap& heap = cx.keys.at(key).heap();
  if (made) stream = new StreamValue(heap);
  if (!stream->append(id, args.words().subspan(arguments->pairs_at), limits_of(cx))) {
    if (made) heap.discard(stream);
    return cx.reply.error(err::kStreamElementsTooLarge);
  }
  const bool trimmed = stream->trim(arguments->trim) > 0;
  if (made) {
    if (!put_stream(cx, key, stream, Event::kXadd)) return;
  } else {
    stream_changed(cx, key, Event::kXadd);
  }
  if (trimmed) cx.keys.at(key).announce(cx.keys.db(), key, Event::kXtrim);
  reply_stream_id(cx, id);
}

void cmd_xtrim(Context& cx, Args args) {
  TrimArguments arguments;
  const std::span<const Bytes> words = args.words();
  for (size_t i = 2; i < words.size(); i++) {
    const std::optional<bool> parsed = parse_trim_option(cx, words, &i, &arguments);
    if (!parsed) return cx.reply.error(err::kSyntax);
    if (!*parsed) return;
  }
  if (!finish_trim(cx, &arguments, true)) return;
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, args.key(), &stream)) return;
  if (stream == nullptr) return cx.reply.integer(0);
  const uint64_t removed = stream->trim(arguments.trim);
  if (removed > 0) stream_changed(cx, args.key(), Event::kXtrim);
  cx.reply.integer(static_cast<int64_t>(removed));
}

// -- reading

void cmd_xlen(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!find_stream(cx, args.key(), &stream)) return;
  cx.reply.integer(stream != nullptr ? static_cast<int64_t>(stream->length()) : 0);
}

void range(Context& cx, Args args, Bytes first_word, Bytes last_word, bool backward) {
  const std::optional<StreamId> first = interval_start(cx, first_word);
  if (!first) return;
  const std::optional<StreamId> last = interval_end(cx, last_word);
  if (!last) return;
  std::optional<int64_t> limit;
  for (size_t i = 4; i < args.size(); i += 2) {
    if (!equal_ignore_case(args[i], "count") || i + 1 == args.size())
      return cx.reply.error(err::kSyntax);
    limit = integer_argument(cx, args[i + 1]);
    if (!limit) return;
  }
  StreamValue* stream = nullptr;
  if (!find_stream(cx, args.key(), &stream)) return;
  if (stream == nullptr) return cx.reply.array(0);
  if (limit && *limit <= 0) return cx.reply.null_array();
  reply_stream_range(cx, *stream, *first, *last, static_cast<size_t>(limit.value_or(0)), backward);
}

void cmd_xrange(Context& cx, Args args) { range(cx, args, args[2], args[3], false); }
void cmd_xrevrange(Context& cx, Args args) { range(cx, args, args[3], args[2], true); }

// -- removing

void cmd_xdel(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, args.key(), &stream)) return;
  if (stream == nullptr) return cx.reply.integer(0);
  const auto ids = stream_id_arguments(cx, args.words().subspan(2));
  if (!ids) return;
  const auto removed = std::ranges::count_if(*ids, [&](StreamId id) { return stream->remove(id); });
  if (removed > 0) stream_changed(cx, args.key(), Event::kXdel);
  cx.reply.integer(removed);
}

// Redis 8.2: what became of each entry.
enum DeleteResult : int64_t { kNoSuchEntry = -1, kEntryDeleted = 1, kEntryReferenced = 2 };

void cmd_xdelex(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, args.key(), &stream)) return;
  const auto arguments = delete_arguments(cx, args.words().subspan(2));
  if (!arguments) return;
  bool deleted = false, dropped = false;
  cx.reply.array(arguments->ids.size());
  for (const StreamId id : arguments->ids) {
    if (stream == nullptr) {
      cx.reply.integer(kNoSuchEntry);
    } else if (arguments->references == StreamReferences::kAcknowledged && stream->referenced(id)) {
      cx.reply.integer(kEntryReferenced);
    } else {
      if (arguments->references == StreamReferences::kDelete)
        dropped |= stream->drop_references(id);
      const bool removed = stream->remove(id);
      deleted |= removed;
      cx.reply.integer(removed ? kEntryDeleted : kNoSuchEntry);
    }
  }
  if (deleted || dropped) stream_changed(cx, args.key(), deleted ? Event::kXdel : Event::kNone);
}

void cmd_xackdel(Context& cx, Args args) {
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, args.key(), &stream)) return;
  const auto arguments = delete_arguments(cx, args.words().subspan(3));
  if (!arguments) return;
  ConsumerGroup* group = stream != nullptr ? stream->find_group(args[2]) : nullptr;
  bool deleted = false, acknowledged = false;
  cx.reply.array(arguments->ids.size());
  for (const StreamId id : arguments->ids) {
    if (group == nullptr || !group->acknowledge(*stream, id)) {
      cx.reply.integer(kNoSuchEntry);
      continue;
    }
    acknowledged = true;
    if (arguments->references == StreamReferences::kAcknowledged && stream->referenced(id)) {
      cx.reply.integer(kEntryReferenced);
      continue;
    }
    if (arguments->references == StreamReferences::kDelete) stream->drop_references(id);
    deleted |= stream->remove(id);
    cx.reply.integer(kEntryDeleted);
  }
  if (acknowledged) stream_changed(cx, args.key(), deleted ? Event::kXdel : Event::kNone);
}

// -- XSETID

struct SetIdArguments {
  std::optional<int64_t> entries_added;
  StreamId max_deleted;
};

std::optional<SetIdArguments> parse_set_id(Context& cx, Args args, StreamId id) {
  SetIdArguments arguments;
  for (size_t i = 3; i < args.size(); i += 2) {
    if (i + 1 == args.size()) return nothing(cx, err::kSyntax);
    if (equal_ignore_case(args[i], "entriesadded")) {
      arguments.entries_added = integer_argument(cx, args[i + 1]);
      if (!arguments.entries_added) return std::nullopt;
      if (*arguments.entries_added < 0) return nothing(cx, err::kEntriesAdded);
    } else if (equal_ignore_case(args[i], "maxdeletedid")) {
      const std::optional<StreamId> deleted = stream_id_argument(cx, args[i + 1]);
      if (!deleted) return std::nullopt;
      if (id < *deleted) return nothing(cx, err::kSetIdBelowDeleted);
      arguments.max_deleted = *deleted;
    } else {
      return nothing(cx, err::kSyntax);
    }
  }
  return arguments;
}

void cmd_xsetid(Context& cx, Args args) {
  const std::optional<StreamId> id = stream_id_argument(cx, args[2]);
  if (!id) return;
  const std::optional<SetIdArguments> arguments = parse_set_id(cx, args, *id);
  if (!arguments) return;
  StreamValue* stream = nullptr;
  if (!edit_stream(cx, args.key(), &stream)) return;
  if (stream == nullptr) return cx.reply.error(err::kNoSuchKey);
  if (stream->length() > 0) {
    if (*id < stream->last_entry_id()) return cx.reply.error(err::kSetIdBelowTop);
    if (arguments->entries_added &&
        stream->length() > static_cast<uint64_t>(*arguments->entries_added))
      return cx.reply.error(err::kEntriesAddedBelowLength);
  }
  stream->set_last_id(*id);
  if (arguments->entries_added)
    stream->set_entries_added(static_cast<uint64_t>(*arguments->entries_added));
  if (!arguments->max_deleted.zero()) stream->set_max_deleted_id(arguments->max_deleted);
  stream_changed(cx, args.key(), Event::kXsetid);
  cx.reply.ok();
}

constexpr CommandSpec kTable[] = {
    {.name = "xackdel",
     .run = cmd_xackdel,
     .arity = -6,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update delete",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "8.2.0",
     .complexity = "O(log N) for each entry, with the consumer groups for DELREF and ACKED",
     .summary = "Acknowledges entries for a consumer group and deletes them from the stream.",
     .syntax = "key group [condition{KEEPREF | DELREF | ACKED}] IDS ids{numids:integer id...}"},
    {.name = "xadd",
     .run = cmd_xadd,
     .arity = -5,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1), and O(N) where N is the number of entries that are trimmed",
     .summary = "Appends an entry to a stream, which is created if it does not exist.",
     .syntax = "key [NOMKSTREAM@6.2.0] [condition@8.2.0{KEEPREF | DELREF | ACKED}] "
               "[trim{strategy{MAXLEN | MINID@6.2.0} [operator{equal== | "
               "approximately=~}] threshold [LIMIT count@6.2.0]}] id_or_auto{auto_id=* | id} "
               "field_value{field value}...",
     .tips = "nondeterministic_output",
     .history = "6.2.0 NOMKSTREAM, MINID and LIMIT.\n7.0.0 Ids of the form <ms>-*.\n8.2.0 KEEPREF, "
                "DELREF and ACKED.\n"},
    {.name = "xdel",
     .run = cmd_xdel,
     .arity = -3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N) for each entry",
     .summary = "Deletes entries of a stream and tells how many were there.",
     .syntax = "key id..."},
    {.name = "xdelex",
     .run = cmd_xdelex,
     .arity = -5,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update delete",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "8.2.0",
     .complexity = "O(log N) for each entry, with the consumer groups for DELREF and ACKED",
     .summary = "Deletes entries of a stream, with a say on what consumer groups hold of them.",
     .syntax = "key [condition{KEEPREF | DELREF | ACKED}] IDS ids{numids:integer id...}"},
    {.name = "xlen",
     .run = cmd_xlen,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Returns the number of entries of a stream.",
     .syntax = "key"},
    {.name = "xrange",
     .run = cmd_xrange,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N + M) where M is the number of entries returned",
     .summary = "Returns the entries of a stream between two ids.",
     .syntax = "key start end [COUNT count]",
     .history = "6.2.0 Ends that do not belong to the range.\n"},
    {.name = "xrevrange",
     .run = cmd_xrevrange,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N + M) where M is the number of entries returned",
     .summary = "Returns the entries of a stream between two ids, the last one first.",
     .syntax = "key end start [COUNT count]",
     .history = "6.2.0 Ends that do not belong to the range.\n"},
    {.name = "xsetid",
     .run = cmd_xsetid,
     .arity = -3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Sets the last id of a stream, as replication does.",
     .syntax = "key last-id [ENTRIESADDED entries_added:integer@7.0.0] [MAXDELETEDID "
               "max_deleted_entry_id@7.0.0]",
     .history = "7.0.0 ENTRIESADDED and MAXDELETEDID.\n"},
    {.name = "xtrim",
     .run = cmd_xtrim,
     .arity = -4,
     .flags = kWrite,
     .keys = {1, 1, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(N) where N is the number of entries that go; whole blocks go at once",
     .summary = "Deletes the oldest entries of a stream, down to a length or an id.",
     .syntax = "key trim{strategy{MAXLEN | MINID@6.2.0} [operator{equal== | approximately=~}] "
               "threshold [LIMIT count@6.2.0] [condition@8.2.0{KEEPREF | DELREF | ACKED}]}",
     .tips = "nondeterministic_output",
     .history = "6.2.0 MINID and LIMIT.\n8.2.0 KEEPREF, DELREF and ACKED.\n"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kStreamCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kStreamCommands{kTable};

}  // namespace cobnut
