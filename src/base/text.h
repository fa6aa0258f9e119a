// Small text tools that several folders need. Any thread, no state.
#pragma once

#include <string>

#include "base/bytes.h"

namespace cobnut {

// Redis's glob: * ? [a-z] [^a] and \ as escape (KEYS, SCAN MATCH, CONFIG GET, COMMAND LIST FILTERBY
// PATTERN).
bool glob_match(Bytes pattern, Bytes text, bool ignore_case = false);
bool equal_ignore_case(Bytes a, Bytes b);  // ASCII only
std::string to_lower(Bytes text);
std::string to_upper(Bytes text);
// In double quotes, with \n \r \t \a \b \" \\ and \xNN for what does not print: MONITOR, redis-cli.
void append_quoted(std::string& to, Bytes text);

}  // namespace cobnut
