// Random operations on a hash of a keyspace against a std::map, over both forms and across the
// change from one to the other.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "types/hash/hash.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "keyspace/collection.h"
#include "memory/large.h"
#include "memory/pages.h"
#include "types/hash/hash_builder.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

struct Shard {
  PagePool pages;
  Keyspace keyspace{0, kSlots, 1, pages, large_allocator(AllocatorKind::kPooled), kNow};
  Key key{"hash"};

  Found find() { return keyspace.peek(0, key); }
  HashView view() { return HashView(*find().entry, keyspace.now_ms()); }
};

struct Model {
  std::string value;
  int64_t deadline_ms;
};
using Fields = std::map<std::string, Model>;

std::string text_of(const HashText& text) {
  char digits[kIntTextMax];
  return std::string(text.text(digits));
}

std::string some_text(std::mt19937_64& random) {
  switch (random() % 6) {
    case 0:
      return std::to_string(static_cast<int64_t>(random() >> (random() % 64)));
    case 1:
      return std::string(random() % 100, 'x');
    case 2:
      return std::string(1, static_cast<char>(random()));
    case 3:
      return random() % 50 == 0 ? std::string(5000, 'y') : "";
    default:
      return "text" + std::to_string(random() % 1000);
  }
}

void forget_due(Fields& model, int64_t now_ms) {
  std::erase_if(model, [&](const auto& pair) { return pair.second.deadline_ms < now_ms; });
}

void check_same(Shard& s, const Fields& model) {
  const Found found = s.find();
  if (!found) {
    REQUIRE(model.empty());
    return;
  }
  const HashView hash(*found.entry, s.keyspace.now_ms());
  Fields seen;
  hash.for_each([&](const HashField& each) {
    seen[text_of(each.field)] = {text_of(each.value), each.deadline_ms};
  });
  REQUIRE(seen.size() == model.size());
  REQUIRE(hash.living() == model.size());
  REQUIRE(hash.size() >= model.size());
  for (const auto& [name, expected] : model) {
    REQUIRE(seen[name].value == expected.value);
    REQUIRE(seen[name].deadline_ms == expected.deadline_ms);
    REQUIRE(text_of(*hash.value(name)) == expected.value);
    REQUIRE(*hash.deadline_ms(name) == expected.deadline_ms);
  }
  if (!model.empty()) REQUIRE(model.contains(text_of(hash.random()->field)));
  std::set<std::string> scanned;
  uint64_t cursor = 0;
  do {
    cursor =
        hash.scan(cursor, 7, [&](const HashField& each) { scanned.insert(text_of(each.field)); });
  } while (cursor != 0);
  REQUIRE(scanned.size() == model.size());
}

void run_random(const HashLimits& limits, bool deadlines, size_t names, uint64_t seed) {
  Shard s;
  std::mt19937_64 random(seed);
  Fields model;
  std::vector<std::string> fields;
  for (size_t i = 0; i < names; i++) fields.push_back(some_text(random) + std::to_string(i));
  for (int round = 0; round < 4000; round++) {
    const int64_t now_ms = s.keyspace.now_ms();
    const std::string& field = fields[random() % names];
    const auto known = model.find(field);
    {
      HashEdit hash(s.keyspace, 0, s.key, s.keyspace.edit(0, s.key), limits);
      REQUIRE(hash.value(field).has_value() == (known != model.end()));
      const unsigned action = random() % 10;
      if (action < (round / 500 % 2 == 0 ? 2u : 7u)) {
        const bool erased = hash.erase(field);
        REQUIRE(erased == (known != model.end()));
        if (erased) {
          model.erase(known);
          REQUIRE(hash.committed(Event::kHdel));
        }
      } else if (action == 9 && deadlines && known != model.end()) {
        known->second.deadline_ms =
            random() % 3 == 0 ? kNoDeadline : now_ms + 1 + static_cast<int64_t>(random() % 100);
        REQUIRE(hash.set_deadline(field, known->second.deadline_ms));
        REQUIRE(hash.committed(Event::kHexpire));
      } else {
        const std::string value = some_text(random);
        const bool keep = random() % 2 == 0;
        const auto done = hash.set(field, value, keep ? HashEdit::kKeepDeadline : kNoDeadline);
        REQUIRE(done == (known == model.end() ? HashEdit::Set::kAdded : HashEdit::Set::kUpdated));
        const int64_t deadline_ms =
            keep && known != model.end() ? known->second.deadline_ms : kNoDeadline;
        model[field] = {value, deadline_ms};
        REQUIRE(hash.committed(Event::kHset));
      }
    }
    if (random() % 20 == 0) {
      s.keyspace.set_now_ms(now_ms + static_cast<int64_t>(random() % 30));
      forget_due(model, s.keyspace.now_ms());
      if (random() % 3 == 0) {
        while (s.keyspace.background(1'000'000)) {
        }
      }
    }
    if (round % 50 == 0) check_same(s, model);
  }
  check_same(s, model);
  s.keyspace.flush(0);
  while (s.keyspace.background(1'000'000)) {
  }
  CHECK(s.keyspace.heap().used_bytes() == 0);
}

}  // namespace

TEST_CASE("random operations on a hash against a model") {
  run_random({.fields = 100'000, .text_bytes = 1 << 20}, false, 60, 1);  // stays a listpack
  run_random({.fields = 0, .text_bytes = 64}, false, 300, 2);            // always a table
  run_random({.fields = 20, .text_bytes = 64}, false, 60, 3);
  run_random({.fields = 20, .text_bytes = 64}, true, 60, 4);
  run_random({.fields = 512, .text_bytes = 64}, true, 400, 5);
}

TEST_CASE("the form changes at the limits, and never back") {
  Shard s;
  const HashLimits limits{.fields = 3, .text_bytes = 10};
  const auto set = [&](Bytes field, Bytes value) {
    HashEdit hash(s.keyspace, 0, s.key, s.find(), limits);
    CHECK(hash.set(field, value) != HashEdit::Set::kNoMemory);
    CHECK(hash.committed(Event::kHset));
  };
  set("a", "1");
  set("b", "2");
  set("c", "0123456789");
  CHECK(s.find()->encoding() == Encoding::kListpack);
  CHECK(s.view().is_packed());
  set("d", "4");
  CHECK(s.find()->encoding() == Encoding::kHashtable);
  HashEdit(s.keyspace, 0, s.key, s.find(), limits).erase("d");
  set("a", "1");
  CHECK(!s.view().is_packed());
  CHECK(text_of(*s.view().value("c")) == "0123456789");
  s.keyspace.remove(0, s.key, s.find(), Event::kDel);
  set("a", "0123456789a");
  CHECK(s.find()->encoding() == Encoding::kHashtable);
}

TEST_CASE("a hash built of its elements is what the commands would have made") {
  constexpr HashLimits kLimits{.fields = 20, .text_bytes = 64};
  constexpr int64_t kLater = kNow + 1000;
  struct Case {
    size_t fields;
    size_t long_value_at;
    size_t deadline_at;
    Encoding encoding;
  };
  constexpr size_t kNever = SIZE_MAX;
  const Case cases[] = {
      {1, kNever, kNever, Encoding::kListpack},   {20, kNever, kNever, Encoding::kListpack},
      {21, kNever, kNever, Encoding::kHashtable}, {1000, kNever, kNever, Encoding::kHashtable},
      {5, 3, kNever, Encoding::kHashtable},       {5, kNever, 2, Encoding::kHashtable}};
  for (const Case& each : cases) {
    CAPTURE(each.fields);
    Shard s;
    Fields model;
    {
      HashBuilder hash(s.keyspace.heap(), kLimits);
      for (size_t i = 0; i < each.fields; i++) {
        const std::string field = i % 2 == 0 ? std::to_string(i) : "f" + std::to_string(i);
        const std::string value(i == each.long_value_at ? 65 : i % 10, 'v');
        const int64_t deadline_ms = i == each.deadline_at ? kLater : kNoDeadline;
        CHECK(hash.add(field, value, deadline_ms));
        CHECK(!hash.add(field, "other"));
        model[field] = {value, deadline_ms};
      }
      CHECK(hash.size() == each.fields);
      CHECK(hash.value().encoding == each.encoding);
      REQUIRE(s.keyspace.put(0, s.key, {}, hash.value(), kNoExpiry, Event::kRestore) ==
              Written::kOk);
      hash.stored();
    }
    check_same(s, model);
    if (each.deadline_at == kNever) continue;
    s.keyspace.set_now_ms(kLater + 1000);
    while (s.keyspace.background(1'000'000)) {
    }
    CHECK(s.view().size() == each.fields - 1);
  }
  Shard s;
  {
    HashBuilder given_up(s.keyspace.heap(), {.fields = 0, .text_bytes = 64});
    for (int i = 0; i < 1000; i++) given_up.add(std::to_string(i), "v");
  }
  while (s.keyspace.background(1'000'000)) {
  }
  CHECK(s.keyspace.heap().used_bytes() == 0);
}

TEST_CASE("a large hash goes at once and is freed in slices") {
  Shard s;
  constexpr size_t kFields = 100'000;
  {
    HashBuilder hash(s.keyspace.heap(), {.fields = 512, .text_bytes = 64});
    for (size_t i = 0; i < kFields; i++) hash.add("field" + std::to_string(i), "value");
    REQUIRE(s.keyspace.put(0, s.key, {}, hash.value(), kNoExpiry, Event::kRestore) == Written::kOk);
    hash.stored();
  }
  const size_t full = s.keyspace.heap().used_bytes();
  s.keyspace.remove(0, s.key, s.find(), Event::kDel);
  CHECK(!s.find());
  CHECK(s.keyspace.heap().used_bytes() > full / 10 * 9);
  size_t before = s.keyspace.heap().used_bytes();
  size_t steps = 0;
  size_t largest = 0;
  for (bool more = true; more; steps++) {
    more = s.keyspace.heap().free_step();
    largest = std::max(largest, before - s.keyspace.heap().used_bytes());
    before = s.keyspace.heap().used_bytes();
  }
  CHECK(before == 0);
  CHECK(steps > 50);
  CHECK(largest < full / 50);
}

}  // namespace cobnut
