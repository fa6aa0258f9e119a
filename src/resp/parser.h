// Requests: RESP arrays of bulks, and inline commands. Zero copy: arguments are views into the given bytes.
// A request may arrive in any pieces: next() is called again from the request's first byte with more bytes behind;
// a long incomplete request (above kResumeBytes) is not parsed twice: what was understood is kept as offsets.
// Owner: the connection's loop. Errors are Redis's texts; after one the connection is closed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/bytes.h"

namespace cobnut {

struct ParserLimits {
  size_t bulk_bytes_max = 512ull << 20;  // proto-max-bulk-len
  int64_t args_max = INT32_MAX;          // Redis 7.0: multibulk length
  static constexpr size_t kInlineMax = 64 * 1024;  // PROTO_INLINE_MAX_SIZE
  // Before AUTH, as Redis: at most 10 arguments and 16 KiB bulks.
  bool unauthenticated = false;
};

class RequestParser {
 public:
  enum class Outcome : uint8_t {
    kRequest,     // words and consumed are set; words may be empty (an empty line or "*0"): skip it
    kIncomplete,  // needs more bytes; wanted() tells how many at least are missing, if that is known
    kError,       // error() is the text of the reply; close after it
  };
  // `data` starts at the first byte of a request. Words are allocated in the arena.
  Outcome next(Bytes data, const ParserLimits& limits, Arena& arena);

  std::span<const Bytes> words() const { return words_; }
  size_t consumed() const { return consumed_; }
  size_t wanted() const { return wanted_; }  // total bytes of the request that are known to be needed; 0: unknown
  Bytes error() const { return error_; }
  void reset();  // forgets a partial request

  static constexpr size_t kResumeBytes = 16 * 1024;
};

}  // namespace cobnut
