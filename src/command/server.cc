#include "command/server.h"

#include "command/table.h"

namespace cobnut {

uint64_t Server::commands_run() const {
  uint64_t run = 0;
  for (const LoopStats& loop : stats) run += loop.calls(command_table().rows().size());
  return run;
}

}  // namespace cobnut
