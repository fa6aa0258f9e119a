// Times to live of sets' members: the SEXPIRE family.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/test_sets.h"

#include <map>

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {

// The HEXPIRE family's replies, as redis-server 7.4 gives them for fields.
TEST_CASE("sets: the SEXPIRE family") {
  in_all_forms([](TestServer& s) {
    constexpr Step kSteps[] = {
        {"sexpire nokey 10 members 2 1 2", "[:-2, :-2]"},
        {"sttl nokey members 1 1", "[:-2]"},
        {"spersist nokey members 1 1", "[:-2]"},
        {"sadd s 1 2 3", ":3"},
        {"sttl s members 2 1 9", "[:-1, :-2]"},
        {"spersist s members 2 1 9", "[:-1, :-2]"},
        {"sexpire s 10 members 2 1 9", "[:1, :-2]"},
        {"object encoding s", "\"hashtable\""},
        {"sttl s members 1 1", "[:10]"},
        {"spttl s members 1 1", "[:10000]"},
        {"sexpiretime s members 1 1", "[:1700000010]"},
        {"spexpiretime s members 1 1", "[:1700000010000]"},
        {"spexpire s 1500 members 1 1", "[:1]"},
        {"sttl s members 1 1", "[:2]"},  // rounded up
        {"sexpire s 100 nx members 2 1 2", "[:0, :1]"},
        {"sexpire s 200 xx members 2 2 3", "[:1, :0]"},
        {"sexpire s 100 gt members 2 2 3", "[:0, :0]"},
        {"sexpire s 300 gt members 2 2 3", "[:1, :0]"},
        {"sexpire s 400 lt members 1 2", "[:0]"},
        {"sexpire s 100 lt members 2 2 3", "[:1, :1]"},
        {"sttl s members 3 1 2 3", "[:2, :100, :100]"},
        {"sadd s 1 4", ":1"},  // keeps it
        {"sttl s members 2 1 4", "[:2, :-1]"},
        {"spersist s members 3 1 2 9", "[:1, :1, :-2]"},
        {"spersist s members 1 1", "[:-1]"},
        {"sexpireat s 1700000050 members 1 1", "[:1]"},
        {"spexpireat s 1700000050001 members 1 1", "[:1]"},
        {"spttl s members 1 1", "[:50001]"},
        {"sexpire s 0 members 1 1", "[:2]"},
        {"sismember s 1", ":0"},
        {"spexpireat s 0 members 3 2 3 4", "[:2, :2, :2]"},
        {"exists s", ":0"},
        {"set string 1", "+OK"},
        {"sexpire string 1 members 1 a",
         "-WRONGTYPE Operation against a key holding the wrong kind of value"},
        {"sttl string members 1 a",
         "-WRONGTYPE Operation against a key holding the wrong kind of value"},
        {"spersist string members 1 a",
         "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    };
    replay(s, kSteps);
  });
}

TEST_CASE("sets: errors of the SEXPIRE family") {
  TestServer s;
  constexpr Step kSteps[] = {
      {"sadd s a b", ":2"},
      {"sexpire s 10 members 1", "-ERR wrong number of arguments for 'sexpire' command"},
      {"sexpire s x members 1 a", "-ERR value is not an integer or out of range"},
      {"sexpire s -1 members 1 a", "-ERR invalid expire time, must be >= 0"},
      {"sexpire s 999999999999 members 1 a", "-ERR invalid expire time in 'sexpire' command"},
      {"spexpireat s 70368744177663 members 1 a", "[:1]"},
      {"spexpireat s 70368744177664 members 1 a",
       "-ERR invalid expire time in 'spexpireat' command"},
      {"sexpire s 10 foo members 1 a",
       "-ERR Mandatory argument MEMBERS is missing or not at the right position"},
      {"sexpire s 10 fields 1 a",
       "-ERR Mandatory argument MEMBERS is missing or not at the right position"},
      {"sexpire s 10 members 0 a", "-ERR Parameter `numMembers` should be greater than 0"},
      {"sttl s members 0 a", "-ERR Number of members must be a positive integer"},
      {"sttl s members 2 a", "-ERR The `nummembers` parameter must match the number of arguments"},
  };
  replay(s, kSteps);
}

TEST_CASE("sets: members that are due are not there, and are reaped with the key") {
  in_all_forms([](TestServer& s) {
    s.run("sadd s 1 2 3");
    s.run("sadd other 1 3 5");
    s.run("spexpire s 100 members 2 1 2");
    s.now_ms += 100;
    CHECK(s.run("sismember s 1") == ":1");
    CHECK(s.run("spttl s members 1 1") == "[:0]");
    s.now_ms += 1;
    CHECK(s.run("sismember s 1") == ":0");
    CHECK(s.run("smismember s 1 2 3") == "[:0, :0, :1]");
    CHECK(s.run("smembers s") == "[\"3\"]");
    CHECK(s.run("sscan s 0") == "[\"0\", [\"3\"]]");
    CHECK(s.run("sinter s other") == "[\"3\"]");
    CHECK(s.run("sinter other s") == "[\"3\"]");
    CHECK(s.run("sintercard 2 s other") == ":1");
    CHECK(s.run("sunion s") == "[\"3\"]");
    CHECK(s.run("sdiff s other") == "[]");
    CHECK(sorted(s.run("sdiff other s")) == "[\"1\", \"5\"]");
    CHECK(s.run("sttl s members 2 1 3") == "[:-2, :-1]");
    CHECK(s.run("spersist s members 1 1") == "[:-2]");
    CHECK(s.run("sexpire s 10 members 1 1") == "[:-2]");
    CHECK(s.run("srem s 2") == ":0");
    CHECK(s.run("smove s other 1") == ":0");
    for (int i = 0; i < 20; i++) CHECK(s.run("srandmember s") == "\"3\"");
    CHECK(s.run("srandmember s 5") == "[\"3\"]");
    CHECK(s.run("srandmember s -2") == "[\"3\", \"3\"]");
    CHECK(s.run("sadd s 1") == ":1");
    CHECK(s.run("sttl s members 1 1") == "[:-1]");
    s.run("spexpire s 10 members 1 1");
    s.now_ms += 11;
    CHECK(s.run("spop s 5") == "[\"3\"]");
    CHECK(s.run("spop s") == "nil");
    CHECK(s.run("spop s 3") == "[]");
    CHECK(s.run("smembers s") == "[]");
    CHECK(s.run("srandmember s") == "nil");
    CHECK(s.run("srandmember s 3") == "[]");
    CHECK(s.run("srandmember s -3") == "[]");
    CHECK(s.run("sunionstore d s") == ":0");
    s.events();
    s.now_ms += 100;  // the wheel's tick
    s.run("ping");
    CHECK(s.run("exists s") == ":1");
    s.run_background();
    CHECK(s.events() == "sexpired:s del:s");
    CHECK(s.run("exists s") == ":0");
  });
}

TEST_CASE("sets: SRANDMEMBER and SPOP draw alike from those that are not due") {
  TestServer s;
  const auto make = [&] {
    std::vector<std::string> add{"sadd", "s"}, expire{"spexpire", "s", "10", "members", "600"};
    for (int i = 0; i < 600; i++) add.push_back("due" + std::to_string(i));
    expire.insert(expire.end(), add.begin() + 2, add.end());
    for (const char* member : {"a", "b", "c", "d"}) add.emplace_back(member);
    s.run("del s");
    s.run(add);
    s.run(expire);
    s.now_ms += 11;
  };
  make();
  // 200 expected of each of four, the standard deviation is 12; 133 and 10 of six pairs.
  for (const char* line : {"srandmember s", "srandmember s -1", "srandmember s 1"}) {
    CAPTURE(line);
    std::map<std::string, int> times;
    for (int i = 0; i < 800; i++) times[s.run(line)]++;
    CHECK(times.size() == 4);
    for (const auto& [drawn, count] : times) CHECK((count > 120 && count < 280));
  }
  CHECK(sorted(s.run("srandmember s 9")) == R"(["a", "b", "c", "d"])");
  std::map<std::string, int> pairs;
  for (int i = 0; i < 200; i++) {
    make();
    pairs[sorted(s.run("spop s 2"))]++;
    CHECK(s.run("scard s") == ":602");
  }
  CHECK(pairs.size() == 6);
  CHECK(s.run("spop s 9").size() == std::string(R"(["a", "b"])").size());
  CHECK(s.run("spop s 9") == "[]");
  s.events();
  s.now_ms += 100;  // the wheel's tick
  s.run_background();
  CHECK(s.events().starts_with("sexpired:s"));
  CHECK(s.run("exists s") == ":0");
}

TEST_CASE("sets: SREM leaves what is due to be reaped, and the key with it") {
  TestServer s;
  s.run("sadd s 1");
  s.run("spexpire s 10 members 1 1");
  s.now_ms += 11;
  CHECK(s.run("srem s 1") == ":0");
  s.events();
  s.now_ms += 100;  // the wheel's tick
  s.run_background();
  CHECK(s.events() == "sexpired:s del:s");
  CHECK(s.run("exists s") == ":0");
}

TEST_CASE("sets: which commands keep the members' time to live") {
  in_all_forms([](TestServer& s) {
    s.run("sadd s 1 2");
    s.run("spexpire s 1000 members 1 1");
    CHECK(s.run("rename s other{5}") == "+OK");
    CHECK(s.run("copy other{5} third") == ":1");
    CHECK(s.run("spttl third members 2 1 2") == "[:1000, :-1]");
    CHECK(s.run("move third 3") == ":1");
    CHECK(s.run("spttl other{5} members 2 1 2") == "[:1000, :-1]");
    CHECK(s.run("sunionstore d other{5}") == ":2");
    CHECK(s.run("spttl d members 2 1 2") == "[:-1, :-1]");
    CHECK(s.run("smove other{5} moved 1") == ":1");
    CHECK(s.run("spttl moved members 1 1") == "[:-1]");
    s.run("select 3");
    CHECK(s.run("spttl third members 2 1 2") == "[:1000, :-1]");
    s.now_ms += 1200;
    CHECK(s.run("smembers third") == "[\"2\"]");
    s.events();
    s.run_background();
    CHECK(s.run("scard third") == ":1");
  });
}

TEST_CASE("sets: events of the SEXPIRE family") {
  in_all_forms([](TestServer& s) {
    const auto events = [&](const char* line) {
      s.run(line);
      return s.events();
    };
    s.run("sadd s 1 2 3");
    s.events();
    CHECK(events("sexpire s 10 members 2 1 9") == "sexpire:s");
    CHECK(events("sexpire s 10 nx members 1 1") == "");
    CHECK(events("spersist s members 2 1 2") == "spersist:s");
    CHECK(events("spersist s members 2 1 2") == "");
    CHECK(events("sexpire s 0 members 1 1") == "srem:s");
    CHECK(events("sexpire s 0 members 2 2 3") == "srem:s del:s");
  });
}

}  // namespace cobnut::testing
