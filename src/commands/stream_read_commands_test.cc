// Streams: XREAD and XREADGROUP. The steps were recorded from redis-server 7.0.15
// (tools/differ/record.py), but for the clock, which stands still.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/test_random.h"

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

// A reply tells first how many entries it has: 16 are read ahead.
TEST_CASE("streams: as many entries as there are, up to COUNT") {
  for (const char* node_entries : {"7", "100"}) {
    TestServer s;
    s.run({"config", "set", "stream-node-max-entries", node_entries});
    std::vector<std::string> entries;
    for (int i = 1; i <= 50; i++) {
      const std::string id = std::to_string(i) + "-1";
      s.run({"xadd", "x", id, "f", "v"});
      if (i % 5 == 0) {
        s.run({"xdel", "x", id});
      } else {
        entries.push_back(array({quoted(id), bulks({"f", "v"})}));
      }
    }
    for (const size_t count : {1, 15, 16, 17, 39, 40, 41}) {
      const std::string limit = std::to_string(count);
      std::vector<std::string> found(
          entries.begin(),
          entries.begin() + static_cast<ptrdiff_t>(std::min(count, entries.size())));
      const std::string read = array({array({quoted("x"), array(found)})});
      CHECK(s.run({"xrange", "x", "-", "+", "count", limit}) == array(found));
      CHECK(s.run({"xread", "count", limit, "streams", "x", "0"}) == read);
      s.run({"xgroup", "create", "x", limit, "0"});
      CHECK(s.run({"xreadgroup", "group", limit, "c", "count", limit, "streams", "x", ">"}) ==
            read);
      CHECK(s.run({"xreadgroup", "group", limit, "c", "streams", "x", "0"}) == read);
      found.assign(entries.rbegin(),
                   entries.rbegin() + static_cast<ptrdiff_t>(std::min(count, entries.size())));
      CHECK(s.run({"xrevrange", "x", "+", "-", "count", limit}) == array(found));
    }
    CHECK(s.run("xrange x - 19-1 count 16") == s.run("xrange x - 19-1"));
    CHECK(s.run("xrange x - 20-1 count 16") == s.run("xrange x - 20-1"));
    CHECK(s.run("xrevrange x + 31-1 count 16") == s.run("xrevrange x + 31-1"));
  }
}

}  // namespace cobnut::testing
