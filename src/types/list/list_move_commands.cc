// Lists: commands of several lists. Redis 7.0.15's replies and error texts.
#include <algorithm>
#include <string>

#include "command/well_formed.h"
#include "types/list/list_support_commands.h"

namespace cobnut {
namespace {

void move(Context& cx, Args args, ListEnd from, ListEnd to) {
  const Key source_key = args.key(0), target_key = args.key(1);
  cx.keys.edit(source_key);  // a due key is removed, which would void the other's entry
  Found target_found = cx.keys.edit(target_key);
  const Found source_found = cx.keys.edit(source_key);
  if (!source_found) return cx.reply.null();
  if (!type_or_absent(cx, source_found, Type::kList)) return;
  if (!type_or_absent(cx, target_found, Type::kList)) return;
  // A copy, as both lists are about to move: up to 15 bytes without an allocation.
  char digits[kIntTextMax];
  const std::string moved(list_value(cx, source_key, source_found).end(from).value().text(digits));
  const Bytes element = moved;
  ListValue target = list_value(cx, target_key, target_found);
  if (!target.push(to, {&element, 1})) return cx.reply.error(err::kOutOfMemory);
  target.committed(push_event(to));
  // The target may be the source, or may have moved its entry.
  ListValue source = list_value(cx, source_key, cx.keys.edit(source_key));
  source.pop(from, 1);
  source.committed(pop_event(from));
  cx.reply.bulk(element);
}

void cmd_lmove(Context& cx, Args args) {
  const std::optional<ListEnd> from = end_argument(cx, args[3]);
  if (!from) return;
  const std::optional<ListEnd> to = end_argument(cx, args[4]);
  if (!to) return;
  move(cx, args, *from, *to);
}

void cmd_rpoplpush(Context& cx, Args args) { move(cx, args, ListEnd::kBack, ListEnd::kFront); }

void cmd_lmpop(Context& cx, Args args) {
  const std::optional<int64_t> keys = integer_argument(cx, args[1], err::kNumkeysNotPositive);
  if (!keys) return;
  if (*keys <= 0) return cx.reply.error(err::kNumkeysNotPositive);
  if (*keys >= static_cast<int64_t>(args.size()) - 2) return cx.reply.error(err::kSyntax);
  const std::span<const Bytes> words = args.words().subspan(static_cast<size_t>(*keys) + 2);
  const std::optional<ListEnd> end = end_argument(cx, words[0]);
  if (!end) return;
  size_t count = 1;
  if (words.size() > 1) {
    if (words.size() < 3 || !equal_ignore_case(words[1], "count"))
      return cx.reply.error(err::kSyntax);
    const std::optional<int64_t> wanted = integer_argument(cx, words[2], err::kCountPositive);
    if (!wanted) return;
    if (*wanted <= 0) return cx.reply.error(err::kCountPositive);
    if (words.size() > 3) return cx.reply.error(err::kSyntax);
    count = static_cast<size_t>(*wanted);
  }
  for (size_t i = 0; i < args.key_count(); i++) {
    const Key key = args.key(i);
    const Found found = cx.keys.edit(key);
    if (!type_or_absent(cx, found, Type::kList)) return;
    if (!found) continue;
    ListValue list = list_value(cx, key, found);
    cx.reply.array(2);
    cx.reply.bulk(key.bytes);
    return reply_and_pop(cx, list, *end, std::min(count, list.size()));
  }
  cx.reply.null_array();
}

constexpr KeyUse kMoveKeys[] = {{{1, 1, 1}, "RW access delete"}, {{2, 2, 1}, "RW insert"}};

constexpr CommandSpec kTable[] = {
    {.name = "lmove",
     .run = cmd_lmove,
     .arity = 5,
     .flags = kWrite | kDenyOom,
     .keys = {1, 2, 1},
     .key_uses = kMoveKeys,
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "6.2.0",
     .complexity = "O(1)",
     .summary = "Moves an element from an end of a list to an end of another, and returns it.",
     .syntax = "source:key destination:key#1 wherefrom{LEFT | RIGHT} whereto{LEFT | RIGHT}"},
    {.name = "lmpop",
     .run = cmd_lmpop,
     .arity = -4,
     .flags = kWrite | kMovableKeys,
     .keys = {.first = 2, .last = 0, .step = 1, .count_at = 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "7.0.0",
     .complexity = "O(N+M) where N is the number of keys and M of the elements that are returned",
     .summary = "Removes and returns elements of the first list that is not empty.",
     .syntax = "numkeys key... where{LEFT | RIGHT} [COUNT count]"},
    {.name = "rpoplpush",
     .run = cmd_rpoplpush,
     .arity = 3,
     .flags = kWrite | kDenyOom,
     .keys = {1, 2, 1},
     .key_uses = kMoveKeys,
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.2.0",
     .complexity = "O(1)",
     .summary = "Moves the last element of a list in front of another, and returns it.",
     .syntax = "source:key destination:key#1",
     .deprecated_since = "6.2.0",
     .replaced_by = "`LMOVE` with `RIGHT` and `LEFT`"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kListMoveCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kListMoveCommands{kTable};

}  // namespace cobnut
