// What the HyperLogLog commands share. Each of them writes the error reply itself and returns
// nothing or false then.
#pragma once

#include "command/server.h"
#include "command/support.h"
#include "types/hyperloglog/hyperloglog.h"

namespace cobnut {

// False: neither a HyperLogLog nor absent, the error is replied.
inline bool hll_or_absent(Context& cx, Found found) {
  if (!string_or_absent(cx, found)) return false;
  if (!found) return true;
  if (found->encoding() != Encoding::kInt && hll::has_header(found->bytes())) return true;
  cx.reply.error(err::kNotHyperLogLog);
  return false;
}

// The bytes of the string to write to; it is raw from now on, as on Redis. nullptr: -OOM is
// replied.
inline char* writable(Context& cx, const Key& key, Found found, size_t bytes) {
  char* data = cx.keys.at(key).resize_string(cx.keys.db(), key, found, bytes);
  if (data == nullptr) cx.reply.error(err::kOutOfMemory);
  return data;
}

struct Registers {
  uint8_t values[hll::kRegisters] = {};
};

// Merges a key's value; false: an error is replied.
inline bool merge_key(Context& cx, Found found, Registers* registers) {
  if (!hll_or_absent(cx, found)) return false;
  if (!found || hll::merge_into(registers->values, found->bytes())) return true;
  cx.reply.error(err::kHyperLogLogCorrupt);
  return false;
}

}  // namespace cobnut
