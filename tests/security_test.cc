// Who may do what on a connection: passwords, HELLO, protected mode, CLIENT KILL.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <string>

#include "tests/raw_socket.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

// An IPv4 address of this machine that is not the loopback; empty when it has none.
std::string outer_address() {
  ifaddrs* all = nullptr;
  std::string found;
  if (getifaddrs(&all) != 0) return found;
  for (const ifaddrs* one = all; one && found.empty(); one = one->ifa_next) {
    if (!one->ifa_addr || one->ifa_addr->sa_family != AF_INET || (one->ifa_flags & IFF_LOOPBACK)) {
      continue;
    }
    char text[INET_ADDRSTRLEN];
    const auto* address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
    found = inet_ntop(AF_INET, &address->sin_addr, text, sizeof(text));
  }
  freeifaddrs(all);
  return found;
}

TEST_CASE("security: a password is needed for everything but AUTH, HELLO, QUIT and RESET") {
  ServerProcess server({"--requirepass", "secret"});
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  const std::string refused = "-NOAUTH Authentication required.\r\n";
  for (const char* command : {"PING", "GET a", "SET a b", "CONFIG GET requirepass", "COMMAND",
                              "CLIENT LIST", "SHUTDOWN", "FLUSHALL", "INFO"}) {
    CHECK(socket.ask(command) == refused);
  }
  CHECK(socket.ask("RESET") == "+RESET\r\n");
  const std::string wrong = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
  CHECK(socket.ask("AUTH wrong") == wrong);
  CHECK(socket.ask("AUTH default wrong") == wrong);
  CHECK(socket.ask("AUTH nobody secret") == wrong);
  CHECK(socket.ask("GET a") == refused);
  CHECK(socket.ask("AUTH secret") == "+OK\r\n");
  CHECK(socket.ask("SET a b") == "+OK\r\n");
  CHECK(socket.ask("AUTH wrong") == wrong);
  CHECK(socket.ask("SET a c") == "+OK\r\n");  // a failed AUTH takes nothing away
  CHECK(socket.ask("RESET") == "+RESET\r\n");
  CHECK(socket.ask("SET a d") == refused);  // RESET does
  CHECK(socket.ask("AUTH default secret") == "+OK\r\n");
  CHECK(RawSocket(server.port()).ask("GET a") == refused);  // others stay outside
}

TEST_CASE("security: AUTH without a password set") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  CHECK(socket.ask("AUTH any") ==
        "-ERR AUTH <password> called without any password configured for the default user. Are you "
        "sure your configuration is correct?\r\n");
  CHECK(socket.ask("CONFIG SET requirepass later") == "+OK\r\n");
  CHECK(socket.ask("PING") == "+PONG\r\n");  // those inside stay inside
  RawSocket second(server.port());
  CHECK(second.ask("PING") == "-NOAUTH Authentication required.\r\n");
  CHECK(second.ask("AUTH later") == "+OK\r\n");
  CHECK(second.ask("PING") == "+PONG\r\n");
  CHECK(socket.ask("CONFIG SET requirepass \"\"") == "+OK\r\n");
  CHECK(RawSocket(server.port()).ask("PING") == "+PONG\r\n");
}

TEST_CASE("security: HELLO chooses the protocol, authenticates and names") {
  ServerProcess server({"--requirepass", "secret"});
  REQUIRE(server.ok());
  RawSocket socket(server.port());
  CHECK(socket.ask("HELLO 3").starts_with("-NOAUTH HELLO must be called with the client already"));
  CHECK(socket.ask("HELLO 4") == "-NOPROTO unsupported protocol version\r\n");
  CHECK(socket.ask("HELLO 3 AUTH default wrong").starts_with("-WRONGPASS"));
  CHECK(socket.ask("HELLO 3 AUTH default secret SETNAME tester").starts_with("%"));
  // The map's pairs: skip to the reply of the next command, which nothing else looks like.
  socket.send("ECHO end-of-hello\r\n");
  std::string line, hello;
  while (line != "end-of-hello\r\n" && !(line = socket.read_line()).empty()) hello += line;
  CHECK(hello.find("$5\r\nproto\r\n:3\r\n") != std::string::npos);
  CHECK(socket.ask("GET none") == "_\r\n");
  CHECK(socket.ask("CLIENT GETNAME") == "$6\r\n");
  CHECK(socket.read_line() == "tester\r\n");
  CHECK(socket.ask("HELLO 2").starts_with("*"));
  socket.send("ECHO end-of-hello\r\n");
  while (line = socket.read_line(), !line.empty() && line != "end-of-hello\r\n") {
  }
  CHECK(socket.ask("GET none") == "$-1\r\n");
}

TEST_CASE("security: protected mode lets only this machine in while there is no password") {
  const std::string outer = outer_address();
  if (outer.empty()) {
    MESSAGE("skipped: this machine has no address but the loopback");
    return;
  }
  ServerProcess server({"--bind", "0.0.0.0"});
  REQUIRE(server.ok());
  CHECK(RawSocket(server.port()).ask("PING") == "+PONG\r\n");
  {
    RawSocket stranger(server.port(), outer.c_str());
    CHECK(stranger.read_line().starts_with("-DENIED"));
    CHECK(stranger.is_closed());
  }
  RawSocket socket(server.port());
  CHECK(socket.ask("CONFIG SET protected-mode no") == "+OK\r\n");
  CHECK(RawSocket(server.port(), outer.c_str()).ask("PING") == "+PONG\r\n");
  CHECK(socket.ask("CONFIG SET protected-mode yes") == "+OK\r\n");
  CHECK(socket.ask("CONFIG SET requirepass secret") == "+OK\r\n");
  CHECK(RawSocket(server.port(), outer.c_str()).ask("AUTH secret") == "+OK\r\n");
}

TEST_CASE("security: nothing but the loopback is listened on by default") {
  const std::string outer = outer_address();
  ServerProcess server({"--bind", "127.0.0.1", "-::1"});  // the default, said aloud
  REQUIRE(server.ok());
  if (!outer.empty()) CHECK(!RawSocket(server.port(), outer.c_str()).ok());
}

TEST_CASE("security: CLIENT KILL by id and by address, one's own connection last") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection admin = server.connect();
  Connection by_id = server.connect(), by_address = server.connect();
  const int64_t id = by_id.run({"CLIENT", "ID"}).integer();
  CHECK(admin.run({"CLIENT", "KILL", "ID", std::to_string(id)}).integer() == 1);
  CHECK(!by_id.run({"PING"}).ok());
  const std::string info = by_address.run({"CLIENT", "INFO"}).text();
  const size_t at = info.find(" addr=") + 6;
  const std::string address = info.substr(at, info.find(' ', at) - at);
  CHECK(admin.run({"CLIENT", "KILL", address}).text() == "OK");
  CHECK(!by_address.run({"PING"}).ok());
  CHECK(admin.run({"CLIENT", "KILL", "1.2.3.4:5"}).text() == "ERR No such client");
  CHECK(admin.run({"CLIENT", "KILL", "ID", "99999999"}).integer() == 0);

  Connection others[] = {server.connect(), server.connect(), server.connect()};
  for (Connection& other : others) CHECK(other.run({"PING"}).text() == "PONG");
  CHECK(admin.run({"CLIENT", "KILL", "TYPE", "normal"}).integer() == 3);  // SKIPME is the default
  for (Connection& other : others) CHECK(!other.run({"PING"}).ok());
  const std::string own = std::to_string(admin.run({"CLIENT", "ID"}).integer());
  CHECK(admin.run({"CLIENT", "KILL", "ID", own, "SKIPME", "no"}).integer() == 1);
  CHECK(!admin.run({"PING"}).ok());
  CHECK(server.connect().run({"PING"}).text() == "PONG");
}

}  // namespace
}  // namespace cobnut::test
