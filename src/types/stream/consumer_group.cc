#include "types/stream/consumer_group.h"

#include <algorithm>
#include <new>

namespace cobnut {
namespace {

// An object with its name behind it.
template <typename T>
T* make_named(AccountedCollection& memory, Bytes name) {
  char* block = memory.allocate(sizeof(T) + name.size());
  T* made = new (block) T();
  if (!name.empty()) memcpy(block + sizeof(T), name.data(), name.size());
  return made;
}
template <typename T>
void free_named(AccountedCollection& memory, T* named) {
  const size_t bytes = sizeof(T) + named->name().size();
  named->~T();
  memory.release(reinterpret_cast<char*>(named), bytes);
}

}  // namespace

ConsumerGroup* ConsumerGroup::create(AccountedCollection& memory, Bytes name) {
  auto* group = make_named<ConsumerGroup>(memory, name);
  group->name_bytes_ = static_cast<uint32_t>(name.size());
  return group;
}

void ConsumerGroup::destroy(AccountedCollection& memory, ConsumerGroup* group) {
  while (group->free_some(memory, SIZE_MAX)) {
  }
  free_named(memory, group);
}

Consumer* ConsumerGroup::find_consumer(Bytes name) const {
  Consumer** found = consumers_.find(name);
  return found != nullptr ? *found : nullptr;
}

Consumer* ConsumerGroup::create_consumer(AccountedCollection& memory, Bytes name, int64_t seen_ms) {
  auto* consumer = make_named<Consumer>(memory, name);
  consumer->name_bytes_ = static_cast<uint32_t>(name.size());
  consumer->seen_ms = std::max<int64_t>(seen_ms, 0);
  bool inserted = false;
  consumers_.insert(memory, consumer, &inserted);
  CHECK(inserted);
  return consumer;
}

void ConsumerGroup::free_consumer(AccountedCollection& memory, Consumer* consumer) {
  while (consumer->pending_.free_some(memory) > 0) {
  }
  free_named(memory, consumer);
}

size_t ConsumerGroup::remove_consumer(AccountedCollection& memory, Consumer* consumer) {
  const size_t pending = consumer->pending_.size();
  for (auto at = consumer->pending_.first(); at; at.next()) CHECK(pending_.erase(memory, at.id()));
  CHECK(consumers_.erase(memory, consumer->name()));
  free_consumer(memory, consumer);
  return pending;
}

std::optional<PendingEntry> ConsumerGroup::find_pending(StreamId id) const {
  const PendingTable::Cursor at = pending_.find(id);
  if (!at) return std::nullopt;
  return *at;
}

void ConsumerGroup::assign(AccountedCollection& memory, StreamId id, Consumer* consumer,
                           int64_t delivered_ms, uint64_t deliveries) {
  const PendingEntry entry{.id = id,
                           .consumer = consumer,
                           .delivered_ms = std::max<int64_t>(delivered_ms, 0),
                           .deliveries = deliveries};
  if (const PendingTable::Cursor at = pending_.find(id)) {
    Consumer* const before = (*at).consumer;
    pending_.replace(memory, at, entry);
    if (before == consumer) return;
    CHECK(before->pending_.erase(memory, id));
  } else {
    pending_.insert(memory, entry);
  }
  consumer->pending_.insert(memory, {.id = id});
}

bool ConsumerGroup::acknowledge(AccountedCollection& memory, StreamId id) {
  const PendingTable::Cursor at = pending_.find(id);
  if (!at) return false;
  CHECK((*at).consumer->pending_.erase(memory, id));
  pending_.erase(memory, at);
  return true;
}

ConsumerGroup* ConsumerGroup::copy(AccountedCollection& to) const {
  ConsumerGroup* copied = create(to, name());
  copied->last_id = last_id;
  copied->entries_read = entries_read;
  for (auto at = consumers_.first(); at; at.next()) {
    const Consumer& consumer = **at;
    Consumer* twin = copied->create_consumer(to, consumer.name(), consumer.seen_ms);
    for (auto id = consumer.pending_.first(); id; id.next()) twin->pending_.insert(to, *id);
  }
  for (auto at = pending_.first(); at; at.next()) {
    PendingEntry entry = *at;
    entry.consumer = copied->find_consumer(entry.consumer->name());
    copied->pending_.insert(to, entry);
  }
  return copied;
}

bool ConsumerGroup::free_some(AccountedCollection& memory, size_t records) {
  size_t freed = 0;
  while (freed < records) {
    if (const size_t some = pending_.free_some(memory)) {
      freed += some;
      continue;
    }
    const auto last = consumers_.last();
    if (!last) return false;
    Consumer* consumer = *last;
    if (const size_t some = consumer->pending_.free_some(memory)) {
      freed += some;
      continue;
    }
    CHECK(consumers_.erase(memory, consumer->name()));
    free_consumer(memory, consumer);
    freed++;
  }
  return !pending_.empty() || !consumers_.empty();
}

}  // namespace cobnut
