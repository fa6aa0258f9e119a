#include "types/hyperloglog/hyperloglog.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

namespace cobnut::hll {
namespace {

constexpr size_t kSparseMax = 3000;

std::vector<uint8_t> registers_of(Bytes value) {
  std::vector<uint8_t> registers(kRegisters);
  REQUIRE(merge_into(registers.data(), value));
  return registers;
}

}  // namespace

TEST_CASE("sparse and dense registers follow an array") {
  std::mt19937 random(1);
  for (int round = 0; round < 20; round++) {
    std::string value = empty();
    std::vector<uint8_t> model(kRegisters);
    const uint32_t spread = round % 2 == 0 ? 60 : kRegisters;  // neighbours, or anywhere
    bool was_sparse = true;
    for (int step = 0; step < 3000; step++) {
      const uint32_t first = round % 4 == 0 ? uint32_t{kRegisters} - 60 : 0;
      Rank rank{first + static_cast<uint32_t>(random()) % spread,
                static_cast<uint8_t>(1 + random() % (round % 5 == 0 ? 51 : 6))};
      rank.index %= kRegisters;
      CHECK(get(value, rank.index) == model[rank.index]);
      if (is_dense(value)) {
        CHECK(raise_dense(value.data(), rank) == (rank.value > model[rank.index]));
        was_sparse = false;
      } else {
        REQUIRE(raise_sparse(&value, rank, kSparseMax));
        CHECK((is_dense(value) || value.size() <= kSparseMax));
      }
      model[rank.index] = std::max(model[rank.index], rank.value);
      CHECK(has_header(value));
      if (step % 100 == 0) CHECK(registers_of(value) == model);
    }
    CHECK(registers_of(value) == model);
    std::string dense = value;
    REQUIRE(make_dense(&dense));
    CHECK(registers_of(dense) == model);
    CHECK(dense.size() == kDenseBytes);
    if (round % 5 == 0) CHECK(!was_sparse);
  }
}

TEST_CASE("estimates are within the error of the method") {
  std::string value = empty();
  uint64_t before = 0;
  for (uint64_t i = 1; i <= 1'000'000; i++) {
    const Rank rank = rank_of("element:" + std::to_string(i));
    if (is_dense(value))
      raise_dense(value.data(), rank);
    else
      REQUIRE(raise_sparse(&value, rank, kSparseMax));
    if ((i & (i - 1)) != 0) continue;
    const uint64_t count = estimate(registers_of(value).data());
    CHECK(count >= before);
    CHECK(std::abs(static_cast<double>(count) / static_cast<double>(i) - 1) < 0.03);
    before = count;
  }
  CHECK(estimate(registers_of(empty()).data()) == 0);
}

TEST_CASE("the cached estimate is void once a register has changed") {
  std::string value = empty();
  uint64_t count = 1;
  CHECK(cached(value, &count));
  CHECK(count == 0);
  invalidate(value.data());
  CHECK(!cached(value, &count));
  set_cached(value.data(), 123456789);
  CHECK(cached(value, &count));
  CHECK(count == 123456789);
}

TEST_CASE("corrupt strings are found out") {
  CHECK(!has_header(""));
  CHECK(!has_header(std::string("HYLL\2", 5) + std::string(11, '\0')));
  CHECK(!has_header(std::string("HYLL\0", 5) + std::string(11, '\0')));
  CHECK(!has_header("HYLX\1" + std::string(13, '\0')));
  std::mt19937 random(5);
  int corrupt = 0;
  for (int round = 0; round < 20'000; round++) {
    std::string value = empty();
    for (uint32_t i = random() % 20; i > 0; i--)
      REQUIRE(raise_sparse(&value, rank_of(std::to_string(random())), kSparseMax));
    value[kHeaderBytes + random() % (value.size() - kHeaderBytes)] = static_cast<char>(random());
    if (random() % 2) value.resize(kHeaderBytes + random() % (value.size() - kHeaderBytes));
    std::vector<uint8_t> registers(kRegisters);
    const bool sound = merge_into(registers.data(), value);
    corrupt += !sound;
    std::string dense = value;
    CHECK(make_dense(&dense) == sound);
    const Rank rank = rank_of(std::to_string(random()));
    const int before = get(value, rank.index);
    std::string raised = value;
    const bool done = raise_sparse(&raised, rank, kSparseMax);
    CHECK((!sound || (before >= 0 && done)));
    if (done && before >= 0) CHECK(get(raised, rank.index) == std::max<int>(before, rank.value));
  }
  CHECK(corrupt > 1000);
}

}  // namespace cobnut::hll
