// SORT and SORT_RO. The steps were recorded from redis-server 7.0.15 (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kSort[] = {
    {"rpush n 3 1 2 10 -5 2.5", ":6"},
    {"sort n", "[\"-5\", \"1\", \"2\", \"2.5\", \"3\", \"10\"]"},
    {"sort n desc", "[\"10\", \"3\", \"2.5\", \"2\", \"1\", \"-5\"]"},
    {"sort n alpha", "[\"-5\", \"1\", \"10\", \"2\", \"2.5\", \"3\"]"},
    {"sort n ALPHA desc", "[\"3\", \"2.5\", \"2\", \"10\", \"1\", \"-5\"]"},
    {"sort n limit 1 2", "[\"1\", \"2\"]"},
    {"sort n limit 0 0", "[]"},
    {"sort n limit -5 2", "[\"-5\", \"1\"]"},
    {"sort n limit 2 -1", "[\"2\", \"2.5\", \"3\", \"10\"]"},
    {"sort n limit 100 5", "[]"},
    {"sort n limit 9223372036854775807 9223372036854775807", "[]"},
    {"sort n desc limit 0 3", "[\"10\", \"3\", \"2.5\"]"},
    {"sort n limit 1", "-ERR syntax error"},
    {"sort n limit 1 x", "-ERR value is not an integer or out of range"},
    {"sort n limit x 1", "-ERR value is not an integer or out of range"},
    {"sort n foo", "-ERR syntax error"},
    {"sort n by", "-ERR syntax error"},
    {"sort n get", "-ERR syntax error"},
    {"sort n store", "-ERR syntax error"},
    {"sort_ro n store x", "-ERR syntax error"},
    {"sort nope", "[]"},
    {"sort nope store dst", ":0"},
    {"set string v", "+OK"},
    {"sort string", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"hset hash f v", ":1"},
    {"sort hash", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"rpush words banana apple cherry \"\" Apple", ":5"},
    {"sort words", "-ERR One or more scores can't be converted into double"},
    {"sort words alpha", "[\"\", \"Apple\", \"apple\", \"banana\", \"cherry\"]"},
    {"sort words alpha desc", "[\"cherry\", \"banana\", \"apple\", \"Apple\", \"\"]"},
    {"rpush blank \"\" 3 \" 2\" 0x10 1e1", ":5"},
    {"sort blank", "[\"\", \" 2\", \"3\", \"1e1\", \"0x10\"]"},
    {"rpush inf inf -inf 0", ":3"},
    {"sort inf", "[\"-inf\", \"0\", \"inf\"]"},
    {"rpush bad 1 nan", ":2"},
    {"sort bad", "-ERR One or more scores can't be converted into double"},
    {"rpush bad3 1 \"2 \"", ":2"},
    {"sort bad3", "-ERR One or more scores can't be converted into double"},
    {"sort bad3 by nosort", "[\"1\", \"2 \"]"},
    {"sort bad3 store bad4", "-ERR One or more scores can't be converted into double"},
    {"exists bad4", ":0"},
    {"rpush ids 1 2 3 4", ":4"},
    {"mset w_1 40 w_2 30 w_3 20 o_1 one o_2 two o_4 four", "+OK"},
    {"sort ids by w_*", "[\"4\", \"3\", \"2\", \"1\"]"},
    {"sort ids by w_* desc", "[\"1\", \"2\", \"3\", \"4\"]"},
    {"sort ids by w_* get o_*", "[\"four\", nil, \"two\", \"one\"]"},
    {"sort ids by w_* get # get o_* get nope_* get plain",
     "[\"4\", \"four\", nil, nil, \"3\", nil, nil, nil, \"2\", \"two\", nil, nil, \"1\", \"one\", "
     "nil, nil]"},
    {"sort ids get o_* get #", "[\"one\", \"1\", \"two\", \"2\", nil, \"3\", \"four\", \"4\"]"},
    {"sort ids by nosort", "[\"1\", \"2\", \"3\", \"4\"]"},
    {"sort ids by nosort desc", "[\"4\", \"3\", \"2\", \"1\"]"},
    {"sort ids by nosort get o_* limit 1 2", "[\"two\", nil]"},
    {"sort ids by nosort desc limit 1 2", "[\"3\", \"2\"]"},
    {"sort ids by o_* alpha", "[\"3\", \"4\", \"1\", \"2\"]"},
    {"sort ids by o_* alpha desc", "[\"2\", \"1\", \"4\", \"3\"]"},
    {"sort ids by o_*", "-ERR One or more scores can't be converted into double"},
    {"hset h_1 weight 9 name a", ":2"},
    {"hset h_2 weight 8 name b", ":2"},
    {"hset h_3 weight 7", ":1"},
    {"sort ids by h_*->weight get h_*->name", "[nil, nil, \"b\", \"a\"]"},
    {"sort ids by h_*->weight get h_*->name get h_*",
     "[nil, nil, nil, nil, \"b\", nil, \"a\", nil]"},
    {"sort ids by h_*-> get h_*->", "[nil, nil, nil, nil]"},
    {"sort ids by w_*->f", "[\"1\", \"2\", \"3\", \"4\"]"},
    {"sort ids get w_1->*", "[nil, nil, nil, nil]"},
    {"rpush tags 1", ":1"},
    {"set t_{x}1 yes", "+OK"},
    {"sort tags get t_{x}*", "[\"yes\"]"},
    {"sort tags get t_*{x}", "[nil]"},
    {"sort ids by w_* store dst", ":4"},
    {"lrange dst 0 -1", "[\"4\", \"3\", \"2\", \"1\"]"},
    {"object encoding dst", "\"quicklist\""},
    {"ttl dst", ":-1"},
    {"sort ids by w_* get # get o_* store dst", ":8"},
    {"lrange dst 0 -1", "[\"4\", \"four\", \"3\", \"\", \"2\", \"two\", \"1\", \"one\"]"},
    {"sort n desc limit 1 2 store n", ":2"},
    {"lrange n 0 -1", "[\"3\", \"2.5\"]"},
    {"sort nope store n", ":0"},
    {"exists n", ":0"},
    {"set dst v ex 100", "+OK"},
    {"sort ids store dst", ":4"},
    {"type dst", "+list"},
    {"ttl dst", ":-1"},
    {"sort ids store a store b", ":4"},
    {"exists a b", ":1"},
    {"sadd set 3 1 2 10", ":4"},
    {"sort set", "[\"1\", \"2\", \"3\", \"10\"]"},
    {"sort set desc", "[\"10\", \"3\", \"2\", \"1\"]"},
    {"sort set limit 1 2", "[\"2\", \"3\"]"},
    {"sort set by nosort store dst", ":4"},
    {"lrange dst 0 -1", "[\"1\", \"10\", \"2\", \"3\"]"},
    {"sort set by nosort desc store dst", ":4"},
    {"lrange dst 0 -1", "[\"3\", \"2\", \"10\", \"1\"]"},
    {"sadd strings b a c", ":3"},
    {"sort strings alpha", "[\"a\", \"b\", \"c\"]"},
    {"sort strings", "-ERR One or more scores can't be converted into double"},
    {"sort strings by w_* alpha", "[\"a\", \"b\", \"c\"]"},
    {"sort_ro strings alpha limit 0 2", "[\"a\", \"b\"]"},
    {"sort", "-ERR wrong number of arguments for 'sort' command"},
    {"sort_ro", "-ERR wrong number of arguments for 'sort_ro' command"},
    {"command getkeys sort abc store def", "[\"abc\", \"def\"]"},
    {"command getkeys sort abc by a* get b* limit 0 1 store def", "[\"abc\", \"def\"]"},
    {"command getkeys sort abc store a store b", "[\"abc\", \"b\"]"},
    {"command getkeys sort abc get store b", "[\"abc\"]"},
    {"command getkeysandflags sort abc store a",
     "[[\"abc\", [+RO, +access]], [\"a\", [+OW, +update]]]"},
    {"command getkeys sort_ro abc by x", "[\"abc\"]"},
    {"rpush bad2 1 1e999", ":2"},
    {"sort bad2", "-ERR One or more scores can't be converted into double"},
    {"zadd z 3 a 1 b 2 c", ":3"},
    {"sort z alpha", "[\"a\", \"b\", \"c\"]"},
    {"sort z by nosort", "[\"b\", \"c\", \"a\"]"},
    {"sort z by nosort desc", "[\"a\", \"c\", \"b\"]"},
    {"sort z by nosort limit 0 2", "[\"b\", \"c\"]"},
    {"sort z by nosort desc limit 1 1", "[\"c\"]"},
    {"sort z", "-ERR One or more scores can't be converted into double"},
    {"zadd scores 1 5 2 4 3 3", ":3"},
    {"sort scores", "[\"3\", \"4\", \"5\"]"},
    {"sort scores desc store dst", ":3"},
    {"lrange dst 0 -1", "[\"5\", \"4\", \"3\"]"},
};

TEST_CASE("sort: lists, sets and sorted sets, whatever shards the keys are in") {
  for (const uint32_t shards : {1u, 8u}) {
    TestServer server(shards);
    replay(server, kSort);
  }
}

TEST_CASE("sort: events") {
  TestServer server;
  server.run("rpush list 2 1");
  server.events();
  server.run("sort list store to");
  CHECK(server.events() == "sortstore:to");
  server.run("sort nope store to");
  CHECK(server.events() == "del:to");
  server.run("sort nope store to");
  server.run("sort list");
  CHECK(server.events().empty());
}

TEST_CASE("sort: many elements, whole and in part") {
  TestServer server;
  std::string expected_first, expected_last;
  for (int i = 0; i < 5000; i++) server.run("rpush list " + std::to_string(i * 7919 % 5000));
  for (int i = 0; i < 10; i++) expected_first += (i ? ", \"" : "\"") + std::to_string(i) + "\"";
  for (int i = 0; i < 10; i++)
    expected_last += (i ? ", \"" : "\"") + std::to_string(4999 - i) + "\"";
  CHECK(server.run("sort list limit 0 10") == "[" + expected_first + "]");
  CHECK(server.run("sort list desc limit 0 10") == "[" + expected_last + "]");
  CHECK(server.run("sort list store to") == ":5000");
  CHECK(server.run("lrange to 0 9") == "[" + expected_first + "]");
  CHECK(server.run("lindex to -1") == "\"4999\"");
}

}  // namespace
}  // namespace cobnut::testing
