// Entries of a stream that stand together in one run of bytes: a header, the fields of the first
// entry (the master's, which most others share), and the entries in order of their ids.
//
//   header | number of fields, name ... | entry ...
//   entry    head byte | [back] | [ms] | [seq] | value ...                with the master's fields
//            head byte | [back] | [ms] | [seq] | [number] | (name | value) ...
//
//   head byte  1 bit   deleted
//              1 bit   fields of its own
//              2 bits  the id, from the one before: 0: the next seq; 1: the next ms, seq 0; 2: `ms`
//                      milliseconds later, seq 0; 3: both stand there, seq as a difference when ms
//                      is 0
//              4 bits  the master's fields: the length of the first value, which then has no length
//                      of its own; its own fields: their number. 0: it stands with them
//
// (varint, name, value: packed_text.h.) Every kGroup-th entry begins a group: its id is counted
// from the block's first id, which stands in the index of blocks, and `back` is how many bytes
// before it the last group begins (0: none). So an id is found, and the block read backward, by
// steps from group to group and through one of them. An entry of one value of up to 15 bytes costs
// it and 1 or 2 bytes, a group 4, a block 24 and its fields. A deleted entry is only marked; the
// block goes when all of it is deleted.
//
// How many entries a block takes is what Redis's limits say of its listpack (stream_listpack.h),
// whose size is kept in the header, so that whole blocks are trimmed where Redis trims them.
// Any owner, no allocation but through the memory that is named. Everything REQUIRES a block that
// was made here.
#pragma once

#include <span>

#include "types/stream/accounted.h"
#include "types/stream/packed_text.h"
#include "types/stream/stream_id.h"

namespace cobnut {

struct BlockHeader {
  uint32_t capacity;    // bytes allocated
  uint32_t bytes;       // used, the header included
  uint32_t live;        // entries
  uint32_t deleted;     // entries that are marked
  uint32_t last_group;  // where the last group begins; 0: no entry yet
  uint32_t pack_bytes;  // of its listpack without the two counts in it
};
static_assert(sizeof(BlockHeader) == 24);

// A record of the index of blocks.
struct StreamBlock {
  StreamId first;  // that its groups' ids are counted from: the id of its first entry
  char* data = nullptr;

  BlockHeader& header() const { return *reinterpret_cast<BlockHeader*>(data); }
  size_t pack_bytes() const;  // of its listpack
};

// One entry, as views into its block: void after a change of it.
class StreamEntry {
 public:
  StreamId id;
  size_t fields() const { return fields_; }
  bool deleted() const { return deleted_; }
  // Of the master's fields, not of its own.
  bool of_master() const { return names_ != nullptr; }
  // visit(field, value) for each pair: Bytes and listpack::Value.
  template <typename Visit>
  void for_each(Visit visit) const {
    const char* at = pairs_;
    const char* names = names_;
    size_t i = 0;
    if (first_bytes_ != 0) {
      visit(packed::read_name(&names), listpack::Value{.bytes = {at, first_bytes_}});
      at += first_bytes_;
      i++;
    }
    for (; i < fields_; i++) {
      const Bytes name = packed::read_name(names_ != nullptr ? &names : &at);
      visit(name, packed::read_value(&at));
    }
  }

 private:
  friend class BlockReader;
  const char* head_ = nullptr;
  const char* pairs_ = nullptr;  // values, or names and values
  const char* names_ = nullptr;  // of the master; nullptr: the entry has its own
  size_t fields_ = 0;
  uint8_t first_bytes_ = 0;  // of the first value, when it has no length of its own
  bool deleted_ = false;
};

// Walks the entries of a block, deleted ones included, one way.
class BlockReader {
 public:
  static constexpr size_t kGroup = 16;  // entries

  BlockReader() = default;
  explicit BlockReader(const StreamBlock& block) { open(block); }
  void open(const StreamBlock& block);  // as a new one of it

  // Before the first call of the others: forward from the first entry that is not below `id`;
  // backward from the last entry of the last group that begins not above it.
  void seek(StreamId id);
  void seek_back(StreamId id);
  bool next(StreamEntry* entry);      // forward from the start; false: no more
  bool previous(StreamEntry* entry);  // backward from the end
  // The master's names.
  template <typename Visit>
  void for_each_name(Visit visit) const {
    const char* at = names_;
    for (size_t i = 0; i < fields_; i++) visit(packed::read_name(&at));
  }
  size_t fields() const { return fields_; }

  // Where the head byte of an entry stands, for mark_deleted().
  size_t offset(const StreamEntry& entry) const { return static_cast<size_t>(entry.head_ - data_); }

 private:
  struct Group {
    const char* begin;
    size_t index;     // of its first entry in the block
    const char* end;  // where the next one begins
  };
  Group last_group() const;
  Group group_before(const Group& group) const;
  Group group_of(StreamId id) const;  // the last that begins at or below it; or the first
  const char* read(const char* at, StreamId before, bool group, StreamEntry* entry) const;
  void fill(const Group& group);

  const char* data_ = nullptr;
  const char* names_ = nullptr;
  size_t fields_ = 0;
  StreamId first_;
  // Forward.
  const char* at_ = nullptr;  // the next entry
  const char* end_ = nullptr;
  size_t index_ = 0;  // of the next entry
  StreamId id_;       // of the one before
  // Backward: the entries of a group, since they can only be read forward.
  struct Placed {
    const char* at;
    uint64_t ms, seq;  // of its id
  };
  Group group_{};
  size_t left_ = 0;        // entries of the group that are not yet returned
  Placed placed_[kGroup];  // only `left_` of them are set: who reads forward has none
};

// Both: false: its listpack would be larger than one can be; nothing has changed then.
// A block without entries, to be appended to at once. The master's names are every `step`-th of the
// texts, from the first on. `capacity`: bytes to begin with.
bool create_block(AccountedCollection& memory, StreamId first, std::span<const Bytes> texts,
                  size_t step, size_t capacity, StreamBlock* block);
// `pairs`: fields and values in turn. REQUIRES: id above `last`, the block's last one, or at least
// its `first` when it is empty.
bool append_to_block(AccountedCollection& memory, StreamBlock& block, StreamId last, StreamId id,
                     std::span<const Bytes> pairs, size_t capacity_max);
// No more is appended: what it does not use is given back.
void trim_capacity(AccountedCollection& memory, StreamBlock& block);
void free_block(AccountedCollection& memory, StreamBlock& block);
StreamBlock copy_block(AccountedCollection& to, const StreamBlock& block);
// Marks an entry of it that is not yet deleted (BlockReader::offset).
void mark_deleted(StreamBlock& block, size_t offset);
// The id of the last entry, be it deleted.
StreamId last_of_block(const StreamBlock& block);

}  // namespace cobnut
