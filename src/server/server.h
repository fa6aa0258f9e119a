// The composition root: builds everything in order, runs until a signal or SHUTDOWN, takes it down
// in the mirrored order.
#pragma once

#include <string>

#include "config/options.h"

namespace cobnut {

// Returns the process's exit status; errors go to stderr. `config_file`: where the options came
// from, or empty.
int run_server(Options options, const std::string& config_file);

}  // namespace cobnut
