// How a loop is reached by the others: one inbox, one run queue, one sleeping word (MECHANISMS
// §2.3).
#pragma once

#include <atomic>
#include <cstdint>

#include "base/mpsc.h"

namespace cobnut {

// A letter to a loop: the reply of a command that ran elsewhere, an accepted socket, a push, a new
// configuration. The receiver owns it from post() on and deletes it, or recycles it, in deliver().
class Message : public MpscNode {
 public:
  virtual ~Message() = default;
  virtual void deliver() = 0;  // on the receiving loop
};

// Work for a loop's own thread that is not tied to a letter: granted transactions, unfinished
// drains. It is out of the run queue before run() is called, which may free it or enqueue it again.
class LoopPort;
class Runnable {
 public:
  virtual ~Runnable() = default;
  virtual void run(LoopPort& me) = 0;
  Runnable* next_runnable = nullptr;  // link of the run queue
};

class LoopPort {
 public:
  LoopPort() = default;
  LoopPort(const LoopPort&) = delete;
  LoopPort& operator=(const LoopPort&) = delete;
  virtual ~LoopPort() = default;

  // -- any thread
  // Publishes the message, then wakes the loop if it sleeps. The syscall of a wake is made after
  // the caller has left every monitor (I2): while this thread holds one, the wake is only
  // remembered, and leaving the last one sends it.
  void post(Message* message);

  // -- the owning loop only
  // Both stop after a bounded number of pieces, so that neither a flood of letters nor work that
  // enqueues itself again keeps the loop from its sockets; what is left shows in idle(), and
  // prepare_sleep() refuses. Both run in the order of arrival. True: there was something.
  // REQUIRES: the thread holds no monitor.
  bool deliver_all();            // at most kDeliverMax messages of the inbox
  bool run_all();                // at most kRunMax pieces of the run queue
  void discard_all();            // deletes the messages of the inbox: after the loop has ended
  void enqueue(Runnable* work);  // appended to the run queue; also from inside run() and deliver()
  bool idle() const { return run_head_ == nullptr && inbox_.empty(); }
  // The sleep protocol (I10): prepare_sleep() announces sleep and looks again; true: the loop may
  // block in poll, and calls awake() after it; false: there is work, the loop counts as awake.
  bool prepare_sleep();
  void awake();

  // Messages and pieces of work per call. A message takes 0.1-1 us, a piece may be a drain of 64
  // commands or a whole script: about a millisecond each before sockets are looked at again.
  static constexpr int kDeliverMax = 1024;
  static constexpr int kRunMax = 64;

 protected:
  virtual void wake() = 0;  // makes a blocked poll return; any thread; may be a syscall

 private:
  friend class HeldCount;
  void wake_if_sleeping();

  MpscQueue inbox_;                    // any thread pushes
  std::atomic<uint32_t> sleeping_{0};  // any thread
  Runnable* run_head_ = nullptr;       // owning loop
  Runnable* run_tail_ = nullptr;       // owning loop
};

// How many monitors this thread holds, and whether wakes wait for the last of them to be left (I2).
// A monitor counts its own entering and leaving here; the cost is one instruction each.
class HeldCount {
 public:
  static uint32_t of_this_thread() { return state_.monitors; }
  static void entered(uint32_t monitors) { state_.monitors += monitors; }
  static void left() {
    if (--state_.monitors == 0 && state_.wakes != 0) send_wakes();
  }

 private:
  friend class LoopPort;
  // Ports whose wake one thread may owe. Beyond it (more loops than this, all asleep, all told of
  // something under one monitor) a wake is sent while holding: slower, never lost.
  static constexpr uint32_t kWakesMax = 256;

  static void owe_wake(LoopPort* port);
  static void send_wakes();

  struct State {
    uint32_t monitors = 0;
    uint32_t wakes = 0;  // in use of owed_
  };
  static constinit thread_local State state_;
  static constinit thread_local LoopPort* owed_[kWakesMax];
};

}  // namespace cobnut
