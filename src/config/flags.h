// The command line: `cobnut [FILE.toml] [--NAME VALUE ...]`. Flags go before the file, the file
// before the defaults.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "config/options.h"

namespace cobnut {

struct CommandLine {
  enum class Action : uint8_t {
    kRun,
    kHelp,                  // --help, -h: print help_text()
    kVersion,               // --version, -v
    kCheckConfig,           // --check-config: it is good, or parse_command_line had failed
    kPrintReferenceConfig,  // --print-reference-config: print reference_toml()
    kPrintCommandTable,     // --print-command-table: for the README
  };
  Action action = Action::kRun;
  Options options;
  std::string config_file;  // empty: none
};

// `words`: argv without the program's name. The error has one line per problem.
Result<CommandLine> parse_command_line(std::span<const char* const> words);

}  // namespace cobnut
