#include "command/dispatch.h"

#include <string>

#include "base/errors.h"
#include "base/text.h"
#include "command/table.h"

namespace cobnut {
namespace {

constexpr size_t kNameShown = 128;  // bytes of client input that an error repeats, as Redis

[[gnu::cold]] void reply_unknown(Args args, Reply& reply) {
  std::string shown;
  for (size_t i = 1; i < args.size() && shown.size() < kNameShown; i++) {
    shown += "'";
    shown += args[i].substr(0, kNameShown - shown.size() + 1);
    shown += "' ";
  }
  const std::string name(args[0].substr(0, kNameShown));
  reply.error("ERR unknown command '" + name + "', with args beginning with: " + shown);
}

[[gnu::cold]] void reply_unknown_subcommand(const CommandSpec& container, Args args, Reply& reply) {
  reply.error("ERR unknown subcommand '" + std::string(args[1].substr(0, kNameShown)) + "'. Try " +
              to_upper(container.name) + " HELP.");
}

[[gnu::cold]] void reply_arity(const CommandSpec& spec, Reply& reply) {
  reply.error("ERR wrong number of arguments for '" + std::string(full_name(spec)) + "' command");
}

// maxmemory: what the held shards have grown by since they were entered counts too.
bool memory_admits(const Request& request, Keys& keys, Server& server) {
  const uint64_t limit = server.options.current().maxmemory;
  if (limit == 0) return true;
  for (size_t i = 0; i < request.args.key_count(); i++) {
    keys.shards()[keys.shard_index(request.args.key(i).position)]->publish_memory();
  }
  return server.budget.used() <= limit;
}

// A container is only resolved to when its subcommand was not found.
bool unknown_subcommand(const CommandSpec& spec, size_t words) {
  return !spec.subcommands.empty() && words > 1;
}

// CONFIG SET requirepass "" lets in those who connected before it, too.
[[gnu::cold]] bool needs_auth(const Server& server) {
  return !server.options.current().requirepass.empty();
}

[[gnu::cold]] Outcome reject(Reply& reply, Bytes error) {
  reply.error(error);
  return Outcome::kRejected;
}

}  // namespace

bool routable(const CommandSpec* spec, std::span<const Bytes> words) {
  return spec != nullptr && spec->run != nullptr && arity_matches(*spec, words.size()) &&
         !unknown_subcommand(*spec, words.size());
}

bool touches_anyway(const CommandSpec* spec) { return spec != nullptr && spec->name == "touch"; }

Outcome execute(const Request& request, const Client& client, Keys& keys, Reply& reply,
                Server& server) {
  const CommandSpec* spec = request.spec;
  const Args args = request.args;
  if (spec == nullptr) return reply_unknown(args, reply), Outcome::kUnknown;
  if (unknown_subcommand(*spec, args.size()))
    return reply_unknown_subcommand(*spec, args, reply), Outcome::kUnknown;
  if (spec->run == nullptr || !arity_matches(*spec, args.size()))
    return reply_arity(*spec, reply), Outcome::kRejected;
  if (!client.authenticated && !(spec->flags & kNoAuth) && needs_auth(server))
    return reject(reply, err::kNoAuth);
  if ((spec->flags & kDenyOom) && !memory_admits(request, keys, server))
    return reject(reply, err::kOutOfMemory);
  if (client.monitor && (spec->flags & (kWrite | kReadonly)))
    return reject(reply, err::kMonitorNoKeys);
  Context cx{*spec, client, keys, reply, server, request.session};
  spec->run(cx, args);
  return Outcome::kRan;
}

}  // namespace cobnut
