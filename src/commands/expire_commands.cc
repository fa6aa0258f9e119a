// Times to live: setting them, reading them, taking them away.
#include "base/numbers.h"
#include "base/text.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"

namespace cobnut {
namespace {

enum ExpireFlag : uint8_t { kNx = 1, kXx = 2, kGt = 4, kLt = 8 };

// Nothing: unknown or contradicting options, the error is replied.
std::optional<uint8_t> parse_expire_flags(Context& cx, std::span<const Bytes> words) {
  uint8_t flags = 0;
  for (Bytes word : words) {
    if (equal_ignore_case(word, "nx")) {
      flags |= kNx;
    } else if (equal_ignore_case(word, "xx")) {
      flags |= kXx;
    } else if (equal_ignore_case(word, "gt")) {
      flags |= kGt;
    } else if (equal_ignore_case(word, "lt")) {
      flags |= kLt;
    } else {
      cx.reply.error_format(err::kUnsupportedOption, shown_size(word), word.data());
      return std::nullopt;
    }
  }
  if ((flags & kNx) && (flags & (kXx | kGt | kLt))) {
    cx.reply.error(err::kExpireNxWithOthers);
    return std::nullopt;
  }
  if ((flags & kGt) && (flags & kLt)) {
    cx.reply.error(err::kExpireGtAndLt);
    return std::nullopt;
  }
  return flags;
}

// A time that may lie in the past; only what does not fit into 64 bits is an error.
std::optional<int64_t> expiry_time(Context& cx, const ExpiryArgument& argument) {
  const std::optional<int64_t> time = integer_argument(cx, argument.text);
  if (!time) return std::nullopt;
  int64_t expiry_ms = 0;
  if (__builtin_mul_overflow(*time, argument.scale, &expiry_ms) ||
      __builtin_add_overflow(expiry_ms, argument.relative ? cx.keys.now_ms() : 0, &expiry_ms)) {
    reply_invalid_expire_time(cx);
    return std::nullopt;
  }
  return expiry_ms;
}

// No time to live counts as an infinite one.
bool flags_allow(uint8_t flags, int64_t current_ms, int64_t expiry_ms) {
  const bool has_ttl = current_ms != kNoExpiry;
  if ((flags & kNx) && has_ttl) return false;
  if ((flags & kXx) && !has_ttl) return false;
  if ((flags & kGt) && (!has_ttl || expiry_ms <= current_ms)) return false;
  return !((flags & kLt) && has_ttl && expiry_ms >= current_ms);
}

void expire(Context& cx, Args args, int64_t scale, bool relative) {
  const std::optional<uint8_t> flags = parse_expire_flags(cx, args.words().subspan(3));
  if (!flags) return;
  const std::optional<int64_t> expiry_ms = expiry_time(cx, {args[2], scale, relative});
  if (!expiry_ms) return;
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!found || !flags_allow(*flags, found->expiry_ms(), *expiry_ms)) return cx.reply.integer(0);
  if (*expiry_ms <= cx.keys.now_ms()) {
    cx.keys.remove(key, found, Event::kDel);
  } else if (!written(cx, cx.keys.at(key).set_expiry(cx.keys.db(), key, found, *expiry_ms,
                                                     Event::kExpire))) {
    return;
  }
  cx.reply.integer(1);
}

void cmd_expire(Context& cx, Args args) { expire(cx, args, 1000, true); }
void cmd_pexpire(Context& cx, Args args) { expire(cx, args, 1, true); }
void cmd_expireat(Context& cx, Args args) { expire(cx, args, 1000, false); }
void cmd_pexpireat(Context& cx, Args args) { expire(cx, args, 1, false); }

enum class Answer : uint8_t { kRemaining, kUnixTime };

// -2: no key, -1: no time to live. Seconds are rounded to the nearest.
void reply_ttl(Context& cx, Args args, Answer answer, int64_t scale) {
  const Found found = cx.keys.peek(args.key());
  if (!found) return cx.reply.integer(-2);
  const int64_t expiry_ms = found->expiry_ms();
  if (expiry_ms == kNoExpiry) return cx.reply.integer(-1);
  const int64_t ms = answer == Answer::kRemaining ? expiry_ms - cx.keys.now_ms() : expiry_ms;
  cx.reply.integer(scale == 1 ? ms : ms / scale + (ms % scale >= scale / 2 ? 1 : 0));
}

void cmd_ttl(Context& cx, Args args) { reply_ttl(cx, args, Answer::kRemaining, 1000); }
void cmd_pttl(Context& cx, Args args) { reply_ttl(cx, args, Answer::kRemaining, 1); }
void cmd_expiretime(Context& cx, Args args) { reply_ttl(cx, args, Answer::kUnixTime, 1000); }
void cmd_pexpiretime(Context& cx, Args args) { reply_ttl(cx, args, Answer::kUnixTime, 1); }

void cmd_persist(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!found || found->expiry_ms() == kNoExpiry) return cx.reply.integer(0);
  if (!written(cx,
               cx.keys.at(key).set_expiry(cx.keys.db(), key, found, kNoExpiry, Event::kPersist)))
    return;
  cx.reply.integer(1);
}

constexpr CommandSpec kTable[] = {
    {.name = "expire",
     .run = cmd_expire,
     .arity = -3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Sets the time to live of a key in seconds.",
     .syntax = "key seconds [condition@7.0.0{NX | XX | GT | LT}]",
     .history = "7.0.0 NX, XX, GT and LT.\n"},
    {.name = "expireat",
     .run = cmd_expireat,
     .arity = -3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.2.0",
     .complexity = "O(1)",
     .summary = "Sets the Unix time, in seconds, at which a key expires.",
     .syntax = "key unix-time-seconds [condition@7.0.0{NX | XX | GT | LT}]",
     .history = "7.0.0 NX, XX, GT and LT.\n"},
    {.name = "expiretime",
     .run = cmd_expiretime,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "7.0.0",
     .complexity = "O(1)",
     .summary = "Tells the Unix time, in seconds, at which a key expires.",
     .syntax = "key"},
    {.name = "persist",
     .run = cmd_persist,
     .arity = 2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.2.0",
     .complexity = "O(1)",
     .summary = "Removes the time to live of a key.",
     .syntax = "key"},
    {.name = "pexpire",
     .run = cmd_pexpire,
     .arity = -3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.6.0",
     .complexity = "O(1)",
     .summary = "Sets the time to live of a key in milliseconds.",
     .syntax = "key milliseconds [condition@7.0.0{NX | XX | GT | LT}]",
     .history = "7.0.0 NX, XX, GT and LT.\n"},
    {.name = "pexpireat",
     .run = cmd_pexpireat,
     .arity = -3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.6.0",
     .complexity = "O(1)",
     .summary = "Sets the Unix time, in milliseconds, at which a key expires.",
     .syntax = "key unix-time-milliseconds [condition@7.0.0{NX | XX | GT | LT}]",
     .history = "7.0.0 NX, XX, GT and LT.\n"},
    {.name = "pexpiretime",
     .run = cmd_pexpiretime,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "7.0.0",
     .complexity = "O(1)",
     .summary = "Tells the Unix time, in milliseconds, at which a key expires.",
     .syntax = "key"},
    {.name = "pttl",
     .run = cmd_pttl,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "2.6.0",
     .complexity = "O(1)",
     .summary = "Tells the time to live of a key in milliseconds.",
     .syntax = "key",
     .tips = "nondeterministic_output",
     .history = "2.8.0 -2 where there is no key.\n"},
    {.name = "ttl",
     .run = cmd_ttl,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@keyspace",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Tells the time to live of a key in seconds.",
     .syntax = "key",
     .tips = "nondeterministic_output",
     .history = "2.8.0 -2 where there is no key.\n"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kExpireCommands{kTable};

}  // namespace cobnut
