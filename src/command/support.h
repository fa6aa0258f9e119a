// What several families share: arguments that are numbers, times or databases, and the look at a
// key's type. Each of them writes the error reply itself and returns nothing then.
#pragma once

#include <cstdint>
#include <optional>

#include "base/errors.h"
#include "command/command.h"

namespace cobnut {

std::optional<int64_t> integer_argument(Context& cx, Bytes text, Bytes error = err::kNotInteger);
// A 32-bit number, not yet looked at for its range; `malformed` empty: Redis's two texts for "no
// number" and "no int".
std::optional<int64_t> database_number(Context& cx, Bytes text, Bytes malformed = {});
// A database index within the option `databases`.
std::optional<int> database_argument(Context& cx, Bytes text);
// SETEX, SET EX ...: positive; `scale` 1000 for seconds, 1 for milliseconds; relative to the
// command's time or Unix time.
struct ExpiryArgument {
  Bytes text;
  int64_t scale = 1;
  bool relative = false;
};
// Whether `name` is EX, PX, EXAT or PXAT; then sets scale and relative.
bool expiry_option(Bytes name, ExpiryArgument* argument);
std::optional<int64_t> expiry_argument(Context& cx, const ExpiryArgument& argument);
// How long a command may wait, in milliseconds, not negative.
std::optional<int64_t> timeout_argument(Context& cx, Bytes text);
int64_t add_ms(int64_t time_ms, int64_t more_ms);  // INT64_MAX rather than overflow
// A subcommand with too many arguments, whose arity is "at least".
void reply_subcommand_syntax(Context& cx, Args args);
void reply_invalid_expire_time(Context& cx);
void reply_wrong_arity(Context& cx);
// The reply of "OBJECT HELP" and the like: the container's name, then `lines`, then HELP itself.
void reply_help(Context& cx, std::span<const Bytes> lines);

Bytes type_name(Type type);              // TYPE, SCAN TYPE
Bytes encoding_name(Encoding encoding);  // OBJECT ENCODING

// False: the key holds another type, WRONGTYPE is replied. An absent key is fine.
inline bool type_or_absent(Context& cx, Found found, Type type) {
  if (!found || found->type() == type) return true;
  cx.reply.error(err::kWrongType);
  return false;
}
inline bool string_or_absent(Context& cx, Found found) {
  return type_or_absent(cx, found, Type::kString);
}
// True when the write was made; else -OOM is replied.
inline bool written(Context& cx, Written result) {
  if (result == Written::kOk) return true;
  cx.reply.error(err::kOutOfMemory);
  return false;
}

// A string from `word`, one of `args`: its block is kept where it has one (resp/args.h).
Written put_string(Context& cx, Args args, const Key& key, Found found, Bytes word,
                   int64_t expiry_ms, Event event);

// Asked now and then by commands whose reply is as long as the client likes. False: it is above
// client-output-buffer-limit; the command ends where it is, and its client will be closed.
bool may_reply_more(Context& cx);

// How much of a client's word an error repeats, as the precision of "%.*s" (an int).
inline int shown_size(Bytes word) {
  constexpr size_t kShownMax = 1 << 20;  // bytes; Redis repeats all of it
  return static_cast<int>(word.size() < kShownMax ? word.size() : kShownMax);
}

}  // namespace cobnut
