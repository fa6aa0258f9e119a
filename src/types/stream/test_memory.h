// A collection that is only memory, for tests of what is made of it.
#pragma once

#include "types/stream/accounted.h"

namespace cobnut {

class TestMemory final : public AccountedCollection {
 public:
  explicit TestMemory(CollectionHeap& heap) : AccountedCollection(heap, sizeof(TestMemory)) {}
  size_t elements() const override { return 0; }
  bool free_some(size_t) override { return false; }
  Collection* copy(CollectionHeap&) const override { return nullptr; }
};

}  // namespace cobnut
