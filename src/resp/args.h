// The arguments of one command: views into the turn arena or into an owned copy, with the positions
// of its keys worked out when it was routed. args[0] is the command's name (for a subcommand: the
// container's name). Passed by value.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/hash.h"
#include "resp/long_word.h"

namespace cobnut {

class Args {
 public:
  Args() = default;
  Args(std::span<const Bytes> words) : words_(words) {}

  size_t size() const { return words_.size(); }
  Bytes operator[](size_t i) const { return words_[i]; }
  std::span<const Bytes> words() const { return words_; }

  // The i-th key by the command's key specification, with its position. A command without routed
  // keys has none.
  Key key(size_t i = 0) const { return Key(words_[key_first_ + i * key_step_], positions_[i]); }
  size_t key_count() const { return key_count_; }
  // Routing only: the keys are words first, first + step, ...
  void set_keys(const Position* positions, size_t count, size_t first, size_t step) {
    positions_ = positions;
    key_count_ = count;
    key_first_ = first;
    key_step_ = step;
  }
  // `word` if it lies in a block that may be taken; nullptr: it does not.
  LongWord* long_word(Bytes word) const {
    return long_words_ == nullptr ? nullptr : find_long_word(word);
  }
  void set_long_words(std::vector<LongWord>* words) { long_words_ = words; }
  // The same request over copies of its words: `words` holds them, `positions` is filled and owned
  // by the caller.
  Args moved_to(std::span<const Bytes> words, std::vector<Position>& positions) const {
    Args copy = *this;
    copy.words_ = words;
    copy.long_words_ = nullptr;
    positions.assign(positions_, positions_ + key_count_);
    copy.positions_ = positions.data();
    return copy;
  }

 private:
  LongWord* find_long_word(Bytes word) const {
    for (LongWord& long_word : *long_words_) {
      if (long_word.bytes().data() == word.data() && !long_word.is_taken()) return &long_word;
    }
    return nullptr;
  }

  std::span<const Bytes> words_;
  const Position* positions_ = nullptr;
  size_t key_count_ = 0;
  size_t key_first_ = 0;
  size_t key_step_ = 1;
  std::vector<LongWord>* long_words_ = nullptr;
};

}  // namespace cobnut
