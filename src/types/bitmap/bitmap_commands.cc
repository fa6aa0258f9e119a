// Strings as arrays of bits: GETBIT to BITOP. Redis 7.0.15's replies and error texts; BITOP's
// operations DIFF, DIFF1, ANDOR and ONE are Redis 8.2's.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "command/well_formed.h"
#include "types/bitmap/bit_support_commands.h"
#include "types/bitmap/bits.h"

namespace cobnut {
namespace {

void cmd_getbit(Context& cx, Args args) {
  const std::optional<uint64_t> offset = bit_offset_argument(cx, parse_int(args[2]));
  if (!offset) return;
  const Found found = cx.keys.find(args.key());
  if (!string_or_absent(cx, found)) return;
  char digits[kIntTextMax];
  cx.reply.integer(found && bit_at(found->text(digits), *offset));
}

void cmd_setbit(Context& cx, Args args) {
  const std::optional<uint64_t> offset = bit_offset_argument(cx, parse_int(args[2]));
  if (!offset) return;
  const std::optional<int64_t> bit = integer_argument(cx, args[3], err::kBitValue);
  if (!bit) return;
  if (*bit != 0 && *bit != 1) return cx.reply.error(err::kBitValue);
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!string_or_absent(cx, found)) return;
  const size_t bytes = static_cast<size_t>(*offset >> 3) + 1;
  bool changed = false;
  char* data = string_for_bits(cx, key, found, bytes, &changed);
  if (data == nullptr) return;
  const bool before = bit_at({data, bytes}, *offset);
  changed |= before != (*bit != 0);
  set_bit_at(data, *offset, *bit != 0);
  if (changed) cx.keys.at(key).committed(cx.keys.db(), key, Event::kSetbit);
  cx.reply.integer(before);
}

// -- BITCOUNT and BITPOS

// False: neither BYTE nor BIT, the error is replied.
bool unit_argument(Context& cx, Bytes word, bool* in_bits) {
  *in_bits = equal_ignore_case(word, "bit");
  if (*in_bits || equal_ignore_case(word, "byte")) return true;
  cx.reply.error(err::kSyntax);
  return false;
}

struct BitRange {
  uint64_t first;
  uint64_t last;
};
// start..end, counted from the end when negative and clipped, as bits; nullopt: nothing is left.
std::optional<BitRange> bit_range(Bytes text, int64_t start, int64_t end, bool in_bits) {
  const auto size = static_cast<int64_t>(text.size()) * (in_bits ? 8 : 1);
  if (start < 0) start = std::max<int64_t>(start + size, 0);
  if (end < 0) end = std::max<int64_t>(end + size, 0);
  end = std::min(end, size - 1);
  if (start > end) return std::nullopt;
  const auto first = static_cast<uint64_t>(start), last = static_cast<uint64_t>(end);
  if (in_bits) return BitRange{first, last};
  return BitRange{first * 8, last * 8 + 7};
}

void cmd_bitcount(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!string_or_absent(cx, found)) return;
  if (!found) return cx.reply.integer(0);
  char digits[kIntTextMax];
  const Bytes text = found->text(digits);
  if (args.size() == 2) return cx.reply.integer(static_cast<int64_t>(count_set_bits(text)));
  if (args.size() != 4 && args.size() != 5) return cx.reply.error(err::kSyntax);
  const std::optional<int64_t> start = integer_argument(cx, args[2]);
  if (!start) return;
  const std::optional<int64_t> end = integer_argument(cx, args[3]);
  if (!end) return;
  if (*start < 0 && *end < 0 && *start > *end) return cx.reply.integer(0);
  bool in_bits = false;
  if (args.size() == 5 && !unit_argument(cx, args[4], &in_bits)) return;
  const std::optional<BitRange> range = bit_range(text, *start, *end, in_bits);
  cx.reply.integer(range ? static_cast<int64_t>(count_set_bits(text, range->first, range->last))
                         : 0);
}

void cmd_bitpos(Context& cx, Args args) {
  const std::optional<int64_t> bit = integer_argument(cx, args[2]);
  if (!bit) return;
  if (*bit != 0 && *bit != 1) return cx.reply.error(err::kBitArgument);
  const Found found = cx.keys.find(args.key());
  if (!string_or_absent(cx, found)) return;
  if (!found) return cx.reply.integer(*bit == 1 ? -1 : 0);
  if (args.size() > 6) return cx.reply.error(err::kSyntax);
  char digits[kIntTextMax];
  const Bytes text = found->text(digits);
  std::optional<int64_t> start = 0, end = -1;
  bool in_bits = false;
  if (args.size() > 3 && !(start = integer_argument(cx, args[3]))) return;
  if (args.size() > 5 && !unit_argument(cx, args[5], &in_bits)) return;
  if (args.size() > 4 && !(end = integer_argument(cx, args[4]))) return;
  const std::optional<BitRange> range = bit_range(text, *start, *end, in_bits);
  if (!range) return cx.reply.integer(-1);
  int64_t position = find_bit(text, *bit != 0, range->first, range->last);
  // Without an end the string goes on in zeros.
  if (position < 0 && *bit == 0 && args.size() <= 4)
    position = static_cast<int64_t>(text.size()) * 8;
  cx.reply.integer(position);
}

// -- BITOP

struct NamedOperation {
  Bytes name;
  BitOperation operation;
};
constexpr NamedOperation kOperations[] = {
    {"AND", BitOperation::kAnd},     {"OR", BitOperation::kOr},     {"XOR", BitOperation::kXor},
    {"NOT", BitOperation::kNot},     {"DIFF", BitOperation::kDiff}, {"DIFF1", BitOperation::kDiff1},
    {"ANDOR", BitOperation::kAndOr}, {"ONE", BitOperation::kOne},
};

const NamedOperation* operation_argument(Context& cx, Bytes word, size_t sources) {
  for (const NamedOperation& named : kOperations) {
    if (!equal_ignore_case(word, named.name)) continue;
    const BitOperation operation = named.operation;
    if (operation == BitOperation::kNot && sources != 1) {
      cx.reply.error(err::kBitopNot);
      return nullptr;
    }
    if ((operation == BitOperation::kDiff || operation == BitOperation::kDiff1 ||
         operation == BitOperation::kAndOr) &&
        sources < 2) {
      cx.reply.error_format(err::kBitopSources, static_cast<int>(named.name.size()),
                            named.name.data());
      return nullptr;
    }
    return &named;
  }
  cx.reply.error(err::kSyntax);
  return nullptr;
}

// The target becomes what `combine` writes, or goes when that is nothing. A long result is made in
// the block that it stays in. False: no memory, the error is replied.
template <typename Combine>
bool store_result(Context& cx, const Key& target, size_t bytes, const Combine& combine) {
  Keyspace& keyspace = cx.keys.at(target);
  std::string small;
  Value value{.encoding = Encoding::kRaw, .block_bytes = bytes > kInlineValueMax ? bytes : 0};
  if (value.block_bytes > 0) {
    char* const block = keyspace.new_block(bytes);
    if (block == nullptr) return written(cx, Written::kNoMemory);
    combine(block);
    value.bytes = {block, bytes};
  } else {
    small.resize(bytes);
    combine(small.data());
    value.bytes = small;
  }
  const Found old = cx.keys.edit(target);
  if (bytes == 0) {
    if (old) cx.keys.remove(target, old, Event::kDel);
    return true;
  }
  const Written result = cx.keys.put(target, old, value, kNoExpiry, Event::kSet);
  if (result != Written::kOk && value.block_bytes > 0)
    keyspace.discard_block(const_cast<char*>(value.bytes.data()), bytes);
  return written(cx, result);
}

void cmd_bitop(Context& cx, Args args) {
  const NamedOperation* named = operation_argument(cx, args[1], args.size() - 3);
  if (named == nullptr) return;
  const Key target = args.key(0);
  const size_t count = args.key_count() - 1;
  for (size_t i = 1; i <= count; i++) cx.keys.find(args.key(i));  // those that are due go first
  // As long as the sources: the command is O(N), and the target may be one of them.
  std::vector<Bytes> sources(count);
  std::vector<std::array<char, kIntTextMax>> digits(count);
  size_t bytes = 0;
  for (size_t i = 0; i < count; i++) {
    const Found found = cx.keys.peek(args.key(i + 1));
    if (!string_or_absent(cx, found)) return;
    if (found) sources[i] = found->text(digits[i].data());
    bytes = std::max(bytes, sources[i].size());
  }
  const auto combine = [&](char* to) { combine_bits(named->operation, sources, to, bytes); };
  if (!store_result(cx, target, bytes, combine)) return;
  cx.reply.integer(static_cast<int64_t>(bytes));
}

constexpr KeyUse kBitopKeys[] = {{{2, 2, 1}, "OW update"}, {{3, -1, 1}, "RO access"}};

constexpr CommandSpec kTable[] = {
    {.name = "bitcount",
     .run = cmd_bitcount,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@bitmap",
     .group = "bitmap",
     .since = "2.6.0",
     .complexity = "O(N) where N is the number of bytes that are looked at",
     .summary = "Counts the bits of a string that are set.",
     .syntax = "key [index{start:integer end:integer [index_unit@7.0.0{BYTE | BIT}]}]",
     .history = "7.0.0 BYTE and BIT.\n"},
    {.name = "bitop",
     .run = cmd_bitop,
     .arity = -4,
     .flags = kWrite | kDenyOom | kSolo,
     .keys = {2, -1, 1},
     .key_uses = kBitopKeys,
     .route = Route::kKeys,
     .acl = "@bitmap",
     .group = "bitmap",
     .since = "2.6.0",
     .complexity = "O(N) where N is the length of all strings together",
     .summary = "Combines strings bit by bit and stores the result.",
     .syntax = "operation destkey:key key#1..."},
    {.name = "bitpos",
     .run = cmd_bitpos,
     .arity = -3,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@bitmap",
     .group = "bitmap",
     .since = "2.8.7",
     .complexity = "O(N) where N is the number of bytes that are looked at",
     .summary = "Finds the first bit of a string that is set, or that is clear.",
     .syntax = "key bit:integer [index{start:integer [end_index{end:integer [index_unit@7.0.0{BYTE "
               "| BIT}]}]}]",
     .history = "7.0.0 BYTE and BIT.\n"},
    {.name = "getbit",
     .run = cmd_getbit,
     .arity = 3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@bitmap",
     .group = "bitmap",
     .since = "2.2.0",
     .complexity = "O(1)",
     .summary = "Returns the bit at an offset of a string.",
     .syntax = "key offset"},
    {.name = "setbit",
     .run = cmd_setbit,
     .arity = 4,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@bitmap",
     .group = "bitmap",
     .since = "2.2.0",
     .complexity = "O(1)",
     .summary = "Sets or clears the bit at an offset of a string, which grows as needed.",
     .syntax = "key offset value:integer"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kBitmapCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kBitmapCommands{kTable};

}  // namespace cobnut
