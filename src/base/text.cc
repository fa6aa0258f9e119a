// Globs without recursion: only the last star ever needs another try, so the cost is O(pattern *
// text) at worst, where a recursive matcher is exponential in the number of stars.
#include "base/text.h"

#include <utility>

namespace cobnut {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// Where pattern goes on after the class that starts at `at` (behind its '['), and whether it took
// the character. Redis's oddities kept: bytes compare signed, a class without ']' ends with the
// pattern, '\' ignores ignore_case.
struct Step {
  bool matched;
  size_t next;
};

Step match_class(Bytes pattern, size_t at, char c, bool ignore_case) {
  const bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  bool matched = false;
  for (;; ++at) {
    if (at >= pattern.size()) return {matched != negated, pattern.size()};
    const size_t left = pattern.size() - at;
    if (left >= 2 && pattern[at] == '\\') {
      ++at;
      matched = matched || pattern[at] == c;
    } else if (pattern[at] == ']') {
      return {matched != negated, at + 1};
    } else if (left >= 3 && pattern[at + 1] == '-') {
      signed char first = static_cast<signed char>(pattern[at]);
      signed char last = static_cast<signed char>(pattern[at + 2]);
      signed char byte = static_cast<signed char>(c);
      if (first > last) std::swap(first, last);
      if (ignore_case) {
        first = static_cast<signed char>(lower(static_cast<char>(first)));
        last = static_cast<signed char>(lower(static_cast<char>(last)));
        byte = static_cast<signed char>(lower(c));
      }
      matched = matched || (byte >= first && byte <= last);
      at += 2;
    } else {
      matched = matched || (ignore_case ? lower(pattern[at]) == lower(c) : pattern[at] == c);
    }
  }
}

Step match_one(Bytes pattern, size_t at, char c, bool ignore_case) {
  switch (pattern[at]) {
    case '?':
      return {true, at + 1};
    case '[':
      return match_class(pattern, at + 1, c, ignore_case);
    case '\\':
      if (at + 1 < pattern.size()) ++at;
      [[fallthrough]];
    default:
      return {ignore_case ? lower(pattern[at]) == lower(c) : pattern[at] == c, at + 1};
  }
}

size_t skip_stars(Bytes pattern, size_t at) {
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at;
}

}  // namespace

// As on Redis, an empty text matches only the empty pattern, not even "*": KEYS and SCAN look for a
// lone "*" before.
bool glob_match(Bytes pattern, Bytes text, bool ignore_case) {
  size_t at = 0, position = 0;
  size_t retry_at = Bytes::npos,
         retry_position = 0;  // behind the last star, and where its match is tried next
  if (text.empty()) return pattern.empty();
  for (;;) {
    if (at < pattern.size() && position < text.size()) {
      if (pattern[at] == '*') {
        at = skip_stars(pattern, at);
        if (at == pattern.size()) return true;
        retry_at = at;
        retry_position = position;
        continue;
      }
      const Step step = match_one(pattern, at, text[position], ignore_case);
      if (step.matched) {
        at = step.next;
        if (++position == text.size()) at = skip_stars(pattern, at);
        continue;
      }
    } else if (at == pattern.size() && position == text.size()) {
      return true;
    }
    if (retry_at == Bytes::npos || ++retry_position >= text.size()) return false;
    at = retry_at;
    position = retry_position;
  }
}

bool equal_ignore_case(Bytes a, Bytes b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

std::string to_lower(Bytes text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string to_upper(Bytes text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
  }
  return out;
}

void append_quoted(std::string& to, Bytes text) {
  constexpr char kHex[] = "0123456789abcdef";
  constexpr Bytes kEscaped = "\n\r\t\a\b\"\\", kLetters = "nrtab\"\\";
  to += '"';
  for (const char c : text) {
    const size_t escape = kEscaped.find(c);
    if (escape != Bytes::npos) {
      to += '\\';
      to += kLetters[escape];
    } else if (c >= ' ' && c <= '~') {
      to += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      to += "\\x";
      to += kHex[byte >> 4];
      to += kHex[byte & 15];
    }
  }
  to += '"';
}

}  // namespace cobnut
