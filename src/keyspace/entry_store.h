// Makes, rewrites and frees entries: the one writer of the layout in entry.h, over the shard's pool
// (blocks up to 3.1 KiB) and the large allocator (longer keys and values). It knows nothing of
// tables. Owner: whoever holds the shard's monitor. Cost: one block an entry, rounded up to the
// pool's size class.
#pragma once

#include <algorithm>

#include "base/hash.h"
#include "keyspace/collection.h"
#include "keyspace/entry.h"
#include "memory/large.h"
#include "memory/pool.h"

namespace cobnut {

// What an entry is to hold. Both views may lead into entries of the same store: they are copied
// before anything is freed.
struct EntryContent {
  Type type = Type::kString;
  Encoding encoding = Encoding::kRaw;
  Bytes key;
  Bytes value;             // the first bytes of the value
  size_t value_bytes = 0;  // its length, at least value.size(); what is beyond is zero
  int64_t expiry_ms = kNoExpiry;
  bool will_grow = false;            // a value outside gets room for the next APPEND
  Collection* collection = nullptr;  // instead of a value: the entry's from now on
  // The value lies in a block of so many bytes of large_, which is the entry's from now on: nothing
  // is copied. More than kInlineValueMax of them are used.
  size_t block_bytes = 0;
};

class EntryStore {
 public:
  EntryStore(PagePool& pages, LargeAllocator& large) : pool_(pages), large_(large), heap_(large) {}
  EntryStore(const EntryStore&) = delete;
  EntryStore& operator=(const EntryStore&) = delete;
  ~EntryStore();

  Entry* at(Handle handle) const { return reinterpret_cast<Entry*>(pool_.at(handle)); }
  Position position_of(Handle handle) const {
    const Bytes key = at(handle)->key();
    return position_of_ == nullptr ? key_position(key) : position_of_(key);
  }
  // Its position without the slot.
  Position hash_of(Handle handle) const {
    const Bytes key = at(handle)->key();
    return position_of_ == nullptr ? key_hash(key) : position_of_(key) & kHashMask;
  }

  Handle create(const EntryContent& content);  // kNoHandle: no memory
  void destroy(Handle handle);                 // a Collection is discarded

  // The entry with other content of the same key, in the block that it has; false when it takes
  // another block.
  bool overwrite(Handle handle, const EntryContent& content);
  // The entry with another expiry, in the same block or (the handle changes) in a new one.
  // kNoHandle: no memory, nothing changed.
  Handle with_expiry(Handle handle, int64_t expiry_ms);
  // The value's bytes, `bytes` of them, old content kept and the rest zero, with room to grow.
  // *handle changes when the entry moves. nullptr: no memory, nothing changed.
  char* resize_value(Handle* handle, Encoding encoding, size_t bytes);
  void set_integer(Handle handle, int64_t value);
  void note_members_expire(Handle handle);
  // The entry's Collection or block outside belongs to another entry now: this one is only good for
  // destroy().
  void forget_value(Handle handle);
  // Blocks for EntryContent::block_bytes. nullptr: no memory.
  char* allocate_block(size_t bytes) { return large_.allocate(bytes); }
  bool allocates_by(const LargeAllocator& allocator) const { return &allocator == &large_; }
  void discard_block(char* block, size_t bytes) { heap_.discard(block, bytes); }
  // Writes only when it changes, so that reads do not take the line away from other cores.
  void touch(Entry* entry) const {
    uint32_t access = 0;
    memcpy(&access, entry->access_, sizeof(entry->access_));
    if (access != access_now_) touch_changed(entry);
  }
  void set_idle_seconds(Entry* entry, uint32_t seconds) const;  // at most 2^24 - 1
  void set_touching(bool touching) { touching_ = touching; }    // false: touch() does nothing
  // How much of an entry a batch should prefetch: the mean block as of the last time it was asked
  // to look, so that the size of each need not be known.
  size_t prefetch_bytes() const { return prefetch_bytes_; }
  void look_at_sizes(size_t entries) {
    const size_t mean = entries == 0 ? 0 : pool_.used_bytes() / entries;
    prefetch_bytes_ = std::clamp(mean, kPrefetchMin, kPrefetchMax);
  }
  void set_now_ms(int64_t now_ms) {
    access_now_ = static_cast<uint32_t>(now_ms / 1000) & ((1u << 24) - 1);
  }

  CollectionHeap& heap() { return heap_; }
  const CollectionHeap& heap() const { return heap_; }

  size_t bytes_of(Handle handle) const;  // of one entry, with what lies outside
  size_t used_bytes() const { return pool_.used_bytes() + large_bytes_ + heap_.used_bytes(); }
  size_t metadata_bytes() const { return pool_.metadata_bytes(); }
  size_t committed_bytes() const {
    return pool_.committed_bytes() + large_bytes_ + heap_.used_bytes();
  }
  Pool& pool() { return pool_; }
  const Pool& pool() const { return pool_; }

  // Tests only: another function from key to position, to make keys that no split can separate.
  void set_position_function(Position (*function)(Bytes key)) { position_of_ = function; }

 private:
  Handle create(const EntryContent& content, uint16_t flags);
  char* allocate_large(size_t bytes);
  void release_large(char* block, size_t bytes);
  void write(char* block, const struct EntryShape& shape, const EntryContent& content,
             EntryOutside key_outside, EntryOutside value_outside) const;
  Entry* resize_inline(Handle* handle, size_t bytes);
  bool grow_outside(Entry* entry, size_t bytes);
  void touch_changed(Entry* entry) const;
  void set_access(Entry* entry) const;

  Pool pool_;
  LargeAllocator& large_;
  CollectionHeap heap_;
  // Bytes. A block begins anywhere in a line: these reach 2 to 5 lines.
  static constexpr size_t kPrefetchMin = 65, kPrefetchMax = 257;

  size_t prefetch_bytes_ = kPrefetchMin;
  bool touching_ = true;
  size_t large_bytes_ = 0;  // what the blocks outside really hold
  uint32_t access_now_ = 0;
  Position (*position_of_)(Bytes key) = nullptr;  // key_position()
};

}  // namespace cobnut
