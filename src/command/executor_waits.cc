// Clients that wait: for the end of CLIENT PAUSE, or blocked (blocking.h).
#include <algorithm>

#include "base/errors.h"
#include "command/executor.h"

namespace cobnut {

// A request that is an error anyway is not put off.
bool Executor::postponed(const Session& session, const CommandSpec& spec) {
  const bool stranger = !session.client.authenticated && !(spec.flags & kNoAuth) &&
                        !server_.options.current().requirepass.empty();
  return !stranger && server_.pause.stops(spec.flags, active_ms_);
}

// The request stays in the input.
void Executor::postpone(Session& session) {
  session.wait = Session::Wait::kPaused;
  session.info().blocked.postpone();
  server_.clients.count_blocked(1);
  paused_.push_back(&session);
}

void Executor::resume_paused() {
  const std::vector<Session*> paused = std::move(paused_);
  paused_.clear();
  for (Session* session : paused) {
    session->wait = Session::Wait::kNone;
    session->info().blocked.free();
    server_.clients.count_blocked(-1);
    ready(*session);
  }
}

void Executor::begin_block(Session& session) {
  session.info().blocked.wait();
  server_.clients.count_blocked(1);
  blocked_.add(session.client.id, session, session.blocked.until_ms);
}

bool Executor::end_block(Session& session) {
  CHECK(session.wait == Session::Wait::kBlocked);
  BlockedWord& word = session.info().blocked;
  if (!word.claim(word.current())) {
    blocked_.forget_time(session.client.id);
    return false;
  }
  blocked_.take(session.client.id);
  word.free();
  server_.clients.count_blocked(-1);
  session.wait = Session::Wait::kNone;
  return true;
}

int64_t Executor::next_wake_ms() const {
  const int64_t pause_ends_ms = paused_.empty() ? INT64_MAX : server_.pause.until_ms();
  return std::min(blocked_.next_ms(), pause_ends_ms);
}

void Executor::wake_due(int64_t now_ms) {
  for (uint64_t client = 0; (client = blocked_.due(now_ms)) != 0;) {
    BlockedWord& word = blocked_.find(client)->info().blocked;
    if (word.claim(word.current())) {
      wake(client, Wake::kTimeout);
    } else {
      blocked_.forget_time(client);  // a letter is on its way
    }
  }
  if (!paused_.empty() && server_.pause.until_ms() <= now_ms) resume_paused();
}

void Executor::wake(uint64_t client, Wake how) {
  Session* session = blocked_.take(client);
  CHECK(session != nullptr);  // B4
  session->info().blocked.free();
  server_.clients.count_blocked(-1);
  session->wait = Session::Wait::kNone;
  Output output;
  output.open(nullptr);
  Reply reply(output, session->client.resp);
  if (how == Wake::kTimeout) {
    session->blocked.timed_out(*session, reply);
  } else {
    reply.error(err::kUnblocked);
    counters_.errors.add();
  }
  output.close();
  hand_over(*session, output);
  if (session->on_completed()) ready(*session);
}

namespace {

class WakeLetter final : public Message {
 public:
  WakeLetter(Executor& to, uint64_t client, Wake how) : to_(to), client_(client), how_(how) {}
  void deliver() override {
    to_.wake(client_, how_);
    delete this;
  }

 private:
  Executor& to_;
  uint64_t client_;
  Wake how_;
};

class ResumeLetter final : public Message {
 public:
  explicit ResumeLetter(Executor& to) : to_(to) {}
  void deliver() override {
    to_.resume_paused();
    delete this;
  }

 private:
  Executor& to_;
};

}  // namespace

void Executor::post_wake(uint64_t client, Wake how) {
  port_.post(new WakeLetter(*this, client, how));
}

bool wake_client(Server& server, ClientInfo& info, Wake how) {
  const auto home = std::ranges::find_if(
      server.executors, [&](Executor* executor) { return &executor->port() == info.loop; });
  if (home == server.executors.end() || !info.blocked.claim(info.blocked.current())) return false;
  (*home)->post_wake(info.id, how);
  return true;
}

void Executor::post_resume() { port_.post(new ResumeLetter(*this)); }

}  // namespace cobnut
