#include "command/session.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "memory/large.h"

namespace cobnut {
namespace {
constexpr size_t kHeapLeast = 4096;      // bytes: smallest buffer of ours
constexpr size_t kHeapAhead = 4 << 20;   // bytes: most that is taken because more is announced
constexpr size_t kLandAfter = 16 << 20;  // bytes: most that is copied so that the rest is not
constexpr size_t kHeapKept = 64 * 1024;  // bytes: a larger one that is mostly empty is given back

// Buffers of MiB grow without being copied.
LargeAllocator& blocks() { return large_allocator(AllocatorKind::kPooled); }

}  // namespace

void Session::push(Bytes bytes) {
  if (closing) return;
  output.open(nullptr);
  output.append(bytes);
  output.close();
  on_pushed();
}

Input::~Input() { free_buffer(); }

bool Input::taken() const {
  return landing_ != nullptr && landing_->offered && landing_->word.block_bytes == 0;
}

void Input::free_buffer() {
  if (taken()) {
    blocks().release_front(data_ - before(),
                           static_cast<size_t>(landing_->begin - data_) + before());
  } else if (capacity_ > 0) {
    blocks().release(data_ - before(), before() + capacity_);
  }
  data_ = nullptr;
  begin_ = end_ = capacity_ = 0;
  landing_.reset();
}

// What is left moves to the block, `before` bytes behind its beginning.
void Input::take_buffer(char* block, size_t before, size_t capacity) {
  CHECK(block != nullptr);
  const size_t left = end_ - begin_;
  memcpy(block + before, data_ + begin_, left);
  free_buffer();
  data_ = block + before;
  end_ = left;
  capacity_ = capacity;
}

// The word that begins at `arriving` gets a block of its own, if it is long enough for one.
bool Input::land(size_t wanted, size_t arriving) {
  constexpr size_t kStep = LargeAllocator::kCutStep;
  if (landing_ != nullptr && landing_->begin == data_ + begin_ + arriving) return true;
  const size_t have = end_ - begin_;
  // What has come of it is copied, and what is in front of it.
  if (wanted < have || wanted - arriving <= blocks().uncut_bytes_max() || have > kLandAfter)
    return false;
  const size_t front = (arriving + kStep - 1) / kStep * kStep;
  char* const block = blocks().allocate(front + wanted - arriving);
  if (block == nullptr) return false;
  take_buffer(block, front - arriving, wanted);
  landing_ = std::make_unique<Landing>(Landing{.before = front - arriving, .begin = block + front});
  return true;
}

LongWord* Input::long_word_of(Bytes last) {
  if (last.data() != landing_->begin || end_ != capacity_) return nullptr;
  landing_->word = {last, capacity_ - static_cast<size_t>(landing_->begin - data_)};
  landing_->offered = true;
  return &landing_->word;
}

Arena::Window Input::window(Arena& arena, size_t least) {
  if (capacity_ == 0) {
    if (begin_ == end_) return arena.window(least);
    // More for an input that already lies in the arena: go on right behind it, if nobody else took
    // from the arena.
    const Arena::Window window = arena.window(0);
    if (window.begin == data_ + end_ && static_cast<size_t>(window.end - window.begin) >= least)
      return window;
    settle();
  }
  const bool lands = landing_ != nullptr && landing_->begin != nullptr && end_ < capacity_;
  if (capacity_ - end_ < least && !lands) grow(least);
  return {data_ + end_, data_ + capacity_};
}

void Input::received(Arena& arena, size_t n) {
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
  CHECK(!taken());                                     // the block is a value's
  if (landing_ != nullptr) landing_->begin = nullptr;  // more comes behind the word
  const size_t left = end_ - begin_;
  if (begin_ > 0 && begin_ >= capacity_ / 2) {
    memmove(data_, data_ + begin_, left);
    begin_ = 0;
    end_ = left;
    if (capacity_ - end_ >= least) return;
  }
  const size_t capacity = std::max({capacity_ * 2, end_ + least, kHeapLeast});
  const size_t front = before();
  char* const block = blocks().reallocate(data_ - front, front + capacity_, front + capacity);
  CHECK(block != nullptr);
  data_ = block + front;
  capacity_ = capacity;
}

void Input::settle(size_t wanted, size_t arriving) {
  if (begin_ == end_) return free_buffer();
  if (wanted > 0 && land(wanted, arriving)) return;
  const size_t left = end_ - begin_;
  const size_t capacity = std::max({left * 2, std::min(wanted, kHeapAhead), kHeapLeast});
  if (capacity_ > 0 && (capacity_ <= kHeapKept || capacity > capacity_ / 4)) return;
  take_buffer(blocks().allocate(capacity), 0, capacity);
}

}  // namespace cobnut
