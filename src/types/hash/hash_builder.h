// A hash made of its elements, in the form in which Keyspace::put() takes it: what RESTORE and a
// loader build. Reading all elements back is HashView::for_each().
//
// Owner: the monitor of the heap's shard.
#pragma once

#include <string>

#include "keyspace/keyspace.h"
#include "types/hash/hash.h"
#include "types/listpack/entry_set.h"

namespace cobnut {

class HashBuilder {
 public:
  // `heap`: of the keyspace that the hash goes into.
  HashBuilder(CollectionHeap& heap, const HashLimits& limits);
  ~HashBuilder();
  HashBuilder(const HashBuilder&) = delete;
  HashBuilder& operator=(const HashBuilder&) = delete;

  // False: there is such a field, nothing changed. A deadline may be past.
  bool add(Bytes field, Bytes value, int64_t deadline_ms = kNoDeadline);
  // From now on it is a table, whatever the limits say: one for a PackedTable::Forecast.
  PackedTable& make_table();
  size_t size() const;
  // REQUIRES: size() > 0. Its bytes are a view into the builder, its collection is the builder's
  // until stored() is called: put() has taken it.
  Value value() const;
  void stored() { table_ = nullptr; }

 private:
  CollectionHeap& heap_;
  const HashLimits limits_;
  std::string pack_;
  listpack::EntrySet fields_;     // of pack_
  PackedTable* table_ = nullptr;  // nullptr: pack_
};

}  // namespace cobnut
