// SLOWLOG: the latest commands that took longer than slowlog-log-slower-than.
#include "base/numbers.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"

namespace cobnut {
namespace {

void cmd_slowlog_get(Context& cx, Args args) {
  int64_t count = 10;
  if (args.size() > 3) return reply_wrong_arity(cx);
  if (args.size() == 3) {
    const std::optional<int64_t> asked = integer_argument(cx, args[2], err::kSlowlogCount);
    if (!asked) return;
    if (*asked < -1) return cx.reply.error(err::kSlowlogCount);
    count = *asked;
  }
  const auto commands =
      cx.server.slow_log.latest(count < 0 ? SIZE_MAX : static_cast<size_t>(count));
  cx.reply.array(commands.size());
  for (const SlowCommand& command : commands) {
    cx.reply.array(6);
    cx.reply.integer(command.id);
    cx.reply.integer(command.time_s);
    cx.reply.integer(command.took_us);
    cx.reply.array(command.words.size());
    for (const std::string& word : command.words) cx.reply.bulk(word);
    cx.reply.bulk(command.address);
    cx.reply.bulk(command.client_name);
  }
}

void cmd_slowlog_len(Context& cx, Args) {
  cx.reply.integer(static_cast<int64_t>(cx.server.slow_log.size()));
}

void cmd_slowlog_reset(Context& cx, Args) {
  cx.server.slow_log.clear();
  cx.reply.ok();
}

void cmd_slowlog_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "GET [<count>]",
      "    The latest slow commands, 10 of them if no count is given, all if it is -1. Of each:",
      "    number, Unix time, microseconds, its words, the client's address, the client's name.",
      "LEN",
      "    How many slow commands are kept.",
      "RESET",
      "    Forgets them all.",
  };
  reply_help(cx, kLines);
}

constexpr uint32_t kOperator = kAdmin | kLoading | kStale;

constexpr CommandSpec kSlowlogTable[] = {
    {.name = "slowlog|get",
     .run = cmd_slowlog_get,
     .arity = -2,
     .flags = kOperator,
     .group = "server",
     .since = "2.2.12",
     .complexity = "O(N) where N is the number of entries returned",
     .summary = "Returns the latest slow commands.",
     .syntax = "[count:integer]",
     .tips = "request_policy:all_nodes nondeterministic_output",
     .history = "4.0.0 The client's address and name.\n"},
    {.name = "slowlog|help",
     .run = cmd_slowlog_help,
     .arity = 2,
     .flags = kLoading | kStale,
     .group = "server",
     .since = "6.2.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of SLOWLOG."},
    {.name = "slowlog|len",
     .run = cmd_slowlog_len,
     .arity = 2,
     .flags = kOperator,
     .group = "server",
     .since = "2.2.12",
     .complexity = "O(1)",
     .summary = "Counts the slow commands that are kept.",
     .tips = "request_policy:all_nodes response_policy:agg_sum nondeterministic_output"},
    {.name = "slowlog|reset",
     .run = cmd_slowlog_reset,
     .arity = 2,
     .flags = kOperator,
     .group = "server",
     .since = "2.2.12",
     .complexity = "O(N) where N is the number of entries in the slow log",
     .summary = "Forgets the slow commands.",
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
};

constexpr CommandSpec kTable[] = {
    {.name = "slowlog",
     .arity = -2,
     .group = "server",
     .since = "2.2.12",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look at slow commands.",
     .subcommands = kSlowlogTable},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kSlowlogCommands{kTable};

}  // namespace cobnut
