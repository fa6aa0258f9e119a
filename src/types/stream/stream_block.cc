#include "types/stream/stream_block.h"

#include <algorithm>
#include <memory>
#include <new>
#include <type_traits>

#include "types/listpack/edit.h"

namespace cobnut {
namespace {

using listpack::Element;
using listpack::Value;
using listpack::View;

constexpr int64_t kDeleted = 1;
constexpr int64_t kSameFields = 2;
// Elements of an entry before its pairs, the number of its own fields not counted.
constexpr int64_t kFixedElements = 3;
constexpr size_t kCapacityMin = 64;  // bytes

// The next size class of jemalloc from 64 bytes on: four in each doubling.
size_t rounded(size_t bytes) {
  if (bytes <= kCapacityMin) return kCapacityMin;
  const size_t doubling = size_t{1} << (63 - __builtin_clzll(bytes - 1));
  const size_t step = doubling / 4;
  return (bytes + step - 1) / step * step;
}

// A block as the storage of a listpack: grows by half, up to what a block of its stream is to hold.
class Storage {
 public:
  Storage(AccountedCollection& memory, StreamBlock& block, size_t capacity_max)
      : memory_(memory), block_(block), capacity_max_(capacity_max) {}
  char* data() const { return block_.pack; }
  bool resize(size_t bytes) {
    if (bytes <= block_.capacity) return true;
    size_t capacity = std::min<size_t>(block_.capacity + block_.capacity / 2, capacity_max_);
    capacity = rounded(std::max(capacity, bytes));
    block_.pack = memory_.reallocate(block_.pack, block_.capacity, capacity);
    block_.capacity = static_cast<uint32_t>(capacity);
    return true;
  }

 private:
  AccountedCollection& memory_;
  StreamBlock& block_;
  size_t capacity_max_;
};

// Elements on their way into a pack: entries of usual size need no allocation.
class Row {
 public:
  explicit Row(size_t elements_max) : elements_(few_) {
    if (elements_max <= kFew) return;
    many_ = std::make_unique<char[]>(elements_max * sizeof(Element));
    elements_ = many_.get();
  }
  template <typename T>
  void add(T value) {
    bytes_ += (new (elements_ + count_ * sizeof(Element)) Element(value))->bytes();
    count_++;
  }
  size_t bytes() const { return bytes_; }
  size_t count() const { return count_; }
  char* write(char* to) const {
    const auto* elements = reinterpret_cast<const Element*>(elements_);
    for (size_t i = 0; i < count_; i++) to = elements[i].write(to);
    return to;
  }

 private:
  static_assert(std::is_trivially_destructible_v<Element>);
  static constexpr size_t kFew = 16;  // two fields with their values beside a master entry
  alignas(Element) char few_[kFew * sizeof(Element)];
  std::unique_ptr<char[]> many_;
  char* elements_;
  size_t count_ = 0;
  size_t bytes_ = 0;
};

// The difference of two halves of ids, as the layout holds it: modulo 2^64.
int64_t difference(uint64_t a, uint64_t b) { return static_cast<int64_t>(a - b); }

void add_entry(Row& row, StreamId first, StreamId id, std::span<const Bytes> pairs, bool same) {
  const auto fields = static_cast<int64_t>(pairs.size() / 2);
  row.add(same ? kSameFields : int64_t{0});
  row.add(difference(id.ms, first.ms));
  row.add(difference(id.seq, first.seq));
  if (!same) row.add(fields);
  for (size_t i = same ? 1 : 0; i < pairs.size(); i += same ? 2 : 1) row.add(pairs[i]);
  row.add(kFixedElements + (same ? fields : 2 * fields + 1));
}

BlockHead read_head(View view) {
  BlockHead head;
  size_t at = view.first();
  head.live = view.read(&at).integer;
  head.deleted = view.read(&at).integer;
  head.fields = static_cast<size_t>(view.read(&at).integer);
  head.fields_at = at;
  head.entries_at = view.skip(at, head.fields + 1);
  return head;
}

bool fields_are(View view, const BlockHead& head, std::span<const Bytes> pairs) {
  if (head.fields != pairs.size() / 2) return false;
  size_t at = head.fields_at;
  char digits[kIntTextMax];
  for (size_t i = 0; i < pairs.size(); i += 2) {
    if (view.read(&at).text(digits) != pairs[i]) return false;
  }
  return true;
}

void set_counts(Storage& storage, int64_t live, int64_t deleted) {
  const size_t live_at = listpack::kHeaderBytes;
  CHECK(listpack::replace(storage, live_at, Element(live)));
  CHECK(listpack::replace(storage, View(storage.data()).next(live_at), Element(deleted)));
}

}  // namespace

// -- reading

BlockReader::BlockReader(const StreamBlock& block)
    : pack_(block.pack), first_(block.first), head_(read_head(block.view())) {
  at_ = head_.entries_at;
  back_ = block.view().end();
}

size_t BlockReader::read(size_t at, StreamEntry* entry) const {
  const View view(pack_);
  entry->pack_ = pack_;
  entry->flags_at_ = at;
  const int64_t flags = view.read(&at).integer;
  entry->deleted_ = (flags & kDeleted) != 0;
  entry->id.ms = first_.ms + static_cast<uint64_t>(view.read(&at).integer);
  entry->id.seq = first_.seq + static_cast<uint64_t>(view.read(&at).integer);
  if (flags & kSameFields) {
    entry->fields_ = head_.fields;
    entry->fields_at_ = head_.fields_at;
  } else {
    entry->fields_ = static_cast<size_t>(view.read(&at).integer);
    entry->fields_at_ = listpack::kNone;
  }
  entry->pairs_at_ = at;
  return at;
}

bool BlockReader::next(StreamEntry* entry) {
  const View view(pack_);
  if (at_ == view.end()) return false;
  const size_t pairs_at = read(at_, entry);
  const size_t elements =
      entry->fields_at_ != listpack::kNone ? entry->fields_ : 2 * entry->fields_;
  at_ = view.skip(pairs_at, elements + 1);
  return true;
}

bool BlockReader::previous(StreamEntry* entry) {
  if (back_ == head_.entries_at) return false;
  const View view(pack_);
  size_t at = view.previous(back_);
  for (int64_t elements = view.get(at).integer; elements > 0; elements--) at = view.previous(at);
  read(at, entry);
  back_ = at;
  return true;
}

StreamId last_of_block(const StreamBlock& block) {
  BlockReader reader(block);
  StreamEntry entry;
  CHECK(reader.previous(&entry));
  return entry.id;
}

// -- writing

bool create_block(AccountedCollection& memory, StreamId id, std::span<const Bytes> pairs,
                  size_t capacity_max, StreamBlock* block) {
  const size_t fields = pairs.size() / 2;
  Row row(2 * fields + 8);
  row.add(int64_t{1});
  row.add(int64_t{0});
  row.add(static_cast<int64_t>(fields));
  for (size_t i = 0; i < pairs.size(); i += 2) row.add(pairs[i]);
  row.add(int64_t{0});
  add_entry(row, id, id, pairs, true);
  if (row.bytes() > listpack::kBytesMax - listpack::kEmptyBytes) return false;
  *block = StreamBlock{.first = id};
  Storage storage(memory, *block, capacity_max);
  CHECK(listpack::create(storage, row));
  return true;
}

bool append_to_block(AccountedCollection& memory, StreamBlock& block, StreamId id,
                     std::span<const Bytes> pairs, size_t capacity_max) {
  const BlockHead head = read_head(block.view());
  const bool same = fields_are(block.view(), head, pairs);
  Row row(pairs.size() + 5);
  add_entry(row, block.first, id, pairs, same);
  Storage storage(memory, block, capacity_max);
  if (!listpack::append(storage, row)) return false;
  CHECK(listpack::replace(storage, listpack::kHeaderBytes, Element(head.live + 1)));
  return true;
}

void trim_capacity(AccountedCollection& memory, StreamBlock& block) {
  const size_t bytes = rounded(block.view().bytes());
  if (bytes >= block.capacity) return;
  block.pack = memory.reallocate(block.pack, block.capacity, bytes);
  block.capacity = static_cast<uint32_t>(bytes);
}

void free_block(AccountedCollection& memory, StreamBlock& block) {
  memory.release(block.pack, block.capacity);
  block.pack = nullptr;
}

void mark_deleted(AccountedCollection& memory, StreamBlock& block,
                  std::span<const size_t> flags_at) {
  if (flags_at.empty()) return;
  const BlockHead head = read_head(block.view());
  Storage storage(memory, block, block.capacity);
  for (const size_t at : flags_at) {  // a flag is one byte before and after
    const int64_t flags = block.view().get(at).integer;
    CHECK(listpack::replace(storage, at, Element(flags | kDeleted)));
  }
  const auto marked = static_cast<int64_t>(flags_at.size());
  set_counts(storage, head.live - marked, head.deleted + marked);
}

// -- validation

namespace {

// Reads elements one by one and remembers when one is missing or no number.
class Checked {
 public:
  explicit Checked(Bytes pack) : view_(pack) {}
  bool more() const { return ok_ && at_ != view_.end(); }
  bool ok() const { return ok_; }
  bool skip(uint64_t count) {
    for (; count > 0; count--) {
      if (!more()) return ok_ = false;
      at_ = view_.next(at_);
    }
    return true;
  }
  int64_t integer(int64_t least = INT64_MIN) {
    if (!more()) {
      ok_ = false;
      return 0;
    }
    const Value value = view_.read(&at_);
    ok_ = value.is_integer && value.integer >= least;
    return value.integer;
  }

 private:
  const View view_;
  size_t at_ = listpack::kHeaderBytes;
  bool ok_ = true;
};

}  // namespace

bool valid_block(Bytes pack, StreamId first) {
  Checked in(pack);
  const int64_t live = in.integer(0);
  const int64_t deleted = in.integer(0);
  const int64_t master_fields = in.integer(0);
  if (!in.ok() || !in.skip(static_cast<uint64_t>(master_fields))) return false;
  if (in.integer() != 0 || !in.ok()) return false;
  int64_t found_live = 0, found_deleted = 0;
  bool any = false;
  StreamId last;
  while (in.more()) {
    const int64_t flags = in.integer(0);
    const StreamId id{first.ms + static_cast<uint64_t>(in.integer()),
                      first.seq + static_cast<uint64_t>(in.integer())};
    const bool same = (flags & kSameFields) != 0;
    const int64_t fields = same ? master_fields : in.integer(0);
    if (!in.ok() || flags > (kDeleted | kSameFields) || (any && !(last < id)) || id < first)
      return false;
    if (!in.skip(static_cast<uint64_t>(fields) * (same ? 1 : 2))) return false;
    if (in.integer() != kFixedElements + (same ? fields : 2 * fields + 1) || !in.ok()) return false;
    (flags & kDeleted ? found_deleted : found_live)++;
    last = id;
    any = true;
  }
  return in.ok() && any && live == found_live && deleted == found_deleted;
}

}  // namespace cobnut
