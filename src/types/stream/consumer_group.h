// A consumer group of a stream: how far it has read, its consumers, and the entries that were
// delivered but not acknowledged. Each pending entry stands once in the group, with its consumer,
// and its id once more with that consumer: pending in exactly one. About 12 bytes a pending entry.
//
// Memory: of the stream's; every call that takes or frees some names it. Owner: the monitor of the
// stream's shard.
#pragma once

#include <optional>

#include "types/stream/ordered_tree.h"
#include "types/stream/pending_table.h"

namespace cobnut {

// Of groups and consumers: the bytes of their names.
template <typename Named>
struct NameOrder {
  using Key = Named*;
  using Probe = Bytes;
  static Key key(Named* const& record) { return record; }
  static Probe probe(Named* const& key) { return key->name(); }
};

class Consumer {
 public:
  Bytes name() const { return {reinterpret_cast<const char*>(this + 1), name_bytes_}; }
  const PendingTable& pending() const { return pending_; }  // their ids, nothing else
  int64_t seen_ms = 0;  // Unix ms of its last command, not negative

 private:
  friend class ConsumerGroup;
  PendingTable pending_;
  uint32_t name_bytes_ = 0;
};

class ConsumerGroup {
 public:
  using Consumers = OrderedTree<Consumer*, NameOrder<Consumer>>;
  static constexpr int64_t kUnknown = -1;  // entries_read

  static ConsumerGroup* create(AccountedCollection& memory, Bytes name);
  // Everything in it, then itself.
  static void destroy(AccountedCollection& memory, ConsumerGroup* group);

  Bytes name() const { return {reinterpret_cast<const char*>(this + 1), name_bytes_}; }
  StreamId last_id;
  int64_t entries_read = kUnknown;  // of all that were ever added

  const Consumers& consumers() const { return consumers_; }
  Consumer* find_consumer(Bytes name) const;
  Consumer* create_consumer(AccountedCollection& memory, Bytes name,
                            int64_t seen_ms);  // REQUIRES: no such
  // With its pending entries; returns how many those were.
  size_t remove_consumer(AccountedCollection& memory, Consumer* consumer);

  const PendingTable& pending() const { return pending_; }
  std::optional<PendingEntry> find_pending(StreamId id) const;
  // The entry is pending for this consumer from now on, whoever had it. Negative times are 0.
  void assign(AccountedCollection& memory, StreamId id, Consumer* consumer, int64_t delivered_ms,
              uint64_t deliveries);
  bool acknowledge(AccountedCollection& memory, StreamId id);  // false: not pending

  ConsumerGroup* copy(AccountedCollection& to) const;
  // A slice of destroy(), about `records`. True: more is left.
  bool free_some(AccountedCollection& memory, size_t records);

 private:
  static void free_consumer(AccountedCollection& memory, Consumer* consumer);

  PendingTable pending_;
  Consumers consumers_;
  uint32_t name_bytes_ = 0;
};

}  // namespace cobnut
