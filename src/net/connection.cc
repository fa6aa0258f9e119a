#include "net/connection.h"

#include <algorithm>
#include <cstring>

#include "base/clock.h"
#include "base/log.h"
#include "net/loop_thread.h"

namespace cobnut {
namespace {

constexpr size_t kReadLeast = 16 * 1024;  // bytes: smallest room for a read
constexpr size_t kReadMost = 256 * 1024;  // bytes: most; 32 of them, then the next socket's turn
constexpr size_t kRoomMost = 4 * 1024 * 1024;  // bytes made room for, whatever a client announces
constexpr size_t kPiecesMax = 64;              // iovecs of one write: more than one is rare
constexpr size_t kWriteMost = 1024 * 1024;     // bytes: then the next socket has its turn

}  // namespace

Connection::Connection(LoopThread& loop, std::shared_ptr<ClientInfo> info)
    : Session(std::move(info)), loop_(loop), stream_(*this) {}

Connection::~Connection() = default;

bool Connection::open(Loop& loop) {
  if (stream_.open(loop, info().fd)) return true;
  loop_.executor().server().clients.remove(info().id);
  return false;
}

Stream::Owner::Room Connection::on_room() {
  const size_t have = input.unread().size();
  const size_t wanted = parser.wanted();
  const size_t missing = std::max(input.long_word_missing(), wanted > have ? wanted - have : 0);
  const Arena::Window window =
      input.window(loop_.executor().arena(), std::clamp(missing, kReadLeast, kRoomMost));
  const auto room = static_cast<size_t>(window.end - window.begin);
  return {window.begin, std::min(room, kReadMost)};
}

void Connection::on_read(size_t bytes) {
  Executor& executor = loop_.executor();
  input.received(executor.arena(), bytes);
  executor.counters().net_input_bytes.add(bytes);
  executor.counters().reads.add();
  info().last_active_ms.store(loop_.now_ms(), std::memory_order_relaxed);
  executor.ready(*this);
  if (executor.arena().used() > Executor::kTurnBytes) executor.run_turn(loop_.turn_time());
}

void Connection::on_end(int error) {
  if (error != 0) {
    log::verbose("net", "client %s: %s", info().address.c_str(), strerror(error));
    if (!in_ready && (wait == Wait::kNone || wait == Wait::kPaused)) return close();
    // What it sent before still runs; writing the replies will fail and close it.
  }
  // It may have closed its sending side only: what it sent runs, and what it is owed is written.
  ended_ = true;
  if (done()) close();
}

// The peer sends nothing more, nothing that it sent can still run, and all replies are written. A
// client that is blocked has left with that (B5).
bool Connection::done() const {
  return ended_ && !in_ready && (wait == Wait::kNone || wait == Wait::kBlocked) && output.empty();
}

// True: all is written. A reader may be as fast as we are: what it is owed is cut into turns.
bool Connection::write_some() {
  for (size_t turn = 0; !output.empty();) {
    if (turn >= kWriteMost) return false;
    iovec pieces[kPiecesMax];
    size_t count = 0, total = 0;
    for (const Output::Segment* s = output.segments();
         s != nullptr && count < kPiecesMax && total < kWriteMost; s = s->next) {
      pieces[count] = {s->data, std::min(s->size, kWriteMost - total)};
      total += pieces[count++].iov_len;
    }
    turn += total;
    int error = 0;
    const int64_t written = stream_.try_write({pieces, count}, &error);
    if (written < 0) {
      log::verbose("net", "writing to client %s: %s", info().address.c_str(), strerror(error));
      close();
      return false;
    }
    loop_.executor().counters().net_output_bytes.add(static_cast<uint64_t>(written));
    loop_.executor().counters().writes.add();
    if (written > 0) info().last_active_ms.store(loop_.now_ms(), std::memory_order_relaxed);
    output.consume(static_cast<size_t>(written));
    if (static_cast<size_t>(written) < total) return false;
  }
  return true;
}

void Connection::flush() {
  if (stream_.closing()) return output.clear();
  if (output.is_cut()) return close_over_limit();
  if (!blocked_ && !write_some() && !stream_.closing()) {
    blocked_ = true;
    stream_.await_writable();
  }
  if (stream_.closing()) return output.clear();  // writing failed; what is left lies in the arena
  if (blocked_) {
    output.detach_from_arena();
    return check_output_limits();
  }
  over_soft_ms_ = 0;
  if (closing || done()) return close();
  resume_if_drained();
}

void Connection::on_writable() {
  blocked_ = false;
  Executor& executor = loop_.executor();
  executor.server().options.announce(executor.loop_index());  // the poll was quiet
  flush();
}

void Connection::resume_if_drained() {
  if (wait != Wait::kOutput || output.bytes() > Executor::kOutputResume) return;
  wait = Wait::kNone;
  loop_.executor().ready(*this);
}

void Connection::check_output_limits() {
  resume_if_drained();
  const Options& options = loop_.executor().server().options.current();
  const auto owed = static_cast<int64_t>(output.heap_bytes());
  const bool over_hard =
      options.output_limit_normal.hard > 0 && owed > options.output_limit_normal.hard;
  bool over_soft = options.output_limit_normal.soft > 0 && owed > options.output_limit_normal.soft;
  if (over_soft) {
    if (over_soft_ms_ == 0) over_soft_ms_ = loop_.now_ms();
    over_soft = loop_.now_ms() - over_soft_ms_ >= options.output_limit_normal.soft_seconds * 1000;
  } else {
    over_soft_ms_ = 0;
  }
  if (over_hard || over_soft) close_over_limit();
}

void Connection::close_over_limit() {
  log::warning("net",
               "client %s does not read: %lld bytes owed, above client-output-buffer-limit: closed",
               info().address.c_str(), static_cast<long long>(output.heap_bytes()));
  loop_.executor().counters().output_buffer_limit_disconnections.add();
  close();
  output.clear();
}

void Connection::close() {
  if (stream_.closing()) return;
  closing = true;
  stream_.close();
  loop_.executor().server().clients.remove(info().id);
}

void Connection::on_closed() {
  handle_closed_ = true;
  output.clear();
  if (wait == Wait::kCommand) return;
  if (wait == Wait::kBlocked && !loop_.executor().end_block(*this)) return;
  loop_.destroy(*this);
}

bool Connection::on_completed() {
  if (!handle_closed_) return true;
  loop_.destroy(*this);
  return false;
}

void Connection::on_pushed() { loop_.executor().touch(*this); }

bool Connection::idle_since(int64_t monotonic_ms) {
  const bool waits = wait == Wait::kCommand || wait == Wait::kBlocked || wait == Wait::kPaused;
  const int64_t active_ms = info().last_active_ms.load(std::memory_order_relaxed);
  return active_ms <= monotonic_ms && !waits && !client.monitor;
}

}  // namespace cobnut
