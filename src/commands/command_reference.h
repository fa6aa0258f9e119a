// The README's table of commands, from the rows.
#pragma once

#include <string>

namespace cobnut {

// Markdown: a line for each group of commands, subcommands in parentheses.
std::string command_table_markdown();

}  // namespace cobnut
