// What follows from a command's row beside its behaviour, by Redis 7.0's rules and in its order:
// the names of its flags, its ACL categories, its key specifications. COMMAND INFO and the README's
// table print them. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "command/command.h"

namespace cobnut {

std::vector<std::string_view> flag_names(const CommandSpec& spec);

// "keyspace", "read", ...: all that there are.
std::span<const std::string_view> acl_categories();
// Those of one command, without the '@'.
std::vector<std::string_view> acl_categories(const CommandSpec& spec);

// Its key specifications: key_uses, or else the one that keys and key_flags give.
std::vector<KeyUse> key_uses(const CommandSpec& spec);

// Words apart by single blanks: key_flags, tips.
std::vector<std::string_view> words_of(std::string_view text);

}  // namespace cobnut
