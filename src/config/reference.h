// Texts that the option table generates. Pure.
#pragma once

#include <string>

#include "config/option_table.h"

namespace cobnut {

std::string reference_toml();  // conf/reference.toml: every option with its default
std::string help_text();       // --help

std::string option_doc(const Option& option);    // sentences: what it does, or why it does nothing
std::string default_text(const Option& option);  // as a person would write it; "empty"

}  // namespace cobnut
