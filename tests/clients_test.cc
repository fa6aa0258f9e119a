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

// One request in each form that --pipe may be fed with.
std::string inline_request(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += word + " ";
  return line + "\r\n";
}
std::string resp_request(const std::vector<std::string>& words) {
  std::string request = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words)
    request += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return request;
}

TEST_CASE("clients: redis-cli --pipe with commands of all types, in RESP and inline") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  for (const auto& request : {resp_request, inline_request}) {
    CHECK(client.run({"FLUSHALL"}).text() == "OK");
    std::string mass;
    const int total = rounds(12'000);
    for (int i = 0; i < total; i++) {
      const std::string key = std::to_string(i % 100), number = std::to_string(i);
      for (const std::vector<std::string>& words : {
               std::vector<std::string>{"SET", "string" + number, "v"},
               {"INCR", "counter" + key},
               {"RPUSH", "list" + key, number},
               {"SADD", "set" + key, number},
               {"HSET", "hash" + key, "f" + number, number},
               {"ZADD", "zset" + key, number, "m" + number},
               {"XADD", "stream" + key, "*", "f", number},
               {"PFADD", "hll" + key, number},
               {"SETBIT", "bits" + key, number, "1"},
           })
        mass += request(words);
    }
    const Finished pipe = cli(server, {"--pipe"}, mass);
    CHECK(pipe.status == 0);
    CHECK_MESSAGE(contains(pipe.output, "errors: 0, replies: " + std::to_string(total * 9)),
                  pipe.output);
    CHECK(client.run({"DBSIZE"}).integer() == total + 800);
    CHECK(client.run({"ZCARD", "zset7"}).integer() == total / 100);
    CHECK(client.run({"HGET", "hash7", "f407"}).text() == "407");
    CHECK(client.run({"BITCOUNT", "bits7"}).integer() == total / 100);
  }
}

TEST_CASE("clients: redis-cli's walks over keys of every type") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  std::string mass;
  const auto add = [&](const std::vector<std::string>& words) { mass += resp_request(words); };
  for (int i = 0; i < 60; i++) {
    const std::string number = std::to_string(i);
    if (i < 50) add({"RPUSH", "list", number});
    add({"SADD", "set", number});
    if (i < 4) add({"ZADD", "zset", number, "m" + number});
    if (i < 3) add({"HSET", "hash", number, "v"});
    if (i < 2) add({"XADD", "stream", "1-" + std::to_string(i + 1), "f", "v"});
  }
  add({"SET", "string", "value"});
  // Names that are not text, and beside them what is large.
  add({"SET", std::string("\0\xff \"\r\n", 6), std::string(2000, 'v')});
  for (const char* command : {"RPUSH", "SADD", "HSET", "ZADD"}) {
    std::vector<std::string> words{command, std::string("\xfe large ") + command};
    for (int i = 0; i < 2000; i++) words.push_back(std::to_string(i));
    add(words);
  }
  const Finished pipe = cli(server, {"--pipe"}, mass);
  CHECK(pipe.status == 0);
  CHECK_MESSAGE(contains(pipe.output, "errors: 0, replies: 125"), pipe.output);
  const auto walk = [&](std::vector<std::string> words, std::initializer_list<const char*> lines) {
    const Finished walked = cli(server, std::move(words));
    CHECK(walked.status == 0);
    for (const char* line : lines) CHECK_MESSAGE(contains(walked.output, line), walked.output);
  };
  walk({"--bigkeys"},
       {"Sampled 11 keys", "\"\\xfe large RPUSH\"' has 2000 items",
        "\"\\xfe large SADD\"' has 2000 members", "\"\\xfe large ZADD\"' has 1000 members",
        "\"\\xfe large HSET\"' has 1000 fields", "stream found '\"stream\"' has 2 entries",
        "\"\\x00\\xff \\\"\\r\\n\"' has 2000 bytes", "2 lists with 2050 items",
        "2 sets with 2060 members", "2 hashs with 1003 fields", "2 zsets with 1004 members",
        "1 streams with 2 entries", "2 strings with 2005 bytes"});
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--memkeys"}, {"--memkeys-samples", "0"}})
    walk(words, {"2 lists with ", "2 sets with ", "2 hashs with ", "2 zsets with ",
                 "1 streams with ", "2 strings with "});
  const Finished scan = cli(server, {"--scan"});
  CHECK(std::count(scan.output.begin(), scan.output.end(), '\n') == 11);
  walk({"--scan", "--pattern", "\\xfe*[RS]?*", "--quoted-pattern", "\"\\xfe*[RS]?*\""},
       {"large RPUSH", "large SADD"});
}

TEST_CASE("clients: redis-cli watches the server, and says what it cannot do") {
  ServerProcess server;
  REQUIRE(server.ok());
  CHECK(server.connect().run({"SET", "k", "v"}).text() == "OK");
  const auto shell = [&](const std::string& line) {
    const std::string command =
        "env --default-signal=PIPE stdbuf -oL redis-cli -p " + std::to_string(server.port()) + " ";
    return run_program({"bash", "-c", command + line}).output;
  };
  // These run until nobody reads what they print.
  const std::string stat = shell("--stat -i 0.01 | head -3");
  CHECK_MESSAGE(contains(stat, "keys       mem      clients blocked requests"), stat);
  CHECK_MESSAGE(contains(stat, "\n1 "), stat);
  CHECK(contains(shell("--latency-history -i 1 | head -3"), "\n"));
  CHECK(contains(shell("--latency-dist -i 1 | head -c 400"), "From 0 to 100%"));
  CHECK(contains(shell("--lru-test 100 | head -1"), "Gets/sec | Hits: "));
  CHECK(contains(shell("--latency"), " "));  // for a second when its output is not a terminal
  const Finished hot = cli(server, {"--hotkeys"});
  CHECK(hot.status == 1);
  CHECK_MESSAGE(contains(hot.output, "ERR An LFU maxmemory policy is not selected"), hot.output);
  if (is_redis()) return;
  const Finished rdb = cli(server, {"--rdb", temporary_path(".rdb")});
  CHECK(rdb.status == 1);
  CHECK_MESSAGE(contains(rdb.output, "SYNC with master failed: -ERR unknown command 'SYNC'"),
                rdb.output);
}

TEST_CASE("clients: redis-cli's forms of input and output") {
  ServerProcess server;
  REQUIRE(server.ok());
  CHECK(cli(server, {"-x", "SET", "x"}, std::string("from\0stdin", 10)).output == "OK\n");
  CHECK(cli(server, {"-X", "tag", "SET", "y", "tag"}, "from stdin").output == "OK\n");
  CHECK(cli(server, {"GETRANGE", "x", "5", "-1"}).output == "stdin\n");
  CHECK(cli(server, {"ZADD", "z", "1.5", "a", "inf", "b"}).output == "2\n");
  CHECK(cli(server, {"HSET", "h", "f", "v \"q\""}).output == "1\n");
  const std::vector<std::string> range = {"ZRANGE", "z", "0", "-1", "WITHSCORES"};
  const auto with = [&](std::vector<std::string> flags, const std::vector<std::string>& words) {
    flags.insert(flags.end(), words.begin(), words.end());
    return cli(server, flags).output;
  };
  CHECK(with({"--csv"}, range) == "\"a\",\"1.5\",\"b\",\"inf\"\n");
  CHECK(with({"-3", "--csv"}, range) == "\"a\",1.5,\"b\",inf\n");
  CHECK(with({"--json"}, {"HGETALL", "h"}) == "{\"f\":\"v \\\"q\\\"\"}\n");  // asks in RESP3
  CHECK(with({"--no-raw"}, {"HGETALL", "h"}) == "1) \"f\"\n2) \"v \\\"q\\\"\"\n");
  CHECK(with({"--no-raw", "-3"}, {"HGETALL", "h"}) == "1# \"f\" => \"v \\\"q\\\"\"\n");
  CHECK(with({"-r", "3"}, {"INCR", "n"}) == "1\n2\n3\n");
  CHECK(with({"-n", "5"}, {"DBSIZE"}) == "0\n");
  CHECK(contains(with({}, {"help", "ZADD"}), "[NX|XX] [GT|LT] [CH] [INCR] score member"));
}

// Runs redis-benchmark, whose output holds no error and each of `rows`.
void benchmark(const ServerProcess& server, std::vector<std::string> words,
               std::initializer_list<const char*> rows) {
  words.insert(words.begin(), {"redis-benchmark", "-p", std::to_string(server.port())});
  const Finished run = run_program(words);
  CHECK(run.status == 0);
  for (const char* wrong : {"rror", "WARN", "ERR"})
    CHECK_MESSAGE(!contains(run.output, wrong), run.output);
  for (const char* row : rows) CHECK_MESSAGE(contains(run.output, row), run.output);
}

TEST_CASE("clients: redis-benchmark without an error, with and without pipelining") {
  for (const int threads : {1, 2}) {
    ServerProcess server({}, threads);
    REQUIRE(server.ok());
    for (const std::string pipeline : {"1", "16"}) {
      CAPTURE(threads);
      CAPTURE(pipeline);
      benchmark(server,
                {"-q", "-t", "ping,set,get,incr,mset", "-n", std::to_string(rounds(50'000)), "-r",
                 "10000", "-c", "50", "-P", pipeline},
                {"PING_INLINE: ", "PING_MBULK: ", "SET: ", "GET: ", "INCR: ", "MSET (10 keys): "});
    }
  }
}

TEST_CASE("clients: redis-benchmark with everything that it does by default") {
  struct Way {
    int server_threads;
    std::vector<std::string> words;
  };
  const Way ways[] = {{1, {"-q", "-P", "1"}},
                      {1, {"-q", "-P", "16"}},
                      {2, {"-q", "-P", "1"}},
                      {2, {"-q", "-P", "16", "--threads", "2"}},
                      {2, {"--csv", "-P", "16", "-r", "1000", "-d", "1024"}},
                      {2, {"-q", "-P", "16", "-3"}}};
  for (const Way& way : ways) {
    CAPTURE(way.server_threads);
    ServerProcess server({}, way.server_threads);
    REQUIRE(server.ok());
    std::vector<std::string> words = way.words;
    words.insert(words.end(), {"-n", std::to_string(rounds(3000))});
    benchmark(server, words,
              {"PING_INLINE", "PING_MBULK", "SET", "GET", "INCR", "LPUSH", "RPUSH", "LPOP", "RPOP",
               "SADD", "HSET", "SPOP", "ZADD", "ZPOPMIN", "LRANGE_100 (first 100 elements)",
               "LRANGE_600 (first 600 elements)", "MSET (10 keys)"});
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
