#include "base/hash.h"

#include <emmintrin.h>

#include <array>
#include <bit>

#include "base/random.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cobnut {
namespace {

// kTables[k][b]: the CRC of byte b followed by k zero bytes (polynomial 0x1021, initial value 0,
// not reflected).
constexpr auto make_tables() {
  std::array<std::array<uint16_t, 256>, 8> tables{};
  for (uint32_t b = 0; b < 256; b++) {
    uint16_t crc = static_cast<uint16_t>(b << 8);
    for (int i = 0; i < 8; i++)
      crc = static_cast<uint16_t>((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0));
    tables[0][b] = crc;
  }
  for (size_t k = 1; k < 8; k++) {
    for (uint32_t b = 0; b < 256; b++) {
      const uint16_t previous = tables[k - 1][b];
      tables[k][b] = static_cast<uint16_t>((previous << 8) ^ tables[0][previous >> 8]);
    }
  }
  return tables;
}
constexpr auto kTables = make_tables();

uint64_t g_seed = secure_random();

// Part of key_position(), whoever else calls them: a call each is 10 instructions a key.
[[gnu::always_inline]] inline uint16_t crc_of(Bytes data) {
  const auto* p = reinterpret_cast<const uint8_t*>(data.data());
  size_t left = data.size();
  uint32_t crc = 0;
  while (left >= 8) {
    crc = kTables[7][p[0] ^ (crc >> 8)] ^ kTables[6][p[1] ^ (crc & 0xff)] ^ kTables[5][p[2]] ^
          kTables[4][p[3]] ^ kTables[3][p[4]] ^ kTables[2][p[5]] ^ kTables[1][p[6]] ^
          kTables[0][p[7]];
    p += 8;
    left -= 8;
  }
  if (left >= 4) {
    crc = kTables[3][p[0] ^ (crc >> 8)] ^ kTables[2][p[1] ^ (crc & 0xff)] ^ kTables[1][p[2]] ^
          kTables[0][p[3]];
    p += 4;
    left -= 4;
  }
  for (; left > 0; left--, p++) crc = ((crc << 8) & 0xffff) ^ kTables[0][(crc >> 8) ^ *p];
  return static_cast<uint16_t>(crc);
}

// Where the first '{' is, or Bytes::npos; in keys of usual lengths without a call.
[[gnu::always_inline]] inline size_t find_brace(Bytes key) {
  const size_t size = key.size();
  if (size < 16 || size > 32) return key.find('{');
  const auto matches = [](const char* at) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('{'))));
  };
  const uint32_t found = matches(key.data()) | matches(key.data() + size - 16) << (size - 16);
  return found == 0 ? Bytes::npos : static_cast<size_t>(std::countr_zero(found));
}

[[gnu::always_inline]] inline Bytes tag_of(Bytes key) {
  const size_t open = find_brace(key);
  if (open == Bytes::npos) [[likely]]
    return key;
  const size_t close = key.find('}', open + 1);
  if (close == Bytes::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

}  // namespace

uint16_t crc16(Bytes data) { return crc_of(data); }
Bytes hash_tag(Bytes key) { return tag_of(key); }

uint64_t keyed_hash(Bytes data) { return XXH3_64bits_withSeed(data.data(), data.size(), g_seed); }
void set_hash_seed(uint64_t seed) { g_seed = seed; }
uint64_t hash_seed() { return g_seed; }

Position key_hash(Bytes key) { return keyed_hash(key) & kHashMask; }

Position key_position(Bytes key) {
  return (Position{crc_of(tag_of(key))} % kSlots << kHashBits) | key_hash(key);
}

}  // namespace cobnut
