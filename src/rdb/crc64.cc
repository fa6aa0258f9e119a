// Eight bytes a step: table k holds the remainder of a byte that k more bytes follow ("slicing by
// 8", Kounavis and Berry 2005).
#include "rdb/crc64.h"

#include <array>
#include <bit>
#include <cstring>

namespace cobnut::rdb {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr uint64_t kPolynomial = 0x95ac9329ac4bc9b5;  // 0xad93d23594c935a9, bits reversed
constexpr size_t kSlices = 8;
using Tables = std::array<std::array<uint64_t, 256>, kSlices>;

constexpr Tables make_tables() {
  Tables tables{};
  for (uint64_t byte = 0; byte < 256; byte++) {
    uint64_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (crc & 1 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t slice = 1; slice < kSlices; slice++)
    for (size_t byte = 0; byte < 256; byte++) {
      const uint64_t before = tables[slice - 1][byte];
      tables[slice][byte] = tables[0][before & 255] ^ (before >> 8);
    }
  return tables;
}
constexpr Tables kTables = make_tables();

}  // namespace

uint64_t crc64(uint64_t crc, Bytes bytes) {
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= kSlices; left -= kSlices, at += kSlices) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    word ^= crc;
    crc = 0;
#pragma GCC unroll 8
    for (size_t slice = 0; slice < kSlices; slice++)
      crc ^= kTables[kSlices - 1 - slice][(word >> (8 * slice)) & 255];
  }
  for (; left > 0; left--, at++)
    crc = kTables[0][(crc ^ static_cast<unsigned char>(*at)) & 255] ^ (crc >> 8);
  return crc;
}

}  // namespace cobnut::rdb
