// What the bit commands share. Each of them writes the error reply itself and returns nothing then.
#pragma once

#include <optional>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"

namespace cobnut {

// The index of a bit, all of whose byte is below proto-max-bulk-len.
inline std::optional<uint64_t> bit_offset_argument(Context& cx, std::optional<int64_t> offset) {
  if (offset && *offset >= 0 && *offset >> 3 < cx.server.options.current().proto_max_bulk_len)
    return static_cast<uint64_t>(*offset);
  cx.reply.error(err::kBitOffset);
  return std::nullopt;
}

// The bytes of a string that bits are about to be written to, at least `bytes` long, raw from now
// on as on Redis; *grew: it is longer than it was. nullptr: no memory, which is replied.
inline char* string_for_bits(Context& cx, const Key& key, Found found, size_t bytes, bool* grew) {
  char digits[kIntTextMax];
  const size_t before = found ? found->text(digits).size() : 0;
  *grew = !found || bytes > before;
  char* data = cx.keys.at(key).resize_string(cx.keys.db(), key, found, std::max(before, bytes));
  if (data == nullptr) cx.reply.error(err::kOutOfMemory);
  return data;
}

}  // namespace cobnut
