// Sets: intersection, union and difference. Redis 7.0.15's replies.
//
// No result of a read is built as a set unless it must be free of doubles (SUNION): members are
// found, counted and replied as views into the sets, which nothing changes meanwhile.
#include <algorithm>
#include <vector>

#include "base/text.h"
#include "command/well_formed.h"
#include "types/set/set_support_commands.h"

namespace cobnut {
namespace {

using Views = std::vector<SetView>;

// The sets of the keys `first` and behind, in their order; absent ones are left out, and `*absent`
// tells whether the first one is, and how many are. False: WRONGTYPE is replied.
struct Absent {
  bool first = false;
  size_t count = 0;
};
bool open_sets(Context& cx, Args args, size_t first, Views* views, Absent* absent) {
  // Finding a key may remove it, or another one, when it is due: that is done first.
  for (size_t i = first; i < args.key_count(); i++) {
    if (!type_or_absent(cx, cx.keys.find(args.key(i)), Type::kSet)) return false;
  }
  views->reserve(args.key_count() - first);
  for (size_t i = first; i < args.key_count(); i++) {
    const Found found = cx.keys.peek(args.key(i));
    if (found) {
      views->push_back(set_view(cx, found));
    } else {
      absent->first |= i == first;
      absent->count++;
    }
  }
  return true;
}

// Visits what is in all of the sets until `visit` returns false. Sorts them.
template <typename Visit>
void intersect(Views& views, const Visit& visit) {
  std::ranges::sort(views, {}, &SetView::size);
  const std::span<const SetView> others = std::span(views).subspan(1);
  views[0].visit_while([&](const SetMember& member) {
    const auto has_it = [&](const SetView& other) { return other.contains(member); };
    return !std::ranges::all_of(others, has_it) || visit(member);
  });
}

void unite(const Views& views, SetBuilder* result) {
  for (const SetView& view : views) {
    view.for_each([&](const SetMember& member) { result->add(member); });
  }
}

// Visits what is in the first of the sets and in none of the others. Where these are many and
// small, their union answers with one lookup for all of them.
template <typename Visit>
void subtract(Context& cx, const Key& key, const Views& views, const Visit& visit) {
  const SetView& first = views[0];
  if (views.size() == 1) return first.for_each(visit);
  Views others(views.begin() + 1, views.end());
  size_t size_of_others = 0;
  for (const SetView& other : others) size_of_others += other.size();
  SetBuilder united(cx.keys.at(key).heap(), set_limits(cx));
  if (2 * size_of_others < first.size() * (others.size() - 1)) {
    unite(others, &united);
    others.clear();
    if (!united.empty()) others.push_back(united.view());
  }
  first.for_each([&](const SetMember& member) {
    const auto has_it = [&](const SetView& other) { return other.contains(member); };
    if (std::ranges::none_of(others, has_it)) visit(member);
  });
}

void reply_members(Context& cx, const std::vector<SetText>& members) {
  cx.reply.set(members.size());
  for (const SetText& member : members) listpack::reply_bulk(cx.reply, member);
}

// The destination, which is the command's first key, gets the set, and the reply is its size.
void store(Context& cx, Args args, SetBuilder& result, Event event) {
  const Key key = args.key(0);
  const Found found = cx.keys.peek(key);
  const size_t size = result.size();
  if (size == 0) {
    if (found) cx.keys.remove(key, found, Event::kDel);
    return cx.reply.integer(0);
  }
  if (!written(cx, result.put(cx.keys.at(key), cx.keys.db(), key, found, event))) return;
  cx.reply.integer(static_cast<int64_t>(size));
}

// -- commands

void cmd_sinter(Context& cx, Args args) {
  Views views;
  Absent absent;
  if (!open_sets(cx, args, 0, &views, &absent)) return;
  std::vector<SetText> members;
  if (absent.count == 0) {
    intersect(views, [&](const SetMember& member) {
      members.push_back(member);
      return true;
    });
  }
  reply_members(cx, members);
}

void cmd_sinterstore(Context& cx, Args args) {
  Views views;
  Absent absent;
  if (!open_sets(cx, args, 1, &views, &absent)) return;
  SetBuilder result(cx.keys.at(args.key(0)).heap(), set_limits(cx));
  if (absent.count == 0) {
    intersect(views, [&](const SetMember& member) {
      result.add(member);
      return true;
    });
  }
  store(cx, args, result, Event::kSinterstore);
}

void cmd_sintercard(Context& cx, Args args) {
  const std::optional<int64_t> keys = integer_argument(cx, args[1], err::kNumkeysNotPositive);
  if (!keys) return;
  if (*keys < 1) return cx.reply.error(err::kNumkeysNotPositive);
  if (static_cast<size_t>(*keys) > args.size() - 2) return cx.reply.error(err::kNumkeysTooMany);
  size_t limit = 0;  // none
  for (size_t i = 2 + static_cast<size_t>(*keys); i < args.size(); i += 2) {
    const bool is_limit = i + 1 < args.size() && equal_ignore_case(args[i], "limit");
    if (!is_limit) return cx.reply.error(err::kSyntax);
    const std::optional<int64_t> wanted = integer_argument(cx, args[i + 1], err::kLimitNegative);
    if (!wanted) return;
    if (*wanted < 0) return cx.reply.error(err::kLimitNegative);
    limit = static_cast<size_t>(*wanted);
  }
  CHECK_EQ(args.key_count(), static_cast<size_t>(*keys));  // the router counts alike
  Views views;
  Absent absent;
  if (!open_sets(cx, args, 0, &views, &absent)) return;
  size_t count = 0;
  if (absent.count == 0) {
    intersect(views, [&](const SetMember&) { return ++count != limit; });
  }
  cx.reply.integer(static_cast<int64_t>(count));
}

void cmd_sunion(Context& cx, Args args) {
  Views views;
  Absent absent;
  if (!open_sets(cx, args, 0, &views, &absent)) return;
  SetBuilder result(cx.keys.at(args.key(0)).heap(), set_limits(cx));
  unite(views, &result);
  cx.reply.set(result.size());
  if (result.empty()) return;
  result.view().for_each([&](const SetMember& member) { listpack::reply_bulk(cx.reply, member); });
}

void cmd_sunionstore(Context& cx, Args args) {
  Views views;
  Absent absent;
  if (!open_sets(cx, args, 1, &views, &absent)) return;
  SetBuilder result(cx.keys.at(args.key(0)).heap(), set_limits(cx));
  unite(views, &result);
  store(cx, args, result, Event::kSunionstore);
}

void cmd_sdiff(Context& cx, Args args) {
  Views views;
  Absent absent;
  if (!open_sets(cx, args, 0, &views, &absent)) return;
  std::vector<SetText> members;
  if (!absent.first) {
    subtract(cx, args.key(0), views, [&](const SetMember& member) { members.push_back(member); });
  }
  reply_members(cx, members);
}

void cmd_sdiffstore(Context& cx, Args args) {
  Views views;
  Absent absent;
  if (!open_sets(cx, args, 1, &views, &absent)) return;
  SetBuilder result(cx.keys.at(args.key(0)).heap(), set_limits(cx));
  if (!absent.first) {
    subtract(cx, args.key(0), views, [&](const SetMember& member) { result.add(member); });
  }
  store(cx, args, result, Event::kSdiffstore);
}

constexpr KeyUse kInterstoreKeys[] = {{{1, 1, 1}, "RW update"}, {{2, -1, 1}, "RO access"}};
constexpr KeyUse kStoreKeys[] = {{{1, 1, 1}, "OW update"}, {{2, -1, 1}, "RO access"}};

constexpr CommandSpec kTable[] = {
    {.name = "sdiff",
     .run = cmd_sdiff,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, -1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of members in all sets",
     .summary = "Returns the members of the first set that are in none of the others.",
     .syntax = "key...",
     .tips = "nondeterministic_output_order"},
    {.name = "sdiffstore",
     .run = cmd_sdiffstore,
     .arity = -3,
     .flags = kWrite | kDenyOom,
     .keys = {1, -1, 1},
     .key_uses = kStoreKeys,
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of members in all sets",
     .summary = "Stores the members of the first set that are in none of the others, and returns "
                "how many they are.",
     .syntax = "destination:key key#1..."},
    {.name = "sinter",
     .run = cmd_sinter,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, -1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N*M) at worst, where N is the size of the smallest set and M the number of "
                   "sets",
     .summary = "Returns the members that all of some sets have.",
     .syntax = "key...",
     .tips = "nondeterministic_output_order"},
    {.name = "sintercard",
     .run = cmd_sintercard,
     .arity = -3,
     .flags = kReadonly | kMovableKeys,
     .keys = {.first = 2, .last = -1, .step = 1, .count_at = 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.0.0",
     .complexity = "O(N*M) at worst, where N is the size of the smallest set and M the number of "
                   "sets",
     .summary = "Returns how many members all of some sets have.",
     .syntax = "numkeys key... [LIMIT limit:integer]"},
    {.name = "sinterstore",
     .run = cmd_sinterstore,
     .arity = -3,
     .flags = kWrite | kDenyOom,
     .keys = {1, -1, 1},
     .key_uses = kInterstoreKeys,
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N*M) at worst, where N is the size of the smallest set and M the number of "
                   "sets",
     .summary = "Stores the members that all of some sets have, and returns how many they are.",
     .syntax = "destination:key key#1..."},
    {.name = "sunion",
     .run = cmd_sunion,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, -1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of members in all sets",
     .summary = "Returns the members that any of some sets has.",
     .syntax = "key...",
     .tips = "nondeterministic_output_order"},
    {.name = "sunionstore",
     .run = cmd_sunionstore,
     .arity = -3,
     .flags = kWrite | kDenyOom,
     .keys = {1, -1, 1},
     .key_uses = kStoreKeys,
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of members in all sets",
     .summary = "Stores the members that any of some sets has, and returns how many they are.",
     .syntax = "destination:key key#1..."},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kSetAlgebraCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kSetAlgebraCommands{kTable};

}  // namespace cobnut
