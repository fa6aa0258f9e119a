// Runs the commands of one loop's connections, in batches over all that have something to run
// (MECHANISMS §1.3, §2.4):
//
//   gather   the next commands of the ready sessions, up to 32: parse, find the row, hash the keys,
//            enter their shards (which never waits), prefetch the keys' places in the roots
//   warm     prefetch the lines of all; match the tags, prefetch the entries; of a collection that
//            several requests in a row name, what its members stand in
//   run      in order, replies into the turn arena
//   leave    the shards
//
// A command whose shard is busy ends its session's part of the batch; at the head of its session it
// goes into the shard's queue, or through the sequencer, and the session waits for its reply.
// Commands marked kSolo run alone, between batches. All that gather did is a hint but for the
// shards: state, AUTH and memory are judged when a command runs. Owner: the loop's thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "command/blocking.h"
#include "command/dispatch.h"
#include "command/server.h"
#include "command/session.h"
#include "shard/port.h"

namespace cobnut {

// How the execution of a request ended, for the statistics.
struct Verdict {
  Outcome outcome = Outcome::kRan;
  uint64_t ns = 0;   // it took
  Bytes error_code;  // of its error reply; empty: none
  // Its words as SLOWLOG keeps them, when the request has them no more; else nullptr.
  const std::vector<std::string>* slow_log_words = nullptr;
};

// A request as SLOWLOG keeps it: its first words and their first bytes, with what is missing told.
std::vector<std::string> slow_log_words(const CommandSpec& spec, Args args);

// What the executor needs of the network: who is to be written to.
class Flusher {
 public:
  virtual ~Flusher() = default;
  // Writes what the socket takes. Afterwards session.output holds only what it did not take. May
  // close the session.
  virtual void flush(Session& session) = 0;
  virtual void close(Session& session) = 0;  // at once; what it is owed is dropped
};

// The time at the start of a turn. The loop has it already: a batch of one command need not ask the
// clock again.
struct TurnTime {
  int64_t monotonic_ms;
  int64_t wall_ms;  // Unix
};

class Executor {
 public:
  Executor(Server& server, size_t loop_index, LoopPort& port, Flusher& flusher);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  Server& server() { return server_; }
  LoopPort& port() { return port_; }
  Arena& arena() { return arena_; }
  LoopCounters& counters() { return counters_; }
  size_t loop_index() const { return loop_index_; }

  // The session has received something, or may go on. It is run in the next run_turn().
  void ready(Session& session);
  // The session's output or input changed outside of a command: it takes part in the end of the
  // turn.
  void touch(Session& session);
  // A command of one of this loop's sessions was executed, here or elsewhere: counts it, and shows
  // it to SLOWLOG, LATENCY and MONITOR where they want to see it.
  void account(const Request& request, const Verdict& verdict);
  // A command of the session, run elsewhere, has been answered.
  void complete(Session& session, Output& reply);
  // The session is about to be destroyed: the executor forgets it. REQUIRES: wait is neither
  // kCommand nor kBlocked.
  void forget(Session& session);

  // -- clients that wait (blocking.h, pause.h)
  // The session ends while it is blocked. False: a letter that wakes it is on its way, and
  // on_completed() will be called.
  bool end_block(Session& session);
  // When wake_due() wants to be called, monotonic ms; INT64_MAX: not at all.
  int64_t next_wake_ms() const;
  void wake_due(int64_t now_ms);
  // A blocked client, claimed by the caller (B2).
  void wake(uint64_t client, Wake how);
  void resume_paused();  // they try again, and may have to wait again
  // From any thread: the same by a letter.
  void post_wake(uint64_t client, Wake how);
  void post_resume();

  // The check phase: inbox, run queue, batches, one write per session, then the arena is reset.
  // True: there was work.
  bool run_turn(TurnTime time);
  // True: run_turn() has more to do at once (it was cut to stay short).
  bool has_work() const { return ready_head_ != nullptr || !port_.idle(); }

  static constexpr size_t kBatchCommands = 32;  // Valkey found 16 too few (#3389)
  static constexpr size_t kBatchKeys = 128;     // keys prefetched ahead
  static constexpr size_t kTurnBytes =
      1024 * 1024;  // received in a turn: then it runs early, the arena stays in L2
  static constexpr size_t kArenaMax = 4 * 1024 * 1024;  // bytes of arena after which a turn ends
  static constexpr size_t kOutputStall =
      1024 * 1024;  // bytes owed: a session executes nothing more
  static constexpr size_t kOutputResume = kOutputStall / 2;
  static constexpr size_t kStrangerInputMax = 1024 * 1024;  // bytes unread before AUTH
  static constexpr size_t kFlushEarly =
      128 * 1024;  // bytes owed: written before the end of the turn

 private:
  enum class Gathered : uint8_t {
    kTaken,    // in the batch
    kNothing,  // nothing more to run now: incomplete, closing, or waiting
    kLater,    // in a following batch
    kAlone,    // next, when this batch is done
  };

  void ready_first(Session& session);
  Session* pop_ready();
  void run_batch();
  bool gather_session(Session& session);
  Gathered gather_one(Session& session, bool first);
  RequestParser::Outcome parse_next(Session& session);
  void fill_keys(Request& request);
  bool enter_keys(const Request& request);
  template <typename F>
  void for_keys(const Request& request, F f);
  void prefetch_lines(const Request& request);
  void warm();
  void prefetch_likely(size_t count);
  void prefetch_members();
  bool enter(size_t index);
  void run_gathered();
  void run_one(const Request& request);
  void run_into(const Request& request, Output& output);
  void run_with_modes(const Request& request);
  void set_touching(const Request& request, bool touching);
  static void hand_over(Session& session, Output& reply);
  bool postponed(const Session& session, const CommandSpec& spec);
  void postpone(Session& session);
  void begin_block(Session& session);
  void leave_entered();
  void begin_observing();
  void observe(const Request& request, const Verdict& verdict);
  void publish_monitor_lines();
  static bool needs_solo(const CommandSpec& spec);
  void run_solo(Session& session, Request& request);
  void wanted_shards(const Request& request, std::vector<Shard*>& shards);
  void wait_for_keys(Session& session, const Request& request);
  void wait_for(Session& session, const Request& request, std::span<Shard* const> shards);
  void open_output(Session& session);
  void close_output();
  void end_of_turn();
  size_t input_limit(const Session& session) const;
  void fail_protocol(Session& session);

  // fixed after construction
  Server& server_;
  size_t loop_index_;
  LoopPort& port_;
  Flusher& flusher_;
  LoopCounters& counters_;
  LoopStats& stats_;
  const uint64_t tick_scale_;

  // this loop
  Arena arena_;
  Session* ready_head_ = nullptr;
  Session* ready_tail_ = nullptr;
  std::vector<Session*> later_;  // of this batch: each goes on in a following one, not in this
  std::vector<Session*> turn_;   // sessions to be flushed and settled at the end of the turn
  BlockedSessions blocked_;
  std::vector<Session*> paused_;
  Session* writing_ = nullptr;  // whose output is open on the arena
  int64_t now_ms_ = 0;          // of the batch: wall clock, and not before any entered shard's
  int64_t active_ms_ = 0;       // monotonic, of the turn: for idle times
  uint64_t last_ticks_ = 0;     // when the last command of the batch ended
  uint64_t observed_ns_ = 0;    // a command that took as long, or longer, is to be observed
  bool track_latency_ = true;   // option latency-tracking, as of the batch
  std::string monitor_lines_;   // of MONITOR, not yet published
  Request batch_[kBatchCommands];
  Position positions_[kBatchCommands];  // of requests with one key
  struct Likely {
    const Keyspace* keyspace;
    Handle entry;
    bool write;
  };
  Likely likely_[kBatchKeys];  // warm()'s own
  size_t batch_size_ = 0;
  size_t batch_keys_ = 0;
  bool batch_shares_value_ = false;  // two neighbours name members of one value
  std::vector<uint8_t> entered_mark_;
  std::vector<uint32_t> entered_;  // shards that this batch holds
  std::vector<uint8_t> wanted_mark_;
  std::vector<Shard*> wanted_;
};

// Any thread: ends what blocks a client, on whichever loop it is. False: nothing does, or somebody
// else ends it.
bool wake_client(Server& server, ClientInfo& info, Wake how);

}  // namespace cobnut
