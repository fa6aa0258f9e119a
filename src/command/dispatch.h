// One request from its words to its reply: look-up, admission (existence, arity, AUTH, memory),
// execution. Every way in joins here: connections (executor.h), commands that waited in a queue
// (owned_command.h), later EXEC, scripts, replication.
#pragma once

#include "command/command.h"
#include "command/server.h"
#include "command/session.h"

namespace cobnut {

// A request that found its row and its keys, and whose shards are held.
struct Request {
  Session* session = nullptr;         // nullptr when it runs away from its connection
  const CommandSpec* spec = nullptr;  // nullptr: unknown command
  Args args;
};

// Whether a request of this row can be routed by its keys: it exists, and its arity is right. All
// else gets its error reply without any shard.
bool routable(const CommandSpec* spec, std::span<const Bytes> words);

// TOUCH, which CLIENT NO-TOUCH is not meant for.
bool touches_anyway(const CommandSpec* spec);

// How far a request got.
enum class Outcome : uint8_t {
  kRan,       // its function was called, which may have replied an error
  kRejected,  // it may not run as it stands, or not now
  kUnknown,   // there is no such command
};

// Runs the request: judges it in Redis's order, then calls its function. REQUIRES: the shards of
// its route are held.
Outcome execute(const Request& request, const Client& client, Keys& keys, Reply& reply,
                Server& server);

}  // namespace cobnut
