// Time. Commands never read a clock: they get the time of their batch (Keys::now_ms), so that it
// stands still while they run and tests can drive it.
#pragma once

#include <cstdint>

namespace cobnut {

int64_t wall_clock_ms();  // Unix time
int64_t wall_clock_us();  // Unix time
int64_t monotonic_clock_ms();
int64_t monotonic_clock_us();

}  // namespace cobnut
