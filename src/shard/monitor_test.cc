// The protocol step by step. One thread plays all loops, but for those that act while it holds a
// shard.
#include "shard/monitor.h"

#include <doctest/doctest.h>

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "shard/test_loop.h"

namespace cobnut {
namespace {

struct TestJob : Job {
  std::function<void(Monitor&, LoopPort&)> body;
  int runs = 0;
  void run_held(Monitor& monitor, LoopPort& me) override {
    runs++;
    CHECK(monitor.held());
    if (body) body(monitor, me);
  }
  void deliver() override {}
};

struct TestTransaction : Transaction {
  explicit TestTransaction(std::vector<Monitor*> m) { monitors = std::move(m); }
  std::function<void(LoopPort&)> body;
  std::function<void(LoopPort&)> end;
  LoopPort* ran_on = nullptr;
  int executed = 0, ended = 0;
  void execute(LoopPort& me) override {
    executed++;
    ran_on = &me;
    for (Monitor* monitor : monitors) CHECK(monitor->held());
    CHECK(HeldCount::of_this_thread() == monitors.size());
    if (body) body(me);
  }
  void finished(LoopPort& me) override {
    ended++;
    CHECK(HeldCount::of_this_thread() == 0);
    if (end) end(me);
  }
  void deliver() override {}
};

// What a thread may do depends on what it holds itself.
void on_another_thread(const std::function<void()>& body) { std::thread(body).join(); }

void check_free(std::initializer_list<Monitor*> monitors) {
  for (Monitor* monitor : monitors) CHECK(monitor->word() == 0);
  CHECK(HeldCount::of_this_thread() == 0);
}

TEST_CASE("monitor: one holder at a time") {
  TestLoop me;
  Monitor monitor(7);
  CHECK(monitor.id() == 7);
  CHECK(!monitor.held());
  CHECK(monitor.try_enter());
  CHECK(monitor.held());
  CHECK(HeldCount::of_this_thread() == 1);
  CHECK(!monitor.try_enter());
  CHECK(HeldCount::of_this_thread() == 1);
  monitor.leave(me);
  CHECK(monitor.try_enter());
  monitor.leave(me);
  check_free({&monitor});
}

static_assert(Monitor::kDrainMax >= 4);

TEST_CASE("monitor: jobs of a held shard run in order when it is left") {
  TestLoop me, other;
  Monitor monitor(0);
  std::vector<int> order;
  std::deque<TestJob> jobs(4);
  REQUIRE(monitor.try_enter());
  for (size_t i = 0; i < jobs.size(); i++) {
    jobs[i].body = [&order, i](Monitor&, LoopPort&) { order.push_back(static_cast<int>(i)); };
    monitor.push(&jobs[i], other);
  }
  CHECK(order.empty());
  CHECK(other.idle());
  monitor.leave(me);
  CHECK(order == std::vector<int>{0, 1, 2, 3});
  CHECK(me.idle());
  check_free({&monitor});
}

TEST_CASE("monitor: a job for a shard that has become free runs at once") {
  TestLoop me;
  Monitor monitor(0);
  TestJob job;
  monitor.push(&job, me);
  CHECK(job.runs == 1);
  check_free({&monitor});
}

TEST_CASE("monitor: a drain is bounded, and goes on from the run queue in its turn") {
  struct Marker : Runnable {
    std::function<void()> body;
    void run(LoopPort&) override { body(); }
  };
  TestLoop me;
  Monitor monitor(0);
  int runs = 0, runs_at_marker = 0;
  std::deque<TestJob> jobs(Monitor::kDrainMax * 3 + 5);
  REQUIRE(monitor.try_enter());
  for (TestJob& job : jobs) {
    job.body = [&](Monitor&, LoopPort&) { runs++; };
    monitor.push(&job, me);
  }
  monitor.leave(me);
  CHECK(runs == Monitor::kDrainMax);
  CHECK(!monitor.held());
  CHECK(monitor.word() == (Monitor::kQueue | Monitor::kDrain));
  CHECK(!monitor.try_enter());  // those that wait go first
  Marker marker;
  marker.body = [&] { runs_at_marker = runs; };
  me.enqueue(&marker);
  me.turn_until_idle();
  CHECK(runs_at_marker == Monitor::kDrainMax * 2);
  CHECK(runs == static_cast<int>(jobs.size()));
  check_free({&monitor});
}

TEST_CASE("monitor: two loops may share what a bounded drain has left, each job runs once") {
  TestLoop first, second;
  Monitor monitor(0);
  std::deque<TestJob> jobs(Monitor::kDrainMax * 4);
  REQUIRE(monitor.try_enter());
  for (size_t i = 1; i < jobs.size(); i++) monitor.push(&jobs[i], first);
  monitor.leave(first);
  monitor.push(&jobs[0], second);  // takes the shard, which nobody holds, and drains as much again
  CHECK(jobs[Monitor::kDrainMax * 2].runs == 1);
  CHECK(jobs[Monitor::kDrainMax * 2 + 1].runs == 0);
  CHECK(second.idle());  // the drain is already on its way
  first.turn_until_idle();
  for (TestJob& job : jobs) REQUIRE(job.runs == 1);
  check_free({&monitor});
}

TEST_CASE(
    "monitor: a drain on its way neither keeps anybody out nor finds the shard free for itself") {
  TestLoop first, second;
  Monitor monitor(0);
  std::deque<TestJob> jobs(Monitor::kDrainMax + 1);
  REQUIRE(monitor.try_enter());
  for (TestJob& job : jobs) monitor.push(&job, first);
  monitor.leave(first);
  TestJob last;
  monitor.push(&last, second);  // drains all
  CHECK(monitor.word() == Monitor::kDrain);
  CHECK(monitor.try_enter());
  SUBCASE("left before the drain comes") {
    monitor.leave(second);
    first.turn_until_idle();
  }
  SUBCASE("the drain comes while it is held, and leaves what has arrived to the holder") {
    TestJob late;
    monitor.push(&late, first);
    on_another_thread([&] { first.turn_until_idle(); });
    CHECK(monitor.word() == (Monitor::kHeld | Monitor::kQueue));
    CHECK(late.runs == 0);
    monitor.leave(second);
    CHECK(late.runs == 1);
  }
  check_free({&monitor});
}

TEST_CASE("monitor: a job that pushes itself again does not hold the loop") {
  TestLoop me;
  Monitor monitor(0);
  TestJob job;
  bool again = true;
  job.body = [&](Monitor& m, LoopPort& loop) {
    if (again) m.push(&job, loop);
  };
  monitor.push(&job, me);
  CHECK(job.runs == Monitor::kDrainMax);
  CHECK(me.run_all());
  CHECK(!me.idle());
  again = false;
  me.turn_until_idle();
  check_free({&monitor});
}

TEST_CASE("monitor: a thread that is no loop runs nothing, and hands on what has arrived") {
  TestLoop helper, origin;
  Monitor monitor(0), other(1);
  TestJob job;
  TestTransaction transaction({&monitor, &other});
  REQUIRE(helper.prepare_sleep());
  REQUIRE(monitor.try_enter());
  SUBCASE("nothing") {
    monitor.leave_to(helper);
    CHECK(helper.wakes() == 0);
    CHECK(helper.idle());
  }
  SUBCASE("a job") {
    monitor.push(&job, origin);
    monitor.leave_to(helper);
    CHECK(job.runs == 0);
    CHECK(helper.wakes() == 1);
    CHECK(!monitor.try_enter());
    helper.turn_until_idle();
    CHECK(job.runs == 1);
  }
  SUBCASE("a transaction") {
    on_another_thread([&] { submit(&transaction, origin); });
    CHECK(other.held());
    monitor.leave_to(helper);
    CHECK(transaction.executed == 0);
    CHECK(helper.wakes() == 1);
    helper.turn_until_idle();
    CHECK(transaction.ran_on == &helper);
    CHECK(transaction.ended == 1);
  }
  SUBCASE("a job, and the thread comes again before the helper") {
    monitor.push(&job, origin);
    monitor.leave_to(helper);
    TestJob second;
    monitor.push(&second, origin);  // a loop attends to both
    CHECK(job.runs == 1);
    CHECK(second.runs == 1);
    REQUIRE(monitor.try_enter());
    monitor.leave_to(helper);
    helper.turn_until_idle();
  }
  check_free({&monitor, &other});
}

TEST_CASE("transaction: runs from the run queue of the loop that grants the last shard") {
  TestLoop origin, holder;
  Monitor a(0), b(1), c(2);
  TestTransaction transaction({&a, &b, &c});
  SUBCASE("all free: the submitting loop, not inside submit") {
    submit(&transaction, origin);
    CHECK(transaction.executed == 0);
    CHECK(a.held());
    origin.turn_until_idle();
    CHECK(transaction.ran_on == &origin);
  }
  SUBCASE("one busy: its holder, not inside leave") {
    REQUIRE(b.try_enter());
    on_another_thread([&] { submit(&transaction, origin); });
    CHECK(origin.idle());
    CHECK(a.held());
    CHECK(!c.try_enter());
    b.leave(holder);
    CHECK(transaction.executed == 0);
    CHECK(HeldCount::of_this_thread() == 0);
    holder.turn_until_idle();
    CHECK(transaction.ran_on == &holder);
  }
  CHECK(transaction.executed == 1);
  CHECK(transaction.ended == 1);
  check_free({&a, &b, &c});
}

TEST_CASE("transaction: all in the order of submission, commands between them are not starved") {
  TestLoop me, other;
  Monitor a(0), b(1);
  std::string order;
  TestTransaction first({&a, &b}), second({&b}), third({&a, &b});
  first.body = [&](LoopPort&) { order += '1'; };
  second.body = [&](LoopPort&) { order += '2'; };
  third.body = [&](LoopPort&) { order += '3'; };
  TestJob job;
  job.body = [&](Monitor&, LoopPort&) { order += 'j'; };
  REQUIRE(b.try_enter());
  on_another_thread([&] {
    submit(&first, other);
    submit(&second, other);
    submit(&third, other);
    a.push(&job, other);  // a is held by the first
  });
  CHECK(other.idle());
  b.leave(me);
  me.turn_until_idle();
  CHECK(order == "1j23");
  CHECK(third.ended == 1);
  check_free({&a, &b});
}

TEST_CASE("transaction: a command never runs inside another one") {
  TestLoop me;
  Monitor a(0), b(1);
  bool inside = false;
  TestJob job;
  TestTransaction inner({&a, &b});
  job.body = [&](Monitor&, LoopPort&) { CHECK(!inside); };
  inner.body = [&](LoopPort&) { CHECK(!inside); };
  const auto bring = [&] {
    inside = true;
    b.push(&job, me);
    submit(&inner, me);
    inside = false;
  };
  SUBCASE("brought by a command that entered") {
    REQUIRE(a.try_enter());
    bring();
    CHECK(job.runs == 0);
    a.leave(me);
  }
  SUBCASE("brought by a job") {
    TestJob outer;
    outer.body = [&](Monitor&, LoopPort&) { bring(); };
    a.push(&outer, me);
  }
  SUBCASE("brought by a transaction") {
    TestTransaction outer({&a});
    outer.body = [&](LoopPort&) { bring(); };
    submit(&outer, me);
    me.turn_until_idle();
  }
  me.turn_until_idle();
  CHECK(job.runs == 1);
  CHECK(inner.ended == 1);
  check_free({&a, &b});
}

TEST_CASE("transaction: may be freed or submitted again as soon as it has finished") {
  TestLoop me;
  Monitor a(0), b(1), c(2);
  SUBCASE("freed") {
    auto* transaction = new TestTransaction({&a, &b, &c});
    int ended = 0;
    transaction->end = [&ended, transaction](LoopPort&) {
      ended++;
      delete transaction;
    };
    submit(transaction, me);
    me.turn_until_idle();
    CHECK(ended == 1);
  }
  SUBCASE("submitted again, over other shards") {
    TestTransaction transaction({&a});
    transaction.end = [&](LoopPort& loop) {
      if (transaction.ended == 100) return;
      transaction.monitors =
          transaction.ended % 2 ? std::vector<Monitor*>{&a, &b, &c} : std::vector<Monitor*>{&b};
      submit(&transaction, loop);
    };
    submit(&transaction, me);
    me.turn_until_idle();
    CHECK(transaction.executed == 100);
  }
  check_free({&a, &b, &c});
}

TEST_CASE("try_enter_all: all or none") {
  TestLoop me;
  Monitor a(0), b(1), c(2);
  Monitor* const all[] = {&a, &b, &c};
  CHECK(try_enter_all(all, me));
  CHECK(HeldCount::of_this_thread() == 3);
  CHECK(!try_enter_all(all, me));
  leave_all(all, me);
  REQUIRE(c.try_enter());
  TestJob job;
  CHECK(!try_enter_all(all, me));
  CHECK(!a.held());
  CHECK(!b.held());
  c.leave(me);
  check_free({&a, &b, &c});
}

}  // namespace
}  // namespace cobnut
