// How many loop threads this machine, or this container, has room for.
#pragma once

#include <cstddef>

namespace cobnut {

// The smaller of the CPUs that this process may run on and the cgroup's cpu.max, rounded up; at
// least 1.
size_t available_cpus();

}  // namespace cobnut
