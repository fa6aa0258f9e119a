// Helpers for tests of the shard protocol: a loop without sockets, and a watchdog. Not part of the
// server.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "shard/port.h"

namespace cobnut {

// A LoopPort whose poll is a condition variable. It has no thread of its own: whoever calls the
// owner's functions is the loop.
class TestLoop : public LoopPort {
 public:
  // Delivers and runs everything that is there; true: there was something.
  bool turn() {
    const bool delivered = deliver_all();
    return run_all() || delivered;
  }
  void turn_until_idle() {
    while (!idle()) turn();
  }
  // Blocks until there is something to do.
  void sleep() {
    if (!prepare_sleep()) return;
    sleeps_.fetch_add(1, std::memory_order_relaxed);
    std::unique_lock<std::mutex> lock(mutex_);
    asleep_.store(true);
    condition_.wait(lock, [this] { return woken_; });
    asleep_.store(false);
    woken_ = false;
    awake();
  }
  bool asleep() const { return asleep_.load(); }  // announced and in its wait
  int wakes() const { return wakes_.load(std::memory_order_relaxed); }
  int sleeps() const { return sleeps_.load(std::memory_order_relaxed); }

 protected:
  void wake() override {
    if (HeldCount::of_this_thread() != 0) {  // no CHECK: its name is doctest's in most tests
      fprintf(stderr, "a wake was sent while a monitor was held (I2)\n");
      abort();
    }
    wakes_.fetch_add(1, std::memory_order_relaxed);
    std::lock_guard<std::mutex> lock(mutex_);
    woken_ = true;
    condition_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool woken_ = false;
  std::atomic<bool> asleep_{false};
  std::atomic<int> wakes_{0};
  std::atomic<int> sleeps_{0};
};

// Aborts with a dump when `progress` has not changed for kStallSeconds.
class Watchdog {
 public:
  static constexpr int kStallSeconds = 20;

  Watchdog(std::function<uint64_t()> progress, std::function<std::string()> dump)
      : thread_([this, progress = std::move(progress), dump = std::move(dump)] {
          uint64_t last = progress();
          int still = 0;
          std::unique_lock<std::mutex> lock(mutex_);
          while (!condition_.wait_for(lock, std::chrono::seconds(1), [this] { return stop_; })) {
            const uint64_t now = progress();
            still = now == last ? still + 1 : 0;
            last = now;
            if (still < kStallSeconds) continue;
            fprintf(stderr, "nothing moved for %d s (progress %llu)\n%s\n", still,
                    static_cast<unsigned long long>(now), dump().c_str());
            abort();
          }
        }) {}
  ~Watchdog() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
    }
    condition_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all the others
};

}  // namespace cobnut
