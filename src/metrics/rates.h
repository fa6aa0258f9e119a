// Events a second, over the last 1.6 seconds: INFO's instantaneous_ figures. Fed by one loop's
// timer with the totals that the counters show; read by any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace cobnut {

class Rate {
 public:
  static constexpr size_t kSamples = 16;

  // The feeding thread: the total as of now. Totals that shrink (CONFIG RESETSTAT) count as no
  // events.
  void sample(int64_t now_ms, uint64_t total);
  double per_second() const { return per_second_.load(std::memory_order_relaxed); }  // any thread

 private:
  std::array<double, kSamples> samples_{};
  size_t next_ = 0;
  int64_t last_ms_ = 0;  // 0: never
  uint64_t last_total_ = 0;
  std::atomic<double> per_second_{0};
};

// What is sampled about ten times a second.
struct Samples {
  static constexpr int64_t kPeriodMs = 100;

  int64_t last_ms = 0;  // monotonic; the feeding loop
  Rate commands, input_bytes, output_bytes;
  std::atomic<uint64_t> memory_peak{0};  // bytes

  // Any thread.
  void note_memory(uint64_t used) {
    uint64_t peak = memory_peak.load(std::memory_order_relaxed);
    while (used > peak && !memory_peak.compare_exchange_weak(peak, used)) {
    }
  }
};

}  // namespace cobnut
