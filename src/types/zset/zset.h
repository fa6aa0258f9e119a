// A sorted set of the keyspace in either of its forms: a listpack of member, score, member, score
// ... in order (small), or a SortedSet. Commands speak to this and never see which it is; it grows
// from the one into the other at the option's thresholds, and never back.
//
// Everything is a range of ranks: a range of scores or members is turned into ranks first, in
// O(log n) for the large form. Members whose deadline is over are never shown, though ranks count
// them until they are reaped. Owner: the shard's holder; lives for one command.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

#include "base/bytes.h"
#include "keyspace/keyspace.h"
#include "types/listpack/listpack.h"
#include "types/zset/sorted_set.h"

namespace cobnut {

// Up to here it stays small (zset-max-listpack-entries and -value).
struct ZsetLimits {
  size_t entries;
  size_t value_bytes;
};

class Zset {
 public:
  // REQUIRES: `found` is of `key`: a sorted set, or nothing.
  Zset(Keyspace& keyspace, int db, const Key& key, Found found);

  bool exists() const { return static_cast<bool>(found_); }
  SortedSet* large() const { return large_; }  // nullptr: small, or not there

  // -- reads
  size_t size() const;
  std::optional<double> score(Bytes member) const;
  // Unix ms, or INT64_MAX: it has none. Nothing: no such member.
  std::optional<int64_t> deadline_ms(Bytes member) const;
  bool may_have_due() const { return has_due_; }  // ranks may count members that are never shown
  struct Ranked {
    size_t rank;
    double score;
  };
  std::optional<Ranked> rank(Bytes member) const;
  size_t rank_of_score(double score, bool behind_equal) const;   // elements before it
  size_t rank_of_member(Bytes member, bool behind_equal) const;  // by the member alone

  // Those of ranks [begin, end) that are not due.
  size_t living(size_t begin, size_t end) const {
    const size_t due = has_due_ ? large_->due_between(begin, end, keyspace_->now_ms()) : 0;
    return end - begin - due;
  }

  // Elements of ranks [begin, end) as a client asks for them: from the last one when `reverse`,
  // after `offset` of them (negative: none is left), at most `limit` (negative: all).
  struct Slice {
    size_t first = 0;  // rank at which it starts
    size_t span = 0;   // ranks that it goes over
    size_t shown = 0;  // elements that it shows
    bool reverse = false;
  };
  Slice slice(size_t begin, size_t end, bool reverse, int64_t offset = 0, int64_t limit = -1) const;
  // Calls show(Bytes member, double score) for each, until it returns false, if it returns
  // anything; the member is valid during the call.
  template <typename Show>
  void visit(const Slice& slice, Show show) const;
  template <typename Show>
  void visit_all(Show show) const {
    visit(slice(0, size(), false), show);
  }
  // ZSCAN: the next cursor; the small form is returned at once.
  using Visit = std::function<void(Bytes member, double score)>;
  uint64_t scan(uint64_t cursor, size_t count, const Visit& visit_element) const;

  // -- changes; then commit().
  struct AddRules {  // ZADD's options
    bool only_new = false, only_there = false, only_greater = false, only_less = false;
    bool increment = false;  // the score is added to what is there, whose deadline stays
  };
  enum class Added : uint8_t { kNew, kChanged, kSame, kRefused, kNotANumber, kNoMemory };
  // *score: as it is afterwards, unless refused. A score that is set, not added to, takes away the
  // member's deadline; kRefused and those behind: no change.
  Added add(Bytes member, double* score, const AddRules& rules, const ZsetLimits& limits);
  bool erase(Bytes member);  // whether it was there
  void erase_ranks(size_t first, size_t count);
  // REQUIRES: the member is there. False: no memory, nothing changed.
  bool set_deadline(Bytes member, int64_t deadline_ms);
  bool lost_deadlines() const { return lost_deadlines_; }  // add() took some
  // Removes the key of an empty set, arms the wheel for deadlines. False: no memory for that.
  bool commit(Event event);

 private:
  listpack::View pack() const { return listpack::View(found_->bytes()); }
  bool is_due(SortedSet::Place place) const {
    return has_due_ && place.deadline_ms() < keyspace_->now_ms();
  }
  SortedSet::Place find_large(Bytes member, uint64_t hash) const;
  Added add_small(Bytes member, double* score, const AddRules& rules, const ZsetLimits& limits);
  Added add_large(Bytes member, double* score, const AddRules& rules);
  bool put_small(const listpack::Element& element, Bytes member, double score, size_t old);
  bool make_small();
  bool promote();

  Keyspace* keyspace_;
  int db_;
  Key key_;
  Found found_;
  SortedSet* large_ = nullptr;
  bool has_due_ = false;  // perhaps
  bool lost_deadlines_ = false;
  bool to_arm_ = false;  // a deadline was set
};

// The listpack of a set that may be small, without its deadlines. False: it is too large.
bool small_form(const SortedSet& set, const ZsetLimits& limits, std::string* pack);
// The key gets the elements of `result` for its value, or is removed when there are none; `result`
// is the keyspace's then, or gone. False: no memory, the key is as it was.
bool store_zset(Keyspace& keyspace, int db, const Key& key, Found found, SortedSet* result,
                const ZsetLimits& limits, Event event);

namespace zset {
double score_of(const listpack::Value& value);
// Whether a small set keeps this score as an integer, as Redis does.
bool is_stored_integer(double score);
}  // namespace zset

template <typename Show>
void Zset::visit(const Slice& slice, Show show) const {
  if (slice.span == 0) return;
  const auto goes_on = [&show](Bytes member, double score) {
    if constexpr (std::is_void_v<decltype(show(member, score))>) {
      show(member, score);
      return true;
    } else {
      return show(member, score);
    }
  };
  if (large_ != nullptr) {
    SortedSet::Place place = large_->at_rank(slice.first);
    for (size_t left = slice.span; left > 0; left--) {
      if (!is_due(place) && !goes_on(place.member(), place.score())) return;
      if (left > 1) place = slice.reverse ? large_->previous(place) : large_->next(place);
    }
    return;
  }
  const listpack::View view = pack();
  size_t at = view.skip(view.first(), 2 * slice.first);
  char digits[kIntTextMax];
  for (size_t left = slice.span; left > 0; left--) {
    size_t next = at;
    const listpack::Value member = view.read(&next);
    const listpack::Value score = view.read(&next);
    if (!goes_on(member.text(digits), zset::score_of(score))) return;
    if (left > 1) at = slice.reverse ? view.previous(view.previous(at)) : next;
  }
}

}  // namespace cobnut
