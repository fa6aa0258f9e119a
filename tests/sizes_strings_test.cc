// Strings and bitmaps up to Redis's limit of 512 MB (sizes.h), HyperLogLogs of a million elements.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>

#include "tests/raw_socket.h"
#include "tests/sizes.h"

namespace cobnut::test {
namespace {

constexpr char kTooLong[] = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";

std::string noise(size_t bytes, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string text(bytes, '\0');
  for (size_t i = 0; i + 8 <= bytes; i += 8) {
    const uint64_t word = random();
    memcpy(text.data() + i, &word, sizeof word);
  }
  return text;
}

int64_t bits_of(const std::string& text) {
  int64_t bits = 0;
  for (size_t i = 0; i + 8 <= text.size(); i += 8) {
    uint64_t word;
    memcpy(&word, text.data() + i, sizeof word);
    bits += __builtin_popcountll(word);
  }
  return bits;
}

void check_equal(const std::string& got, const std::string& wanted) {
  REQUIRE(got.size() == wanted.size());
  CHECK(memcmp(got.data(), wanted.data(), wanted.size()) == 0);  // no half gigabyte in a message
}

TEST_CASE("sizes: a string of 512 MB") {
  Sizes sizes("string", {"--proto-max-bulk-len", "600mb"});  // of its payload in RESTORE
  REQUIRE(sizes.ok());
  const size_t bytes = test_string_bytes();
  const std::string last = std::to_string(bytes - 1);
  const std::string text = noise(bytes, 1);
  const int64_t empty = sizes.used_memory();
  const int64_t rss = sizes.server().rss_bytes();
  sizes.step_within("SET", bytes, [&] { sizes.expect({"SET", kKey, text}, "OK"); });
  sizes.expect({"STRLEN", kKey}, std::to_string(bytes));
  sizes.step_within("GET", bytes, [&] { check_equal(sizes.run({"GET", kKey}).text(), text); });
  if (!is_sanitized()) {
    CHECK(eventually([&] {
      return sizes.server().rss_bytes() < rss + static_cast<int64_t>(bytes) + (32 << 20);
    }));
  }
  sizes.step("GETRANGE at random", [&] {
    for (size_t i = 0; i < 1000; i++) {
      const size_t at = i * 2654435761u % bytes;
      const std::string part =
          sizes.run({"GETRANGE", kKey, std::to_string(at), std::to_string(at + 99)}).text();
      REQUIRE(part == text.substr(at, 100));
    }
  });
  sizes.step("BITCOUNT", [&] { sizes.expect({"BITCOUNT", kKey}, std::to_string(bits_of(text))); });
  sizes.step_within("SET over it", bytes, [&] { sizes.expect({"SET", kKey, text}, "OK"); });
  sizes.step_within("SET over it, EX", bytes, [&] {
    sizes.expect({"SET", kKey, text, "EX", "10000"}, "OK");
  });
  sizes.step_within("SETEX", bytes, [&] { sizes.expect({"SETEX", kKey, "10000", text}, "OK"); });
  sizes.step_within("MSET of two", 2 * bytes, [&] {
    sizes.expect({"MSET", kOther, text, kKey, text}, "OK");
  });
  sizes.expect({"DEL", kOther}, "1");
  sizes.step_within("ECHO", 2 * bytes, [&] {
    check_equal(sizes.run({"ECHO", text}).text(), text);
  });
  sizes.step_within("SET that fails", bytes, [&] {
    sizes.expect({"SET", kKey, text, "EX", "never"}, "ERR value is not an integer or out of range");
  });
  sizes.step_within("GETSET", 3 * bytes, [&] {
    check_equal(sizes.run({"GETSET", kKey, text}).text(), text);
  });
  sizes.step_within("SET with GET", 3 * bytes, [&] {
    check_equal(sizes.run({"SET", kKey, text, "GET"}).text(), text);
  });
  sizes.step("APPEND", [&] { sizes.expect({"APPEND", kKey, "end"}, std::to_string(bytes + 3)); });
  sizes.step("SETRANGE within", [&] {
    sizes.expect({"SETRANGE", kKey, "1000", "middle"}, std::to_string(bytes + 3));
  });
  sizes.expect({"GETRANGE", kKey, "998", "1007"},
               text.substr(998, 2) + "middle" + text.substr(1006, 2));
  pass_around(sizes, empty, bytes, [](const std::string& key) {
    return Words{"APPEND", key, "x"};
  });
}

// Grown from little by commands that name its end.
TEST_CASE("sizes: a string that grows to its limit") {
  if (is_sanitized()) return;  // half a gigabyte, whatever the elements
  Sizes sizes("string that grows");
  REQUIRE(sizes.ok());
  const std::string at_limit = std::to_string(kStringMax - 1);
  const int64_t empty = sizes.used_memory();
  sizes.step("SETRANGE, the last byte of 512 MB", [&] {
    sizes.expect({"SETRANGE", kKey, at_limit, "x"}, std::to_string(kStringMax));
  });
  sizes.expect({"GETRANGE", kKey, std::to_string(kStringMax - 3), "-1"}, std::string("\0\0x", 3));
  sizes.expect({"APPEND", kKey, "y"}, kTooLong);
  sizes.expect({"SETRANGE", kKey, at_limit, "xy"}, kTooLong);
  sizes.expect({"SETRANGE", kKey, std::to_string(kStringMax), ""}, std::to_string(kStringMax));
  sizes.expect({"STRLEN", kKey}, std::to_string(kStringMax));
  sizes.freeing("DEL", empty, [&] { sizes.expect({"DEL", kKey}, "1"); });
  sizes.step("SETRANGE of a short one", [&] {
    sizes.expect({"SET", kKey, "head"}, "OK");
    sizes.expect({"SETRANGE", kKey, at_limit, "x"}, std::to_string(kStringMax));
  });
  sizes.expect({"GETRANGE", kKey, "0", "5"}, std::string("head\0\0", 6));
  sizes.expect({"BITCOUNT", kKey}, std::to_string(bits_of("head0000") - 8 + 4));
  sizes.freeing("UNLINK", empty, [&] { sizes.expect({"UNLINK", kKey}, "1"); });
  const size_t piece = test_string_bytes() / 64;
  const std::string text = noise(piece, 2);
  sizes.step("APPEND, 64 times", [&] {
    for (size_t i = 1; i <= 64; i++)
      sizes.expect({"APPEND", kKey, text}, std::to_string(i * piece));
  });
  sizes.expect({"GETRANGE", kKey, std::to_string(63 * piece), std::to_string(63 * piece + 99)},
               text.substr(0, 100));
  sizes.freeing("SET over it", empty, [&] { sizes.expect({"SET", kKey, "small"}, "OK"); });
}

// However a long word is cut and whatever stands behind it, it arrives as it was sent.
TEST_CASE("sizes: long words in pieces, in pipelines and side by side") {
  ServerProcess server;
  REQUIRE(server.ok());
  Connection reader = server.connect();
  reader.wait_up_to(std::chrono::minutes(2));
  const size_t bytes = std::min<size_t>(test_string_bytes(), 20 << 20);
  const std::string a = noise(bytes, 1), b = noise(bytes / 2, 2);
  const std::vector<Words> rounds[] = {
      {{"SET", "a", a}},
      {{"SET", "a", b}, {"SET", "b", a}, {"PING"}, {"SET", "c", b}},
      {{"SET", "a", a, "EX", "1000"}, {"SET", "b", b, "KEEPTTL"}},
      {{"MSET", "a", b, "b", a}, {"SET", "c", a}},
      {{"MSET", "c", "short", "a", a}, {"APPEND", "a", b}, {"APPEND", "new", a}},
      {{"SETNX", "a", b}, {"SETNX", "other", b}, {"GETSET", "other", a}, {"DEL", "other"}},
      {{"SET", "a", a}, {"APPEND", "a", "x"}, {"SETRANGE", "a", "0", b}, {"STRLEN", "a"}},
      {{"SETEX", "a", "1000", a}, {"SETRANGE", "a", "5", a}, {"LPUSH", "list", a, b}},
  };
  std::minstd_rand random(7);
  for (const std::vector<Words>& commands : rounds) {
    std::string bytes_sent;
    for (const Words& words : commands) {
      bytes_sent += "*" + std::to_string(words.size()) + "\r\n";
      for (const std::string& word : words)
        bytes_sent += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    std::vector<std::string> left;
    for (const bool in_pieces : {false, true}) {
      reader.run({"FLUSHALL"});
      RawSocket client(server.port());
      for (size_t at = 0; at < bytes_sent.size();) {
        const size_t piece = in_pieces ? 1 + random() % (400 << 10) : bytes_sent.size();
        client.send(std::string_view(bytes_sent).substr(at, piece));
        at += piece;
      }
      client.send("PING last\r\n");
      std::string replies;
      while (!replies.ends_with("last\r\n") && replies.size() < 3 * bytes)
        replies += client.read_line();
      left.emplace_back();
      for (const char* key : {"a", "b", "c", "new"}) left.back() += reader.run({"GET", key}).text();
    }
    CHECK(left[0].size() >= bytes / 2);
    CHECK(left[0] == left[1]);
    for (const Words& words : commands) {
      if (words[0] == "SET" && &words == &commands.back() && words.size() == 3)
        check_equal(reader.run({"GET", words[1]}).text(), words[2]);
    }
  }
}

// The longest bitmap whatever the elements: it costs next to nothing while it is empty.
TEST_CASE("sizes: a bitmap of 512 MB") {
  if (is_sanitized()) return;  // half a gigabyte, whatever the elements
  Sizes sizes("bitmap");
  REQUIRE(sizes.ok());
  const std::string last_bit = "4294967295";
  const int64_t empty = sizes.used_memory();
  sizes.step("SETBIT, the last of 2^32", [&] {
    sizes.expect({"SETBIT", kKey, last_bit, "1"}, "0");
  });
  sizes.expect({"STRLEN", kKey}, std::to_string(kStringMax));
  sizes.expect({"SETBIT", kKey, "4294967296", "1"},
               "ERR bit offset is not an integer or out of range");
  sizes.expect({"GETBIT", kKey, last_bit}, "1");
  sizes.expect({"GETBIT", kKey, "4294967294"}, "0");
  sizes.step("BITCOUNT", [&] { sizes.expect({"BITCOUNT", kKey}, "1"); });
  sizes.step("BITPOS", [&] { sizes.expect({"BITPOS", kKey, "1"}, last_bit); });
  sizes.step("BITFIELD", [&] {
    sizes.expect({"BITFIELD", kKey, "INCRBY", "u8", "4294967280", "255", "GET", "u1", last_bit},
                 "[255, 1, ]");
  });
  sizes.freeing("DEL", empty, [&] { sizes.expect({"DEL", kKey}, "1"); });
  sizes.step("SETBIT again", [&] { sizes.expect({"SETBIT", kKey, last_bit, "1"}, "0"); });
  sizes.freeing("FLUSHALL", empty, [&] { sizes.expect({"FLUSHALL"}, "OK"); });
}

TEST_CASE("sizes: operations on long bitmaps") {
  Sizes sizes("long bitmaps");
  REQUIRE(sizes.ok());
  const size_t bytes = test_string_bytes();
  const std::string length = std::to_string(bytes);
  const int64_t empty = sizes.used_memory();
  const std::string a = noise(bytes, 1), b = noise(bytes - 8, 2);
  sizes.expect({"SET", kKey, a}, "OK");
  sizes.expect({"SET", kOther, b}, "OK");
  std::string wanted = a;
  for (size_t i = 0; i < b.size(); i++) wanted[i] = static_cast<char>(wanted[i] ^ b[i]);
  sizes.step_within("BITOP XOR", bytes, [&] {
    sizes.expect({"BITOP", "XOR", kThird, kKey, kOther}, length);
  });
  sizes.expect({"BITCOUNT", kThird}, std::to_string(bits_of(wanted)));
  check_equal(sizes.run({"GETRANGE", kThird, "-1000", "-1"}).text(), wanted.substr(bytes - 1000));
  sizes.step("BITOP AND over it", [&] {
    sizes.expect({"BITOP", "AND", kThird, kKey, kOther}, length);
  });
  sizes.step_within("BITOP NOT over its source", bytes, [&] {
    sizes.expect({"BITOP", "NOT", kThird, kThird}, length);
  });
  sizes.step("BITOP OR over its source", [&] {
    sizes.expect({"BITOP", "OR", kKey, kKey, kThird}, length);
  });
  for (size_t i = 0; i < b.size(); i++) wanted[i] = static_cast<char>(a[i] | ~(a[i] & b[i]));
  for (size_t i = b.size(); i < bytes; i++) wanted[i] = '\xff';
  sizes.expect({"BITCOUNT", kKey}, std::to_string(bits_of(wanted)));
  sizes.freeing("FLUSHALL", empty, [&] { sizes.expect({"FLUSHALL"}, "OK"); });
}

TEST_CASE("sizes: a HyperLogLog of a million elements") {
  Sizes sizes("HyperLogLog");
  REQUIRE(sizes.ok());
  const size_t n = test_elements();
  const int64_t empty = sizes.used_memory();
  sizes.step("PFADD", [&] {
    sizes.add({"PFADD", kKey}, n, [](size_t i) { return Words{"e" + std::to_string(i)}; });
    sizes.add({"PFADD", kOther}, n,
              [&](size_t i) { return Words{"e" + std::to_string(n / 2 + i)}; });
  });
  const auto near = [&](const Words& words, size_t wanted) {  // 0.81 % is one standard deviation
    const auto got = static_cast<double>(sizes.run(words).integer());
    CHECK(got > static_cast<double>(wanted) * 0.96);
    CHECK(got < static_cast<double>(wanted) * 1.04);
  };
  near({"PFCOUNT", kKey}, n);
  near({"PFCOUNT", kKey, kOther}, n + n / 2);
  sizes.expect({"PFMERGE", kThird, kKey, kOther}, "OK");
  near({"PFCOUNT", kThird}, n + n / 2);
  CHECK(sizes.run({"STRLEN", kKey}).integer() == 12304);
  sizes.expect({"DEL", kThird, kOther}, "2");
  pass_around(sizes, empty, 12304, [](const std::string& key) {
    return Words{"APPEND", key, "x"};
  });
}

}  // namespace
}  // namespace cobnut::test
