// DEBUG: for tests of servers and clients. Allowed by enable-debug-command only.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "rdb/codec.h"
#include "rdb/digest.h"
#include "types/list/list.h"

namespace cobnut {
namespace {

// -- content

// All keys of all databases, those of one after those of another.
void debug_digest(Context& cx, Args) {
  rdb::Digest digest;
  const std::span<Shard* const> shards = cx.keys.shards();
  const auto add = [&](Bytes key, const Entry& entry) {
    digest.add(rdb::key_digest(key, entry, cx.keys.now_ms()));
  };
  for (int db = 0; db < shards[0]->keyspace.databases(); db++) {
    const bool has_keys = std::ranges::any_of(
        shards, [db](const Shard* shard) { return shard->keyspace.size(db) > 0; });
    if (has_keys) digest.mix(rdb::database_mark(db));
    for (Shard* shard : shards) shard->keyspace.for_each(db, add);
  }
  cx.reply.simple(digest.hex());
}

void debug_digest_value(Context& cx, Args args) {
  std::vector<std::string> digests;
  for (const Bytes word : args.words().subspan(2)) {
    const Found found = cx.keys.peek(Key(word));
    const rdb::Digest digest =
        found ? rdb::value_digest(*found.entry, cx.keys.now_ms()) : rdb::Digest();
    digests.push_back(digest.hex());
  }
  cx.reply.array(digests.size());
  for (const std::string& digest : digests) cx.reply.simple(digest);
}

// Bytes of the value as DUMP writes it, without the type before it and what stands behind it.
size_t serialized_bytes(const Entry& entry, int64_t now_ms) {
  const std::optional<std::string> payload = rdb::dump(entry, now_ms);
  return payload ? payload->size() - rdb::kFooterBytes - 1 : 0;
}

void debug_object(Context& cx, Args args) {
  const Found found = cx.keys.peek(Key(args[2]));
  if (!found) return cx.reply.error(err::kNoSuchKey);
  const uint32_t idle_s = found->idle_seconds(cx.keys.now_ms());
  const int64_t clock_s = (cx.keys.now_ms() / 1000) & ((1 << 24) - 1);
  char text[200];
  snprintf(text, sizeof text,
           "Value at:%p refcount:1 encoding:%s serializedlength:%zu lru:%lld lru_seconds_idle:%u",
           static_cast<const void*>(found.entry),
           std::string(encoding_name(found->encoding())).c_str(),
           serialized_bytes(*found.entry, cx.keys.now_ms()),
           static_cast<long long>((clock_s - idle_s) & ((1 << 24) - 1)), idle_s);
  cx.reply.simple(text);
}

// "value:7", cut to `bytes` or continued with zero bytes; 0: as it is.
std::string populate_value(int64_t number, size_t bytes) {
  std::string value = "value:" + to_text(number);
  if (bytes > 0) value.resize(bytes);
  return value;
}

void debug_populate(Context& cx, Args args) {
  const std::optional<int64_t> count = integer_argument(cx, args[2], err::kPositiveRange);
  if (!count) return;
  if (*count < 0) return cx.reply.error(err::kPositiveRange);
  const std::string prefix = std::string(args.size() > 3 ? args[3] : Bytes("key")) + ":";
  std::optional<int64_t> bytes = 0;
  if (args.size() > 4) {
    bytes = integer_argument(cx, args[4], err::kPositiveRange);
    if (!bytes) return;
    if (*bytes < 0 || *bytes > cx.server.options.current().proto_max_bulk_len)
      return cx.reply.error(err::kPositiveRange);
  }
  for (int64_t i = 0; i < *count; i++) {
    const std::string name = prefix + to_text(i);
    const Key key{Bytes(name)};
    const Found found = cx.keys.peek(key);
    if (found) continue;
    const std::string value = populate_value(i, static_cast<size_t>(*bytes));
    if (!written(cx, cx.keys.put(key, found, string_value(value), kNoExpiry, Event::kNone))) return;
  }
  cx.reply.ok();
}

void debug_set_active_expire(Context& cx, Args args) {
  const bool active = parse_int(args[2]).value_or(0) != 0;
  for (Shard* shard : cx.keys.shards()) shard->keyspace.set_active_expire(active);
  cx.reply.ok();
}

// For tests of lists with large elements. 0: none is too large.
void debug_packed_threshold(Context& cx, Args args) {
  const std::optional<uint64_t> bytes = parse_memory(args[2]);
  if (!bytes || *bytes > UINT32_MAX) return cx.reply.error(err::kPackedThreshold);
  List::set_packed_threshold(*bytes == 0 ? UINT32_MAX : static_cast<uint32_t>(*bytes));
  cx.reply.ok();
}

// -- the process

// As Redis stops for so long, so do all commands on keys here: the shards are held meanwhile (I2
// is broken on purpose).
void debug_sleep(Context& cx, Args args) {
  const double seconds = strtod(std::string(args[2]).c_str(), nullptr);
  if (seconds > 0 && std::isfinite(seconds)) {
    timespec left{static_cast<time_t>(seconds),
                  static_cast<long>((seconds - std::floor(seconds)) * 1e9)};
    while (nanosleep(&left, &left) != 0) {
    }
  }
  cx.reply.ok();
}

void debug_log(Context& cx, Args args) {
  log::warning("debug", "DEBUG LOG: %.*s", shown_size(args[2]), args[2].data());
  cx.reply.ok();
}

void debug_error(Context& cx, Args args) { cx.reply.error(args[2]); }

void debug_panic(Context&, Args) {
  log::warning("debug", "DEBUG PANIC: ends the process");
  abort();
}

void debug_segfault(Context&, Args) {
  log::warning("debug", "DEBUG SEGFAULT: ends the process");
  raise(SIGSEGV);
}

// -- DEBUG PROTOCOL

void reply_numbers(Context& cx) {
  for (int i = 0; i < 3; i++) cx.reply.integer(i);
}

struct ProtocolExample {
  Bytes type;
  void (*reply)(Context& cx);
};
constexpr ProtocolExample kExamples[] = {
    {"string", [](Context& cx) { cx.reply.bulk("Hello World"); }},
    {"integer", [](Context& cx) { cx.reply.integer(12345); }},
    {"double", [](Context& cx) { cx.reply.real(3.141); }},
    {"null", [](Context& cx) { cx.reply.null(); }},
    {"array", [](Context& cx) { cx.reply.array(3), reply_numbers(cx); }},
    {"set", [](Context& cx) { cx.reply.set(3), reply_numbers(cx); }},
    {"map",
     [](Context& cx) {
       cx.reply.map(3);
       for (int i = 0; i < 3; i++) cx.reply.integer(i), cx.reply.boolean(i == 1);
     }},
    {"attrib",
     [](Context& cx) {
       if (cx.reply.resp() == 3) {
         cx.reply.attribute(1);
         cx.reply.bulk("key-popularity");
         cx.reply.array(2);
         cx.reply.bulk("key:123");
         cx.reply.integer(90);
       }
       cx.reply.bulk("Some real reply following the attribute");
     }},
    {"push",
     [](Context& cx) {
       if (cx.reply.resp() == 2) return cx.reply.error(err::kNoResp2);
       cx.reply.push(2);
       cx.reply.bulk("server-cpu-usage");
       cx.reply.integer(42);
       cx.reply.bulk("Some real reply following the push reply");
     }},
    {"true", [](Context& cx) { cx.reply.boolean(true); }},
    {"false", [](Context& cx) { cx.reply.boolean(false); }},
    {"verbatim", [](Context& cx) { cx.reply.verbatim("This is a verbatim\nstring", "txt"); }},
    {"bignum", [](Context& cx) { cx.reply.big_number("1234567999999999999999999999999999999"); }},
};

void debug_protocol(Context& cx, Args args) {
  for (const ProtocolExample& example : kExamples) {
    if (equal_ignore_case(example.type, args[2])) return example.reply(cx);
  }
  cx.reply.error(err::kProtocolType);
}

// -- dispatch: DEBUG is one command on Redis too, not a container

void debug_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "DIGEST",
      "    A signature of all keys and values, equal for equal content.",
      "DIGEST-VALUE <key> [<key> ...]",
      "    A signature of each value.",
      "ERROR <text>",
      "    Replies this error.",
      "LOG <text>",
      "    Writes the text to the log.",
      "OBJECT <key>",
      "    How a value is kept.",
      "PANIC",
      "    Ends the process by abort().",
      "POPULATE <count> [<prefix>] [<bytes>]",
      "    Makes the string keys <prefix>:0 and so on, those that are not there.",
      "PROTOCOL <type>",
      "    Replies an example of this type of RESP3.",
      "QUICKLIST-PACKED-THRESHOLD <size>",
      "    Elements of lists made from now on stand alone in a node from this size on; 0: none.",
      "SEGFAULT",
      "    Ends the process by SIGSEGV.",
      "SET-ACTIVE-EXPIRE <0|1>",
      "    Whether due keys are removed before somebody asks for them.",
      "SLEEP <seconds>",
      "    Keeps all keys locked for so long.",
  };
  reply_help(cx, kLines);
}

enum class Needs : uint8_t { kNothing, kKeys, kShards };  // kKeys: all words from the third on

struct Subcommand {
  Bytes name;
  size_t least, most;  // words
  void (*run)(Context&, Args);
  Needs needs;
};
constexpr Subcommand kSubcommands[] = {
    {"digest", 2, 2, debug_digest, Needs::kShards},
    {"digest-value", 2, SIZE_MAX, debug_digest_value, Needs::kKeys},
    {"error", 3, 3, debug_error, Needs::kNothing},
    {"help", 2, 2, debug_help, Needs::kNothing},
    {"log", 3, 3, debug_log, Needs::kNothing},
    {"object", 3, 3, debug_object, Needs::kKeys},
    {"panic", 2, 2, debug_panic, Needs::kNothing},
    {"populate", 3, 5, debug_populate, Needs::kShards},
    {"protocol", 3, 3, debug_protocol, Needs::kNothing},
    {"quicklist-packed-threshold", 3, 3, debug_packed_threshold, Needs::kNothing},
    {"segfault", 2, 2, debug_segfault, Needs::kNothing},
    {"set-active-expire", 3, 3, debug_set_active_expire, Needs::kShards},
    {"sleep", 3, 3, debug_sleep, Needs::kShards},
};

const Subcommand* find_subcommand(Args args) {
  for (const Subcommand& sub : kSubcommands) {
    if (equal_ignore_case(sub.name, args[1]))
      return args.size() >= sub.least && args.size() <= sub.most ? &sub : nullptr;
  }
  return nullptr;
}

// Before it is known whether the client may: nothing is revealed by holding a shard.
void debug_shards(const Server& server, Args args, std::span<uint8_t> wanted) {
  const Subcommand* sub = find_subcommand(args);
  if (sub == nullptr || sub->needs == Needs::kNothing) return;
  if (sub->needs == Needs::kShards) {
    for (uint8_t& want : wanted) want = 1;
    return;
  }
  for (const Bytes word : args.words().subspan(2))
    wanted[slot_of(key_position(word)) >> server.slot_shift] = 1;
}

void cmd_debug(Context& cx, Args args) {
  const Access access = cx.server.options.current().enable_debug_command;
  if (access == Access::kNo || (access == Access::kLocal && !cx.client.local))
    return cx.reply.error(err::kDebugNotAllowed);
  const Subcommand* sub = find_subcommand(args);
  if (sub == nullptr)
    return cx.reply.error_format(err::kDebugUnknown, shown_size(args[1]), args[1].data());
  sub->run(cx, args);
}

constexpr CommandSpec kTable[] = {
    {.name = "debug",
     .run = cmd_debug,
     .arity = -2,
     .flags = kAdmin | kNoscript | kLoading | kStale | kSystem,
     .route = Route::kCustom,
     .shards = debug_shards,
     .group = "server",
     .since = "1.0.0",
     .complexity = "Depends on subcommand.",
     .summary = "For tests of servers and clients."},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kDebugCommands{kTable};

}  // namespace cobnut
