// A server of its own for each integration test: started on a free loopback port with the flags
// that the test wants, ended by its pid, its exit status checked. COBNUT_TEST_BINARY points the
// tests at another server, e.g. at redis-server 7.0.15: what is expected here is what that one
// does; or at ours built with a sanitizer, whose report makes the exit status another than 0.
#pragma once

#include <hiredis/hiredis.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cobnut::test {

using Flags = std::vector<std::string>;

// Polls until the condition holds; false when it still does not after the time. Never a fixed
// sleep.
template <typename Condition>
bool eventually(Condition condition, std::chrono::milliseconds within = std::chrono::seconds(20));
void pause_between_polls();  // a few milliseconds

// body(0) ... body(count - 1), each in a thread of its own; returns when all are done.
void in_threads(int count, const std::function<void(int)>& body);

bool contains(std::string_view text, std::string_view part);  // anywhere in it

std::string server_binary();  // COBNUT_TEST_BINARY, else the one that was built with these tests
bool is_redis();              // the server under test is redis-server
bool is_sanitized();    // it has the address or the thread sanitizer: slow, and RSS says nothing
int rounds(int count);  // as many repetitions, or a quarter of them when it is sanitized
std::string redis_binary();  // redis-server 7.0.15 of redis-tools, to exchange data with
int free_port();             // a loopback TCP port that nobody listens on now
std::string temporary_path(std::string_view suffix);  // of a file that does not exist yet

// A program run to its end.
struct Finished {
  int status = -1;  // exit status; 128 + signal when a signal ended it; -1 when it had to be killed
  std::string output;  // stdout and stderr together
};
Finished run_program(const std::vector<std::string>& words, const std::string& input = "",
                     std::chrono::seconds within = std::chrono::seconds(120));

// One reply, owned.
class Answer {
 public:
  explicit Answer(redisReply* reply) : reply_(reply, freeReplyObject) {}
  bool ok() const { return reply_ != nullptr; }  // false: the connection broke
  bool is_error() const { return reply_ && reply_->type == REDIS_REPLY_ERROR; }
  bool is_nil() const { return reply_ && reply_->type == REDIS_REPLY_NIL; }
  // Of a string, status or error; empty for others.
  std::string text() const;
  int64_t integer() const { return reply_ ? reply_->integer : INT64_MIN; }
  size_t size() const { return reply_ ? reply_->elements : 0; }
  std::string text(size_t i) const;
  std::string line() const;  // all of it, parts in brackets
  bool is_nil(size_t i) const { return reply_->element[i]->type == REDIS_REPLY_NIL; }
  const redisReply* part(size_t i) const { return reply_->element[i]; }  // for replies within it

 private:
  std::unique_ptr<redisReply, void (*)(void*)> reply_;
};

// A blocking client with a time-out of 30 s, which no test should ever see. One thread.
class Connection {
 public:
  explicit Connection(int port);
  explicit Connection(const std::string& unix_path);
  bool ok() const { return context_ && context_->err == 0; }
  int fd() const { return context_->fd; }
  void wait_up_to(std::chrono::seconds time);  // instead of 30 s

  Answer run(const std::vector<std::string>& words);   // one round trip
  void append(const std::vector<std::string>& words);  // queues it: sent by the first answer()
  Answer answer();

 private:
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

class ServerProcess {
 public:
  // Starts it and waits until it answers; ok() is false when it did not. `--port` and a loopback
  // bind are given unless the flags hold them. The first flag may be a configuration file.
  explicit ServerProcess(const Flags& flags = {}, int threads = 2,
                         const std::string& binary = server_binary());
  ~ServerProcess();  // stop(), and a test failure unless it ended with status 0
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  bool ok() const { return pid_ > 0; }
  int port() const { return port_; }
  pid_t pid() const { return pid_; }
  Connection connect() const { return Connection(port_); }
  int64_t rss_bytes() const;   // resident memory, from /proc
  std::string output() const;  // what it has printed so far

  // Sends the signal and waits for the end; the exit status as in Finished. Only once.
  int stop(int signal_number);
  int wait_for_end();  // the same without a signal: the test made it end

 private:
  enum class Started { kYes, kPortTaken, kFailed };
  Started start(const Flags& flags, int threads, const std::string& binary);

  int port_ = 0;
  pid_t pid_ = -1;
  std::string output_path_;
};

// --- implementation of the template
template <typename Condition>
bool eventually(Condition condition, std::chrono::milliseconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    pause_between_polls();
  }
  return true;
}

}  // namespace cobnut::test
