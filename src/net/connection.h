// One client's socket: feeds the session with what arrives and writes what it is owed, once per
// loop turn in the common case. About 650 bytes when idle: no buffer, no timer. Owner: its loop
// (I7).
#pragma once

#include <memory>

#include "command/session.h"
#include "loop/stream.h"

namespace cobnut {

class LoopThread;

class Connection final : public Session, private Stream::Owner {
 public:
  Connection(LoopThread& loop, std::shared_ptr<ClientInfo> info);
  ~Connection() override;

  bool open(Loop& loop);  // takes info().fd; false: it is to be destroyed
  void flush();           // writes what the socket takes (Flusher::flush)
  void close();  // at once; destroyed when its handle has closed and nothing wakes it any more
  bool idle_since(int64_t monotonic_ms);  // nothing received, written or running since then; never
                                          // while it monitors
  void check_output_limits();             // client-output-buffer-limit; also on every second tick

  Connection* previous = nullptr;  // links of the loop's list
  Connection* next = nullptr;

 private:
  Room on_room() override;
  void on_read(size_t bytes) override;
  void on_end(int error) override;
  void on_writable() override;
  void on_closed() override;
  bool on_completed() override;
  void on_pushed() override;

  bool done() const;
  bool write_some();
  void close_over_limit();
  void resume_if_drained();

  LoopThread& loop_;
  Stream stream_;
  int64_t over_soft_ms_ = 0;  // since when the output is above the soft limit; 0: it is not
  bool blocked_ = false;      // the socket took not all: waits for on_writable()
  bool ended_ = false;        // the peer sends nothing more: closed when what it sent has run
  bool handle_closed_ = false;
};

}  // namespace cobnut
