#include "loop/stream.h"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <new>

#include "base/check.h"

namespace cobnut {
namespace {

// Reads of one socket before the next one's turn: one that sends faster than we read would hold up
// the others.
constexpr int kReadsMax = 32;

uv_poll_t* uv(PollHandle& handle) {
  static_assert(sizeof(uv_poll_t) <= sizeof handle.bytes);
  return reinterpret_cast<uv_poll_t*>(handle.bytes);
}

uv_handle_t* base(PollHandle& handle) { return reinterpret_cast<uv_handle_t*>(handle.bytes); }

}  // namespace

struct Stream::Callbacks {
  static void polled(uv_poll_t* handle, int status, int events) {
    Stream& self = *static_cast<Stream*>(handle->data);
    // A failed socket: libuv stops polling it. The read has the reason, behind what came before it.
    if (status < 0) events = UV_READABLE | UV_WRITABLE;
    if ((events & UV_READABLE) != 0 && self.reading_) self.read();
    if ((events & UV_WRITABLE) != 0 && self.writing_ && !self.closing_) {
      self.writing_ = false;
      if (status == 0) self.poll();
      self.owner_.on_writable();
    }
    if (status < 0 && self.reading_ && !self.closing_) self.end(EIO);
  }
  static void closed(uv_handle_t* handle) {
    static_cast<Stream*>(handle->data)->owner_.on_closed();
  }
};

bool Stream::open(Loop& loop, int fd) {
  if (uv_poll_init(loop.uv(), uv(handle_), fd) != 0) {
    ::close(fd);
    return false;
  }
  uv(handle_)->data = this;
  fd_ = fd;
  reading_ = true;
  poll();
  return true;
}

void Stream::poll() {
  const int events = (reading_ ? UV_READABLE : 0) | (writing_ ? UV_WRITABLE : 0);
  if (events == 0) {
    uv_poll_stop(uv(handle_));
  } else {
    CHECK_EQ(uv_poll_start(uv(handle_), events, Callbacks::polled), 0);
  }
}

void Stream::read() {
  for (int i = 0; i < kReadsMax; i++) {
    const Owner::Room room = owner_.on_room();
    const ssize_t n = recv(fd_, room.data, room.size, MSG_DONTWAIT);
    if (n > 0) {
      owner_.on_read(static_cast<size_t>(n));
      // Less than there was room for: the socket is empty (epoll(7), question 9).
      if (static_cast<size_t>(n) < room.size || closing_) return;
    } else if (n == 0) {
      return end(0);
    } else if (errno != EINTR) {
      if (errno != EAGAIN) end(errno);
      return;
    }
  }
}

void Stream::end(int error) {
  reading_ = false;
  poll();
  owner_.on_end(error);
}

// REQUIRES: not awaiting on_writable().
int64_t Stream::try_write(std::span<const iovec> pieces, int* error) {
  *error = 0;
  ssize_t n;
  do {
    if (pieces.size() == 1) {
      n = send(fd_, pieces[0].iov_base, pieces[0].iov_len, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
      msghdr message{};
      message.msg_iov = const_cast<iovec*>(pieces.data());
      message.msg_iovlen = pieces.size();
      n = sendmsg(fd_, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
  } while (n < 0 && errno == EINTR);
  if (n >= 0) return n;
  if (errno == EAGAIN || errno == ENOBUFS) return 0;
  *error = errno;
  return -1;
}

void Stream::await_writable() {
  writing_ = true;
  poll();
}

void Stream::close() {
  if (closing_) return;
  closing_ = true;
  reading_ = writing_ = false;
  uv_close(base(handle_), Callbacks::closed);  // stops polling at once: the descriptor may go
  ::close(fd_);
}

struct Listener::Callbacks {
  static void readable(uv_poll_t* handle, int status, int) {
    Listener& self = *static_cast<Listener*>(handle->data);
    if (status < 0) return self.owner_.on_accept_error(-status);
    for (int i = 0; i < kAcceptsMax; i++) {
      const int fd = accept4(self.fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        self.owner_.on_accept(fd, self.unix_socket_);
      } else if (errno != EINTR && errno != ECONNABORTED) {
        // EINVAL: it was shut down, and is about to be closed
        if (errno != EAGAIN && errno != EINVAL) self.owner_.on_accept_error(errno);
        return;
      }
    }
  }
};

void Listener::start(Loop& loop) {
  CHECK_EQ(uv_poll_init(loop.uv(), uv(handle_), fd_), 0);
  uv(handle_)->data = this;
  started_ = true;
  resume();
}

void Listener::pause() { uv_poll_stop(uv(handle_)); }

void Listener::resume() {
  if (!started_) return;
  CHECK_EQ(uv_poll_start(uv(handle_), UV_READABLE, Callbacks::readable), 0);
}

void Listener::close() {
  if (!started_) return;
  started_ = false;
  uv_close(base(handle_), nullptr);
}

Listener::~Listener() {
  CHECK(!started_);
  ::close(fd_);
}

}  // namespace cobnut
