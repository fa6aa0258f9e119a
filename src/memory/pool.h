// The pooled allocator of one shard (MECHANISMS §4): small blocks by size class, in runs cut from 64 KiB spans, which
// come from one process-wide pool of 4 MiB pages. Blocks are named by 4-byte handles.
//
// Owner: whoever holds the shard's monitor; only PagePool is shared (a leaf mutex, I17). No atomics, no remote free.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cobnut {

class PagePool;

// Span index (20 bits) . granule of 16 bytes in the span (12 bits): 64 GiB of small blocks a shard.
using Handle = uint32_t;
constexpr Handle kNoHandle = UINT32_MAX;
constexpr size_t kGranule = 16;           // bytes, the smallest block
constexpr size_t kPoolBlockMax = 4096;    // bytes: largest block of the pool (an entry with inline key and value)

class Pool {
 public:
  explicit Pool(PagePool& pages);
  ~Pool();  // gives every span back
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // The size that a request is rounded up to.
  static size_t block_bytes(size_t bytes);
  // kNoHandle when handles or pages have run out: an -OOM, never a crash.
  Handle allocate(size_t bytes);
  void release(Handle handle);
  char* at(Handle handle) const {
    return reinterpret_cast<char*>(spans_[handle >> 12]) + (handle & 4095) * kGranule;
  }
  size_t block_bytes_of(Handle handle) const;

  size_t used_bytes() const;       // sum of allocated blocks
  size_t committed_bytes() const;  // spans held
  size_t metadata_bytes() const;   // span table and run headers

 private:
  uint64_t* spans_;  // address of each span
};

}  // namespace cobnut
