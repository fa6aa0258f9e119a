// SORT and SORT_RO: the elements of a list, a set or a sorted set in order, by themselves or by
// what other keys say of them. Which keys those are follows from the elements, so that a request
// with such a pattern holds all shards.
//
// Elements compare as bytes (Redis: as the locale says, up to the first zero byte).
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "types/hash/hash.h"
#include "types/list/list_builder.h"
#include "types/list/list_value.h"
#include "types/set/set.h"
#include "types/zset/zset.h"

namespace cobnut {
namespace {

constexpr Bytes kElementItself = "#";  // GET #

struct SortOptions {
  bool descending = false;
  bool alpha = false;
  Bytes by;  // empty: by the element itself
  std::vector<Bytes> gets;
  bool stores = false;
  Bytes store;
  int64_t limit_start = 0;
  int64_t limit_count = -1;  // negative: all

  bool has_star(Bytes pattern) const { return pattern.find('*') != Bytes::npos; }
  bool unsorted() const { return by_given && !has_star(by); }
  bool sorted_by_key() const { return by_given && has_star(by); }
  bool by_given = false;
};

// The error of a malformed request, or nothing.
Bytes read_options(std::span<const Bytes> words, bool may_store, SortOptions* options) {
  for (size_t i = 2; i < words.size(); ++i) {
    const size_t left = words.size() - i - 1;
    const Bytes word = words[i];
    if (equal_ignore_case(word, "asc")) {
      options->descending = false;
    } else if (equal_ignore_case(word, "desc")) {
      options->descending = true;
    } else if (equal_ignore_case(word, "alpha")) {
      options->alpha = true;
    } else if (equal_ignore_case(word, "limit") && left >= 2) {
      const std::optional<int64_t> start = parse_int(words[i + 1]), count = parse_int(words[i + 2]);
      if (!start || !count) return err::kNotInteger;
      options->limit_start = *start;
      options->limit_count = *count;
      i += 2;
    } else if (may_store && equal_ignore_case(word, "store") && left >= 1) {
      options->stores = true;
      options->store = words[++i];
    } else if (equal_ignore_case(word, "by") && left >= 1) {
      options->by_given = true;
      options->by = words[++i];
    } else if (equal_ignore_case(word, "get") && left >= 1) {
      options->gets.push_back(words[++i]);
    } else {
      return err::kSyntax;
    }
  }
  return {};
}

// A pattern for the names of keys: what stands before and behind its first star, and perhaps the
// field of a hash ("weight_*->field").
struct Pattern {
  explicit Pattern(Bytes text) {
    const size_t star = text.find('*');
    names_keys = star != Bytes::npos;
    if (!names_keys) return;
    before = text.substr(0, star);
    behind = text.substr(star + 1);
    const size_t arrow = behind.find("->");
    has_field = arrow != Bytes::npos && arrow + 2 < behind.size();
    if (!has_field) return;
    field = behind.substr(arrow + 2);
    behind = behind.substr(0, arrow);
  }
  std::string key_of(Bytes element) const {
    std::string key;
    key.reserve(before.size() + element.size() + behind.size());
    return key.append(before).append(element).append(behind);
  }

  Bytes before, behind, field;
  bool has_field = false;
  bool names_keys = false;
};

// Calls use(text) with what the pattern names for the element, if it is there; the text is valid
// during the call.
template <typename Use>
bool look_up(Context& cx, const Pattern& pattern, Bytes element, const Use& use) {
  if (!pattern.names_keys) return false;
  const std::string name = pattern.key_of(element);
  const Found found = cx.keys.find(Key(Bytes(name)));
  if (!found || found->type() != (pattern.has_field ? Type::kHash : Type::kString)) return false;
  char digits[kIntTextMax];
  if (!pattern.has_field) {
    use(found->text(digits));
    return true;
  }
  const std::optional<HashText> value =
      HashView(*found.entry, cx.keys.now_ms()).value(pattern.field);
  if (value) use(value->text(digits));
  return value.has_value();
}

struct SortElement {
  Bytes text;
  Bytes weight;  // of BY with ALPHA
  bool has_weight = false;
  double score = 0;
};

class Sorting {
 public:
  Sorting(Context& cx, const SortOptions& options) : cx_(cx), options_(options) {}

  // Takes the elements out of what is found, in the order that they have there. REQUIRES: a list,
  // a set or a sorted set, or nothing.
  void collect(const Key& key, Found found);
  // False: some weight is not a number.
  bool weigh();
  // The part that LIMIT asks for, in order. REQUIRES: weigh().
  std::span<const SortElement> sorted();

 private:
  void add(Bytes text) { elements_.push_back({.text = kept(text)}); }
  Bytes kept(Bytes text) {
    char* copy = static_cast<char*>(texts_.allocate(text.size()));
    if (!text.empty()) memcpy(copy, text.data(), text.size());
    return {copy, text.size()};
  }
  bool score_of(Bytes text, double* score);

  Context& cx_;
  const SortOptions& options_;
  bool alpha_ = false;
  bool by_key_ = false;
  bool unsorted_ = false;
  std::vector<SortElement> elements_;
  Arena texts_;
};

void Sorting::collect(const Key& key, Found found) {
  alpha_ = options_.alpha;
  by_key_ = options_.sorted_by_key();
  unsorted_ = options_.unsorted();
  if (!found) return;
  char digits[kIntTextMax];
  switch (found->type()) {
    case Type::kSet:
      // What is stored has an order that can be told.
      if (unsorted_ && options_.stores) {
        unsorted_ = false;
        alpha_ = true;
      }
      SetView(*found.entry, cx_.keys.now_ms()).for_each([&](const SetMember& member) {
        add(member.text(digits));
      });
      return;
    case Type::kList:
      ListCursor(*found.entry, 0)
          .visit_forward(list_size(found),
                         [&](const listpack::Value& value) { add(value.text(digits)); });
      break;
    default:
      Zset(cx_.keys.at(key), cx_.keys.db(), key, found).visit_all([&](Bytes member, double) {
        add(member);
      });
  }
  if (unsorted_ && options_.descending) std::ranges::reverse(elements_);
}

// As strtod() reads it: spaces before it, hexadecimal digits and nothing at all are fine.
bool Sorting::score_of(Bytes text, double* score) {
  const std::string ended(text);
  char* end = nullptr;
  errno = 0;
  *score = strtod(ended.c_str(), &end);
  return *end == '\0' && errno != ERANGE && !std::isnan(*score);
}

bool Sorting::weigh() {
  if (unsorted_ || (alpha_ && !by_key_)) return true;
  const Pattern pattern(options_.by);
  bool numbers = true;
  for (SortElement& element : elements_) {
    const auto weigh_by = [&](Bytes weight) {
      element.has_weight = true;
      if (alpha_)
        element.weight = kept(weight);
      else
        numbers &= score_of(weight, &element.score);
    };
    if (by_key_)
      look_up(cx_, pattern, element.text, weigh_by);
    else
      weigh_by(element.text);
  }
  return numbers;
}

std::span<const SortElement> Sorting::sorted() {
  const auto count = static_cast<int64_t>(elements_.size());
  const int64_t start = std::clamp<int64_t>(options_.limit_start, 0, count);
  const int64_t end =
      options_.limit_count < 0 ? count : start + std::min(options_.limit_count, count - start);
  const auto before = [&](const SortElement& a, const SortElement& b) {
    int order = 0;
    if (!alpha_)
      order = a.score < b.score ? -1 : a.score > b.score;
    else if (by_key_)
      order = a.has_weight && b.has_weight ? a.weight.compare(b.weight)
                                           : int{a.has_weight} - int{b.has_weight};
    if (order == 0) order = a.text.compare(b.text);
    return options_.descending ? order > 0 : order < 0;
  };
  if (!unsorted_) {
    if (end == count)
      std::ranges::sort(elements_, before);
    else
      std::ranges::partial_sort(elements_, elements_.begin() + end, before);
  }
  return std::span<const SortElement>(elements_).subspan(static_cast<size_t>(start),
                                                         static_cast<size_t>(end - start));
}

// Calls show(text) for the words of the reply, or show_none().
template <typename Show, typename ShowNone>
void show_elements(Context& cx, const SortOptions& options, std::span<const SortElement> elements,
                   const Show& show, const ShowNone& show_none) {
  std::vector<Pattern> patterns(options.gets.begin(), options.gets.end());
  for (const SortElement& element : elements) {
    if (patterns.empty()) show(element.text);
    for (size_t i = 0; i < patterns.size(); ++i) {
      if (options.gets[i] == kElementItself)
        show(element.text);
      else if (!look_up(cx, patterns[i], element.text, show))
        show_none();
    }
  }
}

void store_sorted(Context& cx, const SortOptions& options, std::span<const SortElement> elements) {
  const Key key(options.store);
  Keyspace& keyspace = cx.keys.at(key);
  ListBuilder list(keyspace.heap(),
                   List::limit_of(cx.server.options.current().list_max_listpack_size));
  bool allowed = true;
  const auto push = [&](Bytes text) { allowed = allowed && list.add(listpack::Element(text)); };
  show_elements(cx, options, elements, push, [&] { push(Bytes()); });
  if (!allowed) return cx.reply.error(err::kStringTooLong);
  const size_t count = list.size();
  const Found old = cx.keys.peek(key);
  if (count > 0) {
    if (!written(cx, list.put(keyspace, cx.keys.db(), key, old, Event::kSortstore))) return;
  } else if (old) {
    cx.keys.remove(key, old, Event::kDel);
  }
  cx.reply.integer(static_cast<int64_t>(count));
}

void sort_key(Context& cx, Args args, bool may_store) {
  SortOptions options;
  const Bytes error = read_options(args.words(), may_store, &options);
  if (!error.empty()) return cx.reply.error(error);
  const Key key(args[1]);
  const Found found = cx.keys.find(key);
  if (found && found->type() != Type::kList && found->type() != Type::kSet &&
      found->type() != Type::kZset)
    return cx.reply.error(err::kWrongType);
  Sorting sorting(cx, options);
  sorting.collect(key, found);
  if (!sorting.weigh()) return cx.reply.error(err::kNotDouble);
  const std::span<const SortElement> elements = sorting.sorted();
  if (options.stores) return store_sorted(cx, options, elements);
  cx.reply.array(elements.size() * std::max<size_t>(options.gets.size(), 1));
  show_elements(
      cx, options, elements, [&](Bytes text) { cx.reply.bulk(text); }, [&] { cx.reply.null(); });
}

void cmd_sort(Context& cx, Args args) { sort_key(cx, args, true); }
void cmd_sort_ro(Context& cx, Args args) { sort_key(cx, args, false); }

void want_shards(const Server& server, Args args, bool may_store, std::span<uint8_t> wanted) {
  if (args.size() < 2) return;
  const auto want = [&](Bytes key) { wanted[slot_of(key_position(key)) >> server.slot_shift] = 1; };
  want(args[1]);
  SortOptions options;
  if (!read_options(args.words(), may_store, &options).empty()) return;
  if (options.stores) want(options.store);
  const bool any_key =
      options.sorted_by_key() ||
      std::ranges::any_of(options.gets, [&](Bytes pattern) { return options.has_star(pattern); });
  if (any_key) std::ranges::fill(wanted, 1);
}

void sort_shards(const Server& server, Args args, std::span<uint8_t> wanted) {
  want_shards(server, args, true, wanted);
}
void sort_ro_shards(const Server& server, Args args, std::span<uint8_t> wanted) {
  want_shards(server, args, false, wanted);
}

// The key that is stored to: behind the last STORE.
KeyRange store_key(std::span<const Bytes> words) {
  KeyRange range;
  for (size_t i = 2; i < words.size(); ++i) {
    if (equal_ignore_case(words[i], "limit"))
      i += 2;
    else if (equal_ignore_case(words[i], "get") || equal_ignore_case(words[i], "by"))
      i += 1;
    else if (equal_ignore_case(words[i], "store") && i + 1 < words.size())
      range = {i + 1, 1, 1};
  }
  return range;
}

constexpr KeyUse kSortKeys[] = {
    {{1, 1, 1}, "RO access"}, {{}, "RO access"}, {{.find = store_key}, "OW update"}};
constexpr KeyUse kSortRoKeys[] = {{{1, 1, 1}, "RO access"}, {{}, "RO access"}};

constexpr CommandSpec kTable[] = {
    {.name = "sort",
     .run = cmd_sort,
     .arity = -2,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {1, 1, 1},
     .key_uses = kSortKeys,
     .route = Route::kCustom,
     .shards = sort_shards,
     .acl = "@set @sortedset @list @dangerous",
     .group = "generic",
     .since = "1.0.0",
     .complexity = "O(N*log(M)) where N is the number of elements and M of those returned, at most",
     .summary = "Sorts the elements of a list, a set or a sorted set, and may store the result.",
     .syntax = "key [BY pattern#1] [LIMIT offset_count{offset count}] [GET... pattern#1] "
               "[order{ASC | DESC}] [sorting=ALPHA] [STORE destination:key#2]"},
    {.name = "sort_ro",
     .run = cmd_sort_ro,
     .arity = -2,
     .flags = kReadonly | kMovableKeys,
     .keys = {1, 1, 1},
     .key_uses = kSortRoKeys,
     .route = Route::kCustom,
     .shards = sort_ro_shards,
     .acl = "@set @sortedset @list @dangerous",
     .group = "generic",
     .since = "7.0.0",
     .complexity = "O(N*log(M)) where N is the number of elements and M of those returned, at most",
     .summary = "Sorts the elements of a list, a set or a sorted set.",
     .syntax = "key [BY pattern#1] [LIMIT offset_count{offset count}] [GET... pattern#1] "
               "[order{ASC | DESC}] [sorting=ALPHA]"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kSortCommands{kTable};

}  // namespace cobnut
