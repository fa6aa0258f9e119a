// Process-wide pool of 4 MiB pages (page-size), handed out as 64 KiB spans (or runs of adjacent
// spans) to the shards. Fullest page first, so that empty pages appear and go back to the operating
// system. Any thread, under one leaf mutex; no monitor is ever entered while it is held (I17), and
// no memory is mapped under it. Cost: about 50 ns a call; nothing in a page is touched, so memory
// becomes resident as its owner writes it. A page is kept off transparent huge pages while it
// fills: a span would else become resident as part of 2 MiB. Once full it is moved onto them, see
// tend().
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace cobnut {

constexpr size_t kSpanBytes = 64 * 1024;
constexpr size_t kPageBytes = 4 * 1024 * 1024;
constexpr size_t kSpansPerPage = kPageBytes / kSpanBytes;
constexpr size_t kAdjacentSpansMax = 16;

class PagePool {
 public:
  PagePool();
  ~PagePool();  // unmaps every page; whatever was allocated is gone
  PagePool(const PagePool&) = delete;
  PagePool& operator=(const PagePool&) = delete;

  // `spans` adjacent spans (1..16), aligned to kSpanBytes, zeroed or not (unspecified). nullptr: no
  // memory.
  char* allocate(size_t spans);
  void release(char* memory, size_t spans);  // all of an allocation or a part of it
  size_t mapped_bytes() const;               // taken from the operating system
  size_t free_bytes() const;                 // mapped, in no shard's hands
  // Gives whole free pages back to the operating system (all but one, against thrashing). Outside
  // of any monitor.
  void trim();
  // Moves a page that has been full for ten seconds onto huge pages: random lookups miss the TLB
  // less (GET and SET at P=16 take 3 to 12 % less CPU). To be called every 100 ms, by one thread,
  // outside of any monitor: moving a page takes the kernel 1.5 to 9 ms, in which a write to it
  // waits. That is what 100,000 lookups gain by it, so it is for pages that stay, one at a time,
  // and takes 1 % of a core at most.
  void tend();

 private:
  struct Page;

  // All below are called with mutex_ held.
  char* allocate_from_pages(size_t spans);
  Page* find_page(const char* memory) const;
  void add_page(Page* page);
  void remove_page(Page* page);
  void list(Page* page);
  void unlist(Page* page);
  void drop_candidate(Page* page);

  // Pages lie in lists by their number of free spans, and in these by their longest stretch of
  // adjacent free spans (more than 16 count as 16): the fullest page that has room is found without
  // a search over pages.
  struct Fill {
    uint32_t stretches;  // bit n: list n is not empty
    Page* lists[kAdjacentSpansMax + 1];
  };
  // By address, chained. 16384 chains of one page each hold 64 GiB; 1 TiB makes chains of 16,
  // walked once a span release.
  static constexpr size_t kBuckets = 16384;

  mutable std::mutex mutex_;
  Page** buckets_;
  Fill fills_[kSpansPerPage + 1] = {};
  Page* candidates_ = nullptr;  // for huge pages: those that became full since
  uint64_t ticks_ = 0;          // calls of tend()
  int64_t rest_ticks_ = 0;      // in which no page is moved; owner: the thread of tend()
  size_t pages_ = 0;
  size_t spans_free_ = 0;
};

}  // namespace cobnut
