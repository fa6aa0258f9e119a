#include "server/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace cobnut {
namespace {

constexpr rlim_t kDescriptorsPerLoop = 2;  // epoll, event
constexpr rlim_t kDescriptorsBeside = 64;  // listeners, epoll and event descriptors, log files

}  // namespace

int64_t room_for_clients(int64_t wanted, size_t threads) {
  const rlim_t beside = kDescriptorsBeside + kDescriptorsPerLoop * threads;
  const rlim_t needed = static_cast<rlim_t>(wanted) + beside;
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= needed) return wanted;
  rlimit raised = limit;
  raised.rlim_cur = std::min(needed, limit.rlim_max);  // RLIM_INFINITY is the largest number
  if (setrlimit(RLIMIT_NOFILE, &raised) != 0) raised = limit;
  if (raised.rlim_cur >= needed) return wanted;
  return std::max<int64_t>(static_cast<int64_t>(raised.rlim_cur) - static_cast<int64_t>(beside), 1);
}

}  // namespace cobnut
