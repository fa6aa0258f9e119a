// Sorted sets: members with a time to live, by the rules of Redis 7.4's HEXPIRE family
// (types/member_expiry). ZADD takes a member's deadline away, ZINCRBY and ZADD INCR keep it.
#include "types/member_expiry/member_expiry_family_commands.h"
#include "types/zset/zset.h"

namespace cobnut {
namespace {

static_assert(kMemberDeadlineMax < int64_t{1} << (8 * zset::kDeadlineBytes));
static_assert(kMemberNoDeadline == INT64_MAX);

class ZsetMembers final : public ExpiringMembers {
 public:
  ZsetMembers(Context& cx, const Key& key, Found found)
      : zset_(cx.keys.at(key), cx.keys.db(), key, found) {}
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
  Zset zset_;
};

struct MembersOfSortedSets {
  static constexpr Text kPrefix = "z";
  static constexpr Text kWhat = "members of a sorted set";
  static constexpr Text kList = "MEMBERS members{nummembers:integer member...}";
  static constexpr std::string_view kGroup = "sorted-set", kAcl = "@sortedset";
  static constexpr std::string_view kComplexity =
      "O(M*log(N)), where M is the number of members named and N the size of the sorted set.";
  static constexpr Type kType = Type::kZset;
  static constexpr MemberEvents kEvents = {
      .expire = Event::kZexpire, .persist = Event::kZpersist, .erase = Event::kZrem};
  static constexpr const MemberWords& kWords = kMemberWords;
  using Members = ZsetMembers;
};
static_assert(well_formed(kMemberExpiryTable<MembersOfSortedSets>));

}  // namespace

extern const std::span<const CommandSpec> kZsetExpiryCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kZsetExpiryCommands{
    kMemberExpiryTable<MembersOfSortedSets>};

}  // namespace cobnut
