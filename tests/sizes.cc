#include "tests/sizes.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>

namespace cobnut::test {
namespace {

constexpr size_t kMillion = 1'000'000;
constexpr double kMiB = 1 << 20;
constexpr std::chrono::microseconds kPulsePause{300};

int64_t clock_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

size_t test_elements() {
  static const size_t elements = [] {
    const char* wanted = getenv("COBNUT_TEST_ELEMENTS");
    if (wanted != nullptr && *wanted != 0) return static_cast<size_t>(std::stoull(wanted));
    return is_sanitized() ? size_t{5'000} : size_t{50'000};
  }();
  return elements;
}

size_t test_string_bytes() { return std::min(kStringMax, kStringMax / kMillion * test_elements()); }

// -- Pulse

Pulse::Pulse(int port) : client_(port), thread_([this] { run(); }) {}

Pulse::~Pulse() {
  stop_ = true;
  thread_.join();
}

void Pulse::run() {
  while (!stop_) {
    sent_us_ = clock_us();
    if (!client_.run(gets_ ? Words{"GET", kAside} : Words{"PING"}).ok()) return;
    note_wait();
    sent_us_ = 0;
    std::this_thread::sleep_for(kPulsePause);
  }
}

// What was awaited before the last take counts from then on.
void Pulse::note_wait() {
  const int64_t sent = sent_us_;
  if (sent == 0) return;
  const int64_t took = clock_us() - std::max<int64_t>(sent, taken_us_);
  int64_t longest = longest_us_;
  while (took > longest && !longest_us_.compare_exchange_weak(longest, took)) {
  }
}

double Pulse::take_longest_ms() {
  note_wait();
  const int64_t longest = longest_us_.exchange(0);
  taken_us_ = clock_us();
  return static_cast<double>(longest) / 1000;
}

// -- Sizes

Sizes::Sizes(std::string type, const Flags& flags)
    : type_(std::move(type)), server_([&] {
        Flags all = flags;
        if (!is_redis()) all.insert(all.end(), {"--enable-debug-command", "yes"});
        return all;
      }()) {
  if (!server_.ok()) return;
  client_ = std::make_unique<Connection>(server_.connect());
  client_->wait_up_to(std::chrono::minutes(10));  // a million elements in one command
  find_loops();
}

// The pulse that waits while the worker's loop sleeps is the one beside it.
void Sizes::find_loops() {
  expect({"SET", kAside, "1"}, "OK");
  std::vector<std::unique_ptr<Pulse>> others;  // keep their places while we look
  for (int tries = 0; tries < 8 && (beside_ == nullptr || apart_ == nullptr); tries++) {
    auto pulse = std::make_unique<Pulse>(server_.port());
    eventually([&] { return pulse->take_longest_ms() > 0; });
    expect({"DEBUG", "SLEEP", "0.3"}, "OK");
    auto& place = pulse->take_longest_ms() > 150 ? beside_ : apart_;
    if (place == nullptr) {
      place = std::move(pulse);
    } else {
      others.push_back(std::move(pulse));
    }
    if (is_redis() && beside_ != nullptr)  // there is but one loop
      apart_ = std::make_unique<Pulse>(server_.port());
  }
  REQUIRE(beside_ != nullptr);
  REQUIRE(apart_ != nullptr);
  apart_->get();
}

Sizes::~Sizes() {
  beside_.reset();
  apart_.reset();
  client_.reset();
  printf("\n%s, %zu elements, %s\n", type_.c_str(), test_elements(),
         is_redis() ? "redis-server" : "cobnut");
  printf(
      "| step                             |    ms | server CPU ms | longest wait, same loop, ms | "
      "other loop and shard, ms | RSS: peak of the step, MiB more | after, MiB |\n");
  printf("|---|---|---|---|---|---|---|\n");
  for (const Row& row : rows_) {
    printf("| %-32s | %5.0f | %5.0f | %6.1f | %6.1f | %5.0f | %5.0f |\n", row.name.c_str(), row.ms,
           row.cpu_ms, row.beside_ms, row.apart_ms, row.peak_mb, row.after_mb);
  }
  fflush(stdout);
}

void Sizes::step(const std::string& name, const std::function<void()>& body) {
  CAPTURE(name);
  reset_peak();
  const int64_t rss = server_.rss_bytes();
  beside_->take_longest_ms();
  apart_->take_longest_ms();
  const int64_t begin = clock_us();
  const double cpu = cpu_ms();
  body();
  rows_.push_back({name, static_cast<double>(clock_us() - begin) / 1000, cpu_ms() - cpu,
                   beside_->take_longest_ms(), apart_->take_longest_ms(),
                   static_cast<double>(peak_bytes() - rss) / kMiB,
                   static_cast<double>(server_.rss_bytes()) / kMiB});
}

void Sizes::step_within(const std::string& name, size_t bytes, const std::function<void()>& body) {
  step(name, body);
  constexpr double kBeside = 40;  // MiB: what sockets, requests and pages beside it take
  if (is_sanitized() || is_redis()) return;
  CHECK_MESSAGE(rows_.back().peak_mb < static_cast<double>(bytes) / kMiB + kBeside, name);
}

void Sizes::freeing(const std::string& name, int64_t before, const std::function<void()>& body) {
  // Tables and arenas that stay.
  const int64_t kept = (512 << 10) + static_cast<int64_t>(test_elements());
  step(name, [&] {
    body();
    int64_t used = 0;
    const bool back = eventually([&] { return (used = used_memory()) < before + kept; });
    CHECK_MESSAGE(back, "used_memory was " << before << " and is " << used);
  });
}

void Sizes::expect(const Words& words, const std::string& reply) {
  CAPTURE(words[0]);
  if (words.size() > 1) CAPTURE(words[1].substr(0, 100));
  const std::string got = run(words).line();
  CHECK_MESSAGE(got == reply, got.substr(0, 200) << " instead of " << reply.substr(0, 200));
}

void Sizes::load(size_t count, const std::function<Words(size_t)>& command) {
  constexpr size_t kAtOnce = 500;
  size_t wrong = 0;
  std::string first;
  for (size_t i = 0; i < count; i += kAtOnce) {
    const size_t end = std::min(count, i + kAtOnce);
    for (size_t j = i; j < end; j++) client_->append(command(j));
    for (size_t j = i; j < end; j++) {
      const Answer answer = client_->answer();
      if (answer.ok() && !answer.is_error()) continue;
      if (wrong++ == 0) first = answer.line();
    }
  }
  CHECK_MESSAGE(wrong == 0, first);
}

void Sizes::add(const Words& prefix, size_t count, const std::function<Words(size_t)>& element) {
  constexpr size_t kPerCommand = 100;
  load((count + kPerCommand - 1) / kPerCommand, [&](size_t i) {
    Words words = prefix;
    for (size_t j = i * kPerCommand; j < std::min(count, (i + 1) * kPerCommand); j++) {
      for (std::string& word : element(j)) words.push_back(std::move(word));
    }
    return words;
  });
}

int64_t Sizes::used_memory() {
  const std::string info = run({"INFO", "memory"}).text();
  const size_t at = info.find("used_memory:");
  return at == std::string::npos ? 0 : std::stoll(info.substr(at + 12));
}

std::string Sizes::digest(const std::string& key, int db) {
  if (db != 0) expect({"SELECT", std::to_string(db)}, "OK");
  std::string digest = run({"DEBUG", "DIGEST-VALUE", key}).text(0);
  if (db != 0) expect({"SELECT", "0"}, "OK");
  return digest;
}

double Sizes::cpu_ms() const {
  timespec time{};
  clock_gettime(static_cast<clockid_t>((~static_cast<unsigned>(server_.pid()) << 3) | 2), &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

void Sizes::reset_peak() const {
  std::ofstream("/proc/" + std::to_string(server_.pid()) + "/clear_refs") << "5";
}

int64_t Sizes::peak_bytes() const {
  std::ifstream status("/proc/" + std::to_string(server_.pid()) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) << 10;
  }
  return 0;
}

// -- what every value goes through

namespace {

void dump_and_restore(Sizes& sizes, const std::string& digest) {
  std::string payload;
  const auto usage =
      static_cast<size_t>(sizes.run({"MEMORY", "USAGE", kKey, "SAMPLES", "0"}).integer());
  // The payload may be longer than the value: that of a stream is in Redis's form.
  const size_t larger = std::max(usage, sizes.run({"DUMP", kKey}).text().size());
  // The payload and the reply; the payload and the value.
  sizes.step_within("DUMP", 2 * larger, [&] { payload = sizes.run({"DUMP", kKey}).text(); });
  sizes.step_within("RESTORE", 2 * larger, [&] {
    sizes.expect({"RESTORE", kOther, "0", payload}, "OK");
  });
  CHECK(sizes.digest(kOther) == digest);
  // What does not end well leaves nothing.
  payload[payload.size() / 2] = static_cast<char>(payload[payload.size() / 2] ^ 1);
  CHECK(sizes.run({"RESTORE", "broken", "0", payload}).is_error());
  sizes.expect({"EXISTS", "broken"}, "0");
}

void copy_and_change(Sizes& sizes, const std::string& digest,
                     const std::function<Words(const std::string& key)>& change) {
  sizes.step("COPY", [&] { sizes.expect({"COPY", kKey, "{hello}:copy"}, "1"); });
  CHECK(sizes.digest("{hello}:copy") == digest);
  CHECK(!sizes.run(change("{hello}:copy")).is_error());
  CHECK(sizes.digest("{hello}:copy") != digest);
  CHECK(sizes.digest(kKey) == digest);
  sizes.expect({"DEL", "{hello}:copy"}, "1");
}

void rename_and_move(Sizes& sizes, const std::string& digest) {
  sizes.step("RENAME to another shard", [&] {
    sizes.expect({"RENAME", kKey, "{hello}:name"}, "OK");
  });
  CHECK(sizes.digest("{hello}:name") == digest);
  sizes.expect({"EXISTS", kKey}, "0");
  sizes.step("RENAMENX within the shard", [&] {
    sizes.expect({"RENAMENX", "{hello}:name", "{hello}:again"}, "1");
  });
  sizes.step("RENAME over a huge value", [&] {
    sizes.expect({"COPY", "{hello}:again", kKey}, "1");
    sizes.expect({"RENAME", "{hello}:again", kKey}, "OK");
  });
  sizes.step("MOVE", [&] { sizes.expect({"MOVE", kKey, "1"}, "1"); });
  CHECK(sizes.digest(kKey, 1) == digest);
  sizes.expect({"EXISTS", kKey}, "0");
  sizes.expect({"SELECT", "1"}, "OK");
  sizes.expect({"MOVE", kKey, "0"}, "1");
  sizes.expect({"SELECT", "0"}, "OK");
  CHECK(sizes.digest(kKey) == digest);
}

}  // namespace

void pass_around(Sizes& sizes, int64_t empty, size_t payload,
                 const std::function<Words(const std::string& key)>& change) {
  const std::string digest = sizes.digest(kKey);
  CHECK(digest.size() == 40);
  const int64_t usage = sizes.run({"MEMORY", "USAGE", kKey, "SAMPLES", "0"}).integer();
  CHECK(usage >= static_cast<int64_t>(payload));
  // Redis estimates a stream's groups, five times too high.
  if (!is_redis()) CHECK(usage <= sizes.used_memory() - empty + (1 << 20));
  dump_and_restore(sizes, digest);
  copy_and_change(sizes, digest, change);
  rename_and_move(sizes, digest);
  sizes.expect({"DEL", kOther}, "1");
  int64_t one = 0;  // used_memory with the value at kKey alone
  const bool settled = eventually([&] {
    one = sizes.used_memory();
    return one < empty + 2 * usage + (8 << 20);
  });
  CHECK(settled);
  const auto copy = [&] { sizes.expect({"COPY", kKey, kOther}, "1"); };
  copy();
  sizes.freeing("DEL", one, [&] { sizes.expect({"DEL", kOther}, "1"); });
  copy();
  sizes.freeing("UNLINK", one, [&] { sizes.expect({"UNLINK", kOther}, "1"); });
  copy();
  sizes.freeing("SET over it", one, [&] { sizes.expect({"SET", kOther, "small"}, "OK"); });
  sizes.expect({"DEL", kOther}, "1");
  copy();
  sizes.freeing("expiry", one, [&] {
    sizes.expect({"PEXPIRE", kOther, "1"}, "1");
    CHECK(eventually([&] { return sizes.run({"EXISTS", kOther}).integer() == 0; }));
  });
  copy();
  sizes.freeing("FLUSHALL", empty, [&] { sizes.expect({"FLUSHALL"}, "OK"); });
}

}  // namespace cobnut::test
