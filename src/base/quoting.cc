#include "base/quoting.h"

#include <cstdio>

namespace cobnut {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr Bytes kBlanks = " \n\r\t";  // what ends a word; \v and \f only stand between words

constexpr Bytes kEscapes = "nrtba", kEscaped = "\n\r\t\b\a";

char unescape(char c) {
  const size_t at = kEscapes.find(c);
  return at == Bytes::npos ? c : kEscaped[at];
}

}  // namespace

const char* decode_quoted(char quote, const char* from, const char* end, char** to) {
  for (; from < end && *from != quote; from++) {
    char c = *from;
    if (c == '\\' && end - from > 1) {
      if (quote == '\'') {
        if (from[1] == '\'') c = *++from;
      } else if (end - from > 3 && from[1] == 'x' && hex_value(from[2]) >= 0 &&
                 hex_value(from[3]) >= 0) {
        c = static_cast<char>(hex_value(from[2]) * 16 + hex_value(from[3]));
        from += 3;
      } else {
        c = unescape(*++from);
      }
    }
    *(*to)++ = c;
  }
  if (from == end || (from + 1 < end && !is_space(from[1]))) return nullptr;
  return from + 1;
}

std::optional<std::vector<std::string>> split_quoted(Bytes line) {
  std::vector<std::string> words;
  const char* at = line.data();
  const char* const end = at + line.size();
  for (;;) {
    while (at < end && is_space(*at)) at++;
    if (at == end) return words;
    std::string word;
    const auto ends_word = [&] { return at == end || kBlanks.find(*at) != Bytes::npos; };
    while (!ends_word() && *at != '"' && *at != '\'') word += *at++;
    if (!ends_word()) {  // a quoted part may begin inside a word, and always ends it
      const size_t before = word.size();
      word.resize(before + static_cast<size_t>(end - at));
      char* to = word.data() + before;
      at = decode_quoted(*at, at + 1, end, &to);
      if (at == nullptr) return std::nullopt;
      word.resize(static_cast<size_t>(to - word.data()));
    }
    words.push_back(std::move(word));
  }
}

std::string quoted(Bytes text) {
  std::string out = "\"";
  for (const char c : text) {
    const size_t escape = kEscaped.find(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (escape != Bytes::npos) {
      (out += '\\') += kEscapes[escape];
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      char hex[8];
      snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
      out += hex;
    }
  }
  return out += '"';
}

}  // namespace cobnut
