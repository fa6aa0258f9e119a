// Sorted sets: members and binary scores, from the highest on, as Redis does, which then inserts
// each at the front. Members with deadlines have no form that another server knows: they are
// written in a type of our own.
#include <algorithm>
#include <cmath>

#include "rdb/codec.h"
#include "rdb/elements.h"
#include "types/listpack/entry_set.h"
#include "types/zset/sorted_set_filler.h"
#include "types/zset/zset.h"

namespace cobnut::rdb {
namespace {

using listpack::Value;
using listpack::View;

constexpr int64_t kNone = INT64_MAX;                      // a member's deadline
constexpr int64_t kNoneStored = -1;                       // the same, as it is written
constexpr int64_t kDeadlineMax = (int64_t{1} << 48) - 2;  // Unix ms

const SortedSet* large_of(const Entry& entry) {
  return static_cast<const SortedSet*>(entry.collection());
}

// visit(member, score, deadline_ms), from the highest on, for those that are not due.
template <typename Visit>
void visit_members(const Entry& entry, int64_t now_ms, const Visit& visit) {
  if (const SortedSet* large = large_of(entry)) {
    for (auto at = large->at_rank(large->elements() - 1); at; at = large->previous(at))
      if (at.deadline_ms() >= now_ms) visit(at.member(), at.score(), at.deadline_ms());
    return;
  }
  const View view(entry.bytes());
  char digits[kIntTextMax];
  for (size_t at = view.last(); at != listpack::kNone;) {
    const double score = zset::score_of(view.get(at));
    at = view.previous(at);
    visit(view.get(at).text(digits), score, kNone);
    at = view.previous(at);
  }
}

bool save_zset(Writer& out, const Entry& entry, int64_t now_ms) {
  if (large_of(entry) == nullptr) {
    out.type(ValueType::kZsetListpack);
    out.text(View(entry.bytes()).pack());
    return true;
  }
  size_t members = 0;
  bool deadlines = false;
  visit_members(entry, now_ms, [&](Bytes, double, int64_t deadline_ms) {
    members++;
    deadlines |= deadline_ms != kNone;
  });
  if (members == 0) return false;
  out.type(deadlines ? ValueType::kZsetDeadlines : ValueType::kZset2);
  out.length(members);
  visit_members(entry, now_ms, [&](Bytes member, double score, int64_t deadline_ms) {
    out.text(member);
    out.double_binary(score);
    if (deadlines) out.fixed(deadline_ms == kNone ? kNoneStored : deadline_ms);
  });
  return true;
}

void digest_zset(Digest& digest, const Entry& entry, int64_t now_ms) {
  visit_members(entry, now_ms, [&](Bytes member, double score, int64_t) {
    char text[kDouble17TextMax];
    Digest pair;
    pair.mix(member);
    pair.mix({text, format_double17(score, text)});
    digest.add(pair);
  });
}

class ZsetBuilder {
 public:
  // About so many members will come; memory is asked for them.
  ZsetBuilder(Loaded& loaded, size_t members)
      : loaded_(loaded), set_(new SortedSet(loaded.keyspace.heap())), filler_(*set_, members) {
    loaded_.value = {.type = Type::kZset, .encoding = Encoding::kSkiplist, .collection = set_};
  }

  // False: such a member is there already, or the score is none.
  bool add(Bytes member, double score) { return !std::isnan(score) && filler_.add(member, score); }
  // Not mixed with the other one.
  bool add(Bytes member, double score, int64_t deadline_ms) {
    const uint64_t hash = SortedSet::hash_of(member);
    if (std::isnan(score) || set_->find(hash, member)) return false;
    set_->insert(hash, member, score, deadline_ms);
    return true;
  }
  // `packed`: what comes packed stays so, however long its members are, as on Redis.
  bool finish(const Options& options, bool packed) {
    if (!filler_.finish() || set_->elements() == 0) return false;
    const ZsetLimits limits{
        static_cast<size_t>(options.zset_max_listpack_entries),
        packed ? SIZE_MAX : static_cast<size_t>(options.zset_max_listpack_value)};
    if (set_->next_expiry_ms() != INT64_MAX || !small_form(*set_, limits, &loaded_.bytes))
      return true;
    loaded_.keyspace.heap().discard(set_);
    loaded_.value = {.type = Type::kZset, .encoding = Encoding::kListpack, .bytes = loaded_.bytes};
    return true;
  }

 private:
  Loaded& loaded_;
  SortedSet* set_;  // owned by loaded_
  SortedSet::Filler filler_;
};

bool load_with_deadlines(Reader& in, ZsetBuilder& set) {
  const size_t members = in.count(1 + sizeof(double) + sizeof(int64_t));
  std::string scratch;
  for (size_t i = 0; i < members; i++) {
    const Bytes member = in.text(&scratch);
    const double score = in.double_binary();
    const auto deadline_ms = in.fixed<int64_t>();
    if (in.failed() || deadline_ms < kNoneStored || deadline_ms > kDeadlineMax) return false;
    if (!set.add(member, score, deadline_ms == kNoneStored ? kNone : deadline_ms)) return false;
  }
  return !in.failed();
}

// Whether a valid pack is what we make of its elements: members in order, none twice.
bool is_like_ours(const View& view, size_t entries_max) {
  const size_t texts = view.count();
  if (texts == 0 || texts % 2 != 0 || texts / 2 > entries_max) return false;
  Value before;
  double before_score = 0;
  for (size_t at = view.first(); at != view.end();) {
    const bool is_first = at == view.first();
    const Value member = view.read(&at);
    const Value text = view.read(&at);
    double score = static_cast<double>(text.integer);
    if (!text.is_integer) {
      const std::optional<double> parsed = parse_double(text.bytes);
      if (!parsed || std::isnan(*parsed)) return false;
      score = *parsed;
    }
    if (!is_first) {
      char digits[kIntTextMax];
      if (score < before_score) return false;
      if (score == before_score && listpack::compare(before, member.text(digits)) >= 0)
        return false;
    }
    before = member;
    before_score = score;
  }
  return listpack::all_differ(view, 2);
}

// False: it is to be made of its elements, or bad.
bool take_pack(Reader in, const Options& options, Loaded& loaded) {
  const Bytes pack = in.text(&loaded.bytes);
  if (in.failed() || !listpack::valid(pack) ||
      !is_like_ours(View(pack), static_cast<size_t>(options.zset_max_listpack_entries)))
    return false;
  loaded.value = {.type = Type::kZset, .encoding = Encoding::kListpack, .bytes = pack};
  return true;
}

bool load_pairs(Reader& in, ValueType type, ZsetBuilder& set) {
  std::string member;
  bool has_member = false;
  char digits[kIntTextMax];
  const auto take = [&](const Value& element) {
    has_member = !has_member;
    if (has_member) {
      member = element.text(digits);
      return true;
    }
    if (element.is_integer) return set.add(member, static_cast<double>(element.integer));
    const std::optional<double> score = parse_double(element.bytes);
    return score && set.add(member, *score);
  };
  return visit_elements(in, type, take) && !has_member;
}

// How many members memory is asked for: what was announced, and no more than have room in what
// follows.
size_t members_expected(Reader in, ValueType type) {
  if (type == ValueType::kZsetListpack || type == ValueType::kZsetZiplist) return 0;
  constexpr size_t kBytesEach = 1 + sizeof(double);
  const uint64_t announced = in.length();
  return static_cast<size_t>(std::min<uint64_t>(announced, in.left() / kBytesEach));
}

bool load_members(Reader& in, ValueType type, ZsetBuilder& set) {
  const auto add = [&](Bytes member, double score) { return set.add(member, score); };
  switch (type) {
    case ValueType::kZset:
    case ValueType::kZset2:
      return visit_scored(in, type, add);
    case ValueType::kZsetDeadlines:
      return load_with_deadlines(in, set);
    default:
      return load_pairs(in, type, set);
  }
}

bool load_zset(Reader& in, ValueType type, const Options& options, Loaded& loaded) {
  if (type == ValueType::kZsetListpack && take_pack(in, options, loaded)) return true;
  ZsetBuilder set(loaded, members_expected(in, type));
  return load_members(in, type, set) &&
         set.finish(options, type == ValueType::kZsetListpack || type == ValueType::kZsetZiplist);
}

}  // namespace

const Codec kZsetCodec = {
    .type = Type::kZset,
    .reads = reads({ValueType::kZset, ValueType::kZset2, ValueType::kZsetZiplist,
                    ValueType::kZsetListpack, ValueType::kZsetDeadlines}),
    .save = save_zset,
    .digest = digest_zset,
    .load = load_zset,
};

}  // namespace cobnut::rdb
