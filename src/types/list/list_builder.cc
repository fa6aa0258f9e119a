#include "types/list/list_builder.h"

#include "types/list/list_value.h"

namespace cobnut {

ListBuilder::~ListBuilder() {
  if (list_ != nullptr) heap_.discard(list_);
}

bool ListBuilder::add(const listpack::Element& element) {
  if (element.bytes() > listpack::kBytesMax - listpack::kEmptyBytes) return false;
  if (list_ == nullptr) list_ = new List(heap_, limit_);
  list_->push(ListEnd::kBack, element);
  return true;
}

bool ListBuilder::add_pack(listpack::View pack) {
  if (list_ == nullptr) list_ = new List(heap_, limit_);
  if (!list_->fits_a_node(pack)) return false;
  list_->adopt(pack);
  return true;
}

Value ListBuilder::take(std::string* bytes) {
  Value value = {.type = Type::kList, .encoding = Encoding::kQuicklist, .collection = list_};
  const listpack::View pack = list_->first()->view();
  if (list_->first() == list_->last() && pack.bytes() <= kListBlobBytesMax &&
      pack.bytes() + sizeof(ListNode) <= limit_.bytes) {
    *bytes = pack.pack();
    heap_.discard(list_);
    value.collection = nullptr;
    value.bytes = *bytes;
  }
  list_ = nullptr;
  return value;
}

Written ListBuilder::put(Keyspace& keyspace, int db, const Key& key, Found found, Event event) {
  std::string bytes;
  const Value value = take(&bytes);
  const Written done = keyspace.put(db, key, found, value, kNoExpiry, event);
  if (done != Written::kOk && value.collection != nullptr) heap_.discard(value.collection);
  return done;
}

}  // namespace cobnut
