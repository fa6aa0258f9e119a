// The command line: `cobnut [FILE] [--NAME VALUE ...] [-]`, the file in TOML or in redis.conf's
// syntax, `-` for a file on stdin. Flags go before stdin, stdin before the file, the file before
// the defaults.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "config/options.h"
#include "config/rewrite.h"

namespace cobnut {

struct CommandLine {
  enum class Action : uint8_t {
    kRun,
    kHelp,                  // --help, -h: print help_text()
    kVersion,               // --version, -v
    kCheckConfig,           // --check-config: it is good, or parse_command_line had failed
    kPrintReferenceConfig,  // --print-reference-config: print reference_toml()
    kPrintCommandTable,     // --print-command-table: for the README
    kPrintManPage,          // --print-man-page
    kPrintCompletion,       // --print-bash-completion
    kPrintWithoutEffect,    // --print-options-without-effect: for redis-compat/DEVIATIONS.md
  };
  Action action = Action::kRun;
  Options options;
  ConfigSource source;             // the file, and where the program was started
  std::vector<std::string> notes;  // "c.conf:3: hz 20: has no effect: ..."
};

// `words`: argv without the program's name. The error has one line per problem.
Result<CommandLine> parse_command_line(std::span<const char* const> words);

struct ActionFlag {
  Bytes flag;
  CommandLine::Action action;
  Bytes doc;  // empty: not in --help
};
std::span<const ActionFlag> action_flags();

}  // namespace cobnut
