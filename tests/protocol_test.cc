// The request protocol as bytes on a socket: any split, pipelines, inline commands, and what closes
// the connection. Replies are compared with Redis 7.0.15's to the byte.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/raw_socket.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

struct Exchange {
  std::string sent;
  std::string expected;
};

// A bit of everything whose replies are known; keys are removed at the end so that it can run
// again.
Exchange mixed_commands() {
  const std::string large(40'000, 'x');
  Exchange all;
  const auto add = [&](const std::string& sent, const std::string& expected) {
    all.sent += sent;
    all.expected += expected;
  };
  add(request({"SET", "protocol:a", "1"}), "+OK\r\n");
  add(request({"INCR", "protocol:a"}), ":2\r\n");
  add("GET protocol:a\r\n", "$1\r\n2\r\n");
  add(request({"SET", "protocol:b", std::string_view("\r\n\0 $*\n", 7)}), "+OK\r\n");
  add(request({"GET", "protocol:b"}), std::string("$7\r\n\r\n\0 $*\n\r\n", 13));
  add(request({"MGET", "protocol:a", "protocol:none", "protocol:b"}),
      std::string("*3\r\n$1\r\n2\r\n$-1\r\n$7\r\n\r\n\0 $*\n\r\n", 29));
  add("\r\n", "");  // an empty line is no command
  add("*0\r\n", "");
  add(request({"SET", "protocol:c", large}), "+OK\r\n");
  add(request({"STRLEN", "protocol:c"}), ":40000\r\n");
  add(request({"NOSUCHCOMMAND", "x"}),
      "-ERR unknown command 'NOSUCHCOMMAND', with args beginning with: 'x' \r\n");
  add(request({"GET"}), "-ERR wrong number of arguments for 'get' command\r\n");
  add("SET protocol:d \"a b\\x41\\n\" \r\n", "+OK\r\n");
  add("get 'protocol:d'\n", "$5\r\na bA\n\r\n");
  add(request({"DEL", "protocol:a", "protocol:b", "protocol:c", "protocol:d"}), ":4\r\n");
  return all;
}

std::string exchange(RawSocket& socket, const Exchange& what) {
  socket.send(what.sent);
  return socket.read_bytes(what.expected.size());
}

TEST_CASE("protocol: a pipeline of mixed commands answers in order") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  Exchange many;
  const Exchange once = mixed_commands();
  for (int i = 0; i < 20; i++) {
    many.sent += once.sent;
    many.expected += once.expected;
  }
  CHECK(exchange(socket, many) == many.expected);
}

// What members a batch names is prefetched before its first command runs: those behind find the
// value grown, shrunk, gone, or of another type.
TEST_CASE("protocol: a pipeline over the members of a value that changes under it") {
  struct Commands {
    const char *add, *look, *remove;
    bool scored;        // a word stands ahead of the member that is added
    const char* there;  // what a look at a member replies
    const char* absent;
  };
  constexpr Commands kTypes[] = {
      {"SADD", "SISMEMBER", "SREM", false, ":1\r\n", ":0\r\n"},
      {"HSETNX", "HEXISTS", "HDEL", false, ":1\r\n", ":0\r\n"},
      {"ZADD", "ZSCORE", "ZREM", true, "$1\r\n7\r\n", "$-1\r\n"},
  };
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  for (const Commands& type : kTypes) {
    Exchange all;
    const auto send = [&](std::initializer_list<std::string_view> words, const char* expected) {
      all.sent += request(words);
      all.expected += expected;
    };
    const auto add = [&](const std::string& member, const char* expected) {
      if (type.scored) return send({type.add, "key", "7", member}, expected);
      if (type.add == std::string_view("HSETNX"))
        return send({type.add, "key", member, "v"}, expected);
      send({type.add, "key", member}, expected);
    };
    constexpr int kMembers = 5000;
    for (int i = 0; i < kMembers; i++) add("member" + std::to_string(i), ":1\r\n");
    for (int i = 0; i < kMembers; i += 7) {
      const std::string member = "member" + std::to_string(i);
      send({type.look, "key", member}, type.there);
      add(member, ":0\r\n");
      send({type.remove, "key", member}, ":1\r\n");
      send({type.look, "key", member}, type.absent);
      send({type.look, "key", ""}, type.absent);
    }
    const std::string_view wrong_type =
        "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
    for (int i = 0; i < 20; i++) {
      send({type.look, "key", "member1"}, i == 0 ? type.there : type.absent);
      send({"DEL", "key"}, ":1\r\n");
      send({type.look, "key", "member1"}, type.absent);
      send({"SET", "key", "text"}, "+OK\r\n");
      send({type.look, "key", "member1"}, wrong_type.data());
      send({"DEL", "key"}, ":1\r\n");
      add("member2", ":1\r\n");
      send({type.look, "key", "member2"}, type.there);
    }
    send({"DEL", "key"}, ":1\r\n");
    CHECK(exchange(socket, all) == all.expected);
  }
}

TEST_CASE("protocol: every split of the bytes gives the same replies") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  const Exchange once = mixed_commands();
  // A PING goes ahead of the first part: its reply proves that the server has read that part by
  // itself. Splits within the large value are all alike, so most of them are left out.
  const size_t large_at = once.sent.find("xxxx"), large_end = once.sent.rfind("xxxx");
  for (size_t at = 1; at<once.sent.size(); at += at> large_at && at < large_end ? 997 : 1) {
    socket.send("PING\r\n" + once.sent.substr(0, at));
    REQUIRE(socket.read_bytes(7) == "+PONG\r\n");
    socket.send(once.sent.substr(at));
    const std::string got = socket.read_bytes(once.expected.size());
    REQUIRE_MESSAGE(got == once.expected, "split at byte " << at);
  }
}

TEST_CASE("protocol: pieces of random size, and one byte at a time") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  const Exchange once = mixed_commands();
  std::mt19937 random(1);
  for (const size_t piece_max : {1u, 7u, 300u, 20'000u}) {
    for (size_t at = 0; at < once.sent.size();) {
      const size_t piece = 1 + random() % piece_max;
      REQUIRE(socket.send(std::string_view(once.sent).substr(at, piece)));
      at += piece;
    }
    CHECK(socket.read_bytes(once.expected.size()) == once.expected);
  }
}

TEST_CASE("protocol: a value of 20 MB, and a pipeline of 100,000 commands sent before any read") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  const std::string large(20 << 20, 'v');
  CHECK(client.run({"SET", "large", large}).text() == "OK");
  CHECK(client.run({"GET", "large"}).text() == large);
  constexpr int kCommands = 100'000;
  for (int i = 0; i < kCommands; i++) client.append({"INCR", "counter"});
  for (int i = 1; i <= kCommands; i++) REQUIRE(client.answer().integer() == i);
}

// What ends a connection: the error is the last thing on it, after the replies of what came before.
TEST_CASE("protocol: errors are told and close the connection") {
  ServerProcess server({"--proto-max-bulk-len", "1048576"});
  REQUIRE(server.ok());
  const Exchange cases[] = {
      {"*1\r\n+PING\r\n", "expected '$', got '+'"},
      {"*x\r\n", "invalid multibulk length"},
      {"*2147483648\r\n", "invalid multibulk length"},
      {"*1\r\n$-1\r\n", "invalid bulk length"},
      {"*1\r\n$x\r\n", "invalid bulk length"},
      {"*1\r\n$1048577\r\n", "invalid bulk length"},
      {"*" + std::string(70'000, '1'), "too big mbulk count string"},
      {"*1\r\n$" + std::string(70'000, '1'), "too big bulk count string"},
      {std::string(70'000, 'a'), "too big inline request"},
      {"SET a \"b\r\n", "unbalanced quotes in request"},
      {"SET a \"b\"c\r\n", "unbalanced quotes in request"},
  };
  for (const Exchange& one : cases) {
    RawSocket socket(server.port());
    socket.send(request({"PING"}) + one.sent);
    CHECK(socket.read_line() == "+PONG\r\n");
    CHECK(socket.read_line() == "-ERR Protocol error: " + one.expected + "\r\n");
    CHECK(socket.is_closed());
  }
  CHECK(RawSocket(server.port()).ask("PING") == "+PONG\r\n");  // nobody else is harmed
}

TEST_CASE("protocol: the largest bulk that is allowed is accepted") {
  ServerProcess server({"--proto-max-bulk-len", "1048576"});
  REQUIRE(server.ok());
  Connection client = server.connect();
  const std::string largest(1048576, 'v');
  CHECK(client.run({"SET", "a", largest}).text() == "OK");
  CHECK(client.run({"GET", "a"}).text() == largest);
}

TEST_CASE("protocol: clients that have not given the password get little room") {
  ServerProcess server({"--requirepass", "secret"});
  REQUIRE(server.ok());
  const Exchange cases[] = {
      {"*11\r\n", "unauthenticated multibulk length"},
      {"*1\r\n$16385\r\n", "unauthenticated bulk length"},
  };
  for (const Exchange& one : cases) {
    RawSocket socket(server.port());
    socket.send(one.sent);
    CHECK(socket.read_line() == "-ERR Protocol error: " + one.expected + "\r\n");
    CHECK(socket.is_closed());
  }
  RawSocket socket(server.port());
  CHECK(socket.ask("GET a") == "-NOAUTH Authentication required.\r\n");
  CHECK(socket.ask("AUTH secret") == "+OK\r\n");
  Exchange wide{"*12\r\n$4\r\nMGET\r\n", "*11\r\n"};
  for (int i = 0; i < 11; i++) {
    wide.sent += "$1\r\na\r\n";
    wide.expected += "$-1\r\n";
  }
  CHECK(exchange(socket, wide) == wide.expected);
}

TEST_CASE("protocol: QUIT answers what came before and itself, then closes") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  socket.send(request({"PING"}) + request({"QUIT"}) + request({"PING"}));
  CHECK(socket.read_to_end() == "+PONG\r\n+OK\r\n");
}

TEST_CASE("protocol: replies are delivered to a client that has stopped sending but not reading") {
  ServerProcess server;
  REQUIRE(server.ok());
  for (int i = 0; i < 50; i++) {
    RawSocket socket(server.port());
    socket.send("PING\r\nPING\r\n");
    CHECK(socket.read_bytes(14) == "+PONG\r\n+PONG\r\n");
    socket.end_sending();
    CHECK(socket.read_to_end().empty());
  }
}

}  // namespace
}  // namespace cobnut::test
