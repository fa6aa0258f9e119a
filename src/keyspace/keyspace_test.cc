// The access layer key by key: what commands rely on, at the edges of the entry layout.
#include "keyspace/keyspace.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/numbers.h"
#include "memory/large.h"
#include "memory/pages.h"

namespace cobnut {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

struct Recorder : MutationListener {
  struct Seen {
    Mutation::Kind kind;
    Event event;
    int db;
    std::string key;
  };
  std::vector<Seen> seen;
  void on_mutation(const Mutation& m) override {
    seen.push_back({m.kind, m.event, m.db, std::string(m.key.bytes)});
  }
};

struct Store {
  PagePool pages;
  Keyspace keyspace{0, kSlots, 16, pages, large_allocator(AllocatorKind::kPooled), kNow};
  Recorder recorder;
  Store() { keyspace.add_listener(&recorder); }

  Written set(Bytes key, Bytes value, int64_t expiry_ms = kNoExpiry, int db = 0) {
    const Key k(key);
    return keyspace.put(db, k, keyspace.edit(db, k), string_value(value), expiry_ms, Event::kSet);
  }
  std::string get(Bytes key, int db = 0) {
    const Found found = keyspace.find(db, Key(key));
    char buffer[kIntTextMax];
    return found ? std::string(found->text(buffer)) : "(nil)";
  }
  bool remove(Bytes key, int db = 0) {
    const Key k(key);
    const Found found = keyspace.edit(db, k);
    if (found) keyspace.remove(db, k, found, Event::kDel);
    return static_cast<bool>(found);
  }
  bool expire(Bytes key, int64_t expiry_ms) {
    const Key k(key);
    return keyspace.set_expiry(0, k, keyspace.edit(0, k), expiry_ms, Event::kExpire) ==
           Written::kOk;
  }
};

}  // namespace

TEST_CASE("set, get, overwrite, remove") {
  Store s;
  CHECK(s.get("a") == "(nil)");
  CHECK(s.set("a", "1") == Written::kOk);
  CHECK(s.set("b", "two") == Written::kOk);
  CHECK(s.get("a") == "1");
  CHECK(s.get("b") == "two");
  CHECK(s.keyspace.size(0) == 2);
  CHECK(s.set("a", std::string(100, 'x')) == Written::kOk);
  CHECK(s.get("a") == std::string(100, 'x'));
  CHECK(s.keyspace.size(0) == 2);
  CHECK(s.remove("a"));
  CHECK(!s.remove("a"));
  CHECK(s.get("a") == "(nil)");
  CHECK(s.keyspace.size(0) == 1);
  CHECK(s.keyspace.stats().hits.get() == 3);
  CHECK(s.keyspace.stats().misses.get() == 2);
  CHECK(s.keyspace.stats().dirty.get() == 4);
  CHECK(s.keyspace.stats().keys.get() == 1);
}

TEST_CASE("strings are encoded as Redis does for SET") {
  Store s;
  const auto encoding = [&](Bytes value) {
    s.set("k", value);
    return s.keyspace.peek(0, Key("k"))->encoding();
  };
  CHECK(encoding("123") == Encoding::kInt);
  CHECK(encoding("-9223372036854775808") == Encoding::kInt);
  CHECK(encoding("9223372036854775808") == Encoding::kEmbstr);
  CHECK(encoding("01") == Encoding::kEmbstr);
  CHECK(encoding("") == Encoding::kEmbstr);
  CHECK(encoding(std::string(44, 'a')) == Encoding::kEmbstr);
  CHECK(encoding(std::string(45, 'a')) == Encoding::kRaw);
}

TEST_CASE("keys and values of every layout") {
  Store s;
  const std::vector<size_t> sizes = {0,    1,    44,   45,   255,  256,  257,  1023,
                                     1024, 1025, 2047, 2048, 2049, 5000, 70000};
  for (size_t key_bytes : sizes) {
    std::string key(key_bytes, '\0');
    for (size_t i = 0; i < key_bytes; i++) key[i] = static_cast<char>(i * 7);
    for (int64_t expiry : {kNoExpiry, kNow + 1000, (int64_t{1} << 48) + 5, INT64_MAX}) {
      std::string last;
      for (size_t value_bytes : sizes) {
        const std::string value(value_bytes, static_cast<char>('a' + value_bytes % 26));
        REQUIRE(s.set(key, value, expiry) == Written::kOk);
        REQUIRE(s.get(key) == value);
        const Found found = s.keyspace.peek(0, Key(key));
        REQUIRE(found->key() == key);
        REQUIRE(found->expiry_ms() == expiry);
        REQUIRE(s.expire(key, kNow + 5000));
        REQUIRE(s.get(key) == value);
        REQUIRE(s.keyspace.peek(0, Key(key))->expiry_ms() == kNow + 5000);
        REQUIRE(s.expire(key, kNoExpiry));
        REQUIRE(s.get(key) == value);
        REQUIRE(s.expire(key, INT64_MAX - 1));
        REQUIRE(s.get(key) == value);
        REQUIRE(s.keyspace.peek(0, Key(key))->expiry_ms() == INT64_MAX - 1);
        REQUIRE(s.keyspace.expiring_size(0) == 1);
        last = value;
      }
      REQUIRE(s.remove(key));
    }
  }
  CHECK(s.keyspace.size(0) == 0);
  CHECK(s.keyspace.expiring_size(0) == 0);
}

}  // namespace cobnut
