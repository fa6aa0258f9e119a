#include "config/option_table.h"

#include <algorithm>

#include "base/text.h"

namespace cobnut {
namespace {

// Edit distance (Levenshtein), any case.
size_t distance(Bytes a, Bytes b) {
  const std::string x = to_lower(a), y = to_lower(b);
  std::vector<size_t> row(y.size() + 1);
  for (size_t j = 0; j <= y.size(); j++) row[j] = j;
  for (size_t i = 1; i <= x.size(); i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= y.size(); j++) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (x[i - 1] != y[j - 1])});
      diagonal = above;
    }
  }
  return row[y.size()];
}

}  // namespace

std::span<const Option> option_table() {
  static const std::vector<Option> table = [] {
    const auto effective = effective_rows(), others = redis_rows();
    std::vector<Option> all(effective.begin(), effective.end());
    all.insert(all.end(), others.begin(), others.end());
    return all;
  }();
  return table;
}

const Option* find_option(Bytes name) {
  for (const Option& option : option_table()) {
    if (equal_ignore_case(option.name, name)) return &option;
    if (!option.alias.empty() && equal_ignore_case(option.alias, name)) return &option;
  }
  return nullptr;
}

std::string nearest_option(Bytes written) {
  const bool has_table = written.find('.') != Bytes::npos;
  const Bytes last = written.substr(has_table ? written.rfind('.') + 1 : 0);
  const Option* best = nullptr;
  size_t best_distance = 0;
  for (const Option& option : option_table()) {
    // The right key in the wrong table is as near as can be.
    const size_t away =
        distance(last, option.name) * 2 + (has_table && option.full_name() != written ? 1 : 0);
    if (best != nullptr && away >= best_distance) continue;
    best = &option;
    best_distance = away;
  }
  const size_t away = best_distance / 2;  // of short names not half of the letters
  if (away > std::max<size_t>(2, last.size() / 3) ||
      away * 2 > std::max(last.size(), best->name.size()))
    return {};
  return best->full_name();
}

}  // namespace cobnut
