#include "base/clock.h"
#include "command/well_formed.h"
#include "commands/families.h"
namespace cobnut {
namespace {
void cmd_time(Context& cx, Args) {
  const int64_t now_us = wall_clock_us();
  cx.reply.array(2);
  cx.reply.bulk_integer(now_us / 1000000);
  cx.reply.bulk_integer(now_us % 1000000);
}
constexpr CommandSpec kTable[] = {
    {.name = "time",
     .run = cmd_time,
     .arity = 1,
     .flags = kLoading | kStale | kFast,
     .group = "server",
     .since = "2.6.0",
     .complexity = "O(1)",
     .summary = "Returns the server's time.",
     .tips = "nondeterministic_output"},
};
static_assert(well_formed(kTable));
}  // namespace
constinit const std::span<const CommandSpec> kServerCommands{kTable};
}  // namespace cobnut
