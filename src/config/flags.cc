#include "config/flags.h"

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "config/option_table.h"
#include "config/toml.h"

namespace cobnut {
namespace {

using Action = CommandLine::Action;

struct ActionFlag {
  Bytes flag;
  Action action;
};
constexpr ActionFlag kActions[] = {
    {"--help", Action::kHelp},
    {"-h", Action::kHelp},
    {"--version", Action::kVersion},
    {"-v", Action::kVersion},
    {"--check-config", Action::kCheckConfig},
    {"--print-reference-config", Action::kPrintReferenceConfig},
    {"--print-command-table", Action::kPrintCommandTable},
};

std::optional<Action> action_of(Bytes word) {
  for (const ActionFlag& row : kActions) {
    if (row.flag == word) return row.action;
  }
  return std::nullopt;
}

// One `--name value...` or `--name=value` of the command line.
struct Flag {
  std::string written;  // with its dashes
  std::vector<std::string> values;
};

Status apply(const Flag& flag, Options& options) {
  const Bytes name = Bytes(flag.written).substr(2);
  const Option* option = find_option(name);
  if (option == nullptr) {
    const std::string near = nearest_option(name);
    return Error{"unknown option " + flag.written +
                 (near.empty() ? "; --help lists them all"
                               : ": did you mean --" + near.substr(near.find('.') + 1) + "?")};
  }
  const std::string given =
      flag.written + " " + (option->secret ? "(hidden)" : join(flag.values, " "));
  const bool many = option->is_list() || option->is_limit();
  if (flag.values.empty()) {
    return Error{flag.written + " needs a value: " + option_allowed(*option)};
  }
  if (flag.values.size() > 1 && !many) return Error{given + ": takes one value"};
  if (const auto wrong = set_option_text(options, *option, join(flag.values, " ")))
    return Error{given + ": " + wrong->friendly};
  return Ok{};
}

struct Words {
  std::optional<Action> action;
  std::string file;
  std::vector<Flag> flags;
};

Result<Words> sort_words(std::span<const char* const> words) {
  Words sorted;
  bool open = false;  // the last flag takes more values
  for (Bytes word : words) {
    if (const auto action = action_of(word)) {
      if (!sorted.action || *action == Action::kHelp) sorted.action = action;
      open = false;
    } else if (word.starts_with("--")) {
      const size_t equals = word.find('=');
      Flag flag{std::string(word.substr(0, equals)), {}};
      open = equals == Bytes::npos;
      if (!open) flag.values.emplace_back(word.substr(equals + 1));
      sorted.flags.push_back(std::move(flag));
    } else if (open) {
      sorted.flags.back().values.emplace_back(word);
    } else if (!sorted.file.empty()) {
      return Error{"'" + std::string(word) + "': there is a configuration file already, " +
                   sorted.file};
    } else if (word.empty()) {
      return Error{"the name of the configuration file is empty"};
    } else {
      sorted.file = word;
    }
  }
  return sorted;
}

Status load_file(const std::string& path, Options& options) {
  if (!to_lower(path).ends_with(".toml")) {
    return Error{"'" + path +
                 "' is not a .toml file: redis.conf syntax is not supported yet "
                 "(conf/reference.toml lists every option in TOML)"};
  }
  return load_toml(path, options);
}

}  // namespace

Result<CommandLine> parse_command_line(std::span<const char* const> words) {
  Result<Words> sorted = sort_words(words);
  if (!sorted) return Error{sorted.error()};
  CommandLine line;
  line.action = sorted->action.value_or(Action::kRun);
  if (line.action != Action::kRun && line.action != Action::kCheckConfig) return line;
  line.config_file = sorted->file;
  if (!line.config_file.empty()) {
    if (Status loaded = load_file(line.config_file, line.options); !loaded)
      return Error{loaded.error()};
  }
  for (const Flag& flag : sorted->flags) {
    if (Status applied = apply(flag, line.options); !applied) return Error{applied.error()};
  }
  if (line.options.port == 0 && line.options.unixsocket.empty())
    return Error{"port is 0 and there is no unixsocket: nobody could connect"};
  return line;
}

}  // namespace cobnut
