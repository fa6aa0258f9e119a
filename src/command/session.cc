#include "command/session.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "memory/discarded.h"

namespace cobnut {
namespace {
constexpr size_t kHeapLeast = 4096;      // bytes: smallest buffer of ours
constexpr size_t kHeapAhead = 4 << 20;   // bytes: most that is taken because more is announced
constexpr size_t kLandAfter = 16 << 20;  // bytes: most that is copied so that the rest is not
constexpr size_t kHeapKept = 64 * 1024;  // bytes: a larger one that is mostly empty is given back

// Buffers of MiB grow without being copied.
LargeAllocator& blocks() { return large_allocator(AllocatorKind::kPooled); }

// Taken words stay readable while their command is shown to MONITOR and SLOWLOG, whatever becomes
// of the values meanwhile.
static_assert(RequestParser::kLongWord > DiscardedBlocks::kSliceBytes);

}  // namespace

void Session::push(Bytes bytes) {
  if (closing) return;
  output.open(nullptr);
  output.append(bytes);
  output.close();
  on_pushed();
}

void Session::settle_long_words() {
  input.drop_consumed();
  if (input.unread().empty()) return;
  const char* const place = input.land(parser.wanted(), parser.arriving());
  if (place != nullptr) parser.place(place);
}

Input::~Input() { free_buffer(); }

void Input::free_buffer() {
  if (capacity_ > 0) discarded_blocks().add(data_, capacity_);
  data_ = nullptr;
  begin_ = end_ = capacity_ = 0;
}

size_t Input::LongWords::bytes() const {
  size_t bytes = 0;
  for (const LongWord& word : words) bytes += word.bytes().size();
  return bytes - missing;
}

void Input::drop_consumed() {
  if (long_words_ == nullptr) return;
  if (long_words_->consumed || begin_ == end_) long_words_.reset();
}

const char* Input::land(size_t wanted, size_t arriving) {
  const size_t have = end_ - begin_;
  if (have >= wanted || wanted - arriving < RequestParser::kLongWord + 2) return nullptr;
  const size_t bytes = wanted - arriving - 2;
  const size_t came = have - arriving;
  if (came >= bytes || came > kLandAfter) return nullptr;
  char* const block = blocks().allocate(bytes);
  if (block == nullptr) return nullptr;
  memcpy(block, data_ + begin_ + arriving, came);
  end_ = begin_ + arriving;
  if (long_words_ == nullptr) long_words_ = std::make_unique<LongWords>();
  CHECK(long_words_->missing == 0 && !long_words_->consumed);
  long_words_->words.emplace_back(block, bytes);
  long_words_->missing = bytes - came;
  return block;
}

// What is left moves there.
void Input::take_buffer(size_t capacity) {
  char* const block = blocks().allocate(capacity);
  CHECK(block != nullptr);
  const size_t left = end_ - begin_;
  memcpy(block, data_ + begin_, left);
  free_buffer();
  data_ = block;
  end_ = left;
  capacity_ = capacity;
}

Arena::Window Input::window(Arena& arena, size_t least) {
  if (long_word_missing() > 0) [[unlikely]] {
    const Bytes word = long_words_->words.back().bytes();
    char* const end = const_cast<char*>(word.data()) + word.size();
    return {end - long_words_->missing, end};
  }
  if (capacity_ == 0) {
    if (begin_ == end_) return arena.window(least);
    // More for an input that already lies in the arena: go on right behind it, if nobody else took
    // from the arena.
    const Arena::Window window = arena.window(0);
    if (window.begin == data_ + end_ && static_cast<size_t>(window.end - window.begin) >= least)
      return window;
    settle();
  }
  if (capacity_ - end_ < least) grow(least);
  return {data_ + end_, data_ + capacity_};
}

void Input::received(Arena& arena, size_t n) {
  if (long_word_missing() > 0) [[unlikely]] {
    CHECK_OP(n, <=, long_words_->missing);
    long_words_->missing -= n;
    return;
  }
  if (capacity_ > 0) {
    end_ += n;
    CHECK_OP(end_, <=, capacity_);
    return;
  }
  const Arena::Window window = arena.window(0);
  if (begin_ == end_) {
    data_ = window.begin;
    begin_ = end_ = 0;
  }
  CHECK(data_ + end_ == window.begin);
  end_ += n;
  arena.advance(data_ + end_);
}

void Input::grow(size_t least) {
  const size_t left = end_ - begin_;
  if (begin_ > 0 && begin_ >= capacity_ / 2) {
    memmove(data_, data_ + begin_, left);
    begin_ = 0;
    end_ = left;
    if (capacity_ - end_ >= least) return;
  }
  const size_t capacity = std::max({capacity_ * 2, end_ + least, kHeapLeast});
  char* const block = blocks().reallocate(data_, capacity_, capacity);
  CHECK(block != nullptr);
  data_ = block;
  capacity_ = capacity;
}

void Input::settle(size_t wanted) {
  if (begin_ == end_) return free_buffer();
  const size_t left = end_ - begin_;
  const size_t capacity = std::max({left * 2, std::min(wanted, kHeapAhead), kHeapLeast});
  if (capacity_ > 0 && (capacity_ <= kHeapKept || capacity > capacity_ / 4)) return;
  take_buffer(capacity);
}

}  // namespace cobnut
