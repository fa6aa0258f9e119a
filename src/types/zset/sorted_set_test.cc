// Random operations on a SortedSet and on a std::set beside it, with leaves and nodes so small that
// a few elements make a tree, and as large as they are.
#include "types/zset/sorted_set.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "types/zset/sorted_set_filler.h"

namespace cobnut {
namespace {

using Limits = SortedSet::Limits;
constexpr Limits kTiny{.leaf_bytes = 256, .inner_children = 4, .index_lines_log2 = 1};
constexpr Limits kSmall{.leaf_bytes = 384, .inner_children = 8, .index_lines_log2 = 2};
constexpr Limits kLarge{};

struct Model {
  struct Facts {
    double score;
    int64_t deadline_ms = INT64_MAX;
  };
  std::map<std::string, Facts> members;
  std::set<std::pair<double, std::string>> order;

  void put(const std::string& member, double score) {
    if (members.count(member)) order.erase({members[member].score, member});
    members[member].score = score;
    order.insert({score, member});
  }
  void erase(const std::string& member) {
    order.erase({members[member].score, member});
    members.erase(member);
  }
};

struct Pair {
  CollectionHeap heap{large_allocator(AllocatorKind::kPooled)};
  SortedSet* set;
  Model model;
  std::mt19937_64 random;

  Pair(const Limits& limits, uint64_t seed) : set(new SortedSet(heap, limits)), random(seed) {}
  ~Pair() {
    heap.discard(set);
    while (heap.free_step()) {
    }
    CHECK(heap.used_bytes() == 0);
  }
  uint64_t below(uint64_t n) { return random() % n; }

  void put(const std::string& member, double score) {
    const uint64_t hash = SortedSet::hash_of(member);
    const SortedSet::Place place = set->find(hash, member);
    REQUIRE(static_cast<bool>(place) == (model.members.count(member) == 1));
    if (place) {
      REQUIRE(place.score() == model.members[member].score);
      set->set_score(hash, place, score);
    } else {
      set->insert(hash, member, score);
    }
    model.put(member, score);
  }
  void erase(const std::string& member) {
    const uint64_t hash = SortedSet::hash_of(member);
    const SortedSet::Place place = set->find(hash, member);
    REQUIRE(static_cast<bool>(place) == (model.members.count(member) == 1));
    if (!place) return;
    set->erase(hash, place);
    model.erase(member);
  }
  void erase_ranks(size_t first, size_t count) {
    first = std::min(first, set->elements());
    count = std::min(count, set->elements() - first);
    set->erase_ranks(first, count);
    auto begin = std::next(model.order.begin(), static_cast<long>(first));
    for (; count > 0; count--) {
      model.members.erase(begin->second);
      begin = model.order.erase(begin);
    }
  }

  void check(const SortedSet& of) {
    REQUIRE(of.elements() == model.members.size());
    std::vector<Bytes> members = {"not there"};
    for (const auto& [score, member] : model.order) members.push_back(member);
    of.prefetch(members);  // no more than a hint: also of too many
    size_t rank = 0;
    SortedSet::Place at = of.at_rank(0);
    SortedSet::Place before;
    for (const auto& [score, member] : model.order) {
      REQUIRE(at);
      REQUIRE(at.member() == member);
      REQUIRE(at.score() == score);
      REQUIRE(at.deadline_ms() == model.members[member].deadline_ms);
      const SortedSet::Place found = of.find(SortedSet::hash_of(member), member);
      REQUIRE(found.leaf == at.leaf);
      REQUIRE(found.index == at.index);
      REQUIRE(of.rank(at) == rank);
      const SortedSet::Place by_rank = of.at_rank(rank);
      REQUIRE(by_rank.leaf == at.leaf);
      REQUIRE(by_rank.index == at.index);
      const SortedSet::Place previous = of.previous(at);
      REQUIRE(previous.leaf == before.leaf);
      REQUIRE(previous.index == before.index);
      before = at;
      at = of.next(at);
      rank++;
    }
    REQUIRE(!at);
    check_bounds(of);
  }
  void check_bounds(const SortedSet& of) {
    for (int i = 0; i < 20; i++) {
      const double score = static_cast<double>(below(12)) - 1;
      const auto first = model.order.lower_bound({score, std::string()});
      const auto end = model.order.lower_bound({std::nextafter(score, 1e9), std::string()});
      const auto rank_of = [&](auto it) {
        return static_cast<size_t>(std::distance(model.order.begin(), it));
      };
      REQUIRE(of.rank_of_score(score, false) == rank_of(first));
      REQUIRE(of.rank_of_score(score, true) == rank_of(end));
    }
  }
};

std::string member_for(Pair& pair, uint64_t number) {
  std::string member = "m" + std::to_string(number);
  if (number % 7 == 0) member.append(number % 300, 'x');  // some of them live outside
  if (number % 31 == 0) member = std::string(1, static_cast<char>(number / 31));
  if (number == 5) member.clear();
  (void)pair;
  return member;
}

void random_operations(const Limits& limits, uint64_t seed, int rounds, uint64_t members) {
  Pair pair(limits, seed);
  for (int round = 0; round < rounds; round++) {
    // Times of growth and of shrinking.
    const uint64_t removals = round / 2000 % 2 == 0 ? 20 : 70;
    const std::string member = member_for(pair, pair.below(members));
    if (pair.below(100) >= removals) {
      const double score = round % 3 == 0 ? static_cast<double>(pair.below(10))
                                          : static_cast<double>(pair.below(1000)) / 100;
      pair.put(member, score);
    } else if (pair.below(50) == 0) {
      pair.erase_ranks(pair.below(members), pair.below(members / 4));
    } else {
      pair.erase(member);
    }
    if (round % 500 == 499) pair.check(*pair.set);
  }
  pair.check(*pair.set);
  pair.erase_ranks(0, pair.set->elements());
  pair.check(*pair.set);
}

}  // namespace

TEST_CASE("sorted set: random operations agree with std::set") {
  for (uint64_t seed = 1; seed <= 3; seed++) {
    random_operations(kTiny, seed, 12'000, 400);
    random_operations(kSmall, seed, 12'000, 1500);
  }
  random_operations(kLarge, 4, 60'000, 20'000);
}

TEST_CASE("sorted set: ascending, descending and equal scores") {
  for (const Limits& limits : {kTiny, kSmall, kLarge}) {
    Pair pair(limits, 7);
    for (int i = 0; i < 2000; i++) pair.put("up" + std::to_string(i), i);
    pair.check(*pair.set);
    for (int i = 0; i < 2000; i++) pair.put("down" + std::to_string(i), -i);
    pair.check(*pair.set);
    for (int i = 0; i < 2000; i++) pair.put("up" + std::to_string(i), 0);
    pair.check(*pair.set);
    for (int i = 0; i < 2000; i++) pair.erase("down" + std::to_string(i));
    pair.check(*pair.set);
    const std::string middle = "up5";
    size_t before = 0;
    for (const auto& [score, member] : pair.model.order) before += member < middle;
    CHECK(pair.set->rank_of_member(middle, false) == before);
    CHECK(pair.set->rank_of_member(middle, true) == before + 1);
    CHECK(pair.set->rank_of_member("", true) == 0);
    CHECK(pair.set->rank_of_member("z", false) == pair.set->elements());
  }
}

// `expected` of the filler; every `long_each`th member is long, 0: none.
void fill(const Limits& limits, size_t elements, size_t expected, uint64_t long_each, int scores) {
  Pair pair(limits, elements + expected);
  for (uint64_t i = 0; i < elements; i++) {
    std::string member = i == 7 ? "" : "member" + std::to_string(i * 7919 % 100'003);
    if (long_each > 0 && i % long_each == long_each - 1) member.append(pair.below(300), 'x');
    pair.model.put(member, static_cast<double>(pair.below(static_cast<uint64_t>(scores))) / 8);
  }
  SortedSet::Filler filler(*pair.set, expected);
  for (auto it = pair.model.order.rbegin(); it != pair.model.order.rend(); ++it)
    REQUIRE(filler.add(it->second, it->first));
  REQUIRE(filler.finish());
  pair.check(*pair.set);
  for (int i = 0; i < 500; i++) {  // it goes on as any set
    pair.put("other" + std::to_string(i % 300), static_cast<double>(pair.below(100)) / 8);
    pair.erase("member" + std::to_string(static_cast<uint64_t>(i) * 7919 % 100'003));
  }
  pair.check(*pair.set);
}

TEST_CASE("sorted set: filled in descending order") {
  for (const Limits& limits : {kTiny, kSmall, kLarge}) {
    for (const size_t elements : {0u, 1u, 2u, 30u, 500u, 5000u}) {
      for (const size_t expected : {size_t{0}, elements, 10 * elements}) {
        fill(limits, elements, expected, 0, 1);
        fill(limits, elements, expected, 0, 1000);
        fill(limits, elements, expected, 100, 20);
      }
    }
  }
}

TEST_CASE("sorted set: filled in any order") {
  for (const Limits& limits : {kTiny, kLarge}) {
    Pair pair(limits, 17);
    SortedSet::Filler filler(*pair.set, 3000);
    for (int i = 0; i < 3000; i++) {
      const double score = i < 1000 ? -i : static_cast<double>(pair.below(2000));
      const std::string member = "m" + std::to_string(i);
      REQUIRE(filler.add(member, score));
      pair.model.put(member, score);
    }
    REQUIRE(filler.finish());
    pair.check(*pair.set);
  }
}

TEST_CASE("sorted set: a member that comes twice is refused while the set is filled") {
  // The second one comes so much later, at the same score, at a lower or at a higher one.
  for (const Limits& limits : {kTiny, kSmall, kLarge}) {
    for (const int later : {1, 2, 10, 300, 1999}) {
      for (const int by : {0, -1, 1}) {
        Pair pair(limits, 19);
        SortedSet::Filler filler(*pair.set, 2000);
        bool good = true;
        for (int i = 0; i < 2000 && good; i++) good = filler.add("m" + std::to_string(i), -i);
        REQUIRE(good);
        good = filler.add("m" + std::to_string(2000 - later), -2000 + (by > 0 ? 3000 : by));
        CHECK(!(good && filler.finish()));
      }
    }
  }
}

TEST_CASE("sorted set: one that was filled is no larger than one that grew") {
  for (const int elements : {1000, 30'000, 100'000}) {
    CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
    auto* grown = new SortedSet(heap);
    auto* filled = new SortedSet(heap);
    SortedSet::Filler filler(*filled, static_cast<size_t>(elements));
    for (int i = elements; i-- > 0;) {
      char member[16];
      snprintf(member, sizeof member, "%012d", i);
      CHECK(filler.add(member, i));
      const int other = static_cast<int>(int64_t{i} * 7919 % elements);  // in no order
      snprintf(member, sizeof member, "%012d", other);
      grown->insert(SortedSet::hash_of(member), member, other);
    }
    CHECK(filler.finish());
    CHECK(filled->elements() == grown->elements());
    CHECK(filled->bytes() < grown->bytes());
    heap.discard(grown);
    heap.discard(filled);
    while (heap.free_step()) {
    }
    CHECK(heap.used_bytes() == 0);
  }
}

TEST_CASE("sorted set: a copy has the same elements and its own memory") {
  for (const Limits& limits : {kTiny, kLarge}) {
    Pair pair(limits, 9);
    for (uint64_t i = 0; i < 3000; i++) pair.put(member_for(pair, i), static_cast<double>(i % 50));
    for (uint64_t i = 0; i < 3000; i += 3) pair.erase(member_for(pair, i));
    CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
    auto* copied = static_cast<SortedSet*>(pair.set->copy(heap));
    for (uint64_t i = 0; i < 100; i++) pair.put("other" + std::to_string(i), 1);
    for (uint64_t i = 0; i < 100; i++) pair.erase("other" + std::to_string(i));
    pair.check(*copied);
    pair.check(*pair.set);
    heap.discard(copied);
  }
}

TEST_CASE("sorted set: a scan returns every element that is there throughout") {
  for (const Limits& limits : {kTiny, kSmall, kLarge}) {
    Pair pair(limits, 11);
    for (int i = 0; i < 3000; i++) pair.put("stay" + std::to_string(i), i % 20);
    std::map<std::string, int> seen;
    uint64_t cursor = 0;
    int step = 0;
    do {
      cursor = pair.set->scan(cursor, 10,
                              [&](SortedSet::Place place) { seen[std::string(place.member())]++; });
      CHECK(cursor < uint64_t{1} << 48);
      // Others come in growing, then go in shrinking numbers.
      if (step < 100) {
        for (int i = 0; i < 100; i++) pair.put("x" + std::to_string(step * 100 + i), i);
      } else if (step < 200) {
        for (int i = 0; i < 100; i++) pair.erase("x" + std::to_string((step - 100) * 100 + i));
      }
      step++;
    } while (cursor != 0);
    int twice = 0;
    for (int i = 0; i < 3000; i++) {
      const int times = seen["stay" + std::to_string(i)];
      CHECK(times >= 1);
      twice += times > 1;
    }
    CHECK(twice < 100);
  }
}

TEST_CASE("sorted set: members with deadlines are reaped when due, and no others") {
  for (const Limits& limits : {kTiny, kSmall, kLarge}) {
    Pair pair(limits, 13);
    CHECK(pair.set->next_expiry_ms() == INT64_MAX);
    for (uint64_t i = 0; i < 4000; i++) {
      const std::string member = member_for(pair, i);
      pair.put(member, static_cast<double>(pair.below(100)));
      if (pair.below(3) == 0) continue;
      const auto deadline = static_cast<int64_t>(1000 + pair.below(100'000));
      const uint64_t hash = SortedSet::hash_of(member);
      pair.set->set_deadline(hash, pair.set->find(hash, member), deadline);
      pair.model.members[member].deadline_ms = deadline;
      if (pair.below(5) > 0) continue;
      pair.set->set_deadline(hash, pair.set->find(hash, member), INT64_MAX);
      pair.model.members[member].deadline_ms = INT64_MAX;
    }
    pair.check(*pair.set);
    for (int64_t now = 0; now < 110'000; now += 5000) {
      int64_t least = INT64_MAX;
      for (const auto& [member, facts] : pair.model.members)
        least = std::min(least, facts.deadline_ms);
      CHECK(pair.set->next_expiry_ms() <= least);
      while (pair.set->reap(now, 100) > 0) {
      }
      CHECK(pair.set->next_expiry_ms() >= now);
      for (auto it = pair.model.members.begin(); it != pair.model.members.end();) {
        const std::string member = it->first;
        const bool due = it->second.deadline_ms < now;
        ++it;
        if (due) pair.model.erase(member);
      }
      pair.check(*pair.set);
    }
    CHECK(pair.set->elements() > 0);
    CHECK(pair.set->next_expiry_ms() == INT64_MAX);
  }
}

TEST_CASE("sorted set: an element of 12 bytes takes at most 42 bytes at 1M") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  auto* set = new SortedSet(heap);
  std::mt19937_64 random(15);
  constexpr int kElements = 300'000;
  for (int i = 0; i < kElements; i++) {
    char member[16];
    snprintf(member, sizeof member, "%012d", i);
    set->insert(SortedSet::hash_of(member), member, static_cast<double>(random() % 1'000'000));
  }
  const double bytes = static_cast<double>(set->bytes()) / kElements;
  MESSAGE("bytes an element: " << bytes);
  CHECK(bytes < 42);
  heap.discard(set);
  while (heap.free_step()) {
  }
}

}  // namespace cobnut
