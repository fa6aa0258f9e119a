// What the keyspace costs, printed: `keyspace_test --no-skip -tc="bench: *"`. Skipped otherwise;
// nothing asserts a time. 1M keys of 16 bytes over 16 shards, as BENCH.md's memory rows; times are
// of batches of 16 as the executor runs them (all lines, all entries, all commands), on one thread,
// positions worked out beforehand or not as said.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
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
constexpr uint64_t kBatches = 20'000;  // a round
constexpr int kRounds = 7;
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

  // 16 bytes of noise.
  static void key_text(uint64_t i, char* out) {
    const uint64_t words[2] = {i * 0x9E3779B97F4A7C15ull, i ^ 0x5BD1E995A5A5A5A5ull};
    memcpy(out, words, sizeof(words));
  }
  void load(uint64_t first, uint64_t last, size_t value_bytes, bool ttl) {
    const std::string value(value_bytes, 'v');
    char text[16];
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

// Tables go through a cycle with each doubling; this is the mean and the worst over the cycle.
void growth_row() {
  Server server;
  double metadata = 0, committed = 0, metadata_max = 0, committed_max = 0;
  int points = 0;
  for (uint64_t keys = kKeys / 64; keys < 2 * kKeys; keys += kKeys / 64) {
    server.load(keys - kKeys / 64, keys, 8, false);
    if (keys < kKeys) continue;
    const double scale = static_cast<double>(kKeys) / static_cast<double>(keys);
    const double m = server.per_key(&Keyspace::metadata_bytes) * scale;
    const double c = server.per_key(&Keyspace::committed_bytes) * scale - 24;
    metadata += m;
    committed += c;
    metadata_max = std::max(metadata_max, m);
    committed_max = std::max(committed_max, c);
    points++;
  }
  printf(
      "growth from 1M to 2M keys, 8-byte values: metadata %.2f B a key, worst %.2f; committed "
      "%.2f, worst %.2f\n",
      metadata / points, metadata_max, committed / points, committed_max);
}

// Runs command(shard, key) in batches of 16 random keys; ns a command, the best of the rounds.
template <typename F>
double batches(Server& server, bool prefetch, F command) {
  double best = 1e9;
  uint64_t seed = 1;
  for (int round = 0; round < kRounds; round++) {
    const int64_t start = monotonic_clock_us();
    for (uint64_t b = 0; b < kBatches; b++) {
      char texts[kBatch][16];
      Position positions[kBatch];
      for (uint64_t i = 0; i < kBatch; i++) {
        Server::key_text(mix(seed++) % kKeys, texts[i]);
        const Key key(Bytes(texts[i], 16));
        positions[i] = key.position;
        if (prefetch) server.at(key).prefetch_line(0, key.position);
      }
      for (uint64_t i = 0; prefetch && i < kBatch; i++) {
        const Key key(Bytes(texts[i], 16), positions[i]);
        Keyspace& keyspace = server.at(key);
        const Handle handle = keyspace.likely_entry(0, key.position);
        if (handle != kNoHandle) keyspace.prefetch_entry(handle, false);
      }
      for (uint64_t i = 0; i < kBatch; i++) {
        const Key key(Bytes(texts[i], 16), positions[i]);
        command(server.at(key), key);
      }
    }
    const double us = static_cast<double>(monotonic_clock_us() - start);
    best = std::min(best, us * 1000.0 / (kBatches * kBatch));
  }
  return best;
}

void time_rows(size_t value_bytes) {
  Server server;
  server.load(0, kKeys, value_bytes, false);
  const std::string value(value_bytes, 'w');
  std::string out(4096, '\0');
  const auto get = [&](Keyspace& shard, const Key& key) {
    const Found found = shard.find(0, key);
    const Bytes bytes = found ? found->bytes() : Bytes();
    memcpy(out.data(), bytes.data(), bytes.size());
  };
  const auto set = [&](Keyspace& shard, const Key& key) {
    const Value v{.encoding = Encoding::kEmbstr, .bytes = value};
    shard.put(0, key, shard.edit(0, key), v, kNoExpiry, Event::kSet);
  };
  const auto hash_only = [&](Keyspace&, const Key& key) {
    out[0] = static_cast<char>(key.position);
  };
  for (auto& shard : server.shards) shard->set_now_ms(kNow + 1);
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
TEST_CASE("bench: growth" * doctest::skip()) { growth_row(); }
TEST_CASE("bench: time" * doctest::skip()) {
  for (size_t value_bytes : {8, 64, 200}) time_rows(value_bytes);
}

}  // namespace cobnut
