#include "command/syntax.h"

#include <doctest/doctest.h>

namespace cobnut {
namespace {

// The tree in one line: name/type, then what else there is.
std::string shown(const std::vector<Argument>& arguments) {
  std::string text;
  for (const Argument& a : arguments) {
    if (!text.empty()) text += ' ';
    text += a.name + "/" + std::string(a.type);
    if (a.token) text += " \"" + std::string(*a.token) + "\"";
    if (a.key_spec >= 0) text += " #" + std::to_string(a.key_spec);
    if (!a.since.empty()) text += " since " + std::string(a.since);
    if (!a.deprecated_since.empty()) text += " until " + std::string(a.deprecated_since);
    if (a.optional) text += " optional";
    if (a.multiple) text += " multiple";
    if (a.multiple_token) text += " multiple_token";
    if (!a.arguments.empty()) text += " (" + shown(a.arguments) + ")";
    text += ';';
  }
  return text;
}

std::string read(Bytes text) {
  Result<std::vector<Argument>> arguments = parse_syntax(text);
  return arguments.ok() ? shown(*arguments) : "error: " + arguments.error();
}

TEST_CASE("syntax: names and their types") {
  CHECK(read("").empty());
  CHECK(read("key value") == "key/key #0; value/string;");
  CHECK(read("count numkeys unix-time-seconds pattern") ==
        "count/integer; numkeys/integer; unix-time-seconds/unix-time; pattern/pattern;");
  CHECK(read("increment:double destination:key#1 key:string ip:port:string") ==
        "increment/double; destination/key #1; key/string; ip:port/string;");
  CHECK(read("pattern#1") == "pattern/pattern #1;");
  CHECK(read("[field...] a@6.2.0 b!2.8.12...") ==
        "field/string optional multiple; a/string since 6.2.0; b/string until 2.8.12 multiple;");
}

TEST_CASE("syntax: words as they are, alone and before an argument") {
  CHECK(read("[NX] GET@6.2.0") ==
        "nx/pure-token \"NX\" optional; get/pure-token \"GET\" since 6.2.0;");
  CHECK(read("change=CH equal== approximately=~@7.0.0 empty_string=") ==
        "change/pure-token \"CH\"; equal/pure-token \"=\"; approximately/pure-token \"~\" since "
        "7.0.0; empty_string/pure-token \"\";");
  CHECK(read("[EX seconds@2.6.12]") == "seconds/integer \"EX\" since 2.6.12 optional;");
  CHECK(read("[GET... pattern#1]") ==
        "pattern/pattern \"GET\" #1 optional multiple multiple_token;");
  CHECK(read("[KEYS key...]") == "key/key \"KEYS\" #0 optional multiple;");
  CHECK(read("NOW [FORCE]") == "now/pure-token \"NOW\"; force/pure-token \"FORCE\" optional;");
}

TEST_CASE("syntax: groups") {
  CHECK(read("[condition@2.6.12{NX | IFEQ old}]") ==
        "condition/oneof since 2.6.12 optional (nx/pure-token \"NX\"; old/string \"IFEQ\";);");
  CHECK(read("pair{field value}...") == "pair/block multiple (field/string; value/string;);");
  CHECK(read("[LIMIT limit{offset count}] x{[a] | b{c d}...}") ==
        "limit/block \"LIMIT\" optional (offset/integer; count/integer;); x/oneof (a/string "
        "optional; b/block multiple (c/string; d/string;););");
  CHECK(read("one{a}") == "one/block (a/string;);");
}

TEST_CASE("syntax: mistakes are found") {
  for (const Bytes wrong :
       {"a | b",   "[a",      "[a b]",      "a]",          "x{a",        "x{}",
        "x{a | }", "x{ | a}", "x{a b | c}", "x{a | b c}",  "x{a || b}",  "a:number",
        "a#x",     "a#-1",    "NX{a}",      "GET...",      "GET... [a]", "=X",
        "[]",      "...",     "a }",        "EX seconds=S"}) {
    CAPTURE(wrong);
    CHECK(!parse_syntax(wrong).ok());
  }
}

}  // namespace
}  // namespace cobnut
