// What a client says about its own connection: who it is, which protocol and database it uses, and
// when it leaves.
#include "base/numbers.h"
#include "base/text.h"
#include "base/version.h"
#include "command/server.h"
#include "command/session.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/client_names.h"
#include "commands/families.h"
#include "commands/monitoring.h"

namespace cobnut {
namespace {

// -- small ones

void cmd_ping(Context& cx, Args args) {
  if (args.size() > 2) return reply_wrong_arity(cx);
  args.size() == 2 ? cx.reply.bulk(args[1]) : cx.reply.simple("PONG");
}

void cmd_echo(Context& cx, Args args) { cx.reply.bulk(args[1]); }

void cmd_select(Context& cx, Args args) {
  const std::optional<int> db = database_argument(cx, args[1]);
  if (!db) return;
  cx.session->select(*db);
  cx.reply.ok();
}

void cmd_quit(Context& cx, Args) {
  cx.session->close_after_reply();
  cx.reply.ok();
}

// -- authentication: one user, `default`, with the password `requirepass` or none

// Takes as long for a wrong password as for a right one of the same length: no byte can be guessed
// from the time.
bool same_password(Bytes given, Bytes wanted) {
  size_t difference = given.size() ^ wanted.size();
  for (size_t i = 0; i < given.size(); i++) {
    const char other = wanted.empty() ? '\0' : wanted[i % wanted.size()];
    difference |= static_cast<unsigned char>(given[i] ^ other);
  }
  return difference == 0;
}

void set_authenticated(Session& session, bool authenticated) {
  session.client.authenticated = authenticated;
  session.info().authenticated.store(authenticated, std::memory_order_relaxed);
}

// False: the error is replied, and the client stays what it was.
bool authenticate(Context& cx, Bytes user, Bytes password) {
  const std::string& wanted = cx.server.options.current().requirepass;
  if (user != "default" || (!wanted.empty() && !same_password(password, wanted))) {
    cx.reply.error(err::kWrongPass);
    return false;
  }
  set_authenticated(*cx.session, true);
  return true;
}

void cmd_auth(Context& cx, Args args) {
  if (args.size() > 3) return cx.reply.error(err::kSyntax);
  const bool names_user = args.size() == 3;
  if (!names_user && cx.server.options.current().requirepass.empty())
    return cx.reply.error(err::kNoPassword);
  if (authenticate(cx, names_user ? args[1] : Bytes("default"), args[args.size() - 1]))
    cx.reply.ok();
}

// -- HELLO and RESET

void set_protocol(Context& cx, int resp) {
  cx.session->client.resp = resp;
  cx.session->info().resp.store(resp, std::memory_order_relaxed);
  cx.reply.set_resp(resp);
}

// The words behind the protocol: each takes effect at once, in order, and what follows a wrong one
// is not looked at, as on Redis. False: replied.
bool run_hello_options(Context& cx, Args args) {
  for (size_t i = 2; i < args.size(); i++) {
    const size_t more = args.size() - 1 - i;
    if (equal_ignore_case(args[i], "auth") && more >= 2) {
      if (!authenticate(cx, args[i + 1], args[i + 2])) return false;
      i += 2;
    } else if (equal_ignore_case(args[i], "setname") && more >= 1) {
      if (!client_name_valid(cx, args[i + 1])) return false;
      cx.server.clients.set_name(cx.session->info(), std::string(args[++i]));
    } else {
      cx.reply.error_format(err::kHelloOption, shown_size(args[i]), args[i].data());
      return false;
    }
  }
  return true;
}

void cmd_hello(Context& cx, Args args) {
  std::optional<int64_t> resp;
  if (args.size() >= 2) {
    resp = integer_argument(cx, args[1], err::kProtocolNotInteger);
    if (!resp) return;
    if (*resp != 2 && *resp != 3) return cx.reply.error(err::kNoProto);
  }
  if (!run_hello_options(cx, args)) return;
  if (!cx.session->client.authenticated) return cx.reply.error(err::kHelloNoAuth);
  if (resp) set_protocol(cx, static_cast<int>(*resp));

  cx.reply.map(7);
  cx.reply.bulk("server");
  cx.reply.bulk("redis");  // clients look at it
  cx.reply.bulk("version");
  cx.reply.bulk(kRedisVersion);
  cx.reply.bulk("proto");
  cx.reply.integer(cx.session->client.resp);
  cx.reply.bulk("id");
  cx.reply.integer(static_cast<int64_t>(cx.session->client.id));
  cx.reply.bulk("mode");
  cx.reply.bulk("standalone");
  cx.reply.bulk("role");
  cx.reply.bulk("master");
  cx.reply.bulk("modules");
  cx.reply.array(0);
}

bool hello_word_secret(Args args, size_t word) {
  const auto auth_at = [&](size_t i) { return i >= 2 && equal_ignore_case(args[i], "auth"); };
  return auth_at(word - 1) || (word >= 4 && auth_at(word - 2));
}

// Everything that the client has set, back to how it connected.
void cmd_reset(Context& cx, Args) {
  Session& session = *cx.session;
  stop_monitoring(cx.server, session);
  session.select(0);
  set_protocol(cx, 2);
  set_authenticated(session, cx.server.options.current().requirepass.empty());
  session.set_no_touch(false);
  if (session.replies() != Session::Replies::kSkip) session.set_replies(Session::Replies::kOn);
  session.info().no_evict.store(false, std::memory_order_relaxed);
  cx.server.clients.set_name(session.info(), {});
  cx.reply.simple("RESET");
}

constexpr uint32_t kGreeting = kNoscript | kLoading | kStale | kFast | kNoAuth | kAllowBusy;

constexpr CommandSpec kTable[] = {
    {.name = "auth",
     .run = cmd_auth,
     .arity = -2,
     .flags = kGreeting,
     .acl = "@connection",
     .group = "connection",
     .since = "1.0.0",
     .complexity = "O(N) where N is the length of the password",
     .summary = "Tells the server who the client is.",
     .syntax = "[username@6.0.0] password",
     .history = "6.0.0 A user name before the password.\n",
     .secret = [](Args, size_t) { return true; }},
    {.name = "echo",
     .run = cmd_echo,
     .arity = 2,
     .flags = kLoading | kStale | kFast,
     .acl = "@connection",
     .group = "connection",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Returns its argument.",
     .syntax = "message"},
    {.name = "hello",
     .run = cmd_hello,
     .arity = -1,
     .flags = kGreeting,
     .acl = "@connection",
     .group = "connection",
     .since = "6.0.0",
     .complexity = "O(1)",
     .summary = "Chooses the protocol's version, and tells what the server is.",
     .syntax = "[arguments{protover:integer [AUTH username_password{username password}] [SETNAME "
               "clientname]}]",
     .history = "6.2.0 Without arguments it only reports.\n",
     .secret = hello_word_secret},
    {.name = "ping",
     .run = cmd_ping,
     .arity = -1,
     .flags = kFast,
     .acl = "@connection",
     .group = "connection",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Returns PONG, or its argument.",
     .syntax = "[message]",
     .tips = "request_policy:all_shards response_policy:all_succeeded"},
    {.name = "quit",
     .run = cmd_quit,
     .arity = -1,
     .flags = kGreeting,
     .acl = "@connection",
     .group = "connection",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Closes the connection."},
    {.name = "reset",
     .run = cmd_reset,
     .arity = 1,
     .flags = kGreeting,
     .acl = "@connection",
     .group = "connection",
     .since = "6.2.0",
     .complexity = "O(1)",
     .summary = "Puts the connection back to how it began."},
    {.name = "select",
     .run = cmd_select,
     .arity = 2,
     .flags = kLoading | kStale | kFast,
     .acl = "@connection",
     .group = "connection",
     .since = "1.0.0",
     .complexity = "O(1)",
     .summary = "Chooses the connection's database.",
     .syntax = "index"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kConnectionCommands{kTable};

}  // namespace cobnut
