// A stand-in for a collection drives what the keyspace does with the real ones.
#include "keyspace/collection.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "keyspace/keyspace.h"
#include "memory/pages.h"

namespace cobnut {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;
constexpr size_t kBlockBytes = 1024;

// Blocks, each with a deadline: its elements.
class Blocks final : public Collection {
 public:
  explicit Blocks(CollectionHeap& heap) : Collection(heap, sizeof(Blocks)) {}
  ~Blocks() override { CHECK(blocks_.empty()); }

  void add(int64_t deadline_ms) { blocks_.push_back({allocate(kBlockBytes), deadline_ms}); }
  size_t elements() const override { return blocks_.size(); }
  bool free_some(size_t elements) override {
    for (; elements > 0 && !blocks_.empty(); elements--) drop();
    return !blocks_.empty();
  }
  Collection* copy(CollectionHeap& to) const override {
    auto* copied = new Blocks(to);
    for (const Block& block : blocks_) copied->add(block.deadline_ms);
    return copied;
  }
  int64_t next_expiry_ms() const override {
    int64_t next = INT64_MAX;
    for (const Block& block : blocks_) next = std::min(next, block.deadline_ms);
    return next;
  }
  size_t reap(int64_t now_ms, size_t limit) override {
    size_t reaped = 0;
    for (size_t i = 0; i < blocks_.size() && reaped < limit;) {
      if (blocks_[i].deadline_ms >= now_ms) {
        i++;
        continue;
      }
      std::swap(blocks_[i], blocks_.back());
      drop();
      reaped++;
    }
    return reaped;
  }

 private:
  struct Block {
    char* memory;
    int64_t deadline_ms;
  };
  void drop() {
    release(blocks_.back().memory, kBlockBytes);
    blocks_.pop_back();
  }
  std::vector<Block> blocks_;
};

struct Shard {
  PagePool pages;
  Keyspace keyspace{0, kSlots, 2, pages, large_allocator(AllocatorKind::kPooled), kNow};

  Blocks* put(Bytes key, size_t blocks, int64_t deadline_ms = INT64_MAX,
              int64_t expiry_ms = kNoExpiry) {
    auto* value = new Blocks(keyspace.heap());
    for (size_t i = 0; i < blocks; i++) value->add(deadline_ms);
    const Key k(key);
    REQUIRE(
        keyspace.put(0, k, keyspace.edit(0, k),
                     {.type = Type::kHash, .encoding = Encoding::kHashtable, .collection = value},
                     expiry_ms, Event::kHset) == Written::kOk);
    return value;
  }
  void pass(int64_t ms) {
    keyspace.set_now_ms(keyspace.now_ms() + ms);
    while (keyspace.background(1'000'000)) {
    }
  }
};

}  // namespace

TEST_CASE("a collection is found, overwritten, removed and flushed; its memory is accounted") {
  Shard s;
  const size_t before = s.keyspace.heap().used_bytes();
  Blocks* value = s.put("a", 10);
  CHECK(s.keyspace.find(0, Key("a"))->collection() == value);
  CHECK(s.keyspace.find(0, Key("a"))->type() == Type::kHash);
  CHECK(value->bytes() == s.keyspace.heap().used_bytes());
  CHECK(value->bytes() >= 10 * kBlockBytes);
  s.put("a", 5000);  // discards the small one at once, this one later in slices
  const Key a("a");
  CHECK(s.keyspace.put(0, a, s.keyspace.edit(0, a), string_value("text"), kNoExpiry, Event::kSet) ==
        Written::kOk);
  CHECK(s.keyspace.find(0, a)->collection() == nullptr);
  CHECK(s.keyspace.heap().used_bytes() >= 5000 * kBlockBytes);
  s.pass(0);
  CHECK(s.keyspace.heap().used_bytes() == before);
  s.put("b", 3000, INT64_MAX, kNow + 1000);
  s.put("c", 3000);
  CHECK(s.keyspace.expiring_size(0) == 1);
  s.keyspace.remove(0, Key("c"), s.keyspace.edit(0, Key("c")), Event::kDel);
  s.keyspace.flush(0);
  s.pass(0);
  CHECK(s.keyspace.heap().used_bytes() == before);
}

TEST_CASE("values that wait to be freed in slices, and those that were freed so, are counted") {
  Shard s;
  const FreedInSlices& values = s.keyspace.heap().freed_in_slices();
  const auto remove = [&](Bytes key) {
    const Key k(key);
    s.keyspace.remove(0, k, s.keyspace.edit(0, k), Event::kDel);
  };
  s.put("small", 3);
  s.put("large", 5000);
  remove("small");  // at once
  CHECK(values.waiting.get() == 0);
  remove("large");
  CHECK(values.waiting.get() == 1);
  CHECK(values.freed.get() == 0);
  s.pass(1);
  CHECK(values.waiting.get() == 0);
  CHECK(values.freed.get() == 1);
  // Of a flushed database every value waits; a large one is counted once, when its last slice goes.
  for (const char* key : {"a", "b", "c"}) s.put(key, 3);
  s.put("d", 5000);
  s.keyspace.flush(0);
  CHECK(values.waiting.get() == 4);
  s.keyspace.background(0);
  CHECK(values.waiting.get() + values.freed.get() == 4 + 1);
  s.pass(1);
  CHECK(values.waiting.get() == 0);
  CHECK(values.freed.get() == 5);
}

TEST_CASE("members that are due are reaped, the key goes with the last") {
  Shard s;
  s.put("a", 1000, kNow + 500);
  Blocks* b = s.put("b", 3, kNow + 500, kNow + 60'000);
  b->add(kNow + 5000);
  s.put("c", 3);
  auto* c = static_cast<Blocks*>(s.keyspace.find(0, Key("c"))->collection());
  c->add(kNow + 800);
  CHECK(s.keyspace.arm_members(0, Key("c"), s.keyspace.find(0, Key("c"))) == Written::kOk);
  CHECK(s.keyspace.expiring_size(0) == 1);  // keys, not members
  s.pass(400);
  CHECK(s.keyspace.size(0) == 3);
  CHECK(c->elements() == 4);
  s.pass(700);
  CHECK(!s.keyspace.peek(0, Key("a")));
  CHECK(b->elements() == 1);
  CHECK(c->elements() == 3);
  s.pass(6000);
  CHECK(!s.keyspace.peek(0, Key("b")));
  CHECK(s.keyspace.expiring_size(0) == 0);
  s.pass(1'000'000);
  CHECK(c->elements() == 3);
}

TEST_CASE("deadlines of members survive growth of the table and another expiry of the key") {
  Shard s;
  constexpr int kKeys = 3000;
  for (int i = 0; i < kKeys; i++) s.put("key" + std::to_string(i), 2, kNow + 10'000 + i);
  for (int i = 0; i < kKeys; i += 2) {
    const std::string name = "key" + std::to_string(i);
    const Key key(name);
    CHECK(s.keyspace.set_expiry(0, key, s.keyspace.edit(0, key), kNow + 100'000, Event::kExpire) ==
          Written::kOk);
  }
  for (int i = 0; i < kKeys; i += 4) {
    const std::string name = "key" + std::to_string(i);
    const Key key(name);
    CHECK(s.keyspace.set_expiry(0, key, s.keyspace.edit(0, key), kNoExpiry, Event::kPersist) ==
          Written::kOk);
  }
  s.pass(9000);
  CHECK(s.keyspace.size(0) == kKeys);
  s.pass(5000);
  CHECK(s.keyspace.size(0) == 0);
  CHECK(s.keyspace.expiring_size(0) == 0);
}

TEST_CASE("a value handed to another shard takes its account along") {
  Shard from, to;
  Blocks* value = from.put("a", 100, kNow + 500);
  const size_t bytes = value->bytes();
  value->move_to(to.keyspace.heap());
  CHECK(
      to.keyspace.put(0, Key("b"), {},
                      {.type = Type::kHash, .encoding = Encoding::kHashtable, .collection = value},
                      kNoExpiry, Event::kRenameTo) == Written::kOk);
  const Found old = from.keyspace.peek(0, Key("a"));
  from.keyspace.forget_value(0, old);
  from.keyspace.remove(0, Key("a"), old, Event::kRenameFrom);
  CHECK(from.keyspace.heap().used_bytes() == 0);
  CHECK(to.keyspace.heap().used_bytes() == bytes);
  to.pass(1000);
  CHECK(to.keyspace.size(0) == 0);
  CHECK(to.keyspace.heap().used_bytes() == 0);
}

TEST_CASE("a blob grows, shrinks and is reformed in its entry") {
  Shard s;
  const Key key("a");
  Found found;
  for (size_t bytes : {1, 100, 300, 2000, 2100, 9000, 2500, 300, 7}) {
    char* blob = s.keyspace.resize_blob(0, key, found, Type::kList, Encoding::kQuicklist, bytes);
    REQUIRE(blob != nullptr);
    CHECK(found->bytes().size() == bytes);
    CHECK(found->bytes().data() == blob);
    CHECK(blob[0] == (bytes == 1 ? 0 : 'x'));
    blob[0] = 'x';
    blob[bytes - 1] = bytes == 1 ? 'x' : 'y';
    CHECK(s.keyspace.set_expiry(0, key, found, kNow + static_cast<int64_t>(bytes) + 1000,
                                Event::kExpire) == Written::kOk);
    found = s.keyspace.peek(0, key);
  }
  CHECK(found->type() == Type::kList);
  CHECK(found->encoding() == Encoding::kQuicklist);
  auto* value = new Blocks(s.keyspace.heap());
  CHECK(s.keyspace.reform(
            0, key, found,
            {.type = Type::kList, .encoding = Encoding::kQuicklist, .collection = value}) ==
        Written::kOk);
  CHECK(found->collection() == value);
  CHECK(found->expiry_ms() == kNow + 1007);
  CHECK(
      s.keyspace.reform(0, key, found,
                        {.type = Type::kList, .encoding = Encoding::kListpack, .bytes = "blob"}) ==
      Written::kOk);
  CHECK(found->bytes() == "blob");
  CHECK(s.keyspace.expiring_size(0) == 1);
  CHECK(s.keyspace.heap().used_bytes() == 0);
}

}  // namespace cobnut
