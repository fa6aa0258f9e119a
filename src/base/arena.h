// The arena of one loop turn: read buffers, argument arrays and small replies are bumped from 256
// KiB blocks and all vanish at once in reset(), after the turn's output is written. Views into it
// never outlive the turn (I18); under AddressSanitizer what was reset is poisoned. Owner: one loop
// thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace cobnut {

class Arena {
 public:
  static constexpr size_t kBlockBytes =
      256 * 1024;  // an eighth of a common L2, larger than a TCP receive of a turn

  Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena();

  // The free rest of the current block, at least `least` bytes (a new block when it is less).
  // Nothing is taken until advance(); what was advanced before stays where it is.
  struct Window {
    char* begin;
    char* end;
  };
  Window window(size_t least);
  void advance(char* to);  // takes [window.begin, to)

  void* allocate(size_t bytes);  // aligned to 16
  template <typename T>
  T* allocate_array(size_t count) {
    return static_cast<T*>(allocate(count * sizeof(T)));
  }

  size_t used() const { return used_before_ + static_cast<size_t>(cursor_ - block_); }
  void reset();

 private:
  void next_block(size_t least);

  char* cursor_ = nullptr;
  char* block_ = nullptr;
  char* end_ = nullptr;
  size_t used_before_ = 0;  // bytes in the blocks before the current one
  struct Block {
    char* data;
    size_t bytes;
  };
  std::vector<Block> blocks_;  // the first is kept for ever, a few more over turns
  size_t current_ = 0;
};

}  // namespace cobnut
