// One client's protocol state: what it sent and is not yet executed, what it is owed, and who it
// is. The network (net/connection.h) feeds it and drains it; the executor (executor.h) runs its
// commands. Owner: its loop (I7).
#pragma once

#include <cstdint>
#include <memory>

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
// turn, a buffer of ours. A long word (of MiB) that ends what was received of it is received into a
// block of the general allocator's, at its beginning, what came before it right in front: the
// command that it belongs to may keep that block.
class Input {
 public:
  ~Input();
  Input() = default;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  Bytes unread() const { return {data_ + begin_, end_ - begin_}; }
  void consume(size_t n) { begin_ += n; }

  // Receiving: room for at least `least` bytes; then received() with how many came.
  Arena::Window window(Arena& arena, size_t least);
  void received(Arena& arena, size_t n);

  // End of the turn: what is left moves into a buffer of ours, or the buffer is freed when nothing
  // is left. No view into the input may be alive.
  // `wanted`: bytes that the next request is known to need, the last word of which begins at
  // `arriving`; 0: unknown.
  void settle(size_t wanted = 0, size_t arriving = 0);
  size_t heap_bytes() const { return capacity_; }
  // `last`, of a request that was parsed, when its block may be kept; else nullptr.
  LongWord* long_word(Bytes last) { return landing_ == nullptr ? nullptr : long_word_of(last); }

 private:
  // A buffer that a long word is, or was, received into. Apart, since few clients ever have one and
  // an idle connection is small.
  struct Landing {
    size_t before = 0;  // bytes of the buffer's block before data_
    char* begin =
        nullptr;           // where the block of the word begins; nullptr: more came behind the word
    LongWord word;         // once it was asked for
    bool offered = false;  // it was
  };

  size_t before() const { return landing_ == nullptr ? 0 : landing_->before; }
  void grow(size_t least);
  void take_buffer(char* block, size_t before, size_t capacity);
  bool land(size_t wanted, size_t arriving);
  LongWord* long_word_of(Bytes last);
  bool taken() const;  // the block of the word, by who was offered it
  void free_buffer();

  char* data_ = nullptr;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t capacity_ = 0;  // 0: data_ lies in the arena
  std::unique_ptr<Landing> landing_;
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

  Args parsed_words() {  // of the parser's request, which is not empty
    Args args(parser.words());
    args.set_long_word(input.long_word(parser.words().back()));
    return args;
  }

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
  void look_for_modes() { has_modes = replies_ != Replies::kOn || client.no_touch; }

  Replies replies_ = Replies::kOn;
  std::shared_ptr<ClientInfo> info_;
};

}  // namespace cobnut
