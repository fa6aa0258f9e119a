// A signature of content, for DEBUG DIGEST: equal for equal keys, types and values, whatever the
// encoding, the order in the table, the number of shards and the process. 160 bits; not
// cryptographic.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "keyspace/entry.h"

namespace cobnut {

class Digest {
 public:
  Digest() = default;  // of nothing: 40 zeros
  explicit Digest(Bytes bytes) { append(bytes); }

  void append(Bytes bytes);           // order matters: the elements of a list
  void append(const Digest& digest);  // the same
  void add(const Digest& digest);     // order does not matter: the members of a set
  std::string hex() const;            // 40 digits

 private:
  std::array<uint64_t, 2> words_{};
  uint32_t last_ = 0;
};

// Whether values of this type can be digested; a type is told how in digest.cc.
bool can_digest(Type type);
// Of a value, and whether it expires, but not when; DEBUG DIGEST-VALUE. `now_ms`: fields and
// members that are due do not count. REQUIRES: can_digest().
Digest value_digest(const Entry& entry, int64_t now_ms);
// Of a key in a database, with its value.
Digest key_digest(int db, Bytes key, const Entry& entry, int64_t now_ms);

}  // namespace cobnut
