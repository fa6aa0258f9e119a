// Streams: XREAD and XREADGROUP. The steps were recorded from redis-server 7.0.15
// (tools/differ/record.py), but for the clock, which stands still.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kReading[] = {
    {"xread streams x 0", "nil"},
    {"xadd x 1 a 1", "\"1-0\""},
    {"xadd x 2 a 2", "\"2-0\""},
    {"xadd y 5 b 5", "\"5-0\""},
    {"xread streams x 0", "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]}"},
    {"xread streams x y 1 0",
     "[[\"x\", [[\"2-0\", [\"a\", \"2\"]]]], [\"y\", [[\"5-0\", [\"b\", \"5\"]]]]]",
     "{\"x\": [[\"2-0\", [\"a\", \"2\"]]], \"y\": [[\"5-0\", [\"b\", \"5\"]]]}"},
    {"xread count 1 streams x y 0 5", "[[\"x\", [[\"1-0\", [\"a\", \"1\"]]]]]",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]]]}"},
    {"xread count 0 streams x 0",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]}"},
    {"xread count -4 streams x 0",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]}"},
    {"xread streams x y $ $", "nil"},
    {"xread streams x 2", "nil"},
    {"xread streams x x 0 1",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]], [\"x\", [[\"2-0\", [\"a\", "
     "\"2\"]]]]]",
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
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]]]",
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
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]]]], [\"y\", [[\"5-0\", [\"b\", \"5\"]]]]]",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]]], \"y\": [[\"5-0\", [\"b\", \"5\"]]]}"},
    {"xreadgroup group g c streams x y > >", "[[\"x\", [[\"2-0\", [\"a\", \"2\"]]]]]",
     "{\"x\": [[\"2-0\", [\"a\", \"2\"]]]}"},
    {"xreadgroup group g c streams x y > >", "nil"},
    {"xreadgroup group g c streams x y 0 0",
     "[[\"x\", [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]]], [\"y\", [[\"5-0\", [\"b\", "
     "\"5\"]]]]]",
     "{\"x\": [[\"1-0\", [\"a\", \"1\"]], [\"2-0\", [\"a\", \"2\"]]], \"y\": [[\"5-0\", [\"b\", "
     "\"5\"]]]}"},
    {"xreadgroup group g c streams x y 1 9", "[[\"x\", [[\"2-0\", [\"a\", \"2\"]]]], [\"y\", []]]",
     "{\"x\": [[\"2-0\", [\"a\", \"2\"]]], \"y\": []}"},
    {"xreadgroup group g other streams x 0", "[[\"x\", []]]", "{\"x\": []}"},
    {"xreadgroup count 1 group streams streams streams x >", "nil"},
    {"xadd x 3 a 3", "\"3-0\""},
    {"xreadgroup count 1 group streams streams streams x >",
     "[[\"x\", [[\"3-0\", [\"a\", \"3\"]]]]]", "{\"x\": [[\"3-0\", [\"a\", \"3\"]]]}"},
    {"xreadgroup group g c noack streams x >", "[[\"x\", [[\"3-0\", [\"a\", \"3\"]]]]]",
     "{\"x\": [[\"3-0\", [\"a\", \"3\"]]]}"},
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
    {"xreadgroup group g c streams x 0", "[[\"x\", [[\"1-0\", nil], [\"2-0\", nil]]]]",
     "{\"x\": [[\"1-0\", nil], [\"2-0\", nil]]}"},
    {"xadd x 4 a 4", "\"4-0\""},
    {"xadd x 5 a 5", "\"5-0\""},
    {"xadd x 6 a 6", "\"6-0\""},
    {"xreadgroup group g c count 2 streams x x > >",
     "[[\"x\", [[\"4-0\", [\"a\", \"4\"]], [\"5-0\", [\"a\", \"5\"]]]], [\"x\", [[\"6-0\", [\"a\", "
     "\"6\"]]]]]",
     "{\"x\": [[\"4-0\", [\"a\", \"4\"]], [\"5-0\", [\"a\", \"5\"]]], \"x\": [[\"6-0\", [\"a\", "
     "\"6\"]]]}"},
    {"xreadgroup group g c count 2 streams x x 0 >", "[[\"x\", [[\"1-0\", nil], [\"2-0\", nil]]]]",
     "{\"x\": [[\"1-0\", nil], [\"2-0\", nil]]}"},
    {"command getkeys xread count 5 block 3 streams a b 0 0", "[\"a\", \"b\"]"},
    {"command getkeys xreadgroup group streams c streams k >", "[\"k\"]"},
    {"command getkeys xread streams a b 0", "[\"a\"]"},
    {"command getkeysandflags xreadgroup group streams c streams k >", "[[\"k\", [+RO, +access]]]"},
};

}  // namespace

TEST_CASE("streams: XREAD and XREADGROUP") {
  TestServer s;
  replay(s, kReading);
  TestServer s3;
  s3.client.resp = 3;
  replay(s3, kReading);
}

}  // namespace cobnut::testing
