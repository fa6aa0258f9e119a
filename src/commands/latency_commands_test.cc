// LATENCY. The steps are what redis-server 7.0.15 answered (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kSteps[] = {
    {"LATENCY", "-ERR wrong number of arguments for 'latency' command"},
    {"LATENCY FOO", "-ERR unknown subcommand 'FOO'. Try LATENCY HELP."},
    {"LATENCY LATEST", "[]"},
    {"LATENCY HISTORY command", "[]"},
    {"LATENCY HISTORY", "-ERR wrong number of arguments for 'latency|history' command"},
    {"LATENCY GRAPH x", "-ERR No samples available for event 'x'"},
    {"LATENCY RESET", ":0"},
    {"LATENCY RESET a b", ":0"},
    {"LATENCY HISTOGRAM", "[]"},
    {"LATENCY HISTOGRAM nosuch", "[]"},
    {"LATENCY DOCTOR x", "-ERR wrong number of arguments for 'latency|doctor' command"},
};

TEST_CASE("LATENCY answers as Redis") {
  TestServer server;
  replay(server, kSteps);
}

TEST_CASE("LATENCY shows and forgets spikes") {
  TestServer server;
  LatencyMonitor& monitor = server.server.latency;
  monitor.add("command", 1000, 50);
  monitor.add("command", 1001, 20);
  monitor.add("expire-cycle", 1005, 7);
  CHECK_EQ(server.run("latency latest"),
           "[[\"command\", :1001, :20, :50], [\"expire-cycle\", :1005, :7, :7]]");
  CHECK_EQ(server.run("latency history command"), "[[:1000, :50], [:1001, :20]]");
  CHECK(server.run("latency graph command").starts_with("\"command - high 50 ms, low 20 ms"));
  CHECK_EQ(server.run("latency reset nosuch command"), ":1");
  CHECK_EQ(server.run("latency history command"), "[]");
  CHECK_EQ(server.run("latency reset"), ":1");
  CHECK_EQ(server.run("latency latest"), "[]");
}

TEST_CASE("LATENCY DOCTOR tells what there is") {
  TestServer server;
  CHECK(server.run("latency doctor").find("is not monitored") != std::string::npos);
  CHECK_EQ(server.run("config set latency-monitor-threshold 5"), "+OK");
  CHECK(server.run("latency doctor").find("Nothing has taken 5 ms") != std::string::npos);
  server.server.latency.add("fast-command", 1000, 50);
  server.server.latency.add("expire-cycle", 1000, 50);
  const std::string report = server.run("latency doctor");
  CHECK(report.find("- fast-command: 1 spike, 50.0 ms on average") != std::string::npos);
  CHECK(report.find("- expire-cycle: 1 spike") != std::string::npos);
  CHECK(report.find("SLOWLOG GET") != std::string::npos);
}

TEST_CASE("LATENCY HISTOGRAM names commands, and all subcommands of a container") {
  TestServer server;
  LoopStats& stats = server.server.stats[0];
  const auto ran = [&](const std::vector<Bytes>& words, uint64_t ns) {
    stats.ran(command_table().resolve(words)->number, ns, true);
  };
  ran({"get", "a"}, 900);
  ran({"get", "a"}, 3'000);
  ran({"config", "get"}, 3'000);
  ran({"config", "set"}, 5'000);
  CHECK_EQ(server.run("latency histogram GET nosuch"),
           "[\"get\", [\"calls\", :2, \"histogram_usec\", [:1, :1, :4, :2]]]");
  server.client.resp = 3;
  CHECK_EQ(server.run("latency histogram config|get"),
           "{\"config|get\": {\"calls\": :1, \"histogram_usec\": {:4: :1}}}");
  CHECK_EQ(server.run("latency histogram config"),
           "{\"config|get\": {\"calls\": :1, \"histogram_usec\": {:4: :1}}, "
           "\"config|set\": {\"calls\": :1, \"histogram_usec\": {:8: :1}}}");
  CHECK(server.run("latency histogram").find("\"get\": ") != std::string::npos);
  CHECK_EQ(server.run("config resetstat"), "+OK");
  CHECK_EQ(server.run("latency histogram"), "{}");
}

}  // namespace
}  // namespace cobnut::testing
