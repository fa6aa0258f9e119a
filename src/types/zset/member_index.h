// From a member's hash to the leaf that holds it: an extendible hash table of lines of one cache
// line, beside the tree of a large sorted set.
//
//   directory, by the hash's top bits -> segment of up to 64 lines -> line: 12 x (tag 1 + leaf 4)
//
// An entry knows nothing of its hash but where it stands and the tag, which the leaf holds too:
// when a segment grows or splits, the leaf is asked for the hashes of its members with that tag.
// Entries with the same tag and leaf are interchangeable. A full line spills into the next one of
// its segment. Lines stand in the order of the hash, and a split keeps that: a scan by hash meets
// every member that is there throughout, whatever grows or shrinks meanwhile.
//
// Cost: 5.33 bytes an entry, filled 44 to 87 % while it grows: 6 to 12 bytes, 8.2 at 1M. A lookup
// is one or two cache misses. A segment splits in about 30 us. Owner: the shard's holder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cobnut::zset {

// What the index needs of the set: its memory and its leaves.
class IndexOwner {
 public:
  virtual char* allocate_block(size_t bytes) = 0;
  virtual void release_block(char* block, size_t bytes) = 0;
  // The hashes of the leaf's members with this tag, in some fixed order; returns how many.
  static constexpr size_t kLeafElementsMax = 255;
  virtual size_t hashes_in_leaf(uint32_t leaf, uint8_t tag, uint64_t* hashes) const = 0;
  virtual void prefetch_leaf(uint32_t leaf) const = 0;

 protected:
  ~IndexOwner() = default;
};

inline uint8_t tag_of(uint64_t hash) { return static_cast<uint8_t>(hash); }

struct IndexLine;

class MemberIndex {
 public:
  explicit MemberIndex(IndexOwner& owner, uint32_t lines_log2_max = kLinesLog2Max)
      : owner_(owner), lines_log2_max_(lines_log2_max) {}
  MemberIndex(const MemberIndex&) = delete;
  MemberIndex& operator=(const MemberIndex&) = delete;

  // Calls match(leaf) for the leaves that may hold a member with this hash, until it returns true;
  // whether it did.
  template <typename Match>
  bool find(uint64_t hash, Match match) const;
  void prefetch(uint64_t hash) const;

  // Makes segments for about so many entries. REQUIRES: empty.
  void prepare(size_t entries);
  // Makes room for one more entry with this hash: before its member is in a leaf, since that leaf
  // may be asked.
  void reserve(uint64_t hash);
  void insert(uint64_t hash, uint32_t leaf);  // REQUIRES: reserve(hash)
  bool has_room(uint64_t hash) const;         // of reserve() before other insertions
  // REQUIRES: the entry is there.
  void replace(uint64_t hash, uint32_t from_leaf, uint32_t to_leaf);
  void erase(uint64_t hash, uint32_t leaf);
  // After erase(), and when the leaves hold just those members that have entries: merges segments
  // that have become empty enough.
  void settle(uint64_t hash);

  // A scan goes over lines in the order of the hash.
  struct Candidate {
    uint32_t leaf;
    uint8_t tag;
  };
  // Fills `out` with what may have its place in the line of `hash`, each (leaf, tag) once; returns
  // the last hash of that line.
  uint64_t line_of(uint64_t hash, std::vector<Candidate>* out) const;

  // The same entries, for a set whose leaves have the same numbers. REQUIRES: empty.
  void copy_from(const MemberIndex& other);
  bool free_some();  // one segment; false: nothing is left

 private:
  static constexpr uint32_t kLinesLog2Max = 6;  // 64 lines: 4 KiB
  struct Segment;

  Segment* segment_of(uint64_t hash) const {
    return directory_[depth_ == 0 ? 0 : hash >> (64 - depth_)];
  }
  static IndexLine* lines_of(Segment* segment) { return reinterpret_cast<IndexLine*>(segment); }
  Segment* new_segment(uint32_t depth, uint32_t lines_log2);
  void drop_segment(Segment* segment);
  static void place(Segment* segment, uint64_t hash, uint32_t leaf);
  template <typename Place>
  void for_each_hash(Segment* segment, uint64_t prefix, Place place_entry);
  void set_directory(Segment* segment, uint64_t hash);
  void grow(uint64_t hash);
  void split(Segment* segment, uint64_t hash);
  void double_directory();
  void halve_directory();
  void resize(Segment* segment, uint64_t hash, uint32_t lines_log2);
  size_t directory_bytes() const { return (size_t{1} << depth_) * sizeof(Segment*); }

  IndexOwner& owner_;
  Segment** directory_ = nullptr;  // 2^depth_ of them; nullptr: no entry was ever made
  uint32_t depth_ = 0;             // of the deepest segment, or more
  uint32_t deepest_ = 0;           // segments of that depth
  size_t freed_places_ = 0;        // of the directory, by free_some()
  const uint32_t lines_log2_max_;  // small in tests
};

constexpr uint32_t kLineEntries = 12;

struct IndexLine {
  uint8_t tags[kLineEntries];
  uint8_t used;
  uint8_t spilled;  // some entry of this line stands in the next one, or once did
  uint16_t extra;   // the segment's: line 0: its entries; line 1: depth, and lines as a logarithm
  uint32_t leaves[kLineEntries];
};
static_assert(sizeof(IndexLine) == 64);

// A segment is its lines, at least two; the spare fields of the first two describe it.
struct MemberIndex::Segment {
  IndexLine lines[2];

  uint32_t entries() const { return lines[0].extra; }
  void add_entries(int n) { lines[0].extra = static_cast<uint16_t>(lines[0].extra + n); }
  uint32_t depth() const { return lines[1].extra & 255; }
  uint32_t lines_log2() const { return lines[1].extra >> 8; }
  uint32_t line_count() const { return 1u << lines_log2(); }
  // Above that it grows: 7/8 of its slots.
  uint32_t entries_max() const { return line_count() * kLineEntries * 7 / 8; }
  uint32_t home(uint64_t hash) const {
    return static_cast<uint32_t>((hash << depth()) >> (64 - lines_log2()));
  }
};

inline bool MemberIndex::has_room(uint64_t hash) const {
  const Segment* segment = segment_of(hash);
  return segment->entries() < segment->entries_max();
}

template <typename Match>
bool MemberIndex::find(uint64_t hash, Match match) const {
  if (directory_ == nullptr) return false;
  Segment* const segment = segment_of(hash);
  const uint32_t mask = segment->line_count() - 1;
  uint32_t at = segment->home(hash);
  for (uint32_t looked = 0; looked <= mask; looked++, at = (at + 1) & mask) {
    const IndexLine& line = lines_of(segment)[at];
    for (uint32_t i = 0; i < line.used; i++) {
      if (line.tags[i] == tag_of(hash) && match(line.leaves[i])) return true;
    }
    if (!line.spilled) return false;
  }
  return false;
}

}  // namespace cobnut::zset
