#include "base/quoting.h"

#include <doctest/doctest.h>

using namespace cobnut;

namespace {

// The words with bars between them, or "unbalanced".
std::string split(Bytes line) {
  const auto words = split_quoted(line);
  if (!words) return "unbalanced";
  std::string text;
  for (const std::string& word : *words) (text += word) += '|';
  return text;
}

}  // namespace

TEST_CASE("words and quotes as redis.conf writes them") {
  CHECK(split("") == "");
  CHECK(split(" \t ") == "");
  CHECK(split("port 7000") == "port|7000|");
  CHECK(split("  a\tb  c ") == "a|b|c|");
  CHECK(split("a \"\" ''") == "a|||");
  CHECK(split(R"(a "b c" 'd e')") == "a|b c|d e|");
  CHECK(split(R"("\n\r\t\b\a\"\\\x41\xzz\q")") == "\n\r\t\b\a\"\\Axzzq|");
  CHECK(split(R"('\n\'')") == "\\n'|");
  CHECK(split(R"(ab"c d")") == "abc d|");
  CHECK(split("\"a") == "unbalanced");
  CHECK(split("'a") == "unbalanced");
  CHECK(split(R"("a"b)") == "unbalanced");
  CHECK(split(R"("a\")") == "unbalanced");
}

TEST_CASE("what is quoted is read back") {
  CHECK(quoted("a b") == "\"a b\"");
  CHECK(quoted("a\"b\\\n\x01") == R"("a\"b\\\n\x01")");
  std::string all;
  for (int c = 0; c < 256; c++) all += static_cast<char>(c);
  const auto words = split_quoted(quoted(all));
  REQUIRE(words);
  REQUIRE(words->size() == 1);
  CHECK(words->at(0) == all);
}
