#include "types/stream/stream.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/numbers.h"
#include "types/stream/stream_listpack.h"

namespace cobnut {
namespace {

using Fields = std::vector<std::string>;  // fields and values in turn

// What a stream holds, told by a map; blocks are the stream's own affair but for whole-block trims.
struct Model {
  std::map<StreamId, Fields> entries;
  StreamId max_deleted;

  StreamId first() const { return entries.empty() ? StreamId{} : entries.begin()->first; }
};

Fields fields_of(const StreamEntry& entry) {
  Fields fields;
  char digits[kIntTextMax];
  entry.for_each([&](Bytes field, const listpack::Value& value) {
    fields.emplace_back(field);
    fields.emplace_back(value.text(digits));
  });
  return fields;
}

bool append(StreamValue& stream, StreamId id, const Fields& fields, const StreamLimits& limits) {
  const std::vector<Bytes> pairs(fields.begin(), fields.end());
  return stream.append(id, pairs, limits);
}

void check_range(const StreamValue& stream, const Model& model, StreamId first, StreamId last) {
  std::vector<StreamId> expected;
  for (auto it = model.entries.lower_bound(first); it != model.entries.end() && it->first <= last;
       ++it)
    expected.push_back(it->first);
  REQUIRE(stream.count(first, last, 0) == expected.size());
  REQUIRE(stream.count(first, last, 3) == std::min<size_t>(expected.size(), 3));
  StreamEntry entry;
  StreamValue::Reader forward(stream, first, last);
  for (const StreamId id : expected) {
    REQUIRE(forward.next(&entry));
    REQUIRE(entry.id == id);
    REQUIRE(fields_of(entry) == model.entries.at(id));
  }
  REQUIRE(!forward.next(&entry));
  REQUIRE(stream.any_behind(first) == (model.entries.upper_bound(first) != model.entries.end()));
  REQUIRE(stream.any_behind(last) == (model.entries.upper_bound(last) != model.entries.end()));
  StreamValue::Reader backward(stream, first, last, true);
  for (auto it = expected.rbegin(); it != expected.rend(); ++it) {
    REQUIRE(backward.next(&entry));
    REQUIRE(entry.id == *it);
    REQUIRE(fields_of(entry) == model.entries.at(*it));
  }
  REQUIRE(!backward.next(&entry));
}

void check_same(const StreamValue& stream, const Model& model) {
  REQUIRE(stream.length() == model.entries.size());
  REQUIRE(stream.first_id() == model.first());
  REQUIRE(stream.max_deleted_id() == model.max_deleted);
  REQUIRE(stream.last_entry_id() ==
          (model.entries.empty() ? StreamId{} : model.entries.rbegin()->first));
  check_range(stream, model, kStreamIdMin, kStreamIdMax);
}

class Random {
 public:
  explicit Random(uint64_t seed) : random_(seed) {}
  uint64_t below(uint64_t limit) { return random_() % limit; }
  std::string text() {
    switch (below(6)) {
      case 0:
        return "";
      case 1:
        return std::to_string(static_cast<int64_t>(random_()) >> below(60));
      case 2:
        return std::string(below(200), 'x');
      default: {
        std::string bytes(below(9), 'a');
        for (char& c : bytes) c = static_cast<char>(random_());
        return bytes;
      }
    }
  }
  Fields fields() {
    static const Fields kUsual[] = {{"name", "", "age", ""}, {"name", "", "age", ""}, {"1", ""}};
    Fields fields = below(4) == 0 ? Fields(2 * (1 + below(12))) : kUsual[below(3)];
    for (size_t i = 0; i < fields.size(); i++) {
      if (i % 2 == 1 || fields[i].empty()) fields[i] = text();
    }
    return fields;
  }

 private:
  std::mt19937_64 random_;
};

StreamId near(Random& random, StreamId last) {
  return {random.below(last.ms + 3), random.below(4)};
}

void trim_model(Model& model, const StreamTrim& trim) {
  const bool by_length = trim.by == StreamTrim::By::kLength;
  while (!model.entries.empty() &&
         (by_length ? model.entries.size() > trim.length : model.entries.begin()->first < trim.id))
    model.entries.erase(model.entries.begin());
}

// The same stream of its blocks and facts, as RESTORE takes them.
StreamValue* rebuilt(const StreamValue& stream, CollectionHeap& heap) {
  auto* again = new StreamValue(heap);
  for (auto block = stream.block_index().first(); block; block.next()) {
    const std::string pack = listpack_of(*block);
    REQUIRE(listpack::valid(pack));
    REQUIRE(pack.size() == block->pack_bytes());
    REQUIRE(again->add_block(block->first, pack));
    REQUIRE(!again->add_block(block->first, pack));
    REQUIRE(listpack_of(*again->block_index().last()) == pack);
  }
  StreamValue::Facts facts{.length = stream.length(),
                           .last_id = stream.last_id(),
                           .max_deleted_id = stream.max_deleted_id(),
                           .entries_added = stream.entries_added()};
  facts.length++;
  REQUIRE(!again->set_facts(facts));
  facts.length--;
  if (const StreamId last = stream.last_entry_id(); !last.zero()) {
    facts.last_id = last.previous();
    REQUIRE(!again->set_facts(facts));
    facts.last_id = stream.last_id();
  }
  REQUIRE(again->set_facts(facts));
  REQUIRE(again->last_id() == stream.last_id());
  REQUIRE(again->entries_added() == stream.entries_added());
  return again;
}

void run_random_operations(uint64_t seed, const StreamLimits& limits) {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  Random random(seed);
  auto* stream = new StreamValue(heap);
  Model model;
  uint64_t added = 0;
  for (int step = 0; step < 4000; step++) {
    const StreamId last = stream->last_id();
    const uint64_t choice = random.below(100);
    if (choice < 55) {
      StreamId id{last.ms + random.below(3), random.below(5)};
      if (id <= last) id = last.next();
      const Fields fields = random.fields();
      REQUIRE(append(*stream, id, fields, limits));
      model.entries[id] = fields;
      REQUIRE(stream->last_id() == id);
      REQUIRE(stream->entries_added() == ++added);
    } else if (choice < 80) {
      const StreamId id = near(random, last);
      const bool there = model.entries.erase(id) == 1;
      REQUIRE(stream->contains(id) == there);
      REQUIRE(stream->remove(id) == there);
      if (there) model.max_deleted = std::max(model.max_deleted, id);
    } else if (choice < 83) {
      const bool by_length = random.below(2) == 0;
      const StreamTrim trim{.by = by_length ? StreamTrim::By::kLength : StreamTrim::By::kId,
                            .length = stream->length() - random.below(stream->length() / 4 + 1),
                            .id = {last.ms / 4 * random.below(4), 0}};
      const size_t before = model.entries.size();
      trim_model(model, trim);
      REQUIRE(stream->trim(trim) == before - model.entries.size());
    } else if (choice < 86) {  // whole blocks: what goes is a prefix, and never too much
      const StreamTrim trim{.by = StreamTrim::By::kLength,
                            .whole_blocks = true,
                            .length = stream->length() * 3 / 4,
                            .limit = static_cast<int64_t>(random.below(100))};
      const uint64_t removed = stream->trim(trim);
      REQUIRE(stream->length() >= trim.length);
      if (trim.limit != 0) REQUIRE(removed <= static_cast<uint64_t>(trim.limit));
      for (uint64_t i = 0; i < removed; i++) model.entries.erase(model.entries.begin());
    } else {
      check_range(*stream, model, near(random, last), near(random, last));
    }
    if (step % 200 == 0) check_same(*stream, model);
  }
  check_same(*stream, model);
  CollectionHeap other(large_allocator(AllocatorKind::kPooled));
  auto* copied = static_cast<StreamValue*>(stream->copy(other));
  heap.discard(stream);
  while (heap.free_step()) {
  }
  CHECK(heap.used_bytes() == 0);
  check_same(*copied, model);
  StreamValue* again = rebuilt(*copied, heap);
  check_same(*again, model);
  heap.discard(again);
  other.discard(copied);
  while (heap.free_step() || other.free_step()) {
  }
  CHECK(heap.used_bytes() + other.used_bytes() == 0);
}

}  // namespace

TEST_CASE("stream: random operations against a map, over block sizes") {
  run_random_operations(1, {.block_bytes = 4096, .block_entries = 100});
  run_random_operations(2, {.block_bytes = 4096, .block_entries = 3});
  run_random_operations(3, {.block_bytes = 60, .block_entries = 0});
  run_random_operations(4, {.block_bytes = 0, .block_entries = 0});
  run_random_operations(5, {.block_bytes = 0, .block_entries = 1});
  run_random_operations(6, {.block_bytes = 1000, .block_entries = 200});
}

TEST_CASE("stream: an entry of two short fields costs its values and a dozen bytes") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  auto* stream = new StreamValue(heap);
  constexpr uint64_t kEntries = 100'000;
  for (uint64_t i = 1; i <= kEntries; i++)
    REQUIRE(
        append(*stream, {1'700'000'000'000 + i, 0}, {"name", "abcdefgh", "city", "ijklmnop"}, {}));
  MESSAGE("bytes an entry: ", stream->bytes() / kEntries);
  CHECK(stream->bytes() / kEntries < 16 + 16);
  CHECK(stream->blocks() == kEntries / 100);
  heap.discard(stream);
  int steps = 0;
  while (heap.free_step()) steps++;
  CHECK(steps > 3);  // in slices
  CHECK(heap.used_bytes() == 0);
}

TEST_CASE("stream: what is not a block is refused") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  auto* stream = new StreamValue(heap);
  REQUIRE(append(*stream, {5, 1}, {"a", "1"}, {}));
  REQUIRE(append(*stream, {6, 1}, {"b", "2", "c", "3"}, {}));
  const std::string good = listpack_of(*stream->block_index().first());
  size_t refused = 0;
  for (size_t at = listpack::kHeaderBytes; at < good.size(); at++) {
    for (int bit = 0; bit < 8; bit++) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1 << bit);
      if (!listpack::valid(bad)) continue;
      auto* target = new StreamValue(heap);
      const bool added = target->add_block({5, 1}, bad);
      refused += added ? 0 : 1;
      StreamEntry entry;  // what is taken can be walked both ways
      StreamValue::Reader forward(*target, kStreamIdMin, kStreamIdMax);
      size_t entries = 0;
      while (forward.next(&entry)) {
        entries++;
        fields_of(entry);
      }
      StreamValue::Reader backward(*target, kStreamIdMin, kStreamIdMax, true);
      while (backward.next(&entry)) entries--;
      CHECK(entries == 0);
      heap.discard(target);
    }
  }
  CHECK(refused > 50);
  heap.discard(stream);
}

namespace {

struct Owner {
  std::string consumer;
  int64_t deliveries;
};
using GroupsModel = std::map<std::string, std::map<StreamId, Owner>>;  // what is pending, by group
using ConsumersModel = std::map<std::string, std::set<std::string>>;   // by group

void check_groups(const StreamValue& stream, const GroupsModel& model,
                  const ConsumersModel& consumers) {
  for (const auto& [group_name, pending] : model) {
    const ConsumerGroup* checked = stream.find_group(group_name);
    REQUIRE(checked->pending().size() == pending.size());
    auto at = checked->pending().first();
    for (const auto& [pending_id, owner] : pending) {
      const PendingEntry entry = *at;
      REQUIRE(entry.id == pending_id);
      REQUIRE(entry.consumer->name() == owner.consumer);
      REQUIRE(entry.deliveries == owner.deliveries);
      REQUIRE(entry.consumer->pending().find(pending_id));
      at.next();
    }
    size_t listed = 0;
    REQUIRE(checked->consumers().size() == consumers.at(group_name).size());
    for (auto c = checked->consumers().first(); c; c.next()) {
      REQUIRE(consumers.at(group_name).count(std::string((*c)->name())) == 1);
      listed += (*c)->pending().size();
    }
    REQUIRE(listed == pending.size());  // so none is in two
  }
}

void check_groups_of_copy(const StreamValue& stream, const StreamValue& copied) {
  for (auto group = stream.groups().first(); group; group.next()) {
    const ConsumerGroup* twin = copied.find_group((*group)->name());
    auto at = twin->pending().first();
    for (auto entry = (*group)->pending().first(); entry; entry.next(), at.next()) {
      REQUIRE(at.id() == entry.id());
      REQUIRE((*at).consumer != (*entry).consumer);
      REQUIRE((*at).consumer->name() == (*entry).consumer->name());
    }
    REQUIRE(!at);
  }
}

}  // namespace

TEST_CASE("stream: an entry is pending in exactly one consumer, whatever happens") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  auto* stream = new StreamValue(heap);
  Random random(11);
  GroupsModel model;
  ConsumersModel consumers;
  for (int step = 0; step < 60'000; step++) {
    const std::string name = "group" + std::to_string(random.below(3));
    ConsumerGroup* group = stream->find_group(name);
    REQUIRE((group != nullptr) == (model.count(name) == 1));
    if (group == nullptr) {
      REQUIRE(stream->create_group(name, {}, 0) != nullptr);
      REQUIRE(stream->create_group(name, {}, 0) == nullptr);
      model[name];
      consumers[name];
      continue;
    }
    const std::string who = "c" + std::to_string(random.below(20));
    const StreamId id{random.below(400), 0};
    const uint64_t choice = random.below(1000);
    Consumer* consumer = group->find_consumer(who);
    if (choice < 2) {
      REQUIRE(stream->destroy_group(name));
      model.erase(name);
      consumers.erase(name);
    } else if (choice < 12) {
      if (consumer == nullptr) continue;
      const size_t had = group->remove_consumer(*stream, consumer);
      REQUIRE(had == std::erase_if(model[name],
                                   [&](const auto& item) { return item.second.consumer == who; }));
      consumers[name].erase(who);
    } else if (choice < 600) {
      if (consumer == nullptr) consumer = group->create_consumer(*stream, who, step);
      consumers[name].insert(who);
      group->assign(*stream, id, consumer, step, step % 7);
      model[name][id] = {who, step % 7};
    } else if (choice < 990) {
      REQUIRE(group->acknowledge(*stream, id) == (model[name].erase(id) == 1));
    } else {
      bool any = false;
      for (auto& [other, pending] : model) any |= pending.erase(id) == 1;
      REQUIRE(stream->drop_references(id) == any);
    }
    if (step % 1000 != 0) continue;
    check_groups(*stream, model, consumers);
  }
  CollectionHeap other(large_allocator(AllocatorKind::kPooled));
  auto* copied = static_cast<StreamValue*>(stream->copy(other));
  check_groups_of_copy(*stream, *copied);
  heap.discard(stream);
  other.discard(copied);
  while (heap.free_step() || other.free_step()) {
  }
  CHECK(heap.used_bytes() + other.used_bytes() == 0);
}

TEST_CASE("stream: a trim of what is acknowledged keeps what groups still hold, and no more") {
  Random random(11);
  for (int round = 0; round < 60; round++) {
    CollectionHeap heap{large_allocator(AllocatorKind::kPooled)};
    StreamValue stream(heap);
    for (uint64_t i = 1; i <= 400; i++)
      append(stream, {i, 1}, {"f", "v"}, {.block_entries = 1 + round % 30});
    for (const char* name : {"a", "b", "c"}) {
      if (random.below(4) == 0) continue;
      ConsumerGroup* group =
          stream.create_group(name, {200 + random.below(300), 1}, ConsumerGroup::kUnknown);
      Consumer* consumer = group->create_consumer(stream, "c", 0);
      const uint64_t begin = random.below(400), step = 1 + random.below(4);
      for (uint64_t i = begin; i < begin + random.below(300); i += step)
        group->assign(stream, {i, 1}, consumer, 0, 1);
    }
    for (int i = 0; i < 50; i++) stream.remove({random.below(400), 1});
    for (const size_t length : {300, 100, 0}) {
      std::vector<StreamId> kept;
      size_t left = stream.length();
      StreamEntry entry;
      StreamValue::Reader before(stream, kStreamIdMin, kStreamIdMax);
      while (before.next(&entry)) {
        if (left <= length || stream.referenced(entry.id))
          kept.push_back(entry.id);
        else
          left--;
      }
      stream.trim({.by = StreamTrim::By::kLength,
                   .length = length,
                   .references = StreamReferences::kAcknowledged});
      REQUIRE(stream.length() == kept.size());
      StreamValue::Reader after(stream, kStreamIdMin, kStreamIdMax);
      for (const StreamId id : kept) {
        REQUIRE(after.next(&entry));
        REQUIRE(entry.id == id);
      }
    }
    while (stream.free_some(100)) {
    }
  }
}

TEST_CASE("stream: ids of text") {
  char text[kStreamIdTextMax];
  CHECK(Bytes(text, format_stream_id(kStreamIdMax, text)) ==
        "18446744073709551615-18446744073709551615");
  StreamIdText texts;
  for (const char* id : {"0-0", "0-7", "5-0", "5-18446744073709551615", "5-12",
                         "18446744073709551615-1", "18446744073709551615-18446744073709551615"})
    CHECK(texts.of(*parse_stream_id(id, 0)) == id);
  CHECK(parse_stream_id("18446744073709551615-18446744073709551615", 0) == kStreamIdMax);
  CHECK(parse_stream_id("9999999999999999999-10000000000000000000", 0) ==
        StreamId{9999999999999999999u, 10000000000000000000u});
  CHECK(parse_stream_id("7", 9) == StreamId{7, 9});
  CHECK(parse_stream_id("007-01", 9) == StreamId{7, 1});  // as strtoull reads it
  CHECK(parse_stream_id("1- +2", 9) == StreamId{1, 2});
  CHECK(parse_stream_id(Bytes("1-2\0x", 5), 9) == StreamId{1, 2});
  for (const char* bad : {"", "-", "+", "1-", "-1", "1-x", "x-1", "1-2-3", "18446744073709551616",
                          "1-18446744073709551616", "1-*", "*", "1--2", "1- "})
    CHECK(!parse_stream_id(bad, 0));
  CHECK(!parse_stream_id(std::string(128, '1'), 0));
  bool automatic = false;
  CHECK(parse_stream_id("8-*", 0, &automatic) == StreamId{8, 0});
  CHECK(automatic);
}

}  // namespace cobnut
