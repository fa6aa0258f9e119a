// Any serialized list, hash, set or sorted set as a row of elements: what the codec of a type
// builds its value of, whichever form the sender kept it in.
#pragma once

#include <cmath>
#include <string>

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

// Of kZset and kZset2: visit(member, score), none of which is nan; false: refused.
template <typename VisitScored>
bool visit_scored(Reader& in, ValueType type, const VisitScored& visit) {
  const bool binary = type == ValueType::kZset2;
  const size_t count = in.count(binary ? 1 + sizeof(double) : 2);
  std::string scratch;
  for (size_t i = 0; i < count; i++) {
    const Bytes member = in.text(&scratch);
    const double score = binary ? in.double_binary() : in.double_text();
    if (in.failed() || std::isnan(score) || !visit(member, score)) return false;
  }
  return !in.failed();
}

}  // namespace cobnut::rdb
