// COMMAND: the command table as clients may read it, all of it derived from the rows.
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "command/introspection.h"
#include "command/server.h"
#include "command/support.h"
#include "command/table.h"
#include "command/well_formed.h"
#include "commands/command_docs.h"
#include "commands/families.h"

namespace cobnut {
namespace {

// By its full name, "get" or "client|list"; nullptr: unknown.
const CommandSpec* find_by_full_name(Bytes name) {
  const size_t bar = name.find('|');
  if (bar == Bytes::npos) return command_table().find(name);
  const Bytes words[] = {name.substr(0, bar), name.substr(bar + 1)};
  const CommandSpec* spec = command_table().resolve(words);
  return spec != nullptr && full_name(*spec).size() == name.size() ? spec : nullptr;
}

// -- COMMAND INFO

void reply_words(Context& cx, std::span<const Bytes> words) {
  cx.reply.set(words.size());
  for (const Bytes word : words) cx.reply.bulk(word);
}

void reply_status_words(Context& cx, std::span<const Bytes> words, Bytes prefix) {
  cx.reply.set(words.size());
  for (const Bytes word : words) cx.reply.simple(std::string(prefix) + std::string(word));
}

void reply_number(Context& cx, Bytes name, int64_t value) {
  cx.reply.bulk(name);
  cx.reply.integer(value);
}

void reply_unknown(Context& cx, Bytes name) {
  cx.reply.bulk(name);
  cx.reply.map(2);
  cx.reply.bulk("type");
  cx.reply.bulk("unknown");
  cx.reply.bulk("spec");
  cx.reply.map(0);
}

// Where the keys begin: at a word's index, or behind a word.
void reply_begin_search(Context& cx, const KeySpec& keys) {
  if (keys.first == 0) return reply_unknown(cx, "begin_search");
  cx.reply.bulk("begin_search");
  cx.reply.map(2);
  cx.reply.bulk("type");
  cx.reply.bulk(keys.keyword != nullptr ? "keyword" : "index");
  cx.reply.bulk("spec");
  if (keys.keyword != nullptr) {
    cx.reply.map(2);
    cx.reply.bulk("keyword");
    cx.reply.bulk(keys.keyword);
    reply_number(cx, "startfrom", keys.first);
  } else {
    cx.reply.map(1);
    reply_number(cx, "index", keys.count_at > 0 ? keys.count_at : keys.first);
  }
}

// How many there are from there on: up to a last one, or as many as a word says.
void reply_find_keys(Context& cx, const KeySpec& keys) {
  if (keys.first == 0) return reply_unknown(cx, "find_keys");
  cx.reply.bulk("find_keys");
  cx.reply.map(2);
  cx.reply.bulk("type");
  const bool counted = keys.count_at > 0;
  cx.reply.bulk(counted ? "keynum" : "range");
  cx.reply.bulk("spec");
  cx.reply.map(3);
  if (counted) {
    reply_number(cx, "keynumidx", 0);
    reply_number(cx, "firstkey", keys.first - keys.count_at);
    reply_number(cx, "keystep", keys.step);
  } else {
    reply_number(cx, "lastkey", keys.last < 0 ? keys.last : keys.last - keys.first);
    reply_number(cx, "keystep", keys.step);
    // Of all words behind a keyword, keys are one half.
    reply_number(cx, "limit", keys.keyword != nullptr && keys.last < 0 ? 2 : 0);
  }
}

void reply_key_uses(Context& cx, const CommandSpec& spec) {
  const std::vector<KeyUse> uses = key_uses(spec);
  cx.reply.set(uses.size());
  for (const KeyUse& use : uses) {
    cx.reply.map(3);
    cx.reply.bulk("flags");
    reply_status_words(cx, words_of(use.flags), "");
    reply_begin_search(cx, use.keys);
    reply_find_keys(cx, use.keys);
  }
}

void reply_info(Context& cx, const CommandSpec* spec) {
  if (spec == nullptr) return cx.reply.null();
  const KeySpec keys = spec->keys.movable() ? KeySpec{} : spec->keys;
  cx.reply.array(10);
  cx.reply.bulk(full_name(*spec));
  cx.reply.integer(spec->arity);
  reply_status_words(cx, flag_names(*spec), "");
  cx.reply.integer(keys.first);
  cx.reply.integer(keys.last);
  cx.reply.integer(keys.step);
  reply_status_words(cx, acl_categories(*spec), "@");
  reply_words(cx, words_of(spec->tips));
  reply_key_uses(cx, *spec);
  if (spec->subcommands.empty()) return cx.reply.set(0);
  cx.reply.array(spec->subcommands.size());
  for (const CommandSpec& subcommand : spec->subcommands) reply_info(cx, &subcommand);
}

void cmd_command(Context& cx, Args) {
  const auto all = command_table().all();
  cx.reply.array(all.size());
  for (const CommandSpec* spec : all) reply_info(cx, spec);
}

void cmd_command_info(Context& cx, Args args) {
  if (args.size() == 2) return cmd_command(cx, args);
  cx.reply.array(args.size() - 2);
  for (const Bytes name : args.words().subspan(2)) reply_info(cx, find_by_full_name(name));
}

void cmd_command_count(Context& cx, Args) {
  cx.reply.integer(static_cast<int64_t>(command_table().all().size()));
}

// -- COMMAND LIST

struct ListFilter {
  std::optional<Bytes> category, pattern;
  bool of_module = false;  // there are no modules
};

bool matches(const ListFilter& filter, const CommandSpec& spec) {
  if (filter.of_module) return false;
  if (filter.pattern) return glob_match(*filter.pattern, full_name(spec), true);
  if (!filter.category) return true;
  return std::ranges::any_of(acl_categories(spec), [&](Bytes category) {
    return equal_ignore_case(category, *filter.category);
  });
}

void cmd_command_list(Context& cx, Args args) {
  ListFilter filter;
  if (args.size() != 2) {
    if (args.size() != 5 || !equal_ignore_case(args[2], "filterby"))
      return cx.reply.error(err::kSyntax);
    if (equal_ignore_case(args[3], "module")) {
      filter.of_module = true;
    } else if (equal_ignore_case(args[3], "aclcat")) {
      filter.category = args[4];
    } else if (equal_ignore_case(args[3], "pattern")) {
      filter.pattern = args[4];
    } else {
      return cx.reply.error(err::kSyntax);
    }
  }
  std::vector<Bytes> names;
  for (const CommandSpec* spec : command_table().all()) {
    if (matches(filter, *spec)) names.push_back(full_name(*spec));
    for (const CommandSpec& subcommand : spec->subcommands) {
      if (matches(filter, subcommand)) names.push_back(full_name(subcommand));
    }
  }
  cx.reply.array(names.size());
  for (const Bytes name : names) cx.reply.bulk(name);
}

// -- COMMAND DOCS

void cmd_command_docs(Context& cx, Args args) {
  std::vector<const CommandSpec*> specs;
  for (const Bytes name : args.words().subspan(2)) {
    const CommandSpec* spec = find_by_full_name(name);
    if (spec != nullptr) specs.push_back(spec);
  }
  const auto all = command_table().all();
  if (args.size() == 2) specs.assign(all.begin(), all.end());
  reply_docs(cx.reply, specs);
}

// -- COMMAND GETKEYS, GETKEYSANDFLAGS

struct UsedKey {
  Bytes key;
  Bytes flags;
};

// The keys of the request behind "COMMAND GETKEYS". Nothing: the error is replied.
std::optional<std::vector<UsedKey>> used_keys(Context& cx, Args args) {
  const auto refuse = [&](Bytes error) {
    cx.reply.error(error);
    return std::nullopt;
  };
  const std::span<const Bytes> words = args.words().subspan(2);
  const CommandSpec* spec = command_table().resolve(words);
  if (spec == nullptr || (words.size() > 1 && !spec->subcommands.empty()))
    return refuse(err::kInvalidCommand);
  const std::vector<KeyUse> uses = key_uses(*spec);
  if (uses.empty()) return refuse(err::kNoKeyArguments);
  if (!arity_matches(*spec, words.size())) return refuse(err::kInvalidKeyArity);
  std::vector<UsedKey> keys;
  const bool optional = (spec->flags & kNoMandatoryKeys) != 0;
  for (const KeyUse& use : uses) {
    const KeyRange range = key_range_by_rule(use.keys, words);
    if (range.count == 0 && !optional && use.keys.first != 0 && use.keys.keyword == nullptr)
      return refuse(err::kInvalidKeyArguments);
    const Bytes flags = spec->key_flags_of != nullptr ? spec->key_flags_of(words) : use.flags;
    for (size_t i = 0; i < range.count; i++)
      keys.push_back({words[range.first + i * range.step], flags});
  }
  if (keys.empty() && !optional) return refuse(err::kInvalidKeyArguments);
  return keys;
}

void cmd_command_getkeys(Context& cx, Args args) {
  const auto keys = used_keys(cx, args);
  if (!keys) return;
  cx.reply.array(keys->size());
  for (const UsedKey& used : *keys) cx.reply.bulk(used.key);
}

void cmd_command_getkeysandflags(Context& cx, Args args) {
  const auto keys = used_keys(cx, args);
  if (!keys) return;
  cx.reply.array(keys->size());
  for (const UsedKey& used : *keys) {
    cx.reply.array(2);
    cx.reply.bulk(used.key);
    reply_status_words(cx, words_of(used.flags), "");
  }
}

void cmd_command_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "(no subcommand)",
      "    What the server tells of all its commands.",
      "COUNT",
      "    How many commands there are, subcommands not counted.",
      "DOCS [<command-name> ...]",
      "    What a reader wants to know of some commands, or of all: arguments, versions, cost.",
      "GETKEYS <full-command>",
      "    The keys in a whole request.",
      "GETKEYSANDFLAGS <full-command>",
      "    The keys in a whole request, each with what is done to it.",
      "INFO [<command-name> ...]",
      "    What the server tells of some commands, or of all.",
      "LIST [FILTERBY (MODULE <module> | ACLCAT <category> | PATTERN <pattern>)]",
      "    The names of all commands, or of some.",
  };
  reply_help(cx, kLines);
}

constexpr uint32_t kAnytime = kLoading | kStale;

constexpr CommandSpec kCommandTable[] = {
    {.name = "command|count",
     .run = cmd_command_count,
     .arity = 2,
     .flags = kAnytime,
     .acl = "@connection",
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(1)",
     .summary = "Counts the commands."},
    {.name = "command|docs",
     .run = cmd_command_docs,
     .arity = -2,
     .flags = kAnytime | kSolo,
     .acl = "@connection",
     .group = "server",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of commands asked for",
     .summary = "Returns what a reader wants to know of some commands.",
     .syntax = "[command-name...]",
     .tips = "nondeterministic_output_order"},
    {.name = "command|getkeys",
     .run = cmd_command_getkeys,
     .arity = -4,
     .flags = kAnytime,
     .acl = "@connection",
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(N) where N is the number of arguments",
     .summary = "Finds the keys in a request.",
     .syntax = "command [arg...]"},
    {.name = "command|getkeysandflags",
     .run = cmd_command_getkeysandflags,
     .arity = -4,
     .flags = kAnytime,
     .acl = "@connection",
     .group = "server",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of arguments",
     .summary = "Finds the keys in a request, and what it does to each.",
     .syntax = "command [arg...]"},
    {.name = "command|help",
     .run = cmd_command_help,
     .arity = 2,
     .flags = kAnytime,
     .acl = "@connection",
     .group = "server",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of COMMAND."},
    {.name = "command|info",
     .run = cmd_command_info,
     .arity = -2,
     .flags = kAnytime | kSolo,
     .acl = "@connection",
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(N) where N is the number of commands asked for",
     .summary = "Returns what the server tells of some commands.",
     .syntax = "[command-name...]",
     .tips = "nondeterministic_output_order",
     .history = "7.0.0 Without names: all commands.\n"},
    {.name = "command|list",
     .run = cmd_command_list,
     .arity = -2,
     .flags = kAnytime | kSolo,
     .acl = "@connection",
     .group = "server",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of commands",
     .summary = "Lists the names of the commands.",
     .syntax = "[FILTERBY filterby{MODULE module-name | ACLCAT category | PATTERN pattern}]",
     .tips = "nondeterministic_output_order"},
};

constexpr CommandSpec kTable[] = {
    {.name = "command",
     .run = cmd_command,
     .arity = -1,
     .flags = kAnytime | kSolo,
     .acl = "@connection",
     .group = "server",
     .since = "2.8.13",
     .complexity = "O(N) where N is the number of commands",
     .summary = "Returns what the server tells of all its commands.",
     .tips = "nondeterministic_output_order",
     .subcommands = kCommandTable},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kIntrospectionCommands{kTable};

}  // namespace cobnut
