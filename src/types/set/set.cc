#include "types/set/set.h"

#include <algorithm>
#include <cstring>

#include "base/numbers.h"
#include "base/random.h"
#include "types/listpack/edit.h"
#include "types/listpack/entry_blob.h"
#include "types/member_expiry/living_draws.h"
#include "types/member_expiry/settled.h"

namespace cobnut {
namespace {

using Form = SetContent::Form;
using listpack::Element;

constexpr size_t kIntsetMax = size_t{1} << 30;  // integers, as Redis limits the option

Element element_of(const SetText& text) {
  return text.is_integer ? Element(text.integer) : Element(text.bytes);
}

// An intset takes integers only, and knows them only when they are marked.
SetText typed(const SetText& member) {
  if (member.is_integer || !listpack::may_be_integer(member.bytes)) return member;
  SetText text = member;
  if (const std::optional<int64_t> integer = parse_int(member.bytes)) {
    text.integer = *integer;
    text.is_integer = true;
  }
  return text;
}

bool fits_listpack(const SetText& member, const SetLimits& limits) {
  char digits[kIntTextMax];
  return member.text(digits).size() <= limits.listpack_text_bytes;
}

// What came of adding a member to a pack; kFull: it needs another form.
enum class Packed : uint8_t { kAdded, kPresent, kFull, kNoMemory };

template <listpack::Storage S>
Packed add_to_intset(S& storage, const SetText& text, const SetLimits& limits) {
  const SetText member = typed(text);
  if (!member.is_integer) return Packed::kFull;
  const intset::View view(storage.data());
  const intset::Place place = view.find(member.integer);
  if (place.found) return Packed::kPresent;
  if (view.count() >= std::min(limits.intset_entries, kIntsetMax)) return Packed::kFull;
  return insert(storage, place, member.integer) ? Packed::kAdded : Packed::kNoMemory;
}

template <listpack::Storage S>
Packed add_to_listpack(S& storage, const SetText& member, const SetLimits& limits) {
  const listpack::View view(storage.data());
  const Element element = element_of(member);
  if (view.find(element, view.first(), 0) != listpack::kNone) return Packed::kPresent;
  if (!fits_listpack(member, limits) || view.count() >= limits.listpack_entries ||
      view.bytes() + element.bytes() > listpack::kBytesMax)
    return Packed::kFull;
  return append(storage, element) ? Packed::kAdded : Packed::kNoMemory;
}

template <listpack::Storage S>
Packed add_to_pack(S& storage, Form form, const SetText& member, const SetLimits& limits) {
  return form == Form::kIntset ? add_to_intset(storage, member, limits)
                               : add_to_listpack(storage, member, limits);
}

template <listpack::Storage S>
bool erase_from_pack(S& storage, Form form, const SetText& text) {
  if (form == Form::kIntset) {
    const SetText member = typed(text);
    if (!member.is_integer) return false;
    const intset::Place place = intset::View(storage.data()).find(member.integer);
    if (place.found) intset::erase(storage, place.index);
    return place.found;
  }
  const listpack::View view(storage.data());
  const size_t at = view.find(element_of(text), view.first(), 0);
  if (at == listpack::kNone) return false;
  listpack::erase(storage, at, 1);
  return true;
}

// Of a set that is a pack.
Form pack_form(const Entry& entry) {
  return entry.encoding() == Encoding::kIntset ? Form::kIntset : Form::kListpack;
}

SetContent content_of(const Entry& entry) {
  SetContent content;
  if (const Collection* collection = entry.collection()) {
    content.form = Form::kTable;
    content.table = static_cast<const PackedTable*>(collection);
    return content;
  }
  content.form = pack_form(entry);
  content.pack = entry.bytes().data();
  return content;
}

size_t pack_size(const SetContent& content) {
  return content.form == Form::kIntset ? intset::View(content.pack).count()
                                       : listpack::View(content.pack).count();
}

}  // namespace

// -- SetView

SetView::SetView(const Entry& entry, int64_t now_ms)
    : content_(content_of(entry)), now_ms_(now_ms) {}

size_t SetView::size() const {
  return content_.table != nullptr ? content_.table->elements() : pack_size(content_);
}

size_t SetView::living() const {
  return content_.table != nullptr ? content_.table->living(now_ms_) : pack_size(content_);
}

bool SetView::contains(const SetText& member) const {
  switch (content_.form) {
    case Form::kIntset: {
      const SetText integer = typed(member);
      return integer.is_integer && intset::View(content_.pack).find(integer.integer).found;
    }
    case Form::kListpack: {
      const listpack::View view(content_.pack);
      return view.find(element_of(member), view.first(), 0) != listpack::kNone;
    }
    case Form::kTable:
      break;
  }
  char digits[kIntTextMax];
  const PackedPlace place = content_.table->find(member.text(digits));
  return place && place.deadline_ms() >= now_ms_;
}

std::optional<int64_t> SetView::deadline_ms(Bytes member) const {
  if (content_.table == nullptr) {
    if (!contains(member)) return std::nullopt;
    return kNoDeadline;
  }
  const PackedPlace place = content_.table->find(member);
  if (!place || place.deadline_ms() < now_ms_) return std::nullopt;
  return place.deadline_ms();
}

std::optional<SetMember> SetView::random() const {
  return LivingDraws<SetView, SetMember>(*this).next();
}

std::optional<SetMember> SetView::try_random() const {
  SetMember member;
  switch (content_.form) {
    case Form::kIntset: {
      const intset::View view(content_.pack);
      member.is_integer = true;
      member.integer = view.at(static_cast<uint32_t>(fast_random() % view.count()));
      return member;
    }
    case Form::kListpack: {
      const listpack::View view(content_.pack);
      const size_t at = view.at(static_cast<int64_t>(fast_random() % view.count()));
      static_cast<SetText&>(member) = view.get(at);
      return member;
    }
    case Form::kTable:
      break;
  }
  const PackedPlace place = content_.table->try_random_living(now_ms_);
  if (!place) return std::nullopt;
  return member_of(*place);
}

// -- SetBuffer

bool SetBuffer::resize(size_t bytes) {
  if (bytes > capacity_) {
    const size_t capacity = std::max(bytes, capacity_ * 2);
    auto grown = std::make_unique<char[]>(capacity);
    memcpy(grown.get(), data(), size_);
    grown_ = std::move(grown);
    capacity_ = capacity;
  }
  size_ = bytes;
  return true;
}

// -- SetBuilder

SetBuilder::~SetBuilder() {
  if (table_ != nullptr) heap_.discard(table_);
}

// Chooses the form for the first member.
bool SetBuilder::start(const SetText& member) {
  started_ = true;
  if (limits_.intset_entries > 0 && typed(member).is_integer) {
    CHECK(intset::create(buffer_));
  } else if (limits_.listpack_entries > 0 && fits_listpack(member, limits_)) {
    form_ = Form::kListpack;
    CHECK(listpack::create(buffer_, element_of(member)));
    return true;
  } else {
    form_ = Form::kTable;
    table_ = new PackedTable(heap_, PackedTable::Values::kNone);
  }
  return add(member);
}

bool SetBuilder::add(const SetText& member) {
  if (!started_) return start(member);
  if (form_ != Form::kTable) {
    const Packed packed = add_to_pack(buffer_, form_, member, limits_);
    if (packed != Packed::kFull) return packed == Packed::kAdded;
    grow(member);
    return add(member);
  }
  char digits[kIntTextMax];
  const Bytes text = member.text(digits);
  const PackedPlace place = table_->find(text);
  if (!place) table_->insert(place, text);
  return !place;
}

bool SetBuilder::add(Bytes member, int64_t deadline_ms) {
  make_table();
  const PackedPlace place = table_->find(member);
  if (!place) table_->insert(place, member, {}, deadline_ms);
  return !place;
}

bool SetBuilder::erase(const SetText& member) {
  if (!started_) return false;
  if (form_ != Form::kTable) return erase_from_pack(buffer_, form_, member);
  char digits[kIntTextMax];
  const PackedPlace place = table_->find(member.text(digits));
  if (place) table_->erase(place);
  return static_cast<bool>(place);
}

// The next form, which has room for the member.
void SetBuilder::grow(const SetText& member) {
  const bool to_listpack = form_ == Form::kIntset && size() < limits_.listpack_entries &&
                           limits_.listpack_text_bytes >= kIntTextMax &&
                           fits_listpack(member, limits_);
  if (!to_listpack) {
    make_table();
    return;
  }
  SetBuffer pack;
  CHECK(listpack::create(pack, listpack::Nothing()));
  view().for_each([&](const SetMember& each) { CHECK(append(pack, element_of(each))); });
  form_ = Form::kListpack;
  const listpack::View made(pack.data());
  CHECK(listpack::create(buffer_, made.all()));
}

PackedTable& SetBuilder::make_table() {
  if (form_ == Form::kTable) return *table_;
  auto* table = new PackedTable(heap_, PackedTable::Values::kNone);
  if (started_) {
    view().for_each([&](const SetMember& each) {
      char digits[kIntTextMax];
      const Bytes text = each.text(digits);
      table->insert(table->find(text), text);
    });
  }
  started_ = true;
  form_ = Form::kTable;
  table_ = table;
  return *table_;
}

void SetBuilder::copy_pack(const SetContent& pack) {
  DCHECK(!started_ && pack.form != Form::kTable);
  started_ = true;
  form_ = pack.form;
  const Bytes bytes =
      form_ == Form::kIntset ? intset::View(pack.pack).all() : listpack::View(pack.pack).pack();
  CHECK(buffer_.resize(bytes.size()));
  memcpy(buffer_.data(), bytes.data(), bytes.size());
}

// The table is the keyspace's now.
void SetBuilder::clear() {
  table_ = nullptr;
  started_ = false;
  form_ = Form::kIntset;
}

size_t SetBuilder::size() const { return started_ ? view().size() : 0; }

Value SetBuilder::value() const {
  Value value;
  value.type = Type::kSet;
  value.encoding = form_ == Form::kIntset ? Encoding::kIntset : Encoding::kHashtable;
  value.collection = table_;
  if (form_ == Form::kIntset) value.bytes = intset::View(buffer_.data()).all();
  if (form_ == Form::kListpack) value.bytes = listpack::View(buffer_.data()).pack();
  return value;
}

Written SetBuilder::put(Keyspace& keyspace, int db, const Key& key, Found found, Event event) {
  const Written done = keyspace.put(db, key, found, value(), kNoExpiry, event);
  if (done == Written::kOk) clear();
  return done;
}

Written SetBuilder::reform(Keyspace& keyspace, int db, const Key& key, Found& found) {
  const Written done = keyspace.reform(db, key, found, value());
  if (done == Written::kOk) clear();
  return done;
}

Value SetBuilder::take(std::string* bytes) {
  Value taken = value();
  *bytes = taken.bytes;
  taken.bytes = *bytes;
  clear();
  return taken;
}

// -- SetEdit

SetEdit::SetEdit(Keyspace& keyspace, int db, const Key& key, Found found, const SetLimits& limits)
    : keyspace_(keyspace),
      key_(key),
      found_(found),
      table_(static_cast<PackedTable*>(found->collection())),
      limits_(limits),
      db_(db) {}

SetEdit::Add SetEdit::add_in_table(Bytes member) {
  const PackedPlace place = table_->find(member);
  if (!place) {
    table_->insert(place, member);
    return Add::kAdded;
  }
  if (place.deadline_ms() >= keyspace_.now_ms()) return Add::kPresent;
  table_->set_deadline(place, kNoDeadline);  // it was due: a new one of the same name
  return Add::kAdded;
}

SetEdit::Add SetEdit::add(Bytes member) {
  if (table_ != nullptr) return add_in_table(member);
  const SetText text = set_text(member);
  const Encoding encoding = found_->encoding();
  listpack::EntryBlob blob(keyspace_, db_, key_, found_, Type::kSet, encoding);
  switch (add_to_pack(blob, pack_form(*found_.entry), text, limits_)) {
    case Packed::kAdded:
      return Add::kAdded;
    case Packed::kPresent:
      return Add::kPresent;
    case Packed::kNoMemory:
      return Add::kNoMemory;
    case Packed::kFull:
      break;
  }
  SetBuilder grown(keyspace_.heap(), limits_);
  grown.copy_pack(view().content());
  CHECK(grown.add(text));
  return reform(grown) ? Add::kAdded : Add::kNoMemory;
}

bool SetEdit::reform(SetBuilder& builder) {
  if (builder.reform(keyspace_, db_, key_, found_) != Written::kOk) return false;
  table_ = static_cast<PackedTable*>(found_->collection());
  return true;
}

void SetEdit::keep_only(SetBuilder& kept) {
  if (reform(kept)) {
    armed_ = table_ != nullptr && table_->elements_with_deadline() > 0;
    return;
  }
  // Without memory for another entry the old set is made small.
  while (view().size() > kept.size()) {
    const std::optional<Drawn> drawn = draw();
    if (!kept.view().contains(drawn->member)) erase(*drawn);
  }
}

bool SetEdit::erase(Bytes member) {
  if (table_ == nullptr) {
    listpack::EntryBlob blob(keyspace_, db_, key_, found_, Type::kSet, found_->encoding());
    return erase_from_pack(blob, pack_form(*found_.entry), set_text(member));
  }
  const PackedPlace place = table_->find(member);
  if (!place || place.deadline_ms() < keyspace_.now_ms()) return false;
  table_->erase(place);
  return true;
}

std::optional<SetEdit::Drawn> SetEdit::draw() const {
  Drawn drawn;
  if (table_ != nullptr) {
    drawn.place = table_->random_living(keyspace_.now_ms());
    if (!drawn.place) return std::nullopt;
    const PackedElement element = *drawn.place;
    drawn.member.bytes = element.key;
    drawn.member.deadline_ms = element.deadline_ms;
    return drawn;
  }
  const SetContent content = content_of(*found_.entry);
  const size_t count = pack_size(content);
  if (count == 0) return std::nullopt;
  drawn.at = fast_random() % count;
  if (content.form == Form::kIntset) {
    drawn.member.is_integer = true;
    drawn.member.integer = intset::View(content.pack).at(static_cast<uint32_t>(drawn.at));
    return drawn;
  }
  const listpack::View view(content.pack);
  drawn.at = view.at(static_cast<int64_t>(drawn.at));
  static_cast<SetText&>(drawn.member) = view.get(drawn.at);
  return drawn;
}

void SetEdit::erase(const Drawn& drawn) {
  if (table_ != nullptr) return table_->erase(drawn.place);
  listpack::EntryBlob blob(keyspace_, db_, key_, found_, Type::kSet, found_->encoding());
  if (found_->encoding() == Encoding::kIntset) {
    intset::erase(blob, static_cast<uint32_t>(drawn.at));
  } else {
    listpack::erase(blob, drawn.at, 1);
  }
}

bool SetEdit::set_deadline(Bytes member, int64_t deadline_ms) {
  if (table_ == nullptr) {
    if (deadline_ms == kNoDeadline) return true;
    SetBuilder table(keyspace_.heap(), limits_);
    table.copy_pack(view().content());
    table.make_table();
    if (!reform(table)) return false;
  }
  const PackedPlace place = table_->find(member);
  CHECK(place && place.deadline_ms() >= keyspace_.now_ms());
  table_->set_deadline(place, deadline_ms);
  armed_ |= deadline_ms != kNoDeadline;
  return true;
}

bool SetEdit::committed(Event event) {
  keyspace_.committed(db_, key_, event);
  return settled(keyspace_, db_, key_, found_, view().size() == 0, armed_);
}

}  // namespace cobnut
