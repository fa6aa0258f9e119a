// Streams: their blocks as listpacks of the published layout, as Redis 7.0 writes them; then ids
// and counts, groups, pending entries, consumers.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "rdb/codec.h"
#include "types/stream/stream.h"
#include "types/stream/stream_listpack.h"

namespace cobnut::rdb {
namespace {

constexpr size_t kRawIdBytes = 16;  // milliseconds and number, both big endian
constexpr size_t kIdBytesMin = 2;   // as two lengths

std::string raw_id(StreamId id) {
  const uint64_t parts[] = {__builtin_bswap64(id.ms), __builtin_bswap64(id.seq)};
  static_assert(sizeof(parts) == kRawIdBytes);
  return {reinterpret_cast<const char*>(parts), sizeof(parts)};
}

StreamId id_of(Bytes raw) {
  uint64_t parts[2] = {};
  if (raw.size() == kRawIdBytes) memcpy(parts, raw.data(), kRawIdBytes);
  return {__builtin_bswap64(parts[0]), __builtin_bswap64(parts[1])};
}

// -- save

void save_id(Writer& out, StreamId id) {
  out.length(id.ms);
  out.length(id.seq);
}

void save_group(Writer& out, const ConsumerGroup& group) {
  out.text(group.name());
  save_id(out, group.last_id);
  out.length(static_cast<uint64_t>(group.entries_read));
  out.length(group.pending().size());
  for (auto at = group.pending().first(); at; at.next()) {
    const PendingEntry pending = *at;
    out.raw(raw_id(pending.id));
    out.fixed(pending.delivered_ms);
    out.length(pending.deliveries);
  }
  out.length(group.consumers().size());
  for (auto consumer = group.consumers().first(); consumer; consumer.next()) {
    out.text((*consumer)->name());
    out.fixed((*consumer)->seen_ms);
    out.length((*consumer)->pending().size());
    for (auto id = (*consumer)->pending().first(); id; id.next()) out.raw(raw_id(id.id()));
  }
}

bool save_stream(Writer& out, const Entry& entry, int64_t) {
  const auto& stream = *static_cast<const StreamValue*>(entry.collection());
  out.type(ValueType::kStreamListpacks2);
  out.length(stream.blocks());
  for (auto block = stream.block_index().first(); block; block.next()) {
    out.text(raw_id(block->first));
    out.text(listpack_of(*block));
  }
  out.length(stream.length());
  save_id(out, stream.last_id());
  save_id(out, stream.first_id());
  save_id(out, stream.max_deleted_id());
  out.length(stream.entries_added());
  out.length(stream.groups().size());
  for (auto group = stream.groups().first(); group; group.next()) save_group(out, **group);
  return true;
}

void digest_stream(Digest& digest, const Entry& entry, int64_t) {
  const auto& stream = *static_cast<const StreamValue*>(entry.collection());
  StreamValue::Reader reader(stream, kStreamIdMin, kStreamIdMax);
  char digits[kIntTextMax];
  StreamEntry each;
  while (reader.next(&each)) {
    digest.mix(std::to_string(each.id.ms) + "." + std::to_string(each.id.seq));
    each.for_each([&](Bytes field, const listpack::Value& value) {
      digest.mix(field);
      digest.mix(value.text(digits));
    });
  }
}

// -- load

StreamId load_id(Reader& in) {
  StreamId id;
  id.ms = in.length();
  id.seq = in.length();
  return id;
}

bool load_blocks(Reader& in, StreamValue& stream) {
  const size_t blocks = in.count(1 + kRawIdBytes + 1);
  std::string id_scratch, pack_scratch;
  for (size_t i = 0; i < blocks; i++) {
    const Bytes first = in.text(&id_scratch);
    const Bytes pack = in.text(&pack_scratch);
    if (in.failed() || first.size() != kRawIdBytes || !listpack::valid(pack)) return false;
    if (!stream.add_block(id_of(first), pack)) return false;
  }
  return !in.failed();
}

bool load_facts(Reader& in, ValueType type, StreamValue& stream) {
  StreamValue::Facts facts;
  facts.length = in.length();
  facts.last_id = load_id(in);
  facts.entries_added = facts.length;
  if (type != ValueType::kStreamListpacks) {
    load_id(in);  // the first, which follows from the blocks
    facts.max_deleted_id = load_id(in);
    facts.entries_added = in.length();
  }
  return !in.failed() && stream.set_facts(facts);
}

// What a group says of a pending entry; whose it is comes later.
struct Delivered {
  StreamId id;
  int64_t ms;
  uint64_t deliveries;
};

bool load_pending(Reader& in, std::vector<Delivered>& pending) {
  const size_t count = in.count(kRawIdBytes + sizeof(int64_t) + 1);
  for (size_t i = 0; i < count; i++) {
    Delivered delivered;
    delivered.id = id_of(in.raw(kRawIdBytes));
    delivered.ms = in.fixed<int64_t>();
    delivered.deliveries = in.length();
    if (i > 0 && delivered.id <= pending.back().id) return false;
    pending.push_back(delivered);
  }
  return !in.failed();
}

// Each of its entries must be among the group's, and no other consumer's.
bool load_consumer(Reader& in, ValueType type, StreamValue& stream, ConsumerGroup& group,
                   const std::vector<Delivered>& pending) {
  std::string scratch;
  const Bytes name = in.text(&scratch);
  const auto seen_ms = in.fixed<int64_t>();
  if (type == ValueType::kStreamListpacks3) in.fixed<int64_t>();  // when it last got something
  const size_t count = in.count(kRawIdBytes);
  if (in.failed() || group.find_consumer(name) != nullptr) return false;
  Consumer* consumer = group.create_consumer(stream, name, std::max<int64_t>(seen_ms, 0));
  for (size_t i = 0; i < count; i++) {
    const StreamId id = id_of(in.raw(kRawIdBytes));
    const auto at = std::lower_bound(
        pending.begin(), pending.end(), id,
        [](const Delivered& delivered, const StreamId& wanted) { return delivered.id < wanted; });
    if (at == pending.end() || at->id != id || group.find_pending(id)) return false;
    group.assign(stream, id, consumer, at->ms, at->deliveries);
  }
  return true;
}

bool load_group(Reader& in, ValueType type, StreamValue& stream) {
  std::string scratch;
  const Bytes name = in.text(&scratch);
  const StreamId last_id = load_id(in);
  // May be anything, as XGROUP SETID takes anything.
  const int64_t entries_read = type == ValueType::kStreamListpacks
                                   ? stream.entries_up_to(last_id)
                                   : static_cast<int64_t>(in.length());
  std::vector<Delivered> pending;
  if (in.failed() || !load_pending(in, pending)) return false;
  ConsumerGroup* group = stream.create_group(name, last_id, entries_read);
  if (group == nullptr) return false;
  const size_t consumers = in.count(1 + sizeof(int64_t) + 1);
  for (size_t i = 0; i < consumers; i++)
    if (!load_consumer(in, type, stream, *group, pending)) return false;
  return !in.failed() && group->pending().size() == pending.size();
}

bool load_stream(Reader& in, ValueType type, const Options&, Loaded& loaded) {
  auto* stream = new StreamValue(loaded.keyspace.heap());
  loaded.value = {.type = Type::kStream, .encoding = Encoding::kStream, .collection = stream};
  if (!load_blocks(in, *stream) || !load_facts(in, type, *stream)) return false;
  const size_t groups = in.count(1 + kIdBytesMin + 2);
  for (size_t i = 0; i < groups; i++)
    if (!load_group(in, type, *stream)) return false;
  return !in.failed();
}

}  // namespace

const Codec kStreamCodec = {
    .type = Type::kStream,
    .reads = reads(
        {ValueType::kStreamListpacks, ValueType::kStreamListpacks2, ValueType::kStreamListpacks3}),
    .save = save_stream,
    .digest = digest_stream,
    .load = load_stream,
};

}  // namespace cobnut::rdb
