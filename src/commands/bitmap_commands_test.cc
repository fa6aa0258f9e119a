// The bit commands, replies as redis-server 7.0.15 gives them; BITOP's DIFF, DIFF1, ANDOR and ONE
// as 8.2 does.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {

TEST_CASE("bits: single bits, counts and positions") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"SETBIT b 7 1", ":0"},
      {"SETBIT b 7 1", ":1"},
      {"GETBIT b 7", ":1"},
      {"GETBIT b 8", ":0"},
      {"GETBIT none 4294967295", ":0"},
      {"SETBIT b 23 0", ":0"},
      {"GET b", "\"\\x01\\x00\\x00\""},
      {"SETBIT b -1 1", "-ERR bit offset is not an integer or out of range"},
      {"SETBIT b 4294967296 1", "-ERR bit offset is not an integer or out of range"},
      {"SETBIT b x 1", "-ERR bit offset is not an integer or out of range"},
      {"SETBIT b 1 2", "-ERR bit is not an integer or out of range"},
      {"SET n 65", "+OK"},
      {"OBJECT ENCODING n", "\"int\""},
      {"GETBIT n 2", ":1"},
      {"BITCOUNT n", ":8"},
      {"SETBIT n 3 0", ":1"},
      {"GET n", "\"&5\""},
      {"OBJECT ENCODING n", "\"raw\""},
      {"SET s foobar", "+OK"},
      {"BITCOUNT s", ":26"},
      {"BITCOUNT s 1 1", ":6"},
      {"BITCOUNT s 5 30 BIT", ":17"},
      {"BITCOUNT s -1 -2", ":0"},
      {"BITCOUNT s 0", "-ERR syntax error"},
      {"BITCOUNT s 0 1 WORD", "-ERR syntax error"},
      {"BITCOUNT none", ":0"},
      {"SET p \"\\xff\\xf0\\x00\"", "+OK"},
      {"BITPOS p 0", ":12"},
      {"BITPOS p 1", ":0"},
      {"BITPOS p 1 2", ":-1"},
      {"BITPOS p 1 7 15 BIT", ":7"},
      {"BITPOS p 0 0 0", ":-1"},
      {"BITPOS none 0", ":0"},
      {"BITPOS none 1", ":-1"},
      {"BITPOS p 2", "-ERR The bit argument must be 1 or 0."},
      {"SET all \"\\xff\\xff\"", "+OK"},
      {"BITPOS all 0", ":16"},
      {"BITPOS all 0 0 -1", ":-1"},
      {"RPUSH l a", ":1"},
      {"SETBIT l 0 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"BITCOUNT l", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
  };
  replay(server, kSteps);
}

TEST_CASE("bits: BITOP over keys of all shards") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"SET a \"\\xf0\\xff\"", "+OK"},
      {"SET b \"\\x3c\"", "+OK"},
      {"SET c \"\\x01\\x80\"", "+OK"},
      {"BITOP AND d a b", ":2"},
      {"GET d", "\"0\\x00\""},
      {"BITOP OR d a b none", ":2"},
      {"GET d", "\"\\xfc\\xff\""},
      {"BITOP XOR d a b c", ":2"},
      {"GET d", "\"\\xcd\\x7f\""},
      {"BITOP NOT d b", ":1"},
      {"GET d", "\"\\xc3\""},
      {"BITOP DIFF d a b c", ":2"},
      {"GET d", "\"\\xc0\\x7f\""},
      {"BITOP DIFF1 d a b c", ":2"},
      {"GET d", "\"\\x0d\\x00\""},
      {"BITOP ANDOR d a b c", ":2"},
      {"GET d", "\"0\\x80\""},
      {"BITOP ONE d a b c", ":2"},
      {"GET d", "\"\\xcd\\x7f\""},
      {"BITOP OR a a c", ":2"},
      {"GET a", "\"\\xf1\\xff\""},
      {"EXPIRE d 100", ":1"},
      {"BITOP AND d none other", ":0"},
      {"EXISTS d", ":0"},
      {"BITOP NOT d a b", "-ERR BITOP NOT must be called with a single source key."},
      {"BITOP DIFF d a", "-ERR BITOP DIFF must be called with at least two source keys."},
      {"BITOP DIFF1 d a", "-ERR BITOP DIFF1 must be called with at least two source keys."},
      {"BITOP ANDOR d a", "-ERR BITOP ANDOR must be called with at least two source keys."},
      {"BITOP NAND d a", "-ERR syntax error"},
      {"RPUSH l a", ":1"},
      {"BITOP OR d a l", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"BITOP OR l a", ":2"},
      {"TYPE l", "+string"},
  };
  replay(server, kSteps);
}

TEST_CASE("bits: BITFIELD") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"BITFIELD f SET u8 0 255 GET u4 2 INCRBY u2 100 1", "[:0, :15, :1]"},
      {"BITFIELD f INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 100 3", "[:2, :3]"},
      {"BITFIELD f OVERFLOW FAIL INCRBY u2 100 1", "[nil]"},
      {"BITFIELD f INCRBY u2 100 1", "[:0]"},
      {"BITFIELD f SET i8 #3 -100 GET i8 #3 GET u8 24", "[:0, :-100, :156]"},
      {"BITFIELD f OVERFLOW SAT INCRBY i8 #3 -100", "[:-128]"},
      {"BITFIELD f SET i64 64 -1 INCRBY i64 64 -9223372036854775808", "[:0, :9223372036854775807]"},
      {"BITFIELD f GET u64 0",
       "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but "
       "i64 is."},
      {"BITFIELD f GET u8 -1", "-ERR bit offset is not an integer or out of range"},
      {"BITFIELD f SET u8 0 1 OVERFLOW x", "-ERR Invalid OVERFLOW type specified"},
      {"BITFIELD f SET u8 0 1 GET u8", "-ERR syntax error"},
      {"BITFIELD f", "[]"},
      {"BITFIELD_RO f GET u8 0", "[:255]"},
      {"BITFIELD_RO f SET u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand"},
      {"BITFIELD none GET u8 0", "[:0]"},
      {"EXISTS none", ":0"},
  };
  replay(server, kSteps);
}

TEST_CASE("bits: events are of changes only") {
  TestServer server;
  server.run("SETBIT b 7 1");
  server.run("SETBIT b 7 1");
  server.run("BITFIELD b GET u8 0");
  server.run("BITFIELD b SET u8 0 2");
  server.run("BITFIELD b SET u8 0 2");
  CHECK(server.events() == "setbit:b setbit:b");
  server.run("BITOP NOT c b");
  server.run("BITOP OR c none");
  server.run("BITOP OR c none");
  CHECK(server.events() == "set:c del:c");
}

}  // namespace cobnut::testing
