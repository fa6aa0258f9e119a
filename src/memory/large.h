// Blocks above the pool's size: long strings, later collection parts. Behind one interface, chosen
// by memory.allocator:
//
//   POOLED    an arena of jemalloc's own for our data, past the thread caches, so that blocks
//   released by one thread
//             are not kept for another heap (120 ns a pair of allocate and release; 32 ns through a
//             cache that may hold some MiB a thread); above 2 MiB a mapping of its own, which grows
//             without copying and goes back to the operating system at once.
//   STANDARD  the process's malloc (jemalloc).
//
// Only memory/ knows of jemalloc. Without it (COBNUT_NO_JEMALLOC, for the sanitizers, whose malloc
// checks more) both are plain malloc. Any thread; the account is the caller's shard.
#pragma once

#include <cstddef>
#include <string>

namespace cobnut {

enum class AllocatorKind { kPooled, kStandard };

class LargeAllocator {
 public:
  virtual ~LargeAllocator() = default;
  virtual char* allocate(size_t bytes) = 0;  // nullptr: no memory. REQUIRES: bytes > 0
  // The same content at a new size; may move. nullptr: no memory, the old block is untouched.
  virtual char* reallocate(char* block, size_t old_bytes, size_t bytes) = 0;
  virtual void release(char* block, size_t bytes) = 0;  // bytes: as asked for
  // Gives back about `part` bytes at the block's end; returns how long the block is now, 0: it is
  // gone. One that cannot be had in parts goes at once.
  virtual size_t release_part(char* block, size_t bytes, size_t part) {
    static_cast<void>(part);
    release(block, bytes);
    return 0;
  }
  virtual bool releases_parts() const { return false; }  // of blocks of more than 2 MiB
  // Of a block that was just allocated (old_bytes 0) or grew, and never was larger: what lies
  // behind so many bytes is zero, as the system gives pages, and not resident. `bytes`: nothing is.
  virtual size_t zero_behind(size_t old_bytes, size_t bytes) const {
    static_cast<void>(old_bytes);
    return bytes;
  }
  // What the block really holds, which its owner may use: never less than `bytes`, as asked for.
  virtual size_t usable_bytes(const char* block, size_t bytes) const = 0;
};

LargeAllocator& large_allocator(AllocatorKind kind);  // one of each per process

// Numbers of the general heap, for INFO memory (zeros without jemalloc).
struct HeapStats {
  size_t allocated = 0, active = 0, resident = 0, retained = 0;  // bytes
};
HeapStats heap_stats();     // about 15 us: all arenas are added up
std::string heap_report();  // the allocator's own, some 20 KB of text; empty without jemalloc
// Gives back the pages that have been without an allocation for some seconds. jemalloc does so
// while threads allocate; what a thread leaves that then sleeps is for whoever calls this.
void decay_heap();
void purge_heap();  // gives pages without an allocation back to the system; milliseconds

}  // namespace cobnut
