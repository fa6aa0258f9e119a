// What is counted of each command on each loop: how often it ran, how long it took, how often it
// was refused or failed. Only the loop's thread writes, with plain relaxed stores; INFO and LATENCY
// HISTOGRAM add all loops up. Commands are named by the number that the command table gives to each
// row.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "metrics/counters.h"

namespace cobnut {

constexpr size_t kCommandsMax = 1024;  // rows of the command table, subcommands included

// Counts durations in nanoseconds by 16 steps a power of two, so that what is read off is at most
// 6 % above the truth (Redis's keep two digits). 4 KiB, of which a command touches few lines.
class DurationHistogram {
 public:
  static constexpr int kStepBits = 4;
  static constexpr uint64_t kOffsetNs = 1 << kStepBits;
  static constexpr uint64_t kMostNs = (uint64_t{1} << 36) - 1 - kOffsetNs;  // 69 s
  static constexpr size_t kBuckets = 32 << kStepBits;

  // Of a duration up to kMostNs. By its sum with kOffsetNs, which is a number of more than
  // kStepBits bits: the same as for other lengths is right for the shortest.
  static constexpr size_t bucket_of(uint64_t ns) {
    ns += kOffsetNs;
    const auto shift = static_cast<unsigned>(std::bit_width(ns)) - 1 - kStepBits;
    return (size_t{shift} << kStepBits) + (ns >> shift) - kOffsetNs;
  }
  // The longest duration of a bucket.
  static constexpr uint64_t bucket_end(size_t bucket) {
    const size_t shift = bucket >> kStepBits;
    return ((kOffsetNs + (bucket & (kOffsetNs - 1)) + 1) << shift) - 1 - kOffsetNs;
  }

  // REQUIRES: ns <= kMostNs.
  [[gnu::always_inline]] void add(uint64_t ns) { counts_[bucket_of(ns)].add(); }
  void clear();

 private:
  friend class DurationCounts;
  std::array<Counter, kBuckets> counts_;
};
static_assert(DurationHistogram::bucket_of(DurationHistogram::kMostNs) ==
              DurationHistogram::kBuckets - 1);

// The sum of some histograms, to read from.
class DurationCounts {
 public:
  void add(const DurationHistogram& histogram);
  uint64_t total() const { return total_; }
  // The shortest duration in nanoseconds that this share of all was not longer than; 0: no counts.
  double percentile(double percent) const;
  // LATENCY HISTOGRAM: pairs of a limit in microseconds and how many took no longer. The limits are
  // Redis's: 1.024 us times the powers of two, where the count changes.
  std::vector<std::pair<uint64_t, uint64_t>> cumulative_usec() const;

 private:
  std::array<uint64_t, DurationHistogram::kBuckets> counts_{};
  uint64_t total_ = 0;
};

struct alignas(64) CommandStats {  // a line each: fewer instructions to get there
  Counter calls;
  Counter nanoseconds;  // of all calls
  Counter rejected;     // not run: arity, AUTH, memory ...
  Counter failed;       // run, and answered by an error
  // Made with the first call that is tracked.
  std::atomic<DurationHistogram*> histogram{nullptr};

  ~CommandStats() { delete histogram.load(std::memory_order_relaxed); }
};

// Error replies by their code ("ERR", "WRONGTYPE"). Codes beyond kKindsMax are not told apart: they
// count in INFO's total_error_replies only.
class ErrorStats {
 public:
  static constexpr size_t kKindsMax = 128;
  static constexpr size_t kCodeMax = 32;  // bytes

  void add(Bytes code);
  void clear();
  template <typename F>
  void each(F f) const {  // f(code, count); any thread
    const size_t used = used_.load(std::memory_order_acquire);
    for (size_t i = 0; i < used; i++) {
      const Kind& kind = kinds_[i];
      if (kind.count.get() > 0) f(Bytes(kind.code, kind.size), kind.count.get());
    }
  }

 private:
  struct Kind {
    char code[kCodeMax];  // fixed once it is published by used_
    size_t size;
    Counter count;
  };
  std::array<Kind, kKindsMax> kinds_;
  std::atomic<size_t> used_{0};
};

// All of one loop.
class LoopStats {
 public:
  LoopStats() : commands_(std::make_unique<CommandStats[]>(kCommandsMax)) {}

  // -- the loop's thread
  // REQUIRES: ns <= DurationHistogram::kMostNs.
  [[gnu::always_inline]] void ran(size_t command, uint64_t ns, bool track) {
    CommandStats& stats = commands_[command];
    stats.calls.add();
    stats.nanoseconds.add(ns);
    if (track) histogram(stats).add(ns);
  }
  CommandStats& command(size_t number) { return commands_[number]; }
  ErrorStats errors;

  // -- any thread
  const CommandStats& command(size_t number) const { return commands_[number]; }
  uint64_t calls(size_t commands) const;  // of the first so many commands together
  void clear();                           // CONFIG RESETSTAT: may lose counts that race it

 private:
  DurationHistogram& histogram(CommandStats& stats) {
    DurationHistogram* histogram = stats.histogram.load(std::memory_order_relaxed);
    return histogram != nullptr ? *histogram : new_histogram(stats);
  }
  [[gnu::cold, gnu::noinline]] static DurationHistogram& new_histogram(CommandStats& stats);

  std::unique_ptr<CommandStats[]> commands_;
};

}  // namespace cobnut
