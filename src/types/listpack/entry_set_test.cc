#include "types/listpack/entry_set.h"

#include <doctest/doctest.h>

#include <string>

#include "types/listpack/edit.h"
#include "types/listpack/string_pack.h"

namespace cobnut::listpack {
namespace {

struct Pack {
  std::string bytes;
  StringPack storage{bytes};

  Pack() { REQUIRE(create(storage, Nothing())); }
  void add(Bytes text) { REQUIRE(append(storage, Element(text))); }
  View view() const { return View(bytes); }
};

}  // namespace

TEST_CASE("entries of a pack that differ, and that do not") {
  for (const int count : {0, 1, 5, 31, 32, 33, 500, 20'000}) {
    Pack pack;
    for (int i = 0; i < count; i++) {
      pack.add(i % 3 == 0 ? std::to_string(i) : "text" + std::to_string(i));
      pack.add("value");
    }
    CHECK(all_differ(pack.view(), 2));
    CHECK(all_differ(pack.view(), 1) == (count < 2));
    for (const int again : {0, 1, count / 2, count - 1}) {
      if (again < 0 || again >= count) continue;
      Pack twice;
      twice.bytes = pack.bytes;
      twice.add(again % 3 == 0 ? std::to_string(again) : "text" + std::to_string(again));
      twice.add("other");
      CHECK(!all_differ(twice.view(), 2));
    }
  }
}

TEST_CASE("entries whose number is odd") {
  Pack pack;
  pack.add("a");
  pack.add("a");
  pack.add("b");
  CHECK(all_differ(pack.view(), 2));
  pack.add("b");
  pack.add("a");
  CHECK(!all_differ(pack.view(), 2));
}

}  // namespace cobnut::listpack
