// CLIENT: the connections of this process, as its clients may see, name and close them.
#include <algorithm>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/numbers.h"
#include "base/text.h"
#include "command/executor.h"
#include "command/server.h"
#include "command/session.h"
#include "command/support.h"
#include "command/table.h"
#include "command/well_formed.h"
#include "commands/client_names.h"
#include "commands/client_view.h"
#include "commands/families.h"

namespace cobnut {
namespace {

// -- CLIENT ID, GETNAME, SETNAME, INFO, LIST

void cmd_client_id(Context& cx, Args) {
  cx.reply.integer(static_cast<int64_t>(cx.session->client.id));
}

void cmd_client_getname(Context& cx, Args) {
  const std::string name = cx.server.clients.name(cx.session->info());
  name.empty() ? cx.reply.null() : cx.reply.bulk(name);
}

void cmd_client_setname(Context& cx, Args args) {
  if (!client_name_valid(cx, args[2])) return;
  cx.server.clients.set_name(cx.session->info(), std::string(args[2]));
  cx.reply.ok();
}

void cmd_client_info(Context& cx, Args) {
  cx.reply.verbatim(client_line(cx, cx.session->info(), monotonic_clock_ms()), "txt");
}

void cmd_client_list(Context& cx, Args args) {
  const auto filter = ClientFilter::parse(cx, args, ClientFilter::For::kList);
  if (!filter) return;
  const int64_t now_ms = monotonic_clock_ms();
  std::string lines;
  for (const auto& info : matching_clients(cx, *filter)) lines += client_line(cx, *info, now_ms);
  cx.reply.verbatim(lines, "txt");
}

// -- CLIENT KILL

void kill(Context& cx, ClientInfo& info) {
  if (info.id == cx.session->client.id) return cx.session->close_after_reply();
  info.killed.store(true, std::memory_order_relaxed);  // it runs nothing more
  cx.server.clients.remove(info.id);                   // for everybody who asks it is gone
  cx.server.kick(info);
}

// The old form, CLIENT KILL addr:port, replies OK and may kill the client that asks; the new one
// counts and by default does not.
void cmd_client_kill(Context& cx, Args args) {
  const bool old_form = args.size() == 3;
  const std::optional<ClientFilter> filter =
      old_form ? ClientFilter::of_address(args[2])
               : ClientFilter::parse(cx, args, ClientFilter::For::kKill);
  if (!filter) return;
  const auto clients = matching_clients(cx, *filter);
  for (const auto& info : clients) kill(cx, *info);
  if (!old_form) return cx.reply.integer(static_cast<int64_t>(clients.size()));
  clients.empty() ? cx.reply.error(err::kNoSuchClient) : cx.reply.ok();
}

// -- CLIENT NO-EVICT, NO-TOUCH, REPLY, SETINFO

// Nothing: the error is replied.
std::optional<bool> on_or_off(Context& cx, Bytes word) {
  if (equal_ignore_case(word, "on")) return true;
  if (equal_ignore_case(word, "off")) return false;
  cx.reply.error(err::kSyntax);
  return std::nullopt;
}

// No client is evicted here, so that there is nothing to be spared from: CLIENT LIST shows it.
void cmd_client_no_evict(Context& cx, Args args) {
  const std::optional<bool> on = on_or_off(cx, args[2]);
  if (!on) return;
  cx.session->info().no_evict.store(*on, std::memory_order_relaxed);
  cx.reply.ok();
}

void cmd_client_no_touch(Context& cx, Args args) {
  const std::optional<bool> on = on_or_off(cx, args[2]);
  if (!on) return;
  cx.session->set_no_touch(*on);
  cx.reply.ok();
}

// Only ON has a reply of its own.
void cmd_client_reply(Context& cx, Args args) {
  using Replies = Session::Replies;
  Session& session = *cx.session;
  if (equal_ignore_case(args[2], "on")) {
    session.set_replies(Replies::kOn);
    cx.reply.ok();
  } else if (equal_ignore_case(args[2], "off")) {
    session.set_replies(Replies::kOff);
  } else if (equal_ignore_case(args[2], "skip")) {
    if (session.replies() != Replies::kOff) session.set_replies(Replies::kSkipNext);
  } else {
    cx.reply.error(err::kSyntax);
  }
}

void cmd_client_setinfo(Context& cx, Args args) {
  const Bytes attribute = args[2];
  const Bytes value = args[3];
  std::string ClientInfo::*field = nullptr;
  if (equal_ignore_case(attribute, "lib-name")) field = &ClientInfo::library_name;
  if (equal_ignore_case(attribute, "lib-ver")) field = &ClientInfo::library_version;
  if (field == nullptr)
    return cx.reply.error_format(err::kClientAttribute, shown_size(attribute), attribute.data());
  if (!fits_client_field(value))
    return cx.reply.error_format(err::kClientAttributeText, shown_size(attribute),
                                 attribute.data());
  cx.server.clients.set_library(cx.session->info(), field, std::string(value));
  cx.reply.ok();
}

// -- CLIENT PAUSE, UNPAUSE, UNBLOCK

// Runs with every shard held, so that nothing that it stops is under way.
void cmd_client_pause(Context& cx, Args args) {
  if (args.size() > 4) return reply_subcommand_syntax(cx, args);
  Pause::Kind kind = Pause::Kind::kAll;
  if (args.size() == 4 && equal_ignore_case(args[3], "write")) {
    kind = Pause::Kind::kWrites;
  } else if (args.size() == 4 && !equal_ignore_case(args[3], "all")) {
    return cx.reply.error(err::kPauseMode);
  }
  const std::optional<int64_t> timeout_ms = timeout_argument(cx, args[2]);
  if (!timeout_ms) return;
  const int64_t now_ms = monotonic_clock_ms();
  cx.server.pause.begin(kind, add_ms(now_ms, *timeout_ms), now_ms);
  const int64_t left_ms = cx.server.pause.until_ms() - now_ms;
  for (Shard* shard : cx.keys.shards())
    shard->keyspace.pause_expiry(add_ms(cx.keys.now_ms(), left_ms));
  cx.reply.ok();
}

void cmd_client_unpause(Context& cx, Args) {
  cx.server.pause.end();
  for (Shard* shard : cx.keys.shards()) shard->keyspace.pause_expiry(0);
  for (Executor* executor : cx.server.executors) executor->post_resume();
  cx.reply.ok();
}

void cmd_client_unblock(Context& cx, Args args) {
  if (args.size() > 4) return reply_subcommand_syntax(cx, args);
  Wake how = Wake::kTimeout;
  if (args.size() == 4 && equal_ignore_case(args[3], "error")) {
    how = Wake::kError;
  } else if (args.size() == 4 && !equal_ignore_case(args[3], "timeout")) {
    return cx.reply.error(err::kUnblockReason);
  }
  const std::optional<int64_t> id = integer_argument(cx, args[2]);
  if (!id) return;
  const std::shared_ptr<ClientInfo> info = cx.server.clients.find(static_cast<uint64_t>(*id));
  cx.reply.integer(info != nullptr && wake_client(cx.server, *info, how) ? 1 : 0);
}

void cmd_client_help(Context& cx, Args) {
  constexpr Bytes kLines[] = {
      "GETNAME",
      "    The name of this connection.",
      "ID",
      "    The number of this connection; no two connections ever have the same.",
      "INFO",
      "    The facts of this connection, as in CLIENT LIST.",
      "KILL <ip:port>",
      "    Closes the connection from <ip:port>.",
      "KILL <option> <value> [<option> <value> [...]]",
      "    Closes the connections that all options hold for, and counts them. Options:",
      "    * ADDR (<ip:port>|<unixsocket>:0)",
      "      Made from this address.",
      "    * DB <index>",
      "      Using this database.",
      "    * FLAGS <letters>",
      "      With these flags, as CLIENT LIST shows them.",
      "    * ID <id> [<id> ...]",
      "      With one of these numbers.",
      "    * IDLE <seconds>",
      "      Without a command for this long.",
      "    * IP <ip>",
      "      Made from this host.",
      "    * LADDR (<ip:port>|<unixsocket>:0)",
      "      Made to this address of the server.",
      "    * LIB-NAME <name>, LIB-VER <version>",
      "      Told by CLIENT SETINFO.",
      "    * MAXAGE <seconds>",
      "      At least as old as this.",
      "    * NAME <name>",
      "      Told by CLIENT SETNAME.",
      "    * SKIPME (YES|NO)",
      "      Whether this connection is spared (default: yes).",
      "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
      "      Of this type.",
      "    * USER <username>",
      "      Authenticated as this user.",
      "    NOT- before an option, as in NOT-TYPE: where it does not hold.",
      "LIST [<option> <value> [<option> <value> [...]]]",
      "    The facts of all connections, or of some, one a line. Options as those of KILL.",
      "NO-EVICT (ON|OFF)",
      "    Whether this connection is spared when clients use too much memory.",
      "NO-TOUCH (ON|OFF)",
      "    Whether this connection's commands leave the idle times of keys as they are.",
      "PAUSE <milliseconds> [WRITE|ALL]",
      "    Lets all commands, or those that write, wait for some time.",
      "REPLY (ON|OFF|SKIP)",
      "    Whether this connection wants replies; SKIP: not the next one.",
      "SETINFO (LIB-NAME|LIB-VER) <value>",
      "    Tells the name or the version of the client's library.",
      "SETNAME <name>",
      "    Names this connection.",
      "UNBLOCK <id> [TIMEOUT|ERROR]",
      "    Ends another connection's blocking command: its time is over, or with an error.",
      "UNPAUSE",
      "    Ends CLIENT PAUSE.",
  };
  reply_help(cx, kLines);
}

constexpr uint32_t kOwn = kNoscript | kLoading | kStale;
constexpr uint32_t kOthers = kAdmin | kNoscript | kLoading | kStale | kSolo;

constexpr CommandSpec kClientTable[] = {
    {.name = "client|getname",
     .run = cmd_client_getname,
     .arity = 2,
     .flags = kOwn,
     .acl = "@connection",
     .group = "connection",
     .since = "2.6.9",
     .complexity = "O(1)",
     .summary = "Returns the name of the connection."},
    {.name = "client|help",
     .run = cmd_client_help,
     .arity = 2,
     .flags = kLoading | kStale,
     .acl = "@connection",
     .group = "connection",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Explains the subcommands of CLIENT."},
    {.name = "client|id",
     .run = cmd_client_id,
     .arity = 2,
     .flags = kOwn,
     .acl = "@connection",
     .group = "connection",
     .since = "5.0.0",
     .complexity = "O(1)",
     .summary = "Returns the number of the connection."},
    {.name = "client|info",
     .run = cmd_client_info,
     .arity = 2,
     .flags = kOwn | kSolo,
     .acl = "@connection",
     .group = "connection",
     .since = "6.2.0",
     .complexity = "O(1)",
     .summary = "Returns the facts of the connection.",
     .tips = "nondeterministic_output"},
    {.name = "client|kill",
     .run = cmd_client_kill,
     .arity = -3,
     .flags = kOthers,
     .acl = "@connection",
     .group = "connection",
     .since = "2.4.0",
     .complexity = "O(N) where N is the number of connections",
     .summary = "Closes connections.",
     .syntax =
         "filter{ip:port:string!2.8.12 | new-format{[ID client-id:integer@2.8.12] | [TYPE "
         "normal_master_slave_pubsub@2.8.12{NORMAL | MASTER@3.2.0 | SLAVE | REPLICA@5.0.0 | "
         "PUBSUB}] | [USER username] | [ADDR ip:port:string] | [LADDR ip:port:string@6.2.0] | "
         "[SKIPME yes/no] | [MAXAGE seconds@7.4.0] | [IDLE seconds@9.0.0] | [IP ip@9.0.0] | [NAME "
         "name@9.0.0] | [LIB-NAME lib-name@9.0.0] | [LIB-VER lib-ver@9.0.0] | [FLAGS flags@9.0.0] "
         "| [DB index@9.0.0] | [NOT-ID not-id@9.0.0{client-id:integer...}] | [NOT-TYPE "
         "not-type@9.0.0{NORMAL | MASTER | REPLICA | PUBSUB}] | [NOT-USER username@9.0.0] | "
         "[NOT-ADDR ip:port:string@9.0.0] | [NOT-LADDR ip:port:string@9.0.0] | [NOT-IP ip@9.0.0] | "
         "[NOT-NAME name@9.0.0] | [NOT-LIB-NAME lib-name@9.0.0] | [NOT-LIB-VER lib-ver@9.0.0] | "
         "[NOT-FLAGS flags@9.0.0] | [NOT-DB index@9.0.0]}...}",
     .history = "2.8.12 The form with options.\n2.8.12 ID.\n3.2.0 TYPE MASTER.\n5.0.0 REPLICA, of "
                "which SLAVE is the old name.\n6.2.0 LADDR.\n7.4.0 MAXAGE.\n9.0.0 (Valkey) Several "
                "ids, DB, FLAGS, IDLE, IP, LIB-NAME, LIB-VER, NAME; NOT- before an option.\n"},
    {.name = "client|list",
     .run = cmd_client_list,
     .arity = -2,
     .flags = kOthers,
     .acl = "@connection",
     .group = "connection",
     .since = "2.4.0",
     .complexity = "O(N) where N is the number of connections",
     .summary = "Lists the connections.",
     .syntax =
         "[TYPE normal_master_replica_pubsub@5.0.0{NORMAL | MASTER | REPLICA | PUBSUB}] [ID "
         "id@6.2.0{client-id:integer...}] [USER username@9.0.0] [ADDR ip:port:string@9.0.0] [LADDR "
         "ip:port:string@9.0.0] [SKIPME yes/no@9.0.0] [MAXAGE seconds@9.0.0] [IDLE seconds@9.0.0] "
         "[IP ip@9.0.0] [NAME name@9.0.0] [LIB-NAME lib-name@9.0.0] [LIB-VER lib-ver@9.0.0] [FLAGS "
         "flags@9.0.0] [DB index@9.0.0] [NOT-ID not-id@9.0.0{client-id:integer...}] [NOT-TYPE "
         "not-type@9.0.0{NORMAL | MASTER | REPLICA | PUBSUB}] [NOT-USER username@9.0.0] [NOT-ADDR "
         "ip:port:string@9.0.0] [NOT-LADDR ip:port:string@9.0.0] [NOT-IP ip@9.0.0] [NOT-NAME "
         "name@9.0.0] [NOT-LIB-NAME lib-name@9.0.0] [NOT-LIB-VER lib-ver@9.0.0] [NOT-FLAGS "
         "flags@9.0.0] [NOT-DB index@9.0.0]",
     .tips = "nondeterministic_output",
     .history =
         "2.8.12 Field id.\n5.0.0 TYPE.\n6.0.0 Field user.\n6.2.0 ID; fields argv-mem, tot-mem, "
         "laddr, redir.\n7.0.0 Fields resp, multi-mem, rbs, rbp.\n7.0.3 Field ssub.\n7.2.0 Fields "
         "lib-name and lib-ver.\n9.0.0 (Valkey) The options of CLIENT KILL.\n"},
    {.name = "client|no-evict",
     .run = cmd_client_no_evict,
     .arity = 3,
     .flags = kAdmin | kNoscript | kLoading | kStale,
     .acl = "@connection",
     .group = "connection",
     .since = "7.0.0",
     .complexity = "O(1)",
     .summary = "Says whether the connection may be closed when clients use too much memory.",
     .syntax = "enabled{ON | OFF}"},
    {.name = "client|no-touch",
     .run = cmd_client_no_touch,
     .arity = 3,
     .flags = kOwn,
     .acl = "@connection",
     .group = "connection",
     .since = "7.2.0",
     .complexity = "O(1)",
     .summary = "Says whether the connection's commands change the idle times of keys.",
     .syntax = "enabled{ON | OFF}"},
    {.name = "client|pause",
     .run = cmd_client_pause,
     .arity = -3,
     .flags = kAdmin | kNoscript | kLoading | kStale,
     .route = Route::kAll,
     .acl = "@connection",
     .group = "connection",
     .since = "2.9.50",
     .complexity = "O(N) where N is the number of shards",
     .summary = "Lets the commands of all connections wait for some time.",
     .syntax = "timeout:integer [mode@6.2.0{WRITE | ALL}]",
     .history = "6.2.0 WRITE, and expiry that rests meanwhile.\n"},
    {.name = "client|reply",
     .run = cmd_client_reply,
     .arity = 3,
     .flags = kOwn,
     .acl = "@connection",
     .group = "connection",
     .since = "3.2.0",
     .complexity = "O(1)",
     .summary = "Says whether the connection wants replies.",
     .syntax = "on_off_skip{ON | OFF | SKIP}"},
    {.name = "client|setinfo",
     .run = cmd_client_setinfo,
     .arity = 4,
     .flags = kOwn,
     .acl = "@connection",
     .group = "connection",
     .since = "7.2.0",
     .complexity = "O(1)",
     .summary = "Tells the server the name or the version of the client's library.",
     .syntax = "attr{LIB-NAME libname | LIB-VER libver}",
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
    {.name = "client|setname",
     .run = cmd_client_setname,
     .arity = 3,
     .flags = kOwn,
     .acl = "@connection",
     .group = "connection",
     .since = "2.6.9",
     .complexity = "O(1)",
     .summary = "Names the connection.",
     .syntax = "connection-name"},
    {.name = "client|unblock",
     .run = cmd_client_unblock,
     .arity = -3,
     .flags = kAdmin | kNoscript | kLoading | kStale,
     .acl = "@connection",
     .group = "connection",
     .since = "5.0.0",
     .complexity = "O(log N) where N is the number of connections",
     .summary = "Ends the blocking command of another connection.",
     .syntax = "client-id:integer [timeout_error{TIMEOUT | ERROR}]"},
    {.name = "client|unpause",
     .run = cmd_client_unpause,
     .arity = 2,
     .flags = kAdmin | kNoscript | kLoading | kStale,
     .route = Route::kAll,
     .acl = "@connection",
     .group = "connection",
     .since = "6.2.0",
     .complexity = "O(N) where N is the number of paused connections",
     .summary = "Ends CLIENT PAUSE."},
};

constexpr CommandSpec kTable[] = {
    {.name = "client",
     .arity = -2,
     .group = "connection",
     .since = "2.4.0",
     .complexity = "Depends on subcommand.",
     .summary = "A container for commands that look at connections.",
     .subcommands = kClientTable},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kClientCommands{kTable};

}  // namespace cobnut
