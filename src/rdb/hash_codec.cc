// Hashes: a listpack as it stands, others field by field. Fields with deadlines are written as
// Redis 7.4 does, in a type that 7.0 refuses; those that are due are left out.
#include <algorithm>

#include "rdb/codec.h"
#include "rdb/elements.h"
#include "types/hash/hash_builder.h"
#include "types/packed_table/packed_forecast.h"

namespace cobnut::rdb {
namespace {

using listpack::Value;
using listpack::View;

int64_t earliest_deadline(const HashView& hash) {
  int64_t earliest = kNoDeadline;
  if (hash.is_packed()) return earliest;
  hash.for_each([&](const HashField& field) { earliest = std::min(earliest, field.deadline_ms); });
  return earliest;
}

bool save_hash(Writer& out, const Entry& entry, int64_t now_ms) {
  const HashView hash(entry, now_ms);
  if (hash.is_packed()) {
    out.type(ValueType::kHashListpack);
    out.text(View(entry.bytes()).pack());
    return true;
  }
  const size_t fields = hash.living();
  if (fields == 0) return false;
  const int64_t earliest_ms = earliest_deadline(hash);
  const bool deadlines = earliest_ms != kNoDeadline;
  out.type(deadlines ? ValueType::kHashMetadata : ValueType::kHash);
  if (deadlines) {
    out.needs_version(kVersionFieldDeadlines);
    out.fixed(earliest_ms);
  }
  out.length(fields);
  hash.for_each([&](const HashField& field) {
    // 0: none; else counted from the earliest, which is 1.
    const bool has_deadline = field.deadline_ms != kNoDeadline;
    if (deadlines)
      out.length(has_deadline ? static_cast<uint64_t>(field.deadline_ms - earliest_ms + 1) : 0);
    out.element(field.field);
    out.element(field.value);
  });
  return true;
}

void digest_hash(Digest& digest, const Entry& entry, int64_t now_ms) {
  char digits[kIntTextMax];
  HashView(entry, now_ms).for_each([&](const HashField& field) {
    Digest pair;
    pair.mix(field.field.text(digits));
    pair.mix(field.value.text(digits));
    digest.add(pair);
  });
}

// False: such a field is there already, or the deadline is none.
bool add_field(HashBuilder& hash, Bytes field, Bytes value, int64_t deadline_ms) {
  const bool good =
      deadline_ms == kNoDeadline || (deadline_ms >= 0 && deadline_ms <= kPackedDeadlineMax);
  return good && hash.add(field, value, deadline_ms);
}

// A deadline as a number that says "none" by `none`; -1, which is refused, when it is too late.
int64_t deadline_of(int64_t number, int64_t none) {
  if (number == none) return kNoDeadline;
  return number <= kPackedDeadlineMax ? number : -1;
}

bool load_metadata(Reader& in, HashBuilder& hash) {
  const auto earliest_ms = in.fixed<int64_t>();
  if (earliest_ms < 0 || earliest_ms > kPackedDeadlineMax) return false;
  const size_t fields = in.count(3);
  std::string field_scratch, value_scratch;
  for (size_t i = 0; i < fields; i++) {
    const uint64_t after = in.length();
    const Bytes field = in.text(&field_scratch);
    const Bytes value = in.text(&value_scratch);
    if (in.failed() || after > static_cast<uint64_t>(kPackedDeadlineMax)) return false;
    const int64_t deadline_ms =
        after == 0 ? kNoDeadline : earliest_ms + static_cast<int64_t>(after) - 1;
    if (!add_field(hash, field, value, deadline_ms)) return false;
  }
  return !in.failed();
}

bool load_hash2(Reader& in, HashBuilder& hash) {
  const size_t fields = in.count(2 + sizeof(int64_t));
  std::string field_scratch, value_scratch;
  for (size_t i = 0; i < fields; i++) {
    const Bytes field = in.text(&field_scratch);
    const Bytes value = in.text(&value_scratch);
    const auto deadline_ms = in.fixed<int64_t>();
    if (in.failed() || !add_field(hash, field, value, deadline_of(deadline_ms, -1))) return false;
  }
  return !in.failed();
}

bool load_listpack_ex(Reader& in, HashBuilder& hash) {
  in.fixed<int64_t>();  // the earliest, which follows from the rest
  std::string scratch;
  const Bytes pack = in.text(&scratch);
  if (in.failed() || !listpack::valid(pack)) return false;
  const View view(pack);
  char field_digits[kIntTextMax], value_digits[kIntTextMax];
  for (size_t at = view.first(); at != view.end();) {
    const Value field = view.read(&at);
    if (at == view.end()) return false;
    const Value value = view.read(&at);
    if (at == view.end()) return false;
    const Value deadline = view.read(&at);
    if (!deadline.is_integer || !add_field(hash, field.text(field_digits), value.text(value_digits),
                                           deadline_of(deadline.integer, 0)))
      return false;
  }
  return true;
}

bool load_table(Reader& in, size_t fields, PackedTable& table) {
  PackedTable::Forecast forecast(table, fields, in.left());
  std::string field_scratch, value_scratch;
  Reader ahead = in;
  for (size_t i = 0; i < fields; i++) {
    const Bytes field = ahead.text(&field_scratch);
    forecast.add(field, ahead.skip_text());
  }
  if (ahead.failed()) return false;
  table.prepare(forecast);
  for (size_t i = 0; i < fields; i++) {
    const Bytes field = in.text(&field_scratch);
    const Bytes value = in.text(&value_scratch);
    if (in.failed()) return false;  // a value that does not decompress
    const PackedPlace place = table.find(field);
    if (place) return false;
    table.insert(place, field, value);
  }
  return true;
}

// A pack like ours is taken as it is. False: it is to be made of its elements, or bad.
bool take_pack(Reader in, const HashLimits& limits, Loaded& loaded) {
  const Bytes pack = in.text(&loaded.bytes);
  if (in.failed() || !listpack::valid(pack)) return false;
  const View view(pack);
  const size_t texts = view.count();
  if (texts == 0 || texts % 2 != 0 || texts / 2 > limits.fields || !listpack::all_differ(view, 2))
    return false;
  loaded.value = {.type = Type::kHash, .encoding = Encoding::kListpack, .bytes = pack};
  return true;
}

bool load_pairs(Reader& in, ValueType type, HashBuilder& hash) {
  std::string field;
  bool has_field = false;
  char digits[kIntTextMax];
  const auto take = [&](const Value& element) {
    has_field = !has_field;
    if (!has_field) return hash.add(field, element.text(digits));
    field = element.text(digits);
    return true;
  };
  return visit_elements(in, type, take) && !has_field;
}

bool load_fields(Reader& in, ValueType type, const HashLimits& limits, HashBuilder& hash) {
  switch (type) {
    case ValueType::kHashMetadata:
      return load_metadata(in, hash);
    case ValueType::kHash2:
      return load_hash2(in, hash);
    case ValueType::kHashListpackEx:
      return load_listpack_ex(in, hash);
    case ValueType::kHash: {
      Reader texts = in;
      const size_t fields = texts.count(2);
      if (fields > limits.fields) return load_table(texts, fields, hash.make_table());
      [[fallthrough]];
    }
    default:
      return load_pairs(in, type, hash);
  }
}

bool load_hash(Reader& in, ValueType type, const Options& options, Loaded& loaded) {
  // What comes packed stays so, however long its texts are, as on Redis.
  const bool packed = type == ValueType::kHashListpack || type == ValueType::kHashZiplist;
  const HashLimits limits{static_cast<size_t>(options.hash_max_listpack_entries),
                          packed ? SIZE_MAX : static_cast<size_t>(options.hash_max_listpack_value)};
  if (type == ValueType::kHashListpack && take_pack(in, limits, loaded)) return true;
  HashBuilder hash(loaded.keyspace.heap(), limits);
  if (!load_fields(in, type, limits, hash) || hash.size() == 0) return false;
  loaded.value = hash.value();
  loaded.bytes = loaded.value.bytes;
  loaded.value.bytes = loaded.bytes;
  hash.stored();  // in `loaded`
  return true;
}

}  // namespace

const Codec kHashCodec = {
    .type = Type::kHash,
    .reads = reads({ValueType::kHash, ValueType::kHashZipmap, ValueType::kHashZiplist,
                    ValueType::kHashListpack, ValueType::kHash2, ValueType::kHashMetadata,
                    ValueType::kHashListpackEx}),
    .save = save_hash,
    .digest = digest_hash,
    .load = load_hash,
};

}  // namespace cobnut::rdb
