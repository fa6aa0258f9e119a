// What Keyspace is made of. Only keyspace*.cc include this.
#pragma once

#include "keyspace/entry_store.h"
#include "keyspace/keyspace.h"
#include "keyspace/segment_store.h"
#include "keyspace/table.h"
#include "keyspace/wheel.h"

namespace cobnut {

struct Keyspace::Parts {
  EntryStore entries;
  SegmentStore segments;
  Wheel wheel;
  size_t table_bytes = 0;  // the tables' own, without segments

  Parts(PagePool& pages, LargeAllocator& large, int64_t origin_ms)
      : entries(pages, large), segments(pages), wheel(origin_ms) {}
};

}  // namespace cobnut
