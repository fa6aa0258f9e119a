// Spikes: what took at least latency-monitor-threshold milliseconds, by kind of event ("command",
// "fast-command", "expire-cycle"), at most one a second and the latest 160 of each, as Redis keeps
// them: LATENCY LATEST, HISTORY, GRAPH, DOCTOR. Any thread, a leaf mutex, which is taken only for a
// spike.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace cobnut {

struct LatencySpike {
  int64_t time_s;  // Unix
  int64_t took_ms;
};

struct LatencyEvent {
  static constexpr size_t kSpikesMax = 160;

  std::vector<LatencySpike> spikes;  // oldest first
  int64_t longest_ms = 0;            // ever
};

class LatencyMonitor {
 public:
  void add(Bytes name, int64_t time_s, int64_t took_ms);
  std::map<std::string, LatencyEvent, std::less<>> events() const;
  LatencyEvent event(Bytes name) const;  // no spikes: never happened
  bool forget(Bytes name);               // false: there was none
  size_t forget_all();                   // how many events there were

 private:
  mutable std::mutex mutex_;
  std::map<std::string, LatencyEvent, std::less<>> events_;
};

// What LATENCY DOCTOR makes of an event.
struct LatencySummary {
  double average_ms = 0;
  double deviation_ms = 0;  // mean absolute
  double period_s = 0;      // between two spikes; 0: not known
  int64_t least_ms = 0, most_ms = 0;
};
LatencySummary summary_of(const LatencyEvent& event);

// A column of characters for each spike, as high as it was long among them, and below it how long
// ago it was ("5s", "12m", "3h", "2d"), to be read downwards.
std::string latency_graph(Bytes name, const LatencyEvent& event, int64_t now_s);

}  // namespace cobnut
