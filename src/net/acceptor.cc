#include "net/acceptor.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/sockets.h"

namespace cobnut {
namespace {

constexpr char kTooManyText[] = "-ERR max number of clients reached\r\n";
// The code and the first sentence are Redis's; the advice is ours.
constexpr char kProtectedText[] =
    "-DENIED Cobnut is running in protected mode because protected mode is enabled and no password "
    "is set for the "
    "default user. In this mode connections are only accepted from the loopback interface. To "
    "accept others, set a "
    "password (requirepass), or turn it off from the server's own host: CONFIG SET protected-mode "
    "no.\r\n";

}  // namespace

// The listeners that bound_ replaces, on their way to the first loop.
class Acceptor::Move final : public Message {
 public:
  Move(Acceptor& acceptor, std::vector<int> added, std::vector<int> removed,
       std::vector<int> waiting)
      : acceptor_(acceptor),
        added_(std::move(added)),
        removed_(std::move(removed)),
        waiting_(std::move(waiting)) {}
  void deliver() override {
    acceptor_.replace(added_, removed_);
    for (const int fd : waiting_) {
      if (acceptor_.stopped_)
        ::close(fd);
      else
        acceptor_.on_accept(fd, false);
    }
    delete this;
  }

 private:
  Acceptor& acceptor_;
  std::vector<int> added_, removed_;
  std::vector<int> waiting_;  // accepted from those removed
};

// All addresses of bind, those that are there in `before` as they are. An error leaves nothing new
// open.
Status Acceptor::open(const Options& options, std::vector<Bound> before, std::vector<Bound>& now) {
  if (options.port == 0) return Ok{};
  std::vector<int> opened;
  for (const std::string& address : options.bind) {
    const auto kept = std::ranges::find_if(before, [&](const Bound& bound) {
      return bound.address == address && bound.port == options.port;
    });
    if (kept != before.end()) {
      now.push_back(*kept);
      before.erase(kept);
      continue;
    }
    const bool optional = address.starts_with('-');
    Result<int> fd =
        listen_tcp(optional ? address.substr(1) : address, options.port, options.tcp_backlog);
    if (fd.ok()) {
      now.push_back({address, options.port, *fd});
      opened.push_back(*fd);
    } else if (!optional) {
      for (const int other : opened) ::close(other);
      return Error{fd.error()};
    }
  }
  return Ok{};
}

Status Acceptor::listen(const Options& options) {
  if (Status opened = open(options, {}, bound_); !opened.ok()) return opened;
  for (const Bound& bound : bound_)
    listeners_.push_back(std::make_unique<Listener>(*this, bound.fd, false));
  if (!options.unixsocket.empty()) {
    Result<int> fd = listen_unix(options.unixsocket, options.unixsocketperm, options.tcp_backlog);
    if (!fd.ok()) return Error{fd.error()};
    listeners_.push_back(std::make_unique<Listener>(*this, *fd, true));
  }
  if (listeners_.empty())
    return Error{
        "nothing to listen on: port is 0 and no unixsocket is set, or no bind address exists"};
  return Ok{};
}

// What goes must make room first: "*" and 127.0.0.1 cannot both be listened on. shutdown() ends
// listening and keeps the descriptor and its address, so the first loop may still be polling it,
// and listen() takes it up again. It also resets the connections that nobody has accepted yet;
// their clients have seen them succeed, so they are accepted here.
Status Acceptor::move(const Options& options) {
  std::vector<Bound> removed;
  std::vector<int> waiting;
  for (const Bound& bound : bound_) {
    if (bound.port == options.port && std::ranges::count(options.bind, bound.address) > 0) continue;
    accept_waiting(bound.fd, waiting);
    shutdown(bound.fd, SHUT_RDWR);
    removed.push_back(bound);
  }
  std::vector<Bound> now;
  if (Status opened = open(options, bound_, now); !opened.ok()) {
    for (const Bound& bound : removed) {
      if (::listen(bound.fd, static_cast<int>(options.tcp_backlog)) != 0)
        log::warning("net", "cannot listen on %s port %lld again: %s", bound.address.c_str(),
                     static_cast<long long>(bound.port), strerror(errno));
    }
    if (!waiting.empty()) loops_[0]->post(new Move(*this, {}, {}, std::move(waiting)));
    return opened;
  }
  const auto without = [](const std::vector<Bound>& all, const std::vector<Bound>& others) {
    std::vector<int> fds;
    for (const Bound& bound : all) {
      if (std::ranges::find(others, bound.fd, &Bound::fd) == others.end()) fds.push_back(bound.fd);
    }
    return fds;
  };
  loops_[0]->post(new Move(*this, without(now, bound_), without(bound_, now), std::move(waiting)));
  bound_ = std::move(now);
  return Ok{};
}

void Acceptor::replace(const std::vector<int>& added, const std::vector<int>& removed) {
  for (const int fd : removed) {
    const auto gone = std::ranges::find_if(
        listeners_, [&](const auto& listener) { return listener->fd() == fd; });
    CHECK(gone != listeners_.end());
    (*gone)->close();
    retired_.push_back(std::move(*gone));
    listeners_.erase(gone);
  }
  for (const int fd : added) {
    listeners_.push_back(std::make_unique<Listener>(*this, fd, false));
    if (stopped_) continue;  // closed with the others, at the end
    listeners_.back()->start(loops_[0]->loop());
    if (paused_) listeners_.back()->pause();
  }
}

void Acceptor::start() {
  for (auto& listener : listeners_) listener->start(loops_[0]->loop());
  loops_[0]->set_on_tick([this] {
    retired_.clear();
    resume();
  });
  loops_[0]->set_on_stop([this] { close(); });
}

void Acceptor::resume() {
  if (!paused_) return;
  paused_ = false;
  for (auto& listener : listeners_) listener->resume();
}

void Acceptor::close() {
  stopped_ = true;
  for (auto& listener : listeners_) listener->close();
  closed_.count_down();
}

void Acceptor::refuse(int fd, const char* text) {
  // A new socket takes a short text at once; if not, the client sees the connection close.
  [[maybe_unused]] const ssize_t written = write(fd, text, strlen(text));
  ::close(fd);
  server_.counters[0].connections_rejected.add();
}

void Acceptor::on_accept(int fd, bool unix_socket) {
  server_.options.announce(0);  // in the midst of the first loop's poll, which was quiet
  const Options& options = server_.options.current();
  size_t total = 0;
  LoopThread* least = loops_[0].get();
  for (const auto& loop : loops_) {
    total += loop->connections();
    if (loop->connections() < least->connections()) least = loop.get();
  }
  if (total >= static_cast<size_t>(options.maxclients)) return refuse(fd, kTooManyText);
  Peer peer = peer_of(fd, unix_socket);
  if (!peer.loopback && options.protected_mode && options.requirepass.empty())
    return refuse(fd, kProtectedText);
  if (!unix_socket) tune_tcp(fd, options.tcp_keepalive);

  auto info = std::make_shared<ClientInfo>();
  info->id = server_.clients.next_id();
  info->fd = fd;
  info->address = std::move(peer.address);
  info->local = peer.loopback;
  info->local_address = std::move(peer.local_address);
  info->unix_socket = unix_socket;
  info->connected_ms = monotonic_clock_ms();
  info->last_active_ms.store(info->connected_ms, std::memory_order_relaxed);
  info->authenticated.store(options.requirepass.empty(), std::memory_order_relaxed);
  server_.counters[0].connections_received.add();
  least->adopt(std::move(info));
}

void Acceptor::on_accept_error(int error) {
  server_.counters[0].accepts_failed.add();
  log::warning("net", "cannot accept a connection: %s; trying again in a moment", strerror(error));
  paused_ = true;
  for (auto& listener : listeners_) listener->pause();
}

}  // namespace cobnut
