// Lines, segments and cursors on their own, and the table where no keyed hash leads: keys that no
// split can separate, and directories that would be all holes.
#include "keyspace/table.h"

#include <doctest/doctest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "keyspace/cells.h"
#include "keyspace/scan.h"
#include "memory/large.h"
#include "memory/pages.h"

namespace cobnut {
namespace {

constexpr int64_t kNow = 1'700'000'000'000;

size_t g_keys_looked_at = 0;

// A key of 8 bytes that is its position: positions of any choice.
Position position_in_key(Bytes key) {
  g_keys_looked_at++;
  Position position = 0;
  memcpy(&position, key.data(), sizeof(position));
  return position;
}

struct Bench {
  PagePool pages;
  EntryStore entries{pages, large_allocator(AllocatorKind::kPooled)};
  SegmentStore segments{pages};
  Wheel wheel{kNow};
  size_t table_bytes = 0;
  Table table{{entries, segments, wheel, table_bytes, 0, kSlots}, 0, 0};

  Bench() { entries.set_position_function(position_in_key); }
  bool insert(Position position, int64_t expiry_ms = kNoExpiry) {
    const Bytes key(reinterpret_cast<const char*>(&position), sizeof(position));
    const Handle handle =
        entries.create({.key = key, .value = "v", .value_bytes = 1, .expiry_ms = expiry_ms});
    Found found;
    if (table.insert(position, handle, &found)) return true;
    entries.destroy(handle);
    return false;
  }
  Found find(Position position) {
    return table.find(Key(Bytes(reinterpret_cast<const char*>(&position), 8), position));
  }
  bool erase(Position position) {
    const Found found = find(position);
    if (!found) return false;
    const Handle handle = table.handle_of(found);
    table.erase(position, found);
    entries.destroy(handle);
    return true;
  }
};

Position at(uint64_t slot, uint64_t hash) { return slot << kHashBits | hash; }

}  // namespace

TEST_CASE("a scan cursor says its slot and its place, below 2^53") {
  CHECK(scan_cursor({}) == 0);
  CHECK(scan_cursor_slot(0) == 0);
  CHECK(scan_cursor_at(kSlots) == kScanEnd);
  for (int width = 0; width <= 14; width++) {
    for (uint32_t slot = 0; slot < kSlots; slot += std::max(1u << width, 61u << width)) {
      for (uint64_t x : {uint64_t{1}, uint64_t{12345}, (uint64_t{1} << kScanHashBits) - 1}) {
        const uint64_t cursor = scan_cursor({slot, width, x});
        CHECK(cursor < (uint64_t{1} << 53));
        CHECK(scan_cursor_slot(cursor) == slot);
        CHECK(scan_point(cursor).width_log2 == width);
        CHECK(scan_point(cursor).x == x);
      }
      if (slot > 0) CHECK(scan_cursor_slot(scan_cursor_at(slot)) == slot);
    }
  }
  // Whatever a client sends is a place.
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; i++) CHECK(scan_cursor_slot(random()) < kSlots);
}

TEST_CASE("any cursor can be scanned with") {
  Bench b;
  std::mt19937_64 random(2);
  for (int i = 0; i < 5000; i++) REQUIRE(b.insert(random()));
  for (int i = 0; i < 5000; i++) {
    const uint64_t cursor = b.table.scan(random(), 10, [](const Entry&) {});
    CHECK(cursor < (uint64_t{1} << 53));
  }
}

TEST_CASE("cells start in themselves, and halves of cells start where cells do") {
  std::mt19937_64 random(3);
  for (uint32_t depth = 0; depth <= 46; depth++) {
    const Position base = base_of(random(), depth);
    for (uint32_t cell = 0; cell < kCells; cell++) {
      const Position start = cell_start(base, depth, cell);
      CHECK(cell_of(start, depth) == cell);
      CHECK(base_of(start, depth) == base);
      CHECK((start & ~kPlacingMask) == 0);
      if (depth < kSlotBits || depth == 46) continue;
      CHECK(cell_start(base_of(start, depth + 1), depth + 1, 2 * cell % kCells) == start);
    }
  }
}

TEST_CASE("home and tag tell the top of a key's spread, but for some keys of 64 lines") {
  std::mt19937_64 random(5);
  for (SegmentClass c : {SegmentClass::kSmall, SegmentClass::kBig}) {
    const uint32_t homes = homes_of(c);
    int unknown = 0;
    constexpr int kPositions = 200'000;
    for (int i = 0; i < kPositions; i++) {
      const Position position = random();
      const auto depth = static_cast<uint32_t>(random() % 39);
      const uint32_t known =
          known_spread(home_of(position, depth, homes), homes, tag_of(position, depth));
      if (known == kSpreadUnknown) {
        unknown++;
      } else {
        REQUIRE(known == position << spread_shift(depth) >> (64 - kKnownBits));
      }
    }
    if (c == SegmentClass::kBig) {
      CHECK(unknown == 0);
    } else {
      CHECK(unknown > kPositions / 7);
      CHECK(unknown < kPositions / 5);
    }
  }
}

TEST_CASE("keys of one segment: all found, stash and displacement included") {
  Bench b;
  std::mt19937_64 random(4);
  std::vector<Position> there;
  size_t segments = 0;
  while (segments <= segment_bytes(SegmentClass::kBig)) {
    const Position position = random();
    REQUIRE(b.insert(position));
    there.push_back(position);
    for (Position p : there) REQUIRE(b.find(p));
    segments = b.segments.used_bytes();
    if (random() % 7 == 0) {
      REQUIRE(b.erase(there[there.size() / 2]));
      there.erase(there.begin() + static_cast<long>(there.size() / 2));
    }
  }
  CHECK(b.table.keys() == there.size());
  // Two segments of 64 lines came out of one of 93 when it was more than 80 % full.
  CHECK(there.size() > slots_of_class(SegmentClass::kBig) * 8 / 10);
  for (Position p : there) CHECK(b.erase(p));
  CHECK(b.table.keys() == 0);
}

TEST_CASE("a segment of 64 lines becomes one of 93 without a look at most of its keys") {
  for (uint64_t slots : {uint64_t{kSlots}, uint64_t{1}}) {
    Bench b;
    std::mt19937_64 random(7);
    const auto next = [&] { return at(random() % slots, random() & kHashMask); };
    std::vector<Position> there;
    size_t before = 0;
    while (b.segments.used_bytes() < segment_bytes(SegmentClass::kBig)) {
      before = g_keys_looked_at;
      there.push_back(next());
      REQUIRE(b.insert(there.back()));
    }
    CHECK(b.segments.used_bytes() == segment_bytes(SegmentClass::kBig));
    CHECK(there.size() > 300);
    CHECK(g_keys_looked_at - before < there.size() / 3);
    for (Position p : there) REQUIRE(b.find(p));
  }
}

TEST_CASE("an entry knows its key, and none that differs in a byte or in length") {
  Bench b;
  for (size_t length = 0; length <= 40; length++) {
    const std::string key(length, 'k');
    const Handle handle = b.entries.create({.key = key, .value = "v", .value_bytes = 1});
    const Entry* entry = b.entries.at(handle);
    CHECK(entry->has_key(key));
    CHECK(!entry->has_key(key + "k"));
    for (size_t i = 0; i < length; i++) {
      std::string other = key;
      other[i] = 'K';
      REQUIRE(!entry->has_key(other));
    }
    b.entries.destroy(handle);
  }
}

TEST_CASE("keys that no split can separate are refused, and nothing else is lost") {
  Bench b;
  std::mt19937_64 random(5);
  std::vector<Position> there;
  for (int i = 0; i < 3000; i++) {
    there.push_back(random());
    REQUIRE(b.insert(there.back()));
  }
  const size_t segments_before = b.segments.used_bytes();
  // Equal in all bits that place: two lines and the stash hold them, 60 at most.
  const Position clash = at(77, 0x1234567890000ull);
  size_t stored = 0;
  for (uint64_t i = 0; i < 1000; i++) stored += b.insert(clash + i);
  CHECK(stored >= 40);
  CHECK(stored <= 60);
  for (uint64_t i = 0; i < stored; i++) CHECK(b.find(clash + i));
  for (Position p : there) CHECK(b.find(p));
  CHECK(b.table.keys() == there.size() + stored);
  CHECK(b.table.keys_in_slot(77) >= stored);
  CHECK(b.segments.used_bytes() < segments_before + 64 * segment_bytes(SegmentClass::kBig));
}

TEST_CASE("a slot's directory does not grow without bound for a few keys") {
  Bench b;
  // Groups that differ only deep below the slot.
  size_t stored = 0;
  for (uint64_t i = 0; i < 4000; i++) stored += b.insert(at(5, i % 64 << 12 | i / 64));
  CHECK(stored < 4000);
  CHECK(b.table.metadata_bytes() < 1024 * 1024);
  size_t visited = 0;
  CHECK(b.table.scan(0, 1 << 20, [&](const Entry&) { visited++; }) == kScanEnd);
  CHECK(visited == stored);
}

TEST_CASE("one slot takes many keys and gives them back") {
  Bench b;
  constexpr uint64_t kKeys = 300'000;
  const auto hash = [](uint64_t i) { return i * 0x9E3779B97F4A7C15ull >> (64 - kHashBits); };
  for (uint64_t i = 0; i < kKeys; i++) REQUIRE(b.insert(at(9, hash(i))));
  CHECK(b.table.keys_in_slot(9) == kKeys);
  const double bytes_per_key =
      static_cast<double>(b.segments.used_bytes() + b.table.metadata_bytes()) / kKeys;
  CHECK(bytes_per_key < 10.5);
  for (uint64_t i = 0; i < kKeys; i++) REQUIRE(b.erase(at(9, hash(i))));
  while (b.table.shrink_step()) {
  }
  CHECK(b.segments.used_bytes() == 0);
}

TEST_CASE("a table that loses most of its keys gives most of its segments back") {
  Bench b;
  std::mt19937_64 random(6);
  std::vector<Position> there(200'000);
  for (Position& p : there) {
    p = random();
    REQUIRE(b.insert(p));
  }
  for (size_t i = 0; i < there.size(); i++) {
    if (i % 10 != 0) REQUIRE(b.erase(there[i]));
    if (i % 1000 == 0) b.table.shrink_step();
  }
  while (b.table.shrink_step()) {
  }
  const size_t left = there.size() / 10;
  CHECK(b.table.keys() == left);
  // Buddies merge up to two thirds of 93 lines, so the emptiest stay just above a third.
  CHECK(b.segments.used_bytes() < left * 29 / 2);
  CHECK(b.segments.committed_bytes() < b.segments.used_bytes() + 4 * kSpanBytes);
  for (size_t i = 0; i < there.size(); i++)
    REQUIRE(static_cast<bool>(b.find(there[i])) == (i % 10 == 0));
}

TEST_CASE("random_entry is uniform, over crowded and empty slots alike") {
  Bench b;
  std::mt19937_64 random(7);
  std::vector<Position> there;
  for (uint64_t i = 0; i < 1500; i++) there.push_back(at(3, random() >> kSlotBits));
  for (uint64_t i = 0; i < 500; i++) there.push_back(random());
  for (Position p : there) REQUIRE(b.insert(p));
  std::map<Position, int> drawn;
  constexpr int kEach = 200;
  for (size_t i = 0; i < there.size() * kEach; i++) {
    drawn[position_in_key(b.table.random_entry(random())->key())]++;
  }
  CHECK(drawn.size() == there.size());
  double chi_square = 0;
  for (const auto& [position, times] : drawn) {
    chi_square += (times - kEach) * (times - kEach) / static_cast<double>(kEach);
  }
  // 1999 degrees of freedom: mean 1999, deviation 63; six of them.
  CHECK(chi_square < 1999 + 6 * 63);
  CHECK(chi_square > 1999 - 6 * 63);
}

TEST_CASE("an armed cell costs one wheel item, whatever its segment goes through") {
  Bench b;
  std::mt19937_64 random(8);
  constexpr size_t kKeys = 50'000;
  for (size_t i = 0; i < kKeys; i++) {
    REQUIRE(b.insert(random(), kNow + 1000 + static_cast<int64_t>(random() % 3'600'000)));
  }
  // Each earlier deadline of a cell adds an item as well, so a few for each of its 8 to 12 keys.
  CHECK(b.wheel.items() < kKeys * 6 / 10);
  size_t fired = 0, removed = 0;
  for (int64_t now = kNow; now < kNow + 3'700'000; now += 500) {
    b.wheel.advance(now, SIZE_MAX, [&](uint64_t item, Tick tick) {
      fired++;
      b.table.fire(item_start(item), tick, now, [&](Position position, const Found& found) {
        REQUIRE(found->expiry_ms() < now);
        removed++;
        REQUIRE(b.erase(position));
        return false;
      });
    });
  }
  CHECK(removed == kKeys);
  CHECK(b.table.keys() == 0);
  CHECK(b.wheel.items() == 0);
  MESSAGE("fired " << fired << " for " << removed);
}

}  // namespace cobnut
