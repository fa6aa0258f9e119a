// Sets, in three forms: an intset (intset.h) while all members are integers, a listpack for a few
// short strings, both in the key's entry, and a PackedTable beyond that and as soon as a member has
// a deadline. The limits are Redis's options; a set never goes back to a smaller form. Commands
// read by SetView and write by SetEdit, or build a new set by SetBuilder; none of them shows which
// form it is.
//
// A member whose deadline is past is no longer there for all of them, though its bytes stay until
// it is reaped: only size() counts it.
//
// Owner: whoever holds the shard's monitor. Views are void after the next change of the keyspace.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "keyspace/keyspace.h"
#include "types/listpack/listpack.h"
#include "types/packed_table/packed_table.h"
#include "types/set/intset.h"

namespace cobnut {

// A member as it is read; text() and listpack::reply_bulk() take it. That of a PackedTable is
// marked as text though it be digits, so is that of a request: all functions here take both.
using SetText = listpack::Value;
inline SetText set_text(Bytes text) {
  SetText value;
  value.bytes = text;
  return value;
}
struct SetMember : SetText {
  int64_t deadline_ms = kNoDeadline;  // Unix ms
};

// Where the members are: one of the three forms.
struct SetContent {
  enum class Form : uint8_t { kIntset, kListpack, kTable };
  Form form = Form::kIntset;
  const char* pack = nullptr;
  const PackedTable* table = nullptr;
};

class SetView {
 public:
  // `entry` holds a set.
  SetView(const Entry& entry, int64_t now_ms);
  SetView(const SetContent& content, int64_t now_ms) : content_(content), now_ms_(now_ms) {}

  size_t size() const;    // SCARD: members that are due included
  size_t living() const;  // without them; O(n) when some are due
  bool contains(const SetText& member) const;
  bool contains(Bytes member) const { return contains(set_text(member)); }
  // kNoDeadline: it has none. Nothing: there is no such member.
  std::optional<int64_t> deadline_ms(Bytes member) const;
  const SetContent& content() const { return content_; }

  template <typename Visit>  // (const SetMember&), all members that are not due
  void for_each(const Visit& visit) const {
    SetMember member;
    switch (content_.form) {
      case SetContent::Form::kIntset: {
        const intset::View view(content_.pack);
        member.is_integer = true;
        for (uint32_t i = 0; i < view.count(); i++) {
          member.integer = view.at(i);
          visit(member);
        }
        return;
      }
      case SetContent::Form::kListpack: {
        const listpack::View view(content_.pack);
        for (size_t at = view.first(); at != view.end();) {
          static_cast<SetText&>(member) = view.read(&at);
          visit(member);
        }
        return;
      }
      case SetContent::Form::kTable:
        content_.table->for_each([&](const PackedElement& element) {
          if (element.deadline_ms >= now_ms_) visit(member_of(element));
        });
    }
  }
  // SCAN: about `count` members from the cursor on; returns the next one. A pack is visited whole,
  // whatever the cursor.
  template <typename Visit>
  uint64_t scan(uint64_t cursor, size_t count, const Visit& visit) const {
    if (content_.table == nullptr) {
      for_each(visit);
      return 0;
    }
    return content_.table->scan(cursor, count, [&](const PackedElement& element) {
      if (element.deadline_ms >= now_ms_) visit(member_of(element));
    });
  }
  // As for_each(), until `visit` returns false: what is asked of a table doubles each time.
  template <typename Visit>
  void visit_while(const Visit& visit) const {
    bool more = true;
    uint64_t cursor = 0;
    size_t count = 16;
    do {
      cursor = scan(cursor, count, [&](const SetMember& member) { more = more && visit(member); });
      count *= 2;
    } while (more && cursor != 0);
  }
  // One at random, each with the same probability. Nothing: all are due, or, for the second,
  // nearly all (types/member_expiry/living_draws.h).
  std::optional<SetMember> random() const;
  std::optional<SetMember> try_random() const;
  // Parts the members that are not due at random: `taken` sees `count` of them, each with the same
  // probability, `left` the others. O(n). REQUIRES: count <= living().
  template <typename Taken, typename Left>
  void part(size_t count, const Taken& taken, const Left& left) const {
    size_t unseen = living();
    for_each([&](const SetMember& member) {
      if (fast_random() % unseen-- >= count) return left(member);
      count--;
      taken(member);
    });
  }

 private:
  static SetMember member_of(const PackedElement& element) {
    SetMember member;
    member.bytes = element.key;
    member.deadline_ms = element.deadline_ms;
    return member;
  }

  SetContent content_;
  int64_t now_ms_;
};

// When a set leaves a form.
struct SetLimits {
  size_t intset_entries;
  size_t listpack_entries;
  size_t listpack_text_bytes;
};

// A pack on its way into an entry: short ones stay on the stack.
class SetBuffer {
 public:
  SetBuffer() = default;
  SetBuffer(const SetBuffer&) = delete;
  SetBuffer& operator=(const SetBuffer&) = delete;

  char* data() { return grown_ ? grown_.get() : inline_; }
  const char* data() const { return grown_ ? grown_.get() : inline_; }
  bool resize(size_t bytes);

 private:
  size_t size_ = 0;
  size_t capacity_ = sizeof(inline_);
  std::unique_ptr<char[]> grown_;
  char inline_[256];
};

// A new set, made member by member, then put into the keyspace whose heap it was made of.
class SetBuilder {
 public:
  SetBuilder(CollectionHeap& heap, const SetLimits& limits) : heap_(heap), limits_(limits) {}
  ~SetBuilder();
  SetBuilder(const SetBuilder&) = delete;
  SetBuilder& operator=(const SetBuilder&) = delete;

  // Whether it was not there. No argument may view the set itself.
  bool add(const SetText& member);
  bool add(Bytes member) { return add(set_text(member)); }
  // As add(), with a deadline: from now on it is a table.
  bool add(Bytes member, int64_t deadline_ms);
  bool erase(const SetText& member);  // whether it was there
  // From now on it is a table, whatever the limits say.
  PackedTable& make_table();
  // Begins with what is in another set's pack, in its form. REQUIRES: nothing was added; no table.
  void copy_pack(const SetContent& pack);

  size_t size() const;
  bool empty() const { return size() == 0; }
  SetView view() const { return {content(), INT64_MIN}; }  // of all members

  // The key gets this set, whatever it held, and no expiry. The builder is empty then. REQUIRES:
  // not empty; the heap is the keyspace's.
  [[nodiscard]] Written put(Keyspace& keyspace, int db, const Key& key, Found found, Event event);
  // The same instead of the form that the set has now, with its expiry. Nobody is told.
  [[nodiscard]] Written reform(Keyspace& keyspace, int db, const Key& key, Found& found);
  // The set as Keyspace::put() takes it: a pack is copied into `bytes`, a table is the caller's.
  // The builder is empty then. REQUIRES: not empty.
  Value take(std::string* bytes);

 private:
  SetContent content() const { return {form_, started_ ? buffer_.data() : nullptr, table_}; }
  Value value() const;
  bool start(const SetText& member);
  void grow(const SetText& member);
  void clear();

  CollectionHeap& heap_;
  const SetLimits limits_;
  SetContent::Form form_ = SetContent::Form::kIntset;
  bool started_ = false;  // the form is chosen by the first member
  PackedTable* table_ = nullptr;
  SetBuffer buffer_;
};

// One command's changes of a set that is there, made where it stands. Whoever has changed something
// calls committed() in the end: it tells the keyspace, removes an empty set, arms the wheel.
class SetEdit {
 public:
  // `found` is what edit(key) returned, a set.
  SetEdit(Keyspace& keyspace, int db, const Key& key, Found found, const SetLimits& limits);

  SetView view() const { return {*found_.entry, keyspace_.now_ms()}; }

  // kNoMemory: nothing changed. No argument may view the set itself (all of them).
  enum class Add : uint8_t { kAdded, kPresent, kNoMemory };
  Add add(Bytes member);
  bool erase(Bytes member);  // whether it was there; what is due is left to be reaped
  // Takes one out at random, each with the same probability; `visit` sees it before. False: none is
  // left that is not due.
  template <typename Visit>
  bool pop(const Visit& visit) {
    const std::optional<Drawn> drawn = draw();
    if (!drawn) return false;
    visit(drawn->member);
    erase(*drawn);
    return true;
  }
  // As pop() until `count` members are left, in one pass over all of them, for few to be left.
  // REQUIRES: 0 < count <= view().size(), none is due.
  template <typename Visit>
  void pop_all_but(size_t count, const Visit& visit) {
    SetBuilder kept(keyspace_.heap(), limits_);
    view().part(
        count,
        [&](const SetMember& member) {
          member.deadline_ms == kNoDeadline ? kept.add(member)
                                            : kept.add(member.bytes, member.deadline_ms);
        },
        visit);
    keep_only(kept);
  }
  // REQUIRES: it is there and not due. False: no memory.
  bool set_deadline(Bytes member, int64_t deadline_ms);

  // The event of what was done; kNone: of nothing that is announced. False: no memory to arm the
  // wheel.
  bool committed(Event event);

 private:
  struct Drawn {
    SetMember member;
    size_t at = 0;  // in an intset the index, in a listpack the offset
    PackedPlace place;
  };
  std::optional<Drawn> draw() const;
  void erase(const Drawn& drawn);
  Add add_in_table(Bytes member);
  bool reform(SetBuilder& builder);
  void keep_only(SetBuilder& kept);

  Keyspace& keyspace_;
  const Key& key_;
  Found found_;
  PackedTable* table_;  // nullptr: a pack
  const SetLimits limits_;
  const int db_;
  bool armed_ = false;  // a deadline was set
};

}  // namespace cobnut
