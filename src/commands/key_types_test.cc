// COPY, RENAME, MOVE, DUMP and RESTORE of values of every type, small and large, within a shard
// and from one to another: the content goes along, with its time to live.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <functional>

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

void allow_debug(TestServer& server) {
  const Status set = server.server.options.update([&](Options& options) -> Status {
    options.enable_debug_command = Access::kYes;
    return Ok{};
  });
  REQUIRE(set.ok());
}

using Make = std::function<void(TestServer&, const std::string& key)>;
struct Made {
  const char* name;
  Make make;
};

// `count` times the command with "I" for the number.
Make many(const std::string& command, const std::string& words, int count) {
  return [=](TestServer& server, const std::string& key) {
    for (int i = 0; i < count; i++) {
      std::string line = words;
      for (size_t at = line.find('I'); at != std::string::npos; at = line.find('I'))
        line.replace(at, 1, std::to_string(i));
      const std::string reply = server.run(command + " " + key + " " + line);
      REQUIRE_MESSAGE(reply[0] != '-', reply);
    }
  };
}

Make stream(int entries) {
  return [=](TestServer& server, const std::string& key) {
    for (int i = 1; i <= entries; i++)
      server.run("xadd " + key + " " + std::to_string(i) + "-1 field " + std::to_string(i));
    server.run("xgroup create " + key + " group 0");
    server.run("xreadgroup group group alice count 3 streams " + key + " >");
  };
}

const Made kMade[] = {
    {"an integer", many("set", "I", 5)},
    {"a string", many("set", "valueI", 1)},
    {"a large string", many("append", "valueIvalueIvalueI", 500)},
    {"a small list", many("rpush", "I elementI", 5)},
    {"a large list", many("rpush", "I elementI", 3000)},
    {"an intset", many("sadd", "I", 100)},
    {"a small set", many("sadd", "I memberI", 20)},
    {"a large set", many("sadd", "I memberI", 1000)},
    {"a small hash", many("hset", "fieldI I", 20)},
    {"a large hash", many("hset", "fieldI I", 1000)},
    {"a small sorted set", many("zadd", "I memberI", 20)},
    {"a large sorted set", many("zadd", "I.5 memberI", 1000)},
    {"a small stream", stream(5)},
    {"a large stream", stream(2000)},
};

std::string digest(TestServer& server, const std::string& key) {
  return server.run("debug digest-value " + key);
}

// In one shard by the tag, and in others.
constexpr const char* kTargets[] = {"{k}copy", "copy1", "copy2", "copy3", "copy4"};

TEST_CASE("keys: members with deadlines are reaped under a name that was another's") {
  const Made values[] = {{"set",
                          [](TestServer& s, const std::string& key) {
                            s.run("sadd " + key + " a b");
                            s.run("spexpire " + key + " 1000 members 1 a");
                          }},
                         {"sorted set",
                          [](TestServer& s, const std::string& key) {
                            s.run("zadd " + key + " 1 a 2 b");
                            s.run("zpexpire " + key + " 1000 members 1 a");
                          }},
                         {"hash", [](TestServer& s, const std::string& key) {
                            s.run("hset " + key + " a 1 b 2");
                            s.run("hpexpire " + key + " 1000 fields 1 a");
                          }}};
  for (const Made& value : values) {
    CAPTURE(value.name);
    for (const std::string how : {"copy", "rename", "restore"}) {
      CAPTURE(how);
      TestServer s;
      value.make(s, "source");
      s.run("set target text");
      const std::string request = how == "copy" ? "copy source target replace"
                                  : how == "rename"
                                      ? "rename source target"
                                      : "restore target 0 " + s.run("dump source") + " replace";
      CHECK(s.run(request)[0] != '-');
      s.now_ms += 1100;
      s.events();
      s.run_background();
      CHECK(s.events().find("expired:target") != std::string::npos);
    }
  }
}

TEST_CASE("keys: values of every type are copied, renamed, moved and restored") {
  for (const Made& made : kMade) {
    CAPTURE(std::string(made.name));
    for (const std::string target : kTargets) {
      TestServer server;
      allow_debug(server);
      made.make(server, "k");
      server.run("expire k 1000");
      const std::string before = digest(server, "k");
      const std::string type = server.run("type k"), encoding = server.run("object encoding k");
      const auto check = [&](const std::string& key) {
        CHECK(digest(server, key) == before);
        CHECK(server.run("type " + key) == type);
        CHECK(server.run("object encoding " + key) == encoding);
        CHECK(server.run("ttl " + key) == ":1000");
      };
      check("k");
      CHECK(server.run("copy k " + target) == ":1");
      check(target);
      check("k");
      server.run("set " + target + "2 overwritten");
      CHECK(server.run("rename " + target + " " + target + "2") == "+OK");
      CHECK(server.run("exists " + target) == ":0");
      check(target + "2");
      CHECK(server.run("move " + target + "2 3") == ":1");
      CHECK(server.run("exists " + target + "2") == ":0");
      CHECK(server.run("restore " + target + " 1000000 " + server.run("dump k")) == "+OK");
      check(target);
      CHECK(server.run("copy k " + target + " db 3") == ":1");
      CHECK(server.run("copy k " + target + " db 3 replace") == ":1");
      server.run("select 3");
      check(target + "2");
      check(target);
      server.run("flushall");
      CHECK(server.run("dbsize") == ":0");
    }
  }
}

}  // namespace
}  // namespace cobnut::testing
