#include "config/config_command.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "config/option_table.h"

namespace cobnut {
namespace {

// Why the option cannot be set at all, in Redis's words. Start-only options take the value that
// they have, so that what CONFIG GET shows can be set again.
Bytes not_settable(const Options& options, const Option& option, Bytes value, bool may_guarded) {
  if (!option.runtime) {
    Options changed = options;
    const bool same = !set_option_text(changed, option, value) &&
                      option_text(changed, option) == option_text(options, option);
    if (!same) return "can't set immutable config";
  }
  return option.guarded && !may_guarded ? Bytes("can't set protected config") : Bytes();
}

}  // namespace

Error config_set_failed(Bytes name, Bytes why) {
  return Error{"ERR CONFIG SET failed (possibly related to argument '" + std::string(name) +
               "') - " + std::string(why)};
}

std::vector<std::pair<std::string, std::string>> config_get(const Options& options, Bytes pattern) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const Option& option : option_table()) {
    for (const Bytes name : {option.name, option.alias}) {
      if (name.empty()) continue;
      const bool matches =
          option.hidden ? equal_ignore_case(pattern, name) : glob_match(pattern, name, true);
      if (matches) found.emplace_back(name, option_text(options, option));
    }
  }
  return found;
}

Status config_set(Options& options, std::span<const ConfigPair> pairs, bool may_guarded) {
  std::vector<const Option*> rows;
  for (size_t i = 0; i < pairs.size(); i++) {
    const auto& [name, value] = pairs[i];
    const Option* option = find_option(name);
    if (option == nullptr) {
      return Error{"ERR Unknown option or number of arguments for CONFIG SET - '" +
                   std::string(name) + "'"};
    }
    const Bytes wrong = not_settable(options, *option, value, may_guarded);
    if (!wrong.empty()) return config_set_failed(name, wrong);
    for (const auto& [earlier, ignored] : pairs.first(i)) {
      if (equal_ignore_case(earlier, name)) return config_set_failed(name, "duplicate parameter");
    }
    rows.push_back(option);
  }
  Options changed = options;
  for (size_t i = 0; i < pairs.size(); i++) {
    if (std::optional<Refusal> wrong = set_option_text(changed, *rows[i], pairs[i].second))
      return config_set_failed(pairs[i].first, wrong->redis);
  }
  for (size_t i = 0; i < pairs.size(); i++) {
    const Bytes refused = option_refused(changed, *rows[i]);
    if (!refused.empty()) return config_set_failed(pairs[i].first, refused);
  }
  options = std::move(changed);
  return Ok{};
}

Status enter_folder(Options& options) {
  char path[PATH_MAX];
  if (chdir(options.dir.c_str()) != 0 || getcwd(path, sizeof path) == nullptr)
    return Error{std::string(strerror(errno))};
  options.dir = path;
  return Ok{};
}

std::string newly_without_effect(const Options& before, const Options& changed) {
  std::vector<std::string> names;
  for (const Option& option : option_table()) {
    if (!option.missing.empty() && option_is_default(before, option) &&
        !option_is_default(changed, option))
      names.emplace_back(option.name);
  }
  return join(names, ", ");
}

}  // namespace cobnut
