#include "types/stream/stream_id.h"

#include "base/numbers.h"

namespace cobnut {
namespace {

constexpr size_t kTextMax = 127;  // bytes of an id that Redis looks at

bool blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// As Redis reads the halves of an id, by strtoull(): blanks and a sign before the digits are fine,
// and a negative number that is not plainly one wraps.
std::optional<uint64_t> parse_part(Bytes text) {
  if (const std::optional<int64_t> plain = parse_int(text)) {
    if (*plain < 0) return std::nullopt;
    return static_cast<uint64_t>(*plain);
  }
  size_t at = 0;
  while (at < text.size() && blank(text[at])) at++;
  bool negative = false;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
  if (at == text.size()) return std::nullopt;
  uint64_t value = 0;
  for (; at < text.size(); at++) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
    if (__builtin_mul_overflow(value, uint64_t{10}, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, static_cast<uint64_t>(text[at] - '0'), &value))
      return std::nullopt;
  }
  return negative ? 0 - value : value;
}

// Digits at the front of *text, up to 19, which cannot overflow; they go from it.
uint64_t take_digits(Bytes* text) {
  constexpr size_t kDigitsMax = 19;
  uint64_t value = 0;
  size_t at = 0;
  for (; at < text->size() && at < kDigitsMax; at++) {
    const auto digit = static_cast<uint8_t>((*text)[at] - '0');
    if (digit > 9) break;
    value = value * 10 + digit;
  }
  text->remove_prefix(at);
  return value;
}

// Digits, '-', digits, as ids mostly are.
std::optional<StreamId> parse_plain(Bytes text) {
  if (text.empty() || text[0] == '-') return std::nullopt;
  StreamId id;
  id.ms = take_digits(&text);
  if (text.size() < 2 || text[0] != '-') return std::nullopt;
  text.remove_prefix(1);
  id.seq = take_digits(&text);
  return text.empty() ? std::optional(id) : std::nullopt;
}

}  // namespace

size_t format_stream_id(StreamId id, char* buffer) {
  size_t size = format_uint(id.ms, buffer);
  buffer[size++] = '-';
  return size + format_uint(id.seq, buffer + size);
}

Bytes StreamIdText::of(StreamId id) {
  if (ms_bytes_ == 0 || id.ms != ms_) {
    ms_ = id.ms;
    ms_bytes_ = format_uint(id.ms, text_);
    text_[ms_bytes_++] = '-';
  }
  return {text_, ms_bytes_ + format_uint(id.seq, text_ + ms_bytes_)};
}

std::optional<StreamId> parse_stream_id(Bytes text, uint64_t missing_seq, bool* auto_seq) {
  if (const std::optional<StreamId> id = parse_plain(text)) return id;
  if (text.size() > kTextMax) return std::nullopt;
  text = text.substr(0, text.find('\0'));  // Redis reads it as a C string
  const size_t dash = text.find('-');
  const std::optional<uint64_t> ms = parse_part(text.substr(0, dash));
  if (!ms) return std::nullopt;
  if (dash == Bytes::npos) return StreamId{*ms, missing_seq};
  const Bytes rest = text.substr(dash + 1);
  if (auto_seq != nullptr && rest == "*") {
    *auto_seq = true;
    return StreamId{*ms, 0};
  }
  const std::optional<uint64_t> seq = parse_part(rest);
  if (!seq) return std::nullopt;
  return StreamId{*ms, *seq};
}

}  // namespace cobnut
