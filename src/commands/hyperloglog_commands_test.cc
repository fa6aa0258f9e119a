// The HyperLogLog commands, replies and bytes as redis-server 7.0.15 gives them.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <string>

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {

TEST_CASE("hyperloglogs: adding, counting, merging over all shards") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"PFADD h a b c a", ":1"},
      {"PFADD h a", ":0"},
      {"PFCOUNT h", ":3"},
      {"PFADD empty", ":1"},
      {"PFADD empty", ":0"},
      {"PFCOUNT empty", ":0"},
      {"PFCOUNT none", ":0"},
      {"PFADD other c d e", ":1"},
      {"PFCOUNT h other none", ":5"},
      {"PFMERGE all h other none", "+OK"},
      {"PFCOUNT all", ":5"},
      {"PFMERGE all", "+OK"},
      {"PFCOUNT all", ":5"},
      {"OBJECT ENCODING all", "\"raw\""},
      {"PFDEBUG ENCODING all", "+sparse"},
      {"PFDEBUG TODENSE all", ":1"},
      {"PFDEBUG TODENSE all", ":0"},
      {"PFDEBUG ENCODING all", "+dense"},
      {"PFDEBUG DECODE all", "-ERR HLL encoding is not sparse"},
      {"PFCOUNT all", ":5"},
      {"STRLEN all", ":12304"},
      {"PFADD all f", ":1"},
      {"PFADD all f", ":0"},
      {"PFCOUNT all", ":6"},
      {"PFMERGE h all", "+OK"},
      {"PFDEBUG ENCODING h", "+dense"},
      {"PFDEBUG DECODE empty", "\"Z:16384\""},
      {"PFDEBUG ENCODING none", "-ERR The specified key does not exist"},
      {"PFDEBUG what h", "-ERR Unknown PFDEBUG subcommand 'what'"},
      {"SET s text", "+OK"},
      {"SET n 12", "+OK"},
      {"PFADD s a", "-WRONGTYPE Key is not a valid HyperLogLog string value."},
      {"PFCOUNT h n", "-WRONGTYPE Key is not a valid HyperLogLog string value."},
      {"PFMERGE s h", "-WRONGTYPE Key is not a valid HyperLogLog string value."},
      {"RPUSH l a", ":1"},
      {"PFADD l a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"SET c \"HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80\\x7f\"", "+OK"},
      {"PFCOUNT c", "-INVALIDOBJ Corrupted HLL object detected"},
      {"PFCOUNT c h", "-INVALIDOBJ Corrupted HLL object detected"},
      {"PFADD c a", "-INVALIDOBJ Corrupted HLL object detected"},
      {"PFSELFTEST", "+OK"},
  };
  replay(server, kSteps);
}

TEST_CASE("hyperloglogs: the bytes are Redis's") {
  TestServer server;
  server.run("PFADD h a b c");
  // What redis-server 7.0.15 keeps then.
  CHECK(server.run("GET h") ==
        "\"HYLL\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80`"
        "\\xf3\\x80P\\xb1\\x84K\\xfb\\x80BZ\"");
  CHECK(server.run("PFDEBUG DECODE h") == "\"Z:8436 v:1,1 Z:4274 v:2,1 Z:3068 v:1,1 Z:603\"");
  server.run("PFCOUNT h");
  CHECK(server.run("GETRANGE h 8 15") == "\"\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00\"");
}

TEST_CASE("hyperloglogs: hll-sparse-max-bytes") {
  TestServer server;
  server.run("CONFIG SET hll-sparse-max-bytes 30");
  std::string added = "PFADD h";
  for (int i = 0; i < 3; i++) added += " " + std::to_string(i);
  server.run(added);
  CHECK(server.run("PFDEBUG ENCODING h") == "+sparse");
  server.run("PFADD h 3 4 5 6 7 8 9");
  CHECK(server.run("PFDEBUG ENCODING h") == "+dense");
  CHECK(server.run("PFCOUNT h") == ":10");
}

TEST_CASE("hyperloglogs: events") {
  TestServer server;
  server.run("PFADD h a");
  server.run("PFADD h a");
  server.run("PFCOUNT h");
  server.run("PFMERGE k h");
  CHECK(server.events() == "pfadd:h pfadd:k");
}

}  // namespace cobnut::testing
