// The protocol under load: many loops, shards and connections, transfers whose sum stays zero,
// audits that must see it, the order of each connection on each shard, commands that bring further
// work in their midst, a thread that is no loop. Ends by operation count; COBNUT_STRESS_SECONDS
// repeats it with other seeds for that long.
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES  // CHECK is ours here: a violation aborts on the spot
#include <doctest/doctest.h>
#include <sched.h>

#include <chrono>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/interleave.h"
#include "shard/monitor.h"
#include "shard/test_loop.h"

namespace cobnut {

// The stress build compiles the library with COBNUT_YIELD_HOOK: one step of 32 gives the core away.
void yield_hook() {
  static thread_local uint64_t state =
      reinterpret_cast<uintptr_t>(&state) * 0x9E3779B97F4A7C15u | 1;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  if (state % 32 == 0) sched_yield();
}

namespace {

struct Shape {
  int loops;
  int shards;
  int connections;  // per loop
  int operations;   // per loop
  uint64_t seed;
  bool collector = false;  // a thread that is no loop enters free shards meanwhile
};

struct alignas(64) TestShard {
  explicit TestShard(uint32_t id, size_t connections) : monitor(id), last(connections) {}
  Monitor monitor;
  // Plain memory, all of it: only the monitor keeps the threads apart, and the sanitizer looks on.
  bool inside = false;
  int64_t sum = 0;
  uint64_t runs = 0;
  std::vector<uint64_t> last;  // by connection: its last operation here
};

class StressLoop;

// What a connection has outstanding, at most one (I6).
struct Connection {
  StressLoop* loop = nullptr;
  size_t id = 0;  // over all loops
  uint64_t operation = 0;
  bool busy = false;
};

class World {
 public:
  explicit World(const Shape& s);
  void run();

  // One command on one shard. REQUIRES: held.
  void touch(TestShard& shard, size_t connection, uint64_t operation) {
    CHECK(shard.monitor.held());
    CHECK(!shard.inside);
    shard.inside = true;
    interleave();
    CHECK_OP(shard.last[connection], <, operation);
    shard.last[connection] = operation;
    shard.runs++;
    shard.inside = false;
  }
  // One command on several: a transfer, or over all of them an audit.
  void touch_all(const std::vector<Monitor*>& monitors, size_t connection, uint64_t operation) {
    int64_t sum = 0;
    for (Monitor* monitor : monitors) {
      TestShard& shard = *shards[monitor->id()];
      touch(shard, connection, operation);
      CHECK(!shard.inside);
      shard.inside = true;
      sum += shard.sum;
    }
    interleave();
    if (monitors.size() == shards.size()) CHECK_EQ(sum, 0);
    const int64_t amount = static_cast<int64_t>(operation % 97);
    for (size_t i = 0; i < monitors.size(); i++) {
      TestShard& shard = *shards[monitors[i]->id()];
      shard.sum += i == 0 ? -amount * static_cast<int64_t>(monitors.size() - 1) : amount;
      interleave();
      shard.inside = false;
    }
  }
  std::string dump() const;
  uint64_t progress() const;

  const Shape shape;
  std::vector<std::unique_ptr<TestShard>> shards;
  std::vector<std::unique_ptr<StressLoop>> loops;
  std::atomic<int> unfinished;
};

struct Stop : Message {
  StressLoop* loop = nullptr;
  void deliver() override;
};

class StressLoop : public TestLoop {
 public:
  StressLoop(World& w, int number);
  void run();
  void completed(Connection& connection) {
    CHECK(connection.busy);
    connection.busy = false;
    outstanding--;
    done.fetch_add(1, std::memory_order_relaxed);
  }
  bool operate(Connection& connection);

  World& world;
  std::mt19937_64 random;
  std::deque<Connection> connections;
  int left;  // operations to start
  int outstanding = 0;
  bool stopped = false;
  bool told = false;
  Stop stop;
  std::atomic<uint64_t> done{0};
  uint64_t singles = 0, queued = 0, multis = 0, sequenced = 0;

 private:
  void single(Connection& connection);
  void multi(Connection& connection, std::vector<Monitor*> monitors);
};

void Stop::deliver() { loop->stopped = true; }

// A reply that travels apart from its command, which frees itself.
struct Completion : Message {
  explicit Completion(Connection& c) : connection(c) {}
  Connection& connection;
  void deliver() override {
    connection.loop->completed(connection);
    delete this;
  }
};

// A command that another command brings about in its midst; nobody waits for it but the loop's
// count of outstanding work. It belongs to a connection of its own kind, numbered behind the real
// ones.
struct SideJob : Job {
  SideJob(World& w, StressLoop& o) : world(w), origin(o) {}
  World& world;
  StressLoop& origin;
  void run_held(Monitor& monitor, LoopPort&) override {
    TestShard& shard = *world.shards[monitor.id()];
    CHECK(!shard.inside);
    shard.inside = true;
    shard.runs++;
    shard.inside = false;
    origin.post(this);
  }
  void deliver() override {
    origin.outstanding--;
    delete this;
  }
};

struct SideTransaction : Transaction {
  SideTransaction(World& w, StressLoop& o) : world(w), origin(o) {}
  World& world;
  StressLoop& origin;
  void execute(LoopPort&) override {
    for (Monitor* monitor : monitors) {
      TestShard& shard = *world.shards[monitor->id()];
      CHECK(!shard.inside);
      shard.runs++;
    }
    world.shards[monitors.front()->id()]->sum -= 1;
    interleave();
    world.shards[monitors.back()->id()]->sum += 1;
  }
  void finished(LoopPort&) override { origin.post(this); }
  void deliver() override {
    origin.outstanding--;
    delete this;
  }
};

struct SingleJob : Job {
  SingleJob(World& w, Connection& c) : world(w), connection(c), operation(c.operation) {}
  World& world;
  Connection& connection;
  uint64_t operation;
  SideJob* side = nullptr;  // pushed from within
  Monitor* side_monitor = nullptr;
  void run_held(Monitor& monitor, LoopPort& me) override {
    world.touch(*world.shards[monitor.id()], connection.id, operation);
    if (side != nullptr) side_monitor->push(side, me);
    connection.loop->post(this);
  }
  void deliver() override {
    connection.loop->completed(connection);
    delete this;
  }
};

struct MultiTransaction : Transaction {
  MultiTransaction(World& w, Connection& c) : world(w), connection(c), operation(c.operation) {}
  World& world;
  Connection& connection;
  uint64_t operation;
  Completion* completion = nullptr;  // posted from within, the transaction is freed in finished()
  SideTransaction* side = nullptr;   // submitted from within
  void execute(LoopPort& me) override {
    for (Monitor* monitor : monitors) CHECK(monitor->held());
    world.touch_all(monitors, connection.id, operation);
    if (side != nullptr) submit(side, me);
    if (completion != nullptr) connection.loop->post(completion);
  }
  void finished(LoopPort&) override {
    if (completion != nullptr) {
      delete this;
    } else {
      connection.loop->post(this);
    }
  }
  void deliver() override {
    connection.loop->completed(connection);
    delete this;
  }
};

StressLoop::StressLoop(World& w, int number)
    : world(w),
      random(w.shape.seed * 1000 + static_cast<uint64_t>(number)),
      left(w.shape.operations) {
  stop.loop = this;
  for (int i = 0; i < w.shape.connections; i++) {
    Connection& connection = connections.emplace_back();
    connection.loop = this;
    connection.id = static_cast<size_t>(number * w.shape.connections + i);
  }
}

void StressLoop::single(Connection& connection) {
  TestShard& shard = *world.shards[random() % world.shards.size()];
  singles++;
  if (random() % 16 != 0 && shard.monitor.try_enter()) {
    world.touch(shard, connection.id, connection.operation);
    shard.monitor.leave(*this);
    done.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  queued++;
  auto* job = new SingleJob(world, connection);
  if (random() % 8 == 0) {
    job->side = new SideJob(world, *this);
    job->side_monitor = &world.shards[random() % world.shards.size()]->monitor;
    outstanding++;
  }
  connection.busy = true;
  outstanding++;
  shard.monitor.push(job, *this);
}

void StressLoop::multi(Connection& connection, std::vector<Monitor*> monitors) {
  multis++;
  if (random() % 16 != 0 && try_enter_all(monitors, *this)) {
    world.touch_all(monitors, connection.id, connection.operation);
    if (random() % 8 == 0) {  // the move of a blocked client that this command serves
      auto* side = new SideTransaction(world, *this);
      side->monitors = monitors;
      outstanding++;
      submit(side, *this);
    }
    leave_all(monitors, *this);
    done.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  sequenced++;
  auto* transaction = new MultiTransaction(world, connection);
  transaction->monitors = std::move(monitors);
  if (random() % 2 == 0) transaction->completion = new Completion(connection);
  if (random() % 4 == 0) {
    transaction->side = new SideTransaction(world, *this);
    transaction->side->monitors = transaction->monitors;
    outstanding++;
  }
  connection.busy = true;
  outstanding++;
  submit(transaction, *this);
}

// True: the connection may go on at once.
bool StressLoop::operate(Connection& connection) {
  if (connection.busy || left == 0) return false;
  left--;
  connection.operation++;
  const uint64_t kind = random() % 1000;
  if (kind < 900) {
    single(connection);
  } else {
    std::vector<Monitor*> monitors;
    const size_t wanted = kind < 990 ? 2 + random() % 3 : world.shards.size();
    if (wanted >= world.shards.size()) {
      for (auto& shard : world.shards) monitors.push_back(&shard->monitor);
    } else {
      for (size_t i = 0; i < world.shards.size() && monitors.size() < wanted; i++) {
        // Selection sampling: every set of `wanted` shards is equally likely, in ascending order.
        if (random() % (world.shards.size() - i) < wanted - monitors.size()) {
          monitors.push_back(&world.shards[i]->monitor);
        }
      }
    }
    multi(connection, std::move(monitors));
  }
  return !connection.busy;
}

void StressLoop::run() {
  while (!stopped) {
    bool worked = turn();
    for (Connection& connection : connections) {
      for (int burst = 0; burst < 16 && operate(connection); burst++) worked = true;
      worked |= turn();
    }
    if (left == 0 && outstanding == 0 && !told) {
      told = true;
      if (world.unfinished.fetch_sub(1) == 1) {
        for (auto& loop : world.loops) loop->post(&loop->stop);
      }
    }
    if (!worked) sleep();
  }
}

World::World(const Shape& s) : shape(s), unfinished(s.loops) {
  const size_t all = static_cast<size_t>(s.loops * s.connections);
  for (int i = 0; i < s.shards; i++) {
    shards.push_back(std::make_unique<TestShard>(static_cast<uint32_t>(i), all));
  }
  for (int i = 0; i < s.loops; i++) loops.push_back(std::make_unique<StressLoop>(*this, i));
}

void World::run() {
  Watchdog watchdog([this] { return progress(); }, [this] { return dump(); });
  std::atomic<bool> collecting{shape.collector};
  std::vector<std::thread> threads;
  // It hands leftovers to the loops in turn, and ends before them, so that none of it is lost.
  std::thread collector([&] {
    if (!shape.collector) return;
    std::mt19937_64 choice(shape.seed);
    for (uint64_t n = 0; unfinished.load() != 0; n++) {
      TestShard& shard = *shards[choice() % shards.size()];
      if (!shard.monitor.try_enter()) {
        sched_yield();
        continue;
      }
      CHECK(!shard.inside);
      shard.inside = true;
      interleave();
      if (n % 64 == 0) sched_yield();  // so that work arrives meanwhile
      shard.inside = false;
      shard.monitor.leave_to(*loops[n % loops.size()]);
    }
  });
  for (auto& loop : loops) {
    threads.emplace_back([&loop] { loop->run(); });
  }
  for (std::thread& thread : threads) thread.join();
  collector.join();

  int64_t sum = 0;
  for (auto& shard : shards) {
    CHECK(!shard->monitor.held());
    sum += shard->sum;
  }
  CHECK_EQ(sum, 0);
}

uint64_t World::progress() const {
  uint64_t sum = 0;
  for (auto& loop : loops) sum += loop->done.load(std::memory_order_relaxed);
  return sum;
}

std::string World::dump() const {
  std::string text = "words:";
  for (auto& shard : shards) {
    const uint32_t word = shard->monitor.word();
    text += ' ' + std::to_string(shard->monitor.id()) + '=';
    if (word & Monitor::kHeld) text += 'H';
    if (word & Monitor::kGrants) text += 'G';
    if (word & Monitor::kQueue) text += 'Q';
    if (word & Monitor::kDrain) text += 'D';
  }
  for (size_t i = 0; i < loops.size(); i++) {
    text += "\nloop " + std::to_string(i) + ": done " + std::to_string(loops[i]->done.load()) +
            ", sleeps " + std::to_string(loops[i]->sleeps()) + ", wakes " +
            std::to_string(loops[i]->wakes());
  }
  return text;
}

// Over all loops of one shape: a shape takes about 0.3 s at most in either build.
constexpr int kOperations = kStressBuild ? 24'000 : 160'000;

double stress_seconds() {
  const char* text = getenv("COBNUT_STRESS_SECONDS");
  return text != nullptr ? atof(text) : 0;
}

DOCTEST_TEST_CASE("stress: sums, order and exclusion hold for every number of loops and shards") {
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(stress_seconds());
  uint64_t seed = 1;
  do {
    for (int loops : {1, 2, 3, 8}) {
      for (int shards : {2, 3, 16, 64}) {
        World({.loops = loops,
               .shards = shards,
               .connections = 4 + 16 * static_cast<int>(seed % 2),
               .operations = kOperations / loops,
               .seed = seed,
               .collector = shards % 2 == 0})
            .run();
        seed++;
      }
    }
  } while (std::chrono::steady_clock::now() < end);
}

}  // namespace
}  // namespace cobnut
