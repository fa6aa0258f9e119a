// What every family's table must satisfy, checked when it is compiled.
#pragma once

#include <span>

#include "command/command.h"

namespace cobnut {

constexpr bool lower_case(std::string_view name) {
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') return false;
  }
  return !name.empty();
}

// Documented, routed as its keys say, and with flags that do not contradict each other.
constexpr bool well_formed(const CommandSpec& spec) {
  if (!lower_case(spec.name) || spec.arity == 0) return false;
  if (spec.since.empty() || spec.complexity.empty() || spec.summary.empty() || spec.group.empty())
    return false;
  if ((spec.flags & kWrite) && (spec.flags & kReadonly)) return false;
  if (spec.run == nullptr && spec.subcommands.empty()) return false;
  const bool has_keys = spec.keys.first != 0;
  if (has_keys != (!spec.key_flags.empty() || !spec.key_uses.empty())) return false;
  if (!spec.key_flags.empty() && !spec.key_uses.empty()) return false;
  // Keys that no KeySpec describes take Route::kCustom to their shards.
  const bool routes_keys = spec.route == Route::kKeys || spec.route == Route::kCustom;
  if (spec.keys.first != 0 && (spec.keys.step <= 0 || !routes_keys)) return false;
  if ((spec.keys.keyword != nullptr) != (spec.keys.find != nullptr)) return false;
  const bool varies = spec.key_flags.find("variable_flags") != std::string_view::npos;
  if (varies != (spec.key_flags_of != nullptr)) return false;
  if (spec.deprecated_since.empty() != spec.replaced_by.empty()) return false;
  if (!spec.history.empty() && spec.history.back() != '\n') return false;
  if ((spec.route == Route::kCustom) != (spec.shards != nullptr)) return false;
  if (spec.route == Route::kKeys && spec.keys.first == 0) return false;
  for (const CommandSpec& sub : spec.subcommands) {
    if (!sub.name.starts_with(spec.name) || sub.name.substr(spec.name.size(), 1) != "|")
      return false;
    if (!well_formed(sub)) return false;
  }
  return true;
}

// All rows well formed, and sorted by name.
constexpr bool well_formed(std::span<const CommandSpec> table) {
  for (size_t i = 0; i < table.size(); ++i) {
    if (!well_formed(table[i])) return false;
    if (i > 0 && !(table[i - 1].name < table[i].name)) return false;
  }
  return !table.empty();
}

}  // namespace cobnut
