#include "keyspace/entry_store.h"

#include <algorithm>

#include "base/check.h"

namespace cobnut {

// Where everything is in an entry of certain lengths.
struct EntryShape {
  uint16_t flags = 0;
  size_t key_stored = 0;    // bytes of the key or of its EntryOutside
  size_t value_stored = 0;  // likewise
  size_t key_at = 0;

  size_t value_at() const { return key_at + key_stored; }
  size_t bytes() const { return value_at() + value_stored; }

  static uint16_t expiry_flag(int64_t expiry_ms) {
    if (expiry_ms == kNoExpiry) return 0;
    return expiry_ms >= 0 && expiry_ms < (int64_t{1} << 48) ? kExpiry6 : kExpiry8;
  }

  static uint16_t value_flags(size_t value_bytes) {
    if (value_bytes <= UINT8_MAX) return 0;
    return value_bytes <= kInlineValueMax ? kValueLength2 : kLargeValue | kValueLength4;
  }

  static EntryShape of(size_t key_bytes, size_t value_bytes, uint16_t kept_flags) {
    EntryShape shape;
    shape.flags = kept_flags;
    shape.key_stored = key_bytes;
    shape.value_stored = value_bytes;
    if (key_bytes > kInlineKeyMax) {
      shape.flags |= kLargeKey;
      shape.key_stored = sizeof(EntryOutside);
    } else if (key_bytes > UINT8_MAX) {
      shape.flags |= kWideKey;
    }
    shape.flags |= value_flags(value_bytes);
    if (shape.flags & kLargeValue) shape.value_stored = sizeof(EntryOutside);
    shape.key_at = internal::kKeyOffsets.of[shape.flags & kEntryShapeFlags];
    return shape;
  }

  static EntryShape of(const Entry& entry) {
    EntryShape shape;
    shape.flags = entry.flags();
    shape.key_at = entry.key_offset();
    shape.key_stored = entry.key_stored_bytes();
    shape.value_stored = entry.flags() & kLargeValue ? sizeof(EntryOutside) : entry.value_length();
    return shape;
  }
};

namespace {

constexpr size_t kValueBytesMax = UINT32_MAX;    // its length has 4 bytes
constexpr size_t kGrowthBytesMax = 1024 * 1024;  // as Redis's SDS_MAX_PREALLOC
constexpr uint16_t kExpiryFlags = kExpiry6 | kExpiry8;

size_t grown_capacity(size_t bytes) {
  return std::min(bytes + std::min(bytes, kGrowthBytesMax), kValueBytesMax);
}

void set_flags(char* block, uint16_t flags) { memcpy(block + 1, &flags, sizeof(flags)); }

void set_value_length(char* block, uint16_t flags, size_t bytes) {
  block[7] = static_cast<char>(bytes);
  if ((flags & (kValueLength2 | kValueLength4)) == 0) return;
  const size_t rest = bytes >> 8;
  memcpy(block + sizeof(Entry) + (flags & kWideKey ? 2 : 0), &rest, flags & kValueLength2 ? 1 : 3);
}

void set_key_length(char* block, uint16_t flags, size_t bytes) {
  block[6] = static_cast<char>(bytes);
  const uint16_t rest = static_cast<uint16_t>(bytes >> 8);
  if (flags & kWideKey) memcpy(block + sizeof(Entry), &rest, sizeof(rest));
}

uint8_t type_and_encoding(Type type, Encoding encoding) {
  return static_cast<uint8_t>(static_cast<int>(type) << 4 | static_cast<int>(encoding));
}

void set_expiry(char* block, uint16_t flags, size_t key_at, int64_t expiry_ms) {
  if ((flags & kExpiryFlags) == 0) return;
  const size_t bytes = flags & kExpiry6 ? 6 : 8;
  memcpy(block + key_at - (flags & kLogged ? 4 : 0) - bytes, &expiry_ms, bytes);
}

// The bytes of a value, the rest zero, as it is already from `zero_behind` on. The two may overlap.
void copy_value(char* to, Bytes value, size_t bytes, size_t zero_behind = SIZE_MAX) {
  if (!value.empty()) memmove(to, value.data(), value.size());
  const size_t end = std::min(bytes, zero_behind);
  if (end > value.size()) memset(to + value.size(), 0, end - value.size());
}

}  // namespace

EntryStore::~EntryStore() { CHECK_EQ(large_bytes_, size_t{0}); }

char* EntryStore::allocate_large(size_t bytes) {
  char* block = large_.allocate(bytes);
  if (block != nullptr) large_bytes_ += large_.usable_bytes(block, bytes);
  return block;
}

void EntryStore::release_large(char* block, size_t bytes) {
  if (block == nullptr) return;  // forget_value()
  large_bytes_ -= large_.usable_bytes(block, bytes);
  heap_.discard(block, bytes);
}

void EntryStore::touch_changed(Entry* entry) const {
  if (touching_) set_access(entry);
}

void EntryStore::set_access(Entry* entry) const {
  memcpy(entry->access_, &access_now_, sizeof(entry->access_));
}

void EntryStore::set_idle_seconds(Entry* entry, uint32_t seconds) const {
  const uint32_t access = access_now_ - seconds;  // modulo 2^24, by its three low bytes
  memcpy(entry->access_, &access, sizeof(entry->access_));
}

// All of a new entry but for a value outside, whose block the caller has filled.
void EntryStore::write(char* block, const EntryShape& shape, const EntryContent& content,
                       EntryOutside key_outside, EntryOutside value_outside) const {
  block[0] = static_cast<char>(type_and_encoding(content.type, content.encoding));
  set_flags(block, shape.flags);
  set_access(reinterpret_cast<Entry*>(block));
  set_key_length(block, shape.flags, content.key.size());
  set_value_length(block, shape.flags, content.value_bytes);
  set_expiry(block, shape.flags, shape.key_at, content.expiry_ms);
  if (shape.flags & kLargeKey) {
    memcpy(block + shape.key_at, &key_outside, sizeof(key_outside));
  } else if (!content.key.empty()) {
    memcpy(block + shape.key_at, content.key.data(), content.key.size());
  }
  if (shape.flags & kLargeValue) {
    memcpy(block + shape.value_at(), &value_outside, sizeof(value_outside));
  } else {
    copy_value(block + shape.value_at(), content.value, content.value_bytes);
  }
}

Handle EntryStore::create(const EntryContent& content) {
  DCHECK(content.value.size() <= content.value_bytes);
  if (content.value_bytes > kValueBytesMax || content.key.size() > kValueBytesMax) return kNoHandle;
  uint16_t flags = EntryShape::expiry_flag(content.expiry_ms);
  if (content.collection != nullptr) [[unlikely]] {
    flags |= kCollection;
    if (content.collection->next_expiry_ms() != INT64_MAX) flags |= kMembersExpire;
    EntryContent pointer = content;
    pointer.collection = nullptr;
    pointer.value = {reinterpret_cast<const char*>(&content.collection), sizeof(Collection*)};
    pointer.value_bytes = sizeof(Collection*);
    return create(pointer, flags);
  }
  return create(content, flags);
}

Handle EntryStore::create(const EntryContent& content, uint16_t flags) {
  const EntryShape shape = EntryShape::of(content.key.size(), content.value_bytes, flags);
  const Handle handle = pool_.allocate(shape.bytes());
  if (handle == kNoHandle) return kNoHandle;
  EntryOutside key{}, value{};
  if (shape.flags & kLargeKey) {
    key = {allocate_large(content.key.size()), static_cast<uint32_t>(content.key.size())};
    if (key.block == nullptr) {
      pool_.release(handle);
      return kNoHandle;
    }
    memcpy(key.block, content.key.data(), content.key.size());
  }
  if (content.block_bytes > 0) {
    CHECK(shape.flags & kLargeValue);
    value = {const_cast<char*>(content.value.data()), static_cast<uint32_t>(content.block_bytes)};
    large_bytes_ += large_.usable_bytes(value.block, value.bytes);
  } else if (shape.flags & kLargeValue) {
    const size_t capacity =
        content.will_grow ? grown_capacity(content.value_bytes) : content.value_bytes;
    value = {allocate_large(capacity), static_cast<uint32_t>(capacity)};
    if (value.block == nullptr) {
      release_large(key.block, key.bytes);
      pool_.release(handle);
      return kNoHandle;
    }
    copy_value(value.block, content.value, content.value_bytes, large_.zero_behind(0, capacity));
  }
  write(pool_.at(handle), shape, content, key, value);
  return handle;
}

void EntryStore::destroy(Handle handle) {
  const Entry* entry = at(handle);
  if (entry->flags() & (kLargeKey | kLargeValue | kCollection)) [[unlikely]] {
    if (Collection* collection = entry->collection()) heap_.discard(collection);
    if (entry->flags() & kLargeKey) {
      const EntryOutside outside = entry->outside_at(entry->key_offset());
      release_large(outside.block, outside.bytes);
    }
    if (entry->flags() & kLargeValue) {
      const EntryOutside outside = entry->outside_at(entry->value_offset());
      release_large(outside.block, outside.bytes);
    }
  }
  pool_.release(handle);
}

bool EntryStore::overwrite(Handle handle, const EntryContent& content) {
  Entry* entry = at(handle);
  const uint16_t flags = entry->flags();
  constexpr uint16_t kOfContent =
      kExpiryFlags | kValueLength2 | kValueLength4 | kLargeValue | kCollection;
  // Only where nothing but the value's bytes and length changes: they may be a view into this very
  // block.
  if (content.collection != nullptr || content.block_bytes > 0 ||
      (flags & kOfContent) != (EntryShape::value_flags(content.value_bytes) |
                               EntryShape::expiry_flag(content.expiry_ms))) {
    return false;
  }
  const size_t value_at = entry->value_offset();
  if (flags & kLargeValue) [[unlikely]] {
    const EntryOutside outside = entry->outside_at(value_at);
    const bool fits =
        content.value_bytes <= outside.bytes && content.value_bytes >= outside.bytes / 2;
    if (!fits) return false;
    copy_value(outside.block, content.value, content.value_bytes);
  } else {
    if (Pool::block_bytes(value_at + content.value_bytes) !=
        Pool::block_bytes(value_at + entry->value_length())) {
      return false;
    }
    copy_value(entry->raw() + value_at, content.value, content.value_bytes);
  }
  entry->type_encoding_ = type_and_encoding(content.type, content.encoding);
  set_value_length(entry->raw(), flags, content.value_bytes);
  set_expiry(entry->raw(), flags, value_at - entry->key_stored_bytes(), content.expiry_ms);
  set_access(entry);
  return true;
}

Handle EntryStore::with_expiry(Handle handle, int64_t expiry_ms) {
  char* block = pool_.at(handle);
  const EntryShape old_shape = EntryShape::of(*at(handle));
  EntryShape shape = old_shape;
  shape.flags =
      static_cast<uint16_t>((old_shape.flags & ~kExpiryFlags) | EntryShape::expiry_flag(expiry_ms));
  shape.key_at = internal::kKeyOffsets.of[shape.flags & kEntryShapeFlags];
  if (shape.flags == old_shape.flags) {
    set_expiry(block, shape.flags, shape.key_at, expiry_ms);
    return handle;
  }
  const bool same_block = Pool::block_bytes(shape.bytes()) == Pool::block_bytes(old_shape.bytes());
  const Handle to = same_block ? handle : pool_.allocate(shape.bytes());
  if (to == kNoHandle) return kNoHandle;
  char old[kPoolBlockMax];
  memcpy(old, block, old_shape.bytes());
  char* out = pool_.at(to);
  const size_t lengths = sizeof(Entry) + (shape.flags & kWideKey ? 2 : 0) +
                         (shape.flags & kValueLength2 ? 1 : 0) +
                         (shape.flags & kValueLength4 ? 3 : 0);
  memcpy(out, old, lengths);
  set_flags(out, shape.flags);
  set_expiry(out, shape.flags, shape.key_at, expiry_ms);
  if (shape.flags & kLogged) memcpy(out + shape.key_at - 4, old + old_shape.key_at - 4, 4);
  memcpy(out + shape.key_at, old + old_shape.key_at, shape.key_stored + shape.value_stored);
  if (!same_block) pool_.release(handle);  // what lies outside has moved along
  return to;
}

// Makes the block outside of `entry` hold `bytes`, with room for more where memory allows it; what
// is behind the value is zero.
bool EntryStore::grow_outside(Entry* entry, size_t bytes) {
  const size_t at = entry->value_offset();
  const size_t length = entry->value_length();
  EntryOutside outside = entry->outside_at(at);
  if (bytes <= outside.bytes) {
    copy_value(outside.block + length, {}, bytes - std::min(bytes, length));
    return true;
  }
  for (size_t capacity : {grown_capacity(bytes), bytes}) {
    const size_t old_usable = large_.usable_bytes(outside.block, outside.bytes);
    char* block = large_.reallocate(outside.block, outside.bytes, capacity);
    if (block == nullptr) continue;
    large_bytes_ += large_.usable_bytes(block, capacity) - old_usable;
    copy_value(block + length, {}, bytes - length,
               large_.zero_behind(outside.bytes, capacity) - length);
    outside = {block, static_cast<uint32_t>(capacity)};
    memcpy(entry->raw() + at, &outside, sizeof(outside));
    return true;
  }
  return false;
}

// A value that stays in its entry, with a length of as many bytes: what is before it is moved as
// it stands. nullptr: no memory.
Entry* EntryStore::resize_inline(Handle* handle, size_t bytes) {
  Entry* entry = at(*handle);
  const size_t value_at = entry->value_offset();
  const size_t old_bytes = entry->value_length();
  const size_t kept = value_at + std::min(old_bytes, bytes);
  if (Pool::block_bytes(value_at + bytes) != Pool::block_bytes(value_at + old_bytes)) {
    const Handle moved = pool_.allocate(value_at + bytes);
    if (moved == kNoHandle) return nullptr;
    memcpy(pool_.at(moved), entry->raw(), kept);
    pool_.release(*handle);  // a large key's block has moved along
    *handle = moved;
    entry = at(moved);
  }
  memset(entry->raw() + kept, 0, value_at + bytes - kept);
  set_value_length(entry->raw(), entry->flags(), bytes);
  set_access(entry);
  return entry;
}

char* EntryStore::resize_value(Handle* handle, Encoding encoding, size_t bytes) {
  if (bytes > kValueBytesMax) return nullptr;
  Entry* entry = at(*handle);
  DCHECK(entry->encoding() != Encoding::kInt && !(entry->flags() & kCollection));
  constexpr uint16_t kOfLength = kValueLength2 | kValueLength4 | kLargeValue;
  if (bytes <= kInlineValueMax && (entry->flags() & kOfLength) == EntryShape::value_flags(bytes))
      [[likely]] {
    entry = resize_inline(handle, bytes);
    if (entry == nullptr) return nullptr;
    entry->type_encoding_ = type_and_encoding(entry->type(), encoding);
    return entry->raw() + entry->value_offset();
  }
  if (bytes > kInlineValueMax && (entry->flags() & kLargeValue)) {
    if (!grow_outside(entry, bytes)) return nullptr;
    set_value_length(entry->raw(), entry->flags(), bytes);
  } else {
    const EntryContent content{.type = entry->type(),
                               .encoding = encoding,
                               .key = entry->key(),
                               .value = entry->bytes().substr(0, bytes),
                               .value_bytes = bytes,
                               .expiry_ms = entry->expiry_ms(),
                               .will_grow = true};
    if (!overwrite(*handle, content)) {
      const Handle grown = create(content);
      if (grown == kNoHandle) return nullptr;
      destroy(*handle);
      *handle = grown;
    }
    entry = at(*handle);
  }
  entry->type_encoding_ = type_and_encoding(entry->type(), encoding);
  return const_cast<char*>(entry->bytes().data());
}

void EntryStore::set_integer(Handle handle, int64_t value) {
  Entry* entry = at(handle);
  CHECK(entry->encoding() == Encoding::kInt);
  memcpy(entry->raw() + entry->value_offset(), &value, sizeof(value));
  set_access(entry);
}

void EntryStore::note_members_expire(Handle handle) {
  char* block = pool_.at(handle);
  set_flags(block, at(handle)->flags() | kMembersExpire);
}

void EntryStore::forget_value(Handle handle) {
  const Entry* entry = at(handle);
  const size_t value_at = entry->value_offset();
  if (entry->flags() & kLargeValue) {
    const EntryOutside outside = entry->outside_at(value_at);
    large_bytes_ -= large_.usable_bytes(outside.block, outside.bytes);
  } else {
    CHECK(entry->flags() & kCollection);
  }
  static_assert(offsetof(EntryOutside, block) == 0);  // either begins with a pointer
  memset(pool_.at(handle) + value_at, 0, sizeof(void*));
}

size_t EntryStore::bytes_of(Handle handle) const {
  const Entry* entry = at(handle);
  size_t bytes = pool_.block_bytes_of(handle);
  const auto add_outside = [&](size_t offset) {
    const EntryOutside outside = entry->outside_at(offset);
    bytes += large_.usable_bytes(outside.block, outside.bytes);
  };
  if (entry->flags() & kLargeKey) add_outside(entry->key_offset());
  if (entry->flags() & kLargeValue) add_outside(entry->value_offset());
  if (entry->flags() & kCollection) bytes += entry->collection()->bytes();
  return bytes;
}

}  // namespace cobnut
