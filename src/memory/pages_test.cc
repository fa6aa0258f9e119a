#include "memory/pages.h"

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace cobnut {
namespace {

struct Piece {
  char* memory;
  size_t spans;
  char mark;
};

Piece take(PagePool& pages, size_t spans, char mark) {
  Piece piece{pages.allocate(spans), spans, mark};
  REQUIRE(piece.memory != nullptr);
  REQUIRE(reinterpret_cast<uintptr_t>(piece.memory) % kSpanBytes == 0);
  for (size_t i = 0; i < spans; i++) {
    piece.memory[i * kSpanBytes] = mark;
    piece.memory[(i + 1) * kSpanBytes - 1] = mark;
  }
  return piece;
}

void give(PagePool& pages, const Piece& piece) {
  for (size_t i = 0; i < piece.spans; i++) {
    REQUIRE(piece.memory[i * kSpanBytes] == piece.mark);
    REQUIRE(piece.memory[(i + 1) * kSpanBytes - 1] == piece.mark);
  }
  pages.release(piece.memory, piece.spans);
}

uintptr_t page_of(const char* memory) { return reinterpret_cast<uintptr_t>(memory) / kPageBytes; }

}  // namespace

TEST_CASE("full pages are moved onto huge pages with what they hold") {
  PagePool pages;
  std::vector<Piece> pieces;
  for (size_t i = 0; i < 5 * kSpansPerPage; i++)
    pieces.push_back(take(pages, 1, static_cast<char>('a' + i % 26)));
  give(pages, pieces.back());  // that page is no candidate any more
  pieces.pop_back();
  for (size_t tick = 0; tick < 2000; tick++) pages.tend();
  for (const Piece& piece : pieces) give(pages, piece);
  for (size_t i = 0; i < kSpansPerPage; i++) pieces[i] = take(pages, 1, 'z');  // a candidate, freed
  for (size_t i = 0; i < kSpansPerPage; i++) give(pages, pieces[i]);
  pages.trim();
  for (size_t tick = 0; tick < 2000; tick++) pages.tend();
  CHECK(pages.mapped_bytes() == kPageBytes);
}

TEST_CASE("a page holds 64 spans, and is mapped when needed") {
  PagePool pages;
  CHECK(pages.mapped_bytes() == 0);
  std::vector<Piece> pieces;
  for (size_t i = 0; i < kSpansPerPage; i++) pieces.push_back(take(pages, 1, 'a'));
  CHECK(pages.mapped_bytes() == kPageBytes);
  CHECK(pages.free_bytes() == 0);
  for (const Piece& piece : pieces) CHECK(page_of(piece.memory) == page_of(pieces[0].memory));
  pieces.push_back(take(pages, 16, 'b'));
  CHECK(pages.mapped_bytes() == 2 * kPageBytes);
  CHECK(pages.free_bytes() == 48 * kSpanBytes);
  for (const Piece& piece : pieces) give(pages, piece);
  CHECK(pages.free_bytes() == 2 * kPageBytes);
  pages.trim();
  CHECK(pages.mapped_bytes() == kPageBytes);
  CHECK(pages.free_bytes() == kPageBytes);
}

TEST_CASE("the fullest page that has room comes first") {
  PagePool pages;
  std::vector<Piece> pieces;
  for (size_t i = 0; i < 2 * kSpansPerPage; i++) pieces.push_back(take(pages, 1, 'a'));
  // One hole in the first page, three apart from each other in the second.
  give(pages, pieces[10]);
  for (size_t i : {0, 2, 4}) give(pages, pieces[kSpansPerPage + i]);
  CHECK(page_of(pages.allocate(1)) == page_of(pieces[0].memory));
  CHECK(page_of(pages.allocate(1)) == page_of(pieces[kSpansPerPage].memory));
  CHECK(pages.mapped_bytes() == 2 * kPageBytes);
  // Two adjacent spans are nowhere.
  CHECK(page_of(pages.allocate(2)) != page_of(pieces[kSpansPerPage].memory));
  CHECK(pages.mapped_bytes() == 3 * kPageBytes);
}

TEST_CASE("a part of an allocation can be given back") {
  PagePool pages;
  char* memory = pages.allocate(8);
  pages.release(memory + 4 * kSpanBytes, 4);
  CHECK(pages.free_bytes() == kPageBytes - 4 * kSpanBytes);
  pages.release(memory, 4);
  CHECK(pages.free_bytes() == kPageBytes);
}

TEST_CASE("random pieces never overlap, and all comes back") {
  PagePool pages;
  std::mt19937 random(1);
  std::map<char*, Piece> live;  // by address
  size_t spans_live = 0;
  for (int i = 0; i < 20000; i++) {
    const bool grows = i / 4000 % 2 == 0;
    if (live.empty() || random() % 100 < (grows ? 60u : 40u)) {
      const Piece piece =
          take(pages, 1 + random() % kAdjacentSpansMax, static_cast<char>(random()));
      const auto after = live.lower_bound(piece.memory);
      if (after != live.end()) REQUIRE(piece.memory + piece.spans * kSpanBytes <= after->first);
      if (after != live.begin()) {
        const Piece& before = std::prev(after)->second;
        REQUIRE(before.memory + before.spans * kSpanBytes <= piece.memory);
      }
      live[piece.memory] = piece;
      spans_live += piece.spans;
    } else {
      auto victim = live.begin();
      std::advance(victim, random() % live.size());
      give(pages, victim->second);
      spans_live -= victim->second.spans;
      live.erase(victim);
    }
    REQUIRE(pages.mapped_bytes() - pages.free_bytes() == spans_live * kSpanBytes);
    if (i % 1000 == 0) pages.trim();
  }
  for (const auto& [memory, piece] : live) give(pages, piece);
  pages.trim();
  CHECK(pages.mapped_bytes() == kPageBytes);
  CHECK(pages.free_bytes() == kPageBytes);
}

TEST_CASE("threads share it") {
  PagePool pages;
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; seed++) {
    threads.emplace_back([&pages, seed] {
      std::mt19937 random(seed);
      std::vector<Piece> pieces;
      for (int i = 0; i < 4000; i++) {
        if (pieces.empty() || random() % 2 == 0) {
          const size_t spans = random() % 4 == 0 ? 1 + random() % kAdjacentSpansMax : 1;
          pieces.push_back(take(pages, spans, static_cast<char>(random())));
        } else {
          std::swap(pieces[random() % pieces.size()], pieces.back());
          give(pages, pieces.back());
          pieces.pop_back();
        }
        if (i % 100 == 0) pages.trim();
      }
      for (const Piece& piece : pieces) give(pages, piece);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(pages.free_bytes() == pages.mapped_bytes());
  pages.trim();
  CHECK(pages.mapped_bytes() == kPageBytes);
}

}  // namespace cobnut
