#include "keyspace/collection.h"

#include <cstdlib>

namespace cobnut {
namespace {

// Elements whose blocks are freed between two looks at the clock: about 10 us.
constexpr size_t kFreedPerStep = 1024;

[[noreturn]] void out_of_memory() {
  CHECK(!"the system has no more memory for collections: set maxmemory below what it has");
  abort();
}

}  // namespace

CollectionHeap::~CollectionHeap() {
  while (free_step()) {
  }
  CHECK_EQ(used_bytes_, size_t{0});
}

void CollectionHeap::discard(Collection* collection) {
  if (collection->elements() > kFreedPerStep) {
    freed_in_slices_.waiting.add(1);
    return discarded_.push_back(collection);
  }
  while (collection->free_some(kFreedPerStep)) {
  }
  delete collection;
}

bool CollectionHeap::free_step() {
  if (!discarded_blocks_.empty()) {
    discarded_blocks_.step();
  } else if (!discarded_.empty() && !discarded_.back()->free_some(kFreedPerStep)) {
    delete discarded_.back();
    discarded_.pop_back();
    freed_in_slices_.waiting.add(0 - uint64_t{1});
    freed_in_slices_.freed.add(1);
  }
  return !discarded_.empty() || !discarded_blocks_.empty();
}

Collection::Collection(CollectionHeap& heap, size_t object_bytes)
    : heap_(&heap), bytes_(object_bytes), object_bytes_(object_bytes) {
  heap.used_bytes_ += object_bytes;
}

void Collection::move_to(CollectionHeap& heap) {
  heap_->used_bytes_ -= bytes_;
  heap_ = &heap;
  heap.used_bytes_ += bytes_;
}

void* Collection::operator new(size_t bytes) {
  void* object = malloc(bytes);
  if (object == nullptr) out_of_memory();
  return object;
}

void Collection::operator delete(void* object, size_t) { free(object); }

char* Collection::allocate(size_t bytes) {
  LargeAllocator& allocator = heap_->allocator_;
  char* block = allocator.allocate(bytes);
  if (block == nullptr) out_of_memory();
  const size_t usable = allocator.usable_bytes(block, bytes);
  bytes_ += usable;
  heap_->used_bytes_ += usable;
  return block;
}

char* Collection::reallocate(char* block, size_t old_bytes, size_t bytes) {
  LargeAllocator& allocator = heap_->allocator_;
  if (block == nullptr) return allocate(bytes);
  const size_t old_usable = allocator.usable_bytes(block, old_bytes);
  block = allocator.reallocate(block, old_bytes, bytes);
  if (block == nullptr) out_of_memory();
  const size_t usable = allocator.usable_bytes(block, bytes);
  bytes_ += usable - old_usable;
  heap_->used_bytes_ += usable - old_usable;
  return block;
}

void Collection::release(char* block, size_t bytes) {
  if (block == nullptr) return;
  const size_t usable = heap_->allocator_.usable_bytes(block, bytes);
  bytes_ -= usable;
  heap_->used_bytes_ -= usable;
  heap_->discard(block, bytes);
}

}  // namespace cobnut
