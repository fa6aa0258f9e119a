// Every family of commands, in one list: the command table is built from it. Explicit, so that no
// family can get lost in an archive of objects, and a reader sees them all.
#pragma once

#include <span>

#include "command/command.h"

namespace cobnut {

// types/hash
extern const std::span<const CommandSpec> kHashCommands;
extern const std::span<const CommandSpec> kHashSetCommands;
extern const std::span<const CommandSpec> kHashExpiryCommands;
extern const std::span<const CommandSpec> kHashGetexCommands;
// types/string
extern const std::span<const CommandSpec> kStringCommands;
extern const std::span<const CommandSpec> kStringSetCommands;
extern const std::span<const CommandSpec> kCounterCommands;
// types/set
extern const std::span<const CommandSpec> kSetCommands;
extern const std::span<const CommandSpec> kSetRandomCommands;
extern const std::span<const CommandSpec> kSetAlgebraCommands;
extern const std::span<const CommandSpec> kSetExpiryCommands;
// types/stream
extern const std::span<const CommandSpec> kStreamCommands;
extern const std::span<const CommandSpec> kStreamReadCommands;
extern const std::span<const CommandSpec> kStreamGroupCommands;
extern const std::span<const CommandSpec> kStreamClaimCommands;
extern const std::span<const CommandSpec> kStreamInfoCommands;
// types/bitmap
extern const std::span<const CommandSpec> kBitmapCommands;
extern const std::span<const CommandSpec> kBitfieldCommands;
// types/hyperloglog
extern const std::span<const CommandSpec> kHyperLogLogCommands;
extern const std::span<const CommandSpec> kHyperLogLogDebugCommands;
// types/list
extern const std::span<const CommandSpec> kListCommands;
extern const std::span<const CommandSpec> kListEditCommands;
extern const std::span<const CommandSpec> kListMoveCommands;
// types/zset
extern const std::span<const CommandSpec> kZsetCommands;
extern const std::span<const CommandSpec> kZsetRangeCommands;
extern const std::span<const CommandSpec> kZsetPopCommands;
extern const std::span<const CommandSpec> kZsetAlgebraCommands;
extern const std::span<const CommandSpec> kZsetExpiryCommands;
// types/geo
extern const std::span<const CommandSpec> kGeoCommands;
extern const std::span<const CommandSpec> kGeoSearchCommands;
// commands
extern const std::span<const CommandSpec> kKeyCommands;
extern const std::span<const CommandSpec> kDumpCommands;
extern const std::span<const CommandSpec> kSortCommands;
extern const std::span<const CommandSpec> kExpireCommands;
extern const std::span<const CommandSpec> kScanCommands;
extern const std::span<const CommandSpec> kDatabaseCommands;
extern const std::span<const CommandSpec> kConnectionCommands;
extern const std::span<const CommandSpec> kClientCommands;
extern const std::span<const CommandSpec> kIntrospectionCommands;
extern const std::span<const CommandSpec> kServerCommands;
extern const std::span<const CommandSpec> kReplicationCommands;
extern const std::span<const CommandSpec> kSmallCommands;
extern const std::span<const CommandSpec> kSlowlogCommands;
extern const std::span<const CommandSpec> kLatencyCommands;
extern const std::span<const CommandSpec> kMonitorCommands;
extern const std::span<const CommandSpec> kMemoryCommands;
extern const std::span<const CommandSpec> kDebugCommands;

std::span<const std::span<const CommandSpec>> command_families();

}  // namespace cobnut
