// What the commands of streams share: ids, ranges and entries between a request, a stream and a
// reply. Each that can fail writes the error reply itself.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "command/command.h"
#include "types/stream/stream.h"

namespace cobnut {

// An error reply, and what a function that failed returns.
inline bool failed(Context& cx, Bytes error) {
  cx.reply.error(error);
  return false;
}
inline std::nullopt_t nothing(Context& cx, Bytes error) {
  cx.reply.error(error);
  return std::nullopt;
}

// "ms-seq" or "ms"; "-" and "+" are refused.
std::optional<StreamId> stream_id_argument(Context& cx, Bytes text, uint64_t missing_seq = 0);
// All of `words`, before anything changes.
std::optional<std::vector<StreamId>> stream_id_arguments(Context& cx, std::span<const Bytes> words);
// The ends of an interval: also "-", "+" and "(id", which is not part of it.
std::optional<StreamId> interval_start(Context& cx, Bytes text);
std::optional<StreamId> interval_end(Context& cx, Bytes text);
// "-" and "+" are fine, "(" is not.
std::optional<StreamId> any_stream_id_argument(Context& cx, Bytes text, uint64_t missing_seq);

void reply_stream_id(Context& cx, StreamId id);
// [id, [field, value, ...]]; `ids`: of this reply.
void reply_stream_entry(Context& cx, const StreamEntry& entry, StreamIdText& ids);
inline void reply_stream_entry(Context& cx, const StreamEntry& entry) {
  StreamIdText ids;
  reply_stream_entry(cx, entry, ids);
}
// Entries in [first, last] as an array, at most `limit` (0: all), and visit(id) of each, which may
// change groups but no entries.
template <typename Visit>
void reply_stream_range(Context& cx, const StreamValue& stream, StreamId first, StreamId last,
                        size_t limit, bool backward, Visit visit) {
  // Their number comes before them: a few are read ahead, what is behind those is counted.
  constexpr size_t kAheadMax = 16;
  StreamEntry ahead[kAheadMax];
  const size_t ahead_max = limit != 0 ? std::min(limit, kAheadMax) : kAheadMax;
  size_t read = 0, more = 0;
  StreamValue::Reader reader(stream, first, last, backward);
  while (read < ahead_max && reader.next(&ahead[read])) read++;
  if (read == kAheadMax && read != limit) {
    const StreamId id = ahead[read - 1].id;
    if (id != (backward ? first : last))
      more = stream.count(backward ? first : id.next(), backward ? id.previous() : last,
                          limit != 0 ? limit - read : 0);
  }
  cx.reply.array(read + more);
  StreamIdText ids;
  for (size_t i = 0; i < read; i++) {
    reply_stream_entry(cx, ahead[i], ids);
    visit(ahead[i].id);
  }
  for (StreamEntry entry; more > 0; more--) {
    CHECK(reader.next(&entry));
    reply_stream_entry(cx, entry, ids);
    visit(entry.id);
  }
}
inline void reply_stream_range(Context& cx, const StreamValue& stream, StreamId first,
                               StreamId last, size_t limit, bool backward = false) {
  reply_stream_range(cx, stream, first, last, limit, backward, [](StreamId) {});
}

inline StreamValue* stream_of(Found found) {
  return found ? static_cast<StreamValue*>(found->collection()) : nullptr;
}
// The stream of a key; nullptr in *stream: no such key. False: another type.
bool find_stream(Context& cx, const Key& key, StreamValue** stream);
bool edit_stream(Context& cx, const Key& key, StreamValue** stream);
// A stream that was made for this key. False: no memory; it is gone then.
bool put_stream(Context& cx, const Key& key, StreamValue* stream, Event event);
inline void stream_changed(Context& cx, const Key& key, Event event) {
  cx.keys.at(key).committed(cx.keys.db(), key, event);
}

// Both name two words of the request in an error.
void reply_no_group(Context& cx, const char* format, Bytes a, Bytes b);

// KEEPREF, DELREF, ACKED of Redis 8.2.
std::optional<StreamReferences> stream_references(Bytes word);

// XDELEX and XACKDEL: [KEEPREF | DELREF | ACKED] IDS numids id [id ...].
struct DeleteArguments {
  StreamReferences references = StreamReferences::kKeep;
  std::vector<StreamId> ids;
};
std::optional<DeleteArguments> delete_arguments(Context& cx, std::span<const Bytes> words);

}  // namespace cobnut
