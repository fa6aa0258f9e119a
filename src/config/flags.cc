#include "config/flags.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>

#include "base/bytes.h"
#include "base/quoting.h"
#include "base/text.h"
#include "config/config_file.h"
#include "config/option_table.h"

namespace cobnut {
namespace {

using Action = CommandLine::Action;

constexpr ActionFlag kActions[] = {
    {"--help", Action::kHelp, "This text."},
    {"-h", Action::kHelp, {}},
    {"--version", Action::kVersion, "The version."},
    {"-v", Action::kVersion, {}},
    {"--check-config", Action::kCheckConfig,
     "Read the file and the flags, say what is wrong and what has no effect, do not start."},
    {"--print-reference-config", Action::kPrintReferenceConfig,
     "Every option with its default, as a TOML file."},
    {"--print-command-table", Action::kPrintCommandTable, {}},
    {"--print-man-page", Action::kPrintManPage, {}},
    {"--print-bash-completion", Action::kPrintCompletion, {}},
    {"--print-options-without-effect", Action::kPrintWithoutEffect, {}},
};

std::optional<Action> action_of(Bytes word) {
  for (const ActionFlag& row : kActions) {
    if (row.flag == word) return row.action;
  }
  return std::nullopt;
}

struct Flag {
  std::string name;  // without its dashes
  std::vector<std::string> values;
};

// Sorts the words as redis-server 7 does: what follows `--name` is its value even if it begins with
// dashes; more values end at the next flag; `"--name value"` may be one word, and the dashes of the
// first flag may be missing. `--name=value` and flags before the file are ours.
class WordSorter {
 public:
  std::optional<Action> action;
  std::string file;
  bool from_stdin = false;
  std::vector<Flag> flags;
  std::vector<std::string> problems;

  void sort(std::span<const char* const> words) {
    for (size_t i = 0; i < words.size(); i++) {
      const bool last = i + 1 == words.size();
      take(words[i], last, !last && Bytes(words[i + 1]).starts_with("--"));
    }
  }

 private:
  bool value_follows_ = false;  // the last word was a bare --name
  bool open_ = false;           // the last flag takes more values

  void take(Bytes word, bool last, bool flag_follows) {
    if (word == "-" && last) {
      from_stdin = true;
    } else if (value_follows_) {
      value_follows_ = false;
      open_ = true;
      flags.back().values.emplace_back(word);
    } else if (const auto asked = action_of(word)) {
      if (!action || *asked == Action::kHelp) action = asked;
      open_ = false;
    } else if (word.starts_with("--")) {
      begin_flag(word.substr(2), last || flag_follows);
    } else if (open_) {
      flags.back().values.emplace_back(word);
    } else {
      take_bare(word, last || flag_follows);
    }
  }

  void begin_flag(Bytes word, bool no_value_follows) {
    const size_t end = word.find_first_of(" \t=");
    flags.push_back({std::string(word.substr(0, end)), {}});
    if (end == Bytes::npos) {
      // Redis: a bare --save is --save "".
      const bool empty_save = no_value_follows && equal_ignore_case(word, "save");
      if (empty_save) flags.back().values.emplace_back();
      value_follows_ = !empty_save;
      open_ = empty_save;
    } else if (word[end] == '=') {
      open_ = false;
      flags.back().values.emplace_back(word.substr(end + 1));
    } else {
      open_ = true;
      auto values = split_quoted(word.substr(end));
      if (values) {
        flags.back().values = std::move(*values);
      } else {
        problems.push_back("--" + std::string(word) + ": the quotes do not balance");
        flags.pop_back();
        open_ = false;
      }
    }
  }

  void take_bare(Bytes word, bool no_value_follows) {
    if (word == "-") {
      from_stdin = true;
    } else if (file.empty() && !word.empty() && word[0] != '-') {
      file = word;
    } else if (flags.empty() && find_option(word) != nullptr) {
      begin_flag(word, no_value_follows);
    } else if (word.empty()) {
      problems.emplace_back("the name of the configuration file is empty");
    } else if (word[0] == '-') {
      problems.push_back("'" + std::string(word) + "' is no option: they begin with two dashes");
    } else {
      problems.push_back("'" + std::string(word) + "': there is a configuration file already, " +
                         file);
    }
  }
};

void apply(const Flag& flag, ConfigReading& reading) {
  const std::string written = "--" + flag.name;
  bool ignored = false;
  if (const Option* option = find_option(flag.name)) {
    set_from_words(*option, flag.name, flag.values, "--", reading);
  } else if (equal_ignore_case(flag.name, "include") && flag.values.size() == 1) {
    read_config_file(reading.path(flag.values[0]), reading, written + ": ");
  } else if (const Bytes refused = directive_refused(flag.name, &ignored); !refused.empty()) {
    reading.problems.push_back(written + ": is refused: " + std::string(refused));
  } else if (!ignored) {
    const std::string near = nearest_option(flag.name);
    reading.problems.push_back("unknown option " + written +
                               (near.empty()
                                    ? "; --help lists them all"
                                    : ": did you mean --" + near.substr(near.find('.') + 1) + "?"));
  }
}

void check_whole(ConfigReading& reading) {
  reading.finish();
  const Options& options = reading.options;
  if (options.port == 0 && options.unixsocket.empty()) {
    reading.problems.emplace_back("port is 0 and there is no unixsocket: nobody could connect");
  }
  struct stat about {};
  if (options.dir.empty()) return;
  const bool found = stat(reading.path(options.dir).c_str(), &about) == 0;
  if (!found || !S_ISDIR(about.st_mode)) {
    reading.problems.push_back("dir " + options.dir + ": " +
                               (found ? "is no folder" : strerror(errno)));
  }
}

std::string current_folder() {
  char path[PATH_MAX];
  return getcwd(path, sizeof path) != nullptr ? path : "";
}

}  // namespace

std::span<const ActionFlag> action_flags() { return kActions; }

Result<CommandLine> parse_command_line(std::span<const char* const> words) {
  WordSorter sorted;
  sorted.sort(words);
  CommandLine line;
  line.action = sorted.action.value_or(Action::kRun);
  if (line.action != Action::kRun && line.action != Action::kCheckConfig) return line;
  ConfigReading reading;
  reading.folder = current_folder();
  reading.problems = std::move(sorted.problems);
  line.source.folder = reading.folder;
  if (!sorted.file.empty()) {
    line.source.path = reading.path(sorted.file);
    read_config_file(sorted.file, reading);
  }
  if (sorted.from_stdin) read_config_stdin(reading);
  for (const Flag& flag : sorted.flags) apply(flag, reading);
  check_whole(reading);
  if (!reading.problems.empty()) return Error{reading.problem_text()};
  line.options = std::move(reading.options);
  line.notes = std::move(reading.notes);
  return line;
}

}  // namespace cobnut
