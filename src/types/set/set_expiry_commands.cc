// Sets: members with a time to live. No version of Redis has it: it is the HEXPIRE family of Redis
// 7.4, whose version the rows name, with MEMBERS for FIELDS. The rules stand in
// types/member_expiry.
#include "types/member_expiry/member_expiry_family_commands.h"
#include "types/set/set_support_commands.h"

namespace cobnut {
namespace {

static_assert(kMemberDeadlineMax <= kPackedDeadlineMax && kMemberNoDeadline == kNoDeadline);

class SetMembers final : public ExpiringMembers {
 public:
  SetMembers(Context& cx, const Key& key, Found found) : set_(set_edit(cx, key, found)) {}
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

struct MembersOfSets {
  static constexpr Text kPrefix = "s";
  static constexpr Text kWhat = "members of a set";
  static constexpr Text kList = "MEMBERS members{nummembers:integer member...}";
  static constexpr std::string_view kGroup = "set", kAcl = "@set";
  static constexpr std::string_view kComplexity = "O(N) where N is the number of members named";
  static constexpr Type kType = Type::kSet;
  static constexpr MemberEvents kEvents = {
      .expire = Event::kSexpire, .persist = Event::kSpersist, .erase = Event::kSrem};
  static constexpr const MemberWords& kWords = kMemberWords;
  using Members = SetMembers;
};
static_assert(well_formed(kMemberExpiryTable<MembersOfSets>));

}  // namespace

extern const std::span<const CommandSpec> kSetExpiryCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kSetExpiryCommands{kMemberExpiryTable<MembersOfSets>};

}  // namespace cobnut
