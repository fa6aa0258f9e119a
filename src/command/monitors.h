// MONITOR: every command of every loop, shown to those who asked. A loop that runs a command while
// somebody monitors writes a line; after the batch its lines go as one letter to each loop that has
// monitors, which appends them to their outputs. Lines of one loop stay in order, loops are merged
// as their letters arrive. Cost when nobody monitors: one load a batch.
//
// The registry is under a leaf mutex; a session is added, written to and removed by its own loop
// only.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "command/clients.h"
#include "command/command.h"

namespace cobnut {

class Session;

class Monitors {
 public:
  // -- any loop
  bool any() const { return count_.load(std::memory_order_acquire) != 0; }
  // REQUIRES: no monitor of a shard is held.
  void publish(std::string lines);

  // -- the session's loop
  void add(Session& session);     // more than once is once
  void remove(Session& session);  // before it is destroyed, too

 private:
  class Lines;
  void deliver(LoopPort* loop, Bytes lines);

  std::atomic<size_t> count_{0};
  std::mutex mutex_;
  std::vector<Session*> sessions_;  // under mutex_
};

// The words of a request with its secrets replaced by "(redacted)".
std::vector<Bytes> words_without_secrets(const CommandSpec& spec, Args args);

// +seconds.microseconds [db address] "word" "word" ...\r\n
void append_monitor_line(std::string& to, const ClientInfo& client, int db, const CommandSpec& spec,
                         Args args);

}  // namespace cobnut
