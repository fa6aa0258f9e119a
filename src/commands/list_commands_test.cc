// Lists. Replies as redis-server 7.0.15 gives them.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <algorithm>
#include <deque>
#include <random>

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {

TEST_CASE("lists: pushes, pops, reads") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"LPUSHX l a", ":0"},
      {"RPUSHX l a", ":0"},
      {"EXISTS l", ":0"},
      {"RPUSH l a b 3", ":3"},
      {"LPUSH l x \"\" \"\\x00\\xff\"", ":6"},
      {"LRANGE l 0 -1", "[\"\\x00\\xff\", \"\", \"x\", \"a\", \"b\", \"3\"]"},
      {"LPUSHX l 9223372036854775807", ":7"},
      {"RPUSHX l -9223372036854775808 007", ":9"},
      {"LRANGE l -2 100", "[\"-9223372036854775808\", \"007\"]"},
      {"LRANGE l 5 2", "[]"},
      {"LRANGE l 100 200", "[]"},
      {"LRANGE l -100 0", "[\"9223372036854775807\"]"},
      {"LRANGE none 0 -1", "[]"},
      {"LRANGE l a 1", "-ERR value is not an integer or out of range"},
      {"LLEN l", ":9"},
      {"LLEN none", ":0"},
      {"LINDEX l 0", "\"9223372036854775807\""},
      {"LINDEX l -1", "\"007\""},
      {"LINDEX l 9", "nil"},
      {"LINDEX l -10", "nil"},
      {"LINDEX none x", "nil"},
      {"LINDEX l x", "-ERR value is not an integer or out of range"},
      {"OBJECT ENCODING l", "\"quicklist\""},
      {"TYPE l", "+list"},
      {"LPOP l", "\"9223372036854775807\""},
      {"RPOP l", "\"007\""},
      {"LPOP l 2", "[\"\\x00\\xff\", \"\"]"},
      {"RPOP l 2", "[\"-9223372036854775808\", \"3\"]"},
      {"LPOP l 0", "[]"},
      {"LPOP l -1", "-ERR value is out of range, must be positive"},
      {"LPOP l x", "-ERR value is out of range, must be positive"},
      {"LPOP l 1 2", "-ERR wrong number of arguments for 'lpop' command"},
      {"RPOP l 100", "[\"b\", \"a\", \"x\"]"},
      {"EXISTS l", ":0"},
      {"LPOP l", "nil"},
      {"LPOP l 1", "nil"},
      {"SET s text", "+OK"},
      {"LPUSH s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"RPUSHX s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"LPOP s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"LRANGE s 0 1", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"LLEN s", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
  };
  replay(server, kSteps);
}

TEST_CASE("lists: changes in the middle") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"LSET none 0 a", "-ERR no such key"},
      {"LINSERT none BEFORE a b", ":0"},
      {"LREM none 0 a", ":0"},
      {"LTRIM none 0 0", "+OK"},
      {"LPOS none a", "nil"},
      {"LPOS none a COUNT 0", "[]"},
      {"RPUSH l a b c 1 2 3 c c", ":8"},
      {"LPOS l c", ":2"},
      {"LPOS l c RANK 2", ":6"},
      {"LPOS l c RANK -1", ":7"},
      {"LPOS l c RANK 4", "nil"},
      {"LPOS l c COUNT 0", "[:2, :6, :7]"},
      {"LPOS l c COUNT 2 RANK -1", "[:7, :6]"},
      {"LPOS l c COUNT 0 MAXLEN 7", "[:2, :6]"},
      {"LPOS l 1 MAXLEN 3", "nil"},
      {"LPOS l 1 COUNT 0 RANK -1 MAXLEN 5", "[:3]"},
      {"LPOS l c RANK 0",
       "-ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use "
       "negative to start from the end of the list"},
      {"LPOS l c COUNT -1", "-ERR COUNT can't be negative"},
      {"LPOS l c MAXLEN -1", "-ERR MAXLEN can't be negative"},
      {"LPOS l c RANK", "-ERR syntax error"},
      {"LINSERT l BEFORE 1 new", ":9"},
      {"LINSERT l after c 0", ":10"},
      {"LINSERT l BEFORE zz new", ":-1"},
      {"LINSERT l beside c new", "-ERR syntax error"},
      {"LSET l 1 B", "+OK"},
      {"LSET l -1 end", "+OK"},
      {"LSET l 10 a", "-ERR index out of range"},
      {"LSET l x a", "-ERR value is not an integer or out of range"},
      {"LRANGE l 0 -1",
       "[\"a\", \"B\", \"c\", \"0\", \"new\", \"1\", \"2\", \"3\", \"c\", \"end\"]"},
      {"LREM l -1 c", ":1"},
      {"LREM l 5 c", ":1"},
      {"LREM l 0 c", ":0"},
      {"LREM l x c", "-ERR value is not an integer or out of range"},
      {"LTRIM l 1 -2", "+OK"},
      {"LRANGE l 0 -1", "[\"B\", \"0\", \"new\", \"1\", \"2\", \"3\"]"},
      {"LTRIM l 5 1", "+OK"},
      {"EXISTS l", ":0"},
      {"RPUSH l a a", ":2"},
      {"LREM l 0 a", ":2"},
      {"EXISTS l", ":0"},
  };
  replay(server, kSteps);
}

TEST_CASE("lists: moves between lists, also of other shards") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"RPUSH a 1 2 3", ":3"},
      {"LMOVE a b LEFT RIGHT", "\"1\""},
      {"LMOVE a b RIGHT LEFT", "\"3\""},
      {"RPOPLPUSH a b", "\"2\""},
      {"EXISTS a", ":0"},
      {"LRANGE b 0 -1", "[\"2\", \"3\", \"1\"]"},
      {"RPOPLPUSH b b", "\"1\""},
      {"LMOVE b b LEFT RIGHT", "\"1\""},
      {"LMOVE b b LEFT LEFT", "\"2\""},
      {"LRANGE b 0 -1", "[\"2\", \"3\", \"1\"]"},
      {"LMOVE a b LEFT LEFT", "nil"},
      {"LMOVE a b UP LEFT", "-ERR syntax error"},
      {"SET s text", "+OK"},
      {"LMOVE a s LEFT LEFT", "nil"},
      {"LMOVE b s LEFT LEFT", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"LMOVE s b LEFT LEFT", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
      {"LMPOP 2 a b LEFT", "[\"b\", [\"2\"]]"},
      {"LMPOP 2 a b RIGHT COUNT 10", "[\"b\", [\"1\", \"3\"]]"},
      {"LMPOP 2 a b RIGHT COUNT 10", "nil"},
      {"LMPOP 0 a LEFT", "-ERR numkeys should be greater than 0"},
      {"LMPOP x a LEFT", "-ERR numkeys should be greater than 0"},
      {"LMPOP 2 a LEFT", "-ERR syntax error"},
      {"LMPOP 1 a UP", "-ERR syntax error"},
      {"LMPOP 1 a LEFT COUNT 0", "-ERR count should be greater than 0"},
      {"LMPOP 1 a LEFT COUNT 0 more", "-ERR count should be greater than 0"},
      {"LMPOP 1 a LEFT COUNT 1 COUNT 1", "-ERR syntax error"},
      {"LMPOP 2 s a LEFT", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
  };
  replay(server, kSteps);
}

TEST_CASE("lists: events") {
  TestServer server;
  server.run("RPUSH l a b c");
  server.run("LPUSH l a");
  CHECK(server.events() == "rpush:l lpush:l");
  server.run("LSET l 0 x");
  server.run("LINSERT l BEFORE x y");
  server.run("LTRIM l 0 2");
  server.run("LREM l 0 none");
  server.run("LREM l 0 x");
  CHECK(server.events() == "lset:l linsert:l ltrim:l lrem:l");
  server.run("LMOVE l k LEFT RIGHT");
  CHECK(server.events() == "rpush:k lpop:l");
  server.run("LPOP l");
  CHECK(server.events() == "lpop:l del:l");
  server.run("RPOP k 0");
  CHECK(server.events().empty());
  server.run("LMPOP 1 k RIGHT");
  CHECK(server.events() == "rpop:k del:k");
}

TEST_CASE("lists: both forms answer alike, and an expiry stays with the growing list") {
  TestServer server;
  server.run("CONFIG SET list-max-listpack-size 16");
  std::mt19937 random(3);
  std::deque<std::string> model;
  server.run("RPUSH l first");
  server.run("EXPIRE l 100");
  model.push_back("first");
  for (int i = 0; i < 3000; i++) {
    const std::string text = std::string(random() % 40, 'a') + std::to_string(random() % 1000);
    const size_t index = random() % model.size();
    const auto place = model.begin() + static_cast<ptrdiff_t>(index);
    const std::string at = std::to_string(index);
    switch (random() % 6) {
      case 0:
        server.run("LPUSH l " + text);
        model.push_front(text);
        break;
      case 1:
        server.run("RPUSH l " + text);
        model.push_back(text);
        break;
      case 2: {
        const std::string pivot = *place;
        server.run("LINSERT l BEFORE " + pivot + " " + text);
        model.insert(std::find(model.begin(), model.end(), pivot), text);
        break;
      }
      case 3:
        server.run("LSET l " + at + " " + text);
        *place = text;
        break;
      default:
        CHECK(server.run("LINDEX l " + at) == "\"" + *place + "\"");
        break;
    }
  }
  std::string all = "[";
  for (const std::string& text : model) all += (all.size() > 1 ? ", \"" : "\"") + text + "\"";
  CHECK(server.run("LRANGE l 0 -1") == all + "]");
  CHECK(server.run("TTL l") == ":100");
  CHECK(server.run("COPY l copy") == ":1");
  CHECK(server.run("LRANGE copy 0 -1") == all + "]");
  CHECK(server.run("RENAME l other") == "+OK");
  CHECK(server.run("LRANGE other 0 -1") == all + "]");
  CHECK(server.run("LTRIM other 1 0") == "+OK");
  CHECK(server.run("EXISTS other") == ":0");
}

}  // namespace cobnut::testing
