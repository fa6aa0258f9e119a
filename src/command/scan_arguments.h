// The arguments that SCAN, HSCAN, SSCAN and ZSCAN share. Any thread, no state.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/text.h"
#include "command/command.h"

namespace cobnut {

// "*" is no pattern: it also takes the empty name.
struct ScanPattern {
  Bytes text = "*";
  bool takes(Bytes name) const { return text == "*" || glob_match(text, name); }
};

struct ScanArguments {
  ScanPattern pattern;
  size_t count = 10;
  std::optional<Bytes> type;  // SCAN's TYPE
  bool no_values = false;     // HSCAN's NOVALUES
};

// As strtoul reads it: a sign is fine, so is nothing at all.
std::optional<uint64_t> parse_scan_cursor(Bytes text);
// [MATCH pattern] [COUNT count], and what `extra` allows beside them. False: an error is replied.
enum class ScanExtra : uint8_t { kNone, kType, kNoValues };
bool parse_scan_arguments(Context& cx, std::span<const Bytes> words, ScanExtra extra,
                          ScanArguments* arguments);
void reply_scan_cursor(Context& cx, uint64_t cursor);  // the reply's head; an array follows

}  // namespace cobnut
