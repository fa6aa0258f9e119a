#include "server/threads.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

namespace cobnut {
namespace {

// cgroup v2: "max 100000" or "150000 100000": microseconds of CPU per period of microseconds. The
// process's group and every group above it.
double cgroup_cpus() {
  std::ifstream self("/proc/self/cgroup");
  std::string line, path;
  while (std::getline(self, line)) {
    if (line.starts_with("0::")) path = line.substr(3);
  }
  double least = INFINITY;
  for (;;) {
    std::ifstream file("/sys/fs/cgroup" + path + "/cpu.max");
    std::string quota;
    double period = 0;
    if (file >> quota >> period && quota != "max" && period > 0)
      least = std::min(least, std::stod(quota) / period);
    const size_t slash = path.rfind('/');
    if (path.empty() || slash == std::string::npos) return least;
    path.resize(slash);
  }
}

}  // namespace

size_t available_cpus() {
  cpu_set_t set;
  double cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  cpus = std::min(cpus, std::ceil(cgroup_cpus()));
  return std::max<size_t>(1, static_cast<size_t>(cpus));
}

}  // namespace cobnut
