// Strings that are numbers: INCR and its kin, and INCREX (Redis 8.8).
#include <cmath>
#include <limits>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"

namespace cobnut {
namespace {

// The value of an absent key is 0. Nothing: another type or no integer, the error is replied.
std::optional<int64_t> integer_of(Context& cx, Found found) {
  if (!found) return 0;
  if (!string_or_absent(cx, found)) return std::nullopt;
  if (found->encoding() == Encoding::kInt) return found->integer();
  return integer_argument(cx, found->bytes());
}

std::optional<long double> float_of(Context& cx, Found found) {
  if (!found) return 0;
  if (!string_or_absent(cx, found)) return std::nullopt;
  char digits[kIntTextMax];
  const std::optional<long double> value = parse_long_double(found->text(digits));
  if (!value) cx.reply.error(err::kNotFloat);
  return value;
}

bool store_integer(Context& cx, const Key& key, Found found, int64_t value) {
  if (found && found->encoding() == Encoding::kInt) {
    cx.keys.at(key).set_integer(cx.keys.db(), key, found, value, Event::kIncrby);
    return true;
  }
  return written(
      cx, cx.keys.put(key, found, integer_value(value), Keyspace::kKeepExpiry, Event::kIncrby));
}

// INCRBYFLOAT leaves text, even when it reads like an integer.
bool store_float(Context& cx, const Key& key, Found found, Bytes text) {
  const Value value{.encoding = text.size() <= kEmbstrMax ? Encoding::kEmbstr : Encoding::kRaw,
                    .bytes = text};
  return written(cx, cx.keys.put(key, found, value, Keyspace::kKeepExpiry, Event::kIncrbyfloat));
}

void increment(Context& cx, const Key& key, int64_t by) {
  const Found found = cx.keys.edit(key);
  const std::optional<int64_t> value = integer_of(cx, found);
  if (!value) return;
  int64_t sum = 0;
  if (__builtin_add_overflow(*value, by, &sum)) return cx.reply.error(err::kIncrementOverflow);
  if (store_integer(cx, key, found, sum)) cx.reply.integer(sum);
}

void cmd_incr(Context& cx, Args args) { increment(cx, args.key(), 1); }
void cmd_decr(Context& cx, Args args) { increment(cx, args.key(), -1); }

void cmd_incrby(Context& cx, Args args) {
  const std::optional<int64_t> by = integer_argument(cx, args[2]);
  if (by) increment(cx, args.key(), *by);
}

void cmd_decrby(Context& cx, Args args) {
  const std::optional<int64_t> by = integer_argument(cx, args[2]);
  if (!by) return;
  if (*by == INT64_MIN) return cx.reply.error(err::kDecrementOverflow);
  increment(cx, args.key(), -*by);
}

void cmd_incrbyfloat(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  const std::optional<long double> value = float_of(cx, found);
  if (!value) return;
  const std::optional<long double> by = parse_long_double(args[2]);
  if (!by) return cx.reply.error(err::kNotFloat);
  const long double sum = *value + *by;
  if (!std::isfinite(sum)) return cx.reply.error(err::kIncrementNotFinite);
  const std::string text = format_long_double(sum);
  if (store_float(cx, key, found, text)) cx.reply.bulk(text);
}

// -- INCREX: an increment within bounds, with a time to live

struct IncrexWords {
  std::optional<Bytes> by, lower, upper;
  bool is_float = false;
  bool saturate = false;
  bool persist = false;
  bool only_without_ttl = false;  // ENX
  std::optional<ExpiryArgument> expiry;
};

bool take_once(std::optional<Bytes>* slot, Bytes word) {
  if (*slot) return false;
  *slot = word;
  return true;
}

bool take_once(bool* flag) {
  const bool first = !*flag;
  *flag = true;
  return first;
}

// False: a syntax error. Unlike SET's, an option may not come twice.
bool parse_increx(std::span<const Bytes> words, IncrexWords* out) {
  for (size_t i = 0; i < words.size(); ++i) {
    const Bytes word = words[i];
    const bool more = i + 1 < words.size();
    ExpiryArgument expiry;
    bool taken = false;
    if (more && (equal_ignore_case(word, "byint") || equal_ignore_case(word, "byfloat"))) {
      out->is_float = word.size() == 7;
      taken = take_once(&out->by, words[++i]);
    } else if (more && equal_ignore_case(word, "lbound")) {
      taken = take_once(&out->lower, words[++i]);
    } else if (more && equal_ignore_case(word, "ubound")) {
      taken = take_once(&out->upper, words[++i]);
    } else if (equal_ignore_case(word, "saturate")) {
      taken = take_once(&out->saturate);
    } else if (equal_ignore_case(word, "persist")) {
      taken = take_once(&out->persist);
    } else if (equal_ignore_case(word, "enx")) {
      taken = take_once(&out->only_without_ttl);
    } else if (more && expiry_option(word, &expiry) && !out->expiry) {
      expiry.text = words[++i];
      out->expiry = expiry;
      taken = true;
    }
    if (!taken) return false;
  }
  return !(out->persist && (out->expiry || out->only_without_ttl));
}

template <typename Number>
struct Counting;

template <>
struct Counting<int64_t> {
  static constexpr const char* kParseError = err::kNamedNotInteger;
  static constexpr int64_t kMin = INT64_MIN, kMax = INT64_MAX;
  static std::optional<int64_t> parse(Bytes text) { return parse_int(text); }
  static std::optional<int64_t> read(Context& cx, Found found) { return integer_of(cx, found); }
  static int64_t add(int64_t value, int64_t by, bool* overflow) {
    int64_t sum = 0;
    *overflow = __builtin_add_overflow(value, by, &sum);
    return *overflow ? (by > 0 ? kMax : kMin) : sum;
  }
  static bool subtract(int64_t a, int64_t b, int64_t* out) {
    return !__builtin_sub_overflow(a, b, out);
  }
  static bool store(Context& cx, const Key& key, Found found, int64_t value) {
    return store_integer(cx, key, found, value);
  }
  static void reply(Context& cx, int64_t value) { cx.reply.integer(value); }
};

template <>
struct Counting<long double> {
  static constexpr const char* kParseError = err::kNamedNotFloat;
  static constexpr long double kMin = -std::numeric_limits<long double>::max();
  static constexpr long double kMax = std::numeric_limits<long double>::max();
  static std::optional<long double> parse(Bytes text) { return parse_long_double(text); }
  static std::optional<long double> read(Context& cx, Found found) {
    const std::optional<long double> value = float_of(cx, found);
    if (!value || std::isfinite(*value)) return value;
    cx.reply.error(err::kFloatValueInfinite);
    return std::nullopt;
  }
  static long double add(long double value, long double by, bool* overflow) {
    const long double sum = value + by;
    *overflow = !std::isfinite(sum);
    return *overflow ? (by > 0 ? kMax : kMin) : sum;
  }
  static bool subtract(long double a, long double b, long double* out) {
    *out = a - b;
    return std::isfinite(*out);
  }
  static bool store(Context& cx, const Key& key, Found found, long double value) {
    return store_float(cx, key, found, format_long_double(value));
  }
  static void reply(Context& cx, long double value) {
    if (cx.reply.resp() == 3) return cx.reply.real(static_cast<double>(value));
    cx.reply.bulk(format_long_double(value));
  }
};

template <typename Number>
struct IncrexRequest {
  Number by = 1;
  Number lower = Counting<Number>::kMin;
  Number upper = Counting<Number>::kMax;
  bool saturate = false;
};

// Leaves *number as it is when the option is absent. False: the error is replied.
template <typename Number>
bool read_increx_number(Context& cx, const std::optional<Bytes>& word, const char* name,
                        Number* number) {
  if (!word) return true;
  const std::optional<Number> value = Counting<Number>::parse(*word);
  if (!value) {
    cx.reply.error_format(Counting<Number>::kParseError, name);
    return false;
  }
  *number = *value;
  return true;
}

template <typename Number>
bool read_increx_numbers(Context& cx, const IncrexWords& words, IncrexRequest<Number>* request) {
  request->saturate = words.saturate;
  if (!read_increx_number(cx, words.by, "Increment", &request->by)) return false;
  if (!std::isfinite(static_cast<long double>(request->by))) {
    cx.reply.error(err::kFloatIncrementInfinite);
    return false;
  }
  if (!read_increx_number(cx, words.lower, "LBOUND", &request->lower)) return false;
  if (!read_increx_number(cx, words.upper, "UBOUND", &request->upper)) return false;
  if (request->lower <= request->upper) return true;
  cx.reply.error(err::kBoundsCrossed);
  return false;
}

enum class Bounded : uint8_t { kApplied, kRefused, kError };

// The new value and what of the increment was applied. kRefused: out of bounds without SATURATE,
// nothing changes.
template <typename Number>
Bounded add_within_bounds(Number value, const IncrexRequest<Number>& request, Number* sum,
                          Number* applied) {
  bool overflow = false;
  *sum = Counting<Number>::add(value, request.by, &overflow);
  const bool outside = overflow || *sum < request.lower || *sum > request.upper;
  if (!outside) {
    *applied = request.by;
    return Bounded::kApplied;
  }
  if (!request.saturate) {
    *sum = value;
    *applied = 0;
    return Bounded::kRefused;
  }
  *sum = std::min(std::max(*sum, request.lower), request.upper);
  return Counting<Number>::subtract(*sum, value, applied) ? Bounded::kApplied : Bounded::kError;
}

// The time to live of a counter that has just been written. False: no memory, the error is replied.
bool apply_increx_ttl(Context& cx, const Key& key, const IncrexWords& words, int64_t expiry_ms) {
  Keyspace& keyspace = cx.keys.at(key);
  const Found found = keyspace.peek(cx.keys.db(), key);
  const bool has_ttl = found->expiry_ms() != kNoExpiry;
  if (words.persist) {
    if (!has_ttl) return true;
    return written(cx, keyspace.set_expiry(cx.keys.db(), key, found, kNoExpiry, Event::kPersist));
  }
  if (!words.expiry || (words.only_without_ttl && has_ttl)) return true;
  if (expiry_ms <= cx.keys.now_ms()) {
    keyspace.remove(cx.keys.db(), key, found, Event::kDel);
    return true;
  }
  return written(cx, keyspace.set_expiry(cx.keys.db(), key, found, expiry_ms, Event::kExpire));
}

template <typename Number>
void increx(Context& cx, const Key& key, const IncrexWords& words) {
  IncrexRequest<Number> request;
  if (!read_increx_numbers(cx, words, &request)) return;
  std::optional<int64_t> expiry_ms = kNoExpiry;
  if (words.expiry) expiry_ms = expiry_argument(cx, *words.expiry);
  if (!expiry_ms) return;
  const Found found = cx.keys.edit(key);
  const std::optional<Number> value = Counting<Number>::read(cx, found);
  if (!value) return;
  Number sum{}, applied{};
  const Bounded bounded = add_within_bounds(*value, request, &sum, &applied);
  if (bounded == Bounded::kError) return cx.reply.error(err::kAppliedOverflow);
  if (bounded == Bounded::kApplied) {
    if (!Counting<Number>::store(cx, key, found, sum)) return;
    if (!apply_increx_ttl(cx, key, words, *expiry_ms)) return;
  }
  cx.reply.array(2);
  Counting<Number>::reply(cx, sum);
  Counting<Number>::reply(cx, applied);
}

void cmd_increx(Context& cx, Args args) {
  IncrexWords words;
  if (!parse_increx(args.words().subspan(2), &words)) return cx.reply.error(err::kSyntax);
  if (words.only_without_ttl && !words.expiry) return cx.reply.error(err::kEnxAlone);
  words.is_float ? increx<long double>(cx, args.key(), words)
                 : increx<int64_t>(cx, args.key(), words);
}

constexpr CommandSpec kTable[] = {
    {.name = "decr",
     .run = cmd_decr,
     .arity = 2,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Subtracts one from the integer of a key.",
     .syntax = "key"},
    {.name = "decrby",
     .run = cmd_decrby,
     .arity = 3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Subtracts a number from the integer of a key.",
     .syntax = "key decrement:integer"},
    {.name = "incr",
     .run = cmd_incr,
     .arity = 2,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Adds one to the integer of a key.",
     .syntax = "key"},
    {.name = "incrby",
     .run = cmd_incrby,
     .arity = 3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Adds a number to the integer of a key.",
     .syntax = "key increment:integer"},
    {.name = "incrbyfloat",
     .run = cmd_incrbyfloat,
     .arity = 3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "2.6.0",
     .complexity = "O(1)",
     .summary = "Adds a number to the floating point number of a key.",
     .syntax = "key increment:double"},
    {.name = "increx",
     .run = cmd_increx,
     .arity = -2,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "8.8.0",
     .complexity = "O(1)",
     .summary = "Adds to the number of a key within bounds and sets its time to live.",
     .syntax =
         "key [increment{BYFLOAT increment:double | BYINT increment:integer}] [LBOUND lowerbound] "
         "[UBOUND upperbound] [SATURATE] [expiration{EX seconds | PX milliseconds | EXAT "
         "unix-time-seconds | PXAT unix-time-milliseconds | PERSIST}] [ENX]"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kCounterCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kCounterCommands{kTable};

}  // namespace cobnut
