// Single failure cases of MECHANISMS §2.7 with threads of their own: a holder that does not go on,
// loops that all sleep, an inbox flood, a wake that must not be lost.
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES  // CHECK is ours here: a violation aborts on the spot
#include <doctest/doctest.h>
#include <sched.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "shard/monitor.h"
#include "shard/test_loop.h"

namespace cobnut {
namespace {

// Loops with a thread each, that turn and sleep until they are told to end.
class Loops {
 public:
  explicit Loops(int count) {
    for (int i = 0; i < count; i++) loops_.push_back(std::make_unique<Loop>());
    for (auto& loop : loops_) {
      loop->thread = std::thread([&loop = *loop] {
        while (!loop.stop.arrived) {
          if (!loop.turn()) loop.sleep();
        }
      });
    }
  }
  ~Loops() {
    for (auto& loop : loops_) loop->post(&loop->stop);
    for (auto& loop : loops_) loop->thread.join();
  }
  TestLoop& operator[](size_t i) { return *loops_[i]; }
  void wait_until_all_sleep() {
    for (auto& loop : loops_) {
      while (!loop->asleep()) sched_yield();
    }
  }

 private:
  struct Stop : Message {
    bool arrived = false;  // owning loop
    void deliver() override { arrived = true; }
  };
  struct Loop : TestLoop {
    Stop stop;
    std::thread thread;
  };
  std::vector<std::unique_ptr<Loop>> loops_;
};

std::string words(const std::vector<std::unique_ptr<Monitor>>& monitors) {
  std::string text = "words:";
  for (auto& monitor : monitors) text += ' ' + std::to_string(monitor->word());
  return text;
}

std::vector<std::unique_ptr<Monitor>> make_monitors(uint32_t count) {
  std::vector<std::unique_ptr<Monitor>> monitors;
  for (uint32_t i = 0; i < count; i++) monitors.push_back(std::make_unique<Monitor>(i));
  return monitors;
}

struct CountedJob : Job {
  std::atomic<int>* runs = nullptr;
  void run_held(Monitor&, LoopPort&) override { runs->fetch_add(1); }
  void deliver() override {}
};

DOCTEST_TEST_CASE(
    "scenario: a holder is preempted; its shard's commands queue, other shards go on") {
  constexpr int kJobs = 200, kOthers = 10000;
  auto monitors = make_monitors(4);
  std::atomic<int> jobs_run{0}, others{0}, holding{0};
  std::atomic<bool> queued{false};
  Watchdog watchdog([&] { return static_cast<uint64_t>(jobs_run + others); },
                    [&] { return words(monitors); });
  std::thread holder([&] {
    TestLoop me;
    CHECK(monitors[0]->try_enter());
    holding = 1;
    while (!queued) sched_yield();  // it comes back only when all the others are through
    CHECK_EQ(jobs_run.load(), 0);
    monitors[0]->leave(me);
    me.turn_until_idle();
  });
  while (holding == 0) sched_yield();
  std::vector<CountedJob> jobs(kJobs);
  {
    TestLoop me;
    for (int i = 0; i < kOthers; i++) {
      CHECK(!monitors[0]->try_enter());
      if (i < kJobs) {
        jobs[static_cast<size_t>(i)].runs = &jobs_run;
        monitors[0]->push(&jobs[static_cast<size_t>(i)], me);
      }
      Monitor& other = *monitors[1 + static_cast<size_t>(i) % 3];
      CHECK(other.try_enter());
      others++;
      other.leave(me);
    }
    CHECK(me.idle());
  }
  queued = true;
  holder.join();
  CHECK_EQ(jobs_run.load(), kJobs);
}

DOCTEST_TEST_CASE("scenario: a transaction over every shard while all loops sleep") {
  struct EveryShard : Transaction {
    std::atomic<int>* finished_count = nullptr;
    void execute(LoopPort&) override {
      for (Monitor* monitor : monitors) CHECK(monitor->held());
    }
    void finished(LoopPort&) override {
      std::atomic<int>* count = finished_count;
      delete this;
      count->fetch_add(1);
    }
    void deliver() override {}
  };
  struct Order : Message {
    LoopPort* loop = nullptr;
    EveryShard* transaction = nullptr;
    void deliver() override { submit(transaction, *loop); }
  };
  constexpr int kRounds = 1000;
  constexpr size_t kLoops = 4;
  auto monitors = make_monitors(32);
  std::atomic<int> done{0};
  Watchdog watchdog([&] { return static_cast<uint64_t>(done); }, [&] { return words(monitors); });
  {
    Loops loops(kLoops);
    for (int round = 0; round < kRounds; round++) {
      loops.wait_until_all_sleep();
      Order order;
      order.loop = &loops[static_cast<size_t>(round) % kLoops];
      order.transaction = new EveryShard;
      order.transaction->finished_count = &done;
      for (auto& monitor : monitors) order.transaction->monitors.push_back(monitor.get());
      // In two rounds of three this thread, which is no loop, stands in the way and leaves last or
      // in between.
      Monitor& mine = *monitors[static_cast<size_t>(round) % monitors.size()];
      const bool hold = round % 3 != 0;
      if (hold) CHECK(mine.try_enter());
      if (hold) {
        // The wake of a post under a monitor waits for its end, so the order is sent by another
        // thread.
        std::thread([&] { order.loop->post(&order); }).join();
        while (round % 3 == 1 && !(mine.word() & Monitor::kGrants)) sched_yield();
        mine.leave_to(loops[static_cast<size_t>(round + 1) % kLoops]);
      } else {
        order.loop->post(&order);
      }
      while (done.load() != round + 1) sched_yield();
    }
  }
  for (auto& monitor : monitors) CHECK(!monitor->held());
}

DOCTEST_TEST_CASE(
    "scenario: an inbox flood arrives in order and does not keep the loop from its work") {
  struct Drop : Message {
    int producer = 0;
    int number = 0;
    std::vector<int>* last = nullptr;  // by producer; owning loop
    std::atomic<int>* arrived = nullptr;
    void deliver() override {
      CHECK_EQ((*last)[static_cast<size_t>(producer)] + 1, number);
      (*last)[static_cast<size_t>(producer)] = number;
      arrived->fetch_add(1);
    }
  };
  struct Steady : Runnable {
    int runs = 0;
    void run(LoopPort& me) override {
      runs++;
      me.enqueue(this);
    }
  };
  constexpr int kProducers = 4, kEach = 20000;
  std::atomic<int> arrived{0};
  Watchdog watchdog([&] { return static_cast<uint64_t>(arrived); }, [] { return std::string(); });
  TestLoop loop;
  std::vector<int> last(kProducers, -1);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; p++) {
    producers.emplace_back([&, p] {
      auto drops = std::make_unique<Drop[]>(kEach);
      for (int i = 0; i < kEach; i++) {
        drops[static_cast<size_t>(i)].producer = p;
        drops[static_cast<size_t>(i)].number = i;
        drops[static_cast<size_t>(i)].last = &last;
        drops[static_cast<size_t>(i)].arrived = &arrived;
        loop.post(&drops[static_cast<size_t>(i)]);
      }
      while (arrived.load() != kProducers * kEach) sched_yield();
    });
  }
  Steady steady;
  loop.enqueue(&steady);
  while (arrived.load(std::memory_order_relaxed) != kProducers * kEach) loop.turn();
  for (std::thread& producer : producers) producer.join();
  CHECK_OP(steady.runs, >=, kProducers * kEach / LoopPort::kDeliverMax);
}

DOCTEST_TEST_CASE("scenario: a letter between two sleepers is never left lying") {
  struct Ball : Message {
    LoopPort* sides[2] = {};
    std::atomic<int>* passes = nullptr;
    int side = 0;
    void deliver() override {
      side ^= 1;
      LoopPort* to = sides[side];
      if (passes->fetch_add(1) < 20000) to->post(this);
    }
  };
  std::atomic<int> passes{0};
  Ball balls[3];
  Watchdog watchdog([&] { return static_cast<uint64_t>(passes); }, [] { return std::string(); });
  Loops loops(2);
  for (Ball& ball : balls) {
    ball.sides[0] = &loops[0];
    ball.sides[1] = &loops[1];
    ball.passes = &passes;
    loops[0].post(&ball);
  }
  while (passes.load() < 20003) sched_yield();
}

// Later work would cover up what was forgotten, so each burst stands alone: nobody does anything
// more before all its jobs have run. A thread that is no loop goes in and out meanwhile.
DOCTEST_TEST_CASE("scenario: bursts on one shard leave nothing behind") {
  constexpr int kRounds = 1000, kJobs = Monitor::kDrainMax + 1;
  constexpr size_t kLoops = 3;
  Monitor monitor(0);
  std::vector<std::unique_ptr<TestLoop>> loops;
  for (size_t i = 0; i < kLoops; i++) loops.push_back(std::make_unique<TestLoop>());
  std::atomic<int> runs{0}, arrived{0};
  std::atomic<bool> over{false};
  Watchdog watchdog([&] { return static_cast<uint64_t>(runs); },
                    [&] { return "word: " + std::to_string(monitor.word()); });
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kLoops; i++) {
    threads.emplace_back([&, &me = *loops[i]] {
      std::vector<CountedJob> jobs(kJobs);
      for (CountedJob& job : jobs) job.runs = &runs;
      for (int round = 1; round <= kRounds; round++) {
        arrived.fetch_add(1);
        while (arrived.load() < round * static_cast<int>(kLoops)) {
          if (!me.turn()) sched_yield();
        }
        for (CountedJob& job : jobs) monitor.push(&job, me);
        while (runs.load() < round * static_cast<int>(kLoops) * kJobs) {
          if (!me.turn()) sched_yield();
        }
      }
    });
  }
  std::thread passer([&] {
    for (size_t n = 0; !over.load(); n++) {
      const int before = runs.load();
      if (monitor.try_enter()) monitor.leave_to(*loops[n % kLoops]);
      while (!over.load() && runs.load() == before) sched_yield();
    }
  });
  for (std::thread& thread : threads) thread.join();
  over = true;
  passer.join();
  for (auto& loop : loops) loop->turn_until_idle();
  CHECK_EQ(monitor.word(), 0u);
}

}  // namespace
}  // namespace cobnut
