// The pooled allocator of one shard (MECHANISMS §4): small blocks by size class, in runs cut from
// 64 KiB spans, which come from one process-wide pool of 4 MiB pages. Blocks are named by 4-byte
// handles.
//
//   span, 64 KiB = 16 frames of 4 KiB     run = 1, 2, 4, 8 or 16 frames, aligned, of one size class
//
// A run hands out its blocks in order of address the first time, so that memory becomes resident as
// it is needed, and then from a list that is threaded through the free blocks: the block freed last
// comes first, being in the cache. (To prefer the fullest run instead freed no span earlier in a
// simulated shrinking load, and cost 1 to 25 ns a call.) An empty run's frames are free for any
// class; an empty span goes back to the PagePool. Cost: allocate and release are O(1), about 10 ns;
// 336 bytes of metadata a span (0.5 %).
//
// Compaction moves blocks out of the emptiest spans: for each span below span_limit() ask
// span_used_bytes(), then list_blocks() names its allocated blocks, whose owner allocates anew,
// copies, and releases the old block.
//
// Owner: whoever holds the shard's monitor; only PagePool is shared (a leaf mutex, I17). No
// atomics, no remote free.
#pragma once

#include <cstddef>
#include <cstdint>

#include "memory/size_classes.h"

namespace cobnut {

class PagePool;

// Span index (20 bits) . granule of 16 bytes in the span (12 bits): 64 GiB of small blocks a shard.
using Handle = uint32_t;
constexpr Handle kNoHandle = UINT32_MAX;

class Pool {
 public:
  // One less than 20 bits can count, so that no block is called kNoHandle.
  static constexpr uint32_t kSpansMax = (uint32_t{1} << 20) - 1;
  static constexpr size_t kBlocksPerSpanMax = 4096;

  explicit Pool(PagePool& pages);
  ~Pool();  // gives every span back
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // The size that a request is rounded up to. REQUIRES: bytes <= kPoolBlockMax, as allocate().
  static size_t block_bytes(size_t bytes) { return kSizeClass[size_class_of(bytes)].bytes(); }
  // kNoHandle when handles or pages have run out: an -OOM, never a crash.
  Handle allocate(size_t bytes);
  void release(Handle handle);
  char* at(Handle handle) const {
    return reinterpret_cast<char*>(spans_[handle >> 12]) + (handle & 4095) * kGranule;
  }
  size_t block_bytes_of(Handle handle) const;
  // What release() of the block writes to besides it: for a prefetch.
  const void* release_hint(Handle handle) const;

  size_t used_bytes() const { return used_bytes_; }  // sum of allocated blocks
  size_t committed_bytes() const;                    // spans held
  size_t metadata_bytes() const;                     // span table and run headers

  // -- for compaction
  static uint32_t span_of(Handle handle) { return handle >> 12; }
  uint32_t span_limit() const { return span_limit_; }  // every span's index is below it
  size_t span_used_bytes(uint32_t span) const;         // 0: no such span
  // Writes the handles of the span's allocated blocks, by address; returns how many (at most
  // kBlocksPerSpanMax).
  size_t list_blocks(uint32_t span, Handle* out) const;

 private:
  struct Run;
  struct Span;

  Run& run_at(uint32_t run) const;            // by run number: span index . frame
  void prefetch_next(uint32_t number) const;  // of a run; kNone: of none
  uint32_t take_run(uint32_t size_class);
  void drop_run(uint32_t number);
  void list_run(uint32_t number);
  void unlist_run(uint32_t number);

  uint32_t take_span();
  void drop_span(uint32_t span);
  void list_span(uint32_t span);
  void unlist_span(uint32_t span);
  bool grow_tables();

  uint64_t* spans_ = nullptr;  // address of each span; of an unused index, the next unused one
  Span** infos_ = nullptr;     // its runs; nullptr: index not in use
  uint32_t span_capacity_ = 0;
  uint32_t span_limit_ = 0;  // indexes at and above it were never used
  uint32_t span_unused_;     // first of the unused indexes below span_limit_
  uint32_t spans_held_ = 0;
  size_t used_bytes_ = 0;
  PagePool& pages_;
  uint32_t partial_[kSizeClasses];  // runs of a class with a free block, latest first
  uint32_t roomy_[5];  // spans by the order of the longest run that they still have room for
};

}  // namespace cobnut
