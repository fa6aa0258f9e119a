// Hashes: fields with a time to live, as Redis 7.4 (the HEXPIRE family) and 8.0 (HGETDEL, HGETEX,
// HSETEX) have them. The rules stand in types/member_expiry.
#include "base/text.h"
#include "types/hash/hash_support_commands.h"
#include "types/listpack/reply.h"
#include "types/member_expiry/member_expiry_family_commands.h"

namespace cobnut {
namespace {

static_assert(kMemberDeadlineMax <= kPackedDeadlineMax && kMemberNoDeadline == kNoDeadline);

class HashMembers final : public ExpiringMembers {
 public:
  HashMembers(Context& cx, const Key& key, Found found) : hash_(hash_edit(cx, key, found)) {}
  HashEdit& hash() { return hash_; }
  std::optional<int64_t> deadline_ms(Bytes field) const override {
    return hash_.deadline_ms(field);
  }
  bool set_deadline(Bytes field, int64_t deadline_ms) override {
    return hash_.set_deadline(field, deadline_ms);
  }
  void erase(Bytes field) override { CHECK(hash_.erase(field)); }
  bool committed(std::initializer_list<Event> events) override { return hash_.committed(events); }

 private:
  HashEdit hash_;
};

// -- HEXPIRE, HPERSIST, HTTL and their kind

struct FieldsOfHashes {
  static constexpr Text kPrefix = "h";
  static constexpr Text kWhat = "fields of a hash";
  static constexpr Text kList = "FIELDS fields{numfields:integer field...}";
  static constexpr std::string_view kGroup = "hash", kAcl = "@hash";
  static constexpr std::string_view kComplexity = "O(N) where N is the number of fields named";
  static constexpr Type kType = Type::kHash;
  static constexpr MemberEvents kEvents = {
      .expire = Event::kHexpire, .persist = Event::kHpersist, .erase = Event::kHdel};
  static constexpr const MemberWords& kWords = kFieldWords;
  using Members = HashMembers;
};
static_assert(well_formed(kMemberExpiryTable<FieldsOfHashes>));

// -- HGETDEL, HGETEX

bool reply_field(Context& cx, const HashEdit& hash, Bytes field) {
  const std::optional<HashText> value = hash.value(field);
  value ? listpack::reply_bulk(cx.reply, *value) : cx.reply.null();
  return value.has_value();
}

void cmd_hgetdel(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kHash)) return;
  const auto fields = parse_members(cx, args.words().subspan(2), kFieldWords, kFieldWords.count);
  if (!fields) return;
  HashEdit hash = hash_edit(cx, key, found);
  bool erased = false;
  cx.reply.array(fields->size());
  for (Bytes field : *fields) {
    if (reply_field(cx, hash, field)) erased |= hash.erase(field);
  }
  if (erased) CHECK(hash.committed(Event::kHdel));
}

// The option that stands at words[0], if it is one of EX, PX, EXAT and PXAT.
struct Expiration {
  bool given = false;
  int64_t deadline_ms = kNoDeadline;
};
// Nothing: the error is replied.
std::optional<Expiration> parse_expiration(Context& cx, std::span<const Bytes> words) {
  ExpiryArgument argument;
  if (!expiry_option(words[0], &argument)) return Expiration();
  if (words.size() < 2) {
    cx.reply.error(err::kMemberExpireMissing);
    return std::nullopt;
  }
  const auto deadline_ms = parse_member_deadline(cx, words[1], argument.scale, argument.relative);
  if (!deadline_ms) return std::nullopt;
  return Expiration{.given = true, .deadline_ms = *deadline_ms};
}

void cmd_hgetex(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kHash)) return;
  const std::span<const Bytes> words = args.words().subspan(2);
  const std::optional<Expiration> expiration = parse_expiration(cx, words);
  if (!expiration) return;
  const bool persist = equal_ignore_case(words[0], "persist");
  const auto fields = parse_members(cx, words.subspan(expiration->given ? 2 : (persist ? 1 : 0)),
                                    kFieldWords, kFieldWords.count);
  if (!fields) return;
  HashMembers members(cx, key, found);
  HashEdit& hash = members.hash();
  const bool past = expiration->deadline_ms <= cx.keys.now_ms();
  bool changed = false;
  cx.reply.array(fields->size());
  for (Bytes field : *fields) {
    if (!reply_field(cx, hash, field)) continue;
    if (expiration->given) {
      const MemberExpired done =
          expire_member(cx, members, field, expiration->deadline_ms, kNoCondition);
      changed |= done == MemberExpired::kSet || done == MemberExpired::kErased;
    } else if (persist && hash.deadline_ms(field) != kNoDeadline) {
      changed |= hash.set_deadline(field, kNoDeadline);
    }
  }
  if (!changed) return;
  // Without memory to be woken for them, due fields are still not found.
  static_cast<void>(hash.committed(persist ? Event::kHpersist
                                   : past  ? Event::kHdel
                                           : Event::kHexpire));
}

// -- HSETEX

struct SetexRequest {
  enum class Condition : uint8_t { kNone, kAllNew, kAllThere } condition = Condition::kNone;
  bool keep_ttl = false;
  Expiration expiration;
  std::span<const Bytes> pairs;
};

// FIELDS numfields field value ...; false: the error is replied.
bool parse_setex_fields(Context& cx, std::span<const Bytes> words, SetexRequest* request) {
  if (words.size() < 4) {
    reply_wrong_arity(cx);
    return false;
  }
  const std::optional<int64_t> count = integer_argument(cx, words[1], err::kFieldCount);
  if (!count) return false;
  if (*count < 1 || *count > INT32_MAX) {
    cx.reply.error(err::kFieldCount);
    return false;
  }
  request->pairs = words.subspan(2);
  if (request->pairs.size() == 2 * static_cast<size_t>(*count)) return true;
  reply_wrong_arity(cx);
  return false;
}

// One option, and how many words it takes; 0: the error is replied.
size_t parse_setex_option(Context& cx, std::span<const Bytes> words, SetexRequest* request) {
  using Condition = SetexRequest::Condition;
  ExpiryArgument argument;
  const bool keep_ttl = equal_ignore_case(words[0], "keepttl");
  if (keep_ttl || expiry_option(words[0], &argument)) {
    if (request->keep_ttl || request->expiration.given) {
      cx.reply.error(err::kFieldExpirations);
      return 0;
    }
    request->keep_ttl = keep_ttl;
    if (keep_ttl) return 1;
    const std::optional<Expiration> expiration = parse_expiration(cx, words);
    if (!expiration) return 0;
    request->expiration = *expiration;
    return 2;
  }
  const bool all_new = equal_ignore_case(words[0], "fnx");
  if (!all_new && !equal_ignore_case(words[0], "fxx")) {
    cx.reply.error_format(err::kUnknownArgument, shown_size(words[0]), words[0].data());
    return 0;
  }
  if (request->condition != Condition::kNone) {
    cx.reply.error(err::kFieldConditions);
    return 0;
  }
  request->condition = all_new ? Condition::kAllNew : Condition::kAllThere;
  return 1;
}

std::optional<SetexRequest> parse_setex(Context& cx, std::span<const Bytes> words) {
  SetexRequest request;
  while (!words.empty()) {
    if (equal_ignore_case(words[0], "fields")) {
      if (!parse_setex_fields(cx, words, &request)) return std::nullopt;
      return request;
    }
    const size_t taken = parse_setex_option(cx, words, &request);
    if (taken == 0) return std::nullopt;
    words = words.subspan(taken);
  }
  reply_wrong_arity(cx);  // no FIELDS
  return std::nullopt;
}

bool setex_condition_met(const HashEdit& hash, const SetexRequest& request) {
  using Condition = SetexRequest::Condition;
  if (request.condition == Condition::kNone) return true;
  for (size_t i = 0; i < request.pairs.size(); i += 2) {
    const bool there = hash.deadline_ms(request.pairs[i]).has_value();
    if (there != (request.condition == Condition::kAllThere)) return false;
  }
  return true;
}

void cmd_hsetex(Context& cx, Args args) {
  const std::optional<SetexRequest> request = parse_setex(cx, args.words().subspan(2));
  if (!request) return;
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kHash)) return;
  HashEdit hash = hash_edit(cx, key, found);
  if (!setex_condition_met(hash, *request)) return cx.reply.integer(0);
  const bool expires = request->expiration.given;
  const bool past = expires && request->expiration.deadline_ms <= cx.keys.now_ms();
  // A deadline that is past: the fields are set, and then gone, each with its event.
  const int64_t deadline_ms = request->keep_ttl ? HashEdit::kKeepDeadline
                              : past            ? kNoDeadline
                                                : request->expiration.deadline_ms;
  for (size_t i = 0; i < request->pairs.size(); i += 2) {
    if (hash.set(request->pairs[i], request->pairs[i + 1], deadline_ms) !=
        HashEdit::Set::kNoMemory) {
      continue;
    }
    if (i == 0 || hash.committed(Event::kHset)) cx.reply.error(err::kOutOfMemory);
    return;
  }
  if (past) {
    for (size_t i = 0; i < request->pairs.size(); i += 2) hash.erase(request->pairs[i]);
  }
  const Event second = past ? Event::kHdel : Event::kHexpire;
  const bool done = expires ? hash_committed(cx, hash, {Event::kHset, second})
                            : hash_committed(cx, hash, {Event::kHset});
  if (done) cx.reply.integer(1);
}

constexpr CommandSpec kTable[] = {
    {.name = "hgetdel",
     .run = cmd_hgetdel,
     .arity = -5,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access delete",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "8.0.0",
     .complexity = "O(N) where N is the number of fields named",
     .summary = "Returns the values of fields of a hash and removes them.",
     .syntax = "key FIELDS fields{numfields:integer field...}"},
    {.name = "hgetex",
     .run = cmd_hgetex,
     .arity = -5,
     .flags = kWrite | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW access update",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "8.0.0",
     .complexity = "O(N) where N is the number of fields named",
     .summary = "Returns the values of fields of a hash and sets their time to live.",
     .syntax =
         "key [expiration{EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds | "
         "PXAT unix-time-milliseconds | PERSIST}] FIELDS fields{numfields:integer field...}"},
    {.name = "hsetex",
     .run = cmd_hsetex,
     .arity = -6,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@hash",
     .group = "hash",
     .since = "8.0.0",
     .complexity = "O(N) where N is the number of fields named",
     .summary = "Sets fields of a hash together with their time to live.",
     .syntax = "key [condition{FNX | FXX}] [expiration{EX seconds:integer | PX "
               "milliseconds:integer | EXAT unix-time-seconds | PXAT unix-time-milliseconds | "
               "KEEPTTL}] FIELDS fields{numfields:integer data{field value}...}"},
};
static_assert(well_formed(kTable));

}  // namespace

// commands/families.h
extern const std::span<const CommandSpec> kHashExpiryCommands;
extern const std::span<const CommandSpec> kHashGetexCommands;
constinit const std::span<const CommandSpec> kHashExpiryCommands{
    kMemberExpiryTable<FieldsOfHashes>};
constinit const std::span<const CommandSpec> kHashGetexCommands{kTable};

}  // namespace cobnut
