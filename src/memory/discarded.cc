#include "memory/discarded.h"

namespace cobnut {

DiscardedBlocks::~DiscardedBlocks() {
  while (step()) {
  }
}

void DiscardedBlocks::add(char* block, size_t bytes) {
  if (bytes <= kSliceBytes) return allocator_.release(block, bytes);
  usable_bytes_ += allocator_.usable_bytes(block, bytes);
  blocks_.push_back({block, bytes});
}

bool DiscardedBlocks::step() {
  if (blocks_.empty()) return false;
  Block& block = blocks_.back();
  usable_bytes_ -= allocator_.usable_bytes(block.data, block.bytes);
  block.bytes = allocator_.release_part(block.data, block.bytes, kSliceBytes);
  if (block.bytes == 0) {
    blocks_.pop_back();
  } else {
    usable_bytes_ += allocator_.usable_bytes(block.data, block.bytes);
  }
  return !blocks_.empty();
}

DiscardedBlocks& discarded_blocks() {
  thread_local DiscardedBlocks blocks(large_allocator(AllocatorKind::kPooled));
  return blocks;
}

}  // namespace cobnut
