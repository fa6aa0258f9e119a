#include "memory/large.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "memory/budget.h"

namespace cobnut {
namespace {

constexpr size_t kMiB = 1024 * 1024;

struct Block {
  char* data;
  size_t bytes;
  char fill;

  // The ends and a sample between: blocks of MiB are many.
  void write() const {
    memset(data, fill, std::min<size_t>(bytes, 4096));
    for (size_t i = 0; i < bytes; i += 1021) data[i] = fill;
    data[bytes - 1] = fill;
  }
  bool intact(size_t upto) const {
    for (size_t i = 0; i < upto; i += 1021) {
      if (data[i] != fill) return false;
    }
    return std::all_of(data, data + std::min<size_t>(upto, 4096),
                       [&](char c) { return c == fill; });
  }
};

size_t random_bytes(std::mt19937& random) {
  switch (random() % 10) {
    case 0:
      return 1 + random() % (5 * kMiB);
    case 1:
      return 2 * kMiB - 2 + random() % 4;  // both sides of where mappings begin
    default:
      return 1 + random() % 65536;
  }
}

}  // namespace

TEST_CASE("large blocks keep their content through every change of size") {
  for (AllocatorKind kind : {AllocatorKind::kPooled, AllocatorKind::kStandard}) {
    LargeAllocator& allocator = large_allocator(kind);
    CHECK(&allocator == &large_allocator(kind));
    std::mt19937 random(3);
    std::vector<Block> blocks;
    for (int i = 0; i < 4000; i++) {
      const size_t bytes = random_bytes(random);
      if (blocks.size() < 20) {
        blocks.push_back({allocator.allocate(bytes), bytes, static_cast<char>(random())});
        REQUIRE(blocks.back().data != nullptr);
        blocks.back().write();
        REQUIRE(allocator.usable_bytes(blocks.back().data, bytes) >= bytes);
        continue;
      }
      Block& block = blocks[random() % blocks.size()];
      REQUIRE(block.intact(block.bytes));
      if (random() % 2 == 0) {
        block.data = allocator.reallocate(block.data, block.bytes, bytes);
        REQUIRE(block.data != nullptr);
        REQUIRE(block.intact(std::min(block.bytes, bytes)));
        block.bytes = bytes;
        block.write();
      } else {
        allocator.release(block.data, block.bytes);
        std::swap(block, blocks.back());
        blocks.pop_back();
      }
    }
    for (const Block& block : blocks) allocator.release(block.data, block.bytes);
  }
}

TEST_CASE("the whole of a block's usable bytes can be used") {
  for (AllocatorKind kind : {AllocatorKind::kPooled, AllocatorKind::kStandard}) {
    LargeAllocator& allocator = large_allocator(kind);
    for (size_t bytes : {size_t{1}, size_t{2049}, size_t{5000}, size_t{100'000}, 2 * kMiB,
                         2 * kMiB + 1, 9 * kMiB}) {
      char* block = allocator.allocate(bytes);
      REQUIRE(block != nullptr);
      const size_t usable = allocator.usable_bytes(block, bytes);
      CHECK(usable >= bytes);
      CHECK(usable <= std::max<size_t>(bytes + bytes / 4, 16));
      memset(block, 'u', usable);
      allocator.release(block, bytes);
    }
  }
}

TEST_CASE("a block is given back in parts from its end, or all at once") {
  for (AllocatorKind kind : {AllocatorKind::kPooled, AllocatorKind::kStandard}) {
    LargeAllocator& allocator = large_allocator(kind);
    for (size_t bytes : {size_t{5000}, 2 * kMiB, 2 * kMiB + 1, 9 * kMiB + 77}) {
      char* const block = allocator.allocate(bytes);
      REQUIRE(block != nullptr);
      memset(block, 'x', bytes);
      for (size_t left = bytes; left > 0;) {
        const size_t now = allocator.release_part(block, left, kMiB);
        REQUIRE(now < left);
        if (now > 0) CHECK((block[0] == 'x' && block[now - 1] == 'x'));
        left = now;
      }
    }
  }
}

TEST_CASE("where a new block is said to be zero, it is") {
  for (AllocatorKind kind : {AllocatorKind::kPooled, AllocatorKind::kStandard}) {
    LargeAllocator& allocator = large_allocator(kind);
    for (int i = 0; i < 4; i++) {
      for (const size_t bytes : {size_t{5000}, 3 * kMiB}) {
        char* const block = allocator.allocate(bytes);
        REQUIRE(block != nullptr);
        const size_t zero = allocator.zero_behind(0, bytes);
        CHECK(std::all_of(block + zero, block + bytes, [](char c) { return c == 0; }));
        memset(block, 'x', bytes);
        allocator.release(block, bytes);
      }
    }
  }
}

#if !defined(COBNUT_NO_JEMALLOC)
TEST_CASE("no memory is a nullptr, and the old block stays") {
  constexpr size_t kTooMuch = size_t{1} << 60;
  for (AllocatorKind kind : {AllocatorKind::kPooled, AllocatorKind::kStandard}) {
    LargeAllocator& allocator = large_allocator(kind);
    CHECK(allocator.allocate(kTooMuch) == nullptr);
    for (size_t bytes : {size_t{5000}, 3 * kMiB}) {
      const Block block{allocator.allocate(bytes), bytes, 'x'};
      block.write();
      CHECK(allocator.reallocate(block.data, bytes, kTooMuch) == nullptr);
      CHECK(block.intact(bytes));
      allocator.release(block.data, bytes);
    }
  }
}

TEST_CASE("the heap's numbers") {
  LargeAllocator& allocator = large_allocator(AllocatorKind::kStandard);
  const HeapStats before = heap_stats();
  char* block = allocator.allocate(8 * kMiB);
  const HeapStats after = heap_stats();
  CHECK(after.allocated >= before.allocated + 8 * kMiB);
  CHECK(after.active >= after.allocated);
  CHECK(after.resident > 0);
  allocator.release(block, 8 * kMiB);
}
#endif

TEST_CASE("blocks go from thread to thread") {
  LargeAllocator& allocator = large_allocator(AllocatorKind::kPooled);
  for (int round = 0; round < 20; round++) {
    std::vector<Block> blocks;
    std::thread([&] {
      std::mt19937 random(static_cast<unsigned>(round));
      for (int i = 0; i < 200; i++) {
        const size_t bytes = 2000 + random() % 30'000;
        blocks.push_back({allocator.allocate(bytes), bytes, static_cast<char>(i)});
        blocks.back().write();
      }
    }).join();
    for (const Block& block : blocks) {
      REQUIRE(block.intact(block.bytes));
      allocator.release(block.data, block.bytes);
    }
  }
}

TEST_CASE("the budget adds up what the shards publish") {
  MemoryBudget budget;
  CHECK(budget.used() == 0);
  budget.publish(-5);
  CHECK(budget.used() == 0);
  budget.publish(5);
  std::vector<std::thread> shards;
  for (int i = 0; i < 4; i++) {
    shards.emplace_back([&] {
      for (int k = 0; k < 10'000; k++) budget.publish(k % 2 == 0 ? 300 : -200);
    });
  }
  for (std::thread& shard : shards) shard.join();
  CHECK(budget.used() == 4 * 5'000 * 100);
}

}  // namespace cobnut
