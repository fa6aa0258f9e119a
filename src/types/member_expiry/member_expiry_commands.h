// Deadlines of members: the rules of Redis 7.4's HEXPIRE family, for the fields of hashes and the
// members of sets and sorted sets alike.
//
//   HEXPIRE key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]
//   HTTL    key FIELDS numfields field [field ...]
//
// How a family uses it (types/hash/hash_expiry_commands.cc is the model; sets and sorted sets write
// kMemberWords where hashes write kFieldWords):
// 1. a class of its own implements ExpiringMembers over the open collection, four short functions;
// 2. member_expiry_family_commands.h makes its nine commands and their rows;
// 3. HGETEX and the like, which set members and deadlines at once: parse_member_deadline(), then
//    expire_member() for what is there, and the family's own committed().
// The collection keeps deadlines as Unix ms of 6 bytes, passes over members whose deadline is below
// now_ms(), implements Collection::next_expiry_ms() and reap(), and committed() calls
// Keyspace::arm_members() when a deadline was set; a collection with deadlines is never a blob.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>

#include "command/command.h"
#include "keyspace/mutation.h"

namespace cobnut {

// What a request may ask for, in Unix ms: the year 4199. Redis keeps two of 48 bits for itself.
constexpr int64_t kMemberDeadlineMax = (int64_t{1} << 46) - 1;
constexpr int64_t kMemberNoDeadline = INT64_MAX;

// A collection that is open for changes. A member that is due is not there.
class ExpiringMembers {
 public:
  virtual ~ExpiringMembers() = default;
  // kMemberNoDeadline: it has none. Nothing: no such member.
  virtual std::optional<int64_t> deadline_ms(Bytes member) const = 0;
  // REQUIRES (both): the member is there. False: no memory, nothing changed.
  virtual bool set_deadline(Bytes member, int64_t deadline_ms) = 0;
  virtual void erase(Bytes member) = 0;
  // Once, after changes, with their events in turn; an emptied collection goes. False: no memory.
  virtual bool committed(std::initializer_list<Event> events) = 0;
};

// The events of a type: hexpire, hpersist, hdel.
struct MemberEvents {
  Event expire, persist, erase;
};

// What a member's deadline may be asked for.
enum ExpireCondition : uint8_t { kNoCondition, kOnlyWithout, kOnlyWith, kOnlyLater, kOnlyEarlier };

struct MemberExpireRequest {
  int64_t deadline_ms = 0;  // Unix time, perhaps past
  ExpireCondition condition = kNoCondition;
  std::span<const Bytes> members;
};

// How a family writes the list of members, and complains about it.
struct MemberWords {
  const char* word;          // "FIELDS", "MEMBERS"
  Bytes missing;             // the word is not there
  Bytes count_not_positive;  // HEXPIRE's text
  Bytes count;               // the others'
  Bytes count_mismatch;
};
extern const MemberWords kFieldWords;   // of hashes
extern const MemberWords kMemberWords;  // of sets and sorted sets, in the same words

// All parse_...() reply the error themselves and return nothing then.
// A time as it is given: seconds (`scale` 1000) or milliseconds, from now on or Unix time.
std::optional<int64_t> parse_member_deadline(Context& cx, Bytes text, int64_t scale, bool relative);
// WORD count member..., to the end of the request.
std::optional<std::span<const Bytes>> parse_members(Context& cx, std::span<const Bytes> words,
                                                    const MemberWords& texts, Bytes count_error);
// Everything behind the key of HEXPIRE.
std::optional<MemberExpireRequest> parse_member_expire(Context& cx, Args args, int64_t scale,
                                                       bool relative, const MemberWords& texts);

// What became of a member, as HEXPIRE answers.
enum class MemberExpired : int8_t { kNoMember = -2, kNotMet = 0, kSet = 1, kErased = 2, kNoMemory };
// One member; a deadline that is past takes it away. committed() is the caller's.
MemberExpired expire_member(Context& cx, ExpiringMembers& members, Bytes member,
                            int64_t deadline_ms, ExpireCondition condition);

// The whole of HEXPIRE, HPERSIST, HTTL and HEXPIRETIME but for parsing. `members` nullptr: there is
// no such key.
void reply_member_expire(Context& cx, const MemberExpireRequest& request, ExpiringMembers* members,
                         const MemberEvents& events);
void reply_member_persist(Context& cx, std::span<const Bytes> names, ExpiringMembers* members,
                          const MemberEvents& events);
struct MemberTtlForm {
  int64_t scale;   // 1000: seconds, rounded up
  bool remaining;  // from now on; else Unix time
};
void reply_member_ttl(Context& cx, std::span<const Bytes> names, const ExpiringMembers* members,
                      MemberTtlForm form);

}  // namespace cobnut
