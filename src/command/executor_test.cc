#include "command/executor.h"

#include <doctest/doctest.h>

#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/errors.h"
#include "base/numbers.h"
#include "command/table.h"
#include "memory/large.h"

namespace cobnut {
namespace {

void cmd_put(Context& cx, Args args) {
  for (size_t i = 0; i < args.key_count(); i++) {
    const Key key = args.key(i);
    cx.keys.put(key, cx.keys.edit(key), string_value(args[2 + 2 * i]), kNoExpiry, Event::kSet);
  }
  cx.reply.ok();
}

void cmd_get(Context& cx, Args args) {
  const Found found = cx.keys.find(args.key());
  char buffer[32];
  found ? cx.reply.bulk(found->text(buffer)) : cx.reply.null();
}

void cmd_count(Context& cx, Args) {
  size_t total = 0;
  for (Shard* shard : cx.keys.shards()) total += shard->keyspace.size(cx.client.db);
  cx.reply.integer(static_cast<int64_t>(total));
}

void cmd_echo(Context& cx, Args args) { cx.reply.bulk(args[1]); }
void cmd_fail(Context& cx, Args) { cx.reply.error("MINE it fails"); }
void cmd_end(Context& cx, Args) {
  cx.session->close_after_reply();
  cx.reply.ok();
}

// Blocks until a time, which is its argument.
void cmd_block(Context& cx, Args args) {
  const auto reply_seven = [](Session&, Reply& reply) { reply.integer(7); };
  cx.session->block({parse_int(args[1]).value_or(INT64_MAX), reply_seven});
}

constexpr CommandSpec kTestCommands[] = {
    {.name = "block", .run = cmd_block, .arity = 2, .flags = kSolo},
    {.name = "count", .run = cmd_count, .arity = 1, .flags = kReadonly, .route = Route::kAll},
    {.name = "echo", .run = cmd_echo, .arity = 2, .flags = kFast},
    {.name = "end", .run = cmd_end, .arity = 1, .flags = kNoAuth},
    {.name = "fail", .run = cmd_fail, .arity = 1},
    {.name = "get",
     .run = cmd_get,
     .arity = 2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .route = Route::kKeys},
    {.name = "mput",
     .run = cmd_put,
     .arity = -3,
     .flags = kWrite | kDenyOom,
     .keys = {1, -1, 2},
     .route = Route::kKeys},
    {.name = "put",
     .run = cmd_put,
     .arity = 3,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .route = Route::kKeys},
};

struct TestPort final : LoopPort {
  void wake() override {}
};

// Another thread that holds a shard until it is told to leave it.
class Intruder {
 public:
  explicit Intruder(Shard& shard)
      : thread_([this, &shard] {
          entered_.set_value(shard.monitor.try_enter());
          leave_.get_future().wait();
          shard.leave(port_);
          while (!port_.idle()) port_.run_all();
        }) {
    REQUIRE(entered_.get_future().get());
  }
  void leave() {
    leave_.set_value();
    thread_.join();
  }

 private:
  TestPort port_;
  std::promise<bool> entered_;
  std::promise<void> leave_;
  std::thread thread_;
};

// A process of one loop over 4 shards,
// without a socket.
struct Harness final : Flusher {
  Harness() : server(Options{}, 1), executor((build(), server), 0, port, *this) {
    static const std::span<const CommandSpec> families[] = {kTestCommands};
    static const CommandTable table{families};
    set_command_table(&table);
  }
  void build() {
    constexpr uint32_t kShardCount = 4;
    server.slot_shift = 12;
    const ShardSetup setup{.slots_each = kSlots / kShardCount,
                           .databases = 2,
                           .pages = server.pages,
                           .large = large_allocator(AllocatorKind::kPooled),
                           .budget = server.budget,
                           .now_ms = wall_clock_ms()};
    for (uint32_t i = 0; i < kShardCount; i++) {
      server.shard_storage.push_back(std::make_unique<Shard>(i, setup));
      server.shards.push_back(server.shard_storage.back().get());
    }
    server.loops.push_back(&port);
  }

  // Flusher: a socket that takes `room` bytes more.
  void flush(Session& session) override {
    while (!session.output.empty() && room > 0) {
      const Output::Segment* first = session.output.segments();
      const size_t n = std::min(first->size, room);
      written.append(first->data, n);
      room -= n;
      session.output.consume(n);
    }
    session.output.detach_from_arena();
    if (session.wait == Session::Wait::kOutput &&
        session.output.bytes() <= Executor::kOutputResume) {
      session.wait = Session::Wait::kNone;
      executor.ready(session);
    }
  }
  void close(Session& session) override { session.closing = closed = true; }

  void receive(Session& session, Bytes bytes) {
    while (!bytes.empty()) {
      const Arena::Window window = session.input.window(executor.arena(), 1);
      const size_t n = std::min(bytes.size(), static_cast<size_t>(window.end - window.begin));
      memcpy(window.begin, bytes.data(), n);
      session.input.received(executor.arena(), n);
      bytes.remove_prefix(n);
    }
    executor.ready(session);
  }
  // Everything that the session's bytes lead to.
  std::string run(Session& session, Bytes bytes) {
    receive(session, bytes);
    do executor.run_turn({monotonic_clock_ms(), wall_clock_ms()});
    while (executor.has_work());
    return std::exchange(written, {});
  }
  Shard& shard_of(Bytes key) { return *server.shards[key_slot(key) >> server.slot_shift]; }

  Server server;
  TestPort port;
  Executor executor;
  std::string written;
  size_t room = SIZE_MAX;
  bool closed = false;
};

std::unique_ptr<Session> make_session() {
  auto info = std::make_shared<ClientInfo>();
  info->id = 7;
  return std::make_unique<Session>(std::move(info));
}

}  // namespace

TEST_CASE("a pipeline is answered in order, errors in their places") {
  Harness h;
  auto session = make_session();
  CHECK(h.run(*session, "put a 1\r\nget a\r\nnosuch x\r\nget\r\necho z\r\ncount\r\nget b\r\n") ==
        "+OK\r\n$1\r\n1\r\n-ERR unknown command 'nosuch', with args beginning with: 'x' \r\n"
        "-ERR wrong number of arguments for 'get' command\r\n$1\r\nz\r\n:1\r\n$-1\r\n");
  h.executor.forget(*session);
}

TEST_CASE("any split of the bytes gives the same replies") {
  Harness h;
  const std::string sent =
      "*3\r\n$3\r\nput\r\n$1\r\na\r\n$3\r\nxyz\r\n*2\r\n$3\r\nget\r\n$1\r\na\r\n";
  for (size_t cut = 0; cut <= sent.size(); cut++) {
    auto session = make_session();
    std::string replies = h.run(*session, sent.substr(0, cut));
    replies += h.run(*session, sent.substr(cut));
    CHECK(replies == "+OK\r\n$3\r\nxyz\r\n");
    h.executor.forget(*session);
  }
}

TEST_CASE("more commands than a batch holds") {
  Harness h;
  auto session = make_session();
  std::string sent, expected;
  for (int i = 0; i < 1000; i++) {
    const std::string n = std::to_string(i);
    sent += "put key" + n + " " + n + "\r\nget key" + n + "\r\n";
    expected += "+OK\r\n$" + std::to_string(n.size()) + "\r\n" + n + "\r\n";
  }
  CHECK(h.run(*session, sent) == expected);
  h.executor.forget(*session);
}

TEST_CASE(
    "a command for a busy shard waits in its queue, what follows it waits behind it, others go "
    "on") {
  Harness h;
  auto first = make_session();
  auto second = make_session();
  Shard& busy = h.shard_of("a");
  Intruder intruder(busy);
  CHECK(h.run(*first, "echo before\r\nput a 1\r\necho after\r\n") == "$6\r\nbefore\r\n");
  CHECK(first->wait == Session::Wait::kCommand);
  CHECK(h.run(*second, "echo other\r\n") == "$5\r\nother\r\n");
  CHECK(h.run(*first, "get a\r\n") == "");
  intruder.leave();  // drains the queue
  CHECK(h.run(*second, "") == "+OK\r\n$5\r\nafter\r\n$1\r\n1\r\n");
  h.executor.forget(*first);
  h.executor.forget(*second);
}

TEST_CASE("a command over several shards, one of them busy, goes through the sequencer") {
  Harness h;
  auto session = make_session();
  Shard& busy = h.shard_of("a");
  Intruder intruder(busy);
  CHECK(h.run(*session, "mput a 1 b 2 c 3 d 4 e 5\r\ncount\r\n") == "");
  intruder.leave();
  CHECK(h.run(*session, "get e\r\n") == "+OK\r\n:5\r\n$1\r\n5\r\n");
  for (Shard* shard : h.server.shards) CHECK(!shard->monitor.held());
  h.executor.forget(*session);
}

TEST_CASE("a client that does not read runs nothing more until half of what it is owed is gone") {
  Harness h;
  auto session = make_session();
  h.room = 0;
  std::string sent = "put a " + std::string(100'000, 'x') + "\r\n";
  for (int i = 0; i < 100; i++) sent += "get a\r\n";
  CHECK(h.run(*session, "*3\r\n$3\r\nput\r\n$1\r\na\r\n$100000\r\n" + std::string(100'000, 'x') +
                            "\r\n") == "");
  sent.erase(0, sent.find("get"));
  CHECK(h.run(*session, sent) == "");
  CHECK(session->wait == Session::Wait::kOutput);
  CHECK(session->output.bytes() < Executor::kOutputStall + Executor::kBatchCommands * 101'000);
  std::string all;
  for (int i = 0; i < 1000 && !(session->output.empty() && session->input.unread().empty()); i++) {
    h.room = 200'000;
    h.executor.touch(*session);
    all += h.run(*session, "");
  }
  CHECK(all.size() == 5 + 100 * (9 + 100'000 + 2));
  h.executor.forget(*session);
}

TEST_CASE("a protocol error is the last reply") {
  Harness h;
  auto session = make_session();
  CHECK(h.run(*session, "echo a\r\n*x\r\necho b\r\n") ==
        "$1\r\na\r\n-ERR Protocol error: invalid multibulk length\r\n");
  CHECK(session->closing);
  h.executor.forget(*session);
}

TEST_CASE(
    "nothing runs after the command that ends the session, before AUTH nothing but what may") {
  Harness h;
  auto session = make_session();
  session->client.authenticated = false;
  REQUIRE(h.server.options
              .update([](Options& o) -> Status {
                o.requirepass = "secret";
                return Ok{};
              })
              .ok());
  CHECK(h.run(*session, "echo a\r\nend\r\necho b\r\n") ==
        "-NOAUTH Authentication required.\r\n+OK\r\n");
  h.executor.forget(*session);
}

TEST_CASE("a blocked session runs nothing until its time, then what is behind, in order") {
  Harness h;
  auto session = make_session();
  auto other = make_session();
  CHECK(h.executor.next_wake_ms() == INT64_MAX);
  CHECK(h.run(*session, "echo before\r\nblock 100\r\necho after\r\n") == "$6\r\nbefore\r\n");
  CHECK(session->wait == Session::Wait::kBlocked);
  CHECK(session->info().blocked.blocked());
  CHECK(h.server.clients.blocked() == 1);
  CHECK(h.executor.next_wake_ms() == 100);
  CHECK(h.run(*session, "get a\r\n") == "");
  CHECK(h.run(*other, "echo other\r\n") == "$5\r\nother\r\n");
  h.executor.wake_due(99);
  CHECK(h.run(*session, "") == "");
  h.executor.wake_due(100);
  CHECK(h.run(*session, "") == ":7\r\n$5\r\nafter\r\n$-1\r\n");
  CHECK(!session->info().blocked.blocked());
  CHECK(h.server.clients.blocked() == 0);
  CHECK(h.executor.next_wake_ms() == INT64_MAX);
  h.executor.forget(*session);
  h.executor.forget(*other);
}

TEST_CASE("a block is claimed once, and a claim is for one block") {
  Harness h;
  auto session = make_session();
  BlockedWord& word = session->info().blocked;
  CHECK(!word.claim(word.current()));
  h.run(*session, "block 100\r\nblock 200\r\n");
  const uint64_t first = word.current();
  CHECK(word.claim(first));
  CHECK(!word.claim(first));
  CHECK(word.current() == 0);
  h.executor.wake_due(150);  // the time comes too late: a letter is on its way
  CHECK(session->wait == Session::Wait::kBlocked);
  CHECK(h.executor.next_wake_ms() == INT64_MAX);
  h.executor.post_wake(7, Wake::kError);
  CHECK(h.run(*session, "") == "-" + std::string(err::kUnblocked) + "\r\n");
  CHECK(session->wait == Session::Wait::kBlocked);  // the second one
  CHECK(!word.claim(first));
  CHECK(word.current() != 0);
  h.executor.wake_due(200);
  CHECK(h.run(*session, "") == ":7\r\n");
  h.executor.forget(*session);
}

TEST_CASE("a session that ends while it is blocked is free at once, or when a letter has come") {
  Harness h;
  auto session = make_session();
  h.run(*session, "block 100\r\n");
  CHECK(h.executor.end_block(*session));
  CHECK(h.server.clients.blocked() == 0);
  CHECK(h.executor.next_wake_ms() == INT64_MAX);
  h.executor.forget(*session);

  auto late = make_session();
  h.run(*late, "block 100\r\n");
  BlockedWord& word = late->info().blocked;
  CHECK(word.claim(word.current()));
  CHECK(!h.executor.end_block(*late));
  h.executor.wake(7, Wake::kTimeout);
  CHECK(late->wait == Session::Wait::kNone);
  h.executor.forget(*late);
}

TEST_CASE("a pause stops writes or all, before they wait for a shard, and keeps the order") {
  Harness h;
  auto session = make_session();
  const int64_t now_ms = monotonic_clock_ms();
  h.server.pause.begin(Pause::Kind::kWrites, now_ms + 100'000, now_ms);
  h.server.pause.begin(Pause::Kind::kWrites, now_ms + 10, now_ms);  // no shorter
  CHECK(h.server.pause.until_ms() == now_ms + 100'000);
  Shard& busy = h.shard_of("a");
  Intruder intruder(busy);
  CHECK(h.run(*session, "put\r\necho a\r\nput a 1\r\nget a\r\n") ==
        "-ERR wrong number of arguments for 'put' command\r\n$1\r\na\r\n");
  CHECK(session->wait == Session::Wait::kPaused);
  CHECK(h.server.clients.blocked() == 1);
  CHECK(h.executor.next_wake_ms() == now_ms + 100'000);
  intruder.leave();
  h.executor.resume_paused();  // it tries, and waits again
  CHECK(h.run(*session, "") == "");
  CHECK(session->wait == Session::Wait::kPaused);
  h.server.pause.end();
  h.executor.post_resume();
  CHECK(h.run(*session, "") == "+OK\r\n$1\r\n1\r\n");
  CHECK(h.server.clients.blocked() == 0);

  h.server.pause.begin(Pause::Kind::kAll, now_ms + 100'000, now_ms);
  h.server.pause.begin(Pause::Kind::kWrites, now_ms + 10, now_ms);  // no narrower
  CHECK(h.run(*session, "echo b\r\n") == "");
  CHECK(h.server.pause.stops(kReadonly, now_ms + 99'999));
  CHECK(!h.server.pause.stops(kWrite, now_ms + 100'000));
  CHECK(!h.server.pause.any());
  h.executor.wake_due(now_ms + 100'000);
  CHECK(h.run(*session, "") == "$1\r\nb\r\n");
  h.server.pause.begin(Pause::Kind::kAll, now_ms + 100'000, now_ms);
  h.run(*session, "echo c\r\n");
  h.executor.forget(*session);
  CHECK(h.server.clients.blocked() == 0);
  CHECK(h.executor.next_wake_ms() == INT64_MAX);
}

TEST_CASE("replies that are not wanted are dropped, of commands that waited elsewhere too") {
  Harness h;
  auto session = make_session();
  session->set_replies(Session::Replies::kSkipNext);
  CHECK(h.run(*session, "put a 1\r\nget a\r\n") == "$1\r\n1\r\n");
  session->set_replies(Session::Replies::kSkipNext);
  Intruder intruder(h.shard_of("a"));
  h.run(*session, "put a 2\r\nget a\r\n");
  intruder.leave();
  CHECK(h.run(*session, "") == "$1\r\n2\r\n");
  session->set_replies(Session::Replies::kSkipNext);
  h.run(*session, "block 100\r\necho b\r\n");
  h.executor.wake_due(100);
  CHECK(h.run(*session, "") == "$1\r\nb\r\n");
  session->set_replies(Session::Replies::kOff);
  CHECK(h.run(*session, "put a 3\r\nnosuch\r\ncount\r\n") == "");
  session->set_replies(Session::Replies::kOn);
  CHECK(h.run(*session, "get a\r\n") == "$1\r\n3\r\n");
  h.executor.forget(*session);
}

TEST_CASE("CLIENT NO-TOUCH leaves the idle time of keys as it is") {
  Harness h;
  auto session = make_session();
  h.run(*session, "put a 1\r\n");
  Shard& shard = h.shard_of("a");
  const int64_t later_ms = wall_clock_ms() + 100'000;
  const auto idle_seconds = [&] {
    REQUIRE(shard.monitor.try_enter());
    const int64_t idle = shard.keyspace.peek(0, Key("a"))->idle_seconds(later_ms);
    shard.leave(h.port);
    return idle;
  };
  const auto get = [&] {
    h.receive(*session, "get a\r\n");
    h.executor.run_turn({monotonic_clock_ms(), later_ms});
  };
  session->set_no_touch(true);
  get();
  CHECK(idle_seconds() >= 99);
  session->set_no_touch(false);
  get();
  CHECK(idle_seconds() == 0);
  h.executor.forget(*session);
}

TEST_CASE("maxmemory is judged when the command runs") {
  Harness h;
  auto session = make_session();
  h.run(*session, "put a 1\r\n");
  REQUIRE(h.server.options
              .update([](Options& o) -> Status {
                o.maxmemory = 1;
                return Ok{};
              })
              .ok());
  CHECK(h.run(*session, "put b 1\r\nget a\r\n") ==
        "-" + std::string(err::kOutOfMemory) + "\r\n$1\r\n1\r\n");
  h.executor.forget(*session);
}

// -- what is known of commands afterwards

namespace {

void set_options(Server& server, const std::function<void(Options&)>& change) {
  const Status set = server.options.update([&](Options& options) -> Status {
    change(options);
    return Ok{};
  });
  REQUIRE(set.ok());
}

const CommandStats& stats_of(Server& server, Bytes name) {
  return server.stats[0].command(command_table().find(name)->number);
}

}  // namespace

TEST_CASE("commands are counted: run, failed, rejected, and how long they took") {
  Harness h;
  auto session = make_session();
  h.run(*session, "put a 1\r\nget a\r\nget a\r\nget\r\nnosuch\r\nfail\r\n");
  CHECK(stats_of(h.server, "put").calls.get() == 1);
  CHECK(stats_of(h.server, "get").calls.get() == 2);
  CHECK(stats_of(h.server, "get").rejected.get() == 1);
  CHECK(stats_of(h.server, "fail").calls.get() == 1);
  CHECK(stats_of(h.server, "fail").failed.get() == 1);
  CHECK(h.server.commands_run() == 4);
  CHECK(h.server.counters[0].errors.get() == 3);
  std::string errors;
  h.server.stats[0].errors.each([&](Bytes code, uint64_t count) {
    errors += std::string(code) + "=" + std::to_string(count) + " ";
  });
  CHECK(errors == "ERR=2 MINE=1 ");
  DurationCounts gets;
  gets.add(*stats_of(h.server, "get").histogram.load());
  CHECK(gets.total() == 2);
  set_options(h.server, [](Options& o) { o.latency_tracking = false; });
  h.run(*session, "get a\r\ncount\r\n");
  CHECK(stats_of(h.server, "get").calls.get() == 3);
  CHECK(stats_of(h.server, "count").calls.get() == 1);
  CHECK(stats_of(h.server, "count").histogram.load() == nullptr);
  h.executor.forget(*session);
}

TEST_CASE("commands that ran elsewhere are counted at home") {
  Harness h;
  auto session = make_session();
  set_options(h.server, [](Options& o) { o.slowlog_log_slower_than = 0; });
  Intruder intruder(h.shard_of("a"));
  CHECK(h.run(*session, "put a 1\r\n") == "");
  CHECK(stats_of(h.server, "put").calls.get() == 0);
  intruder.leave();
  CHECK(h.run(*session, "mput a\r\n") ==
        "+OK\r\n-ERR wrong number of arguments for 'mput' command\r\n");
  CHECK(stats_of(h.server, "put").calls.get() == 1);
  CHECK(stats_of(h.server, "mput").rejected.get() == 1);
  const std::vector<SlowCommand> slow = h.server.slow_log.latest(10);
  REQUIRE(slow.size() == 1);
  CHECK(slow[0].words == std::vector<std::string>{"put", "a", "1"});
  h.executor.forget(*session);
}

TEST_CASE("the slow log keeps the beginning of a request, and says what is missing") {
  Harness h;
  auto session = make_session();
  set_options(h.server, [](Options& o) {
    o.slowlog_log_slower_than = 0;
    o.slowlog_max_len = 2;
  });
  std::string many = "mput";
  for (int i = 1; i < 33; i++) many += " w" + std::to_string(i);
  h.run(*session, "echo one\r\necho " + std::string(129, 'x') + "\r\n" + many + "\r\n");
  const std::vector<SlowCommand> slow = h.server.slow_log.latest(10);
  REQUIRE(slow.size() == 2);
  CHECK(slow[1].words[1] == std::string(128, 'x') + "... (1 more bytes)");
  REQUIRE(slow[0].words.size() == 32);
  CHECK(slow[0].words[30] == "w30");
  CHECK(slow[0].words[31] == "... (2 more arguments)");
  h.run(*session, many.substr(0, many.rfind(' ')) + "\r\n");
  CHECK(h.server.slow_log.latest(1)[0].words[31] == "w31");
  set_options(h.server, [](Options& o) { o.slowlog_log_slower_than = -1; });
  h.server.slow_log.clear();
  h.run(*session, "echo one\r\n");
  CHECK(h.server.slow_log.size() == 0);
  set_options(h.server, [](Options& o) { o.slowlog_log_slower_than = INT64_MAX; });
  h.run(*session, "echo one\r\n");
  CHECK(h.server.slow_log.size() == 0);
  h.executor.forget(*session);
}

TEST_CASE("a monitor sees what its loop runs, in order, from when it asked until it leaves") {
  Harness h;
  auto session = make_session();
  auto monitor = make_session();
  session->info().address = "127.0.0.1:1";
  for (Session* s : {session.get(), monitor.get()}) s->info().loop = &h.port;
  h.run(*session, "echo before\r\n");
  h.server.monitors.add(*monitor);
  monitor->client.monitor = true;
  CHECK(h.run(*session, "put a 1\r\nget\r\nget \"x\\n\"\r\n").size() > 0);
  const auto owed = [&] {
    h.executor.touch(*monitor);
    return h.run(*session, "");
  };
  const std::string lines = owed();
  const size_t first = lines.find(" [0 127.0.0.1:1] \"put\" \"a\" \"1\"\r\n+");
  const size_t second = lines.find(" [0 127.0.0.1:1] \"get\" \"x\\n\"\r\n");
  CHECK(first != std::string::npos);
  CHECK(second != std::string::npos);
  CHECK(first < second);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);  // not the one that was rejected
  CHECK(lines[0] == '+');
  h.run(*session, "count\r\n");
  CHECK(owed().find("\"count\"") != std::string::npos);
  h.executor.forget(*monitor);
  CHECK_FALSE(h.server.monitors.any());
  CHECK(h.run(*session, "get a\r\n") == "$1\r\n1\r\n");
  h.executor.forget(*session);
}

}  // namespace cobnut
