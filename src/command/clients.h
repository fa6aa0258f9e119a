// The clients of all loops, as CLIENT LIST, KILL and INFO see them. Facts that change with every
// command are relaxed atomics written by the client's loop; the rest stands under one leaf mutex
// (never held while a monitor is entered).
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "command/blocking.h"
#include "shard/port.h"

namespace cobnut {

struct CommandSpec;

struct ClientInfo {
  // fixed when the client connects
  uint64_t id = 0;
  int fd = -1;
  std::string address;  // "127.0.0.1:53412", "[::1]:6379", "/path:0"
  std::string local_address;
  int64_t connected_ms = 0;  // monotonic
  bool unix_socket = false;
  bool local = true;  // of this machine
  LoopPort* loop = nullptr;

  // under the registry's mutex
  std::string name;
  std::string library_name, library_version;  // CLIENT SETINFO

  // the client's loop writes, anybody reads
  std::atomic<const CommandSpec*> last_command{nullptr};
  std::atomic<int64_t> last_active_ms{0};  // monotonic
  std::atomic<int> db{0};
  std::atomic<int> resp{2};
  std::atomic<uint64_t> input_bytes{0};   // query buffer
  std::atomic<uint64_t> output_bytes{0};  // not yet taken by the socket
  std::atomic<bool> no_evict{false};
  std::atomic<bool> no_touch{false};
  std::atomic<bool> monitor{false};
  std::atomic<bool> authenticated{true};
  BlockedWord blocked;

  // anybody writes, the client's loop reads before every command
  std::atomic<bool> killed{false};
};

class Clients {
 public:
  uint64_t next_id() { return next_id_.fetch_add(1, std::memory_order_relaxed); }
  void add(std::shared_ptr<ClientInfo> info);
  void remove(uint64_t id);
  // Clients that are blocked or paused (INFO blocked_clients).
  void count_blocked(int64_t change) { blocked_.fetch_add(change, std::memory_order_relaxed); }
  int64_t blocked() const { return blocked_.load(std::memory_order_relaxed); }
  size_t count() const { return count_.load(std::memory_order_relaxed); }

  void set_name(ClientInfo& info, std::string name);
  std::string name(const ClientInfo& info);
  std::shared_ptr<ClientInfo> find(uint64_t id);  // nullptr: none
  void set_library(ClientInfo& info, std::string ClientInfo::*field, std::string value);
  // Library name and version.
  std::pair<std::string, std::string> library(const ClientInfo& info);
  // In the order of their ids. A listed client may disconnect any time; its facts stay readable.
  std::vector<std::shared_ptr<ClientInfo>> all();

 private:
  std::atomic<uint64_t> next_id_{1};
  std::atomic<size_t> count_{0};
  std::atomic<int64_t> blocked_{0};
  std::mutex mutex_;
  std::map<uint64_t, std::shared_ptr<ClientInfo>> clients_;
};

}  // namespace cobnut
