// What there is to say of replication where there is none: this server is a master without
// replicas, and nobody acknowledges a write but itself.
#include "base/clock.h"
#include "command/server.h"
#include "command/session.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "commands/families.h"

namespace cobnut {
namespace {

void cmd_role(Context& cx, Args) {
  cx.reply.array(3);
  cx.reply.bulk("master");
  cx.reply.integer(0);  // the replication offset
  cx.reply.array(0);    // the replicas
}

// 0: for ever.
int64_t wait_until(int64_t timeout_ms) {
  return timeout_ms == 0 ? INT64_MAX : add_ms(monotonic_clock_ms(), timeout_ms);
}

void reply_none(Session&, Reply& reply) { reply.integer(0); }

void cmd_wait(Context& cx, Args args) {
  const std::optional<int64_t> replicas = integer_argument(cx, args[1]);
  if (!replicas) return;
  const std::optional<int64_t> timeout_ms = timeout_argument(cx, args[2]);
  if (!timeout_ms) return;
  if (*replicas <= 0) return cx.reply.integer(0);
  cx.session->block({wait_until(*timeout_ms), reply_none});
}

// Writes in the log of this server, and replicas that have them in theirs.
void reply_none_and_none(Session&, Reply& reply) {
  reply.array(2);
  reply.integer(0);
  reply.integer(0);
}

void cmd_waitaof(Context& cx, Args args) {
  const std::optional<int64_t> local = integer_argument(cx, args[1]);
  if (!local) return;
  if (*local < 0 || *local > 1) return cx.reply.error(err::kZeroOrOne);
  const std::optional<int64_t> replicas = integer_argument(cx, args[2]);
  if (!replicas) return;
  if (*replicas < 0) return cx.reply.error(err::kNotPositive);
  const std::optional<int64_t> timeout_ms = timeout_argument(cx, args[3]);
  if (!timeout_ms) return;
  if (*local > 0) return cx.reply.error(err::kNoLocalToWaitFor);  // appendonly yes is refused
  if (*replicas == 0) return reply_none_and_none(*cx.session, cx.reply);
  cx.session->block({wait_until(*timeout_ms), reply_none_and_none});
}

constexpr CommandSpec kTable[] = {
    {.name = "role",
     .run = cmd_role,
     .arity = 1,
     .flags = kNoscript | kLoading | kStale | kFast,
     .acl = "@admin @dangerous",
     .group = "server",
     .since = "2.8.12",
     .complexity = "O(1)",
     .summary = "Tells whether the server is a master or a replica, and of whom."},
    {.name = "wait",
     .run = cmd_wait,
     .arity = 3,
     .flags = kNoscript | kSolo,
     .acl = "@connection",
     .group = "generic",
     .since = "3.0.0",
     .complexity = "O(1)",
     .summary = "Waits until replicas have the connection's writes.",
     .syntax = "numreplicas:integer timeout:integer",
     .tips = "request_policy:all_shards response_policy:agg_min"},
    {.name = "waitaof",
     .run = cmd_waitaof,
     .arity = 4,
     .flags = kNoscript | kSolo,
     .acl = "@connection",
     .group = "generic",
     .since = "7.2.0",
     .complexity = "O(1)",
     .summary = "Waits until the server and replicas have the connection's writes on disk.",
     .syntax = "numlocal:integer numreplicas:integer timeout:integer",
     .tips = "request_policy:all_shards response_policy:agg_min"},
};
static_assert(well_formed(kTable));

}  // namespace

constinit const std::span<const CommandSpec> kReplicationCommands{kTable};

}  // namespace cobnut
