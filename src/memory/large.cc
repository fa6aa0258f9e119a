#include "memory/large.h"

#include <cstdlib>

#include "base/check.h"

#if !defined(COBNUT_NO_JEMALLOC)
#include <jemalloc/jemalloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#endif

namespace cobnut {
namespace {

#if defined(COBNUT_NO_JEMALLOC)

class PlainAllocator : public LargeAllocator {
 public:
  char* allocate(size_t bytes) override {
    CHECK(bytes > 0);
    return static_cast<char*>(malloc(bytes));
  }
  char* reallocate(char* block, size_t /*old_bytes*/, size_t bytes) override {
    CHECK(block != nullptr && bytes > 0);
    return static_cast<char*>(realloc(block, bytes));
  }
  void release(char* block, size_t bytes) override {
    CHECK(block != nullptr && bytes > 0);
    free(block);
  }
  size_t usable_bytes(const char* /*block*/, size_t bytes) const override { return bytes; }
};

class PooledAllocator final : public PlainAllocator {};
class StandardAllocator final : public PlainAllocator {};

#else

// jemalloc by the flags of mallocx().
class HeapAllocator : public LargeAllocator {
 public:
  explicit HeapAllocator(int flags = 0) : flags_(flags) {}

  char* allocate(size_t bytes) override {
    CHECK(bytes > 0);
    return static_cast<char*>(mallocx(bytes, flags_));
  }
  char* reallocate(char* block, size_t /*old_bytes*/, size_t bytes) override {
    CHECK(block != nullptr && bytes > 0);
    return static_cast<char*>(rallocx(block, bytes, flags_));
  }
  void release(char* block, size_t bytes) override {
    CHECK(block != nullptr && bytes > 0);
    sdallocx(block, bytes, flags_);
  }
  size_t usable_bytes(const char* /*block*/, size_t bytes) const override {
    return nallocx(bytes, flags_);  // sallocx() says the same, at the price of a cache miss
  }

 private:
  const int flags_;  // fixed after construction; any thread
};

class StandardAllocator final : public HeapAllocator {};

int own_arena_flags() {
  unsigned arena;
  size_t bytes = sizeof(arena);
  CHECK_EQ(mallctl("arenas.create", &arena, &bytes, nullptr, 0), 0);  // once, as the process starts
  return MALLOCX_ARENA(arena) | MALLOCX_TCACHE_NONE;
}

// The size alone says whether a block is mapped and how long the mapping is: nothing is kept about
// it.
constexpr size_t kHeapMax = 2 * 1024 * 1024;  // bytes; a mapping costs 3 us and its pages' faults
// Mappings grow by this: an append costs a system call each 64 KiB, and not each page. What was
// never written to is not resident.
constexpr size_t kMappingStep = 64 * 1024;

bool is_mapped(size_t bytes) { return bytes > kHeapMax; }

size_t mapping_bytes(size_t bytes) {
  return (bytes + kMappingStep - 1) / kMappingStep * kMappingStep;
}

char* map(size_t bytes) {
  if (bytes > SIZE_MAX - kMappingStep) return nullptr;
  void* mapped = mmap(nullptr, mapping_bytes(bytes), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mapped == MAP_FAILED ? nullptr : static_cast<char*>(mapped);
}

char* remap(char* block, size_t old_bytes, size_t bytes) {
  if (bytes > SIZE_MAX - kMappingStep) return nullptr;
  if (mapping_bytes(old_bytes) == mapping_bytes(bytes)) return block;
  void* mapped = mremap(block, mapping_bytes(old_bytes), mapping_bytes(bytes), MREMAP_MAYMOVE);
  return mapped == MAP_FAILED ? nullptr : static_cast<char*>(mapped);
}

class PooledAllocator final : public LargeAllocator {
 public:
  char* allocate(size_t bytes) override {
    return is_mapped(bytes) ? map(bytes) : heap_.allocate(bytes);
  }
  char* reallocate(char* block, size_t old_bytes, size_t bytes) override {
    CHECK(block != nullptr);
    if (is_mapped(old_bytes) && is_mapped(bytes)) return remap(block, old_bytes, bytes);
    if (!is_mapped(old_bytes) && !is_mapped(bytes)) {
      return heap_.reallocate(block, old_bytes, bytes);
    }
    char* const moved = allocate(bytes);
    if (moved == nullptr) return nullptr;
    memcpy(moved, block, std::min(old_bytes, bytes));
    release(block, old_bytes);
    return moved;
  }
  void release(char* block, size_t bytes) override {
    if (!is_mapped(bytes)) return heap_.release(block, bytes);
    // Fails when it would need one memory map more than the process may have. The pages at least go
    // back.
    if (munmap(block, mapping_bytes(bytes)) != 0) {
      madvise(block, mapping_bytes(bytes), MADV_DONTNEED);
    }
  }
  size_t release_part(char* block, size_t bytes, size_t part) override {
    const size_t mapped = is_mapped(bytes) ? mapping_bytes(bytes) : 0;
    const size_t kept = mapped - std::min(mapped, mapping_bytes(part));
    if (!is_mapped(kept) || munmap(block + kept, mapped - kept) != 0) {
      release(block, bytes);
      return 0;
    }
    return kept;
  }
  bool releases_parts() const override { return true; }
  size_t zero_behind(size_t old_bytes, size_t bytes) const override {
    return is_mapped(bytes) ? std::min(old_bytes, bytes) : bytes;
  }
  size_t usable_bytes(const char* block, size_t bytes) const override {
    return is_mapped(bytes) ? mapping_bytes(bytes) : heap_.usable_bytes(block, bytes);
  }

 private:
  HeapAllocator heap_{own_arena_flags()};
};

size_t heap_stat(const char* name) {
  size_t value = 0;
  size_t bytes = sizeof(value);
  return mallctl(name, &value, &bytes, nullptr, 0) == 0 ? value : 0;
}

void for_all_arenas(const char* what) {
  char name[32];
  snprintf(name, sizeof name, "arena.%u.%s", MALLCTL_ARENAS_ALL, what);
  mallctl(name, nullptr, nullptr, nullptr, 0);
}

#endif

}  // namespace

LargeAllocator& large_allocator(AllocatorKind kind) {
  // Never destroyed: threads may still release at exit.
  static auto& pooled = *new PooledAllocator;
  static auto& standard = *new StandardAllocator;
  if (kind == AllocatorKind::kPooled) return pooled;
  return standard;
}

HeapStats heap_stats() {
  HeapStats stats;
#if !defined(COBNUT_NO_JEMALLOC)
  uint64_t epoch = 1;  // writing it has jemalloc renew the numbers
  size_t bytes = sizeof(epoch);
  mallctl("epoch", &epoch, &bytes, &epoch, bytes);
  stats.allocated = heap_stat("stats.allocated");
  stats.active = heap_stat("stats.active");
  stats.resident = heap_stat("stats.resident");
  stats.retained = heap_stat("stats.retained");
#endif
  return stats;
}

std::string heap_report() {
  std::string report;
#if !defined(COBNUT_NO_JEMALLOC)
  const auto append = [](void* to, const char* text) { *static_cast<std::string*>(to) += text; };
  malloc_stats_print(append, &report, nullptr);
#endif
  return report;
}

void decay_heap() {
#if !defined(COBNUT_NO_JEMALLOC)
  for_all_arenas("decay");
#endif
}

void purge_heap() {
#if !defined(COBNUT_NO_JEMALLOC)
  for_all_arenas("purge");
#endif
}

}  // namespace cobnut
