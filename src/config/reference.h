// Texts that the option table generates.
#pragma once

#include <string>

namespace cobnut {

std::string reference_toml();  // conf/reference.toml: every option with its default
std::string help_text();       // --help

}  // namespace cobnut
