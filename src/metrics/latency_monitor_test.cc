#include "metrics/latency_monitor.h"

#include <doctest/doctest.h>

#include "metrics/slow_log.h"

namespace cobnut {

TEST_CASE("spikes of one second are one, and only the latest are kept") {
  LatencyMonitor monitor;
  CHECK(monitor.event("command").spikes.empty());
  monitor.add("command", 100, 20);
  monitor.add("command", 100, 50);
  monitor.add("command", 100, 30);
  REQUIRE(monitor.event("command").spikes.size() == 1);
  CHECK(monitor.event("command").spikes[0].took_ms == 50);
  for (int64_t s = 101; s < 400; s++) monitor.add("command", s, 10);
  const LatencyEvent event = monitor.event("command");
  CHECK(event.spikes.size() == LatencyEvent::kSpikesMax);
  CHECK(event.spikes.back().time_s == 399);
  CHECK(event.longest_ms == 50);
}

TEST_CASE("events are forgotten one by one or all at once") {
  LatencyMonitor monitor;
  monitor.add("a", 1, 1);
  monitor.add("b", 1, 1);
  monitor.add("c", 1, 1);
  CHECK(monitor.forget("b"));
  CHECK_FALSE(monitor.forget("b"));
  CHECK(monitor.events().size() == 2);
  CHECK(monitor.forget_all() == 2);
  CHECK(monitor.events().empty());
}

TEST_CASE("the summary of an event") {
  LatencyMonitor monitor;
  monitor.add("command", 100, 20);
  monitor.add("command", 110, 40);
  const LatencySummary summary = summary_of(monitor.event("command"));
  CHECK(summary.average_ms == doctest::Approx(30));
  CHECK(summary.deviation_ms == doctest::Approx(10));
  CHECK(summary.period_s == doctest::Approx(10));
  CHECK(summary.least_ms == 20);
  CHECK(summary.most_ms == 40);
}

TEST_CASE("the graph: one column a spike, with its age below") {
  LatencyMonitor monitor;
  monitor.add("command", 1000, 10);
  monitor.add("command", 1030, 120);
  monitor.add("command", 1059, 65);
  const std::string graph = latency_graph("command", monitor.event("command"), 1060);
  CHECK(graph == "command - high 120 ms, low 10 ms (all time high 120 ms)\n" +
                     std::string(80, '-') +
                     "\n"
                     " # \n"
                     " | \n"
                     " |#\n"
                     "_||\n"
                     "\n"
                     "131\n"
                     "m0s\n"
                     " s \n");
  LatencyMonitor many;
  for (int64_t s = 0; s < 200; s++) many.add("x", s, s);
  CHECK(latency_graph("x", many.event("x"), 300).size() < 1000);
}

TEST_CASE("the slow log keeps the newest, and numbers them from the start") {
  SlowLog log;
  for (int i = 0; i < 5; i++) log.add({.took_us = i}, 3);
  CHECK(log.size() == 3);
  const std::vector<SlowCommand> two = log.latest(2);
  REQUIRE(two.size() == 2);
  CHECK(two[0].id == 4);
  CHECK(two[0].took_us == 4);
  CHECK(two[1].id == 3);
  CHECK(log.latest(100).size() == 3);
  log.clear();
  CHECK(log.size() == 0);
  log.add({}, 3);
  CHECK(log.latest(1)[0].id == 5);
  log.add({}, 0);
  CHECK(log.size() == 0);
}

}  // namespace cobnut
