#include "server/docs.h"

#include <map>
#include <set>

#include "base/text.h"

namespace cobnut {

std::string command_table_markdown(std::span<const std::span<const CommandSpec>> families) {
  std::map<std::string, std::set<std::string>> groups;
  size_t total = 0;
  for (const auto& family : families) {
    for (const CommandSpec& spec : family) {
      total++;
      std::string name = to_upper(spec.name);
      std::string subcommands;
      for (const CommandSpec& sub : spec.subcommands) {
        subcommands += (subcommands.empty() ? "" : " ") + to_upper(sub.name.substr(spec.name.size() + 1));
      }
      if (!subcommands.empty()) name += " (" + subcommands + ")";
      groups[std::string(spec.group)].insert(name);
    }
  }
  std::string text = "| group | commands (" + std::to_string(total) + ") |\n|---|---|\n";
  for (const auto& [group, names] : groups) {
    text += "| " + group + " |";
    for (const std::string& name : names) text += (&name == &*names.begin() ? " " : ", ") + name;
    text += " |\n";
  }
  return text;
}

}  // namespace cobnut
