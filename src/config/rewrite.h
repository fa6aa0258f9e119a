// CONFIG REWRITE: the options in force go into the file that the server was started from. What the
// file says stays as it is, comments, order and spelling included, but for the values that are no
// longer true; options that it does not hold are added. Any thread (one rewrites at a time).
#pragma once

#include <string>

#include "base/result.h"
#include "config/options.h"

namespace cobnut {

struct ConfigSource {
  std::string path;    // absolute; empty: no file
  std::string folder;  // absolute; what the names of included files are relative to
};

// The text of the file `source.path` so that reading it gives `options`. The error says why that
// cannot be.
Result<std::string> rewritten_config(const std::string& text, const ConfigSource& source,
                                     const Options& options);

// The same for the file itself: written beside it, synced, renamed over it. A missing file is
// made. On an error the file is as it was.
Status rewrite_config_file(const ConfigSource& source, const Options& options);

}  // namespace cobnut
