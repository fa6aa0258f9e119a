// Deadlines of the members of sorted sets, by the rules of Redis 7.4's HEXPIRE family.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <map>
#include <string>

#include "commands/test_zsets.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

void reap(TestServer& s) {
  s.now_ms += 100;  // the wheel's tick
  s.run_background();
}

}  // namespace

TEST_CASE("sorted sets: the ZEXPIRE family") {
  in_both_forms([](TestServer& s) {
    constexpr Step kSteps[] = {
        {"zexpire nokey 10 members 2 a b", "[:-2, :-2]"},
        {"zttl nokey members 1 a", "[:-2]"},
        {"zpersist nokey members 1 a", "[:-2]"},
        {"zadd z 1 a 2 b 3 c", ":3"},
        {"zttl z members 2 a x", "[:-1, :-2]"},
        {"zexpire z 10 members 2 a x", "[:1, :-2]"},
        {"zttl z members 1 a", "[:10]"},
        {"zpttl z members 1 a", "[:10000]"},
        {"zexpiretime z members 1 a", "[:1700000010]"},
        {"zpexpiretime z members 1 a", "[:1700000010000]"},
        {"object encoding z", "\"skiplist\""},
        {"zpexpire z 1500 members 1 a", "[:1]"},
        {"zttl z members 1 a", "[:2]"},  // rounded up
        {"zexpire z 100 nx members 2 a b", "[:0, :1]"},
        {"zexpire z 200 xx members 2 b c", "[:1, :0]"},
        {"zexpire z 100 gt members 2 b c", "[:0, :0]"},
        {"zexpire z 300 gt members 2 b c", "[:1, :0]"},
        {"zexpire z 400 lt members 1 b", "[:0]"},
        {"zexpire z 100 lt members 2 b c", "[:1, :1]"},
        {"zttl z members 3 a b c", "[:2, :100, :100]"},
        {"zpersist z members 3 a b x", "[:1, :1, :-2]"},
        {"zpersist z members 1 a", "[:-1]"},
        {"zexpireat z 1700000050 members 1 a", "[:1]"},
        {"zpexpireat z 1700000050001 members 1 a", "[:1]"},
        {"zpttl z members 1 a", "[:50001]"},
        {"zincrby z 5 a", "\"6\""},  // keeps it
        {"zadd z incr 5 a", "\"11\""},
        {"zadd z nx 5 a", ":0"},
        {"zadd z lt 50 a", ":0"},
        {"zpttl z members 1 a", "[:50001]"},
        {"zadd z 12 a", ":0"},  // clears it
        {"zttl z members 1 a", "[:-1]"},
        {"zexpire z 10 members 1 a", "[:1]"},
        {"zadd z 12 a", ":0"},  // so does the same score
        {"zttl z members 1 a", "[:-1]"},
        {"zrange z 0 -1 withscores", "[\"b\", \"2\", \"c\", \"3\", \"a\", \"12\"]"},
        {"zexpire z 0 members 1 a", "[:2]"},
        {"zscore z a", "nil"},
        {"zpexpireat z 0 members 2 b c", "[:2, :2]"},
        {"exists z", ":0"},
        {"set s 1", "+OK"},
        {"zexpire s 1 members 1 a",
         "-WRONGTYPE Operation against a key holding the wrong kind of value"},
        {"zttl s members 1 a",
         "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    };
    replay(s, kSteps);
  });
}

TEST_CASE("sorted sets: errors of the ZEXPIRE family") {
  TestServer s;
  constexpr Step kSteps[] = {
      {"zadd z 1 a 2 b", ":2"},
      {"zexpire z 10 members 1", "-ERR wrong number of arguments for 'zexpire' command"},
      {"zexpire z x members 1 a", "-ERR value is not an integer or out of range"},
      {"zexpire z -1 members 1 a", "-ERR invalid expire time, must be >= 0"},
      {"zexpire z 999999999999 members 1 a", "-ERR invalid expire time in 'zexpire' command"},
      {"zpexpireat z 70368744177664 members 1 a",
       "-ERR invalid expire time in 'zpexpireat' command"},
      {"zpexpireat z 70368744177663 members 1 a", "[:1]"},
      {"zexpiretime z members 1 a", "[:70368744178]"},
      {"zexpire z 10 fields 1 a",
       "-ERR Mandatory argument MEMBERS is missing or not at the right position"},
      {"zexpire z 10 members 0 a", "-ERR Parameter `numMembers` should be greater than 0"},
      {"zexpire z 10 members 2 a",
       "-ERR The `nummembers` parameter must match the number of arguments"},
      {"zttl z members x a", "-ERR Number of members must be a positive integer"},
  };
  replay(s, kSteps);
}

TEST_CASE("sorted sets: events of deadlines") {
  in_both_forms([](TestServer& s) {
    const auto events_of = [&](std::string_view request) {
      s.events();
      s.run(request);
      return s.events();
    };
    s.run("zadd z 1 a 2 b");
    CHECK(events_of("zexpire z 10 members 2 a x") == "zexpire:z");
    CHECK(events_of("zexpire z 10 nx members 1 a") == "");
    CHECK(events_of("zpersist z members 1 a") == "zpersist:z");
    CHECK(events_of("zpersist z members 1 a") == "");
    s.run("zexpire z 10 members 1 a");
    CHECK(events_of("zadd z 1 a") == "zpersist:z");
    s.run("zexpire z 10 members 1 a");
    CHECK(events_of("zadd z 5 a") == "zadd:z");
    CHECK(events_of("zexpireat z 1 members 1 a") == "zrem:z");
    CHECK(events_of("zexpireat z 1 members 1 b") == "zrem:z del:z");
  });
}

TEST_CASE("sorted sets: members that are due are not there, and are reaped with the key") {
  in_both_forms([](TestServer& s) {
    s.run("zadd z 1 a 2 b 3 c 4 d");
    s.run("zadd other 1 a 1 c");
    CHECK(s.run("zpexpire z 100 members 2 a c") == "[:1, :1]");
    s.now_ms += 100;
    CHECK(s.run("zscore z a") == "\"1\"");
    CHECK(s.run("zpttl z members 1 a") == "[:0]");
    s.now_ms += 1;
    CHECK(s.run("zscore z a") == "nil");
    CHECK(s.run("zmscore z a b c") == "[nil, \"2\", nil]");
    CHECK(s.run("zrank z a") == "nil");
    CHECK(s.run("zrange z 0 -1") == "[\"b\", \"d\"]");
    CHECK(s.run("zrange z 0 -1 rev") == "[\"d\", \"b\"]");
    CHECK(s.run("zrangebyscore z 1 3") == "[\"b\"]");
    CHECK(s.run("zrangebyscore z -inf inf limit 1 5") == "[\"d\"]");
    CHECK(s.run("zrevrangebyscore z inf -inf limit 0 1") == "[\"d\"]");
    CHECK(s.run("zscan z 0 match b") == "[\"0\", [\"b\", \"2\"]]");
    CHECK(s.run("zscan z 0 match a") == "[\"0\", []]");
    CHECK(s.run("zttl z members 2 a b") == "[:-2, :-1]");
    CHECK(s.run("zexpire z 10 members 1 a") == "[:-2]");
    CHECK(s.run("zpersist z members 1 a") == "[:-2]");
    CHECK(s.run("zrem z a") == ":0");
    CHECK(s.run("zunion 2 z other withscores") ==
          "[\"a\", \"1\", \"c\", \"1\", \"b\", \"2\", \"d\", \"4\"]");
    CHECK(s.run("zinter 2 z other") == "[]");
    CHECK(s.run("zdiff 2 other z") == "[\"a\", \"c\"]");
    for (int i = 0; i < 20; i++) {
      const std::string drawn = s.run("zrandmember z"), one = s.run("zrandmember z 1");
      CHECK((drawn == "\"b\"" || drawn == "\"d\""));
      CHECK((one == "[\"b\"]" || one == "[\"d\"]"));
    }
    CHECK(s.run("zrandmember z 5") == "[\"b\", \"d\"]");
    CHECK(s.run("zincrby z 7 a") == "\"7\"");  // a new one
    CHECK(s.run("zttl z members 1 a") == "[:-1]");
    CHECK(s.run("zrem z a") == ":1");
    CHECK(s.run("zpopmin z") == "[\"b\", \"2\"]");  // and past those that are due
    CHECK(s.run("zpopmax z") == "[\"d\", \"4\"]");
    CHECK(s.run("zpopmax z") == "[]");
    CHECK(s.run("zrandmember z") == "nil");
    CHECK(s.run("zrandmember z -3") == "[]");
    CHECK(s.run("zmpop 2 z other min") == "[\"other\", [[\"a\", \"1\"]]]");
    s.events();
    reap(s);
    CHECK(s.events() == "zexpired:z del:z");
    CHECK(s.run("exists z") == ":0");
  });
}

TEST_CASE("sorted sets: what leaves a member alone that is due leaves it to be reaped") {
  for (const char* line : {"zadd z xx 5 a", "zadd z xx incr 5 a", "geoadd z xx 13 38 a", "zrem z a",
                           "zremrangebyscore z (1 5", "zpopmin z", "zpopmax z 3"}) {
    CAPTURE(line);
    TestServer s;
    s.run("zadd z 1 a");
    CHECK(s.run("zpexpire z 10 members 1 a") == "[:1]");
    s.now_ms += 11;
    s.run(line);
    s.events();
    reap(s);
    CHECK(s.events() == "zexpired:z del:z");
    CHECK(s.run("exists z") == ":0");
  }
}

TEST_CASE("sorted sets: what counts or removes a range does not count who is due") {
  for (const int members : {6, 3000}) {
    TestServer s;
    for (int i = 0; i < members; i++) {
      const std::string member = "m" + std::to_string(i);
      s.run({"zadd", "z", std::to_string(i), member});
      if (i % 3 > 0) s.run({"zpexpire", "z", "10", "members", "1", member});
    }
    s.run("zpexpire z 1000 members 1 m0");
    s.run("zadd lex 0 a 0 b 0 c 0 d");
    s.run("zpexpire lex 10 members 2 b c");
    s.now_ms += 11;
    CHECK(s.run("zcard z") == ":" + std::to_string(members));
    CHECK(s.run("zcount z -inf +inf") == ":" + std::to_string(members / 3));
    CHECK(s.run("zcount z 1 2") == ":0");
    CHECK(s.run("zcount z 0 2") == ":1");
    CHECK(s.run("zcount z 5 1") == ":0");
    CHECK(s.run("zlexcount lex - +") == ":2");
    CHECK(s.run("zlexcount lex [b (d") == ":0");
    s.events();
    CHECK(s.run("zremrangebyscore z 1 2") == ":0");
    CHECK(s.run("zremrangebylex lex [b [c") == ":0");
    CHECK(s.run("zremrangebyrank z 1 2") == ":0");
    CHECK(s.events() == "");
    CHECK(s.run("zcard z") == ":" + std::to_string(members));
    CHECK(s.run("zremrangebyscore z 0 2") == ":1");
    CHECK(s.run("zremrangebylex lex [a [c") == ":1");
    CHECK(s.events() == "zremrangebyscore:z zremrangebylex:lex");
    CHECK(s.run("zcard z") == ":" + std::to_string(members - 3));
    CHECK(s.run("zrange lex 0 -1") == "[\"d\"]");
  }
}

TEST_CASE("sorted sets: ZRANDMEMBER draws alike from those that are not due") {
  TestServer s;
  for (int i = 0; i < 1000; i++) s.run({"zadd", "z", std::to_string(i), "m" + std::to_string(i)});
  s.run("zadd z 2000 last");
  for (int i = 0; i < 1000; i++) {
    // But for m10, m20 and m30.
    if (i == 10 || i == 20 || i == 30) continue;
    s.run({"zpexpire", "z", "10", "members", "1", "m" + std::to_string(i)});
  }
  s.now_ms += 11;
  const auto draws = [&](const char* line) {
    std::map<std::string, int> times;
    for (int i = 0; i < 800; i++) times[s.run(line)]++;
    return times;
  };
  // 200 expected of each, the standard deviation is 12.
  for (const char* line : {"zrandmember z", "zrandmember z 1", "zrandmember z -1"}) {
    CAPTURE(line);
    const std::map<std::string, int> times = draws(line);
    CHECK(times.size() == 4);
    for (const auto& [drawn, count] : times) {
      CAPTURE(drawn);
      CHECK(count > 120);
      CHECK(count < 280);
    }
  }
  CHECK(draws("zrandmember z 2").size() == 6);
  CHECK(s.run("zrandmember z 9") == "[\"m10\", \"m20\", \"m30\", \"last\"]");
}

TEST_CASE("sorted sets: RENAME, COPY and MOVE take deadlines along, STOREs do not") {
  in_both_forms([](TestServer& s) {
    s.run("zadd z 1 a 2 b");
    s.run("zpexpire z 1000 members 1 a");
    CHECK(s.run("rename z other{5}") == "+OK");
    CHECK(s.run("copy other{5} third") == ":1");
    CHECK(s.run("zunionstore union 1 third") == ":2");
    CHECK(s.run("zrangestore range third 0 -1") == ":2");
    CHECK(s.run("zpttl union members 2 a b") == "[:-1, :-1]");
    CHECK(s.run("zpttl range members 2 a b") == "[:-1, :-1]");
    CHECK(s.run("move third 3") == ":1");
    CHECK(s.run("zpttl other{5} members 2 a b") == "[:1000, :-1]");
    s.client.db = 3;
    CHECK(s.run("zpttl third members 2 a b") == "[:1000, :-1]");
    s.now_ms += 1000;
    s.events();
    reap(s);
    CHECK(s.run("zrange third 0 -1") == "[\"b\"]");
    s.client.db = 0;
    CHECK(s.run("zcard other{5}") == ":1");
    CHECK(s.run("zcard union") == ":2");
  });
}

TEST_CASE("sorted sets: GEOADD takes a deadline away, a search does not find who is due") {
  TestServer s;
  s.run("geoadd g 13 38 a 13.1 38 b");
  CHECK(s.run("zpexpire g 100 members 2 a b") == "[:1, :1]");
  CHECK(s.run("geoadd g 13 38 a") == ":0");
  CHECK(s.run("zttl g members 2 a b") == "[:-1, :1]");
  s.now_ms += 101;
  CHECK(s.run("geosearch g fromlonlat 13 38 byradius 100 km") == "[\"a\"]");
  CHECK(s.run("geodist g a b") == "nil");
  CHECK(s.run("geosearch g frommember b byradius 1 m") ==
        "-ERR could not decode requested zset member");
}

TEST_CASE("sorted sets: many deadlines are reaped in order") {
  TestServer s;
  for (int i = 0; i < 2000; i++) {
    const std::string member = "m" + std::to_string(i);
    s.run({"zadd", "z", std::to_string(i % 10), member});
    if (i % 2 == 0) {
      s.run({"zpexpire", "z", std::to_string(1000 + i), "members", "1", member});
    }
  }
  CHECK(s.run("zcard z") == ":2000");
  s.now_ms += 2000;
  reap(s);
  CHECK(s.run("zcard z") == ":1450");  // those of 1000 to 2098 ms
  s.now_ms += 2000;
  reap(s);
  CHECK(s.run("zcard z") == ":1000");
}

}  // namespace cobnut::testing
