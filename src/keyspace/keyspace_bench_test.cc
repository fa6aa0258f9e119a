// What the keyspace costs, printed: `keyspace_test --no-skip -tc="bench: *"`. Skipped otherwise;
// nothing asserts a time. 1M keys of 16 bytes over 16 shards, as BENCH.md's memory rows; times are
// of batches of 16 as the executor runs them (all lines, all entries, all commands), on one thread,
// positions worked out beforehand or not as said.
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "keyspace/keyspace.h"
#include "memory/large.h"
#include "memory/pages.h"

namespace cobnut {
namespace {

constexpr uint32_t kShards = 16;
constexpr uint64_t kKeys = 1'000'000;
constexpr uint64_t kBatch = 16;
constexpr uint64_t kBatches = 250'000;
constexpr int64_t kNow = 1'700'000'000'000;
constexpr int64_t kDay = 86'400'000;

size_t resident_bytes() {
  size_t total = 0, resident = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  if (file == nullptr || fscanf(file, "%zu %zu", &total, &resident) != 2) resident = 0;
  if (file != nullptr) fclose(file);
  return resident * static_cast<size_t>(getpagesize());
}

uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

struct Server {
  PagePool pages;
  std::vector<std::unique_ptr<Keyspace>> shards;

  Server() {
    for (uint32_t i = 0; i < kShards; i++) {
      const uint32_t slots = kSlots / kShards;
      shards.push_back(std::make_unique<Keyspace>(i * slots, slots, 16, pages,
                                                  large_allocator(AllocatorKind::kPooled), kNow));
    }
  }
  Keyspace& at(const Key& key) { return *shards[slot_of(key.position) / (kSlots / kShards)]; }

  static void key_text(uint64_t i, char* out) {
    snprintf(out, 17, "%016llx", static_cast<unsigned long long>(mix(i + 1)));
  }
  void load(uint64_t first, uint64_t last, size_t value_bytes, bool ttl) {
    const std::string value(value_bytes, 'v');
    char text[17];
    for (uint64_t i = first; i < last; i++) {
      key_text(i, text);
      const Key key(Bytes(text, 16));
      Keyspace& shard = at(key);
      const int64_t expiry = ttl ? kNow + kDay + static_cast<int64_t>(mix(i) % kDay) : kNoExpiry;
      const Value v{.encoding = Encoding::kEmbstr, .bytes = value};
      REQUIRE(shard.put(0, key, shard.edit(0, key), v, expiry, Event::kSet) == Written::kOk);
    }
  }
  double per_key(size_t (Keyspace::*bytes)() const) {
    size_t sum = 0;
    for (auto& shard : shards) sum += ((*shard).*bytes)();
    return static_cast<double>(sum) / static_cast<double>(kKeys);
  }
};

void memory_row(size_t value_bytes, bool ttl) {
  const size_t before = resident_bytes();
  Server server;
  const int64_t start = monotonic_clock_us();
  server.load(0, kKeys, value_bytes, ttl);
  const int64_t took = monotonic_clock_us() - start;
  const double payload = 16.0 + static_cast<double>(value_bytes);
  const double grown = static_cast<double>(resident_bytes() - before) / kKeys;
  printf(
      "%4zu-byte values%s: RSS %.1f B a key beyond key and value; used %.1f, metadata %.1f, "
      "committed %.1f; load %.0f ns a key\n",
      value_bytes, ttl ? " with TTL" : "", grown - payload,
      server.per_key(&Keyspace::used_bytes) - payload, server.per_key(&Keyspace::metadata_bytes),
      server.per_key(&Keyspace::committed_bytes) - payload,
      static_cast<double>(took) * 1000.0 / kKeys);
}

// Runs command(shard, key) in batches of 16 random keys; ns a command.
template <typename F>
double batches(Server& server, bool prefetch, F command) {
  std::vector<std::string> texts(65536);
  for (uint64_t i = 0; i < texts.size(); i++) {
    texts[i].resize(17);
    Server::key_text(mix(i * 7919) % kKeys, texts[i].data());
  }
  const int64_t start = monotonic_clock_us();
  for (uint64_t b = 0; b < kBatches; b++) {
    Position positions[kBatch];
    const std::string* batch = &texts[mix(b) % (texts.size() - kBatch)];
    for (uint64_t i = 0; i < kBatch; i++) {
      const Key key(Bytes(batch[i].data(), 16));
      positions[i] = key.position;
      if (prefetch) server.at(key).prefetch_line(0, key.position);
    }
    if (prefetch) {
      for (uint64_t i = 0; i < kBatch; i++) {
        const Key key(Bytes(batch[i].data(), 16), positions[i]);
        server.at(key).prefetch_entry(0, key.position);
      }
    }
    for (uint64_t i = 0; i < kBatch; i++) {
      const Key key(Bytes(batch[i].data(), 16), positions[i]);
      command(server.at(key), key);
    }
  }
  return static_cast<double>(monotonic_clock_us() - start) * 1000.0 / (kBatches * kBatch);
}

void time_rows(size_t value_bytes) {
  Server server;
  server.load(0, kKeys, value_bytes, false);
  const std::string value(value_bytes, 'w');
  std::string out(4096, '\0');
  const auto get = [&](Keyspace& shard, const Key& key) {
    const Found found = shard.find(0, key);
    REQUIRE(found);
    const Bytes bytes = found->bytes();
    memcpy(out.data(), bytes.data(), bytes.size());
  };
  const auto set = [&](Keyspace& shard, const Key& key) {
    const Value v{.encoding = Encoding::kEmbstr, .bytes = value};
    shard.put(0, key, shard.edit(0, key), v, kNoExpiry, Event::kSet);
  };
  const auto hash_only = [&](Keyspace&, const Key& key) {
    out[0] = static_cast<char>(key.position);
  };
  batches(server, true, get);
  const double hash = batches(server, false, hash_only);
  printf(
      "%4zu-byte values: GET in batches of 16 %.0f ns, one by one %.0f; SET %.0f and %.0f; of "
      "these hashing %.0f\n",
      value_bytes, batches(server, true, get), batches(server, false, get),
      batches(server, true, set), batches(server, false, set), hash);
}

}  // namespace

TEST_CASE("bench: memory 8" * doctest::skip()) { memory_row(8, false); }
TEST_CASE("bench: memory 64" * doctest::skip()) { memory_row(64, false); }
TEST_CASE("bench: memory 64 ttl" * doctest::skip()) { memory_row(64, true); }
TEST_CASE("bench: memory 200" * doctest::skip()) { memory_row(200, false); }
TEST_CASE("bench: time" * doctest::skip()) {
  for (size_t value_bytes : {8, 64, 200}) time_rows(value_bytes);
}

}  // namespace cobnut
