// The one ordered output of a connection, or of a command that runs elsewhere: every byte to a client goes through it (I13).
// Small replies are written into the loop's turn arena, back to back; large ones into blocks of their own.
// Owner: the loop of the connection; for a command that runs elsewhere, whoever runs it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/arena.h"
#include "base/bytes.h"

namespace cobnut {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  // Writing: open() binds the output to the arena (nullptr: heap blocks only), close() gives the rest back to it.
  // Only one output is open on an arena at a time, and nobody else takes from the arena meanwhile.
  void open(Arena* arena);
  void close();
  // At least n writable bytes; commit() takes the first of them. n beyond the window: a new segment.
  char* reserve(size_t n) {
    if (static_cast<size_t>(end_ - cursor_) >= n) return cursor_;
    return refill(n);
  }
  void commit(const char* to) { cursor_ = const_cast<char*>(to); }
  void append(Bytes bytes);

  // Reading, when closed: what is not yet written to the socket.
  struct Segment {
    Segment* next;
    char* data;
    size_t size;
    bool heap;  // ours to free (the segment lies before its data); else both are the arena's
  };
  const Segment* segments() const { return head_; }
  size_t bytes() const { return bytes_; }  // of closed segments
  bool empty() const { return head_ == nullptr; }
  void consume(size_t n);  // the first n bytes were written
  void detach_from_arena();  // copies what lies in the arena to the heap: before the arena is reset
  void clear();
  // Appends all of `other`'s bytes; heap segments change hands, others are copied. Both closed.
  void take(Output& other);
  size_t heap_bytes() const { return heap_bytes_; }  // held in heap segments: for client-output-buffer-limit

 private:
  char* refill(size_t n);
  void push_segment(char* data, size_t size, bool heap);

  char* cursor_ = nullptr;
  char* end_ = nullptr;
  char* start_ = nullptr;     // of the open segment
  Arena* arena_ = nullptr;    // while open
  Segment* head_ = nullptr;
  Segment* tail_ = nullptr;
  Segment* heap_open_ = nullptr;  // the open segment, if it is a heap block
  size_t bytes_ = 0;
  size_t heap_bytes_ = 0;
};

}  // namespace cobnut
