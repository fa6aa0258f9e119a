// What CONFIG GET and CONFIG SET do, as functions over Options. Any thread.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "config/options.h"

namespace cobnut {

// The options whose names match a glob pattern in any case, in the table's order.
std::vector<std::pair<std::string, std::string>> config_get(const Options& options, Bytes pattern);

using ConfigPair = std::pair<Bytes, Bytes>;
// All pairs or none. The error is the reply's text ("ERR ..."), in Redis 7.0.15's words; it leaves
// `options` as they were.
Status config_set(Options& options, std::span<const ConfigPair> pairs);

}  // namespace cobnut
