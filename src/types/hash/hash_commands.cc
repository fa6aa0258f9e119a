// Hashes: reading them.
#include <limits>
#include <unordered_set>
#include <vector>

#include "base/numbers.h"
#include "base/random.h"
#include "base/text.h"
#include "command/scan_arguments.h"
#include "command/well_formed.h"
#include "types/hash/hash_support_commands.h"
#include "types/listpack/reply.h"
#include "types/member_expiry/living_draws.h"

namespace cobnut {
namespace {

void reply_value(Context& cx, Found hash, Bytes field) {
  const std::optional<HashText> value =
      hash ? hash_view(cx, hash).value(field) : std::optional<HashText>();
  value ? listpack::reply_bulk(cx.reply, *value) : cx.reply.null();
}

void cmd_hget(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (type_or_absent(cx, found, Type::kHash)) reply_value(cx, found, args[2]);
}

void cmd_hmget(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kHash)) return;
  const std::span<const Bytes> fields = args.words().subspan(2);
  cx.reply.array(fields.size());
  for (Bytes field : fields) reply_value(cx, found, field);
}

void cmd_hexists(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kHash)) return;
  cx.reply.integer(found && hash_view(cx, found).value(args[2]) ? 1 : 0);
}

void cmd_hlen(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kHash)) return;
  cx.reply.integer(found ? static_cast<int64_t>(hash_view(cx, found).size()) : 0);
}

void cmd_hstrlen(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kHash)) return;
  const std::optional<HashText> value =
      found ? hash_view(cx, found).value(args[2]) : std::optional<HashText>();
  char digits[kIntTextMax];
  cx.reply.integer(value ? static_cast<int64_t>(value->text(digits).size()) : 0);
}

enum class Parts : uint8_t { kFields, kValues, kBoth };

void reply_all(Context& cx, Args args, Parts parts) {
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kHash)) return;
  if (!found) return parts == Parts::kBoth ? cx.reply.map(0) : cx.reply.array(0);
  const HashView hash = hash_view(cx, found);
  const size_t count = hash.living();
  parts == Parts::kBoth ? cx.reply.map(count) : cx.reply.array(count);
  hash.for_each([&](const HashField& each) {
    if (parts != Parts::kValues) listpack::reply_bulk(cx.reply, each.field);
    if (parts != Parts::kFields) listpack::reply_bulk(cx.reply, each.value);
  });
}

void cmd_hgetall(Context& cx, Args args) { reply_all(cx, args, Parts::kBoth); }
void cmd_hkeys(Context& cx, Args args) { reply_all(cx, args, Parts::kFields); }
void cmd_hvals(Context& cx, Args args) { reply_all(cx, args, Parts::kValues); }

// -- HRANDFIELD

// With values: pairs as RESP3 nests them and RESP2 strings them together.
class SampleReply {
 public:
  SampleReply(Context& cx, bool with_values) : cx_(cx), with_values_(with_values) {}
  void header(size_t count) const {
    cx_.reply.array(with_values_ && cx_.reply.resp() == 2 ? 2 * count : count);
  }
  void field(const HashField& field) const {
    if (with_values_ && cx_.reply.resp() != 2) cx_.reply.array(2);
    listpack::reply_bulk(cx_.reply, field.field);
    if (with_values_) listpack::reply_bulk(cx_.reply, field.value);
  }

 private:
  Context& cx_;
  const bool with_values_;
};

// `count` of `living` fields, each at most once, in the order of the hash: each is taken with the
// probability that fills the sample (Knuth, TAOCP 2, algorithm 3.4.2 S).
void reply_by_selection(const HashView& hash, size_t count, size_t living,
                        const SampleReply& reply) {
  hash.for_each([&](const HashField& field) {
    if (fast_random() % living-- >= count) return;
    reply.field(field);
    count--;
  });
}

void reply_distinct(const HashView& hash, size_t count, const SampleReply& reply) {
  // Below this part of a table drawing and remembering is cheaper than looking at all fields.
  constexpr size_t kDrawnPart = 3;
  const size_t living = hash.living();
  count = std::min(count, living);
  reply.header(count);
  if (count == living) return hash.for_each([&](const HashField& field) { reply.field(field); });
  if (hash.is_packed() || count > living / kDrawnPart || living < hash.size()) {
    return reply_by_selection(hash, count, living, reply);
  }
  std::unordered_set<const char*> drawn;  // where the fields stand: an allocation each, O(count)
  drawn.reserve(count);
  while (drawn.size() < count) {
    const std::optional<HashField> field = hash.random();
    if (drawn.insert(field->field.bytes.data()).second) reply.field(*field);
  }
}

void cmd_hrandfield(Context& cx, Args args) {
  const bool with_count = args.size() > 2;
  int64_t count = 0;
  bool with_values = false;
  if (with_count) {
    const std::optional<int64_t> number = integer_argument(cx, args[2]);
    if (!number) return;
    if (*number == INT64_MIN) return cx.reply.error(err::kCountRange);
    count = *number;
    with_values = args.size() == 4 && equal_ignore_case(args[3], "withvalues");
    if (args.size() > 3 && !with_values) return cx.reply.error(err::kSyntax);
    if (with_values && (count < -INT64_MAX / 2 || count > INT64_MAX / 2)) {
      return cx.reply.error(err::kOutOfRange);
    }
  }
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kHash)) return;
  if (!with_count) {
    const std::optional<HashField> field =
        found ? hash_view(cx, found).random() : std::optional<HashField>();
    return field ? listpack::reply_bulk(cx.reply, field->field) : cx.reply.null();
  }
  if (!found || count == 0) return cx.reply.array(0);
  const HashView hash = hash_view(cx, found);
  const SampleReply reply(cx, with_values);
  if (count > 0) return reply_distinct(hash, static_cast<size_t>(count), reply);
  LivingDraws<HashView, HashField> draws(hash);
  if (!draws.next()) return cx.reply.array(0);
  reply.header(static_cast<size_t>(-count));
  constexpr int64_t kDrawsAtOnce = 256;  // between two looks at how long the reply is
  for (; count < 0; count++) {
    if (count % kDrawsAtOnce == 0 && !may_reply_more(cx)) return;
    reply.field(*draws.next());
  }
}

void cmd_hscan(Context& cx, Args args) {
  const std::optional<uint64_t> cursor = parse_scan_cursor(args[2]);
  if (!cursor) return cx.reply.error(err::kCursor);
  const Found found = cx.keys.find(args.key());
  if (!type_or_absent(cx, found, Type::kHash)) return;
  if (!found) {
    reply_scan_cursor(cx, 0);
    return cx.reply.array(0);
  }
  ScanArguments options;
  if (!parse_scan_arguments(cx, args.words().subspan(3), ScanExtra::kNoValues, &options)) return;
  std::vector<HashField> fields;  // their number goes ahead of them: an allocation, O(COUNT)
  const uint64_t next =
      hash_view(cx, found).scan(*cursor, options.count, [&](const HashField& each) {
        char digits[kIntTextMax];
        if (options.pattern.takes(each.field.text(digits))) fields.push_back(each);
      });
  reply_scan_cursor(cx, next);
  cx.reply.array(fields.size() * (options.no_values ? 1 : 2));
  for (const HashField& each : fields) {
    listpack::reply_bulk(cx.reply, each.field);
    if (!options.no_values) listpack::reply_bulk(cx.reply, each.value);
  }
}

constexpr CommandSpec kTable[] = {
    {.name = "hexists",
     .run = cmd_hexists,
     .arity = 3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(1)",
     .summary = "Tells whether a hash has a field.",
     .syntax = "key field"},
    {.name = "hget",
     .run = cmd_hget,
     .arity = 3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(1)",
     .summary = "Returns the value of a field of a hash.",
     .syntax = "key field"},
    {.name = "hgetall",
     .run = cmd_hgetall,
     .arity = 2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields",
     .summary = "Returns all fields of a hash with their values.",
     .syntax = "key",
     .tips = "nondeterministic_output_order"},
    {.name = "hkeys",
     .run = cmd_hkeys,
     .arity = 2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields",
     .summary = "Returns all fields of a hash.",
     .syntax = "key",
     .tips = "nondeterministic_output_order"},
    {.name = "hlen",
     .run = cmd_hlen,
     .arity = 2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(1)",
     .summary = "Tells how many fields a hash has.",
     .syntax = "key"},
    {.name = "hmget",
     .run = cmd_hmget,
     .arity = -3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields asked for",
     .summary = "Returns the values of fields of a hash.",
     .syntax = "key field..."},
    {.name = "hrandfield",
     .run = cmd_hrandfield,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "6.2.0",
     .complexity = "O(N) where N is the number of fields returned",
     .summary = "Returns fields of a hash chosen at random.",
     .syntax = "key [options{count [WITHVALUES]}]",
     .tips = "nondeterministic_output"},
    {.name = "hscan",
     .run = cmd_hscan,
     .arity = -3,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.8.0",
     .complexity = "O(1) a call, O(N) for a whole walk over N fields",
     .summary = "Walks over the fields and values of a hash, some at a time.",
     .syntax = "key cursor [MATCH pattern] [COUNT count] [NOVALUES@7.4.0]",
     .tips = "nondeterministic_output",
     .history = "7.4.0 NOVALUES.\n"},
    {.name = "hstrlen",
     .run = cmd_hstrlen,
     .arity = 3,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .member = 2,
     .key_flags = "RO",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "3.2.0",
     .complexity = "O(1)",
     .summary = "Tells the length of the value of a field of a hash.",
     .syntax = "key field"},
    {.name = "hvals",
     .run = cmd_hvals,
     .arity = 2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields",
     .summary = "Returns all values of a hash.",
     .syntax = "key",
     .tips = "nondeterministic_output_order"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kHashCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kHashCommands{kTable};

}  // namespace cobnut
