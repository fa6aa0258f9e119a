// What the protocol costs. Skipped by default: shard_test --no-skip --test-case='bench*'.
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#include <doctest/doctest.h>
#include <time.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "base/check.h"
#include "shard/monitor.h"
#include "shard/test_loop.h"

namespace cobnut {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// CPU time of this thread, so that a busy machine does not count.
double cpu_seconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <typename Body>
void measure(const char* what, int64_t rounds, Body body) {
  const double start = cpu_seconds();
  for (int64_t i = 0; i < rounds; i++) body(i);
  printf("%-62s %8.1f ns\n", what, (cpu_seconds() - start) / static_cast<double>(rounds) * 1e9);
}

struct EmptyJob : Job {
  LoopPort* origin = nullptr;
  bool* busy = nullptr;
  void run_held(Monitor&, LoopPort&) override {
    if (origin != nullptr) origin->post(this);
  }
  void deliver() override { *busy = false; }
};

struct EmptyTransaction : Transaction {
  LoopPort* origin = nullptr;
  bool* busy = nullptr;
  void execute(LoopPort&) override {}
  void finished(LoopPort&) override {
    if (origin != nullptr) origin->post(this);
  }
  void deliver() override { *busy = false; }
};

DOCTEST_TEST_CASE("bench: one thread, nobody in the way" * doctest::skip()) {
  constexpr int64_t kRounds = 5'000'000;
  TestLoop me;
  std::vector<std::unique_ptr<Monitor>> owned;
  std::vector<Monitor*> monitors;
  for (uint32_t i = 0; i < 16; i++) {
    owned.push_back(std::make_unique<Monitor>(i));
    monitors.push_back(owned.back().get());
  }
  measure("enter and leave a free shard", kRounds, [&](int64_t i) {
    Monitor& monitor = *monitors[static_cast<size_t>(i) % 16];
    CHECK(monitor.try_enter());
    monitor.leave(me);
  });
  for (size_t count : {2, 4, 16}) {
    const std::span<Monitor* const> some(monitors.data(), count);
    char what[64];
    snprintf(what, sizeof what, "enter and leave %zu free shards", count);
    measure(what, kRounds / 4, [&](int64_t) {
      CHECK(try_enter_all(some, me));
      leave_all(some, me);
    });
  }
  EmptyJob job;
  measure("push to a free shard: queued, taken, run", kRounds,
          [&](int64_t) { monitors[0]->push(&job, me); });
  std::vector<EmptyJob> jobs(Monitor::kDrainMax - 1);
  measure("63 jobs queued behind a holder and drained by it", kRounds / 64, [&](int64_t) {
    CHECK(monitors[0]->try_enter());
    for (EmptyJob& each : jobs) monitors[0]->push(&each, me);
    monitors[0]->leave(me);
    me.run_all();
  });
  for (size_t count : {2, 4, 16}) {
    EmptyTransaction transaction;
    transaction.monitors.assign(monitors.begin(), monitors.begin() + static_cast<ptrdiff_t>(count));
    char what[64];
    snprintf(what, sizeof what, "submit, grant and run over %zu shards", count);
    measure(what, kRounds / 16, [&](int64_t) {
      submit(&transaction, me);
      me.run_all();
    });
  }
}

// Each thread is a loop with 32 connections: 90 % commands for one shard, 9 % over 2 to 4, 1 % over
// all, with empty bodies: only the protocol is measured.
struct alignas(64) BenchLoop : TestLoop {
  struct Connection {
    bool busy = false;
    EmptyJob job;
    EmptyTransaction transaction;
  };
  std::vector<Connection> connections{32};
  int64_t singles = 0, queued = 0, multis = 0, sequenced = 0;

  void run(const std::vector<Monitor*>& monitors, const std::atomic<bool>& stop, uint64_t seed) {
    std::minstd_rand random(static_cast<uint32_t>(seed * 7919 + 1));
    std::vector<Monitor*> some;
    while (!stop.load(std::memory_order_relaxed)) {
      for (Connection& c : connections) {
        for (int burst = 0; burst < 16 && !c.busy; burst++) {
          const uint32_t kind = random() % 1000;
          if (kind < 900) {
            single(c, *monitors[random() % monitors.size()]);
            continue;
          }
          some.clear();
          const size_t count = kind < 990 ? 2 + random() % 3 : monitors.size();
          const size_t first = random() % (monitors.size() - count + 1);
          for (size_t i = 0; i < count; i++) some.push_back(monitors[first + i]);
          multi(c, some);
        }
        turn();
      }
    }
  }
  void single(Connection& c, Monitor& monitor) {
    singles++;
    if (monitor.try_enter()) {
      monitor.leave(*this);
      return;
    }
    queued++;
    c.busy = true;
    c.job.origin = this;
    c.job.busy = &c.busy;
    monitor.push(&c.job, *this);
  }
  void multi(Connection& c, const std::vector<Monitor*>& some) {
    multis++;
    if (try_enter_all(some, *this)) {
      leave_all(some, *this);
      return;
    }
    sequenced++;
    c.busy = true;
    c.transaction.origin = this;
    c.transaction.busy = &c.busy;
    c.transaction.monitors = some;
    submit(&c.transaction, *this);
  }
};

DOCTEST_TEST_CASE("bench: single and multi-shard commands over 16 shards" * doctest::skip()) {
  for (size_t threads : {1, 2, 4}) {
    struct alignas(64) Padded {
      explicit Padded(uint32_t id) : monitor(id) {}
      Monitor monitor;
    };
    std::vector<std::unique_ptr<Padded>> owned;
    std::vector<Monitor*> monitors;
    for (uint32_t i = 0; i < 16; i++) {
      owned.push_back(std::make_unique<Padded>(i));
      monitors.push_back(&owned.back()->monitor);
    }
    std::vector<std::unique_ptr<BenchLoop>> loops;
    for (size_t i = 0; i < threads; i++) loops.push_back(std::make_unique<BenchLoop>());
    std::atomic<bool> stop{false};
    std::atomic<size_t> running{threads};
    std::vector<std::thread> crew;
    const auto start = std::chrono::steady_clock::now();
    for (size_t i = 0; i < threads; i++) {
      crew.emplace_back([&, i] {
        loops[i]->run(monitors, stop, i);
        running--;
        while (running != 0) loops[i]->turn();
      });
    }
    std::this_thread::sleep_for(std::chrono::seconds(2));
    stop = true;
    for (std::thread& thread : crew) thread.join();
    // What was granted to a loop after its thread had ended is run here.
    for (bool more = true; more;) {
      more = false;
      for (auto& loop : loops) more |= loop->turn();
    }
    const double seconds = seconds_since(start);
    int64_t singles = 0, queued = 0, multis = 0, sequenced = 0;
    for (auto& loop : loops) {
      singles += loop->singles;
      queued += loop->queued;
      multis += loop->multis;
      sequenced += loop->sequenced;
    }
    printf(
        "%zu threads: %.1f M single/s (%.1f %% queued), %.2f M multi-shard/s (%.1f %% sequenced)\n",
        threads, static_cast<double>(singles) / seconds / 1e6,
        100.0 * static_cast<double>(queued) / static_cast<double>(singles),
        static_cast<double>(multis) / seconds / 1e6,
        100.0 * static_cast<double>(sequenced) / static_cast<double>(multis));
    for (Monitor* monitor : monitors) CHECK(!monitor->held());
  }
}

}  // namespace
}  // namespace cobnut
