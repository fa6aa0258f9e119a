// A new list, made element by element, then put into the keyspace whose heap it was made of.
// Owner: the shard's monitor; lives for one command.
#pragma once

#include <string>

#include "keyspace/keyspace.h"
#include "types/list/list.h"

namespace cobnut {

class ListBuilder {
 public:
  ListBuilder(CollectionHeap& heap, List::Limit limit) : heap_(heap), limit_(limit) {}
  ~ListBuilder();
  ListBuilder(const ListBuilder&) = delete;
  ListBuilder& operator=(const ListBuilder&) = delete;

  // Behind all others. False: it is larger than a list takes.
  [[nodiscard]] bool add(const listpack::Element& element);
  // All elements of a valid pack. False: it is to be added element by element.
  [[nodiscard]] bool add_pack(listpack::View pack);
  size_t size() const { return list_ == nullptr ? 0 : list_->elements(); }

  // All below REQUIRE: not empty; it is empty then.
  // The list as Keyspace::put() takes it: one small node is copied into `bytes`, else the List is
  // the caller's.
  Value take(std::string* bytes);
  // The key gets this list, whatever it held, and no expiry. kNoMemory: nothing changed.
  [[nodiscard]] Written put(Keyspace& keyspace, int db, const Key& key, Found found, Event event);

 private:
  CollectionHeap& heap_;
  const List::Limit limit_;
  List* list_ = nullptr;
};

}  // namespace cobnut
