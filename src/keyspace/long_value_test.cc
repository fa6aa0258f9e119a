// Values of MiB in blocks of their own: handed from entry to entry without a copy, grown without
// being written to, freed in slices.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <algorithm>
#include <cstring>
#include <string>

#include "keyspace/keyspace_parts.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;
constexpr size_t kMiB = 1 << 20;

struct Shard {
  PagePool pages;
  Keyspace keyspace{0, kSlots, 2, pages, large_allocator(AllocatorKind::kPooled), kNow};

  Found found(Bytes key) { return keyspace.peek(0, Key(key)); }
  Written put(Bytes key, const Value& value) {
    return keyspace.put(0, Key(key), found(key), value, kNoExpiry, Event::kSet);
  }
  void remove(Bytes key) { keyspace.remove(0, Key(key), found(key), Event::kDel); }
  void free_all() {
    while (keyspace.background(1'000'000)) {
    }
  }
};

// A value in a block of the keyspace's, 100 bytes of which it does not use.
Value block_value(Shard& shard, size_t bytes, char fill) {
  char* const block = shard.keyspace.new_block(bytes + 100);
  REQUIRE(block != nullptr);
  memset(block, fill, bytes);
  return {.encoding = Encoding::kRaw, .bytes = {block, bytes}, .block_bytes = bytes + 100};
}

}  // namespace

TEST_CASE("a block becomes a value without a copy, over whatever was there") {
  Shard s;
  const size_t empty = s.keyspace.entry_bytes();
  for (const size_t bytes : {size_t{3000}, kMiB, 5 * kMiB}) {
    CAPTURE(bytes);
    for (const char fill : {'a', 'b'}) {  // made, then over one of the same length
      const Value value = block_value(s, bytes, fill);
      REQUIRE(s.put("key", value) == Written::kOk);
      CHECK(s.found("key")->bytes().data() == value.bytes.data());
      CHECK(s.found("key")->bytes() == std::string(bytes, fill));
      CHECK(s.found("key")->block_bytes() == bytes + 100);
      CHECK(s.keyspace.memory_of(0, s.found("key")) >= bytes + 100);
    }
    REQUIRE(s.put("key", string_value("short")) == Written::kOk);
    CHECK(s.found("key")->block_bytes() == 0);
  }
  s.remove("key");
  s.free_all();
  CHECK(s.keyspace.entry_bytes() == empty);
}

TEST_CASE("a block goes to an entry of another shard, or of the same one, with its account") {
  for (const bool same : {false, true}) {
    CAPTURE(same);
    Shard from, other;
    Shard& to = same ? from : other;
    const size_t empty = from.keyspace.entry_bytes();
    for (const size_t bytes : {size_t{3000}, 5 * kMiB}) {
      REQUIRE(from.put("a", block_value(from, bytes, 'x')) == Written::kOk);
      REQUIRE(to.put("b", string_value("overwritten")) == Written::kOk);
      const Found found = from.found("a");
      const char* const block = found->bytes().data();
      REQUIRE(to.put("b", {.encoding = Encoding::kRaw,
                           .bytes = found->bytes(),
                           .block_bytes = found->block_bytes()}) == Written::kOk);
      const Found old = from.found("a");
      from.keyspace.forget_value(0, old);
      from.keyspace.remove(0, Key("a"), old, Event::kRenameFrom);
      CHECK(to.found("b")->bytes().data() == block);
      CHECK(to.found("b")->bytes() == std::string(bytes, 'x'));
      if (!same) CHECK(from.keyspace.entry_bytes() == empty);
      to.remove("b");
      to.free_all();
      CHECK(to.keyspace.entry_bytes() == empty);
    }
  }
}

TEST_CASE("a long value is freed in slices, and counts until it is gone") {
  constexpr size_t kBytes = 20 * kMiB;
  Shard s;
  const size_t empty = s.keyspace.entry_bytes();
  const auto check_freed = [&] {
    CollectionHeap& heap = s.keyspace.heap();
    CHECK(s.keyspace.entry_bytes() >= empty + kBytes);
    size_t steps = 1;
    size_t used = heap.used_bytes();
    for (; heap.free_step(); steps++) {
      CHECK(heap.used_bytes() < used);
      used = heap.used_bytes();
    }
    // One piece where memory cannot be had back in parts.
    const bool in_parts = large_allocator(AllocatorKind::kPooled).releases_parts();
    CHECK(steps >= (in_parts ? 10 : 1));
    CHECK(heap.used_bytes() == 0);
  };
  REQUIRE(s.put("key", block_value(s, kBytes, 'x')) == Written::kOk);
  s.remove("key");
  check_freed();
  REQUIRE(s.put("key", block_value(s, kBytes, 'x')) == Written::kOk);
  REQUIRE(s.put("key", string_value("over it")) == Written::kOk);
  check_freed();
  REQUIRE(s.put("key", block_value(s, kBytes, 'x')) == Written::kOk);
  s.keyspace.flush(0);
  s.free_all();
  CHECK(s.keyspace.entry_bytes() <= empty);
}

TEST_CASE("a string grows and shrinks between 1 byte and 20 MiB: what is new is zero") {
  Shard s;
  const Key key("key");
  Found found;
  std::string wanted;
  for (const size_t bytes : {size_t{10}, 20 * kMiB, 3 * kMiB, 3 * kMiB + 5000, 9 * kMiB, size_t{3},
                             kMiB, 2 * kMiB, 2 * kMiB + 1, 4 * kMiB, size_t{5000}, 12 * kMiB}) {
    CAPTURE(bytes);
    char* const data = s.keyspace.resize_string(0, key, found, bytes);
    REQUIRE(data != nullptr);
    wanted.resize(bytes);
    CHECK(std::equal(wanted.begin(), wanted.end(), data));
    std::fill_n(data, bytes, 'x');
    wanted.assign(bytes, 'x');
    found = s.keyspace.peek(0, key);
    CHECK(found->bytes().size() == bytes);
  }
  // A block that is a little longer than its value, whose rest is not zero.
  const Value value = block_value(s, 3 * kMiB, 'y');
  memset(const_cast<char*>(value.bytes.data()) + 3 * kMiB, '!', 100);
  REQUIRE(s.put("key", value) == Written::kOk);
  found = s.keyspace.peek(0, key);
  const char* const data = s.keyspace.resize_string(0, key, found, 6 * kMiB);
  REQUIRE(data != nullptr);
  CHECK(std::all_of(data + 3 * kMiB, data + 6 * kMiB, [](char c) { return c == 0; }));
}

}  // namespace cobnut
