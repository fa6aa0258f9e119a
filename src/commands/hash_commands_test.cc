// Replies, events and encodings as redis-server has them: 7.0.15 for what it knows, 7.4 and 8.0 for
// the deadlines of fields.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <algorithm>
#include <set>
#include <string>

#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

// Each body runs over both encodings.
template <typename Body>
void in_both_forms(const Body& body) {
  for (const char* entries : {"512", "0"}) {
    CAPTURE(entries);
    TestServer s;
    s.run({"config", "set", "hash-max-listpack-entries", entries});
    body(s);
  }
}

}  // namespace

TEST_CASE("hashes: setting, reading and removing fields") {
  in_both_forms([](TestServer& s) {
    constexpr Step kSteps[] = {
        {"hset h a 1 b two a 3", ":2"},
        {"hset h b two c \"\"", ":1"},
        {"hget h a", "\"3\""},
        {"hget h missing", "nil"},
        {"hget nokey a", "nil"},
        {"hmget h a x c", "[\"3\", nil, \"\"]"},
        {"hmget nokey a b", "[nil, nil]"},
        {"hexists h c", ":1"},
        {"hexists h d", ":0"},
        {"hlen h", ":3"},
        {"hlen nokey", ":0"},
        {"hstrlen h b", ":3"},
        {"hstrlen h a", ":1"},
        {"hstrlen h zz", ":0"},
        {"hsetnx h a 9", ":0"},
        {"hsetnx h d 9", ":1"},
        {"hmset h d 10 e 11", "+OK"},
        {"hdel h a x b", ":2"},
        {"hdel h c d e", ":3"},
        {"exists h", ":0"},
        {"hdel h c", ":0"},
        {"hgetall h", "[]"},
        {"hset h a", "-ERR wrong number of arguments for 'hset' command"},
        {"hset h a 1 b", "-ERR wrong number of arguments for 'hset' command"},
        {"hmset h a 1 b", "-ERR wrong number of arguments for 'hmset' command"},
        {"set s 1", "+OK"},
        {"hset s a 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
        {"hgetall s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
        {"hset bin \"\\x00\\xff\" \"\\x0d\\x0a\"", ":1"},
        {"hget bin \"\\x00\\xff\"", "\"\\x0d\\x0a\""},
    };
    replay(s, kSteps);
  });
}

TEST_CASE("hashes: counting") {
  in_both_forms([](TestServer& s) {
    constexpr Step kSteps[] = {
        {"hincrby h n 5", ":5"},
        {"hincrby h n -7", ":-2"},
        {"hincrby h n x", "-ERR value is not an integer or out of range"},
        {"hset h t text m 9223372036854775807 space \" 1\"", ":3"},
        {"hincrby h t 1", "-ERR hash value is not an integer"},
        {"hincrby h space 1", "-ERR hash value is not an integer"},
        {"hincrby h m 1", "-ERR increment or decrement would overflow"},
        {"hincrbyfloat h f 1.5", "\"1.5\""},
        {"hincrbyfloat h f 1e1", "\"11.5\""},
        {"hincrbyfloat h n 0.1", "\"-1.9\""},
        {"hincrbyfloat h t 1", "-ERR hash value is not a float"},
        {"hincrbyfloat h f nan", "-ERR value is not a valid float"},
        {"hincrbyfloat h f inf", "-ERR value is NaN or Infinity"},
        {"hget h f", "\"11.5\""},
    };
    replay(s, kSteps);
  });
}

TEST_CASE("hashes: both protocols' forms of pairs") {
  in_both_forms([](TestServer& s) {
    s.run("hset h a 1");
    CHECK(s.run("hgetall h") == "[\"a\", \"1\"]");
    CHECK(s.run("hrandfield h 1 withvalues") == "[\"a\", \"1\"]");
    CHECK(s.run("hrandfield h -2 withvalues") == "[\"a\", \"1\", \"a\", \"1\"]");
    s.client.resp = 3;
    CHECK(s.run("hgetall h") == "{\"a\": \"1\"}");
    CHECK(s.run("hrandfield h 1 withvalues") == "[[\"a\", \"1\"]]");
    CHECK(s.run("hrandfield h 5") == "[\"a\"]");
    CHECK(s.run("hscan h 0") == "[\"0\", [\"a\", \"1\"]]");
    CHECK(s.run("hgetall nokey") == "{}");
    CHECK(s.run("hkeys nokey") == "[]");
  });
}

TEST_CASE("hashes: HRANDFIELD") {
  in_both_forms([](TestServer& s) {
    constexpr Step kSteps[] = {
        {"hrandfield nokey", "nil"},
        {"hrandfield nokey 3", "[]"},
        {"hset h a 1 b 2 c 3", ":3"},
        {"hrandfield h 0", "[]"},
        {"hrandfield h x", "-ERR value is not an integer or out of range"},
        {"hrandfield h 1 foo", "-ERR syntax error"},
        {"hrandfield h 1 withvalues foo", "-ERR syntax error"},
        {"hrandfield h -9223372036854775807 withvalues", "-ERR value is out of range"},
        {"hrandfield h -9223372036854775808",
         "-ERR value is out of range, value must between -9223372036854775807 and "
         "9223372036854775807"},
    };
    replay(s, kSteps);
    std::set<std::string> seen;
    for (int i = 0; i < 200; i++) seen.insert(s.run("hrandfield h"));
    CHECK(seen == std::set<std::string>{"\"a\"", "\"b\"", "\"c\""});
    seen.clear();
    for (int i = 0; i < 200; i++) {
      const std::string two = s.run("hrandfield h 2");
      CHECK(two.size() == std::string("[\"a\", \"b\"]").size());
      CHECK(two[2] != two[7]);  // distinct
      seen.insert(two);
    }
    CHECK(seen.size() >= 3);
  });
}

TEST_CASE("hashes: distinct random fields of a large hash") {
  TestServer s;
  for (int i = 0; i < 2000; i++) s.run({"hset", "h", "f" + std::to_string(i), "v"});
  for (const int count : {1, 10, 500, 1500, 1999, 2000, 3000}) {
    const std::string reply = s.run({"hrandfield", "h", std::to_string(count)});
    std::set<std::string> seen;
    size_t fields = 0;
    for (size_t at = reply.find('f'); at != std::string::npos; at = reply.find('f', at + 1)) {
      seen.insert(reply.substr(at, reply.find('"', at) - at));
      fields++;
    }
    CHECK(fields == static_cast<size_t>(std::min(count, 2000)));
    CHECK(seen.size() == fields);
  }
}

TEST_CASE("hashes: HSCAN") {
  in_both_forms([](TestServer& s) {
    constexpr Step kSteps[] = {
        {"hscan nokey 0", "[\"0\", []]"},
        {"hscan nokey 0 count 0", "[\"0\", []]"},
        {"hscan h x", "-ERR invalid cursor"},
        {"hset h a 1 bb 22", ":2"},
        {"hscan h 0 match b* count 100", "[\"0\", [\"bb\", \"22\"]]"},
        {"hscan h 0 match b* novalues", "[\"0\", [\"bb\"]]"},
        {"hscan h 0 count 0", "-ERR syntax error"},
        {"hscan h 0 type hash", "-ERR syntax error"},
        {"hscan h 0 count x", "-ERR value is not an integer or out of range"},
    };
    replay(s, kSteps);
  });
}

TEST_CASE("hashes: encodings") {
  TestServer s;
  constexpr Step kSteps[] = {
      {"hset h a 1", ":1"},
      {"object encoding h", "\"listpack\""},
      {"config set hash-max-listpack-entries 2", "+OK"},
      {"hset h b 2", ":1"},
      {"object encoding h", "\"listpack\""},
      {"hset h c 3", ":1"},
      {"object encoding h", "\"hashtable\""},
      {"hdel h b c", ":2"},
      {"object encoding h", "\"hashtable\""},
      {"hget h a", "\"1\""},
      {"config set hash-max-listpack-value 4", "+OK"},
      {"hset v a 12345", ":1"},
      {"object encoding v", "\"hashtable\""},
      {"hset w abcde 1", ":1"},
      {"object encoding w", "\"hashtable\""},
      {"hincrby x abcde 1", ":1"},
      {"object encoding x", "\"hashtable\""},
  };
  replay(s, kSteps);
}

TEST_CASE("hashes: events") {
  in_both_forms([](TestServer& s) {
    const auto events_of = [&](std::string_view line) {
      s.events();
      s.run(line);
      return s.events();
    };
    CHECK(events_of("hset h a 1 b 2") == "hset:h");
    CHECK(events_of("hset h a 1") == "hset:h");
    CHECK(events_of("hsetnx h a 1") == "");
    CHECK(events_of("hincrby h a 1") == "hincrby:h");
    CHECK(events_of("hincrbyfloat h a 1") == "hincrbyfloat:h");
    CHECK(events_of("hdel h x") == "");
    CHECK(events_of("hdel h a") == "hdel:h");
    CHECK(events_of("hexpire h 10 fields 2 b x") == "hexpire:h");
    CHECK(events_of("hexpire h 10 nx fields 1 b") == "");
    CHECK(events_of("hpersist h fields 1 b") == "hpersist:h");
    CHECK(events_of("hpersist h fields 1 b") == "");
    CHECK(events_of("hgetex h ex 10 fields 1 b") == "hexpire:h");
    CHECK(events_of("hgetex h persist fields 1 b") == "hpersist:h");
    CHECK(events_of("hsetex h ex 10 fields 1 c 1") == "hset:h hexpire:h");
    CHECK(events_of("hsetex h exat 1 fields 1 c 1") == "hset:h hdel:h");
    CHECK(events_of("hgetdel h fields 2 b x") == "hdel:h del:h");
    CHECK(events_of("hset h a 1") == "hset:h");
    CHECK(events_of("hexpireat h 1 fields 1 a") == "hdel:h del:h");
    CHECK(events_of("hsetex h exat 1 fields 1 c 1") == "hset:h hdel:h del:h");
  });
}

TEST_CASE("hashes: the HEXPIRE family") {
  in_both_forms([](TestServer& s) {
    constexpr Step kSteps[] = {
        {"hexpire nokey 10 fields 2 a b", "[:-2, :-2]"},
        {"httl nokey fields 1 a", "[:-2]"},
        {"hpersist nokey fields 1 a", "[:-2]"},
        {"hset h a 1 b 2 c 3", ":3"},
        {"httl h fields 2 a x", "[:-1, :-2]"},
        {"hexpire h 10 fields 2 a x", "[:1, :-2]"},
        {"httl h fields 1 a", "[:10]"},
        {"hpttl h fields 1 a", "[:10000]"},
        {"hexpiretime h fields 1 a", "[:1700000010]"},
        {"hpexpiretime h fields 1 a", "[:1700000010000]"},
        {"hpexpire h 1500 fields 1 a", "[:1]"},
        {"httl h fields 1 a", "[:2]"},  // rounded up
        {"hexpire h 100 nx fields 2 a b", "[:0, :1]"},
        {"hexpire h 200 xx fields 2 b c", "[:1, :0]"},
        {"hexpire h 100 gt fields 2 b c", "[:0, :0]"},
        {"hexpire h 300 gt fields 2 b c", "[:1, :0]"},
        {"hexpire h 400 lt fields 1 b", "[:0]"},
        {"hexpire h 100 lt fields 2 b c", "[:1, :1]"},
        {"httl h fields 3 a b c", "[:2, :100, :100]"},
        {"hpersist h fields 3 a b x", "[:1, :1, :-2]"},
        {"hpersist h fields 1 a", "[:-1]"},
        {"hexpireat h 1700000050 fields 1 a", "[:1]"},
        {"hpexpireat h 1700000050001 fields 1 a", "[:1]"},
        {"hpttl h fields 1 a", "[:50001]"},
        {"hset h a 2", ":0"},  // clears it
        {"httl h fields 1 a", "[:-1]"},
        {"hexpire h 10 fields 1 a", "[:1]"},
        {"hincrby h a 1", ":3"},  // keeps it
        {"hincrbyfloat h a 0.5", "\"3.5\""},
        {"httl h fields 1 a", "[:10]"},
        {"hexpire h 0 fields 1 a", "[:2]"},
        {"hexists h a", ":0"},
        {"hpexpireat h 0 fields 2 b c", "[:2, :2]"},
        {"exists h", ":0"},
        {"set s 1", "+OK"},
        {"hexpire s 1 fields 1 a",
         "-WRONGTYPE Operation against a key holding the wrong kind of value"},
        {"httl s fields 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    };
    replay(s, kSteps);
  });
}

TEST_CASE("hashes: errors of the HEXPIRE family") {
  TestServer s;
  constexpr Step kSteps[] = {
      {"hset h a 1 b 2", ":2"},
      {"hexpire h 10 fields 1", "-ERR wrong number of arguments for 'hexpire' command"},
      {"hexpire h x fields 1 a", "-ERR value is not an integer or out of range"},
      {"hexpire h -1 fields 1 a", "-ERR invalid expire time, must be >= 0"},
      {"hexpire h 999999999999 fields 1 a", "-ERR invalid expire time in 'hexpire' command"},
      {"hpexpireat h 70368744177664 fields 1 a",
       "-ERR invalid expire time in 'hpexpireat' command"},
      {"hpexpireat h 70368744177663 fields 1 a", "[:1]"},
      {"hexpireat h 70368744178 fields 1 a", "-ERR invalid expire time in 'hexpireat' command"},
      {"hexpireat h 70368744177 fields 1 a", "[:1]"},
      {"hexpire h 10 foo fields 1 a",
       "-ERR Mandatory argument FIELDS is missing or not at the right position"},
      {"hexpire h 10 nx xx fields 1 a",
       "-ERR Mandatory argument FIELDS is missing or not at the right position"},
      {"hexpire h 10 fields 0 a", "-ERR Parameter `numFields` should be greater than 0"},
      {"hexpire h 10 fields x a", "-ERR Parameter `numFields` should be greater than 0"},
      {"hexpire h 10 fields 2 a",
       "-ERR The `numfields` parameter must match the number of arguments"},
      {"hexpire h 10 nx fields 1 a b",
       "-ERR The `numfields` parameter must match the number of arguments"},
      {"httl h foo 1 a", "-ERR Mandatory argument FIELDS is missing or not at the right position"},
      {"httl h fields 0 a", "-ERR Number of fields must be a positive integer"},
      {"hpersist h fields x a", "-ERR Number of fields must be a positive integer"},
      {"httl h fields 2 a", "-ERR The `numfields` parameter must match the number of arguments"},
  };
  replay(s, kSteps);
}

TEST_CASE("hashes: HGETDEL, HGETEX and HSETEX") {
  in_both_forms([](TestServer& s) {
    constexpr Step kSteps[] = {
        {"hset h a 1 b 2 c 3", ":3"},
        {"hgetdel h fields 3 a x a", "[\"1\", nil, nil]"},
        {"hgetdel nokey fields 1 a", "[nil]"},
        {"hgetdel h foo 1 a",
         "-ERR Mandatory argument FIELDS is missing or not at the right position"},
        {"hgetdel h fields 0 a", "-ERR Number of fields must be a positive integer"},
        {"hgetex h fields 2 b x", "[\"2\", nil]"},
        {"hgetex h ex 10 fields 2 b x", "[\"2\", nil]"},
        {"hgetex h fields 1 b", "[\"2\"]"},
        {"httl h fields 2 b c", "[:10, :-1]"},
        {"hgetex h persist fields 1 b", "[\"2\"]"},
        {"httl h fields 1 b", "[:-1]"},
        {"hgetex h ex 10 persist fields 1 b",
         "-ERR Mandatory argument FIELDS is missing or not at the right position"},
        {"hgetex h ex x fields 1 b", "-ERR value is not an integer or out of range"},
        {"hgetex h px -1 fields 1 b", "-ERR invalid expire time, must be >= 0"},
        {"hgetex h pxat 1 fields 1 b", "[\"2\"]"},
        {"hkeys h", "[\"c\"]"},
        {"hsetex h fields 1 d 4", ":1"},
        {"hsetex h ex 10 fields 2 d 5 e 6", ":1"},
        {"httl h fields 2 d e", "[:10, :10]"},
        {"hsetex h keepttl fields 1 d 7", ":1"},
        {"httl h fields 1 d", "[:10]"},
        {"hsetex h fields 1 d 8", ":1"},
        {"httl h fields 1 d", "[:-1]"},
        {"hsetex h fnx fields 2 d 1 n 1", ":0"},
        {"hsetex h fxx fields 2 d 1 n 1", ":0"},
        {"hsetex h fnx px 500 fields 2 n 1 m 2", ":1"},
        {"hsetex h fxx fields 2 n 3 m 4", ":1"},
        {"hmget h n m d", "[\"3\", \"4\", \"8\"]"},
        {"hsetex nokey fxx fields 1 a 1", ":0"},
        {"exists nokey", ":0"},
        {"hsetex h fxx fnx fields 1 a 1", "-ERR Only one of FXX or FNX arguments can be specified"},
        {"hsetex h ex 1 keepttl fields 1 a 1",
         "-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified"},
        {"hsetex h foo 1 fields 1 a 1", "-ERR unknown argument: foo"},
        {"hsetex h fields 2 a 1", "-ERR wrong number of arguments for 'hsetex' command"},
        {"hsetex h fields 0 a 1", "-ERR invalid number of fields"},
        {"hsetex h ex 10 fxx fnx", "-ERR Only one of FXX or FNX arguments can be specified"},
        {"hsetex h fxx keepttl fxx ex", "-ERR Only one of FXX or FNX arguments can be specified"},
        {"hsetex h fxx fields fxx ex", "-ERR wrong number of arguments for 'hsetex' command"},
    };
    replay(s, kSteps);
  });
}

TEST_CASE("hashes: fields that are due are not there, and are reaped with the key") {
  in_both_forms([](TestServer& s) {
    s.run("hset h a 1 b 2 c 3");
    s.run("hpexpire h 100 fields 2 a b");
    s.now_ms += 100;
    CHECK(s.run("hget h a") == "\"1\"");
    CHECK(s.run("hpttl h fields 1 a") == "[:0]");
    s.now_ms += 1;
    CHECK(s.run("hget h a") == "nil");
    CHECK(s.run("hmget h a b c") == "[nil, nil, \"3\"]");
    CHECK(s.run("hexists h a") == ":0");
    CHECK(s.run("hstrlen h a") == ":0");
    CHECK(s.run("hgetall h") == "[\"c\", \"3\"]");
    CHECK(s.run("hkeys h") == "[\"c\"]");
    CHECK(s.run("hvals h") == "[\"3\"]");
    CHECK(s.run("hscan h 0") == "[\"0\", [\"c\", \"3\"]]");
    CHECK(s.run("httl h fields 2 a c") == "[:-2, :-1]");
    CHECK(s.run("hpersist h fields 1 a") == "[:-2]");
    CHECK(s.run("hexpire h 10 fields 1 a") == "[:-2]");
    CHECK(s.run("hgetdel h fields 1 a") == "[nil]");
    for (int i = 0; i < 20; i++) CHECK(s.run("hrandfield h") == "\"c\"");
    CHECK(s.run("hrandfield h 5") == "[\"c\"]");
    CHECK(s.run("hrandfield h -2") == "[\"c\", \"c\"]");
    CHECK(s.run("hincrby h a 5") == ":5");
    CHECK(s.run("httl h fields 1 a") == "[:-1]");
    CHECK(s.run("hsetnx h b 7") == ":1");
    CHECK(s.run("hget h b") == "\"7\"");
    s.run("hpexpire h 10 fields 3 a b c");
    s.now_ms += 11;
    CHECK(s.run("hgetall h") == "[]");
    CHECK(s.run("hrandfield h") == "nil");
    CHECK(s.run("hrandfield h 3") == "[]");
    CHECK(s.run("hlen h") == ":3");  // as Redis, until they are reaped
    s.events();
    s.now_ms += 100;  // the wheel's tick
    s.run("ping");
    CHECK(s.run("exists h") == ":1");
    s.run_background();
    CHECK(s.events() == "hexpired:h del:h");
    CHECK(s.run("exists h") == ":0");
  });
}

TEST_CASE("hashes: HDEL leaves what is due to be reaped, and the key with it") {
  TestServer s;
  s.run("hset h a 1");
  s.run("hpexpire h 10 fields 1 a");
  s.now_ms += 11;
  CHECK(s.run("hdel h a") == ":0");
  s.events();
  s.now_ms += 100;  // the wheel's tick
  s.run_background();
  CHECK(s.events() == "hexpired:h del:h");
  CHECK(s.run("exists h") == ":0");
}

TEST_CASE("hashes: RENAME, COPY and MOVE take fields and their deadlines along") {
  in_both_forms([](TestServer& s) {
    s.run("hset h a 1 b 2");
    s.run("hpexpire h 1000 fields 1 a");
    CHECK(s.run("rename h other{5}") == "+OK");
    CHECK(s.run("copy other{5} third") == ":1");
    CHECK(s.run("move third 3") == ":1");
    CHECK(s.run("hpttl other{5} fields 2 a b") == "[:1000, :-1]");
    s.client.db = 3;
    CHECK(s.run("hpttl third fields 2 a b") == "[:1000, :-1]");
    CHECK(s.run("hget third b") == "\"2\"");
  });
}

}  // namespace cobnut::testing
