// A connected TCP or unix-domain socket on a loop. Owner: the loop's thread. The object may be
// destroyed only after on_closed(): libuv's handle dies in its close callback.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "loop/loop.h"

namespace cobnut {

class Stream {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    struct Room {
      char* data;
      size_t size;
    };
    virtual Room on_room() = 0;              // where the next read goes
    virtual void on_read(size_t bytes) = 0;  // that many bytes were put there
    virtual void on_end(
        int error) = 0;  // the peer has closed (0) or the socket failed (errno, positive)
    virtual void on_written(int error) = 0;  // the write() has ended
    virtual void on_closed() = 0;
  };

  explicit Stream(Owner& owner) : owner_(owner) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Takes the descriptor and starts reading. False: the descriptor cannot be used, it is closed;
  // on_closed() follows.
  bool open(Loop& loop, int fd, bool unix_socket);
  // What the socket takes at once: bytes, or -1 with an errno in *error (0 bytes when it takes none
  // now).
  int64_t try_write(std::span<const iovec> pieces, int* error);
  // Writes all of it, later; the bytes stay where they are until on_written(). One at a time.
  void write(std::span<const iovec> pieces);
  void close();
  bool closing() const { return closing_; }

 private:
  struct Callbacks;
  friend struct Callbacks;
  // Storage of a uv_tcp_t or uv_pipe_t (248 and 264 bytes): uv.h stays out of this header.
  static constexpr size_t kHandleBytes = 264;
  alignas(16) char handle_[kHandleBytes];
  Owner& owner_;
  int fd_ = -1;
  bool closing_ = false;
};

// A listening socket: calls back with each accepted descriptor (non-blocking, close-on-exec).
class Listener {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_accept(int fd, bool unix_socket) = 0;
    virtual void on_accept_error(int error) = 0;  // EMFILE and friends; called at most once a poll
  };

  Listener(Owner& owner, int fd, bool unix_socket)
      : owner_(owner), fd_(fd), unix_socket_(unix_socket) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();  // REQUIRES: closed, and the loop has run since
  void start(Loop& loop);
  void pause();  // out of descriptors: polled again after resume()
  void resume();
  void close();

 private:
  struct Callbacks;
  friend struct Callbacks;
  static constexpr int kAcceptsMax =
      64;  // a poll: a burst of connections may not hold up the others
  static constexpr size_t kHandleBytes = 160;
  alignas(16) char handle_[kHandleBytes];
  Owner& owner_;
  int fd_;
  bool unix_socket_;
  bool started_ = false;
};

}  // namespace cobnut
