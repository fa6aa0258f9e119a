// Streams. The steps were recorded from redis-server 7.0.15 (tools/differ/record.py), but for
// radix-tree-nodes, which counts the nodes of our own index, and for the clock, which stands still.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"
#include "types/stream/stream.h"

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

constexpr Step kReading[] = {
    {"xread streams x 0", "nil"},
    {"xadd x 1 a 1", "\"1-0\""},
    {"xadd x 2 a 2", "\"2-0\""},
    {"xadd y 5 b 5", "\"5-0\""},
    {"xread streams x 0", "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]"},
    {"xread streams x y 1 0",
     "[[\"x\", [[\"2-0\", [\"a\", \"2\"]]]], [\"y\", [[\"5-0\", [\"b\", \"5\"]]]]]"},
    {"xread count 1 streams x y 0 5", "[[\"x\", [[\"1-0\", [\"a\", \"1\"]]]]]"},
    {"xread count 0 streams x 0",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]"},
    {"xread count -4 streams x 0",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]"},
    {"xread streams x y $ $", "nil"},
    {"xread streams x 2", "nil"},
    {"xread streams x x 0 1",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]], [\"x\", [[\"2-0\", [\"a\", "
     "\"2\"]]]]]"},
    {"xread streams x", "-ERR wrong number of arguments for 'xread' command"},
    {"xread streams x y 0",
     "-ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."},
    {"xread streams", "-ERR wrong number of arguments for 'xread' command"},
    {"xread count streams x 0", "-ERR value is not an integer or out of range"},
    {"xread count", "-ERR wrong number of arguments for 'xread' command"},
    {"xread nothing streams x 0", "-ERR syntax error"},
    {"xread streams x >",
     "-ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> "
     "<consumer> option."},
    {"xread streams x a", "-ERR Invalid stream ID specified as stream command argument"},
    {"xread streams x -", "-ERR Invalid stream ID specified as stream command argument"},
    {"xread noack streams x 0",
     "-ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead."},
    {"xread group g c streams x 0",
     "-ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead."},
    {"xread block x streams x 0", "-ERR timeout is not an integer or out of range"},
    {"xread block -1 streams x 0", "-ERR timeout is negative"},
    {"xread block 0 streams x 0",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]"},
    {"set s v", "+OK"},
    {"xread streams s 0", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xread streams x s 0 a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xread streams x 18446744073709551615-18446744073709551615", "nil"},
    {"xreadgroup streams x > a b c",
     "-ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."},
    {"xreadgroup count 1 streams x 0 a b", "-ERR Missing GROUP option for XREADGROUP"},
    {"xreadgroup group g c streams x >",
     "-NOGROUP No such key 'x' or consumer group 'g' in XREADGROUP with GROUP option"},
    {"xgroup create x g 0", "+OK"},
    {"xgroup create x g 0", "-BUSYGROUP Consumer Group name already exists"},
    {"xgroup create x streams $", "+OK"},
    {"xgroup create y g 0", "+OK"},
    {"xreadgroup group g c count 1 streams x y > >",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]]]], [\"y\", [[\"5-0\", [\"b\", \"5\"]]]]]"},
    {"xreadgroup group g c streams x y > >", "[[\"x\", [[\"2-0\", [\"a\", \"2\"]]]]]"},
    {"xreadgroup group g c streams x y > >", "nil"},
    {"xreadgroup group g c streams x y 0 0",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]], [\"y\", [[\"5-0\", [\"b\", "
     "\"5\"]]]]]"},
    {"xreadgroup group g c streams x y 1 9", "[[\"x\", [[\"2-0\", [\"a\", \"2\"]]]], [\"y\", []]]"},
    {"xreadgroup group g other streams x 0", "[[\"x\", []]]"},
    {"xreadgroup count 1 group streams streams streams x >", "nil"},
    {"xadd x 3 a 3", "\"3-0\""},
    {"xreadgroup count 1 group streams streams streams x >",
     "[[\"x\", [[\"3-0\", [\"a\", \"3\"]]]]]"},
    {"xreadgroup group g c noack streams x >", "[[\"x\", [[\"3-0\", [\"a\", \"3\"]]]]]"},
    {"xreadgroup group g c streams x $",
     "-ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of "
     "this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would "
     "just return an empty result set."},
    {"xreadgroup group g c streams x a",
     "-ERR Invalid stream ID specified as stream command argument"},
    {"xreadgroup group g c streams missing >",
     "-NOGROUP No such key 'missing' or consumer group 'g' in XREADGROUP with GROUP option"},
    {"xreadgroup group missing c streams x >",
     "-NOGROUP No such key 'x' or consumer group 'missing' in XREADGROUP with GROUP option"},
    {"xreadgroup group g c streams s >",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xpending x g", "[:2, \"1-0\", \"2-0\", [[\"c\", \"2\"]]]"},
    {"xpending x streams", "[:1, \"3-0\", \"3-0\", [[\"streams\", \"1\"]]]"},
    {"xdel x 1 2", ":2"},
    {"xreadgroup group g c streams x 0", "[[\"x\", [[\"1-0\", nil], [\"2-0\", nil]]]]"},
    {"xadd x 4 a 4", "\"4-0\""},
    {"xadd x 5 a 5", "\"5-0\""},
    {"xadd x 6 a 6", "\"6-0\""},
    {"xreadgroup group g c count 2 streams x x > >",
     "[[\"x\", [[\"4-0\", [\"a\", \"4\"]], [\"5-0\", [\"a\", \"5\"]]]], [\"x\", [[\"6-0\", [\"a\", "
     "\"6\"]]]]]"},
    {"xreadgroup group g c count 2 streams x x 0 >", "[[\"x\", [[\"1-0\", nil], [\"2-0\", nil]]]]"},
    {"command getkeys xread count 5 block 3 streams a b 0 0", "[\"a\", \"b\"]"},
    {"command getkeys xreadgroup group streams c streams k >", "[\"k\"]"},
    {"command getkeys xread streams a b 0", "[\"a\"]"},
    {"command getkeysandflags xreadgroup group streams c streams k >", "[[\"k\", [+RO, +access]]]"},
};

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
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]], [\"3-0\", [\"a\", "
     "\"3\"]]]]]"},
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
     "[[\"1-0\", :1700000000000, :2]]]]]]]"},
    {"xclaim x g bob 0 4 time 1000 retrycount 3", "[[\"4-0\", [\"a\", \"4\"]]]"},
    {"xclaim x g carol 3600000 4 idle 7200000 justid", "[\"4-0\"]"},
    {"xclaim x g carol 3600000 4 idle 7200000 retrycount 0", "[[\"4-0\", [\"a\", \"4\"]]]"},
    {"xclaim x g carol -5 1 lastid 9", "[[\"1-0\", [\"a\", \"1\"]]]"},
    {"xinfo groups x",
     "[[\"name\", \"g\", \"consumers\", :3, \"pending\", :4, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", :3, \"lag\", :1]]"},
    {"xclaim x g carol 0 1 lastid 4", "[[\"1-0\", [\"a\", \"1\"]]]"},
    {"xinfo groups x",
     "[[\"name\", \"g\", \"consumers\", :3, \"pending\", :4, \"last-delivered-id\", \"9-0\", "
     "\"entries-read\", :3, \"lag\", :1]]"},
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

constexpr Step kReadingResp3[] = {
    {"xread streams x 0", "nil"},
    {"xadd x 1 a 1", "\"1-0\""},
    {"xadd x 2 a 2", "\"2-0\""},
    {"xadd y 5 b 5", "\"5-0\""},
    {"xread streams x 0", "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]}"},
    {"xread streams x y 1 0",
     "{\"x\": [[\"2-0\", [\"a\", \"2\"]]], \"y\": [[\"5-0\", [\"b\", \"5\"]]]}"},
    {"xread count 1 streams x y 0 5", "{\"x\": [[\"1-0\", [\"a\", \"1\"]]]}"},
    {"xread count 0 streams x 0",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]}"},
    {"xread count -4 streams x 0",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]}"},
    {"xread streams x y $ $", "nil"},
    {"xread streams x 2", "nil"},
    {"xread streams x x 0 1",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]], \"x\": [[\"2-0\", [\"a\", "
     "\"2\"]]]}"},
    {"xread streams x", "-ERR wrong number of arguments for 'xread' command"},
    {"xread streams x y 0",
     "-ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."},
    {"xread streams", "-ERR wrong number of arguments for 'xread' command"},
    {"xread count streams x 0", "-ERR value is not an integer or out of range"},
    {"xread count", "-ERR wrong number of arguments for 'xread' command"},
    {"xread nothing streams x 0", "-ERR syntax error"},
    {"xread streams x >",
     "-ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> "
     "<consumer> option."},
    {"xread streams x a", "-ERR Invalid stream ID specified as stream command argument"},
    {"xread streams x -", "-ERR Invalid stream ID specified as stream command argument"},
    {"xread noack streams x 0",
     "-ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead."},
    {"xread group g c streams x 0",
     "-ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead."},
    {"xread block x streams x 0", "-ERR timeout is not an integer or out of range"},
    {"xread block -1 streams x 0", "-ERR timeout is negative"},
    {"xread block 0 streams x 0",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]}"},
    {"set s v", "+OK"},
    {"xread streams s 0", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xread streams x s 0 a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xread streams x 18446744073709551615-18446744073709551615", "nil"},
    {"xreadgroup streams x > a b c",
     "-ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified."},
    {"xreadgroup count 1 streams x 0 a b", "-ERR Missing GROUP option for XREADGROUP"},
    {"xreadgroup group g c streams x >",
     "-NOGROUP No such key 'x' or consumer group 'g' in XREADGROUP with GROUP option"},
    {"xgroup create x g 0", "+OK"},
    {"xgroup create x g 0", "-BUSYGROUP Consumer Group name already exists"},
    {"xgroup create x streams $", "+OK"},
    {"xgroup create y g 0", "+OK"},
    {"xreadgroup group g c count 1 streams x y > >",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]]], \"y\": [[\"5-0\", [\"b\", \"5\"]]]}"},
    {"xreadgroup group g c streams x y > >", "{\"x\": [[\"2-0\", [\"a\", \"2\"]]]}"},
    {"xreadgroup group g c streams x y > >", "nil"},
    {"xreadgroup group g c streams x y 0 0",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]], \"y\": [[\"5-0\", [\"b\", "
     "\"5\"]]]}"},
    {"xreadgroup group g c streams x y 1 9", "{\"x\": [[\"2-0\", [\"a\", \"2\"]]], \"y\": []}"},
    {"xreadgroup group g other streams x 0", "{\"x\": []}"},
    {"xreadgroup count 1 group streams streams streams x >", "nil"},
    {"xadd x 3 a 3", "\"3-0\""},
    {"xreadgroup count 1 group streams streams streams x >",
     "{\"x\": [[\"3-0\", [\"a\", \"3\"]]]}"},
    {"xreadgroup group g c noack streams x >", "{\"x\": [[\"3-0\", [\"a\", \"3\"]]]}"},
    {"xreadgroup group g c streams x $",
     "-ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of "
     "this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would "
     "just return an empty result set."},
    {"xreadgroup group g c streams x a",
     "-ERR Invalid stream ID specified as stream command argument"},
    {"xreadgroup group g c streams missing >",
     "-NOGROUP No such key 'missing' or consumer group 'g' in XREADGROUP with GROUP option"},
    {"xreadgroup group missing c streams x >",
     "-NOGROUP No such key 'x' or consumer group 'missing' in XREADGROUP with GROUP option"},
    {"xreadgroup group g c streams s >",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"xpending x g", "[:2, \"1-0\", \"2-0\", [[\"c\", \"2\"]]]"},
    {"xpending x streams", "[:1, \"3-0\", \"3-0\", [[\"streams\", \"1\"]]]"},
    {"xdel x 1 2", ":2"},
    {"xreadgroup group g c streams x 0", "{\"x\": [[\"1-0\", nil], [\"2-0\", nil]]}"},
    {"xadd x 4 a 4", "\"4-0\""},
    {"xadd x 5 a 5", "\"5-0\""},
    {"xadd x 6 a 6", "\"6-0\""},
    {"xreadgroup group g c count 2 streams x x > >",
     "{\"x\": [[\"4-0\", [\"a\", \"4\"]], [\"5-0\", [\"a\", \"5\"]]], \"x\": [[\"6-0\", [\"a\", "
     "\"6\"]]]}"},
    {"xreadgroup group g c count 2 streams x x 0 >", "{\"x\": [[\"1-0\", nil], [\"2-0\", nil]]}"},
    {"command getkeys xread count 5 block 3 streams a b 0 0", "[\"a\", \"b\"]"},
    {"command getkeys xreadgroup group streams c streams k >", "[\"k\"]"},
    {"command getkeys xread streams a b 0", "[\"a\"]"},
    {"command getkeysandflags xreadgroup group streams c streams k >", "[[\"k\", [+RO, +access]]]"},
};

constexpr Step kClaimsResp3[] = {
    {"xgroup create x g 0 mkstream", "+OK"},
    {"xadd x 1 a 1", "\"1-0\""},
    {"xadd x 2 a 2", "\"2-0\""},
    {"xadd x 3 a 3", "\"3-0\""},
    {"xadd x 4 a 4", "\"4-0\""},
    {"xreadgroup group g alice count 3 streams x >",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]], [\"3-0\", [\"a\", \"3\"]]]}"},
    {"xclaim x g bob 0 1 2 9", "[[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]"},
    {"xclaim x g bob 3600000 3", "[]"},
    {"xclaim x g bob 0 1 3 justid", "[\"1-0\", \"3-0\"]"},
    {"xclaim x g bob 0 4", "[]"},
    {"xclaim x g bob 0 4 force justid", "[\"4-0\"]"},
    {"xclaim x g bob 0 4 force retrycount 12 time 1000", "[[\"4-0\", [\"a\", \"4\"]]]"},
    {"xpending x g", "[:4, \"1-0\", \"4-0\", [[\"bob\", \"4\"]]]"},
    {"xinfo stream x full count 1",
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
     "[{\"name\": \"g\", \"consumers\": :3, \"pending\": :4, \"last-delivered-id\": \"9-0\", "
     "\"entries-read\": :3, \"lag\": :1}]"},
    {"xclaim x g carol 0 1 lastid 4", "[[\"1-0\", [\"a\", \"1\"]]]"},
    {"xinfo groups x",
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

TEST_CASE("streams: entries, ranges and deletion as redis-server 7.0.15") {
  TestServer s;
  replay(s, kEntries);
}
TEST_CASE("streams: XADD and XTRIM with limits, XSETID") {
  TestServer s;
  replay(s, kTrim);
}
TEST_CASE("streams: XREAD and XREADGROUP") {
  TestServer s;
  replay(s, kReading);
  TestServer s3;
  s3.client.resp = 3;
  replay(s3, kReadingResp3);
}
TEST_CASE("streams: XGROUP, XACK, XPENDING, XINFO") {
  TestServer s;
  replay(s, kGroups);
}
TEST_CASE("streams: XCLAIM and XAUTOCLAIM") {
  TestServer s;
  replay(s, kClaims);
  TestServer s3;
  s3.client.resp = 3;
  replay(s3, kClaimsResp3);
}
TEST_CASE("streams: entries-read and lag") {
  TestServer s;
  replay(s, kLag);
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
        const PendingEntry* entry = group.find_pending(*pending);
        REQUIRE(entry != nullptr);
        REQUIRE(entry->consumer == *at);
      }
    }
    REQUIRE(listed == group.pending().size());
  }
  CHECK(stream_at(s, "x").find_group("g")->pending().size() > 0);
}

}  // namespace cobnut::testing
