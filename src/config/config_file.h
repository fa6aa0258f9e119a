// Configuration files of either syntax, and what files and flags have in common. One thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/reading.h"

namespace cobnut {

// TOML: a file that ends in .toml, or whose first line that says something begins with '['.
bool is_toml(const std::string& path, Bytes text);

// Reads a file into `reading`; that it cannot be read is a problem, too (`where`: who asks for it).
void read_config_file(const std::string& path, ConfigReading& reading,
                      const std::string& where = "");
void read_config_text(Bytes text, const std::string& path, ConfigReading& reading);
void read_config_stdin(ConfigReading& reading);

// The values that a line or a flag gives to an option: their number is checked here.
void set_from_words(const Option& option, const std::string& name,
                    const std::vector<std::string>& values, const std::string& where,
                    ConfigReading& reading);

Result<std::string> read_small_file(const std::string& path);  // the error begins "cannot read"

}  // namespace cobnut
