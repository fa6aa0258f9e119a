// A stream: entries in the order of their ids, and the consumer groups that read them. Entries
// stand packed in blocks (stream_block.h) of at most stream-node-max-bytes and -entries under an
// index by id, so an entry of a short value costs it and 2 to 4 bytes. Append, find by id and what
// concerns one pending entry: O(log n), and some steps within one block.
//
// Always a Collection, never a blob; stays when it is empty. Memory is accounted. Owner: whoever
// holds the monitor of its shard.
#pragma once

#include <optional>
#include <span>

#include "types/stream/consumer_group.h"
#include "types/stream/ordered_tree.h"
#include "types/stream/stream_block.h"

namespace cobnut {

struct StreamLimits {
  int64_t block_bytes = 4096;   // stream-node-max-bytes, 0: none
  int64_t block_entries = 100;  // stream-node-max-entries, 0: none
};

// What becomes of the references that groups hold to an entry which is deleted.
enum class StreamReferences : uint8_t {
  kKeep,          // they stay: a pending entry may no longer be there
  kDelete,        // they go too
  kAcknowledged,  // the entry stays while there are some, or while a group may still read it
};

struct StreamTrim {
  enum class By : uint8_t { kNothing, kLength, kId };
  By by = By::kNothing;
  bool whole_blocks = false;  // "~"
  uint64_t length = 0;        // kLength: so many may stay
  StreamId id;                // kId: entries below it go
  int64_t limit = 0;          // entries that may go; 0: all
  StreamReferences references = StreamReferences::kKeep;
};

class StreamValue final : public AccountedCollection {
 public:
  struct BlockOrder {
    using Key = StreamId;
    using Probe = StreamId;
    static Key key(const StreamBlock& block) { return block.first; }
    static Probe probe(const Key& key) { return key; }
  };
  using Blocks = OrderedTree<StreamBlock, BlockOrder>;
  using Groups = OrderedTree<ConsumerGroup*, NameOrder<ConsumerGroup>>;

  explicit StreamValue(CollectionHeap& heap) : AccountedCollection(heap, sizeof(StreamValue)) {}
  ~StreamValue() override = default;

  // -- entries
  size_t length() const { return length_; }
  StreamId last_id() const { return last_id_; }    // the largest that ever was
  StreamId first_id() const { return first_id_; }  // of the first entry; 0-0 when there is none
  StreamId max_deleted_id() const { return max_deleted_id_; }
  uint64_t entries_added() const { return entries_added_; }  // ever
  size_t blocks() const { return blocks_.size(); }
  size_t index_nodes() const { return blocks_.nodes(); }

  // `pairs`: fields and values in turn, at least one. False: too large, nothing changed.
  // REQUIRES: id > last_id().
  bool append(StreamId id, std::span<const Bytes> pairs, const StreamLimits& limits);
  bool remove(StreamId id);               // false: no such entry
  uint64_t trim(const StreamTrim& trim);  // how many went
  bool contains(StreamId id) const;
  bool any_behind(StreamId id) const;  // an entry that is there
  StreamId last_entry_id() const;      // of an entry that is there; 0-0 when there is none
  // Entries in [first, last], counted up to `limit` (0: all).
  size_t count(StreamId first, StreamId last, size_t limit) const;
  // XSETID. REQUIRES: no entry that is there above it.
  void set_last_id(StreamId id);
  void set_entries_added(uint64_t count) { entries_added_ = count; }
  void set_max_deleted_id(StreamId id) { max_deleted_id_ = id; }

  // Entries in [first, last], forward or backward. Void after a change of the stream.
  class Reader {
   public:
    Reader(const StreamValue& stream, StreamId first, StreamId last, bool backward = false);
    bool next(StreamEntry* entry);

   private:
    Blocks::Cursor block_;  // the one that is read
    BlockReader reader_;
    StreamId first_, last_;
    bool backward_;
  };

  // -- consumer groups
  const Groups& groups() const { return groups_; }
  ConsumerGroup* find_group(Bytes name) const;
  ConsumerGroup* create_group(Bytes name, StreamId last_id,
                              int64_t entries_read);  // nullptr: there is one
  bool destroy_group(Bytes name);
  // The group has read on to `id`, which is above its last_id: as XREADGROUP counts it.
  void advance(ConsumerGroup& group, StreamId id) const;
  // Entries that the group has not read; nullopt: cannot be told, as entries were deleted.
  std::optional<int64_t> lag(const ConsumerGroup& group) const;
  // How many entries were ever added up to `id`; ConsumerGroup::kUnknown where deletions hide it.
  int64_t entries_up_to(StreamId id) const;
  // Whether a group has the entry pending or may still read it (XDELEX ACKED).
  bool referenced(StreamId id) const;
  // No group has the entry pending any more; false: none had.
  bool drop_references(StreamId id);

  // -- for DUMP and RESTORE: blocks in order (`first` and listpack_of()), and a stream from such.
  // Groups are made by create_group(), create_consumer() and assign(), which take what an attacker
  // sends.
  const Blocks& block_index() const { return blocks_; }
  // False: not a block, or not above the last one. REQUIRES: listpack::valid(pack).
  bool add_block(StreamId first, Bytes pack);
  // What is known beside the blocks, once all are there; first_id() follows from them. False: it
  // contradicts them.
  struct Facts {
    uint64_t length = 0;
    StreamId last_id;
    StreamId max_deleted_id;     // 0-0 before RDB type 19
    uint64_t entries_added = 0;  // the length before RDB type 19
  };
  bool set_facts(const Facts& facts);

  // -- Collection
  size_t elements() const override;
  bool free_some(size_t elements) override;
  Collection* copy(CollectionHeap& to) const override;

 private:
  bool append_block(StreamId id, std::span<const Bytes> pairs, size_t capacity_max);
  void find_first_id(StreamId from);
  void drop_block(Blocks::Cursor block);
  void forget_deleted_from(StreamId id);
  class AscendingReferences;
  size_t trim_block(StreamBlock& block, const StreamTrim& trim, AscendingReferences* references);
  StreamId read_by_all() const;
  void drop_references(const StreamBlock& block);
  bool has_deleted_from(StreamId id) const;

  Blocks blocks_;
  Groups groups_;
  uint64_t length_ = 0;
  uint64_t entries_added_ = 0;
  StreamId last_id_, first_id_, max_deleted_id_;
  StreamId tail_id_;  // of the last block's last entry, be it deleted
};

}  // namespace cobnut
