#include "resp/output.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/check.h"
#include "memory/discarded.h"

namespace cobnut {
namespace {

constexpr size_t kArenaLeast = 512;  // bytes: do not start in the last crumbs of an arena block
constexpr size_t kHeapLeast =
    512;  // bytes: smallest heap block, a reply of a command that ran elsewhere
constexpr size_t kHeapUsual = 64 * 1024;  // bytes: heap blocks double up to this
constexpr size_t kHeader = sizeof(Output::Segment);
static_assert(kHeader % alignof(Output::Segment) == 0);
static_assert(Output::kArenaReplyMax + kHeader + alignof(Output::Segment) < Arena::kBlockBytes);

// A block that is given back in slices.
bool is_long(size_t bytes) { return bytes > DiscardedBlocks::kSliceBytes; }

char* align(char* at) {
  constexpr uintptr_t kMask = alignof(Output::Segment) - 1;
  return at + (-reinterpret_cast<uintptr_t>(at) & kMask);
}

}  // namespace

Output::~Output() {
  clear();
  if (is_open_) close();
}

void Output::open(Arena* arena) {
  CHECK(!is_open_);
  is_open_ = true;
  arena_ = arena;
  if (tail_ != nullptr && tail_->heap && (arena == nullptr || bytes_ >= kArenaShare) &&
      room(tail_) > 0) {
    write_into(tail_, tail_->data + tail_->size, tail_->limit);
  } else if (arena != nullptr && bytes_ < kArenaShare) {
    start_segment(kArenaLeast);
  }
  // else nothing to write to yet: the first reserve() gets a block that fits
}

void Output::close() {
  CHECK(is_open_);
  finish_segment();
  arena_ = nullptr;
  is_open_ = false;
}

void Output::append(Bytes bytes) {
  if (bytes.empty()) return;
  char* to = reserve(bytes.size());
  memcpy(to, bytes.data(), bytes.size());
  commit(to + bytes.size());
}

char* Output::refill(size_t n) {
  CHECK(is_open_);
  finish_segment();
  start_segment(n);
  return cursor_;
}

void Output::write_into(Segment* segment, char* begin, char* end) {
  open_ = segment;
  start_ = cursor_ = begin;
  end_ = end;
}

void Output::start_segment(size_t least) {
  if (arena_ != nullptr && least <= kArenaReplyMax && bytes_ < kArenaShare) {
    const Arena::Window window = arena_->window(least + kHeader + alignof(Segment));
    Segment* segment = tail_;
    char* data = window.begin;
    if (tail_ == nullptr || tail_->heap || tail_->data + tail_->size != window.begin) {
      segment = reinterpret_cast<Segment*>(align(window.begin));
      data = reinterpret_cast<char*>(segment) + kHeader;
      *segment = {nullptr, data, 0, nullptr, false};
    }  // else right behind what it wrote earlier in this turn: one piece
    const size_t size = std::min(static_cast<size_t>(window.end - data), kArenaReplyMax);
    write_into(segment, data, data + size);
    return;
  }
  size_t capacity = least;  // exactly one large reply
  if (least <= kArenaReplyMax) {
    const size_t last =
        tail_ != nullptr && tail_->heap ? static_cast<size_t>(tail_->limit - tail_->data) : 0;
    const size_t usual =
        arena_ != nullptr ? kHeapUsual : std::clamp(last * 2, kHeapLeast, kHeapUsual);
    capacity = std::max(least, usual - kHeader);
  }
  Segment* segment = new_heap_segment(capacity);
  write_into(segment, segment->data, segment->limit);
}

// What was written since the segment was opened becomes readable.
void Output::finish_segment() {
  const auto written = static_cast<size_t>(cursor_ - start_);
  Segment* segment = open_;
  char* const end = cursor_;
  open_ = nullptr;
  cursor_ = end_ = start_ = nullptr;
  if (segment == nullptr) return;
  if (written == 0) {
    if (segment != tail_ && segment->heap) free_segment(segment);
    return;
  }
  segment->size += written;
  bytes_ += written;
  if (segment != tail_) link(segment);
  if (!segment->heap) arena_->advance(end);
}

Output::Segment* Output::new_heap_segment(size_t capacity) {
  const size_t bytes = kHeader + capacity;
  void* const block =
      is_long(bytes) ? large_allocator(AllocatorKind::kPooled).allocate(bytes) : malloc(bytes);
  CHECK(block != nullptr);
  auto* segment = static_cast<Segment*>(block);
  char* data = reinterpret_cast<char*>(segment) + kHeader;
  *segment = {nullptr, data, 0, data + capacity, true};
  heap_bytes_ += kHeader + capacity;
  return segment;
}

void Output::free_segment(Segment* segment) {
  if (!segment->heap) return;
  auto* const block = reinterpret_cast<char*>(segment);
  const auto bytes = static_cast<size_t>(segment->limit - block);
  heap_bytes_ -= bytes;
  is_long(bytes) ? discarded_blocks().add(block, bytes) : free(block);
}

void Output::link(Segment* segment) {
  segment->next = nullptr;
  (tail_ != nullptr ? tail_->next : head_) = segment;
  tail_ = segment;
}

void Output::consume(size_t n) {
  CHECK(!is_open_);
  CHECK_OP(n, <=, bytes_);
  bytes_ -= n;
  while (n > 0) {
    Segment* first = head_;
    if (n < first->size) {
      first->data += n;
      first->size -= n;
      return;
    }
    n -= first->size;
    head_ = first->next;
    if (head_ == nullptr) tail_ = nullptr;
    free_segment(first);
  }
}

void Output::detach_from_arena() {
  CHECK(!is_open_);
  Segment* next = head_;
  head_ = tail_ = nullptr;
  while (next != nullptr) {
    if (next->heap) {
      Segment* segment = next;
      next = next->next;
      link(segment);
      continue;
    }
    // A run of arena segments becomes one block.
    size_t size = 0;
    Segment* end = next;
    for (; end != nullptr && !end->heap; end = end->next) size += end->size;
    Segment* copy = new_heap_segment(size);
    for (; next != end; next = next->next) {
      memcpy(copy->data + copy->size, next->data, next->size);
      copy->size += next->size;
    }
    link(copy);
  }
}

void Output::clear() {
  if (open_ != nullptr) {
    if (open_ == tail_ || open_->heap) {
      if (open_ != tail_) free_segment(open_);
      open_ = nullptr;
      cursor_ = end_ = start_ = nullptr;
    } else {
      cursor_ = start_;  // its place in the arena is still free
    }
  }
  while (head_ != nullptr) {
    Segment* first = head_;
    head_ = first->next;
    free_segment(first);
  }
  tail_ = nullptr;
  bytes_ = 0;
}

void Output::take(Output& other) {
  CHECK(!is_open_ && !other.is_open_ && this != &other);
  while (other.head_ != nullptr) {
    Segment* first = other.head_;
    other.head_ = first->next;
    const bool fits = tail_ != nullptr && tail_->heap && room(tail_) >= first->size;
    if (!first->heap || (fits && first->size <= kHeapLeast)) {
      append_closed({first->data, first->size});
      other.free_segment(first);
      continue;
    }
    const auto held = static_cast<size_t>(first->limit - reinterpret_cast<char*>(first));
    other.heap_bytes_ -= held;
    heap_bytes_ += held;
    bytes_ += first->size;
    link(first);
  }
  other.tail_ = nullptr;
  other.bytes_ = 0;
  is_cut_ |= other.is_cut_;
}

// Copies to the heap, behind everything else.
void Output::append_closed(Bytes bytes) {
  if (tail_ == nullptr || !tail_->heap || room(tail_) < bytes.size()) {
    link(new_heap_segment(std::max(bytes.size(), kHeapLeast - kHeader)));
  }
  memcpy(tail_->data + tail_->size, bytes.data(), bytes.size());
  tail_->size += bytes.size();
  bytes_ += bytes.size();
}

}  // namespace cobnut
