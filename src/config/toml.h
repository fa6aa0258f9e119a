// Options from a TOML file (`[table]`, `name = value`; conf/reference.toml has them all).
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "config/options.h"

namespace cobnut {

// Overrides what the file names and leaves the rest. The error has one line for each thing that is
// wrong, "file:line: ...", and then `options` are as they were.
Status load_toml(const std::string& path, Options& options);
// The same for a text; `path` is only named.
Status parse_toml(Bytes text, const std::string& path, Options& options);

}  // namespace cobnut
