#include "net/loop_thread.h"

#include <pthread.h>

#include <cstdio>

#include "base/clock.h"
#include "base/log.h"
#include "base/ticks.h"
#include "memory/discarded.h"

namespace cobnut {
namespace {

// Periods of the loop's timer, ms. With slices of 500 us, work that is overdue gets a quarter of a
// core.
constexpr int64_t kTickIdleMs = 100;
constexpr int64_t kTickArmedMs = 25;  // some key expires: lag <= tick of the wheel + this
constexpr int64_t kTickOverdueMs = 2;
constexpr int64_t kSliceUs = 500;
constexpr int64_t kIdleCheckMs = 1000;  // how often `timeout` is looked at

// A slice of what this loop's clients sent and were owed. True: more is left.
bool free_discarded() {
  if (discarded_blocks().empty()) return false;
  const int64_t deadline_us = monotonic_clock_us() + kSliceUs;
  while (discarded_blocks().step()) {
    if (monotonic_clock_us() >= deadline_us) return true;
  }
  return false;
}

}  // namespace

// A connected socket on its way to its loop.
class LoopThread::Adoption final : public Message {
 public:
  Adoption(LoopThread& to, std::shared_ptr<ClientInfo> client)
      : to_(to), client_(std::move(client)) {}
  void deliver() override {
    to_.add(std::move(client_));
    delete this;
  }

 private:
  LoopThread& to_;
  std::shared_ptr<ClientInfo> client_;
};

class LoopThread::Stop final : public Message {
 public:
  explicit Stop(LoopThread& to) : to_(to) {}
  void deliver() override {
    to_.stop_now();
    delete this;
  }

 private:
  LoopThread& to_;
};

class LoopThread::Kick final : public Message {
 public:
  explicit Kick(LoopThread& to) : to_(to) {}
  void deliver() override {
    to_.close_killed();
    delete this;
  }

 private:
  LoopThread& to_;
};

LoopThread::LoopThread(Server& server, size_t index)
    : server_(server), index_(index), loop_(*this), executor_(server, index, *this, *this) {
  loop_.set_timer(kTickIdleMs);
  wall_offset_ms_ = wall_clock_ms() - now_ms();
}

LoopThread::~LoopThread() { discard_all(); }  // posted after the loop had ended

void LoopThread::start() {
  thread_ = std::thread([this] {
    char name[16];
    snprintf(name, sizeof name, "loop-%zu", index_);
    pthread_setname_np(pthread_self(), name);
    loop_.run();
  });
}

void LoopThread::join() { thread_.join(); }

void LoopThread::adopt(std::shared_ptr<ClientInfo> client) {
  connections_.fetch_add(1, std::memory_order_relaxed);
  client->loop = this;
  post(new Adoption(*this, std::move(client)));
}

void LoopThread::begin_stop() { post(new Stop(*this)); }
void LoopThread::kick() {
  if (!kicked_.exchange(true)) post(new Kick(*this));
}

// ---- the turn

bool LoopThread::before_poll() {
  if (stopping_) finish_stop();
  loop_.set_alarm(executor_.next_wake_ms());
  if (executor_.has_work()) return false;
  const int64_t busy_poll_us = server_.options.current().busy_poll_us;
  if (busy_poll_us > 0 && monotonic_clock_us() - last_work_us_ < busy_poll_us) return false;
  server_.options.quiet(index_);
  return prepare_sleep();
}

void LoopThread::after_poll() {
  awake();
  if (executor_.run_turn(turn_time()) && server_.options.current().busy_poll_us > 0)
    last_work_us_ = monotonic_clock_us();
}

void LoopThread::on_timer() {
  server_.options.announce(index_);
  wall_offset_ms_ = wall_clock_ms() - now_ms();
  const uint64_t begin = ticks();
  run_background();
  const auto background_ms =
      static_cast<int64_t>(ticks_to_ns(ticks() - begin, tick_scale()) / 1'000'000);
  const int64_t threshold_ms = server_.options.current().latency_monitor_threshold;
  if (threshold_ms > 0 && background_ms >= threshold_ms)
    server_.latency.add("expire-cycle", wall_clock_ms() / 1000, background_ms);
  if (index_ == 0) sample_rates();
  if (now_ms() - idle_checked_ms_ >= kIdleCheckMs) close_idle();
  if (on_tick_) on_tick_();
}

void LoopThread::sample_rates() {
  Samples& samples = server_.samples;
  if (now_ms() - samples.last_ms < Samples::kPeriodMs) return;
  samples.last_ms = now_ms();
  samples.commands.sample(now_ms(), server_.commands_run());
  samples.input_bytes.sample(now_ms(), server_.sum(&LoopCounters::net_input_bytes));
  samples.output_bytes.sample(now_ms(), server_.sum(&LoopCounters::net_output_bytes));
  samples.note_memory(server_.budget.used());
}

// A slice for each home shard that is free; one that is busy is looked after by whoever comes next.
void LoopThread::run_background() {
  int64_t period_ms = kTickIdleMs;
  const int64_t wall_ms = wall_clock_ms();
  for (size_t i = index_; i < server_.shards.size(); i += server_.loops.size()) {
    Shard& shard = *server_.shards[i];
    if (!shard.monitor.try_enter()) {
      period_ms = std::min(period_ms, kTickArmedMs);
      continue;
    }
    shard.advance_clock(wall_ms);
    if (shard.keyspace.background(kSliceUs)) {
      period_ms = kTickOverdueMs;
    } else if (shard.keyspace.next_expiry_ms() != INT64_MAX) {
      period_ms = std::min(period_ms, kTickArmedMs);
    }
    shard.publish_all_memory();
    shard.leave(*this);
  }
  if (free_discarded()) period_ms = kTickOverdueMs;
  loop_.set_timer(period_ms);
}

// ---- connections

void LoopThread::add(std::shared_ptr<ClientInfo> client) {
  server_.clients.add(client);
  auto* connection = new Connection(*this, std::move(client));
  connection->client.local = connection->info().local;
  connection->client.authenticated =
      connection->info().authenticated.load(std::memory_order_relaxed);
  connection->previous = last_;
  (last_ == nullptr ? first_ : last_->next) = connection;
  last_ = connection;
  if (!connection->open(loop_)) return destroy(*connection);
  if (stopping_) connection->close();
}

void LoopThread::destroy(Connection& connection) {
  executor_.forget(connection);
  (connection.previous == nullptr ? first_ : connection.previous->next) = connection.next;
  (connection.next == nullptr ? last_ : connection.next->previous) = connection.previous;
  delete &connection;
  connections_.fetch_sub(1, std::memory_order_relaxed);
}

void LoopThread::close_idle() {
  idle_checked_ms_ = now_ms();
  const Options& options = server_.options.current();
  if (options.output_limit_normal.soft > 0) {
    for (Connection* connection = first_; connection != nullptr; connection = connection->next) {
      if (!connection->output.empty()) connection->check_output_limits();
    }
  }
  const int64_t timeout_s = options.timeout;
  if (timeout_s == 0) return;
  for (Connection* connection = first_; connection != nullptr; connection = connection->next) {
    if (!connection->idle_since(now_ms() - timeout_s * 1000)) continue;
    log::verbose("net", "client %s idle for %lld s: closed", connection->info().address.c_str(),
                 static_cast<long long>(timeout_s));
    connection->close();  // destroyed later, by its handle's callback
  }
}

void LoopThread::close_killed() {
  kicked_.store(false);  // before the look: who marks another one from here on kicks again
  for (Connection* connection = first_; connection != nullptr; connection = connection->next) {
    if (connection->info().killed.load(std::memory_order_relaxed)) connection->close();
  }
}

void LoopThread::stop_now() {
  stopping_ = true;
  if (on_stop_) on_stop_();
  for (Connection* connection = first_; connection != nullptr; connection = connection->next) {
    connection->flush();
    connection->close();
  }
}

// The loop's own handles go last: completions may still be on their way to connections that are
// closing.
void LoopThread::finish_stop() {
  if (first_ == nullptr && connections() == 0 && !executor_.has_work()) loop_.stop();
}

}  // namespace cobnut
