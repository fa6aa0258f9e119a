#include "types/list/list_value.h"

#include <algorithm>

#include "types/listpack/edit.h"
#include "types/listpack/entry_blob.h"

namespace cobnut {

using listpack::Element;
using listpack::EntryBlob;

namespace {

// Texts on their way into a pack: encoded twice, which costs less than to keep them.
class Texts {
 public:
  Texts(std::span<const Bytes> texts, bool reversed) : texts_(texts), reversed_(reversed) {}
  size_t bytes() const {
    size_t bytes = 0;
    for (Bytes text : texts_) bytes += Element(text).bytes();
    return bytes;
  }
  size_t count() const { return texts_.size(); }
  char* write(char* to) const {
    const size_t count = texts_.size();
    for (size_t i = 0; i < count; i++)
      to = Element(texts_[reversed_ ? count - 1 - i : i]).write(to);
    return to;
  }

 private:
  std::span<const Bytes> texts_;
  bool reversed_;
};

}  // namespace

size_t list_size(Found found) {
  if (!found) return 0;
  const Collection* collection = found->collection();
  return collection != nullptr ? collection->elements() : listpack::View(found->bytes()).count();
}

ListCursor::ListCursor(const Entry& list, size_t index)
    : list_(static_cast<List*>(list.collection())),
      view_(list_ != nullptr ? Bytes() : list.bytes()),
      at_(listpack::kNone) {
  if (list_ == nullptr) {
    at_ = view_.at(static_cast<int64_t>(index));
  } else {
    const List::Place place = list_->find(index);
    node_ = place.node;
    view_ = node_->view();
    at_ = place.at;
  }
  DCHECK(!done());
}

bool ListValue::promote() {
  auto* list = new List(keyspace_.heap(), limit_);
  if (!blob().empty()) list->adopt(blob());
  const Value value{.type = Type::kList, .encoding = Encoding::kQuicklist, .collection = list};
  if (keyspace_.reform(db_, key_, found_, value) == Written::kOk) return true;
  keyspace_.heap().discard(list);
  return false;
}

// Whether a blob that grows by this remains one.
bool ListValue::room_in_blob(size_t bytes) {
  const listpack::View pack = blob();
  return pack.bytes() + bytes <=
             std::min<size_t>(kListBlobBytesMax, limit_.bytes - sizeof(ListNode)) &&
         pack.count() < limit_.elements;
}

bool ListValue::push(ListEnd end, std::span<const Bytes> texts) {
  if (!found_ || found_->collection() == nullptr) {
    EntryBlob storage(keyspace_, db_, key_, found_, Type::kList, Encoding::kQuicklist);
    const Texts source(texts, end == ListEnd::kFront);
    const size_t bytes = source.bytes();
    const bool absent = !found_;
    if (absent) {
      if (listpack::kEmptyBytes + bytes <=
              std::min<size_t>(kListBlobBytesMax, limit_.bytes - sizeof(ListNode)) &&
          texts.size() <= limit_.elements)
        return listpack::create(storage, source);
      if (!listpack::create(storage, listpack::Nothing())) return false;
    } else if (room_in_blob(bytes) && texts.size() < limit_.elements) {
      return end == ListEnd::kFront ? listpack::prepend(storage, source)
                                    : listpack::append(storage, source);
    }
    if (!promote()) {
      if (absent) keyspace_.remove(db_, key_, found_, Event::kNone);
      return false;
    }
  }
  List* large = list();
  for (Bytes text : texts) large->push(end, Element(text));
  return true;
}

bool ListValue::insert(const ListCursor& place, Bytes text, bool behind) {
  const Element element(text);
  const size_t at = behind ? place.view_.next(place.at_) : place.at_;
  ListNode* node = place.node_;
  if (found_->collection() == nullptr) {
    if (room_in_blob(element.bytes())) {
      EntryBlob storage(keyspace_, db_, key_, found_, Type::kList, Encoding::kQuicklist);
      return listpack::insert(storage, at, element);
    }
    if (!promote()) return false;
    node = list()->first();  // its pack is what the blob was
  }
  list()->insert({node, at}, element);
  return true;
}

bool ListValue::replace(const ListCursor& place, Bytes text) {
  const Element element(text);
  ListNode* node = place.node_;
  if (found_->collection() == nullptr) {
    if (room_in_blob(element.bytes())) {  // or a little less: its predecessor's bytes
      EntryBlob storage(keyspace_, db_, key_, found_, Type::kList, Encoding::kQuicklist);
      return listpack::replace(storage, place.at_, element);
    }
    if (!promote()) return false;
    node = list()->first();
  }
  list()->replace({node, place.at_}, element);
  return true;
}

void ListValue::pop(ListEnd end, size_t count) {
  if (count == 0) return;
  if (found_->collection() != nullptr) return list()->pop(end, count);
  EntryBlob storage(keyspace_, db_, key_, found_, Type::kList, Encoding::kQuicklist);
  const listpack::View pack = blob();
  listpack::erase(storage,
                  end == ListEnd::kFront ? pack.first() : pack.at(-static_cast<int64_t>(count)),
                  count);
}

size_t ListValue::erase_equal(Bytes text, ListEnd from, size_t limit) {
  const Element element(text);
  if (found_->collection() != nullptr) return list()->erase_equal(element, from, limit);
  EntryBlob storage(keyspace_, db_, key_, found_, Type::kList, Encoding::kQuicklist);
  return listpack::erase_equal(storage, element, from == ListEnd::kFront, limit);
}

void ListValue::committed(Event event) {
  keyspace_.committed(db_, key_, event);
  if (size() == 0) keyspace_.remove(db_, key_, found_, Event::kDel);
}

}  // namespace cobnut
