// What one client does in one command is seen by others as a whole or not at all, whatever shards
// its keys live in; and what one connection does is seen in the order in which it did it.
#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include "tests/server_process.h"

namespace cobnut::test {
namespace {

const int kRounds = rounds(10'000);
constexpr int kKeys = 8;  // without a hash tag: they spread over the shards

std::string key(int i) { return "atomic:" + std::to_string(i); }

TEST_CASE("atomicity: MGET sees each MSET over several shards whole or not at all") {
  ServerProcess server;
  REQUIRE(server.ok());
  std::atomic<int> torn{0}, broken{0};
  in_threads(4, [&](int me) {
    Connection client = server.connect();
    for (int round = 0; round < kRounds; round++) {
      if (me < 2) {
        std::vector<std::string> words{"MSET"};
        const std::string value = std::to_string(me) + ":" + std::to_string(round);
        for (int i = 0; i < kKeys; i++) words.insert(words.end(), {key(i), value});
        if (client.run(words).text() != "OK") broken++;
        continue;
      }
      std::vector<std::string> words{"MGET"};
      // One reader goes forward and one backward: no order of taking shards may matter.
      for (int i = 0; i < kKeys; i++) words.push_back(key(me == 2 ? i : kKeys - 1 - i));
      const Answer answer = client.run(words);
      if (answer.size() != kKeys) broken++;
      for (size_t i = 1; i < answer.size(); i++) {
        if (answer.text(i) != answer.text(0)) torn++;
      }
    }
  });
  CHECK(torn.load() == 0);
  CHECK(broken.load() == 0);
}

TEST_CASE("atomicity: a token that RENAME moves is always in exactly one place") {
  ServerProcess server;
  REQUIRE(server.ok());
  REQUIRE(server.connect().run({"SET", key(0), "token"}).text() == "OK");
  std::atomic<int> wrong{0}, moves{0};
  in_threads(4, [&](int me) {
    Connection client = server.connect();
    unsigned random = static_cast<unsigned>(me) + 1;
    for (int round = 0; round < kRounds; round++) {
      if (me < 3) {
        random = random * 1664525 + 1013904223;
        const int from = static_cast<int>(random >> 8) % kKeys;
        const int to = (from + 1 + static_cast<int>(random >> 20) % (kKeys - 1)) % kKeys;
        const Answer answer = client.run({me == 2 ? "RENAMENX" : "RENAME", key(from), key(to)});
        if (answer.text() == "OK" || answer.integer() == 1) {
          moves++;
        } else if (answer.text() != "ERR no such key") {
          wrong++;  // RENAMENX never finds another token at its target
        }
        continue;
      }
      std::vector<std::string> words{round % 2 ? "EXISTS" : "MGET"};
      for (int i = 0; i < kKeys; i++) words.push_back(key(i));
      const Answer answer = client.run(words);
      int found = static_cast<int>(answer.integer());
      if (round % 2 == 0) {
        found = 0;
        for (size_t i = 0; i < answer.size(); i++) found += answer.text(i) == "token";
      }
      if (found != 1) wrong++;
    }
  });
  CHECK(wrong.load() == 0);
  CHECK(moves.load() > 0);
}

TEST_CASE("atomicity: of competing MSETNX exactly one wins, and wins all of its keys") {
  ServerProcess server;
  REQUIRE(server.ok());
  std::atomic<int> wrong{0};
  std::vector<std::atomic<int>> winners(static_cast<size_t>(kRounds / 10));
  in_threads(3, [&](int me) {
    Connection client = server.connect();
    for (size_t round = 0; round < winners.size(); round++) {
      const std::string prefix = "nx:" + std::to_string(round) + ":", mine = std::to_string(me);
      // The threads' key sets overlap in the middle key only.
      const Answer answer = client.run(
          {"MSETNX", prefix + mine, mine, prefix + "middle", mine, prefix + mine + "x", mine});
      if (answer.integer() == 1) {
        winners[round]++;
        if (client.run({"GET", prefix + "middle"}).text() != mine) wrong++;
      } else if (client.run({"EXISTS", prefix + mine, prefix + mine + "x"}).integer() != 0) {
        wrong++;
      }
    }
  });
  for (const auto& count : winners) wrong += count != 1;
  CHECK(wrong.load() == 0);
}

TEST_CASE("atomicity: a pipeline takes effect in order: an object is there before its pointer") {
  ServerProcess server;
  REQUIRE(server.ok());
  std::atomic<int> reversed{0}, seen{0};
  std::atomic<bool> done{false};
  in_threads(4, [&](int me) {
    Connection client = server.connect();
    const std::string pointer = "pointer:" + std::to_string(me % 2);
    if (me < 2) {
      constexpr int kBatch = 8;
      for (int round = 0; round < kRounds; round++) {
        const std::string object = pointer + ":object:" + std::to_string(round);
        client.append({"SET", object, std::to_string(round)});
        client.append({"SET", pointer, object});
        if (round % kBatch == kBatch - 1) {
          for (int i = 0; i < 2 * kBatch; i++) client.answer();
        }
      }
      done = true;
      return;
    }
    while (!done) {
      const std::string object = client.run({"GET", pointer}).text();
      if (object.empty()) continue;
      seen++;
      if (client.run({"EXISTS", object}).integer() != 1) reversed++;
    }
  });
  CHECK(reversed.load() == 0);
  CHECK(seen.load() > 0);
}

TEST_CASE("atomicity: one connection reads its own writes, pipelined over all shards") {
  ServerProcess server;
  REQUIRE(server.ok());
  std::atomic<int> wrong{0};
  in_threads(4, [&](int me) {
    Connection client = server.connect();
    constexpr int kBatch = 50;
    for (int round = 0; round < kRounds / kBatch; round++) {
      for (int i = 0; i < kBatch; i++) {
        const std::string own = "own:" + std::to_string(me) + ":" + std::to_string(i);
        client.append({"SET", own, std::to_string(round)});
        client.append({"MGET", own, key(i % kKeys)});
        client.append({"INCR", own});
        client.append({"DEL", own, "own:none"});
      }
      for (int i = 0; i < kBatch; i++) {
        wrong += client.answer().text() != "OK";
        wrong += client.answer().text(0) != std::to_string(round);
        wrong += client.answer().integer() != round + 1;
        wrong += client.answer().integer() != 1;
      }
    }
  });
  CHECK(wrong.load() == 0);
}

TEST_CASE("atomicity: no INCR is lost and none is counted twice") {
  ServerProcess server;
  REQUIRE(server.ok());
  constexpr int kClients = 4;
  std::vector<std::set<int64_t>> got(kClients);
  in_threads(kClients, [&](int me) {
    Connection client = server.connect();
    constexpr int kBatch = 20;
    for (int round = 0; round < kRounds / kBatch; round++) {
      for (int i = 0; i < kBatch; i++) client.append({"INCR", "counter"});
      for (int i = 0; i < kBatch; i++)
        got[static_cast<size_t>(me)].insert(client.answer().integer());
    }
  });
  std::set<int64_t> all;
  for (const auto& one : got) all.insert(one.begin(), one.end());
  CHECK(all.size() == size_t{kClients} * kRounds);
  CHECK(*all.rbegin() == int64_t{kClients} * kRounds);
}

}  // namespace
}  // namespace cobnut::test
