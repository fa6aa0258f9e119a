// What Redis 7.0.15 does not know: SET IFEQ and IFNE, MSETEX, DELEX, DELIFEQ (8.4, Valkey 9.0) and
// INCREX (8.8). The expectations follow their documentation.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kConditions[] = {
    {"set k v ifeq x", "nil"},
    {"exists k", ":0"},
    {"set k v ifne x", "+OK"},
    {"set k w ifeq x", "nil"},
    {"set k w IFEQ v", "+OK"},
    {"set k x ifne w", "nil"},
    {"set k x ifne v get", "\"w\""},
    {"set k y ifeq no get", "\"x\""},
    {"get k", "\"x\""},
    {"set k 12 ifeq x ex 100", "+OK"},
    {"ttl k", ":100"},
    {"set k 13 ifeq 12 keepttl", "+OK"},
    {"ttl k", ":100"},
    {"set k v ifeq", "-ERR syntax error"},
    {"set k v ifeq a nx", "-ERR syntax error"},
    {"set k v ifeq a ifne b", "-ERR syntax error"},
    {"set k v xx ifne b", "-ERR syntax error"},
    {"getex k ifeq 13", "-ERR syntax error"},
    {"delifeq k 12", ":0"},
    {"delifeq k 13", ":1"},
    {"delifeq k 13", ":0"},
    {"delifeq k", "-ERR wrong number of arguments for 'delifeq' command"},
    {"set k v", "+OK"},
    {"delex k IFEQ w", ":0"},
    {"delex k IFNE v", ":0"},
    {"delex k ifne w", ":1"},
    {"delex k ifne w", ":0"},
    {"delex k", ":0"},
    {"set k v", "+OK"},
    {"delex k ifeq", "-ERR wrong number of arguments for 'delex' command"},
    {"delex k foo v", "-ERR Invalid condition. Use IFEQ or IFNE"},
    {"delex k ifeq v x", "-ERR wrong number of arguments for 'delex' command"},
    {"delex k", ":1"},
};

constexpr Step kMsetex[] = {
    {"msetex 2 a 1 b 2", ":1"},
    {"mget a b", "[\"1\", \"2\"]"},
    {"msetex 2 a 3 c 4 nx", ":0"},
    {"msetex 2 a 3 c 4 XX", ":0"},
    {"mget a c", "[\"1\", nil]"},
    {"msetex 2 a 3 b 4 xx ex 100", ":1"},
    {"ttl a", ":100"},
    {"ttl b", ":100"},
    {"msetex 1 a 5 keepttl", ":1"},
    {"ttl a", ":100"},
    {"msetex 2 a 6 a 7", ":1"},
    {"get a", "\"7\""},
    {"ttl a", ":-1"},
    {"msetex 2 d 1 e 2 pxat 33000000000000 nx", ":1"},
    {"pexpiretime e", ":33000000000000"},
    {"msetex 0 a 1", "-ERR invalid numkeys value"},
    {"msetex x a 1", "-ERR invalid numkeys value"},
    {"msetex -1 a 1", "-ERR invalid numkeys value"},
    {"msetex 2147483648 a 1", "-ERR invalid numkeys value"},
    {"msetex 2147483647 a 1", "-ERR wrong number of key-value pairs"},
    {"msetex 2 a 1 b", "-ERR wrong number of key-value pairs"},
    {"msetex 1 a 1 foo", "-ERR syntax error"},
    {"msetex 1 a 1 get", "-ERR syntax error"},
    {"msetex 1 a 1 nx xx", "-ERR syntax error"},
    {"msetex 1 a 1 ex 5 px 5", "-ERR syntax error"},
    {"msetex 1 a 1 ex 0", "-ERR invalid expire time in 'msetex' command"},
    {"msetex 1 a", "-ERR wrong number of arguments for 'msetex' command"},
};

constexpr Step kIncrex[] = {
    {"increx n", "[:1, :1]"},
    {"increx n BYINT 41", "[:42, :41]"},
    {"object encoding n", "\"int\""},
    {"increx n byint 10 ubound 50", "[:42, :0]"},
    {"increx n byint 10 ubound 50 saturate", "[:50, :8]"},
    {"increx n byint -100 lbound 0 saturate", "[:0, :-50]"},
    {"increx new byint 5 lbound 10", "[:0, :0]"},
    {"exists new", ":0"},
    {"increx new byint 5 lbound 10 saturate ex 100", "[:10, :10]"},
    {"ttl new", ":100"},
    {"increx new ex 50 enx", "[:11, :1]"},
    {"ttl new", ":100"},
    {"increx new ubound 5 ex 7", "[:11, :0]"},
    {"ttl new", ":100"},
    {"increx new persist", "[:12, :1]"},
    {"ttl new", ":-1"},
    {"increx new ex 50 enx", "[:13, :1]"},
    {"ttl new", ":50"},
    {"increx new pxat 1 enx", "[:14, :1]"},
    {"increx new pxat 1", "[:15, :1]"},
    {"exists new", ":0"},
    {"set n 9223372036854775800", "+OK"},
    {"increx n byint 9223372036854775800", "[:9223372036854775800, :0]"},
    {"increx n byint 9223372036854775800 saturate", "[:9223372036854775807, :7]"},
    {"increx n saturate ubound -9223372036854775808", "-ERR applied increment would overflow"},
    {"set f 1.5", "+OK"},
    {"increx f byfloat 0.25", "[\"1.75\", \"0.25\"]"},
    {"object encoding f", "\"embstr\""},
    {"increx f byfloat 100 ubound 42.5 saturate", "[\"42.5\", \"40.75\"]"},
    {"increx f byfloat 1 ubound 30", "[\"42.5\", \"0\"]"},
    {"increx f", "-ERR value is not an integer or out of range"},
    {"increx f byfloat inf", "-ERR BYFLOAT increment cannot be Infinity"},
    {"set f inf", "+OK"},
    {"increx f byfloat 1", "-ERR value cannot be Infinity"},
    {"increx n byint x", "-ERR Increment is not an integer or out of range"},
    {"increx n byfloat x", "-ERR Increment is not a valid float"},
    {"increx n lbound 1.5", "-ERR LBOUND is not an integer or out of range"},
    {"increx n ubound x byfloat 1", "-ERR UBOUND is not a valid float"},
    {"increx n lbound 2 ubound 1", "-ERR LBOUND can't be greater than UBOUND"},
    {"increx n enx", "-ERR ENX flag requires an expiration"},
    {"increx n ex 0", "-ERR invalid expire time in 'increx' command"},
    {"increx n byint 1 byfloat 1", "-ERR syntax error"},
    {"increx n saturate saturate", "-ERR syntax error"},
    {"increx n ex 5 ex 5", "-ERR syntax error"},
    {"increx n persist enx ex 5", "-ERR syntax error"},
    {"increx n byint", "-ERR syntax error"},
};

TEST_CASE("compare and set, compare and delete") {
  TestServer server;
  replay(server, kConditions);
}

TEST_CASE("MSETEX") {
  TestServer server;
  replay(server, kMsetex);
}

TEST_CASE("INCREX") {
  TestServer server;
  replay(server, kIncrex);
  server.client.resp = 3;
  server.run("set f 1.5");
  CHECK_EQ(server.run("increx f byfloat 0.25"), "[,1.75, ,0.25]");
  server.events();
  server.run("set c 1 ex 100");
  server.run("increx c persist");
  server.run("increx c byfloat 1 ex 5");
  server.run("increx c byint 0 pxat 1");
  CHECK_EQ(server.events(),
           "set:c expire:c incrby:c persist:c incrbyfloat:c expire:c incrby:c del:c");
}

}  // namespace
}  // namespace cobnut::testing
