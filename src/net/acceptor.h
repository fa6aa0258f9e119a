// Accepts on the first loop and hands each socket to the loop with the fewest connections: the
// kernel's own spreading (SO_REUSEPORT) leaves some loops with twice the load of others (MECHANISMS
// §1.4). Refuses what may not come in. Owner: the first loop's thread.
#pragma once

#include <latch>
#include <memory>
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
  // Before loops[0] is told to stop; then wait() until no socket will be handed to another loop any
  // more.
  void wait_closed() { closed_.wait(); }

 private:
  void on_accept(int fd, bool unix_socket) override;
  void on_accept_error(int error) override;
  void refuse(int fd, const char* text);
  void resume();  // goes on after running out of descriptors
  void close();

  Server& server_;
  std::span<const std::unique_ptr<LoopThread>> loops_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  bool paused_ = false;
  std::latch closed_{1};
};

}  // namespace cobnut
