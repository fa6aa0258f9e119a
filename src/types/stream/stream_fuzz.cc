// Blocks from outside either are refused or can be read both ways, trimmed, deleted from and
// appended to.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "types/stream/stream.h"
#include "types/stream/stream_listpack.h"

using namespace cobnut;

namespace {

std::vector<StreamId> ids_of(const StreamValue& stream, bool backward) {
  std::vector<StreamId> ids;
  StreamEntry entry;
  StreamValue::Reader reader(stream, kStreamIdMin, kStreamIdMax, backward);
  while (reader.next(&entry)) {
    ids.push_back(entry.id);
    size_t pairs = 0;
    entry.for_each([&](Bytes, const listpack::Value&) { pairs++; });
    CHECK_EQ(pairs, entry.fields());
  }
  return ids;
}

void check_consistent(const StreamValue& stream) {
  std::vector<StreamId> ids = ids_of(stream, false);
  CHECK_EQ(ids.size(), stream.length());
  CHECK_EQ(ids.size(), stream.count(kStreamIdMin, kStreamIdMax, 0));
  for (auto block = stream.block_index().first(); block; block.next()) {
    const std::string pack = listpack_of(*block);
    CHECK_EQ(pack.size(), block->pack_bytes());
    CHECK(listpack::valid(pack));
  }
  CHECK(stream.first_id() == (ids.empty() ? StreamId{} : ids.front()));
  std::vector<StreamId> back = ids_of(stream, true);
  CHECK(std::equal(ids.begin(), ids.end(), back.rbegin(), back.rend()));
  for (size_t i = 1; i < ids.size(); i++) CHECK(ids[i - 1] < ids[i]);
  if (!ids.empty()) CHECK(ids.back() <= stream.last_id());
}

void use(StreamValue& stream, std::minstd_rand* random) {
  stream.create_group("g", {}, ConsumerGroup::kUnknown);
  ConsumerGroup& group = *stream.find_group("g");
  Consumer* consumer = group.create_consumer(stream, "c", 0);
  for (int i = 0; i < 20; i++) {
    const std::vector<StreamId> ids = ids_of(stream, false);
    const StreamId id = ids.empty() ? StreamId{} : ids[(*random)() % ids.size()];
    switch ((*random)() % 5) {
      case 0:
        CHECK(stream.remove(id) == !ids.empty());
        break;
      case 1:
        group.assign(stream, id, consumer, 0, 1);
        if (id > group.last_id) stream.advance(group, id);
        break;
      case 2: {
        const Bytes pairs[] = {"field", "value", "1", "2"};
        if (stream.last_id() == kStreamIdMax) break;
        CHECK(stream.append(stream.last_id().next(), {pairs, (*random)() % 2 ? 2u : 4u}, {}));
        break;
      }
      default:
        stream.trim({.by = (*random)() % 2 ? StreamTrim::By::kLength : StreamTrim::By::kId,
                     .whole_blocks = (*random)() % 4 == 0,
                     .length = ids.size() - ids.size() / 4,
                     .id = id,
                     .references = static_cast<StreamReferences>((*random)() % 3)});
    }
    check_consistent(stream);
  }
}

// What arrives: blocks with their first ids.
void load_and_use(CollectionHeap& heap, const std::vector<std::pair<StreamId, std::string>>& blocks,
                  std::minstd_rand* random) {
  auto* stream = new StreamValue(heap);
  StreamId last;
  for (const auto& [first, pack] : blocks) {
    if (listpack::valid(pack) && stream->add_block(first, pack))
      last = last_of_block(*stream->block_index().last());
  }
  StreamValue::Facts facts{.length = stream->length(), .last_id = last};
  CHECK(stream->set_facts(facts));
  check_consistent(*stream);
  use(*stream, random);
  heap.discard(stream);
  while (heap.free_step()) {
  }
  CHECK_EQ(heap.used_bytes(), 0u);
}

std::vector<std::pair<StreamId, std::string>> blocks_of(CollectionHeap& heap, const uint8_t* data,
                                                        size_t size) {
  auto* stream = new StreamValue(heap);
  for (size_t i = 0; i + 2 < size && i < 60; i += 3) {
    const std::string text(reinterpret_cast<const char*>(data + i), 1 + data[i] % 2);
    const Bytes pairs[] = {"f", text, text, "7"};
    const StreamId next{stream->last_id().ms + data[i + 1] % 3, stream->last_id().seq + 1};
    CHECK(stream->append(next, {pairs, data[i + 2] % 2 ? 2u : 4u}, {.block_entries = 5}));
    if (data[i + 2] % 8 == 0) stream->remove(stream->first_id());
  }
  std::vector<std::pair<StreamId, std::string>> blocks;
  for (auto block = stream->block_index().first(); block; block.next())
    blocks.emplace_back(block->first, listpack_of(*block));
  heap.discard(stream);
  return blocks;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  std::minstd_rand random(size == 0 ? 1u : data[0] + 1u);
  const std::string input(reinterpret_cast<const char*>(data), size);
  load_and_use(heap, {{{1, 1}, input}}, &random);
  std::vector<std::pair<StreamId, std::string>> blocks = blocks_of(heap, data, size);
  load_and_use(heap, blocks, &random);
  for (size_t i = 0; i + 2 < size && !blocks.empty(); i += 3) {
    std::vector<std::pair<StreamId, std::string>> damaged = blocks;
    auto& [first, pack] = damaged[data[i] % damaged.size()];
    pack[(data[i + 1] + random() % 16) % pack.size()] = static_cast<char>(data[i + 2]);
    if (data[i] % 16 == 3) first = {data[i + 1], data[i + 2]};
    if (data[i] % 16 == 4) first.ms -= uint64_t{1} << data[i + 1] % 64;
    load_and_use(heap, damaged, &random);
  }
  return 0;
}
