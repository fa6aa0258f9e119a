#include "types/stream/stream_block.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "types/stream/stream_listpack.h"
#include "types/stream/test_memory.h"

namespace cobnut {
namespace {

struct Fixture {
  CollectionHeap heap{large_allocator(AllocatorKind::kPooled)};
  TestMemory memory{heap};
  StreamBlock block;
  std::vector<StreamId> ids;

  ~Fixture() {
    if (block.data != nullptr) free_block(memory, block);
  }
  size_t bytes() const { return block.header().bytes; }
  // Returns the bytes that it takes.
  size_t add(StreamId id, const std::vector<Bytes>& pairs) {
    if (ids.empty()) REQUIRE(create_block(memory, id, pairs, 2, 0, &block));
    const size_t before = bytes();
    REQUIRE(append_to_block(memory, block, ids.empty() ? id : ids.back(), id, pairs, 4096));
    ids.push_back(id);
    return bytes() - before;
  }
  void check() {
    BlockReader forward(block), backward(block);
    StreamEntry entry;
    for (const StreamId id : ids) {
      REQUIRE(forward.next(&entry));
      REQUIRE(entry.id == id);
    }
    REQUIRE(!forward.next(&entry));
    for (size_t i = ids.size(); i-- > 0;) {
      REQUIRE(backward.previous(&entry));
      REQUIRE(entry.id == ids[i]);
    }
    REQUIRE(!backward.previous(&entry));
    const std::string pack = listpack_of(block);
    REQUIRE(pack.size() == block.pack_bytes());
    REQUIRE(listpack::valid(pack));
    StreamBlock again;
    REQUIRE(block_of_listpack(memory, block.first, pack, &again));
    REQUIRE(again.header().bytes == bytes());
    REQUIRE(listpack_of(again) == pack);
    free_block(memory, again);
  }
};

}  // namespace

TEST_CASE("stream block: what an entry costs beside its values") {
  Fixture f;
  const std::vector<Bytes> pairs{"field", "8 bytes!"};
  f.add({1000, 0}, pairs);
  CHECK(f.add({1000, 1}, pairs) == 1 + 8);                           // the next seq
  CHECK(f.add({1001, 0}, pairs) == 1 + 8);                           // the next ms
  CHECK(f.add({1101, 0}, pairs) == 2 + 8);                           // some ms later
  CHECK(f.add({1101, 2}, pairs) == 3 + 8);                           // any id
  CHECK(f.add({1101, 3}, {"field", "0123456789abcdef"}) == 2 + 16);  // a longer text
  CHECK(f.add({1101, 4}, {"field", "1000"}) == 2 + 2);               // an integer
  CHECK(f.add({1101, 5}, {"other", "x"}) == 1 + 6 + 2);              // fields of its own
  CHECK(f.add({1101, 6}, {"field", "x", "other", ""}) == 1 + 8 + 7);
  f.check();
}

TEST_CASE("stream block: ids of all distances, in groups, from any place both ways") {
  Fixture f;
  StreamId id{0, 1};
  const std::vector<Bytes> pairs{"a", "1", "b", "text"};
  for (uint64_t i = 0; i < 200; i++) {
    f.add(id, pairs);
    const uint64_t step = uint64_t{1} << (i % 60);
    id = i % 3 == 0 ? id.next() : i % 3 == 1 ? StreamId{id.ms, id.seq + step} : id;
    if (i % 3 == 2) id = {id.ms + (i % 2 == 0 ? 1 : step / 64 + 1), i % 4 == 0 ? 0 : step};
  }
  f.add(kStreamIdMax, pairs);
  f.check();
  for (size_t i = 0; i < f.ids.size(); i++) {
    StreamEntry entry;
    BlockReader forward(f.block), backward(f.block);
    forward.seek(f.ids[i]);
    REQUIRE(forward.next(&entry));
    REQUIRE(entry.id == f.ids[i]);
    if (i + 1 < f.ids.size()) {  // behind it, be there one or not
      BlockReader behind(f.block);
      behind.seek(f.ids[i].next());
      REQUIRE(behind.next(&entry));
      REQUIRE(entry.id == f.ids[i + 1]);
    }
    backward.seek_back(f.ids[i]);
    while (backward.previous(&entry) && entry.id > f.ids[i]) {
    }
    REQUIRE(entry.id == f.ids[i]);
  }
  BlockReader before(f.block);
  StreamEntry entry;
  before.seek_back({0, 0});  // all of the first group is behind it
  while (before.previous(&entry)) CHECK(entry.id > StreamId{0, 0});
}

TEST_CASE("stream block: any number of fields, the master's and others") {
  std::vector<std::string> names;
  for (int i = 0; i < 40; i++) names.push_back("field" + std::to_string(i));
  for (const size_t master : {1, 2, 15, 16, 40}) {
    Fixture f;
    for (size_t i = 0; i < 40; i++) {
      std::vector<Bytes> pairs;
      for (size_t field = 0; field < (i % 2 == 0 ? master : i + 1); field++) {
        pairs.emplace_back(names[field]);
        pairs.emplace_back(field % 3 == 0 ? "" : field % 3 == 1 ? "-70000" : "text");
      }
      f.add({7, i}, pairs);
      StreamEntry entry;
      BlockReader reader(f.block);
      REQUIRE(reader.previous(&entry));
      REQUIRE(entry.fields() == pairs.size() / 2);
      size_t at = 0;
      char digits[kIntTextMax];
      entry.for_each([&](Bytes name, const listpack::Value& value) {
        REQUIRE(name == pairs[at++]);
        REQUIRE(value.text(digits) == pairs[at++]);
      });
      REQUIRE(at == pairs.size());
    }
    f.check();
  }
}

TEST_CASE("stream block: a deleted entry is marked and stays where it is") {
  Fixture f;
  for (uint64_t i = 0; i < 50; i++) f.add({1, i}, {"f", "value"});
  BlockReader reader(f.block);
  StreamEntry entry;
  for (int i = 0; reader.next(&entry); i++) {
    if (i % 3 == 0) mark_deleted(f.block, reader.offset(entry));
  }
  CHECK(f.block.header().deleted == 17);
  CHECK(f.block.header().live == 33);
  size_t deleted = 0;
  BlockReader again(f.block);
  while (again.next(&entry)) deleted += entry.deleted() ? 1 : 0;
  CHECK(deleted == 17);
  f.check();
}

TEST_CASE("stream block: a deleted entry with the largest id stays in its listpack") {
  Fixture f;
  f.add({UINT64_MAX, 0}, {"f", "value"});
  f.add(kStreamIdMax, {"f", "value"});
  StreamEntry entry;
  BlockReader reader(f.block);
  REQUIRE(reader.previous(&entry));
  mark_deleted(f.block, reader.offset(entry));
  f.check();
}

}  // namespace cobnut
