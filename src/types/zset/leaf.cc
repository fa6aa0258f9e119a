#include "types/zset/leaf.h"

#include <algorithm>

namespace cobnut::zset {
namespace {

struct [[gnu::packed]] OutsideFields {
  char* block;
  uint32_t bytes;
};

size_t payload_at(Bytes stored) { return stored[0] & kHasDeadline ? 1 + kDeadlineBytes : 1; }

}  // namespace

Stored stored_form(Bytes member, int64_t deadline_ms, char* outside, StoredBuffer* buffer) {
  const bool has_deadline = deadline_ms != INT64_MAX;
  const bool is_outside = member.size() > kInlineMemberMax;
  if (!has_deadline && !is_outside) return {member, false};
  CHECK_EQ(is_outside, outside != nullptr);
  char* to = buffer->bytes;
  *to++ = static_cast<char>((has_deadline ? kHasDeadline : 0) | (is_outside ? kIsOutside : 0));
  if (has_deadline) {
    memcpy(to, &deadline_ms, kDeadlineBytes);  // the low bytes: little endian
    to += kDeadlineBytes;
  }
  if (is_outside) {
    const OutsideFields fields{outside, static_cast<uint32_t>(member.size())};
    memcpy(to, &fields, sizeof(fields));
    to += sizeof(fields);
  } else {
    if (!member.empty()) memcpy(to, member.data(), member.size());
    to += member.size();
  }
  return {{buffer->bytes, static_cast<size_t>(to - buffer->bytes)}, true};
}

Bytes special_member(Bytes stored) {
  if (!(stored[0] & kIsOutside)) return stored.substr(payload_at(stored));
  const Outside outside = special_outside(stored);
  return {outside.block, outside.bytes};
}

int64_t special_deadline(Bytes stored) {
  if (!(stored[0] & kHasDeadline)) return INT64_MAX;
  int64_t deadline_ms = 0;
  memcpy(&deadline_ms, stored.data() + 1, kDeadlineBytes);
  return deadline_ms;
}

Outside special_outside(Bytes stored) {
  if (!(stored[0] & kIsOutside)) return {nullptr, 0};
  OutsideFields fields;
  memcpy(&fields, stored.data() + payload_at(stored), sizeof(fields));
  return {fields.block, fields.bytes};
}

// Sections move to higher addresses, so the last goes first.
void insert_at(Leaf& leaf, uint32_t i, double score, uint8_t tag, const Stored& stored) {
  const size_t size = stored.bytes.size();
  DCHECK(i <= leaf.count && free_bytes(leaf) >= kElementBytes + size && size <= kStoredMax);
  const uint32_t n = leaf.count;
  const uint32_t offset = member_offset(leaf, i);
  uint8_t* const tags = leaf.tags();
  uint8_t* const sizes = leaf.sizes();
  char* const members = leaf.members();
  char* const scores = leaf.scores();
  memmove(members + 2 + offset + size, members + offset, leaf.stored - offset);
  memmove(members + 2, members, offset);
  if (size > 0) memcpy(members + 2 + offset, stored.bytes.data(), size);
  memmove(sizes + 1 + i + 1, sizes + i, n - i);
  memmove(sizes + 1, sizes, i);
  sizes[1 + i] = static_cast<uint8_t>(size | (stored.special ? kSpecial : 0));
  memmove(tags + i + 1, tags + i, n - i);
  tags[i] = tag;
  memmove(scores - sizeof(double), scores, i * sizeof(double));
  leaf.count++;
  leaf.stored = static_cast<uint16_t>(leaf.stored + size);
  leaf.set_score(i, score);
}

// Sections move to lower addresses, so the first goes first.
void erase_range(Leaf& leaf, uint32_t first, uint32_t end) {
  DCHECK(first <= end && end <= leaf.count);
  const uint32_t n = leaf.count;
  const uint32_t erased = end - first;
  const uint32_t from = member_offset(leaf, first);
  const uint32_t to = member_offset(leaf, end);
  uint8_t* const tags = leaf.tags();
  uint8_t* const sizes = leaf.sizes();
  char* const members = leaf.members();
  char* const scores = leaf.scores();
  memmove(tags + first, tags + end, n - end);
  memmove(sizes - erased, sizes, first);
  memmove(sizes - erased + first, sizes + end, n - end);
  memmove(members - 2 * erased, members, from);
  memmove(members - 2 * erased + from, members + to, leaf.stored - to);
  memmove(scores + erased * sizeof(double), scores, first * sizeof(double));
  leaf.count = static_cast<uint8_t>(n - erased);
  leaf.stored = static_cast<uint16_t>(leaf.stored - (to - from));
}

size_t range_bytes(const Leaf& leaf, uint32_t first, uint32_t end) {
  return (end - first) * kElementBytes + member_offset(leaf, end) - member_offset(leaf, first);
}

void append_range(Leaf& to, const Leaf& from, uint32_t first, uint32_t end) {
  const uint32_t n = to.count;
  const uint32_t added = end - first;
  const uint32_t at = member_offset(from, first);
  const uint32_t bytes = member_offset(from, end) - at;
  DCHECK(free_bytes(to) >= added * kElementBytes + bytes);
  uint8_t* const sizes = to.sizes();
  char* const members = to.members();
  char* const scores = to.scores();
  memmove(members + 2 * added, members, to.stored);
  memcpy(members + 2 * added + to.stored, from.members() + at, bytes);
  memmove(sizes + added, sizes, n);
  memcpy(sizes + added + n, from.sizes() + first, added);
  memcpy(to.tags() + n, from.tags() + first, added);
  memmove(scores - added * sizeof(double), scores, n * sizeof(double));
  memcpy(scores + n * sizeof(double) - added * sizeof(double),
         from.scores() + first * sizeof(double), added * sizeof(double));
  to.count = static_cast<uint8_t>(n + added);
  to.stored = static_cast<uint16_t>(to.stored + bytes);
  to.deadline_min_ms = std::min(to.deadline_min_ms, from.deadline_min_ms);
}

void copy_leaf(Leaf* to, const Leaf& from, size_t capacity) {
  DCHECK(capacity >= used_bytes(from));
  memcpy(static_cast<void*>(to), &from, Leaf::kHeaderBytes + 2u * from.count + from.stored);
  to->capacity = static_cast<uint16_t>(capacity);
  memcpy(to->scores(), from.scores(), from.count * sizeof(double));
}

int64_t deadline_min(const Leaf& leaf) {
  int64_t least = INT64_MAX;
  for (uint32_t i = 0; i < leaf.count; i++) least = std::min(least, deadline_at(leaf, i));
  return least;
}

}  // namespace cobnut::zset
