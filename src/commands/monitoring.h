// How a connection leaves MONITOR: RESET.
#pragma once

namespace cobnut {

class Session;
struct Server;

// The session's loop only; nothing happens when it does not monitor.
void stop_monitoring(Server& server, Session& session);

}  // namespace cobnut
