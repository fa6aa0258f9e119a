// cobnut [FILE.toml] [--OPTION VALUE ...]: reads the command line and runs the server.
#include <cstdio>
#include <string>

#include "commands/families.h"
#include "config/flags.h"
#include "config/reference.h"
#include "server/docs.h"
#include "server/server.h"
#include "base/version.h"

int main(int argc, char** argv) {
  using namespace cobnut;
  Result<CommandLine> line =
      parse_command_line({const_cast<const char* const*>(argv) + 1, static_cast<size_t>(argc - 1)});
  if (!line.ok()) {
    fprintf(stderr, "cobnut: %s\ncobnut --help lists every option.\n", line.error().c_str());
    return 1;
  }
  switch (line->action) {
    case CommandLine::Action::kRun:
      return run_server(line->options, line->config_file);
    case CommandLine::Action::kHelp:
      printf("%s", help_text().c_str());
      return 0;
    case CommandLine::Action::kVersion:
      printf("cobnut %s (Redis protocol as of %s)\n", kVersion, kRedisVersion);
      return 0;
    case CommandLine::Action::kCheckConfig:
      printf("the configuration is good\n");
      return 0;
    case CommandLine::Action::kPrintReferenceConfig:
      printf("%s", reference_toml().c_str());
      return 0;
    case CommandLine::Action::kPrintCommandTable:
      printf("%s", command_table_markdown(command_families()).c_str());
      return 0;
  }
  return 1;
}
