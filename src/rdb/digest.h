// A signature of content, DEBUG DIGEST's: the digits of Redis 7.0 for the same keys, types and
// values, whatever their encoding and their order in tables. Owner: one command.
#pragma once

#include <string>

#include "base/sha1.h"
#include "keyspace/entry.h"

namespace cobnut::rdb {

class Digest {
 public:
  void mix(Bytes bytes);           // order matters: the elements of a list
  void add(Bytes bytes);           // order does not matter: the members of a set
  void add(const Digest& digest);  // the same
  std::string hex() const;         // 40 digits; zeros: of nothing

 private:
  Bytes bytes() const { return {reinterpret_cast<const char*>(sum_.data()), sum_.size()}; }

  Sha1 sum_{};
};

// DEBUG DIGEST-VALUE: of the value, and whether it expires, but not when.
Digest value_digest(const Entry& entry, int64_t now_ms);
// A key's share in the digest of a database, to be added.
Digest key_digest(Bytes key, const Entry& entry, int64_t now_ms);
// To be mixed before the keys of a database that has some.
std::string database_mark(int db);

}  // namespace cobnut::rdb
