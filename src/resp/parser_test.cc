#include "resp/parser.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

using namespace cobnut;
using std::string_literals::operator""s;
using Outcome = RequestParser::Outcome;

namespace {

// What came out of a stream: one line a request, then the error or how many bytes were left.
std::vector<std::string> run(const std::vector<Bytes>& pieces, const ParserLimits& limits = {}) {
  std::vector<std::string> events;
  RequestParser parser;
  std::string input;
  for (Bytes piece : pieces) {
    input += piece;
    for (;;) {
      Arena arena;
      const std::string heap =
          input;  // exactly as long as what arrived: the sanitizer sees a read beyond it
      const Outcome outcome = parser.next(heap, limits, arena);
      if (outcome == Outcome::kError) {
        events.emplace_back(parser.error());
        return events;
      }
      if (outcome == Outcome::kIncomplete) {
        CHECK((parser.wanted() == 0 || parser.wanted() > input.size()));
        break;
      }
      std::string event = "[";
      for (Bytes word : parser.words()) (event += word) += '|';
      events.push_back(event + "]");
      REQUIRE(parser.consumed() > 0);
      input.erase(0, parser.consumed());
    }
  }
  events.push_back("left " + std::to_string(input.size()));
  return events;
}

std::vector<std::string> run(const std::string& stream, const ParserLimits& limits = {}) {
  return run(std::vector<Bytes>{stream}, limits);
}

std::string only(const std::string& stream, const ParserLimits& limits = {}) {
  return run(stream, limits).front();
}

std::string bulks(const std::vector<std::string>& words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const auto& word : words) text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return text;
}

const std::string kMultibulk = "ERR Protocol error: invalid multibulk length";
const std::string kBulk = "ERR Protocol error: invalid bulk length";
const std::string kQuotes = "ERR Protocol error: unbalanced quotes in request";

}  // namespace

TEST_CASE("requests") {
  CHECK(only(bulks({"GET", "key"})) == "[GET|key|]");
  CHECK(only(bulks({"SET", "k\r\n\0x"s, ""})) == "[SET|k\r\n\0x||]"s);
  CHECK(only("PING\r\n") == "[PING|]");
  CHECK(only("") == "left 0");
  CHECK(run(bulks({"A"}) + "B c\n" + bulks({"D", "e"})) ==
        std::vector<std::string>{"[A|]", "[B|c|]", "[D|e|]", "left 0"});
  CHECK(run("*0\r\n*-1\r\n*-2147483649\r\n\r\n\nPING\r\n*1\r\n$1") ==
        std::vector<std::string>{"[]", "[]", "[]", "[]", "[]", "[PING|]", "left 6"});
  // As in Redis the byte behind a CR is not looked at.
  CHECK(only("*1\rx$4\ryPINGzz") == "[PING|]");
}

// Each against redis-server 7.0.15.
TEST_CASE("errors of multibulk requests") {
  for (const char* count :
       {"", "x", "01", "+1", " 1", "1 ", "-", "-0", "-01", "2147483648", "9223372036854775808",
        "-99999999999999999999", "99999999999999999999999"}) {
    CAPTURE(count);
    CHECK(only("*"s + count + "\r\n") == kMultibulk);
  }
  CHECK(only("*2147483647\r\n") == "left 13");
  for (const char* size : {"", "x", "-1", "-0", "04", "+4", "536870913", "9223372036854775808"}) {
    CAPTURE(size);
    CHECK(only("*1\r\n$"s + size + "\r\n") == kBulk);
  }
  CHECK(only("*1\r\n$536870912\r\n") == "left 16");
  CHECK(only("*1\r\n$5\r\n", {.bulk_bytes_max = 4}) == kBulk);
  CHECK(only("*1\r\nxabc\r\n") == "ERR Protocol error: expected '$', got 'x'");
  CHECK(only("*2\r\n$1\r\na\r\nb\r\n") == "ERR Protocol error: expected '$', got 'b'");
  CHECK(only("*1\r\n\r\nabc\r\n") ==
        "ERR Protocol error: expected '$', got '\r'");  // Reply::error blanks it
  CHECK(only("*1\r\nxabc") == "left 8");                // not before the line is there
}

TEST_CASE("errors of lines without end") {
  const std::string ones(70000, '1');
  CHECK(only("*" + ones.substr(0, 65535)) == "left 65536");
  CHECK(only("*" + ones.substr(0, 65536)) == "ERR Protocol error: too big mbulk count string");
  CHECK(only("*1\r\n$" + ones.substr(0, 65535)) == "left 65540");
  CHECK(only("*1\r\n$" + ones.substr(0, 65536)) == "ERR Protocol error: too big bulk count string");
  CHECK(only("*1\r\n" + ones.substr(0, 65537)) == "ERR Protocol error: too big bulk count string");
  CHECK(only(ones.substr(0, 65536)) == "left 65536");
  CHECK(only(ones.substr(0, 65537)) == "ERR Protocol error: too big inline request");
  CHECK(only(ones.substr(0, 65536) + "\n") == "[" + ones.substr(0, 65536) + "|]");
  CHECK(only(ones + "\r\n") == "ERR Protocol error: too big inline request");
}

TEST_CASE("before authentication") {
  const ParserLimits limits{.unauthenticated = true};
  CHECK(only("*11\r\n", limits) == "ERR Protocol error: unauthenticated multibulk length");
  CHECK(only("*10\r\n", limits) == "left 5");
  CHECK(only("*1\r\n$16385\r\n", limits) == "ERR Protocol error: unauthenticated bulk length");
  CHECK(only("*1\r\n$16384\r\n", limits) == "left 12");
  CHECK(only("*2147483648\r\n", limits) == kMultibulk);
  CHECK(only("*1\r\n$-1\r\n", limits) == kBulk);
  CHECK(only(bulks({"AUTH", "secret"}), limits) == "[AUTH|secret|]");
  CHECK(only("echo a a a a a a a a a a a a\r\n", limits) == "[echo|a|a|a|a|a|a|a|a|a|a|a|a|]");
}

TEST_CASE("inline requests") {
  CHECK(only("  PING \t x\v\f\r\n") == "[PING|x\v\f|]");
  CHECK(only(" \r\n") == "[]");
  CHECK(only("a\rb\r\r\n") == "[a|b|]");
  CHECK(only("PING") == "left 4");
  CHECK(only("PING\r") == "left 5");
  CHECK(only("a\0b\n"s) == "[a\0b|]"s);
  CHECK(only("\"\" ''\n") == "[||]");
  CHECK(only("e \"\\x41\\xzz\\n\\q\\x4\"\n") == "[e|Axzz\nqx4|]");
  CHECK(only("e \"\\r\\t\\b\\a\\\"\\\\\"\n") == "[e|\r\t\b\a\"\\|]");
  CHECK(only("e '\\'\\n\"'\n") == "[e|'\\n\"|]");
  CHECK(only("e a\"b c\" d\n") == "[e|ab c|d|]");
  CHECK(only("e \\\n") == "[e|\\|]");
  for (const char* bad : {"a \"b\r\n", "a 'b\r\n", "a \"b\"c\r\n", "a 'b'c\r\n", "\"\n", "'\\\n",
                          "\"\\\n", "\"\\\"\n"}) {
    CAPTURE(bad);
    CHECK(only(bad) == kQuotes);
  }
  std::string many, expected = "[";
  for (int i = 0; i < 1000; i++) (many += "w '' "), (expected += "w||");
  CHECK(only(many + "\n") == expected + "]");
}

TEST_CASE("every cut of a stream gives the same requests and errors") {
  const std::vector<std::string> streams = {
      bulks({"SET", "key", "value\r\n"}) + bulks({"GET", "key"}) + "PING\r\n" +
          bulks({"MGET", "a", "", "c"}),
      "set a \"b c\" 'd'\r\n\r\n*0\r\n*-1\r\nget a\n*1\r\n$4\r\nPINGxx" + bulks({"QUIT"}),
      bulks({"GET", "k"}) + "*2\r\n$3\r\nGET\r\nx\r\n",
      bulks({"GET", "k"}) + "*2\r\n$3\r\nGET\r\n$-1\r\n",
      bulks({"GET", "k"}) + "*12x\r\n",
      "get \"a\r\nget b\r\n",
      bulks({"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}) + "*2147483648\r\n",
      "*1000000\r\n" + bulks({"a", "b"}).substr(4) + "$0\r\n\r\n$x\r\n",
      "*3\rx$1234567890\r\n",
  };
  for (const std::string& stream : streams) {
    CAPTURE(stream);
    const auto whole = run(stream);
    std::vector<Bytes> bytes;
    for (size_t i = 0; i < stream.size(); i++) bytes.push_back(Bytes(stream).substr(i, 1));
    CHECK(run(bytes) == whole);
    for (size_t a = 0; a <= stream.size(); a++) {
      for (size_t b = a; b <= stream.size(); b++) {
        const Bytes view = stream;
        if (run({view.substr(0, a), view.substr(a, b - a), view.substr(b)}) != whole)
          FAIL(a << " " << b);
      }
    }
  }
}

TEST_CASE("a long request is resumed") {
  std::vector<std::string> words;
  for (int i = 0; i < 6000; i++) words.push_back("word" + std::to_string(i));
  const std::string tail = bulks({"PING"});
  for (const std::string& request :
       {bulks(words), bulks({"SET", "k", std::string(100'000, 'x'), "end"})}) {
    const std::string stream = request + tail;
    const auto whole = run(stream);
    CHECK(whole.size() == 3);
    for (size_t step : {17, 1000, 16 * 1024, 16 * 1024 + 1, 50'000}) {
      std::vector<Bytes> pieces;
      for (size_t at = 0; at < stream.size(); at += step)
        pieces.push_back(Bytes(stream).substr(at, step));
      if (run(pieces) != whole) FAIL(step);
    }
  }
  // An error behind the part that was kept, and a parser that was reset in the middle of one
  // request.
  std::string bad = bulks(words);
  bad.replace(bad.rfind('$'), 1, "?");
  CHECK(run({Bytes(bad).substr(0, 20'000), Bytes(bad).substr(20'000)}).back() ==
        "ERR Protocol error: expected '$', got '?'");
  RequestParser parser;
  Arena arena;
  CHECK(parser.next(Bytes(bad).substr(0, 20'000), {}, arena) == Outcome::kIncomplete);
  CHECK(parser.heap_bytes() > 0);
  parser.reset();
  CHECK(parser.heap_bytes() == 0);
  CHECK(parser.next(tail, {}, arena) == Outcome::kRequest);
}

TEST_CASE("a long request in small pieces takes linear time") {
  std::string stream = "*1000000\r\n";
  for (int i = 0; i < 1'000'000; i++) stream += "$1\r\nx\r\n";
  const auto start = std::chrono::steady_clock::now();
  RequestParser parser;
  Arena arena;
  Outcome outcome = Outcome::kIncomplete;
  for (size_t size = 1; outcome == Outcome::kIncomplete;
       size = std::min(size + 50, stream.size())) {
    arena.reset();
    outcome = parser.next(Bytes(stream).substr(0, size), {}, arena);
  }
  CHECK(outcome == Outcome::kRequest);
  CHECK(parser.words().size() == 1'000'000);
  CHECK(parser.consumed() == stream.size());
  // 140,000 calls: about 0.1 s; parsed again from the start each time they would take hours.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

TEST_CASE("a promised count allocates nothing") {
  RequestParser parser;
  Arena arena;
  CHECK(parser.next("*1000000\r\n$3\r\nDEL\r\n", {}, arena) == Outcome::kIncomplete);
  CHECK(parser.next("*2147483647\r\n$3\r\nDEL\r\n$1", {}, arena) == Outcome::kIncomplete);
  CHECK(arena.used() == 0);
  CHECK(parser.heap_bytes() == 0);
}

TEST_CASE("wanted") {
  RequestParser parser;
  Arena arena;
  CHECK(parser.next("*2\r\n$3\r\nGET\r\n$100\r\nabc", {}, arena) == Outcome::kIncomplete);
  CHECK(parser.wanted() == 13 + 6 + 102);
  CHECK(parser.next("*2\r\n$3\r\nGET\r\n$100\r", {}, arena) == Outcome::kIncomplete);
  CHECK(parser.wanted() == 0);
  CHECK(parser.next("*1\r\n$536870912\r\n", {}, arena) == Outcome::kIncomplete);
  CHECK(parser.wanted() == 16 + (512ull << 20) + 2);
}

TEST_CASE("a long word lies where it was placed, the request goes on without it") {
  const std::string word(RequestParser::kLongWord, 'x');
  const std::string size = std::to_string(word.size());
  RequestParser parser;
  Arena arena;
  std::string data = "*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + size + "\r\n";
  const size_t begin = data.size();
  CHECK(parser.next(data + "xxx", {}, arena) == Outcome::kIncomplete);
  CHECK(parser.arriving() == begin);
  CHECK(parser.wanted() == begin + word.size() + 2);
  parser.place(word.data());
  CHECK(parser.next(data, {}, arena) == Outcome::kIncomplete);
  CHECK(parser.wanted() == begin + 2);
  data += "\r";
  CHECK(parser.next(data, {}, arena) == Outcome::kIncomplete);
  data += "\n$2\r\nN";
  CHECK(parser.next(data, {}, arena) == Outcome::kIncomplete);
  CHECK(parser.wanted() == data.size() + 3);
  data += "X\r\n";
  const size_t end = data.size();
  data += bulks({"PING"});
  for (int times = 0; times < 3; times++) {
    REQUIRE(parser.next(data, {}, arena) == Outcome::kRequest);
    CHECK(parser.consumed() == end);
    REQUIRE(parser.words().size() == 4);
    CHECK(parser.words()[1] == "k");
    CHECK(parser.words()[2].data() == word.data());
    CHECK(parser.words()[2].size() == word.size());
    CHECK(parser.words()[3] == "NX");
  }
  CHECK(parser.heap_bytes() > 0);
  parser.reset();
  CHECK(parser.heap_bytes() == 0);
  REQUIRE(parser.next(Bytes(data).substr(end), {}, arena) == Outcome::kRequest);
  CHECK(parser.words()[0] == "PING");
}

TEST_CASE("an error behind a placed word is one, and ends what was kept") {
  const std::string word(RequestParser::kLongWord, 'x');
  RequestParser parser;
  Arena arena;
  std::string data = "*9999\r\n$" + std::to_string(word.size()) + "\r\n";
  CHECK(parser.next(data, {}, arena) == Outcome::kIncomplete);
  parser.place(word.data());
  data += "\r\n?5\r\n";
  REQUIRE(parser.next(data, {}, arena) == Outcome::kError);
  CHECK(parser.error() == "ERR Protocol error: expected '$', got '?'");
  CHECK(parser.heap_bytes() == 0);
}

// Prints what one pipelined GET costs; not a test of the number.
TEST_CASE("speed") {
  std::string stream;
  for (int i = 0; i < 1000; i++)
    stream += bulks({"GET", "key:" + std::to_string(100'000'000'000 + i)});
  RequestParser parser;
  const ParserLimits limits;
  Arena arena;
  size_t words = 0;
  const auto start = std::chrono::steady_clock::now();
  constexpr int kTurns = 200;
  for (int turn = 0; turn < kTurns; turn++) {
    Bytes rest = stream;
    while (!rest.empty()) {
      if (parser.next(rest, limits, arena) != Outcome::kRequest) break;
      words += parser.words().size();
      rest.remove_prefix(parser.consumed());
    }
    arena.reset();
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  CHECK(words == 2000 * kTurns);
  MESSAGE("ns a pipelined GET: " << took.count() / (1000 * kTurns));
}
