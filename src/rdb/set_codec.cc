// Sets: integers as an intset, others one by one. Members with deadlines have no form that another
// server knows: they are written in a type of our own.
#include "base/numbers.h"
#include "rdb/codec.h"
#include "rdb/elements.h"
#include "types/listpack/edit.h"
#include "types/listpack/entry_set.h"
#include "types/listpack/string_pack.h"
#include "types/packed_table/packed_forecast.h"
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

// Whether one of so many members is no integer.
bool has_text(Reader members, size_t count) {
  std::string scratch;
  for (size_t i = 0; i < count; i++)
    if (!parse_int(members.text(&scratch))) return true;
  return false;
}

// A listpack, as SetBuilder makes it, which would look for each member in all before. False: it
// needs another form, or is bad.
bool load_listpack(Reader in, size_t members, const SetLimits& limits, std::string* pack) {
  listpack::StringPack storage{*pack};
  if (!listpack::create(storage, listpack::Nothing())) return false;
  listpack::EntrySet texts(members);
  std::string scratch;
  for (size_t i = 0; i < members; i++) {
    const Bytes member = in.text(&scratch);
    if (in.failed() || member.size() > limits.listpack_text_bytes) return false;
    const listpack::View view(*pack);
    const listpack::Element element(member);
    const auto is_equal = [&](uint32_t at) { return view.equal(at, element); };
    if (!texts.add(member, static_cast<uint32_t>(view.end()), is_equal) ||
        !listpack::append(storage, element))
      return false;
  }
  return true;
}

bool load_table(Reader& in, size_t members, PackedTable& table) {
  PackedTable::Forecast forecast(table, members, in.left());
  std::string scratch;
  Reader ahead = in;
  for (size_t i = 0; i < members; i++) forecast.add(ahead.text(&scratch), 0);
  if (ahead.failed()) return false;
  table.prepare(forecast);
  for (size_t i = 0; i < members; i++) {
    const Bytes member = in.text(&scratch);
    const PackedPlace place = table.find(member);
    if (place) return false;
    table.insert(place, member);
  }
  return true;
}

// Whether a set whose form is known before all members were seen could be made; nothing: it is to
// be made member by member.
std::optional<bool> load_known_form(Reader in, const SetLimits& limits, Loaded& loaded) {
  const size_t members = in.count(1);
  if (members == 0 || (members <= limits.intset_entries && !has_text(in, members)))
    return std::nullopt;
  if (members <= limits.listpack_entries) {
    if (!load_listpack(in, members, limits, &loaded.bytes)) return std::nullopt;
    loaded.value = {.type = Type::kSet, .encoding = Encoding::kHashtable, .bytes = loaded.bytes};
    return true;
  }
  SetBuilder set(loaded.keyspace.heap(), limits);
  if (!load_table(in, members, set.make_table())) return false;
  loaded.value = set.take(&loaded.bytes);
  return true;
}

// A listpack like ours: with a text, short ones, none twice.
bool is_like_ours(const listpack::View& view, const SetLimits& limits) {
  if (view.count() > limits.listpack_entries) return false;
  bool text = false;
  for (size_t at = view.first(); at != view.end();) {
    const listpack::Value member = view.read(&at);
    if (member.is_integer) continue;
    if (member.bytes.size() > limits.listpack_text_bytes) return false;
    text = true;
  }
  return text && listpack::all_differ(view, 1);
}

// A pack like ours is taken as it is. False: it is to be made of its members, or bad.
bool take_pack(Reader in, ValueType type, const SetLimits& limits, Loaded& loaded) {
  const Bytes pack = in.text(&loaded.bytes);
  if (in.failed()) return false;
  if (type == ValueType::kSetIntset) {
    if (!intset::valid(pack)) return false;
    const size_t integers = intset::View(pack).count();
    if (integers == 0 || integers > limits.intset_entries) return false;
    loaded.value = {.type = Type::kSet, .encoding = Encoding::kIntset, .bytes = pack};
    return true;
  }
  if (!listpack::valid(pack) || !is_like_ours(listpack::View(pack), limits)) return false;
  loaded.value = {.type = Type::kSet, .encoding = Encoding::kHashtable, .bytes = pack};
  return true;
}

bool load_set(Reader& in, ValueType type, const Options& options, Loaded& loaded) {
  const SetLimits limits = limits_of(options);
  if (type == ValueType::kSetIntset || type == ValueType::kSetListpack) {
    if (take_pack(in, type, limits, loaded)) return true;
  }
  if (type == ValueType::kSet) {
    if (const std::optional<bool> made = load_known_form(in, limits, loaded)) return *made;
  }
  SetBuilder set(loaded.keyspace.heap(), limits);
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
