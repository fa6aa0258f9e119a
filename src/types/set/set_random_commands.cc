// Sets: members drawn at random, each with the same probability. Redis 7.0.15's replies.
#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "command/well_formed.h"
#include "types/member_expiry/living_draws.h"
#include "types/set/set_support_commands.h"

namespace cobnut {
namespace {

void pop_one(Context& cx, const Key& key) {
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kSet)) return;
  if (!found) return cx.reply.null();
  SetEdit set = set_edit(cx, key, found);
  const bool popped =
      set.pop([&](const SetMember& member) { listpack::reply_bulk(cx.reply, member); });
  if (!popped) return cx.reply.null();
  static_cast<void>(set.committed(Event::kSpop));
}

// Where some members are due, which wait to be reaped, with their event. O(n), as is counting them.
template <typename Reply>
void pop_living(const SetView& view, size_t count, const Reply& reply, SetEdit* set) {
  std::vector<std::string> popped;  // the first that goes moves others
  view.part(
      count,
      [&](const SetMember& member) {
        reply(member);
        popped.emplace_back(member.bytes);  // of a table: never an integer
      },
      [](const SetMember&) {});
  for (const std::string& member : popped) CHECK(set->erase(member));
}

void cmd_spop(Context& cx, Args args) {
  if (args.size() > 3) return cx.reply.error(err::kSyntax);
  const Key key = args.key();
  if (args.size() == 2) return pop_one(cx, key);
  const std::optional<int64_t> count = integer_argument(cx, args[2], err::kNotPositive);
  if (!count) return;
  if (*count < 0) return cx.reply.error(err::kNotPositive);
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kSet)) return;
  if (!found || *count == 0) return cx.reply.set(0);
  const SetView view = set_view(cx, found);
  const size_t living = view.living();
  const size_t popped = std::min(static_cast<size_t>(*count), living);
  cx.reply.set(popped);
  const auto reply = [&](const SetMember& member) { listpack::reply_bulk(cx.reply, member); };
  if (popped == 0) return;
  if (popped == view.size()) {
    view.for_each(reply);
    cx.keys.at(key).announce(cx.keys.db(), key, Event::kSpop);
    return cx.keys.remove(key, found, Event::kDel);
  }
  SetEdit set = set_edit(cx, key, found);
  constexpr size_t kFewOfPopped = 5;
  const size_t left = living - popped;
  if (living < view.size()) {
    pop_living(view, popped, reply, &set);
  } else if (left * kFewOfPopped <= popped) {  // as Redis decides, which may find an intset again
    set.pop_all_but(left, reply);
  } else {
    for (size_t i = 0; i < popped; i++) CHECK(set.pop(reply));
  }
  static_cast<void>(set.committed(Event::kSpop));
}

// Distinct members when they are few of many: drawn until so many are distinct.
void reply_by_drawing(Context& cx, const SetView& view, size_t count) {
  std::unordered_set<Bytes> drawn;  // only tables get here: their members are texts that stay
  drawn.reserve(count);
  while (drawn.size() < count) {
    const std::optional<SetMember> member = view.random();
    CHECK(member);
    if (drawn.insert(member->bytes).second) listpack::reply_bulk(cx.reply, *member);
  }
}

constexpr int64_t kDrawsAtOnce = 256;  // between two looks at how long the reply is

void cmd_srandmember(Context& cx, Args args) {
  if (args.size() > 3) return cx.reply.error(err::kSyntax);
  const bool counted = args.size() == 3;
  int64_t count = 1;
  if (counted) {
    const std::optional<int64_t> wanted = integer_argument(cx, args[2]);
    if (!wanted) return;
    if (*wanted < -INT64_MAX) return cx.reply.error(err::kCountRange);
    count = *wanted;
  }
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kSet)) return;
  if (!found) return counted ? cx.reply.array(0) : cx.reply.null();
  const SetView view = set_view(cx, found);
  LivingDraws<SetView, SetMember> draws(view);
  const std::optional<SetMember> any = draws.next();
  if (!counted) return any ? listpack::reply_bulk(cx.reply, *any) : cx.reply.null();
  if (!any || count == 0) return cx.reply.array(0);
  if (count < 0) {
    cx.reply.array(static_cast<size_t>(-count));
    for (; count < 0; count++) {
      if (count % kDrawsAtOnce == 0 && !may_reply_more(cx)) return;
      listpack::reply_bulk(cx.reply, *draws.next());
    }
    return;
  }
  const size_t living = view.living();
  const size_t distinct = std::min(static_cast<size_t>(count), living);
  cx.reply.array(distinct);
  constexpr size_t kFewOfMany = 3;  // then a draw is rarely of one that was drawn before
  const bool draws_well = view.content().table != nullptr && living == view.size();
  if (draws_well && distinct * kFewOfMany <= living) return reply_by_drawing(cx, view, distinct);
  view.part(
      distinct, [&](const SetMember& member) { listpack::reply_bulk(cx.reply, member); },
      [](const SetMember&) {});
}

constexpr CommandSpec kTable[] = {
    {.name = "spop",
     .run = cmd_spop,
     .arity = -2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N log M) where N is the number of members taken, M the set's size",
     .summary = "Takes members out of a set at random and returns them.",
     .syntax = "key [count@3.2.0]",
     .tips = "nondeterministic_output",
     .history = "3.2.0 A count.\n"},
    {.name = "srandmember",
     .run = cmd_srandmember,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N log M) where N is the absolute count, M the set's size",
     .summary = "Returns members of a set, drawn at random.",
     .syntax = "key [count@2.6.0]",
     .tips = "nondeterministic_output",
     .history = "2.6.0 A count.\n"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kSetRandomCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kSetRandomCommands{kTable};

}  // namespace cobnut
