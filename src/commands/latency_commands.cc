// LATENCY: the spikes that latency-monitor-threshold asks for, and how long commands take.
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/table.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "commands/metric_facts.h"

namespace cobnut {
namespace {

int64_t now_s() { return wall_clock_ms() / 1000; }

void cmd_latency_latest(Context& cx, Args) {
  const auto events = cx.server.latency.events();
  cx.reply.array(events.size());
  for (const auto& [name, event] : events) {
    cx.reply.array(4);
    cx.reply.bulk(name);
    cx.reply.integer(event.spikes.back().time_s);
    cx.reply.integer(event.spikes.back().took_ms);
    cx.reply.integer(event.longest_ms);
  }
}

void cmd_latency_history(Context& cx, Args args) {
  const LatencyEvent event = cx.server.latency.event(args[2]);
  cx.reply.array(event.spikes.size());
  for (const LatencySpike& spike : event.spikes) {
    cx.reply.array(2);
    cx.reply.integer(spike.time_s);
    cx.reply.integer(spike.took_ms);
  }
}

void cmd_latency_graph(Context& cx, Args args) {
  const LatencyEvent event = cx.server.latency.event(args[2]);
  if (event.spikes.empty())
    return cx.reply.error_format(err::kNoLatencySamples, shown_size(args[2]), args[2].data());
  cx.reply.verbatim(latency_graph(args[2], event, now_s()), "txt");
}

void cmd_latency_reset(Context& cx, Args args) {
  if (args.size() == 2)
    return cx.reply.integer(static_cast<int64_t>(cx.server.latency.forget_all()));
  int64_t forgotten = 0;
  for (const Bytes event : args.words().subspan(2))
    forgotten += cx.server.latency.forget(event) ? 1 : 0;
  cx.reply.integer(forgotten);
}

// -- LATENCY DOCTOR

// One decimal.
std::string short_number(double value) {
  char text[64];
  return {text, static_cast<size_t>(snprintf(text, sizeof text, "%.1f", value))};
}

std::string event_line(const std::string& name, const LatencyEvent& event) {
  const LatencySummary summary = summary_of(event);
  std::string line = "- " + name + ": " + std::to_string(event.spikes.size()) +
                     (event.spikes.size() == 1 ? " spike" : " spikes") + ", " +
                     short_number(summary.average_ms) + " ms on average (mean deviation " +
                     short_number(summary.deviation_ms) + " ms), the longest ever " +
                     std::to_string(event.longest_ms) + " ms";
  if (summary.period_s > 0) line += ", one every " + short_number(summary.period_s) + " s";
  return line + ".\n";
}

std::string doctor_report(const Options& options,
                          const std::map<std::string, LatencyEvent, std::less<>>& events) {
  if (options.latency_monitor_threshold == 0)
    return "Latency is not monitored: CONFIG SET latency-monitor-threshold <milliseconds> switches "
           "it on.\n";
  if (events.empty())
    return "Nothing has taken " + std::to_string(options.latency_monitor_threshold) +
           " ms or longer (latency-monitor-threshold).\n";
  std::string report =
      "What took " + std::to_string(options.latency_monitor_threshold) + " ms or longer:\n\n";
  for (const auto& [name, event] : events) report += event_line(name, event);
  report += "\nWhat may help:\n\n";
  if (events.contains("command") || events.contains("fast-command")) {
    report += options.slowlog_log_slower_than < 0
                  ? "- The slow log is off (slowlog-log-slower-than): it names the commands.\n"
                  : "- SLOWLOG GET names the commands that took long.\n";
    report +=
        "- A command holds its shards while it runs: walk with SCAN in place of KEYS, and "
        "ask for parts of large values.\n";
  }
  if (events.contains("fast-command"))
    report +=
        "- Commands that are always fast took long: the machine was busy with something "
        "else, or swaps.\n";
  if (events.contains("expire-cycle"))
    report += "- Removing expired keys took long: spread the times at which keys expire.\n";
  return report;
}

void cmd_latency_doctor(Context& cx, Args) {
  const std::string report = doctor_report(cx.server.options.current(), cx.server.latency.events());
  cx.reply.verbatim(report, "txt");
}

// -- LATENCY HISTOGRAM

// The rows that are asked for: of a container all of its subcommands. Unknown names are passed
// over.
std::vector<const CommandSpec*> rows_named(Args args) {
  std::vector<const CommandSpec*> rows;
  if (args.size() == 2) {
    for (const CommandSpec& spec : command_table().rows()) rows.push_back(&spec);
    return rows;
  }
  for (const Bytes name : args.words().subspan(2)) {
    for (const CommandSpec& spec : command_table().rows()) {
      const Bytes full = full_name(spec);
      const Bytes container = full.substr(0, full.find('|'));
      if (equal_ignore_case(full, name) || equal_ignore_case(container, name))
        rows.push_back(&spec);
    }
  }
  return rows;
}

void cmd_latency_histogram(Context& cx, Args args) {
  std::vector<std::pair<const CommandSpec*, DurationCounts>> found;
  for (const CommandSpec* spec : rows_named(args)) {
    DurationCounts counts;
    if (gather_durations(cx.server, *spec, counts)) found.emplace_back(spec, counts);
  }
  cx.reply.map(found.size());
  for (const auto& [spec, counts] : found) {
    cx.reply.bulk(full_name(*spec));
    cx.reply.map(2);
    cx.reply.bulk("calls");
    cx.reply.integer(static_cast<int64_t>(counts.total()));
    cx.reply.bulk("histogram_usec");
    const auto steps = counts.cumulative_usec();
    cx.reply.map(steps.size());
    for (const auto& [limit_us, count] : steps) {
      cx.reply.integer(static_cast<int64_t>(limit_us));
      cx.reply.integer(static_cast<int64_t>(count));
    }
  }
}

void cmd_latency_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "DOCTOR",
      "    What the spikes say, and what may help.",
      "GRAPH <event>",
      "    The spikes of an event, drawn.",
      "HISTOGRAM [<command> ...]",
      "    How many calls of each command took no longer than so many microseconds.",
      "HISTORY <event>",
      "    The spikes of an event: Unix time and milliseconds of each.",
      "LATEST",
      "    The latest spike of each event: name, Unix time, milliseconds, the longest ever.",
      "RESET [<event> ...]",
      "    Forgets the spikes of these events, or of all, and counts the events.",
  };
  reply_help(cx, kLines);
}

constexpr uint32_t kOperator = kAdmin | kNoscript | kLoading | kStale;
constexpr std::string_view kReportTips =
    "nondeterministic_output request_policy:all_nodes response_policy:special";

constexpr CommandSpec kLatencyTable[] = {
    {.name = "latency|doctor",
     .run = cmd_latency_doctor,
     .arity = 2,
     .flags = kOperator,
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(1)",
     .summary = "Tells what the latency spikes say.",
     .tips = kReportTips},
    {.name = "latency|graph",
     .run = cmd_latency_graph,
     .arity = 3,
     .flags = kOperator,
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(1)",
     .summary = "Draws the latency spikes of an event.",
     .syntax = "event",
     .tips = kReportTips},
    {.name = "latency|help",
     .run = cmd_latency_help,
     .arity = 2,
     .flags = kLoading | kStale,
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of LATENCY."},
    {.name = "latency|histogram",
     .run = cmd_latency_histogram,
     .arity = -2,
     .flags = kOperator | kSolo,
     .group = "server",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of commands",
     .summary = "Returns how long commands take, as cumulative distributions.",
     .syntax = "[command...]",
     .tips = kReportTips},
    {.name = "latency|history",
     .run = cmd_latency_history,
     .arity = 3,
     .flags = kOperator,
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(1)",
     .summary = "Returns the latency spikes of an event.",
     .syntax = "event",
     .tips = kReportTips},
    {.name = "latency|latest",
     .run = cmd_latency_latest,
     .arity = 2,
     .flags = kOperator,
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(1)",
     .summary = "Returns the latest latency spike of each event.",
     .tips = kReportTips},
    {.name = "latency|reset",
     .run = cmd_latency_reset,
     .arity = -2,
     .flags = kOperator,
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(1)",
     .summary = "Forgets the latency spikes of some events, or of all.",
     .syntax = "[event...]",
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
};

constexpr CommandSpec kTable[] = {
    {.name = "latency",
     .arity = -2,
     .group = "server",
     .since = "2.8.13",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look at how long things take.",
     .subcommands = kLatencyTable},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kLatencyCommands{kTable};

}  // namespace cobnut
