#include "command/table.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/numbers.h"
#include "base/text.h"
#include "metrics/command_stats.h"

namespace cobnut {
namespace {

const CommandTable* g_table = nullptr;

// Lower case of eight ASCII letters at once; other bytes stay (Hacker's Delight, on 7-bit lanes).
uint64_t lower8(uint64_t x) {
  constexpr uint64_t kOnes = 0x0101010101010101u;
  const uint64_t low = x & (kOnes * 0x7f);
  const uint64_t above_at = low + kOnes * (0x80 - 'A');     // high bit: >= 'A'
  const uint64_t above_z = low + kOnes * (0x80 - 'Z' - 1);  // high bit: > 'Z'
  const uint64_t upper = above_at & ~above_z & ~x & (kOnes * 0x80);
  return x | (upper >> 2);
}

template <typename Word>
Word load(const char* from) {
  Word word;
  memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace

const CommandTable& command_table() { return *g_table; }
void set_command_table(const CommandTable* table) { g_table = table; }

[[gnu::always_inline]] inline CommandTable::Packed CommandTable::pack(Bytes name) {
  Packed packed{.size = name.size()};
  const char* const p = name.data();
  const size_t n = name.size();
  if (n >= 8) {
    packed.head = lower8(load<uint64_t>(p));
    packed.tail = lower8(load<uint64_t>(p + n - 8));
  } else if (n >= 4) {  // two halves that overlap, equal where they do
    packed.head = lower8(load<uint32_t>(p) | uint64_t{load<uint32_t>(p + n - 4)} << ((n - 4) * 8));
  } else if (n > 0) {  // first, middle and last byte, equal where they are the same
    const auto byte = [p](size_t i) { return uint64_t{static_cast<uint8_t>(p[i])} << (i * 8); };
    packed.head = lower8(byte(0) | byte(n / 2) | byte(n - 1));
  }
  return packed;
}

[[gnu::always_inline]] inline size_t CommandTable::bucket(const Packed& packed) {
  const uint64_t mixed = (packed.head ^ (packed.tail * 31) ^ packed.size) * 0x9E3779B97F4A7C15u;
  return mixed >> 54;  // the top 10 bits
}

CommandTable::CommandTable(std::span<const std::span<const CommandSpec>> families)
    : buckets_(kBuckets) {
  static_assert(kBuckets == 1u << (64 - 54));
  size_t rows = 0;
  for (const auto& family : families) {
    for (const CommandSpec& spec : family) rows += 1 + spec.subcommands.size();
  }
  CHECK_OP(rows, <=, kCommandsMax);
  rows_.reserve(rows);
  for (const auto& family : families) {
    for (const CommandSpec& spec : family) {
      CommandSpec& row = rows_.emplace_back(spec);
      const size_t first_sub = rows_.size();
      rows_.insert(rows_.end(), spec.subcommands.begin(), spec.subcommands.end());
      row.subcommands = std::span(rows_).subspan(first_sub);
      add(&row);
    }
  }
  for (size_t i = 0; i < rows_.size(); i++) rows_[i].number = static_cast<uint16_t>(i);
  std::ranges::sort(sorted_, {}, [](const CommandSpec* spec) { return spec->name; });
}

void CommandTable::add(const CommandSpec* spec) {
  CHECK(find(spec->name) == nullptr);
  const Packed packed = pack(spec->name);
  size_t at = bucket(packed);
  while (buckets_[at].spec != nullptr) at = (at + 1) % kBuckets;
  buckets_[at] = {packed, spec};
  sorted_.push_back(spec);
}

const CommandSpec* CommandTable::find(Bytes name) const {
  const Packed packed = pack(name);
  return probe(name, packed, bucket(packed));
}

const CommandSpec* CommandTable::probe(Bytes name, const Packed& packed, size_t at) const {
  for (; buckets_[at].spec != nullptr; at = (at + 1) % kBuckets) {
    if (buckets_[at].name != packed) continue;
    if (name.size() > 16 && !equal_ignore_case(buckets_[at].spec->name, name)) continue;
    return buckets_[at].spec;
  }
  return nullptr;
}

const CommandSpec* CommandTable::resolve(std::span<const Bytes> words) const {
  const Bytes name = words[0];
  const Packed packed = pack(name);
  const size_t at = bucket(packed);
  const Bucket& first = buckets_[at];
  const CommandSpec* spec = first.spec;
  if (first.name != packed || name.size() > 16) [[unlikely]]
    spec = probe(name, packed, at);
  if (spec == nullptr || spec->subcommands.empty() || words.size() < 2) [[likely]]
    return spec;
  return subcommand(*spec, words[1]);
}

const CommandSpec* CommandTable::subcommand(const CommandSpec& container, Bytes name) {
  for (const CommandSpec& sub : container.subcommands) {
    if (equal_ignore_case(sub.name.substr(container.name.size() + 1), name)) return &sub;
  }
  return &container;
}

std::string_view full_name(const CommandSpec& spec) { return spec.name; }

bool arity_matches(const CommandSpec& spec, size_t words) {
  if (spec.arity >= 0) return words == static_cast<size_t>(spec.arity);
  return words >= static_cast<size_t>(-spec.arity);
}

KeyRange key_range_by_rule(const KeySpec& keys, std::span<const Bytes> words) {
  if (keys.find != nullptr) return keys.find(words);
  if (keys.first == 0) return {};
  const auto first = static_cast<size_t>(keys.first);
  const auto step = static_cast<size_t>(keys.step);
  if (keys.count_at > 0) {
    // A count that is malformed, or more than there are words for, names no keys: the command
    // replies with the error.
    const auto count = parse_int(words[static_cast<size_t>(keys.count_at)]);
    if (!count || *count <= 0 || static_cast<uint64_t>(*count) > words.size()) return {};
    if (first + (static_cast<size_t>(*count) - 1) * step >= words.size()) return {};
    return {first, step, static_cast<size_t>(*count)};
  }
  const size_t last = keys.last >= 0 ? static_cast<size_t>(keys.last)
                                     : words.size() + static_cast<size_t>(keys.last);
  if (last < first || last >= words.size()) return {};
  return {first, step, (last - first) / step + 1};
}

}  // namespace cobnut
