#include "metrics/command_stats.h"

#include <doctest/doctest.h>

#include <string>

namespace cobnut {

TEST_CASE("a bucket holds durations within 1/16 of each other, and buckets leave no gap") {
  size_t last = DurationHistogram::bucket_of(0);
  CHECK(last == 0);
  uint64_t end = DurationHistogram::bucket_end(0);
  for (uint64_t ns = 1; ns < DurationHistogram::kMostNs; ns += 1 + ns / 64) {
    const size_t bucket = DurationHistogram::bucket_of(ns);
    REQUIRE(bucket < DurationHistogram::kBuckets);
    REQUIRE(bucket >= last);
    REQUIRE(bucket <= last + 1);
    if (bucket > last) REQUIRE(end < ns);
    end = DurationHistogram::bucket_end(bucket);
    REQUIRE(end >= ns);
    REQUIRE(end - ns <= std::max<uint64_t>(ns / 16, 16));
    last = bucket;
  }
  CHECK(DurationHistogram::bucket_of(DurationHistogram::kMostNs) < DurationHistogram::kBuckets);
}

TEST_CASE("percentiles of durations") {
  DurationHistogram histogram;
  for (int i = 0; i < 98; i++) histogram.add(1000);
  histogram.add(50'000);
  histogram.add(3'000'000);
  DurationCounts counts;
  CHECK(counts.percentile(50) == 0);
  counts.add(histogram);
  counts.add(histogram);  // of a second loop
  CHECK(counts.total() == 200);
  for (const double percent : {0.0, 1.0, 50.0, 98.0}) {
    CHECK(counts.percentile(percent) >= 1000);
    CHECK(counts.percentile(percent) < 1070);
  }
  CHECK(counts.percentile(99) >= 50'000);
  CHECK(counts.percentile(99) < 53'200);
  CHECK(counts.percentile(100) >= 3'000'000);
  CHECK(counts.percentile(100) < 3'200'000);
  histogram.clear();
  DurationCounts none;
  none.add(histogram);
  CHECK(none.total() == 0);
  CHECK(none.percentile(99) == 0);
}

TEST_CASE("the cumulative distribution has Redis's limits, where the count changes") {
  DurationHistogram histogram;
  histogram.add(100);
  histogram.add(900);
  histogram.add(5'000);
  histogram.add(30'000);
  histogram.add(30'000);
  histogram.add(100'000'000);
  DurationCounts counts;
  counts.add(histogram);
  const std::vector<std::pair<uint64_t, uint64_t>> steps = {{1, 2}, {8, 3}, {33, 5}, {135266, 6}};
  CHECK(counts.cumulative_usec() == steps);
  CHECK(DurationCounts{}.cumulative_usec().empty());
}

TEST_CASE("the longest durations are in the cumulative distribution too") {
  DurationHistogram histogram;
  histogram.add(DurationHistogram::kMostNs);
  DurationCounts counts;
  counts.add(histogram);
  REQUIRE(counts.cumulative_usec().size() == 1);
  CHECK(counts.cumulative_usec()[0].second == 1);
}

TEST_CASE("errors count by their code, up to a number of codes") {
  ErrorStats errors;
  const auto shown = [&] {
    std::string text;
    errors.each([&](Bytes code, uint64_t count) {
      text += std::string(code) + "=" + std::to_string(count) + " ";
    });
    return text;
  };
  CHECK(shown().empty());
  errors.add("ERR");
  errors.add("WRONGTYPE");
  errors.add("ERR");
  CHECK(shown() == "ERR=2 WRONGTYPE=1 ");
  errors.clear();
  CHECK(shown().empty());
  errors.add("WRONGTYPE");
  CHECK(shown() == "WRONGTYPE=1 ");
  for (size_t i = 0; i < 2 * ErrorStats::kKindsMax; i++) errors.add("CODE" + std::to_string(i));
  size_t kinds = 0;
  errors.each([&](Bytes, uint64_t) { kinds++; });
  CHECK(kinds == ErrorStats::kKindsMax - 1);  // all but ERR, which was cleared
}

TEST_CASE("a loop's statistics: calls, time, histograms only when tracked") {
  LoopStats stats;
  stats.ran(3, 1500, false);
  CHECK(stats.command(3).calls.get() == 1);
  CHECK(stats.command(3).histogram.load() == nullptr);
  stats.ran(3, 500, true);
  CHECK(stats.command(3).calls.get() == 2);
  CHECK(stats.command(3).nanoseconds.get() == 2000);
  stats.ran(2, 100, true);
  CHECK(stats.calls(3) == 1);
  CHECK(stats.calls(4) == 3);
  DurationCounts counts;
  counts.add(*stats.command(3).histogram.load());
  CHECK(counts.total() == 1);
  stats.clear();
  CHECK(stats.command(3).calls.get() == 0);
  DurationCounts cleared;
  cleared.add(*stats.command(3).histogram.load());
  CHECK(cleared.total() == 0);
}

}  // namespace cobnut
