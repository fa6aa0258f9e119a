#include "types/bitmap/bits.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace cobnut {
namespace {

using Bits = std::vector<bool>;

Bits bits_of(Bytes bytes) {
  Bits bits;
  for (const char byte : bytes)
    for (int i = 7; i >= 0; i--) bits.push_back((static_cast<unsigned char>(byte) >> i & 1) != 0);
  return bits;
}

std::string random_bytes(std::mt19937& random, size_t size) {
  std::string bytes;
  // Runs of equal bytes, so that searches go over words.
  while (bytes.size() < size) {
    const uint32_t kind = random() % 4;
    const char byte = kind == 0 ? '\0' : kind == 1 ? '\xff' : static_cast<char>(random());
    bytes.append(kind < 2 ? random() % 40 : 1, byte);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_CASE("bits are counted and found as one by one") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; round++) {
    const std::string bytes = random_bytes(random, 1 + random() % 100);
    const Bits bits = bits_of(bytes);
    const uint64_t a = random() % bits.size(), b = random() % bits.size();
    const uint64_t first = std::min(a, b), last = std::max(a, b);
    uint64_t all = 0, within = 0;
    int64_t found[2] = {-1, -1};
    for (uint64_t i = 0; i < bits.size(); i++) {
      all += bits[i];
      if (i < first || i > last) continue;
      within += bits[i];
      if (found[bits[i]] < 0) found[bits[i]] = static_cast<int64_t>(i);
      CHECK(bit_at(bytes, i) == bits[i]);
    }
    CHECK(count_set_bits(bytes) == all);
    CHECK(count_set_bits(bytes, first, last) == within);
    CHECK(find_bit(bytes, true, first, last) == found[1]);
    CHECK(find_bit(bytes, false, first, last) == found[0]);
    CHECK(!bit_at(bytes, bits.size() + random() % 100));
  }
}

TEST_CASE("fields of any width are written and read at any bit") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 20'000; round++) {
    std::string bytes(20, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    Bits bits = bits_of(bytes);
    const auto count = static_cast<unsigned>(1 + random() % 64);
    const uint64_t first = random() % (bits.size() - count + 1);
    const uint64_t value = random();
    write_bits(bytes.data(), first, count, value);
    for (unsigned i = 0; i < count; i++) bits[first + i] = (value >> (count - 1 - i) & 1) != 0;
    CHECK(bits_of(bytes) == bits);
    CHECK(read_bits(bytes, first, count) == (count == 64 ? value : value & ((1ull << count) - 1)));
    // Zeros behind the end.
    const uint64_t cut = read_bits(Bytes(bytes).substr(0, first / 8 + 1), first, count);
    uint64_t expected = 0;
    for (unsigned i = 0; i < count; i++)
      expected = expected << 1 | (first + i < (first / 8 + 1) * 8 && bits[first + i]);
    CHECK(cut == expected);
  }
}

TEST_CASE("sources of any number and length are combined bit by bit") {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; round++) {
    std::vector<std::string> texts(1 + random() % 5);
    size_t bytes = 0;
    for (std::string& text : texts) {
      text = random_bytes(random, random() % 50);
      bytes = std::max(bytes, text.size());
    }
    const std::vector<Bytes> sources(texts.begin(), texts.end());
    for (const BitOperation operation :
         {BitOperation::kAnd, BitOperation::kOr, BitOperation::kXor, BitOperation::kNot,
          BitOperation::kDiff, BitOperation::kDiff1, BitOperation::kAndOr, BitOperation::kOne}) {
      if (operation == BitOperation::kNot && sources.size() != 1) continue;
      std::string out(bytes, 'x');
      combine_bits(operation, sources, out.data(), bytes);
      for (size_t i = 0; i < bytes * 8; i++) {
        const bool first = bit_at(sources[0], i);
        size_t set = 0;
        for (Bytes source : sources) set += bit_at(source, i);
        const bool others = set > first;
        bool expected = false;
        switch (operation) {
          case BitOperation::kAnd:
            expected = set == sources.size();
            break;
          case BitOperation::kOr:
            expected = set > 0;
            break;
          case BitOperation::kXor:
            expected = set % 2 == 1;
            break;
          case BitOperation::kNot:
            expected = !first;
            break;
          case BitOperation::kDiff:
            expected = first && !others;
            break;
          case BitOperation::kDiff1:
            expected = !first && others;
            break;
          case BitOperation::kAndOr:
            expected = first && others;
            break;
          case BitOperation::kOne:
            expected = set == 1;
            break;
        }
        REQUIRE(bit_at(out, i) == expected);
      }
    }
  }
}

}  // namespace cobnut
