// DUMP and RESTORE. The steps were recorded from redis-server 7.0.15 (tools/differ/record.py);
// tests/dump_test.cc exchanges values of every type and encoding with it.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kStrings[] = {
    {"set s v", "+OK"},
    {"dump s", "\"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\""},
    {"set i 12", "+OK"},
    {"dump i", "\"\\x00\\xc0\\x0c\\x0a\\x00<*\\xf8Q\\\\\\x04\\xbc\\xd5\""},
    {"set i 40000", "+OK"},
    {"dump i", "\"\\x00\\xc2@\\x9c\\x00\\x00\\x0a\\x00\\x09\\xcdc\\x1f\\xf3\\xb9\\x8c\\xf2\""},
    {"set i -3000000000", "+OK"},
    {"dump i", "\"\\x00\\x0b-3000000000\\x0a\\x00|\\xef5m9\\x05\\x1f\\xd1\""},
    {"set e \"\"", "+OK"},
    {"dump e", "\"\\x00\\x00\\x0a\\x00]\\x9b\\\\@\\x0f\\x7f\\xa2\\xda\""},
    {"set l aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "+OK"},
    {"dump l",
     "\"\\x00\\xc3\\x09(\\x01aa\\xe0\\x1b\\x00\\x01aa\\x0a\\x00\\xcf\\x09/\\xaa\\xae%\\x83\\x1d\""},
    {"set m aaaaaaaaaaaaaaaaaaaa", "+OK"},
    {"dump m", "\"\\x00\\x14aaaaaaaaaaaaaaaaaaaa\\x0a\\x00\\x83\\xb4k^\\x1b\\x11\\xac\\xf1\""},
    {"dump nope", "nil"},
    {"dump", "-ERR wrong number of arguments for 'dump' command"},
    {"dump a b", "-ERR wrong number of arguments for 'dump' command"},
    {"restore s 0 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\"",
     "-BUSYKEY Target key name already exists."},
    {"restore t 0 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\"", "+OK"},
    {"get t", "\"v\""},
    {"ttl t", ":-1"},
    {"restore s 0 bad", "-BUSYKEY Target key name already exists."},
    {"restore s x bad", "-BUSYKEY Target key name already exists."},
    {"restore s -1 bad replace", "-ERR Invalid TTL value, must be >= 0"},
    {"restore s -1 bad", "-BUSYKEY Target key name already exists."},
    {"restore n x bad", "-ERR value is not an integer or out of range"},
    {"restore n -1 bad", "-ERR Invalid TTL value, must be >= 0"},
    {"restore n 1.5 bad", "-ERR value is not an integer or out of range"},
    {"restore n 0 bad", "-ERR DUMP payload version or checksum are wrong"},
    {"restore n 0 \"\"", "-ERR DUMP payload version or checksum are wrong"},
    {"restore n 0 \"\\x00\\x01v\\x0b\\x00\\x09\\xe3\\x7e\\xd2\\xd8\\x8f\\x47\\x49\"",
     "-ERR DUMP payload version or checksum are wrong"},
    {"restore n 0 \"\\x00\\x01v\\x09\\x00\\x09\\xe3\\x7e\\xd2\\xd8\\x8f\\x47\\x48\"",
     "-ERR DUMP payload version or checksum are wrong"},
    {"restore n 0 \"\\x00\\x01w\\x09\\x00\\x09\\xe3\\x7e\\xd2\\xd8\\x8f\\x47\\x49\"",
     "-ERR DUMP payload version or checksum are wrong"},
    {"restore n 0 bad foo", "-ERR syntax error"},
    {"restore n 0 bad idletime", "-ERR syntax error"},
    {"restore n 0 bad idletime x", "-ERR value is not an integer or out of range"},
    {"restore n 0 bad idletime -1", "-ERR Invalid IDLETIME value, must be >= 0"},
    {"restore n 0 bad freq", "-ERR syntax error"},
    {"restore n 0 bad freq x", "-ERR value is not an integer or out of range"},
    {"restore n 0 bad freq -1", "-ERR Invalid FREQ value, must be >= 0 and <= 255"},
    {"restore n 0 bad freq 256", "-ERR Invalid FREQ value, must be >= 0 and <= 255"},
    {"restore n 0 bad freq 1 idletime 1", "-ERR syntax error"},
    {"restore n 0 bad idletime 1 freq 1", "-ERR syntax error"},
    {"restore n 0 bad idletime 1 idletime 2", "-ERR DUMP payload version or checksum are wrong"},
    {"restore n 0", "-ERR wrong number of arguments for 'restore' command"},
    {"exists n", ":0"},
    {"restore s 0 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" replace", "+OK"},
    {"restore t 100000 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" REPLACE",
     "+OK"},
    {"ttl t", ":100"},
    {"restore t 9999999999000 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" absttl "
     "replace",
     "+OK"},
    {"pexpiretime t", ":9999999999000"},
    {"restore t 0 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" absttl replace",
     "+OK"},
    {"ttl t", ":-1"},
    {"restore t 1 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" absttl",
     "-BUSYKEY Target key name already exists."},
    {"restore t 1 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" absttl replace",
     "+OK"},
    {"exists t", ":0"},
    {"restore u 1 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" absttl replace",
     "+OK"},
    {"exists u", ":0"},
    {"restore u 0 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" idletime 1000",
     "+OK"},
    {"object idletime u", ":1000"},
    {"restore u 0 \"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" freq 100 replace",
     "+OK"},
    {"get u", "\"v\""},
    {"object encoding u", "\"embstr\""},
    {"restore far 9223372036854775807 "
     "\"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\"",
     "+OK"},
    {"exists far", ":0"},
    {"restore far 9223372036854775807 "
     "\"\\x00\\x01v\\x0a\\x00\\x91\\x08\\xce\\xb2\\x198\\x8a\\xce\" absttl",
     "+OK"},
    {"pexpiretime far", ":9223372036854775807"},
};

TEST_CASE("dump: strings, and what RESTORE refuses") {
  TestServer server;
  replay(server, kStrings);
}

// The payload of the key, as a word for run().
std::string dumped(TestServer& server, const std::string& key) { return server.run("dump " + key); }

TEST_CASE("dump: members keep their deadlines") {
  TestServer server;
  server.run("hset h a 1 b 2 c 3");
  server.run("hpexpire h 1000 fields 1 a");
  server.run("hpexpire h 5000 fields 1 b");
  CHECK(server.run("restore g 0 " + dumped(server, "h")) == "+OK");
  CHECK(server.run("hpttl g fields 3 a b c") == "[:1000, :5000, :-1]");
  CHECK(server.run("hmget g a b c") == R"(["1", "2", "3"])");
  server.now_ms += 1001;  // what is due is not dumped, and goes where it was restored
  CHECK(server.run("restore i 0 " + dumped(server, "h")) == "+OK");
  CHECK(server.run("hgetall i") == server.run("hgetall g"));
  CHECK(server.run("hmget i a b c") == R"([nil, "2", "3"])");
  server.now_ms += 4000;
  CHECK(server.run("restore j 0 " + dumped(server, "g")) == "+OK");
  CHECK(server.run("hgetall j") == R"(["c", "3"])");
}

TEST_CASE("dump: deadlines of members that are due leave no form of our own behind") {
  for (const char* add : {"sadd k a", "zadd k 1 a", "hset k a 1"}) {
    CAPTURE(add);
    TestServer server;
    server.run(add);
    const char kind = *add;
    const std::string name(1, kind);
    const std::string of_a = name == "h" ? " fields 1 a" : " members 1 a";
    // What had a deadline is no pack any more, and is dumped element by element.
    server.run(name + "pexpire k 1000" + of_a);
    CHECK(server.run(name + "persist k" + of_a) == "[:1]");
    const std::string plain = dumped(server, "k");
    server.run(name == "s" ? "sadd k due" : name == "z" ? "zadd k 1 due" : "hset k due 1");
    server.run(name + "pexpire k 10 " + (name == "h" ? "fields" : "members") + " 1 due");
    CHECK(dumped(server, "k") != plain);
    server.now_ms += 11;
    CHECK(dumped(server, "k") == plain);
  }
}

TEST_CASE(
    "restore: streams with entries below deleted ones, after XSETID, as redis-server dumps them") {
  const std::string one_block =
      R"(\x13\x01\x10\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x0033)"
      R"(\x00\x00\x00\x14\x00\x02\x01\x01\x01\x01\x01\x81a\x02\x00\x01\x02\x01\x00\x01)"
      R"(\x00\x01\x81b\x02\x04\x01\x03\x01\x02\x01\x00\x01\x81b\x02\x04\x01\x02\x01\x01)"
      R"(\x01\x00\x01\x81c\x02\x04\x01\xff\x02\x06\x00\x05\x00\x07\x00\x03\x00\x0a\x00\x13X)"
      R"(\x21l\xd0K\xf6\xc7)";
  const std::string two_blocks =
      R"(\x13\x02\x10\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x28)"
      R"(\x28\x00\x00\x00\x0f\x00\x01\x01\x01\x01\x01\x01\x81a\x02\x00\x01\x02\x01\x00)"
      R"(\x01\x00\x01\x81b\x02\x04\x01\x03\x01\x02\x01\x00\x01\x81b\x02\x04\x01\xff\x10\x00)"
      R"(\x00\x00\x00\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00\x00\x1d\x1d\x00\x00\x00)"
      R"(\x0a\x00\x01\x01\x00\x01\x01\x01\x81a\x02\x00\x01\x02\x01\x00\x01\x00\x01\x81c)"
      R"(\x02\x04\x01\xff\x02\x06\x00\x05\x00\x07\x00\x03\x00\x0a\x00gy\xdd\x918\xc5\x1e\xd9)";
  for (const std::string& payload : {one_block, two_blocks}) {
    TestServer server;
    CHECK(server.run("restore s 0 \"" + payload + "\"") == "+OK");
    CHECK(server.run("xrange s - +") == R"([["5-0", ["a", "b"]], ["6-0", ["a", "c"]]])");
    CHECK(server.run("xrange s 6-0 6-0") == R"([["6-0", ["a", "c"]]])");
    CHECK(server.run("xrevrange s 6-0 6-0") == R"([["6-0", ["a", "c"]]])");
    CHECK(server.run("xdel s 7-0 6-0") == ":1");
    CHECK(server.run("restore t 0 " + dumped(server, "s")) == "+OK");
    CHECK(server.run("xrange t - +") == R"([["5-0", ["a", "b"]]])");
  }
}

TEST_CASE("restore: events") {
  TestServer server;
  const std::string payload = R"("\x00\x01v\x0a\x00\x91\x08\xce\xb2\x198\x8a\xce")";
  server.run("restore a 0 " + payload);
  CHECK(server.events() == "restore:a");
  server.run("restore a 0 " + payload + " replace");
  CHECK(server.events() == "restore:a");
  server.run("restore a 1 " + payload + " replace absttl");
  CHECK(server.events() == "del:a");
  server.run("restore a 1 " + payload + " replace absttl");
  server.run("restore a 0 bad");
  server.run("dump a");
  CHECK(server.events().empty());
}

}  // namespace
}  // namespace cobnut::testing
