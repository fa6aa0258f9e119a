#include "command/owned_command.h"

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "base/ticks.h"
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

}  // namespace

OwnedWords::OwnedWords(Args args) {
  size_t total = 0;
  words_.reserve(args.size());
  for (const Bytes word : args.words()) {
    if (LongWord* const long_word = args.long_word(word)) {
      long_words_.push_back(std::move(*long_word));
    } else {
      total += word.size();
    }
    words_.push_back(word);
  }
  args_ = args.moved_to(words_, positions_);
  if (!long_words_.empty()) args_.set_long_words(&long_words_);
  bytes_ = std::make_unique<char[]>(total);
  char* at = bytes_.get();
  for (Bytes& word : words_) {
    if (args_.long_word(word) != nullptr) continue;
    memcpy(at, word.data(), word.size());
    word = {at, word.size()};
    at += word.size();
  }
}

bool OwnedWords::any_taken() const {
  return std::ranges::any_of(long_words_, [](const LongWord& word) { return word.is_taken(); });
}

void Completion::run(Server& server, const Client& client, std::span<Shard* const> shards) {
  Keys keys(server.shards, server.slot_shift, client.db, advance_clocks(shards));
  output_.open(nullptr);
  Reply reply(output_, client.resp);
  const bool no_touch = client.no_touch && !touches_anyway(spec_);
  if (no_touch) set_touching(shards, false);
  const uint64_t begin = ticks();
  outcome_ = execute(Request{nullptr, spec_, words_.args()}, client, keys, reply, server);
  took_ns_ = ticks_to_ns(ticks() - begin, tick_scale());
  error_code_ = reply.error_code();
  // Once the shards are left, a value's bytes are not ours to look at.
  if (words_.any_taken()) shown_words_ = slow_log_words(*spec_, words_.args());
  if (no_touch) set_touching(shards, true);
  output_.close();
  for (Shard* shard : shards) shard->publish_memory();
  home_.port().post(this);
}

void Completion::deliver() {
  home_.account({&session_, spec_, words_.args()},
                {outcome_, took_ns_, error_code_, shown_words_ ? &*shown_words_ : nullptr});
  home_.complete(session_, output_);
  delete this;
}

QueuedCommand::QueuedCommand(Executor& home, const Request& request, Shard& shard)
    : server_(home.server()),
      shard_(shard),
      client_(request.session->client),
      completion_(new Completion(home, request)) {}

void QueuedCommand::run_held(Monitor& monitor, LoopPort&) {
  DCHECK(&monitor == &shard_.monitor);
  Shard* const held[] = {&shard_};
  completion_->run(server_, client_, held);
  delete this;
}

void QueuedCommand::deliver() { CHECK(false); }  // it is never posted: its Completion is

SequencedCommand::SequencedCommand(Executor& home, const Request& request,
                                   std::span<Shard* const> shards)
    : server_(home.server()),
      shards_(shards.begin(), shards.end()),
      client_(request.session->client),
      completion_(new Completion(home, request)) {
  for (Shard* shard : shards_) monitors.push_back(&shard->monitor);
}

void SequencedCommand::execute(LoopPort&) { completion_->run(server_, client_, shards_); }
void SequencedCommand::finished(LoopPort&) { delete this; }
void SequencedCommand::deliver() { CHECK(false); }  // it is never posted: its Completion is

}  // namespace cobnut
