// CONFIG SET of bind, port and maxclients while clients are connected.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "tests/server_process.h"

namespace cobnut::test {
namespace {

constexpr char kCannotListen[] =
    "ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this port";
constexpr char kCannotBind[] =
    "ERR CONFIG SET failed (possibly related to argument 'bind') - Failed to bind to specified "
    "addresses.";

std::string set(Connection& client, const std::vector<std::string>& pairs) {
  std::vector<std::string> words = {"CONFIG", "SET"};
  words.insert(words.end(), pairs.begin(), pairs.end());
  return client.run(words).text();
}

bool answers(int port) { return Connection(port).run({"PING"}).text() == "PONG"; }

TEST_CASE("listeners: another port, none, and the first again; clients stay connected") {
  for (const int threads : {1, 3}) {
    ServerProcess server({}, threads);
    REQUIRE(server.ok());
    std::vector<Connection> clients;  // of all loops: CONFIG SET runs on each
    for (int i = 0; i < threads; i++) {
      clients.push_back(server.connect());
      // One that waits for its accept() yet is reset when the port goes.
      REQUIRE(clients.back().run({"PING"}).text() == "PONG");
    }
    int before = server.port();
    for (Connection& client : clients) {
      const int port = free_port();
      CHECK(set(client, {"port", std::to_string(port)}) == "OK");
      CHECK(eventually([&] { return answers(port); }));
      CHECK(eventually([&] { return !answers(before); }));
      before = port;
    }
    CHECK(set(clients[0], {"port", "0"}) == "OK");
    CHECK(eventually([&] { return !answers(before); }));
    CHECK(set(clients[0], {"port", std::to_string(server.port())}) == "OK");
    CHECK(eventually([&] { return answers(server.port()); }));
    for (Connection& client : clients) CHECK(client.run({"PING"}).text() == "PONG");
  }
}

TEST_CASE("listeners: who has connected before a port is left is served") {
  ServerProcess server({}, 2);
  REQUIRE(server.ok());
  Connection client = server.connect();
  int at = server.port();
  for (int round = 0; round < 20; round++) {
    std::vector<Connection> arriving;
    for (int i = 0; i < 20; i++) arriving.emplace_back(at);
    const int next = free_port();
    REQUIRE(set(client, {"port", std::to_string(next)}) == "OK");
    for (Connection& each : arriving) REQUIRE(each.run({"PING"}).text() == "PONG");
    at = next;
  }
}

TEST_CASE("listeners: a port that is taken is an error, and everything stays as it was") {
  ServerProcess server, other;
  REQUIRE(server.ok());
  REQUIRE(other.ok());
  Connection client = server.connect();
  CHECK(set(client, {"timeout", "77", "port", std::to_string(other.port()), "maxclients", "50"})
            .starts_with(kCannotListen));
  CHECK(client.run({"CONFIG", "GET", "timeout"}).text(1) == "0");
  CHECK(client.run({"CONFIG", "GET", "port"}).text(1) == std::to_string(server.port()));
  for (int i = 0; i < 20; i++) CHECK(answers(server.port()));
  CHECK(answers(other.port()));
}

TEST_CASE("listeners: wider and narrower addresses on the same port") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  const auto at = [&](const char* address) {
    redisContext* context = redisConnect(address, server.port());
    const bool connected = context != nullptr && context->err == 0;
    redisFree(context);
    return connected;
  };
  CHECK_FALSE(at("127.0.0.2"));
  CHECK(set(client, {"bind", "*"}) == "OK");
  CHECK(eventually([&] { return at("127.0.0.2") && at("127.0.0.1"); }));
  CHECK(set(client, {"bind", "127.0.0.1 -192.0.2.1"}) == "OK");
  CHECK(eventually([&] { return !at("127.0.0.2") && at("127.0.0.1"); }));
  CHECK(client.run({"CONFIG", "GET", "bind"}).text(1) == "127.0.0.1 -192.0.2.1");
  CHECK(set(client, {"bind", "127.0.0.2 192.0.2.1"}) == kCannotBind);  // a documentation address
  CHECK(set(client, {"bind", "127.0.0.1 127.0.0.1"}) == kCannotBind);
  CHECK(eventually([&] { return !at("127.0.0.2") && at("127.0.0.1"); }));
  CHECK(client.run({"CONFIG", "GET", "bind"}).text(1) == "127.0.0.1 -192.0.2.1");
  CHECK(set(client, {"bind", ""}) == "OK");
  CHECK(eventually([&] { return !at("127.0.0.1"); }));
  CHECK(set(client, {"bind", "127.0.0.1"}) == "OK");
  CHECK(eventually([&] { return at("127.0.0.1"); }));
}

TEST_CASE("listeners: maxclients is at most what the limit of descriptors allows") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  rlimit limit;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > 100'000'000) return;
  const std::string before = client.run({"CONFIG", "GET", "maxclients"}).text(1);
  const std::string refused =
      set(client, {"maxclients", std::to_string(limit.rlim_max + 1), "timeout", "77"});
  const std::string expected =
      "ERR CONFIG SET failed (possibly related to argument 'maxclients') - The operating system is "
      "not able to handle the specified number of clients, try with ";
  CHECK(refused.starts_with(expected));
  CHECK(client.run({"CONFIG", "GET", "maxclients"}).text(1) == before);
  CHECK(client.run({"CONFIG", "GET", "timeout"}).text(1) == "0");
  CHECK(set(client, {"maxclients", refused.substr(expected.size())}) == "OK");
}

}  // namespace
}  // namespace cobnut::test
