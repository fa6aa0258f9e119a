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

// Appends the value of an entry: the elements of a set or the pairs of a hash by add(), so that
// their order does not matter. A type puts its function into the table in digest.cc; until it has,
// can_digest() is false.
bool can_digest(Type type);
void append_value(Digest& digest, const Entry& entry);
// Of a value, and whether it expires, but not when; DEBUG DIGEST-VALUE.
Digest value_digest(const Entry& entry);
// Of a key in a database, with its value.
Digest key_digest(int db, Bytes key, const Entry& entry);

}  // namespace cobnut
