#include "types/packed_table/packed_leaf.h"

#include <algorithm>
#include <bit>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace cobnut {
namespace {

constexpr uint32_t kTagsAtOnce = 16;

// One bit for each of 16 tags that is `tag`. Reads 16 bytes, whatever stands behind the tags: a
// leaf with slots has as many bytes of ends behind them.
uint32_t matching_tags(const uint8_t* tags, uint8_t tag) {
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(tag));
  const __m128i there = _mm_loadu_si128(reinterpret_cast<const __m128i*>(tags));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(wanted, there)));
#else
  uint32_t bits = 0;
  for (uint32_t i = 0; i < kTagsAtOnce; i++) bits |= uint32_t{tags[i] == tag} << i;
  return bits;
#endif
}

char* put(char* to, Bytes bytes) {
  if (!bytes.empty()) memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

void store_deadline(char* to, int64_t deadline) {
  DCHECK(deadline >= 0 && deadline <= kPackedDeadlineMax);
  memcpy(to, &deadline, PackedLeaf::kDeadlineBytes);  // little endian, as all of src/keyspace
}

int64_t load_deadline(const char* from) {
  int64_t deadline = 0;
  memcpy(&deadline, from, PackedLeaf::kDeadlineBytes);
  return deadline;
}

}  // namespace

static_assert(std::endian::native == std::endian::little);

PackedLeaf* PackedLeaf::make(char* memory, size_t block, size_t count, uint8_t depth, bool values) {
  auto* leaf = reinterpret_cast<PackedLeaf*>(memory);
  const size_t slots = (std::max<size_t>(count, 1) + kSlotStep - 1) / kSlotStep * kSlotStep;
  CHECK_OP(block, <=, kEndMask);
  CHECK_OP(bytes_for(slots, 0), <=, block);
  *leaf = {.next = nullptr,
           .next_expiry_ms = kNoDeadline,
           .count = 0,
           .slots = static_cast<uint16_t>(slots),
           .block_bytes = static_cast<uint16_t>(block),
           .depth = depth,
           .values = values};
  // They are read beyond `count`, and then masked away.
  memset(leaf->tags(), 0, slots * kSlotBytes);
  return leaf;
}

bool PackedLeaf::has_key(uint32_t i, Bytes key) const {
  const uint16_t flags = ends()[i];
  if (flags & kOutside) [[unlikely]]
    return this->key(i) == key;
  const char* at = records() + begin(i) + (flags & kDeadline ? kDeadlineBytes : 0);
  if (values) {
    if (static_cast<uint8_t>(*at) != key.size()) return false;
    at++;
  } else if (static_cast<size_t>(records() + end(i) - at) != key.size()) {
    return false;
  }
  return Bytes(at, key.size()) == key;
}

uint32_t PackedLeaf::find(uint8_t tag, Bytes key) const {
  for (uint32_t base = 0; base < count; base += kTagsAtOnce) {
    uint32_t bits = matching_tags(tags() + base, tag);
    if (count - base < kTagsAtOnce) bits &= (1u << (count - base)) - 1;
    for (; bits != 0; bits &= bits - 1) {
      const uint32_t i = base + static_cast<uint32_t>(std::countr_zero(bits));
      if (has_key(i, key)) return i;
    }
  }
  return kNotFound;
}

const char* PackedLeaf::record_hint(uint8_t tag) const {
  for (uint32_t base = 0; base < count; base += kTagsAtOnce) {
    const uint32_t bits = matching_tags(tags() + base, tag);
    const uint32_t i = base + static_cast<uint32_t>(std::countr_zero(bits));
    if (bits != 0 && i < count) return records() + begin(i);
  }
  return records();
}

PackedOutside PackedLeaf::outside(uint32_t i) const {
  DCHECK(is_outside(i));
  PackedOutside where;
  memcpy(&where, records() + end(i) - sizeof(where), sizeof(where));
  return where;
}

PackedElement PackedLeaf::element(uint32_t i) const {
  DCHECK(i < count);
  PackedElement element;
  const char* at = records() + begin(i);
  const char* const last = records() + end(i);
  if (ends()[i] & kDeadline) {
    element.deadline_ms = load_deadline(at);
    at += kDeadlineBytes;
  }
  if (is_outside(i)) [[unlikely]] {
    const PackedOutside where = outside(i);
    element.key = {where.block, where.key_bytes};
    element.value = {where.block + where.key_bytes, where.value_bytes};
    return element;
  }
  const size_t key_bytes = values ? static_cast<uint8_t>(*at++) : static_cast<size_t>(last - at);
  element.key = {at, key_bytes};
  element.value = {at + key_bytes, static_cast<size_t>(last - at) - key_bytes};
  return element;
}

Bytes PackedLeaf::key(uint32_t i) const { return element(i).key; }

int64_t PackedLeaf::deadline_ms(uint32_t i) const {
  return ends()[i] & kDeadline ? load_deadline(records() + begin(i)) : kNoDeadline;
}

char* PackedLeaf::append_slot(uint8_t tag, size_t bytes, uint16_t flags) {
  const size_t used = record_bytes();
  DCHECK(bytes_for(count + 1u, used + bytes) <= block_bytes);
  if (count == slots) {
    char* const old_records = records();
    const uint16_t* const old_ends = ends();
    slots = static_cast<uint16_t>(slots + kSlotStep);
    memmove(records(), old_records, used);
    memmove(ends(), old_ends, count * sizeof(uint16_t));
    memset(tags() + count, 0, kSlotStep);
    memset(ends() + count, 0, kSlotStep * sizeof(uint16_t));
  }
  tags()[count] = tag;
  ends()[count] = static_cast<uint16_t>((used + bytes) | flags);
  count++;
  return records() + used;
}

void PackedLeaf::append(uint8_t new_tag, Bytes key, Bytes value, int64_t deadline) {
  const bool has_deadline = deadline != kNoDeadline;
  const size_t bytes = record_size(values, key, value, has_deadline);
  DCHECK(bytes <= kPackedInlineMax);
  char* to = append_slot(new_tag, bytes, has_deadline ? kDeadline : 0);
  if (has_deadline) {
    store_deadline(to, deadline);
    to += kDeadlineBytes;
    next_expiry_ms = std::min(next_expiry_ms, deadline);
  }
  if (values) *to++ = static_cast<char>(key.size());
  put(put(to, key), value);
}

void PackedLeaf::append_outside(uint8_t new_tag, const PackedOutside& where, int64_t deadline) {
  const bool has_deadline = deadline != kNoDeadline;
  char* to = append_slot(new_tag, outside_record_size(has_deadline),
                         static_cast<uint16_t>(kOutside | (has_deadline ? kDeadline : 0)));
  if (has_deadline) {
    store_deadline(to, deadline);
    to += kDeadlineBytes;
    next_expiry_ms = std::min(next_expiry_ms, deadline);
  }
  memcpy(to, &where, sizeof(where));
}

void PackedLeaf::append_record_of(const PackedLeaf& other, uint32_t i) {
  const uint16_t flags = other.ends()[i] & static_cast<uint16_t>(~kEndMask);
  const size_t bytes = other.record_size(i);
  char* const to = append_slot(other.tags()[i], bytes, flags);
  memcpy(to, other.records() + other.begin(i), bytes);
  if (flags & kDeadline) next_expiry_ms = std::min(next_expiry_ms, load_deadline(to));
}

void PackedLeaf::erase(uint32_t i) {
  CHECK_OP(i, <, count);
  const size_t from = begin(i);
  const size_t gone = end(i) - from;
  const size_t used = record_bytes();
  memmove(records() + from, records() + from + gone, used - from - gone);
  memmove(tags() + i, tags() + i + 1, count - i - 1u);
  uint16_t* const all = ends();
  for (uint32_t j = i; j + 1 < count; j++) all[j] = static_cast<uint16_t>(all[j + 1] - gone);
  count--;
  // The slots shrink with a step to spare, so that the records' room does.
  if (slots >= count + 2 * kSlotStep) {
    const char* const old_records = records();
    const uint16_t* const old_ends = ends();
    slots = static_cast<uint16_t>(slots - kSlotStep);
    memmove(ends(), old_ends, slots * sizeof(uint16_t));
    memmove(records(), old_records, used - gone);
  }
}

void PackedLeaf::resize_record(uint32_t i, size_t bytes, int64_t deadline, bool is_outside) {
  const size_t old_end = end(i);
  const size_t new_end = begin(i) + bytes;
  const size_t used = record_bytes();
  CHECK_OP(bytes_for(count, used - old_end + new_end), <=, block_bytes);
  memmove(records() + new_end, records() + old_end, used - old_end);
  const bool has_deadline = deadline != kNoDeadline;
  uint16_t* const all = ends();
  for (uint32_t j = i; j < count; j++) {
    all[j] = static_cast<uint16_t>(all[j] + new_end - old_end);
  }
  all[i] =
      static_cast<uint16_t>(new_end | (has_deadline ? kDeadline : 0) | (is_outside ? kOutside : 0));
  if (has_deadline) set_deadline(i, deadline);
}

void PackedLeaf::write_record(uint32_t i, Bytes key, Bytes value) {
  DCHECK(!is_outside(i));
  char* to = records() + begin(i) + (ends()[i] & kDeadline ? kDeadlineBytes : 0);
  if (values) *to++ = static_cast<char>(key.size());
  to = put(put(to, key), value);
  CHECK_EQ(to, records() + end(i));
}

void PackedLeaf::write_outside(uint32_t i, const PackedOutside& where) {
  DCHECK(is_outside(i));
  memcpy(records() + end(i) - sizeof(where), &where, sizeof(where));
}

void PackedLeaf::set_value(uint32_t i, Bytes value) {
  DCHECK(!is_outside(i) && element(i).value.size() == value.size());
  put(records() + end(i) - value.size(), value);
}

void PackedLeaf::set_deadline(uint32_t i, int64_t deadline) {
  DCHECK(ends()[i] & kDeadline);
  store_deadline(records() + begin(i), deadline);
  next_expiry_ms = std::min(next_expiry_ms, deadline);
}

}  // namespace cobnut
