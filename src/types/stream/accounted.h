// The part of a Collection that its own building blocks need: its accounted memory.
#pragma once

#include "keyspace/collection.h"

namespace cobnut {

class AccountedCollection : public Collection {
 public:
  using Collection::allocate;
  using Collection::reallocate;
  using Collection::release;

 protected:
  using Collection::Collection;
};

}  // namespace cobnut
