#include "rdb/digest.h"

#include <cstdio>

#include "rdb/codec.h"

namespace cobnut::rdb {
namespace {

std::string big_endian(uint32_t number) {
  const uint32_t swapped = __builtin_bswap32(number);
  return {reinterpret_cast<const char*>(&swapped), sizeof(swapped)};
}

// Redis's numbers of types.
uint32_t type_number(Type type) {
  constexpr uint32_t kStreamNumber = 6;
  return type == Type::kStream ? kStreamNumber : static_cast<uint32_t>(type);
}

void mix_value(Digest& digest, const Entry& entry, int64_t now_ms) {
  digest.mix(big_endian(type_number(entry.type())));
  codec_of(entry.type()).digest(digest, entry, now_ms);
  if (entry.has_expiry()) digest.add("!!expire!!");
}

}  // namespace

void Digest::add(Bytes bytes) {
  const Sha1 one = sha1(bytes);
  for (size_t i = 0; i < sum_.size(); i++) sum_[i] ^= one[i];
}

void Digest::add(const Digest& digest) { add(digest.bytes()); }

void Digest::mix(Bytes bytes) {
  add(bytes);
  sum_ = sha1(this->bytes());
}

std::string Digest::hex() const {
  std::string text;
  for (const uint8_t byte : sum_) {
    char digits[3];
    snprintf(digits, sizeof digits, "%02x", byte);
    text += digits;
  }
  return text;
}

Digest value_digest(const Entry& entry, int64_t now_ms) {
  Digest digest;
  mix_value(digest, entry, now_ms);
  return digest;
}

Digest key_digest(Bytes key, const Entry& entry, int64_t now_ms) {
  Digest digest;
  digest.mix(key);
  mix_value(digest, entry, now_ms);
  return digest;
}

std::string database_mark(int db) { return big_endian(static_cast<uint32_t>(db)); }

}  // namespace cobnut::rdb
