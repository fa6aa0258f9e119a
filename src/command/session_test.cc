#include "command/session.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace cobnut {
namespace {

using Words = std::vector<std::string>;
constexpr size_t kLong = RequestParser::kLongWord;

std::string filled(size_t bytes, uint64_t seed) {
  std::minstd_rand random(static_cast<uint32_t>(seed));
  std::string text(bytes, '\0');
  for (size_t i = 0; i < bytes; i += 61) text[i] = static_cast<char>(random());
  return text;
}

std::string encoded(const Words& words) {
  std::string text = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words)
    text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return text;
}

// A connection's and an executor's part, with turns that end where the test wants them to.
struct Sender {
  Sender() : session(std::make_shared<ClientInfo>()) {}

  void receive(Bytes bytes) {
    while (!bytes.empty()) {
      const Arena::Window window = session.input.window(arena, 1);
      const size_t n = std::min(bytes.size(), static_cast<size_t>(window.end - window.begin));
      memcpy(window.begin, bytes.data(), n);
      session.input.received(arena, n);
      bytes.remove_prefix(n);
    }
  }
  bool parse() {
    const Bytes unread = session.input.unread();
    if (unread.empty()) return false;
    const auto outcome = session.parser.next(unread, {}, arena);
    REQUIRE(outcome != RequestParser::Outcome::kError);
    return outcome == RequestParser::Outcome::kRequest;
  }
  void end_turn() {
    session.settle_input();
    arena.reset();
  }

  Arena arena;
  Session session;
};

// Whoever keeps words beyond their request.
struct Taken {
  ~Taken() { discarded_blocks().add(const_cast<char*>(bytes.data()), bytes.size()); }
  explicit Taken(LongWord* word) : bytes(word->bytes()) { word->take(); }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  Bytes bytes;
};

}  // namespace

TEST_CASE("a long word is received into a block of its own, wherever it stands") {
  const std::string word = filled(3 * kLong, 1);
  for (const Words& words : {Words{"SET", "k", word}, Words{"SET", "k", word, "EX", "10"},
                             Words{word}, Words{"MSET", "a", word, "b", word}, Words{word, word}}) {
    Sender client;
    const std::string sent = encoded(words) + encoded({"PING"});
    for (size_t at = 0; at < sent.size(); at += 400'000) {
      client.receive(Bytes(sent).substr(at, 400'000));
      const size_t have = std::min(sent.size(), at + 400'000);
      if (have < sent.size()) CHECK(!client.parse());
      CHECK(client.session.input.bytes() == have);
      if (have < sent.size()) client.end_turn();
    }
    for (int times = 0; times < 3; times++) {  // one that is not consumed is found again
      REQUIRE(client.parse());
      const Args args = client.session.parsed_words();
      REQUIRE(args.size() == words.size());
      for (size_t i = 0; i < words.size(); i++) {
        CHECK((args[i] == words[i]));
        CHECK((args.long_word(args[i]) != nullptr) == (words[i].size() > kLong));
      }
      client.end_turn();
      CHECK(client.session.input.bytes() == sent.size());
    }
    REQUIRE(client.parse());
    const Args args = client.session.parsed_words();
    LongWord* const last = args.long_word(args[words[0].size() > kLong ? 0 : 2]);
    REQUIRE(last != nullptr);
    const Taken taken(last);
    CHECK(args.long_word(taken.bytes) == nullptr);
    client.session.consume_request();
    REQUIRE(client.parse());
    CHECK(client.session.parsed_words()[0] == "PING");
    client.session.consume_request();
    client.end_turn();
    CHECK(client.session.input.bytes() == 0);
    CHECK(client.session.parser.heap_bytes() == 0);
    CHECK(!client.session.input.has_long_words());
    CHECK((taken.bytes == word));
  }
}

TEST_CASE("an input that ends in the middle of a long word is forgotten") {
  Sender client;
  client.receive("*2\r\n$4\r\nECHO\r\n$3000000\r\n" + std::string(100'000, 'x'));
  CHECK(!client.parse());
  client.end_turn();
  CHECK(client.session.input.long_word_missing() == 2'900'000);
  client.receive(std::string(100'000, 'x'));
  client.session.input.consume(client.session.input.unread().size());  // as of a client that goes
  client.end_turn();
  CHECK(client.session.input.bytes() == 0);
  CHECK(client.session.input.long_word_missing() == 0);
}

TEST_CASE("requests with long words, cut and consumed at random, come out as they were sent") {
  std::mt19937 random(5);
  const auto below = [&](size_t n) { return random() % n; };
  const auto size = [&] {
    switch (below(6)) {
      case 0:
        return kLong - 2 + below(4);
      case 1:
        return kLong + below(kLong);
      case 2:
        return below(100'000);
      default:
        return below(20);
    }
  };
  std::vector<Words> requests(60);
  std::string sent;
  for (Words& words : requests) {
    words.resize(1 + below(5));
    for (std::string& word : words) word = filled(size(), random());
    sent += encoded(words);
    if (below(4) == 0) sent += "\r\n";  // an empty request
  }
  Sender client;
  std::vector<std::pair<std::unique_ptr<Taken>, std::string>> taken;
  size_t next = 0, landed = 0;
  const auto run = [&] {
    while (client.parse()) {
      const Args args = client.session.parsed_words();
      if (args.size() == 0) {
        client.session.input.consume(client.session.parser.consumed());
        continue;
      }
      REQUIRE(next < requests.size());
      REQUIRE(std::ranges::equal(args.words(), requests[next]));
      if (below(3) == 0) return;  // it has to wait
      for (const Bytes word : args.words()) {
        LongWord* const long_word = args.long_word(word);
        if (long_word == nullptr) continue;
        landed++;
        if (below(2) == 0)
          taken.emplace_back(std::make_unique<Taken>(long_word), std::string(word));
      }
      client.session.consume_request();
      next++;
    }
  };
  for (size_t at = 0; at < sent.size();) {
    const size_t piece = 1 + below(below(3) == 0 ? 5 : below(2) == 0 ? 5000 : 600'000);
    client.receive(Bytes(sent).substr(at, piece));
    at += piece;
    if (below(3) != 0) run();
    if (below(3) != 0) client.end_turn();
    if (taken.size() > 10) taken.erase(taken.begin());
    for (const auto& [block, word] : taken) REQUIRE((block->bytes == word));
  }
  for (int i = 0; i < 1000 && next < requests.size(); i++) run();
  CHECK(next == requests.size());
  CHECK(landed > 20);
  client.end_turn();
  CHECK(client.session.input.bytes() == 0);
}

}  // namespace cobnut
