#include "metrics/latency_monitor.h"

#include <algorithm>
#include <cmath>

namespace cobnut {
namespace {

constexpr size_t kGraphColumns = 80;
constexpr size_t kGraphRows = 4;
constexpr size_t kLabelRows = 3;  // "59s": the longest label, but for very old ones
constexpr Bytes kMarks = "_o#";   // how far a column reaches into its top row
constexpr char kStem = '|';       // below the top row

std::string age_label(int64_t age_s) {
  if (age_s < 60) return std::to_string(age_s) + "s";
  if (age_s < 3600) return std::to_string(age_s / 60) + "m";
  if (age_s < 86400) return std::to_string(age_s / 3600) + "h";
  return std::to_string(age_s / 86400) + "d";
}

}  // namespace

void LatencyMonitor::add(Bytes name, int64_t time_s, int64_t took_ms) {
  std::lock_guard guard(mutex_);
  auto found = events_.find(name);
  if (found == events_.end()) found = events_.emplace(std::string(name), LatencyEvent{}).first;
  LatencyEvent& event = found->second;
  event.longest_ms = std::max(event.longest_ms, took_ms);
  if (!event.spikes.empty() && event.spikes.back().time_s == time_s) {
    event.spikes.back().took_ms = std::max(event.spikes.back().took_ms, took_ms);
    return;
  }
  if (event.spikes.size() == LatencyEvent::kSpikesMax) event.spikes.erase(event.spikes.begin());
  event.spikes.push_back({time_s, took_ms});
}

std::map<std::string, LatencyEvent, std::less<>> LatencyMonitor::events() const {
  std::lock_guard guard(mutex_);
  return events_;
}

LatencyEvent LatencyMonitor::event(Bytes name) const {
  std::lock_guard guard(mutex_);
  const auto found = events_.find(name);
  return found == events_.end() ? LatencyEvent{} : found->second;
}

bool LatencyMonitor::forget(Bytes name) {
  std::lock_guard guard(mutex_);
  const auto found = events_.find(name);
  if (found == events_.end()) return false;
  events_.erase(found);
  return true;
}

size_t LatencyMonitor::forget_all() {
  std::lock_guard guard(mutex_);
  const size_t events = events_.size();
  events_.clear();
  return events;
}

LatencySummary summary_of(const LatencyEvent& event) {
  LatencySummary summary;
  const std::vector<LatencySpike>& spikes = event.spikes;
  if (spikes.empty()) return summary;
  const auto count = static_cast<double>(spikes.size());
  summary.least_ms = summary.most_ms = spikes.front().took_ms;
  for (const LatencySpike& spike : spikes) {
    summary.average_ms += static_cast<double>(spike.took_ms) / count;
    summary.least_ms = std::min(summary.least_ms, spike.took_ms);
    summary.most_ms = std::max(summary.most_ms, spike.took_ms);
  }
  for (const LatencySpike& spike : spikes) {
    const double away = std::abs(static_cast<double>(spike.took_ms) - summary.average_ms);
    summary.deviation_ms += away / count;
  }
  const auto span_s = static_cast<double>(spikes.back().time_s - spikes.front().time_s);
  if (spikes.size() > 1) summary.period_s = span_s / (count - 1);
  return summary;
}

std::string latency_graph(Bytes name, const LatencyEvent& event, int64_t now_s) {
  const LatencySummary summary = summary_of(event);
  std::string graph = std::string(name) + " - high " + std::to_string(summary.most_ms) +
                      " ms, low " + std::to_string(summary.least_ms) + " ms (all time high " +
                      std::to_string(event.longest_ms) + " ms)\n" +
                      std::string(kGraphColumns, '-') + "\n";
  const size_t columns = std::min(event.spikes.size(), kGraphColumns);
  std::vector<std::string> rows(kGraphRows + kLabelRows, std::string(columns, ' '));
  const int64_t range_ms = std::max<int64_t>(summary.most_ms - summary.least_ms, 1);
  const size_t steps = kGraphRows * kMarks.size();
  for (size_t column = 0; column < columns; column++) {
    const LatencySpike& spike = event.spikes[event.spikes.size() - columns + column];
    const auto above = static_cast<size_t>(spike.took_ms - summary.least_ms);
    const size_t step = above * (steps - 1) / static_cast<size_t>(range_ms);
    const size_t top = kGraphRows - 1 - step / kMarks.size();
    rows[top][column] = kMarks[step % kMarks.size()];
    for (size_t row = top + 1; row < kGraphRows; row++) rows[row][column] = kStem;
    const std::string label = age_label(std::max<int64_t>(now_s - spike.time_s, 0));
    for (size_t i = 0; i < std::min(label.size(), kLabelRows); i++)
      rows[kGraphRows + i][column] = label[i];
  }
  for (size_t row = 0; row < rows.size(); row++) {
    if (row == kGraphRows) graph += "\n";
    graph += rows[row] + "\n";
  }
  return graph;
}

}  // namespace cobnut
