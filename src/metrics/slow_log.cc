#include "metrics/slow_log.h"

#include <algorithm>

namespace cobnut {

void SlowLog::add(SlowCommand command, size_t most) {
  std::lock_guard guard(mutex_);
  command.id = next_id_++;
  commands_.push_front(std::move(command));
  if (commands_.size() > most) commands_.resize(most);
}

std::vector<SlowCommand> SlowLog::latest(size_t count) const {
  std::lock_guard guard(mutex_);
  const auto end = commands_.begin() + static_cast<ptrdiff_t>(std::min(count, commands_.size()));
  return {commands_.begin(), end};
}

size_t SlowLog::size() const {
  std::lock_guard guard(mutex_);
  return commands_.size();
}

void SlowLog::clear() {
  std::lock_guard guard(mutex_);
  commands_.clear();
}

}  // namespace cobnut
