#include "types/listpack/listpack.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "memory/large.h"
#include "memory/pages.h"
#include "types/listpack/entry_blob.h"
#include "types/listpack/test_storage.h"

namespace cobnut::listpack {
namespace {

using Model = std::vector<std::string>;

StringStorage packed(const Model& model) {
  StringStorage storage;
  std::vector<Element> elements;
  for (const std::string& text : model) elements.emplace_back(Bytes(text));
  REQUIRE(create(storage, Elements(elements)));
  return storage;
}

std::string text_of(View view, size_t at) {
  char digits[kIntTextMax];
  return std::string(view.get(at).text(digits));
}

// All that can be read of it, from both ends.
void check_equal(View view, const Model& model) {
  REQUIRE(valid(view.pack()));
  REQUIRE(view.count() == model.size());
  CHECK(view.empty() == model.empty());
  CHECK(texts(view) == model);
  size_t at = view.end();
  for (size_t i = model.size(); i-- > 0;) {
    at = view.previous(at);
    CHECK(text_of(view, at) == model[i]);
  }
  CHECK(view.previous(at) == kNone);
}

std::string random_text(std::mt19937& random) {
  switch (random() % 8) {
    case 0:
      return "";
    case 1:
      return std::to_string(static_cast<int64_t>(random() % 300) - 100);
    case 2:
      return std::to_string(static_cast<int64_t>(random() % 20000) - 10000);
    case 3: {
      const auto wide = static_cast<int64_t>(uint64_t{random()} << 32 | random());
      return std::to_string(wide >> random() % 64);
    }
    case 4:
      return std::string(random() % 200, 'a');
    case 5:
      return random() % 20 == 0 ? std::string(random() % 20000, 'b') : "00";
    case 6:
      return "-" + std::to_string(random() % 3) + (random() % 2 ? "" : " ");
    default:
      return std::string(1 + random() % 20, static_cast<char>(random() % 256));
  }
}

}  // namespace

TEST_CASE("the bytes of a listpack are those of the published layout") {
  using namespace std::string_literals;
  CHECK(packed({}).bytes == "\x07\0\0\0\0\0\xff"s);
  CHECK(packed({"a", "1", "-1", "4095"}).bytes ==
        "\x12\0\0\0\x04\0\x81"
        "a\x02\x01\x01\xdf\xff\x02\xcf\xff\x02\xff"s);
  CHECK(packed({"4096", "-40000", "8388608", "4294967296"}).bytes ==
        "\x20\0\0\0\x04\0\xf1\0\x10\x03\xf2\xc0\x63\xff\x04"s +
            "\xf3\0\0\x80\0\x05\xf4\0\0\0\0\x01\0\0\0\x09\xff"s);
  const std::string medium(64, 'm'), large(4096, 'l');
  CHECK(packed({medium}).bytes == "\x4a\0\0\0\x01\0\xe0\x40"s + medium + "\x42\xff"s);
  CHECK(packed({large}).bytes == "\x0e\x10\0\0\x01\0\xf0\0\x10\0\0"s + large + "\x20\x85\xff"s);
  // Not integers as Redis writes them.
  for (const char* text : {"-0", "01", "+1", " 1", "1 ", "9223372036854775808", "1e3", "-"}) {
    const StringStorage storage = packed({text});
    CHECK(!View(storage.data()).get(kHeaderBytes).is_integer);
  }
  for (const char* text : {"0", "-9223372036854775808", "9223372036854775807"}) {
    const StringStorage storage = packed({text});
    CHECK(View(storage.data()).get(kHeaderBytes).is_integer);
    CHECK(text_of(View(storage.data()), kHeaderBytes) == text);
  }
}

TEST_CASE("every encoding at its limits is read back, in both directions") {
  Model model;
  for (int64_t around : {0L, 127L, -4096L, 4095L, -32768L, 32767L, -(1L << 23), (1L << 23) - 1,
                         -(1L << 31), (1L << 31) - 1})
    for (int64_t offset = -2; offset <= 2; offset++)
      model.push_back(std::to_string(around + offset));
  // Lengths around the limits of the encodings and of the lengths behind the entries.
  for (size_t around : {0UL, 64UL, 127UL, 4096UL, 16383UL, 2097151UL})
    for (size_t size = around > 8 ? around - 8 : 0; size < around + 4; size++)
      model.push_back(std::string(size, 's'));
  const StringStorage storage = packed(model);
  check_equal(View(storage.data()), model);
}

TEST_CASE("random edits follow a vector") {
  for (uint32_t seed = 1; seed <= 20; seed++) {
    std::mt19937 random(seed);
    Model model;
    StringStorage storage = packed(model);
    for (int step = 0; step < 400; step++) {
      const size_t index = random() % (model.size() + 1);
      const auto place = model.begin() + static_cast<ptrdiff_t>(index);
      const View view(storage.data());
      const size_t at = index == model.size() ? view.end() : view.at(static_cast<int64_t>(index));
      const std::string text = random_text(random), second = random_text(random);
      const Element element{Bytes(text)};
      const Element both[] = {element, Element(Bytes(second))};
      switch (random() % 9) {
        case 0:
          REQUIRE(append(storage, element));
          model.push_back(text);
          break;
        case 1:
          REQUIRE(prepend(storage, element));
          model.insert(model.begin(), text);
          break;
        case 2:
          REQUIRE(insert(storage, at, Elements(both)));
          model.insert(place, {text, second});
          break;
        case 3:
        case 4:
          if (index == model.size()) break;
          REQUIRE(replace(storage, at, element));
          *place = text;
          break;
        case 5:
          if (index == model.size()) break;
          REQUIRE(insert_after(storage, at, element));
          model.insert(place + 1, text);
          break;
        case 6: {
          const size_t count = random() % (model.size() - index + 1);
          erase(storage, at, count);
          model.erase(place, place + static_cast<ptrdiff_t>(count));
          break;
        }
        case 7: {  // a part of another pack, as it is
          const StringStorage other = packed({second, text, "7"});
          const View from(other.data());
          REQUIRE(insert(storage, at, from.run(from.first(), from.at(2), 2)));
          model.insert(place, {second, text});
          break;
        }
        default:
          storage.refuse = true;  // what does not grow succeeds, all else changes nothing
          CHECK(!append(storage, element));
          if (index < model.size()) {
            erase(storage, at, 1);
            model.erase(place);
          }
          storage.refuse = false;
          break;
      }
      check_equal(View(storage.data()), model);
    }
  }
}

TEST_CASE("entries are found by index and by value") {
  std::mt19937 random(7);
  Model model;
  for (int i = 0; i < 500; i++) model.push_back(random_text(random));
  const StringStorage storage = packed(model);
  const View view(storage.data());
  const auto count = static_cast<int64_t>(model.size());
  for (int64_t index = -count; index < count; index++)
    CHECK(text_of(view, view.at(index)) ==
          model[static_cast<size_t>(index < 0 ? index + count : index)]);
  CHECK(view.at(count) == kNone);
  CHECK(view.at(-count - 1) == kNone);
  CHECK(view.at(INT64_MAX) == kNone);
  CHECK(view.at(INT64_MIN) == kNone);
  for (size_t skip : {0, 1, 2}) {
    for (size_t from : {0, 1, 77, 498}) {
      for (const std::string& wanted : {model[5], model[77], model[90], std::string("absent")}) {
        size_t i = from;
        while (i < model.size() && model[i] != wanted) i += skip + 1;
        const size_t found = view.find(Element(Bytes(wanted)), view.skip(view.first(), from), skip);
        CHECK(found == (i < model.size() ? view.at(static_cast<int64_t>(i)) : kNone));
        if (found != kNone) CHECK(view.equal(found, Element(Bytes(wanted))));
      }
    }
  }
  CHECK(compare(view.get(view.at(3)), model[3]) == 0);
  CHECK(compare(Value{.integer = 12, .is_integer = true}, "2") < 0);
  CHECK(compare(Value{.bytes = "b"}, "a") > 0);
}

TEST_CASE("from 65535 elements on the count is found by walking") {
  StringStorage storage = packed({});
  const std::vector<Element> many(65534, Element(int64_t{5}));
  REQUIRE(append(storage, Elements(many)));
  CHECK(View(storage.data()).stored_count() == 65534);
  REQUIRE(append(storage, Element(int64_t{6})));
  const View view(storage.data());
  CHECK(view.stored_count() == kCountUnknown);
  CHECK(view.count() == 65535);
  CHECK(valid(view.pack()));
  CHECK(text_of(view, view.at(65534)) == "6");
  CHECK(text_of(view, view.at(-1)) == "6");
  CHECK(view.at(65535) == kNone);
  CHECK(view.at(-65535) == view.first());
  CHECK(view.at(-65536) == kNone);
}

TEST_CASE("what is not exactly a listpack is refused") {
  const StringStorage good = packed({"text", "12", "300", std::string(70, 'x'), "-70000"});
  REQUIRE(valid(good.bytes));
  CHECK(!valid(good.bytes + '\xff'));
  CHECK(!valid(Bytes(good.bytes).substr(0, good.bytes.size() - 1)));
  CHECK(!valid(""));
  for (size_t i = 0; i < good.bytes.size(); i++) {
    const bool payload = (i >= 7 && i < 11) || i == 12 || i == 15 || (i >= 19 && i < 89);
    std::string bad = good.bytes;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    if (!payload && i < bad.size() - 6) CHECK_MESSAGE(!valid(bad), i);
  }
  using namespace std::string_literals;
  CHECK(!valid("\x0a\0\0\0\x01\0\x81\x35\x02\xff"s));      // "5" as text
  CHECK(!valid("\x0a\0\0\0\x01\0\xc0\x05\x02\xff"s));      // 5 in 13 bits
  CHECK(!valid("\x0b\0\0\0\x01\0\xe0\x01\x61\x03\xff"s));  // one byte of text with a 12-bit length
  CHECK(!valid("\x09\0\0\0\x01\0\xf5\x01\xff"s));          // no such encoding
  CHECK(!valid("\x0c\0\0\0\x01\0\xf0\xff\xff\xff\xff\xff"s));
}

TEST_CASE("the blob of an entry is a storage") {
  PagePool pages;
  Keyspace keyspace(0, kSlots, 1, pages, large_allocator(AllocatorKind::kPooled),
                    1'700'000'000'000);
  const Key key("list");
  Found found;
  EntryBlob blob(keyspace, 0, key, found, Type::kList, Encoding::kQuicklist);
  REQUIRE(create(blob, Element(Bytes("0"))));
  Model model = {"0"};
  for (int i = 1; i < 3000; i++) {  // out of the entry and back
    const std::string text = std::to_string(i);
    REQUIRE(append(blob, Element(Bytes(text))));
    model.push_back(text);
  }
  check_equal(View(found->bytes()), model);
  CHECK(found->bytes().size() == View(found->bytes()).bytes());
  erase(blob, View(found->bytes()).at(10), 2990);
  model.resize(10);
  found = keyspace.peek(0, key);
  check_equal(View(found->bytes()), model);
  CHECK(found->bytes().size() == View(found->bytes()).bytes());
  CHECK(found->type() == Type::kList);
}

}  // namespace cobnut::listpack
