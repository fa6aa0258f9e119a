#include "command/introspection.h"

#include <algorithm>

namespace cobnut {
namespace {

struct FlagName {
  uint32_t flag;
  std::string_view name;
};
constexpr FlagName kFlagNames[] = {
    {kWrite, "write"},
    {kReadonly, "readonly"},
    {kDenyOom, "denyoom"},
    {kAdmin, "admin"},
    {kPubsub, "pubsub"},
    {kNoscript, "noscript"},
    {kBlocking, "blocking"},
    {kLoading, "loading"},
    {kStale, "stale"},
    {kSkipMonitor, "skip_monitor"},
    {kSkipSlowlog, "skip_slowlog"},
    {kFast, "fast"},
    {kNoAuth, "no_auth"},
    {kMayReplicate, "may_replicate"},
    {kNoMandatoryKeys, "no_mandatory_keys"},
    {kProtected, "protected"},
    {kNoAsyncLoading, "no_async_loading"},
    {kNoMulti, "no_multi"},
    {kMovableKeys, "movablekeys"},
    {kAllowBusy, "allow_busy"},
    {kTouchesArbitraryKeys, "touches_arbitrary_keys"},
};

constexpr std::string_view kCategories[] = {
    "keyspace", "read",   "write",       "set",       "sortedset",  "list",        "hash",
    "string",   "bitmap", "hyperloglog", "geo",       "stream",     "pubsub",      "admin",
    "fast",     "slow",   "blocking",    "dangerous", "connection", "transaction", "scripting",
};

// The row's own categories, by name.
bool row_names(const CommandSpec& spec, std::string_view category) {
  return std::ranges::any_of(words_of(spec.acl),
                             [&](std::string_view word) { return word.substr(1) == category; });
}

bool flags_imply(const CommandSpec& spec, std::string_view category) {
  const auto has = [&](uint32_t flag) { return (spec.flags & flag) != 0; };
  if (category == "write") return has(kWrite);
  if (category == "read") return has(kReadonly) && !row_names(spec, "scripting");
  if (category == "admin" || category == "dangerous") return has(kAdmin);
  if (category == "pubsub") return has(kPubsub);
  if (category == "fast") return has(kFast);
  if (category == "slow") return !has(kFast);
  if (category == "blocking") return has(kBlocking);
  return false;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::vector<std::string_view> flag_names(const CommandSpec& spec) {
  uint32_t flags = spec.flags;
  if (spec.keys.movable()) flags |= kMovableKeys;
  std::vector<std::string_view> names;
  for (const FlagName& known : kFlagNames) {
    if (flags & known.flag) names.push_back(known.name);
  }
  return names;
}

std::span<const std::string_view> acl_categories() { return kCategories; }

std::vector<std::string_view> acl_categories(const CommandSpec& spec) {
  std::vector<std::string_view> categories;
  for (const std::string_view category : kCategories) {
    if (flags_imply(spec, category) || row_names(spec, category)) categories.push_back(category);
  }
  return categories;
}

std::vector<KeyUse> key_uses(const CommandSpec& spec) {
  if (!spec.key_uses.empty()) return {spec.key_uses.begin(), spec.key_uses.end()};
  if (spec.keys.first == 0) return {};
  return {{spec.keys, spec.key_flags}};
}

}  // namespace cobnut
