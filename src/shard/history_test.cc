// Registers behind monitors, used by several loops at once: their histories must be linearizable.
#define DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES  // CHECK is ours here: a violation aborts on the spot
#include <doctest/doctest.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/interleave.h"
#include "linearizability.h"
#include "shard/monitor.h"
#include "shard/test_loop.h"

namespace cobnut {
namespace {

using linearizability::Kind;
using linearizability::Operation;
using linearizability::Value;

constexpr size_t kShards = 3, kKeysPerShard = 2;

struct Registers {
  explicit Registers(uint32_t id) : monitor(id) {}
  Monitor monitor;
  Value values[kKeysPerShard];
};

struct World {
  std::deque<Registers> shards;
  std::atomic<int64_t> clock{0};
  std::atomic<uint64_t> done{0};
  std::atomic<int> running{0};
};

void perform(Operation& operation, Registers& registers) {
  CHECK(registers.monitor.held());
  Value& value = registers.values[operation.key.back() - '0'];
  const Value before = value;
  interleave();
  switch (operation.kind) {
    case Kind::kRead:
      operation.result = before;
      break;
    case Kind::kWrite:
      value = operation.argument;
      break;
    case Kind::kIncrement:
      operation.result = value = before.value_or(0) + *operation.argument;
      break;
    case Kind::kCompareAndSet:
      operation.result = before == operation.expected;
      if (*operation.result) value = operation.argument;
      break;
  }
}

// One client: it has one command outstanding, on one key, or the same on a key of every shard.
struct Client {
  World* world = nullptr;
  LoopPort* loop = nullptr;
  bool busy = false;
  std::vector<Operation> now;  // one, or one per shard
  std::vector<Operation> history;

  void completed() {
    const int64_t returned = world->clock.fetch_add(1);
    for (Operation& operation : now) {
      operation.returned = returned;
      history.push_back(operation);
    }
    busy = false;
    world->done.fetch_add(1, std::memory_order_relaxed);
  }
};

struct SingleCommand : Job {
  Client* client = nullptr;
  void run_held(Monitor& monitor, LoopPort&) override {
    perform(client->now[0], client->world->shards[monitor.id()]);
    client->loop->post(this);
  }
  void deliver() override {
    client->completed();
    delete this;
  }
};

struct MultiCommand : Transaction {
  Client* client = nullptr;
  void execute(LoopPort&) override {
    for (Monitor* monitor : monitors) {
      perform(client->now[monitor->id()], client->world->shards[monitor->id()]);
    }
  }
  void finished(LoopPort&) override { client->loop->post(this); }
  void deliver() override {
    client->completed();
    delete this;
  }
};

void start(Client& client, int number, std::mt19937_64& random) {
  World& world = *client.world;
  const bool multi = random() % 8 == 0;
  const bool at_once = random() % 2 == 0;  // else through the queue, even if the shard is free
  const size_t only = random() % kShards;
  const size_t key = random() % kKeysPerShard;
  client.now.clear();
  for (size_t shard = 0; shard < kShards; shard++) {
    if (!multi && shard != only) continue;
    Operation operation;
    operation.client = number;
    operation.key = std::to_string(shard) + ':' + std::to_string(key);
    operation.kind = static_cast<Kind>(random() % 4);
    operation.argument = static_cast<int64_t>(random() % 4);
    operation.expected = static_cast<int64_t>(random() % 4);
    operation.called = world.clock.fetch_add(1);
    client.now.push_back(operation);
  }
  client.busy = true;
  Registers& registers = world.shards[only];
  if (multi) {
    auto* command = new MultiCommand;
    command->client = &client;
    for (Registers& each : world.shards) command->monitors.push_back(&each.monitor);
    submit(command, *client.loop);
  } else if (at_once && registers.monitor.try_enter()) {
    perform(client.now[0], registers);
    registers.monitor.leave(*client.loop);
    client.completed();
  } else {
    auto* command = new SingleCommand;
    command->client = &client;
    registers.monitor.push(command, *client.loop);
  }
}

// One loop with its clients, until each has done its commands and so have those of the other loops.
void run_loop(World& world, int number, uint64_t seed, std::vector<Operation>& history) {
  constexpr int kClients = 3, kCommands = 100;
  TestLoop loop;
  std::mt19937_64 random(seed * 100 + static_cast<uint64_t>(number));
  std::vector<Client> clients(kClients);
  for (Client& client : clients) {
    client.world = &world;
    client.loop = &loop;
  }
  for (int i = 0; i < kClients * kCommands;) {
    for (Client& client : clients) {
      if (client.busy) continue;
      start(client, number * kClients + static_cast<int>(&client - clients.data()), random);
      i++;
    }
    if (!loop.turn()) sched_yield();
  }
  const auto busy = [&] {
    return std::ranges::any_of(clients, [](const Client& client) { return client.busy; });
  };
  while (busy()) loop.turn();
  world.running--;
  while (world.running != 0) loop.turn();  // what was granted to this loop is of others
  loop.turn_until_idle();
  for (Client& client : clients) {
    history.insert(history.end(), client.history.begin(), client.history.end());
  }
}

DOCTEST_TEST_CASE("history: registers behind monitors are linearizable") {
  for (uint64_t seed = 1; seed <= 12; seed++) {
    const int loops = 2 + static_cast<int>(seed % 3);
    World world;
    for (uint32_t i = 0; i < kShards; i++) world.shards.emplace_back(i);
    world.running = loops;
    std::vector<std::vector<Operation>> histories(static_cast<size_t>(loops));
    {
      Watchdog watchdog([&] { return world.done.load(); },
                        [&] {
                          std::string text = "words:";
                          for (Registers& each : world.shards)
                            text += ' ' + std::to_string(each.monitor.word());
                          return text;
                        });
      std::vector<std::thread> threads;
      for (int i = 0; i < loops; i++) {
        threads.emplace_back([&world, &histories, i, seed] {
          run_loop(world, i, seed, histories[static_cast<size_t>(i)]);
        });
      }
      for (std::thread& thread : threads) thread.join();
    }
    std::vector<Operation> all;
    for (auto& history : histories) all.insert(all.end(), history.begin(), history.end());
    const linearizability::Verdict verdict = linearizability::check(all);
    DOCTEST_INFO("seed " << seed << ": " << verdict.explain);
    DOCTEST_REQUIRE(verdict.answer == linearizability::Answer::kYes);
  }
}

}  // namespace
}  // namespace cobnut
