// Any serialized list, hash, set or sorted set as a row of elements: what the codec of a type
// builds its value of, whichever form the sender kept it in.
#pragma once

#include "rdb/format.h"
#include "rdb/packs.h"
#include "rdb/reader.h"

namespace cobnut::rdb {

// The elements of a list or a set, fields and values in turn, members and scores in turn; the
// scores of kZset and kZset2 as texts that read back equal. False: malformed, or `visit` refused.
// REQUIRES: not a string, a stream, or a hash with deadlines.
bool visit_elements(Reader& in, ValueType type, const Visit& visit);

}  // namespace cobnut::rdb
