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

// Why the option cannot be set at all, in Redis's words. Our own start-only options take the value
// that they have: tools set again what CONFIG GET shows, but for what they know that Redis refuses.
Bytes not_settable(const Options& options, const Option& option, Bytes value, bool may_guarded) {
  if (!option.runtime) {
    Options changed = options;
    const bool same = option.ours && !set_option_text(changed, option, value) &&
                      option_text(changed, option) == option_text(options, option);
    if (!same) return "can't set immutable config";
  }
  return option.guarded && !may_guarded ? Bytes("can't set protected config") : Bytes();
}

// The name in the table that was meant. Error texts hold it where Redis looks at values; before
// that, the name as it was written.
Bytes name_in_table(const Option& option, Bytes written) {
  return equal_ignore_case(option.name, written) ? option.name : option.alias;
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
  struct Change {
    const Option* option;
    Bytes name, value;
  };
  std::vector<Change> changes;
  for (const auto& [written, value] : pairs) {
    const Option* option = find_option(written);
    if (option == nullptr) {
      return Error{"ERR Unknown option or number of arguments for CONFIG SET - '" +
                   std::string(written) + "'"};
    }
    const Bytes name = name_in_table(*option, written);
    const Bytes wrong = not_settable(options, *option, value, may_guarded);
    if (!wrong.empty()) return config_set_failed(written, wrong);
    if (std::ranges::any_of(changes, [&](const Change& change) { return change.name == name; }))
      return config_set_failed(written, "duplicate parameter");
    changes.push_back({option, name, value});
  }
  Options changed = options;
  for (const Change& change : changes) {
    if (std::optional<Refusal> wrong = set_option_text(changed, *change.option, change.value))
      return config_set_failed(change.name, wrong->redis);
  }
  for (const Change& change : changes) {
    const Bytes refused = option_refused(changed, *change.option);
    if (!refused.empty()) return config_set_failed(change.name, refused);
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
