// Random commands on values of one type and on a model beside them: one body per type, over all of
// its encodings and across the changes from one to another. What differs ends the test program and
// says by which configuration, seed and command; COBNUT_SEED=7 runs that seed only, and so do
// others than the few that run by default.
#pragma once

// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {

using Words = std::vector<std::string>;

inline std::string number(int64_t value) { return ":" + std::to_string(value); }

// "[a, b]" of the parts, which are written as run() shows them.
inline std::string array(const Words& parts) {
  std::string text = "[";
  for (const std::string& part : parts) text += (text.size() > 1 ? ", " : "") + part;
  return text + "]";
}
inline std::string bulks(Words texts) {
  for (std::string& text : texts) text = quoted(text);
  return array(texts);
}
inline std::string bulk_or_nil(const std::string* text) { return text ? quoted(*text) : "nil"; }

// The parts of an array as run() shows it; those of an array within stay together.
inline Words parts_of(const std::string& reply) {
  Words parts;
  int depth = 0;
  bool in_quotes = false;
  std::string part;
  for (size_t i = 0; i < reply.size(); i++) {
    const char c = reply[i];
    if (in_quotes && c == '\\') {
      part += c;
      part += reply[++i];
      continue;
    }
    if (c == '"') in_quotes = !in_quotes;
    if (!in_quotes && c == '[' && depth++ == 0) continue;
    if (!in_quotes && c == ']' && --depth == 0) break;
    if (!in_quotes && depth == 1 && c == ',') {
      parts.push_back(std::move(part));
      part.clear();
      i++;  // the blank behind it
      continue;
    }
    part += c;
  }
  if (!part.empty()) parts.push_back(std::move(part));
  return parts;
}

inline Words in_order(Words parts) {
  std::sort(parts.begin(), parts.end());
  return parts;
}

class RandomRun {
 public:
  RandomRun(const char* configuration, uint64_t seed)
      : configuration_(configuration), seed_(seed), random_(seed) {
    server.now_ms += 150 - server.now_ms % kTwoTicksMs;
    if (*configuration) must(server.run(std::string("config set ") + configuration) == "+OK");
  }

  uint64_t below(uint64_t n) { return random_() % n; }
  bool one_in(uint64_t n) { return below(n) == 0; }
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(below(static_cast<uint64_t>(high - low + 1)));
  }
  const std::string& any_of(const Words& texts) { return texts[below(texts.size())]; }
  // Integers, short texts, bytes that are not text, and now and then a long one.
  std::string some_text() {
    switch (below(8)) {
      case 0:
      case 1:
        return std::to_string(static_cast<int64_t>(random_()) >> below(64));
      case 2:
        return std::string(below(300), static_cast<char>('a' + below(26)));
      case 3:
        return one_in(20) ? std::string(9'000, 'L') : std::string(1, static_cast<char>(random_()));
      default:
        return "text" + std::to_string(below(1000));
    }
  }

  std::string ask(const Words& words) {
    last_ = words;
    reply_ = server.run(words);
    commands_++;
    return reply_;
  }
  void expect(const Words& words, const std::string& reply) {
    ask(words);
    REQUIRE_MESSAGE(reply_ == reply, account(reply));
  }
  void expect_in_any_order(const Words& words, const Words& parts) {
    ask(words);
    REQUIRE_MESSAGE(in_order(parts_of(reply_)) == in_order(parts), account(array(in_order(parts))));
  }
  // About what the last command has replied.
  void must(bool holds, const char* what = "this") { REQUIRE_MESSAGE(holds, account(what)); }

  // Deadlines are of even ticks of the keyspace's wheel (100 ms) and the time is of odd ones, so
  // that what is due has gone whenever a command runs.
  static constexpr int64_t kTwoTicksMs = 200;
  int64_t some_ttl_ms() { return 50 + kTwoTicksMs * between(0, 2); }
  void pass_time() {
    server.now_ms += kTwoTicksMs * between(1, 2);
    expect({"PING"}, "+PONG");
    server.run_background();
  }

  TestServer server;

 private:
  std::string account(const std::string& wanted) const {
    std::string request;
    for (const std::string& word : last_) request += quoted(word) + " ";
    return "seed " + std::to_string(seed_) + " of \"" + configuration_ + "\", command " +
           std::to_string(commands_) + ": " + request.substr(0, 2000) + "\n  replied " +
           reply_.substr(0, 2000) + "\n  and not " + wanted.substr(0, 2000);
  }

  const char* configuration_;
  uint64_t seed_;
  std::mt19937_64 random_;
  Words last_;
  std::string reply_;
  uint64_t commands_ = 0;
};

// Runs the body with each configuration (what CONFIG SET takes) and seed.
template <typename Body>
void in_random_runs(std::initializer_list<const char*> configurations, const Body& body) {
  const char* chosen = std::getenv("COBNUT_SEED");
  const uint64_t first = chosen ? std::strtoull(chosen, nullptr, 10) : 1;
  for (const char* configuration : configurations) {
    for (uint64_t seed = first; seed < first + (chosen ? 1 : 3); seed++) {
      RandomRun run(configuration, seed);
      body(run);
    }
  }
}

}  // namespace cobnut::testing
