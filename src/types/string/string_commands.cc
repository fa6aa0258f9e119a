// Strings: reading them, and changing their bytes in place. What replaces a whole value stands in
// string_set_commands.cc, what counts in counter_commands.cc.
#include <algorithm>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/string/lcs.h"

namespace cobnut {
namespace {

void reply_value(Context& cx, Found found) {
  if (!found) return cx.reply.null();
  char digits[kIntTextMax];
  cx.reply.bulk(found->text(digits));
}

void cmd_get(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (string_or_absent(cx, found)) reply_value(cx, found);
}

void cmd_getdel(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!string_or_absent(cx, found)) return;
  reply_value(cx, found);
  if (found) cx.keys.remove(args.key(), found, Event::kDel);
}

void cmd_mget(Context& cx, Args args) {
  cx.reply.array(args.key_count());
  for (size_t i = 0; i < args.key_count(); ++i) {
    const Found found = cx.keys.find(args.key(i));
    reply_value(cx, found && found->type() == Type::kString ? found : Found{});
  }
}

size_t string_bytes(Found found) {
  char digits[kIntTextMax];
  return found ? found->text(digits).size() : 0;
}

void cmd_strlen(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (string_or_absent(cx, found)) cx.reply.integer(static_cast<int64_t>(string_bytes(found)));
}

// The bytes first..last, both counted from the end when negative, clipped to the string.
Bytes slice(Bytes text, int64_t first, int64_t last) {
  const auto size = static_cast<int64_t>(text.size());
  if (first < 0 && last < 0 && first > last) return {};
  if (first < 0) first = std::max<int64_t>(first + size, 0);
  if (last < 0) last = std::max<int64_t>(last + size, 0);
  last = std::min(last, size - 1);
  if (first > last) return {};
  return text.substr(static_cast<size_t>(first), static_cast<size_t>(last - first + 1));
}

void cmd_getrange(Context& cx, Args args) {
  const std::optional<int64_t> first = integer_argument(cx, args[2]);
  if (!first) return;
  const std::optional<int64_t> last = integer_argument(cx, args[3]);
  if (!last) return;
  const Found found = cx.keys.find(args.key());
  if (!string_or_absent(cx, found)) return;
  char digits[kIntTextMax];
  cx.reply.bulk(found ? slice(found->text(digits), *first, *last) : Bytes());
}

// False: offset + bytes goes beyond proto-max-bulk-len, the error is replied.
bool size_allowed(Context& cx, int64_t offset, size_t bytes) {
  int64_t total = 0;
  const bool overflow = __builtin_add_overflow(offset, static_cast<int64_t>(bytes), &total);
  if (!overflow && total <= cx.server.options.current().proto_max_bulk_len) return true;
  cx.reply.error(err::kStringTooLong);
  return false;
}

// The string grown to hold `bytes` at `offset`, with them written there. Its encoding is raw from
// now on, as on Redis.
bool write_bytes(Context& cx, const Key& key, Found found, size_t offset, Bytes bytes, size_t size,
                 Event event) {
  Keyspace& keyspace = cx.keys.at(key);
  char* data = keyspace.resize_string(cx.keys.db(), key, found, size);
  if (data == nullptr) {
    cx.reply.error(err::kOutOfMemory);
    return false;
  }
  std::copy(bytes.begin(), bytes.end(), data + offset);
  keyspace.committed(cx.keys.db(), key, event);
  return true;
}

void cmd_append(Context& cx, Args args) {
  const Key key = args.key();
  const Bytes tail = args[2];
  const Found found = cx.keys.edit(key);
  if (!found) {
    if (!written(cx, put_string(cx, args, key, found, tail, kNoExpiry, Event::kAppend))) return;
    return cx.reply.integer(static_cast<int64_t>(tail.size()));
  }
  if (!string_or_absent(cx, found)) return;
  const size_t before = string_bytes(found);
  if (!size_allowed(cx, static_cast<int64_t>(before), tail.size())) return;
  if (!write_bytes(cx, key, found, before, tail, before + tail.size(), Event::kAppend)) return;
  cx.reply.integer(static_cast<int64_t>(before + tail.size()));
}

void cmd_setrange(Context& cx, Args args) {
  const Key key = args.key();
  const Bytes bytes = args[3];
  const std::optional<int64_t> offset = integer_argument(cx, args[2]);
  if (!offset) return;
  if (*offset < 0) return cx.reply.error(err::kOffsetRange);
  const Found found = cx.keys.edit(key);
  if (!string_or_absent(cx, found)) return;
  const size_t before = string_bytes(found);
  if (bytes.empty())
    return cx.reply.integer(static_cast<int64_t>(before));  // changes nothing, creates nothing
  if (!size_allowed(cx, *offset, bytes.size())) return;
  const size_t size = std::max(before, static_cast<size_t>(*offset) + bytes.size());
  if (!write_bytes(cx, key, found, static_cast<size_t>(*offset), bytes, size, Event::kSetrange))
    return;
  cx.reply.integer(static_cast<int64_t>(size));
}

// -- conditional delete (Redis 8.4, Valkey 9.0)

void delete_if(Context& cx, Args args, Bytes value, bool wanted_equal) {
  const Found found = cx.keys.edit(args.key());
  if (!string_or_absent(cx, found)) return;
  char digits[kIntTextMax];
  if (!found || (found->text(digits) == value) != wanted_equal) return cx.reply.integer(0);
  cx.keys.remove(args.key(), found, Event::kDel);
  cx.reply.integer(1);
}

void cmd_delifeq(Context& cx, Args args) { delete_if(cx, args, args[2], true); }

void cmd_delex(Context& cx, Args args) {
  if (args.size() == 2) {  // plain DEL of a key of any type
    const Found found = cx.keys.edit(args.key());
    if (found) cx.keys.remove(args.key(), found, Event::kDel);
    return cx.reply.integer(found ? 1 : 0);
  }
  if (args.size() != 4) return reply_wrong_arity(cx);
  const bool equal = equal_ignore_case(args[2], "ifeq");
  if (!equal && !equal_ignore_case(args[2], "ifne")) return cx.reply.error(err::kDelexCondition);
  delete_if(cx, args, args[3], equal);
}

// -- LCS

struct LcsOptions {
  bool length = false;
  bool indexes = false;
  bool match_lengths = false;
  int64_t match_bytes_min = 0;
};

// False: an error is replied.
bool parse_lcs_options(Context& cx, std::span<const Bytes> words, LcsOptions* options) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (equal_ignore_case(words[i], "idx")) {
      options->indexes = true;
    } else if (equal_ignore_case(words[i], "len")) {
      options->length = true;
    } else if (equal_ignore_case(words[i], "withmatchlen")) {
      options->match_lengths = true;
    } else if (equal_ignore_case(words[i], "minmatchlen") && i + 1 < words.size()) {
      const std::optional<int64_t> least = integer_argument(cx, words[++i]);
      if (!least) return false;
      options->match_bytes_min = *least;
    } else {
      cx.reply.error(err::kSyntax);
      return false;
    }
  }
  if (!options->indexes || !options->length) return true;
  cx.reply.error(err::kLcsLengthAndIndexes);
  return false;
}

// Redis keeps a table of 4 bytes a cell and refuses one above proto-max-bulk-len. Our table is
// smaller, the limit on the time that one command may take is the same.
bool lcs_size_allowed(Context& cx, Bytes a, Bytes b) {
  if (a.size() >= UINT32_MAX - 1 || b.size() >= UINT32_MAX - 1) {
    cx.reply.error(err::kLcsTooLong);
    return false;
  }
  size_t table_bytes = 0;
  const bool overflow =
      __builtin_mul_overflow((a.size() + 1) * sizeof(uint32_t), b.size() + 1, &table_bytes);
  if (!overflow &&
      table_bytes <= static_cast<size_t>(cx.server.options.current().proto_max_bulk_len))
    return true;
  cx.reply.error(err::kLcsMemory);
  return false;
}

void reply_lcs_indexes(Context& cx, const Lcs& lcs, const LcsOptions& options) {
  const auto long_enough = [&](const LcsRange& range) {
    return range.length() >= options.match_bytes_min;
  };
  cx.reply.map(2);
  cx.reply.bulk("matches");
  cx.reply.array(
      static_cast<size_t>(std::count_if(lcs.ranges.begin(), lcs.ranges.end(), long_enough)));
  for (const LcsRange& range : lcs.ranges) {
    if (!long_enough(range)) continue;
    cx.reply.array(options.match_lengths ? 3 : 2);
    cx.reply.array(2);
    cx.reply.integer(range.a_first);
    cx.reply.integer(range.a_last);
    cx.reply.array(2);
    cx.reply.integer(range.b_first);
    cx.reply.integer(range.b_last);
    if (options.match_lengths) cx.reply.integer(range.length());
  }
  cx.reply.bulk("len");
  cx.reply.integer(lcs.length);
}

void cmd_lcs(Context& cx, Args args) {
  cx.keys.find(args.key(0));  // a due key is removed, which would void the other's entry
  const Found found_b = cx.keys.find(args.key(1));
  const Found found_a = cx.keys.peek(args.key(0));
  for (const Found& found : {found_a, found_b}) {
    if (found && found->type() != Type::kString) return cx.reply.error(err::kLcsNotStrings);
  }
  LcsOptions options;
  if (!parse_lcs_options(cx, args.words().subspan(3), &options)) return;
  char digits_a[kIntTextMax], digits_b[kIntTextMax];
  const Bytes a = found_a ? found_a->text(digits_a) : Bytes();
  const Bytes b = found_b ? found_b->text(digits_b) : Bytes();
  if (!lcs_size_allowed(cx, a, b)) return;
  const Lcs lcs =
      longest_common_subsequence(a, b, options.length ? LcsWant::kLength : LcsWant::kPath);
  if (options.indexes) return reply_lcs_indexes(cx, lcs, options);
  if (options.length) return cx.reply.integer(lcs.length);
  cx.reply.bulk(lcs.common);
}

// Only with a condition is the value looked at.
std::string_view delex_key_flags(Args args) {
  return args.size() > 2 ? "RW access delete" : "RM delete";
}

constexpr CommandSpec kTable[] = {
    {.name = "append",
     .run = cmd_append,
     .arity = 3,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "2.0.0",
     .complexity = "O(1) amortized, as the string keeps room to grow",
     .summary = "Appends bytes to the string of a key, or creates it.",
     .syntax = "key value"},
    {.name = "delex",
     .run = cmd_delex,
     .arity = -2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW delete variable_flags",
     .key_flags_of = delex_key_flags,
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "8.4.0",
     .complexity = "O(N) where N is the length of the value that is compared",
     .summary = "Deletes a key if its value equals, or differs from, the given one.",
     .syntax = "key [condition{IFEQ value | IFNE value}]"},
    {.name = "delifeq",
     .run = cmd_delifeq,
     .arity = 3,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "9.0.0",
     .complexity = "O(N) where N is the length of the value that is compared",
     .summary = "Deletes a key if its value equals the given one.",
     .syntax = "key value"},
    {.name = "get",
     .run = cmd_get,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Returns the string of a key.",
     .syntax = "key"},
    {.name = "getdel",
     .run = cmd_getdel,
     .arity = 2,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "6.2.0",
     .complexity = "O(1)",
     .summary = "Returns the string of a key and deletes the key.",
     .syntax = "key"},
    {.name = "getrange",
     .run = cmd_getrange,
     .arity = 4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "2.4.0",
     .complexity = "O(N) where N is the length of the part that is returned",
     .summary = "Returns a part of the string of a key.",
     .syntax = "key start:integer end:integer"},
    {.name = "lcs",
     .run = cmd_lcs,
     .arity = -3,
     .flags = kReadonly | kSolo,
     .keys = {1, 2, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "7.0.0",
     .complexity = "O(N*M) where N and M are the lengths of the strings",
     .summary = "Finds the longest common subsequence of two strings.",
     .syntax = "key1:key key2:key [LEN] [IDX] [MINMATCHLEN len:integer] [WITHMATCHLEN]"},
    {.name = "mget",
     .run = cmd_mget,
     .arity = -2,
     .flags = kReadonly | kFast,
     .keys = {1, -1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of keys",
     .summary = "Returns the strings of several keys.",
     .syntax = "key...",
     .tips = "request_policy:multi_shard"},
    {.name = "setrange",
     .run = cmd_setrange,
     .arity = 4,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "2.2.0",
     .complexity = "O(N) where N is the length of the value, if the string need not move",
     .summary = "Overwrites a part of a string from an offset on; gaps become zero bytes.",
     .syntax = "key offset value"},
    {.name = "strlen",
     .run = cmd_strlen,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "2.2.0",
     .complexity = "O(1)",
     .summary = "Returns the length of the string of a key.",
     .syntax = "key"},
    {.name = "substr",
     .run = cmd_getrange,
     .arity = 4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@string",
     .group = "string",
     .since = "1.0.0",
     .complexity = "O(N) where N is the length of the part that is returned",
     .summary = "Returns a part of the string of a key; the old name of GETRANGE.",
     .syntax = "key start:integer end:integer",
     .deprecated_since = "2.0.0",
     .replaced_by = "`GETRANGE`"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kStringCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kStringCommands{kTable};

}  // namespace cobnut
