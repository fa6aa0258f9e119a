// One client's protocol state: what it sent and is not yet executed, what it is owed, and who it
// is. The network (net/connection.h) feeds it and drains it; the executor (executor.h) runs its
// commands. Owner: its loop (I7).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"
#include "command/blocking.h"
#include "command/clients.h"
#include "command/command.h"
#include "resp/args.h"
#include "resp/output.h"
#include "resp/parser.h"

namespace cobnut {

// Bytes received and not yet executed: a view into the turn arena, or, when they outlive their
// turn, a buffer of ours. A long word (RequestParser::kLongWord) of a request that is not all there
// is received into a block of its own, which the request's command may keep: the input goes on
// behind it as if it had not been there.
class Input {
 public:
  ~Input();
  Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  Bytes unread() const { return {data_ + begin_, end_ - begin_}; }
  void consume(size_t n) { begin_ += n; }

  // Receiving: room for at least `least` bytes, or that a long word still has; then received() with
  // how many came.
  Arena::Window window(Arena& arena, size_t least);
  void received(Arena& arena, size_t n);
  size_t long_word_missing() const { return long_words_ ? long_words_->missing : 0; }

  // The word that begins at `arriving` and ends 2 bytes before `wanted` gets a block of its own.
  // nullptr: it stays where it is, being short, there already, or nearly.
  const char* land(size_t wanted, size_t arriving);
  bool has_long_words() const { return long_words_ != nullptr; }
  // Of the request that came first, with what lies in them: whoever wants one may take it until the
  // end of the turn in which the request is consumed. nullptr: it has none.
  std::vector<LongWord>* long_words() const { return long_words_ ? &long_words_->words : nullptr; }
  void consumed_long_words() { long_words_->consumed = true; }

  // End of the turn, when no view into the input is alive: the long words of a request that was
  // consumed go.
  void drop_consumed();
  // Then what is left moves into a buffer of ours, or the buffer is freed when nothing is left.
  // `wanted`: bytes that the next request is known to need; 0: unknown.
  void settle(size_t wanted = 0);
  size_t bytes() const {  // unread, long words included
    return end_ - begin_ + (long_words_ == nullptr ? 0 : long_words_->bytes());
  }

 private:
  // Apart, since few clients ever have one and an idle connection is small.
  struct LongWords {
    std::vector<LongWord> words;
    size_t missing = 0;     // bytes of the last one
    bool consumed = false;  // their request was
    size_t bytes() const;   // that have come, of all
  };

  void grow(size_t least);
  void take_buffer(size_t capacity);
  void free_buffer();

  char* data_ = nullptr;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t capacity_ = 0;  // 0: data_ lies in the arena
  std::unique_ptr<LongWords> long_words_;
};

class Session {
 public:
  explicit Session(std::shared_ptr<ClientInfo> info) : info_(std::move(info)) {
    client.id = info_->id;
  }
  virtual ~Session() = default;

  ClientInfo& info() { return *info_; }

  Client client;
  Input input;
  RequestParser parser;
  Output output;

  Args parsed_words() const {  // of the parser's request
    Args args(parser.words());
    args.set_long_words(input.long_words());
    return args;
  }
  // The parser's request leaves the input. Its words stay until the end of the turn.
  void consume_request() {
    input.consume(parser.consumed());
    if (!input.has_long_words()) [[likely]]
      return;
    parser.reset();
    input.consumed_long_words();
  }
  // End of the turn, when no view into the input is alive.
  void settle_input() {
    if (input.has_long_words() || parser.wanted() >= RequestParser::kLongWord) [[unlikely]]
      settle_long_words();
    input.settle(parser.wanted());
  }
  size_t input_bytes() const { return input.bytes() + parser.heap_bytes(); }

  // -- for commands (Route::kLoop)
  void close_after_reply() { closing = true; }  // QUIT, protocol errors
  // The command has no reply yet: blocking.h. REQUIRES: it is marked kSolo.
  void block(const Block& block) {
    wait = Wait::kBlocked;
    blocked = block;
  }
  // CLIENT REPLY: what becomes of replies.
  enum class Replies : uint8_t {
    kOn,
    kOff,
    kSkipNext,  // that of the next command is dropped
    kSkip,      // that of the command that runs now is dropped
  };
  Replies replies() const { return replies_; }
  void set_replies(Replies replies) {
    replies_ = replies;
    look_for_modes();
  }
  void set_no_touch(bool no_touch) {
    client.no_touch = no_touch;
    info_->no_touch.store(no_touch, std::memory_order_relaxed);
    look_for_modes();
  }
  void select(int db) {
    client.db = db;
    info_->db.store(db, std::memory_order_relaxed);
  }

  // -- for the executor
  enum class Wait : uint8_t {
    kNone,
    kCommand,  // a command of it runs or waits on another loop or in a queue: exactly one (I6)
    kBlocked,  // its command waits for an event or a time: blocking.h
    kPaused,   // its next command waits for the end of CLIENT PAUSE: pause.h
    kOutput,   // it does not read what it is owed: executes nothing until half of that is gone
  };
  Wait wait = Wait::kNone;
  bool closing = false;        // executes nothing more; closed when its output is written
  bool large_replies = false;  // what it is owed went above the stall: one request a batch
  bool in_ready = false;       // links of the executor's lists
  bool in_turn = false;
  bool has_modes = false;  // CLIENT REPLY or NO-TOUCH: its commands take the executor's other way
  Session* next_ready = nullptr;
  Block blocked;  // Wait::kBlocked

  // Bytes that no command of it has asked for (MONITOR): behind what it is owed. On its loop, while
  // no command of it writes.
  void push(Bytes bytes);

  // The command that it waited for has been answered (the reply is in `output`). False: the session
  // does not go on, and may be gone.
  virtual bool on_completed() { return true; }

 protected:
  // Something was pushed: it is to be written at the end of the turn.
  virtual void on_pushed() {}

 private:
  void settle_long_words();
  void look_for_modes() { has_modes = replies_ != Replies::kOn || client.no_touch; }

  Replies replies_ = Replies::kOn;
  std::shared_ptr<ClientInfo> info_;
};

}  // namespace cobnut
