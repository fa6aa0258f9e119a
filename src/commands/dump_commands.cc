// DUMP and RESTORE: a value with all that is in it as one run of bytes, which this server, Redis
// and Valkey understand (rdb/).
#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "keyspace/collection.h"
#include "rdb/codec.h"

namespace cobnut {
namespace {

void cmd_dump(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!found) return cx.reply.null();
  const std::optional<std::string> payload = rdb::dump(*found.entry, cx.keys.now_ms());
  payload ? cx.reply.bulk(*payload) : cx.reply.null();
}

struct RestoreOptions {
  bool replace = false;
  bool absolute = false;
  int64_t idle_seconds = -1;  // -1: not given, as for the next
  int64_t frequency = -1;
};

// False: the error is replied.
bool restore_options(Context& cx, Args args, RestoreOptions* options) {
  constexpr int64_t kFrequencyMax = 255;
  for (size_t i = 4; i < args.size(); ++i) {
    const bool more = i + 1 < args.size();
    if (equal_ignore_case(args[i], "replace")) {
      options->replace = true;
    } else if (equal_ignore_case(args[i], "absttl")) {
      options->absolute = true;
    } else if (equal_ignore_case(args[i], "idletime") && more && options->frequency == -1) {
      const std::optional<int64_t> seconds = integer_argument(cx, args[++i]);
      if (!seconds) return false;
      if (*seconds < 0) return cx.reply.error(err::kIdletimeRange), false;
      options->idle_seconds = *seconds;
    } else if (equal_ignore_case(args[i], "freq") && more && options->idle_seconds == -1) {
      const std::optional<int64_t> frequency = integer_argument(cx, args[++i]);
      if (!frequency) return false;
      if (*frequency < 0 || *frequency > kFrequencyMax)
        return cx.reply.error(err::kFreqRange), false;
      options->frequency = *frequency;
    } else {
      return cx.reply.error(err::kSyntax), false;
    }
  }
  return true;
}

bool policy_is_lfu(Context& cx) {
  return cx.server.options.current().maxmemory_policy.find("lfu") != std::string::npos;
}

// Beyond the last moment comes the first, which is past: as on Redis.
int64_t wrapped_sum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

void cmd_restore(Context& cx, Args args) {
  const Key key = args.key();
  RestoreOptions options;
  if (!restore_options(cx, args, &options)) return;
  if (!options.replace && cx.keys.edit(key)) return cx.reply.error(err::kBusyKey);
  const std::optional<int64_t> ttl = integer_argument(cx, args[2]);
  if (!ttl) return;
  if (*ttl < 0) return cx.reply.error(err::kRestoreTtl);
  const std::optional<Bytes> body = rdb::checked_payload(args[3]);
  if (!body) return cx.reply.error(err::kDumpChecksum);
  Keyspace& keyspace = cx.keys.at(key);
  rdb::Loaded loaded(keyspace);
  if (!rdb::load(*body, cx.server.options.current(), loaded))
    return cx.reply.error(err::kBadDataFormat);

  const Found old = cx.keys.peek(key);
  int64_t expiry_ms = kNoExpiry;
  if (*ttl != 0) expiry_ms = options.absolute ? *ttl : wrapped_sum(*ttl, cx.keys.now_ms());
  if (expiry_ms != kNoExpiry && expiry_ms <= cx.keys.now_ms()) {  // only removes what is there
    if (old) cx.keys.remove(key, old, Event::kDel);
    return cx.reply.ok();
  }
  if (!written(cx, cx.keys.put(key, old, loaded.value, expiry_ms, Event::kRestore))) return;
  loaded.stored();
  // With an LFU policy FREQ would count; no frequency is kept here (OBJECT FREQ).
  if (options.idle_seconds >= 0 && !policy_is_lfu(cx))
    keyspace.set_idle_seconds(cx.keys.peek(key), static_cast<uint64_t>(options.idle_seconds));
  cx.reply.ok();
}

constexpr CommandSpec kTable[] = {
    {.name = "dump",
     .run = cmd_dump,
     .arity = 2,
     .flags = kReadonly | kSolo,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.6.0",
     .complexity = "O(N) where N is the size of the value",
     .summary = "Serializes the value of a key.",
     .syntax = "key",
     .tips = "nondeterministic_output"},
    {.name = "restore",
     .run = cmd_restore,
     .arity = -4,
     .flags = kWrite | kDenyOom | kSolo,
     .keys = {1, 1, 1},
     .key_flags = "OW update",
     .route = Route::kKeys,
     .acl = "@keyspace @dangerous",
     .group = "generic",
     .since = "2.6.0",
     .complexity = "O(N*log(N)) where N is the number of elements, or O(N) of bytes of a string",
     .summary = "Makes a key of a value that DUMP has serialized.",
     .syntax = "key ttl:integer serialized-value [REPLACE@3.0.0] [ABSTTL@5.0.0] "
               "[IDLETIME seconds@5.0.0] [FREQ frequency:integer@5.0.0]",
     .history = "3.0.0 REPLACE.\n5.0.0 ABSTTL.\n5.0.0 IDLETIME and FREQ.\n"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kDumpCommands{kTable};

}  // namespace cobnut
