#include "base/text.h"

#include <doctest/doctest.h>

using namespace cobnut;

TEST_CASE("globs") {
  struct Case {
    const char* pattern;
    const char* text;
    bool matches;
  };
  for (const Case& c : {Case{"h?llo", "hello", true},
                        {"h?llo", "hllo", false},
                        {"h*llo", "heeeello", true},
                        {"h*llo", "hllo", true},
                        {"h[ae]llo", "hallo", true},
                        {"h[ae]llo", "hillo", false},
                        {"h[^e]llo", "hallo", true},
                        {"h[^e]llo", "hello", false},
                        {"h[a-b]llo", "hbllo", true},
                        {"h[b-a]llo", "hallo", true},
                        {"a\\*", "a*", true},
                        {"a\\*", "ab", false},
                        {"*", "x", true},
                        {"**", "x", true},
                        {"a*", "a", true},
                        {"a**", "a", true},
                        {"*a", "ba", true},
                        {"*a*b*c", "xaxbxc", true},
                        {"*a*b*c", "xaxbx", false},
                        {"[abc", "c", true},
                        {"[", "[", false},
                        {"[]", "]", false},
                        {"[^]", "x", true},
                        {"a[", "a", false},
                        {"\\", "\\", true},
                        {"[\\]]", "]", true},
                        {"[a-]", "-", false},
                        {"[a-]", "`", true},
                        {"*ab", "aab", true},
                        {"", "", true},
                        {"", "x", false},
                        {"*", "", false},
                        {"GE[Tx", "GET", true}}) {
    CAPTURE(c.pattern);
    CAPTURE(c.text);
    CHECK(glob_match(c.pattern, c.text) == c.matches);
  }
  CHECK(glob_match("H[A-C]*", "hbX", true));
  CHECK_FALSE(glob_match("H[A-C]*", "hbX"));
  CHECK(glob_match(Bytes("\0*", 2), Bytes("\0x", 2)));
}

TEST_CASE("a glob full of stars is not exponential") {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  pattern += "b";
  CHECK_FALSE(glob_match(pattern, std::string(20000, 'a')));
}

TEST_CASE("text in quotes") {
  std::string out = "x ";
  append_quoted(out, Bytes("a\n\r\t\a\b\"\\\0\x7f\xff~ ", 13));
  CHECK(out == "x \"a\\n\\r\\t\\a\\b\\\"\\\\\\x00\\x7f\\xff~ \"");
  out.clear();
  append_quoted(out, "");
  CHECK(out == "\"\"");
}

TEST_CASE("ASCII case") {
  CHECK(equal_ignore_case("KeepTTL", "keepttl"));
  CHECK_FALSE(equal_ignore_case("a", "ab"));
  CHECK_FALSE(equal_ignore_case("@", "`"));
  CHECK(to_lower("GeT[Z]") == "get[z]");
  CHECK(to_upper("get{z}") == "GET{Z}");
}
