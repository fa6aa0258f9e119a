#include "rdb/writer.h"

#include <liblzf/lzf.h>

#include <memory>

#include "base/numbers.h"
#include "rdb/crc64.h"

namespace cobnut::rdb {
namespace {

constexpr size_t kIntegerTextMax = 11;       // "-2147483648"
constexpr size_t kCompressedTextMin = 21;    // shorter ones never get smaller, for Redis
constexpr size_t kCompressionGainMin = 4;    // bytes
constexpr size_t kLongText = 1 << 20;        // bytes
constexpr size_t kLzfInputMax = UINT32_MAX;  // liblzf counts in unsigned int

}  // namespace

void Writer::length(uint64_t length) {
  if (length < 1u << 6) {
    fixed(static_cast<uint8_t>(length));
  } else if (length < 1u << 14) {
    fixed(static_cast<uint8_t>(kLength14 | length >> 8));
    fixed(static_cast<uint8_t>(length));
  } else if (length <= UINT32_MAX) {
    fixed(kLength32);
    fixed(__builtin_bswap32(static_cast<uint32_t>(length)));
  } else {
    fixed(kLength64);
    fixed(__builtin_bswap64(length));
  }
}

void Writer::text(Bytes text) {
  if (small_integer(text) || compressed(text)) return;
  // One long text is all of a payload: what comes behind it is short.
  if (text.size() > out_.size() && text.size() >= kLongText)
    out_.reserve(out_.size() + text.size() + kLongText / 16);
  length(text.size());
  out_.append(text);
}

void Writer::integer_text(int64_t value) {
  char digits[kIntTextMax];
  text({digits, format_int(value, digits)});
}

bool Writer::small_integer(Bytes text) {
  if (text.size() > kIntegerTextMax) return false;
  const std::optional<int64_t> value = parse_int(text);
  if (!value || *value < INT32_MIN || *value > INT32_MAX) return false;
  if (*value >= INT8_MIN && *value <= INT8_MAX) {
    fixed(kSpecialInt8);
    fixed(static_cast<int8_t>(*value));
  } else if (*value >= INT16_MIN && *value <= INT16_MAX) {
    fixed(kSpecialInt16);
    fixed(static_cast<int16_t>(*value));
  } else {
    fixed(kSpecialInt32);
    fixed(static_cast<int32_t>(*value));
  }
  return true;
}

bool Writer::compressed(Bytes text) {
  if (text.size() < kCompressedTextMin || text.size() > kLzfInputMax) return false;
  const size_t room = text.size() - kCompressionGainMin;
  const auto smaller = std::make_unique_for_overwrite<char[]>(room);
  const unsigned bytes = lzf_compress(text.data(), static_cast<unsigned>(text.size()),
                                      smaller.get(), static_cast<unsigned>(room));
  if (bytes == 0) return false;  // does not fit
  fixed(kSpecialLzf);
  length(bytes);
  length(text.size());
  out_.append(smaller.get(), bytes);
  return true;
}

const std::string& Writer::finish() {
  fixed(version_);
  fixed(crc64(0, out_));
  return out_;
}

}  // namespace cobnut::rdb
