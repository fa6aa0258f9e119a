// The part of a Collection that its own building blocks need: its accounted memory.
#pragma once

#include "keyspace/collection.h"

namespace cobnut {

// The next size class of jemalloc from 64 bytes on, four in each doubling: what is asked for by
// this is what is taken.
inline size_t block_class(size_t bytes) {
  constexpr size_t kLeast = 64;
  if (bytes <= kLeast) return kLeast;
  const size_t doubling = size_t{1} << (63 - __builtin_clzll(bytes - 1));
  const size_t step = doubling / 4;
  return (bytes + step - 1) / step * step;
}

class AccountedCollection : public Collection {
 public:
  using Collection::allocate;
  using Collection::reallocate;
  using Collection::release;

 protected:
  using Collection::Collection;
};

}  // namespace cobnut
