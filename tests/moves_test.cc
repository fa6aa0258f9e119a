// Commands that take from some keys and give to others, of different shards, as other clients see
// them: what is moved is always in exactly one place, and what is derived from several keys is
// derived from one state of all of them. A command of one more type is one more row.
#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/server_process.h"

namespace cobnut::test {
namespace {

using Words = std::vector<std::string>;

constexpr int kRounds = kSanitized ? 300 : 3'000;
constexpr int kKeys = 6;  // without a hash tag: they spread over the shards

std::string key(int i) { return "moves:" + std::to_string(i); }

void in_threads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; i++) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

// -- a token that goes from key to key

struct Move {
  const char* name;
  const char* add;  // ADD key token
  std::function<Words(const std::string& from, const std::string& to)> move;
  std::function<bool(const Answer&)> moved;
  std::function<bool(const Answer&)> was_elsewhere;
};

bool is_token(const Answer& answer) { return answer.text() == "token"; }
bool is_nil(const Answer& answer) { return answer.is_nil(); }

const Move kMoves[] = {
    {"LMOVE", "RPUSH",
     [](const std::string& from, const std::string& to) -> Words {
       return {"LMOVE", from, to, "LEFT", "RIGHT"};
     },
     is_token, is_nil},
    {"RPOPLPUSH", "RPUSH",
     [](const std::string& from, const std::string& to) -> Words {
       return {"RPOPLPUSH", from, to};
     },
     is_token, is_nil},
    {"SMOVE", "SADD",
     [](const std::string& from, const std::string& to) -> Words {
       return {"SMOVE", from, to, "token"};
     },
     [](const Answer& answer) { return answer.integer() == 1; },
     [](const Answer& answer) { return answer.integer() == 0; }},
};

// Three clients move the only token about and one looks where it is: EXISTS counts the keys that
// hold something.
void check_move(const Move& row) {
  CAPTURE(row.name);
  ServerProcess server;
  REQUIRE(server.ok());
  REQUIRE(server.connect().run({row.add, key(0), "token"}).integer() == 1);
  std::atomic<int> moves{0}, wrong{0}, torn{0};
  in_threads(4, [&](int me) {
    Connection client = server.connect();
    unsigned random = static_cast<unsigned>(me) + 1;
    for (int round = 0; round < kRounds; round++) {
      if (me < 3) {
        random = random * 1664525 + 1013904223;
        const int from = static_cast<int>(random >> 8) % kKeys;
        const int to = (from + 1 + static_cast<int>(random >> 20) % (kKeys - 1)) % kKeys;
        const Answer answer = client.run(row.move(key(from), key(to)));
        if (row.moved(answer)) {
          moves++;
        } else if (!row.was_elsewhere(answer)) {
          wrong++;
        }
        continue;
      }
      Words words{"EXISTS"};
      for (int i = 0; i < kKeys; i++) words.push_back(key(round % 2 == 0 ? i : kKeys - 1 - i));
      if (client.run(words).integer() != 1) torn++;
    }
  });
  CHECK(torn.load() == 0);
  CHECK(wrong.load() == 0);
  CHECK(moves.load() > 0);
}

// -- what follows from key(0) and key(1) together

struct Derivation {
  const char* name;
  std::vector<Words> prepare;  // once; none of them may fail
  // Two commands, to be run in turns, each of which changes both keys, so that what is derived of
  // them stays the same.
  std::function<std::array<Words, 2>(Connection&)> changes;
  // The last of these replies `expected`. The target is this client's own, and absent at first.
  std::function<std::vector<Words>(const std::string& target)> derive;
  int64_t expected;
};

std::array<Words, 2> exchange(const std::string& one, const std::string& other) {
  return {Words{"MSET", key(0), one, key(1), other}, Words{"MSET", key(0), other, key(1), one}};
}
std::array<Words, 2> rename_to_and_fro(Connection&) {
  return {Words{"RENAME", key(0), key(1)}, Words{"RENAME", key(1), key(0)}};
}
std::array<Words, 2> exchange_hyperloglogs(Connection& client) {
  return exchange(client.run({"GET", key(2)}).text(), client.run({"GET", key(3)}).text());
}
const std::vector<Words> kHyperLogLogs = {{"PFADD", key(2), "a", "b", "c"},
                                          {"PFADD", key(3), "d", "e", "f", "g", "h"}};

const Derivation kDerivations[] = {
    {"BITOP",
     {},
     [](Connection&) { return exchange(std::string(100, '\x0f'), std::string(100, '\xf0')); },
     [](const std::string& target) -> std::vector<Words> {
       return {{"BITOP", "XOR", target, key(0), key(1)}, {"BITCOUNT", target}};
     },
     800},
    {"PFMERGE", kHyperLogLogs, exchange_hyperloglogs,
     [](const std::string& target) -> std::vector<Words> {
       return {{"PFMERGE", target, key(0), key(1)}, {"PFCOUNT", target}};
     },
     8},
    {"PFCOUNT", kHyperLogLogs, exchange_hyperloglogs,
     [](const std::string&) -> std::vector<Words> {
       return {{"PFCOUNT", key(0), key(1)}};
     },
     8},
    {"SUNIONSTORE",
     {{"SADD", key(0), "a", "b", "c"}},
     rename_to_and_fro,
     [](const std::string& target) -> std::vector<Words> {
       return {{"SUNIONSTORE", target, key(0), key(1)}, {"SCARD", target}};
     },
     3},
    {"SINTERSTORE",
     {{"SADD", key(0), "a", "b", "c"}},
     rename_to_and_fro,
     [](const std::string& target) -> std::vector<Words> {
       return {{"SINTERSTORE", target, key(0), key(1)}, {"SCARD", target}};
     },
     0},
};

// One client changes the keys all the time, three derive.
void check_derivation(const Derivation& row) {
  CAPTURE(row.name);
  ServerProcess server;
  REQUIRE(server.ok());
  Connection first = server.connect();
  for (const Words& words : row.prepare) REQUIRE(!first.run(words).is_error());
  const std::array<Words, 2> changes = row.changes(first);
  for (const Words& words : changes) REQUIRE(!first.run(words).is_error());
  std::atomic<int> wrong{0}, failed{0}, deriving{3}, changed{0};
  in_threads(4, [&](int me) {
    Connection client = server.connect();
    if (me == 0) {
      while (deriving > 0) {
        for (const Words& words : changes) failed += client.run(words).is_error();
        changed++;
      }
      return;
    }
    const std::string target = "derived:" + std::to_string(me);
    for (int round = 0; round < kRounds; round++) {
      int64_t last = 0;
      for (const Words& words : row.derive(target)) last = client.run(words).integer();
      wrong += last != row.expected;
      client.run({"DEL", target});
    }
    deriving--;
  });
  CHECK(wrong.load() == 0);
  CHECK(failed.load() == 0);
  CHECK(changed.load() > 0);
}

TEST_CASE("moves: what is moved between keys of different shards is always in one of them") {
  for (const Move& row : kMoves) check_move(row);
}

TEST_CASE("moves: what is derived of keys of different shards is of one state of all of them") {
  for (const Derivation& row : kDerivations) check_derivation(row);
}

}  // namespace
}  // namespace cobnut::test
