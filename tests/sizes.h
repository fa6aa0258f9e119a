// The frame of the tests of huge values (sizes_*_test.cc): a server, a client that works, and two
// clients that ask for something small all the while, one beside it on the same loop, one on
// another loop for a key of another shard. A table says of each step how long it took and how long
// those two waited at worst; no test asserts a time.
//
// `make test` runs them over 50,000 elements, `make big` over a million and strings of 512 MB:
// COBNUT_TEST_ELEMENTS says how many.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/server_process.h"

namespace cobnut::test {

using Words = std::vector<std::string>;

constexpr size_t kStringMax = size_t{512} << 20;  // bytes: Redis's longest string

size_t test_elements();      // of each collection
size_t test_string_bytes();  // of each long string; kStringMax when the elements are a million

// Keys of four shards of any server with four or more of them.
constexpr const char* kKey = "{foo}";      // slot 12182
constexpr const char* kOther = "{bar}";    // slot 5061
constexpr const char* kThird = "{hello}";  // slot 866
constexpr const char* kAside = "rest";     // slot 15519: of the pulses

// A client that sends PING, or GET of kAside, again and again; the longest wait for its reply.
class Pulse {
 public:
  explicit Pulse(int port);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  void get() { gets_ = true; }  // from now on
  double take_longest_ms();     // since the last call, what is still awaited included

 private:
  void run();
  void note_wait();

  Connection client_;
  std::atomic<bool> gets_{false};
  std::atomic<bool> stop_{false};
  std::atomic<int64_t> longest_us_{0};
  std::atomic<int64_t> sent_us_{0};   // 0: nothing is awaited
  std::atomic<int64_t> taken_us_{0};  // the last call of take_longest_ms()
  std::thread thread_;
};

class Sizes {
 public:
  explicit Sizes(std::string type, const Flags& flags = {});
  ~Sizes();  // prints the table

  bool ok() const { return server_.ok(); }
  ServerProcess& server() { return server_; }

  // One line of the table.
  void step(const std::string& name, const std::function<void()>& body);
  // A step during which the server needs no more than that many bytes beyond what it has.
  void step_within(const std::string& name, size_t bytes, const std::function<void()>& body);
  // A step that ends when used_memory is back at what it was when `before` was taken, nearly.
  void freeing(const std::string& name, int64_t before, const std::function<void()>& body);

  Answer run(const Words& words) { return client_->run(words); }
  // The same; a failure unless the reply reads so.
  void expect(const Words& words, const std::string& reply);
  // `count` commands in a pipeline, none of whose replies may be an error.
  void load(size_t count, const std::function<Words(size_t)>& command);
  // Elements added by `prefix`, many a command: each by the words of element(i).
  void add(const Words& prefix, size_t count, const std::function<Words(size_t)>& element);

  int64_t used_memory();  // bytes, INFO
  std::string digest(const std::string& key, int db = 0);

 private:
  struct Row {
    std::string name;
    double ms, cpu_ms, beside_ms, apart_ms, peak_mb, after_mb;
  };
  void find_loops();
  double cpu_ms() const;
  void reset_peak() const;
  int64_t peak_bytes() const;

  const std::string type_;
  ServerProcess server_;
  std::unique_ptr<Connection> client_;
  std::unique_ptr<Pulse> beside_, apart_;
  std::vector<Row> rows_;
};

// What every value goes through once it stands at kKey: DUMP, RESTORE, COPY, RENAME, MOVE and all
// the ways to go, memory included. `change` is a command that changes the value at the key that it
// is given. `payload`: bytes that the value holds at least. The value is gone afterwards.
void pass_around(Sizes& sizes, int64_t empty, size_t payload,
                 const std::function<Words(const std::string& key)>& change);

}  // namespace cobnut::test
