#include "types/listpack/entry_set.h"

namespace cobnut::listpack {

bool all_differ(const View& view, size_t step) {
  EntrySet texts(view.count() / step);
  for (size_t at = view.first(); at != view.end();) {
    // Equal texts have the same encoding, so that entries are compared as they are.
    const size_t next = view.next(at);
    const Bytes entry = view.entry(at, next);
    const auto is_equal = [&](uint32_t other) {
      return view.entry(other, view.next(other)) == entry;
    };
    if (!texts.add(entry, static_cast<uint32_t>(at), is_equal)) return false;
    at = next;
    for (size_t i = 1; i < step && at != view.end(); i++) at = view.next(at);
  }
  return true;
}

}  // namespace cobnut::listpack
