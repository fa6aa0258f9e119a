// Accepts on the first loop and hands each socket to the loop with the fewest connections: the
// kernel's own spreading (SO_REUSEPORT) leaves some loops with twice the load of others (MECHANISMS
// §1.4). Refuses what may not come in. Owner: the first loop's thread, but for move(), which CONFIG
// SET calls on any.
#pragma once

#include <latch>
#include <memory>
#include <string>
#include <vector>

#include "loop/stream.h"
#include "net/loop_thread.h"

namespace cobnut {

class Acceptor final : public Listener::Owner {
 public:
  Acceptor(Server& server, std::span<const std::unique_ptr<LoopThread>> loops)
      : server_(server), loops_(loops) {}

  // Before the loops run. All of bind, and the unix socket. An error tells which one failed.
  Status listen(const Options& options);
  void start();  // before the loops run: on the first loop
  // Other values of bind and port, while the loops run. Clients stay connected. An error: what was
  // listened on before still is. REQUIRES: one call at a time (the lock of CONFIG SET).
  Status move(const Options& options);
  // Before loops[0] is told to stop; then wait() until no socket will be handed to another loop any
  // more.
  void wait_closed() { closed_.wait(); }

 private:
  class Move;
  // A TCP socket that listens, by the address and port that it was asked for.
  struct Bound {
    std::string address;
    int64_t port;
    int fd;
  };

  static Status open(const Options& options, std::vector<Bound> before, std::vector<Bound>& now);
  void replace(const std::vector<int>& added, const std::vector<int>& removed);
  void on_accept(int fd, bool unix_socket) override;
  void on_accept_error(int error) override;
  void refuse(int fd, const char* text);
  void resume();  // goes on after running out of descriptors
  void close();

  Server& server_;
  std::span<const std::unique_ptr<LoopThread>> loops_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Listener>> retired_;  // closed; destroyed on the next tick
  bool paused_ = false;
  bool stopped_ = false;
  std::latch closed_{1};

  std::vector<Bound> bound_;  // of move(); the descriptors live as long as their listeners
};

}  // namespace cobnut
