#include "base/random.h"

#include <random>

namespace cobnut {

uint64_t secure_random() {
  std::random_device device;
  return (static_cast<uint64_t>(device()) << 32) | device();
}

std::string random_hex(size_t digits) {
  std::string text;
  uint64_t bits = 0;
  for (size_t i = 0; i < digits; i++, bits >>= 4) {
    if (i % 16 == 0) bits = secure_random();
    text += "0123456789abcdef"[bits & 15];
  }
  return text;
}

uint64_t fast_random() {
  static thread_local uint64_t state = secure_random();
  uint64_t z = state += 0x9E3779B97F4A7C15u;  // Vigna, splitmix64
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

}  // namespace cobnut
