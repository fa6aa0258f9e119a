#include "command/scan_arguments.h"

#include <cerrno>
#include <cstdlib>
#include <string>

#include "base/numbers.h"
#include "command/support.h"

namespace cobnut {

std::optional<uint64_t> parse_scan_cursor(Bytes text) {
  if (!text.empty() && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r')))
    return std::nullopt;
  const std::string copy(text);
  char* end = nullptr;
  errno = 0;
  const unsigned long cursor = std::strtoul(copy.c_str(), &end, 10);
  if (*end != '\0' || errno == ERANGE) return std::nullopt;
  return cursor;
}

bool parse_scan_arguments(Context& cx, std::span<const Bytes> words, ScanExtra extra,
                          ScanArguments* arguments) {
  for (size_t i = 0; i < words.size();) {
    const bool more = i + 1 < words.size();
    if (more && equal_ignore_case(words[i], "count")) {
      const std::optional<int64_t> count = integer_argument(cx, words[i + 1]);
      if (!count) return false;
      if (*count < 1) {
        cx.reply.error(err::kSyntax);
        return false;
      }
      arguments->count = static_cast<size_t>(*count);
      i += 2;
    } else if (more && equal_ignore_case(words[i], "match")) {
      arguments->pattern.text = words[i + 1];
      i += 2;
    } else if (more && extra == ScanExtra::kType && equal_ignore_case(words[i], "type")) {
      arguments->type = words[i + 1];
      i += 2;
    } else if (extra == ScanExtra::kNoValues && equal_ignore_case(words[i], "novalues")) {
      arguments->no_values = true;
      i++;
    } else {
      cx.reply.error(err::kSyntax);
      return false;
    }
  }
  return true;
}

void reply_scan_cursor(Context& cx, uint64_t cursor) {
  char digits[kIntTextMax];
  cx.reply.array(2);
  cx.reply.bulk(Bytes(digits, format_uint(cursor, digits)));
}

}  // namespace cobnut
