// The composition root: builds everything in order, runs until a signal or SHUTDOWN, takes it down
// in the mirrored order.
#pragma once

#include "config/flags.h"

namespace cobnut {

// Returns the process's exit status; errors go to stderr.
int run_server(const CommandLine& line);

}  // namespace cobnut
