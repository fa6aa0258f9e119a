// Ranges of sorted sets, by rank, score or member: reading, counting, storing and removing them.
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/zset/zset_commands.h"

namespace cobnut {
namespace {

// -- bounds, and the ranks that lie between them

struct Ranks {
  size_t begin, end;
};

struct ScoreBound {
  double score = 0;
  bool exclusive = false;
};

// As strtod reads it: blanks before it, nothing at all and what is out of range are fine.
std::optional<ScoreBound> parse_score_bound(Bytes text) {
  ScoreBound bound;
  if (text.starts_with('(')) {
    bound.exclusive = true;
    text.remove_prefix(1);
  }
  if (const std::optional<double> score = parse_double(text)) {
    bound.score = *score;
    return bound;
  }
  const std::string copy(text);
  char* end = nullptr;
  bound.score = std::strtod(copy.c_str(), &end);
  if (*end != '\0' || std::isnan(bound.score)) return std::nullopt;
  return bound;
}

struct LexBound {
  enum class Kind : uint8_t { kFirst, kLast, kMember } kind = Kind::kMember;
  Bytes member;
  bool exclusive = false;
};

std::optional<LexBound> parse_lex_bound(Bytes text) {
  if (text == "-") return LexBound{.kind = LexBound::Kind::kFirst};
  if (text == "+") return LexBound{.kind = LexBound::Kind::kLast};
  if (text.empty() || (text[0] != '(' && text[0] != '[')) return std::nullopt;
  return LexBound{.member = text.substr(1), .exclusive = text[0] == '('};
}

// How many elements stand before the bound; as an upper one it includes what is equal.
size_t rank_of_bound(const Zset& zset, const ScoreBound& bound, bool upper) {
  return zset.rank_of_score(bound.score, upper != bound.exclusive);
}
size_t rank_of_bound(const Zset& zset, const LexBound& bound, bool upper) {
  if (bound.kind == LexBound::Kind::kFirst) return 0;
  if (bound.kind == LexBound::Kind::kLast) return zset.size();
  return zset.rank_of_member(bound.member, upper != bound.exclusive);
}

enum class By : uint8_t { kRank, kScore, kLex };

// A range as it was asked for, read before the key is looked at.
struct Range {
  By by = By::kRank;
  int64_t start = 0, stop = 0;
  ScoreBound score_min, score_max;
  LexBound lex_min, lex_max;
};

// False: an error is replied. `min`, `max` of a range of ranks are its start and stop.
bool parse_range(Context& cx, By by, Bytes min, Bytes max, Range* range) {
  range->by = by;
  if (by == By::kRank) {
    const auto start = integer_argument(cx, min);
    if (!start) return false;
    const auto stop = integer_argument(cx, max);
    if (!stop) return false;
    range->start = *start;
    range->stop = *stop;
    return true;
  }
  if (by == By::kScore) {
    const auto low = parse_score_bound(min);
    const auto high = parse_score_bound(max);
    if (low && high) {
      range->score_min = *low;
      range->score_max = *high;
      return true;
    }
    cx.reply.error(err::kScoreRange);
    return false;
  }
  const auto low = parse_lex_bound(min);
  const auto high = parse_lex_bound(max);
  if (low && high) {
    range->lex_min = *low;
    range->lex_max = *high;
    return true;
  }
  cx.reply.error(err::kLexRange);
  return false;
}

// Ranks first..last, from the end when negative, clipped to the set; `reverse`: counted from the
// last element.
Ranks ranks_of_indexes(const Zset& zset, int64_t first, int64_t last, bool reverse) {
  const auto size = static_cast<int64_t>(zset.size());
  if (first < 0) first = std::max<int64_t>(first + size, 0);
  if (last < 0) last += size;
  last = std::min(last, size - 1);
  if (first > last) return {0, 0};
  if (reverse) return {static_cast<size_t>(size - 1 - last), static_cast<size_t>(size - first)};
  return {static_cast<size_t>(first), static_cast<size_t>(last + 1)};
}

Ranks ranks_of(const Zset& zset, const Range& range, bool reverse) {
  if (range.by == By::kRank) return ranks_of_indexes(zset, range.start, range.stop, reverse);
  Ranks ranks{};
  if (range.by == By::kScore) {
    ranks = {rank_of_bound(zset, range.score_min, false),
             rank_of_bound(zset, range.score_max, true)};
  } else {
    ranks = {rank_of_bound(zset, range.lex_min, false), rank_of_bound(zset, range.lex_max, true)};
  }
  return ranks.begin < ranks.end ? ranks : Ranks{0, 0};
}

// -- ZRANGE and its kin

struct Asked {
  std::optional<By> by;
  std::optional<bool> reverse;
  int64_t offset = 0, limit = -1;
  bool with_scores = false;
};

// The words behind the bounds. `store`: no WITHSCORES. False: an error is replied.
bool parse_options(Context& cx, std::span<const Bytes> words, bool store, Asked* asked) {
  for (size_t i = 0; i < words.size(); ++i) {
    const Bytes word = words[i];
    if (!store && equal_ignore_case(word, "withscores")) {
      asked->with_scores = true;
    } else if (equal_ignore_case(word, "limit") && i + 2 < words.size()) {
      const auto offset = integer_argument(cx, words[i + 1]);
      if (!offset) return false;
      const auto limit = integer_argument(cx, words[i + 2]);
      if (!limit) return false;
      asked->offset = *offset;
      asked->limit = *limit;
      i += 2;
    } else if (!asked->reverse && equal_ignore_case(word, "rev")) {  // once, as BYLEX and BYSCORE
      asked->reverse = true;
    } else if (!asked->by && equal_ignore_case(word, "bylex")) {
      asked->by = By::kLex;
    } else if (!asked->by && equal_ignore_case(word, "byscore")) {
      asked->by = By::kScore;
    } else {
      cx.reply.error(err::kSyntax);
      return false;
    }
  }
  if (!asked->by) asked->by = By::kRank;
  if (!asked->reverse) asked->reverse = false;
  if (asked->limit != -1 && *asked->by == By::kRank) {
    cx.reply.error(err::kLimitByRank);
    return false;
  }
  if (asked->with_scores && *asked->by == By::kLex) {
    cx.reply.error(err::kScoresByLex);
    return false;
  }
  return true;
}

// What is asked for, of the source at word `source`.
std::optional<Range> range_of_words(Context& cx, Args args, size_t source, bool store,
                                    Asked* asked) {
  if (!parse_options(cx, args.words().subspan(source + 3), store, asked)) return std::nullopt;
  Bytes min = args[source + 1], max = args[source + 2];
  if (*asked->reverse && *asked->by != By::kRank) std::swap(min, max);
  Range range;
  if (!parse_range(cx, *asked->by, min, max, &range)) return std::nullopt;
  return range;
}

Zset::Slice slice_of(const Zset& zset, const Range& range, const Asked& asked) {
  const Ranks ranks = ranks_of(zset, range, *asked.reverse);
  if (range.by == By::kRank) return zset.slice(ranks.begin, ranks.end, *asked.reverse);
  return zset.slice(ranks.begin, ranks.end, *asked.reverse, asked.offset, asked.limit);
}

void reply_range(Context& cx, Args args, Asked asked) {
  const auto range = range_of_words(cx, args, 1, false, &asked);
  if (!range) return;
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  const Zset::Slice slice = slice_of(*zset, *range, asked);
  reply_elements_header(cx, slice.shown, asked.with_scores);
  zset->visit(slice, [&](Bytes member, double score) {
    reply_element(cx, member, score, asked.with_scores);
  });
}

void cmd_zrange(Context& cx, Args args) { reply_range(cx, args, {}); }
void cmd_zrangebyscore(Context& cx, Args args) {
  reply_range(cx, args, {.by = By::kScore, .reverse = false});
}
void cmd_zrangebylex(Context& cx, Args args) {
  reply_range(cx, args, {.by = By::kLex, .reverse = false});
}
void cmd_zrevrange(Context& cx, Args args) {
  reply_range(cx, args, {.by = By::kRank, .reverse = true});
}
void cmd_zrevrangebyscore(Context& cx, Args args) {
  reply_range(cx, args, {.by = By::kScore, .reverse = true});
}
void cmd_zrevrangebylex(Context& cx, Args args) {
  reply_range(cx, args, {.by = By::kLex, .reverse = true});
}

void cmd_zrangestore(Context& cx, Args args) {
  Asked asked;
  const auto range = range_of_words(cx, args, 2, true, &asked);
  if (!range) return;
  const Key destination = args.key(0), source = args.key(1);
  const auto zset = zset_to_read(cx, source);
  if (!zset) return;
  auto* result = new SortedSet(cx.keys.at(destination).heap());
  if (zset->exists()) {
    zset->visit(slice_of(*zset, *range, asked), [&](Bytes member, double score) {
      result->insert(SortedSet::hash_of(member), member, score);
    });
  }
  reply_stored(cx, destination, result, Event::kZrangestore);
}

// -- counting and removing

void reply_count(Context& cx, Args args, By by) {
  Range range;
  if (!parse_range(cx, by, args[2], args[3], &range)) return;
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  const Ranks ranks = ranks_of(*zset, range, false);
  cx.reply.integer(static_cast<int64_t>(zset->living(ranks.begin, ranks.end)));
}

void cmd_zcount(Context& cx, Args args) { reply_count(cx, args, By::kScore); }
void cmd_zlexcount(Context& cx, Args args) { reply_count(cx, args, By::kLex); }

void remove_range(Context& cx, Args args, By by, Event event) {
  Range range;
  if (!parse_range(cx, by, args[2], args[3], &range)) return;
  const Key key = args.key();
  auto zset = zset_to_edit(cx, key);
  if (!zset) return;
  const Ranks ranks = ranks_of(*zset, range, false);
  const size_t removed = zset->living(ranks.begin, ranks.end);
  if (removed > 0) {  // else what may be due there is left to be reaped
    zset->erase_ranks(ranks.begin, ranks.end - ranks.begin);
    zset->commit(event);
  }
  cx.reply.integer(static_cast<int64_t>(removed));
}

void cmd_zremrangebyrank(Context& cx, Args args) {
  remove_range(cx, args, By::kRank, Event::kZremrangebyrank);
}
void cmd_zremrangebyscore(Context& cx, Args args) {
  remove_range(cx, args, By::kScore, Event::kZremrangebyscore);
}
void cmd_zremrangebylex(Context& cx, Args args) {
  remove_range(cx, args, By::kLex, Event::kZremrangebylex);
}

constexpr KeyUse kStoreKeys[] = {{{1, 1, 1}, "OW update"}, {{2, 2, 1}, "RO access"}};

constexpr std::string_view kRangeCost =
    "O(log(N)+M), where N is the size of the sorted set and M the number of elements returned.";
constexpr std::string_view kCountCost = "O(log(N)), where N is the size of the sorted set.";
constexpr std::string_view kRemoveCost =
    "O(log(N)+M), where N is the size of the sorted set and M the number of elements removed.";

constexpr CommandSpec kTable[] = {
    {.name = "zcount",
     .run = cmd_zcount,
     .arity = 4,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = kCountCost,
     .summary = "Counts the elements within a range of scores.",
     .syntax = "key min:double max:double"},
    {.name = "zlexcount",
     .run = cmd_zlexcount,
     .arity = 4,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.8.9",
     .complexity = kCountCost,
     .summary = "Counts the elements within a range of members.",
     .syntax = "key min max"},
    {.name = "zrange",
     .run = cmd_zrange,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = kRangeCost,
     .summary = "Returns the elements of a range of ranks, scores or members.",
     .syntax = "key start stop [sortby@6.2.0{BYSCORE | BYLEX}] [REV@6.2.0] [LIMIT "
               "offset_count@6.2.0{offset count}] [WITHSCORES]",
     .history = "6.2.0 REV, BYSCORE, BYLEX and LIMIT.\n"},
    {.name = "zrangebylex",
     .run = cmd_zrangebylex,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.8.9",
     .complexity = kRangeCost,
     .summary = "Returns the elements within a range of members.",
     .syntax = "key min max [LIMIT offset_count{offset count}]",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `BYLEX` argument"},
    {.name = "zrangebyscore",
     .run = cmd_zrangebyscore,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.0.5",
     .complexity = kRangeCost,
     .summary = "Returns the elements within a range of scores.",
     .syntax = "key min:double max:double [WITHSCORES@2.0.0] [LIMIT offset_count{offset count}]",
     .history = "2.0.0 WITHSCORES.\n",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `BYSCORE` argument"},
    {.name = "zrangestore",
     .run = cmd_zrangestore,
     .arity = -5,
     .flags = kWrite | kDenyOom,
     .keys = {1, 2, 1},
     .key_uses = kStoreKeys,
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(log(N)+M*log(M)), where N is the size of the source and M the number of "
                   "elements stored.",
     .summary = "Stores a range of a sorted set in another key.",
     .syntax = "dst:key src:key#1 min max [sortby{BYSCORE | BYLEX}] [REV] [LIMIT "
               "offset_count{offset count}]"},
    {.name = "zremrangebylex",
     .run = cmd_zremrangebylex,
     .arity = 4,
     .flags = kWrite,
     .keys = {1, 1, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.8.9",
     .complexity = kRemoveCost,
     .summary = "Removes the elements within a range of members.",
     .syntax = "key min max"},
    {.name = "zremrangebyrank",
     .run = cmd_zremrangebyrank,
     .arity = 4,
     .flags = kWrite,
     .keys = {1, 1, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = kRemoveCost,
     .summary = "Removes the elements within a range of ranks.",
     .syntax = "key start:integer stop:integer"},
    {.name = "zremrangebyscore",
     .run = cmd_zremrangebyscore,
     .arity = 4,
     .flags = kWrite,
     .keys = {1, 1, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = kRemoveCost,
     .summary = "Removes the elements within a range of scores.",
     .syntax = "key min:double max:double"},
    {.name = "zrevrange",
     .run = cmd_zrevrange,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "1.2.0",
     .complexity = kRangeCost,
     .summary = "Returns the elements of a range of ranks, from the highest score down.",
     .syntax = "key start:integer stop:integer [WITHSCORES]",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` argument"},
    {.name = "zrevrangebylex",
     .run = cmd_zrevrangebylex,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.8.9",
     .complexity = kRangeCost,
     .summary = "Returns the elements within a range of members, from the last to the first.",
     .syntax = "key max min [LIMIT offset_count{offset count}]",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYLEX` arguments"},
    {.name = "zrevrangebyscore",
     .run = cmd_zrevrangebyscore,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.2.0",
     .complexity = kRangeCost,
     .summary = "Returns the elements within a range of scores, from the highest down.",
     .syntax = "key max:double min:double [WITHSCORES] [LIMIT offset_count{offset count}]",
     .history = "2.1.6 Bounds that are not included.\n",
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYSCORE` arguments"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kZsetRangeCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kZsetRangeCommands{kTable};

}  // namespace cobnut
