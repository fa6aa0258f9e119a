// Numbers to and from text, as Redis reads and writes them. Any thread, no allocation except where
// a string is returned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace cobnut {

// Strict decimal: no spaces, no '+', no leading zeros, "-0" refused; exactly what Redis encodes as
// an integer.
std::optional<int64_t> parse_int(Bytes text);
std::optional<uint64_t> parse_uint(Bytes text);
// A double as Redis takes it (strtod of the whole text, inf allowed, nan, spaces and empty
// refused).
std::optional<double> parse_double(Bytes text);
// The same for INCRBYFLOAT's long double.
std::optional<long double> parse_long_double(Bytes text);

constexpr size_t kIntTextMax = 20;  // "-9223372036854775808"
// Writes the decimal text without a terminating zero; returns its length.
size_t format_int(int64_t value, char* out);
size_t format_uint(uint64_t value, char* out);
std::string to_text(int64_t value);
// 17 significant digits as Redis's INCRBYFLOAT writes them: fixed notation, trailing zeros cut.
std::string format_long_double(long double value);
// Shortest text that reads back equal, RESP3 doubles ("inf", "-inf", "nan", integers without a
// point).
std::string format_double(double value);
// At most 17 significant digits as printf's %.17g, which is how Redis 7.0 replies doubles ("inf",
// "-inf", "nan"). Writes no terminating zero; returns the length, at most kDouble17TextMax.
constexpr size_t kDouble17TextMax = 24;  // "-1.7976931348623157e+308"
size_t format_double17(double value, char* out);
// "100", "64kb", "2gb", "1g" (k = 1000, kb = 1024, as redis.conf); no digits are 0, as there,
// and what is too large is UINT64_MAX. nullopt when malformed or negative.
std::optional<uint64_t> parse_memory(Bytes text);

}  // namespace cobnut
