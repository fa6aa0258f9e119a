// How a loop is reached by the others: one inbox, one run queue, one sleeping word (MECHANISMS §2.3).
#pragma once

#include <atomic>
#include <cstdint>

#include "base/mpsc.h"

namespace cobnut {

// A letter to a loop: the reply of a command that ran elsewhere, an accepted socket, a push, a new configuration.
// The receiver owns it from post() on and deletes it, or recycles it, in deliver().
class Message : public MpscNode {
 public:
  virtual ~Message() = default;
  virtual void deliver() = 0;  // on the receiving loop
};

// Work for a loop's own thread that is not tied to a letter: granted transactions, unfinished drains.
class LoopPort;
class Runnable {
 public:
  virtual ~Runnable() = default;
  virtual void run(LoopPort& me) = 0;
  Runnable* next_runnable = nullptr;  // link of the run queue
};

class LoopPort {
 public:
  virtual ~LoopPort() = default;

  // -- any thread
  // Publishes the message, then wakes the loop if it sleeps. The syscall of a wake is made after the caller has left
  // every monitor (I2): while `held` monitors are held by this thread, wakes are remembered and sent by flush_wakes().
  void post(Message* message);

  // -- the owning loop only
  bool deliver_all();            // empties the inbox; true: something was there
  void enqueue(Runnable* work);  // appended to the run queue
  bool run_all();                // runs until the run queue is empty; true: something ran
  bool idle() const;             // inbox and run queue empty
  // The sleep protocol (I10): prepare_sleep() announces sleep and looks again; true: the loop may block in poll.
  bool prepare_sleep();
  void awake();

 protected:
  virtual void wake() = 0;  // makes a blocked poll return; any thread; may be a syscall

 private:
  MpscQueue inbox_;                        // any thread pushes
  std::atomic<uint32_t> sleeping_{0};      // any thread
  Runnable* run_head_ = nullptr;           // owning loop
  Runnable* run_tail_ = nullptr;           // owning loop
};

}  // namespace cobnut
