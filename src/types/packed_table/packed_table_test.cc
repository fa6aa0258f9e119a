// Random operations against std::unordered_map, over leaves of several sizes and hashes that
// collide.
#include "types/packed_table/packed_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "types/packed_table/packed_forecast.h"

namespace cobnut {
namespace {

using Values = PackedTable::Values;

struct Fixture {
  CollectionHeap heap{large_allocator(AllocatorKind::kPooled)};
};

void destroy(PackedTable* table) {
  while (table->free_some(37)) {
  }
  delete table;
}

struct Model {
  std::string value;
  int64_t deadline_ms = kNoDeadline;
};
using Elements = std::unordered_map<std::string, Model>;

std::string text(std::mt19937_64& random, size_t bytes) {
  std::string made(bytes, '\0');
  for (char& c : made) c = static_cast<char>(random());
  return made;
}

size_t some_length(std::mt19937_64& random) {
  switch (random() % 20) {
    case 0:
      return random() % 3000;  // outside
    case 1:
      return 240 + random() % 30;
    case 2:
      return 0;
    default:
      return random() % 40;
  }
}

int64_t some_deadline(std::mt19937_64& random) {
  return random() % 3 != 0 ? kNoDeadline : static_cast<int64_t>(random() % 1000);
}

void check_same(const PackedTable& table, const Elements& model) {
  REQUIRE(table.elements() == model.size());
  size_t seen = 0;
  size_t with_deadline = 0;
  int64_t earliest = kNoDeadline;
  table.for_each([&](const PackedElement& element) {
    const auto it = model.find(std::string(element.key));
    REQUIRE(it != model.end());
    REQUIRE(it->second.value == element.value);
    REQUIRE(it->second.deadline_ms == element.deadline_ms);
    if (element.deadline_ms != kNoDeadline) with_deadline++;
    earliest = std::min(earliest, element.deadline_ms);
    seen++;
  });
  REQUIRE(seen == model.size());
  REQUIRE(table.elements_with_deadline() == with_deadline);
  REQUIRE(table.next_expiry_ms() <= earliest);
  std::vector<Bytes> keys = {"not there"};
  for (const auto& [key, element] : model) keys.push_back(key);
  table.prefetch(keys);  // no more than a hint: also of too many
  for (const auto& [key, element] : model) {
    const PackedPlace place = table.find(key);
    REQUIRE(place);
    REQUIRE((*place).key == key);
    REQUIRE((*place).value == element.value);
  }
}

// Grows, stays and shrinks, some rounds of each.
void run_random(Values values, PackedTuning tuning, uint64_t seed, int operations, size_t keys) {
  Fixture f;
  std::mt19937_64 random(seed);
  auto* table = new PackedTable(f.heap, values, tuning);
  Elements model;
  std::vector<std::string> names;
  for (size_t i = 0; i < keys; i++) {
    std::string name = std::to_string(i);
    if (random() % 4 == 0) name += text(random, some_length(random));
    names.push_back(name);
  }
  for (int i = 0; i < operations; i++) {
    const std::string& key = names[random() % keys];
    const unsigned eraser = (i / 4000) % 3 == 1 ? 80 : 20;  // percent
    const PackedPlace place = table->find(key);
    const auto known = model.find(key);
    REQUIRE(static_cast<bool>(place) == (known != model.end()));
    if (random() % 100 < eraser) {
      if (!place) continue;
      table->erase(place);
      model.erase(known);
    } else if (!place || random() % 3 != 0) {
      const std::string value = values == Values::kOne ? text(random, some_length(random)) : "";
      const int64_t deadline = some_deadline(random);
      if (place) {
        table->set(place, value, deadline);
      } else {
        table->insert(place, key, value, deadline);
      }
      model[key] = {value, deadline};
    } else {
      const int64_t deadline = some_deadline(random);
      table->set_deadline(place, deadline);
      known->second.deadline_ms = deadline;
    }
    if (i % 1000 == 999) {
      const int64_t now_ms = static_cast<int64_t>(random() % 60);
      while (table->next_expiry_ms() < now_ms && table->reap(now_ms, 10) > 0) {
      }
      std::erase_if(model, [&](const auto& pair) { return pair.second.deadline_ms < now_ms; });
      check_same(*table, model);
      if (!model.empty()) {
        const PackedPlace any = table->random();
        REQUIRE(any);
        REQUIRE(model.contains(std::string((*any).key)));
      }
    }
  }
  auto* copied = static_cast<PackedTable*>(table->copy(f.heap));
  destroy(table);
  check_same(*copied, model);
  for (const auto& [key, element] : model) copied->erase(copied->find(key));
  CHECK(copied->elements() == 0);
  CHECK(copied->bytes() < 1024);  // one small leaf, whatever there was
  destroy(copied);
  CHECK(f.heap.used_bytes() == 0);
}

}  // namespace

TEST_CASE("random operations against a model") {
  run_random(Values::kOne, {}, 1, 60'000, 3000);
  run_random(Values::kNone, {}, 2, 60'000, 3000);
  run_random(Values::kOne, {.leaf_bytes = 200}, 3, 60'000, 3000);
  run_random(Values::kNone, {.leaf_bytes = 200}, 4, 60'000, 3000);
  run_random(Values::kOne, {.leaf_bytes = 200}, 5, 60'000, 30);
}

TEST_CASE("hashes that collide fill chains, and no insert splits for ever") {
  run_random(Values::kOne, {.hash_mask = 0}, 6, 20'000, 500);
  run_random(Values::kNone, {.hash_mask = uint64_t{3} << 62}, 7, 20'000, 700);
  run_random(Values::kNone, {.leaf_bytes = 200, .hash_mask = uint64_t{5} << 17 | 255}, 8, 20'000,
             700);
}

TEST_CASE("a scan returns all that was there throughout, while the table grows and shrinks") {
  for (const uint16_t leaf_bytes : {200, 768}) {
    for (const bool growing : {true, false}) {
      Fixture f;
      auto* table = new PackedTable(f.heap, Values::kNone, {.leaf_bytes = leaf_bytes});
      const auto add = [&](const std::string& key) { table->insert(table->find(key), key); };
      for (int i = 0; i < 2000; i++) add("stays" + std::to_string(i));
      if (!growing) {
        for (int i = 0; i < 20'000; i++) add("goes" + std::to_string(i));
      }
      std::map<std::string, int> seen;
      uint64_t cursor = 0;
      int next = 0;
      do {
        cursor = table->scan(
            cursor, 10, [&](const PackedElement& element) { seen[std::string(element.key)]++; });
        CHECK(cursor < uint64_t{1} << 48);
        for (int i = 0; i < 100 && next < 20'000; i++, next++) {
          const std::string key = "goes" + std::to_string(next);
          growing ? add(key) : table->erase(table->find(key));
        }
      } while (cursor != 0);
      for (int i = 0; i < 2000; i++) CHECK(seen["stays" + std::to_string(i)] == 1);
      destroy(table);
    }
  }
}

TEST_CASE("a scan returns about as many as were asked for") {
  Fixture f;
  auto* table = new PackedTable(f.heap, Values::kNone);
  for (int i = 0; i < 10'000; i++) {
    const std::string key = std::to_string(i);
    table->insert(table->find(key), key);
  }
  for (const size_t count : {1u, 10u, 100u, 1000u}) {
    uint64_t cursor = 0;
    size_t calls = 0;
    size_t seen = 0;
    do {
      size_t now = 0;
      cursor = table->scan(cursor, count, [&](const PackedElement&) { now++; });
      CHECK(now <= 4 * count + 20);
      seen += now;
      calls++;
    } while (cursor != 0);
    CHECK(seen == 10'000);
    CHECK(calls >= 10'000 / (4 * count + 20));
  }
  destroy(table);
}

TEST_CASE("random elements are uniform: chi-square") {
  for (const int elements : {5, 100, 2000}) {
    Fixture f;
    auto* table = new PackedTable(f.heap, Values::kNone);
    std::mt19937_64 random(9);
    for (int i = 0; i < elements; i++) {
      const std::string key = std::to_string(i) + std::string(random() % 100, 'x');
      table->insert(table->find(key), key);
    }
    std::map<std::string, int> drawn;
    const int draws = elements * 200;
    for (int i = 0; i < draws; i++) drawn[std::string((*table->random()).key)]++;
    REQUIRE(drawn.size() == static_cast<size_t>(elements));
    double chi_square = 0;
    for (const auto& [key, times] : drawn) chi_square += (times - 200.0) * (times - 200.0) / 200.0;
    // Mean n - 1, variance 2 (n - 1): 6 standard deviations.
    const double freedom = elements - 1;
    CHECK(chi_square < freedom + 6 * std::sqrt(2 * freedom) + 10);
    destroy(table);
  }
}

TEST_CASE("reaping takes what is due, some leaves a call, and passes the rest by") {
  Fixture f;
  auto* table = new PackedTable(f.heap, Values::kOne);
  for (int i = 0; i < 20'000; i++) {
    const std::string key = std::to_string(i);
    table->insert(table->find(key), key, "value", i % 2 == 0 ? kNoDeadline : 1000 + i);
  }
  CHECK(table->elements_with_deadline() == 10'000);
  CHECK(table->next_expiry_ms() == 1001);
  CHECK(table->reap(1001, 100) == 0);
  CHECK(table->reap(1002, 100) == 1);
  CHECK(table->next_expiry_ms() == 1003);
  size_t reaped = 0;
  while (table->next_expiry_ms() < 11'000) {
    const size_t now = table->reap(11'000, 100);
    CHECK(now > 0);
    CHECK(now <= 100 + 512);
    reaped += now;
  }
  CHECK(reaped == 4999);
  CHECK(table->elements() == 15'000);
  while (table->reap(1'000'000, 256) > 0) {
  }
  CHECK(table->elements() == 10'000);
  CHECK(table->elements_with_deadline() == 0);
  CHECK(table->next_expiry_ms() == kNoDeadline);
  destroy(table);
  CHECK(f.heap.used_bytes() == 0);
}

TEST_CASE("memory of an element, while a table grows and after 90 % of it went") {
  struct Case {
    Values values;
    size_t value_bytes;
    double most;  // bytes of an element, payload included
  };
  for (const Case& c : {Case{Values::kNone, 0, 20}, Case{Values::kOne, 8, 31}}) {
    Fixture f;
    auto* table = new PackedTable(f.heap, c.values);
    const std::string value(c.value_bytes, 'v');
    constexpr int kElements = 200'000;
    for (int i = 0; i < kElements; i++) {
      char key[16];
      snprintf(key, sizeof(key), "member%06d", i);
      table->insert(table->find(key), key, value);
      if (i % 9973 == 9972) CHECK(static_cast<double>(table->bytes()) / (i + 1) < c.most);
    }
    for (int i = 0; i < kElements; i++) {
      if (i % 10 == 0) continue;
      char key[16];
      snprintf(key, sizeof(key), "member%06d", i);
      table->erase(table->find(key));
    }
    CHECK(static_cast<double>(table->bytes()) / (kElements / 10.0) < 1.4 * c.most);
    destroy(table);
  }
}

// Elements announced, then inserted, with others that were not; then as any table.
void run_prepared(Values values, PackedTuning tuning, size_t announced, size_t inserted) {
  Fixture f;
  std::mt19937_64 random(announced + inserted);
  auto* table = new PackedTable(f.heap, values, tuning);
  std::vector<std::pair<std::string, std::string>> all;
  for (size_t i = 0; i < std::max(announced, inserted); i++) {
    const size_t bytes = random() % 8 == 0 ? some_length(random) : random() % 10;
    all.emplace_back(std::to_string(i) + ":" + text(random, bytes),
                     values == Values::kOne ? text(random, some_length(random)) : "");
  }
  PackedTable::Forecast forecast(*table, announced, announced * (random() % 40));
  for (size_t i = 0; i < announced; i++) forecast.add(all[i].first, all[i].second.size());
  table->prepare(forecast);
  Elements model;
  check_same(*table, model);
  for (size_t i = 0; i < inserted; i++) {
    const PackedPlace place = table->find(all[i].first);
    REQUIRE(!place);
    table->insert(place, all[i].first, all[i].second);
    model[all[i].first] = {all[i].second, kNoDeadline};
  }
  check_same(*table, model);
  size_t seen = 0;
  uint64_t cursor = 0;
  do {
    cursor = table->scan(cursor, 10, [&](const PackedElement&) { seen++; });
  } while (cursor != 0);
  CHECK(seen == model.size());
  if (!model.empty()) CHECK(model.count(std::string((*table->random()).key)) == 1);
  for (const auto& [key, value] : all) {  // and shrinks
    const PackedPlace place = table->find(key);
    if (!place || random() % 8 == 0) continue;
    table->erase(place);
    model.erase(key);
  }
  check_same(*table, model);
  destroy(table);
  CHECK(f.heap.used_bytes() == 0);
}

TEST_CASE("a table that was made for announced elements") {
  const PackedTuning small{.leaf_bytes = 192};
  const PackedTuning collide{.leaf_bytes = 192, .hash_mask = 0xF000'0000'0000'0000};
  for (const PackedTuning& tuning : {PackedTuning(), small, collide}) {
    for (const Values values : {Values::kNone, Values::kOne}) {
      for (const size_t announced : {0u, 1u, 20u, 300u, 4000u}) {
        for (const size_t inserted : {0u, 1u, 20u, 300u, 4000u})
          run_prepared(values, tuning, announced, inserted);
      }
    }
  }
}

TEST_CASE("a table that was made for its elements is no larger than one that grew") {
  for (const size_t elements : {1000u, 30'000u, 100'000u}) {
    Fixture f;
    auto* grown = new PackedTable(f.heap, Values::kNone);
    auto* prepared = new PackedTable(f.heap, Values::kNone);
    PackedTable::Forecast forecast(*prepared, elements, 12 * elements);
    const auto key = [](size_t i) { return "member" + std::to_string(100'000 + i); };
    for (size_t i = 0; i < elements; i++) forecast.add(key(i), 0);
    prepared->prepare(forecast);
    const size_t before = prepared->bytes();
    for (PackedTable* table : {grown, prepared}) {
      for (size_t i = 0; i < elements; i++) table->insert(table->find(key(i)), key(i));
    }
    // Only what is more than a leaf holds where hashes are not told apart.
    CHECK(prepared->bytes() < before + before / 50);
    constexpr size_t kLeaf = 1536;  // bytes: how small tables are cut depends on the hash's seed
    CHECK(prepared->bytes() < grown->bytes() * 102 / 100 + kLeaf);
    destroy(grown);
    destroy(prepared);
  }
}

void free_discarded(CollectionHeap& heap) {
  while (heap.free_step()) {
  }
}

TEST_CASE("large elements keep their bytes") {
  Fixture f;
  auto* table = new PackedTable(f.heap, Values::kOne);
  const std::string key(100'000, 'k');
  const std::string value(5'000'000, 'v');
  table->insert(table->find(key), key, value, 77);
  CHECK((*table->find(key)).value == value);
  CHECK((*table->find(key)).deadline_ms == 77);
  table->set(table->find(key), "small", kNoDeadline);
  CHECK((*table->find(key)).value == "small");
  free_discarded(f.heap);
  CHECK(f.heap.used_bytes() < 200'000);
  for (const size_t bytes : {253u, 254u, 255u, 256u, 257u, 300u}) {
    const std::string edge(bytes, 'e');
    table->insert(table->find(edge), edge, "1", kNoDeadline);
    table->set_deadline(table->find(edge), 5);
    table->set(table->find(edge), std::string(bytes, 'v'), 6);
    table->set(table->find(edge), "", kNoDeadline);
    CHECK((*table->find(edge)).value.empty());
  }
  CHECK(table->elements() == 7);
  destroy(table);
  free_discarded(f.heap);
  CHECK(f.heap.used_bytes() == 0);
}

}  // namespace cobnut
