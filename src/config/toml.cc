// The only file that includes toml++: it is large, and built here without exceptions.
#include "config/toml.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/numbers.h"
#include "config/option_table.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace cobnut {
namespace {

constexpr size_t kFileMax = 1 << 20;  // bytes; a file beyond is not a configuration

struct Problems {
  const std::string& path;
  std::vector<std::pair<uint32_t, std::string>> found;  // line, text

  void add(const toml::source_region& where, std::string text) {
    found.emplace_back(where.begin.line, std::move(text));
  }
  std::string text() {
    std::ranges::stable_sort(found, {}, &std::pair<uint32_t, std::string>::first);
    std::string all;
    for (const auto& [line, what] : found) {
      if (!all.empty()) all += '\n';
      all += path + ":" + std::to_string(line) + ": " + what;
    }
    return all;
  }
};

Bytes view(std::string_view text) { return text; }

std::string type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a point";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

// The value as it might stand in the file, for messages.
std::string shown(const toml::node& node) {
  if (const auto* text = node.as_string()) return '"' + text->get() + '"';
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* yes = node.as_boolean()) return yes->get() ? "true" : "false";
  if (const auto* real = node.as_floating_point()) return format_double(real->get());
  if (const auto* array = node.as_array()) {
    std::string items;
    for (const toml::node& item : *array) (items += items.empty() ? "" : ", ") += shown(item);
    return "[" + items + "]";
  }
  return type_name(node);
}

std::optional<std::string> list_text(const toml::array& array) {
  std::vector<std::string> words;
  for (const toml::node& node : array) {
    const auto* text = node.as_string();
    if (text == nullptr) return std::nullopt;
    words.push_back(text->get());
  }
  return join(words, " ");
}

// The value as redis.conf writes it; nullopt: not of the option's type.
std::optional<std::string> redis_text(const Option& option, const toml::node& node) {
  if (const auto* yes = node.as_boolean()) {
    if (!option.is_bool()) return std::nullopt;
    return yes->get() ? "yes" : "no";
  }
  if (const auto* number = node.as_integer()) {
    if (!option.is_number()) return std::nullopt;
    return std::to_string(number->get());
  }
  if (const auto* text = node.as_string()) {
    const bool quoted =
        !option.is_bool() && (!option.is_number() || option.unit == OptionUnit::kMemory);
    return quoted ? std::optional(text->get()) : std::nullopt;
  }
  if (const auto* array = node.as_array()) {
    return option.is_list() ? list_text(*array) : std::nullopt;
  }
  return std::nullopt;
}

std::string toml_allowed(const Option& option) {
  if (option.is_bool()) return "true or false";
  if (option.is_list()) return "an array of strings";
  if (option.is_number()) return option_allowed(option);
  return "a string: " + option_allowed(option);
}

void read_value(Bytes table, std::string_view key, const toml::source_region& where,
                const toml::node& node, Options& options, Problems& problems) {
  const std::string name = std::string(table) + "." + std::string(key);
  const Option* option = find_option(view(key));
  if (option == nullptr || option->full_name() != name) {
    const std::string near = nearest_option(name);
    problems.add(where,
                 "unknown option " + name + (near.empty() ? "" : ": did you mean " + near + "?"));
    return;
  }
  const std::optional<std::string> text = redis_text(*option, node);
  const std::string given = name + " = " + (option->secret ? "(hidden)" : shown(node));
  if (!text) {
    const bool bad_item = option->is_list() && node.is_array();
    problems.add(where, given + ": must be " + toml_allowed(*option) +
                            (bad_item ? "" : ", not " + type_name(node)));
    return;
  }
  if (const auto wrong = set_option_text(options, *option, *text))
    problems.add(where, given + ": " + wrong->friendly);
}

bool is_table(std::string_view name) {
  return std::ranges::any_of(option_table(), [&](const Option& o) { return o.table == name; });
}

std::string table_names() {
  std::string names;
  Bytes last;
  for (const Option& option : option_table()) {
    if (option.table != last)
      (names += names.empty() ? "[" : " [") += std::string(option.table) + "]";
    last = option.table;
  }
  return names;
}

void read_root(const toml::table& root, Options& options, Problems& problems) {
  for (const auto& [key, node] : root) {
    const std::string_view name = key.str();
    const toml::table* table = node.as_table();
    const bool many = node.is_array_of_tables();
    if ((table != nullptr || many) && !is_table(name)) {
      problems.add(key.source(),
                   "unknown table [" + std::string(name) + "]: there are " + table_names());
    } else if (many) {
      problems.add(key.source(),
                   "[[" + std::string(name) + "]]: write it once, as [" + std::string(name) + "]");
    } else if (table == nullptr) {
      const std::string near = nearest_option(view(name));
      problems.add(key.source(), "option " + std::string(name) + " is in no table" +
                                     (near.empty() ? "" : ": did you mean " + near + "?"));
    } else {
      for (const auto& [inner, value] : *table)
        read_value(name, inner.str(), inner.source(), value, options, problems);
    }
  }
}

}  // namespace

Status parse_toml(Bytes text, const std::string& path, Options& options) {
  Problems problems{path, {}};
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    problems.add(parsed.error().source(), "not TOML: " + std::string(parsed.error().description()));
    return Error{problems.text()};
  }
  Options changed = options;
  read_root(parsed.table(), changed, problems);
  if (!problems.found.empty()) return Error{problems.text()};
  options = std::move(changed);
  return Ok{};
}

Status load_toml(const std::string& path, Options& options) {
  const std::string what = "cannot read the configuration file '" + path + "': ";
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "rb"), fclose);
  if (file == nullptr) return Error{what + strerror(errno)};
  std::string text(kFileMax + 1, '\0');
  text.resize(fread(text.data(), 1, text.size(), file.get()));
  if (ferror(file.get())) return Error{what + strerror(errno)};
  if (text.size() > kFileMax) return Error{what + "larger than 1 MiB"};
  return parse_toml(text, path, options);
}

}  // namespace cobnut
