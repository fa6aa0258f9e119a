#include "types/string/lcs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace cobnut;

namespace {

// The textbook table.
uint32_t slow_length(Bytes a, Bytes b) {
  std::vector<std::vector<uint32_t>> length(a.size() + 1, std::vector<uint32_t>(b.size() + 1, 0));
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      length[i][j] = a[i - 1] == b[j - 1] ? length[i - 1][j - 1] + 1
                                          : std::max(length[i - 1][j], length[i][j - 1]);
    }
  }
  return length[a.size()][b.size()];
}

bool is_subsequence(Bytes part, Bytes whole) {
  size_t at = 0;
  for (char c : whole) at += at < part.size() && part[at] == c;
  return at == part.size();
}

}  // namespace

TEST_CASE("nothing in common") {
  const Lcs lcs = longest_common_subsequence("abc", "xyz", LcsWant::kPath);
  CHECK(lcs.length == 0);
  CHECK(lcs.common.empty());
  CHECK(lcs.ranges.empty());
  CHECK(longest_common_subsequence("", "", LcsWant::kPath).length == 0);
  CHECK(longest_common_subsequence("", "x", LcsWant::kLength).length == 0);
}

TEST_CASE("random strings: length, subsequence and ranges agree") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string a(random() % 80, ' '), b(random() % 200, ' ');
    for (char& c : a) c = static_cast<char>('a' + random() % 3);
    for (char& c : b) c = static_cast<char>('a' + random() % 3);
    const Lcs lcs = longest_common_subsequence(a, b, LcsWant::kPath);
    REQUIRE(lcs.length == slow_length(a, b));
    CHECK(longest_common_subsequence(a, b, LcsWant::kLength).length == lcs.length);
    CHECK(lcs.common.size() == lcs.length);
    CHECK(is_subsequence(lcs.common, a));
    CHECK(is_subsequence(lcs.common, b));
    std::string joined;
    for (auto range = lcs.ranges.rbegin(); range != lcs.ranges.rend(); ++range) {
      REQUIRE(range->b_last - range->b_first + 1 == range->length());
      const std::string run = a.substr(range->a_first, range->length());
      CHECK(run == b.substr(range->b_first, range->length()));
      joined += run;
    }
    CHECK(joined == lcs.common);
  }
}
