// Configuration files in redis.conf's syntax: a name and its values on a line, quoted as Redis
// does, lines with # left out, `include` with names and globs. One thread.
#pragma once

#include <string>

#include "base/bytes.h"
#include "config/reading.h"

namespace cobnut {

// Reads a text; `path` is only named in problems.
void read_redis_conf(Bytes text, const std::string& path, ConfigReading& reading);

// A line as the option that it sets; nullptr: it is empty, a comment, no option, or wrong.
const Option* redis_conf_option(Bytes line);
// A line that sets the option to the value that `options` has; client-output-buffer-limit is
// several.
std::string redis_conf_line(const Options& options, const Option& option);

}  // namespace cobnut
