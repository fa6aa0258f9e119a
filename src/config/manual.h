// More texts that the option table generates, for conf/ and redis-compat/ (tools/docs). Pure.
#pragma once

#include <string>

namespace cobnut {

std::string manual_page();             // conf/cobnut.1, troff
std::string bash_completion();         // conf/cobnut.bash
std::string options_without_effect();  // the table of redis-compat/DEVIATIONS.md, Markdown

}  // namespace cobnut
