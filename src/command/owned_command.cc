#include "command/owned_command.h"

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "command/table.h"

namespace cobnut {
namespace {

// `now_ms` of a command that holds these shards: the newest of the wall clock and of their own.
int64_t advance_clocks(std::span<Shard* const> shards) {
  int64_t now_ms = wall_clock_ms();
  for (Shard* shard : shards) now_ms = std::max(now_ms, shard->keyspace.now_ms());
  for (Shard* shard : shards) shard->advance_clock(now_ms);
  return now_ms;
}

void set_touching(std::span<Shard* const> shards, bool touching) {
  for (Shard* shard : shards) shard->keyspace.set_touching(touching);
}

void run_away_from_home(Server& server, const CommandSpec* spec, Args args, const Client& client,
                        std::span<Shard* const> held, Output& output) {
  Keys keys(server.shards, server.slot_shift, client.db, advance_clocks(held));
  output.open(nullptr);
  Reply reply(output, client.resp);
  const bool no_touch = client.no_touch && !touches_anyway(spec);
  if (no_touch) set_touching(held, false);
  execute(Request{nullptr, spec, args}, client, keys, reply, server);
  if (no_touch) set_touching(held, true);
  output.close();
  for (Shard* shard : held) shard->publish_memory();
}

}  // namespace

OwnedWords::OwnedWords(Args args) {
  size_t total = 0;
  for (const Bytes word : args.words()) total += word.size();
  bytes_ = std::make_unique<char[]>(total);
  words_.reserve(args.size());
  char* at = bytes_.get();
  for (const Bytes word : args.words()) {
    memcpy(at, word.data(), word.size());
    words_.emplace_back(at, word.size());
    at += word.size();
  }
  args_ = args.moved_to(words_, positions_);
}

void Completion::deliver() {
  home_.complete(session_, output);
  delete this;
}

QueuedCommand::QueuedCommand(Executor& home, const Request& request, Shard& shard)
    : server_(home.server()),
      shard_(shard),
      spec_(request.spec),
      words_(request.args),
      client_(request.session->client),
      completion_(new Completion(home, *request.session)) {}

void QueuedCommand::run_held(Monitor& monitor, LoopPort&) {
  DCHECK(&monitor == &shard_.monitor);
  Shard* const held[] = {&shard_};
  run_away_from_home(server_, spec_, words_.args(), client_, held, completion_->output);
  completion_->post();
  delete this;
}

void QueuedCommand::deliver() { CHECK(false); }  // it is never posted: its Completion is

SequencedCommand::SequencedCommand(Executor& home, const Request& request,
                                   std::span<Shard* const> shards)
    : server_(home.server()),
      shards_(shards.begin(), shards.end()),
      spec_(request.spec),
      words_(request.args),
      client_(request.session->client),
      completion_(new Completion(home, *request.session)) {
  for (Shard* shard : shards_) monitors.push_back(&shard->monitor);
}

void SequencedCommand::execute(LoopPort&) {
  run_away_from_home(server_, spec_, words_.args(), client_, shards_, completion_->output);
  completion_->post();
}

void SequencedCommand::finished(LoopPort&) { delete this; }
void SequencedCommand::deliver() { CHECK(false); }  // it is never posted: its Completion is

}  // namespace cobnut
