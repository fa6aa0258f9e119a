// Lists: pushes, pops and reads. Redis 7.0.15's replies and error texts.
#include <algorithm>

#include "command/well_formed.h"
#include "types/list/list_support_commands.h"

namespace cobnut {
namespace {

void push(Context& cx, Args args, ListEnd end, bool only_if_there) {
  const Key key = args.key();
  const std::span<const Bytes> elements = args.words().subspan(2);
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kList)) return;
  if (only_if_there && !found) return cx.reply.integer(0);
  if (!elements_allowed(cx, elements)) return;
  ListValue list = list_value(cx, key, found);
  if (!list.push(end, elements)) return cx.reply.error(err::kOutOfMemory);
  list.committed(push_event(end));
  cx.reply.integer(static_cast<int64_t>(list.size()));
}

void cmd_lpush(Context& cx, Args args) { push(cx, args, ListEnd::kFront, false); }
void cmd_rpush(Context& cx, Args args) { push(cx, args, ListEnd::kBack, false); }
void cmd_lpushx(Context& cx, Args args) { push(cx, args, ListEnd::kFront, true); }
void cmd_rpushx(Context& cx, Args args) { push(cx, args, ListEnd::kBack, true); }

void pop(Context& cx, Args args, ListEnd end) {
  if (args.size() > 3) return reply_wrong_arity(cx);
  const bool counted = args.size() == 3;
  size_t count = 1;
  if (counted) {
    const std::optional<int64_t> wanted = integer_argument(cx, args[2], err::kNotPositive);
    if (!wanted) return;
    if (*wanted < 0) return cx.reply.error(err::kNotPositive);
    count = static_cast<size_t>(*wanted);
  }
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kList)) return;
  if (!found) return counted ? cx.reply.null_array() : cx.reply.null();
  ListValue list = list_value(cx, key, found);
  if (counted) return reply_and_pop(cx, list, end, std::min(count, list.size()));
  listpack::reply_bulk(cx.reply, list.end(end).value());
  list.pop(end, 1);
  list.committed(pop_event(end));
}

void cmd_lpop(Context& cx, Args args) { pop(cx, args, ListEnd::kFront); }
void cmd_rpop(Context& cx, Args args) { pop(cx, args, ListEnd::kBack); }

void cmd_llen(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (type_or_absent(cx, found, Type::kList))
    cx.reply.integer(static_cast<int64_t>(list_size(found)));
}

void cmd_lindex(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kList)) return;
  if (!found) return cx.reply.null();
  const std::optional<int64_t> index = integer_argument(cx, args[2]);
  if (!index) return;
  const auto size = static_cast<int64_t>(list_size(found));
  if (*index >= size || *index < -size) return cx.reply.null();
  const ListCursor cursor(*found.entry, static_cast<size_t>(*index < 0 ? *index + size : *index));
  listpack::reply_bulk(cx.reply, cursor.value());
}

void cmd_lrange(Context& cx, Args args) {
  const std::optional<int64_t> start = integer_argument(cx, args[2]);
  if (!start) return;
  const std::optional<int64_t> stop = integer_argument(cx, args[3]);
  if (!stop) return;
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kList)) return;
  const auto size = static_cast<int64_t>(list_size(found));
  const int64_t first = std::max<int64_t>(*start < 0 ? *start + size : *start, 0);
  const int64_t last = std::min(*stop < 0 ? *stop + size : *stop, size - 1);
  if (first > last) return cx.reply.array(0);
  const auto count = static_cast<size_t>(last - first + 1);
  cx.reply.array(count);
  ListCursor cursor(*found.entry, static_cast<size_t>(first));
  cursor.visit_forward(
      count, [&](const listpack::Value& value) { listpack::reply_bulk(cx.reply, value); });
}

constexpr CommandSpec kTable[] = {
    {.name = "lindex",
     .run = cmd_lindex,
     .arity = 3,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(log N) where N is the length of the list",
     .summary = "Returns the element at an index of a list.",
     .syntax = "key index"},
    {.name = "llen",
     .run = cmd_llen,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Returns the length of a list.",
     .syntax = "key"},
    {.name = "lpop",
     .run = cmd_lpop,
     .arity = -2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of elements that are returned",
     .summary = "Removes and returns the first elements of a list.",
     .syntax = "key [count@6.2.0]",
     .history = "6.2.0 count.\n"},
    {.name = "lpush",
     .run = cmd_lpush,
     .arity = -3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of elements that are added",
     .summary = "Puts elements in front of a list, one after the other, or creates it.",
     .syntax = "key element...",
     .history = "2.4.0 Several elements.\n"},
    {.name = "lpushx",
     .run = cmd_lpushx,
     .arity = -3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "2.2.0",
     .complexity = "O(N) where N is the number of elements that are added",
     .summary = "Puts elements in front of a list that exists, one after the other.",
     .syntax = "key element...",
     .history = "4.0.0 Several elements.\n"},
    {.name = "lrange",
     .run = cmd_lrange,
     .arity = 4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(log N + M) where N is the length of the list, M what is returned of it",
     .summary = "Returns a range of the elements of a list.",
     .syntax = "key start:integer stop:integer"},
    {.name = "rpop",
     .run = cmd_rpop,
     .arity = -2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of elements that are returned",
     .summary = "Removes and returns the last elements of a list.",
     .syntax = "key [count@6.2.0]",
     .history = "6.2.0 count.\n"},
    {.name = "rpush",
     .run = cmd_rpush,
     .arity = -3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of elements that are added",
     .summary = "Appends elements to a list, one after the other, or creates it.",
     .syntax = "key element...",
     .history = "2.4.0 Several elements.\n"},
    {.name = "rpushx",
     .run = cmd_rpushx,
     .arity = -3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "2.2.0",
     .complexity = "O(N) where N is the number of elements that are added",
     .summary = "Appends elements to a list that exists, one after the other.",
     .syntax = "key element...",
     .history = "4.0.0 Several elements.\n"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kListCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kListCommands{kTable};

}  // namespace cobnut
