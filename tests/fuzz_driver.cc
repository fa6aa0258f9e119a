// Smoke driver for the X_fuzz.cc targets where libFuzzer is not used: feeds LLVMFuzzerTestOneInput
// with random bytes, and with mutations of earlier inputs, for `--seconds N` (default 1) from
// `--seed S` (default 1). Files named on the command line are run first, so that a crash found
// elsewhere can be replayed.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  double seconds = 1;
  uint64_t seed = 1;
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "--seconds") && i + 1 < argc) {
      seconds = atof(argv[++i]);
    } else if (!strcmp(argv[i], "--seed") && i + 1 < argc) {
      seed = strtoull(argv[++i], nullptr, 10);
    } else {
      std::ifstream file(argv[i], std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    }
  }
  std::mt19937_64 random(seed);
  std::vector<std::vector<uint8_t>> pool;
  constexpr size_t kPoolMax = 64, kInputMax = 512;  // bytes
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  uint64_t runs = 0;
  while (std::chrono::steady_clock::now() < end) {
    std::vector<uint8_t> input;
    if (!pool.empty() && random() % 2) input = pool[random() % pool.size()];
    const size_t edits = 1 + random() % 16;
    for (size_t e = 0; e < edits; e++) {
      const uint8_t byte = random() % 2
                               ? static_cast<uint8_t>("*$\r\n0123456789-\" '\\x"[random() % 21])
                               : static_cast<uint8_t>(random());
      const size_t at = random() % (input.size() + 1);
      if (random() % 3 && input.size() < kInputMax) {
        input.insert(input.begin() + static_cast<ptrdiff_t>(at), byte);
      } else if (at < input.size()) {
        input[at] = byte;
      }
    }
    LLVMFuzzerTestOneInput(input.data(), input.size());
    if (pool.size() < kPoolMax)
      pool.push_back(input);
    else
      pool[random() % kPoolMax] = input;
    runs++;
  }
  printf("%llu inputs, seed %llu\n", static_cast<unsigned long long>(runs),
         static_cast<unsigned long long>(seed));
  return 0;
}
