// Streams: entries, deletion and trimming. The steps were recorded from redis-server 7.0.15
// (tools/differ/record.py), but for radix-tree-nodes, which counts the nodes of our own index, and
// for the clock, which stands still. In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"
#include "keyspace/collection.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kEntries[] = {
    {"xadd x 1-1 name a age 1", "\"1-1\""},
    {"xadd x 1-1 name a",
     "-ERR The ID specified in XADD is equal or smaller than the target stream top item"},
    {"xadd x 1-* name b age -5", "\"1-2\""},
    {"xadd x 0-9 f v",
     "-ERR The ID specified in XADD is equal or smaller than the target stream top item"},
    {"xadd x 2-0 other \"\" \"\" \"\\x00\\xff\"", "\"2-0\""},
    {"xadd x 2 f v",
     "-ERR The ID specified in XADD is equal or smaller than the target stream top item"},
    {"xadd x 3 1 2 3 4 5 6", "\"3-0\""},
    {"xadd x 2-* f v",
     "-ERR The ID specified in XADD is equal or smaller than the target stream top item"},
    {"xadd x 0-0 f v", "-ERR The ID specified in XADD must be greater than 0-0"},
    {"xadd new 0-0 f v", "-ERR The ID specified in XADD must be greater than 0-0"},
    {"exists new", ":0"},
    {"xadd new nomkstream 1-1 f v", "nil"},
    {"xadd new 1-1 f", "-ERR wrong number of arguments for 'xadd' command"},
    {"xadd new 1-1", "-ERR wrong number of arguments for 'xadd' command"},
    {"xadd new maxlen 5", "-ERR wrong number of arguments for 'xadd' command"},
    {"xadd new x f v", "-ERR Invalid stream ID specified as stream command argument"},
    {"xadd new - f v", "-ERR Invalid stream ID specified as stream command argument"},
    {"xadd new + f v", "-ERR Invalid stream ID specified as stream command argument"},
    {"xadd new 18446744073709551616-0 f v",
     "-ERR Invalid stream ID specified as stream command argument"},
    {"xadd x 18446744073709551615-* f v", "\"18446744073709551615-0\""},
    {"xadd x * f v", "\"18446744073709551615-1\""},
    {"xdel x 18446744073709551615-0", ":1"},
    {"xsetid x 3-0", "-ERR The ID specified in XSETID is smaller than the target stream top item"},
    {"xlen x", ":5"},
    {"xlen new", ":0"},
    {"type x", "+stream"},
    {"object encoding x", "\"stream\""},
    {"xrange x - +",
     "[[\"1-1\", [\"name\", \"a\", \"age\", \"1\"]], [\"1-2\", [\"name\", \"b\", \"age\", "
     "\"-5\"]], [\"2-0\", [\"other\", \"\", \"\", \"\\x00\\xff\"]], [\"3-0\", [\"1\", \"2\", "
     "\"3\", \"4\", \"5\", \"6\"]], [\"18446744073709551615-1\", [\"f\", \"v\"]]]"},
    {"xrange x 1-2 2",
     "[[\"1-2\", [\"name\", \"b\", \"age\", \"-5\"]], [\"2-0\", [\"other\", \"\", \"\", "
     "\"\\x00\\xff\"]]]"},
    {"xrange x (1-1 (2-0", "[[\"1-2\", [\"name\", \"b\", \"age\", \"-5\"]]]"},
    {"xrange x (1 +",
     "[[\"1-1\", [\"name\", \"a\", \"age\", \"1\"]], [\"1-2\", [\"name\", \"b\", \"age\", "
     "\"-5\"]], [\"2-0\", [\"other\", \"\", \"\", \"\\x00\\xff\"]], [\"3-0\", [\"1\", \"2\", "
     "\"3\", \"4\", \"5\", \"6\"]], [\"18446744073709551615-1\", [\"f\", \"v\"]]]"},
    {"xrange x - (0-0", "-ERR invalid end ID for the interval"},
    {"xrange x (18446744073709551615-18446744073709551615 +",
     "-ERR invalid start ID for the interval"},
    {"xrange x ( +", "-ERR Invalid stream ID specified as stream command argument"},
    {"xrange x (- +", "-ERR Invalid stream ID specified as stream command argument"},
    {"xrange x - + count 1", "[[\"1-1\", [\"name\", \"a\", \"age\", \"1\"]]]"},
    {"xrange x - + count 0", "nil"},
    {"xrange x - + count -3", "nil"},
    {"xrange x - + count", "-ERR syntax error"},
    {"xrange x - + count x", "-ERR value is not an integer or out of range"},
    {"xrange x - + limit 4", "-ERR syntax error"},
    {"xrange new - +", "[]"},
    {"xrange new - + count 0", "[]"},
    {"xrange x 5 1", "[]"},
    {"xrange x a b", "-ERR Invalid stream ID specified as stream command argument"},
    {"xrevrange x + - count 2",
     "[[\"18446744073709551615-1\", [\"f\", \"v\"]], [\"3-0\", [\"1\", \"2\", \"3\", \"4\", \"5\", "
     "\"6\"]]]"},
    {"xrevrange x (2-0 1",
     "[[\"1-2\", [\"name\", \"b\", \"age\", \"-5\"]], [\"1-1\", [\"name\", \"a\", \"age\", "
     "\"1\"]]]"},
    {"xrevrange x - +", "[]"},
    {"xdel x 1-2 1-2 7-7", ":1"},
    {"xdel x 1-1 a", "-ERR Invalid stream ID specified as stream command argument"},
    {"xdel new a", ":0"},
    {"xinfo stream x",
     "[\"length\", :4, \"radix-tree-keys\", :1, \"radix-tree-nodes\", :1, \"last-generated-id\", "
     "\"18446744073709551615-1\", \"max-deleted-entry-id\", \"18446744073709551615-0\", "
     "\"entries-added\", :6, \"recorded-first-entry-id\", \"1-1\", \"groups\", :0, "
     "\"first-entry\", [\"1-1\", [\"name\", \"a\", \"age\", \"1\"]], \"last-entry\", "
     "[\"18446744073709551615-1\", [\"f\", \"v\"]]]"},
    {"xlen x", ":4"},
    {"xtrim x maxlen 2", ":2"},
    {"xinfo stream x",
     "[\"length\", :2, \"radix-tree-keys\", :1, \"radix-tree-nodes\", :1, \"last-generated-id\", "
     "\"18446744073709551615-1\", \"max-deleted-entry-id\", \"18446744073709551615-0\", "
     "\"entries-added\", :6, \"recorded-first-entry-id\", \"3-0\", \"groups\", :0, "
     "\"first-entry\", [\"3-0\", [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\"]], \"last-entry\", "
     "[\"18446744073709551615-1\", [\"f\", \"v\"]]]"},
    {"xtrim x minid 3", ":0"},
    {"xrange x - +",
     "[[\"3-0\", [\"1\", \"2\", \"3\", \"4\", \"5\", \"6\"]], [\"18446744073709551615-1\", [\"f\", "
     "\"v\"]]]"},
    {"xtrim x maxlen 0", ":2"},
    {"xinfo stream x",
     "[\"length\", :0, \"radix-tree-keys\", :0, \"radix-tree-nodes\", :0, \"last-generated-id\", "
     "\"18446744073709551615-1\", \"max-deleted-entry-id\", \"18446744073709551615-0\", "
     "\"entries-added\", :6, \"recorded-first-entry-id\", \"0-0\", \"groups\", :0, "
     "\"first-entry\", nil, \"last-entry\", nil]"},
    {"xadd x 2-9 a b",
     "-ERR The ID specified in XADD is equal or smaller than the target stream top item"},
    {"xadd x 4-1 a b",
     "-ERR The ID specified in XADD is equal or smaller than the target stream top item"},
    {"xinfo stream x",
     "[\"length\", :0, \"radix-tree-keys\", :0, \"radix-tree-nodes\", :0, \"last-generated-id\", "
     "\"18446744073709551615-1\", \"max-deleted-entry-id\", \"18446744073709551615-0\", "
     "\"entries-added\", :6, \"recorded-first-entry-id\", \"0-0\", \"groups\", :0, "
     "\"first-entry\", nil, \"last-entry\", nil]"},
    {"del x", ":1"},
    {"set s v", "+OK"},
    {"xadd s 1-1 a b", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xlen s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xrange s - +", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xdel s 1-1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xtrim s maxlen 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xsetid s 1-1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xsetid missing 1-1", "-ERR no such key"},
};

constexpr Step kTrim[] = {
    {"config set stream-node-max-entries 3", "+OK"},
    {"xadd x 1 a 1", "\"1-0\""},
    {"xadd x 2 a 2", "\"2-0\""},
    {"xadd x 3 a 3", "\"3-0\""},
    {"xadd x 4 b 4", "\"4-0\""},
    {"xadd x 5 b 5", "\"5-0\""},
    {"xadd x 6 b 6", "\"6-0\""},
    {"xadd x 7 a 7", "\"7-0\""},
    {"xtrim x maxlen ~ 5", ":0"},
    {"xtrim x maxlen ~ 4", ":3"},
    {"xrange x - +",
     "[[\"4-0\", [\"b\", \"4\"]], [\"5-0\", [\"b\", \"5\"]], [\"6-0\", [\"b\", \"6\"]], [\"7-0\", "
     "[\"a\", \"7\"]]]"},
    {"xtrim x minid ~ 6", ":0"},
    {"xtrim x minid ~ 7", ":3"},
    {"xtrim x minid = 8", ":1"},
    {"xinfo stream x",
     "[\"length\", :0, \"radix-tree-keys\", :0, \"radix-tree-nodes\", :0, \"last-generated-id\", "
     "\"7-0\", \"max-deleted-entry-id\", \"0-0\", \"entries-added\", :7, "
     "\"recorded-first-entry-id\", \"0-0\", \"groups\", :0, \"first-entry\", nil, \"last-entry\", "
     "nil]"},
    {"xadd x maxlen = 2 10 f v", "\"10-0\""},
    {"xadd x maxlen 2 11 f v", "\"11-0\""},
    {"xadd x maxlen 2 12 f v", "\"12-0\""},
    {"xadd x minid 12 13 f v", "\"13-0\""},
    {"xrange x - +", "[[\"12-0\", [\"f\", \"v\"]], [\"13-0\", [\"f\", \"v\"]]]"},
    {"xadd x nomkstream maxlen ~ 1 limit 100 14 f v", "\"14-0\""},
    {"xadd x maxlen ~ 0 limit 1 15 f v", "\"15-0\""},
    {"xlen x", ":3"},
    {"xtrim x maxlen", "-ERR wrong number of arguments for 'xtrim' command"},
    {"xtrim x maxlen =", "-ERR value is not an integer or out of range"},
    {"xtrim x maxlen -1", "-ERR The MAXLEN argument must be >= 0."},
    {"xtrim x maxlen x", "-ERR value is not an integer or out of range"},
    {"xtrim x minid x", "-ERR Invalid stream ID specified as stream command argument"},
    {"xtrim x minid -", "-ERR Invalid stream ID specified as stream command argument"},
    {"xtrim x maxlen 1 minid 2",
     "-ERR syntax error, MAXLEN and MINID options at the same time are not compatible"},
    {"xtrim x maxlen 1 limit 5",
     "-ERR syntax error, LIMIT cannot be used without the special ~ option"},
    {"xtrim x maxlen ~ 1 limit -5", "-ERR The LIMIT argument must be >= 0."},
    {"xtrim x maxlen ~ 1 limit x", "-ERR value is not an integer or out of range"},
    {"xtrim x limit 5",
     "-ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"},
    {"xtrim x limit 0", "-ERR syntax error, XTRIM must be called with a trimming strategy"},
    {"xadd x limit 5 20 f v",
     "-ERR syntax error, LIMIT cannot be used without specifying a trimming strategy"},
    {"xadd x maxlen 1 maxlen 1 20 f v",
     "-ERR syntax error, MAXLEN and MINID options at the same time are not compatible"},
    {"xtrim x nothing 1", "-ERR syntax error"},
    {"xtrim missing maxlen 1", ":0"},
    {"xadd y maxlen 0 1 f v", "\"1-0\""},
    {"xrange y - +", "[]"},
    {"xinfo stream y",
     "[\"length\", :0, \"radix-tree-keys\", :0, \"radix-tree-nodes\", :0, \"last-generated-id\", "
     "\"1-0\", \"max-deleted-entry-id\", \"0-0\", \"entries-added\", :1, "
     "\"recorded-first-entry-id\", \"0-0\", \"groups\", :0, \"first-entry\", nil, \"last-entry\", "
     "nil]"},
    {"xsetid y 5-5 entriesadded 100 maxdeletedid 4-4", "+OK"},
    {"xinfo stream y",
     "[\"length\", :0, \"radix-tree-keys\", :0, \"radix-tree-nodes\", :0, \"last-generated-id\", "
     "\"5-5\", \"max-deleted-entry-id\", \"4-4\", \"entries-added\", :100, "
     "\"recorded-first-entry-id\", \"0-0\", \"groups\", :0, \"first-entry\", nil, \"last-entry\", "
     "nil]"},
    {"xsetid y 5-5 entriesadded -1", "-ERR entries_added must be positive"},
    {"xsetid y 5-5 entriesadded", "-ERR syntax error"},
    {"xsetid y 5-5 maxdeletedid 6-6",
     "-ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id"},
    {"xsetid y 5-5 maxdeletedid x", "-ERR Invalid stream ID specified as stream command argument"},
    {"xsetid y x", "-ERR Invalid stream ID specified as stream command argument"},
    {"xsetid y -", "-ERR Invalid stream ID specified as stream command argument"},
    {"xsetid y 1-1", "+OK"},
    {"xadd y 7 f v", "\"7-0\""},
    {"xsetid y 6", "-ERR The ID specified in XSETID is smaller than the target stream top item"},
    {"xsetid y 8 entriesadded 0",
     "-ERR The entries_added specified in XSETID is smaller than the target stream length"},
    {"xsetid y 8 other 0", "-ERR syntax error"},
};

// As Redis 8.2.
constexpr Step kDelete[] = {
    {"xdelex s ids 2 1-1 2-2", "[:-1, :-1]"},
    {"xackdel s g ids 2 1-1 2-2", "[:-1, :-1]"},
    {"xadd s 1 f v", "\"1-0\""},
    {"xadd s 2 f v", "\"2-0\""},
    {"xadd s 3 f v", "\"3-0\""},
    {"xackdel s g ids 1 1", "[:-1]"},
    {"xlen s", ":3"},
    {"xdelex s ids", "-ERR wrong number of arguments for 'xdelex' command"},
    {"xdelex s ids 1", "-ERR wrong number of arguments for 'xdelex' command"},
    {"xackdel s g ids 1", "-ERR wrong number of arguments for 'xackdel' command"},
    {"xdelex s ids abc 1", "-ERR Number of IDs must be a positive integer"},
    {"xdelex s ids 0 1", "-ERR Number of IDs must be a positive integer"},
    {"xdelex s ids -5 1", "-ERR Number of IDs must be a positive integer"},
    {"xdelex s ids 3 1 2", "-ERR The `numids` parameter must match the number of arguments"},
    {"xdelex s ids 1 1 2", "-ERR syntax error"},
    {"xdelex s keepref delref ids 1 1", "-ERR syntax error"},
    {"xdelex s acked acked ids 1 1", "-ERR syntax error"},
    {"xdelex s keepref nothing 1 1", "-ERR syntax error"},
    {"xackdel s keepref acked ids", "-ERR wrong number of arguments for 'xackdel' command"},
    {"xackdel s g keepref ids 1 x", "-ERR Invalid stream ID specified as stream command argument"},
    {"xgroup create s g 0", "+OK"},
    {"xgroup create s h 0", "+OK"},
    {"xdelex s acked ids 2 1 9", "[:2, :2]"},  // h and g may still read them
    {"xreadgroup group g a count 2 streams s >",
     "[[\"s\", [[\"1-0\", [\"f\", \"v\"]], [\"2-0\", [\"f\", \"v\"]]]]]"},
    {"xreadgroup group h b streams s >",
     "[[\"s\", [[\"1-0\", [\"f\", \"v\"]], [\"2-0\", [\"f\", \"v\"]], [\"3-0\", [\"f\", "
     "\"v\"]]]]]"},
    {"xackdel s g ACKED IDS 1 1", "[:2]"},
    {"xpending s g", "[:1, \"2-0\", \"2-0\", [[\"a\", \"1\"]]]"},
    {"xackdel s g acked ids 1 1", "[:-1]"},
    {"xackdel s h ids 1 1 acked", "[:1]"},
    {"xlen s", ":2"},
    {"xdelex s ids 1 2 keepref", "[:1]"},
    {"xpending s g", "[:1, \"2-0\", \"2-0\", [[\"a\", \"1\"]]]"},
    {"xackdel s g ids 1 2", "[:1]"},  // acknowledged; it was deleted before
    {"xdelex s delref ids 2 2 3", "[:-1, :1]"},
    {"xpending s h", "[:0, nil, nil, nil]"},
    {"xgroup destroy s g", ":1"},
    {"xadd s 4 f v", "\"4-0\""},
    {"xgroup setid s h 4", "+OK"},
    {"xdelex s acked ids 1 4", "[:1]"},
    {"xinfo groups s",
     "[[\"name\", \"h\", \"consumers\", :1, \"pending\", :0, \"last-delivered-id\", \"4-0\", "
     "\"entries-read\", nil, \"lag\", :0]]"},
    {"set k v", "+OK"},
    {"xdelex k ids 1 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xackdel k g ids 1 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
};

constexpr Step kTrimReferences[] = {
    {"xadd s 1 f v", "\"1-0\""},
    {"xadd s 2 f v", "\"2-0\""},
    {"xadd s 3 f v", "\"3-0\""},
    {"xadd s 4 f v", "\"4-0\""},
    {"xadd s 5 f v", "\"5-0\""},
    {"xtrim s maxlen 5 keepref delref", "-ERR syntax error"},
    {"xtrim s acked", "-ERR wrong number of arguments for 'xtrim' command"},
    {"xtrim s acked acked", "-ERR syntax error"},
    {"xtrim s acked delref maxlen 5", "-ERR syntax error"},
    {"xgroup create s g 0", "+OK"},
    {"xgroup create s h 3", "+OK"},
    {"xtrim s maxlen 0 acked", ":0"},  // g may still read them
    {"xreadgroup group g a count 4 streams s > ",
     "[[\"s\", [[\"1-0\", [\"f\", \"v\"]], [\"2-0\", [\"f\", \"v\"]], [\"3-0\", "
     "[\"f\", \"v\"]], [\"4-0\", [\"f\", \"v\"]]]]]"},
    {"xack s g 2 3 4", ":3"},
    {"xtrim s maxlen = 4 ACKED", ":1"},  // 1 is pending
    {"xtrim s acked minid 9", ":1"},     // 4 may be read by h
    {"xrange s - +",
     "[[\"1-0\", [\"f\", \"v\"]], [\"4-0\", [\"f\", \"v\"]], [\"5-0\", [\"f\", "
     "\"v\"]]]"},
    {"xadd s keepref maxlen 3 6 f v", "\"6-0\""},
    {"xpending s g", "[:1, \"1-0\", \"1-0\", [[\"a\", \"1\"]]]"},
    {"xadd s 7 f v", "\"7-0\""},
    {"xreadgroup group h b count 2 streams s >",
     "[[\"s\", [[\"4-0\", [\"f\", \"v\"]], [\"5-0\", [\"f\", \"v\"]]]]]"},
    {"xadd s delref maxlen 3 8 f v", "\"8-0\""},
    {"xpending s h", "[:0, nil, nil, nil]"},
    {"xpending s g", "[:1, \"1-0\", \"1-0\", [[\"a\", \"1\"]]]"},
    {"xtrim s minid 9 delref", ":3"},
    {"xinfo stream s",
     "[\"length\", :0, \"radix-tree-keys\", :0, \"radix-tree-nodes\", :0, "
     "\"last-generated-id\", \"8-0\", \"max-deleted-entry-id\", \"0-0\", "
     "\"entries-added\", :8, \"recorded-first-entry-id\", \"0-0\", \"groups\", :2, "
     "\"first-entry\", nil, \"last-entry\", nil]"},
    {"xadd s acked 9 f v", "\"9-0\""},
};

constexpr Step kLargestId[] = {
    {"xadd s 18446744073709551615-18446744073709551615 f v",
     "\"18446744073709551615-18446744073709551615\""},
    {"xgroup create s g 0", "+OK"},
    {"xtrim s maxlen 0 acked", ":0"},
    {"xreadgroup group g a streams s >",
     "[[\"s\", [[\"18446744073709551615-18446744073709551615\", [\"f\", \"v\"]]]]]"},
    {"xreadgroup group g a streams s >", "nil"},
    {"xtrim s minid 18446744073709551615-18446744073709551615 acked", ":0"},
    {"xtrim s maxlen 0 acked", ":0"},
    {"xautoclaim s g b 0 0",
     "[\"0-0\", [[\"18446744073709551615-18446744073709551615\", [\"f\", \"v\"]]], []]"},
    {"xack s g 18446744073709551615-18446744073709551615", ":1"},
    {"xtrim s maxlen 0 acked", ":1"},
};

// Counters at their ends wrap, as on Redis.
constexpr Step kWrapping[] = {
    {"xadd s 1 f v", "\"1-0\""},
    {"xadd s 2 f v", "\"2-0\""},
    {"xgroup create s g 0 entriesread 9223372036854775807", "+OK"},
    {"xreadgroup group g a count 1 streams s >", "[[\"s\", [[\"1-0\", [\"f\", \"v\"]]]]]"},
    {"xinfo groups s",
     "[[\"name\", \"g\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", :-9223372036854775808, \"lag\", :-9223372036854775806]]"},
    {"xclaim s g a 0 1 retrycount 9223372036854775807 justid", "[\"1-0\"]"},
    {"xclaim s g a 0 1", "[[\"1-0\", [\"f\", \"v\"]]]"},
    {"xpending s g - + 1", "[[\"1-0\", \"a\", :0, :-9223372036854775808]]"},
    {"xsetid s 2 entriesadded 9223372036854775807", "+OK"},
    {"xadd s 3 f v", "\"3-0\""},
    {"xgroup create s h 0", "+OK"},
    {"xreadgroup group h a count 1 noack streams s >", "[[\"s\", [[\"1-0\", [\"f\", \"v\"]]]]]"},
    {"xinfo groups s",
     "[[\"name\", \"g\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", :-9223372036854775808, \"lag\", :0], [\"name\", \"h\", "
     "\"consumers\", :1, \"pending\", :0, \"last-delivered-id\", \"1-0\", "
     "\"entries-read\", :9223372036854775806, \"lag\", :2]]"},
};

}  // namespace

TEST_CASE("streams: entries, ranges and deletion as redis-server 7.0.15") {
  TestServer s;
  replay(s, kEntries);
}

TEST_CASE("streams: XADD and XTRIM with limits, XSETID") {
  TestServer s;
  replay(s, kTrim);
}

TEST_CASE("streams: XDELEX and XACKDEL") {
  TestServer s;
  replay(s, kDelete);
}

TEST_CASE("streams: KEEPREF, DELREF and ACKED of XADD and XTRIM") {
  for (const char* entries : {"1", "2", "3", "100"}) {
    TestServer s;
    s.run({"config", "set", "stream-node-max-entries", entries});
    replay(s, kTrimReferences);
  }
}

TEST_CASE("streams: the largest id there is") {
  TestServer s;
  replay(s, kLargestId);
}

TEST_CASE("streams: counters at their ends") {
  TestServer s;
  replay(s, kWrapping);
}

TEST_CASE("streams: ids and idle times follow the clock") {
  TestServer s;
  CHECK(s.run("xadd x * a 1") == "\"1700000000000-0\"");
  CHECK(s.run("xadd x * a 1") == "\"1700000000000-1\"");
  s.now_ms += 5;
  CHECK(s.run("xadd x * a 1") == "\"1700000000005-0\"");
  CHECK(s.run("xadd x 1700000000009-7 a 1") == "\"1700000000009-7\"");
  CHECK(s.run("xadd x * a 1") == "\"1700000000009-8\"");
  s.run("xgroup create x g 0");
  s.run("xreadgroup group g c count 2 streams x >");
  s.now_ms += 1000;
  CHECK(s.run("xinfo consumers x g") == "[[\"name\", \"c\", \"pending\", :2, \"idle\", :1000]]");
  CHECK(s.run("xpending x g idle 1001 - + 5") == "[]");
  CHECK(s.run("xpending x g idle 1000 - + 1") == "[[\"1700000000000-0\", \"c\", :1000, :1]]");
  CHECK(s.run("xpending x g idle 1000 - + 1 c") == "[[\"1700000000000-0\", \"c\", :1000, :1]]");
  CHECK(s.run("xclaim x g d 1000 1700000000000-1 justid") == "[\"1700000000000-1\"]");
  CHECK(s.run("xautoclaim x g d 1000 - justid") == "[\"0-0\", [\"1700000000000-0\"], []]");
  s.now_ms += 50;
  CHECK(s.run("xreadgroup group g d count 1 streams x 0") ==
        "[[\"x\", [[\"1700000000000-0\", [\"a\", \"1\"]]]]]");
  CHECK(s.run("xpending x g - + 5 d") ==
        "[[\"1700000000000-0\", \"d\", :0, :2], [\"1700000000000-1\", \"d\", :50, :1]]");
  CHECK(s.run("xinfo consumers x g") ==
        "[[\"name\", \"c\", \"pending\", :0, \"idle\", :1050], "
        "[\"name\", \"d\", \"pending\", :2, \"idle\", :0]]");
}

TEST_CASE("streams: events") {
  TestServer s;
  s.run("xadd x maxlen 1 1 a 1");
  CHECK(s.events() == "xadd:x");
  s.run("xadd x maxlen 1 2 a 1");
  CHECK(s.events() == "xadd:x xtrim:x");
  s.run("xgroup create x g 0");
  s.run("xgroup create y g 0 mkstream");
  s.run("xgroup setid x g 0");
  s.run("xgroup createconsumer x g c");
  s.run("xgroup createconsumer x g c");
  CHECK(s.events() == "xgroup-create:x xgroup-create:y xgroup-setid:x xgroup-createconsumer:x");
  s.run("xreadgroup group g d streams x >");
  CHECK(s.events() == "xgroup-createconsumer:x");
  s.run("xreadgroup group g d streams x 0");
  s.run("xclaim x g c 0 2");
  s.run("xack x g 2");
  CHECK(s.events().empty());
  s.run("xgroup delconsumer x g c");
  s.run("xgroup destroy x g");
  s.run("xsetid x 9");
  s.run("xdel x 2");
  s.run("xdel x 2");
  s.run("xtrim x maxlen 0");
  CHECK(s.events() == "xgroup-delconsumer:x xgroup-destroy:x xsetid:x xdel:x");
}

TEST_CASE("streams: COPY is deep, RENAME to another shard moves, DEL frees") {
  TestServer s;
  s.run("xadd x 1 a 1");
  s.run("xgroup create x g 0");
  s.run("xreadgroup group g c streams x >");
  const std::string before = s.run("xinfo stream x full");
  CHECK(s.run("copy x y") == ":1");
  CHECK(s.run("xinfo stream y full") == before);
  s.run("xadd y 2 a 1");
  s.run("xack y g 1");
  CHECK(s.run("xinfo stream x full") == before);
  for (int i = 0; i < 50; i++) {
    const std::string from = i == 0 ? "x" : "x" + std::to_string(i);
    CHECK(s.run({"rename", from, "x" + std::to_string(i + 1)}) == "+OK");
  }
  CHECK(s.run("xinfo stream x50 full") == before);
  CHECK(s.run("del x50 y") == ":2");
  for (Shard* shard : s.server.shards) CHECK(shard->keyspace.heap().used_bytes() == 0);
}

TEST_CASE("streams: entries added below deleted ones, which XSETID allows") {
  for (const char* entries : {"2", "3", "100"}) {
    CAPTURE(entries);
    TestServer s;
    s.run({"config", "set", "stream-node-max-entries", entries});
    for (const char* id : {"1-0", "5-0", "7-0", "8-0"}) s.run({"xadd", "x", id, "n", id});
    CHECK(s.run("xdel x 7-0 8-0") == ":2");
    CHECK(s.run("xsetid x 5-0") == "+OK");
    CHECK(s.run("restore y 0 " + s.run("dump x")) == "+OK");
    CHECK(s.run("debug digest-value x y") == s.run("debug digest-value y x"));
    CHECK(s.run("xadd x 5-0 a b")[0] == '-');
    for (const char* id : {"5-1", "7-0", "7-1"}) CHECK(s.run({"xadd", "x", id, "a", id})[0] == '"');
    CHECK(s.run("xrange x 5-1 5-1") == R"([["5-1", ["a", "5-1"]]])");
    CHECK(s.run("xrange x 7-0 7-0") == R"([["7-0", ["a", "7-0"]]])");
    CHECK(s.run("xrevrange x 7-1 5-0") ==
          R"([["7-1", ["a", "7-1"]], ["7-0", ["a", "7-0"]], ["5-1", ["a", "5-1"]], )"
          R"(["5-0", ["n", "5-0"]]])");
    CHECK(s.run("restore z 0 " + s.run("dump x")) == "+OK");
    CHECK(s.run("xrange z - +") == s.run("xrange x - +"));
    CHECK(s.run("xdel x 5-1 7-0") == ":2");
    CHECK(s.run("xlen x") == ":3");
    s.run("del x y z");
    for (Shard* shard : s.server.shards) CHECK(shard->keyspace.heap().used_bytes() == 0);
  }
}

}  // namespace cobnut::testing
