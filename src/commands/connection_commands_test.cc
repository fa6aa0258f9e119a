// What a client says about its own connection. The steps are what redis-server 7.0.15 answered
// (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kConnectionSteps[] = {
    // HELLO, its mistakes
    {"HELLO 4", "-NOPROTO unsupported protocol version"},
    {"HELLO 1", "-NOPROTO unsupported protocol version"},
    {"HELLO x", "-ERR Protocol version is not an integer or out of range"},
    {"HELLO \"3 \"", "-ERR Protocol version is not an integer or out of range"},
    {"HELLO 99999999999999999999", "-ERR Protocol version is not an integer or out of range"},
    {"HELLO 2 AUTH", "-ERR Syntax error in HELLO option 'AUTH'"},
    {"HELLO 2 AUTH a", "-ERR Syntax error in HELLO option 'AUTH'"},
    {"HELLO 2 AUTH a b", "-WRONGPASS invalid username-password pair or user is disabled."},
    {"HELLO 2 SETNAME", "-ERR Syntax error in HELLO option 'SETNAME'"},
    {"HELLO 2 SETNAME \"a b\"",
     "-ERR Client names cannot contain spaces, newlines or special characters."},
    {"HELLO 2 SETNAME \"\\xe9\"",
     "-ERR Client names cannot contain spaces, newlines or special characters."},
    {"HELLO 2 FOO", "-ERR Syntax error in HELLO option 'FOO'"},
    {"HELLO 3 AUTH nosuch x FOO", "-WRONGPASS invalid username-password pair or user is disabled."},
    {"HELLO 2 AUTH nosuch y SETNAME \"a b\"",
     "-WRONGPASS invalid username-password pair or user is disabled."},
    // AUTH without a password
    {"AUTH", "-ERR wrong number of arguments for 'auth' command"},
    {"AUTH x",
     "-ERR AUTH <password> called without any password configured for the default user. Are you "
     "sure your configuration is correct?"},
    {"AUTH default x", "+OK"},
    {"AUTH foo x", "-WRONGPASS invalid username-password pair or user is disabled."},
    {"AUTH a b c", "-ERR syntax error"},
    // small ones
    {"PING", "+PONG"},
    {"PING hello", "\"hello\""},
    {"PING a b", "-ERR wrong number of arguments for 'ping' command"},
    {"ping \"a\\x00b\"", "\"a\\x00b\""},
    {"ECHO x", "\"x\""},
    {"ECHO", "-ERR wrong number of arguments for 'echo' command"},
    {"ECHO a b", "-ERR wrong number of arguments for 'echo' command"},
    {"SELECT 0", "+OK"},
    {"SELECT 15", "+OK"},
    {"SELECT 16", "-ERR DB index is out of range"},
    {"SELECT -1", "-ERR DB index is out of range"},
    {"SELECT x", "-ERR value is not an integer or out of range"},
    {"SELECT 99999999999",
     "-ERR value is out of range, value must between -2147483648 and 2147483647"},
    {"SELECT", "-ERR wrong number of arguments for 'select' command"},
    // a database of its own
    {"SELECT 3", "+OK"},
    {"SET k v", "+OK"},
    {"SELECT 0", "+OK"},
    {"GET k", "nil"},
    {"SELECT 3", "+OK"},
    {"GET k", "\"v\""},
    // RESET
    {"CLIENT SETNAME joe", "+OK"},
    {"RESET x", "-ERR wrong number of arguments for 'reset' command"},
    {"RESET", "+RESET"},
    {"CLIENT GETNAME", "nil"},
    {"GET k", "nil"},
    {"QUIT", "+OK"},
};

TEST_CASE("connection commands answer as Redis") {
  TestServer server;
  replay(server, kConnectionSteps);
  CHECK(server.session.closing);  // QUIT
}

constexpr char kHelloResp2[] =
    "[\"server\", \"redis\", \"version\", \"7.2.4\", \"proto\", :2, \"id\", :1, \"mode\", "
    "\"standalone\", \"role\", \"master\", \"modules\", []]";
constexpr char kHelloResp3[] =
    "{\"server\": \"redis\", \"version\": \"7.2.4\", \"proto\": :3, \"id\": :1, \"mode\": "
    "\"standalone\", \"role\": \"master\", \"modules\": []}";

TEST_CASE("HELLO chooses the protocol and keeps it") {
  TestServer server;
  CHECK_EQ(server.run("hello"), kHelloResp2);
  CHECK_EQ(server.run("hello 3 setname joe"), kHelloResp3);
  CHECK_EQ(server.run("client getname"), "\"joe\"");
  CHECK_EQ(server.run("hello"), kHelloResp3);
  CHECK_EQ(server.run("hello 4"), "-NOPROTO unsupported protocol version");
  CHECK_EQ(server.client.resp, 3);
  CHECK_EQ(server.run("reset"), "+RESET");
  CHECK_EQ(server.run("hello"), kHelloResp2);
}

void set_password(TestServer& server, const char* password) {
  CHECK_EQ(server.run({"config", "set", "requirepass", password}), "+OK");
}

constexpr char kWrongPass[] = "-WRONGPASS invalid username-password pair or user is disabled.";
constexpr char kNoAuth[] = "-NOAUTH Authentication required.";

TEST_CASE("a password") {
  TestServer server;
  set_password(server, "secret");
  CHECK_EQ(server.run("ping"), "+PONG");  // who is in stays in
  CHECK_EQ(server.run("reset"), "+RESET");
  CHECK_EQ(server.run("ping"), kNoAuth);
  CHECK_EQ(server.run("nosuch"), "-ERR unknown command 'nosuch', with args beginning with: ");
  CHECK_EQ(server.run("get"), "-ERR wrong number of arguments for 'get' command");
  for (const char* wrong :
       {"auth secre", "auth secrets", "auth Secret", "auth \"\"", "auth secretsecret",
        "auth default x", "auth joe secret", "hello 3 auth default x", "hello 3 auth joe secret"}) {
    INFO(wrong);
    CHECK_EQ(server.run(wrong), kWrongPass);
    CHECK_EQ(server.run("ping"), kNoAuth);
  }
  CHECK(server.run("hello 3").starts_with("-NOAUTH HELLO must be called with the client already"));
  CHECK(server.run("hello").starts_with("-NOAUTH HELLO must be called with the client already"));
  CHECK_EQ(server.client.resp, 2);
  // The name is looked at before the password is.
  CHECK(server.run("hello 2 setname \"a b\" auth default secret").starts_with("-ERR Client names"));
  CHECK_EQ(server.run("ping"), kNoAuth);
  CHECK_EQ(server.run("auth secret"), "+OK");
  CHECK_EQ(server.run("ping"), "+PONG");
  CHECK_EQ(server.run("auth wrong"), kWrongPass);
  CHECK_EQ(server.run("ping"), "+PONG");  // a failed AUTH changes nothing
  server.run("reset");
  CHECK_EQ(server.run("hello 3 auth default secret setname joe"), kHelloResp3);
  CHECK_EQ(server.run("client getname"), "\"joe\"");
}

TEST_CASE("taking the password away lets everybody in") {
  TestServer server;
  set_password(server, "secret");
  server.run("reset");
  CHECK_EQ(server.run("ping"), kNoAuth);
  CHECK(server.server.options
            .update([](Options& options) -> Status {
              options.requirepass.clear();
              return Ok{};
            })
            .ok());
  CHECK_EQ(server.run("ping"), "+PONG");
}

}  // namespace
}  // namespace cobnut::testing
