// What an empty PackedTable is about to be filled with: elements and their bytes by the first bits
// of their hashes. PackedTable::prepare() makes its leaves of that, each once and of the size that
// it will have, so that filling it cuts and moves none (RESTORE: half of what inserting costs).
//
// The elements are only looked at: they are inserted afterwards, as ever, and may be others. Memory
// meanwhile: about a byte an element. Owner: the table's.
#pragma once

#include <vector>

#include "types/packed_table/packed_table.h"

namespace cobnut {

class PackedTable::Forecast {
 public:
  // About so many elements, of so many bytes of keys and values together; bad guesses cost time.
  Forecast(const PackedTable& table, size_t elements, size_t bytes);

  void add(Bytes key, size_t value_bytes);  // of an element without a deadline

 private:
  friend class PackedTable;
  // Before sum_up() of the hashes in front of this place, then of all hashes before it.
  struct Total {
    uint64_t elements = 0;
    uint64_t bytes = 0;  // of records
  };

  void sum_up();
  Total total(uint64_t prefix, unsigned depth) const;  // REQUIRES: depth <= depth_, sum_up()

  const PackedTable& table_;
  unsigned depth_ = 0;  // bits of the hash that are told apart
  std::vector<Total> totals_;
};

}  // namespace cobnut
