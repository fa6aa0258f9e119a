// The parts of the format, and the packed forms of other servers, from bytes made here by hand.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "rdb/crc64.h"
#include "base/numbers.h"
#include "rdb/elements.h"
#include "rdb/reader.h"
#include "rdb/test_packs.h"
#include "rdb/writer.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::rdb {
namespace {

using Texts = std::vector<std::string>;

std::string written(Bytes text) {
  Writer out;
  out.text(text);
  const std::string& payload = out.finish();
  return payload.substr(0, payload.size() - kFooterBytes);
}

std::string written_length(uint64_t length) {
  Writer out;
  out.length(length);
  const std::string& payload = out.finish();
  return payload.substr(0, payload.size() - kFooterBytes);
}

std::string read_back(Bytes bytes) {
  Reader in(bytes);
  std::string scratch;
  const std::string text(in.text(&scratch));
  return in.failed() ? "malformed" : in.left() > 0 ? "bytes left" : text;
}

// The elements of a value of that type; nothing when it is malformed.
std::optional<Texts> elements(ValueType type, Bytes bytes) {
  Reader in(bytes);
  Texts texts;
  char digits[kIntTextMax];
  const auto add = [&](const listpack::Value& value) {
    texts.emplace_back(value.text(digits));
    return true;
  };
  const auto add_scored = [&](Bytes member, double score) {
    return add({.bytes = member}) && add({.bytes = format_double(score)});
  };
  const bool scored = type == ValueType::kZset || type == ValueType::kZset2;
  const bool whole = scored ? visit_scored(in, type, add_scored) : visit_elements(in, type, add);
  if (!whole) return std::nullopt;
  return texts;
}

// What is cut off anywhere, or damaged in its frame, is malformed: never more, never a crash.
void check_cuts(ValueType type, const std::string& bytes) {
  REQUIRE(elements(type, bytes));
  for (size_t size = 0; size < bytes.size(); size++) {
    const std::string cut = bytes.substr(0, size);  // a block of its own, for the sanitizer
    CHECK(!elements(type, cut));
  }
  for (size_t at = 0; at < bytes.size(); at++) {
    for (int bit = 0; bit < 8; bit++) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
      static_cast<void>(elements(type, damaged));
    }
  }
}

TEST_CASE("crc64: the published check value, however the bytes are cut") {
  CHECK(crc64(0, "123456789") == 0xe9c6d914c4b8d9ca);
  CHECK(crc64(0, "") == 0);
  std::mt19937 random(1);
  std::string bytes(1000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  for (const size_t cut : {0, 1, 7, 8, 9, 500, 999, 1000})
    CHECK(crc64(crc64(0, Bytes(bytes).substr(0, cut)), Bytes(bytes).substr(cut)) ==
          crc64(0, bytes));
}

TEST_CASE("rdb: lengths at their boundaries") {
  const std::pair<uint64_t, size_t> kLengths[] = {
      {0, 1},     {63, 1},         {64, 2},         {16383, 2},
      {16384, 5}, {UINT32_MAX, 5}, {1ull << 32, 9}, {UINT64_MAX, 9},
  };
  for (const auto& [length, bytes] : kLengths) {
    CAPTURE(length);
    const std::string text = written_length(length);
    CHECK(text.size() == bytes);
    Reader in(text);
    CHECK(in.length() == length);
    CHECK(!in.failed());
    Reader cut(Bytes(text).substr(0, bytes - 1));
    cut.length();
    CHECK(cut.failed());
  }
  for (const char first : {'\x82', '\xbf', '\xc0', '\xff'}) {
    const std::string text = std::string(1, first) + "12345678";
    Reader in(text);
    in.length();
    CHECK(in.failed());
  }
  const std::string many = written_length(1000) + "0123456789";
  Reader in(many);
  CHECK(in.count(1) == 0);
  CHECK(in.failed());
}

TEST_CASE("rdb: texts in the form that is shortest") {
  struct Form {
    std::string text;
    std::string begin;
    size_t bytes;
  };
  const std::string noise = [] {
    std::mt19937 random(2);
    std::string text(200, '\0');
    for (char& byte : text) byte = static_cast<char>(random());
    return text;
  }();
  const Form kForms[] = {
      {"", std::string(1, '\0'), 1},
      {"a",
       "\x01"
       "a",
       2},
      {"0", "\xc0", 2},
      {"-1", "\xc0\xff", 2},
      {"127", "\xc0\x7f", 2},
      {"-128", "\xc0\x80", 2},
      {"128", "\xc1\x80", 3},
      {"-32768", "\xc1", 3},
      {"32768", "\xc2", 5},
      {"-2147483648", "\xc2", 5},
      {"2147483648",
       "\x0a"
       "2147483648",
       11},
      {"01",
       "\x02"
       "01",
       3},
      {"-0",
       "\x02"
       "-0",
       3},
      {"+1", "\x02+1", 3},
      {std::string(20, 'a'),
       "\x14"
       "aaa",
       21},
      {std::string(21, 'a'), "\xc3", 9},
      {std::string(5000, 'a'), "\xc3", 70},
      {noise, "\x40\xc8", 202},
  };
  for (const Form& form : kForms) {
    CAPTURE(form.text);
    const std::string text = written(form.text);
    CHECK(text.starts_with(form.begin));
    CHECK(text.size() <= form.bytes);
    CHECK(read_back(text) == form.text);
    for (size_t size = 0; size < text.size(); size++)
      CHECK(read_back(Bytes(text).substr(0, size)) == "malformed");
  }
}

TEST_CASE("rdb: compressed texts that lie about their length") {
  const std::string right = written(std::string(100, 'a'));
  REQUIRE(right[0] == '\xc3');
  const size_t length_at = 2;  // behind the form and the compressed length
  REQUIRE(right.substr(length_at, 2) == "\x40\x64");
  for (const char* lie : {"\x40\x63", "\x40\x65", "\x7f\xff"}) {
    std::string text = right;
    text.replace(length_at, 2, lie);
    CHECK(read_back(text) == "malformed");
  }
  std::string huge = right.substr(0, length_at);
  huge += std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff", 9);  // no memory is asked for it
  CHECK(read_back(huge + right.substr(length_at + 2)) == "malformed");
  CHECK(read_back(std::string("\xc3\x00\x05", 3)) == "malformed");
}

TEST_CASE("rdb: scores as texts") {
  const auto score = [](const std::string& bytes) {
    Reader in(bytes);
    const double value = in.double_text();
    return in.failed() ? -777.0 : value;
  };
  CHECK(score("\x03"
              "1.5") == 1.5);
  CHECK(score("\x05"
              "-1e10") == -1e10);
  CHECK(score("\xfe") == HUGE_VAL);
  CHECK(score("\xff") == -HUGE_VAL);
  CHECK(std::isnan(score("\xfd")));
  CHECK(score("\x03"
              "1.") == -777);  // cut
  CHECK(score("\x02"
              "1x") == -777);
  CHECK(score(std::string(1, '\0')) == -777);
}

TEST_CASE("rdb: plain lists, hashes and sorted sets") {
  const std::string texts = written_length(2) + written("a") + written("12");
  CHECK(elements(ValueType::kList, texts) == Texts{"a", "12"});
  CHECK(elements(ValueType::kSet, texts) == Texts{"a", "12"});
  check_cuts(ValueType::kList, texts);
  const std::string pairs = written_length(1) + written("field") + written("");
  CHECK(elements(ValueType::kHash, pairs) == Texts{"field", ""});
  check_cuts(ValueType::kHash, pairs);
  const std::string old_scores = written_length(2) + written("m") +
                                 "\x03"
                                 "1.5" +
                                 written("n\n") + "\xff";
  CHECK(elements(ValueType::kZset, old_scores) == Texts{"m", "1.5", "n\n", "-inf"});
  check_cuts(ValueType::kZset, old_scores);
  const double third = 1.0 / 3;
  const std::string scores =
      written_length(1) + written("m") + std::string(reinterpret_cast<const char*>(&third), 8);
  CHECK(elements(ValueType::kZset2, scores) == Texts{"m", "0.3333333333333333"});
  check_cuts(ValueType::kZset2, scores);
  const double nan = NAN;
  CHECK(!elements(ValueType::kZset2, written_length(1) + written("m") +
                                         std::string(reinterpret_cast<const char*>(&nan), 8)));
  CHECK(!elements(ValueType::kZset, written_length(1) + written("m") + "\xfd"));
  CHECK(elements(ValueType::kList, written_length(0)) == Texts{});  // for the codec to refuse
}

TEST_CASE("rdb: ziplists with an entry of every encoding") {
  const Texts kTexts = {"",
                        "a",
                        std::string(63, 'b'),
                        std::string(64, 'c'),
                        std::string(16383, 'd'),
                        std::string(16384, 'e'),
                        "behind a long one"};
  const int64_t kIntegers[] = {0,       12,        13,        -1,        127,      -128,
                               128,     -32768,    32767,     32768,     8388607,  -8388608,
                               8388608, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
  Ziplist pack;
  Texts expected;
  for (const std::string& text : kTexts) {
    pack.add(text);
    expected.push_back(text);
  }
  for (const int64_t integer : kIntegers) {
    pack.add(integer);
    expected.push_back(std::to_string(integer));
  }
  CHECK(elements(ValueType::kListZiplist, written(pack.bytes())) == expected);
  const std::string two = written_length(2) + written(pack.bytes()) + written(Ziplist("x").bytes());
  expected.push_back("x");
  CHECK(elements(ValueType::kListQuicklist, two) == expected);

  Ziplist small("one");
  small.add(300);
  small.add("\xff\xff");
  check_cuts(ValueType::kHashZiplist, raw_text(small.bytes()));
  CHECK(!elements(ValueType::kListZiplist, raw_text(small.bytes() + "x")));
  for (const size_t at : {0, 4, 8, 10}) {  // total, tail, count, length of what is before the first
    std::string damaged = small.bytes();
    damaged[at]++;
    CAPTURE(at);
    CHECK(!elements(ValueType::kListZiplist, raw_text(damaged)));
  }
}

TEST_CASE("rdb: zipmaps, intsets, listpacks and the nodes of lists") {
  const std::string zipmap =
      zipmap_of({{"k", "v"}, {std::string(300, 'k'), std::string(254, 'v')}});
  CHECK(elements(ValueType::kHashZipmap, raw_text(zipmap)) ==
        Texts{"k", "v", std::string(300, 'k'), std::string(254, 'v')});
  check_cuts(ValueType::kHashZipmap, raw_text(zipmap_of({{"k", "v"}, {"key", ""}})));

  CHECK(elements(ValueType::kSetIntset, raw_text(intset_of<int16_t>({-300, 0, 7}))) ==
        Texts{"-300", "0", "7"});
  CHECK(elements(ValueType::kSetIntset, raw_text(intset_of<int64_t>({INT64_MIN, 0, INT64_MAX}))) ==
        Texts{std::to_string(INT64_MIN), "0", std::to_string(INT64_MAX)});
  CHECK(!elements(ValueType::kSetIntset, raw_text(intset_of<int32_t>({1, 1}))));
  CHECK(!elements(ValueType::kSetIntset, raw_text(intset_of<int32_t>({2, 1}))));
  check_cuts(ValueType::kSetIntset, raw_text(intset_of<int32_t>({-70000, 1, 2, 70000})));

  const std::string pack = listpack_of({"a", "12", std::string(100, 'x')});
  for (const ValueType type :
       {ValueType::kHashListpack, ValueType::kZsetListpack, ValueType::kSetListpack}) {
    CHECK(elements(type, raw_text(pack)) == Texts{"a", "12", std::string(100, 'x')});
  }
  check_cuts(ValueType::kSetListpack, raw_text(pack));
  const std::string nodes = written_length(2) + written_length(kNodePacked) + raw_text(pack) +
                            written_length(kNodePlain) + written("plain");
  CHECK(elements(ValueType::kListQuicklist2, nodes) ==
        Texts{"a", "12", std::string(100, 'x'), "plain"});
  check_cuts(ValueType::kListQuicklist2, nodes);
  CHECK(
      !elements(ValueType::kListQuicklist2, written_length(1) + written_length(3) + written("a")));
}

}  // namespace
}  // namespace cobnut::rdb
