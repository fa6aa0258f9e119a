// Any serialized list, hash, set or sorted set as a row of elements: what the codec of a type
// builds its value of, whichever form the sender kept it in.
#pragma once

#include "rdb/format.h"
#include "rdb/packs.h"
#include "rdb/reader.h"

namespace cobnut::rdb {

// The elements of a list or a set, fields and values in turn, members and scores in turn. False:
// malformed, `visit` refused, or another type. `take_node` is asked about each node of a list
// first: true, and its elements are not visited.
using TakeNode = std::function<bool(listpack::View valid)>;
bool visit_elements(Reader& in, ValueType type, const Visit& visit,
                    const TakeNode& take_node = nullptr);
// Of kZset and kZset2, whose scores are numbers (none is nan).
using VisitScored = std::function<bool(Bytes member, double score)>;
bool visit_scored(Reader& in, ValueType type, const VisitScored& visit);

}  // namespace cobnut::rdb
