// Random operations on a set of a keyspace against a std::map, over its three forms and across the
// changes from one to the other.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "types/set/set.h"

#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "keyspace/collection.h"
#include "memory/large.h"
#include "memory/pages.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;
constexpr SetLimits kDefaults = {512, 128, 64};

struct Shard {
  PagePool pages;
  Keyspace keyspace{0, kSlots, 1, pages, large_allocator(AllocatorKind::kPooled), kNow};
  Key key{"set"};

  Found find() { return keyspace.peek(0, key); }
  SetView view() { return SetView(*find().entry, keyspace.now_ms()); }
  // Adds to the set, which is made if it is not there.
  bool add(const std::string& member, const SetLimits& limits) {
    const Found found = find();
    if (found) {
      SetEdit set(keyspace, 0, key, found, limits);
      const SetEdit::Add done = set.add(member);
      REQUIRE(done != SetEdit::Add::kNoMemory);
      REQUIRE(set.committed(Event::kSadd));
      return done == SetEdit::Add::kAdded;
    }
    SetBuilder builder(keyspace.heap(), limits);
    REQUIRE(builder.add(Bytes(member)));
    REQUIRE(builder.put(keyspace, 0, key, found, Event::kSadd) == Written::kOk);
    return true;
  }
};

using Members = std::map<std::string, int64_t>;  // with their deadlines

std::string text_of(const SetText& member) {
  char digits[kIntTextMax];
  return std::string(member.text(digits));
}

enum class Kind : uint8_t { kIntegers, kShort, kAll };
std::string some_member(std::mt19937_64& random, Kind kind) {
  const auto integer = [&] {
    return std::to_string(static_cast<int64_t>(random()) >> (random() % 64));
  };
  if (kind == Kind::kIntegers) return integer();
  switch (random() % (kind == Kind::kShort ? 4 : 6)) {
    case 0:
      return integer();
    case 1:
      return "0" + std::to_string(random() % 100);
    case 2:
      return std::string(1, static_cast<char>(random()));
    case 3:
      return "member" + std::to_string(random() % 1000);
    case 4:
      return std::string(random() % 300, 'x');
    default:
      return random() % 50 == 0 ? std::string(5000, 'y') : "";
  }
}

void forget_due(Members& model, int64_t now_ms) {
  std::erase_if(model, [&](const auto& pair) { return pair.second < now_ms; });
}

void check_same(Shard& s, const Members& model) {
  const Found found = s.find();
  if (!found) {
    REQUIRE(model.empty());
    return;
  }
  const SetView set = s.view();
  Members seen;
  set.for_each([&](const SetMember& each) {
    REQUIRE(seen.emplace(text_of(each), each.deadline_ms).second);
  });
  REQUIRE(seen == model);
  REQUIRE(set.living() == model.size());
  REQUIRE(set.size() >= model.size());
  for (const auto& [member, deadline_ms] : model) {
    REQUIRE(set.contains(member));
    REQUIRE(*set.deadline_ms(member) == deadline_ms);
  }
  if (!model.empty()) REQUIRE(model.contains(text_of(*set.random())));
  std::set<std::string> scanned;
  uint64_t cursor = 0;
  do {
    cursor = set.scan(cursor, 7, [&](const SetMember& each) { scanned.insert(text_of(each)); });
  } while (cursor != 0);
  REQUIRE(scanned.size() == model.size());
}

void run_random(Kind kind, const SetLimits& limits, bool deadlines, size_t names, uint64_t seed) {
  Shard s;
  std::mt19937_64 random(seed);
  Members model;
  std::vector<std::string> members;
  while (members.size() < names) members.push_back(some_member(random, kind));
  for (int round = 0; round < 4000; round++) {
    const int64_t now_ms = s.keyspace.now_ms();
    const std::string& member = members[random() % names];
    const auto known = model.find(member);
    const unsigned action = static_cast<unsigned>(random() % 10);
    const bool shrinking = round / 500 % 2 == 1;
    if (!s.find()) {
      REQUIRE(s.add(member, limits));
      model[member] = kNoDeadline;
    } else if (action < (shrinking ? 5u : 1u)) {
      SetEdit set(s.keyspace, 0, s.key, s.find(), limits);
      REQUIRE(set.erase(member) == (known != model.end()));
      REQUIRE(set.committed(Event::kSrem));
      if (known != model.end()) model.erase(known);
    } else if (action == 5 && shrinking && model.size() == s.view().size() && random() % 8 == 0) {
      SetEdit set(s.keyspace, 0, s.key, s.find(), limits);
      const size_t left = 1 + random() % model.size();
      set.pop_all_but(left,
                      [&](const SetMember& each) { REQUIRE(model.erase(text_of(each)) == 1); });
      REQUIRE(set.committed(Event::kSpop));
      REQUIRE(model.size() == left);
      REQUIRE(s.view().size() == left);
    } else if (action < (shrinking ? 7u : 2u)) {
      SetEdit set(s.keyspace, 0, s.key, s.find(), limits);
      std::string popped;
      REQUIRE(set.pop([&](const SetMember& each) { popped = text_of(each); }) == !model.empty());
      REQUIRE(set.committed(Event::kSpop));
      if (!model.empty()) REQUIRE(model.erase(popped) == 1);
    } else if (action == 9 && deadlines && known != model.end()) {
      known->second =
          random() % 3 == 0 ? kNoDeadline : now_ms + 1 + static_cast<int64_t>(random() % 100);
      SetEdit set(s.keyspace, 0, s.key, s.find(), limits);
      REQUIRE(set.set_deadline(member, known->second));
      REQUIRE(set.committed(Event::kSexpire));
    } else {
      REQUIRE(s.add(member, limits) == (known == model.end()));
      if (known == model.end()) model[member] = kNoDeadline;
    }
    if (deadlines && random() % 8 == 0) {
      s.keyspace.set_now_ms(now_ms + static_cast<int64_t>(random() % 30));
      forget_due(model, s.keyspace.now_ms());
      if (random() % 4 == 0) {
        while (s.keyspace.background(1000)) {
        }
      }
    }
    if (round % 50 == 49) check_same(s, model);
  }
  if (const Found found = s.find()) s.keyspace.remove(0, s.key, found, Event::kDel);
  while (s.keyspace.background(1000)) {
  }
  CHECK(s.keyspace.heap().used_bytes() == 0);
}

}  // namespace

TEST_CASE("random operations against a model") {
  run_random(Kind::kIntegers, kDefaults, false, 300, 1);
  run_random(Kind::kIntegers, {10, 20, 64}, false, 100, 2);  // intset, listpack, table
  run_random(Kind::kIntegers, {10, 5, 64}, false, 100, 3);   // intset, table
  run_random(Kind::kShort, kDefaults, false, 100, 4);
  run_random(Kind::kShort, {512, 20, 64}, false, 100, 5);
  run_random(Kind::kAll, kDefaults, false, 100, 6);
  run_random(Kind::kAll, kDefaults, false, 3000, 7);
  run_random(Kind::kAll, {0, 0, 0}, false, 100, 8);
}

TEST_CASE("random operations with deadlines against a model") {
  run_random(Kind::kIntegers, kDefaults, true, 30, 11);
  run_random(Kind::kShort, kDefaults, true, 100, 12);
  run_random(Kind::kAll, {0, 0, 0}, true, 1000, 13);
}

namespace {

Encoding encoding_of(const std::vector<std::string>& members, const SetLimits& limits) {
  Shard added, built;
  SetBuilder builder(built.keyspace.heap(), limits);
  for (const std::string& member : members) {
    CHECK(added.add(member, limits) == builder.add(Bytes(member)));
  }
  REQUIRE(builder.put(built.keyspace, 0, built.key, built.find(), Event::kSadd) == Written::kOk);
  CHECK(added.find()->encoding() == built.find()->encoding());
  CHECK((added.find()->collection() == nullptr) == (built.find()->collection() == nullptr));
  CHECK(added.view().size() == built.view().size());
  for (const std::string& member : members) {
    CHECK(added.view().contains(member));
    CHECK(built.view().contains(member));
  }
  return added.find()->encoding();
}

std::vector<std::string> numbers(int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; i++) all.push_back(std::to_string(i));
  return all;
}

}  // namespace

TEST_CASE("what OBJECT ENCODING says, by member and by builder") {
  CHECK(encoding_of({"1", "-2", "9223372036854775807"}, kDefaults) == Encoding::kIntset);
  CHECK(encoding_of({"1", "9223372036854775808"}, kDefaults) == Encoding::kHashtable);
  CHECK(encoding_of({"01"}, kDefaults) == Encoding::kHashtable);
  CHECK(encoding_of({""}, kDefaults) == Encoding::kHashtable);
  CHECK(encoding_of({"1", "a", "2"}, kDefaults) == Encoding::kHashtable);
  CHECK(encoding_of(numbers(512), kDefaults) == Encoding::kIntset);
  CHECK(encoding_of(numbers(513), kDefaults) == Encoding::kHashtable);
  CHECK(encoding_of(numbers(129), {0, 128, 64}) == Encoding::kHashtable);
  CHECK(encoding_of({std::string(65, 'a'), "1"}, kDefaults) == Encoding::kHashtable);
}

TEST_CASE("a set goes into a table with the member that is too many or too long") {
  Shard s;
  for (int i = 0; i < 128; i++) s.add("member" + std::to_string(i), kDefaults);
  CHECK(s.find()->collection() == nullptr);
  s.add("one more", kDefaults);
  CHECK(s.find()->collection() != nullptr);
  Shard t;
  t.add(std::string(64, 'a'), kDefaults);
  CHECK(t.find()->collection() == nullptr);
  t.add(std::string(65, 'a'), kDefaults);
  CHECK(t.find()->collection() != nullptr);
}

TEST_CASE("a member of digits is the same in every form") {
  Shard integers, table;
  integers.add("42", kDefaults);
  table.add("42", {0, 0, 0});
  bool same = false;
  table.view().for_each([&](const SetMember& each) { same = integers.view().contains(each); });
  CHECK(same);
  same = false;
  integers.view().for_each([&](const SetMember& each) { same = table.view().contains(each); });
  CHECK(same);
}

TEST_CASE("drawing and popping are uniform in every form: chi-square") {
  struct Form {
    SetLimits limits;
    bool collection;
  };
  for (const Form& form :
       {Form{{512, 128, 64}, false}, Form{{0, 128, 64}, false}, Form{{0, 0, 0}, true}}) {
    constexpr int kMembers = 100;
    constexpr int kDraws = 20'000;
    Shard s;
    for (const std::string& member : numbers(kMembers)) s.add(member, form.limits);
    CHECK((s.find()->collection() != nullptr) == form.collection);
    std::map<std::string, int> drawn, popped;
    for (int i = 0; i < kDraws; i++) {
      drawn[text_of(*s.view().random())]++;
      SetEdit set(s.keyspace, 0, s.key, s.find(), form.limits);
      std::string member;
      REQUIRE(set.pop([&](const SetMember& each) { member = text_of(each); }));
      popped[member]++;
      REQUIRE(set.add(member) == SetEdit::Add::kAdded);
      REQUIRE(set.committed(Event::kSpop));
    }
    for (const auto& times : {drawn, popped}) {
      CHECK(times.size() == kMembers);
      double chi_square = 0;
      constexpr double kExpected = static_cast<double>(kDraws) / kMembers;
      for (const auto& [member, count] : times) {
        chi_square += (count - kExpected) * (count - kExpected) / kExpected;
      }
      // Mean n - 1, variance 2 (n - 1): 6 standard deviations.
      CHECK(chi_square < kMembers - 1 + 6 * std::sqrt(2.0 * (kMembers - 1)));
    }
  }
}

TEST_CASE("among many due members the living ones are drawn") {
  Shard s;
  SetBuilder builder(s.keyspace.heap(), kDefaults);
  for (const std::string& member : numbers(2000)) builder.add(member, kNow + 10);
  builder.add(Bytes("a"));
  builder.add("b", kNow + 1000);
  REQUIRE(builder.put(s.keyspace, 0, s.key, s.find(), Event::kSadd) == Written::kOk);
  s.keyspace.set_now_ms(kNow + 20);
  CHECK(s.view().living() == 2);
  std::map<std::string, int> drawn;
  for (int i = 0; i < 100; i++) drawn[text_of(*s.view().random())]++;
  CHECK(drawn.size() == 2);
  s.keyspace.set_now_ms(kNow + 2000);
  SetEdit set(s.keyspace, 0, s.key, s.find(), kDefaults);
  CHECK(set.erase("a"));
  CHECK(!set.pop([](const SetMember&) {}));
}

TEST_CASE("the members' deadlines empty a set, and its key goes") {
  Shard s;
  SetBuilder builder(s.keyspace.heap(), kDefaults);
  for (const std::string& member : numbers(3000)) builder.add(member, kNow + 10);
  REQUIRE(builder.put(s.keyspace, 0, s.key, s.find(), Event::kSadd) == Written::kOk);
  CHECK(s.view().size() == 3000);
  s.keyspace.set_now_ms(kNow + 5000);
  while (s.keyspace.background(1000)) {
  }
  CHECK(!s.find());
}

TEST_CASE("a builder that is given up gives all back") {
  Shard s;
  {
    SetBuilder builder(s.keyspace.heap(), kDefaults);
    for (const std::string& member : numbers(5000)) builder.add(Bytes(member));
    CHECK(builder.size() == 5000);
    CHECK(builder.erase(set_text("7")));
    CHECK(!builder.erase(set_text("7")));
  }
  while (s.keyspace.background(1000)) {
  }
  CHECK(s.keyspace.heap().used_bytes() == 0);
}

}  // namespace cobnut
