// Streams: consumer groups and what is pending in them. The steps were recorded from redis-server
// 7.0.15 (tools/differ/record.py), but for radix-tree-nodes, which counts the nodes of our own
// index, and for the clock, which stands still. In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"
#include "types/stream/stream.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kGroups[] = {
    {"xgroup create x g $",
     "-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to "
     "use the MKSTREAM option to create an empty stream automatically."},
    {"xgroup create x g $ mkstream", "+OK"},
    {"xgroup create x g $ mkstream", "-BUSYGROUP Consumer Group name already exists"},
    {"xgroup create x h 5-5 entriesread 7", "+OK"},
    {"xgroup create x i - mkstream", "-ERR Invalid stream ID specified as stream command argument"},
    {"xgroup create x i $ entriesread",
     "-ERR unknown subcommand or wrong number of arguments for 'create'. Try XGROUP HELP."},
    {"xgroup create x i $ entriesread x", "-ERR value is not an integer or out of range"},
    {"xgroup create x i $ entriesread -2", "-ERR value for ENTRIESREAD must be positive or -1"},
    {"xgroup create x i $ nothing",
     "-ERR unknown subcommand or wrong number of arguments for 'create'. Try XGROUP HELP."},
    {"xgroup create x i $ mkstream mkstream mkstream mkstream",
     "-ERR unknown subcommand or wrong number of arguments for 'create'. Try XGROUP HELP."},
    {"xgroup create x", "-ERR wrong number of arguments for 'xgroup|create' command"},
    {"xgroup", "-ERR wrong number of arguments for 'xgroup' command"},
    {"xgroup nothing", "-ERR unknown subcommand 'nothing'. Try XGROUP HELP."},
    {"xinfo groups x",
     "[[\"name\", \"g\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"0-0\", "
     "\"entries-read\", nil, \"lag\", :0], [\"name\", \"h\", \"consumers\", :0, \"pending\", :0, "
     "\"last-delivered-id\", \"5-5\", \"entries-read\", :7, \"lag\", :0]]"},
    {"xgroup setid x g 3", "+OK"},
    {"xgroup setid x g -", "+OK"},
    {"xgroup setid x g +", "+OK"},
    {"xgroup setid x g $ entriesread 5", "+OK"},
    {"xgroup setid x g $ mkstream",
     "-ERR unknown subcommand or wrong number of arguments for 'setid'. Try XGROUP HELP."},
    {"xgroup setid x nope $", "-NOGROUP No such consumer group 'nope' for key name 'x'"},
    {"xgroup setid nope g $",
     "-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to "
     "use the MKSTREAM option to create an empty stream automatically."},
    {"xgroup createconsumer x g alice", ":1"},
    {"xgroup createconsumer x g alice", ":0"},
    {"xgroup createconsumer x g \"\"", ":1"},
    {"xgroup createconsumer x g \"\\x00\\xff\"", ":1"},
    {"xgroup createconsumer x nope alice",
     "-NOGROUP No such consumer group 'nope' for key name 'x'"},
    {"xgroup createconsumer nope g alice",
     "-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to "
     "use the MKSTREAM option to create an empty stream automatically."},
    {"xgroup delconsumer x g nobody", ":0"},
    {"xgroup delconsumer x nope alice", "-NOGROUP No such consumer group 'nope' for key name 'x'"},
    {"xgroup destroy x nope", ":0"},
    {"xgroup destroy nope g",
     "-ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to "
     "use the MKSTREAM option to create an empty stream automatically."},
    {"xgroup destroy x h", ":1"},
    {"xgroup setid x g 0", "+OK"},
    {"xadd x 1 a 1", "\"1-0\""},
    {"xadd x 2 a 2", "\"2-0\""},
    {"xadd x 3 a 3", "\"3-0\""},
    {"xreadgroup group g alice count 2 streams x >",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]"},
    {"xreadgroup group g bob streams x >", "[[\"x\", [[\"3-0\", [\"a\", \"3\"]]]]]"},
    {"xpending x g", "[:3, \"1-0\", \"3-0\", [[\"alice\", \"2\"], [\"bob\", \"1\"]]]"},
    {"xpending x g - + 10 nobody", "[]"},
    {"xpending x g (1 + 0", "[]"},
    {"xpending x g (1 +", "-ERR syntax error"},
    {"xpending x g idle 5 - +", "-ERR syntax error"},
    {"xpending x g idle x - + 5", "-ERR value is not an integer or out of range"},
    {"xpending x g - + x", "-ERR value is not an integer or out of range"},
    {"xpending x g a + 5", "-ERR Invalid stream ID specified as stream command argument"},
    {"xpending x g - b 5", "-ERR Invalid stream ID specified as stream command argument"},
    {"xpending x g (18446744073709551615-18446744073709551615 + 5",
     "-ERR invalid start ID for the interval"},
    {"xpending x g - (0 5", "[]"},
    {"xpending x g idle 3600000 - + 10", "[]"},
    {"xpending x nope", "-NOGROUP No such key 'x' or consumer group 'nope'"},
    {"xpending nope g", "-NOGROUP No such key 'nope' or consumer group 'g'"},
    {"xack x g 1 1 7", ":1"},
    {"xack x g a", "-ERR Invalid stream ID specified as stream command argument"},
    {"xack x nope a", ":0"},
    {"xack nope g 1", ":0"},
    {"xack x g 1-x", "-ERR Invalid stream ID specified as stream command argument"},
    {"xpending x g", "[:2, \"2-0\", \"3-0\", [[\"alice\", \"1\"], [\"bob\", \"1\"]]]"},
    {"xgroup delconsumer x g alice", ":1"},
    {"xgroup delconsumer x g bob", ":1"},
    {"xpending x g", "[:0, nil, nil, nil]"},
    {"xinfo stream x",
     "[\"length\", :3, \"radix-tree-keys\", :1, \"radix-tree-nodes\", :1, \"last-generated-id\", "
     "\"3-0\", \"max-deleted-entry-id\", \"0-0\", \"entries-added\", :3, "
     "\"recorded-first-entry-id\", \"1-0\", \"groups\", :1, \"first-entry\", [\"1-0\", [\"a\", "
     "\"1\"]], \"last-entry\", [\"3-0\", [\"a\", \"3\"]]]"},
    {"xinfo groups x",
     "[[\"name\", \"g\", \"consumers\", :2, \"pending\", :0, \"last-delivered-id\", \"3-0\", "
     "\"entries-read\", :3, \"lag\", :0]]"},
    {"xinfo groups nope", "-ERR no such key"},
    {"xinfo stream nope", "-ERR no such key"},
    {"xinfo consumers x nope", "-NOGROUP No such consumer group 'nope' for key name 'x'"},
    {"xinfo consumers nope g", "-ERR no such key"},
    {"xinfo consumers x", "-ERR wrong number of arguments for 'xinfo|consumers' command"},
    {"xinfo stream x nothing",
     "-ERR unknown subcommand or wrong number of arguments for 'stream'. Try XINFO HELP."},
    {"xinfo stream x full count",
     "-ERR unknown subcommand or wrong number of arguments for 'stream'. Try XINFO HELP."},
    {"xinfo stream x full count x", "-ERR value is not an integer or out of range"},
    {"xinfo stream x full nothing 1",
     "-ERR unknown subcommand or wrong number of arguments for 'stream'. Try XINFO HELP."},
    {"xinfo", "-ERR wrong number of arguments for 'xinfo' command"},
    {"xinfo nothing x", "-ERR unknown subcommand 'nothing'. Try XINFO HELP."},
    {"set s v", "+OK"},
    {"xgroup create s g $", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xinfo stream s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xinfo groups s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xack s g 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xpending s g", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xclaim s g c 0 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xautoclaim s g c 0 0", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
};

constexpr Step kClaims[] = {
    {"xgroup create x g 0 mkstream", "+OK"},
    {"xadd x 1 a 1", "\"1-0\""},
    {"xadd x 2 a 2", "\"2-0\""},
    {"xadd x 3 a 3", "\"3-0\""},
    {"xadd x 4 a 4", "\"4-0\""},
    {"xreadgroup group g alice count 3 streams x >",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]], [\"3-0\", [\"a\", \"3\"]]]]]",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]], [\"3-0\", [\"a\", \"3\"]]]}"},
    {"xclaim x g bob 0 1 2 9", "[[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]"},
    {"xclaim x g bob 3600000 3", "[]"},
    {"xclaim x g bob 0 1 3 justid", "[\"1-0\", \"3-0\"]"},
    {"xclaim x g bob 0 4", "[]"},
    {"xclaim x g bob 0 4 force justid", "[\"4-0\"]"},
    {"xclaim x g bob 0 4 force retrycount 12 time 1000", "[[\"4-0\", [\"a\", \"4\"]]]"},
    {"xpending x g", "[:4, \"1-0\", \"4-0\", [[\"bob\", \"4\"]]]"},
    {"xinfo stream x full count 1",
     "[\"length\", :4, \"radix-tree-keys\", :1, \"radix-tree-nodes\", :1, \"last-generated-id\", "
     "\"4-0\", \"max-deleted-entry-id\", \"0-0\", \"entries-added\", :4, "
     "\"recorded-first-entry-id\", \"1-0\", \"entries\", [[\"1-0\", [\"a\", \"1\"]]], \"groups\", "
     "[[\"name\", \"g\", \"last-delivered-id\", \"3-0\", \"entries-read\", :3, \"lag\", :1, "
     "\"pel-count\", :4, \"pending\", [[\"1-0\", \"bob\", :1700000000000, :2]], \"consumers\", "
     "[[\"name\", \"alice\", \"seen-time\", :1700000000000, \"pel-count\", :0, \"pending\", []], "
     "[\"name\", \"bob\", \"seen-time\", :1700000000000, \"pel-count\", :4, \"pending\", "
     "[[\"1-0\", :1700000000000, :2]]]]]]]",
     "{\"length\": :4, \"radix-tree-keys\": :1, \"radix-tree-nodes\": :1, \"last-generated-id\": "
     "\"4-0\", \"max-deleted-entry-id\": \"0-0\", \"entries-added\": :4, "
     "\"recorded-first-entry-id\": \"1-0\", \"entries\": [[\"1-0\", [\"a\", \"1\"]]], \"groups\": "
     "[{\"name\": \"g\", \"last-delivered-id\": \"3-0\", \"entries-read\": :3, \"lag\": :1, "
     "\"pel-count\": :4, \"pending\": [[\"1-0\", \"bob\", :1700000000000, :2]], \"consumers\": "
     "[{\"name\": \"alice\", \"seen-time\": :1700000000000, \"pel-count\": :0, \"pending\": []}, "
     "{\"name\": \"bob\", \"seen-time\": :1700000000000, \"pel-count\": :4, \"pending\": "
     "[[\"1-0\", :1700000000000, :2]]}]}]}"},
    {"xclaim x g bob 0 4 time 1000 retrycount 3", "[[\"4-0\", [\"a\", \"4\"]]]"},
    {"xclaim x g carol 3600000 4 idle 7200000 justid", "[\"4-0\"]"},
    {"xclaim x g carol 3600000 4 idle 7200000 retrycount 0", "[[\"4-0\", [\"a\", \"4\"]]]"},
    {"xclaim x g carol -5 1 lastid 9", "[[\"1-0\", [\"a\", \"1\"]]]"},
    {"xinfo groups x",
     "[[\"name\", \"g\", \"consumers\", :3, \"pending\", :4, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", :3, \"lag\", :1]]",
     "[{\"name\": \"g\", \"consumers\": :3, \"pending\": :4, \"last-delivered-id\": \"9-0\", "
     "\"entries-read\": :3, \"lag\": :1}]"},
    {"xclaim x g carol 0 1 lastid 4", "[[\"1-0\", [\"a\", \"1\"]]]"},
    {"xinfo groups x",
     "[[\"name\", \"g\", \"consumers\", :3, \"pending\", :4, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", :3, \"lag\", :1]]",
     "[{\"name\": \"g\", \"consumers\": :3, \"pending\": :4, \"last-delivered-id\": \"9-0\", "
     "\"entries-read\": :3, \"lag\": :1}]"},
    {"xclaim x g carol 0 1 lastid a",
     "-ERR Invalid stream ID specified as stream command argument"},
    {"xclaim x g carol 0 1 idle a", "-ERR Invalid IDLE option argument for XCLAIM"},
    {"xclaim x g carol 0 1 time a", "-ERR Invalid TIME option argument for XCLAIM"},
    {"xclaim x g carol 0 1 retrycount a", "-ERR Invalid RETRYCOUNT option argument for XCLAIM"},
    {"xclaim x g carol 0 1 retrycount", "-ERR Unrecognized XCLAIM option 'retrycount'"},
    {"xclaim x g carol 0 1 nothing", "-ERR Unrecognized XCLAIM option 'nothing'"},
    {"xclaim x g carol 0 1 2-x", "-ERR Unrecognized XCLAIM option '2-x'"},
    {"xclaim x g carol a 1", "-ERR Invalid min-idle-time argument for XCLAIM"},
    {"xclaim x nope carol 0 1", "-NOGROUP No such key 'x' or consumer group 'nope'"},
    {"xclaim nope g carol 0 1", "-NOGROUP No such key 'nope' or consumer group 'g'"},
    {"xdel x 1", ":1"},
    {"xclaim x g bob 0 1", "[]"},
    {"xpending x g", "[:3, \"2-0\", \"4-0\", [[\"bob\", \"2\"], [\"carol\", \"1\"]]]"},
    {"xautoclaim x g dave 0 -",
     "[\"0-0\", [[\"2-0\", [\"a\", \"2\"]], [\"3-0\", [\"a\", \"3\"]], [\"4-0\", [\"a\", \"4\"]]], "
     "[]]"},
    {"xautoclaim x g dave 0 0 count 1", "[\"3-0\", [[\"2-0\", [\"a\", \"2\"]]], []]"},
    {"xautoclaim x g dave 0 (2 count 1 justid", "[\"4-0\", [\"3-0\"], []]"},
    {"xdel x 2 3", ":2"},
    {"xautoclaim x g dave 0 0 count 1", "[\"3-0\", [], [\"2-0\"]]"},
    {"xautoclaim x g erin 3600000 0 count 1", "[\"4-0\", [], [\"3-0\"]]"},
    {"xautoclaim x g erin 0 0", "[\"0-0\", [[\"4-0\", [\"a\", \"4\"]]], []]"},
    {"xautoclaim x g erin 0 5", "[\"0-0\", [], []]"},
    {"xautoclaim x g erin 0 0 count 0", "-ERR COUNT must be > 0"},
    {"xautoclaim x g erin 0 0 count x", "-ERR COUNT must be > 0"},
    {"xautoclaim x g erin 0 0 count", "-ERR syntax error"},
    {"xautoclaim x g erin 0 0 nothing", "-ERR syntax error"},
    {"xautoclaim x g erin x 0", "-ERR Invalid min-idle-time argument for XAUTOCLAIM"},
    {"xautoclaim x g erin 0 x", "-ERR Invalid stream ID specified as stream command argument"},
    {"xautoclaim x g erin 0 (18446744073709551615-18446744073709551615",
     "-ERR invalid start ID for the interval"},
    {"xautoclaim x nope erin 0 0", "-NOGROUP No such key 'x' or consumer group 'nope'"},
    {"xautoclaim nope g erin 0 0", "-NOGROUP No such key 'nope' or consumer group 'g'"},
};

constexpr Step kLag[] = {
    {"xadd x 1 a 1", "\"1-0\""},
    {"xadd x 2 a 2", "\"2-0\""},
    {"xadd x 3 a 3", "\"3-0\""},
    {"xadd x 4 a 4", "\"4-0\""},
    {"xadd x 5 a 5", "\"5-0\""},
    {"xgroup create x g1 0", "+OK"},
    {"xgroup create x g2 0 entriesread 3", "+OK"},
    {"xgroup create x g3 2", "+OK"},
    {"xgroup create x g4 1", "+OK"},
    {"xgroup create x g5 5", "+OK"},
    {"xgroup create x g6 9", "+OK"},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"0-0\", "
     "\"entries-read\", nil, \"lag\", :5], [\"name\", \"g2\", \"consumers\", :0, \"pending\", :0, "
     "\"last-delivered-id\", \"0-0\", \"entries-read\", :3, \"lag\", :2], [\"name\", \"g3\", "
     "\"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"2-0\", \"entries-read\", nil, "
     "\"lag\", nil], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", :4], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", :0], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xreadgroup group g1 c count 1 streams x >", "[[\"x\", [[\"1-0\", [\"a\", \"1\"]]]]]"},
    {"xreadgroup group g2 c count 1 streams x >", "[[\"x\", [[\"1-0\", [\"a\", \"1\"]]]]]"},
    {"xreadgroup group g3 c count 1 streams x >", "[[\"x\", [[\"3-0\", [\"a\", \"3\"]]]]]"},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"1-0\", "
     "\"entries-read\", :1, \"lag\", :4], [\"name\", \"g2\", \"consumers\", :1, \"pending\", :1, "
     "\"last-delivered-id\", \"1-0\", \"entries-read\", :4, \"lag\", :1], [\"name\", \"g3\", "
     "\"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"3-0\", \"entries-read\", nil, "
     "\"lag\", nil], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", :4], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", :0], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xdel x 1", ":1"},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"1-0\", "
     "\"entries-read\", :1, \"lag\", :4], [\"name\", \"g2\", \"consumers\", :1, \"pending\", :1, "
     "\"last-delivered-id\", \"1-0\", \"entries-read\", :4, \"lag\", :1], [\"name\", \"g3\", "
     "\"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"3-0\", \"entries-read\", nil, "
     "\"lag\", nil], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", :4], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", :0], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xdel x 4", ":1"},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"1-0\", "
     "\"entries-read\", :1, \"lag\", nil], [\"name\", \"g2\", \"consumers\", :1, \"pending\", :1, "
     "\"last-delivered-id\", \"1-0\", \"entries-read\", :4, \"lag\", nil], [\"name\", \"g3\", "
     "\"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"3-0\", \"entries-read\", nil, "
     "\"lag\", nil], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", nil], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", :0], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xreadgroup group g1 c count 2 noack streams x >",
     "[[\"x\", [[\"2-0\", [\"a\", \"2\"]], [\"3-0\", [\"a\", \"3\"]]]]]"},
    {"xreadgroup group g3 c count 2 noack streams x >", "[[\"x\", [[\"5-0\", [\"a\", \"5\"]]]]]"},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"3-0\", "
     "\"entries-read\", nil, \"lag\", nil], [\"name\", \"g2\", \"consumers\", :1, \"pending\", :1, "
     "\"last-delivered-id\", \"1-0\", \"entries-read\", :4, \"lag\", nil], [\"name\", \"g3\", "
     "\"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"5-0\", \"entries-read\", :5, "
     "\"lag\", :0], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", nil], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", :0], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xadd x 6 a 6", "\"6-0\""},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"3-0\", "
     "\"entries-read\", nil, \"lag\", nil], [\"name\", \"g2\", \"consumers\", :1, \"pending\", :1, "
     "\"last-delivered-id\", \"1-0\", \"entries-read\", :4, \"lag\", nil], [\"name\", \"g3\", "
     "\"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"5-0\", \"entries-read\", :5, "
     "\"lag\", :1], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", nil], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", nil], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xtrim x maxlen 0", ":4"},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"3-0\", "
     "\"entries-read\", nil, \"lag\", :0], [\"name\", \"g2\", \"consumers\", :1, \"pending\", :1, "
     "\"last-delivered-id\", \"1-0\", \"entries-read\", :4, \"lag\", :2], [\"name\", \"g3\", "
     "\"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"5-0\", \"entries-read\", :5, "
     "\"lag\", :1], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", :0], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", :0], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xreadgroup group g1 c streams x >", "nil"},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"3-0\", "
     "\"entries-read\", nil, \"lag\", :0], [\"name\", \"g2\", \"consumers\", :1, \"pending\", :1, "
     "\"last-delivered-id\", \"1-0\", \"entries-read\", :4, \"lag\", :2], [\"name\", \"g3\", "
     "\"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"5-0\", \"entries-read\", :5, "
     "\"lag\", :1], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", :0], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", :0], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xadd x 7 a 7", "\"7-0\""},
    {"xreadgroup group g1 c streams x >", "[[\"x\", [[\"7-0\", [\"a\", \"7\"]]]]]"},
    {"xinfo groups x",
     "[[\"name\", \"g1\", \"consumers\", :1, \"pending\", :2, \"last-delivered-id\", \"7-0\", "
     "\"entries-read\", :7, \"lag\", :0], [\"name\", \"g2\", \"consumers\", :1, \"pending\", :1, "
     "\"last-delivered-id\", \"1-0\", \"entries-read\", :4, \"lag\", :3], [\"name\", \"g3\", "
     "\"consumers\", :1, \"pending\", :1, \"last-delivered-id\", \"5-0\", \"entries-read\", :5, "
     "\"lag\", :2], [\"name\", \"g4\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", "
     "\"1-0\", \"entries-read\", nil, \"lag\", :1], [\"name\", \"g5\", \"consumers\", :0, "
     "\"pending\", :0, \"last-delivered-id\", \"5-0\", \"entries-read\", nil, \"lag\", :1], "
     "[\"name\", \"g6\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", nil, \"lag\", nil]]"},
    {"xgroup create y g $ mkstream", "+OK"},
    {"xinfo groups y",
     "[[\"name\", \"g\", \"consumers\", :0, \"pending\", :0, \"last-delivered-id\", \"0-0\", "
     "\"entries-read\", nil, \"lag\", :0]]"},
    {"xinfo stream y",
     "[\"length\", :0, \"radix-tree-keys\", :0, \"radix-tree-nodes\", :0, \"last-generated-id\", "
     "\"0-0\", \"max-deleted-entry-id\", \"0-0\", \"entries-added\", :0, "
     "\"recorded-first-entry-id\", \"0-0\", \"groups\", :1, \"first-entry\", nil, \"last-entry\", "
     "nil]"},
};

StreamValue& stream_at(TestServer& s, Bytes key) {
  const Key k(key);
  for (Shard* shard : s.server.shards) {
    if (const Found found = shard->keyspace.peek(0, k))
      return *static_cast<StreamValue*>(found->collection());
  }
  REQUIRE(false);
  abort();
}

}  // namespace

TEST_CASE("streams: XGROUP, XACK, XPENDING, XINFO") {
  TestServer s;
  replay(s, kGroups);
}

TEST_CASE("streams: XCLAIM and XAUTOCLAIM") {
  TestServer s;
  replay(s, kClaims);
  TestServer s3;
  s3.client.resp = 3;
  replay(s3, kClaims);
}

TEST_CASE("streams: entries-read and lag") {
  TestServer s;
  replay(s, kLag);
}

TEST_CASE("streams: random group commands keep an entry pending in exactly one consumer") {
  TestServer s;
  uint64_t state = 5;
  const auto random = [&](uint64_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return std::to_string((state >> 33) % below);
  };
  s.run("xgroup create x g 0 mkstream");
  for (int step = 0; step < 20'000; step++) {
    const std::string consumer = "c" + random(8);
    const std::string id = random(1 + static_cast<uint64_t>(step) / 8);
    switch (std::stoi(random(10))) {
      case 0:
      case 1:
      case 2:
        s.run({"xadd", "x", "maxlen", "~", "300", std::to_string(1 + step / 8) + "-*", "f", id});
        break;
      case 3:
      case 4:
        s.run({"xreadgroup", "group", "g", consumer, "count", "3", "streams", "x", ">"});
        break;
      case 5:
        s.run({"xclaim", "x", "g", consumer, "0", id + "-1", id, "force"});
        break;
      case 6:
        s.run({"xautoclaim", "x", "g", consumer, "5", id, "count", "4"});
        s.now_ms += 3;
        break;
      case 7:
        s.run({"xack", "x", "g", id, id + "-1"});
        break;
      case 8:
        s.run({"xdelex", "x", step % 2 ? "delref" : "acked", "ids", "2", id, id + "-1"});
        break;
      default:
        if (random(20) == "0") s.run({"xgroup", "delconsumer", "x", "g", consumer});
        if (random(50) == "0") s.run({"xgroup", "setid", "x", "g", id});
    }
    if (step % 200 != 0) continue;
    const StreamValue& stream = stream_at(s, "x");
    const ConsumerGroup& group = *stream.find_group("g");
    size_t listed = 0;
    for (auto at = group.consumers().first(); at; at.next()) {
      listed += (*at)->pending().size();
      for (auto pending = (*at)->pending().first(); pending; pending.next()) {
        const std::optional<PendingEntry> entry = group.find_pending(pending.id());
        REQUIRE(entry);
        REQUIRE(entry->consumer == *at);
      }
    }
    REQUIRE(listed == group.pending().size());
  }
  CHECK(stream_at(s, "x").find_group("g")->pending().size() > 0);
}

}  // namespace cobnut::testing
