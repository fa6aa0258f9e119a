#include "types/stream/stream_listpack.h"

#include <deque>
#include <optional>
#include <vector>

#include "types/listpack/edit.h"

namespace cobnut {
namespace {

using listpack::Element;
using listpack::Value;
using listpack::View;

constexpr int64_t kDeleted = 1;
constexpr int64_t kMasterFields = 2;

// -- save

// Elements behind each other in a string, which becomes a listpack.
class PackWriter {
 public:
  explicit PackWriter(size_t bytes) : pack_(bytes, '\0') {}
  void add(const Element& element) {
    CHECK(at_ + element.bytes() < pack_.size());
    element.write(pack_.data() + at_);
    at_ += element.bytes();
    count_++;
  }
  void add(int64_t integer) { add(Element(integer)); }
  void add(const Value& value) {
    value.is_integer ? add(value.integer) : add(Element(value.bytes));
  }
  std::string finished() && {
    pack_[at_++] = listpack::kEnd;
    CHECK_EQ(at_, pack_.size());
    listpack::internal::write_header(pack_.data(), at_, count_);
    return std::move(pack_);
  }

 private:
  std::string pack_;
  size_t at_ = listpack::kHeaderBytes;
  size_t count_ = 0;
};

void add_entry(PackWriter& out, StreamId first, const StreamEntry& entry) {
  const auto fields = static_cast<int64_t>(entry.fields());
  const bool own = !entry.of_master();
  out.add((own ? 0 : kMasterFields) | (entry.deleted() ? kDeleted : 0));
  out.add(static_cast<int64_t>(entry.id.ms - first.ms));
  out.add(static_cast<int64_t>(entry.id.seq - first.seq));
  if (own) out.add(fields);
  entry.for_each([&](Bytes name, const Value& value) {
    if (own) out.add(Element(name));
    out.add(value);
  });
  out.add(own ? 2 * fields + 4 : fields + 3);
}

}  // namespace

std::string listpack_of(const StreamBlock& block) {
  PackWriter out(block.pack_bytes());
  BlockReader reader(block);
  out.add(int64_t{block.header().live});
  out.add(int64_t{block.header().deleted});
  out.add(static_cast<int64_t>(reader.fields()));
  reader.for_each_name([&](Bytes name) { out.add(Element(name)); });
  out.add(0);
  StreamEntry entry;
  while (reader.next(&entry)) add_entry(out, block.first, entry);
  return std::move(out).finished();
}

// -- load

namespace {

// Reads elements one by one and remembers when one is missing or not what it should be.
class PackReader {
 public:
  explicit PackReader(Bytes pack) : view_(pack) {}
  bool more() const { return ok_ && at_ != view_.end(); }
  bool ok() const { return ok_; }
  int64_t integer(int64_t least = INT64_MIN) {
    const Value value = read();
    ok_ = ok_ && value.is_integer && value.integer >= least;
    return value.integer;
  }
  // A text of whatever it is, valid as long as the reader.
  Bytes text() {
    const Value value = read();
    if (!value.is_integer) return value.bytes;
    char digits[kIntTextMax];
    return digits_.emplace_back(value.text(digits));
  }
  void forget_texts() { digits_.clear(); }

 private:
  Value read() {
    ok_ = more();
    return ok_ ? view_.read(&at_) : Value{};
  }

  const View view_;
  size_t at_ = listpack::kHeaderBytes;
  bool ok_ = true;
  std::deque<std::string> digits_;  // whose elements stay where they are
};

struct LoadedEntry {
  StreamId id;
  std::vector<Bytes> pairs;  // fields and values in turn
};

struct LoadedBlock {
  AccountedCollection& memory;
  StreamBlock block;
  std::vector<Bytes> names;  // of the master
  StreamId last;             // that was appended
  bool any = false;          // was appended
  StreamId last_live;
  int64_t live = 0, deleted = 0;  // that were read
  // Deleted entries behind the last live one. After XSETID to an id below them, entries may follow
  // whose ids are below theirs: then they are forgotten, so that a block's ids ascend.
  std::vector<LoadedEntry> held;
};

bool append(LoadedBlock& to, const LoadedEntry& entry, bool deleted) {
  const size_t offset = to.block.header().bytes;
  if (!append_to_block(to.memory, to.block, to.last, entry.id, entry.pairs, SIZE_MAX)) return false;
  if (deleted) mark_deleted(to.block, offset);
  to.last = entry.id;
  to.any = true;
  return true;
}

// Those below the live entry that follows; nullopt: none does.
bool append_held(LoadedBlock& to, std::optional<StreamId> follows) {
  for (const LoadedEntry& entry : to.held) {
    if ((follows && entry.id >= *follows) || (to.any && entry.id <= to.last)) continue;
    if (!append(to, entry, true)) return false;
  }
  to.held.clear();
  return true;
}

bool load_entry(PackReader& in, LoadedBlock& to) {
  const StreamId first = to.block.first;
  const int64_t flags = in.integer(0);
  const auto ms = static_cast<uint64_t>(in.integer());
  const auto seq = static_cast<uint64_t>(in.integer());
  LoadedEntry entry{.id = {first.ms + ms, first.seq + seq}};
  const bool own = (flags & kMasterFields) == 0;
  const auto fields = own ? in.integer(0) : static_cast<int64_t>(to.names.size());
  if (!in.ok() || flags > (kDeleted | kMasterFields) || entry.id < first) return false;
  for (int64_t i = 0; i < fields && in.ok(); i++) {
    entry.pairs.push_back(own ? in.text() : to.names[static_cast<size_t>(i)]);
    entry.pairs.push_back(in.text());
  }
  if (!in.ok() || in.integer() != (own ? 2 * fields + 4 : fields + 3) || !in.ok()) return false;
  if (flags & kDeleted) {
    to.deleted++;
    to.held.push_back(std::move(entry));
    return true;
  }
  if (to.live > 0 && entry.id <= to.last_live) return false;
  to.live++;
  to.last_live = entry.id;
  return append_held(to, entry.id) && append(to, entry, false);
}

}  // namespace

bool block_of_listpack(AccountedCollection& memory, StreamId first, Bytes pack,
                       StreamBlock* block) {
  PackReader in(pack);
  const int64_t live = in.integer(0);
  const int64_t deleted = in.integer(0);
  const int64_t fields = in.integer(0);
  LoadedBlock loaded{.memory = memory, .last = first};
  std::vector<std::string> names;  // for all of the block
  for (int64_t i = 0; i < fields && in.ok(); i++) names.emplace_back(in.text());
  if (!in.ok() || in.integer() != 0 || !in.more()) return false;
  loaded.names.assign(names.begin(), names.end());
  if (!create_block(memory, first, loaded.names, 1, pack.size(), &loaded.block)) return false;
  bool ok = true;
  while (ok && in.more()) {
    if (loaded.held.empty()) in.forget_texts();
    ok = load_entry(in, loaded);
  }
  ok = ok && append_held(loaded, std::nullopt) && loaded.any;
  if (!ok || !in.ok() || loaded.live != live || loaded.deleted != deleted) {
    free_block(memory, loaded.block);
    return false;
  }
  trim_capacity(memory, loaded.block);
  *block = loaded.block;
  return true;
}

}  // namespace cobnut
