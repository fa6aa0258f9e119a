// Sorted sets: members with a time to live, by the rules of Redis 7.4's HEXPIRE family
// (types/member_expiry). ZADD takes a member's deadline away, ZINCRBY and ZADD INCR keep it.
#include "command/support.h"
#include "command/well_formed.h"
#include "types/member_expiry/member_expiry_commands.h"
#include "types/zset/zset_commands.h"

namespace cobnut {
namespace {

static_assert(kMemberDeadlineMax < int64_t{1} << (8 * zset::kDeadlineBytes));
static_assert(kMemberNoDeadline == INT64_MAX);

constexpr MemberEvents kEvents = {
    .expire = Event::kZexpire, .persist = Event::kZpersist, .erase = Event::kZrem};

class ZsetMembers final : public ExpiringMembers {
 public:
  explicit ZsetMembers(Zset& zset) : zset_(zset) {}
  std::optional<int64_t> deadline_ms(Bytes member) const override {
    return zset_.deadline_ms(member);
  }
  bool set_deadline(Bytes member, int64_t deadline_ms) override {
    return zset_.set_deadline(member, deadline_ms);
  }
  void erase(Bytes member) override { CHECK(zset_.erase(member)); }
  bool committed(std::initializer_list<Event> events) override {
    CHECK_OP(events.size(), ==, 1u);
    return zset_.commit(*events.begin());
  }

 private:
  Zset& zset_;
};

void expire(Context& cx, Args args, int64_t scale, bool relative) {
  const Key key = args.key();
  auto zset = zset_to_edit(cx, key);
  if (!zset) return;
  const auto request = parse_member_expire(cx, args, scale, relative, kMemberWords);
  if (!request) return;
  ZsetMembers members(*zset);
  reply_member_expire(cx, *request, zset->exists() ? &members : nullptr, kEvents);
}

void cmd_zexpire(Context& cx, Args args) { expire(cx, args, 1000, true); }
void cmd_zpexpire(Context& cx, Args args) { expire(cx, args, 1, true); }
void cmd_zexpireat(Context& cx, Args args) { expire(cx, args, 1000, false); }
void cmd_zpexpireat(Context& cx, Args args) { expire(cx, args, 1, false); }

void reply_ttl(Context& cx, Args args, MemberTtlForm form) {
  const Key key = args.key();
  auto zset = zset_to_peek(cx, key);
  if (!zset) return;
  const auto names = parse_members(cx, args.words().subspan(2), kMemberWords, kMemberWords.count);
  if (!names) return;
  const ZsetMembers members(*zset);
  reply_member_ttl(cx, *names, zset->exists() ? &members : nullptr, form);
}

void cmd_zttl(Context& cx, Args args) { reply_ttl(cx, args, {1000, true}); }
void cmd_zpttl(Context& cx, Args args) { reply_ttl(cx, args, {1, true}); }
void cmd_zexpiretime(Context& cx, Args args) { reply_ttl(cx, args, {1000, false}); }
void cmd_zpexpiretime(Context& cx, Args args) { reply_ttl(cx, args, {1, false}); }

void cmd_zpersist(Context& cx, Args args) {
  const Key key = args.key();
  auto zset = zset_to_edit(cx, key);
  if (!zset) return;
  const auto names = parse_members(cx, args.words().subspan(2), kMemberWords, kMemberWords.count);
  if (!names) return;
  ZsetMembers members(*zset);
  reply_member_persist(cx, *names, zset->exists() ? &members : nullptr, kEvents);
}

constexpr std::string_view kCost =
    "O(M*log(N)), where M is the number of members named and N the size of the sorted set.";

constexpr CommandSpec kTable[] = {
    {.name = "zexpire",
     .run = cmd_zexpire,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Sets the time to live of members of a sorted set in seconds.",
     .syntax = "key seconds:integer [condition{NX | XX | GT | LT}] MEMBERS "
               "members{nummembers:integer member...}"},
    {.name = "zexpireat",
     .run = cmd_zexpireat,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Sets the Unix time, in seconds, at which members of a sorted set expire.",
     .syntax = "key unix-time-seconds [condition{NX | XX | GT | LT}] MEMBERS "
               "members{nummembers:integer member...}"},
    {.name = "zexpiretime",
     .run = cmd_zexpiretime,
     .arity = -5,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Tells the Unix time, in seconds, at which members of a sorted set expire.",
     .syntax = "key MEMBERS members{nummembers:integer member...}"},
    {.name = "zpersist",
     .run = cmd_zpersist,
     .arity = -5,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Removes the time to live of members of a sorted set.",
     .syntax = "key MEMBERS members{nummembers:integer member...}"},
    {.name = "zpexpire",
     .run = cmd_zpexpire,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Sets the time to live of members of a sorted set in milliseconds.",
     .syntax = "key milliseconds:integer [condition{NX | XX | GT | LT}] MEMBERS "
               "members{nummembers:integer member...}"},
    {.name = "zpexpireat",
     .run = cmd_zpexpireat,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Sets the Unix time, in milliseconds, at which members of a sorted set expire.",
     .syntax = "key unix-time-milliseconds [condition{NX | XX | GT | LT}] MEMBERS "
               "members{nummembers:integer member...}"},
    {.name = "zpexpiretime",
     .run = cmd_zpexpiretime,
     .arity = -5,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Tells the Unix time, in milliseconds, at which members of a sorted set expire.",
     .syntax = "key MEMBERS members{nummembers:integer member...}"},
    {.name = "zpttl",
     .run = cmd_zpttl,
     .arity = -5,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Tells the time to live of members of a sorted set in milliseconds.",
     .syntax = "key MEMBERS members{nummembers:integer member...}",
     .tips = "nondeterministic_output"},
    {.name = "zttl",
     .run = cmd_zttl,
     .arity = -5,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@sortedset",
     .group = "sorted-set",
     .since = "7.4.0",
     .complexity = kCost,
     .summary = "Tells the time to live of members of a sorted set in seconds.",
     .syntax = "key MEMBERS members{nummembers:integer member...}",
     .tips = "nondeterministic_output"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kZsetExpiryCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kZsetExpiryCommands{kTable};

}  // namespace cobnut
