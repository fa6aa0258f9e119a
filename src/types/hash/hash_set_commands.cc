// Hashes: what writes fields and takes them away.
#include <cmath>
#include <string>

#include "base/numbers.h"
#include "command/well_formed.h"
#include "types/hash/hash_support_commands.h"
#include "types/listpack/reply.h"

namespace cobnut {
namespace {

// HSET and HMSET. Nothing: an error is replied.
std::optional<size_t> set_fields(Context& cx, Args args) {
  if (args.size() % 2 != 0) {
    reply_wrong_arity(cx);
    return std::nullopt;
  }
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kHash)) return std::nullopt;
  const std::span<const Bytes> words = args.words().subspan(2);
  HashEdit hash = hash_edit(cx, key, found);
  size_t added = 0;
  if (!found) {
    const std::optional<HashEdit::Set> created = hash.create(words, Event::kHset, &added);
    if (created == HashEdit::Set::kNoMemory) {
      cx.reply.error(err::kOutOfMemory);
      return std::nullopt;
    }
    if (created) return added;
  }
  for (size_t i = 0; i < words.size(); i += 2) {
    const HashEdit::Set done = hash.set(words[i], words[i + 1]);
    if (done == HashEdit::Set::kNoMemory) {
      // What was set until then stays, and is told.
      if (i == 0 || hash.committed(Event::kHset)) cx.reply.error(err::kOutOfMemory);
      return std::nullopt;
    }
    added += done == HashEdit::Set::kAdded;
  }
  if (!hash_committed(cx, hash, {Event::kHset})) return std::nullopt;
  return added;
}

void cmd_hset(Context& cx, Args args) {
  const std::optional<size_t> added = set_fields(cx, args);
  if (added) cx.reply.integer(static_cast<int64_t>(*added));
}

void cmd_hmset(Context& cx, Args args) {
  if (set_fields(cx, args)) cx.reply.ok();
}

void cmd_hsetnx(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kHash)) return;
  HashEdit hash = hash_edit(cx, key, found);
  if (hash.value(args[2])) return cx.reply.integer(0);
  if (hash.set(args[2], args[3]) == HashEdit::Set::kNoMemory) {
    return cx.reply.error(err::kOutOfMemory);
  }
  if (hash_committed(cx, hash, {Event::kHset})) cx.reply.integer(1);
}

void cmd_hdel(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kHash)) return;
  if (!found) return cx.reply.integer(0);
  HashEdit hash = hash_edit(cx, key, found);
  int64_t erased = 0;
  for (Bytes field : args.words().subspan(2)) erased += hash.erase(field) ? 1 : 0;
  if (erased > 0 && !hash_committed(cx, hash, {Event::kHdel})) return;
  cx.reply.integer(erased);
}

// The field's new value, its deadline kept. False: an error is replied.
bool store_count(Context& cx, HashEdit& hash, Bytes field, Bytes value, Event event) {
  if (hash.set(field, value, HashEdit::kKeepDeadline) == HashEdit::Set::kNoMemory) {
    cx.reply.error(err::kOutOfMemory);
    return false;
  }
  return hash_committed(cx, hash, {event});
}

void cmd_hincrby(Context& cx, Args args) {
  const std::optional<int64_t> increment = integer_argument(cx, args[3]);
  if (!increment) return;
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kHash)) return;
  HashEdit hash = hash_edit(cx, key, found);
  int64_t count = 0;
  if (const std::optional<HashText> value = hash.value(args[2])) {
    const std::optional<int64_t> number =
        value->is_integer ? value->integer : parse_int(value->bytes);
    if (!number) return cx.reply.error(err::kHashNotInteger);
    count = *number;
  }
  if (__builtin_add_overflow(count, *increment, &count)) {
    return cx.reply.error(err::kIncrementOverflow);
  }
  char digits[kIntTextMax];
  const Bytes text(digits, format_int(count, digits));
  if (store_count(cx, hash, args[2], text, Event::kHincrby)) cx.reply.integer(count);
}

void cmd_hincrbyfloat(Context& cx, Args args) {
  const std::optional<long double> increment = parse_long_double(args[3]);
  if (!increment) return cx.reply.error(err::kNotFloat);
  if (std::isinf(*increment)) return cx.reply.error(err::kFloatArgumentInfinite);
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kHash)) return;
  HashEdit hash = hash_edit(cx, key, found);
  long double count = 0;
  if (const std::optional<HashText> value = hash.value(args[2])) {
    const std::optional<long double> number = value->is_integer
                                                  ? static_cast<long double>(value->integer)
                                                  : parse_long_double(value->bytes);
    if (!number) return cx.reply.error(err::kHashNotFloat);
    count = *number;
  }
  count += *increment;
  if (std::isnan(count) || std::isinf(count)) return cx.reply.error(err::kIncrementNotFinite);
  const std::string text = format_long_double(count);
  if (store_count(cx, hash, args[2], text, Event::kHincrbyfloat)) cx.reply.bulk(text);
}

constexpr CommandSpec kTable[] = {
    {.name = "hdel",
     .run = cmd_hdel,
     .arity = -3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields to remove",
     .summary = "Removes fields from a hash, and the hash with the last of them.",
     .syntax = "key field...",
     .history = "2.4.0 Several fields.\n"},
    {.name = "hincrby",
     .run = cmd_hincrby,
     .arity = 4,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(1)",
     .summary = "Adds a number to the integer of a field of a hash; 0 if it is absent.",
     .syntax = "key field increment:integer"},
    {.name = "hincrbyfloat",
     .run = cmd_hincrbyfloat,
     .arity = 4,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.6.0",
     .complexity = "O(1)",
     .summary = "Adds a number to the floating point number of a field of a hash; 0 if it is "
                "absent.",
     .syntax = "key field increment:double"},
    {.name = "hmset",
     .run = cmd_hmset,
     .arity = -4,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields to set",
     .summary = "Sets fields of a hash.",
     .syntax = "key field_value{field value}...",
     .deprecated_since = "4.0.0",
     .replaced_by = "`HSET`"},
    {.name = "hset",
     .run = cmd_hset,
     .arity = -4,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields to set",
     .summary = "Sets fields of a hash, which is made if it is absent, and tells how many are new.",
     .syntax = "key field_value{field value}...",
     .history = "4.0.0 Several fields.\n"},
    {.name = "hsetnx",
     .run = cmd_hsetnx,
     .arity = 4,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(1)",
     .summary = "Sets a field of a hash if it is absent.",
     .syntax = "key field value"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kHashSetCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kHashSetCommands{kTable};

}  // namespace cobnut
