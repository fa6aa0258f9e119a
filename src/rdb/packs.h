// The packed forms in which servers before Redis 7.0 kept small collections, and still DUMP them:
// ziplist, zipmap, intset. Read only, from untrusted bytes, in one pass that looks at everything:
// false when anything is wrong, of elements that were visited before that too.
#pragma once

#include <functional>

#include "base/bytes.h"
#include "types/listpack/listpack.h"

namespace cobnut::rdb {

// False ends the visit: the element is refused. A text is a view of the pack.
using Visit = std::function<bool(const listpack::Value& element)>;

// bytes u32 | offset of the last entry u32 | entries u16 | entry ... | 0xFF
// entry: length of the one before (1 B, or 0xFE + 4 B), encoding, data
bool visit_ziplist(Bytes pack, const Visit& visit);
// pairs (1 B) | key length, key, value length, unused bytes (1 B), value, unused bytes ... | 0xFF
bool visit_zipmap(Bytes pack, const Visit& visit);
// bytes of each u32 | integers u32 | integer ...   ascending
bool visit_intset(Bytes pack, const Visit& visit);
bool visit_listpack(Bytes pack, const Visit& visit);

}  // namespace cobnut::rdb
