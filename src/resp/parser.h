// Requests: RESP arrays of bulks, and inline commands. Zero copy: arguments are views into the
// given bytes (only quoted inline words, which must be decoded, lie in the arena). A request may
// arrive in any pieces: next() is called again from the request's first byte with more bytes
// behind; a long incomplete request (above kResumeBytes) is not parsed twice: what was understood
// is kept as offsets. However a stream is cut, the same requests and errors come out of it
// (parser_fuzz.cc). Owner: the connection's loop. Errors are Redis 7.0.15's texts; after one the
// connection is closed. Two known differences: a zero byte is an ordinary byte (Redis's strchr
// stops at it and waits for ever), and a line above kInlineMax is an error even if it arrives all
// at once. A long word may be received into a place of its own, apart from the given bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"

namespace cobnut {

struct ParserLimits {
  size_t bulk_bytes_max = 512ull << 20;  // proto-max-bulk-len
  int64_t args_max = INT32_MAX;          // Redis 7.0: multibulk length
  static constexpr size_t kInlineMax =
      64 * 1024;  // PROTO_INLINE_MAX_SIZE: of an inline request, of a count's line
  // Before AUTH, as Redis: at most 10 arguments and 16 KiB bulks.
  bool unauthenticated = false;
  static constexpr int64_t kUnauthenticatedArgsMax = 10;
  static constexpr size_t kUnauthenticatedBulkMax = 16 * 1024;
};

class RequestParser {
 public:
  enum class Outcome : uint8_t {
    kRequest,     // words and consumed are set; words may be empty (an empty line or "*0"): skip it
    kIncomplete,  // needs more bytes; wanted() tells how many at least, if that is known
    kError,       // error() is the text of the reply ("ERR Protocol error: ..."); close after it
  };
  // `data` starts at the first byte of a request. Words are allocated in the arena.
  Outcome next(Bytes data, const ParserLimits& limits, Arena& arena);

  std::span<const Bytes> words() const { return words_; }
  size_t consumed() const { return consumed_; }
  // Total bytes of the request up to the end of the bulk that is arriving: before that next() can
  // only say kIncomplete again. 0: unknown.
  size_t wanted() const { return wanted_; }
  size_t arriving() const { return arriving_; }  // where that bulk begins; REQUIRES: wanted() > 0
  // The bulk that is arriving lies at `word` from now on: the request's bytes go on, where it
  // began, with the line end behind it, of which next() may be given nothing before the word is
  // whole. Afterwards next() finds the same request again and again, until reset(). REQUIRES: the
  // bulk has kLongWord bytes or more.
  void place(const char* word);
  Bytes error() const { return error_; }  // in the arena
  void reset();                           // forgets a partial request, and one that was placed
  size_t heap_bytes() const;              // held for a partial request

  static constexpr size_t kResumeBytes = 16 * 1024;
  static constexpr size_t kLongWord = 1024 * 1024 + 1;  // bytes; to copy fewer takes 0.1 ms

 private:
  enum class Line : uint8_t { kValue, kIncomplete, kTooLong, kMalformed };
  struct Partial;
  struct FreePartial {
    void operator()(Partial* partial) const;
  };

  static Line read_line(const char*& at, const char* end, int64_t* value);
  Outcome multibulk(Bytes data, const ParserLimits& limits, Arena& arena);
  Outcome check_count(Line line, int64_t count, const ParserLimits& limits);
  Outcome bulk_header(const char*& at, const char* end, const ParserLimits& limits, Arena& arena,
                      int64_t* size);
  Outcome incomplete_multibulk(Bytes data, const char* at, int64_t count,
                               const ParserLimits& limits, Arena& arena);
  Outcome begin_partial(Bytes data, int64_t count, const ParserLimits& limits, Arena& arena);
  Outcome resume(Bytes data, const ParserLimits& limits, Arena& arena);
  Outcome inline_request(Bytes data, Arena& arena);
  Outcome fail(Bytes text);

  std::span<const Bytes> words_;
  size_t consumed_ = 0;
  size_t wanted_ = 0;
  size_t arriving_ = 0;
  Bytes error_;
  std::unique_ptr<Partial, FreePartial> partial_;
};

}  // namespace cobnut
