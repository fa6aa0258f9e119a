// Randomness. secure: from the operating system, for names and seeds; fast: for choices where
// nobody gains by guessing (samples, RANDOMKEY). Any thread.
#pragma once

#include <cstdint>
#include <string>

namespace cobnut {

uint64_t secure_random();
std::string random_hex(size_t digits);  // of secure_random()
uint64_t fast_random();  // one generator a thread (splitmix64), seeded by secure_random()

}  // namespace cobnut
