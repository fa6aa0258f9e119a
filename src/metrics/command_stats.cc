#include "metrics/command_stats.h"

#include <cmath>
#include <cstring>
#include <span>

namespace cobnut {

void DurationHistogram::clear() {
  for (Counter& count : counts_) count.clear();
}

void DurationCounts::add(const DurationHistogram& histogram) {
  for (size_t i = 0; i < counts_.size(); i++) {
    const uint64_t count = histogram.counts_[i].get();
    counts_[i] += count;
    total_ += count;
  }
}

double DurationCounts::percentile(double percent) const {
  if (total_ == 0) return 0;
  const double wanted = percent / 100 * static_cast<double>(total_);
  const auto rank = std::clamp<uint64_t>(static_cast<uint64_t>(std::ceil(wanted)), 1, total_);
  uint64_t seen = 0;
  for (size_t i = 0; i < counts_.size(); i++) {
    seen += counts_[i];
    if (seen >= rank) return static_cast<double>(DurationHistogram::bucket_end(i));
  }
  return static_cast<double>(DurationHistogram::kMostNs);
}

std::vector<std::pair<uint64_t, uint64_t>> DurationCounts::cumulative_usec() const {
  constexpr uint64_t kFirstNs = 1024;
  constexpr unsigned kDigitBits = 7;  // of Redis's histogram: a limit is the end of its step
  std::vector<std::pair<uint64_t, uint64_t>> steps;
  uint64_t seen = 0, told = 0;
  size_t next = 0;
  for (uint64_t limit = kFirstNs; next < counts_.size(); limit *= 2) {
    for (; next < counts_.size() && DurationHistogram::bucket_end(next) < limit; next++)
      seen += counts_[next];
    if (seen == told) continue;
    steps.emplace_back((limit + (limit >> kDigitBits) - 1) / 1000, seen);
    told = seen;
  }
  return steps;
}

void ErrorStats::add(Bytes code) {
  code = code.substr(0, kCodeMax);
  const size_t used = used_.load(std::memory_order_relaxed);
  for (size_t i = 0; i < used; i++) {
    if (Bytes(kinds_[i].code, kinds_[i].size) == code) return kinds_[i].count.add();
  }
  if (used == kKindsMax) return;
  memcpy(kinds_[used].code, code.data(), code.size());
  kinds_[used].size = code.size();
  kinds_[used].count.add();
  used_.store(used + 1, std::memory_order_release);
}

void ErrorStats::clear() {
  const size_t used = used_.load(std::memory_order_acquire);
  for (size_t i = 0; i < used; i++) kinds_[i].count.clear();
}

uint64_t LoopStats::calls(size_t commands) const {
  uint64_t calls = 0;
  for (size_t i = 0; i < commands; i++) calls += commands_[i].calls.get();
  return calls;
}

void LoopStats::clear() {
  for (CommandStats& stats : std::span(commands_.get(), kCommandsMax)) {
    for (Counter* counter : {&stats.calls, &stats.nanoseconds, &stats.rejected, &stats.failed})
      counter->clear();
    DurationHistogram* histogram = stats.histogram.load(std::memory_order_acquire);
    if (histogram != nullptr) histogram->clear();
  }
  errors.clear();
}

DurationHistogram& LoopStats::new_histogram(CommandStats& stats) {
  auto* histogram = new DurationHistogram;
  stats.histogram.store(histogram, std::memory_order_release);
  return *histogram;
}

}  // namespace cobnut
