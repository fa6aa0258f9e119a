#include "commands/digest.h"

#include <doctest/doctest.h>

#include <set>

namespace cobnut {

TEST_CASE("a digest is 40 digits, zero for nothing, the same everywhere") {
  CHECK(Digest().hex() == std::string(40, '0'));
  CHECK(Digest("a").hex().size() == 40);
  CHECK(Digest("a").hex() == Digest("a").hex());
  CHECK(Digest("a").hex() != Digest("b").hex());
  CHECK(Digest("").hex() != Digest().hex());
}

TEST_CASE("append() looks at the order, add() does not") {
  Digest ab("a"), ba("b");
  ab.append("b");
  ba.append("a");
  CHECK(ab.hex() != ba.hex());
  CHECK(ab.hex() != Digest("ab").hex());
  Digest one, other;
  one.add(Digest("a"));
  one.add(Digest("b"));
  other.add(Digest("b"));
  other.add(Digest("a"));
  CHECK(one.hex() == other.hex());
  CHECK(one.hex() != ab.hex());
  Digest twice = one;
  twice.add(Digest("a"));
  twice.add(Digest("a"));
  CHECK(twice.hex() != one.hex());
}

TEST_CASE("digests of many short texts differ, in every part") {
  std::set<std::string> heads, tails;
  for (int i = 0; i < 20'000; i++) {
    const std::string hex = Digest(std::to_string(i)).hex();
    heads.insert(hex.substr(0, 16));
    tails.insert(hex.substr(16));
  }
  CHECK(heads.size() == 20'000);
  CHECK(tails.size() == 20'000);
}

}  // namespace cobnut
