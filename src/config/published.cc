#include "config/published.h"

#include <algorithm>

namespace cobnut {

PublishedOptions::PublishedOptions(Options initial, size_t readers) : seen_(readers) {
  versions_.push_back({1, std::make_unique<const Options>(std::move(initial))});
  current_.store(versions_.back().options.get(), std::memory_order_release);
}

Status PublishedOptions::update(const std::function<Status(Options&)>& change) {
  std::lock_guard guard(mutex_);
  auto copy = std::make_unique<Options>(*versions_.back().options);
  Status status = change(*copy);
  if (!status.ok()) return status;
  const uint64_t version = versions_.back().version + 1;
  current_.store(copy.get(), std::memory_order_release);
  version_.store(version, std::memory_order_seq_cst);
  versions_.push_back({version, std::move(copy)});
  // A reader that announced version v may read v and anything newer.
  uint64_t oldest = version;
  for (const Seen& seen : seen_)
    oldest = std::min(oldest, seen.version.load(std::memory_order_seq_cst));
  std::erase_if(versions_, [&](const Version& v) { return v.version < oldest; });
  return Ok{};
}

}  // namespace cobnut
