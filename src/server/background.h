// What a service is to the system around it: a process in the background, a pid file, the word to
// systemd that it is ready. Main thread.
#pragma once

#include <string>

#include "base/result.h"
#include "config/options.h"

namespace cobnut {

// `daemonize`: forks, before any thread exists. The parent waits until ready() and ends with status
// 0, or with 1 when the child ends before; the child goes on in a session of its own.
class Background {
 public:
  explicit Background(const Options& options);
  ~Background();  // removes the pid file
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;

  Status start();        // forks, or does nothing
  void write_pidfile();  // once nothing can fail any more: another server's file is left alone
  void ready();          // lets the parent and systemd know; the terminal is let go of
  void stopping();       // lets systemd know

 private:
  const bool supervised_;  // systemd waits for our word
  const bool fork_;
  const std::string pidfile_;  // absolute; empty: none
  bool pidfile_written_ = false;
  std::string notify_path_;  // systemd's socket
  int parent_ = -1;          // pipe that the parent reads
};

}  // namespace cobnut
