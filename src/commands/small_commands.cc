// Commands of features that are not here yet, as far as their answer is known without them: no
// modules, no function libraries, one user. And LOLWUT.
#include <algorithm>
#include <string>

#include "base/numbers.h"
#include "base/random.h"
#include "base/text.h"
#include "base/version.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"

namespace cobnut {
namespace {

void cmd_acl_whoami(Context& cx, Args) { cx.reply.bulk("default"); }

void cmd_acl_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {"WHOAMI", "    The user of this connection."};
  reply_help(cx, kLines);
}

// There is no library to be dropped.
void cmd_function_flush(Context& cx, Args args) {
  if (args.size() > 3) return reply_subcommand_syntax(cx, args);
  if (args.size() == 3 && !equal_ignore_case(args[2], "sync") &&
      !equal_ignore_case(args[2], "async")) {
    return cx.reply.error(err::kFunctionFlushOption);
  }
  cx.reply.ok();
}

void cmd_function_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {"FLUSH [ASYNC|SYNC]", "    Drops all libraries."};
  reply_help(cx, kLines);
}

void cmd_module_list(Context& cx, Args) { cx.reply.array(0); }

void cmd_module_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {"LIST", "    The modules that are loaded: none."};
  reply_help(cx, kLines);
}

// -- LOLWUT: cobnuts, which are hazelnuts, lying in rows

constexpr Bytes kNut[] = {
    R"(   .^.   )", R"(  /   \  )", R"( |     | )", R"( |:::::| )", R"(  \:::/  )", R"(   '-'   )",
};

// A nut in the shade of its neighbours: each line of it may lose a stroke or two.
std::string draw_nuts(int64_t columns, int64_t rows) {
  std::string drawing;
  for (int64_t row = 0; row < rows; row++) {
    for (const Bytes line : kNut) {
      std::string text(static_cast<size_t>(row % 2) * (line.size() / 2), ' ');
      for (int64_t column = 0; column < columns; column++) {
        for (const char c : line) text += c == ':' && fast_random() % 3 == 0 ? '.' : c;
      }
      text.resize(text.find_last_not_of(' ') + 1);
      drawing += text + "\n";
    }
  }
  return drawing;
}

// LOLWUT [VERSION version] [columns [rows]]: the version chooses nothing, there is one drawing.
void cmd_lolwut(Context& cx, Args args) {
  constexpr int64_t kColumnsMax = 40, kRowsMax = 40;  // nuts
  size_t at = 1;
  if (args.size() > 2 && equal_ignore_case(args[1], "version")) {
    if (!integer_argument(cx, args[2])) return;
    at = 3;
  }
  int64_t numbers[] = {5, 2};  // columns, rows
  for (int64_t& number : numbers) {
    if (at >= args.size()) break;
    const std::optional<int64_t> given = integer_argument(cx, args[at++]);
    if (!given) return;
    number = *given;
  }
  const std::string drawing = draw_nuts(std::clamp<int64_t>(numbers[0], 1, kColumnsMax),
                                        std::clamp<int64_t>(numbers[1], 1, kRowsMax));
  cx.reply.verbatim(drawing + "\nCobnuts, ripe in September. Redis ver. " + kRedisVersion + "\n",
                    "txt");
}

constexpr uint32_t kHelp = kLoading | kStale;

constexpr CommandSpec kAclTable[] = {
    {.name = "acl|help",
     .run = cmd_acl_help,
     .arity = 2,
     .flags = kHelp,
     .group = "server",
     .since = "6.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of ACL."},
    {.name = "acl|whoami",
     .run = cmd_acl_whoami,
     .arity = 2,
     .flags = kNoscript | kLoading | kStale,
     .group = "server",
     .since = "6.0.0",
     .complexity = "O(1)",
     .summary = "Returns the user of the connection."},
};

constexpr CommandSpec kFunctionTable[] = {
    {.name = "function|flush",
     .run = cmd_function_flush,
     .arity = -2,
     .flags = kWrite | kNoscript,
     .acl = "@scripting",
     .group = "scripting",
     .since = "7.0.0",
     .complexity = "O(1)",
     .summary = "Drops all function libraries.",
     .syntax = "[async{ASYNC | SYNC}]",
     .tips = "request_policy:all_shards response_policy:all_succeeded"},
    {.name = "function|help",
     .run = cmd_function_help,
     .arity = 2,
     .flags = kHelp,
     .acl = "@scripting",
     .group = "scripting",
     .since = "7.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of FUNCTION."},
};

constexpr CommandSpec kModuleTable[] = {
    {.name = "module|help",
     .run = cmd_module_help,
     .arity = 2,
     .flags = kHelp,
     .group = "server",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of MODULE."},
    {.name = "module|list",
     .run = cmd_module_list,
     .arity = 2,
     .flags = kAdmin | kNoscript,
     .group = "server",
     .since = "4.0.0",
     .complexity = "O(1)",
     .summary = "Lists the modules that are loaded.",
     .tips = "nondeterministic_output_order"},
};

constexpr CommandSpec kTable[] = {
    {.name = "acl",
     .arity = -2,
     .group = "server",
     .since = "6.0.0",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look at users.",
     .subcommands = kAclTable},
    {.name = "function",
     .arity = -2,
     .group = "scripting",
     .since = "7.0.0",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look at function libraries.",
     .subcommands = kFunctionTable},
    {.name = "lolwut",
     .run = cmd_lolwut,
     .arity = -1,
     .flags = kReadonly | kFast,
     .group = "server",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Draws something, and tells the version.",
     .syntax = "[VERSION version:integer]"},
    {.name = "module",
     .arity = -2,
     .group = "server",
     .since = "4.0.0",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look at modules.",
     .subcommands = kModuleTable},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kSmallCommands{kTable};

}  // namespace cobnut
