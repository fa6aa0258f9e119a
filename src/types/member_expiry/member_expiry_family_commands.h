// The nine commands of a family with times to live, written once: HEXPIRE, HPEXPIRE, HEXPIREAT,
// HPEXPIREAT, HTTL, HPTTL, HEXPIRETIME, HPEXPIRETIME and HPERSIST for hashes, SEXPIRE and ZEXPIRE
// with their sisters for sets and sorted sets. A family says how it differs:
//
//   struct FieldsOfHashes {
//     static constexpr Text kPrefix = "h";
//     static constexpr Text kWhat = "fields of a hash";
//     static constexpr Text kList = "FIELDS fields{numfields:integer field...}";
//     static constexpr std::string_view kGroup = "hash", kAcl = "@hash", kComplexity = "O(N) ...";
//     static constexpr Type kType = Type::kHash;
//     static constexpr MemberEvents kEvents = {...};
//     static constexpr const MemberWords& kWords = kFieldWords;
//     using Members = ...;  // an ExpiringMembers, made of (Context&, const Key&, Found)
//   };
//   constinit const std::span<const CommandSpec> kHashExpiryCommands{
//       kMemberExpiryTable<FieldsOfHashes>};
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "command/support.h"
#include "command/well_formed.h"
#include "types/member_expiry/member_expiry_commands.h"

namespace cobnut {

// A literal that templates can take, and the text of several in turn.
template <size_t kSize>
struct Text {
  char chars[kSize];  // with the zero at the end
  consteval Text(const char (&literal)[kSize]) { std::copy_n(literal, kSize, chars); }
  static constexpr size_t kLength = kSize - 1;
};

template <Text... kParts>
struct Joined {
  static constexpr auto kChars = [] {
    std::array<char, (kParts.kLength + ...)> chars{};
    char* end = chars.data();
    ((end = std::copy_n(kParts.chars, kParts.kLength, end)), ...);
    return chars;
  }();
  static constexpr std::string_view kText{kChars.data(), kChars.size()};
};
template <Text... kParts>
constexpr std::string_view kJoined = Joined<kParts...>::kText;

template <typename Family>
class OpenMembers {  // or none: there is no such key
 public:
  OpenMembers(Context& cx, const Key& key, Found found) {
    if (found) members_.emplace(cx, key, found);
  }
  ExpiringMembers* or_null() { return members_ ? &*members_ : nullptr; }

 private:
  std::optional<typename Family::Members> members_;
};

// `scale`: 1000 for seconds, 1 for milliseconds.
template <typename Family>
void expire_members(Context& cx, Args args, int64_t scale, bool relative) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Family::kType)) return;
  const auto request = parse_member_expire(cx, args, scale, relative, Family::kWords);
  if (!request) return;
  OpenMembers<Family> members(cx, key, found);
  reply_member_expire(cx, *request, members.or_null(), Family::kEvents);
}

template <typename Family>
void reply_members_ttl(Context& cx, Args args, MemberTtlForm form) {
  const Key key = args.key();
  const Found found = cx.keys.peek(key);
  if (!type_or_absent(cx, found, Family::kType)) return;
  const MemberWords& words = Family::kWords;
  const auto names = parse_members(cx, args.words().subspan(2), words, words.count);
  if (!names) return;
  OpenMembers<Family> members(cx, key, found);
  reply_member_ttl(cx, *names, members.or_null(), form);
}

template <typename Family>
void persist_members(Context& cx, Args args) {
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Family::kType)) return;
  const MemberWords& words = Family::kWords;
  const auto names = parse_members(cx, args.words().subspan(2), words, words.count);
  if (!names) return;
  OpenMembers<Family> members(cx, key, found);
  reply_member_persist(cx, *names, members.or_null(), Family::kEvents);
}

// What all nine rows have in common. `run` is a lambda: under the undefined-behaviour sanitizer g++
// 12 does not know a template's function not to be null before the end of the file.
template <typename Family>
constexpr CommandSpec member_row(std::string_view name, void (*run)(Context&, Args),
                                 std::string_view summary, std::string_view syntax) {
  return {.name = name,
          .run = run,
          .arity = -5,
          .flags = kReadonly | kFast,
          .keys = {1, 1, 1},
          .key_flags = "RO access",
          .route = Route::kKeys,
          .acl = Family::kAcl,
          .group = Family::kGroup,
          .since = "7.4.0",
          .complexity = Family::kComplexity,
          .summary = summary,
          .syntax = syntax};
}

template <typename Family, Text kName, Text kUnit, int64_t scale, bool remaining>
constexpr CommandSpec members_ttl_row() {
  CommandSpec row = member_row<Family>(
      kJoined<Family::kPrefix, kName>,
      [](Context& cx, Args args) {
        reply_members_ttl<Family>(cx, args, {scale, remaining});
      },
      remaining
          ? kJoined<"Tells the time to live of ", Family::kWhat, " in ", kUnit, ".">
          : kJoined<"Tells the Unix time, in ", kUnit, ", at which ", Family::kWhat, " expire.">,
      kJoined<"key ", Family::kList>);
  if (remaining) row.tips = "nondeterministic_output";
  return row;
}

template <typename Family, Text kName, Text kUnit, int64_t scale, bool relative>
constexpr CommandSpec expire_members_row() {
  constexpr Text kCondition = " [condition{NX | XX | GT | LT}] ";
  CommandSpec row = member_row<Family>(
      kJoined<Family::kPrefix, kName>,
      [](Context& cx, Args args) { expire_members<Family>(cx, args, scale, relative); },
      relative
          ? kJoined<"Sets the time to live of ", Family::kWhat, " in ", kUnit, ".">
          : kJoined<"Sets the Unix time, in ", kUnit, ", at which ", Family::kWhat, " expire.">,
      relative ? kJoined<"key ", kUnit, ":integer", kCondition, Family::kList>
               : kJoined<"key unix-time-", kUnit, kCondition, Family::kList>);
  row.arity = -6;
  row.flags = kWrite | kDenyOom | kFast;
  row.key_flags = "RW update";
  return row;
}

template <typename Family>
constexpr CommandSpec persist_members_row() {
  CommandSpec row = member_row<Family>(
      kJoined<Family::kPrefix, "persist">,
      [](Context& cx, Args args) { persist_members<Family>(cx, args); },
      kJoined<"Removes the time to live of ", Family::kWhat, ".">, kJoined<"key ", Family::kList>);
  row.flags = kWrite | kFast;
  row.key_flags = "RW update";
  return row;
}

template <typename Family>
constexpr CommandSpec kMemberExpiryTable[] = {
    expire_members_row<Family, "expire", "seconds", 1000, true>(),
    expire_members_row<Family, "expireat", "seconds", 1000, false>(),
    members_ttl_row<Family, "expiretime", "seconds", 1000, false>(),
    persist_members_row<Family>(),
    expire_members_row<Family, "pexpire", "milliseconds", 1, true>(),
    expire_members_row<Family, "pexpireat", "milliseconds", 1, false>(),
    members_ttl_row<Family, "pexpiretime", "milliseconds", 1, false>(),
    members_ttl_row<Family, "pttl", "milliseconds", 1, true>(),
    members_ttl_row<Family, "ttl", "seconds", 1000, true>(),
};

}  // namespace cobnut
