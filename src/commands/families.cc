#include "commands/families.h"

#include <array>

namespace cobnut {

std::span<const std::span<const CommandSpec>> command_families() {
  static const std::array kFamilies = {
      kStringCommands, kStringSetCommands,     kCounterCommands,  kKeyCommands,
      kExpireCommands, kScanCommands,          kDatabaseCommands, kConnectionCommands,
      kClientCommands, kIntrospectionCommands, kServerCommands,   kReplicationCommands,
      kSmallCommands,
  };
  return kFamilies;
}

}  // namespace cobnut
