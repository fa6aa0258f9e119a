#include "metrics/rates.h"

#include <numeric>

namespace cobnut {

void Rate::sample(int64_t now_ms, uint64_t total) {
  if (last_ms_ != 0 && now_ms > last_ms_) {
    const uint64_t events = total > last_total_ ? total - last_total_ : 0;
    samples_[next_] = static_cast<double>(events) * 1000 / static_cast<double>(now_ms - last_ms_);
    next_ = (next_ + 1) % kSamples;
    const double sum = std::accumulate(samples_.begin(), samples_.end(), 0.0);
    per_second_.store(sum / kSamples, std::memory_order_relaxed);
  }
  last_ms_ = now_ms;
  last_total_ = total;
}

}  // namespace cobnut
