#include "keyspace/entry.h"

#include <algorithm>

#include "base/check.h"
#include "base/numbers.h"
#include "keyspace/collection.h"

namespace cobnut {
namespace {

constexpr uint32_t kAccessMask = (1u << 24) - 1;

}  // namespace

EntryOutside Entry::outside_at(size_t offset) const {
  EntryOutside outside;
  memcpy(&outside, raw() + offset, sizeof(outside));
  return outside;
}

Bytes Entry::long_key() const {
  if (flags() & kLargeKey) {
    const EntryOutside outside = outside_at(key_offset());
    return {outside.block, outside.bytes};
  }
  return {raw() + key_offset(), key_stored_bytes()};
}

size_t Entry::long_key_stored_bytes() const {
  if (flags() & kLargeKey) return sizeof(EntryOutside);
  uint16_t rest;
  memcpy(&rest, raw() + sizeof(Entry), sizeof(rest));
  return key_length_ | static_cast<size_t>(rest) << 8;
}

size_t Entry::long_value_length() const {
  uint32_t rest = 0;
  memcpy(&rest, raw() + sizeof(Entry) + (flags() & kWideKey ? 2 : 0),
         flags() & kValueLength2 ? 1 : 3);
  return value_length_ | static_cast<size_t>(rest) << 8;
}

int64_t Entry::expiry_ms() const {
  if (!has_expiry()) return kNoExpiry;
  const size_t bytes = flags() & kExpiry6 ? 6 : 8;
  int64_t expiry = 0;
  memcpy(&expiry, raw() + key_offset() - bytes - (flags() & kLogged ? 4 : 0), bytes);
  return expiry;
}

int64_t Entry::next_deadline_ms() const {
  const int64_t own = has_expiry() ? expiry_ms() : INT64_MAX;
  const Collection* members = flags() & kMembersExpire ? collection() : nullptr;
  return members == nullptr ? own : std::min(own, members->next_expiry_ms());
}

Collection* Entry::collection_pointer() const {
  Collection* pointer;
  memcpy(&pointer, raw() + value_offset(), sizeof(pointer));
  return pointer;
}

int64_t Entry::integer() const {
  DCHECK(encoding() == Encoding::kInt);
  int64_t value;
  memcpy(&value, raw() + value_offset(), sizeof(value));
  return value;
}

Bytes Entry::text(char* buffer) const {
  if (encoding() != Encoding::kInt) return bytes();
  return {buffer, format_int(integer(), buffer)};
}

uint32_t Entry::idle_seconds(int64_t now_ms) const {
  const uint32_t access = access_[0] | access_[1] << 8 | access_[2] << 16;
  return (static_cast<uint32_t>(now_ms / 1000) - access) & kAccessMask;
}

}  // namespace cobnut
