// The only file that includes toml++: it is large, and built here without exceptions.
#include "config/toml.h"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/numbers.h"
#include "config/option_table.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace cobnut {
namespace {

// toml++ gives a table's keys in the order of their names: problems are told in that of the lines.
struct Problems {
  const std::string& path;
  std::vector<std::pair<uint32_t, std::string>> found;  // line, text

  std::string place(const toml::source_region& where) const {
    return path + ":" + std::to_string(where.begin.line) + ": ";
  }
  void add(const toml::source_region& where, const std::string& text) {
    found.emplace_back(where.begin.line, place(where) + text);
  }
  void move_to(ConfigReading& reading) {
    std::ranges::stable_sort(found, {}, &std::pair<uint32_t, std::string>::first);
    for (auto& [line, what] : found) reading.problems.push_back(std::move(what));
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
                const toml::node& node, ConfigReading& reading, Problems& problems) {
  const std::string name = std::string(table) + "." + std::string(key);
  const Option* option = find_option(view(key));
  if (option == nullptr || option->full_name() != name) {
    return problems.add(where, "unknown option " + name + did_you_mean(name, true));
  }
  const std::optional<std::string> text = redis_text(*option, node);
  const std::string given = name + " = " + (option->secret ? "(hidden)" : shown(node));
  if (!text) {
    const bool bad_item = option->is_list() && node.is_array();
    problems.add(where, given + ": must be " + toml_allowed(*option) +
                            (bad_item ? "" : ", not " + type_name(node)));
    return;
  }
  const size_t before = reading.problems.size();
  reading.set(*option, *text, problems.place(where) + given);
  if (reading.problems.size() == before) return;
  problems.found.emplace_back(where.begin.line, std::move(reading.problems.back()));
  reading.problems.pop_back();
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

void read_root(const toml::table& root, ConfigReading& reading, Problems& problems) {
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
      problems.add(key.source(), "option " + std::string(name) + " is in no table" +
                                     did_you_mean(view(name), true));
    } else {
      for (const auto& [inner, value] : *table)
        read_value(name, inner.str(), inner.source(), value, reading, problems);
    }
  }
}

// "512mb" where that is exact.
std::string size_text(uint64_t bytes) {
  struct Unit {
    Bytes name;
    uint64_t bytes;
  };
  constexpr Unit kUnits[] = {{"gb", 1 << 30}, {"mb", 1 << 20}, {"kb", 1 << 10}};
  for (const Unit& unit : kUnits) {
    if (bytes != 0 && bytes % unit.bytes == 0)
      return std::to_string(bytes / unit.bytes) + std::string(unit.name);
  }
  return std::to_string(bytes);
}

std::string toml_string(Bytes text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char code[8];
      snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      out += code;
    } else {
      out += c;
    }
  }
  return out += '"';
}

// Where a position of toml++ is in the text. Columns count code points, from 1.
size_t offset_of(Bytes text, const toml::source_position& position) {
  size_t at = 0;
  for (uint32_t line = 1; line < position.line && at < text.size(); line++)
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  for (uint32_t column = 1; column < position.column && at < text.size(); column++) {
    at++;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) at++;
  }
  return at;
}

// One value of the text, and what stands there instead.
struct Edit {
  size_t begin, end;
  std::string value;
};

void edit_value(Bytes text, const Option& option, const toml::node& node, const Options& options,
                std::vector<Edit>& edits) {
  const std::optional<std::string> written = redis_text(option, node);
  Options read;
  if (written) set_option_text(read, option, *written);
  if (written && option_text(read, option) == option_text(options, option)) return;
  edits.push_back({offset_of(text, node.source().begin), offset_of(text, node.source().end),
                   toml_value(options, option)});
}

}  // namespace

std::string toml_value(const Options& options, const Option& option) {
  const std::string text = option_text(options, option);
  if (option.is_bool()) return text == "yes" ? "true" : "false";
  if (option.is_list()) {
    std::string list;
    for (const std::string& word : split_words(text))
      list += (list.empty() ? "" : ", ") + toml_string(word);
    return "[" + list + "]";
  }
  const std::string shown =
      option.unit == OptionUnit::kMemory ? size_text(parse_uint(text).value_or(0)) : text;
  const bool bare = option.is_number() && shown.find_first_not_of("0123456789-") == Bytes::npos;
  return bare ? shown : toml_string(shown);
}

void read_toml(Bytes text, const std::string& path, ConfigReading& reading) {
  Problems problems{path, {}};
  const toml::parse_result parsed = toml::parse(text);
  if (parsed)
    read_root(parsed.table(), reading, problems);
  else
    problems.add(parsed.error().source(), "not TOML: " + std::string(parsed.error().description()));
  problems.move_to(reading);
}

std::string replace_toml_values(Bytes text, const Options& options) {
  const toml::parse_result parsed = toml::parse(text);
  std::vector<Edit> edits;
  if (!parsed) return std::string(text);
  for (const auto& [key, node] : parsed.table()) {
    const toml::table* table = node.as_table();
    if (table == nullptr) continue;
    for (const auto& [inner, value] : *table) {
      const Option* option = find_option(view(inner.str()));
      if (option != nullptr) edit_value(text, *option, value, options, edits);
    }
  }
  std::ranges::sort(edits, {}, &Edit::begin);
  std::string out;
  size_t at = 0;
  for (const Edit& edit : edits) {
    CHECK(edit.begin >= at && edit.end >= edit.begin && edit.end <= text.size());
    (out += text.substr(at, edit.begin - at)) += edit.value;
    at = edit.end;
  }
  return out += text.substr(at);
}

}  // namespace cobnut
