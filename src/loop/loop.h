// libuv, wrapped: this folder is the only one that includes uv.h. One Loop per loop thread, with
// the hooks of a turn:
//
//   before_poll  (prepare)  says whether the poll may block: the sleep protocol
//   ...reads, accepts, writes...
//   after_poll   (check)    the work of the turn
//
// Owner: the loop's thread, but for wake(), which any thread may call.
#pragma once

#include <cstdint>
#include <memory>

struct uv_loop_s;

namespace cobnut {

class Loop {
 public:
  class Hooks {
   public:
    virtual ~Hooks() = default;
    virtual bool before_poll() = 0;  // true: the poll may block
    virtual void after_poll() = 0;
    virtual void on_timer() = 0;  // see set_timer
    virtual void on_alarm() = 0;  // see set_alarm
  };

  explicit Loop(Hooks& hooks);
  ~Loop();  // REQUIRES: run() has returned, or was never called
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();                         // until stop(), then until every handle has closed
  void stop();                        // the loop's thread: closes the loop's own handles
  void wake();                        // any thread: a blocked poll returns. A syscall.
  int64_t now_ms() const;             // monotonic, taken when the poll returned: costs nothing
  void set_timer(int64_t period_ms);  // calls on_timer every so often
  void set_alarm(int64_t at_ms);      // calls on_alarm once, at this now_ms(); INT64_MAX: never

  uv_loop_s* uv() const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace cobnut
