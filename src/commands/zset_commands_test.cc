// Sorted sets. The steps were recorded from redis-server 7.0.15 (tools/differ/record.py) and run on
// both forms of a sorted set: its answers do not depend on them, but for -0.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/test_zsets.h"

#include <doctest/doctest.h>
// clang-format on

#include <map>
#include <set>

namespace cobnut::testing {
namespace {

constexpr Step kElements[] = {
    {"zadd z 1 a", ":1"},
    {"zadd z 1 a", ":0"},
    {"zadd z 2 a 3 b", ":1"},
    {"zadd z ch 2 a 4 b 5 c", ":2"},
    {"zscore z a", "\"2\""},
    {"zscore z b", "\"4\""},
    {"zscore z nope", "nil"},
    {"zscore nokey a", "nil"},
    {"zadd z nx 10 a 10 d", ":1"},
    {"zadd z xx 20 a 20 e", ":0"},
    {"zrange z 0 -1 withscores", "[\"b\", \"4\", \"c\", \"5\", \"d\", \"10\", \"a\", \"20\"]"},
    {"zadd z xx ch 21 a 22 e", ":1"},
    {"zadd z gt 5 a", ":0"},
    {"zadd z gt ch 50 a", ":1"},
    {"zadd z lt ch 5 a", ":1"},
    {"zadd z lt 50 a", ":0"},
    {"zadd z gt ch 1 f", ":1"},
    {"zadd z xx gt ch 1 g", ":0"},
    {"zadd z nx xx 1 a", "-ERR XX and NX options at the same time are not compatible"},
    {"zadd z gt lt 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"},
    {"zadd z gt nx 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"},
    {"zadd z lt nx 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"},
    {"zadd z incr 1 a 2 b", "-ERR INCR option supports a single increment-element pair"},
    {"zadd z incr 1 a", "\"6\""},
    {"zadd z nx incr 1 a", "nil"},
    {"zadd z xx incr 1 nope", "nil"},
    {"zadd z gt incr -1 a", "nil"},
    {"zadd z lt incr -1 a", "\"5\""},
    {"zadd z nx incr 7 new", "\"7\""},
    {"zadd z 1", "-ERR wrong number of arguments for 'zadd' command"},
    {"zadd z nx 1", "-ERR syntax error"},
    {"zadd z 1 a 2", "-ERR syntax error"},
    {"zadd z foo a", "-ERR value is not a valid float"},
    {"zadd z 1 a foo b", "-ERR value is not a valid float"},
    {"zadd z nan a", "-ERR value is not a valid float"},
    {"zadd z -nan a", "-ERR value is not a valid float"},
    {"zadd z inf a -inf b +inf c infinity d", ":0"},
    {"zrange z 0 -1 withscores",
     "[\"b\", \"-inf\", \"f\", \"1\", \"new\", \"7\", \"a\", \"inf\", \"c\", \"inf\", \"d\", "
     "\"inf\"]"},
    {"zincrby z -inf a", "-ERR resulting score is not a number (NaN)"},
    {"zincrby z inf b", "-ERR resulting score is not a number (NaN)"},
    {"zadd z incr -inf c", "-ERR resulting score is not a number (NaN)"},
    {"zincrby z 1 b", "\"-inf\""},
    {"zadd z 1e400 a", "-ERR value is not a valid float"},
    {"zadd z 1e308 big", ":1"},
    {"zincrby z 1e308 big", "\"inf\""},
    {"zadd z 0x1p3 hex", ":1"},
    {"zadd z \" 1\" a", "-ERR value is not a valid float"},
    {"zadd z \"1 \" a", "-ERR value is not a valid float"},
    {"zadd z \"\" a", "-ERR value is not a valid float"},
    {"zadd z 0.1 tenth 3.0000000000000004 third 1e20 huge 12345678901234567890 long 1.5e-10 tiny",
     ":5"},
    {"zrange z 0 -1 withscores",
     "[\"b\", \"-inf\", \"tiny\", \"1.5e-10\", \"tenth\", \"0.10000000000000001\", \"f\", \"1\", "
     "\"third\", \"3.0000000000000004\", \"new\", \"7\", \"hex\", \"8\", \"long\", "
     "\"1.2345678901234567e+19\", \"huge\", \"1e+20\", \"a\", \"inf\", \"big\", \"inf\", \"c\", "
     "\"inf\", \"d\", \"inf\"]"},
    {"zadd z 1 \"\" 2 \"\\x00\\xff\" 3 \"a b\"", ":3"},
    {"zmscore z \"\" \"\\x00\\xff\" \"a b\" nope", "[\"1\", \"2\", \"3\", nil]"},
    {"zcard z", ":16"},
    {"zcard nokey", ":0"},
    {"zincrby z 2.5 \"\"", "\"3.5\""},
    {"zincrby z x \"\"", "-ERR value is not a valid float"},
    {"zincrby fresh 1.25 m", "\"1.25\""},
    {"zincrby fresh nan m", "-ERR value is not a valid float"},
    {"zrem z nope", ":0"},
    {"zrem z \"\" \"\\x00\\xff\" nope \"a b\"", ":3"},
    {"zrem z \"\" \"\"", ":0"},
    {"zrem nokey a", ":0"},
    {"zrem fresh m", ":1"},
    {"exists fresh", ":0"},
    {"set s v", "+OK"},
    {"zadd s 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zincrby s 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zcard s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zscore s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zmscore s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zrank s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zrem s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zadd s 1", "-ERR wrong number of arguments for 'zadd' command"},
    {"zadd s x a", "-ERR value is not a valid float"},
    {"zincrby s x a", "-ERR value is not a valid float"},
    {"zadd z", "-ERR wrong number of arguments for 'zadd' command"},
    {"zadd", "-ERR wrong number of arguments for 'zadd' command"},
    {"zscore z", "-ERR wrong number of arguments for 'zscore' command"},
    {"zincrby z 1", "-ERR wrong number of arguments for 'zincrby' command"},
    {"zrem z", "-ERR wrong number of arguments for 'zrem' command"},
    {"type z", "+zset"},
};

constexpr Step kRanges[] = {
    {"zadd z 1 a 2 b 2 c 3 d 5 e -1 f inf g -inf h", ":8"},
    {"zrange z 0 -1", "[\"h\", \"f\", \"a\", \"b\", \"c\", \"d\", \"e\", \"g\"]"},
    {"zrange z 1 3", "[\"f\", \"a\", \"b\"]"},
    {"zrange z -3 -1 withscores", "[\"d\", \"3\", \"e\", \"5\", \"g\", \"inf\"]"},
    {"zrange z -100 100", "[\"h\", \"f\", \"a\", \"b\", \"c\", \"d\", \"e\", \"g\"]"},
    {"zrange z 5 2", "[]"},
    {"zrange z 100 200", "[]"},
    {"zrange z 0 x", "-ERR value is not an integer or out of range"},
    {"zrange z x 0", "-ERR value is not an integer or out of range"},
    {"zrange z 0 9223372036854775807", "[\"h\", \"f\", \"a\", \"b\", \"c\", \"d\", \"e\", \"g\"]"},
    {"zrange z 0 9223372036854775808", "-ERR value is not an integer or out of range"},
    {"zrange z 0 1 rev", "[\"g\", \"e\"]"},
    {"zrange z 0 -1 rev withscores",
     "[\"g\", \"inf\", \"e\", \"5\", \"d\", \"3\", \"c\", \"2\", \"b\", \"2\", \"a\", \"1\", "
     "\"f\", \"-1\", \"h\", \"-inf\"]"},
    {"zrange z -2 -1 REV", "[\"f\", \"h\"]"},
    {"zrange z -2 -1 rev rev", "-ERR syntax error"},
    {"zrange z 0 1 byscore byscore", "-ERR syntax error"},
    {"zrange z 0 1 byscore bylex", "-ERR syntax error"},
    {"zrangestore y z 0 -1 rev rev", "-ERR syntax error"},
    {"zrevrange z 0 2", "[\"g\", \"e\", \"d\"]"},
    {"zrevrange z 0 2 withscores", "[\"g\", \"inf\", \"e\", \"5\", \"d\", \"3\"]"},
    {"zrevrange z 0 2 rev", "-ERR syntax error"},
    {"zrevrange z -2 -1", "[\"f\", \"h\"]"},
    {"zrange z 0 -1 limit 0 1",
     "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"},
    {"zrange z 0 -1 limit 1 -1", "[\"h\", \"f\", \"a\", \"b\", \"c\", \"d\", \"e\", \"g\"]"},
    {"zrange z 0 -1 limit 0", "-ERR syntax error"},
    {"zrange z 0 -1 foo", "-ERR syntax error"},
    {"zrange z 0 -1 withscores withscores",
     "[\"h\", \"-inf\", \"f\", \"-1\", \"a\", \"1\", \"b\", \"2\", \"c\", \"2\", \"d\", \"3\", "
     "\"e\", \"5\", \"g\", \"inf\"]"},
    {"zrange z 1 3 byscore", "[\"a\", \"b\", \"c\", \"d\"]"},
    {"zrange z (1 (3 byscore", "[\"b\", \"c\"]"},
    {"zrange z -inf +inf byscore", "[\"h\", \"f\", \"a\", \"b\", \"c\", \"d\", \"e\", \"g\"]"},
    {"zrange z (-inf (inf byscore withscores",
     "[\"f\", \"-1\", \"a\", \"1\", \"b\", \"2\", \"c\", \"2\", \"d\", \"3\", \"e\", \"5\"]"},
    {"zrange z 3 1 byscore", "[]"},
    {"zrange z 3 1 byscore rev", "[\"d\", \"c\", \"b\", \"a\"]"},
    {"zrange z (3 1 byscore rev limit 0 2", "[\"c\", \"b\"]"},
    {"zrange z 1 3 byscore limit 1 2", "[\"b\", \"c\"]"},
    {"zrange z 1 3 byscore limit 1 -5", "[\"b\", \"c\", \"d\"]"},
    {"zrange z 1 3 byscore limit -1 2", "[]"},
    {"zrange z 1 3 byscore limit 10 2", "[]"},
    {"zrange z 1 3 byscore limit 0 0", "[]"},
    {"zrange z 1 3 byscore limit 1 x", "-ERR value is not an integer or out of range"},
    {"zrange z x 3 byscore", "-ERR min or max is not a float"},
    {"zrange z 1 nan byscore", "-ERR min or max is not a float"},
    {"zrange z ((1 3 byscore", "-ERR min or max is not a float"},
    {"zrange z ( 3 byscore", "[\"a\", \"b\", \"c\", \"d\"]"},
    {"zrange z \"\" 3 byscore", "[\"a\", \"b\", \"c\", \"d\"]"},
    {"zrange z 1 \" 3\" byscore", "[\"a\", \"b\", \"c\", \"d\"]"},
    {"zrangebyscore z 1 3", "[\"a\", \"b\", \"c\", \"d\"]"},
    {"zrangebyscore z 1 3 withscores", "[\"a\", \"1\", \"b\", \"2\", \"c\", \"2\", \"d\", \"3\"]"},
    {"zrangebyscore z 1 3 withscores limit 1 2", "[\"b\", \"2\", \"c\", \"2\"]"},
    {"zrangebyscore z 1 3 limit 1 2 withscores", "[\"b\", \"2\", \"c\", \"2\"]"},
    {"zrangebyscore z 1 3 rev", "-ERR syntax error"},
    {"zrangebyscore z 1 3 byscore", "-ERR syntax error"},
    {"zrevrangebyscore z 3 1", "[\"d\", \"c\", \"b\", \"a\"]"},
    {"zrevrangebyscore z (3 -inf limit 0 2 withscores", "[\"c\", \"2\", \"b\", \"2\"]"},
    {"zrevrangebyscore z 1 3", "[]"},
    {"zrange z - + bylex withscores",
     "-ERR syntax error, WITHSCORES not supported in combination with BYLEX"},
    {"zrange z [a (c byscore", "-ERR min or max is not a float"},
    {"zcount z 1 3", ":4"},
    {"zcount z (1 (3", ":2"},
    {"zcount z -inf inf", ":8"},
    {"zcount z 3 1", ":0"},
    {"zcount z 1 x", "-ERR min or max is not a float"},
    {"zcount nokey 1 2", ":0"},
    {"zrank z a", ":2"},
    {"zrank z h", ":0"},
    {"zrank z g", ":7"},
    {"zrank z nope", "nil"},
    {"zrank nokey a", "nil"},
    {"zrevrank z a", ":5"},
    {"zrevrank z g", ":0"},
    {"zrevrank z nope", "nil"},
    {"zremrangebyrank z 0 0", ":1"},
    {"zremrangebyrank z -1 -1", ":1"},
    {"zremrangebyrank z 3 1", ":0"},
    {"zremrangebyrank z x 1", "-ERR value is not an integer or out of range"},
    {"zrange z 0 -1 withscores",
     "[\"f\", \"-1\", \"a\", \"1\", \"b\", \"2\", \"c\", \"2\", \"d\", \"3\", \"e\", \"5\"]"},
    {"zremrangebyscore z 2 2", ":2"},
    {"zremrangebyscore z (1 (3", ":0"},
    {"zremrangebyscore z foo 1", "-ERR min or max is not a float"},
    {"zrange z 0 -1 withscores", "[\"f\", \"-1\", \"a\", \"1\", \"d\", \"3\", \"e\", \"5\"]"},
    {"zremrangebyscore z -inf inf", ":4"},
    {"exists z", ":0"},
    {"zremrangebyrank z 0 -1", ":0"},
    {"zadd l 0 a 0 b 0 c 0 d 0 e 0 \"\" 0 aa", ":7"},
    {"zrangebylex l - +", "[\"\", \"a\", \"aa\", \"b\", \"c\", \"d\", \"e\"]"},
    {"zrangebylex l [b [d", "[\"b\", \"c\", \"d\"]"},
    {"zrangebylex l (b (d", "[\"c\"]"},
    {"zrangebylex l - (c", "[\"\", \"a\", \"aa\", \"b\"]"},
    {"zrangebylex l [c +", "[\"c\", \"d\", \"e\"]"},
    {"zrangebylex l + -", "[]"},
    {"zrangebylex l [ +", "[\"\", \"a\", \"aa\", \"b\", \"c\", \"d\", \"e\"]"},
    {"zrangebylex l ( +", "[\"a\", \"aa\", \"b\", \"c\", \"d\", \"e\"]"},
    {"zrangebylex l b d", "-ERR min or max not valid string range item"},
    {"zrangebylex l [b d", "-ERR min or max not valid string range item"},
    {"zrangebylex l - + limit 1 2", "[\"a\", \"aa\"]"},
    {"zrangebylex l - + limit 1 2 withscores",
     "-ERR syntax error, WITHSCORES not supported in combination with BYLEX"},
    {"zrevrangebylex l + -", "[\"e\", \"d\", \"c\", \"b\", \"aa\", \"a\", \"\"]"},
    {"zrevrangebylex l [d (a", "[\"d\", \"c\", \"b\", \"aa\"]"},
    {"zrevrangebylex l [d (a limit 1 1", "[\"c\"]"},
    {"zrange l + - bylex rev", "[\"e\", \"d\", \"c\", \"b\", \"aa\", \"a\", \"\"]"},
    {"zrange l [d [b bylex rev limit 0 1", "[\"d\"]"},
    {"zrange l [b [d bylex", "[\"b\", \"c\", \"d\"]"},
    {"zlexcount l - +", ":7"},
    {"zlexcount l (a [c", ":3"},
    {"zlexcount l a c", "-ERR min or max not valid string range item"},
    {"zremrangebylex l [b (d", ":2"},
    {"zremrangebylex l x (d", "-ERR min or max not valid string range item"},
    {"zrange l 0 -1", "[\"\", \"a\", \"aa\", \"d\", \"e\"]"},
    {"zadd src 1 a 2 b 3 c 4 d", ":4"},
    {"zrangestore dst src 0 -1", ":4"},
    {"zrange dst 0 -1 withscores", "[\"a\", \"1\", \"b\", \"2\", \"c\", \"3\", \"d\", \"4\"]"},
    {"zrangestore dst src 2 3 byscore", ":2"},
    {"zrange dst 0 -1 withscores", "[\"b\", \"2\", \"c\", \"3\"]"},
    {"zrangestore dst src 3 2 byscore rev limit 0 1", ":1"},
    {"zrange dst 0 -1 withscores", "[\"c\", \"3\"]"},
    {"zrangestore dst src (a (c bylex", ":1"},
    {"zrangestore dst src 0 1 rev", ":2"},
    {"zrange dst 0 -1 withscores", "[\"c\", \"3\", \"d\", \"4\"]"},
    {"zrangestore src src 1 2", ":2"},
    {"zrange src 0 -1 withscores", "[\"b\", \"2\", \"c\", \"3\"]"},
    {"zrangestore dst nokey 0 -1", ":0"},
    {"exists dst", ":0"},
    {"zrangestore dst src 5 9", ":0"},
    {"zrangestore dst src 0 -1 withscores", "-ERR syntax error"},
    {"zrangestore dst src 0 -1 limit 0 1",
     "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX"},
    {"zrangestore dst src 0", "-ERR wrong number of arguments for 'zrangestore' command"},
    {"set s v", "+OK"},
    {"zrangestore dst s 0 -1",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zrangestore s src 0 -1", ":2"},
    {"type s", "+zset"},
    {"zrange s 0 -1", "[\"b\", \"c\"]"},
    {"set s v", "+OK"},
    {"zrange s 0 -1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zrange s 0 x", "-ERR value is not an integer or out of range"},
    {"zrangebyscore s 1 2", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zrangebyscore s x 2", "-ERR min or max is not a float"},
    {"zcount s 1 2", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zlexcount s - +", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zremrangebyrank s 0 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zremrangebyscore s 0 1",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zremrangebylex s - +", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
};

constexpr Step kPops[] = {
    {"zadd z 1 a 2 b 3 c 4 d 5 e 6 f", ":6"},
    {"zpopmin z", "[\"a\", \"1\"]"},
    {"zpopmax z", "[\"f\", \"6\"]"},
    {"zpopmin z 2", "[\"b\", \"2\", \"c\", \"3\"]"},
    {"zpopmax z 0", "[]"},
    {"zpopmin z -1", "-ERR value is out of range, must be positive"},
    {"zpopmin z x", "-ERR value is out of range, must be positive"},
    {"zpopmin z 1 2", "-ERR syntax error"},
    {"zpopmin nokey", "[]"},
    {"zpopmin nokey 3", "[]"},
    {"zpopmax z 10", "[\"e\", \"5\", \"d\", \"4\"]"},
    {"exists z", ":0"},
    {"zadd z 1 a 2 b 3 c", ":3"},
    {"zadd y 9 k 8 l", ":2"},
    {"zmpop 2 none z min", "[\"z\", [[\"a\", \"1\"]]]"},
    {"zmpop 2 z y max count 2", "[\"z\", [[\"c\", \"3\"], [\"b\", \"2\"]]]"},
    {"zmpop 2 z y max count 10", "[\"y\", [[\"k\", \"9\"], [\"l\", \"8\"]]]"},
    {"zmpop 2 z y min count 1", "nil"},
    {"zmpop 1 none min", "nil"},
    {"zmpop 0 z min", "-ERR numkeys should be greater than 0"},
    {"zmpop x z min", "-ERR numkeys should be greater than 0"},
    {"zmpop -1 z min", "-ERR numkeys should be greater than 0"},
    {"zmpop 2 z min", "-ERR syntax error"},
    {"zmpop 1 z foo", "-ERR syntax error"},
    {"zmpop 1 z min count 0", "-ERR count should be greater than 0"},
    {"zmpop 1 z min count x", "-ERR count should be greater than 0"},
    {"zmpop 1 z min count 1 count 2", "-ERR syntax error"},
    {"zmpop 1 z min count", "-ERR syntax error"},
    {"zmpop 1 z min foo 1", "-ERR syntax error"},
    {"zmpop 3 z y min", "-ERR syntax error"},
    {"set s v", "+OK"},
    {"zpopmin s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zpopmin s x", "-ERR value is out of range, must be positive"},
    {"zmpop 2 none s min", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zmpop 2 s z min", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zrandmember nokey", "nil"},
    {"zrandmember nokey 2", "[]"},
    {"zrandmember nokey -2 withscores", "[]"},
    {"zadd one 1.5 m", ":1"},
    {"zrandmember one", "\"m\""},
    {"zrandmember one 5", "[\"m\"]"},
    {"zrandmember one -3", "[\"m\", \"m\", \"m\"]"},
    {"zrandmember one 3 withscores", "[\"m\", \"1.5\"]"},
    {"zrandmember one -2 withscores", "[\"m\", \"1.5\", \"m\", \"1.5\"]"},
    {"zrandmember one 0", "[]"},
    {"zrandmember one x", "-ERR value is not an integer or out of range"},
    {"zrandmember one 1 foo", "-ERR syntax error"},
    {"zrandmember one 1 withscores foo", "-ERR syntax error"},
    {"zrandmember one -9223372036854775808",
     "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807"},
    {"zrandmember one -9223372036854775807 withscores", "-ERR value is out of range"},
    {"zrandmember one 4611686018427387904 withscores", "-ERR value is out of range"},
    {"zrandmember s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zscan one 0", "[\"0\", [\"m\", \"1.5\"]]"},
    {"zscan one 0 match x*", "[\"0\", []]"},
    {"zscan one 0 match m count 5", "[\"0\", [\"m\", \"1.5\"]]"},
    {"zscan one 0 count 0", "-ERR syntax error"},
    {"zscan one 0 count", "-ERR syntax error"},
    {"zscan one x", "-ERR invalid cursor"},
    {"zscan nokey 0", "[\"0\", []]"},
    {"zscan nokey 0 count 0", "[\"0\", []]"},
    {"zscan s 0", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"zscan one 0 type zset", "-ERR syntax error"},
};

}  // namespace

TEST_CASE("ZADD, ZINCRBY, ZREM and scores, as Redis") { replay_on_both_forms(kElements); }
TEST_CASE("ranges of sorted sets, as Redis") { replay_on_both_forms(kRanges); }
TEST_CASE("ZPOPMIN, ZMPOP, ZRANDMEMBER and ZSCAN, as Redis") { replay_on_both_forms(kPops); }

TEST_CASE("only a large sorted set tells -0 from 0, as Redis") {
  TestServer server;
  CHECK(server.run("zadd z -0 m") == ":1");
  CHECK(server.run("zscore z m") == "\"0\"");
  server.run("config set zset-max-listpack-entries 0");
  CHECK(server.run("zadd y -0 m") == ":1");
  CHECK(server.run("zscore y m") == "\"-0\"");
  CHECK(server.run("zadd y ch 0 m") == ":0");
}

TEST_CASE("a sorted set grows out of its listpack at both limits, and never back") {
  TestServer server;
  server.run("config set zset-max-listpack-entries 3 zset-max-listpack-value 4");
  CHECK(server.run("zadd z 1 a 2 b 3 c") == ":3");
  CHECK(server.run("object encoding z") == "\"listpack\"");
  CHECK(server.run("zadd z 4 c") == ":0");
  CHECK(server.run("object encoding z") == "\"listpack\"");
  CHECK(server.run("zadd z 4 d") == ":1");
  CHECK(server.run("object encoding z") == "\"skiplist\"");
  CHECK(server.run("zrem z a b c") == ":3");
  CHECK(server.run("object encoding z") == "\"skiplist\"");
  CHECK(server.run("zadd y 1 four") == ":1");
  CHECK(server.run("object encoding y") == "\"listpack\"");
  CHECK(server.run("zadd y 1 fiver") == ":1");
  CHECK(server.run("object encoding y") == "\"skiplist\"");
  CHECK(server.run("zunionstore d 1 y") == ":2");
  CHECK(server.run("object encoding d") == "\"skiplist\"");
  CHECK(server.run("zrangestore d y 0 0") == ":1");
  CHECK(server.run("zrange d 0 -1") == "[\"fiver\"]");
  CHECK(server.run("zrangestore d y 1 1") == ":1");
  CHECK(server.run("object encoding d") == "\"listpack\"");
}

TEST_CASE("sorted sets in RESP3: scores are doubles, elements with scores are pairs") {
  TestServer server;
  server.client.resp = 3;
  CHECK(server.run("zadd z 1.5 a inf b") == ":2");
  CHECK(server.run("zadd z incr 1 a") == ",2.5");
  CHECK(server.run("zscore z a") == ",2.5");
  CHECK(server.run("zscore z nope") == "nil");
  CHECK(server.run("zmscore z a nope") == "[,2.5, nil]");
  CHECK(server.run("zrange z 0 -1 withscores") == "[[\"a\", ,2.5], [\"b\", ,inf]]");
  CHECK(server.run("zunion 1 z withscores") == "[[\"a\", ,2.5], [\"b\", ,inf]]");
  CHECK(server.run("zrank z b withscore") == "[:1, ,inf]");
  CHECK(server.run("zrandmember z 5 withscores") == "[[\"a\", ,2.5], [\"b\", ,inf]]");
  CHECK(server.run("zscan z 0") == "[\"0\", [\"a\", \"2.5\", \"b\", \"inf\"]]");
  CHECK(server.run("zmpop 1 z max") == "[\"z\", [[\"b\", ,inf]]]");
  CHECK(server.run("zpopmin z 1") == "[[\"a\", ,2.5]]");
  CHECK(server.run("zadd z 1 a") == ":1");
  CHECK(server.run("zpopmin z") == "[\"a\", ,1]");
}

TEST_CASE("ZRANK WITHSCORE, as Redis 7.2") {
  TestServer server;
  server.run("zadd z 1 a 2.5 b");
  CHECK(server.run("zrank z b withscore") == "[:1, \"2.5\"]");
  CHECK(server.run("zrevrank z b WITHSCORE") == "[:0, \"2.5\"]");
  CHECK(server.run("zrank z nope withscore") == "nil");
  CHECK(server.run("zrank nokey a withscore") == "nil");
  CHECK(server.run("zrank z a foo") == "-ERR syntax error");
  CHECK(server.run("zrank z a withscore b") ==
        "-ERR wrong number of arguments for 'zrank' command");
}

TEST_CASE("events of sorted sets") {
  TestServer server;
  const auto events_of = [&](std::string_view request) {
    server.events();
    server.run(request);
    return server.events();
  };
  CHECK(events_of("zadd z 1 a 2 b 3 c 4 d 5 e") == "zadd:z");
  CHECK(events_of("zadd z 1 a") == "");
  CHECK(events_of("zadd z incr 1 a") == "zincr:z");
  CHECK(events_of("zincrby z 0 a") == "");
  CHECK(events_of("zrem z nope") == "");
  CHECK(events_of("zrem z a") == "zrem:z");
  CHECK(events_of("zremrangebyrank z 0 0") == "zremrangebyrank:z");
  CHECK(events_of("zremrangebyscore z 3 3") == "zremrangebyscore:z");
  CHECK(events_of("zpopmin z") == "zpopmin:z");
  CHECK(events_of("zunionstore d 1 z") == "zunionstore:d");
  CHECK(events_of("zinterstore d 1 z") == "zinterstore:d");
  CHECK(events_of("zrangestore d z 0 -1") == "zrangestore:d");
  CHECK(events_of("zdiffstore d 2 z z") == "del:d");
  CHECK(events_of("zdiffstore d 2 z z") == "");
  CHECK(events_of("zpopmax z") == "zpopmax:z del:z");
}

namespace {

std::vector<std::string> words_of(const std::string& reply) {  // of an array of bulks
  std::vector<std::string> words;
  for (size_t at = reply.find('"'); at != std::string::npos; at = reply.find('"', at)) {
    const size_t end = reply.find('"', at + 1);
    words.push_back(reply.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return words;
}

}  // namespace

TEST_CASE("ZSCAN and ZRANDMEMBER reach every element, of both forms") {
  for (const int limit : {128, 0}) {
    TestServer server;
    server.run("config set zset-max-listpack-entries " + std::to_string(limit));
    std::map<std::string, std::string> scores;
    for (int i = 0; i < 100; i++) {
      const std::string member = "m" + std::to_string(i);
      scores[member] = std::to_string(i);
      server.run({"zadd", "z", scores[member], member});
    }
    std::map<std::string, std::string> seen;
    std::string cursor = "0";
    do {
      const auto words = words_of(server.run({"zscan", "z", cursor, "count", "7"}));
      REQUIRE(words.size() % 2 == 1);
      cursor = words[0];
      for (size_t i = 1; i < words.size(); i += 2) seen[words[i]] = words[i + 1];
    } while (cursor != "0");
    CHECK(seen == scores);
    std::set<std::string> drawn;
    for (int i = 0; i < 3000; i++) drawn.insert(server.run("zrandmember z"));
    CHECK(drawn.size() == 100);
    for (const char* count : {"5", "50", "99"}) {
      const auto sample = words_of(server.run({"zrandmember", "z", count}));
      CHECK(sample.size() == std::stoul(count));
      CHECK(std::set<std::string>(sample.begin(), sample.end()).size() == sample.size());
    }
    CHECK(words_of(server.run("zrandmember z 1000")).size() == 100);
    CHECK(words_of(server.run("zrandmember z -1000")).size() == 1000);
    const auto pairs = words_of(server.run("zrandmember z -10 withscores"));
    REQUIRE(pairs.size() == 20);
    for (size_t i = 0; i < pairs.size(); i += 2) CHECK(scores.at(pairs[i]) == pairs[i + 1]);
  }
}

TEST_CASE("ZSCAN of a small sorted set shows integers up to 2^62 in full, as Redis") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"zadd edge 4611686018427387904 a -4611686018427387904 b 4611686018427388928 c", ":3"},
      {"zscan edge 0",
       "[\"0\", [\"b\", \"-4611686018427387904\", \"a\", \"4611686018427387904\", \"c\", "
       "\"4.6116860184273889e+18\"]]"},
  };
  replay(server, kSteps);
}

}  // namespace cobnut::testing
