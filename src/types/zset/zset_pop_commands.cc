// Sorted sets: what takes elements off an end, draws them at random, or walks over all of them.
#include <algorithm>
#include <vector>

#include "base/numbers.h"
#include "base/random.h"
#include "base/text.h"
#include "command/scan_arguments.h"
#include "command/server.h"
#include "command/support.h"
#include "command/table.h"
#include "command/well_formed.h"
#include "types/zset/zset_commands.h"

namespace cobnut {
namespace {

// -- popping

enum class End : uint8_t { kLow, kHigh };

// Up to `count` elements from one end, replied and removed.
void reply_popped(Context& cx, Zset& zset, End end, size_t count, bool in_pairs) {
  const bool reverse = end == End::kHigh;
  const size_t size = zset.size();
  const Zset::Slice slice =
      zset.slice(0, size, reverse, 0, static_cast<int64_t>(std::min<size_t>(count, INT64_MAX)));
  cx.reply.array(in_pairs ? slice.shown : 2 * slice.shown);
  zset.visit(slice, [&](Bytes member, double score) {
    if (in_pairs) cx.reply.array(2);
    cx.reply.bulk(member);
    cx.reply.real(score);
  });
  if (slice.shown == 0) return;
  // What is due and stands between them goes along: nobody sees it any more.
  const size_t first = reverse ? slice.first + 1 - slice.span : slice.first;
  zset.erase_ranks(first, slice.span);
  zset.commit(reverse ? Event::kZpopmax : Event::kZpopmin);
}

// Not negative; nothing: an error is replied.
std::optional<size_t> count_argument(Context& cx, Bytes text) {
  const auto count = integer_argument(cx, text, err::kNotPositive);
  if (!count) return std::nullopt;
  if (*count >= 0) return static_cast<size_t>(*count);
  cx.reply.error(err::kNotPositive);
  return std::nullopt;
}

void pop(Context& cx, Args args, End end) {
  if (args.size() > 3) return cx.reply.error(err::kSyntax);
  size_t count = 1;
  if (args.size() == 3) {
    const auto asked = count_argument(cx, args[2]);
    if (!asked) return;
    count = *asked;
  }
  const Key key = args.key();
  auto zset = zset_to_edit(cx, key);
  if (zset) reply_popped(cx, *zset, end, count, cx.reply.resp() > 2 && args.size() == 3);
}

void cmd_zpopmin(Context& cx, Args args) { pop(cx, args, End::kLow); }
void cmd_zpopmax(Context& cx, Args args) { pop(cx, args, End::kHigh); }

struct MultiPop {
  size_t keys = 0;
  End end = End::kLow;
  size_t count = 1;
};

// "numkeys key ... MIN|MAX [COUNT count]" from word `first` on; nothing: an error is replied.
std::optional<MultiPop> parse_multi_pop(Context& cx, Args args, size_t first) {
  const auto refuse = [&](Bytes error) {
    cx.reply.error(error);
    return std::nullopt;
  };
  const auto keys = parse_int(args[first]);
  if (!keys || *keys <= 0) return refuse(err::kNumkeysNotPositive);
  MultiPop words{.keys = static_cast<size_t>(*keys)};
  if (words.keys >= args.size() || first + words.keys + 1 >= args.size())
    return refuse(err::kSyntax);
  size_t at = first + words.keys + 1;
  if (equal_ignore_case(args[at], "max"))
    words.end = End::kHigh;
  else if (!equal_ignore_case(args[at], "min"))
    return refuse(err::kSyntax);
  bool counted = false;
  for (at++; at < args.size(); at += 2) {
    if (counted || !equal_ignore_case(args[at], "count") || at + 1 == args.size())
      return refuse(err::kSyntax);
    const auto count = parse_int(args[at + 1]);
    if (!count || *count <= 0) return refuse(err::kCountNotPositive);
    words.count = static_cast<size_t>(*count);
    counted = true;
  }
  return words;
}

void cmd_zmpop(Context& cx, Args args) {
  const auto words = parse_multi_pop(cx, args, 1);
  if (!words) return;
  for (size_t i = 0; i < words->keys; i++) {
    const Key key = args.key(i);
    auto zset = zset_to_edit(cx, key);
    if (!zset) return;
    if (zset->slice(0, zset->size(), false, 0, 1).shown == 0) continue;
    cx.reply.array(2);
    cx.reply.bulk(key.bytes);
    return reply_popped(cx, *zset, words->end, words->count, true);
  }
  cx.reply.null_array();
}

// -- ZRANDMEMBER

// Draws of any element: as types/member_expiry/living_draws.h, without a copy of what is drawn.
class Draws {
 public:
  explicit Draws(const Zset& zset) : zset_(zset) {}
  bool any() const { return zset_.slice(0, zset_.size(), false, 0, 1).shown > 0; }
  template <typename Show>  // (Bytes member, double score). REQUIRES: any()
  void next(const Show& show) {
    constexpr int kTries = 20;  // ranks count members that are due and not yet reaped
    for (int i = 0; i < kTries && living_.empty(); i++) {
      const size_t rank = fast_random() % zset_.size();
      const Zset::Slice slice = zset_.slice(rank, rank + 1, false);
      if (slice.shown > 0) return zset_.visit(slice, show);
    }
    if (living_.empty())
      zset_.visit_all([this](Bytes member, double score) { living_.push_back({member, score}); });
    const Element& drawn = living_[fast_random() % living_.size()];
    show(drawn.member, drawn.score);
  }

 private:
  struct Element {
    Bytes member;  // a view into the set, which is large: it stays while nothing is changed
    double score;
  };
  const Zset& zset_;
  std::vector<Element> living_;  // empty until nearly all are seen to be due
};

void reply_one_draw(Context& cx, const Zset& zset) {
  Draws draws(zset);
  if (!draws.any()) return cx.reply.null();
  draws.next([&](Bytes member, double) { cx.reply.bulk(member); });
}

void reply_draws(Context& cx, const Zset& zset, size_t count, bool with_scores) {
  Draws draws(zset);
  if (!draws.any()) return cx.reply.array(0);
  reply_elements_header(cx, count, with_scores);
  constexpr size_t kDrawsAtOnce = 256;  // between two looks at how long the reply is
  for (size_t drawn = 0; drawn < count; drawn++) {
    if (drawn % kDrawsAtOnce == 0 && !may_reply_more(cx)) return;
    draws.next([&](Bytes member, double score) { reply_element(cx, member, score, with_scores); });
  }
}

// `count` different ranks in random order: the beginning of a shuffle, or for a few of many drawn
// one by one. REQUIRES: count <= size.
std::vector<size_t> draw_ranks(size_t size, size_t count) {
  std::vector<size_t> ranks;
  if (count * 3 >= size) {
    for (size_t rank = 0; rank < size; rank++) ranks.push_back(rank);
    for (size_t i = 0; i < count; i++) std::swap(ranks[i], ranks[i + fast_random() % (size - i)]);
    ranks.resize(count);
    return ranks;
  }
  std::vector<bool> taken(size);
  while (ranks.size() < count) {
    const size_t rank = fast_random() % size;
    if (taken[rank]) continue;
    taken[rank] = true;
    ranks.push_back(rank);
  }
  return ranks;
}

// Different elements, in random order, but in their own where some may be due: each is taken then
// with the probability that fills the sample (Knuth, TAOCP 2, algorithm 3.4.2 S).
void reply_sample(Context& cx, const Zset& zset, size_t count, bool with_scores) {
  const auto reply = [&](Bytes member, double score) {
    reply_element(cx, member, score, with_scores);
  };
  size_t unseen = zset.living(0, zset.size());
  size_t left = std::min(count, unseen);
  reply_elements_header(cx, left, with_scores);
  if (left == unseen) return zset.visit_all(reply);
  if (!zset.may_have_due()) {
    for (const size_t rank : draw_ranks(unseen, left))
      zset.visit(zset.slice(rank, rank + 1, false), reply);
    return;
  }
  zset.visit_all([&](Bytes member, double score) {
    if (fast_random() % unseen-- >= left) return;
    left--;
    reply(member, score);
  });
}

void cmd_zrandmember(Context& cx, Args args) {
  std::optional<int64_t> count;
  const bool with_scores = args.size() == 4;
  if (args.size() > 2) {
    count = integer_argument(cx, args[2]);
    if (!count) return;
    if (*count == INT64_MIN) return cx.reply.error(err::kCountRange);
    if (args.size() > 4 || (with_scores && !equal_ignore_case(args[3], "withscores")))
      return cx.reply.error(err::kSyntax);
    if (with_scores && (*count < -INT64_MAX / 2 || *count > INT64_MAX / 2))
      return cx.reply.error(err::kOutOfRange);
  }
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  if (!count) return reply_one_draw(cx, *zset);
  if (*count == 0 || zset->size() == 0) return cx.reply.array(0);
  if (*count < 0) return reply_draws(cx, *zset, static_cast<size_t>(-*count), with_scores);
  reply_sample(cx, *zset, static_cast<size_t>(*count), with_scores);
}

// -- ZSCAN

void cmd_zscan(Context& cx, Args args) {
  const auto cursor = parse_scan_cursor(args[2]);
  if (!cursor) return cx.reply.error(err::kCursor);
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  if (!zset->exists()) {
    reply_scan_cursor(cx, 0);
    return cx.reply.array(0);
  }
  ScanArguments options;
  if (!parse_scan_arguments(cx, args.words().subspan(3), ScanExtra::kNone, &options)) return;
  struct Seen {
    std::string member;
    double score;
  };
  std::vector<Seen> seen;  // their number comes first in the reply
  const uint64_t next = zset->scan(*cursor, options.count, [&](Bytes member, double score) {
    if (options.pattern.takes(member)) seen.push_back({std::string(member), score});
  });
  reply_scan_cursor(cx, next);
  cx.reply.array(2 * seen.size());
  char digits[kDouble17TextMax];
  for (const Seen& element : seen) {
    cx.reply.bulk(element.member);
    // A small set shows what stands in its listpack.
    if (zset->large() == nullptr && zset::is_stored_integer(element.score))
      cx.reply.bulk_integer(static_cast<int64_t>(element.score));
    else
      cx.reply.bulk({digits, format_double17(element.score, digits)});
  }
}

constexpr CommandSpec kTable[] = {
    {.name = "zmpop",
     .run = cmd_zmpop,
     .arity = -4,
     .flags = kWrite | kMovableKeys,
     .keys = {.first = 2, .last = -1, .step = 1, .count_at = 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.0.0",
     .complexity = "O(K+M*log(N)), where K is the number of keys, M the number of elements taken "
                   "and N the size of the set.",
     .summary =
         "Takes elements off the lowest or highest end of the first sorted set that has any.",
     .syntax = "numkeys key... where{MIN | MAX} [COUNT count]"},
    {.name = "zpopmax",
     .run = cmd_zpopmax,
     .arity = -2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "5.0.0",
     .complexity =
         "O(M*log(N)), where M is the number of elements taken and N the size of the sorted set.",
     .summary = "Takes the elements with the highest scores off a sorted set.",
     .syntax = "key [count]"},
    {.name = "zpopmin",
     .run = cmd_zpopmin,
     .arity = -2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "5.0.0",
     .complexity =
         "O(M*log(N)), where M is the number of elements taken and N the size of the sorted set.",
     .summary = "Takes the elements with the lowest scores off a sorted set.",
     .syntax = "key [count]"},
    {.name = "zrandmember",
     .run = cmd_zrandmember,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = "O(M*log(N)), where M is the number of elements returned and N the size of the "
                   "sorted set.",
     .summary = "Returns random elements of a sorted set.",
     .syntax = "key [options{count [WITHSCORES]}]",
     .tips = "nondeterministic_output"},
    {.name = "zscan",
     .run = cmd_zscan,
     .arity = -3,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.8.0",
     .complexity = "O(1) for each call, O(N) for a whole walk over N elements.",
     .summary = "Walks over the elements of a sorted set, some at a time.",
     .syntax = "key cursor [MATCH pattern] [COUNT count]",
     .tips = "nondeterministic_output"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kZsetPopCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kZsetPopCommands{kTable};

}  // namespace cobnut
