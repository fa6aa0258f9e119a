// Unions, intersections and differences of sorted sets and of sets. The steps were recorded from
// redis-server 7.0.15 (tools/differ/record.py) and run on both forms of a sorted set.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/test_zsets.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kAlgebra[] = {
    {"zadd a 1 x 2 y 3 z", ":3"},
    {"zadd b 10 y 20 z 30 w", ":3"},
    {"zunion 2 a b", "[\"x\", \"y\", \"z\", \"w\"]"},
    {"zunion 2 a b withscores", "[\"x\", \"1\", \"y\", \"12\", \"z\", \"23\", \"w\", \"30\"]"},
    {"zunion 2 a b weights 2 0.5 withscores",
     "[\"x\", \"2\", \"y\", \"9\", \"w\", \"15\", \"z\", \"16\"]"},
    {"zunion 2 a b aggregate min withscores",
     "[\"x\", \"1\", \"y\", \"2\", \"z\", \"3\", \"w\", \"30\"]"},
    {"zunion 2 a b aggregate max withscores",
     "[\"x\", \"1\", \"y\", \"10\", \"z\", \"20\", \"w\", \"30\"]"},
    {"zunion 2 a b aggregate max weights 1 -1 withscores",
     "[\"w\", \"-30\", \"x\", \"1\", \"y\", \"2\", \"z\", \"3\"]"},
    {"zunion 2 a nokey withscores", "[\"x\", \"1\", \"y\", \"2\", \"z\", \"3\"]"},
    {"zunion 1 nokey", "[]"},
    {"zunion 2 a a withscores", "[\"x\", \"2\", \"y\", \"4\", \"z\", \"6\"]"},
    {"zunion 0 a", "-ERR at least 1 input key is needed for 'zunion' command"},
    {"zunion -1 a", "-ERR at least 1 input key is needed for 'zunion' command"},
    {"zunion x a", "-ERR value is not an integer or out of range"},
    {"zunion 3 a b", "-ERR syntax error"},
    {"zunion 2 a b foo", "-ERR syntax error"},
    {"zunion 2 a b weights 1", "-ERR syntax error"},
    {"zunion 2 a b weights 1 x", "-ERR weight value is not a float"},
    {"zunion 2 a b aggregate foo", "-ERR syntax error"},
    {"zunion 2 a b aggregate", "-ERR syntax error"},
    {"zunion 2 a b limit 1", "-ERR syntax error"},
    {"zinter 2 a b", "[\"y\", \"z\"]"},
    {"zinter 2 a b withscores", "[\"y\", \"12\", \"z\", \"23\"]"},
    {"zinter 2 a b weights 2 1 aggregate min withscores", "[\"y\", \"4\", \"z\", \"6\"]"},
    {"zinter 2 a nokey withscores", "[]"},
    {"zinter 3 a b a withscores", "[\"y\", \"14\", \"z\", \"26\"]"},
    {"zdiff 2 a b", "[\"x\"]"},
    {"zdiff 2 a b withscores", "[\"x\", \"1\"]"},
    {"zdiff 2 b a withscores", "[\"w\", \"30\"]"},
    {"zdiff 2 a nokey withscores", "[\"x\", \"1\", \"y\", \"2\", \"z\", \"3\"]"},
    {"zdiff 2 nokey a withscores", "[]"},
    {"zdiff 1 a withscores", "[\"x\", \"1\", \"y\", \"2\", \"z\", \"3\"]"},
    {"zdiff 2 a a", "[]"},
    {"zdiff 3 a b nokey withscores", "[\"x\", \"1\"]"},
    {"zdiff 2 a b weights 1 2", "-ERR syntax error"},
    {"zdiff 2 a b aggregate sum", "-ERR syntax error"},
    {"zintercard 2 a b", ":2"},
    {"zintercard 2 a b limit 1", ":1"},
    {"zintercard 2 a b limit 0", ":2"},
    {"zintercard 2 a b limit -1", "-ERR LIMIT can't be negative"},
    {"zintercard 2 a b limit x", "-ERR LIMIT can't be negative"},
    {"zintercard 2 a b foo", "-ERR syntax error"},
    {"zintercard 2 a nokey", ":0"},
    {"zintercard 0 a", "-ERR at least 1 input key is needed for 'zintercard' command"},
    {"zintercard 2 a", "-ERR syntax error"},
    {"zintercard 2 a b withscores", "-ERR syntax error"},
    {"zintercard 2 a b weights 1 2", "-ERR syntax error"},
    {"zunionstore d 2 a b", ":4"},
    {"zrange d 0 -1 withscores", "[\"x\", \"1\", \"y\", \"12\", \"z\", \"23\", \"w\", \"30\"]"},
    {"zunionstore d 2 a b weights 1 2 aggregate max", ":4"},
    {"zrange d 0 -1 withscores", "[\"x\", \"1\", \"y\", \"20\", \"z\", \"40\", \"w\", \"60\"]"},
    {"zinterstore d 2 a b", ":2"},
    {"zrange d 0 -1 withscores", "[\"y\", \"12\", \"z\", \"23\"]"},
    {"zdiffstore d 2 a b", ":1"},
    {"zrange d 0 -1 withscores", "[\"x\", \"1\"]"},
    {"zdiffstore d 2 a a", ":0"},
    {"exists d", ":0"},
    {"zunionstore a 2 a b", ":4"},
    {"zrange a 0 -1 withscores", "[\"x\", \"1\", \"y\", \"12\", \"z\", \"23\", \"w\", \"30\"]"},
    {"zunionstore d 0 a", "-ERR at least 1 input key is needed for 'zunionstore' command"},
    {"zunionstore d 3 a b", "-ERR syntax error"},
    {"zunionstore d x a", "-ERR value is not an integer or out of range"},
    {"zunionstore d 1", "-ERR wrong number of arguments for 'zunionstore' command"},
    {"zunionstore d 2 a b withscores", "-ERR syntax error"},
    {"zinterstore d 2 a nokey", ":0"},
    {"zunionstore d 1 nokey", ":0"},
    {"set s v", "+OK"},
    {"zunionstore d 2 a s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zunionstore s 1 a", ":4"},
    {"type s", "+zset"},
    {"set s v", "+OK"},
    {"zinter 2 nokey s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zdiff 2 nokey s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zunion 1 s foo", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zadd i inf m 1 n", ":2"},
    {"zadd j -inf m 0 n", ":2"},
    {"zunion 2 i j withscores", "[\"m\", \"0\", \"n\", \"1\"]"},
    {"zinter 2 i j withscores", "[\"m\", \"0\", \"n\", \"1\"]"},
    {"zunion 1 i weights 0 withscores", "[\"m\", \"0\", \"n\", \"0\"]"},
    {"zunion 2 i j weights 1 -1 withscores", "[\"n\", \"1\", \"m\", \"inf\"]"},
    {"zunion 2 i j weights inf -inf withscores", "[\"m\", \"inf\", \"n\", \"inf\"]"},
    {"zunion 2 i j weights nan 1", "-ERR weight value is not a float"},
};

constexpr Step kSets[] = {
    {"sadd a x y z 1 2", ":5"},
    {"zadd b 10 y 20 z 30 1", ":3"},
    {"sadd c 1 2 3", ":3"},
    {"zunion 2 a b withscores",
     "[\"2\", \"1\", \"x\", \"1\", \"y\", \"11\", \"z\", \"21\", \"1\", \"31\"]"},
    {"zunion 2 a b weights 5 1 withscores",
     "[\"2\", \"5\", \"x\", \"5\", \"y\", \"15\", \"z\", \"25\", \"1\", \"35\"]"},
    {"zunion 3 a b c withscores",
     "[\"3\", \"1\", \"x\", \"1\", \"2\", \"2\", \"y\", \"11\", \"z\", \"21\", \"1\", \"32\"]"},
    {"zunion 2 c c aggregate max weights 2 3 withscores",
     "[\"1\", \"3\", \"2\", \"3\", \"3\", \"3\"]"},
    {"zinter 2 a b withscores", "[\"y\", \"11\", \"z\", \"21\", \"1\", \"31\"]"},
    {"zinter 2 b a weights 2 10 withscores", "[\"y\", \"30\", \"z\", \"50\", \"1\", \"70\"]"},
    {"zinter 2 a c withscores", "[\"1\", \"2\", \"2\", \"2\"]"},
    {"zdiff 2 b a withscores", "[]"},
    {"zdiff 2 b c withscores", "[\"y\", \"10\", \"z\", \"20\"]"},
    {"zdiff 2 a b withscores", "[\"2\", \"1\", \"x\", \"1\"]"},
    {"zintercard 2 a b", ":3"},
    {"zintercard 3 a b c limit 1", ":1"},
    {"zunionstore d 2 a b", ":5"},
    {"zrange d 0 -1 withscores",
     "[\"2\", \"1\", \"x\", \"1\", \"y\", \"11\", \"z\", \"21\", \"1\", \"31\"]"},
    {"zinterstore a 2 a b", ":3"},
    {"type a", "+zset"},
    {"zrange a 0 -1 withscores", "[\"y\", \"11\", \"z\", \"21\", \"1\", \"31\"]"},
    {"zdiffstore d 2 c a", ":2"},
    {"zrange d 0 -1 withscores", "[\"2\", \"1\", \"3\", \"1\"]"},
    {"zrange c 0 -1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zadd c 1 x", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zrangestore d c 0 -1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"geosearchstore d c fromlonlat 1 1 byradius 1 m",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
};

}  // namespace

TEST_CASE("unions, intersections and differences, as Redis") { replay_on_both_forms(kAlgebra); }

TEST_CASE("sets are inputs of unions and the like, as Redis") {
  replay_on_both_forms(kSets);
  TestServer table;
  table.run("config set set-max-listpack-entries 0 set-max-intset-entries 0");
  replay(table, kSets);
}

}  // namespace cobnut::testing
