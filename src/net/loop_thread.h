// One loop thread: its libuv loop, its inbox, its executor, its connections, and the background
// slices of its home shards.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "command/executor.h"
#include "loop/loop.h"
#include "net/connection.h"

namespace cobnut {

class LoopThread final : public LoopPort, private Loop::Hooks, private Flusher {
 public:
  LoopThread(Server& server, size_t index);
  ~LoopThread() override;

  // -- main thread
  void start();
  void join();

  // -- any thread
  void adopt(std::shared_ptr<ClientInfo> client);  // a connected socket: info->fd
  void begin_stop();
  void kick();  // looks for clients that were marked as killed
  size_t connections() const { return connections_.load(std::memory_order_relaxed); }

  // -- this loop
  Loop& loop() { return loop_; }
  Executor& executor() { return executor_; }
  int64_t now_ms() const { return loop_.now_ms(); }  // monotonic, of this turn
  TurnTime turn_time() const { return {now_ms(), now_ms() + wall_offset_ms_}; }
  void destroy(Connection& connection);
  // Called when the loop has been told to stop, before its connections close.
  void set_on_stop(std::function<void()> on_stop) { on_stop_ = std::move(on_stop); }
  // Called on every tick of the loop's timer, about ten times a second at least.
  void set_on_tick(std::function<void()> on_tick) { on_tick_ = std::move(on_tick); }

 private:
  class Adoption;
  class Stop;
  class Kick;

  void wake() override { loop_.wake(); }
  bool before_poll() override;
  void after_poll() override;
  void on_timer() override;
  void on_alarm() override { executor_.wake_due(now_ms()); }
  void flush(Session& session) override { static_cast<Connection&>(session).flush(); }
  void close(Session& session) override { static_cast<Connection&>(session).close(); }

  void add(std::shared_ptr<ClientInfo> client);
  void stop_now();
  void finish_stop();
  void run_background();
  void sample_rates();
  void close_idle();
  void close_killed();

  Server& server_;
  size_t index_;
  Loop loop_;
  Executor executor_;
  std::thread thread_;
  std::atomic<bool> kicked_{false};     // a Kick is on its way
  std::atomic<size_t> connections_{0};  // assigned to this loop, on their way here too

  // this loop
  Connection* first_ = nullptr;
  Connection* last_ = nullptr;
  int64_t wall_offset_ms_ = 0;  // wall clock - monotonic clock, looked up on every tick
  int64_t last_work_us_ = 0;    // monotonic: for busy-poll-us
  int64_t idle_checked_ms_ = 0;
  bool stopping_ = false;
  std::function<void()> on_tick_;
  std::function<void()> on_stop_;
};

}  // namespace cobnut
