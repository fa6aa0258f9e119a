#include "commands/families.h"

#include <array>

namespace cobnut {

std::span<const std::span<const CommandSpec>> command_families() {
  static const std::array kFamilies = {
      // A line a family, so that a new one is one added line.
      // clang-format off
      kHashCommands,
      kHashSetCommands,
      kHashExpiryCommands,
      kHashGetexCommands,
      kStringCommands,
      kStringSetCommands,
      kCounterCommands,
      kSetCommands,
      kSetRandomCommands,
      kSetAlgebraCommands,
      kSetExpiryCommands,
      kStreamCommands,
      kStreamReadCommands,
      kStreamGroupCommands,
      kStreamClaimCommands,
      kStreamInfoCommands,
      kBitmapCommands,
      kBitfieldCommands,
      kHyperLogLogCommands,
      kHyperLogLogDebugCommands,
      kListCommands,
      kListEditCommands,
      kListMoveCommands,
      kZsetCommands,
      kZsetRangeCommands,
      kZsetPopCommands,
      kZsetAlgebraCommands,
      kZsetExpiryCommands,
      kGeoCommands,
      kGeoSearchCommands,
      kKeyCommands,
      kDumpCommands,
      kSortCommands,
      kExpireCommands,
      kScanCommands,
      kDatabaseCommands,
      kConnectionCommands,
      kClientCommands,
      kIntrospectionCommands,
      kServerCommands,
      kReplicationCommands,
      kSmallCommands,
      kSlowlogCommands,
      kLatencyCommands,
      kMonitorCommands,
      kMemoryCommands,
      kDebugCommands,
      // clang-format on
  };
  return kFamilies;
}

}  // namespace cobnut
