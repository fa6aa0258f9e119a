#include "config/reference.h"

#include <algorithm>

#include "base/numbers.h"
#include "config/option_table.h"

namespace cobnut {
namespace {

constexpr size_t kColumns = 100;

// Appends words, broken into lines that each begin with `prefix`.
void wrap(std::string& out, Bytes prefix, Bytes text) {
  std::string line(prefix);
  while (!text.empty()) {
    const Bytes word = text.substr(0, text.find(' '));
    if (line.size() + 1 + word.size() > kColumns) {
      out += line + "\n";
      line = prefix;
    }
    if (line.size() > prefix.size()) line += ' ';
    line += word;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  out += line + "\n";
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

// The default as a person would write it on the command line.
std::string default_text(const Option& option) {
  const std::string text = option_text(Options{}, option);
  return option.unit == OptionUnit::kMemory ? size_text(parse_uint(text).value_or(0)) : text;
}

std::string quoted(Bytes text) { return '"' + std::string(text) + '"'; }

std::string toml_value(const Option& option) {
  const std::string text = default_text(option);
  if (option.is_bool()) return text == "yes" ? "true" : "false";
  if (option.is_list()) {
    std::string list;
    for (Bytes rest = text; !rest.empty();) {
      const Bytes word = rest.substr(0, rest.find(' '));
      list += (list.empty() ? "" : ", ") + quoted(word);
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
    return "[" + list + "]";
  }
  const bool bare = option.is_number() && text.find_first_not_of("0123456789-") == Bytes::npos;
  return bare ? text : quoted(text);
}

std::string allowed_and_when(const Option& option) {
  std::string text = option.is_bool() ? "true or false" : option_allowed(option);
  text[0] = static_cast<char>(text[0] >= 'a' && text[0] <= 'z' ? text[0] - 'a' + 'A' : text[0]);
  return text + ". " + (option.runtime ? "CONFIG SET may change it." : "Read at start only.");
}

}  // namespace

std::string reference_toml() {
  std::string out =
      "# Every option of Cobnut with its default. Generated from the option table (make docs): do "
      "not edit.\n"
      "# Command-line flags and CONFIG GET use the same names without the table: --port 7000. A "
      "flag goes\n"
      "# before the file, the file before the default.\n";
  Bytes table;
  for (const Option& option : option_table()) {
    if (option.table != table) out += "\n[" + std::string(option.table) + "]\n";
    table = option.table;
    out += "\n";
    wrap(out, "# ", option.doc);
    wrap(out, "# ", allowed_and_when(option));
    out += std::string(option.name) + " = " + toml_value(option) + "\n";
  }
  return out;
}

std::string help_text() {
  std::string out =
      "Usage: cobnut [FILE.toml] [--OPTION VALUE ...]\n"
      "A cache server that speaks Redis's protocol. Flags go before the file, the file before the "
      "defaults.\n\n"
      "  -h, --help                  this text\n"
      "  -v, --version               the version\n"
      "  --check-config              read the file and the flags, say what is wrong, do not start\n"
      "  --print-reference-config    conf/reference.toml: every option with its default\n";
  Bytes table;
  for (const Option& option : option_table()) {
    if (option.table != table) out += "\n" + std::string(option.table) + "\n";
    table = option.table;
    std::string value = default_text(option);
    if (value.empty()) value = "empty";
    wrap(out, "  ", "--" + std::string(option.name) + "  (default: " + value + ")");
    wrap(out, "      ", option.doc);
    wrap(out, "      ", "Value: " + option_allowed(option) + ".");
  }
  return out;
}

}  // namespace cobnut
