#include "command/executor.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "base/ticks.h"
#include "command/owned_command.h"
#include "command/table.h"
#include "keyspace/collection.h"

namespace cobnut {
namespace {

ParserLimits limits_for(const Session& session, const Options& options) {
  ParserLimits limits;
  limits.bulk_bytes_max = static_cast<size_t>(options.proto_max_bulk_len);
  limits.unauthenticated = !session.client.authenticated;
  return limits;
}

}  // namespace

Executor::Executor(Server& server, size_t loop_index, LoopPort& port, Flusher& flusher)
    : server_(server),
      loop_index_(loop_index),
      port_(port),
      flusher_(flusher),
      counters_(server.counters[loop_index]),
      stats_(server.stats[loop_index]),
      tick_scale_(tick_scale()),
      entered_mark_(server.shards.size()) {
  entered_.reserve(server.shards.size());
  wanted_.reserve(server.shards.size());
  server.executors.push_back(this);
}

Executor::~Executor() { std::erase(server_.executors, this); }

// ---- which sessions have something to run

void Executor::ready(Session& session) {
  touch(session);
  if (session.in_ready || session.wait != Session::Wait::kNone || session.closing) return;
  session.in_ready = true;
  session.next_ready = nullptr;
  (ready_head_ == nullptr ? ready_head_ : ready_tail_->next_ready) = &session;
  ready_tail_ = &session;
}

void Executor::ready_first(Session& session) {
  DCHECK(!session.in_ready);
  session.in_ready = true;
  session.next_ready = ready_head_;
  if (ready_head_ == nullptr) ready_tail_ = &session;
  ready_head_ = &session;
}

Session* Executor::pop_ready() {
  Session* session = ready_head_;
  if (session == nullptr) return nullptr;
  ready_head_ = session->next_ready;
  if (ready_head_ == nullptr) ready_tail_ = nullptr;
  session->in_ready = false;
  touch(*session);
  return session;
}

void Executor::touch(Session& session) {
  if (session.in_turn) return;
  session.in_turn = true;
  turn_.push_back(&session);
}

void Executor::complete(Session& session, Output& reply) {
  CHECK(session.wait == Session::Wait::kCommand);
  session.wait = Session::Wait::kNone;
  if (session.has_modes && session.replies() == Session::Replies::kSkipNext)
    session.set_replies(Session::Replies::kSkip);
  hand_over(session, reply);
  if (session.on_completed()) ready(session);
}

void Executor::forget(Session& session) {
  CHECK(session.wait != Session::Wait::kCommand && session.wait != Session::Wait::kBlocked);
  if (session.wait == Session::Wait::kPaused) {
    std::erase(paused_, &session);
    server_.clients.count_blocked(-1);
  }
  if (session.in_ready) {
    Session** link = &ready_head_;
    Session* previous = nullptr;
    while (*link != &session) {
      previous = *link;
      link = &previous->next_ready;
    }
    *link = session.next_ready;
    if (ready_tail_ == &session) ready_tail_ = previous;
    session.in_ready = false;
  }
  if (session.in_turn) std::erase(turn_, &session);
  session.in_turn = false;
  if (session.client.monitor) server_.monitors.remove(session);
}

// ---- the turn

bool Executor::run_turn(TurnTime time) {
  server_.options.announce(loop_index_);
  counters_.turns.add();
  active_ms_ = time.monotonic_ms;
  now_ms_ = time.wall_ms;
  bool worked = false;
  for (bool first = true;; first = false) {
    publish_monitor_lines();  // ahead of what follows, for monitors of this loop too
    if (!port_.idle()) worked |= port_.deliver_all();
    if (!port_.idle()) worked |= port_.run_all();  // whole shards wait for a granted transaction
    if (ready_head_ == nullptr || arena_.used() >= kArenaMax) break;
    if (!first) now_ms_ = wall_clock_ms();
    run_batch();
  }
  worked |= !turn_.empty();
  end_of_turn();
  return worked;
}

void Executor::end_of_turn() {
  // flush() may end a session, which leaves turn_ only in forget(), long after this.
  for (size_t i = 0; i < turn_.size(); i++) {
    Session& session = *turn_[i];
    session.in_turn = false;
    flusher_.flush(session);
    if (session.closing)
      session.input.consume(session.input.unread().size());  // nothing of it runs
    session.settle_input();
    const size_t unread = session.input_bytes();
    session.info().input_bytes.store(unread, std::memory_order_relaxed);
    session.info().output_bytes.store(session.output.bytes(), std::memory_order_relaxed);
    if (unread > input_limit(session)) {
      counters_.query_buffer_limit_disconnections.add();
      log::warning("net",
                   "client %s sent more than client-query-buffer-limit (%zu bytes) that could not "
                   "be run: closed",
                   session.info().address.c_str(), unread);
      flusher_.close(session);
    }
  }
  turn_.clear();
  arena_.reset();
  publish_monitor_lines();
}

// Before AUTH ten arguments of 16 KiB are the largest request: nobody may make us keep much more.
size_t Executor::input_limit(const Session& session) const {
  const Options& options = server_.options.current();
  const auto limit = static_cast<size_t>(options.client_query_buffer_limit);
  const bool stranger = !session.client.authenticated && !options.requirepass.empty();
  return stranger ? std::min(limit, kStrangerInputMax) : limit;
}

void Executor::run_batch() {
  batch_size_ = batch_keys_ = 0;
  batch_shares_value_ = false;
  while (batch_size_ < kBatchCommands && batch_keys_ < kBatchKeys) {
    Session* session = pop_ready();
    if (session == nullptr || !gather_session(*session)) break;
  }
  // Before anything is written: a session with something to run must be seen to have it.
  for (Session* session : later_) ready(*session);
  later_.clear();
  if (batch_size_ > 0) run_gathered();
  leave_entered();  // of requests that found another shard busy
}

// ---- gather

// False: the batch ends here (the session's next command must run alone).
bool Executor::gather_session(Session& session) {
  for (size_t taken = 0;; taken++) {
    if (batch_size_ == kBatchCommands || batch_keys_ >= kBatchKeys) {
      ready(session);  // at the end: the others' turn
      return false;
    }
    switch (gather_one(session, taken == 0)) {
      case Gathered::kTaken:
        break;
      case Gathered::kNothing:
        return true;
      case Gathered::kLater:
        later_.push_back(&session);
        return true;
      case Gathered::kAlone:
        ready_first(session);
        return false;
    }
    // Whether an AUTH succeeds decides how the next request is parsed; large replies are to be seen
    // one by one, before they are too many.
    if (!session.client.authenticated || session.large_replies) {
      later_.push_back(&session);
      return true;
    }
  }
}

namespace {

// Whether both name a member of the value at one key.
bool same_value(const Request& a, const Request& b) {
  return b.spec != nullptr && b.spec->member != 0 && b.args.size() > b.spec->member &&
         b.args.key_count() == 1 && a.args.key(0).position == b.args.key(0).position &&
         a.session->client.db == b.session->client.db;
}

}  // namespace

Executor::Gathered Executor::gather_one(Session& session, bool first) {
  if (session.closing) return Gathered::kNothing;
  if (session.output.bytes() > kOutputStall) {
    if (first) session.wait = Session::Wait::kOutput;
    return first ? Gathered::kNothing : Gathered::kLater;
  }
  switch (parse_next(session)) {
    case RequestParser::Outcome::kRequest:
      break;
    case RequestParser::Outcome::kIncomplete:
      return Gathered::kNothing;
    case RequestParser::Outcome::kError:
      if (!first) return Gathered::kLater;  // after the replies of what came before
      fail_protocol(session);
      return Gathered::kNothing;
  }
  Request& request = batch_[batch_size_];  // in its place in the batch, if it gets there
  request = {&session, command_table().resolve(session.parser.words()), session.parsed_words()};
  if (routable(request.spec, request.args.words())) {
    if (needs_solo(*request.spec)) {
      if (batch_size_ > 0) return Gathered::kAlone;
      run_solo(session, request);
      return session.wait == Session::Wait::kNone ? Gathered::kLater : Gathered::kNothing;
    }
    bool entered = true;
    if (request.spec->route == Route::kKeys) {
      fill_keys(request);
      entered = enter_keys(request);
      if (batch_size_ > 0 && request.spec->member != 0)
        batch_shares_value_ |= same_value(request, batch_[batch_size_ - 1]);
    }
    const bool waits = server_.pause.any() && postponed(session, *request.spec);
    if (!entered || waits) {
      if (!first) return Gathered::kLater;
      waits ? postpone(session) : wait_for_keys(session, request);
      return Gathered::kNothing;
    }
  }
  session.consume_request();
  batch_size_++;
  return Gathered::kTaken;
}

RequestParser::Outcome Executor::parse_next(Session& session) {
  for (;;) {
    const Bytes unread = session.input.unread();
    if (unread.empty()) return RequestParser::Outcome::kIncomplete;
    const auto outcome =
        session.parser.next(unread, limits_for(session, server_.options.current()), arena_);
    if (outcome != RequestParser::Outcome::kRequest || !session.parser.words().empty())
      return outcome;
    session.input.consume(session.parser.consumed());  // an empty line, "*0"
  }
}

void Executor::fill_keys(Request& request) {
  const KeyRange range = key_range(*request.spec, request.args.words());
  if (range.count == 0) return;
  Position* positions =
      range.count == 1 ? &positions_[batch_size_] : arena_.allocate_array<Position>(range.count);
  for (size_t i = 0; i < range.count; i++) {
    positions[i] = key_position(request.args[range.first + i * range.step]);
  }
  request.args.set_keys(positions, range.count, range.first, range.step);
}

bool Executor::enter(size_t index) {
  if (entered_mark_[index]) return true;
  Shard& shard = *server_.shards[index];
  if (!shard.monitor.try_enter()) return false;
  entered_mark_[index] = 1;
  entered_.push_back(static_cast<uint32_t>(index));
  now_ms_ = std::max(now_ms_, shard.keyspace.now_ms());
  return true;
}

// All shards of the request's keys, and the keys' roots on their way into the cache. On failure
// what was entered stays with the batch.
bool Executor::enter_keys(const Request& request) {
  const int db = request.session->client.db;
  for (size_t i = 0; i < request.args.key_count(); i++) {
    const Position position = request.args.key(i).position;
    const size_t index = slot_of(position) >> server_.slot_shift;
    if (!enter(index)) return false;
    server_.shards[index]->keyspace.prefetch_root(db, position);
  }
  batch_keys_ += request.args.key_count();
  return true;
}

// Calls f(keyspace, database, position) for each key. REQUIRES: their shards are entered.
template <typename F>
[[gnu::always_inline]] inline void Executor::for_keys(const Request& request, F f) {
  for (size_t i = 0; i < request.args.key_count(); i++) {
    const Position position = request.args.key(i).position;
    f(server_.shards[slot_of(position) >> server_.slot_shift]->keyspace, request.session->client.db,
      position);
  }
}

void Executor::prefetch_lines(const Request& request) {
  for_keys(request, [](const Keyspace& keyspace, int db, Position position) {
    keyspace.prefetch_line(db, position);
  });
}

void Executor::prefetch_likely(size_t count) {
  for (size_t i = 0; i < count; i++) {
    likely_[i].keyspace->prefetch_entry(likely_[i].entry, likely_[i].write);
  }
}

// Each step for all keys in a row; see keyspace.h.
void Executor::warm() {
  for (size_t r = 0; r < batch_size_; r++) prefetch_lines(batch_[r]);
  if (batch_keys_ <= 1) return;  // alone, an entry is looked for at once as soon as by a hint
  size_t count = 0;
  for (size_t r = 0; r < batch_size_; r++) {
    const Request& request = batch_[r];
    for_keys(request, [&](const Keyspace& keyspace, int db, Position position) {
      const Handle entry = keyspace.likely_entry(db, position);
      if (entry == kNoHandle) return;
      likely_[count++] = {&keyspace, entry, (request.spec->flags & kWrite) != 0};
      if (count == kBatchKeys) prefetch_likely(std::exchange(count, 0));
    });
  }
  prefetch_likely(count);
  if (batch_shares_value_) prefetch_members();
}

void Executor::prefetch_members() {
  static_assert(kBatchCommands <= Collection::kPrefetchMost);
  Bytes members[kBatchCommands];
  for (size_t begin = 0, end = 0; begin < batch_size_; begin = end) {
    const Request& first = batch_[begin];
    while (end < batch_size_ && same_value(first, batch_[end])) {
      members[end - begin] = batch_[end].args[batch_[end].spec->member];
      end++;
    }
    if (end - begin < 2) {  // alone, a lookup comes as soon as a hint
      end = begin + 1;
      continue;
    }
    const Key key = first.args.key(0);
    server_.shards[slot_of(key.position) >> server_.slot_shift]->keyspace.prefetch_members(
        first.session->client.db, key, {members, end - begin});
  }
}

// ---- run

void Executor::run_gathered() {
  counters_.batches.add();
  warm();
  for (const uint32_t index : entered_) server_.shards[index]->keyspace.set_now_ms(now_ms_);
  begin_observing();
  for (size_t r = 0; r < batch_size_; r++) run_one(batch_[r]);
  close_output();
  leave_entered();
  for (size_t r = 0; r < batch_size_; r++) {
    Session& session = *batch_[r].session;
    session.large_replies = session.output.bytes() > kOutputStall;
    if (session.output.bytes() > kFlushEarly) flusher_.flush(session);
  }
}

void Executor::run_one(const Request& request) {
  Session& session = *request.session;
  ClientInfo& info = session.info();
  if (session.closing) return;
  if (info.killed.load(std::memory_order_relaxed)) {
    session.closing = true;
    return;
  }
  info.last_command.store(request.spec, std::memory_order_relaxed);
  info.last_active_ms.store(active_ms_, std::memory_order_relaxed);
  if (session.has_modes) [[unlikely]]
    return run_with_modes(request);
  open_output(session);
  run_into(request, session.output);
}

[[gnu::always_inline]] inline void Executor::run_into(const Request& request, Output& output) {
  const Session& session = *request.session;
  Keys keys(server_.shards, server_.slot_shift, session.client.db, now_ms_);
  Reply reply(output, session.client.resp);
  const Outcome outcome = execute(request, session.client, keys, reply, server_);
  // One look at the counter a command: the end of one is the beginning of the next.
  const uint64_t now = ticks();
  const auto passed = static_cast<int64_t>(now - std::exchange(last_ticks_, now));
  const uint64_t ns = ticks_to_ns(passed > 0 ? static_cast<uint64_t>(passed) : 0, tick_scale_);
  if (static_cast<bool>(outcome) | reply.failed() | (ns >= observed_ns_)) [[unlikely]]
    return account(request, {outcome, ns, reply.error_code()});
  stats_.ran(request.spec->number, ns, track_latency_);
}

// CLIENT REPLY and CLIENT NO-TOUCH.
void Executor::run_with_modes(const Request& request) {
  using Replies = Session::Replies;
  Session& session = *request.session;
  if (session.replies() == Replies::kSkipNext) session.set_replies(Replies::kSkip);
  const bool no_touch = session.client.no_touch && !touches_anyway(request.spec);
  if (no_touch) set_touching(request, false);
  close_output();
  Output reply;
  reply.open(nullptr);
  run_into(request, reply);
  reply.close();
  if (no_touch) set_touching(request, true);
  if (session.wait != Session::Wait::kBlocked) hand_over(session, reply);
}

void Executor::set_touching(const Request& request, bool touching) {
  for_keys(request, [&](Keyspace& keyspace, int, Position) { keyspace.set_touching(touching); });
}

// A reply that is complete, to its client, if that wants it.
void Executor::hand_over(Session& session, Output& reply) {
  using Replies = Session::Replies;
  switch (session.replies()) {
    case Replies::kOn:
      return session.output.take(reply);
    case Replies::kSkip:
      return session.set_replies(Replies::kOn);
    case Replies::kSkipNext:  // CLIENT REPLY SKIP itself
    case Replies::kOff:
      return;
  }
}

void Executor::leave_entered() {
  for (const uint32_t index : entered_) {
    entered_mark_[index] = 0;
    server_.shards[index]->leave(port_);
  }
  entered_.clear();
}

bool Executor::needs_solo(const CommandSpec& spec) {
  return (spec.flags & kSolo) || spec.route == Route::kAll || spec.route == Route::kCustom;
}

void Executor::run_solo(Session& session, Request& request) {
  CHECK_EQ(batch_size_, size_t{0});
  if (request.spec->route == Route::kKeys) fill_keys(request);
  wanted_shards(request, wanted_);
  const bool entered = std::ranges::all_of(
      wanted_, [this](const Shard* shard) { return enter(shard->monitor.id()); });
  const bool waits = server_.pause.any() && postponed(session, *request.spec);
  if (!entered || waits) leave_entered();
  if (waits) return postpone(session);
  session.consume_request();
  if (!entered) return wait_for(session, request, wanted_);
  for (const uint32_t index : entered_) server_.shards[index]->keyspace.set_now_ms(now_ms_);
  begin_observing();
  observed_ns_ = 0;  // it may change who observes
  run_one(request);
  close_output();
  leave_entered();
  if (session.wait == Session::Wait::kBlocked) begin_block(session);
}

// In slot order, each once.
void Executor::wanted_shards(const Request& request, std::vector<Shard*>& shards) {
  shards.clear();
  wanted_mark_.assign(server_.shards.size(), request.spec->route == Route::kAll);
  if (request.spec->route == Route::kCustom) {
    request.spec->shards(server_, request.args, wanted_mark_);
  } else {
    for (size_t i = 0; i < request.args.key_count(); i++) {
      wanted_mark_[slot_of(request.args.key(i).position) >> server_.slot_shift] = 1;
    }
  }
  for (size_t i = 0; i < wanted_mark_.size(); i++) {
    if (wanted_mark_[i]) shards.push_back(server_.shards[i]);
  }
}

void Executor::wait_for_keys(Session& session, const Request& request) {
  session.consume_request();
  wanted_shards(request, wanted_);
  wait_for(session, request, wanted_);
}

// The session's next command goes where it finds its shards free, and the session waits for the
// reply. Nothing that the session sent before is still to run. Shards that the batch holds
// meanwhile are left without waiting for anything.
void Executor::wait_for(Session& session, const Request& request, std::span<Shard* const> shards) {
  session.wait = Session::Wait::kCommand;
  session.info().last_command.store(request.spec, std::memory_order_relaxed);
  if (shards.size() == 1) {
    counters_.commands_queued.add();
    shards[0]->monitor.push(new QueuedCommand(*this, request, *shards[0]), port_);
  } else {
    counters_.transactions_queued.add();
    submit(new SequencedCommand(*this, request, shards), port_);
  }
}

// ---- output

void Executor::open_output(Session& session) {
  if (writing_ == &session) return;
  close_output();
  session.output.open(&arena_);
  writing_ = &session;
}

void Executor::close_output() {
  if (writing_ != nullptr) writing_->output.close();
  writing_ = nullptr;
}

}  // namespace cobnut
