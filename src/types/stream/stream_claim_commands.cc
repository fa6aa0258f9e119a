// XCLAIM and XAUTOCLAIM: pending entries change hands.
#include "base/text.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/stream/stream_parts_commands.h"

namespace cobnut {
namespace {

// The group that both are about, the consumer who takes over, and what came of it.
struct Claim {
  Context& cx;
  Key key;
  Bytes consumer_name;
  StreamValue* stream = nullptr;
  ConsumerGroup* group = nullptr;
  int64_t idle_ms_min = 0;
  bool only_ids = false;

  Consumer* consumer = nullptr;  // once there is something to take
  bool created = false;
  bool changed = false;
  std::vector<StreamId> claimed;

  // False: an error is replied.
  bool find_group(Bytes key_name, Bytes group_name) {
    if (!edit_stream(cx, key, &stream)) return false;
    group = stream != nullptr ? stream->find_group(group_name) : nullptr;
    if (group == nullptr) reply_no_group(cx, err::kNoKeyOrGroup, key_name, group_name);
    return group != nullptr;
  }
  bool idle_enough(const PendingEntry& entry) const {
    return idle_ms_min == 0 || cx.keys.now_ms() - entry.delivered_ms >= idle_ms_min;
  }
  void take(StreamId id, int64_t delivered_ms, uint64_t deliveries) {
    if (consumer == nullptr) {
      consumer = group->find_consumer(consumer_name);
      created = consumer == nullptr;
      if (created) consumer = group->create_consumer(*stream, consumer_name, cx.keys.now_ms());
      consumer->seen_ms = cx.keys.now_ms();
    }
    group->assign(*stream, id, consumer, delivered_ms, deliveries);
    claimed.push_back(id);
    changed = true;
  }
  void reply_claimed() const {
    cx.reply.array(claimed.size());
    for (const StreamId id : claimed) {
      if (only_ids) {
        reply_stream_id(cx, id);
        continue;
      }
      StreamEntry entry;
      CHECK(StreamValue::Reader(*stream, id, id).next(&entry));
      reply_stream_entry(cx, entry);
    }
  }
  void tell() const {
    if (changed) stream_changed(cx, key, created ? Event::kXgroupCreateconsumer : Event::kNone);
  }
};

// -- XCLAIM

struct ClaimOptions {
  std::optional<int64_t> delivered_ms;
  int64_t deliveries = -1;  // negative: not given
  bool force = false;
  bool only_ids = false;
  StreamId last_id;
};

// A number behind an option. False: an error is replied.
bool parse_number(Context& cx, Bytes text, Bytes error, int64_t* number) {
  const std::optional<int64_t> value = integer_argument(cx, text, error);
  if (value) *number = *value;
  return value.has_value();
}

std::optional<ClaimOptions> parse_claim(Context& cx, std::span<const Bytes> words) {
  ClaimOptions options;
  const int64_t now_ms = cx.keys.now_ms();
  for (size_t i = 0; i < words.size(); i++) {
    const bool more = i + 1 < words.size();
    int64_t number = 0;
    if (equal_ignore_case(words[i], "force")) {
      options.force = true;
    } else if (equal_ignore_case(words[i], "justid")) {
      options.only_ids = true;
    } else if (equal_ignore_case(words[i], "idle") && more) {
      if (!parse_number(cx, words[++i], err::kClaimIdleOption, &number)) return std::nullopt;
      if (__builtin_sub_overflow(now_ms, number, &number)) number = now_ms;
      options.delivered_ms = number;
    } else if (equal_ignore_case(words[i], "time") && more) {
      if (!parse_number(cx, words[++i], err::kClaimTime, &number)) return std::nullopt;
      options.delivered_ms = number;
    } else if (equal_ignore_case(words[i], "retrycount") && more) {
      if (!parse_number(cx, words[++i], err::kClaimRetryCount, &options.deliveries))
        return std::nullopt;
    } else if (equal_ignore_case(words[i], "lastid") && more) {
      const std::optional<StreamId> id = stream_id_argument(cx, words[++i]);
      if (!id) return std::nullopt;
      options.last_id = *id;
    } else {
      cx.reply.error_format(err::kClaimOption, shown_size(words[i]), words[i].data());
      return std::nullopt;
    }
  }
  return options;
}

void claim_one(Claim& claim, const ClaimOptions& options, int64_t delivered_ms, StreamId id) {
  const std::optional<PendingEntry> pending = claim.group->find_pending(id);
  if (!claim.stream->contains(id)) {
    claim.changed |= claim.group->acknowledge(*claim.stream, id);
    return;
  }
  if (!pending && !options.force) return;
  if (pending && !claim.idle_enough(*pending)) return;
  uint64_t deliveries = pending ? pending->deliveries : 1;  // as if delivered before
  if (options.deliveries >= 0) {
    deliveries = static_cast<uint64_t>(options.deliveries);
  } else if (!options.only_ids) {
    deliveries++;
  }
  claim.take(id, delivered_ms, deliveries);
}

void cmd_xclaim(Context& cx, Args args) {
  Claim claim{.cx = cx, .key = args.key(), .consumer_name = args[3]};
  if (!claim.find_group(args[1], args[2])) return;
  const std::optional<int64_t> idle = integer_argument(cx, args[4], err::kClaimIdle);
  if (!idle) return;
  claim.idle_ms_min = std::max<int64_t>(*idle, 0);
  std::vector<StreamId> ids;  // up to the first word that is none: options follow
  size_t at = 5;
  for (; at < args.size(); at++) {
    const std::optional<StreamId> id = parse_stream_id(args[at], 0);
    if (!id) break;
    ids.push_back(*id);
  }
  const std::optional<ClaimOptions> options = parse_claim(cx, args.words().subspan(at));
  if (!options) return;
  claim.only_ids = options->only_ids;
  if (options->last_id > claim.group->last_id) {
    claim.group->last_id = options->last_id;
    claim.changed = true;
  }
  // A time that cannot be (of a client whose clock is wrong) is now, as is none.
  const int64_t now_ms = cx.keys.now_ms();
  int64_t delivered_ms = options->delivered_ms.value_or(now_ms);
  if (delivered_ms < 0 || delivered_ms > now_ms) delivered_ms = now_ms;
  for (const StreamId id : ids) claim_one(claim, *options, delivered_ms, id);
  claim.reply_claimed();
  claim.tell();
}

// -- XAUTOCLAIM

struct AutoClaimArguments {
  StreamId first;
  int64_t limit = 100;
};

std::optional<AutoClaimArguments> parse_autoclaim(Context& cx, Args args, Claim* claim) {
  AutoClaimArguments arguments;
  const std::optional<int64_t> idle = integer_argument(cx, args[4], err::kAutoClaimIdle);
  if (!idle) return std::nullopt;
  claim->idle_ms_min = std::max<int64_t>(*idle, 0);
  const std::optional<StreamId> first = interval_start(cx, args[5]);
  if (!first) return std::nullopt;
  arguments.first = *first;
  for (size_t i = 6; i < args.size(); i++) {
    if (equal_ignore_case(args[i], "count") && i + 1 < args.size()) {
      const std::optional<int64_t> limit = integer_argument(cx, args[++i], err::kAutoClaimCount);
      if (!limit) return std::nullopt;
      constexpr int64_t kLimitMax = INT64_MAX / 16;  // Redis's: it takes 16 bytes for each
      if (*limit < 1 || *limit > kLimitMax) return nothing(cx, err::kAutoClaimCount);
      arguments.limit = *limit;
    } else if (equal_ignore_case(args[i], "justid")) {
      claim->only_ids = true;
    } else {
      return nothing(cx, err::kSyntax);
    }
  }
  return arguments;
}

void cmd_xautoclaim(Context& cx, Args args) {
  Claim claim{.cx = cx, .key = args.key(), .consumer_name = args[3]};
  const std::optional<AutoClaimArguments> arguments = parse_autoclaim(cx, args, &claim);
  if (!arguments || !claim.find_group(args[1], args[2])) return;
  constexpr int64_t kLookedAtPerEntry = 10;  // entries looked at for each that may be returned
  int64_t left = arguments->limit;
  std::vector<StreamId> gone;  // from the stream: no longer pending either
  StreamId next = arguments->first;
  bool more = true;  // something is pending from `next` on
  for (int64_t attempts = left * kLookedAtPerEntry; attempts > 0 && left > 0; attempts--) {
    const auto pending = claim.group->pending().lower_bound(next);
    more = static_cast<bool>(pending);
    if (!more) break;
    const PendingEntry entry = *pending;
    const StreamId id = entry.id;
    if (!claim.stream->contains(id)) {
      claim.group->acknowledge(*claim.stream, id);
      claim.changed = true;
      gone.push_back(id);
      left--;
    } else if (claim.idle_enough(entry)) {
      claim.take(id, cx.keys.now_ms(), entry.deliveries + (claim.only_ids ? 0 : 1));
      left--;
    }
    more = id != kStreamIdMax;
    if (!more) break;
    next = id.next();
  }
  const auto pending = more ? claim.group->pending().lower_bound(next) : PendingTable::Cursor();
  cx.reply.array(3);
  reply_stream_id(cx, pending ? pending.id() : StreamId{});
  claim.reply_claimed();
  cx.reply.array(gone.size());
  for (const StreamId id : gone) reply_stream_id(cx, id);
  claim.tell();
}

constexpr CommandSpec kTable[] = {
    {.name = "xautoclaim",
     .run = cmd_xautoclaim,
     .arity = -6,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW delete",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "6.2.0",
     .complexity = "O(log N) for each of up to 10 * COUNT entries that are looked at",
     .summary = "Claims entries that have been pending for long, from an id on.",
     .syntax = "key group consumer min-idle-time start [COUNT count] [JUSTID]",
     .tips = "nondeterministic_output",
     .history = "7.0.0 A third element of the reply: ids that are no longer in the stream, which "
                "are no longer pending either.\n"},
    {.name = "xclaim",
     .run = cmd_xclaim,
     .arity = -6,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@stream",
     .group = "stream",
     .since = "5.0.0",
     .complexity = "O(log N) for each entry, where N is the number of pending ones",
     .summary = "Makes pending entries those of another consumer.",
     .syntax = "key group consumer min-idle-time id... [IDLE ms:integer] [TIME "
               "unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID id]",
     .tips = "nondeterministic_output"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kStreamClaimCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kStreamClaimCommands{kTable};

}  // namespace cobnut
