// COMMAND DOCS: what rows tell readers, in the form from which redis-cli makes its hints.
#pragma once

#include <span>

#include "command/command.h"

namespace cobnut {

// A map from their names to their documents.
void reply_docs(Reply& reply, std::span<const CommandSpec* const> specs);

}  // namespace cobnut
