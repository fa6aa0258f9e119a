// A command that could not run in its turn: it owns its words and carries its client's facts, so
// that it may run on any loop. Only its reply goes back to its connection, through its loop's inbox
// (I16).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command/dispatch.h"
#include "command/executor.h"
#include "shard/monitor.h"

namespace cobnut {

class OwnedWords {
 public:
  explicit OwnedWords(Args args);  // takes long words, copies the others
  OwnedWords(const OwnedWords&) = delete;
  OwnedWords& operator=(const OwnedWords&) = delete;
  Args args() const { return args_; }
  bool any_taken() const;  // by the command: that word is no longer to be looked at

 private:
  std::unique_ptr<char[]> bytes_;
  std::vector<Bytes> words_;
  std::vector<LongWord> long_words_;
  std::vector<Position> positions_;
  Args args_;
};

// The way home of a reply: delivered on the connection's loop. It takes the request along, which is
// accounted there.
class Completion final : public Message {
 public:
  Completion(Executor& home, const Request& request)
      : home_(home), session_(*request.session), spec_(request.spec), words_(request.args) {}
  // Runs the request where the caller is, which holds `shards` for it, and sends this home.
  void run(Server& server, const Client& client, std::span<Shard* const> shards);
  void deliver() override;

 private:
  Executor& home_;
  Session& session_;
  const CommandSpec* spec_;
  OwnedWords words_;
  std::optional<std::vector<std::string>> shown_words_;  // if words_ cannot be
  Output output_;
  Outcome outcome_ = Outcome::kRan;
  uint64_t took_ns_ = 0;
  std::string error_code_;
};

// For one shard that was busy.
class QueuedCommand final : public Job {
 public:
  QueuedCommand(Executor& home, const Request& request, Shard& shard);
  void run_held(Monitor& monitor, LoopPort& me) override;
  void deliver() override;

 private:
  Server& server_;
  Shard& shard_;
  Client client_;
  Completion* completion_;
};

// For several shards, one of which was busy.
class SequencedCommand final : public Transaction {
 public:
  SequencedCommand(Executor& home, const Request& request, std::span<Shard* const> shards);
  void execute(LoopPort& me) override;
  void finished(LoopPort& me) override;
  void deliver() override;

 private:
  Server& server_;
  std::vector<Shard*> shards_;
  Client client_;
  Completion* completion_;
};

}  // namespace cobnut
