// The process as its operator sees it: INFO, CONFIG, SHUTDOWN, TIME.
#include <algorithm>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "command/server.h"
#include "command/session.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"
#include "commands/metric_facts.h"
#include "config/config_command.h"
#include "config/option_table.h"

namespace cobnut {
namespace {

void cmd_time(Context& cx, Args) {
  const int64_t now_us = wall_clock_us();
  cx.reply.array(2);
  cx.reply.bulk_integer(now_us / 1'000'000);
  cx.reply.bulk_integer(now_us % 1'000'000);
}

void cmd_info(Context& cx, Args args) {
  cx.reply.verbatim(info_text(gather_metric_facts(cx.server), args.words().subspan(1)), "txt");
}

// -- CONFIG

// Each option once. One that is asked for by its name stands as the client wrote it, as on Redis.
void cmd_config_get(Context& cx, Args args) {
  const Options& options = cx.server.options.current();
  std::vector<std::pair<std::string, std::string>> found;
  for (const Bytes pattern : args.words().subspan(2)) {
    for (auto& [name, value] : config_get(options, pattern)) {
      const auto same = [&name = name](const auto& pair) {
        return equal_ignore_case(pair.first, name);
      };
      if (std::ranges::any_of(found, same)) continue;
      if (equal_ignore_case(name, pattern)) name = pattern;
      found.emplace_back(std::move(name), std::move(value));
    }
  }
  cx.reply.map(found.size());
  for (const auto& [name, value] : found) {
    cx.reply.bulk(name);
    cx.reply.bulk(value);
  }
}

bool allowed(Access access, const ClientInfo& client) {
  return access == Access::kYes || (access == Access::kLocal && client.local);
}

// On a copy of the options, which is dropped when this fails.
Status change_options(const Server& server, Options& options, std::span<const ConfigPair> pairs,
                      const ClientInfo& client) {
  const Options before = options;
  Status set = config_set(options, pairs, allowed(options.enable_protected_configs, client));
  if (!set.ok()) return set;
  if (options.dir != before.dir) {
    if (const Status entered = enter_folder(options); !entered.ok())
      return config_set_failed("dir", entered.error());
  }
  if (server.apply) {  // last: nothing fails behind it
    if (Status applied = server.apply(before, options); !applied.ok()) {
      Options again = before;
      if (options.dir != before.dir && !enter_folder(again).ok())
        log::warning("config", "cannot go back to dir %s", before.dir.c_str());
      return applied;
    }
  }
  const std::string ignored = newly_without_effect(before, options);
  if (!ignored.empty())
    log::warning("config", "CONFIG SET without effect here: %s", ignored.c_str());
  return Ok{};
}

// All pairs or none. What keeps a copy of an option is told of the new value here.
void cmd_config_set(Context& cx, Args args) {
  if (args.size() % 2 != 0) return cx.reply.error(err::kSyntax);
  std::vector<ConfigPair> pairs;
  for (size_t i = 2; i < args.size(); i += 2) pairs.emplace_back(args[i], args[i + 1]);
  const Status set = cx.server.options.update([&](Options& options) {
    return change_options(cx.server, options, pairs, cx.session->info());
  });
  if (!set.ok()) return cx.reply.error(set.error());
  log::set_level(static_cast<log::Level>(cx.server.options.current().loglevel));
  cx.reply.ok();
}

// The value of a name that is not known may be a password, too.
bool config_word_secret(Args args, size_t word) {
  if (word < 3 || word % 2 == 0) return false;
  const Option* option = find_option(args[word - 1]);
  return option == nullptr || option->secret;
}

void cmd_config_resetstat(Context& cx, Args) {
  reset_metrics(cx.server);
  cx.reply.ok();
}

// On the loop's thread, as on Redis: the file is small, and nobody does it often.
void cmd_config_rewrite(Context& cx, Args) {
  const ConfigSource& source = cx.server.config_source;
  if (source.path.empty()) return cx.reply.error(err::kNoConfigFile);
  const Status written = rewrite_config_file(source, cx.server.options.current());
  if (written.ok()) {
    log::info("config", "CONFIG REWRITE: %s is written", source.path.c_str());
    return cx.reply.ok();
  }
  log::warning("config", "CONFIG REWRITE of %s failed: %s", source.path.c_str(),
               written.error().c_str());
  cx.reply.error("ERR Rewriting config file: " + written.error());
}

void cmd_config_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "GET <pattern> [<pattern> ...]",
      "    The options whose names match one of the patterns, with their values.",
      "RESETSTAT",
      "    Sets the counters of INFO to zero.",
      "REWRITE",
      "    Writes the options in force into the configuration file.",
      "SET <name> <value> [<name> <value> ...]",
      "    Changes options, all of them or none.",
  };
  reply_help(cx, kLines);
}

// -- SHUTDOWN

struct ShutdownOptions {
  bool save = false, nosave = false, now = false, force = false, abort = false;

  // ABORT stands alone, SAVE and NOSAVE contradict each other.
  bool valid() const { return !(abort && (save || nosave || now || force)) && !(save && nosave); }
};

std::optional<ShutdownOptions> shutdown_options(Args args) {
  ShutdownOptions options;
  for (const Bytes word : args.words().subspan(1)) {
    if (equal_ignore_case(word, "save")) {
      options.save = true;
    } else if (equal_ignore_case(word, "nosave")) {
      options.nosave = true;
    } else if (equal_ignore_case(word, "now")) {
      options.now = true;
    } else if (equal_ignore_case(word, "force")) {
      options.force = true;
    } else if (equal_ignore_case(word, "abort")) {
      options.abort = true;
    } else {
      return std::nullopt;
    }
  }
  return options.valid() ? std::optional(options) : std::nullopt;
}

// There is nothing to wait for, so NOW and FORCE change nothing, and nothing ever is there to
// abort. As on Redis there is no reply: the connection closes.
void cmd_shutdown(Context& cx, Args args) {
  const std::optional<ShutdownOptions> options = shutdown_options(args);
  if (!options) return cx.reply.error(err::kSyntax);
  if (options->abort) return cx.reply.error(err::kNoShutdown);
  if (options->save) return cx.reply.error(err::kNoSave);
  log::warning("server", "client %s asked for a shutdown", cx.session->info().address.c_str());
  cx.session->close_after_reply();
  cx.server.shutdown();
}

constexpr uint32_t kOperator = kAdmin | kNoscript | kLoading | kStale | kSolo;

constexpr CommandSpec kConfigTable[] = {
    {.name = "config|get",
     .run = cmd_config_get,
     .arity = -3,
     .flags = kOperator,
     .group = "server",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of options times the number of patterns",
     .summary = "Returns options.",
     .syntax = "parameter{parameter}...",
     .history = "7.0.0 Several patterns.\n"},
    {.name = "config|help",
     .run = cmd_config_help,
     .arity = 2,
     .flags = kLoading | kStale,
     .group = "server",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of CONFIG."},
    {.name = "config|resetstat",
     .run = cmd_config_resetstat,
     .arity = 2,
     .flags = kOperator,
     .group = "server",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of shards",
     .summary = "Sets the counters of INFO to zero."},
    {.name = "config|rewrite",
     .run = cmd_config_rewrite,
     .arity = 2,
     .flags = kOperator,
     .group = "server",
     .since = "2.8.0",
     .complexity = "O(1)",
     .summary = "Writes the options in force into the configuration file."},
    {.name = "config|set",
     .run = cmd_config_set,
     .arity = -4,
     .flags = kOperator,
     .group = "server",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of options given",
     .summary = "Changes options.",
     .syntax = "parameter_value{parameter value}...",
     .tips = "request_policy:all_nodes response_policy:all_succeeded",
     .history = "7.0.0 Several options at once.\n",
     .secret = config_word_secret},
};

constexpr CommandSpec kTable[] = {
    {.name = "config",
     .arity = -2,
     .group = "server",
     .since = "2.0.0",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look at options.",
     .subcommands = kConfigTable},
    {.name = "info",
     .run = cmd_info,
     .arity = -1,
     .flags = kLoading | kStale | kSolo,
     .acl = "@dangerous",
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of shards",
     .summary = "Returns facts and counters of the server.",
     .syntax = "[section...]",
     .tips = "nondeterministic_output request_policy:all_shards response_policy:special",
     .history = "7.0.0 Several sections.\n"},
    {.name = "shutdown",
     .run = cmd_shutdown,
     .arity = -1,
     .flags = kOperator | kNoMulti | kAllowBusy,
     .group = "server",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Ends the server.",
     .syntax = "[nosave_save{NOSAVE | SAVE}] [NOW@7.0.0] [FORCE@7.0.0] [ABORT@7.0.0]",
     .history = "7.0.0 NOW, FORCE and ABORT.\n"},
    {.name = "time",
     .run = cmd_time,
     .arity = 1,
     .flags = kLoading | kStale | kFast,
     .group = "server",
     .since = "2.6.0",
     .complexity = "O(1)",
     .summary = "Returns the server's time: Unix seconds, and the microseconds of the current one.",
     .tips = "nondeterministic_output"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kServerCommands{kTable};

}  // namespace cobnut
