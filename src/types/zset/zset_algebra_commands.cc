// Unions, intersections and differences of sorted sets, replied, stored or counted.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/table.h"
#include "command/well_formed.h"
#include "types/set/set.h"
#include "types/zset/zset_commands.h"

namespace cobnut {
namespace {

enum class Operation : uint8_t { kUnion, kIntersection, kDifference };
enum class Aggregate : uint8_t { kSum, kMin, kMax };

// One input: a sorted set, a set, whose members have the score 1, or a key that is not there.
struct Input {
  Key key;
  Zset zset;
  std::optional<SetView> set;
  double weight = 1;

  Input(Context& cx, Bytes name, Found found)
      : key(name), zset(cx.keys.at(key), cx.keys.db(), key, {}) {
    open(cx, found);
  }
  void open(Context& cx, Found found) {
    const bool is_set = found && found->type() == Type::kSet;
    zset = Zset(cx.keys.at(key), cx.keys.db(), key, is_set ? Found() : found);
    set.reset();
    if (is_set) set.emplace(*found.entry, cx.keys.now_ms());
  }
  size_t size() const { return set ? set->size() : zset.size(); }
  std::optional<double> score(Bytes member) const {
    if (!set) return zset.score(member);
    return set->contains(member) ? std::optional(1.0) : std::nullopt;
  }
  // Calls visit(Bytes member, double score) for each; the member is valid during the call.
  template <typename Visit>
  void visit_all(const Visit& visit) const {
    if (!set) return zset.visit_all(visit);
    char digits[kIntTextMax];
    set->for_each([&](const SetMember& member) { visit(member.text(digits), 1.0); });
  }
  // The same until `visit` returns false.
  template <typename Visit>
  void visit_while(const Visit& visit) const {
    if (!set) return zset.visit_all(visit);
    char digits[kIntTextMax];
    set->visit_while([&](const SetMember& member) { return visit(member.text(digits), 1.0); });
  }
};

struct Words {
  size_t inputs_at = 0;  // word of the first key
  size_t inputs = 0;
  std::vector<double> weights;
  Aggregate aggregate = Aggregate::kSum;
  bool with_scores = false;
  int64_t limit = 0;  // ZINTERCARD; 0: none
};

enum class Form : uint8_t { kReplied, kStored, kCounted };

// "numkeys key ..." from word `at` on. False: an error is replied.
bool parse_inputs(Context& cx, Args args, size_t at, Words* words) {
  const auto count = integer_argument(cx, args[at]);
  if (!count) return false;
  if (*count < 1) {
    cx.reply.error_format(err::kNoInputKeys, static_cast<int>(cx.spec.name.size()),
                          cx.spec.name.data());
    return false;
  }
  if (static_cast<uint64_t>(*count) > args.size() - (at + 1)) {
    cx.reply.error(err::kSyntax);
    return false;
  }
  words->inputs_at = at + 1;
  words->inputs = static_cast<size_t>(*count);
  return true;
}

// False: WRONGTYPE is replied.
bool open_inputs(Context& cx, Args args, const Words& words, std::vector<Input>* inputs) {
  inputs->reserve(words.inputs);
  for (size_t i = 0; i < words.inputs; i++) {
    const Bytes name = args[words.inputs_at + i];
    const Found found = cx.keys.find(Key(name));
    if (found && found->type() != Type::kZset && found->type() != Type::kSet) {
      cx.reply.error(err::kWrongType);
      return false;
    }
    inputs->emplace_back(cx, name, found);
  }
  return true;
}

bool parse_weights(Context& cx, std::span<const Bytes> texts, Words* words) {
  words->weights.clear();
  for (const Bytes text : texts) {
    const auto weight = parse_double(text);
    if (!weight) {
      cx.reply.error(err::kWeightNotFloat);
      return false;
    }
    words->weights.push_back(*weight);
  }
  return true;
}

bool parse_aggregate(Bytes text, Words* words) {
  if (equal_ignore_case(text, "sum"))
    words->aggregate = Aggregate::kSum;
  else if (equal_ignore_case(text, "min"))
    words->aggregate = Aggregate::kMin;
  else if (equal_ignore_case(text, "max"))
    words->aggregate = Aggregate::kMax;
  else
    return false;
  return true;
}

// The words behind the keys. False: an error is replied.
bool parse_options(Context& cx, std::span<const Bytes> options, Operation operation, Form form,
                   Words* words) {
  const auto refuse = [&](Bytes error) {
    cx.reply.error(error);
    return false;
  };
  const bool weighs = operation != Operation::kDifference && form != Form::kCounted;
  for (size_t i = 0; i < options.size(); ++i) {
    const Bytes word = options[i];
    const size_t behind = options.size() - i - 1;
    if (weighs && behind >= words->inputs && equal_ignore_case(word, "weights")) {
      if (!parse_weights(cx, options.subspan(i + 1, words->inputs), words)) return false;
      i += words->inputs;
    } else if (weighs && behind >= 1 && equal_ignore_case(word, "aggregate")) {
      if (!parse_aggregate(options[++i], words)) return refuse(err::kSyntax);
    } else if (form == Form::kReplied && equal_ignore_case(word, "withscores")) {
      words->with_scores = true;
    } else if (form == Form::kCounted && behind >= 1 && equal_ignore_case(word, "limit")) {
      const auto limit = parse_int(options[++i]);
      if (!limit || *limit < 0) return refuse(err::kLimitNegative);
      words->limit = *limit;
    } else {
      return refuse(err::kSyntax);
    }
  }
  return true;
}

// Sums of opposite infinities count as 0.
double aggregated(double a, double b, Aggregate aggregate) {
  if (aggregate == Aggregate::kMin) return b < a ? b : a;
  if (aggregate == Aggregate::kMax) return b > a ? b : a;
  const double sum = a + b;
  return std::isnan(sum) ? 0 : sum;
}

double weighed(double score, double weight) {
  const double product = score * weight;
  return std::isnan(product) ? 0 : product;
}

void unite(const std::vector<Input>& inputs, Aggregate aggregate, SortedSet* result) {
  for (const Input& input : inputs) {
    input.visit_all([&](Bytes member, double score) {
      const double value = weighed(score, input.weight);
      const uint64_t hash = SortedSet::hash_of(member);
      const SortedSet::Place place = result->find(hash, member);
      if (place)
        result->set_score(hash, place, aggregated(place.score(), value, aggregate));
      else
        result->insert(hash, member, value);
    });
  }
}

// Calls found(member, score) for what is in all inputs, until it returns false.
template <typename Found>
void intersect(const std::vector<Input>& inputs, Aggregate aggregate, Found found) {
  inputs[0].visit_while([&](Bytes member, double first_score) {
    double score = weighed(first_score, inputs[0].weight);
    for (size_t i = 1; i < inputs.size(); i++) {
      const auto other = inputs[i].score(member);
      if (!other) return true;
      score = aggregated(score, *other * inputs[i].weight, aggregate);
    }
    return found(member, score);
  });
}

void subtract(const std::vector<Input>& inputs, SortedSet* result) {
  inputs[0].visit_all([&](Bytes member, double score) {
    for (size_t i = 1; i < inputs.size(); i++) {
      if (inputs[i].score(member)) return;
    }
    result->insert(SortedSet::hash_of(member), member, score);
  });
}

void compute(const std::vector<Input>& inputs, Operation operation, Aggregate aggregate,
             SortedSet* result) {
  if (operation == Operation::kDifference) return subtract(inputs, result);
  if (operation == Operation::kUnion) return unite(inputs, aggregate, result);
  intersect(inputs, aggregate, [&](Bytes member, double score) {
    result->insert(SortedSet::hash_of(member), member, score);
    return true;
  });
}

void reply_result(Context& cx, const SortedSet& result, bool with_scores) {
  reply_elements_header(cx, result.elements(), with_scores);
  for (SortedSet::Place at = result.at_rank(0); at; at = result.next(at))
    reply_element(cx, at.member(), at.score(), with_scores);
}

// The smallest input first: as Redis adds up scores, and least work for an intersection.
void sort_by_size(std::vector<Input>* inputs) {
  std::stable_sort(inputs->begin(), inputs->end(),
                   [](const Input& a, const Input& b) { return a.size() < b.size(); });
}

// Once more: a look at a key that was due has removed it, which voids what was found before.
void reopen(Context& cx, std::vector<Input>* inputs) {
  for (Input& input : *inputs) input.open(cx, cx.keys.peek(input.key));
}

void reply_counted(Context& cx, const std::vector<Input>& inputs, int64_t limit) {
  int64_t count = 0;
  intersect(inputs, Aggregate::kSum, [&](Bytes, double) {
    count++;
    return limit == 0 || count < limit;
  });
  cx.reply.integer(count);
}

// `at`: the word that says how many keys follow.
void run(Context& cx, Args args, size_t at, Operation operation, Form form, Event event) {
  Words words;
  if (!parse_inputs(cx, args, at, &words)) return;
  std::vector<Input> inputs;
  if (!open_inputs(cx, args, words, &inputs)) return;
  const auto options = args.words().subspan(words.inputs_at + words.inputs);
  if (!parse_options(cx, options, operation, form, &words)) return;
  for (size_t i = 0; i < words.weights.size(); i++) inputs[i].weight = words.weights[i];
  reopen(cx, &inputs);
  if (operation != Operation::kDifference) sort_by_size(&inputs);
  if (form == Form::kCounted) return reply_counted(cx, inputs, words.limit);
  const Key destination = form == Form::kStored ? Key(args[1]) : inputs[0].key;
  CollectionHeap& heap = cx.keys.at(destination).heap();
  auto* result = new SortedSet(heap);
  compute(inputs, operation, words.aggregate, result);
  if (form == Form::kStored) return reply_stored(cx, destination, result, event);
  reply_result(cx, *result, words.with_scores);
  heap.discard(result);
}

void cmd_zunion(Context& cx, Args args) {
  run(cx, args, 1, Operation::kUnion, Form::kReplied, Event::kNone);
}
void cmd_zinter(Context& cx, Args args) {
  run(cx, args, 1, Operation::kIntersection, Form::kReplied, Event::kNone);
}
void cmd_zdiff(Context& cx, Args args) {
  run(cx, args, 1, Operation::kDifference, Form::kReplied, Event::kNone);
}
void cmd_zintercard(Context& cx, Args args) {
  run(cx, args, 1, Operation::kIntersection, Form::kCounted, Event::kNone);
}
void cmd_zunionstore(Context& cx, Args args) {
  run(cx, args, 2, Operation::kUnion, Form::kStored, Event::kZunionstore);
}
void cmd_zinterstore(Context& cx, Args args) {
  run(cx, args, 2, Operation::kIntersection, Form::kStored, Event::kZinterstore);
}
void cmd_zdiffstore(Context& cx, Args args) {
  run(cx, args, 2, Operation::kDifference, Form::kStored, Event::kZdiffstore);
}

constexpr KeyUse kStoreKeys[] = {{{1, 1, 1}, "OW update"},
                                 {{.first = 3, .last = -1, .step = 1, .count_at = 2}, "RO access"}};
constexpr std::string_view kUnionCost =
    "O(N)+O(M*log(M)), where N is the sum of the sizes of the inputs and M the size of the result.";
constexpr std::string_view kInterCost =
    "O(N*K)+O(M*log(M)), where N is the size of the smallest input, K the number of inputs and M "
    "the size of the result.";
constexpr std::string_view kDiffCost =
    "O(N*K)+O(M*log(M)), where N is the size of the first input, K the number of inputs and M the "
    "size of the result.";

// "destination numkeys key ...", which no KeySpec describes.
void destination_and_counted_shards(const Server& server, Args args, std::span<uint8_t> wanted) {
  constexpr KeySpec kCounted{.first = 3, .last = -1, .step = 1, .count_at = 2};
  mark_shard_of(server, args[1], wanted);
  const KeyRange range = key_range_by_rule(kCounted, args.words());
  for (size_t i = 0; i < range.count; i++) mark_shard_of(server, args[range.first + i], wanted);
}

constexpr CommandSpec kTable[] = {
    {.name = "zdiff",
     .run = cmd_zdiff,
     .arity = -3,
     .flags = kReadonly | kMovableKeys,
     .keys = {.first = 2, .last = -1, .step = 1, .count_at = 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = kDiffCost,
     .summary = "Returns what is in the first sorted set and in none of the others.",
     .syntax = "numkeys key... [WITHSCORES]"},
    {.name = "zdiffstore",
     .run = cmd_zdiffstore,
     .arity = -4,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {1, 1, 1},
     .key_uses = kStoreKeys,
     .route = Route::kCustom,
     .shards = destination_and_counted_shards,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = kDiffCost,
     .summary = "Stores what is in the first sorted set and in none of the others.",
     .syntax = "destination:key numkeys key#1..."},
    {.name = "zinter",
     .run = cmd_zinter,
     .arity = -3,
     .flags = kReadonly | kMovableKeys,
     .keys = {.first = 2, .last = -1, .step = 1, .count_at = 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = kInterCost,
     .summary = "Returns what is in all of the sorted sets.",
     .syntax = "numkeys key... [WEIGHTS weight:integer...] [AGGREGATE aggregate{SUM | MIN | MAX}] "
               "[WITHSCORES]"},
    {.name = "zintercard",
     .run = cmd_zintercard,
     .arity = -3,
     .flags = kReadonly | kMovableKeys,
     .keys = {.first = 2, .last = -1, .step = 1, .count_at = 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.0.0",
     .complexity = "O(N*K), where N is the size of the smallest input and K the number of inputs.",
     .summary = "Counts what is in all of the sorted sets.",
     .syntax = "numkeys key... [LIMIT limit:integer]"},
    {.name = "zinterstore",
     .run = cmd_zinterstore,
     .arity = -4,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {1, 1, 1},
     .key_uses = kStoreKeys,
     .route = Route::kCustom,
     .shards = destination_and_counted_shards,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = kInterCost,
     .summary = "Stores what is in all of the sorted sets.",
     .syntax = "destination:key numkeys key#1... [WEIGHTS weight:integer...] [AGGREGATE "
               "aggregate{SUM | MIN | MAX}]"},
    {.name = "zunion",
     .run = cmd_zunion,
     .arity = -3,
     .flags = kReadonly | kMovableKeys,
     .keys = {.first = 2, .last = -1, .step = 1, .count_at = 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "6.2.0",
     .complexity = kUnionCost,
     .summary = "Returns what is in any of the sorted sets.",
     .syntax = "numkeys key... [WEIGHTS weight:integer...] [AGGREGATE aggregate{SUM | MIN | MAX}] "
               "[WITHSCORES]"},
    {.name = "zunionstore",
     .run = cmd_zunionstore,
     .arity = -4,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {1, 1, 1},
     .key_uses = kStoreKeys,
     .route = Route::kCustom,
     .shards = destination_and_counted_shards,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "2.0.0",
     .complexity = kUnionCost,
     .summary = "Stores what is in any of the sorted sets.",
     .syntax = "destination:key numkeys key#1... [WEIGHTS weight:integer...] [AGGREGATE "
               "aggregate{SUM | MIN | MAX}]"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kZsetAlgebraCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kZsetAlgebraCommands{kTable};

}  // namespace cobnut
