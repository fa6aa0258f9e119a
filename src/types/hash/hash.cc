#include "types/hash/hash.h"

#include <array>

#include "base/random.h"
#include "keyspace/collection.h"
#include "types/listpack/edit.h"
#include "types/listpack/entry_blob.h"
#include "types/member_expiry/living_draws.h"
#include "types/member_expiry/settled.h"

namespace cobnut {
namespace {

using listpack::Element;
using listpack::Elements;
using listpack::View;

// Where the value of a field stands in a pack, or listpack::kNone.
size_t value_at(const View& view, const Element& field) {
  const size_t at = view.find(field, view.first(), 1);
  return at == listpack::kNone ? at : view.next(at);
}

// The field gets the value, behind all others if it is new.
template <listpack::Storage S>
HashEdit::Set set_pair(S& storage, Bytes field_text, Bytes value_text) {
  const std::array<Element, 2> pair = {Element(field_text), Element(value_text)};
  const size_t at = value_at(View(storage.data()), pair[0]);
  if (at == listpack::kNone) {
    return append(storage, Elements(pair)) ? HashEdit::Set::kAdded : HashEdit::Set::kNoMemory;
  }
  return replace(storage, at, pair[1]) ? HashEdit::Set::kUpdated : HashEdit::Set::kNoMemory;
}

// A pack on its way into a new entry.
constexpr size_t kNewPackMax = 2048;  // bytes; longer ones are made field by field
struct NewPack {
  char bytes[kNewPackMax];

  char* data() { return bytes; }
  const char* data() const { return bytes; }
  bool resize(size_t size) const { return size <= kNewPackMax; }
};

}  // namespace

// -- HashView

size_t HashView::living() const { return table_ != nullptr ? table_->living(now_ms_) : size(); }

std::optional<HashText> HashView::value(Bytes field) const {
  if (table_ != nullptr) {
    const PackedPlace place = table_->find(field);
    if (!place || (*place).deadline_ms < now_ms_) return std::nullopt;
    return field_of(*place).value;
  }
  const View view(pack_);
  const size_t at = value_at(view, Element(field));
  if (at == listpack::kNone) return std::nullopt;
  return view.get(at);
}

std::optional<int64_t> HashView::deadline_ms(Bytes field) const {
  if (table_ == nullptr) {
    if (value_at(View(pack_), Element(field)) == listpack::kNone) return std::nullopt;
    return kNoDeadline;
  }
  const PackedPlace place = table_->find(field);
  if (!place || (*place).deadline_ms < now_ms_) return std::nullopt;
  return (*place).deadline_ms;
}

std::optional<HashField> HashView::random() const {
  return LivingDraws<HashView, HashField>(*this).next();
}

std::optional<HashField> HashView::try_random() const {
  if (table_ == nullptr) {
    const View view(pack_);
    size_t at = view.at(static_cast<int64_t>(fast_random() % size() * 2));
    HashField field;
    field.field = view.read(&at);
    field.value = view.read(&at);
    return field;
  }
  const PackedPlace place = table_->try_random_living(now_ms_);
  if (!place) return std::nullopt;
  return field_of(*place);
}

// -- HashEdit

HashEdit::~HashEdit() {
  if (new_table_) keyspace_.heap().discard(table_);
}

std::optional<HashText> HashEdit::value(Bytes field) const {
  if (table_ == nullptr) return found_ ? view().value(field) : std::nullopt;
  const PackedPlace place = find(field);
  if (!place || is_due(place)) return std::nullopt;
  HashText text;
  text.bytes = (*place).value;
  return text;
}

std::optional<int64_t> HashEdit::deadline_ms(Bytes field) const {
  if (table_ == nullptr) return found_ ? view().deadline_ms(field) : std::nullopt;
  const PackedPlace place = find(field);
  if (!place || is_due(place)) return std::nullopt;
  return (*place).deadline_ms;
}

// From here on it is a table. False: no memory.
bool HashEdit::promote() {
  if (table_ != nullptr) return true;
  auto* table = new PackedTable(keyspace_.heap(), PackedTable::Values::kOne);
  if (!found_) {
    table_ = table;
    new_table_ = true;
    return true;
  }
  view().for_each([&](const HashField& each) {
    char field_digits[kIntTextMax];
    char value_digits[kIntTextMax];
    const Bytes field = each.field.text(field_digits);
    table->insert(table->find(field), field, each.value.text(value_digits));
  });
  if (keyspace_.reform(
          db_, key_, found_,
          {.type = Type::kHash, .encoding = Encoding::kHashtable, .collection = table}) !=
      Written::kOk) {
    keyspace_.heap().discard(table);
    return false;
  }
  table_ = table;
  return true;
}

std::optional<HashEdit::Set> HashEdit::create(std::span<const Bytes> words, Event event,
                                              size_t* added) {
  DCHECK(!there() && words.size() % 2 == 0);
  constexpr size_t kEntryOverhead = 10;  // bytes that an entry of a pack has beside its text
  size_t bytes = listpack::kEmptyBytes;
  for (Bytes word : words) {
    if (word.size() > limits_.text_bytes) return std::nullopt;
    bytes += word.size() + kEntryOverhead;
  }
  if (bytes > kNewPackMax || words.size() / 2 > limits_.fields) return std::nullopt;
  NewPack pack;
  CHECK(listpack::create(pack, listpack::Nothing()));
  *added = 0;
  for (size_t i = 0; i < words.size(); i += 2) {
    *added += set_pair(pack, words[i], words[i + 1]) == Set::kAdded;
  }
  const Written written = keyspace_.put(
      db_, key_, found_,
      {.type = Type::kHash, .encoding = Encoding::kListpack, .bytes = View(pack.data()).pack()},
      kNoExpiry, event);
  return written == Written::kOk ? Set::kAdded : Set::kNoMemory;
}

HashEdit::Set HashEdit::set(Bytes field, Bytes value, int64_t deadline_ms) {
  if (table_ == nullptr) {
    const bool fits = field.size() <= limits_.text_bytes && value.size() <= limits_.text_bytes &&
                      (deadline_ms == kNoDeadline || deadline_ms == kKeepDeadline);
    if (fits) return set_in_pack(field, value);
    if (!promote()) return Set::kNoMemory;
  }
  return set_in_table(field, value, deadline_ms);
}

HashEdit::Set HashEdit::set_in_pack(Bytes field, Bytes value) {
  listpack::EntryBlob blob(keyspace_, db_, key_, found_, Type::kHash, Encoding::kListpack);
  if (!found_) {
    if (limits_.fields == 0) {
      return promote() ? set_in_table(field, value, kNoDeadline) : Set::kNoMemory;
    }
    const std::array<Element, 2> pair = {Element(field), Element(value)};
    return listpack::create(blob, Elements(pair)) ? Set::kAdded : Set::kNoMemory;
  }
  const View view(found_->bytes());
  // Room for what is added: an entry's length may take 10 bytes.
  if (view.bytes() + field.size() + value.size() + 20 > listpack::kBytesMax) {
    return promote() ? set_in_table(field, value, kNoDeadline) : Set::kNoMemory;
  }
  const Set done = set_pair(blob, field, value);
  if (done != Set::kNoMemory && View(blob.data()).count() / 2 > limits_.fields) {
    // Without memory for the table it stays a pack, above the threshold.
    static_cast<void>(promote());
  }
  return done;
}

HashEdit::Set HashEdit::set_in_table(Bytes field, Bytes value, int64_t deadline_ms) {
  const PackedPlace place = find(field);
  if (!place) {
    if (deadline_ms == kKeepDeadline) deadline_ms = kNoDeadline;
    table_->insert(place, field, value, deadline_ms);
    armed_ |= deadline_ms != kNoDeadline;
    return Set::kAdded;
  }
  const bool due = is_due(place);
  if (deadline_ms == kKeepDeadline) deadline_ms = due ? kNoDeadline : (*place).deadline_ms;
  armed_ |= deadline_ms != kNoDeadline;
  table_->set(place, value, deadline_ms);
  return due ? Set::kAdded : Set::kUpdated;
}

bool HashEdit::set_deadline(Bytes field, int64_t deadline_ms) {
  if (table_ == nullptr) {
    if (deadline_ms == kNoDeadline) return true;
    if (!promote()) return false;
  }
  const PackedPlace place = find(field);
  CHECK(place && !is_due(place));
  table_->set_deadline(place, deadline_ms);
  armed_ |= deadline_ms != kNoDeadline;
  return true;
}

bool HashEdit::erase(Bytes field) {
  if (table_ == nullptr) {
    if (!found_) return false;
    const View view(found_->bytes());
    const size_t at = view.find(Element(field), view.first(), 1);
    if (at == listpack::kNone) return false;
    listpack::EntryBlob blob(keyspace_, db_, key_, found_, Type::kHash, Encoding::kListpack);
    listpack::erase(blob, at, 2);
    return true;
  }
  const PackedPlace place = find(field);
  if (!place || is_due(place)) return false;
  table_->erase(place);
  return true;
}

bool HashEdit::committed(std::initializer_list<Event> events) {
  bool first = true;
  for (const Event event : events) {
    if (!first) {
      keyspace_.announce(db_, key_, event);
    } else if (!new_table_) {
      keyspace_.committed(db_, key_, event);
    } else if (!store_table(event)) {
      return false;
    }
    first = false;
  }
  const bool empty = table_ != nullptr ? table_->elements() == 0 : View(found_->bytes()).empty();
  return settled(keyspace_, db_, key_, found_, empty, armed_);
}

bool HashEdit::store_table(Event event) {
  const Value value = {.type = Type::kHash, .encoding = Encoding::kHashtable, .collection = table_};
  if (keyspace_.put(db_, key_, found_, value, kNoExpiry, event) != Written::kOk) return false;
  new_table_ = false;
  found_ = keyspace_.peek(db_, key_);
  return true;
}

}  // namespace cobnut
