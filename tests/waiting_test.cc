// Clients that wait: WAIT, CLIENT UNBLOCK, CLIENT PAUSE, and CLIENT REPLY, which drops replies.
// What a client sent behind the command that waits is answered after it, in order, and nobody else
// waits.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/raw_socket.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

bool blocked(Connection& asking, int count) {
  return contains(asking.run({"INFO", "clients"}).text(),
                  "blocked_clients:" + std::to_string(count) + "\r\n");
}

void wait_for_blocked(Connection& asking, int count) {
  CHECK(eventually([&] { return blocked(asking, count); }));
}

// The number of a raw client's connection.
std::string id_of(RawSocket& client) {
  const std::string line = client.ask("CLIENT ID");  // ":5\r\n"
  return line.substr(1, line.size() - 3);
}

TEST_CASE("waiting: WAIT without replicas answers when its time is over, and all behind it then") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket client(server.port());
  REQUIRE(client.send("WAIT 0 0\r\nWAIT 0 100000\r\nWAIT -1 100000\r\n"));
  CHECK(client.read_bytes(12) == ":0\r\n:0\r\n:0\r\n");
  REQUIRE(client.send("SET a 1\r\nWAIT 1 20\r\nINCR a\r\nWAIT 3 1\r\nGET a\r\n"));
  CHECK(client.read_bytes(24) == "+OK\r\n:0\r\n:2\r\n:0\r\n$1\r\n2\r\n");
}

TEST_CASE("waiting: CLIENT UNBLOCK ends a WAIT, by its reply or by an error") {
  for (const int threads : {1, 2}) {
    CAPTURE(threads);
    ServerProcess server({}, threads);
    REQUIRE(server.ok());
    Connection other = server.connect();
    std::vector<RawSocket> clients;  // over all loops
    for (int i = 0; i < 4; i++) clients.emplace_back(server.port());
    for (const std::string& reason :
         {std::string(), std::string("TIMEOUT"), std::string("ERROR")}) {
      for (RawSocket& client : clients) {
        const std::string id = id_of(client);
        REQUIRE(client.send("WAIT 1 0\r\nPING\r\nECHO behind\r\n"));
        wait_for_blocked(other, 1);
        CHECK(contains(other.run({"CLIENT", "LIST", "ID", id}).text(), " flags=b "));
        CHECK(contains(other.run({"CLIENT", "LIST", "ID", id}).text(), " cmd=wait "));
        std::vector<std::string> unblock{"CLIENT", "UNBLOCK", id};
        if (!reason.empty()) unblock.push_back(reason);
        CHECK(other.run(unblock).integer() == 1);
        const std::string first =
            reason == "ERROR" ? "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n" : ":0\r\n";
        const std::string all = first + "+PONG\r\n$6\r\nbehind\r\n";
        CHECK(client.read_bytes(all.size()) == all);
        wait_for_blocked(other, 0);
        CHECK(other.run(unblock).integer() == 0);
      }
    }
    CHECK(other.run({"CLIENT", "UNBLOCK", "999999"}).integer() == 0);
    CHECK(other.run({"CLIENT", "UNBLOCK", "-1"}).integer() == 0);
  }
}

TEST_CASE("waiting: a blocked client that leaves, or is killed, is forgotten") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection other = server.connect();
  {
    RawSocket closes(server.port());
    REQUIRE(closes.send("WAIT 1 0\r\nSET never 1\r\n"));
    wait_for_blocked(other, 1);
  }
  wait_for_blocked(other, 0);
  RawSocket half(server.port());
  REQUIRE(half.send("WAIT 1 0\r\nSET never 1\r\n"));
  wait_for_blocked(other, 1);
  half.end_sending();
  CHECK(half.is_closed());
  RawSocket killed(server.port());
  const std::string id = id_of(killed);
  REQUIRE(killed.send("WAIT 1 0\r\nSET never 1\r\n"));
  wait_for_blocked(other, 1);
  CHECK(other.run({"CLIENT", "KILL", "ID", id}).integer() == 1);
  CHECK(killed.is_closed());
  wait_for_blocked(other, 0);
  CHECK(other.run({"EXISTS", "never"}).integer() == 0);
}

// Many loops unblock, kill and time out the same clients at once: each wakes exactly once.
TEST_CASE("waiting: unblocking races with the time and with the end of the client") {
  ServerProcess server({}, 2);
  REQUIRE(server.ok());
  Connection one = server.connect(), two = server.connect();
  for (int i = 0; i < rounds(200); i++) {
    RawSocket client(server.port());
    const std::string id = id_of(client);
    REQUIRE(client.send("WAIT 1 1\r\nPING\r\n"));
    for (Connection* asking : {&one, &two}) asking->append({"CLIENT", "UNBLOCK", id});
    if (i % 4 == 3) one.append({"CLIENT", "KILL", "ID", id});
    const int64_t ended = one.answer().integer() + two.answer().integer();
    CHECK(ended <= 1);
    if (i % 4 == 3) {
      CHECK(one.answer().integer() == 1);
      CHECK(client.read_to_end() != "(time-out)");
    } else {
      CHECK(client.read_bytes(11) == ":0\r\n+PONG\r\n");
    }
  }
  wait_for_blocked(one, 0);
}

TEST_CASE(
    "waiting: CLIENT PAUSE WRITE stops writes alone, CLIENT UNPAUSE lets them go on in order") {
  for (const int threads : {1, 2}) {
    CAPTURE(threads);
    ServerProcess server({}, threads);
    REQUIRE(server.ok());
    Connection other = server.connect();
    CHECK(other.run({"SET", "a", "1"}).text() == "OK");
    CHECK(other.run({"CLIENT", "PAUSE", "100000", "WRITE"}).text() == "OK");
    CHECK(other.run({"CLIENT", "PAUSE", "1", "WRITE"}).text() == "OK");  // no shorter
    RawSocket one(server.port()), two(server.port());
    REQUIRE(one.send("GET a\r\nINCR a\r\nGET a\r\nINCR a\r\nPING\r\n"));
    REQUIRE(two.send("SET\r\nPING\r\nFLUSHALL\r\nDBSIZE\r\n"));
    CHECK(one.read_bytes(7) == "$1\r\n1\r\n");
    CHECK(two.read_line() == "-ERR wrong number of arguments for 'set' command\r\n");
    CHECK(two.read_line() == "+PONG\r\n");
    wait_for_blocked(other, 2);
    CHECK(other.run({"GET", "a"}).text() == "1");
    CHECK(contains(other.run({"CLIENT", "LIST"}).text(), " flags=b "));
    CHECK(other.run({"CLIENT", "UNPAUSE"}).text() == "OK");
    CHECK(contains(one.read_bytes(22), "+PONG\r\n"));
    CHECK(two.read_line() == "+OK\r\n");
    CHECK(two.read_line().front() == ':');
    wait_for_blocked(other, 0);
    CHECK(other.run({"SET", "b", "1"}).text() == "OK");
  }
}

TEST_CASE("waiting: CLIENT PAUSE ALL stops every command until its time is over") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection other = server.connect();
  CHECK(other.run({"CLIENT", "PAUSE", "50"}).text() == "OK");
  std::vector<RawSocket> clients;
  for (int i = 0; i < 8; i++) {
    clients.emplace_back(server.port());
    REQUIRE(clients.back().send("PING\r\nSET k v\r\nCLIENT UNPAUSE\r\nNOSUCH\r\n"));
  }
  for (RawSocket& client : clients) {
    CHECK(client.read_bytes(17) == "+PONG\r\n+OK\r\n+OK\r\n");
    CHECK(contains(client.read_line(), "unknown command"));
  }
  wait_for_blocked(other, 0);
}

TEST_CASE("waiting: a paused client that is killed takes its command with it") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection other = server.connect();
  CHECK(other.run({"CLIENT", "PAUSE", "100000", "WRITE"}).text() == "OK");
  {
    RawSocket killed(server.port());
    const std::string id = id_of(killed);
    REQUIRE(killed.send("SET killed 1\r\n"));
    wait_for_blocked(other, 1);
    CHECK(other.run({"CLIENT", "KILL", "ID", id}).integer() == 1);
    CHECK(killed.is_closed());
    wait_for_blocked(other, 0);
  }
  CHECK(other.run({"CLIENT", "UNPAUSE"}).text() == "OK");
  CHECK(other.run({"EXISTS", "killed"}).integer() == 0);
}

TEST_CASE("waiting: nothing expires while clients are paused, and nothing due is seen") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  CHECK(client.run({"CLIENT", "PAUSE", "100000", "WRITE"}).text() == "OK");
  CHECK(client.run({"CLIENT", "UNPAUSE"}).text() == "OK");
  CHECK(client.run({"SET", "due", "1", "PX", "1"}).text() == "OK");
  const auto expired = [&] {
    const std::string stats = client.run({"INFO", "stats"}).text();
    const size_t at = stats.find("expired_keys:");
    return stats.substr(at, stats.find('\r', at) - at);
  };
  CHECK(eventually([&] { return client.run({"GET", "due"}).is_nil(); }));
  CHECK(expired() == "expired_keys:1");
  CHECK(client.run({"SET", "due", "1", "PX", "40"}).text() == "OK");
  CHECK(client.run({"CLIENT", "PAUSE", "100000", "WRITE"}).text() == "OK");
  CHECK(eventually([&] { return client.run({"GET", "due"}).is_nil(); }));
  CHECK(client.run({"TTL", "due"}).integer() == -2);
  CHECK(client.run({"EXISTS", "due"}).integer() == 0);
  CHECK(client.run({"DBSIZE"}).integer() == 1);
  // There is no other. (Redis 7.0.15 looks for one for ever.)
  if (!is_redis()) CHECK(client.run({"RANDOMKEY"}).text() == "due");
  CHECK(expired() == "expired_keys:1");
  CHECK(client.run({"CLIENT", "UNPAUSE"}).text() == "OK");
  CHECK(eventually([&] { return client.run({"DBSIZE"}).integer() == 0; }));
  CHECK(expired() == "expired_keys:2");
}

TEST_CASE("waiting: CLIENT REPLY drops what is not wanted, and only that") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket client(server.port());
  const auto check = [&](std::string_view sent, const std::string& replies) {
    CAPTURE(sent);
    REQUIRE(client.send(sent));
    CHECK(client.read_bytes(replies.size()) == replies);
  };
  check(
      "CLIENT REPLY OFF\r\nPING\r\nNOSUCH\r\nCLIENT REPLY SKIP\r\nSET r 1\r\nINCR r\r\n"
      "CLIENT REPLY ON\r\nGET r\r\n",
      "+OK\r\n$1\r\n2\r\n");
  check(
      "CLIENT REPLY SKIP\r\nINCR r\r\nINCR r\r\nCLIENT REPLY SKIP\r\nCLIENT REPLY SKIP\r\nPING\r\n"
      "ECHO a\r\n",
      ":4\r\n$1\r\na\r\n");
  check("CLIENT REPLY SKIP\r\nWAIT 1 1\r\nECHO b\r\n", "$1\r\nb\r\n");
  check("CLIENT REPLY SKIP\r\nFLUSHALL\r\nDBSIZE\r\n", ":0\r\n");
  check("CLIENT REPLY SKIP\r\nCLIENT REPLY foo\r\nECHO c\r\n", "$1\r\nc\r\n");
  check("CLIENT REPLY foo\r\n", "-ERR syntax error\r\n");
  check("CLIENT REPLY OFF\r\nMSET x 1 y 2\r\nWAIT 1 1\r\nKEYS *\r\nRESET\r\nECHO d\r\n",
        "+RESET\r\n$1\r\nd\r\n");
  check("CLIENT REPLY SKIP\r\nCLIENT REPLY ON\r\nECHO e\r\n", "+OK\r\n$1\r\ne\r\n");
}

TEST_CASE("waiting: a long pipeline without replies, then with") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket client(server.port());
  std::string load = "CLIENT REPLY OFF\r\n";
  const int keys = rounds(20'000);
  for (int i = 0; i < keys; i++) load += "SET off:" + std::to_string(i) + " value\r\n";
  load += "CLIENT REPLY ON\r\nDBSIZE\r\n";
  REQUIRE(client.send(load));
  const std::string replies = "+OK\r\n:" + std::to_string(keys) + "\r\n";
  CHECK(client.read_bytes(replies.size()) == replies);
}

// Writers on every loop, some of whose commands wait for busy shards: after the reply of CLIENT
// PAUSE nothing changes any more.
TEST_CASE("waiting: no write takes effect after CLIENT PAUSE has replied") {
  ServerProcess server({}, 2);
  REQUIRE(server.ok());
  Connection other = server.connect();
  std::vector<RawSocket> writers;
  std::string burst;
  for (int i = 0; i < 50; i++) burst += "INCR n" + std::to_string(i) + "\r\nMSET n1 1 n2 2 m 3\r\n";
  for (int i = 0; i < 6; i++) writers.emplace_back(server.port());
  for (int round = 0; round < rounds(20); round++) {
    for (RawSocket& writer : writers) REQUIRE(writer.send(burst));
    CHECK(other.run({"CLIENT", "PAUSE", "100000", "WRITE"}).text() == "OK");
    const auto state = [&] {
      std::string text;
      for (int i = 0; i < 50; i++) text += other.run({"GET", "n" + std::to_string(i)}).text() + " ";
      return text;
    };
    const std::string before = state();
    CHECK(state() == before);
    CHECK(other.run({"CLIENT", "UNPAUSE"}).text() == "OK");
    for (RawSocket& writer : writers) {
      for (int i = 0; i < 100; i++) REQUIRE(writer.read_line().size() > 2);
    }
  }
}

}  // namespace
}  // namespace cobnut::test
