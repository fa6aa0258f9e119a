#include "commands/command_reference.h"

#include <map>
#include <vector>

#include "base/text.h"
#include "command/table.h"
#include "commands/families.h"

namespace cobnut {
namespace {

std::string reference_of(const CommandSpec& spec) {
  std::string text = "`" + to_upper(spec.name) + "`";
  if (spec.subcommands.empty()) return text;
  std::string names;
  for (const CommandSpec& subcommand : spec.subcommands) {
    if (!names.empty()) names += ", ";
    names += to_upper(subcommand.name.substr(spec.name.size() + 1));
  }
  return text + " (" + names + ")";
}

}  // namespace

std::string command_table_markdown() {
  const CommandTable table(command_families());
  std::map<std::string_view, std::vector<const CommandSpec*>> groups;
  for (const CommandSpec* spec : table.all()) groups[spec->group].push_back(spec);
  std::string text = "| group | commands |\n|---|---|\n";
  for (const auto& [group, specs] : groups) {
    text += "| " + std::string(group) + " | ";
    for (const CommandSpec* spec : specs) {
      if (spec != specs.front()) text += ", ";
      text += reference_of(*spec);
    }
    text += " |\n";
  }
  return text;
}

}  // namespace cobnut
