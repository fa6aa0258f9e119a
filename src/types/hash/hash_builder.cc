#include "types/hash/hash_builder.h"

#include <array>

#include "keyspace/collection.h"
#include "types/listpack/edit.h"
#include "types/listpack/string_pack.h"

namespace cobnut {
namespace {

using listpack::Element;
using listpack::Elements;
using listpack::View;

}  // namespace

HashBuilder::HashBuilder(CollectionHeap& heap, const HashLimits& limits)
    : heap_(heap), limits_(limits) {
  listpack::StringPack storage{pack_};
  CHECK(listpack::create(storage, listpack::Nothing()));
}

HashBuilder::~HashBuilder() {
  if (table_ != nullptr) heap_.discard(table_);
}

size_t HashBuilder::size() const {
  return table_ != nullptr ? table_->elements() : View(pack_).count() / 2;
}

PackedTable& HashBuilder::make_table() {
  if (table_ != nullptr) return *table_;
  table_ = new PackedTable(heap_, PackedTable::Values::kOne);
  const View view(pack_);
  for (size_t at = view.first(); at != view.end();) {
    char field_digits[kIntTextMax];
    char value_digits[kIntTextMax];
    const Bytes field = view.read(&at).text(field_digits);
    table_->insert(table_->find(field), field, view.read(&at).text(value_digits));
  }
  pack_ = std::string();
  return *table_;
}

bool HashBuilder::add(Bytes field, Bytes value, int64_t deadline_ms) {
  if (table_ == nullptr) {
    const std::array<Element, 2> pair = {Element(field), Element(value)};
    const View view(pack_);
    const auto is_equal = [&](uint32_t at) { return view.equal(at, pair[0]); };
    if (!fields_.add(field, static_cast<uint32_t>(view.end()), is_equal)) return false;
    const bool fits = deadline_ms == kNoDeadline && field.size() <= limits_.text_bytes &&
                      value.size() <= limits_.text_bytes && size() < limits_.fields;
    listpack::StringPack storage{pack_};
    if (fits && append(storage, Elements(pair))) return true;
    make_table();
  }
  const PackedPlace place = table_->find(field);
  if (place) return false;
  table_->insert(place, field, value, deadline_ms);
  return true;
}

Value HashBuilder::value() const {
  Value value;
  value.type = Type::kHash;
  value.encoding = table_ != nullptr ? Encoding::kHashtable : Encoding::kListpack;
  value.collection = table_;
  if (table_ == nullptr) value.bytes = pack_;
  return value;
}

}  // namespace cobnut
