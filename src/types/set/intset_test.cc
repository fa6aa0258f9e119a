// Random integers against a std::set; what valid() lets pass.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "types/set/intset.h"

#include <random>
#include <set>
#include <string>

#include "types/listpack/test_storage.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut {
namespace {

using listpack::StringStorage;

std::set<int64_t> integers(intset::View view) {
  std::set<int64_t> all;
  for (uint32_t i = 0; i < view.count(); i++) all.insert(view.at(i));
  return all;
}

int64_t some_integer(std::mt19937_64& random, unsigned bits_max) {
  const unsigned bits = 1 + static_cast<unsigned>(random() % bits_max);
  return static_cast<int64_t>(random()) >> (64 - bits);
}

}  // namespace

TEST_CASE("random integers against a model, in every width") {
  for (const unsigned bits : {8u, 16u, 17u, 32u, 33u, 64u}) {
    std::mt19937_64 random(bits);
    StringStorage storage;
    REQUIRE(intset::create(storage));
    std::set<int64_t> model;
    for (int step = 0; step < 3000; step++) {
      const int64_t integer = some_integer(random, bits);
      const intset::View view(storage.data());
      const intset::Place place = view.find(integer);
      REQUIRE(place.found == model.contains(integer));
      if (place.found) {
        REQUIRE(view.at(place.index) == integer);
        if (random() % 2 == 0) {
          intset::erase(storage, place.index);
          model.erase(integer);
        }
      } else if (model.size() < 200) {
        REQUIRE(intset::insert(storage, place, integer));
        model.insert(integer);
      }
      if (!model.empty()) REQUIRE(intset::valid(storage.bytes));
    }
    CHECK(integers(intset::View(storage.data())) == model);
    const uint32_t width = intset::View(storage.data()).width();
    CHECK(width == (bits <= 16 ? 2 : bits <= 32 ? 4 : 8));
  }
}

TEST_CASE("the ends of every width") {
  StringStorage storage;
  REQUIRE(intset::create(storage));
  std::set<int64_t> model;
  for (const int64_t integer :
       {int64_t{0}, int64_t{INT16_MAX}, int64_t{INT16_MIN}, int64_t{INT16_MAX} + 1,
        int64_t{INT16_MIN} - 1, int64_t{INT32_MAX}, int64_t{INT32_MIN}, int64_t{INT32_MAX} + 1,
        int64_t{INT32_MIN} - 1, INT64_MAX, INT64_MIN}) {
    const intset::Place place = intset::View(storage.data()).find(integer);
    REQUIRE(!place.found);
    REQUIRE(intset::insert(storage, place, integer));
    model.insert(integer);
    CHECK(integers(intset::View(storage.data())) == model);
    CHECK(intset::valid(storage.bytes));
  }
}

TEST_CASE("the bytes are those of Redis's DUMP") {
  StringStorage storage;
  REQUIRE(intset::create(storage));
  for (const int64_t integer : {3, -1, 2}) {
    REQUIRE(intset::insert(storage, intset::View(storage.data()).find(integer), integer));
  }
  CHECK(storage.bytes == std::string("\2\0\0\0\3\0\0\0\xff\xff\2\0\3\0", 14));
  REQUIRE(intset::insert(storage, intset::View(storage.data()).find(70'000), 70'000));
  CHECK(storage.bytes ==
        std::string("\4\0\0\0\4\0\0\0\xff\xff\xff\xff\2\0\0\0\3\0\0\0\x70\x11\1\0", 24));
}

TEST_CASE("without memory nothing changes") {
  StringStorage storage;
  REQUIRE(intset::create(storage));
  REQUIRE(intset::insert(storage, {0, false}, 5));
  const std::string before = storage.bytes;
  storage.refuse = true;
  CHECK(!intset::insert(storage, {0, false}, 4));
  CHECK(!intset::insert(storage, {1, false}, 1'000'000));
  CHECK(storage.bytes == before);
}

TEST_CASE("valid() looks at all of it") {
  const std::string good("\2\0\0\0\2\0\0\0\1\0\2\0", 12);
  CHECK(intset::valid(good));
  CHECK(!intset::valid(""));
  CHECK(!intset::valid(good.substr(0, 7)));
  CHECK(!intset::valid(good.substr(0, 11)));
  CHECK(!intset::valid(good + "x"));
  CHECK(!intset::valid(std::string("\3\0\0\0\2\0\0\0\1\0\2\0", 12)));          // width
  CHECK(!intset::valid(std::string("\2\0\0\0\0\0\0\0", 8)));                   // empty
  CHECK(!intset::valid(std::string("\2\0\0\0\2\0\0\0\2\0\1\0", 12)));          // order
  CHECK(!intset::valid(std::string("\2\0\0\0\2\0\0\0\1\0\1\0", 12)));          // doubles
  CHECK(!intset::valid(std::string("\2\0\0\0\xff\xff\xff\xff\1\0\2\0", 12)));  // count
}

}  // namespace cobnut
