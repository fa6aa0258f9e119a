#include "resp/reply.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string>

#include "base/check.h"
#include "base/numbers.h"

namespace cobnut {
namespace {

// "00" "01" ... "99"
constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (size_t i = 0; i < 100; i++) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

size_t digits_of(uint64_t value) {
  size_t digits = 1;
  for (; value >= 100; value /= 100) digits += 2;
  return digits + (value >= 10);
}

void blank_line_breaks(char* text, size_t size) {
  for (size_t i = 0; i < size; i++) {
    if (text[i] == '\r' || text[i] == '\n') text[i] = ' ';
  }
}

}  // namespace

char* Reply::put_digits(char* to, uint64_t value) {
  char* const end = to + digits_of(value);
  char* at = end;
  for (; value >= 100; value /= 100) memcpy(at -= 2, &kPairs[value % 100 * 2], 2);
  if (value >= 10) {
    memcpy(at -= 2, &kPairs[value * 2], 2);
  } else {
    *--at = static_cast<char>('0' + value);
  }
  DCHECK(at == to);
  return end;
}

// As Redis: the first word, if it is not too long for a code.
void Reply::keep_error_code(Bytes text) {
  failed_ = true;
  const size_t blank = text.substr(0, sizeof error_code_).find(' ');
  const Bytes code = blank == Bytes::npos ? Bytes("ERR") : text.substr(0, blank);
  memcpy(error_code_, code.data(), code.size());
  error_code_size_ = static_cast<uint8_t>(code.size());
}

void Reply::error(Bytes text) {
  keep_error_code(text);
  char* to = out_.reserve(text.size() + 3);
  *to++ = '-';
  put(to, text);
  blank_line_breaks(to, text.size());
  out_.commit(line_end(to + text.size()));
}

void Reply::error_format(const char* format, ...) {
  char buffer[512];
  va_list args;
  va_start(args, format);
  va_list again;
  va_copy(again, args);
  const int size = vsnprintf(buffer, sizeof buffer, format, args);
  va_end(args);
  CHECK_OP(size, >=, 0);
  std::string longer;
  Bytes text(buffer, static_cast<size_t>(size));
  if (static_cast<size_t>(size) >= sizeof buffer) {
    longer.resize(static_cast<size_t>(size) + 1);
    vsnprintf(longer.data(), longer.size(), format, again);
    text = Bytes(longer.data(), static_cast<size_t>(size));
  }
  va_end(again);
  const size_t first =
      text.find_first_not_of("\r\n");  // Redis trims line breaks at the ends, blanks the others
  const size_t last = text.find_last_not_of("\r\n");
  error(first == Bytes::npos ? Bytes() : text.substr(first, last - first + 1));
}

void Reply::bulk_integer(int64_t value) {
  char digits[kDigitsMax];
  bulk({digits, static_cast<size_t>(put_signed(digits, value) - digits)});
}

void Reply::big_number(Bytes digits) {
  if (resp_ == 2) return bulk(digits);
  char* to = out_.reserve(digits.size() + 3);
  *to++ = '(';
  out_.commit(line_end(put(to, digits)));
}

void Reply::attribute(size_t pairs) {
  CHECK_EQ(resp_, 3);
  header('|', pairs);
}

void Reply::real(double value) {
  char text[kDouble17TextMax];
  real_text({text, format_double17(value, text)});
}

void Reply::real_text(Bytes text) {
  if (resp_ == 2) return bulk(text);
  char* to = out_.reserve(text.size() + 3);
  *to++ = ',';
  out_.commit(line_end(put(to, text)));
}

void Reply::verbatim(Bytes text, const char extension[3]) {
  if (resp_ == 2) return bulk(text);
  char* to = out_.reserve(text.size() + 4 + 1 + kDigitsMax + 2 + 2);
  *to++ = '=';
  to = line_end(put_unsigned(to, text.size() + 4));
  memcpy(to, extension, 3);
  to[3] = ':';
  out_.commit(line_end(put(to + 4, text)));
}

}  // namespace cobnut
