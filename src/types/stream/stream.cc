#include "types/stream/stream.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace cobnut {
namespace {

size_t bytes_max(const StreamLimits& limits) {
  const auto most = static_cast<int64_t>(listpack::kBytesMax);
  return static_cast<size_t>(limits.block_bytes <= 0 ? most : std::min(limits.block_bytes, most));
}

// A block of usual size takes no more memory than its limit.
size_t capacity_max(const StreamLimits& limits) {
  constexpr size_t kFirstMax = 4096;  // bytes
  return std::min(bytes_max(limits), kFirstMax);
}

bool full(const StreamBlock& block, size_t added_bytes, const StreamLimits& limits) {
  if (block.view().bytes() + added_bytes >= bytes_max(limits)) return true;
  if (limits.block_entries <= 0) return false;
  const listpack::View view = block.view();
  size_t at = view.first();
  const int64_t live = view.read(&at).integer;
  return live + view.read(&at).integer >= limits.block_entries;
}

}  // namespace

// -- entries

bool StreamValue::append(StreamId id, std::span<const Bytes> pairs, const StreamLimits& limits) {
  DCHECK(id > last_id_);
  size_t bytes = 0;
  for (const Bytes text : pairs) bytes += text.size();
  if (bytes > listpack::kBytesMax) return false;
  const Blocks::Cursor tail = blocks_.last();
  const bool appended = tail && !full(*tail, bytes, limits) &&
                        append_to_block(*this, *tail, id, pairs, capacity_max(limits));
  if (!appended) {
    StreamBlock block;
    if (!create_block(*this, id, pairs, capacity_max(limits), &block)) return false;
    if (tail) trim_capacity(*this, *tail);
    blocks_.insert(*this, block);
  }
  length_++;
  entries_added_++;
  last_id_ = id;
  if (length_ == 1) first_id_ = id;
  return true;
}

bool StreamValue::remove(StreamId id) {
  const Blocks::Cursor block = blocks_.floor(id);
  if (!block) return false;
  BlockReader reader(*block);
  StreamEntry entry;
  while (reader.next(&entry) && entry.id < id) {
  }
  if (entry.id != id || entry.deleted()) return false;
  if (reader.head().live == 1) {
    free_block(*this, *block);
    blocks_.erase(*this, block->first);
  } else {
    const size_t flags_at = BlockReader::flags_at(entry);
    mark_deleted(*this, *block, {&flags_at, 1});
  }
  length_--;
  max_deleted_id_ = std::max(max_deleted_id_, id);
  if (id == first_id_ || length_ == 0) find_first_id();
  return true;
}

void StreamValue::find_first_id() {
  StreamEntry entry;
  Reader reader(*this, kStreamIdMin, kStreamIdMax);
  first_id_ = reader.next(&entry) ? entry.id : StreamId{};
}

uint64_t StreamValue::trim(const StreamTrim& trim) {
  uint64_t removed = 0;
  if (trim.by == StreamTrim::By::kNothing) return 0;
  const bool acknowledged_only = trim.references == StreamReferences::kAcknowledged;
  const StreamId end = acknowledged_only ? read_by_all() : kStreamIdMax;
  StreamId from;  // behind the blocks that keep entries
  while (const Blocks::Cursor block = blocks_.lower_bound(from)) {
    if (trim.by == StreamTrim::By::kLength && length_ <= trim.length) break;
    if (block->first > end) break;
    const auto live = static_cast<uint64_t>(BlockReader(*block).head().live);
    if (trim.limit != 0 && removed + live > static_cast<uint64_t>(trim.limit)) break;
    const bool whole = trim.by == StreamTrim::By::kLength ? length_ - live >= trim.length
                                                          : last_of_block(*block) < trim.id;
    if (!whole && trim.whole_blocks) break;
    uint64_t gone = live;
    if (!whole || acknowledged_only) {
      gone = trim_block(*block, trim);
    } else {
      if (trim.references == StreamReferences::kDelete) drop_references(*block);
      length_ -= live;
    }
    removed += gone;
    if (gone < live) {
      if (!acknowledged_only) break;
      from = block->first.next();
      continue;
    }
    free_block(*this, *block);
    blocks_.erase(*this, block->first);
  }
  if (removed > 0 || length_ == 0) find_first_id();
  return removed;
}

// The last id that no group may still read.
StreamId StreamValue::read_by_all() const {
  StreamId id = kStreamIdMax;
  for (auto group = groups_.first(); group; group.next()) id = std::min(id, (*group)->last_id);
  return id;
}

void StreamValue::drop_references(const StreamBlock& block) {
  if (groups_.empty()) return;
  BlockReader reader(block);
  StreamEntry entry;
  while (reader.next(&entry)) {
    if (!entry.deleted()) drop_references(entry.id);
  }
}

// Those of its entries that are to go are marked, be it all of them.
size_t StreamValue::trim_block(StreamBlock& block, const StreamTrim& trim) {
  std::vector<size_t> flags_at;
  BlockReader reader(block);
  StreamEntry entry;
  while (reader.next(&entry)) {
    const bool stays = trim.by == StreamTrim::By::kLength ? length_ - flags_at.size() <= trim.length
                                                          : entry.id >= trim.id;
    if (stays) break;
    if (entry.deleted()) continue;
    if (trim.references == StreamReferences::kAcknowledged && referenced(entry.id)) continue;
    if (trim.references == StreamReferences::kDelete) drop_references(entry.id);
    flags_at.push_back(BlockReader::flags_at(entry));
  }
  mark_deleted(*this, block, flags_at);
  length_ -= flags_at.size();
  return flags_at.size();
}

bool StreamValue::contains(StreamId id) const {
  StreamEntry entry;
  return Reader(*this, id, id).next(&entry);
}

StreamId StreamValue::last_entry_id() const {
  StreamEntry entry;
  return Reader(*this, kStreamIdMin, kStreamIdMax, true).next(&entry) ? entry.id : StreamId{};
}

size_t StreamValue::count(StreamId first, StreamId last, size_t limit) const {
  const size_t most = limit != 0 ? limit : SIZE_MAX;
  size_t count = 0;
  Blocks::Cursor block = blocks_.floor(first);
  if (!block) block = blocks_.first();
  for (; block && block->first <= last && count < most; block.next()) {
    BlockReader reader(*block);
    Blocks::Cursor behind = block;
    behind.next();
    // A block between two others of the range is in it as a whole.
    if (block->first >= first && behind && behind->first <= last) {
      count += static_cast<size_t>(reader.head().live);
      continue;
    }
    StreamEntry entry;
    while (reader.next(&entry) && entry.id <= last)
      count += entry.id >= first && !entry.deleted() ? 1 : 0;
  }
  return std::min(count, most);
}

StreamValue::Reader::Reader(const StreamValue& stream, StreamId first, StreamId last, bool backward)
    : first_(first), last_(last), backward_(backward) {
  block_ = stream.blocks_.floor(backward ? last : first);
  if (!block_ && !backward) block_ = stream.blocks_.first();
  if (block_) reader_ = BlockReader(*block_);
}

bool StreamValue::Reader::next(StreamEntry* entry) {
  while (block_) {
    while (backward_ ? reader_.previous(entry) : reader_.next(entry)) {
      if (backward_ ? entry->id < first_ : entry->id > last_) return false;
      const bool inside = backward_ ? entry->id <= last_ : entry->id >= first_;
      if (inside && !entry->deleted()) return true;
    }
    backward_ ? block_.previous() : block_.next();
    if (block_) reader_ = BlockReader(*block_);
  }
  return false;
}

// -- consumer groups

ConsumerGroup* StreamValue::find_group(Bytes name) const {
  ConsumerGroup** found = groups_.find(name);
  return found != nullptr ? *found : nullptr;
}

ConsumerGroup* StreamValue::create_group(Bytes name, StreamId last_id, int64_t entries_read) {
  if (find_group(name) != nullptr) return nullptr;
  ConsumerGroup* group = ConsumerGroup::create(*this, name);
  group->last_id = last_id;
  group->entries_read = entries_read;
  groups_.insert(*this, group);
  return group;
}

bool StreamValue::destroy_group(Bytes name) {
  ConsumerGroup* group = find_group(name);
  if (group == nullptr) return false;
  groups_.erase(*this, name);
  ConsumerGroup::destroy(*this, group);
  return true;
}

// Whether some entry from `id` on was deleted in the middle, as far as is known: only the largest
// deleted id is kept.
bool StreamValue::has_deleted_from(StreamId id) const {
  if (length_ == 0 || max_deleted_id_.zero() || first_id_ > max_deleted_id_) return false;
  return id <= max_deleted_id_;
}

int64_t StreamValue::entries_up_to(StreamId id) const {
  if (entries_added_ == 0) return 0;
  // XSETID may have set it to anything: as unsigned, it wraps.
  const auto added = static_cast<int64_t>(entries_added_);
  if (id == last_id_ || (length_ == 0 && id < last_id_)) return added;
  if (id > last_id_) return ConsumerGroup::kUnknown;
  if (max_deleted_id_.zero() || max_deleted_id_ < first_id_) {
    const uint64_t before = entries_added_ - length_;
    if (id < first_id_) return static_cast<int64_t>(before);
    if (id == first_id_) return static_cast<int64_t>(before + 1);
  }
  return ConsumerGroup::kUnknown;
}

void StreamValue::advance(ConsumerGroup& group, StreamId id) const {
  if (group.entries_read != ConsumerGroup::kUnknown && !has_deleted_from(id)) {
    group.entries_read = static_cast<int64_t>(static_cast<uint64_t>(group.entries_read) + 1);
  } else if (entries_added_ != 0) {
    group.entries_read = entries_up_to(id);
  }
  group.last_id = id;
}

std::optional<int64_t> StreamValue::lag(const ConsumerGroup& group) const {
  if (entries_added_ == 0) return 0;
  const auto behind = [&](int64_t read) {
    return static_cast<int64_t>(entries_added_ - static_cast<uint64_t>(read));
  };
  if (group.entries_read != ConsumerGroup::kUnknown && !has_deleted_from(group.last_id))
    return behind(group.entries_read);
  const int64_t read = entries_up_to(group.last_id);
  if (read == ConsumerGroup::kUnknown) return std::nullopt;
  return behind(read);
}

bool StreamValue::referenced(StreamId id) const {
  for (auto group = groups_.first(); group; group.next()) {
    if (id > (*group)->last_id || (*group)->find_pending(id) != nullptr) return true;
  }
  return false;
}

bool StreamValue::drop_references(StreamId id) {
  bool dropped = false;
  for (auto group = groups_.first(); group; group.next())
    dropped |= (*group)->acknowledge(*this, id);
  return dropped;
}

// -- as a whole

bool StreamValue::add_block(StreamId first, Bytes pack) {
  const Blocks::Cursor tail = blocks_.last();
  if (tail && last_of_block(*tail) >= first) return false;
  if (!valid_block(pack, first)) return false;
  StreamBlock block{.first = first};
  block.pack = allocate(pack.size());
  block.capacity = static_cast<uint32_t>(pack.size());
  memcpy(block.pack, pack.data(), pack.size());
  length_ += static_cast<uint64_t>(BlockReader(block).head().live);
  blocks_.insert(*this, block);
  return true;
}

bool StreamValue::set_facts(const Facts& facts) {
  const Blocks::Cursor tail = blocks_.last();
  if (facts.length != length_ || (tail && facts.last_id < last_of_block(*tail))) return false;
  last_id_ = facts.last_id;
  max_deleted_id_ = facts.max_deleted_id;
  entries_added_ = facts.entries_added;
  find_first_id();
  return true;
}

size_t StreamValue::elements() const {
  size_t elements = length_;
  for (auto group = groups_.first(); group; group.next())
    elements += (*group)->pending().size() + (*group)->consumers().size();
  return elements;
}

bool StreamValue::free_some(size_t elements) {
  size_t freed = 0;
  while (freed < elements) {
    const size_t blocks =
        blocks_.free_last_leaf(*this, [this](StreamBlock& block) { free_block(*this, block); });
    if (blocks > 0) {
      constexpr size_t kElementsOfBlock = 16;  // a block is one release, as much work as these
      freed += blocks * kElementsOfBlock;
      continue;
    }
    const Groups::Cursor last = groups_.last();
    if (!last) return false;
    ConsumerGroup* group = *last;
    if (group->free_some(*this, elements - freed)) return true;
    groups_.erase(*this, group->name());
    ConsumerGroup::destroy(*this, group);
    freed++;
  }
  return !blocks_.empty() || !groups_.empty();
}

Collection* StreamValue::copy(CollectionHeap& to) const {
  auto* copied = new StreamValue(to);
  for (auto block = blocks_.first(); block; block.next()) {
    StreamBlock twin{.first = block->first};
    const size_t bytes = block->view().bytes();
    twin.pack = copied->allocate(bytes);
    twin.capacity = static_cast<uint32_t>(bytes);
    memcpy(twin.pack, block->pack, bytes);
    copied->blocks_.insert(*copied, twin);
  }
  for (auto group = groups_.first(); group; group.next())
    copied->groups_.insert(*copied, (*group)->copy(*copied));
  copied->length_ = length_;
  copied->entries_added_ = entries_added_;
  copied->last_id_ = last_id_;
  copied->first_id_ = first_id_;
  copied->max_deleted_id_ = max_deleted_id_;
  return copied;
}

}  // namespace cobnut
