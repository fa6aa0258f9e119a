// Random operations on several shards against std::unordered_map, under a driven clock: growth,
// merges, expiry, flush and swap happen between the calls of a running SCAN, which may lose
// nothing.
#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/numbers.h"
#include "keyspace/keyspace.h"
#include "keyspace/wheel.h"
#include "memory/large.h"
#include "memory/pages.h"

namespace cobnut {
namespace {

constexpr int64_t kStart = 1'700'000'000'000;
constexpr int kDatabases = 3;
constexpr int64_t kForever = 1'000'000'000;  // us, a budget that is never used up

#if defined(__SANITIZE_ADDRESS__)
constexpr int kOperations = 150'000;
#else
constexpr int kOperations = 1'000'000;
#endif

struct Held {
  std::string value;
  int64_t expiry_ms;
};
using Database = std::unordered_map<std::string, Held>;

// How the number of a key becomes its text.
struct Naming {
  std::string name;
  int keys_per_tag;  // 0: no tags
};

class World {
 public:
  World(Naming naming, uint32_t shards, uint32_t keys, uint32_t seed)
      : naming_(std::move(naming)), keys_(keys), random_(seed) {
    set_hash_seed(seed);
    const uint32_t slots = kSlots / shards;
    for (uint32_t i = 0; i < shards; i++) {
      shards_.push_back(std::make_unique<Keyspace>(
          i * slots, slots, kDatabases, pages_, large_allocator(AllocatorKind::kPooled), kStart));
    }
    model_.resize(kDatabases);
  }

  void run(int operations) {
    int set_share = 60;
    for (int i = 0; i < operations; i++) {
      if (i % (operations / 30) == 0) set_share = std::vector<int>{15, 60, 90}[pick(3)];
      if (pick(4) == 0) advance(static_cast<int64_t>(pick(3)));
      step(set_share);
      if (pick(64) == 0) scan_step();
      if (pick(3000) == 0) background();
      if (i % (operations / 5) == 0) compare_all();
    }
    compare_all();
    // Long after, nothing with an expiry is left anywhere, and nobody had to look.
    advance(int64_t{1} << 40);
    background();
    for (int db = 0; db < kDatabases; db++) CHECK(total(&Keyspace::expiring_size, db) == 0);
    compare_all();
    CHECK(scans_ > 0);
    for (auto& shard : shards_) {
      for (int db = 0; db < kDatabases; db++) shard->flush(db);
      CHECK(!shard->background(kForever));
      CHECK(shard->stats().keys.get() == 0);
      CHECK(shard->used_bytes() == shard->metadata_bytes());
    }
    shards_.clear();
    CHECK(pages_.free_bytes() == pages_.mapped_bytes());
    MESSAGE(naming_.name << ": " << scans_ << " full scans returned " << returned_ << ", " << twice_
                         << " of them twice; " << expired_ << " keys expired");
    CHECK(twice_ * 100 <= returned_);
  }

 private:
  uint32_t pick(uint32_t n) { return static_cast<uint32_t>(random_() % n); }
  Keyspace& shard_of(uint32_t slot) { return *shards_[slot / (kSlots / shards_.size())]; }
  Keyspace& shard_of(const Key& key) { return shard_of(slot_of(key.position)); }
  size_t total(size_t (Keyspace::*count)(int) const, int db) {
    size_t sum = 0;
    for (auto& shard : shards_) sum += ((*shard).*count)(db);
    return sum;
  }

  std::string key_text(uint32_t i) {
    std::string text = "k" + std::to_string(i);
    if (naming_.keys_per_tag > 0) {
      text = "{" + std::to_string(i / static_cast<uint32_t>(naming_.keys_per_tag)) + "}" + text;
    }
    if (i % 50 == 3) text += std::string(i % 400, 'p');
    if (i % 1000 == 7) text += std::string(1100, 'q');
    return text;
  }

  std::string value_text() {
    switch (pick(8)) {
      case 0:
        return std::to_string(random_());
      case 1:
        return std::to_string(pick(1000));
      case 2:
        return pick(40) == 0 ? std::string(2000 + pick(4000), 'l') : "";
      default:
        return std::string(pick(200), static_cast<char>('a' + pick(26)));
    }
  }

  int64_t expiry() {
    if (pick(3) != 0) return kNoExpiry;
    return now_ms_ + std::vector<int64_t>{0, 40, 1000, 20000, 3'000'000}[pick(5)] + pick(200);
  }

  bool due(const Held& held) const {
    return held.expiry_ms != kNoExpiry && now_ms_ > held.expiry_ms;
  }

  // The live one of the model, or nullptr.
  Held* expected(int db, const std::string& key) {
    auto it = model_[db].find(key);
    if (it == model_[db].end()) return nullptr;
    if (!due(it->second)) return &it->second;
    model_[db].erase(it);
    expired_++;
    return nullptr;
  }

  void advance(int64_t ms) {
    now_ms_ += ms;
    for (auto& shard : shards_) shard->set_now_ms(now_ms_);
  }

  void check_same(Found found, const Held* held) {
    REQUIRE(static_cast<bool>(found) == (held != nullptr));
    if (held == nullptr) return;
    char buffer[kIntTextMax];
    REQUIRE(found->text(buffer) == held->value);
    REQUIRE(found->expiry_ms() == held->expiry_ms);
  }

  void step(int set_share) {
    const int db = pick(20) == 0 ? 1 + static_cast<int>(pick(2)) : 0;
    const std::string text = key_text(pick(keys_));
    const Key key(text);
    Keyspace& shard = shard_of(key);
    Held* held = expected(db, text);
    const Found found = pick(2) ? shard.edit(db, key) : shard.peek(db, key);
    check_same(found, held);
    const int what = static_cast<int>(pick(100));
    if (what < set_share) {
      if (what % 10 == 0) {
        append(db, key, found, held);
      } else if (what % 10 == 1 && held != nullptr) {
        held->expiry_ms = expiry();
        REQUIRE(shard.set_expiry(db, key, found, held->expiry_ms, Event::kExpire) == Written::kOk);
        note_gone(db, text, held->expiry_ms);
      } else {
        const Held now{value_text(), expiry()};
        REQUIRE(shard.put(db, key, found, string_value(now.value), now.expiry_ms, Event::kSet) ==
                Written::kOk);
        model_[db][text] = now;
        note_gone(db, text, now.expiry_ms);
      }
    } else if (held != nullptr) {
      shard.remove(db, key, found, Event::kDel);
      model_[db].erase(text);
      must_.erase(text);
    }
    check_same(shard.find(db, key), expected(db, text));
    if (pick(100'000) == 0) flush_or_swap();
  }

  void append(int db, const Key& key, Found found, Held* held) {
    const std::string more = value_text();
    const size_t old_bytes = held == nullptr ? 0 : held->value.size();
    Keyspace& shard = shard_of(key);
    char* bytes = shard.resize_string(db, key, found, old_bytes + more.size());
    REQUIRE(bytes != nullptr);
    memcpy(bytes + old_bytes, more.data(), more.size());
    shard.committed(db, key, Event::kAppend);
    if (held != nullptr) {
      held->value += more;
    } else {
      model_[db][std::string(key.bytes)] = {more, kNoExpiry};
    }
  }

  // A running scan owes nothing to a key that may expire under it.
  void note_gone(int db, const std::string& text, int64_t expiry_ms) {
    if (db == 0 && expiry_ms != kNoExpiry) must_.erase(text);
  }

  void flush_or_swap() {
    scanning_ = false;
    if (pick(2) == 0) {
      const int db = static_cast<int>(pick(kDatabases));
      for (auto& shard : shards_) shard->flush(db);
      model_[db].clear();
    } else {
      for (auto& shard : shards_) shard->swap(0, 1);
      std::swap(model_[0], model_[1]);
    }
  }

  void background() {
    for (auto& shard : shards_) REQUIRE(!shard->background(kForever));
    for (int db = 0; db < kDatabases; db++) {
      size_t live = 0, may_be_left = 0;  // what fell due within the running tick may be there
      for (const auto& [text, held] : model_[db]) {
        if (!due(held)) {
          live++;
        } else if (now_ms_ <= held.expiry_ms + kWheelTickMs) {
          may_be_left++;
        }
      }
      const size_t size = total(&Keyspace::size, db);
      REQUIRE(size >= live);
      REQUIRE(size <= live + may_be_left);
    }
  }

  void scan_step() {
    if (!scanning_) {
      must_.clear();
      for (const auto& [text, held] : model_[0]) {
        if (held.expiry_ms == kNoExpiry) must_[text] = 0;
      }
      cursor_ = 0;
      scanning_ = true;
    }
    const size_t count = 1 + pick(1 + keys_ / 100);
    size_t visited = 0;
    const auto visit = [&](Bytes key, const Entry& entry) {
      visited++;
      returned_++;
      const std::string text(key);
      const Held* held = expected(0, text);
      REQUIRE(held != nullptr);
      REQUIRE(entry.expiry_ms() == held->expiry_ms);
      const auto it = must_.find(text);
      if (it != must_.end() && it->second++ > 0) twice_++;
    };
    do {
      cursor_ = shard_of(scan_cursor_slot(cursor_)).scan(0, cursor_, count, visit);
    } while (visited == 0 && cursor_ != kScanEnd);
    REQUIRE(cursor_ < (uint64_t{1} << 53));
    if (cursor_ != kScanEnd) return;
    for (const auto& [text, times] : must_) REQUIRE_MESSAGE(times > 0, text);
    scanning_ = false;
    scans_++;
  }

  void compare_all() {
    for (int db = 0; db < kDatabases; db++) {
      size_t live = 0;
      std::unordered_map<uint32_t, uint32_t> slots;
      for (const auto& [text, held] : model_[db]) {
        if (due(held)) continue;
        live++;
        const Key key(text);
        slots[slot_of(key.position)]++;
        check_same(shard_of(key).peek(db, key), &held);
      }
      size_t visited = 0;
      for (auto& shard : shards_) {
        shard->for_each(db, [&](Bytes, const Entry&) { visited++; });
      }
      REQUIRE(visited == live);
      size_t keys = 0;
      for (uint32_t slot = 0; slot < kSlots; slot++) {
        const uint32_t there = shard_of(slot).keys_in_slot(db, slot);
        keys += there;
        if (slot % 997 != 0 && there < 1000) continue;
        const auto it = slots.find(slot);
        size_t in_slot = 0;
        shard_of(slot).for_each_in_slot(db, slot, SIZE_MAX,
                                        [&](Bytes, const Entry&) { in_slot++; });
        const size_t in_model = it == slots.end() ? 0 : it->second;
        REQUIRE(in_slot == in_model);
      }
      REQUIRE(keys == total(&Keyspace::size, db));
    }
  }

  const Naming naming_;
  const uint32_t keys_;
  std::mt19937_64 random_;
  PagePool pages_;
  std::vector<std::unique_ptr<Keyspace>> shards_;
  std::vector<Database> model_;
  int64_t now_ms_ = kStart;

  bool scanning_ = false;
  uint64_t cursor_ = 0;
  std::unordered_map<std::string, int> must_;  // there since the scan began: times returned
  size_t scans_ = 0, returned_ = 0, twice_ = 0, expired_ = 0;
};

}  // namespace

TEST_CASE("random operations: keys of their own slots, one shard") {
  World({"plain", 0}, 1, 40'000, 1).run(kOperations);
}
TEST_CASE("random operations: keys of their own slots, 16 shards") {
  World({"plain, 16 shards", 0}, 16, 30'000, 2).run(kOperations);
}
TEST_CASE("random operations: 60 keys a hash tag") {
  World({"60 a tag", 60}, 4, 30'000, 3).run(kOperations);
}
TEST_CASE("random operations: 4000 keys a hash tag") {
  World({"4000 a tag", 4000}, 2, 30'000, 4).run(kOperations);
}
TEST_CASE("random operations: one hash tag for all") {
  World({"one tag", 1'000'000}, 16, 20'000, 5).run(kOperations);
}
TEST_CASE("random operations: few keys") { World({"few", 0}, 16384, 50, 6).run(kOperations / 20); }

}  // namespace cobnut
