#include "types/stream/stream_block.h"

#include <algorithm>

namespace cobnut {
namespace {

using packed::byte_at;

constexpr uint8_t kDeleted = 0x80;
constexpr uint8_t kOwnFields = 0x40;
constexpr int kIdShift = 4;
constexpr uint8_t kSmall = 0x0f;  // of the head byte, and the largest number in it
enum IdKind : uint8_t { kNextSeq, kNextMs, kLaterMs, kAnyId };

// Bytes of an entry beside its texts, and of each of these.
constexpr size_t kEntryHeadMax = 1 + 4 * packed::kVarintMax;
constexpr size_t kTextMax = packed::kIntegerMax;
static_assert(kTextMax >= packed::kTextHeadMax);

void resize(AccountedCollection& memory, StreamBlock& block, size_t capacity) {
  block.data = memory.reallocate(block.data, block.header().capacity, capacity);
  block.header().capacity = static_cast<uint32_t>(capacity);
}

// Room for so many bytes more: grows by half, up to what a block of its stream is to hold.
void reserve(AccountedCollection& memory, StreamBlock& block, size_t more, size_t capacity_max) {
  const size_t bytes = block.header().bytes + more;
  const size_t capacity = block.header().capacity;
  if (bytes <= capacity) return;
  const size_t grown = std::min<size_t>(capacity + capacity / 2, capacity_max);
  resize(memory, block, block_class(std::max(grown, bytes)));
}

// What must be there for these texts to be written, whatever they are.
size_t bytes_max(std::span<const Bytes> texts) {
  size_t bytes = kEntryHeadMax + kTextMax * texts.size();
  for (const Bytes text : texts) bytes += text.size();
  return bytes;
}

struct Master {
  const char* names;
  size_t fields;
};
Master master_of(const char* data) {
  const char* at = data + sizeof(BlockHeader);
  const size_t fields = packed::read_varint(&at);
  return {at, fields};
}

bool fields_are(const Master& master, std::span<const Bytes> pairs) {
  if (master.fields != pairs.size() / 2) return false;
  const char* at = master.names;
  for (size_t i = 0; i < pairs.size(); i += 2) {
    if (packed::read_name(&at) != pairs[i]) return false;
  }
  return true;
}

// -- what a listpack would take

std::optional<int64_t> integer_of(Bytes text) {
  return listpack::may_be_integer(text) ? parse_int(text) : std::nullopt;
}
size_t name_pack_bytes(Bytes name) {
  const std::optional<int64_t> integer = integer_of(name);
  return integer ? listpack::integer_entry_bytes(*integer)
                 : listpack::text_entry_bytes(name.size());
}
// Differences of halves of ids are stored modulo 2^64.
size_t difference_pack_bytes(uint64_t a, uint64_t b) {
  return listpack::integer_entry_bytes(static_cast<int64_t>(a - b));
}
// Of an entry without its names and values.
size_t entry_pack_bytes(StreamId first, StreamId id, size_t fields, bool own) {
  constexpr size_t kFlagsBytes = 2;
  const auto count = static_cast<int64_t>(fields);
  const int64_t elements = own ? 2 * count + 4 : count + 3;
  return kFlagsBytes + difference_pack_bytes(id.ms, first.ms) +
         difference_pack_bytes(id.seq, first.seq) +
         (own ? listpack::integer_entry_bytes(count) : 0) + listpack::integer_entry_bytes(elements);
}

// -- writing

// Writes an entry behind the end of a block, where there is room; the block does not have it until
// end() is its end.
class EntryWriter {
 public:
  EntryWriter(const StreamBlock& block, StreamId last)
      : data_(block.data),
        first_(block.first),
        last_(last),
        head_(block.data + block.header().bytes) {}

  void write(StreamId id, std::span<const Bytes> pairs) {
    const BlockHeader& header = *reinterpret_cast<const BlockHeader*>(data_);
    to_ = head_ + 1;
    group_ = (header.live + header.deleted) % BlockReader::kGroup == 0;
    if (group_) {
      const auto at = static_cast<uint32_t>(head_ - data_);
      to_ = packed::write_varint(to_, header.last_group != 0 ? at - header.last_group : 0);
    }
    write_id(group_ ? first_ : last_, id);
    const bool own = !fields_are(master_of(data_), pairs);
    const size_t fields = pairs.size() / 2;
    pack_bytes_ = entry_pack_bytes(first_, id, fields, own);
    own ? write_own(pairs) : write_values(pairs);
    *head_ = static_cast<char>(flags_);
  }
  size_t pack_bytes() const { return pack_bytes_; }
  bool group() const { return group_; }
  const char* end() const { return to_; }

 private:
  void write_id(StreamId before, StreamId id) {
    const uint64_t ms = id.ms - before.ms;
    if (ms == 0 && id.seq == before.seq + 1) return kind(kNextSeq);
    if (ms == 1 && id.seq == 0) return kind(kNextMs);
    to_ = packed::write_varint(to_, ms);
    if (ms != 0 && id.seq == 0) return kind(kLaterMs);
    kind(kAnyId);
    to_ = packed::write_varint(to_, ms == 0 ? id.seq - before.seq : id.seq);
  }
  void kind(IdKind kind) { flags_ = static_cast<uint8_t>(kind << kIdShift); }

  void write_own(std::span<const Bytes> pairs) {
    const size_t fields = pairs.size() / 2;
    flags_ |= kOwnFields;
    if (fields - 1 < kSmall) {
      flags_ |= static_cast<uint8_t>(fields);
    } else {
      to_ = packed::write_varint(to_, fields);
    }
    for (size_t i = 0; i < pairs.size(); i += 2) {
      to_ = packed::write_name(to_, pairs[i]);
      pack_bytes_ += name_pack_bytes(pairs[i]);
      write_value(pairs[i + 1], false);
    }
  }
  void write_values(std::span<const Bytes> pairs) {
    for (size_t i = 1; i < pairs.size(); i += 2) write_value(pairs[i], i == 1);
  }
  void write_value(Bytes text, bool first_of_master) {
    if (const std::optional<int64_t> integer = integer_of(text)) {
      to_ = packed::write_integer(to_, *integer);
      pack_bytes_ += listpack::integer_entry_bytes(*integer);
      return;
    }
    pack_bytes_ += listpack::text_entry_bytes(text.size());
    if (first_of_master && text.size() - 1 < kSmall) {
      flags_ |= static_cast<uint8_t>(text.size());
      to_ = packed::write_bytes(to_, text);
    } else {
      to_ = packed::write_text(to_, text);
    }
  }

  const char* const data_;
  const StreamId first_, last_;
  char* const head_;
  char* to_ = nullptr;
  size_t pack_bytes_ = 0;
  uint8_t flags_ = 0;
  bool group_ = false;
};

}  // namespace

size_t StreamBlock::pack_bytes() const {
  const BlockHeader& counts = header();
  return counts.pack_bytes + listpack::integer_entry_bytes(counts.live) +
         listpack::integer_entry_bytes(counts.deleted);
}

bool create_block(AccountedCollection& memory, StreamId first, std::span<const Bytes> texts,
                  size_t step, size_t capacity, StreamBlock* block) {
  const size_t fields = texts.size() / step;
  constexpr size_t kEndBytes = 2;  // a zero
  size_t pack_bytes = listpack::kEmptyBytes + kEndBytes +
                      listpack::integer_entry_bytes(static_cast<int64_t>(fields));
  size_t names = 0;
  for (size_t i = 0; i < texts.size(); i += step) {
    pack_bytes += name_pack_bytes(texts[i]);
    names += texts[i].size() + packed::kTextHeadMax;
  }
  if (pack_bytes > listpack::kBytesMax) return false;
  capacity = block_class(std::max(capacity, sizeof(BlockHeader) + packed::kVarintMax + names));
  *block = {.first = first, .data = memory.allocate(capacity)};
  char* to = packed::write_varint(block->data + sizeof(BlockHeader), fields);
  for (size_t i = 0; i < texts.size(); i += step) to = packed::write_name(to, texts[i]);
  block->header() = {.capacity = static_cast<uint32_t>(capacity),
                     .bytes = static_cast<uint32_t>(to - block->data),
                     .live = 0,
                     .deleted = 0,
                     .last_group = 0,
                     .pack_bytes = static_cast<uint32_t>(pack_bytes)};
  return true;
}

bool append_to_block(AccountedCollection& memory, StreamBlock& block, StreamId last, StreamId id,
                     std::span<const Bytes> pairs, size_t capacity_max) {
  reserve(memory, block, bytes_max(pairs), capacity_max);
  EntryWriter entry(block, last);
  entry.write(id, pairs);
  constexpr size_t kCountMax = 6;  // bytes of each of the two counts
  BlockHeader& header = block.header();
  if (header.pack_bytes + entry.pack_bytes() + 2 * kCountMax > listpack::kBytesMax) return false;
  if (entry.group()) header.last_group = header.bytes;
  header.bytes = static_cast<uint32_t>(entry.end() - block.data);
  header.pack_bytes += static_cast<uint32_t>(entry.pack_bytes());
  header.live++;
  DCHECK(header.bytes <= header.capacity);
  return true;
}

void trim_capacity(AccountedCollection& memory, StreamBlock& block) {
  const size_t bytes = block_class(block.header().bytes);
  if (bytes < block.header().capacity) resize(memory, block, bytes);
}

void free_block(AccountedCollection& memory, StreamBlock& block) {
  memory.release(block.data, block.header().capacity);
  block.data = nullptr;
}

StreamBlock copy_block(AccountedCollection& to, const StreamBlock& block) {
  const size_t bytes = block.header().bytes;
  StreamBlock copy{.first = block.first, .data = to.allocate(bytes)};
  memcpy(copy.data, block.data, bytes);
  copy.header().capacity = static_cast<uint32_t>(bytes);
  return copy;
}

void mark_deleted(StreamBlock& block, size_t offset) {
  char* head = block.data + offset;
  DCHECK((byte_at(head) & kDeleted) == 0);
  *head = static_cast<char>(byte_at(head) | kDeleted);
  block.header().live--;
  block.header().deleted++;
}

StreamId last_of_block(const StreamBlock& block) {
  BlockReader reader(block);
  StreamEntry entry;
  CHECK(reader.previous(&entry));
  return entry.id;
}

// -- reading

namespace {

// The id of the entry at `at`; returns what is behind it. `group`: it begins one.
const char* read_id(const char* at, StreamId before, bool group, StreamId* id) {
  const uint8_t kind = byte_at(at++) >> kIdShift & 3;
  if (group) packed::read_varint(&at);
  if (kind == kNextSeq) {
    *id = {before.ms, before.seq + 1};
  } else if (kind == kNextMs) {
    *id = {before.ms + 1, 0};
  } else {
    const uint64_t ms = packed::read_varint(&at);
    const uint64_t seq = kind == kAnyId ? packed::read_varint(&at) : 0;
    *id = {before.ms + ms, ms == 0 ? before.seq + seq : seq};
  }
  return at;
}

const char* skip_pairs(const char* at, size_t fields) {
  for (size_t i = 0; i < fields; i++) {
    packed::read_name(&at);
    at = packed::skip_value(at);
  }
  return at;
}
// Of the master's fields; `first_bytes`: of the first value, when it has no length of its own.
const char* skip_values(const char* at, size_t first_bytes, size_t fields) {
  at += first_bytes;
  for (size_t i = first_bytes != 0 ? 1 : 0; i < fields; i++) at = packed::skip_value(at);
  return at;
}

}  // namespace

void BlockReader::open(const StreamBlock& block) {
  data_ = block.data;
  first_ = block.first;
  end_ = data_ + block.header().bytes;
  const Master master = master_of(data_);
  names_ = at_ = master.names;
  fields_ = master.fields;
  for (size_t i = 0; i < fields_; i++) packed::read_name(&at_);
  index_ = 0;
  group_ = {};
  left_ = 0;
}

const char* BlockReader::read(const char* at, StreamId before, bool group,
                              StreamEntry* entry) const {
  const uint8_t flags = byte_at(at);
  entry->head_ = at;
  entry->deleted_ = (flags & kDeleted) != 0;
  at = read_id(at, before, group, &entry->id);
  entry->first_bytes_ = 0;
  const size_t small = flags & kSmall;
  if (flags & kOwnFields) {
    entry->names_ = nullptr;
    entry->fields_ = small != 0 ? small : packed::read_varint(&at);
    entry->pairs_ = at;
    return skip_pairs(at, entry->fields_);
  }
  entry->names_ = names_;
  entry->fields_ = fields_;
  entry->pairs_ = at;
  entry->first_bytes_ = static_cast<uint8_t>(small);
  return skip_values(at, small, fields_);
}

bool BlockReader::next(StreamEntry* entry) {
  if (at_ == end_) return false;
  const bool group = index_++ % kGroup == 0;
  at_ = read(at_, group ? first_ : id_, group, entry);
  id_ = entry->id;
  return true;
}

BlockReader::Group BlockReader::last_group() const {
  const BlockHeader& header = *reinterpret_cast<const BlockHeader*>(data_);
  const size_t count = header.live + header.deleted;
  return {data_ + header.last_group, (count - 1) / kGroup * kGroup, end_};
}

// REQUIRES: not the first one.
BlockReader::Group BlockReader::group_before(const Group& group) const {
  const char* at = group.begin + 1;
  const uint64_t back = packed::read_varint(&at);
  return {group.begin - back, group.index - kGroup, group.begin};
}

BlockReader::Group BlockReader::group_of(StreamId id) const {
  Group group = last_group();
  StreamId begun;
  while (group.index > 0) {
    read_id(group.begin, first_, true, &begun);
    if (begun <= id) break;
    group = group_before(group);
  }
  return group;
}

void BlockReader::seek(StreamId id) {
  if (id <= first_) return;
  const Group group = group_of(id);
  at_ = group.begin;
  index_ = group.index;
  while (at_ != end_) {
    const bool begins = index_ % kGroup == 0;
    const uint8_t flags = byte_at(at_);
    StreamId found;
    const char* at = read_id(at_, begins ? first_ : id_, begins, &found);
    if (found >= id) return;
    const size_t small = flags & kSmall;
    if (flags & kOwnFields) {
      const size_t fields = small != 0 ? small : packed::read_varint(&at);
      at_ = skip_pairs(at, fields);
    } else {
      at_ = skip_values(at, small, fields_);
    }
    id_ = found;
    index_++;
  }
}

void BlockReader::seek_back(StreamId id) { fill(group_of(id)); }

void BlockReader::fill(const Group& group) {
  group_ = group;
  left_ = 0;
  StreamId before = first_;
  StreamEntry entry;
  for (const char* at = group.begin; at != group.end; before = entry.id) {
    const char* const begin = at;
    at = read(at, before, left_ == 0, &entry);
    placed_[left_++] = {begin, entry.id.ms, entry.id.seq};
  }
}

bool BlockReader::previous(StreamEntry* entry) {
  if (left_ == 0) {
    if (group_.begin == nullptr) {
      fill(last_group());
    } else {
      if (group_.index == 0) return false;
      fill(group_before(group_));
    }
  }
  left_--;
  const bool group = left_ == 0;
  const StreamId before = group ? first_ : StreamId{placed_[left_ - 1].ms, placed_[left_ - 1].seq};
  read(placed_[left_].at, before, group, entry);
  return true;
}

}  // namespace cobnut
