// Blocks that nobody needs any more and that are given back in slices: the system takes 30 us for a
// MiB of pages, hence tens of ms for the longest strings, and whoever frees one has others to
// serve. Owner: one thread, or whoever holds a shard's monitor.
#pragma once

#include <cstddef>
#include <vector>

#include "memory/large.h"

namespace cobnut {

class DiscardedBlocks {
 public:
  // A block of more bytes than this waits for its turn, and is readable until then.
  static constexpr size_t kSliceBytes = 1 << 20;

  explicit DiscardedBlocks(LargeAllocator& allocator) : allocator_(allocator) {}
  DiscardedBlocks(const DiscardedBlocks&) = delete;
  DiscardedBlocks& operator=(const DiscardedBlocks&) = delete;
  ~DiscardedBlocks();  // frees all

  void add(char* block, size_t bytes);  // `bytes` as allocated
  bool step();                          // one slice; true: more is left
  bool empty() const { return blocks_.empty(); }
  size_t usable_bytes() const { return usable_bytes_; }  // of what waits

 private:
  struct Block {
    char* data;
    size_t bytes;
  };
  LargeAllocator& allocator_;
  std::vector<Block> blocks_;
  size_t usable_bytes_ = 0;
};

// The calling thread's, of AllocatorKind::kPooled: what its clients sent and were owed. A loop
// looks after its own on its timer.
DiscardedBlocks& discarded_blocks();

}  // namespace cobnut
