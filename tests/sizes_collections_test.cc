// A million elements (sizes.h) in each type of collection: built, read back by every way there is,
// combined, popped, moved about and freed.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/sizes.h"

namespace cobnut::test {
namespace {

// Fixed lengths, so that the sum of all bytes is known.
std::string padded(const char* prefix, size_t i) {
  std::string digits = std::to_string(i);
  return prefix + std::string(8 - std::min<size_t>(8, digits.size()), '0') + digits;
}
std::string member(size_t i) { return padded("member:", i); }
constexpr size_t kMemberBytes = 15;
std::string value(size_t i) { return padded("value:", i * 7); }

size_t number_in(const std::string& text) {
  const size_t at = text.find_last_not_of("0123456789") + 1;
  return at < text.size() ? static_cast<size_t>(std::stoull(text.substr(at))) : 0;
}

// What a SCAN of the family returned: each of 0..count-1 at least once, nothing else.
class Seen {
 public:
  explicit Seen(size_t count) : seen_(count) {}
  void add(size_t i) {
    if (i >= seen_.size()) {
      strange_++;
    } else if (!seen_[i]) {
      seen_[i] = true;
      distinct_++;
    }
  }
  void check_complete() const {
    CHECK(strange_ == 0);
    CHECK(distinct_ == seen_.size());
  }

 private:
  std::vector<bool> seen_;
  size_t distinct_ = 0, strange_ = 0;
};

// All elements of an HSCAN, SSCAN or ZSCAN: `stride` words an element, the first of which names it.
void check_scan(Sizes& sizes, const std::string& command, size_t count, size_t stride) {
  Seen seen(count);
  std::string cursor = "0";
  do {
    const Answer reply = sizes.run({command, kKey, cursor, "COUNT", "1000"});
    REQUIRE(reply.size() == 2);
    cursor = reply.text(0);
    const redisReply& page = *reply.part(1);
    for (size_t i = 0; i < page.elements; i += stride) {
      const redisReply& name = *page.element[i];
      seen.add(number_in({name.str, name.len}));
    }
  } while (cursor != "0");
  seen.check_complete();
}

// The whole in one reply, whose memory is given back afterwards.
void check_whole(Sizes& sizes, const Words& words, size_t count, size_t stride) {
  const int64_t rss = sizes.server().rss_bytes();
  sizes.step(words[0] + " all", [&] {
    const Answer all = sizes.run(words);
    CHECK(all.size() == count * stride);
    Seen seen(count);
    for (size_t i = 0; i < all.size(); i += stride) seen.add(number_in(all.text(i)));
    seen.check_complete();
  });
  if (is_sanitized()) return;
  CHECK(eventually([&] { return sizes.server().rss_bytes() < rss + (32 << 20); }));
}

size_t any(size_t i, size_t count) {
  return i * 2654435761u % count;
}  // spread, without repetition

TEST_CASE("sizes: a huge hash") {
  Sizes sizes("hash");
  REQUIRE(sizes.ok());
  const size_t n = test_elements();
  const std::string last = member(n - 1);
  const int64_t empty = sizes.used_memory();
  sizes.step("HSET", [&] {
    sizes.add({"HSET", kKey}, n, [](size_t i) { return Words{member(i), value(i)}; });
  });
  sizes.expect({"HLEN", kKey}, std::to_string(n));
  sizes.expect({"OBJECT", "ENCODING", kKey}, "hashtable");
  sizes.step("HGET at random", [&] {
    for (size_t i = 0; i < 1000; i++) {
      const size_t at = any(i, n);
      REQUIRE(sizes.run({"HGET", kKey, member(at)}).text() == value(at));
    }
  });
  sizes.step("HSCAN", [&] { check_scan(sizes, "HSCAN", n, 2); });
  check_whole(sizes, {"HGETALL", kKey}, n, 2);
  check_whole(sizes, {"HKEYS", kKey}, n, 1);
  sizes.step("HRANDFIELD half", [&] {
    CHECK(sizes.run({"HRANDFIELD", kKey, std::to_string(n / 2)}).size() == n / 2);
  });
  pass_around(sizes, empty, n * kMemberBytes, [](const std::string& key) {
    return Words{"HSET", key, member(0), "other"};
  });
  sizes.expect({"EXISTS", kKey}, "0");
}

TEST_CASE("sizes: a huge hash whose fields have times to live") {
  if (is_redis()) return;  // 7.0 has none
  Sizes sizes("hash with times to live");
  REQUIRE(sizes.ok());
  const size_t n = test_elements();
  const int64_t empty = sizes.used_memory();
  sizes.step("HSETEX", [&] {
    sizes.add({"HSET", kKey}, n, [](size_t i) { return Words{member(i), value(i)}; });
    constexpr size_t kPerCommand = 100;
    sizes.load(n / kPerCommand, [&](size_t i) {
      Words words = {"HEXPIREAT", kKey, "9000000000", "FIELDS", std::to_string(kPerCommand)};
      for (size_t j = 0; j < kPerCommand; j++) words.push_back(member(i * kPerCommand + j));
      return words;
    });
  });
  sizes.expect({"HEXPIRETIME", kKey, "FIELDS", "1", member(n - 1)}, "[9000000000, ]");
  sizes.step("HSCAN", [&] { check_scan(sizes, "HSCAN", n, 2); });
  check_whole(sizes, {"HGETALL", kKey}, n, 2);
  pass_around(sizes, empty, n * kMemberBytes, [](const std::string& key) {
    return Words{"HSET", key, member(0), "other"};
  });

  sizes.add({"HSET", kKey}, n, [](size_t i) { return Words{member(i), value(i)}; });
  sizes.step("all fields expire at once", [&] {
    const int64_t now_s = std::stoll(sizes.run({"TIME"}).text(0));
    constexpr size_t kPerCommand = 100;
    sizes.load(n / kPerCommand, [&](size_t i) {
      Words words = {"HEXPIREAT", kKey, std::to_string(now_s + 4), "FIELDS",
                     std::to_string(kPerCommand)};
      for (size_t j = 0; j < kPerCommand; j++) words.push_back(member(i * kPerCommand + j));
      return words;
    });
    CHECK(eventually(
        [&] {
          return sizes.run({"EXISTS", kKey}).integer() == 0;
        },
        std::chrono::seconds(60)));
  });
}

void build_set(Sizes& sizes, const std::string& key, size_t first, size_t count, bool integers) {
  sizes.add({"SADD", key}, count, [&](size_t i) {
    return Words{integers ? std::to_string(first + i) : member(first + i)};
  });
}

void check_set(bool integers) {
  Sizes sizes(integers ? "set of integers" : "set of strings");
  REQUIRE(sizes.ok());
  const size_t n = test_elements();
  const std::string count = std::to_string(n);
  const int64_t empty = sizes.used_memory();
  sizes.step("SADD", [&] { build_set(sizes, kKey, 0, n, integers); });
  sizes.expect({"SCARD", kKey}, count);
  sizes.expect({"OBJECT", "ENCODING", kKey}, "hashtable");
  sizes.step("SISMEMBER at random", [&] {
    for (size_t i = 0; i < 1000; i++) {
      const size_t at = any(i, n);
      sizes.expect({"SISMEMBER", kKey, integers ? std::to_string(at) : member(at)}, "1");
      sizes.expect({"SISMEMBER", kKey, integers ? std::to_string(n + at) : member(n + at)}, "0");
    }
  });
  sizes.step("SSCAN", [&] { check_scan(sizes, "SSCAN", n, 1); });
  check_whole(sizes, {"SMEMBERS", kKey}, n, 1);

  build_set(sizes, kOther, n / 2, n, integers);
  const int64_t two = sizes.used_memory();
  sizes.step("SUNIONSTORE", [&] {
    sizes.expect({"SUNIONSTORE", kThird, kKey, kOther}, std::to_string(n + n / 2));
  });
  sizes.step("SINTERSTORE over it", [&] {
    sizes.expect({"SINTERSTORE", kThird, kKey, kOther}, std::to_string(n - n / 2));
  });
  sizes.step("SDIFFSTORE over it", [&] {
    sizes.expect({"SDIFFSTORE", kThird, kKey, kOther}, std::to_string(n / 2));
  });
  sizes.freeing("DEL of it", two, [&] { sizes.expect({"DEL", kThird}, "1"); });
  sizes.step("SRANDMEMBER half", [&] {
    CHECK(sizes.run({"SRANDMEMBER", kKey, std::to_string(n / 2)}).size() == n / 2);
  });
  sizes.step("SORT, LIMIT 10", [&] {
    const Answer sorted = integers ? sizes.run({"SORT", kKey, "LIMIT", "1000", "10"})
                                   : sizes.run({"SORT", kKey, "ALPHA", "LIMIT", "1000", "10"});
    REQUIRE(sorted.size() == 10);
    for (size_t i = 0; i < 10; i++) CHECK(number_in(sorted.text(i)) == 1000 + i);
  });
  const std::string most = std::to_string(n / 100 * 99);
  sizes.step("SPOP of 99 %", [&] {
    CHECK(sizes.run({"SPOP", kOther, most}).size() == n / 100 * 99);
  });
  sizes.expect({"SCARD", kOther}, std::to_string(n - n / 100 * 99));
  build_set(sizes, kOther, n / 2, n, integers);
  const size_t half = n / 2;
  sizes.step("SPOP of half", [&] {
    CHECK(sizes.run({"SPOP", kOther, std::to_string(half)}).size() == half);
  });
  sizes.expect({"SCARD", kOther}, std::to_string(n - half));
  sizes.step("SPOP of all", [&] {
    CHECK(sizes.run({"SPOP", kOther, "1000000000"}).size() == n - half);
  });
  sizes.expect({"EXISTS", kOther}, "0");
  pass_around(sizes, empty, n * (integers ? 1 : kMemberBytes), [](const std::string& key) {
    return Words{"SADD", key, "another"};
  });
}

TEST_CASE("sizes: a huge set of strings") { check_set(false); }
TEST_CASE("sizes: a huge set of integers") { check_set(true); }

void build_zset(Sizes& sizes, const std::string& key, size_t first, size_t count) {
  sizes.add({"ZADD", key}, count, [&](size_t i) {
    return Words{std::to_string(first + i), member(first + i)};
  });
}

void combine_zsets(Sizes& sizes, size_t n) {
  const int64_t two = sizes.used_memory();
  const std::string all = std::to_string(n);
  sizes.step("ZUNIONSTORE", [&] {
    sizes.expect({"ZUNIONSTORE", kThird, "2", kKey, kOther}, std::to_string(n + n / 2));
  });
  sizes.expect({"ZSCORE", kThird, member(n - 1)}, std::to_string(2 * (n - 1)));
  sizes.step("ZINTERSTORE over it", [&] {
    sizes.expect({"ZINTERSTORE", kThird, "2", kKey, kOther}, std::to_string(n - n / 2));
  });
  sizes.step("ZDIFFSTORE over it", [&] {
    sizes.expect({"ZDIFFSTORE", kThird, "2", kKey, kOther}, std::to_string(n / 2));
  });
  sizes.step("ZRANGESTORE of all over it", [&] {
    sizes.expect({"ZRANGESTORE", kThird, kKey, "0", "-1"}, all);
  });
  sizes.step("ZREMRANGEBYRANK of 99 %", [&] {
    sizes.expect({"ZREMRANGEBYRANK", kThird, "0", std::to_string(n / 100 * 99 - 1)},
                 std::to_string(n / 100 * 99));
  });
  sizes.freeing("DEL of it", two, [&] { sizes.expect({"DEL", kThird}, "1"); });
}

TEST_CASE("sizes: a huge sorted set") {
  Sizes sizes("sorted set");
  REQUIRE(sizes.ok());
  const size_t n = test_elements();
  const int64_t empty = sizes.used_memory();
  sizes.step("ZADD", [&] { build_zset(sizes, kKey, 0, n); });
  sizes.expect({"ZCARD", kKey}, std::to_string(n));
  sizes.step("ZRANK, ZSCORE at random", [&] {
    for (size_t i = 0; i < 1000; i++) {
      const size_t at = any(i, n);
      sizes.expect({"ZRANK", kKey, member(at)}, std::to_string(at));
      sizes.expect({"ZSCORE", kKey, member(at)}, std::to_string(at));
    }
  });
  sizes.step("ZSCAN", [&] { check_scan(sizes, "ZSCAN", n, 2); });
  check_whole(sizes, {"ZRANGE", kKey, "0", "-1"}, n, 1);
  sizes.step("ZRANGE by pages", [&] {
    for (size_t i = 0; i < n; i += 5000) {
      const Answer page = sizes.run({"ZRANGE", kKey, std::to_string(i), std::to_string(i + 9)});
      REQUIRE(page.size() == 10);
      REQUIRE(number_in(page.text(9)) == i + 9);
    }
  });
  build_zset(sizes, kOther, n / 2, n);
  combine_zsets(sizes, n);
  sizes.step("SORT, LIMIT 10", [&] {
    const Answer sorted = sizes.run({"SORT", kKey, "ALPHA", "DESC", "LIMIT", "0", "10"});
    REQUIRE(sorted.size() == 10);
    CHECK(number_in(sorted.text(0)) == n - 1);
  });
  sizes.step("ZPOPMIN of 99 %", [&] {
    CHECK(sizes.run({"ZPOPMIN", kOther, std::to_string(n / 100 * 99)}).size() == n / 100 * 99 * 2);
  });
  sizes.expect({"ZCARD", kOther}, std::to_string(n - n / 100 * 99));
  sizes.step("ZPOPMAX of the rest", [&] {
    CHECK(sizes.run({"ZPOPMAX", kOther, "1000000000"}).size() == 2 * (n - n / 100 * 99));
  });
  sizes.expect({"EXISTS", kOther}, "0");
  pass_around(sizes, empty, n * kMemberBytes, [](const std::string& key) {
    return Words{"ZADD", key, "-1", member(7)};
  });
}

TEST_CASE("sizes: a huge list") {
  Sizes sizes("list");
  REQUIRE(sizes.ok());
  const size_t n = test_elements();
  const int64_t empty = sizes.used_memory();
  sizes.step("RPUSH", [&] {
    sizes.add({"RPUSH", kKey}, n, [](size_t i) { return Words{member(i)}; });
  });
  sizes.expect({"LLEN", kKey}, std::to_string(n));
  sizes.step("LINDEX, LSET at random", [&] {
    for (size_t i = 0; i < 1000; i++) {
      const size_t at = any(i, n);
      sizes.expect({"LINDEX", kKey, std::to_string(at)}, member(at));
      sizes.expect({"LSET", kKey, std::to_string(at), member(at)}, "OK");
    }
  });
  sizes.step("LINSERT, LREM in the middle", [&] {
    sizes.expect({"LINSERT", kKey, "BEFORE", member(n / 2), "new"}, std::to_string(n + 1));
    sizes.expect({"LINDEX", kKey, std::to_string(n / 2)}, "new");
    sizes.expect({"LREM", kKey, "1", "new"}, "1");
  });
  sizes.step("LPOS of the last", [&] {
    sizes.expect({"LPOS", kKey, member(n - 1)}, std::to_string(n - 1));
  });
  check_whole(sizes, {"LRANGE", kKey, "0", "-1"}, n, 1);
  sizes.step("SORT STORE", [&] {
    sizes.expect({"SORT", kKey, "ALPHA", "DESC", "STORE", kOther}, std::to_string(n));
  });
  sizes.expect({"LINDEX", kOther, "0"}, member(n - 1));
  sizes.step("SORT BY nosort GET STORE", [&] {
    sizes.expect({"SORT", kKey, "BY", "nosort", "GET", "#", "STORE", kOther}, std::to_string(n));
  });
  sizes.step("LPOP of 99 %", [&] {
    CHECK(sizes.run({"LPOP", kOther, std::to_string(n / 100 * 99)}).size() == n / 100 * 99);
  });
  sizes.expect({"LINDEX", kOther, "0"}, member(n / 100 * 99));
  sizes.expect({"DEL", kOther}, "1");
  sizes.expect({"COPY", kKey, kOther}, "1");
  sizes.step("LTRIM to the last 10", [&] { sizes.expect({"LTRIM", kOther, "-10", "-1"}, "OK"); });
  sizes.expect({"LLEN", kOther}, "10");
  sizes.expect({"DEL", kOther}, "1");
  pass_around(sizes, empty, n * kMemberBytes, [](const std::string& key) {
    return Words{"LSET", key, "77", "other"};
  });
}

void build_stream(Sizes& sizes, size_t n) {
  sizes.step("XADD", [&] {
    sizes.load(n, [](size_t i) {
      return Words{"XADD", kKey, std::to_string(i + 1) + "-0", "field", value(i)};
    });
  });
  sizes.expect({"XGROUP", "CREATE", kKey, "group", "0"}, "OK");
  sizes.expect({"XGROUP", "CREATE", kKey, "idle", "$"}, "OK");
  sizes.step("XREADGROUP of all", [&] {
    const Answer all = sizes.run({"XREADGROUP", "GROUP", "group", "consumer", "COUNT",
                                  std::to_string(n), "STREAMS", kKey, ">"});
    CHECK(all.size() == 1);
  });
}

TEST_CASE("sizes: a huge stream, all of it pending in a group") {
  Sizes sizes("stream");
  REQUIRE(sizes.ok());
  const size_t n = test_elements();
  const std::string last = std::to_string(n) + "-0";
  const int64_t empty = sizes.used_memory();
  build_stream(sizes, n);
  sizes.expect({"XLEN", kKey}, std::to_string(n));
  sizes.expect({"XPENDING", kKey, "group"}, "[" + std::to_string(n) + ", 1-0, " + last +
                                                ", [[consumer, " + std::to_string(n) + ", ], ], ]");
  sizes.step("XRANGE at random", [&] {
    for (size_t i = 0; i < 1000; i++) {
      const std::string id = std::to_string(any(i, n) + 1) + "-0";
      sizes.expect({"XRANGE", kKey, id, id},
                   "[[" + id + ", [field, " + value(any(i, n)) + ", ], ], ]");
    }
  });
  sizes.step("XRANGE of all", [&] { CHECK(sizes.run({"XRANGE", kKey, "-", "+"}).size() == n); });
  sizes.step("XPENDING of all", [&] {
    CHECK(sizes.run({"XPENDING", kKey, "group", "-", "+", std::to_string(n)}).size() == n);
  });
  sizes.step("XCLAIM, XACK of some", [&] {
    for (size_t i = 0; i < 100; i++) {
      const std::string id = std::to_string(any(i, n) + 1) + "-0";
      CHECK(sizes.run({"XCLAIM", kKey, "group", "second", "0", id}).size() == 1);
      sizes.expect({"XACK", kKey, "group", id}, "1");
    }
  });
  sizes.expect({"COPY", kKey, kOther}, "1");
  sizes.step("XGROUP DELCONSUMER", [&] {
    sizes.expect({"XGROUP", "DELCONSUMER", kOther, "group", "consumer"}, std::to_string(n - 100));
  });
  sizes.step("XTRIM to 10", [&] {
    sizes.expect({"XTRIM", kOther, "MAXLEN", "10"}, std::to_string(n - 10));
  });
  sizes.expect({"DEL", kOther}, "1");
  sizes.expect({"COPY", kKey, kOther}, "1");
  sizes.step("XGROUP DESTROY", [&] { sizes.expect({"XGROUP", "DESTROY", kOther, "group"}, "1"); });
  sizes.expect({"DEL", kOther}, "1");
  pass_around(sizes, empty, n * 14, [](const std::string& key) {
    return Words{"XDEL", key, "5-0"};
  });
}

TEST_CASE("sizes: a huge geo index") {
  Sizes sizes("geo");
  REQUIRE(sizes.ok());
  const size_t n = test_elements();
  const int64_t empty = sizes.used_memory();
  sizes.step("GEOADD", [&] {
    sizes.add({"GEOADD", kKey}, n, [&](size_t i) {
      return Words{std::to_string(static_cast<double>(i % 1000) * 0.2 - 100),
                   std::to_string(static_cast<double>(i / 1000) * 0.1 - 50), member(i)};
    });
  });
  sizes.expect({"ZCARD", kKey}, std::to_string(n));
  sizes.step("GEOSEARCH of a part, ten nearest", [&] {
    const Answer found = sizes.run({"GEOSEARCH", kKey, "FROMLONLAT", "-100", "-50", "BYRADIUS",
                                    "500", "km", "ASC", "COUNT", "10"});
    REQUIRE(found.size() == 10);
    CHECK(found.text(0) == member(0));
  });
  sizes.step("GEOSEARCHSTORE of all", [&] {
    sizes.expect(
        {"GEOSEARCHSTORE", kOther, kKey, "FROMLONLAT", "0", "0", "BYRADIUS", "30000", "km"},
        std::to_string(n));
  });
  CHECK(sizes.digest(kOther) == sizes.digest(kKey));
  sizes.expect({"DEL", kOther}, "1");
  pass_around(sizes, empty, n * kMemberBytes, [](const std::string& key) {
    return Words{"GEOADD", key, "1", "1", "another"};
  });
}

}  // namespace
}  // namespace cobnut::test
