// Lists: changes in their middle, and the search for elements. Redis 7.0.15's replies and texts.
#include <algorithm>

#include "command/well_formed.h"
#include "types/list/list_support_commands.h"

namespace cobnut {
namespace {

void cmd_lset(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!found) return cx.reply.error(err::kNoSuchKey);
  if (!type_or_absent(cx, found, Type::kList)) return;
  const std::optional<int64_t> index = integer_argument(cx, args[2]);
  if (!index || !elements_allowed(cx, args.words().subspan(3))) return;
  ListValue list = list_value(cx, key, found);
  const auto size = static_cast<int64_t>(list.size());
  if (*index >= size || *index < -size) return cx.reply.error(err::kIndexRange);
  const auto from_first = static_cast<size_t>(*index < 0 ? *index + size : *index);
  if (!list.replace(list.at(from_first), args[3])) return cx.reply.error(err::kOutOfMemory);
  list.committed(Event::kLset);
  cx.reply.ok();
}

void cmd_linsert(Context& cx, Args args) {
  const bool behind = equal_ignore_case(args[2], "after");
  if (!behind && !equal_ignore_case(args[2], "before")) return cx.reply.error(err::kSyntax);
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kList)) return;
  if (!found) return cx.reply.integer(0);
  if (!elements_allowed(cx, args.words().subspan(4))) return;
  ListValue list = list_value(cx, key, found);
  const listpack::Element pivot(args[3]);
  ListCursor cursor = list.at(0);
  while (!cursor.done() && !cursor.equal(pivot)) cursor.next();
  if (cursor.done()) return cx.reply.integer(-1);
  if (!list.insert(cursor, args[4], behind)) return cx.reply.error(err::kOutOfMemory);
  list.committed(Event::kLinsert);
  cx.reply.integer(static_cast<int64_t>(list.size()));
}

void cmd_lrem(Context& cx, Args args) {
  const std::optional<int64_t> count = integer_argument(cx, args[2]);
  if (!count) return;
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kList)) return;
  if (!found) return cx.reply.integer(0);
  ListValue list = list_value(cx, key, found);
  size_t limit = list.size();
  if (*count != 0) {
    const uint64_t wanted =
        *count < 0 ? 0 - static_cast<uint64_t>(*count) : static_cast<uint64_t>(*count);
    limit = std::min<uint64_t>(limit, wanted);
  }
  const size_t removed =
      list.erase_equal(args[3], *count < 0 ? ListEnd::kBack : ListEnd::kFront, limit);
  if (removed > 0) list.committed(Event::kLrem);
  cx.reply.integer(static_cast<int64_t>(removed));
}

void cmd_ltrim(Context& cx, Args args) {
  const std::optional<int64_t> start = integer_argument(cx, args[2]);
  if (!start) return;
  const std::optional<int64_t> stop = integer_argument(cx, args[3]);
  if (!stop) return;
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kList)) return;
  if (!found) return cx.reply.ok();
  ListValue list = list_value(cx, key, found);
  const auto size = static_cast<int64_t>(list.size());
  const int64_t first = std::max<int64_t>(*start < 0 ? *start + size : *start, 0);
  const int64_t last = std::min(*stop < 0 ? *stop + size : *stop, size - 1);
  const bool keeps = first <= last;
  list.pop(ListEnd::kFront, static_cast<size_t>(keeps ? first : size));
  if (keeps) list.pop(ListEnd::kBack, static_cast<size_t>(size - 1 - last));
  list.committed(Event::kLtrim);  // also when nothing was removed, as on Redis
  cx.reply.ok();
}

// -- LPOS

struct PositionOptions {
  int64_t rank = 1;
  std::optional<int64_t> count;  // 0: all
  int64_t looked_at_max = 0;     // 0: all
};

// False: an error is replied.
bool parse_position_options(Context& cx, std::span<const Bytes> words, PositionOptions* options) {
  const auto fail = [&](Bytes error) {
    cx.reply.error(error);
    return false;
  };
  for (size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size()) return fail(err::kSyntax);
    const Bytes text = words[i + 1];
    if (equal_ignore_case(words[i], "rank")) {
      const std::optional<int64_t> rank = integer_argument(cx, text);
      if (!rank) return false;
      if (*rank == 0) return fail(err::kRankZero);
      if (*rank == INT64_MIN) return fail(err::kCountRange);
      options->rank = *rank;
    } else if (equal_ignore_case(words[i], "count")) {
      const std::optional<int64_t> count = integer_argument(cx, text, err::kCountNegative);
      if (!count) return false;
      if (*count < 0) return fail(err::kCountNegative);
      options->count = count;
    } else if (equal_ignore_case(words[i], "maxlen")) {
      const std::optional<int64_t> length = integer_argument(cx, text, err::kMaxlenNegative);
      if (!length) return false;
      if (*length < 0) return fail(err::kMaxlenNegative);
      options->looked_at_max = *length;
    } else {
      return fail(err::kSyntax);
    }
  }
  return true;
}

// Calls visit(index) for the matches that the options name.
template <typename Visit>
void for_each_position(const Entry& list, size_t size, const listpack::Element& wanted,
                       const PositionOptions& options, const Visit& visit) {
  const bool forward = options.rank > 0;
  int64_t skipped = (forward ? options.rank : -options.rank) - 1;
  int64_t left = options.count ? *options.count : 1;
  if (left == 0) left = INT64_MAX;
  const size_t looked_at = options.looked_at_max == 0
                               ? size
                               : std::min(size, static_cast<size_t>(options.looked_at_max));
  ListCursor cursor(list, forward ? 0 : size - 1);
  for (size_t i = 0; i < looked_at && left > 0; i++) {
    if (cursor.equal(wanted)) {
      if (skipped > 0) {
        skipped--;
      } else {
        visit(static_cast<int64_t>(forward ? i : size - 1 - i));
        left--;
      }
    }
    forward ? cursor.next() : cursor.previous();
  }
}

void cmd_lpos(Context& cx, Args args) {
  PositionOptions options;
  if (!parse_position_options(cx, args.words().subspan(3), &options)) return;
  const Found found = cx.keys.find(args.key());
  if (!found) return options.count ? cx.reply.array(0) : cx.reply.null();
  if (!type_or_absent(cx, found, Type::kList)) return;
  const listpack::Element wanted(args[2]);
  const size_t size = list_size(found);
  std::vector<int64_t> positions;  // how many there are is replied first
  for_each_position(*found.entry, size, wanted, options,
                    [&](int64_t index) { positions.push_back(index); });
  if (!options.count) return positions.empty() ? cx.reply.null() : cx.reply.integer(positions[0]);
  cx.reply.array(positions.size());
  for (int64_t index : positions) cx.reply.integer(index);
}

constexpr CommandSpec kTable[] = {
    {.name = "linsert",
     .run = cmd_linsert,
     .arity = 5,
     .flags = kWrite | kDenyOom | kSolo,
     .keys = {1, 1, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "2.2.0",
     .complexity = "O(N) where N is the number of elements in front of the pivot",
     .summary = "Puts an element next to the first one that equals the pivot.",
     .syntax = "key where{BEFORE | AFTER} pivot element"},
    {.name = "lpos",
     .run = cmd_lpos,
     .arity = -3,
     .flags = kReadonly | kSolo,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "6.0.6",
     .complexity = "O(N) where N is the length of the list, or MAXLEN",
     .summary = "Returns the indexes of the elements of a list that equal the given one.",
     .syntax = "key element [RANK rank:integer] [COUNT num-matches:integer] [MAXLEN len:integer]"},
    {.name = "lrem",
     .run = cmd_lrem,
     .arity = 4,
     .flags = kWrite | kSolo,
     .keys = {1, 1, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) where N is the length of the list",
     .summary = "Removes elements of a list that equal the given one.",
     .syntax = "key count element"},
    {.name = "lset",
     .run = cmd_lset,
     .arity = 4,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(log N) where N is the length of the list",
     .summary = "Overwrites the element at an index of a list.",
     .syntax = "key index element"},
    {.name = "ltrim",
     .run = cmd_ltrim,
     .arity = 4,
     .flags = kWrite,
     .keys = {1, 1, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@list",
     .group = "list",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of packed nodes that are removed",
     .summary = "Removes all elements of a list but those of a range.",
     .syntax = "key start:integer stop:integer"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kListEditCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kListEditCommands{kTable};

}  // namespace cobnut
