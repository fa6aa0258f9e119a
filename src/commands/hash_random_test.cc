// Random commands on hashes against a std::map, over both forms, with fields that expire.
#include <map>

#include "commands/test_random.h"

namespace cobnut::testing {
namespace {

struct Value {
  std::string text;
  int64_t deadline_ms = 0;  // none
};

struct Hash {
  RandomRun& run;
  Words names{};
  std::map<std::string, Value> fields{};

  const std::string* value(const std::string& name) const {
    const auto known = fields.find(name);
    return known == fields.end() ? nullptr : &known->second.text;
  }
};

Words some_names(Hash& hash) {
  Words names;
  for (uint64_t i = hash.run.below(4); i < 4; i++) names.push_back(hash.run.any_of(hash.names));
  return names;
}
Words with_names(Words words, const Words& names) {
  words.insert(words.end(), {"FIELDS", std::to_string(names.size())});
  words.insert(words.end(), names.begin(), names.end());
  return words;
}

void write(Hash& hash) {
  RandomRun& run = hash.run;
  const std::string& name = run.any_of(hash.names);
  switch (run.below(6)) {
    case 0: {
      const bool known = hash.value(name) != nullptr;
      const std::string text = run.some_text();
      if (!known) hash.fields[name] = {text};
      return run.expect({"HSETNX", "h", name, text}, number(!known));
    }
    case 1: {
      const int64_t start = run.between(-1000, 1000), by = run.between(-100, 100);
      run.expect({"HSET", "h", name, std::to_string(start)}, number(!hash.value(name)));
      hash.fields[name] = {std::to_string(start + by)};
      return run.expect({"HINCRBY", "h", name, std::to_string(by)}, number(start + by));
    }
    case 2: {  // keeps the deadline; quarters are exact
      const auto known = hash.fields.find(name);
      if (known == hash.fields.end()) {
        hash.fields[name] = {"0.25"};
        return run.expect({"HINCRBYFLOAT", "h", name, "0.25"}, "\"0.25\"");
      }
      if (known->second.text != "0.25")
        return run.expect({"HSTRLEN", "h", name}, number(std::ssize(known->second.text)));
      known->second.text = "0.5";
      return run.expect({"HINCRBYFLOAT", "h", name, "0.25"}, "\"0.5\"");
    }
    case 3: {
      const int64_t ms = run.some_ttl_ms();
      const std::string text = run.some_text();
      run.expect({"HSETEX", "h", "PX", std::to_string(ms), "FIELDS", "1", name, text}, ":1");
      hash.fields[name] = {text, run.server.now_ms + ms};
      return;
    }
    default: {
      Words words{"HSET", "h"};
      int64_t added = 0;
      for (const std::string& each : some_names(hash)) {
        words.insert(words.end(), {each, run.some_text()});
        added += !hash.value(each);
        hash.fields[each] = {words.back()};
      }
      return run.expect(words, number(added));
    }
  }
}

void erase(Hash& hash) {
  RandomRun& run = hash.run;
  const Words names = some_names(hash);
  Words words{"HDEL", "h"}, values;
  int64_t erased = 0;
  for (const std::string& name : names) {
    words.push_back(name);
    values.push_back(bulk_or_nil(hash.value(name)));
    erased += static_cast<int64_t>(hash.fields.erase(name));
  }
  if (run.one_in(2)) return run.expect(words, number(erased));
  run.expect(with_names({"HGETDEL", "h"}, names), array(values));
}

void read(Hash& hash) {
  RandomRun& run = hash.run;
  const Words names = some_names(hash);
  Words words{"HMGET", "h"}, values;
  for (const std::string& name : names) {
    words.push_back(name);
    values.push_back(bulk_or_nil(hash.value(name)));
  }
  run.expect(words, array(values));
  run.expect({"HGET", "h", names[0]}, values[0]);
  run.expect({"HEXISTS", "h", names[0]}, number(hash.value(names[0]) != nullptr));
  run.expect({"HLEN", "h"}, number(std::ssize(hash.fields)));
}

void expire(Hash& hash) {
  RandomRun& run = hash.run;
  const Words names = {run.any_of(hash.names)};
  const auto known = hash.fields.find(names[0]);
  const bool is_known = known != hash.fields.end();
  const std::string ms = std::to_string(run.some_ttl_ms());
  const int64_t deadline_ms = run.server.now_ms + std::stoll(ms);
  switch (run.below(4)) {
    case 0: {
      const bool had = is_known && known->second.deadline_ms != 0;
      run.expect(with_names({"HPERSIST", "h"}, names), array({number(!is_known ? -2
                                                                     : had     ? 1
                                                                               : -1)}));
      if (is_known) known->second.deadline_ms = 0;
      return;
    }
    case 1: {  // no deadline is later than any for GT
      const bool later =
          is_known && known->second.deadline_ms != 0 && known->second.deadline_ms < deadline_ms;
      run.expect(with_names({"HPEXPIRE", "h", ms, "GT"}, names),
                 array({number(!is_known ? -2 : later)}));
      if (later) known->second.deadline_ms = deadline_ms;
      return;
    }
    case 2:
      run.expect(with_names({"HGETEX", "h", "PX", ms}, names),
                 array({bulk_or_nil(hash.value(names[0]))}));
      break;
    default:
      run.expect(with_names({"HPEXPIRE", "h", ms}, names), array({number(is_known ? 1 : -2)}));
  }
  if (is_known) known->second.deadline_ms = deadline_ms;
}

// "field value" of a flat array of both.
Words paired(const Words& parts) {
  Words pairs;
  for (size_t i = 0; i + 1 < parts.size(); i += 2) pairs.push_back(parts[i] + " " + parts[i + 1]);
  return in_order(pairs);
}

void check_all(Hash& hash) {
  RandomRun& run = hash.run;
  Words names, values, pairs, scanned;
  for (const auto& [name, value] : hash.fields) {
    names.push_back(quoted(name));
    values.push_back(quoted(value.text));
    pairs.push_back(quoted(name) + " " + quoted(value.text));
    const int64_t left = value.deadline_ms == 0 ? -1 : value.deadline_ms - run.server.now_ms;
    run.expect(with_names({"HPTTL", "h"}, {name}), array({number(left)}));
  }
  run.must(paired(parts_of(run.ask({"HGETALL", "h"}))) == in_order(pairs));
  run.must(paired(parts_of(run.ask({"HRANDFIELD", "h", "100000", "WITHVALUES"}))) ==
           in_order(pairs));
  run.expect_in_any_order({"HKEYS", "h"}, names);
  run.expect_in_any_order({"HVALS", "h"}, values);
  std::string cursor = "0";
  do {
    const Words reply = parts_of(run.ask({"HSCAN", "h", cursor, "COUNT", "7"}));
    cursor = reply[0].substr(1, reply[0].size() - 2);
    const Words some = parts_of(reply[1]);
    scanned.insert(scanned.end(), some.begin(), some.end());
  } while (cursor != "0");
  run.must(paired(scanned) == in_order(pairs));
}

void step(Hash& hash, int i, bool deadlines) {
  RandomRun& run = hash.run;
  const uint64_t what = run.below(10);
  const bool growing = i / 400 % 2 == 0;
  if (what < (growing ? 2u : 4u)) {
    erase(hash);
  } else if (what < 6) {
    read(hash);
  } else if (what < 7 && deadlines) {
    expire(hash);
    if (run.one_in(4)) {
      run.pass_time();
      std::erase_if(hash.fields, [&](const auto& each) {
        return each.second.deadline_ms != 0 && each.second.deadline_ms < run.server.now_ms;
      });
    }
  } else {
    write(hash);
  }
  if (i % 100 == 0) check_all(hash);
  if (i % 500 == 0 && !hash.fields.empty()) {  // a copy in another shard is the same
    run.expect({"COPY", "h", "copy", "REPLACE"}, ":1");
    run.expect({"RENAME", "copy", "h"}, "+OK");
  }
}

}  // namespace

TEST_CASE("random commands on hashes against a map") {
  in_random_runs({"hash-max-listpack-entries 1000 hash-max-listpack-value 10000",
                  "hash-max-listpack-entries 0", "hash-max-listpack-entries 30", ""},
                 [](RandomRun& run) {
                   Hash hash{run};
                   const bool deadlines = run.one_in(2);
                   const uint64_t names = 10 + run.below(200);
                   for (uint64_t i = 0; i < names; i++) hash.names.push_back(run.some_text());
                   for (int i = 0; i < 2500; i++) step(hash, i, deadlines);
                 });
}

}  // namespace cobnut::testing
