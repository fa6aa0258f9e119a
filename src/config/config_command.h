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

// The options whose names or second names match a glob pattern in any case, in the table's order.
// Hidden ones only when the pattern is their name.
std::vector<std::pair<std::string, std::string>> config_get(const Options& options, Bytes pattern);

using ConfigPair = std::pair<Bytes, Bytes>;
// All pairs or none. `may_guarded`: the client may change protected options (access_allowed()). The
// error is the reply's text ("ERR ..."), in Redis 7.0.15's words; it leaves `options` as they were.
Status config_set(Options& options, std::span<const ConfigPair> pairs, bool may_guarded);

// The error of a value that is only found out when it is put into force.
Error config_set_failed(Bytes name, Bytes why);

// Makes `options.dir` the working folder of the process, and absolute. The error is the system's
// word for it.
Status enter_folder(Options& options);

// The options that `changed` sets to something without effect and `before` does not: "hz, save".
// Empty: none.
std::string newly_without_effect(const Options& before, const Options& changed);

}  // namespace cobnut
