// A list of either form, the blob of an entry or a List, as the commands read and change it.
// Owner: the shard's monitor; lives for one command.
#pragma once

#include <span>

#include "keyspace/keyspace.h"
#include "types/list/list.h"

namespace cobnut {

// Up to here a list is a blob within its entry; Redis knows no form but its nodes.
constexpr size_t kListBlobBytesMax = kInlineValueMax;

// Walks over the elements. Void after a change of the list.
class ListCursor {
 public:
  ListCursor(const Entry& list, size_t index);  // REQUIRES: it is there

  bool done() const { return at_ == listpack::kNone; }
  listpack::Value value() const { return view_.get(at_); }
  bool equal(const listpack::Element& element) const { return view_.equal(at_, element); }
  void next() {
    at_ = view_.next(at_);
    if (at_ == view_.end()) [[unlikely]]
      enter(list_ != nullptr ? list_->next(node_) : nullptr, ListEnd::kFront);
  }
  void previous() {
    at_ = view_.previous(at_);
    if (at_ == listpack::kNone) [[unlikely]]
      enter(list_ != nullptr ? list_->previous(node_) : nullptr, ListEnd::kBack);
  }
  // Calls visit(value) for `count` elements from here on, which must be there.
  template <typename Visit>
  void visit_forward(size_t count, const Visit& visit) {
    for (;;) {
      for (const size_t end = view_.end(); count > 0 && at_ != end; count--)
        visit(view_.read(&at_));
      if (count == 0) return;
      enter(list_->next(node_), ListEnd::kFront);
    }
  }

 private:
  friend class ListValue;
  void enter(ListNode* node, ListEnd end) {
    node_ = node;
    at_ = listpack::kNone;
    if (node == nullptr) return;
    view_ = node->view();
    at_ = end == ListEnd::kFront ? view_.first() : view_.last();
  }

  const List* list_;  // nullptr: a blob
  ListNode* node_ = nullptr;
  listpack::View view_;
  size_t at_;
};

size_t list_size(Found found);  // 0: absent

class ListValue {
 public:
  // `found`: a list, or absent; then the first push makes it.
  ListValue(Keyspace& keyspace, int db, const Key& key, Found found, List::Limit limit)
      : keyspace_(keyspace), key_(key), found_(found), limit_(limit), db_(db) {}

  size_t size() const { return list_size(found_); }
  ListCursor at(size_t index) const { return {*found_.entry, index}; }
  ListCursor end(ListEnd end) const { return at(end == ListEnd::kFront ? 0 : size() - 1); }

  // False: no memory, nothing changed. The texts must not view the list itself.
  [[nodiscard]] bool push(ListEnd end, std::span<const Bytes> texts);  // one after the other
  [[nodiscard]] bool insert(const ListCursor& place, Bytes text, bool behind);
  [[nodiscard]] bool replace(const ListCursor& place, Bytes text);
  void pop(ListEnd end, size_t count);  // REQUIRES: so many are there
  size_t erase_equal(Bytes text, ListEnd from, size_t limit);
  // Ends a change: an empty list is removed.
  void committed(Event event);

 private:
  List* list() const { return static_cast<List*>(found_->collection()); }
  listpack::View blob() const { return listpack::View(found_->bytes()); }
  bool promote();
  bool room_in_blob(size_t bytes);

  Keyspace& keyspace_;
  const Key key_;
  Found found_;
  const List::Limit limit_;
  const int db_;
};

}  // namespace cobnut
