// Commands that take from some keys and give to others, of different shards, as other clients see
// them: what is moved is always in exactly one place, and what is derived from several keys is
// derived from one state of all of them. A command of one more type is one more row.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/server_process.h"

namespace cobnut::test {
namespace {

using Words = std::vector<std::string>;

const int kRounds = rounds(3'000);
constexpr int kKeys = 6;  // without a hash tag: they spread over the shards

std::string key(int i) { return "moves:" + std::to_string(i); }

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

using Derived = std::function<std::vector<Words>(const std::string& target)>;

struct Derivation {
  const char* name;
  std::vector<Words> prepare;  // once; none of them may fail
  // Two commands, to be run in turns, each of which changes both keys, so that what is derived of
  // them stays the same.
  std::function<std::array<Words, 2>(Connection&)> changes;
  // The last of these replies `expected`. The target is this client's own, and absent at first.
  Derived derive;
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
// Makes key(0) a whole copy of key(2) and of key(3) in turns; what `store` needs between the target
// and the source is `words`.
std::function<std::array<Words, 2>(Connection&)> replace_whole(const std::string& store,
                                                               const Words& words = {}) {
  return [=](Connection&) {
    std::array<Words, 2> both;
    for (int i = 0; i < 2; i++) {
      Words& whole = both[static_cast<size_t>(i)] = {store, key(0)};
      whole.insert(whole.end(), words.begin(), words.end());
      whole.push_back(key(2 + i));
    }
    return both;
  };
}

// `derive`, whose `{}` stands for the target, and then how many elements the target has.
Derived stored(Words derive, const char* count) {
  return [derive = std::move(derive), count](const std::string& target) -> std::vector<Words> {
    Words words = derive;
    std::replace(words.begin(), words.end(), std::string("{}"), target);
    return {words, {count, target}};
  };
}

const std::vector<Words> kHyperLogLogs = {{"PFADD", key(2), "a", "b", "c"},
                                          {"PFADD", key(3), "d", "e", "f", "g", "h"}};
const std::vector<Words> kSets = {{"SADD", key(2), "a", "b", "c"}, {"SADD", key(3), "d", "e", "f"}};
const std::vector<Words> kPlaces = {
    {"GEOADD", key(2), "13.36", "38.11", "a", "13.37", "38.12", "b", "13.38", "38.13", "c"},
    {"GEOADD", key(3), "13.39", "38.14", "d", "13.40", "38.15", "e", "13.41", "38.16", "f"}};
// What is in key(0) or in key(1), and in key(2) with three more.
const std::vector<Words> kSetToken = {{"SADD", key(0), "token"},
                                      {"SADD", key(2), "token", "a", "b", "c"}};
const std::vector<Words> kSortedToken = {
    {"ZADD", key(0), "1", "token"}, {"ZADD", key(2), "1", "token", "2", "a", "3", "b", "4", "c"}};

const Derivation kDerivations[] = {
    {"BITOP",
     {},
     [](Connection&) { return exchange(std::string(100, '\x0f'), std::string(100, '\xf0')); },
     stored({"BITOP", "XOR", "{}", key(0), key(1)}, "BITCOUNT"),
     800},
    {"PFMERGE", kHyperLogLogs, exchange_hyperloglogs,
     stored({"PFMERGE", "{}", key(0), key(1)}, "PFCOUNT"), 8},
    {"PFCOUNT", kHyperLogLogs, exchange_hyperloglogs,
     [](const std::string&) -> std::vector<Words> {
       return {{"PFCOUNT", key(0), key(1)}};
     },
     8},
    {"SUNIONSTORE",
     {{"SADD", key(0), "a", "b", "c"}},
     rename_to_and_fro,
     stored({"SUNIONSTORE", "{}", key(0), key(1)}, "SCARD"),
     3},
    {"SINTERSTORE",
     {{"SADD", key(0), "a", "b", "c"}},
     rename_to_and_fro,
     stored({"SINTERSTORE", "{}", key(0), key(1)}, "SCARD"),
     0},
    {"SDIFFSTORE", kSetToken, rename_to_and_fro,
     stored({"SDIFFSTORE", "{}", key(2), key(0), key(1)}, "SCARD"), 3},
    {"SINTERCARD", kSetToken, rename_to_and_fro,
     [](const std::string&) -> std::vector<Words> {
       return {{"SINTERCARD", "2", key(0), key(1)}};
     },
     0},
    {"ZUNIONSTORE", kSortedToken, rename_to_and_fro,
     stored({"ZUNIONSTORE", "{}", "3", key(0), key(1), key(2)}, "ZCARD"), 4},
    {"ZUNIONSTORE, the sum", kSortedToken, rename_to_and_fro,
     [](const std::string& target) -> std::vector<Words> {
       return {{"ZUNIONSTORE", target, "2", key(0), key(1)}, {"ZCOUNT", target, "1", "1"}};
     },
     1},
    {"ZINTERSTORE", kSortedToken, rename_to_and_fro,
     stored({"ZINTERSTORE", "{}", "3", key(0), key(1), key(2)}, "ZCARD"), 0},
    {"ZDIFFSTORE", kSortedToken, rename_to_and_fro,
     stored({"ZDIFFSTORE", "{}", "3", key(2), key(0), key(1)}, "ZCARD"), 3},
    {"ZRANGESTORE", kPlaces, replace_whole("ZUNIONSTORE", {"1"}),
     stored({"ZRANGESTORE", "{}", key(0), "0", "-1"}, "ZCARD"), 3},
    {"GEOSEARCHSTORE", kPlaces, replace_whole("ZUNIONSTORE", {"1"}),
     stored({"GEOSEARCHSTORE", "{}", key(0), "FROMLONLAT", "13", "38", "BYRADIUS", "99", "km"},
            "ZCARD"),
     3},
    {"GEORADIUS", kPlaces, replace_whole("ZUNIONSTORE", {"1"}),
     stored({"GEORADIUS", key(0), "13", "38", "99", "km", "STORE", "{}"}, "ZCARD"), 3},
    {"COPY", kSets, replace_whole("SUNIONSTORE"), stored({"COPY", key(0), "{}"}, "SCARD"), 3},
    // The two weights change places, and are always 1 and 2.
    {"SORT STORE",
     {{"RPUSH", key(2), "0", "1"}},
     [](Connection&) { return exchange("1", "2"); },
     [](const std::string& target) -> std::vector<Words> {
       return {{"SORT", key(2), "BY", "moves:*", "GET", "moves:*", "STORE", target},
               {"LPOS", target, "2"}};
     },
     1},
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

// -- what lies in key(0) or in key(1) is popped by whoever comes

struct Pop {
  const char* name;
  std::function<Words(int i)> add;  // element i to key(0)
  Words pop;                        // [key, [element, ...]], or nothing
};

const Pop kPops[] = {
    {"LMPOP",
     [](int i) -> Words {
       return {"RPUSH", key(0), std::to_string(i)};
     },
     {"LMPOP", "2", key(0), key(1), "LEFT", "COUNT", "2"}},
    {"ZMPOP",
     [](int i) -> Words {
       return {"ZADD", key(0), std::to_string(i), std::to_string(i)};
     },
     {"ZMPOP", "2", key(0), key(1), "MIN", "COUNT", "2"}},
};

// One client renames the key to and fro. Three pop, two elements at a time, and find one key or the
// other until all is gone.
void check_pop(const Pop& row) {
  CAPTURE(row.name);
  ServerProcess server;
  REQUIRE(server.ok());
  const int pairs = kRounds;
  Connection first = server.connect();
  for (int i = 0; i < 2 * pairs; i++) REQUIRE(!first.run(row.add(i)).is_error());
  std::atomic<int> popped{0}, early{0}, popping{3};
  in_threads(4, [&](int me) {
    Connection client = server.connect();
    if (me == 0) {
      for (int i = 0; popping > 0; i++) client.run({"RENAME", key(i % 2), key(1 - i % 2)});
      return;
    }
    while (client.run(row.pop).size() == 2) popped++;
    early += client.run({"EXISTS", key(0), key(1)}).integer() != 0;
    popping--;
  });
  CHECK(early.load() == 0);
  CHECK(popped.load() == pairs);
}

// Each client has a source of its own, and all copy, or rename, to one target that is not there:
// one of them succeeds.
void check_single_winner(const char* command) {
  CAPTURE(command);
  ServerProcess server;
  REQUIRE(server.ok());
  std::atomic<int> wrong{0};
  std::vector<std::atomic<int>> winners(static_cast<size_t>(kRounds));
  in_threads(3, [&](int me) {
    Connection client = server.connect();
    const std::string mine = std::to_string(me), source = "source:" + mine;
    for (size_t round = 0; round < winners.size(); round++) {
      const std::string target = "target:" + std::to_string(round);
      client.run({"SET", source, mine});
      if (client.run({command, source, target}).integer() != 1) continue;
      winners[round]++;
      wrong += client.run({"GET", target}).text() != mine;
    }
  });
  for (const auto& count : winners) wrong += count != 1;
  CHECK(wrong.load() == 0);
}

TEST_CASE("moves: what is moved between keys of different shards is always in one of them") {
  for (const Move& row : kMoves) check_move(row);
}

TEST_CASE("moves: what is derived of keys of different shards is of one state of all of them") {
  for (const Derivation& row : kDerivations) check_derivation(row);
}

TEST_CASE("moves: what pops from several keys finds what is in one of them") {
  for (const Pop& row : kPops) check_pop(row);
}

TEST_CASE("moves: of competing COPY, and RENAMENX, to one key one succeeds") {
  for (const char* command : {"COPY", "RENAMENX"}) check_single_winner(command);
}

}  // namespace
}  // namespace cobnut::test
