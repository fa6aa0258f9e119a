#include "config/reference.h"

#include <algorithm>

#include "config/flags.h"
#include "config/option_table.h"
#include "config/toml.h"

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

std::string allowed_and_when(const Option& option) {
  std::string text = option.is_bool() ? "true or false" : option_allowed(option);
  text[0] = static_cast<char>(text[0] >= 'a' && text[0] <= 'z' ? text[0] - 'a' + 'A' : text[0]);
  return text + ". " + (option.runtime ? "CONFIG SET may change it." : "Read at start only.");
}

}  // namespace

std::string option_doc(const Option& option) {
  std::string text(option.doc);
  if (!option.missing.empty())
    text += (text.empty() ? "" : " ") + ("No effect: " + std::string(option.missing) + ".");
  if (!option.refused.empty())
    text += (text.empty() ? "" : " ") + ("Only the default: " + std::string(option.refused) + ".");
  return text;
}

std::string reference_toml() {
  std::string out =
      "# Every option of Cobnut with its default. Generated from the option table (make docs): do "
      "not edit.\n"
      "# redis.conf files, command-line flags and CONFIG GET use the same names without the table: "
      "--port 7000.\n"
      "# A flag goes before the file, the file before the default.\n";
  Bytes table;
  std::string doc;
  for (const Option& option : option_table()) {
    if (option.hidden) continue;
    if (option.table != table) out += "\n[" + std::string(option.table) + "]\n";
    const bool repeated = option.table == table && option.doc.empty() && option_doc(option) == doc;
    table = option.table;
    doc = option_doc(option);
    if (!repeated) {
      out += "\n";
      wrap(out, "# ", doc);
    }
    if (!option.doc.empty()) wrap(out, "# ", allowed_and_when(option));
    out += std::string(option.name) + " = " + toml_value(Options{}, option) + "\n";
  }
  return out;
}

std::string default_text(const Option& option) {
  const std::string text = toml_value(Options{}, option);
  const bool bare = option.unit == OptionUnit::kMemory && text.starts_with('"');
  const std::string shown = bare ? text.substr(1, text.size() - 2) : option_text(Options{}, option);
  return shown.empty() ? "empty" : shown;
}

std::string help_text() {
  std::string out =
      "Usage: cobnut [FILE] [--OPTION VALUE ...] [-]\n"
      "A cache server that speaks Redis's protocol. FILE is TOML (conf/reference.toml) or in the "
      "syntax of redis.conf;\n"
      "- reads one from stdin. Flags go before the file, the file before the defaults.\n\n";
  for (const ActionFlag& action : action_flags()) {
    if (action.doc.empty()) continue;
    std::string flag(action.flag);
    flag.resize(std::max<size_t>(flag.size(), 24), ' ');
    out += "  " + flag + "  " + std::string(action.doc) + "\n";
  }
  Bytes table;
  std::string doc;
  for (const Option& option : option_table()) {
    if (option.hidden) continue;
    if (option.table != table) out += "\n" + std::string(option.table) + "\n";
    const bool repeated = option.table == table && option.doc.empty() && option_doc(option) == doc;
    table = option.table;
    doc = option_doc(option);
    wrap(out, "  ", "--" + std::string(option.name) + "  (default: " + default_text(option) + ")");
    if (!repeated) wrap(out, "      ", doc);
    if (!option.doc.empty()) wrap(out, "      ", "Value: " + option_allowed(option) + ".");
  }
  return out;
}

}  // namespace cobnut
