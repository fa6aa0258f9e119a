#include "loop/stream.h"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <new>

#include "base/check.h"

namespace cobnut {

struct Stream::Callbacks {
  static uv_stream_t* handle(Stream& stream) {
    return reinterpret_cast<uv_stream_t*>(stream.handle_);
  }
  static Stream& of(void* data) { return *static_cast<Stream*>(data); }

  static void room(uv_handle_t* handle, size_t, uv_buf_t* buffer) {
    const Owner::Room room = of(handle->data).owner_.on_room();
    *buffer = uv_buf_init(room.data, static_cast<unsigned>(room.size));
  }
  static void read(uv_stream_t* handle, ssize_t n, const uv_buf_t*) {
    Stream& stream = of(handle->data);
    if (n > 0) {
      stream.owner_.on_read(static_cast<size_t>(n));
    } else if (n < 0) {
      stream.owner_.on_end(n == UV_EOF ? 0 : static_cast<int>(-n));
    }
  }
  static void written(uv_write_t* request, int status) {
    Stream& stream = of(request->data);
    delete request;
    stream.owner_.on_written(-status);
  }
  static void closed(uv_handle_t* handle) { of(handle->data).owner_.on_closed(); }
};

bool Stream::open(Loop& loop, int fd, bool unix_socket) {
  static_assert(sizeof(uv_tcp_t) <= kHandleBytes && sizeof(uv_pipe_t) <= kHandleBytes);
  int error = 0;
  fd_ = fd;
  if (unix_socket) {
    auto* pipe = reinterpret_cast<uv_pipe_t*>(handle_);
    CHECK_EQ(uv_pipe_init(loop.uv(), pipe, 0), 0);
    pipe->data = this;
    error = uv_pipe_open(pipe, fd);
  } else {
    auto* tcp = reinterpret_cast<uv_tcp_t*>(handle_);
    CHECK_EQ(uv_tcp_init(loop.uv(), tcp), 0);
    tcp->data = this;
    error = uv_tcp_open(tcp, fd);
  }
  if (error != 0) ::close(fd);
  if (error == 0) error = uv_read_start(Callbacks::handle(*this), Callbacks::room, Callbacks::read);
  if (error != 0) close();
  return error == 0;
}

// uv_try_write() without its detour: it would take the same system call's slower form (write
// through the file layer). REQUIRES, as there: no write() of ours is under way.
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

void Stream::write(std::span<const iovec> pieces) {
  // uv_buf_t has the layout of iovec on unix (libuv's documentation, uv_buf_t).
  static_assert(sizeof(uv_buf_t) == sizeof(iovec));
  auto* request = new uv_write_t;  // only for a client that does not read fast enough
  request->data = this;
  const int error =
      uv_write(request, Callbacks::handle(*this), reinterpret_cast<const uv_buf_t*>(pieces.data()),
               static_cast<unsigned>(pieces.size()), Callbacks::written);
  CHECK_EQ(error, 0);  // its failures are reported to the callback
}

void Stream::close() {
  if (closing_) return;
  closing_ = true;
  uv_close(reinterpret_cast<uv_handle_t*>(handle_), Callbacks::closed);
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
        if (errno != EAGAIN) self.owner_.on_accept_error(errno);
        return;
      }
    }
  }
};

void Listener::start(Loop& loop) {
  static_assert(sizeof(uv_poll_t) <= kHandleBytes);
  auto* poll = reinterpret_cast<uv_poll_t*>(handle_);
  CHECK_EQ(uv_poll_init(loop.uv(), poll, fd_), 0);
  poll->data = this;
  started_ = true;
  resume();
}

void Listener::pause() { uv_poll_stop(reinterpret_cast<uv_poll_t*>(handle_)); }

void Listener::resume() {
  if (!started_) return;
  CHECK_EQ(uv_poll_start(reinterpret_cast<uv_poll_t*>(handle_), UV_READABLE, Callbacks::readable),
           0);
}

void Listener::close() {
  if (!started_) return;
  started_ = false;
  uv_close(reinterpret_cast<uv_handle_t*>(handle_), nullptr);
}

Listener::~Listener() {
  CHECK(!started_);
  ::close(fd_);
}

}  // namespace cobnut
