// What the executor tells of commands afterwards: statistics, SLOWLOG, LATENCY, MONITOR; and of
// bytes that are none.
#include <algorithm>

#include "base/clock.h"
#include "base/log.h"
#include "base/ticks.h"
#include "command/executor.h"

namespace cobnut {
namespace {

uint64_t saturating_multiply(int64_t value, uint64_t factor) {
  uint64_t product;
  return __builtin_mul_overflow(static_cast<uint64_t>(value), factor, &product) ? UINT64_MAX
                                                                                : product;
}

}  // namespace

std::vector<std::string> slow_log_words(const CommandSpec& spec, Args args) {
  constexpr size_t kWordsMax = 32, kBytesMax = 128;
  std::vector<std::string> kept;
  for (const Bytes word : words_without_secrets(spec, args)) {
    if (kept.size() + 1 == kWordsMax && args.size() > kWordsMax) {
      kept.push_back("... (" + std::to_string(args.size() - kept.size()) + " more arguments)");
      break;
    }
    kept.emplace_back(word.substr(0, kBytesMax));
    if (word.size() > kBytesMax)
      kept.back() += "... (" + std::to_string(word.size() - kBytesMax) + " more bytes)";
  }
  return kept;
}

[[gnu::noinline]] void Executor::account(const Request& request, const Verdict& verdict) {
  if (verdict.outcome == Outcome::kRan) {
    const uint64_t ns = std::min(verdict.ns, DurationHistogram::kMostNs);
    stats_.ran(request.spec->number, ns, track_latency_);
  }
  if (verdict.ns >= observed_ns_ || !verdict.error_code.empty()) [[unlikely]]
    observe(request, verdict);
}

// Once a batch: whose commands are too slow, whether somebody sees them all, and the time.
void Executor::begin_observing() {
  const Options& options = server_.options.current();
  track_latency_ = options.latency_tracking;
  uint64_t ns = DurationHistogram::kMostNs;  // what is longer is cut by account()
  if (options.slowlog_log_slower_than >= 0)
    ns = std::min(ns, saturating_multiply(options.slowlog_log_slower_than, 1000));
  if (options.latency_monitor_threshold > 0)
    ns = std::min(ns, saturating_multiply(options.latency_monitor_threshold, 1'000'000));
  observed_ns_ = server_.monitors.any() ? 0 : ns;
  last_ticks_ = ticks();
}

// The options are looked at anew: CONFIG SET judges itself by what it has set, as on Redis.
[[gnu::noinline]] void Executor::observe(const Request& request, const Verdict& verdict) {
  if (!verdict.error_code.empty()) {
    counters_.errors.add();
    stats_.errors.add(verdict.error_code);
  }
  if (verdict.outcome == Outcome::kUnknown) return;
  const CommandSpec& spec = *request.spec;
  CommandStats& stats = stats_.command(spec.number);
  if (verdict.outcome == Outcome::kRejected) return stats.rejected.add();
  if (!verdict.error_code.empty()) stats.failed.add();
  const ClientInfo& client = request.session->info();
  const Options& options = server_.options.current();
  const auto took_us = static_cast<int64_t>(verdict.ns / 1000);
  const int64_t took_ms = took_us / 1000;
  if (options.latency_monitor_threshold > 0 && took_ms >= options.latency_monitor_threshold)
    server_.latency.add(spec.flags & kFast ? "fast-command" : "command", wall_clock_ms() / 1000,
                        took_ms);
  if (options.slowlog_log_slower_than >= 0 && took_us >= options.slowlog_log_slower_than &&
      !(spec.flags & kSkipSlowlog)) {
    server_.slow_log.add(
        {.time_s = wall_clock_ms() / 1000,
         .took_us = took_us,
         .words = verdict.slow_log_words != nullptr ? *verdict.slow_log_words
                                                    : slow_log_words(spec, request.args),
         .address = client.address,
         .client_name = server_.clients.name(client)},
        static_cast<size_t>(options.slowlog_max_len));
  }
  // Who monitors only since the command ran does not see it: put_string() (command/support.h).
  if (server_.monitors.any() && verdict.slow_log_words == nullptr &&
      !(spec.flags & (kAdmin | kSkipMonitor)))
    append_monitor_line(monitor_lines_, client, request.session->client.db, spec, request.args);
}

void Executor::publish_monitor_lines() {
  if (monitor_lines_.empty()) return;
  server_.monitors.publish(std::move(monitor_lines_));
  monitor_lines_.clear();
}

void Executor::fail_protocol(Session& session) {
  const std::string text(session.parser.error());
  if (session.replies() == Session::Replies::kOn) {
    open_output(session);
    Reply(session.output, session.client.resp).error(text);
    close_output();
  }
  log::verbose("net", "protocol error from client %s: %s", session.info().address.c_str(),
               text.c_str());
  counters_.errors.add();
  stats_.errors.add("ERR");  // "ERR Protocol error: ..."
  session.closing = true;
}

}  // namespace cobnut
