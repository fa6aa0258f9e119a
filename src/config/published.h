// The options in force. CONFIG SET publishes a new Options object; loops read the newest without a
// lock. An old object is freed once no loop can still be reading it: a loop tells at the start of
// its check phase which version it reads from now on, and while it sleeps that it reads none
// (quiescent states).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/result.h"
#include "config/options.h"

namespace cobnut {

class PublishedOptions {
 public:
  PublishedOptions(Options initial, size_t readers);

  // Any thread that is a reader between announce() and quiet(), or main before the loops run.
  const Options& current() const { return *current_.load(std::memory_order_acquire); }

  // Reader `index` drops what it read before and may read current() from now on / reads nothing
  // until it announces again.
  void announce(size_t index) {
    uint64_t version = version_.load(std::memory_order_seq_cst);
    for (;;) {  // once, unless a new version was published meanwhile
      seen_[index].version.store(version, std::memory_order_seq_cst);
      const uint64_t newest = version_.load(std::memory_order_seq_cst);
      if (newest == version) return;
      version = newest;
    }
  }
  void quiet(size_t index) { seen_[index].version.store(UINT64_MAX, std::memory_order_release); }

  // Any thread. `change` edits a copy; its error leaves everything as it was. Returns with the copy
  // in force.
  Status update(const std::function<Status(Options&)>& change);

 private:
  struct Version {
    uint64_t version;
    std::unique_ptr<const Options> options;
  };
  struct alignas(64) Seen {
    std::atomic<uint64_t> version{UINT64_MAX};
  };

  std::atomic<const Options*> current_;
  std::atomic<uint64_t> version_{1};
  std::vector<Seen> seen_;
  std::mutex mutex_;               // writers only
  std::vector<Version> versions_;  // under mutex_; the last is in force
};

}  // namespace cobnut
