// Options from TOML (`[table]`, `name = value`; conf/reference.toml has them all) and back into it.
// One thread.
#pragma once

#include <string>

#include "base/bytes.h"
#include "config/reading.h"

namespace cobnut {

// Overrides what the text names and leaves the rest. `path` is only named in problems.
void read_toml(Bytes text, const std::string& path, ConfigReading& reading);

// The text with the value of each option that it names and that differs from `options` replaced;
// all else stays as it is, comments included. REQUIRES: read_toml() finds no problem in it.
std::string replace_toml_values(Bytes text, const Options& options);

// The option's value as TOML writes it.
std::string toml_value(const Options& options, const Option& option);

}  // namespace cobnut
