#include "linearizability.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace cobnut::linearizability {
namespace {

using History = std::vector<Operation>;

Operation read(int64_t called, int64_t returned, Value result) {
  return {
      .key = "k", .kind = Kind::kRead, .result = result, .called = called, .returned = returned};
}
Operation write(int64_t called, int64_t returned, Value value) {
  return {
      .key = "k", .kind = Kind::kWrite, .argument = value, .called = called, .returned = returned};
}
Operation increment(int64_t called, int64_t returned, Value result, int64_t by = 1) {
  return {.key = "k",
          .kind = Kind::kIncrement,
          .argument = by,
          .result = result,
          .called = called,
          .returned = returned};
}
Operation compare_and_set(int64_t called, int64_t returned, Value expected, Value value,
                          bool done) {
  return {.key = "k",
          .kind = Kind::kCompareAndSet,
          .argument = value,
          .expected = expected,
          .result = done ? 1 : 0,
          .called = called,
          .returned = returned};
}

bool accepts(const History& history) {
  const Verdict verdict = check(history);
  REQUIRE(verdict.answer != Answer::kUnknown);
  CHECK(verdict.explain.empty() == (verdict.answer == Answer::kYes));
  return verdict.answer == Answer::kYes;
}

TEST_CASE("linearizability: known good histories") {
  CHECK(accepts({}));
  CHECK(accepts({read(0, 1, {})}));
  CHECK(accepts({write(0, 1, 7), read(2, 3, 7), write(4, 5, {}), read(6, 7, {})}));
  // A read that overlaps a write sees either value.
  CHECK(accepts({write(0, 10, 1), read(2, 3, {})}));
  CHECK(accepts({write(0, 10, 1), read(2, 3, 1)}));
  CHECK(accepts({write(0, 10, 1), read(1, 2, {}), read(3, 4, 1), read(5, 6, 1)}));
  // Two writes overlap: later reads agree on one order.
  CHECK(accepts({write(0, 10, 1), write(0, 10, 2), read(11, 12, 1), read(13, 14, 1)}));
  CHECK(accepts({write(0, 10, 1), write(0, 10, 2), read(3, 4, 1), read(5, 6, 2)}));
  CHECK(accepts({increment(0, 9, 3), increment(0, 9, 1), increment(0, 9, 2), read(10, 11, 3)}));
  CHECK(accepts({compare_and_set(0, 5, {}, 1, true), compare_and_set(0, 5, {}, 2, false)}));
  CHECK(accepts(
      {compare_and_set(0, 5, {}, 1, true), compare_and_set(0, 5, 1, 2, true), read(6, 7, 2)}));
  CHECK(accepts({write(0, 5, 1), read(5, 6, {}), read(7, 8, 1)}));  // equal times overlap
}

TEST_CASE("linearizability: known bad histories") {
  CHECK(!accepts({read(0, 1, 7)}));                                   // from nowhere
  CHECK(!accepts({write(0, 1, 7), read(2, 3, {})}));                  // lost
  CHECK(!accepts({write(0, 1, 1), write(2, 3, 2), read(4, 5, 1)}));   // stale
  CHECK(!accepts({write(0, 10, 1), read(1, 2, 1), read(3, 4, {})}));  // new, then old again
  CHECK(!accepts({write(0, 10, 1), write(0, 10, 2), read(11, 12, 1), read(13, 14, 2)}));
  CHECK(!accepts({increment(0, 9, 1), increment(0, 9, 1)}));  // lost update
  CHECK(!accepts({increment(0, 1, 1), increment(2, 3, 3), increment(4, 5, 2)}));
  CHECK(!accepts({compare_and_set(0, 5, {}, 1, true), compare_and_set(0, 5, {}, 2, true)}));
  CHECK(!accepts({compare_and_set(0, 1, {}, 1, false)}));  // should have been done
  // Read by two in opposite orders.
  CHECK(!accepts({write(0, 20, 1), write(0, 20, 2), read(1, 2, 1), read(3, 4, 2), read(5, 6, 1)}));
}

TEST_CASE("linearizability: operations that never returned") {
  CHECK(accepts({write(0, kNever, 1), read(5, 6, {})}));
  CHECK(accepts({write(0, kNever, 1), read(5, 6, {}), read(7, 8, 1)}));
  CHECK(!accepts({write(5, kNever, 1), read(1, 2, 1)}));  // not before its call
  CHECK(!accepts({write(0, kNever, 1), read(5, 6, 1), read(7, 8, {})}));
  CHECK(!accepts({increment(0, kNever, {}), read(1, 2, 2)}));  // once at most
  CHECK(accepts({increment(0, kNever, {}), increment(0, kNever, {}), read(1, 2, 2)}));
  CHECK(accepts({compare_and_set(0, kNever, {}, 4, false), read(5, 6, 4)}));
  CHECK(accepts({read(0, kNever, 99)}));  // its result is unknown
}

TEST_CASE("linearizability: keys are independent, and the verdict tells which one fails") {
  History history{write(0, 1, 1), read(2, 3, 1)};
  history.push_back(read(2, 3, {}));
  history.back().key = "other";
  CHECK(accepts(history));
  history.push_back(read(4, 5, 9));
  history.back().key = "other";
  const Verdict verdict = check(history);
  CHECK(verdict.answer == Answer::kNo);
  CHECK(verdict.key == "other");
  CHECK(verdict.explain.find("read -> 9") != std::string::npos);
}

TEST_CASE("linearizability: a search that becomes too large says so") {
  History history;
  for (int i = 0; i < 30; i++) history.push_back(write(0, 100, i));
  history.push_back(read(101, 102, 1000));
  CHECK(check(history, {.configurations = 1000}).answer == Answer::kUnknown);
}

// The definition itself: some order that keeps to the times explains all results.
bool by_enumeration(const History& history) {
  std::vector<size_t> order(history.size());
  for (size_t i = 0; i < order.size(); i++) order[i] = i;
  do {
    Value value;
    bool good = true;
    for (size_t i = 0; good && i < order.size(); i++) {
      const Operation& operation = history[order[i]];
      for (size_t j = 0; j < i; j++) good &= operation.returned >= history[order[j]].called;
      switch (operation.kind) {
        case Kind::kRead:
          good &= operation.result == value;
          break;
        case Kind::kWrite:
          value = operation.argument;
          break;
        case Kind::kIncrement:
          value = value.value_or(0) + *operation.argument;
          good &= operation.result == value;
          break;
        case Kind::kCompareAndSet:
          good &= (*operation.result == 1) == (value == operation.expected);
          if (value == operation.expected) value = operation.argument;
          break;
      }
    }
    if (good) return true;
  } while (std::ranges::next_permutation(order).found);
  return false;
}

TEST_CASE("linearizability: agrees with the enumeration of all orders on random histories") {
  std::mt19937_64 random(1);
  int good = 0;
  constexpr int kHistories = 6000;
  for (int round = 0; round < kHistories; round++) {
    History history;
    const auto value = [&]() -> Value {
      return random() % 4 == 0 ? Value{} : Value{static_cast<int64_t>(random() % 3)};
    };
    const size_t count = 1 + random() % 6;
    for (size_t i = 0; i < count; i++) {
      const auto called = static_cast<int64_t>(random() % 12);
      const auto returned = called + static_cast<int64_t>(random() % 8);
      switch (random() % 4) {
        case 0:
          history.push_back(read(called, returned, value()));
          break;
        case 1:
          history.push_back(write(called, returned, value()));
          break;
        case 2:
          history.push_back(increment(called, returned, 1 + random() % 3));
          break;
        case 3:
          history.push_back(compare_and_set(called, returned, value(), value(), random() % 2));
          break;
      }
    }
    const bool expected = by_enumeration(history);
    good += expected;
    REQUIRE(accepts(history) == expected);
  }
  CHECK(good > kHistories / 10);  // both answers were well represented
  CHECK(good < kHistories * 9 / 10);
}

// A real register, of which each operation takes effect at a random moment within its interval.
TEST_CASE(
    "linearizability: long histories of a real register, and the same with one false result") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 20; round++) {
    constexpr int kClients = 6, kEach = 300;
    struct Point {
      int64_t moment;
      size_t operation;
    };
    History history;
    std::vector<Point> points;
    for (int client = 0; client < kClients; client++) {
      int64_t now = 0;
      for (int i = 0; i < kEach; i++) {
        const int64_t called = now + 1 + static_cast<int64_t>(random() % 50);
        const int64_t moment = called + static_cast<int64_t>(random() % 50);
        now = moment + static_cast<int64_t>(random() % 50);
        Operation operation = read(called, now, {});
        operation.client = client;
        operation.kind = static_cast<Kind>(random() % 4);
        operation.argument = static_cast<int64_t>(random() % 5);
        operation.expected = static_cast<int64_t>(random() % 5);
        points.push_back({moment, history.size()});
        history.push_back(operation);
      }
    }
    std::ranges::stable_sort(points, {}, &Point::moment);
    Value value;
    for (const Point& point : points) {
      Operation& operation = history[point.operation];
      switch (operation.kind) {
        case Kind::kRead:
          operation.result = value;
          break;
        case Kind::kWrite:
          value = operation.argument;
          break;
        case Kind::kIncrement:
          operation.result = value = value.value_or(0) + *operation.argument;
          break;
        case Kind::kCompareAndSet:
          operation.result = value == operation.expected;
          if (*operation.result) value = operation.argument;
          break;
      }
    }
    REQUIRE(accepts(history));
    size_t wrong = random() % history.size();
    while (history[wrong].kind != Kind::kRead) wrong = random() % history.size();
    history[wrong].result = 1'000'000;
    REQUIRE(!accepts(history));
  }
}

}  // namespace
}  // namespace cobnut::linearizability
