#include "types/list/list.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <random>
#include <string>

#include "memory/large.h"

namespace cobnut {
namespace {

using listpack::Element;
using listpack::View;

using Model = std::deque<std::string>;

struct Fixture {
  CollectionHeap heap{large_allocator(AllocatorKind::kPooled)};
  List* list;

  explicit Fixture(List::Limit limit) : list(new List(heap, limit)) {}
  ~Fixture() {
    heap.discard(list);
    while (heap.free_step()) {
    }
    CHECK(heap.used_bytes() == 0);
  }
};

std::string text_at(const List& list, size_t index) {
  const List::Place place = list.find(index);
  char digits[kIntTextMax];
  return std::string(place.node->view().get(place.at).text(digits));
}

void check_equal(const List& list, const Model& model, List::Limit limit) {
  REQUIRE(list.elements() == model.size());
  Model read;
  char digits[kIntTextMax];
  const ListNode* before = nullptr;
  for (ListNode* node = list.first(); node != nullptr; node = list.next(node)) {
    const View view = node->view();
    REQUIRE(listpack::valid(view.pack()));
    REQUIRE(node->begin + view.bytes() <= node->capacity());
    CHECK(view.count() > 0);
    CHECK(view.count() <= limit.elements);
    if (view.count() > 1) CHECK(view.bytes() <= limit.bytes);  // of Redis: without our header
    CHECK(list.previous(node) == before);
    before = node;
    for (size_t at = view.first(); at != view.end();)
      read.emplace_back(view.read(&at).text(digits));
  }
  CHECK(list.last() == before);
  REQUIRE(read == model);
}

std::string random_text(std::mt19937& random) {
  if (random() % 60 == 0) return std::string(random() % 1500, 'L');
  if (random() % 3 == 0) return std::to_string(random() % 5);
  return std::string(random() % 12, static_cast<char>('a' + random() % 3));
}

// Up to `limit` of the elements equal to `wanted`, unless all are: a List ends with its last one.
void erase_equal(List& list, Model& model, const std::string& wanted, ListEnd from, size_t limit) {
  const auto model_at = [&](size_t i) { return model.begin() + static_cast<ptrdiff_t>(i); };
  const bool forward = from == ListEnd::kFront;
  if (std::count(model.begin(), model.end(), wanted) == std::ssize(model)) return;
  size_t erased = 0;
  for (size_t i = forward ? 0 : model.size(); erased < limit;) {
    if (forward ? i == model.size() : i == 0) break;
    if (!forward) i--;
    if (*model_at(i) != wanted) {
      i += forward;
      continue;
    }
    model.erase(model_at(i));
    erased++;
  }
  CHECK(list.erase_equal(Element(Bytes(wanted)), from, limit) == erased);
}

void check_copy(Fixture& f, const Model& model, List::Limit limit) {
  auto* copied = static_cast<List*>(f.list->copy(f.heap));
  check_equal(*copied, model, limit);
  copied->push(ListEnd::kFront, Element(Bytes("only here")));
  CHECK(f.list->elements() + 1 == copied->elements());
  f.heap.discard(copied);
}

// A node from elsewhere, as full as Redis makes them.
void adopt_node(List& list, Model& model, List::Limit limit, std::mt19937& random) {
  limit.bytes += sizeof(ListNode);
  Fixture other(limit);
  for (size_t i = 1 + random() % 200; i > 0; i--)
    other.list->push(ListEnd::kBack, Element(Bytes(random_text(random))));
  const View node = other.list->first()->view();
  if (!list.fits_a_node(node)) return;
  list.adopt(node);
  char digits[kIntTextMax];
  for (size_t at = node.first(); at != node.end();) model.emplace_back(node.read(&at).text(digits));
}

void random_walk(uint32_t seed, List::Limit limit, int steps) {
  std::mt19937 random(seed);
  Fixture f(limit);
  List& list = *f.list;
  Model model;
  const auto model_at = [&](size_t i) { return model.begin() + static_cast<ptrdiff_t>(i); };
  for (int step = 0; step < steps; step++) {
    const std::string text = random_text(random);
    const Element element{Bytes(text)};
    const uint32_t phase = static_cast<uint32_t>(step) / 500 % 4;  // growth, all, all, shrinking
    uint32_t what = random() % 16;
    if (model.empty() || (phase == 0 && what >= 8)) what %= 2;
    if (phase == 3 && what < 4) what = 10 + what % 2;
    const size_t index = model.empty() ? 0 : random() % model.size();
    switch (what) {
      case 0:
      case 2:
        list.push(ListEnd::kFront, element);
        model.push_front(text);
        break;
      case 1:
      case 3:
        list.push(ListEnd::kBack, element);
        model.push_back(text);
        break;
      case 4:
      case 5:
      case 6:
        list.insert(list.find(index), element);
        model.insert(model_at(index), text);
        break;
      case 7: {  // behind an element
        List::Place place = list.find(index);
        place.at = place.node->view().next(place.at);
        list.insert(place, element);
        model.insert(model_at(index + 1), text);
        break;
      }
      case 8:
      case 9:
        list.replace(list.find(index), element);
        *model_at(index) = text;
        break;
      case 10:
      case 11: {
        size_t count = random() % 4 == 0 ? random() % 60 : 1;
        count = std::min(count, model.size() - 1);  // the last one stays: List ends with it
        const bool front = what == 10;
        list.pop(front ? ListEnd::kFront : ListEnd::kBack, count);
        for (size_t i = 0; i < count; i++) front ? model.pop_front() : model.pop_back();
        break;
      }
      case 12: {
        const ListEnd from = random() % 2 == 0 ? ListEnd::kFront : ListEnd::kBack;
        const size_t count = 1 + random() % 3 * 100;
        const std::string wanted = random() % 8 == 0 ? text : *model_at(index);
        erase_equal(list, model, wanted, from, count);
        break;
      }
      default:
        if (what == 13 && phase != 3) adopt_node(list, model, limit, random);
        CHECK(text_at(list, index) == *model_at(index));
        break;
    }
    if (step % 50 == 0) check_equal(list, model, limit);
    REQUIRE(list.elements() == model.size());
  }
  check_equal(list, model, limit);
  check_copy(f, model, limit);
}

}  // namespace

TEST_CASE("lists: random operations follow a deque") {
  for (uint32_t seed = 1; seed <= 6; seed++) {
    random_walk(seed, {.bytes = 200, .elements = 32768}, 6000);
    random_walk(seed, {.bytes = 1024, .elements = 7}, 4000);
    random_walk(seed, {.bytes = 4096, .elements = 1}, 2000);
    random_walk(seed, List::limit_of(-2), 8000);
  }
}

TEST_CASE("lists: queues and rotations keep their nodes few and full") {
  const List::Limit limit = List::limit_of(-2);
  for (const bool rotates : {false, true}) {
    Fixture f(limit);
    Model model;
    for (int i = 0; i < 50'000; i++) {
      const std::string text = "element " + std::to_string(i);
      if (rotates && i >= 3000) {
        const std::string last = model.back();
        f.list->pop(ListEnd::kBack, 1);
        model.pop_back();
        f.list->push(ListEnd::kFront, Element(Bytes(last)));
        model.push_front(last);
        continue;
      }
      f.list->push(ListEnd::kFront, Element(Bytes(text)));
      model.push_front(text);
      if (i >= 3000) {
        f.list->pop(ListEnd::kBack, 1);
        model.pop_back();
      }
    }
    check_equal(*f.list, model, limit);
    CHECK(f.list->bytes() < 3000 * 18 + 3 * 8192);
  }
}

TEST_CASE("lists: a million small elements cost their bytes and few more") {
  for (const ListEnd end : {ListEnd::kFront, ListEnd::kBack}) {
    Fixture f(List::limit_of(-2));
    for (int i = 0; i < 1'000'000; i++) f.list->push(end, Element(Bytes("8 bytes!")));
    CHECK(f.list->bytes() < 10'200'000);
  }
}

TEST_CASE("lists: limits of nodes are those of list-max-listpack-size") {
  CHECK(List::limit_of(-1).bytes == 4096);
  CHECK(List::limit_of(-2).bytes == 8192);
  CHECK(List::limit_of(-5).bytes == 65536);
  CHECK(List::limit_of(-100).bytes == 65536);
  CHECK(List::limit_of(0).elements == 1);
  CHECK(List::limit_of(100).elements == 100);
  CHECK(List::limit_of(INT64_MAX).elements == 32768);
}

TEST_CASE("lists: an element of the packed threshold has a node of its own") {
  List::set_packed_threshold(20);
  const List::Limit limit = List::limit_of(-2);
  List::set_packed_threshold(UINT32_MAX);
  Fixture f(limit);
  const std::string large(20, 'x');
  const auto alone = [](ListNode* node) { return node->view().count() == 1; };
  for (const char* text : {"a", "b"}) f.list->push(ListEnd::kBack, Element(Bytes(text)));
  f.list->push(ListEnd::kBack, Element(large));
  f.list->push(ListEnd::kBack, Element(Bytes("c")));
  f.list->push(ListEnd::kFront, Element(large));
  CHECK(alone(f.list->first()));
  CHECK(alone(f.list->last()));
  CHECK_FALSE(alone(f.list->next(f.list->first())));
  CHECK(alone(f.list->previous(f.list->last())));
  CHECK(List::limit_of(-2).bytes == 8192);
}

}  // namespace cobnut
