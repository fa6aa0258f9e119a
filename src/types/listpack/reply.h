// An element of a listpack as a reply, straight from the pack.
#pragma once

#include "resp/reply.h"
#include "types/listpack/listpack.h"

namespace cobnut::listpack {

inline void reply_bulk(Reply& reply, const Value& value) {
  value.is_integer ? reply.bulk_integer(value.integer) : reply.bulk(value.bytes);
}

}  // namespace cobnut::listpack
