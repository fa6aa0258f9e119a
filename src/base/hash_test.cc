#include "base/hash.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace cobnut {
namespace {

uint16_t bitwise_crc(const std::string& data) {
  uint32_t crc = 0;
  for (char c : data) {
    crc ^= static_cast<uint32_t>(static_cast<unsigned char>(c)) << 8;
    for (int i = 0; i < 8; i++) crc = (crc << 1 ^ (crc & 0x8000 ? 0x1021u : 0u)) & 0xffff;
  }
  return static_cast<uint16_t>(crc);
}

// As the Redis Cluster specification words it.
std::string plain_tag(const std::string& key) {
  const size_t open = key.find('{');
  if (open == std::string::npos) return key;
  const size_t close = key.find('}', open + 1);
  if (close == std::string::npos || close == open + 1) return key;
  return key.substr(open + 1, close - open - 1);
}

}  // namespace

TEST_CASE("CRC16 of any length is the bitwise one") {
  CHECK(crc16("123456789") == 0x31c3);  // the specification's example
  std::mt19937_64 random(1);
  for (size_t length = 0; length <= 70; length++) {
    for (int round = 0; round < 20; round++) {
      std::string data(length, '\0');
      for (char& c : data) c = static_cast<char>(random());
      REQUIRE(crc16(data) == bitwise_crc(data));
    }
  }
}

TEST_CASE("the hash tag is found wherever its braces are, in keys of any length") {
  for (size_t length = 0; length <= 40; length++) {
    for (size_t open = 0; open < length; open++) {
      for (size_t close = 0; close < length; close++) {
        std::string key(length, 'k');
        key[close] = '}';
        key[open] = '{';
        REQUIRE(hash_tag(key) == plain_tag(key));
        if (close + 1 < length) key[close + 1] = '{';
        REQUIRE(hash_tag(key) == plain_tag(key));
      }
    }
    CHECK(hash_tag(std::string(length, 'k')) == std::string(length, 'k'));
  }
  CHECK(key_slot("{user1000}.following") == key_slot("{user1000}.followers"));
}

}  // namespace cobnut
