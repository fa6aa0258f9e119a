#include "base/arena.h"

#include <cstdint>
#include <cstdlib>

#include "base/check.h"
#include "base/poison.h"

namespace cobnut {
namespace {
constexpr size_t kBlocksKept = 8;  // 2 MiB a loop: what a turn is cut at, twice
}

Arena::Arena() { next_block(kBlockBytes); }

Arena::~Arena() {
  for (Block& block : blocks_) {
    unpoison(block.data, block.bytes);
    free(block.data);
  }
}

Arena::Window Arena::window(size_t least) {
  if (static_cast<size_t>(end_ - cursor_) < least) next_block(least);
  unpoison(cursor_, static_cast<size_t>(end_ - cursor_));
  return {cursor_, end_};
}

void Arena::advance(char* to) {
  CHECK(to >= cursor_ && to <= end_);
  cursor_ = to;
}

void* Arena::allocate(size_t bytes) {
  auto aligned =
      reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(cursor_) + 15) & ~uintptr_t{15});
  if (aligned > end_ || static_cast<size_t>(end_ - aligned) < bytes) {
    next_block(bytes);
    aligned = cursor_;  // blocks are aligned by malloc
  }
  cursor_ = aligned + bytes;
  unpoison(aligned, bytes);
  return aligned;
}

void Arena::next_block(size_t least) {
  if (block_ != nullptr) {
    used_before_ += static_cast<size_t>(cursor_ - block_);
    current_++;
  }
  if (current_ == blocks_.size() || blocks_[current_].bytes < least) {
    const size_t bytes = least > kBlockBytes ? least : kBlockBytes;
    auto* data = static_cast<char*>(malloc(bytes));
    CHECK(data != nullptr);
    blocks_.insert(blocks_.begin() + static_cast<ptrdiff_t>(current_), Block{data, bytes});
  }
  block_ = cursor_ = blocks_[current_].data;
  end_ = block_ + blocks_[current_].bytes;
}

void Arena::reset() {
  for (size_t i = 0; i <= current_; i++) poison(blocks_[i].data, blocks_[i].bytes);
  // Blocks made for something large go, and all beyond the few that a busy loop needs.
  for (size_t i = blocks_.size(); i-- > 1;) {
    if (i < kBlocksKept && blocks_[i].bytes == kBlockBytes) continue;
    unpoison(blocks_[i].data, blocks_[i].bytes);
    free(blocks_[i].data);
    blocks_.erase(blocks_.begin() + static_cast<ptrdiff_t>(i));
  }
  current_ = 0;
  used_before_ = 0;
  block_ = cursor_ = blocks_[0].data;
  end_ = block_ + blocks_[0].bytes;
}

}  // namespace cobnut
