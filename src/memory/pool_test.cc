#include "memory/pool.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <unordered_map>
#include <vector>

#include "base/poison.h"
#include "memory/pages.h"

namespace cobnut {
namespace {

// What the pool must hold: handle -> size asked for and the byte that fills the block.
struct Model {
  struct Block {
    size_t bytes;
    char fill;
  };
  std::unordered_map<Handle, Block> blocks;
  std::vector<Handle> handles;
  size_t used = 0;
};

void allocate(Pool& pool, Model& model, size_t bytes, char fill) {
  const Handle handle = pool.allocate(bytes);
  REQUIRE(handle != kNoHandle);
  REQUIRE(reinterpret_cast<uintptr_t>(pool.at(handle)) % kGranule == 0);
  REQUIRE(pool.block_bytes_of(handle) == Pool::block_bytes(bytes));
  REQUIRE(model.blocks.try_emplace(handle, Model::Block{bytes, fill}).second);
  memset(pool.at(handle), fill, Pool::block_bytes(bytes));
  model.handles.push_back(handle);
  model.used += Pool::block_bytes(bytes);
  REQUIRE(pool.used_bytes() == model.used);
}

void release(Pool& pool, Model& model, size_t index) {
  const Handle handle = model.handles[index];
  const Model::Block block = model.blocks.at(handle);
  const char* content = pool.at(handle);
  const size_t bytes = Pool::block_bytes(block.bytes);
  REQUIRE(std::all_of(content, content + bytes, [&](char c) { return c == block.fill; }));
  pool.release(handle);
  model.blocks.erase(handle);
  model.handles[index] = model.handles.back();
  model.handles.pop_back();
  model.used -= bytes;
  REQUIRE(pool.used_bytes() == model.used);
}

// The pool's own enumeration names exactly the blocks of the model.
void check_enumeration(const Pool& pool, const Model& model) {
  std::vector<Handle> listed(Pool::kBlocksPerSpanMax);
  size_t count = 0, used = 0, spans = 0;
  for (uint32_t span = 0; span < pool.span_limit(); span++) {
    const size_t found = pool.list_blocks(span, listed.data());
    size_t bytes = 0;
    for (size_t i = 0; i < found; i++) {
      REQUIRE(Pool::span_of(listed[i]) == span);
      REQUIRE(model.blocks.contains(listed[i]));
      bytes += pool.block_bytes_of(listed[i]);
    }
    REQUIRE(std::is_sorted(listed.begin(), listed.begin() + static_cast<ptrdiff_t>(found)));
    REQUIRE(bytes == pool.span_used_bytes(span));
    count += found;
    used += bytes;
    spans += bytes != 0;
  }
  CHECK(count == model.blocks.size());
  CHECK(used == pool.used_bytes());
  CHECK(spans * kSpanBytes == pool.committed_bytes());  // no empty span is held
}

size_t random_size(std::mt19937& random) {
  switch (random() % 8) {
    case 0:
      return random() % (kPoolBlockMax + 1);
    case 1:
      return random() % 1024;
    default:
      return random() % 256;
  }
}

}  // namespace

TEST_CASE("random sizes against a model, growing and shrinking") {
  for (unsigned seed = 1; seed <= 3; seed++) {
    PagePool pages;
    {
      Pool pool(pages);
      Model model;
      std::mt19937 random(seed);
      for (int i = 0; i < 120'000; i++) {
        const bool grows = i / 20'000 % 2 == 0;
        if (model.handles.empty() || random() % 100 < (grows ? 70u : 32u)) {
          allocate(pool, model, random_size(random), static_cast<char>(random()));
        } else {
          release(pool, model, random() % model.handles.size());
        }
        if (i % 20'000 == 19'999) check_enumeration(pool, model);
      }
      REQUIRE(pages.mapped_bytes() - pages.free_bytes() == pool.committed_bytes());
      while (!model.handles.empty()) release(pool, model, random() % model.handles.size());
      CHECK(pool.used_bytes() == 0);
      CHECK(pool.committed_bytes() == 0);
    }
    CHECK(pages.free_bytes() == pages.mapped_bytes());
  }
}

TEST_CASE("a pool that ends gives back what it still holds") {
  PagePool pages;
  {
    Pool pool(pages);
    Model model;
    std::mt19937 random(7);
    for (int i = 0; i < 10'000; i++) allocate(pool, model, random_size(random), 'x');
  }
  CHECK(pages.free_bytes() == pages.mapped_bytes());
}

TEST_CASE("the block released last is used next, of the same class only") {
  PagePool pages;
  Pool pool(pages);
  const Handle keep = pool.allocate(96);
  const Handle first = pool.allocate(96);
  const Handle second = pool.allocate(96);
  pool.release(first);
  pool.release(second);
  const Handle other = pool.allocate(112);
  CHECK(other != first);
  CHECK(other != second);
  CHECK(pool.allocate(90) == second);
  CHECK(pool.allocate(81) == first);
  CHECK(pool.block_bytes_of(keep) == 96);
}

TEST_CASE("frames of empty runs serve other classes") {
  PagePool pages;
  Pool pool(pages);
  std::vector<Handle> handles;
  const Handle pin = pool.allocate(16);  // keeps the first span
  while (pool.committed_bytes() == kSpanBytes) handles.push_back(pool.allocate(64));
  for (Handle handle : handles) pool.release(handle);
  CHECK(pool.committed_bytes() == kSpanBytes);
  for (size_t bytes :
       {48, 320, 640, 1536}) {  // runs of 1, 2, 4 and 8 frames: 15 in all, the last ones
    CHECK(Pool::span_of(pool.allocate(bytes)) == Pool::span_of(pin));
  }
  CHECK(pool.committed_bytes() == kSpanBytes);
  CHECK(Pool::span_of(pool.allocate(2048)) != Pool::span_of(pin));
}

TEST_CASE("blocks are carved by address: memory that was never needed is not touched") {
  PagePool pages;
  Pool pool(pages);
  const Handle first = pool.allocate(32);
  for (Handle i = 1; i < 128; i++) CHECK(pool.allocate(32) == first + 2 * i);
}

TEST_CASE("committed and metadata stay within 4 % of what is used") {
  PagePool pages;
  for (size_t bytes = 16; bytes <= kPoolBlockMax; bytes += 16) {
    Pool pool(pages);
    while (pool.used_bytes() < 4 * 1024 * 1024) REQUIRE(pool.allocate(bytes) != kNoHandle);
    const double used = static_cast<double>(pool.used_bytes());
    REQUIRE(pool.metadata_bytes() < used * 0.01);
    REQUIRE(pool.committed_bytes() < (used + kSpanBytes) * 1.037);
  }
}

#if !defined(COBNUT_NO_JEMALLOC)  // sanitizers need address space for themselves
TEST_CASE("no memory is kNoHandle, and nothing is lost by it") {
  PagePool pages;
  Pool pool(pages);
  std::vector<Handle> handles;
  handles.reserve(1'000'000);
  size_t pages_mapped = 0;
  FILE* file = fopen("/proc/self/statm", "r");
  REQUIRE(file != nullptr);
  REQUIRE(fscanf(file, "%zu", &pages_mapped) == 1);
  fclose(file);
  rlimit before;
  getrlimit(RLIMIT_AS, &before);
  rlimit limit = before;
  limit.rlim_cur = pages_mapped * 4096 + 64 * 1024 * 1024;
  REQUIRE(setrlimit(RLIMIT_AS, &limit) == 0);
  Handle handle = pool.allocate(256);
  while (handle != kNoHandle && handles.size() < handles.capacity()) {
    handles.push_back(handle);
    handle = pool.allocate(256);
  }
  const bool room_of_other_classes = pool.allocate(4096) != kNoHandle;
  setrlimit(RLIMIT_AS, &before);

  CHECK(handle == kNoHandle);
  CHECK(!room_of_other_classes);
  CHECK(pool.used_bytes() == handles.size() * 256);
  CHECK(pool.committed_bytes() >= 32 * 1024 * 1024);
  pool.release(handles.back());
  CHECK(pool.allocate(256) == handles.back());
  CHECK(pool.allocate(256) != kNoHandle);
  for (Handle each : handles) pool.release(each);
  CHECK(pool.used_bytes() == 256);
}
#endif

#if defined(__SANITIZE_ADDRESS__)
TEST_CASE("free blocks are poisoned") {
  PagePool pages;
  Pool pool(pages);
  const Handle handle = pool.allocate(64);
  char* block = pool.at(handle);
  CHECK(__asan_region_is_poisoned(block, 64) == nullptr);
  CHECK(__asan_address_is_poisoned(block + 64));
  pool.allocate(64);
  pool.release(handle);
  CHECK(__asan_address_is_poisoned(block));
  CHECK(__asan_address_is_poisoned(block + 63));
}
#endif

}  // namespace cobnut
