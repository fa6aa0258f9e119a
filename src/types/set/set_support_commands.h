// What the set commands share.
#pragma once

#include "command/server.h"
#include "command/support.h"
#include "types/listpack/reply.h"
#include "types/set/set.h"

namespace cobnut {

inline SetLimits set_limits(Context& cx) {
  const Options& options = cx.server.options.current();
  return {static_cast<size_t>(options.set_max_intset_entries),
          static_cast<size_t>(options.set_max_listpack_entries),
          static_cast<size_t>(options.set_max_listpack_value)};
}

// REQUIRES: `found` is of `key`, a set; `key` outlives the edit.
inline SetEdit set_edit(Context& cx, const Key& key, Found found) {
  return {cx.keys.at(key), cx.keys.db(), key, found, set_limits(cx)};
}

inline SetView set_view(Context& cx, Found found) { return {*found.entry, cx.keys.now_ms()}; }

}  // namespace cobnut
