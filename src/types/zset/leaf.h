// The packed leaf of a large sorted set: about 30 elements in order of (score, member), in one
// block that is as large as its content asks for, up to about 1 KiB.
//
//   header | a tag byte each | a size byte each | stored members, one behind another | gap | scores
//
// An element of a 12-byte member costs 8 + 1 + 1 + 12 = 22 bytes, the header 1 more, rounding to
// jemalloc's classes 2. The tag is part of the member's hash: a member is found by comparing tags,
// 16 at a time. The size byte's high bit marks a special element, which is stored as
//
//   kind 1 | [deadline 6, Unix ms] | member, or 8 + 4 bytes: pointer and length of one outside
//
// Plain functions over a block; memory and order are sorted_set.h's. Owner: the shard's holder.
#pragma once

#include <emmintrin.h>

#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"

namespace cobnut::zset {

struct Inner;

struct Node {
  Inner* parent;
  int64_t deadline_min_ms;  // of its elements, or INT64_MAX; may be too early, never too late
};

struct Leaf : Node {
  uint32_t id;        // what the member index holds
  uint16_t capacity;  // bytes of the block
  uint16_t stored;    // bytes of all stored members
  uint8_t count;      // elements

  uint8_t* tags() { return reinterpret_cast<uint8_t*>(this) + kHeaderBytes; }
  const uint8_t* tags() const { return const_cast<Leaf*>(this)->tags(); }
  uint8_t* sizes() { return tags() + count; }
  const uint8_t* sizes() const { return tags() + count; }
  char* members() { return reinterpret_cast<char*>(sizes() + count); }
  const char* members() const { return reinterpret_cast<const char*>(sizes() + count); }
  char* scores() {
    return reinterpret_cast<char*>(this) + capacity - size_t{count} * sizeof(double);
  }
  const char* scores() const { return const_cast<Leaf*>(this)->scores(); }

  double score(uint32_t i) const {
    double score;
    memcpy(&score, scores() + i * sizeof(double), sizeof(score));
    return score;
  }
  void set_score(uint32_t i, double score) {
    memcpy(scores() + i * sizeof(double), &score, sizeof(score));
  }

  // One byte behind count: the header is not padded to the struct's alignment.
  static constexpr size_t kHeaderBytes = 25;
};

constexpr size_t kElementBytes = 1 + 1 + sizeof(double);  // beside what is stored of the member
constexpr uint8_t kSpecial = 0x80;
constexpr uint8_t kSizeMask = 0x7f;
constexpr size_t kInlineMemberMax = 112;  // bytes; longer members live outside
constexpr size_t kDeadlineBytes = 6;      // Unix ms up to the year 10889
constexpr size_t kStoredMax = 1 + kDeadlineBytes + kInlineMemberMax;
static_assert(kStoredMax <= kSizeMask);
// 16 bytes are read at once from any tag or size: the block must hold them.
constexpr size_t kLeafBytesMin = 128;

// A member as it is stored. `outside` is the block of a long one, the set's to release.
struct Stored {
  Bytes bytes;
  bool special;
};
struct Outside {
  char* block;
  uint32_t bytes;
};
enum Kind : uint8_t { kHasDeadline = 1, kIsOutside = 2 };

// Room for the stored form of a member that is no plain one.
struct StoredBuffer {
  char bytes[kStoredMax];
};
// `outside`: the block that holds the member, when it is longer than kInlineMemberMax.
Stored stored_form(Bytes member, int64_t deadline_ms, char* outside, StoredBuffer* buffer);

inline size_t used_bytes(const Leaf& leaf) {
  return Leaf::kHeaderBytes + leaf.count * kElementBytes + leaf.stored;
}
inline size_t free_bytes(const Leaf& leaf) { return leaf.capacity - used_bytes(leaf); }
// The block for that many bytes: jemalloc's classes, so that nothing is lost behind it.
inline size_t leaf_capacity(size_t bytes) {
  if (bytes <= kLeafBytesMin) return kLeafBytesMin;
  const size_t step = bytes <= 256 ? 32 : bytes <= 512 ? 64 : bytes <= 1024 ? 128 : 256;
  return (bytes + step - 1) / step * step;
}

// Where the stored member i begins: the sum of the sizes before it.
inline uint32_t member_offset(const Leaf& leaf, uint32_t i) {
  alignas(16) static constexpr uint8_t kMasks[32] = {
      kSizeMask, kSizeMask, kSizeMask, kSizeMask, kSizeMask, kSizeMask, kSizeMask, kSizeMask,
      kSizeMask, kSizeMask, kSizeMask, kSizeMask, kSizeMask, kSizeMask, kSizeMask, kSizeMask};
  const uint8_t* at = leaf.sizes();
  const __m128i all = _mm_load_si128(reinterpret_cast<const __m128i*>(kMasks));
  const __m128i zero = _mm_setzero_si128();
  __m128i sum = zero;
  for (; i >= 16; i -= 16, at += 16) {
    const __m128i sizes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    sum = _mm_add_epi64(sum, _mm_sad_epu8(_mm_and_si128(sizes, all), zero));
  }
  const __m128i sizes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i mask = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kMasks + 16 - i));
  sum = _mm_add_epi64(sum, _mm_sad_epu8(_mm_and_si128(sizes, mask), zero));
  return static_cast<uint32_t>(_mm_cvtsi128_si32(sum) + _mm_extract_epi16(sum, 4));
}

inline Stored stored_at(const Leaf& leaf, uint32_t i, uint32_t offset) {
  const uint8_t size = leaf.sizes()[i];
  return {{leaf.members() + offset, static_cast<size_t>(size & kSizeMask)}, (size & kSpecial) != 0};
}
inline Stored stored_at(const Leaf& leaf, uint32_t i) {
  return stored_at(leaf, i, member_offset(leaf, i));
}
Bytes special_member(Bytes stored);
int64_t special_deadline(Bytes stored);  // INT64_MAX: none
Outside special_outside(Bytes stored);   // block nullptr: it is inline
inline Bytes member_of(const Stored& stored) {
  return stored.special ? special_member(stored.bytes) : stored.bytes;
}
inline Bytes member_at(const Leaf& leaf, uint32_t i) { return member_of(stored_at(leaf, i)); }
inline int64_t deadline_at(const Leaf& leaf, uint32_t i) {
  if (!(leaf.sizes()[i] & kSpecial)) [[likely]]
    return INT64_MAX;
  return special_deadline(stored_at(leaf, i).bytes);
}

// Calls visit(i) for each element with this tag until it returns true; whether it did.
template <typename Visit>
inline bool visit_tag(const Leaf& leaf, uint8_t tag, Visit visit) {
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(tag));
  for (uint32_t first = 0; first < leaf.count; first += 16) {
    const __m128i tags = _mm_loadu_si128(reinterpret_cast<const __m128i*>(leaf.tags() + first));
    auto equal = static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(tags, wanted)));
    if (leaf.count - first < 16) equal &= (1u << (leaf.count - first)) - 1;
    for (; equal != 0; equal &= equal - 1) {
      if (visit(first + static_cast<uint32_t>(__builtin_ctz(equal)))) return true;
    }
  }
  return false;
}

// The index of the first element for which precedes(score, i) is false; they are in order.
template <typename Precedes>
inline uint32_t partition_leaf(const Leaf& leaf, Precedes precedes) {
  uint32_t first = 0;
  for (uint32_t left = leaf.count; left > 0;) {
    const uint32_t half = left / 2;
    const bool before = precedes(leaf.score(first + half), first + half);
    first = before ? first + half + 1 : first;
    left = before ? left - half - 1 : half;
  }
  return first;
}

// -- changes. insert: REQUIRES: free_bytes() >= kElementBytes + stored.bytes.size(), and the stored
// bytes are not of this leaf.
void insert_at(Leaf& leaf, uint32_t i, double score, uint8_t tag, const Stored& stored);
void erase_range(Leaf& leaf, uint32_t first, uint32_t end);
// Copies elements [first, end) behind those of `to`. REQUIRES: room.
void append_range(Leaf& to, const Leaf& from, uint32_t first, uint32_t end);
// The bytes that elements [first, end) take.
size_t range_bytes(const Leaf& leaf, uint32_t first, uint32_t end);
// The same content in a block of another capacity: `to` is uninitialized.
void copy_leaf(Leaf* to, const Leaf& from, size_t capacity);
int64_t deadline_min(const Leaf& leaf);  // exactly

}  // namespace cobnut::zset
