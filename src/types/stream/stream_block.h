// Entries that stand together: one listpack, laid out as Redis publishes it for RDB files, so that
// DUMP writes the bytes as they are.
//
//   master entry  live | deleted | number of fields | field ... | 0
//   entry         flags | ms | seq | value ... | elements            with the master's fields
//                 flags | ms | seq | number of fields | (field | value) ... | elements
//
// ms and seq are counted from the block's first id, which stands in the index of blocks; `elements`
// is how many stand before it in the entry (0 ends the master entry), for walks backward. A deleted
// entry is only marked: the block goes when all of it is deleted.
// Any owner, no allocation but through the Block's memory.
#pragma once

#include <span>

#include "types/listpack/listpack.h"
#include "types/stream/accounted.h"
#include "types/stream/stream_id.h"

namespace cobnut {

// A record of the index of blocks.
struct StreamBlock {
  StreamId first;  // that its entries' ids are counted from: the id of its first entry
  char* pack = nullptr;
  uint32_t capacity = 0;  // bytes allocated

  listpack::View view() const { return listpack::View(pack); }
};

struct BlockHead {
  int64_t live = 0;
  int64_t deleted = 0;
  size_t fields = 0;      // of the master entry
  size_t fields_at = 0;   // the first of them
  size_t entries_at = 0;  // the first entry, or the end
};

// One entry, as views into its block: void after a change of it.
class StreamEntry {
 public:
  StreamId id;
  size_t fields() const { return fields_; }
  bool deleted() const { return deleted_; }
  // visit(field, value) for each pair, both listpack::Value.
  template <typename Visit>
  void for_each(Visit visit) const {
    const listpack::View view(pack_);
    size_t field_at = fields_at_;
    size_t at = pairs_at_;
    for (size_t i = 0; i < fields_; i++) {
      const listpack::Value field = view.read(field_at != listpack::kNone ? &field_at : &at);
      const listpack::Value value = view.read(&at);
      visit(field, value);
    }
  }

 private:
  friend class BlockReader;
  const char* pack_ = nullptr;
  size_t flags_at_ = 0;
  size_t pairs_at_ = 0;   // values, or fields and values
  size_t fields_at_ = 0;  // of the master entry; kNone: the entry has its own
  size_t fields_ = 0;
  bool deleted_ = false;
};

// Walks the entries of a block, deleted ones included.
class BlockReader {
 public:
  BlockReader() = default;
  explicit BlockReader(const StreamBlock& block);

  const BlockHead& head() const { return head_; }
  bool next(StreamEntry* entry);      // forward from the start; false: no more
  bool previous(StreamEntry* entry);  // backward from the end, if next() was not called
  // Where the flags of an entry stand.
  static size_t flags_at(const StreamEntry& entry) { return entry.flags_at_; }

 private:
  size_t read(size_t at, StreamEntry* entry) const;  // returns where its pairs begin

  const char* pack_ = nullptr;
  StreamId first_;
  BlockHead head_;
  size_t at_ = 0;    // of the next entry forward
  size_t back_ = 0;  // behind the next entry backward
};

// `pairs`: fields and values in turn. Both: false when the block would grow beyond what a listpack
// holds; nothing has changed then.
bool create_block(AccountedCollection& memory, StreamId id, std::span<const Bytes> pairs,
                  size_t capacity_max, StreamBlock* block);
// REQUIRES: id above all of the block's.
bool append_to_block(AccountedCollection& memory, StreamBlock& block, StreamId id,
                     std::span<const Bytes> pairs, size_t capacity_max);
// No more is appended: what it does not use is given back.
void trim_capacity(AccountedCollection& memory, StreamBlock& block);
void free_block(AccountedCollection& memory, StreamBlock& block);
// Marks entries of it that are not yet deleted; `flags_at` of each (BlockReader), in order.
void mark_deleted(AccountedCollection& memory, StreamBlock& block,
                  std::span<const size_t> flags_at);
// The id of the last entry, be it deleted.
StreamId last_of_block(const StreamBlock& block);
// Whether a valid listpack (listpack::valid) from outside is a block: O(n).
bool valid_block(Bytes pack, StreamId first);

}  // namespace cobnut
