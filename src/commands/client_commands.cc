// CLIENT: the connections of this process, as its clients may see, name and close them.
#include <algorithm>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/session.h"
#include "command/support.h"
#include "command/table.h"
#include "command/well_formed.h"
#include "commands/client_names.h"
#include "commands/families.h"

namespace cobnut {
namespace {

constexpr size_t kConnectionBytes = 750;  // of an idle connection (net/connection.h), for tot-mem

// -- one client as a line

// What changes while a client is served. Of the client that asks it is read from its session, since
// the published facts are those of the end of the last turn.
struct ClientLoad {
  uint64_t input = 0;   // bytes received and not executed
  uint64_t output = 0;  // bytes that it is owed
};

ClientLoad load_of(const ClientInfo& info, Session& asking) {
  if (info.id == asking.client.id) {
    return {asking.input.unread().size(), asking.output.bytes()};
  }
  return {info.input_bytes.load(std::memory_order_relaxed),
          info.output_bytes.load(std::memory_order_relaxed)};
}

std::string flags_of(const ClientInfo& info, const Session& asking) {
  std::string flags;
  if (info.id == asking.client.id && asking.closing) flags += 'c';
  if (info.killed.load(std::memory_order_relaxed)) flags += 'A';
  if (info.unix_socket) flags += 'U';
  if (info.no_evict.load(std::memory_order_relaxed)) flags += 'e';
  return flags.empty() ? "N" : flags;
}

// Redis 7.0's fields. Those of features that are not here stand as on an idle Redis: no
// subscriptions, no transaction, no redirection. qbuf-free, argv-mem, rbs and rbp are 0 because an
// idle client holds no buffer here; omem is what the socket has not taken yet.
std::string client_line(Context& cx, const ClientInfo& info, int64_t now_ms) {
  const auto number = [](auto value) { return std::to_string(value); };
  const ClientLoad load = load_of(info, *cx.session);
  const CommandSpec* last = info.last_command.load(std::memory_order_relaxed);
  const int64_t idle_ms = now_ms - info.last_active_ms.load(std::memory_order_relaxed);
  return "id=" + number(info.id) + " addr=" + info.address + " laddr=" + info.local_address +
         " fd=" + number(info.fd) + " name=" + cx.server.clients.name(info) +
         " age=" + number((now_ms - info.connected_ms) / 1000) +
         " idle=" + number(std::max<int64_t>(idle_ms, 0) / 1000) +
         " flags=" + flags_of(info, *cx.session) +
         " db=" + number(info.db.load(std::memory_order_relaxed)) +
         " sub=0 psub=0 ssub=0 multi=-1 qbuf=" + number(load.input) +
         " qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=" +
         number(load.output > 0 ? 1 : 0) + " omem=" + number(load.output) +
         " tot-mem=" + number(kConnectionBytes + load.input + load.output) +
         " events=" + (load.output > 0 ? "rw" : "r") +
         " cmd=" + std::string(last == nullptr ? "NULL" : full_name(*last)) +
         " user=default redir=-1 resp=" + number(info.resp.load(std::memory_order_relaxed)) + "\n";
}

// -- which clients

enum class ClientType : uint8_t { kNormal, kMaster, kReplica, kPubsub };

// Nothing: the error is replied.
std::optional<ClientType> client_type(Context& cx, Bytes text) {
  constexpr std::pair<Bytes, ClientType> kTypes[] = {{"normal", ClientType::kNormal},
                                                     {"master", ClientType::kMaster},
                                                     {"replica", ClientType::kReplica},
                                                     {"slave", ClientType::kReplica},
                                                     {"pubsub", ClientType::kPubsub}};
  for (const auto& [name, type] : kTypes) {
    if (equal_ignore_case(text, name)) return type;
  }
  cx.reply.error_format(err::kClientType, shown_size(text), text.data());
  return std::nullopt;
}

// All that is asked for must hold.
struct ClientFilter {
  std::vector<uint64_t> ids;  // empty: any
  std::optional<Bytes> address, local_address;
  std::optional<ClientType> type;
  int64_t age_s_least = 0;
  bool skip_me = false;

  bool matches(const ClientInfo& info, const Session& asking, int64_t now_ms) const {
    if (info.killed.load(std::memory_order_relaxed)) return false;  // as good as gone
    if (!ids.empty() && std::ranges::find(ids, info.id) == ids.end()) return false;
    if (address && info.address != *address) return false;
    if (local_address && info.local_address != *local_address) return false;
    if (type && *type != ClientType::kNormal) return false;  // there are no others yet
    if ((now_ms - info.connected_ms) / 1000 < age_s_least) return false;
    return !skip_me || info.id != asking.client.id;
  }
};

std::vector<std::shared_ptr<ClientInfo>> matching(Context& cx, const ClientFilter& filter) {
  std::vector<std::shared_ptr<ClientInfo>> clients = cx.server.clients.all();
  const int64_t now_ms = monotonic_clock_ms();
  std::erase_if(clients,
                [&](const auto& info) { return !filter.matches(*info, *cx.session, now_ms); });
  return clients;
}

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

// Nothing: the error is replied.
std::optional<ClientFilter> list_filter(Context& cx, Args args) {
  ClientFilter filter;
  if (args.size() == 2) return filter;
  if (args.size() == 4 && equal_ignore_case(args[2], "type")) {
    filter.type = client_type(cx, args[3]);
    return filter.type ? std::optional(filter) : std::nullopt;
  }
  if (args.size() < 4 || !equal_ignore_case(args[2], "id")) {
    cx.reply.error(err::kSyntax);
    return std::nullopt;
  }
  for (size_t i = 3; i < args.size(); i++) {
    const std::optional<int64_t> id = integer_argument(cx, args[i], err::kClientId);
    if (!id) return std::nullopt;
    filter.ids.push_back(static_cast<uint64_t>(*id));
  }
  return filter;
}

void cmd_client_list(Context& cx, Args args) {
  const std::optional<ClientFilter> filter = list_filter(cx, args);
  if (!filter) return;
  const int64_t now_ms = monotonic_clock_ms();
  std::string lines;
  for (const auto& info : matching(cx, *filter)) lines += client_line(cx, *info, now_ms);
  cx.reply.verbatim(lines, "txt");
}

// -- CLIENT KILL

void kill(Context& cx, ClientInfo& info) {
  if (info.id == cx.session->client.id) return cx.session->close_after_reply();
  info.killed.store(true, std::memory_order_relaxed);  // it runs nothing more
  cx.server.clients.remove(info.id);                   // for everybody who asks it is gone
  cx.server.kick(info);
}

// One option of CLIENT KILL with its value. False: the error is replied.
bool kill_option(Context& cx, Bytes name, Bytes value, ClientFilter* filter) {
  if (equal_ignore_case(name, "id")) {
    const std::optional<int64_t> id = integer_argument(cx, value, err::kClientIdRange);
    if (!id) return false;
    if (*id < 1) return cx.reply.error(err::kClientIdRange), false;
    filter->ids = {static_cast<uint64_t>(*id)};
  } else if (equal_ignore_case(name, "maxage")) {
    const std::optional<int64_t> age_s = integer_argument(cx, value, err::kMaxAgeNotInteger);
    if (!age_s) return false;
    if (*age_s < 1) return cx.reply.error(err::kMaxAgeRange), false;
    filter->age_s_least = *age_s;
  } else if (equal_ignore_case(name, "type")) {
    filter->type = client_type(cx, value);
    return filter->type.has_value();
  } else if (equal_ignore_case(name, "addr")) {
    filter->address = value;
  } else if (equal_ignore_case(name, "laddr")) {
    filter->local_address = value;
  } else if (equal_ignore_case(name, "user")) {
    if (value == "default") return true;  // everybody
    cx.reply.error_format(err::kNoSuchUser, shown_size(value), value.data());
    return false;
  } else if (equal_ignore_case(name, "skipme") &&
             (equal_ignore_case(value, "yes") || equal_ignore_case(value, "no"))) {
    filter->skip_me = equal_ignore_case(value, "yes");
  } else {
    return cx.reply.error(err::kSyntax), false;
  }
  return true;
}

// The old form, CLIENT KILL addr:port, replies OK and may kill the client that asks; the new one
// counts and by default does not.
void cmd_client_kill(Context& cx, Args args) {
  const bool old_form = args.size() == 3;
  ClientFilter filter{.skip_me = !old_form};
  if (old_form) {
    filter.address = args[2];
  } else {
    for (size_t i = 2; i < args.size(); i += 2) {
      if (i + 1 == args.size()) return cx.reply.error(err::kSyntax);
      if (!kill_option(cx, args[i], args[i + 1], &filter)) return;
    }
  }
  const auto clients = matching(cx, filter);
  for (const auto& info : clients) kill(cx, *info);
  if (!old_form) return cx.reply.integer(static_cast<int64_t>(clients.size()));
  clients.empty() ? cx.reply.error(err::kNoSuchClient) : cx.reply.ok();
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
      "    Closes the connections that all options hold for, and counts them:",
      "    * ADDR (<ip:port>|<unixsocket>:0)",
      "      Made from this address.",
      "    * ID <id>",
      "      With this number.",
      "    * LADDR (<ip:port>|<unixsocket>:0)",
      "      Made to this address of the server.",
      "    * MAXAGE <seconds>",
      "      At least as old as this.",
      "    * SKIPME (YES|NO)",
      "      Whether this connection is spared (default: yes).",
      "    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)",
      "      Of this type.",
      "    * USER <username>",
      "      Authenticated as this user.",
      "LIST [TYPE (NORMAL|MASTER|REPLICA|PUBSUB) | ID <id> [<id> ...]]",
      "    The facts of all connections, or of some, one a line.",
      "SETNAME <name>",
      "    Names this connection.",
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
     .syntax = "filter{ip:port:string!2.8.12 | new-format{[ID client-id:integer@2.8.12] | [TYPE "
               "normal_master_slave_pubsub@2.8.12{NORMAL | MASTER@3.2.0 | SLAVE | REPLICA@5.0.0 | "
               "PUBSUB}] | [USER username] | [ADDR ip:port:string] | [LADDR ip:port:string@6.2.0] "
               "| [SKIPME yes/no] | [MAXAGE seconds@7.4.0]}...}",
     .history = "2.8.12 The form with options.\n2.8.12 ID.\n3.2.0 TYPE MASTER.\n5.0.0 REPLICA, of "
                "which SLAVE is the old name.\n6.2.0 LADDR.\n7.4.0 MAXAGE.\n"},
    {.name = "client|list",
     .run = cmd_client_list,
     .arity = -2,
     .flags = kOthers,
     .acl = "@connection",
     .group = "connection",
     .since = "2.4.0",
     .complexity = "O(N) where N is the number of connections",
     .summary = "Lists the connections.",
     .syntax = "[TYPE normal_master_replica_pubsub@5.0.0{NORMAL | MASTER | REPLICA | PUBSUB}] [ID "
               "id@6.2.0{client-id:integer...}]",
     .tips = "nondeterministic_output",
     .history =
         "2.8.12 Field id.\n5.0.0 TYPE.\n6.0.0 Field user.\n6.2.0 ID; fields argv-mem, tot-mem, "
         "laddr, redir.\n7.0.0 Fields resp, multi-mem, rbs, rbp.\n7.0.3 Field ssub.\n"},
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
