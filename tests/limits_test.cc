// Every limit that a client can run into: how many connections, how long idle, how much unread
// output, how much memory an idle connection costs.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/raw_socket.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

size_t clients_listed(Connection& admin) {
  const std::string list = admin.run({"CLIENT", "LIST"}).text();
  return static_cast<size_t>(std::count(list.begin(), list.end(), '\n'));
}

TEST_CASE(
    "limits: maxclients refuses the next connection with an error, and counts those that left") {
  ServerProcess server({"--maxclients", "10"});
  REQUIRE(server.ok());
  std::vector<RawSocket> clients;
  // The connection that saw the server start may still be counted for a moment.
  REQUIRE(eventually([&] {
    RawSocket client(server.port());
    const std::string reply = client.ask("PING");
    if (reply == "+PONG\r\n") clients.push_back(std::move(client));
    return clients.size() == 10;
  }));
  for (int i = 0; i < 3; i++) {
    RawSocket refused(server.port());
    CHECK(refused.read_line() == "-ERR max number of clients reached\r\n");
    CHECK(refused.is_closed());
  }
  for (RawSocket& client : clients) CHECK(client.ask("PING") == "+PONG\r\n");
  clients.pop_back();
  CHECK(eventually([&] { return RawSocket(server.port()).ask("PING") == "+PONG\r\n"; }));
  CHECK(clients[0].ask("CONFIG SET maxclients 20") == "+OK\r\n");
  std::vector<RawSocket> more;
  for (int i = 0; i < 8; i++) {
    more.emplace_back(server.port());
    CHECK(more.back().ask("PING") == "+PONG\r\n");
  }
}

TEST_CASE("limits: an idle client is closed after `timeout` seconds, a busy one is not") {
  ServerProcess server({"--timeout", "1"});
  REQUIRE(server.ok());
  RawSocket idle(server.port()), busy(server.port());
  CHECK(idle.ask("PING") == "+PONG\r\n");
  const auto begin = std::chrono::steady_clock::now();
  pollfd closing{idle.fd(), POLLIN, 0};
  REQUIRE(eventually([&] {
    CHECK(busy.ask("PING") == "+PONG\r\n");
    return poll(&closing, 1, 0) > 0;
  }));
  CHECK(idle.is_closed());
  // Seconds are counted whole, hence not before one has passed, give or take the clock's own grain.
  CHECK(std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(900));
  CHECK(busy.ask("PING") == "+PONG\r\n");
}

// A client that asks for much and reads nothing must cost neither memory without bound nor the
// others their service; when it reads at last, every reply is there and in order.
TEST_CASE("limits: 500,000 GETs sent blindly by a client that does not read") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection other = server.connect();
  const std::string value(1000, 'v');
  CHECK(other.run({"SET", "big", value}).text() == "OK");
  const std::string get = request({"GET", "big"});
  const std::string reply = "$1000\r\n" + value + "\r\n";
  const size_t kGets = static_cast<size_t>(rounds(500'000));
  std::string gets;
  for (size_t i = 0; i < kGets; i++) gets += get;

  const int64_t rss_before = server.rss_bytes();
  int64_t rss_max = 0;
  RawSocket blind(server.port());
  size_t sent = 0;
  // Sends until all is sent or the server has taken nothing for a while: both are ways to bound it.
  constexpr int kStallMax = 500;  // polls of a few ms
  for (int stalled = 0; sent < gets.size() && stalled < kStallMax;) {
    const size_t now = blind.send_some(std::string_view(gets).substr(sent));
    sent += now;
    stalled = now ? 0 : stalled + 1;
    if (!now) {
      REQUIRE(other.run({"GET", "big"}).text() == value);
      rss_max = std::max(rss_max, server.rss_bytes());
      pause_between_polls();
    }
  }
  rss_max = std::max(rss_max, server.rss_bytes());
  CHECK(other.run({"PING"}).text() == "PONG");
  // 500 MB of replies are wanted. Redis keeps them all unless told otherwise; we stop reading.
  if (!is_redis() && !is_sanitized()) CHECK(rss_max - rss_before < (64 << 20));

  size_t answered = 0;
  for (; answered < kGets; answered++) {
    while (sent < gets.size()) {
      const size_t now = blind.send_some(std::string_view(gets).substr(sent));
      sent += now;
      if (!now) break;
    }
    if (blind.read_bytes(reply.size()) != reply) break;
  }
  CHECK(answered == kGets);
}

TEST_CASE("limits: what a client sends is received while it does not read what it is owed") {
  constexpr size_t kOwed = 64 << 20, kBody = 1'000'000, kBehind = 400'000;
  ServerProcess server;
  REQUIRE(server.ok());
  Connection admin = server.connect();
  REQUIRE(admin.run({"SETRANGE", "owed", std::to_string(kOwed - 1), "x"}).integer() == kOwed);
  RawSocket client(server.port());
  const std::string set = request({"SET", "k", std::string(kBody, 'v')});
  // A request is known to be incomplete, then its client is made to wait, then it is completed.
  REQUIRE(client.send("GET owed\r\n" + set.substr(0, set.size() / 2)));
  const auto shown = [&](const std::string& field) {  // of the client, which came last
    const std::string list = admin.run({"CLIENT", "LIST"}).text();
    const size_t at = list.rfind(" " + field + "=");
    return at == std::string::npos ? 0 : std::stoull(list.substr(at + field.size() + 2));
  };
  REQUIRE(eventually([&] { return shown("omem") > 0 && shown("qbuf") >= set.size() / 2; }));
  std::string behind;
  for (size_t i = 0; i < kBehind; i++) behind += "PING\r\n";
  REQUIRE(client.send(set.substr(set.size() / 2) + behind));
  CHECK(eventually([&] { return shown("qbuf") == set.size() + behind.size(); }));
  const std::string head = "$" + std::to_string(kOwed) + "\r\n";
  CHECK(client.read_bytes(head.size() + kOwed + 2).size() == head.size() + kOwed + 2);
  CHECK(client.read_line() == "+OK\r\n");
  std::string pongs;
  for (size_t i = 0; i < kBehind; i++) pongs += "+PONG\r\n";
  CHECK(client.read_bytes(pongs.size()) == pongs);
}

TEST_CASE("limits: a client over its output limit is closed, others are not") {
  ServerProcess server({"--client-output-buffer-limit", "normal 1mb 0 0"});
  REQUIRE(server.ok());
  Connection other = server.connect();
  // One reply larger than the limit and than the kernel's buffers, for a client that does not read
  // it.
  CHECK(other.run({"SET", "big", std::string(64 << 20, 'v')}).text() == "OK");
  RawSocket slow(server.port());
  slow.send(request({"GET", "big"}));
  CHECK(eventually([&] { return clients_listed(other) == 1; }));
  CHECK(slow.read_to_end().size() < (64 << 20));
  CHECK(other.run({"PING"}).text() == "PONG");
}

// The count is the client's, negative ones without a bound: what stops the command is the limit on
// what the client is owed. Redis stops at the same place.
TEST_CASE("limits: a random sample without end is cut by the output limit, its client closed") {
  ServerProcess server({"--client-output-buffer-limit", "normal 8mb 0 0"});
  REQUIRE(server.ok());
  Connection other = server.connect();
  CHECK(other.run({"SADD", "set", "one", "two", std::string(100, 'm')}).integer() == 3);
  CHECK(other.run({"HSET", "hash", "one", "1", "two", std::string(100, 'm')}).integer() == 2);
  CHECK(other.run({"ZADD", "zset", "1", "one", "2", std::string(100, 'm')}).integer() == 2);
  for (const std::string command :
       {"SRANDMEMBER set", "HRANDFIELD hash", "ZRANDMEMBER zset", "HRANDFIELD hash"}) {
    CAPTURE(command);
    RawSocket client(server.port());
    client.send(command + " -4000000000000000000\r\nPING\r\n");
    const std::string reply = client.read_to_end();
    CHECK(reply.size() < (16 << 20));
    CHECK(reply.find("PONG") == std::string::npos);
    CHECK(other.run({"PING"}).text() == "PONG");
  }
  CHECK(server.rss_bytes() < (256 << 20));
  CHECK(other.run({"SRANDMEMBER", "set", "-9223372036854775808"}).is_error());
  CHECK(other.run({"SRANDMEMBER", "set", "-10000"}).size() == 10000);
  // With values there are twice as many parts, which must be countable.
  CHECK(other.run({"HRANDFIELD", "hash", "-4611686018427387904", "WITHVALUES"}).text() ==
        "ERR value is out of range");
  CHECK(other.run({"ZRANDMEMBER", "zset", "-4611686018427387904", "WITHSCORES"}).text() ==
        "ERR value is out of range");
}

TEST_CASE("limits: clients that leave in the middle of a request are forgotten") {
  const std::string path = temporary_path(".sock");
  ServerProcess server({"--unixsocket", path});
  REQUIRE(server.ok());
  Connection admin = server.connect();
  for (const bool unix_socket : {false, true}) {
    for (const std::string said :
         {"", "PING\r\n", "*2\r\n$3\r\nGET\r\n$5", "PING\r\n*2\r\n$3\r\nG"}) {
      CAPTURE(unix_socket);
      CAPTURE(said);
      for (int i = 0; i < 200; i++) {
        RawSocket client = unix_socket ? RawSocket(path) : RawSocket(server.port());
        client.send(said);
      }
      CHECK(eventually([&] { return clients_listed(admin) == 1; }, std::chrono::seconds(5)));
    }
  }
}

TEST_CASE("limits: 10,000 idle connections cost less than 1 KiB of memory each") {
  constexpr size_t kConnections = 10'000;
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < kConnections + 100) {
    MESSAGE("skipped: only " << files.rlim_max << " open files are allowed here");
    return;
  }
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  ServerProcess server({"--maxclients", std::to_string(kConnections + 50)});
  REQUIRE(server.ok());
  Connection admin = server.connect();
  REQUIRE(admin.run({"PING"}).text() == "PONG");
  const int64_t before = server.rss_bytes();
  std::vector<RawSocket> idle;
  idle.reserve(kConnections);
  for (size_t i = 0; i < kConnections; i++) {
    idle.emplace_back(server.port());
    REQUIRE(idle.back().ok());
    REQUIRE(idle.back().ask("PING") == "+PONG\r\n");  // a connection that has been used
  }
  const int64_t cost = (server.rss_bytes() - before) / static_cast<int64_t>(kConnections);
  MESSAGE("bytes of RSS per idle connection: " << cost);
  if (!is_redis() && !is_sanitized()) CHECK(cost < 1024);
  for (size_t i = 0; i < kConnections; i += 97) REQUIRE(idle[i].ask("PING") == "+PONG\r\n");
  idle.clear();
  CHECK(eventually([&] { return clients_listed(admin) == 1; }));
}

}  // namespace
}  // namespace cobnut::test
