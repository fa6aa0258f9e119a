// Sets. The steps were recorded from redis-server 7.0.15 (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "commands/test_sets.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kSteps[] = {
    {"sadd s a b c a", ":3"},
    {"sadd s a d", ":1"},
    {"scard s", ":4"},
    {"scard nope", ":0"},
    {"sismember s a", ":1"},
    {"sismember s x", ":0"},
    {"sismember nope a", ":0"},
    {"smismember s a x b", "[:1, :0, :1]"},
    {"smismember nope a b", "[:0, :0]"},
    {"smismember s", "-ERR wrong number of arguments for 'smismember' command"},
    {"srem s a x", ":1"},
    {"srem s a", ":0"},
    {"srem nope a", ":0"},
    {"srem s b c d", ":3"},
    {"exists s", ":0"},
    {"sadd i 3 1 2", ":3"},
    {"object encoding i", "\"intset\""},
    {"smembers i", "[\"1\", \"2\", \"3\"]"},
    {"sadd i 70000 -5 5000000000", ":3"},
    {"smembers i", "[\"-5\", \"1\", \"2\", \"3\", \"70000\", \"5000000000\"]"},
    {"sadd i a", ":1"},
    {"object encoding i", "\"hashtable\""},
    {"scard i", ":7"},
    {"sadd j 01", ":1"},
    {"object encoding j", "\"hashtable\""},
    {"sadd j \"\" \"\\x00\\xff\"", ":2"},
    {"sismember j \"\"", ":1"},
    {"sismember j \"\\x00\\xff\"", ":1"},
    {"sadd e", "-ERR wrong number of arguments for 'sadd' command"},
    {"sadd e \"\"", ":1"},
    {"object encoding e", "\"hashtable\""},
    {"scard e extra", "-ERR wrong number of arguments for 'scard' command"},
    {"smembers nope", "[]"},
    {"set str v", "+OK"},
    {"sadd str a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"srem str a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"smembers str", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"sismember str a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"smismember str a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"scard str", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"spop str", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"spop str 2", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"srandmember str", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"srandmember str 2", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"sscan str 0", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"smove str a b", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"smove e str \"\"", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"smove nope str a", ":0"},
    {"sinter e str", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"sunion str e", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"sdiff e str", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"sinterstore d e str", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"sintercard 2 e str", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"del a b c d e i j s", ":3"},
    {"sadd a 1 2 3", ":3"},
    {"sadd b 3 4", ":2"},
    {"smove a b 1", ":1"},
    {"smembers b", "[\"1\", \"3\", \"4\"]"},
    {"smove a b 3", ":1"},
    {"smembers a", "[\"2\"]"},
    {"smove a b x", ":0"},
    {"smove a a 2", ":1"},
    {"smove a a x", ":0"},
    {"smove a new 2", ":1"},
    {"exists a", ":0"},
    {"smembers new", "[\"2\"]"},
    {"object encoding new", "\"intset\""},
    {"del a b new", ":2"},
    {"sadd a 1 2 3 4", ":4"},
    {"sadd b 2 3 5", ":3"},
    {"sadd c 3 x", ":2"},
    {"sinter a b", "[\"2\", \"3\"]"},
    {"sinter a b c", "[\"3\"]"},
    {"sinter a", "[\"1\", \"2\", \"3\", \"4\"]"},
    {"sinter a nope", "[]"},
    {"sinter nope", "[]"},
    {"sunion a b", "[\"1\", \"2\", \"3\", \"4\", \"5\"]"},
    {"sdiff a b", "[\"1\", \"4\"]"},
    {"sdiff a b c", "[\"1\", \"4\"]"},
    {"sdiff b a c", "[\"5\"]"},
    {"sdiff a nope", "[\"1\", \"2\", \"3\", \"4\"]"},
    {"sdiff nope a", "[]"},
    {"sunion nope nope2", "[]"},
    {"sinterstore d a b", ":2"},
    {"smembers d", "[\"2\", \"3\"]"},
    {"object encoding d", "\"intset\""},
    {"sinterstore d a nope", ":0"},
    {"exists d", ":0"},
    {"sinterstore d a nope", ":0"},
    {"sunionstore d a b", ":5"},
    {"smembers d", "[\"1\", \"2\", \"3\", \"4\", \"5\"]"},
    {"sdiffstore d d b", ":2"},
    {"smembers d", "[\"1\", \"4\"]"},
    {"sdiffstore d nope a", ":0"},
    {"exists d", ":0"},
    {"set d v", "+OK"},
    {"sunionstore d a", ":4"},
    {"type d", "+set"},
    {"set d v", "+OK"},
    {"sunionstore d nope", ":0"},
    {"exists d", ":0"},
    {"sadd d x", ":1"},
    {"expire d 1000", ":1"},
    {"sinterstore d a b", ":2"},
    {"ttl d", ":-1"},
    {"sunionstore a a b", ":5"},
    {"smembers a", "[\"1\", \"2\", \"3\", \"4\", \"5\"]"},
    {"sintercard 2 a b", ":3"},
    {"sintercard 2 a b limit 1", ":1"},
    {"sintercard 2 a b LIMIT 0", ":3"},
    {"sintercard 2 a b limit 2 limit 1", ":1"},
    {"sintercard 2 a b limit -1", "-ERR LIMIT can't be negative"},
    {"sintercard 2 a b limit x", "-ERR LIMIT can't be negative"},
    {"sintercard 2 a b limit", "-ERR syntax error"},
    {"sintercard 2 a b foo 1", "-ERR syntax error"},
    {"sintercard 3 a b", "-ERR Number of keys can't be greater than number of args"},
    {"sintercard 1 a b", "-ERR syntax error"},
    {"sintercard 0 a", "-ERR numkeys should be greater than 0"},
    {"sintercard -1 a", "-ERR numkeys should be greater than 0"},
    {"sintercard x a", "-ERR numkeys should be greater than 0"},
    {"sintercard 2 a nope", ":0"},
    {"sintercard 1 nope", ":0"},
    {"sintercard 1", "-ERR wrong number of arguments for 'sintercard' command"},
    {"sinter", "-ERR wrong number of arguments for 'sinter' command"},
    {"sunionstore d", "-ERR wrong number of arguments for 'sunionstore' command"},
    {"del a b c d", ":4"},
    {"sadd a 1 2 3", ":3"},
    {"spop a 0", "[]"},
    {"spop a -1", "-ERR value is out of range, must be positive"},
    {"spop a x", "-ERR value is out of range, must be positive"},
    {"spop a 1 2", "-ERR syntax error"},
    {"spop nope", "nil"},
    {"spop nope 2", "[]"},
    {"spop nope x", "-ERR value is out of range, must be positive"},
    {"spop a 5", "[\"1\", \"2\", \"3\"]"},
    {"exists a", ":0"},
    {"sadd a 7", ":1"},
    {"spop a", "\"7\""},
    {"exists a", ":0"},
    {"srandmember nope", "nil"},
    {"srandmember nope 2", "[]"},
    {"srandmember nope -2", "[]"},
    {"sadd a 7", ":1"},
    {"srandmember a", "\"7\""},
    {"srandmember a 3", "[\"7\"]"},
    {"srandmember a -3", "[\"7\", \"7\", \"7\"]"},
    {"srandmember a 0", "[]"},
    {"srandmember a x", "-ERR value is not an integer or out of range"},
    {"srandmember a -9223372036854775808",
     "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"},
    {"srandmember a 1 2", "-ERR syntax error"},
    {"srandmember a 9223372036854775807", "[\"7\"]"},
    {"sscan a 0", "[\"0\", [\"7\"]]"},
    {"sscan a 0 match x*", "[\"0\", []]"},
    {"sscan a 0 count 0", "-ERR syntax error"},
    {"sscan a 0 count x", "-ERR value is not an integer or out of range"},
    {"sscan a x", "-ERR invalid cursor"},
    {"sscan a 0 foo", "-ERR syntax error"},
    {"sscan nope 0", "[\"0\", []]"},
    {"sscan nope x", "-ERR invalid cursor"},
    {"sscan nope 0 foo", "[\"0\", []]"},
    {"sscan a 0 match 7 count 100", "[\"0\", [\"7\"]]"},
    {"sscan a 0 type set", "-ERR syntax error"},
    {"sscan a", "-ERR wrong number of arguments for 'sscan' command"},
    {"config set set-max-intset-entries 2", "+OK"},
    {"sadd k 1 2", ":2"},
    {"object encoding k", "\"intset\""},
    {"sadd k 3", ":1"},
    {"object encoding k", "\"hashtable\""},
    {"srem k 3", ":1"},
    {"object encoding k", "\"hashtable\""},
    {"config set set-max-intset-entries 512", "+OK"},
};

constexpr Step kSteps3[] = {
    {"sadd a 1 2 3", ":3"},
    {"smembers a", "[\"1\", \"2\", \"3\"]"},
    {"smembers nope", "[]"},
    {"sinter a", "[\"1\", \"2\", \"3\"]"},
    {"sinter nope", "[]"},
    {"sunion nope", "[]"},
    {"sdiff nope", "[]"},
    {"spop nope", "nil"},
    {"spop nope 2", "[]"},
    {"spop a 0", "[]"},
    {"srandmember a 0", "[]"},
    {"srandmember nope 2", "[]"},
    {"srandmember nope", "nil"},
    {"sscan nope 0", "[\"0\", []]"},
    {"sscan a 0", "[\"0\", [\"1\", \"2\", \"3\"]]"},
    {"sismember a 1", ":1"},
    {"smismember a 1 9", "[:1, :0]"},
    {"spop a 3", "[\"1\", \"2\", \"3\"]"},
};

}  // namespace

TEST_CASE("sets: replies and errors") {
  TestServer s;
  replay(s, kSteps);
}

TEST_CASE("sets: RESP3") {
  TestServer s;
  s.client.resp = 3;
  replay(s, kSteps3);
}

TEST_CASE("sets: every command over every form") {
  in_all_forms([](TestServer& s) {
    CHECK(s.run("sadd a 1 2 3 4 3") == ":4");
    CHECK(s.run("sadd a 4 5") == ":1");
    CHECK(s.run("sadd b 2 4 6") == ":3");
    CHECK(s.run("sismember a 5") == ":1");
    CHECK(s.run("sismember a 05") == ":0");
    CHECK(s.run("smismember a 1 x 6 2") == "[:1, :0, :0, :1]");
    CHECK(s.run("scard a") == ":5");
    CHECK(sorted(s.run("smembers a")) == "[\"1\", \"2\", \"3\", \"4\", \"5\"]");
    CHECK(sorted(s.run("sinter a b")) == "[\"2\", \"4\"]");
    CHECK(sorted(s.run("sunion a b")) == "[\"1\", \"2\", \"3\", \"4\", \"5\", \"6\"]");
    CHECK(sorted(s.run("sdiff a b")) == "[\"1\", \"3\", \"5\"]");
    CHECK(sorted(s.run("sdiff a b b b nope")) == "[\"1\", \"3\", \"5\"]");
    CHECK(s.run("sintercard 2 a b") == ":2");
    CHECK(s.run("sintercard 2 a b limit 1") == ":1");
    CHECK(s.run("sinterstore a a b") == ":2");
    CHECK(sorted(s.run("smembers a")) == "[\"2\", \"4\"]");
    CHECK(s.run("sunionstore a a b nope") == ":3");
    CHECK(s.run("sdiffstore c a b") == ":0");
    CHECK(s.run("exists c") == ":0");
    CHECK(s.run("smove a c 6") == ":1");
    CHECK(s.run("smove a c 7") == ":0");
    CHECK(s.run("smembers c") == "[\"6\"]");
    CHECK(s.run("srem a 2 x 4") == ":2");
    CHECK(s.run("exists a") == ":0");
    CHECK(sorted(s.run("spop b 9")) == "[\"2\", \"4\", \"6\"]");
    CHECK(s.run("exists b") == ":0");
    CHECK(s.run("sadd b 2 4 6") == ":3");
    CHECK(sorted(s.run("srandmember b 9")) == "[\"2\", \"4\", \"6\"]");
    const std::string walked = s.run("sscan b 0 count 1000");  // ["0", [...]]
    CHECK(walked.starts_with("[\"0\", ["));
    CHECK(sorted(walked.substr(6, walked.size() - 7)) == "[\"2\", \"4\", \"6\"]");
  });
}

TEST_CASE("sets: members of other forms meet in one command") {
  TestServer s;
  s.run("config set set-max-listpack-entries 3");
  s.run("sadd integers 1 2 3 4 5");
  s.run("sadd listpack 1 2 x");
  s.run("sadd table 1 3 x y");
  CHECK(s.run("object encoding integers") == "\"intset\"");
  CHECK(s.run("object encoding listpack") == "\"hashtable\"");
  CHECK(s.run("object encoding table") == "\"hashtable\"");
  CHECK(s.run("sinter integers listpack table") == "[\"1\"]");
  CHECK(sorted(s.run("sinter table listpack")) == "[\"1\", \"x\"]");
  CHECK(sorted(s.run("sdiff table integers")) == "[\"x\", \"y\"]");
  CHECK(sorted(s.run("sdiff integers table listpack")) == "[\"4\", \"5\"]");
  CHECK(s.run("sinterstore d table integers") == ":2");
  CHECK(s.run("object encoding d") == "\"intset\"");
  CHECK(s.run("smembers d") == "[\"1\", \"3\"]");
  CHECK(s.run("sunionstore d table integers") == ":7");
  CHECK(s.run("object encoding d") == "\"hashtable\"");
  CHECK(s.run("sdiffstore d table listpack integers") == ":1");
  CHECK(s.run("smembers d") == "[\"y\"]");
}

TEST_CASE("sets: SDIFF of many small sets") {
  in_all_forms([](TestServer& s) {
    std::string line = "sdiff all";
    for (int i = 0; i < 300; i++) s.run("sadd all " + std::to_string(i));
    for (int i = 0; i < 50; i++) {
      s.run("sadd few" + std::to_string(i) + " " + std::to_string(5 * i) + " x");
      line += " few" + std::to_string(i);
    }
    const std::string left = s.run(line);
    CHECK(std::count(left.begin(), left.end(), ',') == 249);
    CHECK(left.find("\"5\"") == std::string::npos);
    CHECK(left.find("\"6\"") != std::string::npos);
  });
}

TEST_CASE("sets: events") {
  in_all_forms([](TestServer& s) {
    const auto events = [&](const char* line) {
      s.run(line);
      return s.events();
    };
    CHECK(events("sadd a 1 2 3 4") == "sadd:a");
    CHECK(events("sadd a 1 2") == "");
    CHECK(events("srem a 9") == "");
    CHECK(events("srem a 1") == "srem:a");
    CHECK(events("smove a b 2") == "srem:a sadd:b");
    CHECK(events("sadd a 2") == "sadd:a");
    CHECK(events("smove a b 2") == "srem:a");
    CHECK(events("smove a b 9") == "");
    CHECK(events("spop a") == "spop:a");
    CHECK(events("spop a 0") == "");
    CHECK(events("smove b c 2") == "srem:b del:b sadd:c");
    CHECK(events("sunionstore d a c") == "sunionstore:d");
    CHECK(events("sinterstore e d c") == "sinterstore:e");
    CHECK(events("sdiffstore f d c") == "sdiffstore:f");
    CHECK(events("sinterstore e d nope") == "del:e");
    CHECK(events("sinterstore e d nope") == "");
    CHECK(events("sdiffstore f nope d") == "del:f");
    CHECK(events("sunionstore d nope") == "del:d");
    CHECK(events("spop a 1") == "spop:a del:a");
    CHECK(events("srem c 2") == "srem:c del:c");
  });
}

TEST_CASE("sets: SPOP and SRANDMEMBER with counts") {
  in_all_forms([](TestServer& s) {
    for (const int count : {1, 2, 99, 198, 199, 200, 201}) {
      for (int i = 0; i < 200; i++) s.run("sadd a " + std::to_string(i));
      const std::string times = std::to_string(count);
      const std::string drawn = s.run("srandmember a " + times);
      const auto distinct = [](const std::string& reply) {
        const std::string in_order = sorted(reply);
        return std::count(in_order.begin(), in_order.end(), '"') / 2;
      };
      CHECK(distinct(drawn) == std::min(count, 200));
      CHECK(std::count(drawn.begin(), drawn.end(), '"') == 2 * std::min(count, 200));
      const std::string doubles = s.run("srandmember a -" + times);
      CHECK(std::count(doubles.begin(), doubles.end(), '"') == 2 * count);
      CHECK(s.run("scard a") == ":200");
      const std::string popped = s.run("spop a " + times);
      CHECK(distinct(popped) == std::min(count, 200));
      CHECK(s.run("scard a") == ":" + std::to_string(200 - std::min(count, 200)));
      CHECK(sorted(s.run("sdiff a a")) == "[]");
      s.run("del a");
    }
  });
}

TEST_CASE("sets: SPOP of nearly all leaves each member alike") {
  in_all_forms([](TestServer& s) {
    std::map<std::string, int> times;
    for (int round = 0; round < 1000; round++) {
      s.run("sadd a 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19");
      s.run("spop a 18");
      CHECK(s.run("scard a") == ":2");
      const std::string left = s.run("spop a 2");
      CHECK(s.run("exists a") == ":0");
      times[left.substr(1, left.find(',') - 1)]++;
      times[left.substr(left.find(' ') + 1, left.size() - left.find(' ') - 2)]++;
    }
    CHECK(times.size() == 20);
    double chi_square = 0;
    for (const auto& [member, count] : times) chi_square += (count - 100.0) * (count - 100.0) / 100;
    CHECK(chi_square < 19 + 6 * 6.2);  // 19 degrees of freedom: 6 standard deviations
  });
}

TEST_CASE("sets: SPOP of nearly all finds an intset again, and keeps times to live") {
  TestServer s;
  s.run("sadd a 1 2 3 4 5 6 x");
  CHECK(s.run("object encoding a") == "\"hashtable\"");
  s.run("srem a x");
  CHECK(s.run("object encoding a") == "\"hashtable\"");
  s.run("expire a 100");
  s.run("spop a 5");
  CHECK(s.run("object encoding a") == "\"intset\"");
  CHECK(s.run("ttl a") == ":100");
  s.run("del a");
  s.run("sadd a 1 2 3 4 5 6");
  s.run("spexpire a 1000 members 6 1 2 3 4 5 6");
  const std::string popped = s.run("spop a 5");
  CHECK(std::count(popped.begin(), popped.end(), '"') == 10);
  s.now_ms += 1200;
  CHECK(s.run("smembers a") == "[]");
  s.run_background();
  CHECK(s.run("exists a") == ":0");
}

TEST_CASE("sets: SRANDMEMBER with a count draws each member alike") {
  in_all_forms([](TestServer& s) {
    for (int i = 0; i < 60; i++) s.run("sadd a " + std::to_string(i));
    for (const char* line : {"srandmember a 7", "srandmember a 40", "srandmember a -20"}) {
      std::map<std::string, int> times;
      int all = 0;
      for (int i = 0; i < 600; i++) {
        const std::string reply = s.run(line);
        for (size_t at = reply.find('"'); at != std::string::npos;) {
          const size_t end = reply.find('"', at + 1);
          times[reply.substr(at, end - at)]++;
          all++;
          at = reply.find('"', end + 1);
        }
      }
      CHECK(times.size() == 60);
      const double expected = all / 60.0;
      double chi_square = 0;
      for (const auto& [member, count] : times) {
        chi_square += (count - expected) * (count - expected) / expected;
      }
      CHECK(chi_square < 59 + 6 * 10.9);  // 59 degrees of freedom: 6 standard deviations
    }
  });
}

TEST_CASE("sets: SSCAN walks through a large set while it changes") {
  TestServer s;
  for (int i = 0; i < 3000; i++) s.run("sadd a stays" + std::to_string(i));
  std::set<std::string> seen;
  std::string cursor = "0";
  int calls = 0;
  do {
    const std::string reply = s.run("sscan a " + cursor + " match stays* count 50");
    cursor = reply.substr(2, reply.find('"', 2) - 2);
    for (size_t at = reply.find("\"stays"); at != std::string::npos;) {
      const size_t end = reply.find('"', at + 1);
      seen.insert(reply.substr(at, end - at));
      at = reply.find("\"stays", end);
    }
    calls++;
    for (int i = 0; i < 20; i++) s.run("sadd a new" + std::to_string(100 * calls + i));
  } while (cursor != "0");
  CHECK(seen.size() == 3000);
  CHECK(calls > 20);
}

TEST_CASE("sets: RENAME, COPY and MOVE between shards") {
  in_all_forms([](TestServer& s) {
    for (int i = 0; i < 300; i++) s.run("sadd a " + std::to_string(i));
    CHECK(s.run("rename a other{5}") == "+OK");
    CHECK(s.run("copy other{5} third") == ":1");
    CHECK(s.run("srem third 7") == ":1");
    CHECK(s.run("sdiff other{5} third") == "[\"7\"]");
    CHECK(s.run("move third 3") == ":1");
    CHECK(s.run("select 3") == "+OK");
    CHECK(s.run("scard third") == ":299");
    CHECK(s.run("del third") == ":1");
  });
}

}  // namespace cobnut::testing
