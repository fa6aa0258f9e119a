// Process-wide pool of 4 MiB pages (page-size), handed out as 64 KiB spans (or runs of adjacent spans) to the shards.
// Fullest page first, so that empty pages appear and go back to the operating system.
// Any thread, under one leaf mutex; no monitor is ever entered while it is held (I17).
#pragma once

#include <cstddef>

namespace cobnut {

constexpr size_t kSpanBytes = 64 * 1024;
constexpr size_t kPageBytes = 4 * 1024 * 1024;

class PagePool {
 public:
  PagePool();
  ~PagePool();
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;

  // `spans` adjacent spans (1..16), aligned to kSpanBytes, zeroed or not (unspecified). nullptr: no memory.
  char* allocate(size_t spans);
  void release(char* memory, size_t spans);
  size_t mapped_bytes() const;  // taken from the operating system
  size_t free_bytes() const;    // mapped, in no shard's hands
  // Gives whole free pages back to the operating system (all but one, against thrashing). Outside of any monitor.
  void trim();
};

}  // namespace cobnut
