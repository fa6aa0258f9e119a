// The access layer key by key: what commands rely on, at the edges of the entry layout.
#include "keyspace/keyspace.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
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

TEST_CASE("a key lives through the millisecond of its deadline, then is gone for everybody") {
  Store s;
  s.set("k", "v", kNow + 100);
  s.set("stays", "v");
  CHECK(s.keyspace.expiring_size(0) == 1);
  s.keyspace.set_now_ms(kNow + 100);
  CHECK(s.get("k") == "v");
  s.keyspace.set_now_ms(kNow + 101);
  s.keyspace.set_now_ms(kNow);  // never backwards
  CHECK(s.keyspace.now_ms() == kNow + 101);
  s.recorder.seen.clear();
  const auto visited = [&] {
    size_t count = 0;
    s.keyspace.for_each(0, [&](Bytes, const Entry&) { count++; });
    return count;
  };
  CHECK(visited() == 1);
  CHECK(s.keyspace.size(0) == 2);
  SUBCASE("find") { CHECK(!s.keyspace.find(0, Key("k"))); }
  SUBCASE("edit") { CHECK(!s.keyspace.edit(0, Key("k"))); }
  SUBCASE("peek") { CHECK(!s.keyspace.peek(0, Key("k"))); }
  SUBCASE("the wheel, at the next tick") {
    s.keyspace.set_now_ms(kNow + 101 + 32);
    CHECK(!s.keyspace.background(1'000'000));
  }
  CHECK(s.keyspace.size(0) == 1);
  CHECK(s.keyspace.expiring_size(0) == 0);
  CHECK(s.keyspace.stats().expired.get() == 1);
  CHECK(s.keyspace.stats().dirty.get() == 2);
  REQUIRE(s.recorder.seen.size() == 1);
  CHECK(s.recorder.seen[0].kind == Mutation::Kind::kRemoved);
  CHECK(s.recorder.seen[0].event == Event::kExpired);
  CHECK(s.recorder.seen[0].key == "k");
}

TEST_CASE("the wheel removes what nobody asks for, in the database where it is by then") {
  Store s;
  for (int i = 0; i < 5000; i++) {
    s.set("k" + std::to_string(i), "v", kNow + 1000 + i % 100 * 10, 0);
    s.set("other" + std::to_string(i), "v", kNoExpiry, 1);
  }
  CHECK(s.keyspace.next_expiry_ms() <= kNow + 1000 + 32);
  CHECK(s.keyspace.next_expiry_ms() > kNow);
  s.keyspace.swap(0, 1);
  s.recorder.seen.clear();
  s.keyspace.set_now_ms(kNow + 1500);
  while (s.keyspace.background(100)) {
  }
  CHECK(s.keyspace.size(1) <= 5000 / 2 + 250);
  CHECK(s.keyspace.size(1) >= 5000 / 2 - 50);
  s.keyspace.set_active_expire(false);
  CHECK(s.keyspace.next_expiry_ms() == INT64_MAX);
  s.keyspace.set_now_ms(kNow + 10'000);
  const size_t before = s.keyspace.size(1);
  s.keyspace.background(1'000'000);
  CHECK(s.keyspace.size(1) == before);
  s.keyspace.set_active_expire(true);
  s.keyspace.background(1'000'000);
  CHECK(s.keyspace.size(1) == 0);
  CHECK(s.keyspace.size(0) == 5000);
  CHECK(s.recorder.seen.size() == 5000);
  for (const auto& seen : s.recorder.seen) REQUIRE(seen.db == 1);
  CHECK(s.keyspace.next_expiry_ms() == INT64_MAX);
}

TEST_CASE("expiry moves with the key's deadline: later, sooner, away, kept") {
  Store s;
  s.set("later", "v", kNow + 1000);
  s.set("sooner", "v", kNow + 1'000'000'000);
  s.set("away", "v", kNow + 1000);
  s.set("kept", "v", kNow + 1000);
  s.set("overwritten", "v", kNow + 1000);
  CHECK(s.expire("later", kNow + 50'000));
  CHECK(s.expire("sooner", kNow + 1000));
  CHECK(s.expire("away", kNoExpiry));
  CHECK(s.set("kept", std::string(500, 'x'), Keyspace::kKeepExpiry) == Written::kOk);
  CHECK(s.set("overwritten", "w") == Written::kOk);
  CHECK(s.keyspace.expiring_size(0) == 3);
  s.keyspace.set_now_ms(kNow + 2000);
  s.keyspace.background(1'000'000);
  CHECK(s.keyspace.size(0) == 3);
  CHECK(s.get("kept") == "(nil)");
  CHECK(s.get("sooner") == "(nil)");
  s.keyspace.set_now_ms(kNow + 60'000);
  s.keyspace.background(1'000'000);
  CHECK(s.keyspace.size(0) == 2);
  CHECK(s.get("away") == "v");
  CHECK(s.get("overwritten") == "w");
}

TEST_CASE("a deadline beyond the wheel's horizon is met") {
  Store s;
  constexpr int64_t kYear = 365LL * 86'400'000;
  s.set("k", "v", kNow + 9 * kYear);
  for (int year = 1; year <= 9; year++) {
    s.keyspace.set_now_ms(kNow + year * kYear);
    s.keyspace.background(1'000'000);
    REQUIRE(s.keyspace.size(0) == 1);
  }
  s.keyspace.set_now_ms(kNow + 10 * kYear);
  // The last slot of the wheel is its horizon: what lies beyond is found by whoever asks.
  CHECK(s.get("k") == "(nil)");
}

TEST_CASE("put takes bytes that lie in this keyspace, in the very entry even") {
  Store s;
  for (size_t bytes : {10, 200, 300, 2000, 5000, 100'000}) {
    CAPTURE(bytes);
    std::string text(bytes, ' ');
    for (size_t i = 0; i < bytes; i++) text[i] = static_cast<char>('a' + i % 23);
    for (int64_t expiry : {kNoExpiry, kNow + 1000}) {
      for (size_t from : {size_t{0}, size_t{1}, bytes / 2, bytes - 1}) {
        s.set("k", text);
        Found found = s.keyspace.edit(0, Key("k"));
        const Bytes part = found->bytes().substr(from);
        // The key is a view into the entry, too.
        const Key own(found->key());
        const Value value{.bytes = part};
        REQUIRE(s.keyspace.put(0, own, found, value, expiry, Event::kSet) == Written::kOk);
        REQUIRE(s.get("k") == text.substr(from));
        // From one key to another.
        found = s.keyspace.edit(0, Key("other"));
        const Value copy{.bytes = s.keyspace.peek(0, Key("k"))->bytes()};
        REQUIRE(s.keyspace.put(0, Key("other"), found, copy, expiry, Event::kSet) == Written::kOk);
        REQUIRE(s.get("other") == text.substr(from));
      }
    }
  }
}

TEST_CASE("an overwrite of the same size class stays in place") {
  Store s;
  s.set("key", std::string(60, 'a'));
  const Entry* before = s.keyspace.peek(0, Key("key")).entry;
  s.set("key", std::string(64, 'b'));
  CHECK(s.keyspace.peek(0, Key("key")).entry == before);
  s.set("key", std::string(200, 'c'));
  CHECK(s.keyspace.peek(0, Key("key")).entry != before);
}

TEST_CASE("resize_string: grows, shrinks, zeroes, keeps; from nothing, an int and outside") {
  Store s;
  Found found;
  char* bytes = s.keyspace.resize_string(0, Key("new"), found, 5);
  REQUIRE(bytes != nullptr);
  CHECK(Bytes(bytes, 5) == Bytes("\0\0\0\0\0", 5));
  s.keyspace.committed(0, Key("new"), Event::kSetrange);
  CHECK(s.recorder.seen.back().event == Event::kSetrange);
  CHECK(found->encoding() == Encoding::kRaw);

  s.set("int", "12345", kNow + 500);
  found = s.keyspace.edit(0, Key("int"));
  bytes = s.keyspace.resize_string(0, Key("int"), found, 7);
  CHECK(Bytes(bytes, 7) == Bytes("12345\0\0", 7));
  CHECK(found->encoding() == Encoding::kRaw);
  CHECK(found->expiry_ms() == kNow + 500);

  std::string model;
  const std::vector<size_t> sizes = {1,    50,      255,    256,       2048, 2049, 3000,
                                     4000, 100'000, 99'999, 2049,      2048, 300,  255,
                                     254,  0,       5,      3'000'000, 10};
  for (size_t size : sizes) {
    found = s.keyspace.edit(0, Key("grows"));
    bytes = s.keyspace.resize_string(0, Key("grows"), found, size);
    REQUIRE(bytes != nullptr);
    const size_t old = model.size();
    model.resize(size, '\0');
    REQUIRE(Bytes(bytes, size) == model);
    for (size_t i = old; i < size; i++) bytes[i] = model[i] = static_cast<char>(i * 31);
    s.keyspace.committed(0, Key("grows"), Event::kAppend);
    REQUIRE(s.get("grows") == model);
  }
}

TEST_CASE("appending byte by byte moves a large value seldom") {
  Store s;
  s.set("k", std::string(3000, 'x'));
  size_t moves = 0;
  const char* last = nullptr;
  for (size_t size = 3001; size < 200'000; size++) {
    Found found = s.keyspace.edit(0, Key("k"));
    char* bytes = s.keyspace.resize_string(0, Key("k"), found, size);
    REQUIRE(bytes != nullptr);
    bytes[size - 1] = 'y';
    if (bytes != last) moves++;
    last = bytes;
  }
  CHECK(moves < 12);
  // A value that was set, and not grown, has no room to spare.
  const size_t before = s.keyspace.used_bytes();
  s.set("exact", std::string(1'000'000, 'x'));
  CHECK(s.keyspace.used_bytes() - before < 1'100'000);
}

TEST_CASE("integers change in place") {
  Store s;
  s.set("n", "41", kNow + 1000);
  const Found found = s.keyspace.edit(0, Key("n"));
  s.keyspace.set_integer(0, Key("n"), found, -7, Event::kIncrby);
  CHECK(s.get("n") == "-7");
  CHECK(s.keyspace.peek(0, Key("n"))->expiry_ms() == kNow + 1000);
  CHECK(s.recorder.seen.back().event == Event::kIncrby);
}

TEST_CASE(
    "while expiry is paused due keys are neither found nor removed, and a write replaces them") {
  Store s;
  s.set("due", "1", kNow + 10);
  s.set("other", "2", kNow + 10);
  s.keyspace.set_now_ms(kNow + 20);
  s.keyspace.pause_expiry(kNow + 1000);
  s.recorder.seen.clear();
  CHECK(s.get("due") == "(nil)");
  CHECK(!s.keyspace.edit(0, Key("due")));
  CHECK(!s.keyspace.peek(0, Key("other")));
  s.keyspace.background(1'000'000);
  CHECK(s.keyspace.size(0) == 2);
  CHECK(s.keyspace.stats().expired.get() == 0);
  CHECK(s.recorder.seen.empty());
  CHECK(s.set("due", "3") == Written::kOk);
  CHECK(s.get("due") == "3");
  CHECK(s.keyspace.size(0) == 2);
  CHECK(s.keyspace.stats().expired.get() == 1);
  s.keyspace.set_now_ms(kNow + 1000);  // the pause is over
  CHECK(s.get("other") == "(nil)");
  CHECK(s.keyspace.size(0) == 1);
  CHECK(s.keyspace.stats().expired.get() == 2);
}

TEST_CASE("idle time is touched by find and edit, not by peek") {
  Store s;
  s.set("k", "v");
  s.keyspace.set_now_ms(kNow + 10'000);
  CHECK(s.keyspace.peek(0, Key("k"))->idle_seconds(kNow + 10'000) == 10);
  s.keyspace.find(0, Key("k"));
  CHECK(s.keyspace.peek(0, Key("k"))->idle_seconds(kNow + 10'000) == 0);
  s.keyspace.set_now_ms(kNow + 15'000);
  s.keyspace.edit(0, Key("k"));
  CHECK(s.keyspace.peek(0, Key("k"))->idle_seconds(kNow + 16'000) == 1);
}

TEST_CASE("flush takes a database away at once, frees it in slices, leaves the others") {
  Store s;
  for (int i = 0; i < 20'000; i++) s.set("k" + std::to_string(i), "value", kNow + 5000, i % 2);
  const size_t full = s.keyspace.used_bytes();
  s.keyspace.flush(0);
  CHECK(s.keyspace.size(0) == 0);
  CHECK(s.keyspace.expiring_size(0) == 0);
  CHECK(s.keyspace.size(1) == 10'000);
  CHECK(s.keyspace.stats().keys.get() == 10'000);
  CHECK(s.keyspace.stats().dirty.get() == 30'000);
  CHECK(s.get("k0") == "(nil)");
  CHECK(s.set("k0", "again", kNow + 5000) == Written::kOk);
  CHECK(s.keyspace.background(0));  // more is due
  CHECK(s.keyspace.used_bytes() > full * 9 / 10);
  CHECK(!s.keyspace.background(10'000'000));
  CHECK(s.keyspace.used_bytes() < full * 3 / 4);
  CHECK(s.get("k0") == "again");
  CHECK(s.get("k1", 1) == "value");
  s.keyspace.set_now_ms(kNow + 6000);
  s.keyspace.background(10'000'000);
  CHECK(s.keyspace.size(0) == 0);
  CHECK(s.keyspace.size(1) == 0);
  s.keyspace.flush(5);  // one that never was
}

TEST_CASE("swap swaps, also with a database that never was") {
  Store s;
  s.set("k", "zero");
  s.set("k", "one", kNow + 1000, 1);
  s.keyspace.swap(0, 1);
  CHECK(s.get("k", 0) == "one");
  CHECK(s.get("k", 1) == "zero");
  s.keyspace.swap(0, 9);
  CHECK(s.get("k", 0) == "(nil)");
  CHECK(s.get("k", 9) == "one");
  s.keyspace.swap(9, 9);
  s.recorder.seen.clear();
  s.keyspace.set_now_ms(kNow + 2000);
  s.keyspace.background(1'000'000);
  REQUIRE(s.recorder.seen.size() == 1);
  CHECK(s.recorder.seen[0].db == 9);
}

TEST_CASE("a scan goes shard by shard and ends behind the last slot") {
  PagePool pages;
  std::vector<std::unique_ptr<Keyspace>> shards;
  constexpr uint32_t kShards = 8;
  constexpr uint32_t kEach = kSlots / kShards;
  for (uint32_t i = 0; i < kShards; i++) {
    shards.push_back(std::make_unique<Keyspace>(i * kEach, kEach, 1, pages,
                                                large_allocator(AllocatorKind::kPooled), kNow));
  }
  const auto shard_of = [&](uint32_t slot) -> Keyspace& { return *shards[slot / kEach]; };
  for (int i = 0; i < 3000; i++) {
    const std::string text = "k" + std::to_string(i);
    const Key key(text);
    Keyspace& shard = shard_of(slot_of(key.position));
    REQUIRE(shard.put(0, key, {}, string_value("v"), kNoExpiry, Event::kSet) == Written::kOk);
  }
  size_t seen = 0, calls = 0, most = 0;
  uint64_t cursor = 0;
  do {
    size_t now = 0;
    cursor =
        shard_of(scan_cursor_slot(cursor)).scan(0, cursor, 10, [&](Bytes, const Entry&) { now++; });
    seen += now;
    most = std::max(most, now);
    calls++;
  } while (cursor != kScanEnd);
  CHECK(seen == 3000);
  CHECK(most <= 10 + 60);
  CHECK(calls < 400);
}

TEST_CASE("random_key finds every key, also the only one") {
  Store s;
  std::string key;
  CHECK(!s.keyspace.random_key(0, 1, &key));
  s.set("only", "v");
  CHECK(s.keyspace.random_key(0, 2, &key));
  CHECK(key == "only");
  s.set("second", "v");
  size_t only = 0;
  for (uint64_t i = 0; i < 1000; i++) {
    CHECK(s.keyspace.random_key(0, i * 77777, &key));
    only += key == "only";
  }
  CHECK(only > 400);
  CHECK(only < 600);
  s.keyspace.flush(0);
  CHECK(!s.keyspace.random_key(0, 3, &key));
}

namespace {

// Gives what it is asked for until told otherwise.
struct Scarce : LargeAllocator {
  LargeAllocator& real = large_allocator(AllocatorKind::kStandard);
  size_t bytes_max = SIZE_MAX;
  char* allocate(size_t bytes) override {
    return bytes > bytes_max ? nullptr : real.allocate(bytes);
  }
  char* reallocate(char* block, size_t old_bytes, size_t bytes) override {
    return bytes > bytes_max ? nullptr : real.reallocate(block, old_bytes, bytes);
  }
  void release(char* block, size_t bytes) override { real.release(block, bytes); }
  size_t usable_bytes(const char* block, size_t bytes) const override {
    return real.usable_bytes(block, bytes);
  }
};

}  // namespace

TEST_CASE("without memory nothing changes") {
  PagePool pages;
  Scarce large;
  Keyspace keyspace(0, kSlots, 1, pages, large, kNow);
  const Key key("k");
  const std::string big(10'000, 'b'), long_key(5000, 'k');
  large.bytes_max = 4000;
  CHECK(keyspace.put(0, key, {}, Value{.bytes = big}, kNoExpiry, Event::kSet) ==
        Written::kNoMemory);
  CHECK(keyspace.put(0, Key(long_key), {}, Value{}, kNoExpiry, Event::kSet) == Written::kNoMemory);
  CHECK(keyspace.size(0) == 0);
  CHECK(keyspace.stats().keys.get() == 0);
  CHECK(keyspace.put(0, key, {}, Value{.bytes = "small"}, kNoExpiry, Event::kSet) == Written::kOk);
  Found found = keyspace.edit(0, key);
  CHECK(keyspace.put(0, key, found, Value{.bytes = big}, kNoExpiry, Event::kSet) ==
        Written::kNoMemory);
  CHECK(keyspace.peek(0, key)->bytes() == "small");
  CHECK(keyspace.resize_string(0, key, found, 20'000) == nullptr);
  CHECK(keyspace.peek(0, key)->bytes() == "small");
  // Where there is no room to grow for the future, there may be for now.
  large.bytes_max = 12'000;
  CHECK(keyspace.put(0, key, found, Value{.bytes = big}, kNoExpiry, Event::kSet) == Written::kOk);
  found = keyspace.edit(0, key);
  CHECK(keyspace.resize_string(0, key, found, 11'000) != nullptr);
  CHECK(keyspace.resize_string(0, key, found, 13'000) == nullptr);
  CHECK(keyspace.peek(0, key)->bytes().substr(0, 10'000) == big);
}

}  // namespace cobnut
