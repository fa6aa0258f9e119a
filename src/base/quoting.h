// Words and quotes as redis.conf and inline requests write them: in double quotes there are the
// escapes n, r, t, b, a and xHH behind a backslash, which else stands for what follows it; in
// single quotes only a quote is escaped. Any thread, no state. Source: how redis-server 7.0.15
// reads both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace cobnut {

inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }  // as isspace(3)

// Decodes the quoted part that begins behind its opening quote at `from` to `to`, which has room
// for as many bytes. Returns what follows the closing quote; nullptr: there is none, or what
// follows is not a space or the end.
const char* decode_quoted(char quote, const char* from, const char* end, char** to);

// The words of a line, decoded; nullopt: unbalanced quotes.
std::optional<std::vector<std::string>> split_quoted(Bytes line);

std::string quoted(Bytes text);  // in double quotes, so that split_quoted() reads it back

}  // namespace cobnut
