#include "types/zset/member_index.h"

#include <cstring>

#include "base/check.h"
#include "base/prefetch.h"

namespace cobnut::zset {
namespace {

constexpr uint32_t kLinesLog2Min = 3;  // 512 bytes: a set that was just promoted

struct Slot {
  IndexLine* line;
  uint32_t index;
};

}  // namespace

MemberIndex::Segment* MemberIndex::new_segment(uint32_t depth, uint32_t lines_log2) {
  const size_t bytes = sizeof(IndexLine) << lines_log2;
  auto* segment = reinterpret_cast<Segment*>(owner_.allocate_block(bytes));
  memset(static_cast<void*>(segment), 0, bytes);
  segment->lines[1].extra = static_cast<uint16_t>(depth | lines_log2 << 8);
  return segment;
}

void MemberIndex::drop_segment(Segment* segment) {
  owner_.release_block(reinterpret_cast<char*>(segment), sizeof(IndexLine)
                                                             << segment->lines_log2());
}

void MemberIndex::prefetch(uint64_t hash) const {
  if (directory_ == nullptr) return;
  const Segment* segment = segment_of(hash);
  // The segment's size and depth stand in its second line, most often in the cache.
  cobnut::prefetch(segment->lines + segment->home(hash));
}

void MemberIndex::place(Segment* segment, uint64_t hash, uint32_t leaf) {
  const uint32_t mask = segment->line_count() - 1;
  uint32_t at = segment->home(hash);
  IndexLine* line = lines_of(segment) + at;
  while (line->used == kLineEntries) {  // entries_max() leaves some line with room
    line->spilled = 1;
    at = (at + 1) & mask;
    line = lines_of(segment) + at;
  }
  line->tags[line->used] = tag_of(hash);
  line->leaves[line->used] = leaf;
  line->used++;
  segment->add_entries(1);
}

void MemberIndex::insert(uint64_t hash, uint32_t leaf) {
  Segment* segment = segment_of(hash);
  CHECK_OP(segment->entries(), <, segment->entries_max());
  place(segment, hash, leaf);
}

namespace {

Slot slot_of_entry(IndexLine* lines, uint32_t home, uint32_t mask, uint8_t tag, uint32_t leaf) {
  for (uint32_t looked = 0, at = home; looked <= mask; looked++, at = (at + 1) & mask) {
    IndexLine& line = lines[at];
    for (uint32_t i = 0; i < line.used; i++) {
      if (line.tags[i] == tag && line.leaves[i] == leaf) return {&line, i};
    }
    if (!line.spilled) break;
  }
  CHECK(!"a member of a leaf has no entry in the index");
  return {nullptr, 0};
}

}  // namespace

void MemberIndex::replace(uint64_t hash, uint32_t from_leaf, uint32_t to_leaf) {
  Segment* segment = segment_of(hash);
  const Slot slot = slot_of_entry(lines_of(segment), segment->home(hash), segment->line_count() - 1,
                                  tag_of(hash), from_leaf);
  slot.line->leaves[slot.index] = to_leaf;
}

void MemberIndex::erase(uint64_t hash, uint32_t leaf) {
  Segment* segment = segment_of(hash);
  const Slot slot = slot_of_entry(lines_of(segment), segment->home(hash), segment->line_count() - 1,
                                  tag_of(hash), leaf);
  const uint32_t last = --slot.line->used;
  slot.line->tags[slot.index] = slot.line->tags[last];
  slot.line->leaves[slot.index] = slot.line->leaves[last];
  segment->add_entries(-1);
}

// Calls place_entry(hash, leaf) for every entry of a segment whose hashes begin as `prefix` does.
// Of several entries with one tag and leaf, the k-th stands for the leaf's k-th such member.
template <typename Place>
void MemberIndex::for_each_hash(Segment* segment, uint64_t prefix, Place place_entry) {
  const uint32_t shift = 64 - segment->depth();
  const auto is_mine = [&](uint64_t hash) {
    return segment->depth() == 0 || (hash ^ prefix) >> shift == 0;
  };
  const auto earlier_like = [&](uint32_t line, uint32_t index) {
    const IndexLine* lines = lines_of(segment);
    const uint8_t tag = lines[line].tags[index];
    const uint32_t leaf = lines[line].leaves[index];
    uint32_t same = 0;
    for (uint32_t l = 0; l <= line; l++) {
      const uint32_t end = l == line ? index : lines[l].used;
      for (uint32_t i = 0; i < end; i++)
        same += lines[l].tags[i] == tag && lines[l].leaves[i] == leaf;
    }
    return same;
  };
  uint64_t hashes[IndexOwner::kLeafElementsMax];
  const uint32_t count = segment->line_count();
  for (uint32_t l = 0; l < count; l++) {
    if (l + 1 < count) {
      const IndexLine& next = lines_of(segment)[l + 1];
      for (uint32_t i = 0; i < next.used; i++) owner_.prefetch_leaf(next.leaves[i]);
    }
    const IndexLine& line = lines_of(segment)[l];
    for (uint32_t i = 0; i < line.used; i++) {
      const size_t found = owner_.hashes_in_leaf(line.leaves[i], line.tags[i], hashes);
      size_t mine = 0;
      for (size_t h = 0; h < found; h++) {
        if (is_mine(hashes[h])) hashes[mine++] = hashes[h];
      }
      const uint32_t nth = mine == 1 ? 0 : earlier_like(l, i);
      CHECK_OP(nth, <, mine);
      place_entry(hashes[nth], line.leaves[i]);
    }
  }
}

// All places of the directory whose hashes belong to this segment.
void MemberIndex::set_directory(Segment* segment, uint64_t hash) {
  const uint32_t depth = segment->depth();
  const uint64_t first = depth == 0 ? 0 : hash >> (64 - depth) << (depth_ - depth);
  const uint64_t places = uint64_t{1} << (depth_ - depth);
  for (uint64_t i = 0; i < places; i++) directory_[first + i] = segment;
}

void MemberIndex::reserve(uint64_t hash) {
  if (directory_ == nullptr) {
    directory_ = reinterpret_cast<Segment**>(owner_.allocate_block(sizeof(Segment*)));
    directory_[0] =
        new_segment(0, lines_log2_max_ < kLinesLog2Min ? lines_log2_max_ : kLinesLog2Min);
    deepest_ = 1;
  }
  // A split may leave all entries on one side: then once more.
  while (segment_of(hash)->entries() >= segment_of(hash)->entries_max()) grow(hash);
}

// Segments of 64 lines are filled 39 to 78 % then: few get more than 7/8 by chance, and are split.
void MemberIndex::prepare(size_t entries) {
  CHECK(directory_ == nullptr);
  const auto slots = [](uint32_t lines_log2) { return size_t{kLineEntries} << lines_log2; };
  uint32_t lines_log2 = lines_log2_max_ < kLinesLog2Min ? lines_log2_max_ : kLinesLog2Min;
  while (lines_log2 < lines_log2_max_ && entries >= slots(lines_log2) * 7 / 8) lines_log2++;
  constexpr uint32_t kDepthMax = 24;
  if (entries >= slots(lines_log2) * 7 / 8) {
    while (entries >> depth_ > slots(lines_log2) * 25 / 32 && depth_ < kDepthMax) depth_++;
  }
  directory_ = reinterpret_cast<Segment**>(owner_.allocate_block(directory_bytes()));
  deepest_ = 1u << depth_;
  for (size_t i = 0; i < deepest_; i++) directory_[i] = new_segment(depth_, lines_log2);
}

void MemberIndex::grow(uint64_t hash) {
  Segment* segment = segment_of(hash);
  if (segment->lines_log2() < lines_log2_max_) {
    resize(segment, hash, segment->lines_log2() + 1);
  } else {
    split(segment, hash);
  }
}

void MemberIndex::resize(Segment* segment, uint64_t hash, uint32_t lines_log2) {
  Segment* resized = new_segment(segment->depth(), lines_log2);
  for_each_hash(segment, hash,
                [&](uint64_t of_entry, uint32_t leaf) { place(resized, of_entry, leaf); });
  set_directory(resized, hash);
  drop_segment(segment);
}

void MemberIndex::split(Segment* segment, uint64_t hash) {
  const uint32_t depth = segment->depth();
  CHECK_OP(depth, <, 56u);  // the tag is not of the bits that place
  if (depth == depth_) double_directory();
  const uint64_t bit = uint64_t{1} << (63 - depth);
  Segment* halves[2] = {new_segment(depth + 1, lines_log2_max_),
                        new_segment(depth + 1, lines_log2_max_)};
  for_each_hash(segment, hash, [&](uint64_t of_entry, uint32_t leaf) {
    place(halves[(of_entry & bit) != 0], of_entry, leaf);
  });
  set_directory(halves[0], hash & ~bit);
  set_directory(halves[1], hash | bit);
  if (depth + 1 == depth_) deepest_ += 2;
  drop_segment(segment);
}

void MemberIndex::double_directory() {
  const size_t places = size_t{1} << depth_;
  auto* doubled = reinterpret_cast<Segment**>(owner_.allocate_block(2 * directory_bytes()));
  for (size_t i = 0; i < places; i++) doubled[2 * i] = doubled[2 * i + 1] = directory_[i];
  owner_.release_block(reinterpret_cast<char*>(directory_), directory_bytes());
  directory_ = doubled;
  depth_++;
  deepest_ = 0;
}

void MemberIndex::halve_directory() {
  const size_t places = size_t{1} << (depth_ - 1);
  auto* halved = reinterpret_cast<Segment**>(owner_.allocate_block(directory_bytes() / 2));
  for (size_t i = 0; i < places; i++) halved[i] = directory_[2 * i];
  owner_.release_block(reinterpret_cast<char*>(directory_), directory_bytes());
  directory_ = halved;
  depth_--;
  deepest_ = 0;
  for (size_t i = 0; i < places; i++) deepest_ += directory_[i]->depth() == depth_;
}

// Two halves that have become less than 3/8 full together become one; the last segment shrinks.
void MemberIndex::settle(uint64_t hash) {
  Segment* segment = segment_of(hash);
  const uint32_t slots = segment->line_count() * kLineEntries;
  if (segment->entries() >= slots * 3 / 16) return;
  const uint32_t depth = segment->depth();
  if (depth == 0) {
    if (segment->lines_log2() > kLinesLog2Min) resize(segment, hash, segment->lines_log2() - 1);
    return;
  }
  const uint64_t bit = uint64_t{1} << (64 - depth);
  Segment* buddy = segment_of(hash ^ bit);
  if (buddy->depth() != depth || buddy->entries() + segment->entries() >= slots * 3 / 8) return;
  Segment* merged = new_segment(depth - 1, lines_log2_max_);
  const auto take = [&](uint64_t of_entry, uint32_t leaf) { place(merged, of_entry, leaf); };
  for_each_hash(segment, hash, take);
  for_each_hash(buddy, hash ^ bit, take);
  set_directory(merged, hash);
  drop_segment(segment);
  drop_segment(buddy);
  if (depth != depth_) return;
  deepest_ -= 2;
  while (deepest_ == 0 && depth_ > 0) halve_directory();
}

uint64_t MemberIndex::line_of(uint64_t hash, std::vector<Candidate>* out) const {
  out->clear();
  if (directory_ == nullptr) return UINT64_MAX;
  Segment* const segment = segment_of(hash);
  const uint32_t mask = segment->line_count() - 1;
  const auto add = [&](uint32_t leaf, uint8_t tag) {
    for (const Candidate& seen : *out) {
      if (seen.leaf == leaf && seen.tag == tag) return;
    }
    out->push_back({leaf, tag});
  };
  uint32_t at = segment->home(hash);
  for (uint32_t looked = 0; looked <= mask; looked++, at = (at + 1) & mask) {
    const IndexLine& line = lines_of(segment)[at];
    for (uint32_t i = 0; i < line.used; i++) add(line.leaves[i], line.tags[i]);
    if (!line.spilled) break;
  }
  const uint32_t placing_bits = segment->depth() + segment->lines_log2();
  return hash | UINT64_MAX >> placing_bits;
}

void MemberIndex::copy_from(const MemberIndex& other) {
  CHECK(directory_ == nullptr && lines_log2_max_ == other.lines_log2_max_);
  if (other.directory_ == nullptr) return;
  depth_ = other.depth_;
  deepest_ = other.deepest_;
  directory_ = reinterpret_cast<Segment**>(owner_.allocate_block(directory_bytes()));
  const uint64_t places = uint64_t{1} << depth_;
  for (uint64_t i = 0; i < places; i++) {
    Segment* segment = other.directory_[i];
    if (i > 0 && segment == other.directory_[i - 1]) {
      directory_[i] = directory_[i - 1];
      continue;
    }
    directory_[i] = new_segment(segment->depth(), segment->lines_log2());
    memcpy(static_cast<void*>(directory_[i]), segment, sizeof(IndexLine) << segment->lines_log2());
  }
}

bool MemberIndex::free_some() {
  if (directory_ == nullptr) return false;
  if (freed_places_ < size_t{1} << depth_) {
    Segment* segment = directory_[freed_places_];
    freed_places_ += size_t{1} << (depth_ - segment->depth());
    drop_segment(segment);
    return true;
  }
  owner_.release_block(reinterpret_cast<char*>(directory_), directory_bytes());
  directory_ = nullptr;
  return false;
}

}  // namespace cobnut::zset
