#include "net/acceptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

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

Status Acceptor::listen(const Options& options) {
  if (options.port != 0) {
    for (const std::string& address : options.bind) {
      const bool optional = address.starts_with('-');
      Result<int> fd =
          listen_tcp(optional ? address.substr(1) : address, options.port, options.tcp_backlog);
      if (fd.ok()) {
        listeners_.push_back(std::make_unique<Listener>(*this, *fd, false));
      } else if (!optional) {
        return Error{fd.error()};
      }
    }
  }
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

void Acceptor::start() {
  for (auto& listener : listeners_) listener->start(loops_[0]->loop());
  loops_[0]->set_on_tick([this] { resume(); });
  loops_[0]->set_on_stop([this] { close(); });
}

void Acceptor::resume() {
  if (!paused_) return;
  paused_ = false;
  for (auto& listener : listeners_) listener->resume();
}

void Acceptor::close() {
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
