// Sorted sets, element by element: ZADD, ZINCRBY, ZREM, scores and ranks. Ranges stand in
// zset_range_commands.cc, what takes or draws elements in zset_pop_commands.cc, unions and the like
// in zset_algebra_commands.cc.
#include "types/zset/zset_commands.h"

#include <vector>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"

namespace cobnut {

ZsetLimits zset_limits(const Context& cx) {
  const Options& options = cx.server.options.current();
  return {static_cast<size_t>(options.zset_max_listpack_entries),
          static_cast<size_t>(options.zset_max_listpack_value)};
}

namespace {

std::optional<Zset> zset_of(Context& cx, const Key& key, Found found) {
  if (!type_or_absent(cx, found, Type::kZset)) return std::nullopt;
  return Zset(cx.keys.at(key), cx.keys.db(), key, found);
}

}  // namespace

void add_and_reply_count(Context& cx, const Key& key, const EveryWord& members,
                         std::span<double> scores, const Zset::AddRules& rules,
                         bool count_changes) {
  auto zset = zset_to_edit(cx, key);
  if (!zset) return;
  const ZsetLimits limits = zset_limits(cx);
  int64_t added = 0, changed = 0;
  bool no_memory = false;
  for (size_t i = 0; i < scores.size() && !no_memory; ++i) {
    const auto result = zset->add(members[i], &scores[i], rules, limits);
    added += result == Zset::Added::kNew;
    changed += result == Zset::Added::kChanged;
    no_memory = result == Zset::Added::kNoMemory;
  }
  if (added + changed > 0)
    zset->commit(Event::kZadd);
  else if (zset->lost_deadlines())
    zset->commit(Event::kZpersist);
  if (no_memory) return cx.reply.error(err::kOutOfMemory);
  cx.reply.integer(count_changes ? added + changed : added);
}

std::optional<Zset> zset_to_read(Context& cx, const Key& key) {
  return zset_of(cx, key, cx.keys.find(key));
}
std::optional<Zset> zset_to_peek(Context& cx, const Key& key) {
  return zset_of(cx, key, cx.keys.peek(key));
}
std::optional<Zset> zset_to_edit(Context& cx, const Key& key) {
  return zset_of(cx, key, cx.keys.edit(key));
}

void reply_elements_header(Context& cx, size_t elements, bool with_scores) {
  cx.reply.array(with_scores && cx.reply.resp() == 2 ? 2 * elements : elements);
}

void reply_element(Context& cx, Bytes member, double score, bool with_scores) {
  if (with_scores && cx.reply.resp() > 2) cx.reply.array(2);
  cx.reply.bulk(member);
  if (with_scores) cx.reply.real(score);
}

void mark_shard_of(const Server& server, Bytes key, std::span<uint8_t> wanted) {
  wanted[slot_of(key_position(key)) >> server.slot_shift] = 1;
}

void reply_stored(Context& cx, const Key& destination, SortedSet* result, Event event) {
  const auto elements = static_cast<int64_t>(result->elements());
  Keyspace& keyspace = cx.keys.at(destination);
  const Found found = cx.keys.edit(destination);
  if (!store_zset(keyspace, cx.keys.db(), destination, found, result, zset_limits(cx), event))
    return cx.reply.error(err::kOutOfMemory);
  cx.reply.integer(elements);
}

namespace {

// -- ZADD, ZINCRBY

struct ZaddWords {
  Zset::AddRules rules;
  bool count_changes = false;  // CH
  size_t first = 0;            // word of the first score
};

ZaddWords parse_zadd(Args args) {
  ZaddWords words;
  size_t i = 2;
  for (; i < args.size(); ++i) {
    const Bytes word = args[i];
    if (word.size() > 4) break;  // as most scores and no option
    if (equal_ignore_case(word, "nx"))
      words.rules.only_new = true;
    else if (equal_ignore_case(word, "xx"))
      words.rules.only_there = true;
    else if (equal_ignore_case(word, "gt"))
      words.rules.only_greater = true;
    else if (equal_ignore_case(word, "lt"))
      words.rules.only_less = true;
    else if (equal_ignore_case(word, "ch"))
      words.count_changes = true;
    else if (equal_ignore_case(word, "incr"))
      words.rules.increment = true;
    else
      break;
  }
  words.first = i;
  return words;
}

// Empty: they go together.
Bytes zadd_error(const ZaddWords& words, size_t left) {
  const Zset::AddRules& rules = words.rules;
  if (left == 0 || left % 2 != 0) return err::kSyntax;
  if (rules.only_new && rules.only_there) return err::kNxAndXx;
  if ((rules.only_greater && (rules.only_new || rules.only_less)) ||
      (rules.only_less && rules.only_new))
    return err::kGtLtAndNx;
  if (rules.increment && left > 2) return err::kZaddIncrPairs;
  return {};
}

// One score and member, replied as INCR does: the score, or null where a rule refused it.
void add_and_reply_score(Context& cx, const Key& key, Bytes member, double score,
                         const Zset::AddRules& rules) {
  auto zset = zset_to_edit(cx, key);
  if (!zset) return;
  switch (zset->add(member, &score, rules, zset_limits(cx))) {
    case Zset::Added::kNew:
    case Zset::Added::kChanged:
      zset->commit(Event::kZincr);
      return cx.reply.real(score);
    case Zset::Added::kSame:
      return cx.reply.real(score);
    case Zset::Added::kRefused:
      return cx.reply.null();
    case Zset::Added::kNotANumber:
      return cx.reply.error(err::kScoreNotANumber);
    case Zset::Added::kNoMemory:
      return cx.reply.error(err::kOutOfMemory);
  }
}

void cmd_zadd(Context& cx, Args args) {
  const ZaddWords words = parse_zadd(args);
  const Bytes error = zadd_error(words, args.size() - words.first);
  if (!error.empty()) return cx.reply.error(error);
  const size_t pairs = (args.size() - words.first) / 2;
  // All scores are read before the first is used. One pair, as most requests have, needs no heap.
  double one;
  std::vector<double> more;
  if (pairs > 1) more.resize(pairs);
  double* scores = pairs > 1 ? more.data() : &one;
  for (size_t i = 0; i < pairs; ++i) {
    const std::optional<double> score = parse_double(args[words.first + 2 * i]);
    if (!score) return cx.reply.error(err::kNotFloat);
    scores[i] = *score;
  }
  const Key key = args.key();
  if (words.rules.increment)
    return add_and_reply_score(cx, key, args[words.first + 1], scores[0], words.rules);
  add_and_reply_count(cx, key, {args, words.first + 1, 2}, {scores, pairs}, words.rules,
                      words.count_changes);
}

void cmd_zincrby(Context& cx, Args args) {
  const std::optional<double> by = parse_double(args[2]);
  if (!by) return cx.reply.error(err::kNotFloat);
  const Key key = args.key();
  add_and_reply_score(cx, key, args[3], *by, {.increment = true});
}

void cmd_zrem(Context& cx, Args args) {
  const Key key = args.key();
  auto zset = zset_to_edit(cx, key);
  if (!zset) return;
  int64_t removed = 0;
  for (size_t i = 2; i < args.size() && zset->size() > 0; ++i) removed += zset->erase(args[i]);
  if (removed > 0) zset->commit(Event::kZrem);
  cx.reply.integer(removed);
}

// -- reads

void cmd_zcard(Context& cx, Args args) {
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (zset) cx.reply.integer(static_cast<int64_t>(zset->size()));
}

void reply_score(Context& cx, std::optional<double> score) {
  score ? cx.reply.real(*score) : cx.reply.null();
}

void cmd_zscore(Context& cx, Args args) {
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (zset) reply_score(cx, zset->score(args[2]));
}

void cmd_zmscore(Context& cx, Args args) {
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  cx.reply.array(args.size() - 2);
  for (size_t i = 2; i < args.size(); ++i) reply_score(cx, zset->score(args[i]));
}

void reply_rank(Context& cx, Args args, bool reverse) {
  if (args.size() > 4) return reply_wrong_arity(cx);
  const bool with_score = args.size() == 4;
  if (with_score && !equal_ignore_case(args[3], "withscore")) return cx.reply.error(err::kSyntax);
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  const auto ranked = zset->rank(args[2]);
  if (!ranked) return with_score ? cx.reply.null_array() : cx.reply.null();
  const size_t rank = reverse ? zset->size() - 1 - ranked->rank : ranked->rank;
  if (with_score) cx.reply.array(2);
  cx.reply.integer(static_cast<int64_t>(rank));
  if (with_score) cx.reply.real(ranked->score);
}

void cmd_zrank(Context& cx, Args args) { reply_rank(cx, args, false); }
void cmd_zrevrank(Context& cx, Args args) { reply_rank(cx, args, true); }

constexpr CommandSpec kTable[] = {
    {.name = "zadd",
     .run = cmd_zadd,
     .arity = -4,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .member = 3,
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(log(N)) for each element, where N is the size of the sorted set.",
     .summary = "Adds elements to a sorted set, or gives them other scores.",
     .syntax = "key [condition@3.0.2{NX | XX}] [comparison@6.2.0{GT | LT}] [change=CH@3.0.2] "
               "[increment=INCR@3.0.2] score_member{score:double member}...",
     .history = "2.4.0 More than one element.\n3.0.2 XX, NX, CH and INCR.\n6.2.0 GT and LT.\n"},
    {.name = "zcard",
     .run = cmd_zcard,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(1)",
     .summary = "Returns how many elements a sorted set has.",
     .syntax = "key"},
    {.name = "zincrby",
     .run = cmd_zincrby,
     .arity = 4,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .member = 3,
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(log(N)), where N is the size of the sorted set.",
     .summary = "Adds a number to the score of an element.",
     .syntax = "key increment:integer member"},
    {.name = "zmscore",
     .run = cmd_zmscore,
     .arity = -3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(N), where N is the number of members asked for.",
     .summary = "Returns the scores of some members.",
     .syntax = "key member..."},
    {.name = "zrank",
     .run = cmd_zrank,
     .arity = -3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = "O(log(N)), where N is the size of the sorted set.",
     .summary = "Returns how many elements stand before a member, by ascending score.",
     .syntax = "key member [WITHSCORE@7.2.0]",
     .history = "7.2.0 WITHSCORE.\n"},
    {.name = "zrem",
     .run = cmd_zrem,
     .arity = -3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(M*log(N)), where M is the number of members and N the size of the set.",
     .summary = "Removes members from a sorted set, and the key with the last of them.",
     .syntax = "key member...",
     .history = "2.4.0 More than one member.\n"},
    {.name = "zrevrank",
     .run = cmd_zrevrank,
     .arity = -3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = "O(log(N)), where N is the size of the sorted set.",
     .summary = "Returns how many elements stand before a member, by descending score.",
     .syntax = "key member [WITHSCORE@7.2.0]",
     .history = "7.2.0 WITHSCORE.\n"},
    {.name = "zscore",
     .run = cmd_zscore,
     .arity = 3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = "O(1)",
     .summary = "Returns the score of a member.",
     .syntax = "key member"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kZsetCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kZsetCommands{kTable};

}  // namespace cobnut
