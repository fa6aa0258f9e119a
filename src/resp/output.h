// The one ordered output of a connection, or of a command that runs elsewhere: every byte to a
// client goes through it (I13). Small replies are written into the loop's turn arena, back to back;
// large ones, and all beyond kArenaShare, into heap blocks. Owner: the loop of the connection; for
// a command that runs elsewhere, whoever runs it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/arena.h"
#include "base/bytes.h"

namespace cobnut {

class Output {
 public:
  // A reply above this gets a block of its own, so that it neither wastes the end of an arena block
  // nor is copied when its client reads slowly.
  static constexpr size_t kArenaReplyMax = 16 * 1024;
  // What one output may hold before it leaves the arena to the others of its turn: one arena block.
  static constexpr size_t kArenaShare = Arena::kBlockBytes;

  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  // Writing: open() binds the output to the arena (nullptr: heap blocks only), close() gives the
  // rest back to it. Only one output is open on an arena at a time, and nobody else takes from the
  // arena meanwhile.
  void open(Arena* arena);
  void close();
  bool is_open() const { return is_open_; }
  // At least n writable bytes; commit() takes the first of them. n beyond the window: a new
  // segment. REQUIRES: open.
  char* reserve(size_t n) {
    if (__builtin_expect(static_cast<size_t>(end_ - cursor_) >= n, 1)) return cursor_;
    return refill(n);
  }
  void commit(const char* to) { cursor_ = const_cast<char*>(to); }
  void append(Bytes bytes);

  // Reading, when closed: what is not yet written to the socket. No segment is empty.
  struct Segment {
    Segment* next;
    char* data;
    size_t size;
    char* limit;  // end of the block, behind which nothing of ours lies (heap only)
    bool heap;    // ours to free (the segment lies before its data); else both are the arena's
  };
  const Segment* segments() const { return head_; }
  size_t bytes() const { return bytes_; }  // of closed segments
  bool empty() const { return head_ == nullptr; }
  void consume(size_t n);    // the first n bytes were written
  void detach_from_arena();  // copies what lies in the arena to the heap: before the arena is reset
  void clear();              // forgets all, also what was written since open()
  // Appends all of `other`'s bytes; heap segments change hands (small ones may be copied), others
  // are copied. Both closed.
  void take(Output& other);
  size_t heap_bytes() const {
    return heap_bytes_;
  }  // held in heap segments: for client-output-buffer-limit
  // The reply that is being written will never be whole: its client is to be closed.
  void cut() { is_cut_ = true; }
  bool is_cut() const { return is_cut_; }

 private:
  char* refill(size_t n);
  void start_segment(size_t least);
  void finish_segment();
  Segment* new_heap_segment(size_t capacity);
  void free_segment(Segment* segment);
  void link(Segment* segment);
  void append_closed(Bytes bytes);
  void write_into(Segment* segment, char* begin, char* end);

  static size_t room(const Segment* s) {
    return static_cast<size_t>(s->limit - (s->data + s->size));
  }

  // While open: [cursor_, end_) is free, [start_, cursor_) is written and not yet part of a
  // segment.
  char* cursor_ = nullptr;
  char* end_ = nullptr;
  char* start_ = nullptr;
  Segment* open_ = nullptr;  // being written: tail_, which grows, or one that is not linked yet
  Arena* arena_ = nullptr;
  bool is_open_ = false;
  bool is_cut_ = false;

  Segment* head_ = nullptr;
  Segment* tail_ = nullptr;
  size_t bytes_ = 0;
  size_t heap_bytes_ = 0;
};

}  // namespace cobnut
