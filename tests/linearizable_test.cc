// Histories of real clients over sockets are linearizable: registers and counters, read and written
// by several connections at once, one at a time and within commands over several shards.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/linearizability.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

using linearizability::Kind;
using linearizability::Operation;
using linearizability::Value;
using History = std::vector<Operation>;

constexpr int kClients = 4;

int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

Value value_of(const std::string& text, bool nil) {
  return nil ? Value{} : Value{std::stoll(text)};
}

// Every client runs `rounds` steps; a step may add several operations (a multi-key command, a
// pipeline), which all share its call and its return.
template <typename Step>
History record(const ServerProcess& server, int rounds, Step step) {
  std::vector<History> histories(kClients);
  std::vector<std::thread> threads;
  std::atomic<int> ready{0};
  for (int me = 0; me < kClients; me++) {
    threads.emplace_back([&, me] {
      Connection client = server.connect();
      std::mt19937 random(static_cast<unsigned>(me) + 1);
      History& history = histories[static_cast<size_t>(me)];
      ready++;
      while (ready < kClients) std::this_thread::yield();
      for (int round = 0; round < rounds; round++) {
        const size_t first = history.size();
        const int64_t called = now_ns();
        step(client, random, me * rounds + round, history);
        const int64_t returned = now_ns();
        for (size_t i = first; i < history.size(); i++) {
          history[i].client = me;
          history[i].called = called;
          history[i].returned = returned;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  History all;
  for (const History& history : histories) all.insert(all.end(), history.begin(), history.end());
  return all;
}

void check_linearizable(const History& history) {
  const linearizability::Verdict verdict = linearizability::check(history);
  CHECK_MESSAGE(verdict.answer == linearizability::Answer::kYes, verdict.key << "\n"
                                                                             << verdict.explain);
}

std::string random_key(std::mt19937& random) { return "register:" + std::to_string(random() % 3); }

TEST_CASE("linearizable: GET, SET, DEL and INCRBY by single commands") {
  ServerProcess server;
  REQUIRE(server.ok());
  check_linearizable(record(
      server, rounds(3000),
      [](Connection& client, std::mt19937& random, int unique, History& history) {
        const std::string key = random_key(random);
        switch (random() % 8) {
          case 0:
            client.run({"DEL", key});
            history.push_back({.key = key, .kind = Kind::kWrite});
            break;
          case 1:
          case 2:
            client.run({"SET", key, std::to_string(unique * 1000)});
            history.push_back({.key = key, .kind = Kind::kWrite, .argument = unique * 1000});
            break;
          case 3:
          case 4: {
            const int64_t result = client.run({"INCRBY", key, "7"}).integer();
            history.push_back(
                {.key = key, .kind = Kind::kIncrement, .argument = 7, .result = result});
            break;
          }
          default: {
            const Answer got = client.run({"GET", key});
            history.push_back(
                {.key = key, .kind = Kind::kRead, .result = value_of(got.text(), got.is_nil())});
          }
        }
      }));
}

// Within a multi-key command all keys are read or written at one moment; the checker looks at each
// key by itself, which is what single-key clients beside it can see.
TEST_CASE("linearizable: MSET and MGET over shards mixed with single-key commands") {
  ServerProcess server;
  REQUIRE(server.ok());
  const std::vector<std::string> keys{"register:0", "register:1", "register:2"};
  check_linearizable(record(
      server, rounds(3000),
      [&](Connection& client, std::mt19937& random, int unique, History& history) {
        const std::string value = std::to_string(unique);
        switch (random() % 4) {
          case 0:
            client.run({"MSET", keys[0], value, keys[1], value, keys[2], value});
            for (const std::string& key : keys) {
              history.push_back({.key = key, .kind = Kind::kWrite, .argument = unique});
            }
            break;
          case 1: {
            const Answer got = client.run({"MGET", keys[0], keys[1], keys[2]});
            for (size_t i = 0; i < got.size(); i++) {
              history.push_back({.key = keys[i],
                                 .kind = Kind::kRead,
                                 .result = value_of(got.text(i), got.is_nil(i))});
            }
            break;
          }
          case 2: {
            const std::string key = random_key(random);
            client.run({"SET", key, value});
            history.push_back({.key = key, .kind = Kind::kWrite, .argument = unique});
            break;
          }
          default: {
            const std::string key = random_key(random);
            const Answer got = client.run({"GET", key});
            history.push_back(
                {.key = key, .kind = Kind::kRead, .result = value_of(got.text(), got.is_nil())});
          }
        }
      }));
}

TEST_CASE("linearizable: pipelines that overlap each other") {
  ServerProcess server;
  REQUIRE(server.ok());
  check_linearizable(
      record(server, rounds(1000),
             [](Connection& client, std::mt19937& random, int unique, History& history) {
               const std::string set = random_key(random), get = random_key(random);
               const std::string add = "counter:" + std::to_string(random() % 3);
               client.append({"SET", set, std::to_string(unique)});
               client.append({"INCRBY", add, "1"});
               client.append({"GET", get});
               client.answer();
               history.push_back({.key = set, .kind = Kind::kWrite, .argument = unique});
               history.push_back({.key = add,
                                  .kind = Kind::kIncrement,
                                  .argument = 1,
                                  .result = client.answer().integer()});
               const Answer got = client.answer();
               history.push_back(
                   {.key = get, .kind = Kind::kRead, .result = value_of(got.text(), got.is_nil())});
             }));
}

}  // namespace
}  // namespace cobnut::test
