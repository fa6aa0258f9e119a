// Garbage from many connections harms nobody: the server lives, and a well-behaved client beside
// them sees every one of its own values.
#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/raw_socket.h"
#include "tests/server_process.h"

namespace cobnut::test {
namespace {

const int kStreams = rounds(100'000);
constexpr int kThreads = 3;
// Of so many streams one comes by TCP: each leaves a port in TIME_WAIT, and there are 28,000 of
// them.
constexpr int kTcpEvery = 16;

// Pure noise, protocol-like noise, or valid commands with a few bytes changed.
std::string random_stream(std::mt19937_64& random) {
  static const std::string kCommands[] = {request({"SET", "r:a", "value", "EX", "100"}),
                                          request({"GET", "r:a"}),
                                          request({"MSET", "r:a", "1", "r:b", "2", "r:c", "3"}),
                                          request({"MGET", "r:a", "r:b"}),
                                          request({"INCRBY", "r:n", "7"}),
                                          request({"APPEND", "r:a", "tail"}),
                                          request({"SETRANGE", "r:a", "10", "x"}),
                                          request({"GETRANGE", "r:a", "0", "-1"}),
                                          request({"RENAME", "r:a", "r:b"}),
                                          request({"SCAN", "0", "COUNT", "2"}),
                                          request({"HELLO", "3"}),
                                          request({"CLIENT", "LIST"}),
                                          "GET r:a\r\nSET r:b \"x y\"\r\n"};
  std::string stream;
  const auto kind = random() % 3;
  if (kind == 2) {
    for (auto i = random() % 4 + 1; i > 0; i--)
      stream += kCommands[random() % std::size(kCommands)];
    for (auto i = random() % 4; i > 0; i--) {
      stream[random() % stream.size()] = static_cast<char>(random());
    }
    stream.resize(stream.size() - random() % 3);
    return stream;
  }
  static constexpr std::string_view kLikely = "*$\r\n\r\n\r\n0123456789-\"' \\GETSrab:";
  for (auto i = random() % 200 + 1; i > 0; i--) {
    stream += kind == 0 ? static_cast<char>(random()) : kLikely[random() % kLikely.size()];
  }
  return stream;
}

std::string printable(const std::string& bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    if (code >= ' ' && code < 127 && byte != '\\') {
      text += byte;
    } else {
      text += {'\\', 'x', kHex[code >> 4], kHex[code & 15]};
    }
  }
  return text;
}

// What went wrong in one thread, told by the main thread at the end.
struct Report {
  int refused = 0;
  std::vector<std::string> unanswered;  // streams after whose end the server did not close
};

void send_streams(const ServerProcess& server, const std::string& path, uint64_t seed,
                  Report& report) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < kStreams / kThreads; i++) {
    RawSocket socket = i % kTcpEvery ? RawSocket(path) : RawSocket(server.port());
    if (!socket.ok()) {
      report.refused++;
      continue;
    }
    const std::string stream = random_stream(random);
    const size_t half = random() % stream.size();
    socket.send(std::string_view(stream).substr(0, half));
    socket.send(std::string_view(stream).substr(half));
    if (i % 4) {
      socket.end_sending();
      const std::string replies = socket.read_to_end();
      if (replies.ends_with("(time-out)")) {
        report.unanswered.push_back(printable(stream.substr(0, half)) + " | " +
                                    printable(stream.substr(half)) + " -> " + printable(replies));
      }
    }  // else it goes away without a word
  }
}

TEST_CASE("random bytes: 100,000 streams of garbage, other clients unharmed") {
  const std::string path = temporary_path(".sock");
  ServerProcess server({"--unixsocket", path});
  REQUIRE(server.ok());
  std::vector<Report> reports(kThreads);
  std::atomic<bool> done{false};
  std::vector<std::thread> noisy;
  for (int i = 0; i < kThreads; i++) {
    noisy.emplace_back([&, i] {
      send_streams(server, path, 1000 + static_cast<uint64_t>(i), reports[static_cast<size_t>(i)]);
    });
  }
  int64_t rounds = 0, wrong = 0;
  std::thread quiet([&] {
    Connection client = server.connect();
    while (!done) {
      const std::string key = "quiet:" + std::to_string(rounds % 100);
      const std::string value = std::to_string(rounds);
      client.append({"SET", key, value});
      client.append({"GET", key});
      if (client.answer().text() != "OK") wrong++;
      if (client.answer().text() != value) wrong++;
      rounds++;
      if (wrong > 10) break;
      pause_between_polls();
    }
  });
  for (std::thread& thread : noisy) thread.join();
  done = true;
  quiet.join();
  for (const Report& report : reports) {
    CHECK(report.refused == 0);
    for (const std::string& stream : report.unanswered) CHECK_MESSAGE(false, stream);
  }
  CHECK(wrong == 0);
  CHECK(rounds > 10);
  CHECK(server.connect().run({"PING"}).text() == "PONG");
}

}  // namespace
}  // namespace cobnut::test
