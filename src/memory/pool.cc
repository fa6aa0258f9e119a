#include "memory/pool.h"

#include <bit>
#include <cstdlib>

#include "base/check.h"
#include "base/poison.h"
#include "base/prefetch.h"
#include "memory/pages.h"

namespace cobnut {

static_assert(kFramesPerSpan * kFrameBytes == kSpanBytes);
static_assert(Pool::kBlocksPerSpanMax * kGranule == kSpanBytes);

namespace {

constexpr uint32_t kNone = UINT32_MAX;     // of run numbers and span indexes
constexpr uint16_t kNoBlock = UINT16_MAX;  // of granules
constexpr uint8_t kFrameFree = UINT8_MAX;  // of size classes
constexpr uint8_t kNoRoom = UINT8_MAX;     // of orders
constexpr uint32_t kAllFrames = 0xffff;

// The first bytes of a free block: the granule (in the span) of the next free block of its run.
using Link [[gnu::may_alias]] = uint16_t;

// Free blocks are poisoned, and stay so while their links are followed.
[[gnu::no_sanitize_address]] inline uint16_t read_link(const char* block) {
  return *reinterpret_cast<const Link*>(block);
}
// Checked by AddressSanitizer, on purpose: releasing a block twice writes to poisoned memory.
inline void write_link(char* block, uint16_t next) { *reinterpret_cast<Link*>(block) = next; }

// Of 16 free frames, the first frames of free runs of an order (aligned to their size).
uint32_t runs_in(uint32_t free_frames, uint32_t order) {
  constexpr uint32_t kAligned[] = {0xffff, 0x5555, 0x1111, 0x0101, 0x0001};
  for (uint32_t i = 0; i < order; i++) free_frames &= free_frames >> (1u << i) & kAligned[i + 1];
  return free_frames;
}

uint8_t longest_order(uint32_t free_frames) {
  if (free_frames == 0) return kNoRoom;
  uint8_t order = 0;
  while (order < 4 && runs_in(free_frames, order + 1u) != 0) order++;
  return order;
}

// The first frame for a run, where it breaks up the smallest group of free frames. REQUIRES: there
// is room.
uint32_t choose_frame(uint32_t free_frames, uint32_t order) {
  for (uint32_t group = order;; group++) {
    uint32_t candidates = runs_in(free_frames, group);
    CHECK(candidates != 0);
    if (group < 4) {
      const uint32_t larger = runs_in(free_frames, group + 1);
      candidates &= ~(larger | larger << (1u << group));
    }
    if (candidates != 0) return static_cast<uint32_t>(std::countr_zero(candidates));
  }
}

uint32_t frame_bits(uint32_t first, size_t frames) { return ((1u << frames) - 1) << first; }

}  // namespace

struct Pool::Run {
  uint32_t previous, next;  // in the list of its class, while it has a free block
  uint16_t free_list;       // granule of the first free block that was handed out before
  uint16_t fresh;           // granule of the first block that never was
  uint16_t allocated;       // blocks
  uint8_t size_class;  // in every frame of the run, as is first_frame; all else only in the first
  uint8_t first_frame;
};

struct alignas(64) Pool::Span {
  Run runs[kFramesPerSpan];  // by frame
  uint32_t previous, next;   // in the list of its order, while a frame is free
  uint16_t free_frames;      // bit i: frame i belongs to no run
  uint8_t order;             // of the longest run that it has room for, or kNoRoom
};

Pool::Pool(PagePool& pages) : span_unused_(kNone), pages_(pages) {
  static_assert(sizeof(Run) == 16 && sizeof(Span) == 320);
  for (uint32_t& head : partial_) head = kNone;
  for (uint32_t& head : roomy_) head = kNone;
}

Pool::~Pool() {
  for (uint32_t span = 0; span < span_limit_; span++) {
    if (infos_[span] != nullptr) drop_span(span);
  }
  free(spans_);
  free(infos_);
}

Pool::Run& Pool::run_at(uint32_t run) const {
  return infos_[run / kFramesPerSpan]->runs[run % kFramesPerSpan];
}

// The block that a run hands out next; a page of it that is not there yet: nothing.
inline void Pool::prefetch_next(uint32_t number) const {
  if (number == kNone) return;
  const Run& run = run_at(number);
  const size_t granule = run.free_list != kNoBlock ? run.free_list : run.fresh;
  prefetch(at(number / kFramesPerSpan << 12) + granule * kGranule);
}

Handle Pool::allocate(size_t bytes) {
  CHECK_OP(bytes, <=, kPoolBlockMax);
  const uint32_t size_class = size_class_of(bytes);
  uint32_t number = partial_[size_class];
  if (number == kNone) [[unlikely]] {
    number = take_run(size_class);
    if (number == kNone) return kNoHandle;
  }
  Run& run = run_at(number);
  const uint32_t span = number / kFramesPerSpan;
  const SizeClass& shape = kSizeClass[size_class];
  uint16_t granule = run.free_list;
  if (granule != kNoBlock) {
    run.free_list = read_link(at(span << 12 | granule));
    // Whoever wrote into a block after its release is found here at the latest.
    CHECK(run.free_list < run.fresh || run.free_list == kNoBlock);
  } else {
    granule = run.fresh;
    run.fresh = static_cast<uint16_t>(granule + shape.granules);
  }
  if (++run.allocated == shape.blocks) unlist_run(number);
  prefetch_next(partial_[size_class]);
  used_bytes_ += shape.bytes();
  const Handle handle = span << 12 | granule;
  unpoison(at(handle), shape.bytes());
  return handle;
}

void Pool::release(Handle handle) {
  const uint32_t span = span_of(handle);
  CHECK(span < span_limit_ && infos_[span] != nullptr);
  const uint32_t frame = (handle & 4095) / kFrameGranules;
  const uint32_t number = span * kFramesPerSpan + infos_[span]->runs[frame].first_frame;
  Run& run = run_at(number);
  CHECK(run.size_class != kFrameFree && run.allocated != 0);
  const SizeClass& shape = kSizeClass[run.size_class];
  DCHECK(((handle & 4095) - run.first_frame * kFrameGranules) % shape.granules == 0);
  write_link(at(handle), run.free_list);
  poison(at(handle), shape.bytes());
  run.free_list = static_cast<uint16_t>(handle & 4095);
  used_bytes_ -= shape.bytes();
  if (run.allocated-- == shape.blocks) list_run(number);
  if (run.allocated == 0) [[unlikely]] {
    drop_run(number);
  }
}

size_t Pool::block_bytes_of(Handle handle) const {
  const uint32_t span = span_of(handle);
  CHECK(span < span_limit_ && infos_[span] != nullptr);
  const uint8_t size_class = infos_[span]->runs[(handle & 4095) / kFrameGranules].size_class;
  CHECK(size_class != kFrameFree);
  return kSizeClass[size_class].bytes();
}

const void* Pool::release_hint(Handle handle) const {
  return &infos_[span_of(handle)]->runs[(handle & 4095) / kFrameGranules];
}

size_t Pool::committed_bytes() const { return spans_held_ * kSpanBytes; }

size_t Pool::metadata_bytes() const {
  return spans_held_ * sizeof(Span) + span_capacity_ * (sizeof(*spans_) + sizeof(*infos_));
}

size_t Pool::span_used_bytes(uint32_t span) const {
  CHECK_OP(span, <, span_limit_);
  const Span* info = infos_[span];
  size_t bytes = 0;
  for (uint32_t frame = 0; info != nullptr && frame < kFramesPerSpan; frame++) {
    const Run& run = info->runs[frame];
    if (run.size_class == kFrameFree || run.first_frame != frame) continue;
    bytes += run.allocated * kSizeClass[run.size_class].bytes();
  }
  return bytes;
}

size_t Pool::list_blocks(uint32_t span, Handle* out) const {
  CHECK_OP(span, <, span_limit_);
  const Span* info = infos_[span];
  size_t count = 0;
  for (uint32_t frame = 0; info != nullptr && frame < kFramesPerSpan; frame++) {
    const Run& run = info->runs[frame];
    if (run.size_class == kFrameFree || run.first_frame != frame) continue;
    uint64_t is_free[kBlocksPerSpanMax / 64] = {};  // by granule
    for (uint16_t block = run.free_list; block != kNoBlock;
         block = read_link(at(span << 12 | block))) {
      CHECK_OP(block, <, run.fresh);
      is_free[block / 64] |= uint64_t{1} << block % 64;
    }
    const size_t before = count;
    const uint32_t step = kSizeClass[run.size_class].granules;
    for (uint32_t block = frame * kFrameGranules; block < run.fresh; block += step) {
      if ((is_free[block / 64] >> block % 64 & 1) == 0) out[count++] = span << 12 | block;
    }
    CHECK_EQ(count - before, run.allocated);
  }
  return count;
}

uint32_t Pool::take_run(uint32_t size_class) {
  const SizeClass& shape = kSizeClass[size_class];
  uint32_t span = kNone;
  for (uint32_t order = shape.order; order <= 4 && span == kNone; order++) span = roomy_[order];
  if (span == kNone) {
    span = take_span();
    if (span == kNone) return kNone;
  }
  Span& info = *infos_[span];
  const uint32_t first = choose_frame(info.free_frames, shape.order);
  unlist_span(span);
  info.free_frames = static_cast<uint16_t>(info.free_frames & ~frame_bits(first, shape.frames()));
  list_span(span);
  for (size_t i = 0; i < shape.frames(); i++) {
    info.runs[first + i].size_class = static_cast<uint8_t>(size_class);
    info.runs[first + i].first_frame = static_cast<uint8_t>(first);
  }
  Run& run = info.runs[first];
  run.free_list = kNoBlock;
  run.fresh = static_cast<uint16_t>(first * kFrameGranules);
  run.allocated = 0;
  const uint32_t number = span * kFramesPerSpan + first;
  list_run(number);
  return number;
}

void Pool::drop_run(uint32_t number) {
  unlist_run(number);
  const uint32_t span = number / kFramesPerSpan;
  const uint32_t first = number % kFramesPerSpan;
  Span& info = *infos_[span];
  const size_t frames = kSizeClass[info.runs[first].size_class].frames();
  for (size_t i = 0; i < frames; i++) info.runs[first + i].size_class = kFrameFree;
  unlist_span(span);
  info.free_frames = static_cast<uint16_t>(info.free_frames | frame_bits(first, frames));
  list_span(span);
  if (info.free_frames == kAllFrames) {
    unlist_span(span);
    drop_span(span);
  }
}

void Pool::list_run(uint32_t number) {
  Run& run = run_at(number);
  uint32_t& head = partial_[run.size_class];
  run.previous = kNone;
  run.next = head;
  if (head != kNone) run_at(head).previous = number;
  head = number;
}

void Pool::unlist_run(uint32_t number) {
  const Run& run = run_at(number);
  if (run.next != kNone) run_at(run.next).previous = run.previous;
  if (run.previous != kNone) {
    run_at(run.previous).next = run.next;
  } else {
    CHECK_EQ(partial_[run.size_class], number);
    partial_[run.size_class] = run.next;
  }
}

uint32_t Pool::take_span() {
  if (span_unused_ == kNone && span_limit_ == span_capacity_ && !grow_tables()) return kNone;
  auto* info = static_cast<Span*>(aligned_alloc(alignof(Span), sizeof(Span)));
  if (info == nullptr) return kNone;
  char* const memory = pages_.allocate(1);
  if (memory == nullptr) {
    free(info);
    return kNone;
  }
  poison(memory, kSpanBytes);
  uint32_t span = span_unused_;
  if (span == kNone) {
    span = span_limit_++;
  } else {
    span_unused_ = static_cast<uint32_t>(spans_[span]);
  }
  for (Run& run : info->runs) run.size_class = kFrameFree;
  info->free_frames = kAllFrames;
  spans_[span] = reinterpret_cast<uint64_t>(memory);
  infos_[span] = info;
  spans_held_++;
  list_span(span);
  return span;
}

// The caller has unlisted it, or is the destructor.
void Pool::drop_span(uint32_t span) {
  pages_.release(reinterpret_cast<char*>(spans_[span]), 1);
  free(infos_[span]);
  infos_[span] = nullptr;
  spans_[span] = span_unused_;
  span_unused_ = span;
  spans_held_--;
}

void Pool::list_span(uint32_t span) {
  Span& info = *infos_[span];
  info.order = longest_order(info.free_frames);
  if (info.order == kNoRoom) return;
  uint32_t& head = roomy_[info.order];
  info.previous = kNone;
  info.next = head;
  if (head != kNone) infos_[head]->previous = span;
  head = span;
}

void Pool::unlist_span(uint32_t span) {
  const Span& info = *infos_[span];
  if (info.order == kNoRoom) return;
  if (info.next != kNone) infos_[info.next]->previous = info.previous;
  if (info.previous != kNone) {
    infos_[info.previous]->next = info.next;
  } else {
    CHECK_EQ(roomy_[info.order], span);
    roomy_[info.order] = info.next;
  }
}

// Doubles: 4 MiB are copied (1 ms) when a shard grows past 32 GiB, less before.
bool Pool::grow_tables() {
  if (span_capacity_ == kSpansMax) return false;
  uint32_t capacity = span_capacity_ == 0 ? 16 : span_capacity_ * 2;
  if (capacity > kSpansMax) capacity = kSpansMax;
  auto* spans = static_cast<uint64_t*>(realloc(spans_, capacity * sizeof(*spans_)));
  if (spans == nullptr) return false;
  spans_ = spans;
  auto* infos = static_cast<Span**>(realloc(infos_, capacity * sizeof(*infos_)));
  if (infos == nullptr) return false;
  infos_ = infos;
  span_capacity_ = capacity;
  return true;
}

}  // namespace cobnut
