// HyperLogLog: PFDEBUG shows what is in one, PFSELFTEST tests the code on this machine.
// Redis 7.0.15's replies; the tests are our own.
#include <algorithm>
#include <cmath>
#include <string>

#include "base/numbers.h"
#include "base/random.h"
#include "base/text.h"
#include "command/well_formed.h"
#include "types/hyperloglog/hyperloglog_support_commands.h"

namespace cobnut {
namespace {

// True: the key's value is dense now. *changed: it was sparse before.
bool make_dense(Context& cx, const Key& key, Found found, bool* changed) {
  *changed = !hll::is_dense(found->bytes());
  if (!*changed) return true;
  std::string dense(found->bytes());
  if (!hll::make_dense(&dense)) {
    cx.reply.error(err::kHyperLogLogCorrupt);
    return false;
  }
  char* data = writable(cx, key, found, dense.size());
  if (data == nullptr) return false;
  std::copy(dense.begin(), dense.end(), data);
  cx.keys.at(key).committed(cx.keys.db(), key, Event::kNone);
  return true;
}

void reply_registers(Context& cx, const Key& key) {
  Registers registers;
  if (!merge_key(cx, cx.keys.peek(key), &registers)) return;
  cx.reply.array(hll::kRegisters);
  for (const uint8_t value : registers.values) cx.reply.integer(value);
}

void cmd_pfdebug(Context& cx, Args args) {
  const Bytes what = args[1];
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!found) return cx.reply.error(err::kKeyAbsent);
  if (!hll_or_absent(cx, found)) return;
  const bool dense = hll::is_dense(found->bytes());
  bool changed = false;
  if (equal_ignore_case(what, "getreg")) {  // it becomes dense, as on Redis
    if (make_dense(cx, key, found, &changed)) reply_registers(cx, key);
  } else if (equal_ignore_case(what, "decode")) {
    if (dense) return cx.reply.error(err::kHyperLogLogDense);
    cx.reply.bulk(hll::runs_in_words(found->bytes()));
  } else if (equal_ignore_case(what, "encoding")) {
    cx.reply.simple(dense ? "dense" : "sparse");
  } else if (equal_ignore_case(what, "todense")) {
    if (make_dense(cx, key, found, &changed)) cx.reply.integer(changed);
  } else {
    cx.reply.error_format(err::kUnknownPfdebug, shown_size(what), what.data());
  }
}

// -- PFSELFTEST

// Registers of random values, written one by one, are read again. -1, or the register that is not.
int64_t wrong_register() {
  constexpr int kRounds = 100;
  std::string dense = hll::empty();
  CHECK(hll::make_dense(&dense));
  Registers model;
  for (int round = 0; round < kRounds; round++) {
    for (uint32_t i = 0; i < hll::kRegisters; i++) {
      const auto value = static_cast<uint8_t>(1 + fast_random() % 51);
      if (value <= model.values[i]) continue;
      hll::raise_dense(dense.data(), {i, value});
      model.values[i] = value;
    }
    for (uint32_t i = 0; i < hll::kRegisters; i++)
      if (hll::get(dense, i) != model.values[i]) return i;
  }
  return -1;
}

// How far an estimate may be from the truth: six times the method's standard error.
bool estimate_is_near(uint64_t estimate, uint64_t elements) {
  const double error = 1.04 / std::sqrt(double{hll::kRegisters});
  const auto from_truth =
      static_cast<double>(estimate > elements ? estimate - elements : elements - estimate);
  return from_truth <= std::ceil(6 * error * static_cast<double>(elements)) + 1;
}

// Counts up to a million elements in both forms, which must have the same registers while the
// sparse one is sparse, and estimates near the truth. 0, or after how many elements it is wrong.
uint64_t wrong_estimate() {
  constexpr uint64_t kElements = 1'000'000;
  constexpr size_t kSparseBytes = 3000;
  std::string dense = hll::empty(), sparse = hll::empty();
  CHECK(hll::make_dense(&dense));
  const uint64_t seed = fast_random();
  for (uint64_t i = 1, checked = 1; i <= kElements; i++) {
    const uint64_t element = seed ^ i;
    const hll::Rank rank = hll::rank_of({reinterpret_cast<const char*>(&element), sizeof(element)});
    hll::raise_dense(dense.data(), rank);
    if (!hll::is_dense(sparse) && !hll::raise_sparse(&sparse, rank, kSparseBytes)) return i;
    if (i != checked) continue;
    checked *= 10;
    Registers registers, others;
    if (!hll::merge_into(registers.values, dense)) return i;
    if (!estimate_is_near(hll::estimate(registers.values), i)) return i;
    if (hll::is_dense(sparse)) continue;
    if (!hll::merge_into(others.values, sparse)) return i;
    if (!std::equal(others.values, others.values + hll::kRegisters, registers.values)) return i;
  }
  return 0;
}

void cmd_pfselftest(Context& cx, Args) {
  const int64_t index = wrong_register();
  if (index >= 0)
    return cx.reply.error_format(err::kSelfTestRegister, static_cast<long long>(index));
  const uint64_t elements = wrong_estimate();
  if (elements > 0)
    return cx.reply.error_format(err::kSelfTestEstimate, static_cast<unsigned long long>(elements));
  cx.reply.ok();
}

constexpr CommandSpec kTable[] = {
    {.name = "pfdebug",
     .run = cmd_pfdebug,
     .arity = 3,
     .flags = kWrite | kDenyOom | kAdmin | kSystem | kSolo,
     .keys = {2, 2, 1},
     .key_flags = "RW access",
     .route = Route::kKeys,
     .acl = "@hyperloglog",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(1), with a large constant",
     .summary =
         "Shows the registers, the runs or the encoding of a HyperLogLog, or makes it dense.",
     .syntax = "subcommand key"},
    {.name = "pfselftest",
     .run = cmd_pfselftest,
     .arity = 1,
     .flags = kAdmin | kSystem | kSolo,
     .route = Route::kLoop,
     .acl = "@hyperloglog",
     .group = "hyperloglog",
     .since = "2.8.9",
     .complexity = "O(1), with a very large constant",
     .summary = "Tests registers and estimates of HyperLogLogs with made-up elements."},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kHyperLogLogDebugCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kHyperLogLogDebugCommands{kTable};

}  // namespace cobnut
