// Pending entries in the order of their ids, as numbers that take the bytes which their leaf needs:
// ids, times and owners that stand together differ little. Leaves of up to kRowsMax entries stand
// under an index by id; a leaf is
//
//   header | row ... | 8 bytes to read beyond the last
//
// and a row has, of each of five columns (the id's ms and seq, the consumer, the time of delivery,
// the number of deliveries), the difference to the leaf's least value, in as many bytes (0 to 8) as
// its largest takes: 4 to 8 bytes a row instead of 40. A consumer is told by its address, which is
// near that of others.
//
// Find, insert, erase: O(log n), and a move within a leaf; a value that does not fit writes its
// leaf again with wider columns. Full leaves are split, but for one behind all others, and small
// ones are merged. Memory: of the collection that each changing call names. A cursor is void after
// the next change.
#pragma once

#include <array>
#include <span>

#include "types/stream/ordered_tree.h"
#include "types/stream/stream_id.h"

namespace cobnut {

class Consumer;

struct PendingEntry {
  StreamId id;
  Consumer* consumer = nullptr;
  int64_t delivered_ms = 0;  // Unix ms, not negative
  uint64_t deliveries = 0;   // RETRYCOUNT may set it to anything: it wraps
};

class PendingTable {
  static constexpr size_t kColumns = 5;
  using Row = std::array<uint64_t, kColumns>;

  // A record of the index.
  struct Leaf {
    StreamId first;  // not above its first id, above the last one of the leaf before
    char* data;
  };
  struct LeafHeader {
    uint16_t capacity;         // bytes allocated
    uint8_t count;             // of rows, never 0
    uint8_t row_bytes;         // the sum of:
    uint8_t bytes[kColumns];   // of a row's part of each column
    uint64_t least[kColumns];  // of each column
  };
  static_assert(sizeof(LeafHeader) == 56);
  struct LeafOrder {
    using Key = StreamId;
    using Probe = StreamId;
    static Key key(const Leaf& leaf) { return leaf.first; }
    static Probe probe(const Key& key) { return key; }
  };
  using Leaves = OrderedTree<Leaf, LeafOrder>;

 public:
  static constexpr size_t kRowsMax = 64;

  class Cursor {
   public:
    Cursor() = default;
    explicit operator bool() const { return static_cast<bool>(leaf_); }
    StreamId id() const { return id_at(leaf_->data, row_); }
    PendingEntry operator*() const;
    void next() {
      if (++row_ < header(leaf_->data).count) return;
      leaf_.next();
      row_ = 0;
    }

   private:
    friend class PendingTable;
    Cursor(Leaves::Cursor leaf, size_t row) : leaf_(leaf), row_(row) {}
    Leaves::Cursor leaf_;
    size_t row_ = 0;
  };

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Cursor first() const { return {leaves_.first(), 0}; }
  Cursor last() const;                    // REQUIRES: not empty
  Cursor lower_bound(StreamId id) const;  // the first that is not below
  Cursor find(StreamId id) const;         // nothing: not there

  void insert(AccountedCollection& memory, const PendingEntry& entry);  // REQUIRES: not there
  // REQUIRES: the same id.
  void replace(AccountedCollection& memory, Cursor at, const PendingEntry& entry);
  void erase(AccountedCollection& memory, Cursor at);
  bool erase(AccountedCollection& memory, StreamId id);  // false: not there
  // A slice of what frees everything; returns about how many rows that were, 0: it is empty.
  size_t free_some(AccountedCollection& memory);

 private:
  static const LeafHeader& header(const char* data) {
    return *reinterpret_cast<const LeafHeader*>(data);
  }
  static LeafHeader& header(char* data) { return *reinterpret_cast<LeafHeader*>(data); }
  Leaves::Cursor leaf_of(StreamId id) const;
  static size_t bytes_of(const LeafHeader& leaf, size_t rows);
  static uint64_t read(const char* from, size_t bytes);
  static StreamId id_at(const char* data, size_t row);
  static Row row_at(const char* data, size_t row);
  static size_t lower_row(const char* data, StreamId id);
  static bool fits(const LeafHeader& leaf, const Row& row);
  static void write_row(char* data, size_t at, const Row& row);
  static void reserve(AccountedCollection& memory, Leaf& leaf, size_t rows);
  static void encode(AccountedCollection& memory, Leaf& leaf, std::span<const Row> rows);
  void insert_leaf(AccountedCollection& memory, StreamId first, std::span<const Row> rows);
  void insert_row(AccountedCollection& memory, Leaf& leaf, size_t at, const Row& row);
  void split(AccountedCollection& memory, Leaf& leaf);
  bool merge(AccountedCollection& memory, Leaves::Cursor left);

  Leaves leaves_;
  size_t size_ = 0;
};

}  // namespace cobnut
