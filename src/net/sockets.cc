#include "net/sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cobnut {
namespace {

Error failed(const std::string& what, int fd, int error) {
  if (fd >= 0) ::close(fd);
  return Error{what + ": " + strerror(error)};
}

void set_option(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof value);
}

std::string text_of(const sockaddr_storage& address) {
  char host[INET6_ADDRSTRLEN] = "?";
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &in.sin_addr, host, sizeof host);
    return std::string(host) + ":" + std::to_string(ntohs(in.sin_port));
  }
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address);
  inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof host);
  return "[" + std::string(host) + "]:" + std::to_string(ntohs(in6.sin6_port));
}

bool is_loopback(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    return ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 24 == 127;
  }
  if (address.ss_family != AF_INET6) return false;
  const in6_addr& in6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&in6)) return in6.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&in6);
}

}  // namespace

Result<int> listen_tcp(const std::string& address, int64_t port, int64_t backlog) {
  const std::string what = "cannot listen on " + address + " port " + std::to_string(port);
  sockaddr_storage storage{};
  auto& in = reinterpret_cast<sockaddr_in&>(storage);
  auto& in6 = reinterpret_cast<sockaddr_in6&>(storage);
  socklen_t size = sizeof in;
  if (inet_pton(AF_INET, address == "*" ? "0.0.0.0" : address.c_str(), &in.sin_addr) == 1) {
    in.sin_family = AF_INET;
    in.sin_port = htons(static_cast<uint16_t>(port));
  } else if (inet_pton(AF_INET6, address == "::*" ? "::" : address.c_str(), &in6.sin6_addr) == 1) {
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(static_cast<uint16_t>(port));
    size = sizeof in6;
  } else {
    return Error{what + ": not an IPv4 or IPv6 address"};
  }
  const int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed(what, fd, errno);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (storage.ss_family == AF_INET6) set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  if (bind(fd, reinterpret_cast<sockaddr*>(&storage), size) != 0 ||
      listen(fd, static_cast<int>(std::min<int64_t>(backlog, INT32_MAX))) != 0) {
    return failed(what, fd, errno);
  }
  return fd;
}

Result<int> listen_unix(const std::string& path, int64_t mode, int64_t backlog) {
  const std::string what = "cannot listen on the unix socket " + path;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return Error{what + ": the path is too long"};
  memcpy(address.sun_path, path.data(), path.size());
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failed(what, fd, errno);
  struct stat status;
  if (stat(path.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode))
      return failed(what + ": a file that is no socket is there", fd, EEXIST);
    if (connect(fd, generic, sizeof address) == 0)
      return failed(what + ": a server listens there", fd, EADDRINUSE);
    unlink(path.c_str());
  }
  if (bind(fd, generic, sizeof address) != 0) return failed(what, fd, errno);
  if (mode != 0 && chmod(path.c_str(), static_cast<mode_t>(mode)) != 0)
    return failed(what, fd, errno);
  if (listen(fd, static_cast<int>(std::min<int64_t>(backlog, INT32_MAX))) != 0)
    return failed(what, fd, errno);
  return fd;
}

void accept_waiting(int listener, std::vector<int>& connections) {
  while (true) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      connections.push_back(fd);
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return;  // EAGAIN: no more
    }
  }
}

Peer peer_of(int fd, bool unix_socket) {
  sockaddr_storage local{}, remote{};
  socklen_t local_size = sizeof local, remote_size = sizeof remote;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local), &local_size);
  if (unix_socket) {
    const std::string path = reinterpret_cast<sockaddr_un&>(local).sun_path;
    return {path + ":0", path + ":0", true};
  }
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&remote), &remote_size) != 0)
    return {"?:0", text_of(local), false};
  return {text_of(remote), text_of(local), is_loopback(remote)};
}

void tune_tcp(int fd, int64_t keepalive_seconds) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (keepalive_seconds <= 0) return;
  const int interval = static_cast<int>(std::max<int64_t>(keepalive_seconds / 3, 1));
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, static_cast<int>(keepalive_seconds));
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

}  // namespace cobnut
