// HyperLogLog: PFADD, PFCOUNT, PFMERGE. Redis 7.0.15's replies and error texts.
#include <algorithm>
#include <string>

#include "command/well_formed.h"
#include "types/hyperloglog/hyperloglog_support_commands.h"

namespace cobnut {
namespace {

size_t sparse_bytes_max(Context& cx) {
  return static_cast<size_t>(
      std::max<int64_t>(cx.server.options.current().hll_sparse_max_bytes, 0));
}

bool store(Context& cx, const Key& key, Found found, const std::string& hll) {
  char* data = writable(cx, key, found, hll.size());
  if (data == nullptr) return false;
  std::copy(hll.begin(), hll.end(), data);
  hll::invalidate(data);
  cx.keys.at(key).committed(cx.keys.db(), key, Event::kPfadd);
  return true;
}

void add_dense(Context& cx, const Key& key, Found found, std::span<const Bytes> elements) {
  char* data = writable(cx, key, found, hll::kDenseBytes);
  if (data == nullptr) return;
  bool raised = false;
  for (Bytes element : elements) raised |= hll::raise_dense(data, hll::rank_of(element));
  if (raised) {
    hll::invalidate(data);
    cx.keys.at(key).committed(cx.keys.db(), key, Event::kPfadd);
  }
  cx.reply.integer(raised);
}

// Raises a register of a string that may become dense on the way. False: corrupt.
bool raise(std::string* value, hll::Rank rank, size_t sparse_max) {
  if (!hll::is_dense(*value)) return hll::raise_sparse(value, rank, sparse_max);
  hll::raise_dense(value->data(), rank);
  return true;
}

void cmd_pfadd(Context& cx, Args args) {
  const Key key = args.key();
  const std::span<const Bytes> elements = args.words().subspan(2);
  const Found found = cx.keys.edit(key);
  if (!hll_or_absent(cx, found)) return;
  if (found && hll::is_dense(found->bytes())) return add_dense(cx, key, found, elements);
  // A copy is changed (some KiB, only when there is something to change): the runs move with every
  // element, and the string may become dense.
  std::string changed = found ? std::string() : hll::empty();
  for (Bytes element : elements) {
    const hll::Rank rank = hll::rank_of(element);
    if (changed.empty()) {
      const int value = hll::get(found->bytes(), rank.index);
      if (value < 0) return cx.reply.error(err::kHyperLogLogCorrupt);
      if (value >= rank.value) continue;
      changed = found->bytes();
    }
    if (!raise(&changed, rank, sparse_bytes_max(cx)))
      return cx.reply.error(err::kHyperLogLogCorrupt);
  }
  if (changed.empty()) return cx.reply.integer(0);
  if (store(cx, key, found, changed)) cx.reply.integer(1);
}

// -- several keys at once

void count_one(Context& cx, const Key& key) {
  const Found found = cx.keys.find(key);
  if (!hll_or_absent(cx, found)) return;
  if (!found) return cx.reply.integer(0);
  uint64_t count = 0;
  if (!hll::cached(found->bytes(), &count)) {
    Registers registers;
    if (!merge_key(cx, found, &registers)) return;
    count = hll::estimate(registers.values);
    char* data = writable(cx, key, found, found->bytes().size());
    if (data == nullptr) return;
    hll::set_cached(data, count);
    cx.keys.at(key).committed(cx.keys.db(), key, Event::kNone);
  }
  cx.reply.integer(static_cast<int64_t>(count));
}

void cmd_pfcount(Context& cx, Args args) {
  if (args.key_count() == 1) return count_one(cx, args.key());
  Registers registers;
  for (size_t i = 0; i < args.key_count(); i++) {
    if (!merge_key(cx, cx.keys.find(args.key(i)), &registers)) return;
  }
  cx.reply.integer(static_cast<int64_t>(hll::estimate(registers.values)));
}

void cmd_pfmerge(Context& cx, Args args) {
  Registers registers;
  bool dense = false;
  for (size_t i = 0; i < args.key_count(); i++) {
    const Found found = cx.keys.edit(args.key(i));
    if (!merge_key(cx, found, &registers)) return;
    if (found) dense |= hll::is_dense(found->bytes());
  }
  const Key target = args.key(0);
  const Found found = cx.keys.edit(target);
  std::string merged = found ? std::string(found->bytes()) : hll::empty();
  if (dense && !hll::make_dense(&merged)) return cx.reply.error(err::kHyperLogLogCorrupt);
  for (uint32_t i = 0; i < hll::kRegisters; i++) {
    if (registers.values[i] == 0) continue;
    if (!raise(&merged, {i, registers.values[i]}, sparse_bytes_max(cx)))
      return cx.reply.error(err::kHyperLogLogCorrupt);
  }
  if (store(cx, target, found, merged)) cx.reply.ok();
}

constexpr KeyUse kMergeKeys[] = {{{1, 1, 1}, "RW access insert"}, {{2, -1, 1}, "RO access"}};

constexpr CommandSpec kTable[] = {
    {.name = "pfadd",
     .run = cmd_pfadd,
     .arity = -2,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RW insert",
     .route = Route::kKeys,
     .acl = "@hyperloglog",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(1) for each element",
     .summary = "Adds elements to a HyperLogLog, or creates it.",
     .syntax = "key [element...]"},
    {.name = "pfcount",
     .run = cmd_pfcount,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, -1, 1},
     .key_flags = "RW access",
     .route = Route::kKeys,
     .acl = "@hyperloglog",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(1) for a key without changes since the last time, else O(N) for N keys, with "
                   "a large constant",
     .summary = "Estimates how many different elements HyperLogLogs have seen together.",
     .syntax = "key..."},
    {.name = "pfmerge",
     .run = cmd_pfmerge,
     .arity = -2,
     .flags = kWrite | kDenyOom | kSolo,
     .keys = {1, -1, 1},
     .key_uses = kMergeKeys,
     .route = Route::kKeys,
     .acl = "@hyperloglog",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(N) where N is the number of keys, with a large constant",
     .summary = "Merges HyperLogLogs into the first one.",
     .syntax = "destkey:key sourcekey:key#1..."},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kHyperLogLogCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kHyperLogLogCommands{kTable};

}  // namespace cobnut
