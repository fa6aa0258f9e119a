// Values go from redis-server 7.0.15 to this server and back by DUMP and RESTORE, of every type, in
// every encoding, with sizes at the boundaries: nothing is lost on the way, and each server keeps
// what it gets as it keeps its own.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "tests/server_process.h"

namespace cobnut::test {
namespace {

using Words = std::vector<std::string>;

// A value by the commands that make it, for the key "k".
struct Sample {
  std::string name;
  std::vector<Words> commands;
};

std::string text_of(size_t bytes, bool compressible) {
  std::minstd_rand random(static_cast<unsigned>(bytes) + 1);
  std::string text(bytes, '\0');
  for (char& byte : text) byte = static_cast<char>(compressible ? 'a' + random() % 2 : random());
  return text;
}

const Words kIntegers = {"0",
                         "1",
                         "-1",
                         "12",
                         "13",
                         "127",
                         "128",
                         "-128",
                         "-129",
                         "4095",
                         "-4096",
                         "4096",
                         "32767",
                         "32768",
                         "-32769",
                         "8388607",
                         "8388608",
                         "-8388609",
                         "010",
                         "-0",
                         "2147483647",
                         "2147483648",
                         "-2147483649",
                         "9223372036854775807",
                         "-9223372036854775808",
                         "9223372036854775808"};

void add_strings(std::vector<Sample>& samples) {
  for (const std::string& integer : kIntegers)
    samples.push_back({"string " + integer, {{"SET", "k", integer}}});
  for (const size_t bytes : {0, 1, 20, 21, 44, 45, 63, 64, 2048, 2049, 16383, 16384, 300'000}) {
    for (const bool compressible : {false, true}) {
      samples.push_back({"string of " + std::to_string(bytes) + (compressible ? " c" : ""),
                         {{"SET", "k", text_of(bytes, compressible)}}});
    }
  }
}

std::string member_of(size_t i, size_t bytes) {
  std::string text = "m" + std::to_string(i) + "-";
  text.resize(std::max(bytes, text.size()), 'x');
  return text;
}

// One command that names `count` elements, each by the words of `element`.
Sample built(const std::string& name, Words command, size_t count,
             const std::function<Words(size_t)>& element) {
  Sample sample{name + " of " + std::to_string(count), {}};
  constexpr size_t kPerCommand = 1000;
  const Words head = command;
  for (size_t i = 0; i < count; i++) {
    for (const std::string& word : element(i)) command.push_back(word);
    if ((i + 1) % kPerCommand != 0 && i + 1 < count) continue;
    sample.commands.push_back(command);
    command = head;
  }
  return sample;
}

void add_sets(std::vector<Sample>& samples) {
  for (const std::string& integer : kIntegers)
    samples.push_back({"set of " + integer, {{"SADD", "k", "7", integer}}});
  for (const size_t count : {1, 2, 127, 128, 129, 511, 512, 513, 20'000}) {
    samples.push_back(built("set of integers", {"SADD", "k"}, count, [](size_t i) {
      return Words{std::to_string(static_cast<int64_t>(i * 1'000'003) - 5'000'000)};
    }));
    samples.push_back(built("set of texts", {"SADD", "k"}, count,
                            [](size_t i) { return Words{member_of(i, 12)}; }));
    samples.push_back(built("mixed set", {"SADD", "k"}, count, [](size_t i) {
      return Words{i % 2 ? std::to_string(i) : member_of(i, 3)};
    }));
  }
  for (const size_t bytes : {0, 63, 64, 65, 255, 256, 257, 100'000}) {
    samples.push_back({"set with a text of " + std::to_string(bytes),
                       {{"SADD", "k", "a", text_of(bytes, false), text_of(bytes, true)}}});
  }
}

void add_lists(std::vector<Sample>& samples) {
  Sample integers{"list of integers", {{"RPUSH", "k"}}};
  for (const std::string& integer : kIntegers) integers.commands[0].push_back(integer);
  samples.push_back(integers);
  for (const size_t count : {1, 2, 128, 1000, 20'000}) {
    for (const size_t bytes : {1, 12, 100}) {
      samples.push_back(built("list of texts of " + std::to_string(bytes), {"RPUSH", "k"}, count,
                              [&](size_t i) { return Words{member_of(i, bytes)}; }));
    }
  }
  for (const size_t bytes : {0, 63, 64, 4095, 4096, 8191, 8192, 8193, 100'000}) {
    samples.push_back({"list with a text of " + std::to_string(bytes),
                       {{"RPUSH", "k", "a", text_of(bytes, false), text_of(bytes, true), "b"}}});
  }
}

void add_zsets(std::vector<Sample>& samples) {
  for (const std::string score :
       {"0", "-0", "1.5", "inf", "-inf", "5e-324", "1.7976931348623157e308", "0.1",
        "9007199254740993", "-3.0000000000000004"})
    samples.push_back(
        {"sorted set with " + score, {{"ZADD", "k", "1", "a", score, "b", "3", "7"}}});
  for (const size_t count : {1, 2, 127, 128, 129, 20'000}) {
    samples.push_back(built("sorted set", {"ZADD", "k"}, count, [](size_t i) {
      return Words{std::to_string(static_cast<int>(i * 7919 % 1000)) + (i % 2 ? ".25" : ""),
                   member_of(i, 12)};
    }));
    samples.push_back(built("sorted set of integers", {"ZADD", "k"}, count, [](size_t i) {
      return Words{std::to_string(i), std::to_string(i * 100)};
    }));
  }
  for (const size_t bytes : {0, 63, 64, 65, 255, 256, 257, 100'000}) {
    samples.push_back({"sorted set with a member of " + std::to_string(bytes),
                       {{"ZADD", "k", "1", text_of(bytes, false), "2", "other"}}});
  }
}

void add_hashes(std::vector<Sample>& samples) {
  for (const std::string& integer : kIntegers)
    samples.push_back({"hash of " + integer, {{"HSET", "k", integer, integer, "f", integer}}});
  for (const size_t count : {1, 2, 511, 512, 513, 20'000}) {
    samples.push_back(built("hash", {"HSET", "k"}, count, [](size_t i) {
      return Words{"f" + std::to_string(i), std::to_string(i * i)};
    }));
  }
  for (const size_t bytes : {0, 63, 64, 65, 255, 256, 257, 100'000}) {
    samples.push_back({"hash with a field of " + std::to_string(bytes),
                       {{"HSET", "k", text_of(bytes, false), "v", "g", "w"}}});
    samples.push_back({"hash with a value of " + std::to_string(bytes),
                       {{"HSET", "k", "f", text_of(bytes, false), "g", text_of(bytes, true)}}});
  }
}

void add_streams(std::vector<Sample>& samples) {
  samples.push_back({"empty stream", {{"XGROUP", "CREATE", "k", "g", "$", "MKSTREAM"}}});
  for (const size_t count : {1, 2, 99, 100, 101, 5000}) {
    Sample sample{"stream of " + std::to_string(count), {}};
    for (size_t i = 0; i < count; i++) {
      const std::string id = std::to_string(1'000'000 + i / 3) + "-" + std::to_string(1 + i % 3);
      Words words = {"XADD", "k", id, "a", std::to_string(i), "b", text_of(i % 40, false)};
      if (i % 7 == 3) words.insert(words.end(), {"another", "field"});
      sample.commands.push_back(words);
    }
    samples.push_back(sample);
    sample.name += " with groups";
    const auto add = [&](const Words& words) { sample.commands.push_back(words); };
    add({"XGROUP", "CREATE", "k", "from the start", "0"});
    add({"XGROUP", "CREATE", "k", "from the end", "$", "ENTRIESREAD", "1"});
    add({"XGROUP", "CREATECONSUMER", "k", "from the end", "idle"});
    add({"XREADGROUP", "GROUP", "from the start", "alice", "COUNT", "60", "STREAMS", "k", ">"});
    add({"XREADGROUP", "GROUP", "from the start", "bob", "COUNT", "70", "STREAMS", "k", ">"});
    add({"XACK", "k", "from the start", "1000000-1", "1000001-2", "1000003-3"});
    add({"XDEL", "k", "1000000-2", "1000002-1"});
    samples.push_back(sample);
  }
}

// -- what a server says about the key

Words lines_of(Connection& client, const Words& words) {
  const Answer answer = client.run(words);
  if (answer.is_error() || answer.size() == 0) return {answer.text()};
  Words lines;
  for (size_t i = 0; i < answer.size(); i++) lines.push_back(answer.text(i));
  return lines;
}

Words sorted(Words words) {
  std::sort(words.begin(), words.end());
  return words;
}

Words pairs_sorted(const Words& words) {
  Words pairs;
  for (size_t i = 0; i + 1 < words.size(); i += 2) pairs.push_back(words[i] + "=" + words[i + 1]);
  return sorted(pairs);
}

Words contents(Connection& client, const std::string& type) {
  if (type == "string") return lines_of(client, {"GET", "k"});
  if (type == "set") return sorted(lines_of(client, {"SMEMBERS", "k"}));
  if (type == "hash") return pairs_sorted(lines_of(client, {"HGETALL", "k"}));
  if (type == "zset") return lines_of(client, {"ZRANGE", "k", "0", "-1", "WITHSCORES"});
  if (type == "stream") return {client.run({"DEBUG", "DIGEST-VALUE", "k"}).text(0)};
  if (type == "list") return lines_of(client, {"LRANGE", "k", "0", "-1"});
  return {"no way to read a " + type};
}

struct Shown {
  std::string type, encoding, digest;
  Words contents;
};

Shown show(Connection& client) {
  Shown shown;
  shown.type = client.run({"TYPE", "k"}).text();
  shown.encoding = client.run({"OBJECT", "ENCODING", "k"}).text();
  shown.digest = client.run({"DEBUG", "DIGEST-VALUE", "k"}).text(0);
  shown.contents = contents(client, shown.type);
  return shown;
}

// XINFO's radix tree is not ours, and how long ago an entry was delivered is a matter of moments.
std::string without_internals(std::string line) {
  for (const std::string name : {"radix-tree-keys, ", "radix-tree-nodes, "}) {
    const size_t at = line.find(name);
    if (at == std::string::npos) continue;
    const size_t digits = at + name.size();
    line.erase(at, line.find(',', digits) - at);
  }
  return std::regex_replace(line, std::regex(", [0-9]+, ([0-9]+), \\]"), ", idle, $1, ]");
}

void make(Connection& client, const Sample& sample) {
  client.run({"DEL", "k"});
  for (const Words& words : sample.commands) {
    const Answer answer = client.run(words);
    REQUIRE_MESSAGE(!answer.is_error(), answer.text());
  }
}

// Dumped by one, restored by the other, compared with what the other would have made itself.
void check_carried(Connection& from, Connection& to, const Sample& sample) {
  make(to, sample);
  const Shown own = show(to);
  make(from, sample);
  const std::string payload = from.run({"DUMP", "k"}).text();
  const Answer restored = to.run({"RESTORE", "k", "0", payload, "REPLACE"});
  REQUIRE_MESSAGE(restored.text() == "OK", restored.text());
  const Shown carried = show(to);
  CHECK(carried.type == own.type);
  CHECK(carried.encoding == own.encoding);
  CHECK(carried.digest == own.digest);
  CHECK(carried.digest == show(from).digest);
  CHECK_MESSAGE(carried.contents == own.contents, carried.contents.size());
}

void check_samples(const std::function<void(std::vector<Sample>&)>& add) {
  ServerProcess ours({"--enable-debug-command", "yes"}), theirs({}, 1, redis_binary());
  REQUIRE(ours.ok());
  REQUIRE(theirs.ok());
  Connection mine = ours.connect(), real = theirs.connect();
  std::vector<Sample> samples;
  add(samples);
  for (const Sample& sample : samples) {
    CAPTURE(sample.name);
    check_carried(real, mine, sample);
    check_carried(mine, real, sample);
    check_carried(mine, mine, sample);
    CHECK(show(mine).encoding == show(real).encoding);
  }
}

TEST_CASE("dump: strings from and to redis-server") { check_samples(add_strings); }
TEST_CASE("dump: lists from and to redis-server") { check_samples(add_lists); }
TEST_CASE("dump: sets from and to redis-server") { check_samples(add_sets); }
TEST_CASE("dump: sorted sets from and to redis-server") { check_samples(add_zsets); }
TEST_CASE("dump: hashes from and to redis-server") { check_samples(add_hashes); }
TEST_CASE("dump: streams from and to redis-server") { check_samples(add_streams); }

// The same words on both servers, apart from times since a consumer was seen.
TEST_CASE("dump: what is known of a stream and its groups comes along") {
  ServerProcess ours, theirs({}, 1, redis_binary());
  REQUIRE(ours.ok());
  REQUIRE(theirs.ok());
  Connection mine = ours.connect(), real = theirs.connect();
  std::vector<Sample> samples;
  add_streams(samples);
  for (const Sample& sample : samples) {
    CAPTURE(sample.name);
    make(real, sample);
    for (const auto& [from, to] : {std::pair(&real, &mine), std::pair(&mine, &real)}) {
      const std::string payload = from->run({"DUMP", "k"}).text();
      REQUIRE(to->run({"RESTORE", "k", "0", payload, "REPLACE"}).text() == "OK");
      for (const Words& words :
           std::vector<Words>{{"XRANGE", "k", "-", "+"},
                              {"XINFO", "STREAM", "k"},
                              {"XINFO", "GROUPS", "k"},
                              {"XPENDING", "k", "from the start"},
                              {"XPENDING", "k", "from the start", "-", "+", "200", "alice"},
                              {"XPENDING", "k", "from the start", "-", "+", "200", "bob"},
                              {"XPENDING", "k", "g"}}) {
        CHECK(without_internals(mine.run(words).line()) ==
              without_internals(real.run(words).line()));
      }
    }
  }
}

TEST_CASE("dump: of strings the payloads are the same bytes") {
  ServerProcess ours, theirs({}, 1, redis_binary());
  REQUIRE(ours.ok());
  REQUIRE(theirs.ok());
  Connection mine = ours.connect(), real = theirs.connect();
  std::vector<Sample> samples;
  add_strings(samples);
  for (const Sample& sample : samples) {
    CAPTURE(sample.name);
    make(mine, sample);
    make(real, sample);
    CHECK(mine.run({"DUMP", "k"}).text() == real.run({"DUMP", "k"}).text());
  }
}

}  // namespace
}  // namespace cobnut::test
