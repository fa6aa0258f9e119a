#include "config/reading.h"

#include <algorithm>

#include "base/text.h"

namespace cobnut {
namespace {

struct Directive {
  Bytes name;
  Bytes refused;  // empty: ignored, as by Redis 7
};
constexpr Directive kDirectives[] = {
    {"list-max-ziplist-entries", {}},
    {"list-max-ziplist-value", {}},
    {"lua-replicate-commands", {}},
    {"rename-command", "commands cannot be renamed yet"},
    {"user", "there are no ACL users yet"},
    {"loadmodule", "there are no modules"},
    {"sentinel", "there is no Sentinel mode"},
    {"test-memory", "there is no memory test; memtest86+ and memtester are made for it"},
    {"check-system", "there is no check of the system"},
};

}  // namespace

void ConfigReading::set(const Option& option, Bytes text, std::string origin) {
  const bool seen = origins_.contains(&option);
  // Save points add up, from line to line and to the flags; an empty one drops them.
  std::string all(text);
  if (option.name == "save" && seen && !text.empty())
    all = join(std::vector{option_text(options, option), all}, " ");
  if (const auto wrong = set_option_text(options, option, all)) {
    problems.push_back(origin + ": " + wrong->friendly);
    return;
  }
  if (!seen) order_.push_back(&option);
  origins_[&option] = std::move(origin);
}

void ConfigReading::finish() {
  for (const Option* option : order_) {
    const Bytes refused = option_refused(options, *option);
    if (!refused.empty())
      problems.push_back(origins_[option] + ": is refused: " + std::string(refused));
    if (!option->missing.empty())
      notes.push_back(origins_[option] + ": has no effect: " + std::string(option->missing));
  }
}

std::string ConfigReading::path(const std::string& name) const {
  return name.starts_with('/') || folder.empty() ? name : folder + "/" + name;
}

std::string did_you_mean(Bytes written, bool full_name) {
  const std::string near = nearest_option(written);
  if (near.empty()) return {};
  return ": did you mean " + (full_name ? near : near.substr(near.find('.') + 1)) + "?";
}

Bytes directive_refused(Bytes name, bool* ignored) {
  for (const Directive& directive : kDirectives) {
    if (!equal_ignore_case(directive.name, name)) continue;
    *ignored = directive.refused.empty();
    return directive.refused;
  }
  *ignored = false;
  return {};
}

}  // namespace cobnut
