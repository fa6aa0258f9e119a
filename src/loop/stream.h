// Sockets on a loop. Both are polled (uv_poll) and use their system calls themselves: libuv's own
// streams take the slower calls of the file layer and allocate for a write that has to wait.
// Owner: the loop's thread. An object may be destroyed only after its handle has closed: libuv's
// handle dies in its close callback.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "loop/loop.h"

namespace cobnut {

// Storage of a uv_poll_t: uv.h stays out of this header.
struct PollHandle {
  alignas(16) char bytes[160];
};

// A connected TCP or unix-domain socket.
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
    // The peer has closed (0) or the socket failed (errno): nothing more is read.
    virtual void on_end(int error) = 0;
    virtual void on_writable() = 0;  // once after await_writable(), also when the socket failed
    virtual void on_closed() = 0;
  };

  explicit Stream(Owner& owner) : owner_(owner) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Takes the descriptor and starts reading. False: it cannot be polled and is closed; nothing
  // follows, and nothing else may be called.
  bool open(Loop& loop, int fd);
  // What the socket takes at once: bytes, or -1 with an errno in *error (0 bytes when it takes none
  // now).
  int64_t try_write(std::span<const iovec> pieces, int* error);
  void await_writable();
  void close();
  bool closing() const { return closing_; }

 private:
  struct Callbacks;
  friend struct Callbacks;
  void read();
  void end(int error);
  void poll();

  PollHandle handle_;
  Owner& owner_;
  int fd_ = -1;
  bool reading_ = false;
  bool writing_ = false;  // awaits on_writable()
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
  int fd() const {
    return fd_;
  }  // another thread may shut it down: then there is nothing to accept

 private:
  struct Callbacks;
  friend struct Callbacks;
  static constexpr int kAcceptsMax =
      64;  // a poll: a burst of connections may not hold up the others
  PollHandle handle_;
  Owner& owner_;
  int fd_;
  bool unix_socket_;
  bool started_ = false;
};

}  // namespace cobnut
