// What the families of hash commands share.
#pragma once

#include "command/server.h"
#include "command/support.h"
#include "types/hash/hash.h"

namespace cobnut {

inline HashLimits hash_limits(Context& cx) {
  const Options& options = cx.server.options.current();
  return {.fields = static_cast<size_t>(options.hash_max_listpack_entries),
          .text_bytes = static_cast<size_t>(options.hash_max_listpack_value)};
}

inline HashEdit hash_edit(Context& cx, const Key& key, Found found) {
  return HashEdit(cx.keys.at(key), cx.keys.db(), key, found, hash_limits(cx));
}

inline HashView hash_view(Context& cx, Found found) {
  return HashView(*found.entry, cx.keys.now_ms());
}

// False: no memory, -OOM is replied.
inline bool hash_committed(Context& cx, HashEdit& hash, std::initializer_list<Event> events) {
  if (hash.committed(events)) return true;
  cx.reply.error(err::kOutOfMemory);
  return false;
}

}  // namespace cobnut
