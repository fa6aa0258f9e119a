// What the families of sorted sets and of geo share: the look at a key, and replies of elements.
#pragma once

#include <optional>
#include <span>

#include "command/command.h"
#include "types/zset/zset.h"

namespace cobnut {

ZsetLimits zset_limits(const Context& cx);
// The sorted set of a key, perhaps one that is not there; nothing: WRONGTYPE is replied.
std::optional<Zset> zset_to_read(Context& cx, const Key& key);
std::optional<Zset> zset_to_peek(Context& cx, const Key& key);  // touches nothing
std::optional<Zset> zset_to_edit(Context& cx, const Key& key);

// Words first, first + step, ... of a request.
struct EveryWord {
  Args args;
  size_t first, step;
  Bytes operator[](size_t i) const { return args[first + step * i]; }
};
// ZADD and GEOADD: adds a member for each score, and replies how many are new (or changed as well).
void add_and_reply_count(Context& cx, const Key& key, const EveryWord& members,
                         std::span<double> scores, const Zset::AddRules& rules, bool count_changes);

// How many replies `elements` of them are, and one of them: with scores RESP3 has pairs.
void reply_elements_header(Context& cx, size_t elements, bool with_scores);
void reply_element(Context& cx, Bytes member, double score, bool with_scores);

// For Route::kCustom: the shard of a key.
void mark_shard_of(const Server& server, Bytes key, std::span<uint8_t> wanted);

// Stores what `result` holds, and replies how many elements that is.
void reply_stored(Context& cx, const Key& destination, SortedSet* result, Event event);

}  // namespace cobnut
