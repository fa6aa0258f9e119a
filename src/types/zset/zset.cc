#include "types/zset/zset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/numbers.h"
#include "types/listpack/edit.h"
#include "types/listpack/entry_blob.h"
#include "types/listpack/string_pack.h"
#include "types/member_expiry/settled.h"

namespace cobnut {
namespace {

using listpack::Element;
using listpack::EntryBlob;
using listpack::View;

// Redis's text of a score in a listpack: integers in full up to 2^62, as which -0 is 0.
class ScoreElement {
 public:
  explicit ScoreElement(double score) {
    if (zset::is_stored_integer(score)) {
      element_ = Element(static_cast<int64_t>(score));
    } else {
      element_ = Element(Bytes(text_, format_double17(score, text_)));
    }
  }
  ScoreElement(const ScoreElement&) = delete;
  ScoreElement& operator=(const ScoreElement&) = delete;
  const Element& get() const { return element_; }  // a view of this

 private:
  char text_[kDouble17TextMax];
  Element element_;
};

// The offset of the first pair that does not precede, from the front.
template <typename Precedes>
size_t partition_pack(const View& view, Precedes precedes, size_t* rank) {
  size_t at = view.first();
  *rank = 0;
  while (at != view.end()) {
    size_t next = at;
    const listpack::Value member = view.read(&next);
    const listpack::Value score = view.read(&next);
    if (!precedes(zset::score_of(score), member)) break;
    at = next;
    (*rank)++;
  }
  return at;
}

}  // namespace

namespace zset {

bool is_stored_integer(double score) {
  constexpr double kMost = 4611686018427387904.0;  // 2^62
  return score >= -kMost && score <= kMost &&
         static_cast<double>(static_cast<int64_t>(score)) == score;
}

double score_of(const listpack::Value& value) {
  if (value.is_integer) return static_cast<double>(value.integer);
  return parse_double(value.bytes).value_or(0);
}

}  // namespace zset

Zset::Zset(Keyspace& keyspace, int db, const Key& key, Found found)
    : keyspace_(&keyspace), db_(db), key_(key), found_(found) {
  if (!found) return;
  large_ = static_cast<SortedSet*>(found->collection());
  has_due_ = large_ != nullptr && large_->next_expiry_ms() < keyspace.now_ms();
}

// -- reads

size_t Zset::size() const {
  if (!found_) return 0;
  return large_ != nullptr ? large_->elements() : pack().count() / 2;
}

SortedSet::Place Zset::find_large(Bytes member, uint64_t hash) const {
  const SortedSet::Place place = large_->find(hash, member);
  return place && !is_due(place) ? place : SortedSet::Place();
}

std::optional<double> Zset::score(Bytes member) const {
  if (!found_) return std::nullopt;
  if (large_ != nullptr) {
    const SortedSet::Place place = find_large(member, SortedSet::hash_of(member));
    return place ? std::optional(place.score()) : std::nullopt;
  }
  const View view = pack();
  const size_t at = view.find(Element(member), view.first(), 1);
  if (at == listpack::kNone) return std::nullopt;
  return zset::score_of(view.get(view.next(at)));
}

std::optional<int64_t> Zset::deadline_ms(Bytes member) const {
  if (large_ == nullptr) return score(member) ? std::optional(INT64_MAX) : std::nullopt;
  const SortedSet::Place place = find_large(member, SortedSet::hash_of(member));
  return place ? std::optional(place.deadline_ms()) : std::nullopt;
}

std::optional<Zset::Ranked> Zset::rank(Bytes member) const {
  if (!found_) return std::nullopt;
  if (large_ != nullptr) {
    const SortedSet::Place place = find_large(member, SortedSet::hash_of(member));
    if (!place) return std::nullopt;
    return Ranked{large_->rank(place), place.score()};
  }
  const View view = pack();
  const size_t found = view.find(Element(member), view.first(), 1);
  if (found == listpack::kNone) return std::nullopt;
  size_t rank = 0;
  for (size_t at = view.first(); at != found; at = view.skip(at, 2)) rank++;
  return Ranked{rank, zset::score_of(view.get(view.next(found)))};
}

size_t Zset::rank_of_score(double score, bool behind_equal) const {
  if (!found_) return 0;
  if (large_ != nullptr) return large_->rank_of_score(score, behind_equal);
  size_t rank;
  partition_pack(
      pack(),
      [=](double at, const listpack::Value&) { return behind_equal ? at <= score : at < score; },
      &rank);
  return rank;
}

size_t Zset::rank_of_member(Bytes member, bool behind_equal) const {
  if (!found_) return 0;
  if (large_ != nullptr) return large_->rank_of_member(member, behind_equal);
  size_t rank;
  partition_pack(
      pack(),
      [=](double, const listpack::Value& at) {
        const int order = listpack::compare(at, member);
        return behind_equal ? order <= 0 : order < 0;
      },
      &rank);
  return rank;
}

Zset::Slice Zset::slice(size_t begin, size_t end, bool reverse, int64_t offset,
                        int64_t limit) const {
  if (begin >= end || offset < 0) return {};
  Slice slice{.first = reverse ? end - 1 : begin, .span = end - begin, .reverse = reverse};
  auto skipped = static_cast<size_t>(offset);
  const size_t most = limit < 0 ? SIZE_MAX : static_cast<size_t>(limit);
  if (!has_due_) {
    skipped = std::min(skipped, slice.span);
    slice.span = std::min(slice.span - skipped, most);
    slice.shown = slice.span;
    slice.first = reverse ? slice.first - skipped : slice.first + skipped;
    return slice.span == 0 ? Slice() : slice;
  }
  // Some may be due: they are neither skipped over nor counted, so each has to be looked at.
  SortedSet::Place place = large_->at_rank(slice.first);
  size_t looked = 0, first = 0, live = 0;
  for (; looked < slice.span && slice.shown < most; looked++) {
    if (!is_due(place) && live++ >= skipped) {
      if (slice.shown++ == 0) first = looked;
    }
    place = reverse ? large_->previous(place) : large_->next(place);
  }
  if (slice.shown == 0) return {};
  slice.first = reverse ? slice.first - first : slice.first + first;
  slice.span = looked - first;
  return slice;
}

uint64_t Zset::scan(uint64_t cursor, size_t count, const Visit& visit_element) const {
  if (large_ == nullptr) {
    visit_all(visit_element);
    return 0;
  }
  return large_->scan(cursor, count, [&](SortedSet::Place place) {
    if (!is_due(place)) visit_element(place.member(), place.score());
  });
}

// -- changes

namespace {

// What a score does to a member that has the score `current`, or is not there.
Zset::Added judge(std::optional<double> current, double* score, const Zset::AddRules& rules) {
  using enum Zset::Added;
  if (!current) return rules.only_there ? kRefused : kNew;
  if (rules.only_new) return kRefused;
  if (rules.increment) {
    *score += *current;
    if (std::isnan(*score)) return kNotANumber;
  }
  if (rules.only_greater && *score <= *current) return kRefused;
  if (rules.only_less && *score >= *current) return kRefused;
  return *score == *current ? kSame : kChanged;
}

}  // namespace

Zset::Added Zset::add(Bytes member, double* score, const AddRules& rules,
                      const ZsetLimits& limits) {
  if (!found_) {
    if (rules.only_there) return Added::kRefused;
    if (!make_small()) return Added::kNoMemory;
  }
  if (large_ == nullptr) return add_small(member, score, rules, limits);
  return add_large(member, score, rules);
}

bool Zset::make_small() {
  EntryBlob blob(*keyspace_, db_, key_, found_, Type::kZset, Encoding::kListpack);
  return listpack::create(blob, listpack::Nothing());
}

Zset::Added Zset::add_small(Bytes member, double* score, const AddRules& rules,
                            const ZsetLimits& limits) {
  const View view = pack();
  const Element element(member);
  const size_t old = view.find(element, view.first(), 1);
  std::optional<double> current;
  if (old != listpack::kNone) current = zset::score_of(view.get(view.next(old)));
  const Added added = judge(current, score, rules);
  if (added != Added::kNew && added != Added::kChanged) return added;
  if (!current && (member.size() > limits.value_bytes || size() >= limits.entries)) {
    if (!promote()) return Added::kNoMemory;
    large_->insert(SortedSet::hash_of(member), member, *score);
    return added;
  }
  return put_small(element, member, *score, old) ? added : Added::kNoMemory;
}

// The new pair first, then the old one goes: what fails changes nothing.
bool Zset::put_small(const Element& element, Bytes member, double score, size_t old) {
  size_t rank;
  const size_t at = partition_pack(
      pack(),
      [&](double of, const listpack::Value& value) {
        return of < score || (of == score && listpack::compare(value, member) < 0);
      },
      &rank);
  const ScoreElement score_element(score);
  const std::array<Element, 2> elements{element, score_element.get()};
  const listpack::Elements source(elements);
  EntryBlob blob(*keyspace_, db_, key_, found_, Type::kZset, Encoding::kListpack);
  if (!listpack::insert(blob, at, source)) return false;
  if (old == listpack::kNone) return true;
  listpack::erase(blob, old >= at ? old + source.bytes() : old, 2);
  return true;
}

Zset::Added Zset::add_large(Bytes member, double* score, const AddRules& rules) {
  const uint64_t hash = SortedSet::hash_of(member);
  SortedSet::Place place = large_->find(hash, member);
  if (place && is_due(place)) {
    if (rules.only_there) return Added::kRefused;  // to be reaped, perhaps with the key
    large_->erase(hash, place);
    place = {};
  }
  const Added added = judge(place ? std::optional(place.score()) : std::nullopt, score, rules);
  if (added == Added::kNew) {
    large_->insert(hash, member, *score);
    return added;
  }
  if (added != Added::kChanged && added != Added::kSame) return added;
  if (!rules.increment && place.deadline_ms() != INT64_MAX) {
    large_->set_deadline(hash, place, INT64_MAX);
    place = large_->find(hash, member);
    lost_deadlines_ = true;
  }
  if (added == Added::kChanged) large_->set_score(hash, place, *score);
  return added;
}

bool Zset::promote() {
  auto* set = new SortedSet(keyspace_->heap());
  visit_all(
      [&](Bytes member, double score) { set->insert(SortedSet::hash_of(member), member, score); });
  const Written written = keyspace_->reform(
      db_, key_, found_, {.type = Type::kZset, .encoding = Encoding::kSkiplist, .collection = set});
  if (written != Written::kOk) {
    keyspace_->heap().discard(set);
    return false;
  }
  large_ = set;
  return true;
}

bool Zset::erase(Bytes member) {
  if (!found_) return false;
  if (large_ != nullptr) {
    const uint64_t hash = SortedSet::hash_of(member);
    const SortedSet::Place place = find_large(member, hash);
    if (place) large_->erase(hash, place);
    return static_cast<bool>(place);
  }
  const View view = pack();
  const size_t at = view.find(Element(member), view.first(), 1);
  if (at == listpack::kNone) return false;
  EntryBlob blob(*keyspace_, db_, key_, found_, Type::kZset, Encoding::kListpack);
  listpack::erase(blob, at, 2);
  return true;
}

void Zset::erase_ranks(size_t first, size_t count) {
  if (count == 0) return;
  if (large_ != nullptr) return large_->erase_ranks(first, count);
  const View view = pack();
  EntryBlob blob(*keyspace_, db_, key_, found_, Type::kZset, Encoding::kListpack);
  listpack::erase(blob, view.skip(view.first(), 2 * first), 2 * count);
}

bool Zset::set_deadline(Bytes member, int64_t deadline_ms) {
  if (large_ == nullptr) {
    if (deadline_ms == INT64_MAX) return true;
    if (!promote()) return false;  // a listpack has no place for deadlines
  }
  const uint64_t hash = SortedSet::hash_of(member);
  const SortedSet::Place place = find_large(member, hash);
  CHECK(place);
  large_->set_deadline(hash, place, deadline_ms);
  to_arm_ = to_arm_ || deadline_ms != INT64_MAX;
  return true;
}

bool Zset::commit(Event event) {
  keyspace_->committed(db_, key_, event);
  return settled(*keyspace_, db_, key_, found_, size() == 0, to_arm_);
}

// -- whole values

bool small_form(const SortedSet& set, const ZsetLimits& limits, std::string* pack) {
  if (set.elements() > limits.entries) return false;
  listpack::StringPack storage{*pack};
  if (!listpack::create(storage, listpack::Nothing())) return false;
  for (SortedSet::Place at = set.at_rank(0); at; at = set.next(at)) {
    const ScoreElement score(at.score());
    const std::array<Element, 2> elements{Element(at.member()), score.get()};
    if (at.member().size() > limits.value_bytes ||
        !listpack::append(storage, listpack::Elements(elements)))
      return false;
  }
  return true;
}

bool store_zset(Keyspace& keyspace, int db, const Key& key, Found found, SortedSet* result,
                const ZsetLimits& limits, Event event) {
  if (result->elements() == 0) {
    keyspace.heap().discard(result);
    if (found) keyspace.remove(db, key, found, Event::kDel);
    return true;
  }
  std::string pack;
  const bool small = small_form(*result, limits, &pack);
  const Value value =
      small ? Value{.type = Type::kZset, .encoding = Encoding::kListpack, .bytes = pack}
            : Value{.type = Type::kZset, .encoding = Encoding::kSkiplist, .collection = result};
  const bool stored = keyspace.put(db, key, found, value, kNoExpiry, event) == Written::kOk;
  if (small || !stored) keyspace.heap().discard(result);
  return stored;
}

}  // namespace cobnut
