// The program: reads its command line, then prints what was asked for or runs the server.
#include <cstdio>
#include <string>

#include "base/version.h"
#include "commands/command_reference.h"
#include "config/flags.h"
#include "config/manual.h"
#include "config/option_table.h"
#include "config/reference.h"
#include "server/server.h"

namespace cobnut {
namespace {

int print(const std::string& text) {
  const bool written = fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && fflush(stdout) == 0 ? 0 : 1;
}

int run(std::span<const char* const> words) {
  Result<CommandLine> line = parse_command_line(words);
  if (!line.ok()) {
    fprintf(stderr, "cobnut: cannot start with this configuration:\n%s\n", line.error().c_str());
    return 1;
  }
  switch (line->action) {
    case CommandLine::Action::kHelp:
      return print(help_text());
    case CommandLine::Action::kVersion:
      return print("cobnut " + std::string(kCobnutVersion) + " (as Redis " + kRedisVersion + ")\n");
    case CommandLine::Action::kCheckConfig:
      return print(join(line->notes, "\n") + (line->notes.empty() ? "" : "\n") +
                   "the configuration is good\n");
    case CommandLine::Action::kPrintManPage:
      return print(manual_page());
    case CommandLine::Action::kPrintCompletion:
      return print(bash_completion());
    case CommandLine::Action::kPrintWithoutEffect:
      return print(options_without_effect());
    case CommandLine::Action::kPrintReferenceConfig:
      return print(reference_toml());
    case CommandLine::Action::kPrintCommandTable:
      return print(command_table_markdown());
    case CommandLine::Action::kRun:
      break;
  }
  return run_server(*line);
}

}  // namespace
}  // namespace cobnut

int main(int argc, char** argv) {
  return cobnut::run({argv + 1, static_cast<size_t>(argc > 0 ? argc - 1 : 0)});
}
