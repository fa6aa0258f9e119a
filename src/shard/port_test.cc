#include "shard/port.h"

#include <doctest/doctest.h>

#include <deque>
#include <thread>
#include <vector>

#include "shard/monitor.h"
#include "shard/test_loop.h"

namespace cobnut {
namespace {

struct Letter : Message {
  std::vector<int>* delivered = nullptr;
  int number = 0;
  void deliver() override { delivered->push_back(number); }
};

struct Work : Runnable {
  int runs = 0;
  bool again = false;
  void run(LoopPort& me) override {
    runs++;
    if (again) me.enqueue(this);
  }
};

// A port that only counts its wakes, also those sent under a monitor.
struct CountingPort : LoopPort {
  int wakes = 0;
  void wake() override { wakes++; }
};

TEST_CASE("port: messages arrive in order, a bounded number per call") {
  TestLoop loop;
  std::vector<int> delivered;
  std::deque<Letter> letters(LoopPort::kDeliverMax + 10);
  CHECK(!loop.deliver_all());
  for (size_t i = 0; i < letters.size(); i++) {
    letters[i].delivered = &delivered;
    letters[i].number = static_cast<int>(i);
    loop.post(&letters[i]);
  }
  CHECK(loop.deliver_all());
  CHECK(delivered.size() == LoopPort::kDeliverMax);
  CHECK(!loop.idle());
  CHECK(!loop.prepare_sleep());
  CHECK(loop.deliver_all());
  CHECK(loop.idle());
  for (size_t i = 0; i < letters.size(); i++) REQUIRE(delivered[i] == static_cast<int>(i));
  CHECK(loop.wakes() == 0);
}

TEST_CASE("port: only a sleeping loop is woken, and once") {
  TestLoop loop;
  std::vector<int> delivered;
  Letter letters[4];
  for (Letter& letter : letters) letter.delivered = &delivered;
  loop.post(&letters[0]);
  CHECK(loop.wakes() == 0);
  CHECK(!loop.prepare_sleep());  // it is not idle
  loop.post(&letters[1]);
  CHECK(loop.wakes() == 0);
  loop.turn_until_idle();
  CHECK(loop.prepare_sleep());
  loop.post(&letters[2]);
  loop.post(&letters[3]);
  CHECK(loop.wakes() == 1);
  loop.sleep();  // there are letters: it does not block
  loop.turn_until_idle();
  CHECK(delivered.size() == 4);
}

TEST_CASE("port: work that enqueues itself again keeps nobody waiting for ever") {
  TestLoop loop;
  Work greedy, other;
  greedy.again = true;
  CHECK(!loop.run_all());
  loop.enqueue(&greedy);
  loop.enqueue(&other);
  CHECK(loop.run_all());
  CHECK(other.runs == 1);
  CHECK(greedy.runs == LoopPort::kRunMax - 1);
  CHECK(!loop.idle());
  CHECK(!loop.prepare_sleep());
  greedy.again = false;
  CHECK(loop.run_all());
  CHECK(loop.idle());
  CHECK(!loop.run_all());
}

TEST_CASE("port: a wake waits until the last monitor is left") {
  TestLoop sleeper, me;
  Monitor a(0), b(1);
  std::vector<int> delivered;
  Letter letters[3];
  for (Letter& letter : letters) letter.delivered = &delivered;
  REQUIRE(sleeper.prepare_sleep());
  REQUIRE(a.try_enter());
  REQUIRE(b.try_enter());
  sleeper.post(&letters[0]);
  sleeper.post(&letters[1]);
  CHECK(!sleeper.idle());  // published already (I16)
  CHECK(sleeper.wakes() == 0);
  a.leave(me);
  CHECK(sleeper.wakes() == 0);
  SUBCASE("it still sleeps") {
    b.leave(me);
    CHECK(sleeper.wakes() == 1);
  }
  SUBCASE("it has woken by itself meanwhile") {
    sleeper.awake();
    b.leave(me);
    CHECK(sleeper.wakes() == 0);
  }
  SUBCASE("it has slept again meanwhile") {
    std::thread([&] {
      sleeper.awake();
      sleeper.turn_until_idle();
      REQUIRE(sleeper.prepare_sleep());
    }).join();
    sleeper.post(&letters[2]);
    b.leave(me);
    CHECK(sleeper.wakes() == 1);
  }
  SUBCASE("a thread that is no loop leaves") {
    b.leave_to(me);
    CHECK(sleeper.wakes() == 1);
  }
  sleeper.awake();
  sleeper.turn_until_idle();
}

TEST_CASE("port: no wake is lost, however many loops are told of something under one monitor") {
  TestLoop me;
  Monitor monitor(0);
  std::vector<int> delivered;
  std::deque<CountingPort> ports(300);
  std::deque<Letter> letters(ports.size());
  for (CountingPort& port : ports) REQUIRE(port.prepare_sleep());
  REQUIRE(monitor.try_enter());
  for (size_t i = 0; i < ports.size(); i++) {
    letters[i].delivered = &delivered;
    ports[i].post(&letters[i]);
  }
  CHECK(ports[0].wakes == 0);
  monitor.leave(me);
  for (CountingPort& port : ports) REQUIRE(port.wakes == 1);
  CHECK(HeldCount::of_this_thread() == 0);
}

}  // namespace
}  // namespace cobnut
