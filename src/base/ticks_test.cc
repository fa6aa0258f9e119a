#include "base/ticks.h"

#include <doctest/doctest.h>

#include "base/clock.h"

namespace cobnut {

TEST_CASE("ticks tell nanoseconds") {
  const uint64_t scale = tick_scale();
  CHECK(scale == tick_scale());
  const int64_t clock_before = monotonic_clock_us();
  const uint64_t before = ticks();
  while (monotonic_clock_us() - clock_before < 2000) {
  }
  const uint64_t passed = ticks_to_ns(ticks() - before, scale);
  const int64_t clock_passed = monotonic_clock_us() - clock_before;
  // No more than an order of magnitude: the machine may put this thread aside anywhere.
  CHECK(passed > 1'000'000);
  CHECK(passed < static_cast<uint64_t>(clock_passed) * 2000);
  CHECK(ticks_to_ns(0, scale) == 0);
}

}  // namespace cobnut
