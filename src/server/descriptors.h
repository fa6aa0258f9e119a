// File descriptors for maxclients connections, and what the server itself needs beside them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cobnut {

// Raises the process's soft limit as far as needed and allowed. Returns for how many clients there
// is room, at most `wanted` and at least 1.
int64_t room_for_clients(int64_t wanted, size_t threads);

}  // namespace cobnut
