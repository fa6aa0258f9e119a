#include "types/stream/pending_table.h"

#include <algorithm>

namespace cobnut {
namespace {

constexpr size_t kReadBytes = sizeof(uint64_t);  // at once, whatever is needed

uint64_t mask_of(size_t bytes) { return bytes == 0 ? 0 : ~uint64_t{0} >> (64 - 8 * bytes); }
uint8_t bytes_for(uint64_t number) {
  return static_cast<uint8_t>(number == 0 ? 0 : (71 - __builtin_clzll(number)) / 8);
}

std::array<uint64_t, 5> row_of(const PendingEntry& entry) {
  return {entry.id.ms, entry.id.seq, reinterpret_cast<uintptr_t>(entry.consumer),
          static_cast<uint64_t>(entry.delivered_ms), entry.deliveries};
}

}  // namespace

// -- a leaf

size_t PendingTable::bytes_of(const LeafHeader& leaf, size_t rows) {
  return sizeof(LeafHeader) + rows * leaf.row_bytes + kReadBytes;
}

uint64_t PendingTable::read(const char* from, size_t bytes) {
  uint64_t number;
  memcpy(&number, from, sizeof(number));  // little endian
  return number & mask_of(bytes);
}

StreamId PendingTable::id_at(const char* data, size_t row) {
  const LeafHeader& leaf = header(data);
  const char* at = data + sizeof(LeafHeader) + row * leaf.row_bytes;
  return {leaf.least[0] + read(at, leaf.bytes[0]),
          leaf.least[1] + read(at + leaf.bytes[0], leaf.bytes[1])};
}

PendingTable::Row PendingTable::row_at(const char* data, size_t row) {
  const LeafHeader& leaf = header(data);
  const char* at = data + sizeof(LeafHeader) + row * leaf.row_bytes;
  Row columns;
  for (size_t i = 0; i < kColumns; i++) {
    columns[i] = leaf.least[i] + read(at, leaf.bytes[i]);
    at += leaf.bytes[i];
  }
  return columns;
}

// The first row that is not below; the number of rows: all are.
size_t PendingTable::lower_row(const char* data, StreamId id) {
  size_t low = 0, high = header(data).count;
  if (id_at(data, high - 1) < id) return high;  // what arrives in order
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (id_at(data, middle) < id)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool PendingTable::fits(const LeafHeader& leaf, const Row& row) {
  for (size_t i = 0; i < kColumns; i++) {
    if (row[i] < leaf.least[i] || row[i] - leaf.least[i] > mask_of(leaf.bytes[i])) return false;
  }
  return true;
}

// REQUIRES: it fits.
void PendingTable::write_row(char* data, size_t at, const Row& row) {
  const LeafHeader& leaf = header(data);
  char* to = data + sizeof(LeafHeader) + at * leaf.row_bytes;
  uint64_t behind;  // the row, which whole numbers are written beyond
  memcpy(&behind, to + leaf.row_bytes, sizeof(behind));
  for (size_t i = 0; i < kColumns; i++) {
    const uint64_t number = row[i] - leaf.least[i];
    memcpy(to, &number, sizeof(number));  // little endian
    to += leaf.bytes[i];
  }
  memcpy(to, &behind, sizeof(behind));
}

// Grows by half, up to what a full leaf takes; shrinks when half of it is not used.
void PendingTable::reserve(AccountedCollection& memory, Leaf& leaf, size_t rows) {
  const LeafHeader& before = header(leaf.data);
  const size_t bytes = bytes_of(before, rows), old = before.capacity;
  if (bytes <= old && bytes > old / 2) return;
  size_t capacity = block_class(bytes);
  if (bytes > old) {
    const size_t most = block_class(bytes_of(before, kRowsMax));
    capacity = std::max(capacity, std::min(block_class(old + old / 2), most));
  }
  if (capacity == old) return;
  leaf.data = memory.reallocate(leaf.data, old, capacity);
  header(leaf.data).capacity = static_cast<uint16_t>(capacity);
}

// The leaf has these rows from now on, in as few bytes as can be. REQUIRES: they are no views of
// it.
void PendingTable::encode(AccountedCollection& memory, Leaf& leaf, std::span<const Row> rows) {
  LeafHeader& columns = header(leaf.data);
  columns.row_bytes = 0;
  for (size_t i = 0; i < kColumns; i++) {
    uint64_t least = UINT64_MAX, most = 0;
    for (const Row& row : rows) {
      least = std::min(least, row[i]);
      most = std::max(most, row[i]);
    }
    columns.least[i] = least;
    columns.bytes[i] = bytes_for(most - least);
    columns.row_bytes = static_cast<uint8_t>(columns.row_bytes + columns.bytes[i]);
  }
  columns.count = static_cast<uint8_t>(rows.size());
  reserve(memory, leaf, rows.size());
  for (size_t i = 0; i < rows.size(); i++) write_row(leaf.data, i, rows[i]);
}

// -- the table

PendingEntry PendingTable::Cursor::operator*() const {
  const Row row = row_at(leaf_->data, row_);
  return {.id = {row[0], row[1]},
          .consumer = reinterpret_cast<Consumer*>(row[2]),
          .delivered_ms = static_cast<int64_t>(row[3]),
          .deliveries = row[4]};
}

PendingTable::Cursor PendingTable::last() const {
  const Leaves::Cursor leaf = leaves_.last();
  return {leaf, header(leaf->data).count - size_t{1}};
}

// The last leaf that begins not above it.
PendingTable::Leaves::Cursor PendingTable::leaf_of(StreamId id) const {
  const Leaves::Cursor last = leaves_.last();
  if (last && id >= last->first) return last;  // what arrives in order
  return leaves_.floor(id);
}

PendingTable::Cursor PendingTable::lower_bound(StreamId id) const {
  Leaves::Cursor leaf = leaf_of(id);
  if (!leaf) return first();
  const size_t row = lower_row(leaf->data, id);
  if (row < header(leaf->data).count) return {leaf, row};
  leaf.next();
  return {leaf, 0};
}

PendingTable::Cursor PendingTable::find(StreamId id) const {
  const Leaves::Cursor leaf = leaf_of(id);
  if (!leaf) return {};
  const size_t row = lower_row(leaf->data, id);
  if (row == header(leaf->data).count || id_at(leaf->data, row) != id) return {};
  return {leaf, row};
}

void PendingTable::insert_leaf(AccountedCollection& memory, StreamId first,
                               std::span<const Row> rows) {
  const size_t capacity = block_class(sizeof(LeafHeader) + kReadBytes);
  Leaf leaf{.first = first, .data = memory.allocate(capacity)};
  header(leaf.data).capacity = static_cast<uint16_t>(capacity);
  encode(memory, leaf, rows);
  leaves_.insert(memory, leaf);
}

void PendingTable::insert(AccountedCollection& memory, const PendingEntry& entry) {
  const Row row = row_of(entry);
  size_++;
  if (leaves_.empty()) return insert_leaf(memory, entry.id, {&row, 1});
  Leaves::Cursor leaf = leaf_of(entry.id);
  if (!leaf) {  // before all others: the first leaf begins here
    Leaf begun = *leaves_.first();
    CHECK(leaves_.erase(memory, begun.first));
    begun.first = entry.id;
    leaves_.insert(memory, begun);
    leaf = leaves_.first();
  }
  if (header(leaf->data).count == kRowsMax) {
    Leaves::Cursor next = leaf;
    next.next();
    if (!next && id_at(leaf->data, kRowsMax - 1) < entry.id)
      return insert_leaf(memory, entry.id, {&row, 1});
    split(memory, *leaf);
    leaf = leaf_of(entry.id);
  }
  insert_row(memory, *leaf, lower_row(leaf->data, entry.id), row);
}

void PendingTable::insert_row(AccountedCollection& memory, Leaf& leaf, size_t at, const Row& row) {
  const size_t count = header(leaf.data).count;
  DCHECK(count < kRowsMax);
  if (!fits(header(leaf.data), row)) {
    Row rows[kRowsMax];
    for (size_t i = 0; i < count; i++) rows[i < at ? i : i + 1] = row_at(leaf.data, i);
    rows[at] = row;
    return encode(memory, leaf, {rows, count + 1});
  }
  reserve(memory, leaf, count + 1);
  LeafHeader& columns = header(leaf.data);
  char* to = leaf.data + sizeof(LeafHeader) + at * columns.row_bytes;
  memmove(to + columns.row_bytes, to, (count - at) * columns.row_bytes);
  columns.count++;
  write_row(leaf.data, at, row);
}

void PendingTable::replace(AccountedCollection& memory, Cursor at, const PendingEntry& entry) {
  const Row row = row_of(entry);
  Leaf& leaf = *at.leaf_;
  if (fits(header(leaf.data), row)) return write_row(leaf.data, at.row_, row);
  Row rows[kRowsMax];
  const size_t count = header(leaf.data).count;
  for (size_t i = 0; i < count; i++) rows[i] = row_at(leaf.data, i);
  rows[at.row_] = row;
  encode(memory, leaf, {rows, count});
}

// The second half of a leaf becomes one of its own.
void PendingTable::split(AccountedCollection& memory, Leaf& leaf) {
  Row rows[kRowsMax];
  for (size_t i = 0; i < kRowsMax; i++) rows[i] = row_at(leaf.data, i);
  constexpr size_t kKept = kRowsMax / 2;
  encode(memory, leaf, {rows, kKept});
  insert_leaf(memory, {rows[kKept][0], rows[kKept][1]}, {rows + kKept, kRowsMax - kKept});
}

// The leaf behind it goes into this one, if there is room for more then.
bool PendingTable::merge(AccountedCollection& memory, Leaves::Cursor left) {
  Leaves::Cursor right = left;
  right.next();
  if (!right) return false;
  const size_t count = header(left->data).count;
  const size_t sum = count + header(right->data).count;
  if (sum > kRowsMax * 3 / 4) return false;
  Row rows[kRowsMax];
  for (size_t i = 0; i < sum; i++)
    rows[i] = i < count ? row_at(left->data, i) : row_at(right->data, i - count);
  encode(memory, *left, {rows, sum});
  memory.release(right->data, header(right->data).capacity);
  CHECK(leaves_.erase(memory, right->first));
  return true;
}

void PendingTable::erase(AccountedCollection& memory, Cursor at) {
  Leaf& leaf = *at.leaf_;
  LeafHeader& columns = header(leaf.data);
  size_--;
  if (columns.count == 1) {
    memory.release(leaf.data, columns.capacity);
    CHECK(leaves_.erase(memory, leaf.first));
    return;
  }
  char* to = leaf.data + sizeof(LeafHeader) + at.row_ * columns.row_bytes;
  columns.count--;
  memmove(to, to + columns.row_bytes, (columns.count - at.row_) * columns.row_bytes);
  reserve(memory, leaf, columns.count);
  constexpr size_t kFew = kRowsMax / 4;
  if (header(leaf.data).count > kFew || merge(memory, at.leaf_)) return;
  at.leaf_.previous();
  if (at.leaf_) merge(memory, at.leaf_);
}

bool PendingTable::erase(AccountedCollection& memory, StreamId id) {
  const Cursor at = find(id);
  if (!at) return false;
  erase(memory, at);
  return true;
}

size_t PendingTable::free_some(AccountedCollection& memory) {
  size_t rows = 0;
  leaves_.free_last_leaf(memory, [&](Leaf& leaf) {
    rows += header(leaf.data).count;
    memory.release(leaf.data, header(leaf.data).capacity);
  });
  size_ -= rows;
  return rows;
}

}  // namespace cobnut
