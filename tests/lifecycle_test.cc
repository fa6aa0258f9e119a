// Starting and stopping: what a user who made a mistake is told, and that every way to stop is
// clean.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "tests/raw_socket.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

TEST_CASE("lifecycle: a port in use is a clear error and a non-zero exit") {
  ServerProcess server;
  REQUIRE(server.ok());
  const std::string port = std::to_string(server.port());
  const Finished second = run_program({server_binary(), "--port", port, "--bind", "127.0.0.1"}, "");
  CHECK(second.status > 0);
  CHECK(second.status < 128);
  CHECK_MESSAGE(contains(second.output, port), second.output);
  CHECK_MESSAGE(contains(second.output, "in use"), second.output);
  CHECK(RawSocket(server.port()).ask("PING") == "+PONG\r\n");
}

// Each must end soon, with a status of its own (no signal), and name what is wrong.
void check_refused(const std::vector<std::string>& arguments, std::string_view named) {
  std::vector<std::string> words{server_binary()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const Finished run = run_program(words, "", std::chrono::seconds(20));
  CHECK_MESSAGE(run.status > 0, run.output);
  CHECK_MESSAGE(run.status < 128, run.output);
  CHECK_MESSAGE(contains(run.output, named), run.output);
}

TEST_CASE("lifecycle: wrong configuration is refused, and the message names it") {
  check_refused({"/nonexistent/cobnut.conf"}, "/nonexistent/cobnut.conf");
  check_refused({"--no-such-option", "1"}, "no-such-option");
  check_refused({"--port", "70000"}, "port");
  check_refused({"--maxmemory", "lots"}, "maxmemory");
  check_refused({"--maxmemory-policy", "sometimes"}, "maxmemory-policy");
  const std::string path = temporary_path(is_redis() ? ".conf" : ".toml");
  std::ofstream(path) << (is_redis() ? "# a comment\nport 0\nmaxclient 10\n"
                                     : "# a comment\n[network]\nport = 0\nmaxclient = 10\n");
  check_refused({path}, "maxclient");
  unlink(path.c_str());
}

TEST_CASE("lifecycle: an option that keeps data safe is refused while its feature is missing") {
  if (is_redis()) return;
  check_refused({"--port", std::to_string(free_port()), "--appendonly", "yes"}, "appendonly");
}

TEST_CASE("lifecycle: a configuration file, and flags that win over it") {
  const std::string path = temporary_path(is_redis() ? ".conf" : ".toml");
  std::ofstream(path) << (is_redis() ? "bind 127.0.0.1\ntimeout 77\nmaxclients \"123\"\nsave \"\"\n"
                                     : "# a comment\n[network]\nbind = [\"127.0.0.1\"]\n"
                                       "timeout = 77\nmaxclients = 123\n");
  const int port = free_port();
  const std::string binary = server_binary();
  ServerProcess server({"--maxclients", "124"});  // flags only: the two ways are compared below
  REQUIRE(server.ok());
  CHECK(server.connect().run({"CONFIG", "GET", "maxclients"}).text(1) == "124");
  // Started by hand, as an init script would: the file first, flags after it win.
  const Finished run =
      run_program({"/bin/sh", "-c",
                   "'" + binary + "' '" + path + "' --port " + std::to_string(port) +
                       " --timeout 78 >/dev/null & pid=$!; "
                       "for i in $(seq 500); do redis-cli -p " +
                       std::to_string(port) +
                       " CONFIG GET timeout >/dev/null 2>&1 && break; sleep 0.02; done; "
                       "redis-cli -p " +
                       std::to_string(port) +
                       " CONFIG GET timeout; "
                       "redis-cli -p " +
                       std::to_string(port) +
                       " CONFIG GET maxclients; "
                       "kill $pid; wait $pid; echo status $?"});
  CHECK(run.output == "timeout\n78\nmaxclients\n123\nstatus 0\n");
  unlink(path.c_str());
}

TEST_CASE("lifecycle: SIGTERM and SIGINT stop it cleanly, also under load and with idle clients") {
  for (const int signal_number : {SIGTERM, SIGINT}) {
    ServerProcess server;
    REQUIRE(server.ok());
    RawSocket idle(server.port()), busy(server.port());
    CHECK(idle.ask("PING") == "+PONG\r\n");
    for (int i = 0; i < 1000; i++) busy.send(request({"SET", "a", "b"}));
    CHECK(server.stop(signal_number) == 0);
    CHECK(idle.is_closed());
    CHECK(!RawSocket(server.port()).ok());
  }
}

TEST_CASE("lifecycle: SHUTDOWN ends the process without a reply") {
  for (const char* command : {"SHUTDOWN", "SHUTDOWN NOSAVE"}) {
    ServerProcess server;
    REQUIRE(server.ok());
    RawSocket socket(server.port());
    socket.send(std::string(command) + "\r\n");
    CHECK(socket.read_to_end().empty());
    CHECK(server.wait_for_end() == 0);
  }
  ServerProcess server;
  REQUIRE(server.ok());
  CHECK(RawSocket(server.port()).ask("SHUTDOWN SIDEWAYS") == "-ERR syntax error\r\n");
}

TEST_CASE("lifecycle: the port can be bound again at once after a stop with open clients") {
  const int port = free_port();
  for (int i = 0; i < 3; i++) {
    ServerProcess server({"--port", std::to_string(port), "--unixsocket", temporary_path(".sock")});
    REQUIRE(server.ok());
    RawSocket client(port);
    CHECK(client.ask("PING") == "+PONG\r\n");
    CHECK(server.stop(SIGTERM) == 0);
  }
}

TEST_CASE("lifecycle: a Unix socket, alone and beside TCP, with the permissions asked for") {
  const std::string path = temporary_path(".sock");
  for (const bool alone : {true, false}) {
    Flags flags{"--unixsocket", path, "--unixsocketperm", "700"};
    if (alone) flags.insert(flags.end(), {"--port", "0"});
    ServerProcess server(flags);
    REQUIRE(server.ok());
    Connection client{path};
    REQUIRE(client.ok());
    CHECK(client.run({"SET", "a", "1"}).text() == "OK");
    CHECK(client.run({"GET", "a"}).text() == "1");
    struct stat about {};
    REQUIRE(stat(path.c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0700);
    CHECK(RawSocket(server.port()).ok() == !alone);
    CHECK(server.stop(SIGTERM) == 0);
  }
}

}  // namespace
}  // namespace cobnut::test
