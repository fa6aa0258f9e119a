#include "types/stream/ordered_tree.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <vector>

#include "types/stream/consumer_group.h"
#include "types/stream/test_memory.h"

namespace cobnut {
namespace {

struct Item {
  StreamId id;
  uint64_t value;
};
struct IdOrder {
  using Key = StreamId;
  using Probe = StreamId;
  static Key key(const Item& item) { return item.id; }
  static Probe probe(const Key& key) { return key; }
};
using Small = OrderedTree<Item, IdOrder, 128>;  // 4 items a leaf, 4 children a node

using Model = std::map<StreamId, uint64_t>;

void check_same(const Small& tree, const Model& model) {
  REQUIRE(tree.size() == model.size());
  auto at = tree.first();
  for (const auto& [id, value] : model) {
    REQUIRE(at);
    REQUIRE(at->id == id);
    REQUIRE(at->value == value);
    at.next();
  }
  REQUIRE(!at);
  at = tree.last();
  for (auto it = model.rbegin(); it != model.rend(); ++it) {
    REQUIRE(at->id == it->first);
    at.previous();
  }
  REQUIRE(!at);
}

void check_bounds(const Small& tree, const Model& model, StreamId id) {
  const auto lower = model.lower_bound(id);
  const auto found = tree.lower_bound(id);
  REQUIRE(static_cast<bool>(found) == (lower != model.end()));
  if (found) REQUIRE(found->id == lower->first);
  auto upper = model.upper_bound(id);
  const auto floor = tree.floor(id);
  REQUIRE(static_cast<bool>(floor) == (upper != model.begin()));
  if (floor) REQUIRE(floor->id == (--upper)->first);
  REQUIRE((tree.find(id) != nullptr) == (model.count(id) == 1));
}

}  // namespace

TEST_CASE("ordered tree: random operations against std::map, growing and shrinking") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  {
    TestMemory memory(heap);
    std::mt19937_64 random(7);
    for (const uint64_t range : {20, 300, 4000}) {
      Small tree;
      Model model;
      for (int step = 0; step < 30'000; step++) {
        const StreamId id{random() % range, random() % 3};
        const bool growing = (step / 5000) % 2 == 0;
        if (random() % 10 < (growing ? 7 : 3)) {
          bool inserted = false;
          const Item* stored = tree.insert(memory, {id, random()}, &inserted);
          REQUIRE(stored->id == id);
          REQUIRE(inserted == model.emplace(id, stored->value).second);
          REQUIRE(stored->value == model[id]);
        } else {
          REQUIRE(tree.erase(memory, id) == (model.erase(id) == 1));
        }
        check_bounds(tree, model, {random() % range, random() % 3});
        if (step % 500 == 0) check_same(tree, model);
      }
      check_same(tree, model);
      size_t freed = 0;
      while (const size_t some = tree.free_last_leaf(memory, [](const Item&) {})) freed += some;
      CHECK(freed == model.size());
      CHECK(tree.nodes() == 0);
      CHECK(memory.bytes() == sizeof(TestMemory));
    }
  }
  CHECK(heap.used_bytes() == 0);
}

TEST_CASE("ordered tree: records that arrive in order fill their leaves") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  TestMemory memory(heap);
  OrderedTree<Item, IdOrder> tree;
  constexpr size_t kItems = 100'000;
  for (size_t i = 0; i < kItems; i++) tree.insert(memory, {{i, 0}, i});
  CHECK(memory.bytes() < kItems * sizeof(Item) * 11 / 10);
  for (size_t i = 0; i < kItems; i++) {  // a queue: from the front
    REQUIRE(tree.first()->id.ms == i);
    REQUIRE(tree.erase(memory, {i, 0}));
  }
  CHECK(tree.nodes() == 0);
}

TEST_CASE("ordered tree: names are in the order of their bytes, the shorter first") {
  CollectionHeap heap(large_allocator(AllocatorKind::kPooled));
  TestMemory memory(heap);
  ConsumerGroup* group = ConsumerGroup::create(memory, "g");
  std::map<std::string, int> model;
  std::mt19937_64 random(3);
  for (int step = 0; step < 5000; step++) {
    std::string name(random() % 3, 'a');
    for (char& c : name) c = static_cast<char>(random());
    Consumer* consumer = group->find_consumer(name);
    REQUIRE((consumer != nullptr) == (model.count(name) == 1));
    if (consumer == nullptr) {
      group->create_consumer(memory, name, step);
      model[name] = step;
    } else {
      REQUIRE(consumer->seen_ms == model[name]);
      REQUIRE(group->remove_consumer(memory, consumer) == 0);
      model.erase(name);
    }
  }
  auto at = group->consumers().first();
  for (const auto& [name, value] : model) {  // std::string compares as unsigned bytes
    REQUIRE((*at)->name() == name);
    at.next();
  }
  ConsumerGroup::destroy(memory, group);
  CHECK(memory.bytes() == sizeof(TestMemory));
}

}  // namespace cobnut
