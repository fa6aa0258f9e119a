#include "config/config_command.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "config/option_table.h"

namespace cobnut {
namespace {

Error failed(Bytes name, Bytes why) {
  return Error{"ERR CONFIG SET failed (possibly related to argument '" + std::string(name) +
               "') - " + std::string(why)};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> config_get(const Options& options, Bytes pattern) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const Option& option : option_table()) {
    if (glob_match(pattern, option.name, true))
      found.emplace_back(option.name, option_text(options, option));
  }
  return found;
}

Status config_set(Options& options, std::span<const ConfigPair> pairs) {
  std::vector<const Option*> rows;
  for (const auto& [name, value] : pairs) {
    const Option* option = find_option(name);
    if (option == nullptr) {
      return Error{"ERR Unknown option or number of arguments for CONFIG SET - '" +
                   std::string(name) + "'"};
    }
    if (!option->runtime) return failed(name, "can't set immutable config");
    if (std::ranges::find(rows, option) != rows.end()) return failed(name, "duplicate parameter");
    rows.push_back(option);
  }
  Options changed = options;
  for (size_t i = 0; i < pairs.size(); i++) {
    if (std::optional<Refusal> wrong = set_option_text(changed, *rows[i], pairs[i].second))
      return failed(pairs[i].first, wrong->redis);
  }
  options = std::move(changed);
  return Ok{};
}

}  // namespace cobnut
