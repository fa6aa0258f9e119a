// Blocks above the pool's size: long strings, later collection parts. Behind one interface, chosen by memory.allocator:
// POOLED: an arena of jemalloc's own for our data, and an own mapping above 2 MiB; STANDARD: the process's malloc (jemalloc).
// Only memory/ knows of jemalloc. Any thread; the account is the caller's shard.
#pragma once

#include <cstddef>

namespace cobnut {

enum class AllocatorKind { kPooled, kStandard };

class LargeAllocator {
 public:
  virtual ~LargeAllocator() = default;
  virtual char* allocate(size_t bytes) = 0;                    // nullptr: no memory
  // The same content at a new size; may move. nullptr: no memory, the old block is untouched.
  virtual char* reallocate(char* block, size_t old_bytes, size_t bytes) = 0;
  virtual void release(char* block, size_t bytes) = 0;         // bytes: as asked for
  virtual size_t usable_bytes(const char* block, size_t bytes) const = 0;  // what the block really holds
};

LargeAllocator& large_allocator(AllocatorKind kind);  // one of each per process

// Numbers of the general heap, for INFO memory (zeros without jemalloc).
struct HeapStats {
  size_t allocated = 0, active = 0, resident = 0, retained = 0;  // bytes
};
HeapStats heap_stats();

}  // namespace cobnut
