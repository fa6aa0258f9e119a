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

Bytes decimal(int64_t value, std::string* scratch) {
  char digits[kIntTextMax];
  return scratch->assign(digits, format_int(value, digits));
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

Bytes Reader::any_text(std::string* scratch) {
  const uint8_t first = byte();
  uint64_t bytes = 0;
  if (!length_from(first, &bytes)) return special_text(first, scratch);
  return raw(bytes);
}

Bytes Reader::special_text(uint8_t form, std::string* scratch) {
  switch (form) {
    case kSpecialInt8:
      return decimal(fixed<int8_t>(), scratch);
    case kSpecialInt16:
      return decimal(fixed<int16_t>(), scratch);
    case kSpecialInt32:
      return decimal(fixed<int32_t>(), scratch);
    case kSpecialLzf:
      break;
    default:
      fail();
      return {};
  }
  uint64_t text_bytes;
  const Bytes compressed = compressed_text(&text_bytes);
  if (failed_) return {};
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

Bytes Reader::compressed_text(uint64_t* text_bytes) {
  const uint64_t compressed_bytes = length();
  *text_bytes = length();
  const Bytes compressed = raw(compressed_bytes);
  if (failed_ || compressed.empty() || *text_bytes == 0 || *text_bytes >= kLzfTextMax ||
      *text_bytes / kLzfRatioMax > compressed.size()) {
    fail();
    return {};
  }
  return compressed;
}

size_t Reader::skip_text() {
  if (!rest_.empty() && static_cast<uint8_t>(rest_[0]) == kSpecialLzf) {
    uint64_t text_bytes;
    byte();
    compressed_text(&text_bytes);
    return failed_ ? 0 : static_cast<size_t>(text_bytes);
  }
  std::string integer;
  return text(&integer).size();
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
