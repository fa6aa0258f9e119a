#include "memory/pages.h"

#include <sys/mman.h>

#include <bit>
#include <cstdlib>
#include <new>

#include "base/check.h"
#include "base/clock.h"
#include "base/poison.h"

namespace cobnut {

static_assert(kSpansPerPage == 64, "a page's free spans are the bits of one word");

struct PagePool::Page {
  char* memory;
  uint64_t free;                      // bit i: span i is free
  uint8_t filed_free, filed_stretch;  // the list it is in
  Page *previous, *next;              // in that list
  Page* next_in_bucket;
  Page* next_candidate = nullptr;
  uint64_t full_at = 0;    // the tick in which it became a candidate
  bool candidate = false;  // it is in that list
  bool huge = false;       // it lies on huge pages, as far as the kernel had some

  size_t free_count() const { return static_cast<size_t>(std::popcount(free)); }
  bool is_free() const { return free == UINT64_MAX; }
};

namespace {

constexpr int64_t kTickUs = 100'000;  // of tend()
constexpr uint64_t kTicksBeforeMove = 100;
constexpr int64_t kMovesShare = 100;  // moves take 1/100 of a core's time at most

// Bits from which `length` adjacent bits are set.
uint64_t stretches_of(uint64_t bits, size_t length) {
  for (size_t i = 1; i < length; i++) bits &= bits >> 1;
  return bits;
}

size_t longest_stretch(uint64_t bits) {
  size_t length = 0;
  while (bits != 0 && length < kAdjacentSpansMax) {
    bits &= bits >> 1;
    length++;
  }
  return length;
}

uint64_t span_bits(size_t first, size_t count) { return ((uint64_t{1} << count) - 1) << first; }

size_t bucket_of(const char* memory, size_t buckets) {
  return reinterpret_cast<uintptr_t>(memory) / kPageBytes % buckets;
}

// A page aligned to its size: the surplus of a mapping of twice the size is cut off. nullptr: no
// memory.
char* map_page() {
  void* mapped =
      mmap(nullptr, 2 * kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  char* const begin = static_cast<char*>(mapped);
  const size_t before = -reinterpret_cast<uintptr_t>(begin) % kPageBytes;
  char* const page = begin + before;
  if (before != 0) munmap(begin, before);
  munmap(page + kPageBytes, kPageBytes - before);
  madvise(page, kPageBytes, MADV_NOHUGEPAGE);  // advice: a kernel without huge pages refuses it
  poison(page, kPageBytes);
  return page;
}

// A kernel before 6.1 does not know MADV_COLLAPSE; its own thread then does the work in time.
void move_to_huge_pages(char* page) {
  constexpr int kMadvCollapse = 25;  // <linux/mman.h> of 6.1; not yet in Debian 12's <sys/mman.h>
  madvise(page, kPageBytes, MADV_HUGEPAGE);
  madvise(page, kPageBytes, kMadvCollapse);
}

bool unmap_page(char* page) {
  unpoison(page, kPageBytes);
  return munmap(page, kPageBytes) == 0;
}

}  // namespace

PagePool::PagePool() : buckets_(static_cast<Page**>(calloc(kBuckets, sizeof(Page*)))) {
  CHECK(buckets_ != nullptr);  // at the start of the process
}

PagePool::~PagePool() {
  for (size_t i = 0; i < kBuckets; i++) {
    while (Page* page = buckets_[i]) {
      buckets_[i] = page->next_in_bucket;
      unmap_page(page->memory);
      delete page;
    }
  }
  free(buckets_);
}

char* PagePool::allocate(size_t spans) {
  CHECK(spans >= 1 && spans <= kAdjacentSpansMax);
  std::unique_lock lock(mutex_);
  char* memory = allocate_from_pages(spans);
  while (memory == nullptr) {
    lock.unlock();
    char* const mapped = map_page();
    if (mapped == nullptr) return nullptr;
    auto* page = new (std::nothrow) Page{mapped, UINT64_MAX, 0, 0, nullptr, nullptr, nullptr};
    if (page == nullptr) {
      unmap_page(mapped);
      return nullptr;
    }
    lock.lock();
    add_page(page);
    memory = allocate_from_pages(spans);  // others may have been faster
  }
  unpoison(memory, spans * kSpanBytes);
  return memory;
}

char* PagePool::allocate_from_pages(size_t spans) {
  for (size_t free = spans; free <= kSpansPerPage; free++) {
    const uint32_t usable = fills_[free].stretches >> spans << spans;
    if (usable == 0) continue;
    Page* page = fills_[free].lists[std::countr_zero(usable)];
    const uint64_t starts = stretches_of(page->free, spans);
    CHECK(starts != 0);
    const auto first = static_cast<size_t>(std::countr_zero(starts));
    unlist(page);
    page->free &= ~span_bits(first, spans);
    list(page);
    spans_free_ -= spans;
    if (page->free == 0 && !page->huge && !page->candidate) {
      page->candidate = true;
      page->full_at = ticks_;
      page->next_candidate = candidates_;
      candidates_ = page;
    }
    return page->memory + first * kSpanBytes;
  }
  return nullptr;
}

void PagePool::release(char* memory, size_t spans) {
  CHECK(spans >= 1 && spans <= kAdjacentSpansMax);
  CHECK_EQ(reinterpret_cast<uintptr_t>(memory) % kSpanBytes, 0u);
  poison(memory, spans * kSpanBytes);
  std::lock_guard lock(mutex_);
  Page* page = find_page(memory);
  CHECK(page != nullptr);
  const size_t first = static_cast<size_t>(memory - page->memory) / kSpanBytes;
  CHECK_OP(first + spans, <=, kSpansPerPage);
  CHECK_EQ(page->free & span_bits(first, spans), 0u);  // else released twice
  unlist(page);
  page->free |= span_bits(first, spans);
  list(page);
  spans_free_ += spans;
}

size_t PagePool::mapped_bytes() const {
  std::lock_guard lock(mutex_);
  return pages_ * kPageBytes;
}

size_t PagePool::free_bytes() const {
  std::lock_guard lock(mutex_);
  return spans_free_ * kSpanBytes;
}

void PagePool::trim() {
  for (;;) {
    Page* page;
    {
      std::lock_guard lock(mutex_);
      page = fills_[kSpansPerPage].lists[kAdjacentSpansMax];
      if (page == nullptr || page->next == nullptr) return;
      remove_page(page);
    }
    if (unmap_page(page->memory)) {
      delete page;
      continue;
    }
    poison(page->memory,
           kPageBytes);  // unmapping in the middle can fail for want of memory maps: keep it
    std::lock_guard lock(mutex_);
    add_page(page);
    return;
  }
}

void PagePool::tend() {
  std::unique_lock lock(mutex_);
  ticks_++;
  if (rest_ticks_ > 0) {
    rest_ticks_--;
    return;
  }
  for (Page *page = candidates_, *next = nullptr; page != nullptr; page = next) {
    next = page->next_candidate;
    if (page->free == 0 && ticks_ - page->full_at < kTicksBeforeMove) continue;
    drop_candidate(page);
    if (page->free != 0) continue;  // it will be one again
    page->huge = true;
    char* const memory = page->memory;
    lock.unlock();
    const int64_t begin_us = monotonic_clock_us();
    move_to_huge_pages(memory);  // were it unmapped meanwhile: advice about nothing
    rest_ticks_ = (monotonic_clock_us() - begin_us) * kMovesShare / kTickUs;
    return;
  }
}

void PagePool::drop_candidate(Page* page) {
  Page** link = &candidates_;
  while (*link != page) link = &(*link)->next_candidate;
  *link = page->next_candidate;
  page->candidate = false;
}

PagePool::Page* PagePool::find_page(const char* memory) const {
  const auto base = reinterpret_cast<uintptr_t>(memory) & ~(kPageBytes - 1);
  Page* page = buckets_[bucket_of(memory, kBuckets)];
  while (page != nullptr && reinterpret_cast<uintptr_t>(page->memory) != base) {
    page = page->next_in_bucket;
  }
  return page;
}

void PagePool::add_page(Page* page) {
  CHECK(page->is_free());
  Page*& bucket = buckets_[bucket_of(page->memory, kBuckets)];
  page->next_in_bucket = bucket;
  bucket = page;
  list(page);
  pages_++;
  spans_free_ += kSpansPerPage;
}

void PagePool::remove_page(Page* page) {
  CHECK(page->is_free());
  Page** link = &buckets_[bucket_of(page->memory, kBuckets)];
  while (*link != page) link = &(*link)->next_in_bucket;
  *link = page->next_in_bucket;
  unlist(page);
  if (page->candidate) drop_candidate(page);
  pages_--;
  spans_free_ -= kSpansPerPage;
}

void PagePool::list(Page* page) {
  page->filed_free = static_cast<uint8_t>(page->free_count());
  page->filed_stretch = static_cast<uint8_t>(longest_stretch(page->free));
  Fill& fill = fills_[page->filed_free];
  Page*& head = fill.lists[page->filed_stretch];
  page->previous = nullptr;
  page->next = head;
  if (head != nullptr) head->previous = page;
  head = page;
  fill.stretches |= uint32_t{1} << page->filed_stretch;
}

void PagePool::unlist(Page* page) {
  Fill& fill = fills_[page->filed_free];
  Page*& head = fill.lists[page->filed_stretch];
  if (page->next != nullptr) page->next->previous = page->previous;
  if (page->previous != nullptr) {
    page->previous->next = page->next;
  } else {
    CHECK(head == page);
    head = page->next;
  }
  if (head == nullptr) fill.stretches &= ~(uint32_t{1} << page->filed_stretch);
}

}  // namespace cobnut
