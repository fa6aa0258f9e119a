// MONITOR: the connection is shown every command from here on (command/monitors.h).
#include "command/server.h"
#include "command/session.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "commands/monitoring.h"

namespace cobnut {

void stop_monitoring(Server& server, Session& session) {
  if (!session.client.monitor) return;
  server.monitors.remove(session);
  session.client.monitor = false;
  session.info().monitor.store(false, std::memory_order_relaxed);
}

namespace {

// Asked for twice there is no reply, as on Redis.
void cmd_monitor(Context& cx, Args) {
  Session& session = *cx.session;
  if (session.client.monitor) return;
  session.client.monitor = true;
  session.info().monitor.store(true, std::memory_order_relaxed);
  cx.server.monitors.add(session);
  cx.reply.ok();
}

constexpr CommandSpec kTable[] = {
    {.name = "monitor",
     .run = cmd_monitor,
     .arity = 1,
     .flags = kAdmin | kNoscript | kLoading | kStale | kSolo,
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(1); every command of others costs more from here on",
     .summary = "Shows the connection every command that the server runs."},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kMonitorCommands{kTable};

}  // namespace cobnut
