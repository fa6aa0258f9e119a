// The latest commands that took long: SLOWLOG. Any thread, a leaf mutex; a command comes here only
// when it was slow (slowlog-log-slower-than), so that with 0 every command of every loop takes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace cobnut {

struct SlowCommand {
  int64_t id = 0;      // since the start; add() gives it
  int64_t time_s = 0;  // Unix, of its end
  int64_t took_us = 0;
  std::vector<std::string> words;  // cut to what is worth keeping, secrets blanked
  std::string address;             // of the client
  std::string client_name;
};

class SlowLog {
 public:
  void add(SlowCommand command, size_t most);           // the oldest beyond `most` go
  std::vector<SlowCommand> latest(size_t count) const;  // newest first
  size_t size() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::deque<SlowCommand> commands_;  // newest first
  int64_t next_id_ = 0;
};

}  // namespace cobnut
