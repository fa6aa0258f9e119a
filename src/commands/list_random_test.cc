// Random list commands against deques, over nodes of one and of many elements.
#include <deque>

#include "commands/test_random.h"

namespace cobnut::testing {
namespace {

using Elements = std::deque<std::string>;

struct Lists {
  RandomRun& run;
  Elements k{}, o{};  // of the keys k and o, which are in different shards

  Elements& of(const std::string& key) { return key == "k" ? k : o; }
};

std::string shown(const Elements& elements) { return bulks({elements.begin(), elements.end()}); }

// An element that is there, most of the time.
std::string known_text(Lists& lists, const Elements& elements) {
  if (elements.empty() || lists.run.one_in(4)) return lists.run.some_text();
  return elements[lists.run.below(elements.size())];
}

// A place around the ends too, counted from either.
int64_t some_index(Lists& lists, const Elements& elements) {
  const auto size = std::ssize(elements);
  return lists.run.between(-size - 2, size + 1);
}
// Of what is there; out of its range where the index is.
int64_t from_front(int64_t index, const Elements& elements) {
  return index < 0 ? index + std::ssize(elements) : index;
}

std::string pop_end(Elements& elements, bool left) {
  const std::string element = left ? elements.front() : elements.back();
  left ? elements.pop_front() : elements.pop_back();
  return element;
}
void push_end(Elements& elements, bool left, const std::string& element) {
  left ? elements.push_front(element) : elements.push_back(element);
}
Words pop_some(Elements& elements, bool left, size_t count) {
  Words popped;
  for (; count > 0 && !elements.empty(); count--) popped.push_back(pop_end(elements, left));
  return popped;
}

void push_or_pop(Lists& lists, const std::string& key, bool growing) {
  RandomRun& run = lists.run;
  Elements& elements = lists.of(key);
  const bool left = run.one_in(2);
  const char end = left ? 'L' : 'R';
  if (run.below(10) < (growing ? 7u : 3u)) {
    const bool only_there = run.one_in(8);
    Words words{end + std::string(only_there ? "PUSHX" : "PUSH"), key};
    for (uint64_t i = run.below(6); i <= 6; i++) words.push_back(run.some_text());
    if (!only_there || !elements.empty())
      for (size_t i = 2; i < words.size(); i++) push_end(elements, left, words[i]);
    return run.expect(words, number(std::ssize(elements)));
  }
  if (run.one_in(2)) {
    const bool there = !elements.empty();
    return run.expect({end + std::string("POP"), key},
                      there ? quoted(pop_end(elements, left)) : "nil");
  }
  const size_t count = run.below(12);
  const bool there = !elements.empty();
  run.expect({end + std::string("POP"), key, std::to_string(count)},
             there ? bulks(pop_some(elements, left, count)) : "nil");
}

void edit(Lists& lists, const std::string& key) {
  RandomRun& run = lists.run;
  Elements& elements = lists.of(key);
  const std::string text = run.some_text(), known = known_text(lists, elements);
  const int64_t index = some_index(lists, elements), at = from_front(index, elements);
  switch (run.below(3)) {
    case 0: {
      const bool inside = at >= 0 && at < std::ssize(elements);
      run.expect({"LSET", key, std::to_string(index), text}, elements.empty() ? "-ERR no such key"
                                                             : inside         ? "+OK"
                                                                      : "-ERR index out of range");
      if (inside) elements[static_cast<size_t>(at)] = text;
      return;
    }
    case 1: {
      const bool before = run.one_in(2), there = !elements.empty();
      const auto found = std::find(elements.begin(), elements.end(), known);
      const bool is_known = found != elements.end();
      if (is_known) elements.insert(before ? found : found + 1, text);
      return run.expect({"LINSERT", key, before ? "BEFORE" : "AFTER", known, text},
                        number(is_known ? std::ssize(elements)
                               : there  ? -1
                                        : 0));
    }
    default: {
      const int64_t count = run.between(-3, 3);
      int64_t left = count == 0 ? INT64_MAX : std::abs(count), erased = 0;
      if (count < 0) std::reverse(elements.begin(), elements.end());
      std::erase_if(elements, [&](const std::string& each) {
        const bool erase = each == known && left > 0;
        left -= erase;
        erased += erase;
        return erase;
      });
      if (count < 0) std::reverse(elements.begin(), elements.end());
      return run.expect({"LREM", key, std::to_string(count), known}, number(erased));
    }
  }
}

void trim_or_range(Lists& lists, const std::string& key) {
  RandomRun& run = lists.run;
  Elements& elements = lists.of(key);
  const int64_t first = some_index(lists, elements), last = some_index(lists, elements);
  const int64_t from = std::max<int64_t>(from_front(first, elements), 0);
  const int64_t to = std::min<int64_t>(from_front(last, elements), std::ssize(elements) - 1);
  Elements part;
  for (int64_t i = from; i <= to; i++) part.push_back(elements[static_cast<size_t>(i)]);
  const bool trim = run.one_in(8);
  run.expect({trim ? "LTRIM" : "LRANGE", key, std::to_string(first), std::to_string(last)},
             trim ? "+OK" : shown(part));
  if (trim) elements = part;
}

void look(Lists& lists, const std::string& key) {
  RandomRun& run = lists.run;
  const Elements& elements = lists.of(key);
  const int64_t index = some_index(lists, elements), at = from_front(index, elements);
  const bool inside = at >= 0 && at < std::ssize(elements);
  run.expect({"LINDEX", key, std::to_string(index)},
             inside ? quoted(elements[static_cast<size_t>(at)]) : "nil");
  run.expect({"LLEN", key}, number(std::ssize(elements)));

  const std::string known = known_text(lists, elements);
  const int64_t rank = run.between(1, 3) * (run.one_in(2) ? 1 : -1);
  const size_t count = run.below(4), looked_at = run.below(elements.size() + 2);
  Words places;
  int64_t matches = 0;
  for (size_t i = 0; i < elements.size() && (looked_at == 0 || i < looked_at); i++) {
    const size_t place = rank > 0 ? i : elements.size() - 1 - i;
    if (elements[place] != known || ++matches < std::abs(rank)) continue;
    places.push_back(number(static_cast<int64_t>(place)));
    if (places.size() == count) break;
  }
  run.expect({"LPOS", key, known, "RANK", std::to_string(rank), "COUNT", std::to_string(count),
              "MAXLEN", std::to_string(looked_at)},
             array(places));
}

void over_keys(Lists& lists) {
  RandomRun& run = lists.run;
  const std::string from = run.one_in(2) ? "k" : "o", to = run.one_in(2) ? "k" : "o";
  const bool left = run.one_in(2), to_left = run.one_in(2);
  switch (run.below(4)) {
    case 0:
    case 1: {
      const bool there = !lists.of(from).empty();
      std::string moved;
      if (there) push_end(lists.of(to), to_left, moved = pop_end(lists.of(from), left));
      return run.expect({"LMOVE", from, to, left ? "LEFT" : "RIGHT", to_left ? "LEFT" : "RIGHT"},
                        there ? quoted(moved) : "nil");
    }
    case 2: {
      const std::string key = lists.of(from).empty() ? to : from;
      const size_t count = 1 + run.below(4);
      const Words popped = pop_some(lists.of(key), left, count);
      return run.expect(
          {"LMPOP", "2", from, to, left ? "LEFT" : "RIGHT", "COUNT", std::to_string(count)},
          popped.empty() ? "nil" : array({quoted(key), bulks(popped)}));
    }
    default:
      if (lists.of(from).empty() || from == to || !run.one_in(10)) return;
      lists.of(to) = lists.of(from);
      if (run.one_in(2)) return run.expect({"COPY", from, to, "REPLACE"}, ":1");
      lists.of(from).clear();
      return run.expect({"RENAME", from, to}, "+OK");
  }
}

}  // namespace

TEST_CASE("random commands on lists against deques") {
  in_random_runs(
      {"", "list-max-listpack-size 3", "list-max-listpack-size 1", "list-max-listpack-size -1"},
      [](RandomRun& run) {
        Lists lists{run};
        for (int step = 0; step < 2500; step++) {
          const std::string key = run.one_in(3) ? "o" : "k";
          const uint64_t what = run.below(10);
          if (what < 4) {
            push_or_pop(lists, key, step / 500 % 2 == 0);
          } else if (what < 6) {
            edit(lists, key);
          } else if (what < 7) {
            trim_or_range(lists, key);
          } else if (what < 8) {
            look(lists, key);
          } else {
            over_keys(lists);
          }
          if (step % 50 == 0) run.expect({"LRANGE", key, "0", "-1"}, shown(lists.of(key)));
        }
        run.expect({"EXISTS", "k", "o"}, number(!lists.k.empty() + !lists.o.empty()));
      });
}

}  // namespace cobnut::testing
