// What the server tells of itself: MONITOR, SLOWLOG, LATENCY, INFO, and the tools that ask for
// them. Nothing here depends on how fast the machine is.
#include <doctest/doctest.h>
#include <poll.h>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/raw_socket.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

// The value of a line "name:value" of INFO; empty: there is none.
std::string info_value(Connection& client, const std::string& section, const std::string& name) {
  const std::string text = "\r\n" + client.run({"INFO", section}).text();
  const size_t at = text.find("\r\n" + name + ":");
  if (at == std::string::npos) return {};
  const size_t begin = at + name.size() + 3;
  return text.substr(begin, text.find("\r\n", begin) - begin);
}

// "calls" of "calls=2,usec=1,...".
int64_t field_of(const std::string& fields, const std::string& name) {
  const size_t at = ("," + fields).find("," + name + "=");
  return at == std::string::npos ? -1 : std::stoll(fields.substr(at + name.size() + 1));
}

// -- MONITOR

// What stands behind the time of a line: [0 127.0.0.1:1] "GET" "a".
std::string without_time(const std::string& line) {
  const size_t at = line.find(" [");
  return at == std::string::npos ? line : line.substr(at + 1);
}

TEST_CASE("monitor: every command of every connection, with its database and address") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket monitor(server.port());
  CHECK(monitor.ask("MONITOR") == "+OK\r\n");
  Connection client = server.connect();
  const auto shown = [&] { return without_time(monitor.read_line()); };
  const auto shows = [&](int db, const std::string& words) {
    const std::string line = shown();
    CHECK(line.starts_with("[" + std::to_string(db) + " 127.0.0.1:"));
    CHECK(line.substr(line.find("] ") + 2) == words + "\r\n");
  };
  client.run({"SET", "a", std::string("x\0\n\r\t\a\b\"\\\xff'", 11)});
  shows(0, "\"SET\" \"a\" \"x\\x00\\n\\r\\t\\a\\b\\\"\\\\\\xff'\"");
  client.run({"SELECT", "5"});
  shows(5, "\"SELECT\" \"5\"");
  client.run({"INCRBY", "n", "x"});  // fails, but ran
  shows(5, "\"INCRBY\" \"n\" \"x\"");
  client.run({"GET", "a", "b"});  // did not run
  client.run({"nosuch"});
  client.run({"CONFIG", "GET", "port"});  // of operators: not shown
  client.run({"AUTH", "joe", "secret"});
  shows(5, "\"AUTH\" \"(redacted)\" \"(redacted)\"");
  client.run({"HELLO", "2", "AUTH", "default", "secret", "SETNAME", "me"});
  shows(5, "\"HELLO\" \"2\" \"AUTH\" \"(redacted)\" \"(redacted)\" \"SETNAME\" \"me\"");
}

TEST_CASE("monitor: the monitoring connection itself: what it may do, and how it leaves") {
  ServerProcess server;
  REQUIRE(server.ok());
  RawSocket monitor(server.port());
  CHECK(monitor.ask("MONITOR") == "+OK\r\n");
  CHECK(monitor.ask("PING") == "+PONG\r\n");
  CHECK(contains(monitor.read_line(), "\"PING\""));
  CHECK(monitor.ask("GET a") == "-ERR Replica can't interact with the keyspace\r\n");
  monitor.send("MONITOR\r\n");  // no reply
  CHECK(monitor.ask("ECHO x") == "$1\r\n");
  CHECK(monitor.read_line() == "x\r\n");
  CHECK(contains(monitor.read_line(), "\"ECHO\" \"x\""));
  CHECK(monitor.ask("RESET") == "+RESET\r\n");
  Connection client = server.connect();
  client.run({"SET", "a", "1"});
  CHECK(monitor.ask("GET a") == "$1\r\n");
  CHECK(monitor.read_line() == "1\r\n");
  CHECK(monitor.ask("MONITOR") == "+OK\r\n");
  CHECK(monitor.ask("QUIT") == "+OK\r\n");
}

// Each monitor, on whichever loop it is, sees all commands of each client, in that client's order.
TEST_CASE("monitor: several monitors see the commands of several loops, each client's in order") {
  ServerProcess server({}, 2);
  REQUIRE(server.ok());
  constexpr int kMonitors = 4, kClients = 4, kCommands = 300;
  std::vector<RawSocket> monitors;
  for (int i = 0; i < kMonitors; i++) {
    monitors.emplace_back(server.port());
    REQUIRE(monitors.back().ask("MONITOR") == "+OK\r\n");
  }
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; c++) {
    clients.emplace_back([&server, c] {
      Connection client = server.connect();
      for (int i = 0; i < kCommands; i++)
        client.append({"SET", "key" + std::to_string(i % 7), std::to_string(c), "GET"});
      for (int i = 0; i < kCommands; i++) client.answer();
      client.run({"ECHO", "end"});
    });
  }
  for (std::thread& client : clients) client.join();
  for (RawSocket& monitor : monitors) {
    std::map<std::string, int> seen;  // by client
    int ends = 0;
    while (ends < kClients) {
      const std::string line = without_time(monitor.read_line());
      REQUIRE(contains(line, "\r\n"));
      if (contains(line, "\"ECHO\" \"end\"")) {
        ends++;
        continue;
      }
      const std::string address = line.substr(0, line.find(']'));
      CHECK(contains(line, "\"key" + std::to_string(seen[address] % 7) + "\""));
      seen[address]++;
    }
    CHECK(seen.size() == kClients);
    for (const auto& [address, count] : seen) CHECK(count == kCommands);
  }
}

TEST_CASE("monitor: one that does not read is cut at client-output-buffer-limit, others go on") {
  ServerProcess server({"--client-output-buffer-limit", "normal 1mb 0 0"});
  REQUIRE(server.ok());
  RawSocket deaf(server.port());
  CHECK(deaf.ask("MONITOR") == "+OK\r\n");
  Connection client = server.connect();
  const std::string word(10'000, 'x');
  REQUIRE(eventually(
      [&] {
        for (int i = 0; i < 50; i++) client.append({"ECHO", word});
        for (int i = 0; i < 50; i++) client.answer();
        return !contains(client.run({"CLIENT", "LIST"}).text(), "flags=O");
      },
      std::chrono::seconds(60)));
  CHECK(client.run({"PING"}).text() == "PONG");
}

// -- SLOWLOG and LATENCY

TEST_CASE("slowlog: entries have Redis's form, with the client's address and name") {
  ServerProcess server({"--slowlog-log-slower-than", "0", "--slowlog-max-len", "5"});
  REQUIRE(server.ok());
  Connection client = server.connect();
  client.run({"CLIENT", "SETNAME", "joe"});
  CHECK(client.run({"SLOWLOG", "RESET"}).text() == "OK");
  client.run({"SET", "a", std::string(130, 'v')});
  client.run({"AUTH", "joe", "secret"});
  client.run({"CONFIG", "SET", "requirepass", ""});
  client.run({"GET"});  // did not run
  RawSocket socket(server.port());
  socket.send("SLOWLOG GET 4\r\n");
  CHECK(socket.read_line() == "*4\r\n");
  const std::vector<std::string> words = {
      "CONFIG SET requirepass (redacted)", "AUTH (redacted) (redacted)",
      "SET a " + std::string(128, 'v') + "... (2 more bytes)", "SLOWLOG RESET"};
  const auto bulk = [&] {
    socket.read_line();
    const std::string line = socket.read_line();
    return line.substr(0, line.size() - 2);
  };
  int64_t last_id = 0;
  for (size_t i = 0; i < words.size(); i++) {
    CHECK(socket.read_line() == "*6\r\n");
    const int64_t id = std::stoll(socket.read_line().substr(1));
    if (i > 0) CHECK(id == last_id - 1);
    last_id = id;
    CHECK(std::stoll(socket.read_line().substr(1)) > 1'600'000'000);
    CHECK(std::stoll(socket.read_line().substr(1)) >= 0);
    const int64_t count = std::stoll(socket.read_line().substr(1));
    std::string shown;
    for (int64_t w = 0; w < count; w++) shown += (w == 0 ? "" : " ") + bulk();
    CHECK(shown == words[i]);
    CHECK(bulk().starts_with("127.0.0.1:"));
    CHECK(bulk() == "joe");
  }
  for (int i = 0; i < 10; i++) client.run({"PING"});
  CHECK(client.run({"SLOWLOG", "LEN"}).integer() == 5);
  client.run({"CONFIG", "SET", "slowlog-log-slower-than", "-1"});
  client.run({"SLOWLOG", "RESET"});
  client.run({"PING"});
  CHECK(client.run({"SLOWLOG", "LEN"}).integer() == 0);
}

TEST_CASE("slowlog, latency: only what takes as long as asked for") {
  ServerProcess server({"--slowlog-log-slower-than", "10000000", "--latency-monitor-threshold",
                        "20", "--enable-debug-command", "local"});
  REQUIRE(server.ok());
  Connection client = server.connect();
  client.run({"PING"});
  CHECK(client.run({"SLOWLOG", "LEN"}).integer() == 0);
  CHECK(client.run({"DEBUG", "SLEEP", "0.03"}).text() == "OK");
  CHECK(client.run({"SLOWLOG", "LEN"}).integer() == 0);
  client.run({"CONFIG", "SET", "slowlog-log-slower-than", "30000"});
  client.run({"SLOWLOG", "RESET"});
  client.run({"DEBUG", "SLEEP", "0.03"});
  CHECK(client.run({"SLOWLOG", "LEN"}).integer() >= 1);
  const Answer history = client.run({"LATENCY", "HISTORY", "command"});
  CHECK(history.size() >= 1);
  CHECK(client.run({"LATENCY", "LATEST"}).size() >= 1);
  CHECK(contains(client.run({"LATENCY", "GRAPH", "command"}).text(), "command - high "));
  CHECK(client.run({"LATENCY", "RESET"}).integer() >= 1);
  CHECK(client.run({"LATENCY", "HISTORY", "command"}).size() == 0);
}

TEST_CASE("debug: refused unless it is allowed") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  if (is_redis()) return;  // these tests start it with DEBUG allowed
  CHECK(client.run({"DEBUG", "SLEEP", "0"}).text().starts_with("ERR DEBUG command not allowed."));
}

// -- INFO

TEST_CASE("info: calls, failures and refusals of each command, and errors by their code") {
  ServerProcess server({}, 2);
  REQUIRE(server.ok());
  std::vector<Connection> clients;  // on both loops
  for (int i = 0; i < 4; i++) clients.push_back(server.connect());
  Connection& admin = clients[0];
  admin.run({"CONFIG", "RESETSTAT"});
  CHECK(info_value(admin, "commandstats", "cmdstat_set").empty());
  for (Connection& client : clients) {
    client.run({"SET", "a", "x"});
    client.run({"INCR", "a"});
    client.run({"GET"});
    client.run({"nosuch"});
    client.run({"AUTH", "joe", "x"});
    client.run({"CLIENT", "ID"});
  }
  const auto stat = [&](const std::string& command, const std::string& field) {
    return field_of(info_value(admin, "commandstats", "cmdstat_" + command), field);
  };
  CHECK(stat("set", "calls") == 4);
  CHECK(stat("set", "failed_calls") == 0);
  CHECK(stat("set", "usec") >= 0);
  CHECK(stat("incr", "calls") == 4);
  CHECK(stat("incr", "failed_calls") == 4);
  CHECK(stat("get", "calls") == 0);
  CHECK(stat("get", "rejected_calls") == 4);
  CHECK(stat("client|id", "calls") == 4);
  CHECK(stat("auth", "failed_calls") == 4);
  CHECK(field_of(info_value(admin, "errorstats", "errorstat_ERR"), "count") == 12);
  CHECK(field_of(info_value(admin, "errorstats", "errorstat_WRONGPASS"), "count") == 4);
  CHECK(info_value(admin, "stats", "total_error_replies") == "16");
  const std::string percentiles = info_value(admin, "latencystats", "latency_percentiles_usec_set");
  CHECK(percentiles.starts_with("p50="));
  CHECK(contains(percentiles, ",p99="));
  CHECK(contains(percentiles, ",p99.9="));
  admin.run({"CONFIG", "SET", "latency-tracking-info-percentiles", "0 33.3 100"});
  CHECK(contains(info_value(admin, "latencystats", "latency_percentiles_usec_set"), ",p33.3="));
  CHECK(admin.run({"LATENCY", "HISTOGRAM", "set"}).size() == 2);
  admin.run({"CONFIG", "RESETSTAT"});
  CHECK(info_value(admin, "commandstats", "cmdstat_set").empty());
  CHECK(info_value(admin, "errorstats", "errorstat_ERR").empty());
  CHECK(admin.run({"LATENCY", "HISTOGRAM", "set"}).size() == 0);
}

TEST_CASE("info: commands that waited for a busy shard are counted like others") {
  ServerProcess server({}, 2);
  REQUIRE(server.ok());
  Connection admin = server.connect();
  admin.run({"CONFIG", "RESETSTAT"});
  std::vector<std::thread> clients;
  constexpr int kClients = 4, kCommands = 2000;
  for (int c = 0; c < kClients; c++) {
    clients.emplace_back([&server] {
      Connection client = server.connect();
      for (int i = 0; i < kCommands; i++) client.append({"INCR", "one"});
      for (int i = 0; i < kCommands; i++) client.answer();
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(field_of(info_value(admin, "commandstats", "cmdstat_incr"), "calls") ==
        kClients * kCommands);
  CHECK(admin.run({"GET", "one"}).text() == std::to_string(kClients * kCommands));
}

TEST_CASE("info: rates and the peak of memory follow what happens") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  CHECK(eventually([&] {
    for (int i = 0; i < 100; i++) client.run({"PING"});
    return std::stoll(info_value(client, "stats", "instantaneous_ops_per_sec")) > 0 &&
           std::stod(info_value(client, "stats", "instantaneous_input_kbps")) > 0 &&
           std::stod(info_value(client, "stats", "instantaneous_output_kbps")) > 0;
  }));
  CHECK(std::stoll(info_value(client, "stats", "total_reads_processed")) > 100);
  CHECK(std::stoll(info_value(client, "stats", "total_writes_processed")) > 100);
  client.run({"SET", "big", std::string(10'000'000, 'x')});
  CHECK(eventually(
      [&] { return std::stoll(info_value(client, "memory", "used_memory_peak")) > 10'000'000; }));
  client.run({"DEL", "big"});
  CHECK(eventually(
      [&] { return std::stoll(info_value(client, "memory", "used_memory")) < 10'000'000; }));
  CHECK(std::stoll(info_value(client, "memory", "used_memory_peak")) > 10'000'000);
}

// -- tools

TEST_CASE("tools: redis-cli's --stat, --bigkeys, --memkeys, --latency and info") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection client = server.connect();
  for (int i = 0; i < 200; i++)
    client.run({"SET", "key" + std::to_string(i), std::string(static_cast<size_t>(i), 'x')});
  const std::string port = std::to_string(server.port());
  const auto cli = [&](const std::string& words) {
    return run_program({"/bin/sh", "-c", "timeout 3 redis-cli -p " + port + " " + words});
  };
  const Finished big = cli("--bigkeys");
  CHECK(big.status == 0);
  CHECK_MESSAGE(contains(big.output, "Sampled 200 keys in the keyspace!"), big.output);
  CHECK_MESSAGE(contains(big.output, "\"key199\"' has 199 bytes"), big.output);
  const Finished memory = cli("--memkeys");
  CHECK(memory.status == 0);
  CHECK_MESSAGE(contains(memory.output, "200 strings with "), memory.output);
  CHECK_MESSAGE(contains(memory.output, "Biggest string found "), memory.output);
  const Finished stat = cli("--stat -i 0.01 | head -3");
  CHECK_MESSAGE(contains(stat.output, "\n200 "), stat.output);
}

}  // namespace
}  // namespace cobnut::test
