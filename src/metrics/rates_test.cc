#include "metrics/rates.h"

#include <doctest/doctest.h>

namespace cobnut {

TEST_CASE("a rate is the mean of the latest samples") {
  Rate rate;
  CHECK(rate.per_second() == 0);
  rate.sample(1000, 500);  // the first total says nothing
  CHECK(rate.per_second() == 0);
  uint64_t total = 500;
  int64_t now_ms = 1000;
  for (size_t i = 0; i < Rate::kSamples; i++) rate.sample(now_ms += 100, total += 50);
  CHECK(rate.per_second() == doctest::Approx(500));
  for (size_t i = 0; i < Rate::kSamples / 2; i++) rate.sample(now_ms += 100, total);
  CHECK(rate.per_second() == doctest::Approx(250));
  rate.sample(now_ms, total + 1000);  // no time has passed: nothing to divide by
  CHECK(rate.per_second() == doctest::Approx(250));
  for (size_t i = 0; i < Rate::kSamples; i++) rate.sample(now_ms += 100, 0);  // reset
  CHECK(rate.per_second() == 0);
}

}  // namespace cobnut
