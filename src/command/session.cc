#include "command/session.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/check.h"

namespace cobnut {
namespace {
constexpr size_t kHeapLeast = 4096;      // bytes: smallest buffer of ours
constexpr size_t kHeapAhead = 4 << 20;   // bytes: most that is taken because more is announced
constexpr size_t kHeapKept = 64 * 1024;  // bytes: a larger one that is mostly empty is given back
}  // namespace

void Session::push(Bytes bytes) {
  if (closing) return;
  output.open(nullptr);
  output.append(bytes);
  output.close();
  on_pushed();
}

Input::~Input() {
  if (capacity_ > 0) free(data_);
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
  if (capacity_ - end_ < least) grow(least);
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
  const size_t left = end_ - begin_;
  if (begin_ > 0 && begin_ >= capacity_ / 2) {
    memmove(data_, data_ + begin_, left);
    begin_ = 0;
    end_ = left;
    if (capacity_ - end_ >= least) return;
  }
  capacity_ = std::max({capacity_ * 2, end_ + least, kHeapLeast});
  data_ = static_cast<char*>(realloc(data_, capacity_));
  CHECK(data_ != nullptr);
}

void Input::settle(size_t wanted) {
  if (begin_ == end_) {
    if (capacity_ > 0) free(data_);
    data_ = nullptr;
    begin_ = end_ = capacity_ = 0;
    return;
  }
  const size_t left = end_ - begin_;
  const size_t capacity = std::max({left * 2, std::min(wanted, kHeapAhead), kHeapLeast});
  if (capacity_ > 0 && (capacity_ <= kHeapKept || capacity > capacity_ / 4)) return;
  auto* copy = static_cast<char*>(malloc(capacity));
  CHECK(copy != nullptr);
  memcpy(copy, data_ + begin_, left);
  if (capacity_ > 0) free(data_);
  data_ = copy;
  begin_ = 0;
  end_ = left;
  capacity_ = capacity;
}

}  // namespace cobnut
