// The blob of a keyspace entry as the storage of a listpack (edit.h), made by the first create().
// The command that edits it calls Keyspace::committed() afterwards. Owner: the shard's monitor.
#pragma once

#include "keyspace/keyspace.h"

namespace cobnut::listpack {

class EntryBlob {
 public:
  // `found` is of `key`: a blob of this type, or nothing; it follows the entry.
  EntryBlob(Keyspace& keyspace, int db, const Key& key, Found& found, Type type, Encoding encoding)
      : keyspace_(keyspace),
        key_(key),
        found_(found),
        data_(found ? const_cast<char*>(found->bytes().data()) : nullptr),
        db_(db),
        type_(type),
        encoding_(encoding) {}

  char* data() const { return data_; }
  bool resize(size_t bytes) {
    char* data = keyspace_.resize_blob(db_, key_, found_, type_, encoding_, bytes);
    if (data == nullptr) return false;
    data_ = data;
    return true;
  }

 private:
  Keyspace& keyspace_;
  const Key& key_;
  Found& found_;
  char* data_;
  int db_;
  Type type_;
  Encoding encoding_;
};

}  // namespace cobnut::listpack
