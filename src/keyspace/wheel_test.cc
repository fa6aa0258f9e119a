#include "keyspace/wheel.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

namespace cobnut {
namespace {

constexpr int64_t kOrigin = 1'700'000'000'123;  // Unix ms, not on a tick of anything
constexpr int64_t kDay = 24 * 3600 * 1000;

// What the wheel must hold: tick -> items.
using Model = std::multimap<Tick, uint64_t>;

void erase(Model& model, Tick tick, uint64_t item) {
  for (auto [it, end] = model.equal_range(tick); it != end; ++it) {
    if (it->second != item) continue;
    model.erase(it);
    return;
  }
  FAIL("an item that was not in the wheel");
}

// From 0 to `most`, every magnitude equally likely.
int64_t random_span(std::mt19937_64& random, int64_t most) {
  return static_cast<int64_t>(random() >> (1 + random() % 63)) % (most + 1);
}

}  // namespace

TEST_CASE("deadlines become ticks: rounded up, clamped") {
  const Wheel wheel(kOrigin);
  CHECK(wheel.tick_of(kOrigin) == 0);
  CHECK(wheel.tick_of(kOrigin + 1) == 1);
  CHECK(wheel.tick_of(kOrigin + 32) == 1);
  CHECK(wheel.tick_of(kOrigin + 33) == 2);
  CHECK(wheel.tick_of(0) == 0);
  CHECK(wheel.tick_of(INT64_MIN) == 0);
  CHECK(wheel.tick_of(INT64_MAX) == kTickHorizon);
  CHECK(Wheel(-5).tick_of(INT64_MAX) == kTickHorizon);
}

TEST_CASE("random times and jumps of the clock against a model") {
  for (unsigned seed = 1; seed <= 20; seed++) {
    std::mt19937_64 random(seed);
    Wheel wheel(kOrigin);
    Model model;
    int64_t now = kOrigin;
    int64_t latest = now;
    uint64_t next_item = 0;
    const int64_t horizon = seed % 2 == 0 ? 200'000 : 2000 * kDay;
    for (int round = 0; round < 2000; round++) {
      for (uint64_t i = random() % 20; i > 0; i--) {
        const int64_t deadline = now - 100 + random_span(random, horizon);
        const Tick tick = wheel.tick_of(deadline);
        wheel.add(tick, next_item);
        model.emplace(tick, next_item++);
      }
      // The clock creeps, leaps, or goes back a little, which changes nothing.
      now += random() % 16 == 0 ? -50 : random_span(random, horizon / 2000);
      const size_t limit = random() % 4 == 0 ? random() % 8 : SIZE_MAX;
      latest = std::max(latest, now);
      const auto passed = static_cast<Tick>((latest - kOrigin) / kWheelTickMs);
      const size_t fired = wheel.advance(now, limit, [&](uint64_t item, Tick tick) {
        REQUIRE(tick <= passed);
        erase(model, tick, item);
      });
      REQUIRE(fired <= limit);
      REQUIRE(wheel.items() == model.size());
      const int64_t next = wheel.next_ms();
      if (model.empty()) {
        REQUIRE(next == INT64_MAX);
      } else {
        const int64_t due = kOrigin + int64_t{model.begin()->first} * kWheelTickMs;
        REQUIRE(next <= std::max(due, latest));
        if (fired < limit && now == latest) REQUIRE(model.begin()->first > passed);
      }
    }
    const size_t left = model.size();
    CHECK(wheel.advance(INT64_MAX, SIZE_MAX,
                        [&](uint64_t item, Tick tick) { erase(model, tick, item); }) == left);
    CHECK(model.empty());
    CHECK(wheel.memory_bytes() == sizeof(Wheel));
  }
}

TEST_CASE("items fire in order of their ticks, those that fire() adds included") {
  std::mt19937_64 random(5);
  Wheel wheel(kOrigin);
  for (uint64_t i = 0; i < 20'000; i++) {
    wheel.add(static_cast<Tick>(random_span(random, 30'000'000)), i);
  }
  Tick last = 0;
  size_t added = 0;
  const size_t fired = wheel.advance(INT64_MAX, SIZE_MAX, [&](uint64_t, Tick tick) {
    REQUIRE(tick >= last);
    last = tick;
    if (random() % 2 != 0) return;
    wheel.add(tick + static_cast<Tick>(random_span(random, 100'000)), 0);
    added++;
  });
  CHECK(fired == 20'000 + added);
  CHECK(wheel.items() == 0);
}

TEST_CASE("a caller that sleeps until next_ms() is never early and less than a tick late") {
  std::mt19937_64 random(6);
  Wheel wheel(kOrigin);
  std::vector<int64_t> deadlines;
  for (uint64_t i = 0; i < 5000; i++) {
    deadlines.push_back(kOrigin + random_span(random, 1000 * kDay));
    wheel.add(wheel.tick_of(deadlines.back()), i);
  }
  size_t wakes = 0;
  for (int64_t now = wheel.next_ms(); now != INT64_MAX; now = wheel.next_ms()) {
    wakes++;
    wheel.advance(now, SIZE_MAX, [&](uint64_t item, Tick) {
      REQUIRE(now >= deadlines[item]);
      REQUIRE(now < deadlines[item] + kWheelTickMs);
    });
    REQUIRE(wheel.next_ms() > now);
  }
  CHECK(wakes <= 4 * deadlines.size());  // once a level at most
}

TEST_CASE("what is due already fires in the next advance, without a step of the clock") {
  Wheel wheel(kOrigin);
  const auto ignore = [](uint64_t, Tick) {};
  CHECK(wheel.advance(kOrigin + kDay, SIZE_MAX, ignore) == 0);
  wheel.add(wheel.tick_of(kOrigin + 1000), 1);
  wheel.add(wheel.tick_of(kOrigin + kDay), 2);
  CHECK(wheel.next_ms() <= kOrigin + kDay);
  CHECK(wheel.advance(kOrigin + kDay, SIZE_MAX, ignore) == 2);
}

TEST_CASE("an item that fire() adds as due again cannot pass the limit") {
  Wheel wheel(kOrigin);
  wheel.add(1, 1);
  const auto again = [&](uint64_t item, Tick tick) { wheel.add(tick, item); };
  CHECK(wheel.advance(kOrigin + 32, 100, again) == 100);
  CHECK(wheel.items() == 1);
}

TEST_CASE("beyond the horizon: the last slot") {
  Wheel wheel(kOrigin);
  wheel.add(wheel.tick_of(INT64_MAX), 7);
  const int64_t end = kOrigin + int64_t{kTickHorizon} * kWheelTickMs;
  size_t fired = 0;
  const auto count = [&](uint64_t item, Tick tick) {
    CHECK(item == 7);
    CHECK(tick == kTickHorizon);
    fired++;
  };
  wheel.advance(end - 1, SIZE_MAX, count);
  CHECK(fired == 0);
  CHECK(wheel.next_ms() == end);
  wheel.advance(end, SIZE_MAX, count);
  CHECK(fired == 1);
}

TEST_CASE("take: batches of one tick, and bounded pieces of moving") {
  constexpr uint64_t kItems = 50'000;
  constexpr Tick kFar = 70'000;  // on level 2
  Wheel wheel(kOrigin);
  for (uint64_t i = 0; i < kItems; i++) wheel.add(kFar + i % 3, i);
  CHECK(wheel.memory_bytes() < sizeof(Wheel) + kItems * 13 + 256);
  const int64_t now = kOrigin + int64_t{kFar + 2} * kWheelTickMs;
  std::set<uint64_t> seen;
  size_t empty_calls = 0;
  Tick last = 0;
  while (wheel.next_ms() <= now) {
    Wheel::Due due[32];
    const size_t count = wheel.take(now, due, 32);
    if (count == 0) empty_calls++;
    for (size_t i = 0; i < count; i++) {
      REQUIRE(due[i].tick == due[0].tick);
      REQUIRE(due[i].tick == kFar + due[i].item % 3);
      REQUIRE(seen.insert(due[i].item).second);
    }
    if (count != 0) REQUIRE(due[0].tick >= last);
    if (count != 0) last = due[0].tick;
  }
  CHECK(seen.size() == kItems);
  CHECK(empty_calls >= 10);  // 50,000 items in pieces of about 4096, twice
}

TEST_CASE("a wheel that ends with items in every state frees them") {
  Wheel wheel(kOrigin);
  for (uint64_t i = 0; i < 30'000; i++) wheel.add(70'000, i);
  for (Tick tick = 1; tick < 1000; tick++) wheel.add(tick * 7919, tick);
  Wheel::Due due[1];
  for (int i = 0; i < 5; i++) wheel.take(kOrigin + 70'000 * kWheelTickMs, due, 1);
  for (uint64_t i = 0; i < 100; i++) wheel.add(1, i);
  CHECK(wheel.items() > 30'000);
}

}  // namespace cobnut
