// A command that could not run in its turn: it owns its words and carries its client's facts, so
// that it may run on any loop. Only its reply goes back to its connection, through its loop's inbox
// (I16).
#pragma once

#include <memory>
#include <vector>

#include "command/dispatch.h"
#include "command/executor.h"
#include "shard/monitor.h"

namespace cobnut {

class OwnedWords {
 public:
  explicit OwnedWords(Args args);
  Args args() const { return args_; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::vector<Bytes> words_;
  std::vector<Position> positions_;
  Args args_;
};

// The way home of a reply: delivered on the connection's loop.
class Completion final : public Message {
 public:
  Completion(Executor& home, Session& session) : home_(home), session_(session) {}
  void post() { home_.port().post(this); }
  void deliver() override;

  Output output;

 private:
  Executor& home_;
  Session& session_;
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
  const CommandSpec* spec_;
  OwnedWords words_;
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
  const CommandSpec* spec_;
  OwnedWords words_;
  Client client_;
  Completion* completion_;
};

}  // namespace cobnut
