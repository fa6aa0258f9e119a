#include "command/digest.h"

#include <array>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"
#include "base/numbers.h"
#include "command/support.h"

namespace cobnut {
namespace {

void append_string(Digest& digest, const Entry& entry) {
  char buffer[kIntTextMax];
  digest.append(entry.text(buffer));
}

// By Type; nullptr: not written yet.
constexpr std::array<void (*)(Digest&, const Entry&), 6> kAppend = {
    append_string,  // kString
    nullptr,        // kList
    nullptr,        // kSet
    nullptr,        // kZset
    nullptr,        // kHash
    nullptr,        // kStream
};

}  // namespace

void Digest::append(Bytes bytes) {
  // The state before is the seed; the two hashes differ by it.
  const auto first = stable_hash(bytes, words_[0] ^ last_);
  const auto second = stable_hash(bytes, words_[1] + first.low);
  words_ = {first.low ^ second.high, first.high};
  last_ = static_cast<uint32_t>(second.low);
}

void Digest::append(const Digest& digest) {
  char bytes[sizeof(digest.words_) + sizeof(digest.last_)];
  memcpy(bytes, digest.words_.data(), sizeof(digest.words_));
  memcpy(bytes + sizeof(digest.words_), &digest.last_, sizeof(digest.last_));
  append(Bytes(bytes, sizeof bytes));
}

void Digest::add(const Digest& digest) {
  for (size_t i = 0; i < words_.size(); i++) words_[i] += digest.words_[i];
  last_ += digest.last_;
}

std::string Digest::hex() const {
  char text[64];
  const int size =
      snprintf(text, sizeof text, "%016llx%016llx%08x", static_cast<unsigned long long>(words_[0]),
               static_cast<unsigned long long>(words_[1]), last_);
  return {text, static_cast<size_t>(size)};
}

bool can_digest(Type type) { return kAppend[static_cast<size_t>(type)] != nullptr; }

void append_value(Digest& digest, const Entry& entry) {
  CHECK(can_digest(entry.type()));
  kAppend[static_cast<size_t>(entry.type())](digest, entry);
}

Digest value_digest(const Entry& entry) {
  Digest digest(type_name(entry.type()));
  append_value(digest, entry);
  if (entry.has_expiry()) digest.append("expires");
  return digest;
}

Digest key_digest(int db, Bytes key, const Entry& entry) {
  Digest digest(to_text(db));
  digest.append(key);
  digest.append(value_digest(entry));
  return digest;
}

}  // namespace cobnut
