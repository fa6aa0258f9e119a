#include "resp/reply.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

using namespace cobnut;
using std::string_literals::operator""s;

namespace {

std::string text_of(const Output& out) {
  std::string text;
  for (auto* s = out.segments(); s != nullptr; s = s->next) {
    CHECK(s->size > 0);
    text.append(s->data, s->size);
  }
  CHECK(text.size() == out.bytes());
  return text;
}

template <typename Write>
std::string reply(int resp, Write write) {
  Output out;
  out.open(nullptr);
  Reply reply(out, resp);
  write(reply);
  out.close();
  return text_of(out);
}

struct Case {
  void (*write)(Reply&);
  std::string resp2;
  std::string resp3;
};

}  // namespace

// DEBUG PROTOCOL and sorted-set scores of redis-server 7.0.15.
TEST_CASE("forms of both protocols") {
  const std::vector<Case> cases = {
      {[](Reply& r) { r.ok(); }, "+OK\r\n", "+OK\r\n"},
      {[](Reply& r) { r.simple("QUEUED"); }, "+QUEUED\r\n", "+QUEUED\r\n"},
      {[](Reply& r) { r.simple(Bytes()); }, "+\r\n", "+\r\n"},
      {[](Reply& r) { r.bulk("Hello World"); }, "$11\r\nHello World\r\n", "$11\r\nHello World\r\n"},
      {[](Reply& r) { r.bulk(Bytes()); }, "$0\r\n\r\n", "$0\r\n\r\n"},
      {[](Reply& r) { r.integer(12345); }, ":12345\r\n", ":12345\r\n"},
      {[](Reply& r) { r.bulk_integer(-7); }, "$2\r\n-7\r\n", "$2\r\n-7\r\n"},
      {[](Reply& r) { r.real(3.141); }, "$5\r\n3.141\r\n", ",3.141\r\n"},
      {[](Reply& r) { r.real(3.1); }, "$18\r\n3.1000000000000001\r\n", ",3.1000000000000001\r\n"},
      {[](Reply& r) { r.real(1e300); }, "$23\r\n1.0000000000000001e+300\r\n",
       ",1.0000000000000001e+300\r\n"},
      {[](Reply& r) { r.real(5); }, "$1\r\n5\r\n", ",5\r\n"},
      {[](Reply& r) { r.real(0.1); }, "$19\r\n0.10000000000000001\r\n", ",0.10000000000000001\r\n"},
      {[](Reply& r) { r.real(HUGE_VAL); }, "$3\r\ninf\r\n", ",inf\r\n"},
      {[](Reply& r) { r.real(-HUGE_VAL); }, "$4\r\n-inf\r\n", ",-inf\r\n"},
      {[](Reply& r) { r.real(-std::numeric_limits<double>::quiet_NaN()); }, "$3\r\nnan\r\n",
       ",nan\r\n"},
      {[](Reply& r) { r.null(); }, "$-1\r\n", "_\r\n"},
      {[](Reply& r) { r.null_array(); }, "*-1\r\n", "_\r\n"},
      {[](Reply& r) { r.array(3); }, "*3\r\n", "*3\r\n"},
      {[](Reply& r) { r.array(1234); }, "*1234\r\n", "*1234\r\n"},
      {[](Reply& r) { r.map(3); }, "*6\r\n", "%3\r\n"},
      {[](Reply& r) { r.set(3); }, "*3\r\n", "~3\r\n"},
      {[](Reply& r) { r.push(2); }, "*2\r\n", ">2\r\n"},
      {[](Reply& r) { r.boolean(true); }, ":1\r\n", "#t\r\n"},
      {[](Reply& r) { r.boolean(false); }, ":0\r\n", "#f\r\n"},
      {[](Reply& r) { r.verbatim("This is a verbatim\nstring", "txt"); },
       "$25\r\nThis is a verbatim\nstring\r\n", "=29\r\ntxt:This is a verbatim\nstring\r\n"},
  };
  for (size_t i = 0; i < cases.size(); i++) {
    CAPTURE(i);
    CHECK(reply(2, cases[i].write) == cases[i].resp2);
    CHECK(reply(3, cases[i].write) == cases[i].resp3);
  }
  CHECK(reply(3, [](Reply& r) { r.attribute(1); }) == "|1\r\n");
}

TEST_CASE("integers of all lengths") {
  std::vector<int64_t> values = {0, INT64_MIN, INT64_MAX};
  for (int64_t power = 1; power < INT64_MAX / 10; power *= 10) {
    for (int64_t near : {power - 1, power, power + 1}) values.insert(values.end(), {near, -near});
  }
  for (int64_t value : values) {
    const std::string text = std::to_string(value);
    CHECK(reply(2, [&](Reply& r) { r.integer(value); }) == ":" + text + "\r\n");
    CHECK(reply(2, [&](Reply& r) { r.bulk_integer(value); }) ==
          "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n");
  }
}

TEST_CASE("errors cannot break the protocol") {
  CHECK(reply(2, [](Reply& r) { r.error("ERR a\r\nb"); }) == "-ERR a  b\r\n");
  CHECK(reply(2, [](Reply& r) { r.error_format("ERR unknown '%s' %d", "x\r\ny", 7); }) ==
        "-ERR unknown 'x  y' 7\r\n");
  // Redis trims line breaks at the ends, nothing else.
  CHECK(reply(2, [](Reply& r) { r.error_format("ERR with: %s", "\n\r\n"); }) == "-ERR with: \r\n");
  CHECK(reply(2, [](Reply& r) { r.error_format("%s", "\n"); }) == "-\r\n");
  const std::string longer(5000, 'y');
  CHECK(reply(2, [&](Reply& r) { r.error_format("ERR %s", longer.c_str()); }) ==
        "-ERR " + longer + "\r\n");
  Output out;
  out.open(nullptr);
  Reply r(out, 2);
  r.ok();
  CHECK(!r.failed());
  r.error("ERR");
  CHECK(r.failed());
}

TEST_CASE("output: small replies share the arena's bytes, large ones get their own") {
  Arena arena;
  Output out;
  for (int i = 0; i < 3; i++) {
    out.open(&arena);
    Reply(out, 2).ok();
    out.close();
  }
  REQUIRE(out.segments() != nullptr);
  CHECK(out.segments()->next == nullptr);  // one piece although it was opened three times
  CHECK(!out.segments()->heap);
  CHECK(out.heap_bytes() == 0);
  out.open(&arena);
  const std::string large(100'000, 'x');
  Reply(out, 2).bulk(large);
  Reply(out, 2).ok();
  out.close();
  CHECK(out.heap_bytes() > large.size());
  CHECK(out.heap_bytes() < large.size() + 200);
  const std::string expected = "+OK\r\n+OK\r\n+OK\r\n$100000\r\n" + large + "\r\n+OK\r\n";
  CHECK(text_of(out) == expected);
  out.detach_from_arena();
  arena.reset();
  CHECK(text_of(out) == expected);
  out.consume(3);
  out.consume(50'000);
  CHECK(text_of(out) == expected.substr(50'003));
  out.consume(out.bytes());
  CHECK(out.empty());
  CHECK(out.heap_bytes() == 0);
}

TEST_CASE("output: an unused opening takes nothing") {
  Arena arena;
  Output out;
  const size_t before = arena.used();
  out.open(&arena);
  out.reserve(10);
  out.close();
  CHECK(arena.used() == before);
  CHECK(out.empty());
  out.open(nullptr);
  out.reserve(10);
  out.close();
  CHECK(out.empty());
  CHECK(out.heap_bytes() == 0);
}

TEST_CASE("output: much in one turn leaves the arena to others") {
  Arena arena;
  Output out;
  out.open(&arena);
  std::string expected;
  for (int i = 0; i < 200'000; i++) {
    Reply(out, 2).integer(i);
    expected += ":" + std::to_string(i) + "\r\n";
  }
  out.close();
  CHECK(text_of(out) == expected);
  CHECK(arena.used() <= 2 * Output::kArenaShare);
  size_t segments = 0;
  for (auto* s = out.segments(); s != nullptr; s = s->next) segments++;
  CHECK(segments < 50);
}

TEST_CASE("output: random use keeps every byte in order") {
  std::mt19937 random(1);
  for (int round = 0; round < 300; round++) {
    Arena arena;
    Output out, other;
    std::string expected;
    auto write = [&](Output& to, Arena* where, std::string* what) {
      to.open(where);
      for (uint32_t i = random() % 6; i > 0; i--) {
        const size_t sizes[] = {0, 1, 30, 400, 5000, 17'000, 90'000};
        const std::string bytes(sizes[random() % 7], static_cast<char>('a' + random() % 26));
        if (random() % 2) {
          to.append(bytes);
          *what += bytes;
        } else {
          Reply(to, 2).bulk(bytes);
          *what += "$" + std::to_string(bytes.size()) + "\r\n" + bytes + "\r\n";
        }
      }
      if (random() % 20 == 0) {
        to.clear();
        what->clear();
        Reply(to, 2).ok();
        *what = "+OK\r\n";
      }
      to.close();
    };
    for (int step = 0; step < 40; step++) {
      switch (random() % 5) {
        case 0:
          write(out, &arena, &expected);
          break;
        case 1:
          write(out, nullptr, &expected);
          break;
        case 2: {
          std::string more;
          write(other, random() % 2 ? &arena : nullptr, &more);
          out.take(other);
          CHECK(other.empty());
          CHECK(other.bytes() == 0);
          CHECK(other.heap_bytes() == 0);
          expected += more;
          break;
        }
        case 3: {
          const size_t n = expected.empty() ? 0 : random() % (expected.size() + 1);
          out.consume(n);
          expected.erase(0, n);
          break;
        }
        default:
          out.detach_from_arena();
          arena.reset();
          break;
      }
      if (text_of(out) != expected) FAIL(round << " " << step);
    }
    if (random() % 2) {
      out.clear();
      CHECK(out.heap_bytes() == 0);
    }
  }
}
