// A word of a request that was received into a block of its own (command/session.h). Its command
// may keep the block instead of copying the word. Owner: that of the request.
#pragma once

#include <cstddef>
#include <utility>

#include "base/bytes.h"
#include "memory/discarded.h"

namespace cobnut {

class LongWord {
 public:
  // A block of large_allocator(AllocatorKind::kPooled), all of which is the word.
  LongWord(char* block, size_t bytes) : word_(block, bytes) {}
  LongWord(LongWord&& other) noexcept
      : word_(other.word_), is_taken_(std::exchange(other.is_taken_, true)) {}
  LongWord(const LongWord&) = delete;
  LongWord& operator=(const LongWord&) = delete;
  ~LongWord() {
    if (!is_taken_) discarded_blocks().add(const_cast<char*>(word_.data()), word_.size());
  }

  Bytes bytes() const { return word_; }  // of one that is taken: by grace of whoever took it
  void take() { is_taken_ = true; }      // the block is the caller's from now on
  bool is_taken() const { return is_taken_; }

 private:
  Bytes word_;
  bool is_taken_ = false;
};

}  // namespace cobnut
