// Debian's clients work against the server: redis-cli in both protocols, redis-benchmark, hiredis
// and python3-redis. They are what most people will try first.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/server_process.h"

namespace cobnut::test {
namespace {

Finished cli(const ServerProcess& server, std::vector<std::string> words,
             const std::string& input = "") {
  words.insert(words.begin(), {"redis-cli", "-p", std::to_string(server.port())});
  return run_program(words, input);
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("clients: redis-cli in RESP2 and RESP3") {
  ServerProcess server;
  REQUIRE(server.ok());
  for (const std::string protocol : {"-2", "-3"}) {
    CAPTURE(protocol);
    const auto ask = [&](std::vector<std::string> words) {
      words.insert(words.begin(), protocol);
      const Finished finished = cli(server, words);
      CHECK(finished.status == 0);
      return finished.output;
    };
    CHECK(ask({"PING"}) == "PONG\n");
    CHECK(ask({"SET", "cli:a", "1"}) == "OK\n");
    CHECK(ask({"INCRBY", "cli:a", "41"}) == "42\n");
    CHECK(ask({"GET", "cli:a"}) == "42\n");
    CHECK(ask({"--no-raw", "GET", "cli:none"}) == "(nil)\n");
    CHECK(ask({"--no-raw", "MGET", "cli:a", "cli:none"}) == "1) \"42\"\n2) (nil)\n");
    CHECK(contains(ask({"NOSUCH"}), "ERR unknown command"));
    CHECK(ask({"DEL", "cli:a"}) == "1\n");
  }
}

TEST_CASE("clients: redis-cli reads commands from its input") {
  ServerProcess server;
  REQUIRE(server.ok());
  const Finished session = cli(server, {}, "SET a 1\nINCR a\nGET a\n");
  CHECK(session.status == 0);
  CHECK(session.output == "OK\n2\n2\n");
  std::string mass;
  constexpr int kKeys = 20'000;
  for (int i = 0; i < kKeys; i++) mass += "SET pipe:" + std::to_string(i) + " v\r\n";
  const Finished pipe = cli(server, {"--pipe"}, mass);
  CHECK(pipe.status == 0);
  CHECK(contains(pipe.output, "errors: 0, replies: 20000"));
  const Finished scan = cli(server, {"--scan", "--pattern", "pipe:1234?"});
  CHECK(scan.status == 0);
  CHECK(std::count(scan.output.begin(), scan.output.end(), '\n') == 10);
}

TEST_CASE("clients: redis-cli's walks over keys of every type") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  std::string mass;
  for (int i = 0; i < 60; i++) {
    const std::string number = std::to_string(i);
    if (i < 50) mass += "RPUSH list " + number + "\r\n";
    mass += "SADD set " + number + "\r\n";
    if (i < 4) mass += "ZADD zset " + number + " m" + number + "\r\n";
    if (i < 3) mass += "HSET hash " + number + " v\r\n";
    if (i < 2) mass += "XADD stream 1-" + std::to_string(i + 1) + " f v\r\n";
  }
  mass += "SET string value\r\n";
  const Finished pipe = cli(server, {"--pipe"}, mass);
  CHECK(pipe.status == 0);
  CHECK_MESSAGE(contains(pipe.output, "errors: 0, replies: 120"), pipe.output);
  const Finished big = cli(server, {"--bigkeys"});
  CHECK(big.status == 0);
  for (const char* line :
       {"list found '\"list\"' has 50 items", "set found '\"set\"' has 60 members",
        "zset found '\"zset\"' has 4 members", "hash found '\"hash\"' has 3 fields",
        "stream found '\"stream\"' has 2 entries", "string found '\"string\"' has 5 bytes"})
    CHECK_MESSAGE(contains(big.output, line), big.output);
  const Finished memory = cli(server, {"--memkeys"});
  CHECK(memory.status == 0);
  for (const char* line :
       {"1 lists with ", "1 sets with ", "1 hashs with ", "1 zsets with ", "1 streams with "})
    CHECK_MESSAGE(contains(memory.output, line), memory.output);
  const Finished scan = cli(server, {"--scan"});
  CHECK(std::count(scan.output.begin(), scan.output.end(), '\n') == 6);
}

TEST_CASE("clients: redis-benchmark without an error, with and without pipelining") {
  for (const int threads : {1, 2}) {
    ServerProcess server({}, threads);
    REQUIRE(server.ok());
    for (const std::string pipeline : {"1", "16"}) {
      CAPTURE(threads);
      CAPTURE(pipeline);
      const Finished run =
          run_program({"redis-benchmark", "-p", std::to_string(server.port()), "-q", "-t",
                       "ping,set,get,incr,mset", "-n", kSanitized ? "5000" : "50000", "-r", "10000",
                       "-c", "50", "-P", pipeline});
      CHECK(run.status == 0);
      for (const char* wrong : {"rror", "WARN", "ERR"}) {
        CHECK_MESSAGE(!contains(run.output, wrong), run.output);
      }
      for (const char* row :
           {"PING_INLINE: ", "PING_MBULK: ", "SET: ", "GET: ", "INCR: ", "MSET (10 keys): "}) {
        CHECK_MESSAGE(contains(run.output, row), run.output);
      }
    }
  }
}

TEST_CASE("clients: redis-benchmark with everything that it does by default") {
  ServerProcess server;
  REQUIRE(server.ok());
  for (const std::string pipeline : {"1", "16"}) {
    const Finished run = run_program({"redis-benchmark", "-p", std::to_string(server.port()), "-q",
                                      "-n", kSanitized ? "1000" : "5000", "-P", pipeline});
    CHECK(run.status == 0);
    for (const char* wrong : {"rror", "WARN", "ERR"})
      CHECK_MESSAGE(!contains(run.output, wrong), run.output);
    for (const char* row : {"LPUSH: ", "RPOP: ", "SADD: ", "HSET: ", "SPOP: ", "ZADD: ",
                            "ZPOPMIN: ", "LRANGE_600 (first 600 elements): "})
      CHECK_MESSAGE(contains(run.output, row), run.output);
  }
}

TEST_CASE("clients: a password works in redis-cli and redis-benchmark") {
  ServerProcess server({"--requirepass", "secret"});
  REQUIRE(server.ok());
  CHECK(contains(cli(server, {"PING"}).output, "NOAUTH"));
  CHECK(contains(cli(server, {"-a", "secret", "PING"}).output, "PONG"));
  CHECK(contains(cli(server, {"-3", "-a", "secret", "PING"}).output, "PONG"));
  const Finished run = run_program({"redis-benchmark", "-p", std::to_string(server.port()), "-a",
                                    "secret", "-q", "-t", "set", "-n", "1000"});
  CHECK(run.status == 0);
  CHECK(contains(run.output, "SET: "));
}

TEST_CASE("clients: hiredis, one command at a time and a pipeline") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  CHECK(client.run({"SET", "h", std::string("\0\r\n", 3)}).text() == "OK");
  CHECK(client.run({"GET", "h"}).text() == std::string("\0\r\n", 3));
  CHECK(client.run({"GET", "none"}).is_nil());
  CHECK(client.run({"INCR", "h"}).is_error());
  constexpr int kCommands = 10'000;
  for (int i = 0; i < kCommands; i++) client.append({"INCR", "counter"});
  for (int i = 1; i <= kCommands; i++) REQUIRE(client.answer().integer() == i);
  const Answer many = client.run({"MGET", "counter", "none"});
  REQUIRE(many.size() == 2);
  CHECK(many.text(0) == std::to_string(kCommands));
  CHECK(many.is_nil(1));
}

// The script has the tests and prints a line for each; make compat runs it too.
TEST_CASE("clients: Debian's python3-redis") {
  ServerProcess server;
  REQUIRE(server.ok());
  const Finished run =
      run_program({"/usr/bin/python3", COBNUT_SOURCES "/redis-compat/clients/python_redis.py",
                   std::to_string(server.port())});
  CHECK_MESSAGE(run.status == 0, run.output);
  CHECK_MESSAGE(!contains(run.output, "not ok"), run.output);
  CHECK_MESSAGE(contains(run.output, "ok pipelines\n"), run.output);
}

}  // namespace
}  // namespace cobnut::test
