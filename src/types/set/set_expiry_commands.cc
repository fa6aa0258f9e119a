// Sets: members with a time to live. No version of Redis has it: it is the HEXPIRE family of Redis
// 7.4, whose version the rows name, with MEMBERS for FIELDS. The rules stand in
// types/member_expiry.
#include "command/well_formed.h"
#include "types/member_expiry/member_expiry_commands.h"
#include "types/set/set_support_commands.h"

namespace cobnut {
namespace {

static_assert(kMemberDeadlineMax <= kPackedDeadlineMax && kMemberNoDeadline == kNoDeadline);

constexpr MemberEvents kEvents = {
    .expire = Event::kSexpire, .persist = Event::kSpersist, .erase = Event::kSrem};

class SetMembers final : public ExpiringMembers {
 public:
  explicit SetMembers(const SetEdit& set) : set_(set) {}
  std::optional<int64_t> deadline_ms(Bytes member) const override {
    return set_.view().deadline_ms(member);
  }
  bool set_deadline(Bytes member, int64_t deadline_ms) override {
    return set_.set_deadline(member, deadline_ms);
  }
  void erase(Bytes member) override { CHECK(set_.erase(member)); }
  bool committed(std::initializer_list<Event> events) override {
    CHECK_EQ(events.size(), size_t{1});
    return set_.committed(*events.begin());
  }

 private:
  SetEdit set_;
};

// The set of `found`, open; nothing: there is none.
std::optional<SetMembers> open_members(Context& cx, const Key& key, Found found) {
  if (!found) return std::nullopt;
  return SetMembers(set_edit(cx, key, found));
}
SetMembers* or_null(std::optional<SetMembers>& members) { return members ? &*members : nullptr; }

void expire(Context& cx, Args args, int64_t scale, bool relative) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kSet)) return;
  const auto request = parse_member_expire(cx, args, scale, relative, kMemberWords);
  if (!request) return;
  std::optional<SetMembers> members = open_members(cx, key, found);
  reply_member_expire(cx, *request, or_null(members), kEvents);
}

void cmd_sexpire(Context& cx, Args args) { expire(cx, args, 1000, true); }
void cmd_spexpire(Context& cx, Args args) { expire(cx, args, 1, true); }
void cmd_sexpireat(Context& cx, Args args) { expire(cx, args, 1000, false); }
void cmd_spexpireat(Context& cx, Args args) { expire(cx, args, 1, false); }

void reply_ttl(Context& cx, Args args, MemberTtlForm form) {
  const Key key = args.key();
  const Found found = cx.keys.peek(key);
  if (!type_or_absent(cx, found, Type::kSet)) return;
  const auto names = parse_members(cx, args.words().subspan(2), kMemberWords, kMemberWords.count);
  if (!names) return;
  std::optional<SetMembers> members = open_members(cx, key, found);
  reply_member_ttl(cx, *names, or_null(members), form);
}

void cmd_sttl(Context& cx, Args args) { reply_ttl(cx, args, {1000, true}); }
void cmd_spttl(Context& cx, Args args) { reply_ttl(cx, args, {1, true}); }
void cmd_sexpiretime(Context& cx, Args args) { reply_ttl(cx, args, {1000, false}); }
void cmd_spexpiretime(Context& cx, Args args) { reply_ttl(cx, args, {1, false}); }

void cmd_spersist(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kSet)) return;
  const auto names = parse_members(cx, args.words().subspan(2), kMemberWords, kMemberWords.count);
  if (!names) return;
  std::optional<SetMembers> members = open_members(cx, key, found);
  reply_member_persist(cx, *names, or_null(members), kEvents);
}

constexpr CommandSpec kTable[] = {
    {.name = "sexpire",
     .run = cmd_sexpire,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Sets the time to live of members of a set in seconds.",
     .syntax = "key seconds:integer [condition{NX | XX | GT | LT}] MEMBERS "
               "members{nummembers:integer member...}"},
    {.name = "sexpireat",
     .run = cmd_sexpireat,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Sets the Unix time, in seconds, at which members of a set expire.",
     .syntax = "key unix-time-seconds [condition{NX | XX | GT | LT}] MEMBERS "
               "members{nummembers:integer member...}"},
    {.name = "sexpiretime",
     .run = cmd_sexpiretime,
     .arity = -5,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Tells the Unix time, in seconds, at which members of a set expire.",
     .syntax = "key MEMBERS members{nummembers:integer member...}"},
    {.name = "spersist",
     .run = cmd_spersist,
     .arity = -5,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Removes the time to live of members of a set.",
     .syntax = "key MEMBERS members{nummembers:integer member...}"},
    {.name = "spexpire",
     .run = cmd_spexpire,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Sets the time to live of members of a set in milliseconds.",
     .syntax = "key milliseconds:integer [condition{NX | XX | GT | LT}] MEMBERS "
               "members{nummembers:integer member...}"},
    {.name = "spexpireat",
     .run = cmd_spexpireat,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Sets the Unix time, in milliseconds, at which members of a set expire.",
     .syntax = "key unix-time-milliseconds [condition{NX | XX | GT | LT}] MEMBERS "
               "members{nummembers:integer member...}"},
    {.name = "spexpiretime",
     .run = cmd_spexpiretime,
     .arity = -5,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Tells the Unix time, in milliseconds, at which members of a set expire.",
     .syntax = "key MEMBERS members{nummembers:integer member...}"},
    {.name = "spttl",
     .run = cmd_spttl,
     .arity = -5,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Tells the time to live of members of a set in milliseconds.",
     .syntax = "key MEMBERS members{nummembers:integer member...}",
     .tips = "nondeterministic_output"},
    {.name = "sttl",
     .run = cmd_sttl,
     .arity = -5,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@set",
     .group = "set",
     .since = "7.4.0",
     .complexity = "O(N) where N is the number of members named",
     .summary = "Tells the time to live of members of a set in seconds.",
     .syntax = "key MEMBERS members{nummembers:integer member...}",
     .tips = "nondeterministic_output"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kSetExpiryCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kSetExpiryCommands{kTable};

}  // namespace cobnut
