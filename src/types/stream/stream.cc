#include "types/stream/stream.h"

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "types/stream/stream_listpack.h"

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
  if (block.pack_bytes() + added_bytes >= bytes_max(limits)) return true;
  const BlockHeader& header = block.header();
  return limits.block_entries > 0 && header.live + header.deleted >= limits.block_entries;
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
                        append_to_block(*this, *tail, tail_id_, id, pairs, capacity_max(limits));
  if (!appended) {
    if (tail) trim_capacity(*this, *tail);
    if (!append_block(id, pairs, capacity_max(limits))) return false;
  }
  tail_id_ = id;
  length_++;
  entries_added_++;
  last_id_ = id;
  if (length_ == 1) first_id_ = id;
  return true;
}

// A block that begins with this entry.
bool StreamValue::append_block(StreamId id, std::span<const Bytes> pairs, size_t capacity_max) {
  const Blocks::Cursor tail = blocks_.last();
  // It will probably be as large as the one before, which the first one of a stream cannot tell.
  constexpr size_t kRoom = 128;  // bytes, for the last entry while it is written
  const size_t capacity = tail ? std::min(tail->header().bytes + kRoom, capacity_max) : 0;
  StreamBlock block;
  if (!create_block(*this, id, pairs, 2, capacity, &block)) return false;
  if (!append_to_block(*this, block, id, id, pairs, capacity_max)) {
    free_block(*this, block);
    return false;
  }
  blocks_.insert(*this, block);
  return true;
}

bool StreamValue::remove(StreamId id) {
  const Blocks::Cursor block = blocks_.floor(id);
  if (!block) return false;
  BlockReader reader(*block);
  reader.seek(id);
  StreamEntry entry;
  if (!reader.next(&entry) || entry.id != id || entry.deleted()) return false;
  mark_deleted(*block, reader.offset(entry));
  if (block->header().live == 0) drop_block(block);
  length_--;
  max_deleted_id_ = std::max(max_deleted_id_, id);
  if (id == first_id_ || length_ == 0) find_first_id(id);
  return true;
}

void StreamValue::drop_block(Blocks::Cursor block) {
  Blocks::Cursor next = block, previous = block;
  next.next();
  previous.previous();
  if (!next) tail_id_ = previous ? last_of_block(*previous) : StreamId{};
  free_block(*this, *block);
  blocks_.erase(*this, block->first);
}

void StreamValue::set_last_id(StreamId id) {
  last_id_ = id;
  if (blocks_.last() && id < tail_id_) forget_deleted_from(id.next());
}

// The last block without its deleted entries from `id` on: what comes next may have a smaller id,
// and the ids of a block ascend.
void StreamValue::forget_deleted_from(StreamId id) {
  const Blocks::Cursor tail = blocks_.last();
  BlockReader reader(*tail);
  std::vector<Bytes> texts;
  reader.for_each_name([&](Bytes name) { texts.push_back(name); });
  StreamBlock kept;
  CHECK(create_block(*this, tail->first, texts, 1, tail->header().bytes, &kept));
  StreamId last = tail->first;
  StreamEntry entry;
  while (reader.next(&entry)) {
    if (entry.deleted() && entry.id >= id) continue;
    texts.clear();
    std::deque<std::string> digits;  // whose elements stay where they are
    entry.for_each([&](Bytes name, const listpack::Value& value) {
      char text[kIntTextMax];
      texts.push_back(name);
      texts.push_back(value.is_integer ? Bytes(digits.emplace_back(value.text(text)))
                                       : value.bytes);
    });
    const size_t offset = kept.header().bytes;
    CHECK(append_to_block(*this, kept, last, entry.id, texts, SIZE_MAX));
    if (entry.deleted()) mark_deleted(kept, offset);
    last = entry.id;
  }
  free_block(*this, *tail);  // some of it is kept: a block has an entry that is there
  tail->data = kept.data;
  tail_id_ = last;
}

// REQUIRES: no entry that is there below `from`.
void StreamValue::find_first_id(StreamId from) {
  StreamEntry entry;
  Reader reader(*this, from, kStreamIdMax);
  first_id_ = reader.next(&entry) ? entry.id : StreamId{};
}

// referenced() of ids that ascend: a walk beside them, not a search for each.
class StreamValue::AscendingReferences {
 public:
  AscendingReferences(const StreamValue& stream, StreamId from) {
    for (auto group = stream.groups_.first(); group; group.next())
      groups_.push_back({(*group)->last_id, (*group)->pending().lower_bound(from)});
  }
  bool any(StreamId id) {
    for (Group& group : groups_) {
      if (id > group.last_id) return true;
      while (group.pending && group.pending.id() < id) group.pending.next();
      if (group.pending && group.pending.id() == id) return true;
    }
    return false;
  }

 private:
  struct Group {
    StreamId last_id;
    PendingTable::Cursor pending;
  };
  std::vector<Group> groups_;
};

uint64_t StreamValue::trim(const StreamTrim& trim) {
  uint64_t removed = 0;
  if (trim.by == StreamTrim::By::kNothing) return 0;
  const bool acknowledged_only = trim.references == StreamReferences::kAcknowledged;
  const StreamId end = acknowledged_only ? read_by_all() : kStreamIdMax;
  std::optional<AscendingReferences> references;
  if (acknowledged_only) references.emplace(*this, first_id_);
  StreamId from;  // behind the blocks that keep entries
  while (const Blocks::Cursor block = blocks_.lower_bound(from)) {
    if (trim.by == StreamTrim::By::kLength && length_ <= trim.length) break;
    if (block->first > end) break;
    const uint64_t live = block->header().live;
    if (trim.limit != 0 && removed + live > static_cast<uint64_t>(trim.limit)) break;
    const bool whole = trim.by == StreamTrim::By::kLength ? length_ - live >= trim.length
                                                          : last_of_block(*block) < trim.id;
    if (!whole && trim.whole_blocks) break;
    uint64_t gone = live;
    if (!whole || acknowledged_only) {
      gone = trim_block(*block, trim, references ? &*references : nullptr);
    } else {
      if (trim.references == StreamReferences::kDelete) drop_references(*block);
      length_ -= live;
    }
    removed += gone;
    if (gone < live) {
      if (!acknowledged_only || block->first == kStreamIdMax) break;
      from = block->first.next();
      continue;
    }
    drop_block(block);
  }
  if (removed > 0 || length_ == 0) find_first_id(first_id_);
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

// Those of its entries that are to go are marked, be it all of them. `references`: what they have
// stays; nullptr: it does not matter.
size_t StreamValue::trim_block(StreamBlock& block, const StreamTrim& trim,
                               AscendingReferences* references) {
  size_t gone = 0;
  BlockReader reader(block);
  reader.seek(first_id_);  // what is before was deleted
  StreamEntry entry;
  while (reader.next(&entry)) {
    const bool stays =
        trim.by == StreamTrim::By::kLength ? length_ - gone <= trim.length : entry.id >= trim.id;
    if (stays) break;
    if (entry.deleted()) continue;
    if (references != nullptr && references->any(entry.id)) continue;
    if (trim.references == StreamReferences::kDelete) drop_references(entry.id);
    mark_deleted(block, reader.offset(entry));
    gone++;
  }
  length_ -= gone;
  return gone;
}

bool StreamValue::any_behind(StreamId id) const {
  const Blocks::Cursor tail = blocks_.last();
  if (!tail || id >= tail_id_) return false;
  // A block has an entry that is there; what is last may be deleted.
  if (id < tail->first || tail->header().deleted == 0) return true;
  StreamEntry entry;
  return Reader(*this, id.next(), kStreamIdMax).next(&entry);
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
    Blocks::Cursor behind = block;
    behind.next();
    // A block between two others of the range is in it as a whole.
    if (block->first >= first && behind && behind->first <= last) {
      count += block->header().live;
      continue;
    }
    BlockReader reader(*block);
    reader.seek(first);
    StreamEntry entry;
    while (count < most && reader.next(&entry) && entry.id <= last)
      count += entry.id >= first && !entry.deleted() ? 1 : 0;
  }
  return std::min(count, most);
}

StreamValue::Reader::Reader(const StreamValue& stream, StreamId first, StreamId last, bool backward)
    : first_(first), last_(last), backward_(backward) {
  block_ = stream.blocks_.floor(backward ? last : first);
  if (!block_ && !backward) block_ = stream.blocks_.first();
  if (!block_) return;
  reader_.open(*block_);
  backward ? reader_.seek_back(last) : reader_.seek(first);
}

bool StreamValue::Reader::next(StreamEntry* entry) {
  while (block_) {
    while (backward_ ? reader_.previous(entry) : reader_.next(entry)) {
      if (backward_ ? entry->id < first_ : entry->id > last_) return false;
      const bool inside = backward_ ? entry->id <= last_ : entry->id >= first_;
      if (inside && !entry->deleted()) return true;
    }
    backward_ ? block_.previous() : block_.next();
    if (block_) reader_.open(*block_);
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
    if (id > (*group)->last_id || (*group)->find_pending(id)) return true;
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
  if (blocks_.last() && tail_id_ >= first) {
    if (last_entry_id() >= first) return false;
    forget_deleted_from(first);
  }
  StreamBlock block;
  if (!block_of_listpack(*this, first, pack, &block)) return false;
  if (block.header().live == 0) {
    free_block(*this, block);
    return true;
  }
  length_ += block.header().live;
  tail_id_ = last_of_block(block);
  blocks_.insert(*this, block);
  return true;
}

bool StreamValue::set_facts(const Facts& facts) {
  if (facts.length != length_) return false;
  if (facts.last_id < last_entry_id()) return false;
  set_last_id(facts.last_id);
  max_deleted_id_ = facts.max_deleted_id;
  entries_added_ = facts.entries_added;
  find_first_id(kStreamIdMin);
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
  for (auto block = blocks_.first(); block; block.next())
    copied->blocks_.insert(*copied, copy_block(*copied, *block));
  for (auto group = groups_.first(); group; group.next())
    copied->groups_.insert(*copied, (*group)->copy(*copied));
  copied->length_ = length_;
  copied->entries_added_ = entries_added_;
  copied->last_id_ = last_id_;
  copied->first_id_ = first_id_;
  copied->max_deleted_id_ = max_deleted_id_;
  copied->tail_id_ = tail_id_;
  return copied;
}

}  // namespace cobnut
