// Sets: integers as an intset, others one by one. Members with deadlines have no form that another
// server knows: they are written in a type of our own.
#include "rdb/codec.h"
#include "rdb/elements.h"
#include "types/set/set.h"

namespace cobnut::rdb {
namespace {

constexpr int64_t kNoneStored = -1;

SetLimits limits_of(const Options& options) {
  return {static_cast<size_t>(options.set_max_intset_entries),
          static_cast<size_t>(options.set_max_listpack_entries),
          static_cast<size_t>(options.set_max_listpack_value)};
}

bool has_deadlines(const SetView& set) {
  const PackedTable* table = set.content().table;
  if (table == nullptr || table->elements_with_deadline() == 0) return false;
  bool has = false;  // or all of those are due
  set.visit_while([&](const SetMember& member) {
    has = member.deadline_ms != kNoDeadline;
    return !has;
  });
  return has;
}

bool save_set(Writer& out, const Entry& entry, int64_t now_ms) {
  const SetView set(entry, now_ms);
  if (set.content().form == SetContent::Form::kIntset) {
    out.type(ValueType::kSetIntset);
    out.text(intset::View(set.content().pack).all());
    return true;
  }
  const size_t members = set.living();
  if (members == 0) return false;
  const bool deadlines = has_deadlines(set);
  out.type(deadlines ? ValueType::kSetDeadlines : ValueType::kSet);
  out.length(members);
  set.for_each([&](const SetMember& member) {
    out.element(member);
    if (deadlines) out.fixed(member.deadline_ms == kNoDeadline ? kNoneStored : member.deadline_ms);
  });
  return true;
}

void digest_set(Digest& digest, const Entry& entry, int64_t now_ms) {
  char digits[kIntTextMax];
  SetView(entry, now_ms).for_each([&](const SetMember& member) {
    digest.add(member.text(digits));
  });
}

bool load_with_deadlines(Reader& in, SetBuilder& set) {
  const size_t members = in.count(1 + sizeof(int64_t));
  std::string scratch;
  for (size_t i = 0; i < members; i++) {
    const Bytes member = in.text(&scratch);
    const auto deadline_ms = in.fixed<int64_t>();
    if (in.failed() || deadline_ms < kNoneStored || deadline_ms > kPackedDeadlineMax) return false;
    if (!set.add(member, deadline_ms == kNoneStored ? kNoDeadline : deadline_ms)) return false;
  }
  return !in.failed();
}

bool load_set(Reader& in, ValueType type, const Options& options, Loaded& loaded) {
  SetBuilder set(loaded.keyspace.heap(), limits_of(options));
  const bool whole = type == ValueType::kSetDeadlines
                         ? load_with_deadlines(in, set)
                         : visit_elements(in, type, [&](const listpack::Value& member) {
                             return set.add(member);
                           });
  if (!whole || set.empty()) return false;
  loaded.value = set.take(&loaded.bytes);
  return true;
}

}  // namespace

const Codec kSetCodec = {
    .type = Type::kSet,
    .reads = reads({ValueType::kSet, ValueType::kSetIntset, ValueType::kSetListpack,
                    ValueType::kSetDeadlines}),
    .save = save_set,
    .digest = digest_set,
    .load = load_set,
};

}  // namespace cobnut::rdb
