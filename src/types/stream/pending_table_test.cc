#include "types/stream/pending_table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <tuple>

#include "types/stream/test_memory.h"

namespace cobnut {
namespace {

using Model = std::map<StreamId, PendingEntry>;

bool same(const PendingEntry& a, const PendingEntry& b) {
  return std::tie(a.id, a.consumer, a.delivered_ms, a.deliveries) ==
         std::tie(b.id, b.consumer, b.delivered_ms, b.deliveries);
}

void check(const PendingTable& table, const Model& model) {
  REQUIRE(table.size() == model.size());
  PendingTable::Cursor at = table.first();
  for (const auto& [id, entry] : model) {
    REQUIRE(at);
    REQUIRE(at.id() == id);
    REQUIRE(same(*at, entry));
    at.next();
  }
  REQUIRE(!at);
  if (!model.empty()) REQUIRE(table.last().id() == model.rbegin()->first);
}

// Numbers of all sizes, mostly small ones near each other.
struct Random {
  std::mt19937_64 source;
  uint64_t below(uint64_t limit) { return source() % limit; }
  uint64_t number() { return below(20) == 0 ? source() >> below(64) : 1000 + below(50); }
  PendingEntry entry(StreamId id) {
    return {.id = id,
            .consumer = reinterpret_cast<Consumer*>(0x7f0000001000 + 64 * below(9)),
            .delivered_ms = static_cast<int64_t>(number() >> 1),
            .deliveries = number()};
  }
};

void run(uint64_t seed, uint64_t ids, uint64_t shift, bool in_order) {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  TestMemory memory(heap);
  const size_t before = heap.used_bytes();
  PendingTable table;
  Model model;
  Random random{std::mt19937_64(seed)};
  StreamId next;
  for (int step = 0; step < 20'000; step++) {
    StreamId id{random.below(ids) << shift, random.below(3) << shift};
    // Long phases that grow and that shrink.
    const bool grows = random.below(10) < (step / 4000 % 2 == 0 ? 7 : 3);
    if (grows && in_order) id = next = {next.ms + random.below(2), next.seq + 1};
    const auto known = model.find(id);
    REQUIRE(static_cast<bool>(table.find(id)) == (known != model.end()));
    if (grows) {
      const PendingEntry entry = random.entry(id);
      known == model.end() ? table.insert(memory, entry)
                           : table.replace(memory, table.find(id), entry);
      model[id] = entry;
    } else {
      if (in_order && !model.empty()) id = model.begin()->first;
      REQUIRE(table.erase(memory, id) == (model.erase(id) == 1));
    }
    const auto bound = model.lower_bound(id);
    const PendingTable::Cursor found = table.lower_bound(id);
    REQUIRE(static_cast<bool>(found) == (bound != model.end()));
    if (found) REQUIRE(same(*found, bound->second));
    if (step % 500 == 0) check(table, model);
  }
  check(table, model);
  while (table.free_some(memory) > 0) {
  }
  CHECK(table.empty());
  CHECK(heap.used_bytes() == before);
}

}  // namespace

TEST_CASE("pending table: random operations against a map") {
  run(1, 2000, 0, false);
  run(2, 200, 40, false);
  run(3, 30, 58, false);
  run(4, 5000, 3, true);
}

TEST_CASE("pending table: the whole range of every column") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  TestMemory memory(heap);
  PendingTable table;
  Model model;
  for (int bit = 63; bit >= 0; bit--) {  // each below all others
    const uint64_t number = uint64_t{1} << bit;
    for (const StreamId id : {StreamId{number, UINT64_MAX}, StreamId{number, 0}}) {
      model[id] = {.id = id, .delivered_ms = INT64_MAX >> bit, .deliveries = UINT64_MAX >> bit};
      table.insert(memory, model[id]);
    }
  }
  model[kStreamIdMax] = {.id = kStreamIdMax, .deliveries = UINT64_MAX};
  table.insert(memory, model[kStreamIdMax]);
  check(table, model);
  while (table.free_some(memory) > 0) {
  }
}

TEST_CASE("pending table: an entry takes some bytes, and less once the table is sparse") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  TestMemory memory(heap);
  PendingTable table;
  const size_t before = heap.used_bytes();
  constexpr uint64_t kEntries = 64'000;
  for (uint64_t i = 0; i < kEntries; i++) {
    table.insert(memory, {.id = {1'700'000'000'000 + i, 0},
                          .consumer = reinterpret_cast<Consumer*>(0x7f0000001000 + i / 10 % 5 * 96),
                          .delivered_ms = static_cast<int64_t>(1'700'000'100'000 + i / 3),
                          .deliveries = 1});
  }
  const size_t full = heap.used_bytes() - before;
  MESSAGE("bytes an entry: ", static_cast<double>(full) / kEntries);
  CHECK(full < 7 * kEntries);
  for (uint64_t i = 0; i < kEntries; i++) {
    if (i % 10 != 0) REQUIRE(table.erase(memory, StreamId{1'700'000'000'000 + i, 0}));
  }
  CHECK(heap.used_bytes() - before < full / 5);
  while (table.free_some(memory) > 0) {
  }
}

}  // namespace cobnut
