#include "linearizability.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace cobnut::linearizability {
namespace {

std::string value_text(const Value& value) { return value ? std::to_string(*value) : "nothing"; }

// Applies `operation` to the register. False: it cannot have given its result here, or its result
// is unknown and it would change nothing, so that it may as well never have happened.
bool apply(const Operation& operation, Value& value) {
  const Value before = value;
  bool fits = true;
  switch (operation.kind) {
    case Kind::kRead:
      fits = operation.result == before;
      break;
    case Kind::kWrite:
      value = operation.argument;
      break;
    case Kind::kIncrement:
      value = before.value_or(0) + operation.argument.value_or(0);
      fits = operation.result == value;
      break;
    case Kind::kCompareAndSet:
      if (before == operation.expected) value = operation.argument;
      fits = (operation.result.value_or(0) != 0) == (before == operation.expected);
      break;
  }
  return operation.returned == kNever ? value != before : fits;
}

// What the search has to remember to know that it was here before.
struct Configuration {
  std::vector<uint64_t> done;  // one bit per operation
  Value value;
  bool operator==(const Configuration&) const = default;
};

struct ConfigurationHash {
  size_t operator()(const Configuration& c) const {
    uint64_t hash = c.value ? static_cast<uint64_t>(*c.value) * 2 + 1 : 0;
    for (uint64_t word : c.done) hash = (hash ^ word) * 0x9E3779B97F4A7C15u ^ hash >> 29;
    return hash;
  }
};

// The events of one key in the order of time, as a list from which operations are lifted when they
// have been given their place in the order, and put back when that place led nowhere.
class Search {
 public:
  Search(std::vector<const Operation*> operations, const Limits& limits)
      : operations_(std::move(operations)), limits_(limits) {
    const size_t count = operations_.size();
    std::vector<Event> events;
    for (size_t i = 0; i < count; i++) {
      events.push_back({operations_[i]->called, false, i});
      events.push_back({operations_[i]->returned, true, i});
    }
    // Calls before returns of the same time: equal times count as overlapping.
    std::ranges::stable_sort(events, [](const Event& a, const Event& b) {
      return a.time != b.time ? a.time < b.time : a.is_return < b.is_return;
    });
    nodes_.resize(events.size() + 1);  // the last is the head and the end
    calls_.resize(count);
    returns_.resize(count);
    head_ = events.size();
    for (size_t i = 0; i < events.size(); i++) {
      nodes_[i] = {i == 0 ? head_ : i - 1, i + 1, events[i].operation, events[i].is_return};
      (events[i].is_return ? returns_ : calls_)[events[i].operation] = i;
    }
    nodes_[head_] = {events.empty() ? head_ : events.size() - 1, events.empty() ? head_ : 0, 0,
                     false};
    for (const Operation* operation : operations_) must_.push_back(operation->returned != kNever);
    left_ = static_cast<size_t>(std::ranges::count(must_, true));
  }

  Answer run() {
    Configuration now{std::vector<uint64_t>((operations_.size() + 63) / 64), {}};
    size_t at = nodes_[head_].next;
    // Done when all operations that returned have their place; the others may never have happened.
    while (left_ != 0) {
      const Node& node = nodes_[at];
      if (at != head_ && !node.is_return) {
        Configuration next = now;
        next.done[node.operation / 64] |= uint64_t{1} << node.operation % 64;
        if (apply(*operations_[node.operation], next.value) && seen_.insert(next).second) {
          if (seen_.size() > limits_.configurations) return Answer::kUnknown;
          order_.push_back({node.operation, now.value});
          now = std::move(next);
          lift(node.operation);
          if (order_.size() > longest_.size()) longest_ = order_;
          at = nodes_[head_].next;
        } else {
          at = node.next;
        }
        continue;
      }
      // A return whose operation has no place yet (or the end): nothing that was called later may
      // come before it, so the last choice was wrong.
      if (order_.empty()) return Answer::kNo;
      const Step last = order_.back();
      order_.pop_back();
      now.done[last.operation / 64] &= ~(uint64_t{1} << last.operation % 64);
      now.value = last.before;
      put_back(last.operation);
      at = nodes_[calls_[last.operation]].next;
    }
    return Answer::kYes;
  }

  std::string explain() const {
    constexpr size_t kTail = 8;  // operations of the order that are worth reading
    std::vector<bool> placed(operations_.size());
    Value value;
    for (const Step& step : longest_) {
      placed[step.operation] = true;
      apply(*operations_[step.operation], value);
    }
    std::string text = "an order of " + std::to_string(longest_.size()) + " of " +
                       std::to_string(operations_.size()) + " operations was found, ending:\n";
    for (size_t i = longest_.size() > kTail ? longest_.size() - kTail : 0; i < longest_.size();
         i++) {
      text += "  " + to_string(*operations_[longest_[i].operation]) + '\n';
    }
    text += "value then: " + value_text(value) + "; none of these can follow:\n";
    int64_t horizon = kNever;  // what was called after the first return cannot be next
    for (size_t i = 0; i < operations_.size(); i++) {
      if (!placed[i]) horizon = std::min(horizon, operations_[i]->returned);
    }
    for (size_t i = 0; i < operations_.size(); i++) {
      if (placed[i] || operations_[i]->called > horizon) continue;
      text += "  " + to_string(*operations_[i]) + '\n';
    }
    return text;
  }

 private:
  struct Event {
    int64_t time;
    bool is_return;
    size_t operation;
  };
  struct Node {
    size_t previous, next;
    size_t operation;
    bool is_return;
  };
  struct Step {
    size_t operation;
    Value before;
  };

  void lift(size_t operation) {
    unlink(calls_[operation]);
    unlink(returns_[operation]);
    if (must_[operation]) left_--;
  }
  // In the reverse order of lift(), so that each neighbour is there again.
  void put_back(size_t operation) {
    link(returns_[operation]);
    link(calls_[operation]);
    if (must_[operation]) left_++;
  }
  void unlink(size_t at) {
    nodes_[nodes_[at].previous].next = nodes_[at].next;
    nodes_[nodes_[at].next].previous = nodes_[at].previous;
  }
  void link(size_t at) {
    nodes_[nodes_[at].previous].next = at;
    nodes_[nodes_[at].next].previous = at;
  }

  const std::vector<const Operation*> operations_;
  const Limits limits_;
  std::vector<Node> nodes_;
  size_t head_ = 0;
  std::vector<size_t> calls_, returns_;  // by operation: its nodes
  std::vector<bool> must_;               // by operation: it returned, so it has happened
  size_t left_ = 0;                      // operations that must still find their place
  std::vector<Step> order_, longest_;
  std::unordered_set<Configuration, ConfigurationHash> seen_;
};

}  // namespace

std::string to_string(const Operation& operation) {
  std::string text =
      "client " + std::to_string(operation.client) + " [" + std::to_string(operation.called) +
      ", " + (operation.returned == kNever ? "never" : std::to_string(operation.returned)) + "] ";
  switch (operation.kind) {
    case Kind::kRead:
      text += "read";
      break;
    case Kind::kWrite:
      text += "write " + value_text(operation.argument);
      break;
    case Kind::kIncrement:
      text += "increment by " + value_text(operation.argument);
      break;
    case Kind::kCompareAndSet:
      text += "if " + value_text(operation.expected) + " set " + value_text(operation.argument);
      break;
  }
  if (operation.returned != kNever && operation.kind != Kind::kWrite) {
    text += " -> " + value_text(operation.result);
  }
  return text;
}

Verdict check(std::span<const Operation> history, const Limits& limits) {
  std::map<std::string, std::vector<const Operation*>> by_key;
  for (const Operation& operation : history) by_key[operation.key].push_back(&operation);
  Verdict unknown;
  for (auto& [key, operations] : by_key) {
    Search search(std::move(operations), limits);
    const Answer answer = search.run();
    if (answer == Answer::kYes) continue;
    Verdict verdict{answer, key, "key " + key + ": " + search.explain()};
    if (answer == Answer::kNo) return verdict;
    unknown = std::move(verdict);
  }
  return unknown;
}

}  // namespace cobnut::linearizability
