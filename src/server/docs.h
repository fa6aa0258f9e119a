// Texts for people that are made from the tables: the README's list of commands.
#pragma once

#include <span>
#include <string>

#include "command/command.h"

namespace cobnut {

// A Markdown table with one line a group: its commands, sorted by name.
std::string command_table_markdown(std::span<const std::span<const CommandSpec>> families);

}  // namespace cobnut
