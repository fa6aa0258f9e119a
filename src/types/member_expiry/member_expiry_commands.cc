#include "types/member_expiry/member_expiry_commands.h"

#include "base/text.h"
#include "command/support.h"

namespace cobnut {
namespace {

constexpr int64_t kNoSuchMember = -2;
constexpr int64_t kNoTtl = -1;

void reply_same(Context& cx, size_t count, int64_t answer) {
  cx.reply.array(count);
  for (size_t i = 0; i < count; i++) cx.reply.integer(answer);
}

ExpireCondition condition_of(Bytes word) {
  struct Condition {
    Bytes word;
    ExpireCondition condition;
  };
  constexpr Condition kConditions[] = {
      {"nx", kOnlyWithout}, {"xx", kOnlyWith}, {"gt", kOnlyLater}, {"lt", kOnlyEarlier}};
  for (const Condition& each : kConditions) {
    if (equal_ignore_case(word, each.word)) return each.condition;
  }
  return kNoCondition;
}

// No deadline counts as an infinite one.
bool is_met(ExpireCondition condition, int64_t current_ms, int64_t deadline_ms) {
  const bool has_deadline = current_ms != kMemberNoDeadline;
  switch (condition) {
    case kNoCondition:
      return true;
    case kOnlyWithout:
      return !has_deadline;
    case kOnlyWith:
      return has_deadline;
    case kOnlyLater:
      return has_deadline && deadline_ms > current_ms;
    case kOnlyEarlier:
      return deadline_ms < current_ms;
  }
  return false;
}

}  // namespace

constinit const MemberWords kFieldWords = {
    .word = "fields",
    .missing = "ERR Mandatory argument FIELDS is missing or not at the right position",
    .count_not_positive = "ERR Parameter `numFields` should be greater than 0",
    .count = "ERR Number of fields must be a positive integer",
    .count_mismatch = "ERR The `numfields` parameter must match the number of arguments"};

constinit const MemberWords kMemberWords = {
    .word = "members",
    .missing = "ERR Mandatory argument MEMBERS is missing or not at the right position",
    .count_not_positive = "ERR Parameter `numMembers` should be greater than 0",
    .count = "ERR Number of members must be a positive integer",
    .count_mismatch = "ERR The `nummembers` parameter must match the number of arguments"};

std::optional<int64_t> parse_member_deadline(Context& cx, Bytes text, int64_t scale,
                                             bool relative) {
  const std::optional<int64_t> time = integer_argument(cx, text);
  if (!time) return std::nullopt;
  if (*time < 0) {
    cx.reply.error(err::kMemberExpireNegative);
    return std::nullopt;
  }
  const int64_t base_ms = relative ? cx.keys.now_ms() : 0;
  if (*time > kMemberDeadlineMax / scale || *time * scale > kMemberDeadlineMax - base_ms) {
    reply_invalid_expire_time(cx);
    return std::nullopt;
  }
  return *time * scale + base_ms;
}

std::optional<std::span<const Bytes>> parse_members(Context& cx, std::span<const Bytes> words,
                                                    const MemberWords& texts, Bytes count_error) {
  if (words.size() < 2 || !equal_ignore_case(words[0], texts.word)) {
    cx.reply.error(texts.missing);
    return std::nullopt;
  }
  const std::optional<int64_t> count = integer_argument(cx, words[1], count_error);
  if (!count) return std::nullopt;
  if (*count < 1) {
    cx.reply.error(count_error);
    return std::nullopt;
  }
  const std::span<const Bytes> members = words.subspan(2);
  if (static_cast<size_t>(*count) != members.size()) {
    cx.reply.error(texts.count_mismatch);
    return std::nullopt;
  }
  return members;
}

std::optional<MemberExpireRequest> parse_member_expire(Context& cx, Args args, int64_t scale,
                                                       bool relative, const MemberWords& texts) {
  const std::optional<int64_t> deadline_ms = parse_member_deadline(cx, args[2], scale, relative);
  if (!deadline_ms) return std::nullopt;
  MemberExpireRequest request{.deadline_ms = *deadline_ms, .condition = condition_of(args[3])};
  const size_t first = request.condition == kNoCondition ? 3 : 4;
  const auto members =
      parse_members(cx, args.words().subspan(first), texts, texts.count_not_positive);
  if (!members) return std::nullopt;
  request.members = *members;
  return request;
}

MemberExpired expire_member(Context& cx, ExpiringMembers& members, Bytes member,
                            int64_t deadline_ms, ExpireCondition condition) {
  const std::optional<int64_t> current_ms = members.deadline_ms(member);
  if (!current_ms) return MemberExpired::kNoMember;
  if (!is_met(condition, *current_ms, deadline_ms)) return MemberExpired::kNotMet;
  if (deadline_ms <= cx.keys.now_ms()) {
    members.erase(member);
    return MemberExpired::kErased;
  }
  return members.set_deadline(member, deadline_ms) ? MemberExpired::kSet : MemberExpired::kNoMemory;
}

void reply_member_expire(Context& cx, const MemberExpireRequest& request, ExpiringMembers* members,
                         const MemberEvents& events) {
  if (members == nullptr) return reply_same(cx, request.members.size(), kNoSuchMember);
  bool set = false;
  bool erased = false;
  cx.reply.array(request.members.size());
  for (Bytes member : request.members) {
    const MemberExpired done =
        expire_member(cx, *members, member, request.deadline_ms, request.condition);
    set |= done == MemberExpired::kSet;
    erased |= done == MemberExpired::kErased;
    if (done == MemberExpired::kNoMemory) {
      cx.reply.error(err::kOutOfMemory);
    } else {
      cx.reply.integer(static_cast<int64_t>(done));
    }
  }
  // The one deadline is past or it is not: never both.
  if (set || erased) {
    // Without memory to be woken for them, due members are still not found.
    static_cast<void>(members->committed({set ? events.expire : events.erase}));
  }
}

void reply_member_persist(Context& cx, std::span<const Bytes> names, ExpiringMembers* members,
                          const MemberEvents& events) {
  if (members == nullptr) return reply_same(cx, names.size(), kNoSuchMember);
  bool changed = false;
  cx.reply.array(names.size());
  for (Bytes name : names) {
    const std::optional<int64_t> current_ms = members->deadline_ms(name);
    if (!current_ms) {
      cx.reply.integer(kNoSuchMember);
    } else if (*current_ms == kMemberNoDeadline) {
      cx.reply.integer(kNoTtl);
    } else {
      CHECK(members->set_deadline(name, kMemberNoDeadline));
      changed = true;
      cx.reply.integer(1);
    }
  }
  if (changed) CHECK(members->committed({events.persist}));
}

void reply_member_ttl(Context& cx, std::span<const Bytes> names, const ExpiringMembers* members,
                      MemberTtlForm form) {
  if (members == nullptr) return reply_same(cx, names.size(), kNoSuchMember);
  cx.reply.array(names.size());
  for (Bytes name : names) {
    const std::optional<int64_t> deadline_ms = members->deadline_ms(name);
    if (!deadline_ms) {
      cx.reply.integer(kNoSuchMember);
    } else if (*deadline_ms == kMemberNoDeadline) {
      cx.reply.integer(kNoTtl);
    } else {
      const int64_t ms = form.remaining ? *deadline_ms - cx.keys.now_ms() : *deadline_ms;
      cx.reply.integer((ms + form.scale - 1) / form.scale);
    }
  }
}

}  // namespace cobnut
