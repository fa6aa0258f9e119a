// Decimal conversion by hand, two digits a step; floating point by the C library, whose rules are
// Redis's.
#include "base/numbers.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cobnut {
namespace {

constexpr char kDigitPairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546"
    "474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596"
    "979899";

constexpr size_t kFloatTextMax =
    5 * 1024;  // bytes; Redis's MAX_LONG_DOUBLE_CHARS: %.17Lf of LDBL_MAX fits

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

int count_digits(uint64_t value) {
  int digits = 1;
  for (; value >= 10000; value /= 10000) digits += 4;
  if (value >= 1000) return digits + 3;
  if (value >= 100) return digits + 2;
  return value >= 10 ? digits + 1 : digits;
}

// The digits of a number with at most 20 of them; no sign, no leading zero but for "0" itself.
std::optional<uint64_t> parse_digits(Bytes text) {
  if (text.empty() || text.size() > 20) return std::nullopt;
  if (text[0] == '0') return text.size() == 1 ? std::optional<uint64_t>(0) : std::nullopt;
  uint64_t value = 0;
  for (char c : text) {
    const unsigned digit = static_cast<unsigned char>(c) - unsigned{'0'};
    if (digit > 9) return std::nullopt;
    if (__builtin_mul_overflow(value, uint64_t{10}, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, uint64_t{digit}, &value)) return std::nullopt;
  }
  return value;
}

// strtod and strtold under Redis's conditions: the whole text, no leading space, out of range
// refused, nan refused.
template <typename Float, Float (*convert)(const char*, char**)>
std::optional<Float> parse_float(Bytes text) {
  if (text.empty() || text.size() >= kFloatTextMax || is_space(text[0])) return std::nullopt;
  char buffer[kFloatTextMax];
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  char* end = nullptr;
  errno = 0;
  const Float value = convert(buffer, &end);
  if (static_cast<size_t>(end - buffer) != text.size()) return std::nullopt;
  if (errno == ERANGE && (std::isinf(value) || value == 0)) return std::nullopt;
  if (std::isnan(value)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> parse_int(Bytes text) {
  const bool negative = !text.empty() && text[0] == '-';
  const std::optional<uint64_t> digits = parse_digits(negative ? text.substr(1) : text);
  if (!digits) return std::nullopt;
  if (!negative) {
    if (*digits > uint64_t{INT64_MAX}) return std::nullopt;
    return static_cast<int64_t>(*digits);
  }
  if (*digits == 0 || *digits > uint64_t{INT64_MAX} + 1) return std::nullopt;
  return static_cast<int64_t>(0 - *digits);
}

std::optional<uint64_t> parse_uint(Bytes text) { return parse_digits(text); }

std::optional<double> parse_double(Bytes text) {
  // What from_chars() takes whole and finite, strtod() reads the same, a few times slower.
  double value;
  const std::from_chars_result end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec == std::errc() && end.ptr == text.data() + text.size() && std::isfinite(value))
    return value;
  return parse_float<double, std::strtod>(text);
}

std::optional<long double> parse_long_double(Bytes text) {
  return parse_float<long double, std::strtold>(text);
}

size_t format_uint(uint64_t value, char* out) {
  const int length = count_digits(value);
  char* at = out + length;
  while (value >= 100) {
    at -= 2;
    std::memcpy(at, kDigitPairs + (value % 100) * 2, 2);
    value /= 100;
  }
  if (value >= 10) {
    std::memcpy(at - 2, kDigitPairs + value * 2, 2);
  } else {
    at[-1] = static_cast<char>('0' + value);
  }
  return static_cast<size_t>(length);
}

size_t format_int(int64_t value, char* out) {
  if (value >= 0) return format_uint(static_cast<uint64_t>(value), out);
  *out = '-';
  return 1 + format_uint(0 - static_cast<uint64_t>(value), out + 1);
}

std::string to_text(int64_t value) {
  char buffer[kIntTextMax];
  return std::string(buffer, format_int(value, buffer));
}

std::string format_long_double(long double value) {
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[kFloatTextMax];
  const int length = std::snprintf(buffer, sizeof buffer, "%.17Lf", value);
  Bytes text(buffer, static_cast<size_t>(length));
  if (text.find('.') != Bytes::npos) {
    text = text.substr(0, text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.remove_suffix(1);
  }
  return text == "-0" ? "0" : std::string(text);
}

std::string format_double(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  constexpr double kExact =
      4503599627370496.0;  // 2^52: below it every integer is written out in full
  if (value == std::floor(value) && std::fabs(value) < kExact &&
      !(value == 0 && std::signbit(value))) {
    return to_text(static_cast<int64_t>(value));
  }
  char buffer[32];
  const std::to_chars_result end = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, end.ptr);
}

size_t format_double17(double value, char* out) {
  constexpr double kIntegersMax = 1e17;  // %.17g writes integers below it in full
  if (std::fabs(value) < kIntegersMax && !(value == 0 && std::signbit(value))) {
    const auto integer = static_cast<int64_t>(value);
    if (static_cast<double>(integer) == value) return format_int(integer, out);
  }
  if (std::isnan(value)) return static_cast<size_t>(std::copy_n("nan", 3, out) - out);
  const std::to_chars_result end =
      std::to_chars(out, out + kDouble17TextMax, value, std::chars_format::general, 17);
  return static_cast<size_t>(end.ptr - out);
}

std::optional<uint64_t> parse_memory(Bytes text) {
  size_t digits = 0;
  uint64_t value = 0;
  bool too_large = false;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    if (__builtin_mul_overflow(value, uint64_t{10}, &value) ||
        __builtin_add_overflow(value, static_cast<uint64_t>(text[digits] - '0'), &value)) {
      too_large = true;
    }
  }
  struct Unit {
    Bytes name;
    uint64_t bytes;
  };
  constexpr Unit kUnits[] = {{"", 1},        {"b", 1},        {"k", 1000},       {"kb", 1 << 10},
                             {"m", 1000000}, {"mb", 1 << 20}, {"g", 1000000000}, {"gb", 1 << 30}};
  const Bytes suffix = text.substr(digits);
  for (const Unit& unit : kUnits) {
    if (unit.name.size() != suffix.size()) continue;
    bool same = true;
    for (size_t i = 0; i < suffix.size(); ++i) same = same && (suffix[i] | 0x20) == unit.name[i];
    if (!same) continue;
    if (__builtin_mul_overflow(value, unit.bytes, &value) || too_large) return UINT64_MAX;
    return value;
  }
  return std::nullopt;
}

}  // namespace cobnut
