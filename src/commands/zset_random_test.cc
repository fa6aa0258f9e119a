// Random commands on sorted sets against a std::map, over both forms, with members that expire.
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>

#include "commands/test_random.h"

namespace cobnut::testing {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Facts {
  double score;
  int64_t deadline_ms = 0;  // none
};
using Members = std::map<std::string, Facts>;
using Element = std::pair<double, std::string>;

struct SortedSets {
  RandomRun& run;
  Words names{};
  Members z{}, y{};  // of the keys z and y, which are in different shards

  Members& of(const std::string& key) { return key == "z" ? z : y; }
};

std::string text_of(double score) {
  if (std::isinf(score)) return score > 0 ? "inf" : "-inf";
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", score);
  return text;
}

// Halves and quarters, which double and text hold exactly.
double some_score(RandomRun& run) {
  if (run.one_in(30)) return run.one_in(2) ? kInfinity : -kInfinity;
  return static_cast<double>(run.between(-40, 40)) / 4;
}

std::vector<Element> ordered(const Members& members) {
  std::vector<Element> elements;
  elements.reserve(members.size());
  for (const auto& [name, facts] : members) elements.emplace_back(facts.score, name);
  std::sort(elements.begin(), elements.end());
  return elements;
}

std::string shown(const std::vector<Element>& elements, bool with_scores) {
  Words parts;
  for (const auto& [score, name] : elements) {
    parts.push_back(quoted(name));
    if (with_scores) parts.push_back(quoted(text_of(score)));
  }
  return array(parts);
}

// [from, to] of what counts `size`, of two of Redis's indexes; nothing when to < from.
std::pair<int64_t, int64_t> clamped(int64_t first, int64_t last, int64_t size) {
  if (first < 0) first = std::max<int64_t>(first + size, 0);
  if (last < 0) last += size;
  return {first, std::min(last, size - 1)};
}

void add(SortedSets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  Members& members = sets.of(key);
  const Words conditions = {"", "", "", "NX", "XX", "GT", "LT"};
  const std::string condition = run.any_of(conditions);
  const bool changed = run.one_in(2), increment = run.one_in(5);
  Words words{"ZADD", key};
  if (!condition.empty()) words.push_back(condition);
  if (changed) words.emplace_back("CH");
  if (increment) words.emplace_back("INCR");
  int64_t added = 0, updated = 0;
  std::optional<double> incremented;
  bool nan = false;
  for (uint64_t i = increment ? 0 : run.below(4); i < 4; i = increment ? 4 : i + 1) {
    const std::string& name = run.any_of(sets.names);
    const double score = some_score(run);
    words.insert(words.end(), {text_of(score), name});
    const auto known = members.find(name);
    if (known == members.end()) {
      if (condition == "XX") continue;
      members[name] = {score};
      incremented = score;
      added++;
      continue;
    }
    const double sum = increment ? known->second.score + score : score;
    nan = std::isnan(sum) && condition != "NX";
    if (nan || condition == "NX") continue;
    if (condition == "GT" && sum <= known->second.score) continue;
    if (condition == "LT" && sum >= known->second.score) continue;
    updated += sum != known->second.score;
    known->second.score = sum;
    if (!increment) known->second.deadline_ms = 0;
    incremented = sum;
  }
  if (nan) return run.expect(words, "-ERR resulting score is not a number (NaN)");
  if (!increment) return run.expect(words, number(added + (changed ? updated : 0)));
  run.expect(words, incremented ? quoted(text_of(*incremented)) : "nil");
}

void erase(SortedSets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  Members& members = sets.of(key);
  if (run.one_in(2)) {
    Words words{"ZREM", key};
    int64_t erased = 0;
    for (uint64_t i = run.below(3); i < 3; i++) {
      words.push_back(run.any_of(sets.names));
      erased += static_cast<int64_t>(members.erase(words.back()));
    }
    return run.expect(words, number(erased));
  }
  const bool smallest = run.one_in(2);
  const size_t count = run.below(4);
  std::vector<Element> elements = ordered(members);
  if (!smallest) std::reverse(elements.begin(), elements.end());
  elements.resize(std::min(count, elements.size()));
  for (const auto& [score, name] : elements) members.erase(name);
  if (run.one_in(2) || count == 0) {
    return run.expect({smallest ? "ZPOPMIN" : "ZPOPMAX", key, std::to_string(count)},
                      shown(elements, true));
  }
  Words pairs;
  for (const Element& element : elements) pairs.push_back(shown({element}, true));
  run.expect({"ZMPOP", "1", key, smallest ? "MIN" : "MAX", "COUNT", std::to_string(count)},
             pairs.empty() ? "nil" : array({quoted(key), array(pairs)}));
}

void look_at_member(SortedSets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  const Members& members = sets.of(key);
  const std::string& name = run.any_of(sets.names);
  const auto known = members.find(name);
  if (known == members.end()) {
    run.expect({"ZSCORE", key, name}, "nil");
    return run.expect({"ZRANK", key, name}, "nil");
  }
  const std::vector<Element> elements = ordered(members);
  const auto at = std::find(elements.begin(), elements.end(), Element(known->second.score, name));
  const int64_t rank = at - elements.begin();
  const std::string score = quoted(text_of(known->second.score));
  run.expect({"ZSCORE", key, name}, score);
  run.expect({"ZMSCORE", key, "no such", name}, array({"nil", score}));
  run.expect({"ZRANK", key, name}, number(rank));
  run.expect({"ZREVRANK", key, name, "WITHSCORE"},
             array({number(std::ssize(elements) - 1 - rank), score}));
}

// What a range by scores or by indexes holds, in either direction, with a LIMIT or without.
void range(SortedSets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  const std::vector<Element> elements = ordered(sets.of(key));
  const auto size = std::ssize(elements);
  const bool reversed = run.one_in(2), with_scores = run.one_in(2), by_score = run.one_in(2);
  std::vector<Element> found;
  Words words{"ZRANGE", key};
  if (by_score) {
    const double low = some_score(run), high = some_score(run);
    const bool low_open = run.one_in(3), high_open = run.one_in(3);
    for (const Element& each : elements) {
      if (low_open ? each.first <= low : each.first < low) continue;
      if (high_open ? each.first >= high : each.first > high) continue;
      found.push_back(each);
    }
    const std::string from = (low_open ? "(" : "") + text_of(low);
    const std::string to = (high_open ? "(" : "") + text_of(high);
    run.expect({"ZCOUNT", key, from, to}, number(std::ssize(found)));
    words.insert(words.end(), {reversed ? to : from, reversed ? from : to, "BYSCORE"});
  } else {
    const int64_t first = run.between(-size - 2, size + 1), last = run.between(-size - 2, size + 1);
    auto [from, to] = clamped(first, last, size);
    for (; from <= to; from++)
      found.push_back(elements[static_cast<size_t>(reversed ? size - 1 - from : from)]);
    words.insert(words.end(), {std::to_string(first), std::to_string(last)});
  }
  if (by_score && reversed) std::reverse(found.begin(), found.end());
  if (reversed) words.emplace_back("REV");
  if (by_score && run.one_in(2)) {
    const size_t offset = run.below(4), count = run.below(6);
    words.insert(words.end(), {"LIMIT", std::to_string(offset), std::to_string(count)});
    found.erase(found.begin(),
                found.begin() + std::min<int64_t>(std::ssize(found), static_cast<int64_t>(offset)));
    found.resize(std::min(found.size(), count));
  }
  if (with_scores) words.emplace_back("WITHSCORES");
  run.expect(words, shown(found, with_scores));
}

void erase_range(SortedSets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  Members& members = sets.of(key);
  const std::vector<Element> elements = ordered(members);
  int64_t from = run.between(-3, 3), to = from + run.between(-1, 3);
  Words words{run.one_in(2) ? "ZREMRANGEBYRANK" : "ZREMRANGEBYSCORE", key, std::to_string(from),
              std::to_string(to)};
  std::vector<Element> gone;
  if (words[0] == "ZREMRANGEBYRANK") {
    std::tie(from, to) = clamped(from, to, std::ssize(elements));
    for (; from <= to; from++) gone.push_back(elements[static_cast<size_t>(from)]);
  } else {
    for (const Element& each : elements)
      if (each.first >= static_cast<double>(from) && each.first <= static_cast<double>(to))
        gone.push_back(each);
  }
  for (const auto& [score, name] : gone) members.erase(name);
  run.expect(words, number(std::ssize(gone)));
}

// Unions, intersections and differences of both keys, stored in one of them now and then.
void combine(SortedSets& sets) {
  RandomRun& run = sets.run;
  const char* const kinds[] = {"ZUNION", "ZINTER", "ZDIFF"};
  const std::string kind = kinds[run.below(3)];
  Members made;
  for (const auto& [name, facts] : sets.z) {
    const auto other = sets.y.find(name);
    const bool both = other != sets.y.end();
    if (kind == "ZDIFF" ? both : kind == "ZINTER" && !both) continue;
    double sum = facts.score + (both ? other->second.score : 0);
    if (std::isnan(sum)) sum = 0;
    made[name] = {sum};
  }
  if (kind == "ZUNION")
    for (const auto& [name, facts] : sets.y) made.emplace(name, Facts{facts.score});
  if (run.one_in(10)) {
    Members& target = run.one_in(2) ? sets.z : sets.y;
    run.expect({kind + "STORE", &target == &sets.z ? "z" : "y", "2", "z", "y"},
               number(std::ssize(made)));
    target = made;
    return;
  }
  run.expect({kind, "2", "z", "y", "WITHSCORES"}, shown(ordered(made), true));
}

void expire(SortedSets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  Members& members = sets.of(key);
  const std::string& name = run.any_of(sets.names);
  const auto known = members.find(name);
  const bool is_known = known != members.end();
  if (run.one_in(3)) {
    const bool had = is_known && known->second.deadline_ms != 0;
    run.expect({"ZPERSIST", key, "MEMBERS", "1", name}, array({number(!is_known ? -2
                                                                      : had     ? 1
                                                                                : -1)}));
    if (is_known) known->second.deadline_ms = 0;
    return;
  }
  const int64_t ms = run.one_in(8) ? 0 : run.some_ttl_ms();
  run.expect({"ZPEXPIRE", key, std::to_string(ms), "MEMBERS", "1", name},
             array({number(!is_known ? -2
                           : ms == 0 ? 2
                                     : 1)}));
  if (!is_known) return;
  known->second.deadline_ms = run.server.now_ms + ms;
  if (ms == 0) members.erase(known);
}

void pass_time(SortedSets& sets) {
  RandomRun& run = sets.run;
  run.pass_time();
  for (const std::string key : {"z", "y"}) {
    Members& members = sets.of(key);
    std::erase_if(members, [&](const auto& each) {
      return each.second.deadline_ms != 0 && each.second.deadline_ms < run.server.now_ms;
    });
    for (const auto& [name, facts] : members)
      run.expect(
          {"ZPTTL", key, "MEMBERS", "1", name},
          array({number(facts.deadline_ms == 0 ? -1 : facts.deadline_ms - run.server.now_ms)}));
  }
}

void check_all(SortedSets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  const std::vector<Element> elements = ordered(sets.of(key));
  run.expect({"ZRANGE", key, "0", "-1", "WITHSCORES"}, shown(elements, true));
  run.expect({"ZCARD", key}, number(std::ssize(elements)));
  Words names, scanned;
  for (const auto& [score, name] : elements) names.push_back(quoted(name));
  std::string cursor = "0";
  do {
    const Words reply = parts_of(run.ask({"ZSCAN", key, cursor, "COUNT", "7"}));
    cursor = reply[0].substr(1, reply[0].size() - 2);
    const Words some = parts_of(reply[1]);
    for (size_t i = 0; i < some.size(); i += 2) scanned.push_back(some[i]);
  } while (cursor != "0");
  run.must(in_order(scanned) == in_order(names));
  run.expect_in_any_order({"ZRANDMEMBER", key, "100000"}, names);
}

void step(SortedSets& sets, int i, bool deadlines) {
  RandomRun& run = sets.run;
  const std::string key = run.one_in(3) ? "y" : "z";
  const bool growing = i / 400 % 2 == 0;
  const uint64_t what = run.below(growing ? 20 : 14);
  if (what < 3) erase(sets, key);
  if (what == 3 && !growing) erase_range(sets, key);
  if (what >= 4 && what < 6) look_at_member(sets, key);
  if (what >= 6 && what < 8) range(sets, key);
  if (what == 8) combine(sets);
  if (what == 9 && deadlines) expire(sets, key);
  if (what == 10 && deadlines && run.one_in(3)) pass_time(sets);
  if (what > 10) add(sets, key);
  if (i % 100 == 0) check_all(sets, key);
}

}  // namespace

TEST_CASE("random commands on sorted sets against a map") {
  in_random_runs({"zset-max-listpack-entries 1000 zset-max-listpack-value 10000",
                  "zset-max-listpack-entries 0", "zset-max-listpack-entries 30", ""},
                 [](RandomRun& run) {
                   SortedSets sets{run};
                   const bool deadlines = run.one_in(2);
                   const uint64_t names = 10 + run.below(300);
                   for (uint64_t i = 0; i < names; i++) sets.names.push_back(run.some_text());
                   for (int i = 0; i < 2500; i++) step(sets, i, deadlines);
                 });
}

}  // namespace cobnut::testing
