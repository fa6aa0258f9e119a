// Long words (above 1 MiB) in every position of a request, in pipelines that are cut anywhere, of
// clients that wait for each other's shards, for CLIENT PAUSE and for their own unread replies:
// each client gets exactly the replies that a model expects.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/raw_socket.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

using Words = std::vector<std::string>;
constexpr size_t kMiB = 1 << 20;

std::string encoded(const Words& words) {
  std::string bytes = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words)
    bytes += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  return bytes;
}

std::string bulk(const std::string& text) {
  return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}
std::string number(size_t n) { return ":" + std::to_string(n) + "\r\n"; }
constexpr char kNull[] = "$-1\r\n";
constexpr char kOk[] = "+OK\r\n";

// Random commands on a client's own strings, and what they reply.
class Model {
 public:
  Model(int client, uint32_t seed) : random_(seed), prefix_("c" + std::to_string(client)) {}

  size_t below(size_t n) { return random_() % n; }

  // A request as it is sent; its reply is appended.
  std::string next(std::string* reply) {
    Words words = command(reply);
    return words.empty() ? "PING\r\n" : encoded(words);
  }

 private:
  std::string text() {
    size_t bytes = below(50);
    switch (below(8)) {
      case 0:
      case 1:
      case 2:
        bytes = kMiB + 1 + below(kMiB);
        break;
      case 3:
        bytes = kMiB - 1 + below(3);
        break;
      case 4:
        bytes = below(200'000);
        break;
      default:
        break;
    }
    std::string text(bytes, static_cast<char>('a' + below(26)));
    for (size_t i = 0; i < bytes; i += 997) text[i] = static_cast<char>('A' + random_() % 26);
    return text;
  }
  // All clients' keys lie in two slots; one of a client's is long itself.
  std::string key() {
    const size_t n = below(6);
    const std::string key = (n % 2 == 0 ? "{foo}" : "{bar}") + prefix_ + std::to_string(n);
    return n == 5 ? key + std::string(kMiB + 10, 'k') : key;
  }
  std::string value_of(const std::string& key) const {
    const auto found = values_.find(key);
    return found == values_.end() ? kNull : bulk(found->second);
  }

  Words set(std::string* reply) {
    const std::string k = key(), v = text();
    switch (below(9)) {
      case 0:
        *reply += values_.contains(k) ? kNull : kOk;
        values_.try_emplace(k, v);
        return {"SET", k, v, "NX"};
      case 1:
        *reply += values_.contains(k) ? kOk : kNull;
        if (values_.contains(k)) values_[k] = v;
        return {"SET", k, v, "XX", "KEEPTTL"};
      case 2:
        *reply += value_of(k);
        values_[k] = v;
        return {"SET", k, v, "GET"};
      case 3:
        *reply += "-ERR syntax error\r\n";
        return {"SET", k, v, "EX"};
      case 4:
        *reply += "-ERR value is not an integer or out of range\r\n";
        return {"SET", k, v, "EX", v};
      case 5:
        *reply += kOk;
        values_[k] = v;
        return {"PSETEX", k, "100000000", v};
      case 6:
        *reply += value_of(k);
        values_[k] = v;
        return {"GETSET", k, v};
      default:
        *reply += kOk;
        values_[k] = v;
        return below(2) == 0 ? Words{"SET", k, v} : Words{"SET", k, v, "EX", "100000"};
    }
  }

  Words set_many(std::string* reply) {
    Words words = {"MSET"};
    for (size_t pairs = 1 + below(3); pairs > 0; pairs--) {
      words.push_back(key());
      words.push_back(text());
      values_[words[words.size() - 2]] = words.back();
    }
    *reply += kOk;
    return words;
  }

  Words change(std::string* reply) {
    const std::string k = key(), v = text();
    std::string& value = values_[k];
    Words words = {"APPEND", k, v};
    if (below(2) == 0) {
      const size_t offset = below(value.size() + 10);
      words = {"SETRANGE", k, std::to_string(offset), v};
      if (!v.empty()) {
        value.resize(std::max(value.size(), offset + v.size()));
        value.replace(offset, v.size(), v);
      }
    } else {
      value += v;
    }
    *reply += number(value.size());
    if (value.empty() && words[0] == "SETRANGE") values_.erase(k);
    return words;
  }

  Words command(std::string* reply) {
    const std::string k = key();
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        return set(reply);
      case 3:
        return set_many(reply);
      case 4:
        return change(reply);
      case 5:
        *reply += value_of(k);
        values_.erase(k);
        return {"GETDEL", k};
      case 6: {
        const std::string other = key();
        *reply += "*2\r\n" + value_of(k) + value_of(other);
        return {"MGET", k, other};
      }
      case 7: {
        const std::string v = text();
        *reply += bulk(v);
        return {"ECHO", v};
      }
      case 8: {
        *reply += number(values_.erase(k));
        return {"DEL", k};
      }
      case 9: {
        const std::string v = text();
        *reply += "-ERR wrong number of arguments for 'get' command\r\n";
        return {"GET", v, text(), v};
      }
      case 10:
        *reply += "+PONG\r\n";
        return {};
      default:
        *reply += value_of(k);
        return {"GET", k};
    }
  }

  std::minstd_rand random_;
  const std::string prefix_;
  std::map<std::string, std::string> values_;
};

// Pipelines of random commands in random pieces; replies are read now and then.
void run_client(const ServerProcess& server, int number, uint32_t seed) {
  CAPTURE(seed);
  Model model(number, seed);
  RawSocket client(server.port());
  std::string expected;
  const int pipelines = rounds(24);
  for (int i = 0; i < pipelines; i++) {
    std::string sent;
    for (size_t commands = 1 + model.below(6); commands > 0; commands--)
      sent += model.next(&expected);
    const size_t most = model.below(3) == 0 ? sent.size() + 1 : 1 + model.below(kMiB);
    for (size_t at = 0; at < sent.size();) {
      const size_t piece = 1 + model.below(model.below(4) == 0 ? 40 : most);
      REQUIRE(client.send(std::string_view(sent).substr(at, piece)));
      at += piece;
    }
    if (model.below(3) == 0 && i + 1 < pipelines) continue;
    const std::string got = client.read_bytes(expected.size());
    const bool same = got == expected;
    if (!same) {
      const auto differ = std::mismatch(got.begin(), got.end(), expected.begin(), expected.end());
      const auto at = static_cast<size_t>(differ.first - got.begin());
      FAIL("at " << at << " of " << expected.size() << ": " << got.substr(at, 60) << " instead of "
                 << expected.substr(at, 60));
    }
    expected.clear();
  }
}

uint32_t seed_of_run() {
  const char* chosen = getenv("COBNUT_SEED");
  return chosen != nullptr ? static_cast<uint32_t>(atoi(chosen)) : 1;
}

}  // namespace

TEST_CASE("long words: in every place, cut anywhere, beside others, paused and shown") {
  for (const bool monitored : {false, true}) {
    CAPTURE(monitored);
    // Every command goes to the slow log: its words are looked at after it ran.
    ServerProcess server({"--slowlog-log-slower-than", "0"});
    REQUIRE(server.ok());
    Connection admin = server.connect();
    std::atomic<bool> done{false};
    std::thread monitor;
    if (monitored) {
      monitor = std::thread([&] {
        RawSocket socket(server.port());
        socket.send("MONITOR\r\n");
        while (!done) {
          if (socket.read_bytes(1).empty()) return;
        }
      });
    }
    std::thread pauser([&] {
      while (!done) {
        CHECK(admin.run({"CLIENT", "PAUSE", "20", "WRITE"}).text() == "OK");
        for (int i = 0; i < 10; i++) pause_between_polls();
        CHECK(admin.run({"CLIENT", "PAUSE", "5", "ALL"}).text() == "OK");
        CHECK(!admin.run({"SLOWLOG", "GET", "-1"}).is_error());
        CHECK(!admin.run({"CLIENT", "LIST"}).is_error());
      }
    });
    in_threads(monitored ? 2 : 4, [&](int i) {
      run_client(server, i, 10 * seed_of_run() + static_cast<uint32_t>(i));
    });
    done = true;
    pauser.join();
    CHECK(admin.run({"CLIENT", "UNPAUSE"}).text() == "OK");
    if (monitored) {
      admin.run({"PING"});  // the monitor's next byte
      monitor.join();
    }
    CHECK(admin.run({"FLUSHALL"}).text() == "OK");
  }
}

TEST_CASE("long words: MONITOR and SLOWLOG show what was sent, though its block is a value's") {
  ServerProcess server({"--slowlog-log-slower-than", "0"});
  REQUIRE(server.ok());
  Connection client = server.connect();
  const std::string a(kMiB + 5, 'a'), b(kMiB + 3, 'b');
  const std::string more = "... (" + std::to_string(kMiB + 5 - 128) + " more bytes)";
  const auto shown = [&](const Words& words) {
    client.run({"SLOWLOG", "RESET"});
    CHECK(!client.run(words).is_error());
    const Answer log = client.run({"SLOWLOG", "GET", "1"});
    std::string line;
    const redisReply* kept = log.part(0)->element[3];
    for (size_t i = 0; i < kept->elements; i++) line += kept->element[i]->str + std::string("|");
    return line;
  };
  CHECK(shown({"SET", "k", a}) == "SET|k|" + a.substr(0, 128) + more + "|");
  CHECK(shown({"SET", "k", a, "EX", "9"}) == "SET|k|" + a.substr(0, 128) + more + "|EX|9|");
  // The block of the first word is given back while the command runs.
  CHECK(shown({"MSET", "k", a, "k", a, "k", "x"}) ==
        "MSET|k|" + a.substr(0, 128) + more + "|k|" + a.substr(0, 128) + more + "|k|x|");
  RawSocket monitor(server.port());
  REQUIRE(monitor.ask("MONITOR") == "+OK\r\n");
  CHECK(client.run({"MSET", "k", a, "k", b, "k", a}).text() == "OK");
  const std::string wanted =
      "\"MSET\" \"k\" \"" + a + "\" \"k\" \"" + b + "\" \"k\" \"" + a + "\"\r\n";
  std::string line = monitor.read_bytes(wanted.size() + 1);
  line += monitor.read_line();
  CHECK((line.size() > wanted.size() && line.ends_with(wanted)));
  CHECK((client.run({"GET", "k"}).text() == a));
}

TEST_CASE("long words: a client's input is counted while one arrives, limited, and given back") {
  ServerProcess server({"--client-query-buffer-limit", "16mb"});
  REQUIRE(server.ok());
  Connection admin = server.connect();
  const auto field = [&](const std::string& name) -> size_t {  // of the client that came last
    const std::string list = admin.run({"CLIENT", "LIST"}).text();
    const size_t at = list.rfind(" " + name + "=");
    return at == std::string::npos ? 0 : std::stoull(list.substr(at + name.size() + 2));
  };
  const int64_t rss = server.rss_bytes();
  const std::string head = "*5\r\n$3\r\nSET\r\n$1\r\nk\r\n$40000000\r\n";
  for (int i = 0; i < 10; i++) {
    RawSocket client(server.port());
    REQUIRE(client.send(head + std::string(10 * kMiB, 'x')));
    CHECK(eventually([&] { return field("qbuf") >= head.size() + 10 * kMiB; }));
    CHECK(field("tot-mem") >= 10 * kMiB);
    if (i % 2 == 0) continue;  // it leaves
    for (int piece = 0; piece < 28 && client.send(std::string(kMiB, 'x')); piece++) {
    }
    CHECK(client.is_closed());
  }
  CHECK(admin.run({"EXISTS", "k"}).integer() == 0);
  CHECK(admin.run({"PING"}).text() == "PONG");
  if (!is_redis() && !is_sanitized())
    CHECK_MESSAGE(
        eventually([&] { return server.rss_bytes() < rss + static_cast<int64_t>(8 * kMiB); }),
        (server.rss_bytes() - rss));
}

TEST_CASE("long words: a client over its output limit is closed in the middle of one") {
  ServerProcess server({"--client-output-buffer-limit", "normal 8mb 0 0"});
  REQUIRE(server.ok());
  Connection admin = server.connect();
  const std::string value(32 * kMiB, 'v');
  REQUIRE(admin.run({"SET", "big", value}).text() == "OK");
  const std::string head = "*4\r\n$3\r\nSET\r\n$1\r\nk\r\n$4000000\r\n";
  for (size_t i = 0; i < 8; i++) {
    RawSocket client(server.port());
    client.send(head + std::string(4'000'000, 'x') + "\r\n$2\r\nNX\r\nGET big\r\n" + head +
                std::string(i * 300'000, 'y'));
    for (int piece = 0; piece < 20 && client.send(std::string(100'000, 'y')); piece++)
      pause_between_polls();
    client.end_sending();
    CHECK(client.read_to_end().size() < value.size());
    CHECK(admin.run({"STRLEN", "k"}).integer() == 4'000'000);
    CHECK(admin.run({"DEL", "k"}).integer() == 1);
  }
  CHECK(eventually([&] {
    const std::string list = admin.run({"CLIENT", "LIST"}).text();
    return std::count(list.begin(), list.end(), '\n') == 1;
  }));
}

}  // namespace cobnut::test
