#include "command/blocking.h"

#include "base/check.h"

namespace cobnut {

void BlockedSessions::add(uint64_t client, Session& session, int64_t until_ms) {
  const bool added = sessions_.emplace(client, Entry{&session, until_ms}).second;
  CHECK(added);
  if (until_ms != INT64_MAX) times_.emplace(until_ms, client);
}

Session* BlockedSessions::find(uint64_t client) const {
  const auto at = sessions_.find(client);
  return at == sessions_.end() ? nullptr : at->second.session;
}

Session* BlockedSessions::take(uint64_t client) {
  const auto at = sessions_.find(client);
  if (at == sessions_.end()) return nullptr;
  Session* session = at->second.session;
  times_.erase({at->second.until_ms, client});
  sessions_.erase(at);
  return session;
}

uint64_t BlockedSessions::due(int64_t now_ms) const {
  return next_ms() <= now_ms ? times_.begin()->second : 0;
}

void BlockedSessions::forget_time(uint64_t client) {
  const auto at = sessions_.find(client);
  if (at != sessions_.end()) times_.erase({at->second.until_ms, client});
}

}  // namespace cobnut
