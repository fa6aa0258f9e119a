#include "config/redis_conf.h"

#include <glob.h>

#include <algorithm>

#include "base/numbers.h"
#include "base/quoting.h"
#include "base/text.h"
#include "config/config_file.h"

namespace cobnut {
namespace {

constexpr int kIncludesMax = 16;  // files that include each other in a circle end here

Bytes trimmed(Bytes line) {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

void include(const std::string& name, const std::string& where, ConfigReading& reading) {
  if (reading.depth >= kIncludesMax) {
    reading.problems.push_back(where + "include " + name + ": files include each other more than " +
                               std::to_string(kIncludesMax) + " deep");
    return;
  }
  std::vector<std::string> paths;
  const std::string path = reading.path(name);
  if (name.find_first_of("*?[") == std::string::npos) {
    paths.push_back(path);
  } else {  // sorted; a glob may find nothing, as on Redis
    glob_t found{};
    if (glob(path.c_str(), 0, nullptr, &found) == 0)
      paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
  }
  reading.depth++;
  for (const std::string& file : paths) read_config_file(file, reading, where);
  reading.depth--;
}

void read_line(Bytes line, const std::string& where, ConfigReading& reading) {
  const auto split = split_quoted(line);
  if (!split) {
    reading.problems.push_back(where + std::string(line) + ": the quotes do not balance");
    return;
  }
  if (split->empty()) return;
  const std::string name = to_lower(split->front());
  const std::vector<std::string> values(split->begin() + 1, split->end());
  bool ignored = false;
  if (name == "include" && values.size() == 1) return include(values[0], where, reading);
  const Option* option = find_option(name);
  if (option != nullptr) {
    set_from_words(*option, name, values, where, reading);
  } else if (const Bytes refused = directive_refused(name, &ignored); !refused.empty()) {
    reading.problems.push_back(where + name + ": is refused: " + std::string(refused));
  } else if (name == "include") {
    reading.problems.push_back(where + name + ": takes one value: a file, or a pattern with *");
  } else if (!ignored) {
    reading.problems.push_back(where + "unknown option " + name + did_you_mean(name, false));
  }
}

// "100mb" where that is exact, as Redis writes sizes.
std::string memory_text(Bytes digits) {
  const uint64_t bytes = parse_uint(digits).value_or(0);
  for (const auto& [name, shift] :
       {std::pair("gb", 30), std::pair("mb", 20), std::pair("kb", 10)}) {
    if (bytes != 0 && bytes % (1ull << shift) == 0) return std::to_string(bytes >> shift) + name;
  }
  return std::string(digits);
}

}  // namespace

void set_from_words(const Option& option, const std::string& name,
                    const std::vector<std::string>& values, const std::string& where,
                    ConfigReading& reading) {
  const std::string text = join(values, " ");
  const std::string shown = option.secret && !text.empty() ? "(hidden)" : text;
  const std::string origin = where + name + (shown.empty() ? "" : " " + shown);
  if (values.empty()) {
    reading.problems.push_back(origin + " needs a value: " + option_allowed(option));
  } else if (values.size() > 1 && !option.words) {
    reading.problems.push_back(origin + ": takes one value");
  } else {
    reading.set(option, text, origin);
  }
}

void read_redis_conf(Bytes text, const std::string& path, ConfigReading& reading) {
  for (size_t number = 1; !text.empty(); number++) {
    const size_t end = std::min(text.find('\n'), text.size());
    const Bytes line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line[0] != '#')
      read_line(line, path + ":" + std::to_string(number) + ": ", reading);
  }
}

const Option* redis_conf_option(Bytes line) {
  line = trimmed(line);
  if (line.empty() || line[0] == '#') return nullptr;
  const auto words = split_quoted(line);
  return words && !words->empty() ? find_option(words->front()) : nullptr;
}

std::string redis_conf_line(const Options& options, const Option& option) {
  const std::string name(option.name), text = option_text(options, option);
  if (option.is_limit()) {
    std::string lines;
    const std::vector<std::string> words = split_words(text);
    for (size_t i = 0; i + 3 < words.size(); i += 4) {
      lines += (lines.empty() ? "" : "\n") + name + " " + words[i] + " " +
               memory_text(words[i + 1]) + " " + memory_text(words[i + 2]) + " " + words[i + 3];
    }
    return lines;
  }
  if (option.unit == OptionUnit::kMemory) return name + " " + memory_text(text);
  const bool is_text = std::holds_alternative<std::string Options::*>(option.field) ||
                       option.is_stored(StoredKind::kText);
  const bool bare = !text.empty() && (option.words || !is_text || !option.names.empty());
  return name + " " + (bare ? text : quoted(text));
}

}  // namespace cobnut
