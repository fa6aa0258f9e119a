// Packed collections of other servers made by hand, for tests and the fuzz target.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "rdb/format.h"
#include "types/listpack/test_storage.h"

namespace cobnut::rdb {

template <typename Number>
std::string little_endian(Number value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// A text of the format as it is, neither integer nor compressed.
inline std::string raw_text(const std::string& text) {
  const std::string length = little_endian(__builtin_bswap32(static_cast<uint32_t>(text.size())));
  return static_cast<char>(kLength32) + length + text;
}

class Ziplist {
 public:
  Ziplist() = default;
  explicit Ziplist(const std::string& text) { add(text); }

  void add(const std::string& text) {
    const auto size = static_cast<uint32_t>(text.size());
    if (size < 64)
      entry(std::string(1, static_cast<char>(size)) + text);
    else if (size < 16384)
      entry({static_cast<char>(0x40 | size >> 8), static_cast<char>(size)}, text);
    else
      entry('\x80' + little_endian(__builtin_bswap32(size)), text);
  }
  void add(int64_t value) {
    if (value >= 0 && value <= 12)
      entry(std::string(1, static_cast<char>(0xf1 + value)));
    else if (value >= INT8_MIN && value <= INT8_MAX)
      entry('\xfe' + little_endian(static_cast<int8_t>(value)));
    else if (value >= INT16_MIN && value <= INT16_MAX)
      entry('\xc0' + little_endian(static_cast<int16_t>(value)));
    else if (value >= -(1 << 23) && value < 1 << 23)
      entry('\xf0' + little_endian(static_cast<int32_t>(value)).substr(0, 3));
    else if (value >= INT32_MIN && value <= INT32_MAX)
      entry('\xd0' + little_endian(static_cast<int32_t>(value)));
    else
      entry('\xe0' + little_endian(value));
  }
  std::string bytes() const {
    constexpr size_t kHeader = 10;
    return little_endian(static_cast<uint32_t>(kHeader + entries_.size() + 1)) +
           little_endian(static_cast<uint32_t>(kHeader + last_at_)) + little_endian(count_) +
           entries_ + '\xff';
  }

 private:
  void entry(const std::string& head, const std::string& text = "") {
    last_at_ = entries_.size();
    if (previous_ < 254)
      entries_ += static_cast<char>(previous_);
    else
      entries_ += '\xfe' + little_endian(static_cast<uint32_t>(previous_));
    entries_ += head + text;
    previous_ = entries_.size() - last_at_;
    count_++;
  }
  std::string entries_;
  size_t last_at_ = 0, previous_ = 0;
  uint16_t count_ = 0;
};

inline std::string zipmap_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  const auto length = [](const std::string& text) {
    if (text.size() < 254) return std::string(1, static_cast<char>(text.size()));
    return '\xfe' + little_endian(static_cast<uint32_t>(text.size()));
  };
  std::string bytes(1, static_cast<char>(pairs.size()));
  const std::string unused = "??";
  for (const auto& [key, value] : pairs)
    bytes += length(key) + key + length(value) + '\2' + value + unused;
  return bytes + '\xff';
}

template <typename Integer>
std::string intset_of(const std::vector<Integer>& integers) {
  std::string bytes = little_endian(static_cast<uint32_t>(sizeof(Integer))) +
                      little_endian(static_cast<uint32_t>(integers.size()));
  for (const Integer integer : integers) bytes += little_endian(integer);
  return bytes;
}

inline std::string listpack_of(const std::vector<std::string>& texts) {
  listpack::StringStorage pack;
  CHECK(listpack::create(pack, listpack::Nothing()));
  for (const std::string& text : texts) CHECK(listpack::append(pack, listpack::Element(text)));
  return pack.bytes;
}

}  // namespace cobnut::rdb
