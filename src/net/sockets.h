// Listening sockets and what is known of a peer. Plain system calls; no loop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace cobnut {

// `address`: an IPv4 or IPv6 address, "*" for every IPv4 one, "::*" for every IPv6 one. The message
// names address and port.
Result<int> listen_tcp(const std::string& address, int64_t port, int64_t backlog);
// Replaces a stale socket file, but not one that a live server listens on. mode 0: the umask's.
Result<int> listen_unix(const std::string& path, int64_t mode, int64_t backlog);

// Adds what has connected to a TCP listener and was not accepted: non-blocking, close-on-exec.
void accept_waiting(int listener, std::vector<int>& connections);

struct Peer {
  std::string address;  // "127.0.0.1:53412", "[::1]:53412", "/run/cobnut.sock:0"
  std::string local_address;
  bool loopback = false;  // of this machine: 127.0.0.0/8, ::1, unix
};
Peer peer_of(int fd, bool unix_socket);
void tune_tcp(int fd, int64_t keepalive_seconds);  // TCP_NODELAY, SO_KEEPALIVE

}  // namespace cobnut
