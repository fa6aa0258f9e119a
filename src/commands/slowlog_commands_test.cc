// SLOWLOG and MONITOR. The steps are what redis-server 7.0.15 answered (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kSteps[] = {
    {"SLOWLOG", "-ERR wrong number of arguments for 'slowlog' command"},
    {"SLOWLOG FOO", "-ERR unknown subcommand 'FOO'. Try SLOWLOG HELP."},
    {"SLOWLOG LEN", ":0"},
    {"SLOWLOG LEN a", "-ERR wrong number of arguments for 'slowlog|len' command"},
    {"SLOWLOG GET", "[]"},
    {"SLOWLOG GET 0", "[]"},
    {"SLOWLOG GET -1", "[]"},
    {"SLOWLOG GET -2", "-ERR count should be greater than or equal to -1"},
    {"SLOWLOG GET x", "-ERR count should be greater than or equal to -1"},
    {"SLOWLOG GET 1 2", "-ERR wrong number of arguments for 'slowlog|get' command"},
    {"SLOWLOG RESET", "+OK"},
    {"SLOWLOG RESET x", "-ERR wrong number of arguments for 'slowlog|reset' command"},
    {"MONITOR x", "-ERR wrong number of arguments for 'monitor' command"},
};

TEST_CASE("SLOWLOG answers as Redis") {
  TestServer server;
  replay(server, kSteps);
}

TEST_CASE("SLOWLOG GET shows what is kept, the newest first") {
  TestServer server;
  SlowLog& log = server.server.slow_log;
  for (int i = 0; i < 12; i++) {
    log.add({.time_s = 1000 + i,
             .took_us = 10 * i,
             .words = {"set", "k", std::to_string(i)},
             .address = "127.0.0.1:1",
             .client_name = "joe"},
            100);
  }
  CHECK_EQ(server.run("slowlog get 2"),
           "[[:11, :1011, :110, [\"set\", \"k\", \"11\"], \"127.0.0.1:1\", \"joe\"], "
           "[:10, :1010, :100, [\"set\", \"k\", \"10\"], \"127.0.0.1:1\", \"joe\"]]");
  CHECK(server.run("slowlog get").find("[:2, ") != std::string::npos);  // the tenth
  CHECK(server.run("slowlog get").find("[:1, ") == std::string::npos);
  CHECK(server.run("slowlog get -1").find("[:0, ") != std::string::npos);
  CHECK_EQ(server.run("slowlog len"), ":12");
  CHECK_EQ(server.run("slowlog reset"), "+OK");
  CHECK_EQ(server.run("slowlog len"), ":0");
}

TEST_CASE("MONITOR: keys are out of reach until RESET") {
  TestServer server;
  server.run("set a 1");
  CHECK_EQ(server.run("monitor"), "+OK");
  CHECK(server.server.monitors.any());
  CHECK_EQ(server.run("monitor"), "");  // no second reply
  CHECK_EQ(server.run("get a"), "-ERR Replica can't interact with the keyspace");
  CHECK_EQ(server.run("set a 1"), "-ERR Replica can't interact with the keyspace");
  CHECK_EQ(server.run("ping"), "+PONG");
  CHECK(server.run("client info").find(" flags=O ") != std::string::npos);
  CHECK_EQ(server.run("reset"), "+RESET");
  CHECK_FALSE(server.server.monitors.any());
  CHECK_EQ(server.run("get a"), "\"1\"");
  CHECK(server.run("client info").find(" flags=N ") != std::string::npos);
}

TEST_CASE("secrets are blanked") {
  TestServer server;
  const auto shown = [](const std::vector<Bytes>& words) {
    const CommandSpec* spec = command_table().resolve(words);
    REQUIRE(spec != nullptr);
    std::string text;
    for (const Bytes word : words_without_secrets(*spec, Args(words))) {
      text += word == "(redacted)" ? "*" : std::string(word);
      text += ' ';
    }
    return text;
  };
  CHECK_EQ(shown({"AUTH", "pw"}), "AUTH * ");
  CHECK_EQ(shown({"AUTH", "joe", "pw"}), "AUTH * * ");
  CHECK_EQ(shown({"HELLO", "3", "AUTH", "joe", "pw", "SETNAME", "n"}),
           "HELLO 3 AUTH * * SETNAME n ");
  CHECK_EQ(shown({"HELLO", "3", "SETNAME", "n", "auth", "joe", "pw"}),
           "HELLO 3 SETNAME n auth * * ");
  CHECK_EQ(shown({"HELLO", "3"}), "HELLO 3 ");
  CHECK_EQ(shown({"CONFIG", "SET", "timeout", "1", "RequirePass", "pw", "maxmemory", "2"}),
           "CONFIG SET timeout 1 RequirePass * maxmemory 2 ");
  CHECK_EQ(shown({"CONFIG", "SET", "requirepas", "pw"}), "CONFIG SET requirepas * ");  // mistyped
  CHECK_EQ(shown({"CONFIG", "GET", "requirepass"}), "CONFIG GET requirepass ");
  CHECK_EQ(shown({"SET", "auth", "pw"}), "SET auth pw ");
}

}  // namespace
}  // namespace cobnut::testing
