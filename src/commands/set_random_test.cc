// Random commands on sets against std::map, over all three forms, with members that expire.
#include <map>

#include "commands/test_random.h"

namespace cobnut::testing {
namespace {

using Members = std::map<std::string, int64_t>;  // with their deadlines; 0: none

struct Sets {
  RandomRun& run;
  Words names{};
  Members s{}, t{};  // of the keys s and t, which are in different shards

  Members& of(const std::string& key) { return key == "s" ? s : t; }
};

Words shown(const Members& members) {
  Words parts;
  for (const auto& [name, deadline_ms] : members) parts.push_back(quoted(name));
  return parts;
}
std::string unquoted(const std::string& part) {
  return split_line(part)[0];  // knows the escapes
}

void add_or_erase(Sets& sets, const std::string& key, bool add) {
  RandomRun& run = sets.run;
  Members& members = sets.of(key);
  Words words{add ? "SADD" : "SREM", key};
  int64_t changed = 0;
  for (uint64_t i = run.below(5); i < 5; i++) {
    words.push_back(run.any_of(sets.names));
    changed += add ? members.try_emplace(words.back(), 0).second
                   : static_cast<int64_t>(members.erase(words.back()));
  }
  run.expect(words, number(changed));
}

void pop_or_move(Sets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  Members& members = sets.of(key);
  if (run.one_in(2)) {
    const std::string& name = run.any_of(sets.names);
    const std::string to = run.one_in(2) ? "s" : "t";
    const bool known = members.contains(name);
    run.expect({"SMOVE", key, to, name}, number(known));
    if (!known || to == key) return;
    members.erase(name);
    sets.of(to).try_emplace(name, 0);
    return;
  }
  const size_t count = run.one_in(10) ? members.size() / 2 : run.below(4);
  const Words popped = parts_of(run.ask({"SPOP", key, std::to_string(count)}));
  run.must(popped.size() == std::min(count, members.size()));
  for (const std::string& part : popped) run.must(members.erase(unquoted(part)) == 1);
}

void look(Sets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  const Members& members = sets.of(key);
  const std::string &one = run.any_of(sets.names), &other = run.any_of(sets.names);
  run.expect({"SISMEMBER", key, one}, number(members.contains(one)));
  run.expect({"SMISMEMBER", key, one, other},
             array({number(members.contains(one)), number(members.contains(other))}));
  run.expect({"SCARD", key}, number(std::ssize(members)));
  const std::string drawn = run.ask({"SRANDMEMBER", key});
  run.must(members.empty() ? drawn == "nil" : members.contains(unquoted(drawn)));
}

void combine(Sets& sets) {
  RandomRun& run = sets.run;
  const Words kinds = {"SUNION", "SINTER", "SDIFF"};
  const std::string kind = run.any_of(kinds);
  Members made;
  for (const auto& [name, deadline_ms] : sets.s) {
    const bool both = sets.t.contains(name);
    if (kind == "SDIFF" ? !both : kind == "SUNION" || both) made[name] = 0;
  }
  if (kind == "SINTER") run.expect({"SINTERCARD", "2", "s", "t"}, number(std::ssize(made)));
  if (kind == "SUNION")
    for (const auto& [name, deadline_ms] : sets.t) made[name] = 0;
  if (!run.one_in(10)) return run.expect_in_any_order({kind, "s", "t"}, shown(made));
  const std::string target = run.one_in(2) ? "s" : "t";
  run.expect({kind + "STORE", target, "s", "t"}, number(std::ssize(made)));
  sets.of(target) = made;
}

void expire(Sets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  Members& members = sets.of(key);
  const std::string& name = run.any_of(sets.names);
  const auto known = members.find(name);
  const bool is_known = known != members.end();
  if (run.one_in(3)) {
    const bool had = is_known && known->second != 0;
    run.expect({"SPERSIST", key, "MEMBERS", "1", name}, array({number(!is_known ? -2
                                                                      : had     ? 1
                                                                                : -1)}));
    if (is_known) known->second = 0;
    return;
  }
  const int64_t ms = run.some_ttl_ms();
  run.expect({"SPEXPIRE", key, std::to_string(ms), "MEMBERS", "1", name},
             array({number(is_known ? 1 : -2)}));
  if (is_known) known->second = run.server.now_ms + ms;
}

void pass_time(Sets& sets) {
  sets.run.pass_time();
  for (Members* members : {&sets.s, &sets.t})
    std::erase_if(*members, [&](const auto& each) {
      return each.second != 0 && each.second < sets.run.server.now_ms;
    });
}

void check_all(Sets& sets, const std::string& key) {
  RandomRun& run = sets.run;
  const Members& members = sets.of(key);
  run.expect_in_any_order({"SMEMBERS", key}, shown(members));
  run.expect_in_any_order({"SRANDMEMBER", key, "100000"}, shown(members));
  Words scanned;
  std::string cursor = "0";
  do {
    const Words reply = parts_of(run.ask({"SSCAN", key, cursor, "COUNT", "7"}));
    cursor = reply[0].substr(1, reply[0].size() - 2);
    const Words some = parts_of(reply[1]);
    scanned.insert(scanned.end(), some.begin(), some.end());
  } while (cursor != "0");
  run.must(in_order(scanned) == in_order(shown(members)));
  for (const auto& [name, deadline_ms] : members)
    run.expect({"SPTTL", key, "MEMBERS", "1", name},
               array({number(deadline_ms == 0 ? -1 : deadline_ms - run.server.now_ms)}));
}

void step(Sets& sets, int i, bool deadlines) {
  RandomRun& run = sets.run;
  const std::string key = run.one_in(3) ? "t" : "s";
  const bool growing = i / 400 % 2 == 0;
  const uint64_t what = run.below(10);
  if (what < 4) add_or_erase(sets, key, growing || run.one_in(4));
  if (what == 4) add_or_erase(sets, key, false);
  if (what == 5) pop_or_move(sets, key);
  if (what == 6) look(sets, key);
  if (what == 7) combine(sets);
  if (what == 8 && deadlines) expire(sets, key);
  if (what == 9 && deadlines && run.one_in(3)) pass_time(sets);
  if (i % 100 == 0) check_all(sets, key);
}

// Sets of integers of a few widths only, or of anything.
void run_sets(RandomRun& run) {
  Sets sets{run};
  const bool integers = run.one_in(2), deadlines = run.one_in(2);
  const uint64_t names = 10 + run.below(400);
  for (uint64_t i = 0; i < names; i++) {
    const int64_t wide = int64_t{1} << run.below(40);
    sets.names.push_back(integers ? std::to_string(run.between(-wide, wide)) : run.some_text());
  }
  for (int i = 0; i < 2500; i++) step(sets, i, deadlines);
}

}  // namespace

TEST_CASE("random commands on sets against a map") {
  in_random_runs({"", "set-max-intset-entries 20 set-max-listpack-entries 40",
                  "set-max-intset-entries 0 set-max-listpack-entries 1000",
                  "set-max-intset-entries 0 set-max-listpack-entries 0"},
                 run_sets);
}

}  // namespace cobnut::testing
