// Random stream commands against a std::map of entries, over blocks of one entry and of many.
#include <map>

#include "commands/test_random.h"

namespace cobnut::testing {
namespace {

using Id = std::pair<uint64_t, uint64_t>;  // milliseconds, sequence

struct StreamModel {
  RandomRun& run;
  std::map<Id, Words> entries{};
  Id last{};
  int64_t added = 0;
  bool there = false;
};

std::string text_of(const Id& id) {
  return std::to_string(id.first) + "-" + std::to_string(id.second);
}
std::string shown(const Id& id, const Words& fields) {
  return array({quoted(text_of(id)), bulks(fields)});
}

// One that is there, or near one.
Id some_id(StreamModel& model) {
  RandomRun& run = model.run;
  if (model.entries.empty() || run.one_in(4)) return {run.below(20), run.below(5)};
  auto at = model.entries.lower_bound({run.below(model.last.first + 1), 0});
  if (at == model.entries.end()) --at;
  Id id = at->first;
  if (run.one_in(3)) id.second += run.below(3);
  return id;
}

// Keeps the `limit` newest.
int64_t trim(StreamModel& model, size_t limit) {
  int64_t trimmed = 0;
  for (; model.entries.size() > limit; trimmed++) model.entries.erase(model.entries.begin());
  return trimmed;
}

void add(StreamModel& model) {
  RandomRun& run = model.run;
  const uint64_t ms = model.last.first + run.below(3);
  const Id id = {ms, ms == model.last.first ? model.last.second + 1 : run.below(3)};
  Words words{"XADD", "x"};
  const size_t limit = run.below(300);
  const bool limited = run.one_in(10);
  if (limited) words.insert(words.end(), {"MAXLEN", "=", std::to_string(limit)});
  const bool sequence = run.one_in(3) && (id.first == model.last.first || id.second == 0);
  words.push_back(sequence && id.first > 0 ? std::to_string(id.first) + "-*" : text_of(id));
  Words fields;
  for (uint64_t i = run.below(3); i < 3; i++) {
    fields.push_back(run.one_in(3) ? run.some_text() : "field" + std::to_string(i));
    fields.push_back(run.some_text());
  }
  words.insert(words.end(), fields.begin(), fields.end());
  run.expect(words, quoted(text_of(id)));
  model.entries[id] = fields;
  model.last = id;
  model.added++;
  model.there = true;
  if (limited) trim(model, limit);
}

void erase(StreamModel& model) {
  RandomRun& run = model.run;
  if (run.one_in(8)) {
    const bool by_id = run.one_in(2);
    const Id from = some_id(model);
    const size_t limit = model.entries.size() - run.below(model.entries.size() / 4 + 1);
    const auto before = std::distance(model.entries.begin(), model.entries.lower_bound(from));
    const size_t kept = by_id ? model.entries.size() - static_cast<size_t>(before) : limit;
    return run.expect(
        {"XTRIM", "x", by_id ? "MINID" : "MAXLEN", by_id ? text_of(from) : std::to_string(limit)},
        number(trim(model, kept)));
  }
  Words words{"XDEL", "x"};
  int64_t erased = 0;
  for (uint64_t i = run.below(3); i < 3; i++) {
    const Id id = some_id(model);
    words.push_back(text_of(id));
    erased += static_cast<int64_t>(model.entries.erase(id));
  }
  run.expect(words, number(erased));
}

void range(StreamModel& model) {
  RandomRun& run = model.run;
  Id first = some_id(model), last = some_id(model);
  if (run.one_in(2) && last < first) std::swap(first, last);
  const bool reversed = run.one_in(2), open = run.one_in(4);
  const size_t count = run.one_in(2) ? 1000 : 1 + run.below(20);
  Words found;
  for (const auto& [id, fields] : model.entries)
    if ((open ? id > first : id >= first) && id <= last) found.push_back(shown(id, fields));
  if (reversed) std::reverse(found.begin(), found.end());
  found.resize(std::min(found.size(), count));
  const std::string from = (open ? "(" : "") + text_of(first), to = text_of(last);
  run.expect({reversed ? "XREVRANGE" : "XRANGE", "x", reversed ? to : from, reversed ? from : to,
              "COUNT", std::to_string(count)},
             array(found));
}

void read(StreamModel& model) {
  RandomRun& run = model.run;
  const Id after = some_id(model);
  Words found;
  for (auto at = model.entries.upper_bound(after); at != model.entries.end() && found.size() < 10;
       ++at)
    found.push_back(shown(at->first, at->second));
  run.expect({"XREAD", "COUNT", "10", "STREAMS", "x", text_of(after)},
             found.empty() ? "nil" : array({array({quoted("x"), array(found)})}));
}

void check_all(StreamModel& model) {
  RandomRun& run = model.run;
  Words all;
  for (const auto& [id, fields] : model.entries) all.push_back(shown(id, fields));
  run.expect({"XRANGE", "x", "-", "+"}, array(all));
  run.expect({"XLEN", "x"}, number(std::ssize(all)));
  if (!model.there) return;
  const Words facts = parts_of(run.ask({"XINFO", "STREAM", "x"}));
  const auto fact = [&](const char* name) {
    const auto at = std::find(facts.begin(), facts.end(), quoted(name));
    run.must(at != facts.end());
    return *(at + 1);
  };
  run.must(fact("length") == number(std::ssize(all)));
  run.must(fact("last-generated-id") == quoted(text_of(model.last)));
  run.must(fact("entries-added") == number(model.added));
  run.must(fact("first-entry") == (all.empty() ? "nil" : all.front()));
  run.must(fact("last-entry") == (all.empty() ? "nil" : all.back()));
}

}  // namespace

TEST_CASE("random commands on streams against a map") {
  in_random_runs(
      {"", "stream-node-max-entries 1", "stream-node-max-entries 3", "stream-node-max-bytes 200"},
      [](RandomRun& run) {
        StreamModel model{run};
        for (int i = 0; i < 2000; i++) {
          const uint64_t what = run.below(10);
          if (what < (i / 400 % 2 == 0 ? 5u : 2u)) {
            add(model);
          } else if (what < 7) {
            erase(model);
          } else if (what < 9) {
            range(model);
          } else {
            read(model);
          }
          if (i % 100 == 0) check_all(model);
          if (i % 500 == 499 && model.there) {  // a copy is the same
            run.expect({"COPY", "x", "copy", "REPLACE"}, ":1");
            run.expect({"RENAME", "copy", "x"}, "+OK");
          }
        }
        check_all(model);
      });
}

}  // namespace cobnut::testing
