#include "tests/raw_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace cobnut::test {
namespace {

constexpr int kWaitMaxMs = 30'000;

}  // namespace

RawSocket::RawSocket(int port, const char* address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address, &to.sin_addr);
  fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

RawSocket::RawSocket(const std::string& unix_path) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  strncpy(to.sun_path, unix_path.c_str(), sizeof(to.sun_path) - 1);
  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

RawSocket::~RawSocket() {
  if (fd_ >= 0) close(fd_);
}

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

size_t RawSocket::send_some(std::string_view bytes) {
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent > 0 ? static_cast<size_t>(sent) : 0;
}

void RawSocket::end_sending() { shutdown(fd_, SHUT_WR); }

bool RawSocket::receive(std::string& to, size_t at_most) {
  pollfd waiting{fd_, POLLIN, 0};
  if (poll(&waiting, 1, kWaitMaxMs) <= 0) {
    timed_out_ = true;
    return false;
  }
  char buffer[64 << 10];
  const ssize_t got = recv(fd_, buffer, std::min(at_most, sizeof(buffer)), 0);
  if (got <= 0) return false;
  to.append(buffer, static_cast<size_t>(got));
  return true;
}

std::string RawSocket::read_bytes(size_t count) {
  std::string bytes;
  while (bytes.size() < count && receive(bytes, count - bytes.size())) {
  }
  return bytes;
}

std::string RawSocket::read_line() {
  std::string line;
  while (!line.ends_with("\r\n") && receive(line, 1)) {
  }
  return line;
}

std::string RawSocket::read_to_end() {
  std::string bytes;
  timed_out_ = false;
  while (receive(bytes, SIZE_MAX)) {
  }
  return timed_out_ ? bytes + "(time-out)" : bytes;
}

bool RawSocket::is_closed() {
  std::string bytes;
  timed_out_ = false;
  return !receive(bytes, 1) && !timed_out_;
}

std::string RawSocket::ask(std::string_view line) {
  send(std::string(line) + "\r\n");
  return read_line();
}

std::string request(std::initializer_list<std::string_view> words) {
  std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
  for (std::string_view word : words) {
    bytes += "$" + std::to_string(word.size()) + "\r\n";
    bytes.append(word);
    bytes += "\r\n";
  }
  return bytes;
}

}  // namespace cobnut::test
