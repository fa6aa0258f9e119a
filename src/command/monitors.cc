#include "command/monitors.h"

#include <algorithm>
#include <cstdio>

#include "base/clock.h"
#include "base/text.h"
#include "command/session.h"

namespace cobnut {
namespace {

constexpr Bytes kRedacted = "(redacted)";

}  // namespace

// Some lines on their way to one loop.
class Monitors::Lines final : public Message {
 public:
  Lines(Monitors& monitors, LoopPort* to, std::shared_ptr<const std::string> text)
      : monitors_(monitors), to_(to), text_(std::move(text)) {}
  void deliver() override {
    monitors_.deliver(to_, *text_);
    delete this;
  }

 private:
  Monitors& monitors_;
  LoopPort* to_;
  std::shared_ptr<const std::string> text_;
};

void Monitors::add(Session& session) {
  std::lock_guard guard(mutex_);
  if (std::ranges::find(sessions_, &session) != sessions_.end()) return;
  sessions_.push_back(&session);
  count_.store(sessions_.size(), std::memory_order_release);
}

void Monitors::remove(Session& session) {
  std::lock_guard guard(mutex_);
  std::erase(sessions_, &session);
  count_.store(sessions_.size(), std::memory_order_release);
}

void Monitors::publish(std::string lines) {
  std::vector<LoopPort*> loops;
  {
    std::lock_guard guard(mutex_);
    for (Session* session : sessions_) {
      LoopPort* loop = session->info().loop;
      if (std::ranges::find(loops, loop) == loops.end()) loops.push_back(loop);
    }
  }
  const auto text = std::make_shared<const std::string>(std::move(lines));
  for (LoopPort* loop : loops) loop->post(new Lines(*this, loop, text));
}

// On `loop`: its sessions come and go on this thread only.
void Monitors::deliver(LoopPort* loop, Bytes lines) {
  std::vector<Session*> mine;
  {
    std::lock_guard guard(mutex_);
    for (Session* session : sessions_) {
      if (session->info().loop == loop) mine.push_back(session);
    }
  }
  for (Session* session : mine) session->push(lines);
}

std::vector<Bytes> words_without_secrets(const CommandSpec& spec, Args args) {
  std::vector<Bytes> words(args.words().begin(), args.words().end());
  for (size_t i = 1; i < words.size(); i++) {
    if (spec.secret != nullptr && spec.secret(args, i)) words[i] = kRedacted;
  }
  return words;
}

void append_monitor_line(std::string& to, const ClientInfo& client, int db, const CommandSpec& spec,
                         Args args) {
  const int64_t now_us = wall_clock_us();
  char head[64];
  snprintf(head, sizeof head, "+%lld.%06lld [%d ", static_cast<long long>(now_us / 1'000'000),
           static_cast<long long>(now_us % 1'000'000), db);
  to += head;
  // Redis names a client of a Unix socket by the socket, without the ":0" of CLIENT LIST.
  if (client.unix_socket) to += "unix:";
  to += client.unix_socket ? client.address.substr(0, client.address.rfind(':')) : client.address;
  to += "]";
  for (const Bytes word : words_without_secrets(spec, args)) {
    to += ' ';
    append_quoted(to, word);
  }
  to += "\r\n";
}

}  // namespace cobnut
