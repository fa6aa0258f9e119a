#include "rdb/reader.h"

#include <liblzf/lzf.h>

#include <cmath>
#include <limits>

#include "base/numbers.h"
#include "rdb/format.h"

namespace cobnut::rdb {
namespace {

// Three bytes of LZF stand for at most 264 bytes: a text that claims more is a lie, and its memory
// is not asked for.
constexpr uint64_t kLzfRatioMax = 88;
constexpr uint64_t kLzfTextMax = uint64_t{1} << 32;  // bytes; longer ones no entry can hold

std::string decimal(int64_t value) {
  char digits[kIntTextMax];
  return {digits, format_int(value, digits)};
}

}  // namespace

Bytes Reader::raw(size_t bytes) {
  if (bytes > rest_.size()) fail();
  if (failed_) return {};
  const Bytes taken = rest_.substr(0, bytes);
  rest_.remove_prefix(bytes);
  return taken;
}

bool Reader::length_from(uint8_t first, uint64_t* length) {
  *length = 0;
  if (failed_) return true;
  if ((first & 0xc0) == kLength6) {
    *length = first & 63;
  } else if ((first & 0xc0) == kLength14) {
    *length = static_cast<uint64_t>(first & 63) << 8 | byte();
  } else if (first == kLength32) {
    *length = __builtin_bswap32(fixed<uint32_t>());
  } else if (first == kLength64) {
    *length = __builtin_bswap64(fixed<uint64_t>());
  } else if ((first & 0xc0) == kSpecial) {
    return false;
  } else {
    fail();
  }
  return true;
}

uint64_t Reader::length() {
  uint64_t length = 0;
  if (!length_from(byte(), &length)) fail();
  return failed_ ? 0 : length;
}

size_t Reader::count(size_t bytes_each) {
  const uint64_t count = length();
  if (count > left() / bytes_each) fail();
  return failed_ ? 0 : static_cast<size_t>(count);
}

Bytes Reader::text(std::string* scratch) {
  const uint8_t first = byte();
  uint64_t bytes = 0;
  if (!length_from(first, &bytes)) return special_text(first, scratch);
  return raw(bytes);
}

Bytes Reader::special_text(uint8_t form, std::string* scratch) {
  switch (form) {
    case kSpecialInt8:
      *scratch = decimal(fixed<int8_t>());
      return *scratch;
    case kSpecialInt16:
      *scratch = decimal(fixed<int16_t>());
      return *scratch;
    case kSpecialInt32:
      *scratch = decimal(fixed<int32_t>());
      return *scratch;
    case kSpecialLzf:
      break;
    default:
      fail();
      return {};
  }
  const uint64_t compressed_bytes = length();
  const uint64_t text_bytes = length();
  const Bytes compressed = raw(compressed_bytes);
  if (failed_ || compressed.empty() || text_bytes == 0 || text_bytes >= kLzfTextMax ||
      text_bytes / kLzfRatioMax > compressed.size()) {
    fail();
    return {};
  }
  scratch->resize(text_bytes);
  const unsigned written =
      lzf_decompress(compressed.data(), static_cast<unsigned>(compressed.size()), scratch->data(),
                     static_cast<unsigned>(text_bytes));
  if (written != text_bytes) {
    fail();
    return {};
  }
  return *scratch;
}

double Reader::double_text() {
  constexpr uint8_t kNan = 253, kInfinity = 254, kMinusInfinity = 255;
  const uint8_t first = byte();
  switch (first) {
    case kNan:
      return std::numeric_limits<double>::quiet_NaN();
    case kInfinity:
      return std::numeric_limits<double>::infinity();
    case kMinusInfinity:
      return -std::numeric_limits<double>::infinity();
    default:
      break;
  }
  const std::optional<double> value = parse_double(raw(first));
  if (!value) fail();
  return failed_ ? 0 : *value;
}

}  // namespace cobnut::rdb
