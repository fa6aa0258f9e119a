// The scalable form of a collection value (hash, list, set, sorted set, stream): an object of its
// own, to which the entry holds an 8-byte pointer. A small collection is not one of these: it is a
// packed blob in its entry, as a string's bytes are.
//
// Memory comes from the CollectionHeap of the shard whose keyspace holds the value, so that the
// account of the shard is exact at any time; RENAME to a key of another shard hands the object
// over without copying its elements. Owner: whoever holds the shard's monitor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "keyspace/entry.h"
#include "memory/discarded.h"
#include "memory/large.h"
#include "metrics/counters.h"

namespace cobnut {

class Collection;

// Values that are freed in slices, not at once: large ones, and all of a flushed database. Written
// under the shard's monitor, read by INFO from anywhere.
struct FreedInSlices {
  Counter waiting;  // lazyfree_pending_objects
  Counter freed;    // lazyfreed_objects
};

// One per shard: the memory of its collections, and what waits to be freed in slices. A system
// without memory ends the process here, as Redis does: what keeps it away is maxmemory, looked at
// before every command that may grow.
class CollectionHeap {
 public:
  explicit CollectionHeap(LargeAllocator& allocator)
      : allocator_(allocator), discarded_blocks_(allocator) {}
  CollectionHeap(const CollectionHeap&) = delete;
  CollectionHeap& operator=(const CollectionHeap&) = delete;
  ~CollectionHeap();

  size_t used_bytes() const { return used_bytes_ + discarded_blocks_.usable_bytes(); }

  // Frees a value that no entry holds any more: small ones at once, others in slices.
  void discard(Collection* collection);
  // The same for a block of the shard's allocator. One that waits is counted here until it is gone.
  void discard(char* block, size_t bytes) { discarded_blocks_.add(block, bytes); }
  // One slice of what was discarded, some microseconds. True: more is left.
  bool free_step();
  FreedInSlices& freed_in_slices() { return freed_in_slices_; }

 private:
  friend class Collection;
  LargeAllocator& allocator_;
  size_t used_bytes_ = 0;  // of all collections, those that wait to be freed included
  std::vector<Collection*> discarded_;
  DiscardedBlocks discarded_blocks_;
  FreedInSlices freed_in_slices_;
};

class Collection {
 public:
  // REQUIRES: every block was released. Inline, as reap(): tests derive from it with RTTI.
  virtual ~Collection() {
    CHECK_EQ(bytes_, object_bytes_);
    heap_->used_bytes_ -= bytes_;
  }
  Collection(const Collection&) = delete;
  Collection& operator=(const Collection&) = delete;

  virtual size_t elements() const = 0;
  // Releases blocks that hold about `elements` elements, in any order. False: nothing is left, the
  // object may be deleted. Between the first call and the last nothing else is called.
  virtual bool free_some(size_t elements) = 0;
  virtual Collection* copy(CollectionHeap& to) const = 0;  // all of it: O(n)

  // What lookups of these members will read first, on its way into the cache, as a lookup alone
  // waits for one miss after the other. A hint: at most kPrefetchMost of them.
  static constexpr size_t kPrefetchMost = 32;
  virtual void prefetch(std::span<const Bytes> /*members*/) const {}

  // The earliest deadline of a member (Unix ms), or INT64_MAX: the keyspace calls reap() soon after
  // it. May be too early (a member was removed or got a later one), never too late.
  virtual int64_t next_expiry_ms() const { return INT64_MAX; }
  // Removes members that are due at now_ms, about `limit` of them; returns how many.
  virtual size_t reap(int64_t /*now_ms*/, size_t /*limit*/) { return 0; }

  size_t bytes() const { return bytes_; }  // blocks as they are rounded up, the object included
  void move_to(CollectionHeap& heap);      // the account of another shard; holds both monitors

  static void* operator new(size_t bytes);
  static void operator delete(void* object, size_t bytes);

 protected:
  // `object_bytes`: sizeof the derived class.
  Collection(CollectionHeap& heap, size_t object_bytes);

  char* allocate(size_t bytes);  // aligned to 16, never nullptr
  char* reallocate(char* block, size_t old_bytes, size_t bytes);
  void release(char* block, size_t bytes);  // `bytes` as allocated; nullptr with 0 is fine

 private:
  CollectionHeap* heap_;
  size_t bytes_;
  const size_t object_bytes_;
};

}  // namespace cobnut
