// Random commands on HyperLogLogs: each is there twice, sparse for as long as it may be and dense
// from the start, and both tell the same; estimates are near the number of elements of a set.
#include <cmath>
#include <set>

#include "commands/test_random.h"

namespace cobnut::testing {
namespace {

using Elements = std::set<std::string>;

struct Sketches {
  RandomRun& run;
  std::map<std::string, Elements> all{};
};

std::string dense(const std::string& key) { return "dense " + key; }

// 0.81 % is the method's standard error: five of them, and some for small numbers.
void check_estimate(RandomRun& run, const std::string& reply, size_t elements) {
  const double estimate = std::stod(reply.substr(1));
  const double count = static_cast<double>(elements);
  run.must(std::abs(estimate - count) <= 3 + 0.0405 * count);
}

void add(Sketches& sketches, const std::string& key) {
  RandomRun& run = sketches.run;
  Words words{"PFADD", key};
  bool all_known = true;
  Elements& elements = sketches.all[key];
  const uint64_t count = run.one_in(20) ? 300 : run.below(5);
  for (uint64_t i = 0; i < count; i++) {
    words.push_back(run.one_in(4) ? run.some_text() : std::to_string(run.below(20'000)));
    all_known &= !elements.insert(words.back()).second;
  }
  if (run.ask({"EXISTS", key}) == ":0") {  // dense before it has any element
    run.expect({"PFADD", dense(key)}, ":1");
    run.expect({"PFDEBUG", "TODENSE", dense(key)}, ":1");
    run.expect({"PFADD", key}, ":1");
  }
  const std::string changed = run.ask(words);
  if (all_known) run.must(changed == ":0");
  words[1] = dense(key);
  run.expect(words, changed);
}

void count(Sketches& sketches) {
  RandomRun& run = sketches.run;
  const Words keys = {"a", "b", "c", "no such"};
  Words words{"PFCOUNT"}, dense_words{"PFCOUNT"};
  Elements elements;
  for (uint64_t i = run.below(3); i < 3; i++) {
    const std::string& key = run.any_of(keys);
    words.push_back(key);
    dense_words.push_back(dense(key));
    elements.insert(sketches.all[key].begin(), sketches.all[key].end());
  }
  const std::string estimate = run.ask(words);
  check_estimate(run, estimate, elements.size());
  run.expect(dense_words, estimate);
}

void merge(Sketches& sketches, const std::string& target) {
  RandomRun& run = sketches.run;
  const Words keys = {"a", "b", "c", "no such"};
  const std::string &one = run.any_of(keys), &other = run.any_of(keys);
  const std::string before = run.ask({"PFCOUNT", target, one, other});
  run.expect({"PFMERGE", target, one, other}, "+OK");
  run.expect({"PFCOUNT", target}, before);
  run.ask({"PFADD", dense(target)});
  run.ask({"PFDEBUG", "TODENSE", dense(target)});
  run.expect({"PFMERGE", dense(target), dense(one), dense(other)}, "+OK");
  run.expect({"PFCOUNT", dense(target)}, before);
  Elements& elements = sketches.all[target];
  for (const std::string& key : {one, other})
    elements.insert(sketches.all[key].begin(), sketches.all[key].end());
}

}  // namespace

TEST_CASE("random commands on HyperLogLogs, sparse and dense, against a set") {
  in_random_runs(
      {"hll-sparse-max-bytes 0", "hll-sparse-max-bytes 60", "", "hll-sparse-max-bytes 16000"},
      [](RandomRun& run) {
        Sketches sketches{run};
        for (int i = 0; i < 300; i++) {
          const Words keys = {"a", "b", "c"};
          const std::string& key = run.any_of(keys);
          const uint64_t what = run.below(20);
          if (what < 14) add(sketches, key);
          if (what >= 14 && what < 18) count(sketches);
          if (what == 18) merge(sketches, key);
          if (what == 19 && run.one_in(5)) {
            sketches.all[key].clear();
            run.ask({"DEL", key, dense(key)});
          }
        }
      });
}

}  // namespace cobnut::testing
