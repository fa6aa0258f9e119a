// Strings: what writes a whole value, with its conditions and its time to live.
#include <string>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"

namespace cobnut {
namespace {

// Announces a second event of a change that is already made: SET with EX is "set" and "expire".
void announce(Context& cx, const Key& key, Event event) {
  cx.keys.at(key).announce(cx.keys.db(), key, event);
}

// -- the options behind SET, GETEX and MSETEX

struct SetOptions {
  enum class When : uint8_t { kAlways, kNx, kXx, kIfEq, kIfNe };
  enum class Ttl : uint8_t { kNone, kKeep, kPersist, kExpiry };
  When when = When::kAlways;
  Ttl ttl = Ttl::kNone;
  bool get = false;
  Bytes compared;         // IFEQ, IFNE
  ExpiryArgument expiry;  // Ttl::kExpiry
  Bytes expiry_name;
};

// Which options a command takes besides EX, PX, EXAT and PXAT.
enum SetWords : uint8_t { kNxXx = 1, kIfEqIfNe = 2, kGet = 4, kKeepTtl = 8, kPersist = 16 };

// The same option twice is fine, and the last one counts; two that contradict each other are a
// syntax error.
bool take_when(SetOptions* options, SetOptions::When when) {
  if (options->when != SetOptions::When::kAlways && options->when != when) return false;
  options->when = when;
  return true;
}

bool take_ttl(SetOptions* options, SetOptions::Ttl ttl, Bytes name) {
  if (options->ttl != SetOptions::Ttl::kNone && !equal_ignore_case(options->expiry_name, name))
    return false;
  options->ttl = ttl;
  options->expiry_name = name;
  return true;
}

// False: a syntax error.
bool parse_set_options(std::span<const Bytes> words, uint8_t allowed, SetOptions* options) {
  using When = SetOptions::When;
  using Ttl = SetOptions::Ttl;
  for (size_t i = 0; i < words.size(); ++i) {
    const Bytes word = words[i];
    const bool more = i + 1 < words.size();
    bool taken = false;
    if ((allowed & kNxXx) && equal_ignore_case(word, "nx")) {
      taken = take_when(options, When::kNx);
    } else if ((allowed & kNxXx) && equal_ignore_case(word, "xx")) {
      taken = take_when(options, When::kXx);
    } else if ((allowed & kIfEqIfNe) && more && equal_ignore_case(word, "ifeq")) {
      taken = take_when(options, When::kIfEq);
      options->compared = words[++i];
    } else if ((allowed & kIfEqIfNe) && more && equal_ignore_case(word, "ifne")) {
      taken = take_when(options, When::kIfNe);
      options->compared = words[++i];
    } else if ((allowed & kGet) && equal_ignore_case(word, "get")) {
      taken = options->get = true;
    } else if ((allowed & kKeepTtl) && equal_ignore_case(word, "keepttl")) {
      taken = take_ttl(options, Ttl::kKeep, word);
    } else if ((allowed & kPersist) && equal_ignore_case(word, "persist")) {
      taken = take_ttl(options, Ttl::kPersist, word);
    } else if (more && expiry_option(word, &options->expiry)) {
      taken = take_ttl(options, Ttl::kExpiry, word);
      options->expiry.text = words[++i];
    }
    if (!taken) return false;
  }
  return true;
}

// What put() gets: a time, kNoExpiry or kKeepExpiry. Nothing: an error is replied.
std::optional<int64_t> expiry_of(Context& cx, const SetOptions& options) {
  if (options.ttl == SetOptions::Ttl::kExpiry) return expiry_argument(cx, options.expiry);
  return options.ttl == SetOptions::Ttl::kKeep ? Keyspace::kKeepExpiry : kNoExpiry;
}

bool condition_holds(const SetOptions& options, Found found) {
  char digits[kIntTextMax];
  switch (options.when) {
    case SetOptions::When::kAlways:
      return true;
    case SetOptions::When::kNx:
      return !found;
    case SetOptions::When::kXx:
      return static_cast<bool>(found);
    case SetOptions::When::kIfEq:
      return found && found->text(digits) == options.compared;
    case SetOptions::When::kIfNe:
      return !found || found->text(digits) != options.compared;
  }
  return false;
}

// False: no memory, the error is replied.
bool store(Context& cx, Args args, const Key& key, Found found, Bytes value, int64_t expiry_ms) {
  if (!written(cx, put_string(cx, args, key, found, value, expiry_ms, Event::kSet))) return false;
  if (expiry_ms >= 0) announce(cx, key, Event::kExpire);
  return true;
}

// SET with GET: the old value is the reply, whether or not the condition holds.
void set_and_get(Context& cx, Args args, Found found, Bytes value, bool holds, int64_t expiry_ms) {
  char digits[kIntTextMax];
  const bool existed = static_cast<bool>(found);
  const std::string old(existed ? found->text(digits)
                                : Bytes());  // put() voids the entry, and may yet fail
  if (holds && !store(cx, args, args.key(), found, value, expiry_ms)) return;
  existed ? cx.reply.bulk(old) : cx.reply.null();
}

void cmd_set(Context& cx, Args args) {
  const Key key = args.key();
  const Bytes value = args[2];
  if (args.size() == 3) {
    if (store(cx, args, key, cx.keys.edit(key), value, kNoExpiry)) cx.reply.ok();
    return;
  }
  SetOptions options;
  constexpr uint8_t kWords = kNxXx | kIfEqIfNe | kGet | kKeepTtl;
  if (!parse_set_options(args.words().subspan(3), kWords, &options))
    return cx.reply.error(err::kSyntax);
  const std::optional<int64_t> expiry_ms = expiry_of(cx, options);
  if (!expiry_ms) return;
  const bool compares =
      options.when == SetOptions::When::kIfEq || options.when == SetOptions::When::kIfNe;
  const Found found = options.get ? cx.keys.find(key) : cx.keys.edit(key);
  if ((options.get || compares) && !string_or_absent(cx, found)) return;
  const bool holds = condition_holds(options, found);
  if (options.get) return set_and_get(cx, args, found, value, holds, *expiry_ms);
  if (!holds) return cx.reply.null();
  if (store(cx, args, key, found, value, *expiry_ms)) cx.reply.ok();
}

// COMMAND GETKEYSANDFLAGS: only with GET is the old value read.
std::string_view set_key_flags(Args args) {
  for (const Bytes word : args.words().subspan(3)) {
    if (equal_ignore_case(word, "get")) return "RW access update";
  }
  return "OW update";
}

void set_with_expiry(Context& cx, Args args, int64_t scale) {
  const std::optional<int64_t> expiry_ms = expiry_argument(cx, {args[2], scale, true});
  if (!expiry_ms) return;
  const Key key = args.key();
  if (store(cx, args, key, cx.keys.edit(key), args[3], *expiry_ms)) cx.reply.ok();
}

void cmd_setex(Context& cx, Args args) { set_with_expiry(cx, args, 1000); }
void cmd_psetex(Context& cx, Args args) { set_with_expiry(cx, args, 1); }

void cmd_setnx(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (found) return cx.reply.integer(0);
  if (store(cx, args, key, found, args[2], kNoExpiry)) cx.reply.integer(1);
}

void cmd_getset(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.find(key);
  if (string_or_absent(cx, found)) set_and_get(cx, args, found, args[2], true, kNoExpiry);
}

void cmd_getex(Context& cx, Args args) {
  using Ttl = SetOptions::Ttl;
  SetOptions options;
  if (!parse_set_options(args.words().subspan(2), kPersist, &options))
    return cx.reply.error(err::kSyntax);
  const Key key = args.key();
  const Found found = cx.keys.find(key);
  if (!found) return cx.reply.null();
  if (!string_or_absent(cx, found)) return;
  std::optional<int64_t> expiry_ms = kNoExpiry;
  if (options.ttl == Ttl::kExpiry) expiry_ms = expiry_argument(cx, options.expiry);
  if (!expiry_ms) return;
  char digits[kIntTextMax];
  if (options.ttl == Ttl::kNone ||
      (options.ttl == Ttl::kPersist && found->expiry_ms() == kNoExpiry)) {
    return cx.reply.bulk(found->text(digits));
  }
  if (options.ttl == Ttl::kExpiry && *expiry_ms <= cx.keys.now_ms()) {
    cx.reply.bulk(found->text(digits));
    return cx.keys.remove(key, found, Event::kDel);
  }
  const Event event = options.ttl == Ttl::kPersist ? Event::kPersist : Event::kExpire;
  if (!written(cx, cx.keys.at(key).set_expiry(cx.keys.db(), key, found, *expiry_ms, event))) return;
  cx.reply.bulk(cx.keys.peek(key)->text(digits));
}

// -- several keys

bool any_exists(Context& cx, Args args) {
  for (size_t i = 0; i < args.key_count(); ++i) {
    if (cx.keys.edit(args.key(i))) return true;
  }
  return false;
}

bool all_exist(Context& cx, Args args) {
  for (size_t i = 0; i < args.key_count(); ++i) {
    if (!cx.keys.edit(args.key(i))) return false;
  }
  return true;
}

// Each value is the word after its key, the first of which is word `first`.
bool store_all(Context& cx, Args args, size_t first, int64_t expiry_ms) {
  for (size_t i = 0; i < args.key_count(); ++i) {
    const Key key = args.key(i);
    if (!store(cx, args, key, cx.keys.edit(key), args[first + 2 * i + 1], expiry_ms)) return false;
  }
  return true;
}

void cmd_mset(Context& cx, Args args) {
  if (args.size() % 2 == 0) return reply_wrong_arity(cx);
  if (store_all(cx, args, 1, kNoExpiry)) cx.reply.ok();
}

void cmd_msetnx(Context& cx, Args args) {
  if (args.size() % 2 == 0) return reply_wrong_arity(cx);
  if (any_exists(cx, args)) return cx.reply.integer(0);
  if (store_all(cx, args, 1, kNoExpiry)) cx.reply.integer(1);
}

void cmd_msetex(Context& cx, Args args) {
  const std::optional<int64_t> count = parse_int(args[1]);
  if (!count || *count <= 0 || *count > INT32_MAX) return cx.reply.error(err::kNumkeys);
  const auto pairs_end = 2 + 2 * static_cast<size_t>(*count);
  if (pairs_end > args.size()) return cx.reply.error(err::kKeyValuePairs);
  CHECK_EQ(args.key_count(), static_cast<size_t>(*count));  // the router counts alike
  SetOptions options;
  if (!parse_set_options(args.words().subspan(pairs_end), kNxXx | kKeepTtl, &options)) {
    return cx.reply.error(err::kSyntax);
  }
  const std::optional<int64_t> expiry_ms = expiry_of(cx, options);
  if (!expiry_ms) return;
  if (options.when == SetOptions::When::kNx && any_exists(cx, args)) return cx.reply.integer(0);
  if (options.when == SetOptions::When::kXx && !all_exist(cx, args)) return cx.reply.integer(0);
  if (store_all(cx, args, 2, *expiry_ms)) cx.reply.integer(1);
}

constexpr CommandSpec kTable[] = {
    {.name = "getex",
     .run = cmd_getex,
     .arity = -2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "6.2.0",
     .complexity = "O(1)",
     .summary = "Returns the string of a key and sets or removes its time to live.",
     .syntax = "key [expiration{EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT "
               "unix-time-milliseconds | PERSIST}]"},
    {.name = "getset",
     .run = cmd_getset,
     .arity = 3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Sets the string of a key and returns the old one.",
     .syntax = "key value",
     .deprecated_since = "6.2.0",
     .replaced_by = "`SET` with `GET`"},
    {.name = "mset",
     .run = cmd_mset,
     .arity = -3,
     .flags = kWrite | kDenyOom,
     .keys = {1, -1, 2},
     .key_flags = "OW update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.1",
     .complexity = "O(N) where N is the number of keys",
     .summary = "Sets the strings of several keys at once.",
     .syntax = "key_value{key value}...",
     .tips = "request_policy:multi_shard response_policy:all_succeeded"},
    {.name = "msetex",
     .run = cmd_msetex,
     .arity = -4,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {.first = 2, .last = -1, .step = 2, .count_at = 1},
     .key_flags = "OW update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "8.4.0",
     .complexity = "O(N) where N is the number of keys",
     .summary =
         "Sets the strings of several keys at once, with one condition and one time to live.",
     .syntax = "numkeys data{key value}... [condition{NX | XX}] [expiration{EX seconds | PX "
               "milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL}]",
     .tips = "request_policy:multi_shard response_policy:agg_min"},
    {.name = "msetnx",
     .run = cmd_msetnx,
     .arity = -3,
     .flags = kWrite | kDenyOom,
     .keys = {1, -1, 2},
     .key_flags = "OW insert",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.1",
     .complexity = "O(N) where N is the number of keys",
     .summary = "Sets the strings of several keys at once, if none of them exists.",
     .syntax = "key_value{key value}...",
     .tips = "request_policy:multi_shard response_policy:agg_min"},
    {.name = "psetex",
     .run = cmd_psetex,
     .arity = 4,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .key_flags = "OW update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "2.6.0",
     .complexity = "O(1)",
     .summary = "Sets the string of a key with a time to live in milliseconds.",
     .syntax = "key milliseconds value"},
    {.name = "set",
     .run = cmd_set,
     .arity = -3,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .key_flags = "RW access update variable_flags",
     .key_flags_of = set_key_flags,
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Sets the string of a key, whatever it held before.",
     .syntax = "key value [condition@2.6.12{NX | XX | IFEQ compared@8.4.0 | IFNE compared@8.4.0}] "
               "[GET@6.2.0] [expiration{EX seconds@2.6.12 | PX milliseconds@2.6.12 | EXAT "
               "unix-time-seconds@6.2.0 | PXAT unix-time-milliseconds@6.2.0 | KEEPTTL@6.0.0}]",
     .history = "2.6.12 EX, PX, NX and XX.\n6.0.0 KEEPTTL.\n6.2.0 GET, EXAT and PXAT.\n7.0.0 GET "
                "together with NX.\n8.4.0 IFEQ and IFNE.\n"},
    {.name = "setex",
     .run = cmd_setex,
     .arity = 4,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .key_flags = "OW update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "2.0.0",
     .complexity = "O(1)",
     .summary = "Sets the string of a key with a time to live in seconds.",
     .syntax = "key seconds value"},
    {.name = "setnx",
     .run = cmd_setnx,
     .arity = 3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "OW insert",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Sets the string of a key that does not exist.",
     .syntax = "key value"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kStringSetCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kStringSetCommands{kTable};

}  // namespace cobnut
