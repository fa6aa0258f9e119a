// RESP3 on a socket, read by the tests' own reader: which kinds of replies commands have in each
// version of the protocol, and that a connection changes between the two at any time.
#include <doctest/doctest.h>

#include <string>

#include "tests/resp_value.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

using Words = std::initializer_list<std::string_view>;

TEST_CASE("resp3: HELLO changes the protocol there and back, RESET goes back to RESP2") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  CHECK(ask(socket, 2, {"GET", "none"}) == "nil");
  CHECK(ask(socket, 3, {"HELLO", "3"}).find("\"proto\" => :3") != std::string::npos);
  CHECK(ask(socket, 3, {"GET", "none"}) == "nil");
  CHECK(ask(socket, 2, {"HELLO", "2"}).find("\"proto\", :2") != std::string::npos);
  CHECK(ask(socket, 2, {"GET", "none"}) == "nil");
  CHECK(ask(socket, 3, {"HELLO", "3"}).starts_with("%{"));
  CHECK(ask(socket, 3, {"HELLO", "4"}) == "-NOPROTO unsupported protocol version");
  CHECK(ask(socket, 3, {"MGET", "none"}) == "*[nil]");
  CHECK(ask(socket, 3, {"RESET"}) == "+RESET");
  CHECK(ask(socket, 2, {"MGET", "none"}) == "*[nil]");
}

TEST_CASE("resp3: kinds of replies in both versions") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket two(server.port()), three(server.port());
  REQUIRE(ask(three, 3, {"HELLO", "3"}).starts_with("%{"));
  const auto both = [&](Words words, const std::string& in_two, const std::string& in_three) {
    CHECK(ask(two, 2, words) == in_two);
    CHECK(ask(three, 3, words) == in_three);
  };
  both({"MSET", "{r}a", "ohmytext", "{r}b", "mynewtext", "{r}n", "1.5"}, "+OK", "+OK");
  both({"MGET", "{r}a", "none"}, "*[\"ohmytext\", nil]", "*[\"ohmytext\", nil]");
  both({"STRLEN", "{r}a"}, ":8", ":8");
  both({"INCR", "{r}a"}, "-ERR value is not an integer or out of range",
       "-ERR value is not an integer or out of range");
  both({"INCRBYFLOAT", "{r}n", "0"}, "\"1.5\"", "\"1.5\"");
  both({"LCS", "{r}a", "{r}b", "IDX"},
       "*[\"matches\", *[*[*[:4, :7], *[:5, :8]], *[*[:2, :3], *[:0, :1]]], \"len\", :6]",
       "%{\"matches\" => *[*[*[:4, :7], *[:5, :8]], *[*[:2, :3], *[:0, :1]]], \"len\" => :6}");
  both({"CONFIG", "GET", "maxmemory"}, "*[\"maxmemory\", \"0\"]", "%{\"maxmemory\" => \"0\"}");
  both({"SET", "{r}a", "x", "NX"}, "nil", "nil");
  both({"OBJECT", "ENCODING", "none"}, "nil", "nil");
  CHECK(ask(two, 2, {"INFO", "server"}).starts_with("\"# Server\r\n"));
  CHECK(ask(three, 3, {"INFO", "server"}).starts_with("=txt:# Server\r\n"));
  CHECK(ask(three, 3, {"CLIENT", "LIST"}).starts_with("=txt:id="));
  CHECK(ask(three, 3, {"COMMAND", "INFO", "get"}).find("~[+readonly, +fast]") != std::string::npos);
}

TEST_CASE("resp3: a pipeline that changes the protocol in the middle") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  constexpr int kRounds = 200;
  std::string sent;
  for (int i = 0; i < kRounds; i++) {
    for (const char* version : {"3", "2"}) {
      sent += request({"HELLO", version}) + request({"CONFIG", "GET", "maxmemory"});
    }
  }
  REQUIRE(socket.send(sent));
  for (int i = 0; i < kRounds; i++) {
    for (const int version : {3, 2}) {
      const std::string kind = version == 3 ? "%" : "*";
      for (int reply = 0; reply < 2; reply++) {
        const std::optional<RespValue> value = read_reply(socket, version);
        REQUIRE(value);
        REQUIRE(value->kind == kind[0]);
      }
    }
  }
}

}  // namespace
}  // namespace cobnut::test
