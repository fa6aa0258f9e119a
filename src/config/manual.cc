#include "config/manual.h"

#include <vector>

#include "config/flags.h"
#include "config/option_table.h"
#include "config/reference.h"

namespace cobnut {
namespace {

// Text for troff: no line begins with a dot, no dash becomes a hyphen.
std::string troff(Bytes text) {
  std::string out;
  for (const char c : text) {
    if (out.empty() && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

std::vector<std::string> names_of(const Option& option) {
  std::vector<std::string> names{std::string(option.name)};
  if (!option.alias.empty()) names.emplace_back(option.alias);
  return names;
}

}  // namespace

std::string manual_page() {
  std::string out =
      ".\\\" Generated from the option table (make docs): do not edit.\n"
      ".TH COBNUT 1\n"
      ".SH NAME\ncobnut \\- a cache server that speaks the Redis protocol\n"
      ".SH SYNOPSIS\n.B cobnut\n[\\fIFILE\\fR] [\\fB\\-\\-\\fIOPTION VALUE\\fR ...] [\\fB\\-\\fR]\n"
      ".SH DESCRIPTION\n"
      "\\fIFILE\\fR is TOML when its name ends in .toml or it begins with a table, and in the "
      "syntax\n"
      "of redis.conf otherwise. \\fB\\-\\fR reads one from standard input. Flags go before "
      "standard\n"
      "input, that before the file, the file before the defaults. A flag that is given twice "
      "counts\n"
      "as last given. The server runs in the foreground unless \\fBdaemonize\\fR is set.\n"
      ".SH SIGNALS\n"
      ".TP\n.B SIGTERM, SIGINT\nStop: clients get the replies that they are owed.\n"
      ".TP\n.B SIGHUP\nOpen the log file again, for log rotation.\n"
      ".SH FLAGS\n";
  for (const ActionFlag& action : action_flags()) {
    if (action.doc.empty()) continue;
    out += ".TP\n.B " + troff(action.flag) + "\n" + troff(action.doc) + "\n";
  }
  out += ".SH OPTIONS\n";
  Bytes table;
  for (const Option& option : option_table()) {
    if (option.hidden) continue;
    if (option.table != table) out += ".SS " + std::string(option.table) + "\n";
    table = option.table;
    out += ".TP\n.B \\-\\-" + troff(option.name) + "\n" + troff(option_doc(option)) + "\n";
    if (!option.doc.empty()) out += "Value: " + troff(option_allowed(option)) + ".\n";
    out += "Default: " + troff(default_text(option)) + ".\n";
  }
  return out + ".SH SEE ALSO\n.BR redis\\-cli (1)\n";
}

std::string bash_completion() {
  std::string flags, values;
  for (const ActionFlag& action : action_flags()) {
    if (!action.doc.empty()) flags += "  " + std::string(action.flag) + "\n";
  }
  for (const Option& option : option_table()) {
    if (option.hidden) continue;
    for (const std::string& name : names_of(option)) {
      flags += "  --" + name + "\n";
      std::string words = option.is_bool() ? "yes no" : "";
      for (const Bytes word : option.names) (words += words.empty() ? "" : " ") += word;
      if (!words.empty())
        values.append("    --").append(name).append(") words=\"").append(words).append("\" ;;\n");
    }
  }
  return "# Completion of cobnut's flags for bash. Generated from the option table (make docs): do "
         "not edit.\n"
         "_cobnut_flags=\"\n" +
         flags +
         "\"\n\n"
         "_cobnut() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=\n"
         "  case $previous in\n" +
         values +
         "  esac\n"
         "  [[ $current == -* ]] && words=$_cobnut_flags\n"
         "  if [[ -n $words ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
         "  else\n"
         "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
         "  fi\n"
         "}\n"
         "complete -o filenames -F _cobnut cobnut\n";
}

std::string options_without_effect() {
  std::string out = "| option | here |\n|---|---|\n";
  for (const Option& option : option_table()) {
    if (option.missing.empty() && option.refused.empty()) continue;
    std::string names;
    for (const std::string& name : names_of(option))
      names += (names.empty() ? "`" : ", `") + name + "`";
    const bool refused = !option.refused.empty();
    out += "| " + names + " | " + (refused ? "only the default: " : "no effect: ") +
           std::string(refused ? option.refused : option.missing) + " |\n";
  }
  return out;
}

}  // namespace cobnut
