// What the list commands share. Each of them writes the error reply itself and returns nothing or
// false then.
#pragma once

#include <optional>

#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "types/list/list_value.h"
#include "types/listpack/reply.h"

namespace cobnut {

// REQUIRES: `found` is of `key`: a list, or absent.
inline ListValue list_value(Context& cx, const Key& key, Found found) {
  return {cx.keys.at(key), cx.keys.db(), key, found,
          List::limit_of(cx.server.options.current().list_max_listpack_size)};
}

inline std::optional<ListEnd> end_argument(Context& cx, Bytes word) {
  if (equal_ignore_case(word, "left")) return ListEnd::kFront;
  if (equal_ignore_case(word, "right")) return ListEnd::kBack;
  cx.reply.error(err::kSyntax);
  return std::nullopt;
}

// Elements that a node could not hold, should proto-max-bulk-len be above 1 GiB.
inline bool elements_allowed(Context& cx, std::span<const Bytes> elements) {
  for (Bytes element : elements) {
    if (element.size() <= listpack::kTextMax) continue;
    cx.reply.error(err::kStringTooLong);
    return false;
  }
  return true;
}

inline Event pop_event(ListEnd end) { return end == ListEnd::kFront ? Event::kLpop : Event::kRpop; }
inline Event push_event(ListEnd end) {
  return end == ListEnd::kFront ? Event::kLpush : Event::kRpush;
}

// The array of `count` elements from an end on, nearest first, which then are removed.
inline void reply_and_pop(Context& cx, ListValue& list, ListEnd end, size_t count) {
  cx.reply.array(count);
  if (count == 0) return;
  ListCursor cursor = list.end(end);
  for (size_t i = 0; i < count; i++) {
    listpack::reply_bulk(cx.reply, cursor.value());
    end == ListEnd::kFront ? cursor.next() : cursor.previous();
  }
  list.pop(end, count);
  list.committed(pop_event(end));
}

}  // namespace cobnut
