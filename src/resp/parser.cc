#include "resp/parser.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/quoting.h"

namespace cobnut {
namespace {

constexpr size_t kBulkLeast = 6;  // bytes: "$0\r\n\r\n"
constexpr ptrdiff_t kLineMax = ParserLimits::kInlineMax;

// Strict decimal of up to 19 digits: no '+', no leading zero, no "-0" (Redis's string2ll).
bool parse_number(Bytes text, int64_t* value) {
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 19) return false;
  if (text[0] == '0') {
    *value = 0;
    return text.size() == 1 && !negative;
  }
  uint64_t number = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  if (number > static_cast<uint64_t>(INT64_MAX) + negative) return false;
  *value = static_cast<int64_t>(negative ? -number : number);
  return true;
}

// The usual line: one to nine digits, CR and one more byte, all there. Returns the byte behind it;
// nullptr: not usual.
inline const char* read_usual_line(const char* at, const char* end, int64_t* value) {
  if (end - at < 3) return nullptr;
  auto digit = static_cast<uint8_t>(at[0] - '0');
  if (digit > 9) return nullptr;
  int64_t number = digit;
  if (__builtin_expect(at[1] == '\r', 1)) {
    *value = number;
    return at + 3;
  }
  if (digit == 0) return nullptr;
  for (ptrdiff_t i = 1; i < 9 && i + 2 < end - at; i++) {
    digit = static_cast<uint8_t>(at[i] - '0');
    if (digit > 9) return nullptr;
    number = number * 10 + digit;
    if (at[i + 1] == '\r') {
      *value = number;
      return at + i + 3;
    }
  }
  return nullptr;
}

// The usual header of a word, '$' and one or two digits, looked at in one load. As above.
inline const char* read_usual_header(const char* at, const char* end, int64_t* size) {
  static_assert(std::endian::native == std::endian::little);
  if (end - at < 5) return nullptr;
  uint32_t head;
  memcpy(&head, at, sizeof(head));
  const uint32_t first = (head >> 8 & 0xff) - '0';
  if (first > 9) return nullptr;
  if ((head & 0x00ff00ff) == ('$' | '\r' << 16)) {
    *size = first;
    return at + 4;
  }
  const uint32_t second = (head >> 16 & 0xff) - '0';
  if ((head & 0xff0000ff) == ('$' | '\r' << 24) && second <= 9 && first != 0) {
    *size = first * 10 + second;
    return at + 5;
  }
  return *at == '$' ? read_usual_line(at + 1, end, size) : nullptr;
}

// One word of an inline request, as Redis's sdssplitargs. `at` stands on its first byte. False:
// unbalanced quotes.
bool split_word(const char*& at, const char* end, Arena& arena, Bytes* word) {
  const char* const begin = at;
  auto ends_word = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (at < end && !ends_word(*at) && *at != '"' && *at != '\'') at++;
  if (at == end || ends_word(*at)) {
    *word = Bytes(begin, static_cast<size_t>(at - begin));
    return true;
  }
  // Only what is decoded is taken: a line of many quoted words stays linear in its size.
  char* const decoded = arena.window(static_cast<size_t>(end - begin)).begin;
  char* to = decoded + (at - begin);
  memcpy(decoded, begin, static_cast<size_t>(at - begin));
  // A quoted part may begin inside a word, and always ends it.
  at = decode_quoted(*at, at + 1, end, &to);
  *word = Bytes(decoded, static_cast<size_t>(to - decoded));
  arena.advance(to);
  return at != nullptr;
}

}  // namespace

// A long multibulk request that is not all there, or one with words that were placed.
struct RequestParser::Partial {
  struct Word {
    size_t offset;
    size_t size;
    const char* place = nullptr;  // where it lies, if not in the request's bytes
  };
  int64_t count;            // words of the request
  size_t parsed;            // bytes up to the first word that is not in `words`
  std::vector<Word> words;  // grows as arguments arrive, whatever the count promised
  bool placed = false;      // some of them
};

void RequestParser::FreePartial::operator()(Partial* partial) const { delete partial; }

void RequestParser::reset() { partial_.reset(); }

size_t RequestParser::heap_bytes() const {
  return partial_ ? sizeof(Partial) + partial_->words.capacity() * sizeof(Partial::Word) : 0;
}

RequestParser::Outcome RequestParser::next(Bytes data, const ParserLimits& limits, Arena& arena) {
  words_ = {};
  consumed_ = wanted_ = 0;
  if (data.empty()) return Outcome::kIncomplete;
  if (__builtin_expect(data[0] != '*', 0)) return inline_request(data, arena);
  if (__builtin_expect(partial_ != nullptr, 0)) return resume(data, limits, arena);
  return multibulk(data, limits, arena);
}

RequestParser::Outcome RequestParser::multibulk(Bytes data, const ParserLimits& limits,
                                                Arena& arena) {
  const char* const end = data.data() + data.size();
  const char* at = data.data() + 1;
  int64_t count;
  if (const char* behind = read_usual_line(at, end, &count)) {
    at = behind;
    if (__builtin_expect(count > 10 || count == 0, 0)) {
      const Outcome outcome = check_count(Line::kValue, count, limits);
      if (outcome != Outcome::kRequest) return outcome;
    }
  } else {
    count = 0;
    const Line line = read_line(at, end, &count);
    const Outcome outcome = check_count(line, count, limits);
    if (outcome != Outcome::kRequest) return outcome;
  }
  if (count <= 0) {  // Redis skips it without a reply
    consumed_ = static_cast<size_t>(at - data.data());
    return Outcome::kRequest;
  }
  if (static_cast<uint64_t>(count) > static_cast<size_t>(end - at) / kBulkLeast) {
    return incomplete_multibulk(data, at, count, limits, arena);
  }
  // At most 16 / 6 bytes of words for each byte that arrived.
  Bytes* const words = arena.allocate_array<Bytes>(static_cast<size_t>(count));
  const auto fast_max =
      limits.unauthenticated ? int64_t{0} : static_cast<int64_t>(limits.bulk_bytes_max);
  for (int64_t i = 0; i < count; i++) {
    const char* const bulk = at;
    int64_t size;
    const char* const behind = read_usual_header(at, end, &size);
    if (__builtin_expect(behind != nullptr && size <= fast_max, 1)) {
      at = behind;
    } else {
      const Outcome outcome = bulk_header(at, end, limits, arena, &size);
      if (outcome == Outcome::kError) return outcome;
      if (outcome == Outcome::kIncomplete) {
        return static_cast<size_t>(bulk - data.data()) >= kResumeBytes
                   ? incomplete_multibulk(data, bulk, count, limits, arena)
                   : outcome;
      }
    }
    if (__builtin_expect(static_cast<uint64_t>(end - at) < static_cast<uint64_t>(size) + 2, 0)) {
      arriving_ = static_cast<size_t>(at - data.data());
      wanted_ = arriving_ + static_cast<size_t>(size) + 2;
      const bool is_short = static_cast<size_t>(size) < kLongWord;
      if (is_short && static_cast<size_t>(bulk - data.data()) < kResumeBytes)
        return Outcome::kIncomplete;
      return incomplete_multibulk(data, bulk, count, limits, arena);
    }
    words[i] = Bytes(at, static_cast<size_t>(size));
    at += size + 2;
  }
  words_ = {words, static_cast<size_t>(count)};
  consumed_ = static_cast<size_t>(at - data.data());
  return Outcome::kRequest;
}

// The number up to CR; `at` moves behind the line. As in Redis any byte may stand for the LF.
[[gnu::noinline]] RequestParser::Line RequestParser::read_line(const char*& at, const char* end,
                                                               int64_t* value) {
  const char* const line = at - 1;  // with its '*' or '$', which count for the limit
  const ptrdiff_t size = std::min(end - line, kLineMax + 1);
  const auto* cr = static_cast<const char*>(memchr(line, '\r', static_cast<size_t>(size)));
  if (cr == nullptr) return size > kLineMax ? Line::kTooLong : Line::kIncomplete;
  if (end - cr < 2) return Line::kIncomplete;
  if (cr == line || !parse_number({at, static_cast<size_t>(cr - at)}, value))
    return Line::kMalformed;
  at = cr + 2;
  return Line::kValue;
}

// kRequest: go on.
RequestParser::Outcome RequestParser::check_count(Line line, int64_t count,
                                                  const ParserLimits& limits) {
  if (line == Line::kIncomplete) return Outcome::kIncomplete;
  if (line == Line::kTooLong) return fail("ERR Protocol error: too big mbulk count string");
  if (line == Line::kMalformed || count > limits.args_max) {
    return fail("ERR Protocol error: invalid multibulk length");
  }
  if (limits.unauthenticated && count > ParserLimits::kUnauthenticatedArgsMax) {
    return fail("ERR Protocol error: unauthenticated multibulk length");
  }
  return Outcome::kRequest;
}

// kRequest: `at` stands behind the header "$size\r\n".
[[gnu::noinline]] RequestParser::Outcome RequestParser::bulk_header(const char*& at,
                                                                    const char* end,
                                                                    const ParserLimits& limits,
                                                                    Arena& arena, int64_t* size) {
  if (at == end) return Outcome::kIncomplete;
  const char type = *at;
  const char* behind = at + 1;
  *size = -1;
  const Line line = read_line(behind, end, size);
  if (line == Line::kIncomplete) return Outcome::kIncomplete;
  if (line == Line::kTooLong) return fail("ERR Protocol error: too big bulk count string");
  if (type != '$') {
    constexpr Bytes kText = "ERR Protocol error: expected '$', got '?'";
    auto* text = static_cast<char*>(arena.allocate(kText.size()));
    memcpy(text, kText.data(), kText.size());
    text[kText.size() - 2] = type;
    return fail({text, kText.size()});
  }
  if (line == Line::kMalformed || *size < 0 ||
      static_cast<uint64_t>(*size) > limits.bulk_bytes_max) {
    return fail("ERR Protocol error: invalid bulk length");
  }
  if (limits.unauthenticated &&
      static_cast<uint64_t>(*size) > ParserLimits::kUnauthenticatedBulkMax) {
    return fail("ERR Protocol error: unauthenticated bulk length");
  }
  at = behind;
  return Outcome::kRequest;
}

// The request's end is not there, but its middle may hold an error, and if it is long it is to be
// understood only once. `at`: behind the count or, when all bulks before it are good, a bulk.
[[gnu::noinline]] RequestParser::Outcome RequestParser::incomplete_multibulk(
    Bytes data, const char* at, int64_t count, const ParserLimits& limits, Arena& arena) {
  if (data.size() >= kResumeBytes) return begin_partial(data, count, limits, arena);
  const char* const end = data.data() + data.size();
  for (;;) {
    int64_t size;
    const Outcome outcome = bulk_header(at, end, limits, arena, &size);
    if (outcome != Outcome::kRequest) return outcome;
    if (static_cast<uint64_t>(end - at) < static_cast<uint64_t>(size) + 2) {
      if (static_cast<size_t>(size) >= kLongWord) return begin_partial(data, count, limits, arena);
      arriving_ = static_cast<size_t>(at - data.data());
      wanted_ = arriving_ + static_cast<size_t>(size) + 2;
      return Outcome::kIncomplete;
    }
    at += size + 2;
  }
}

RequestParser::Outcome RequestParser::begin_partial(Bytes data, int64_t count,
                                                    const ParserLimits& limits, Arena& arena) {
  const char* first = data.data() + 1;
  int64_t again;
  CHECK(read_line(first, data.data() + data.size(), &again) == Line::kValue && again == count);
  partial_.reset(new Partial{count, static_cast<size_t>(first - data.data()), {}});
  return resume(data, limits, arena);
}

void RequestParser::place(const char* word) {
  CHECK(partial_ != nullptr && wanted_ >= arriving_ + 2 + kLongWord);
  partial_->words.push_back({arriving_, wanted_ - arriving_ - 2, word});
  partial_->parsed = wanted_ = arriving_ + 2;
  partial_->placed = true;
}

[[gnu::noinline]] RequestParser::Outcome RequestParser::resume(Bytes data,
                                                               const ParserLimits& limits,
                                                               Arena& arena) {
  Partial& partial = *partial_;
  if (partial.parsed > data.size()) {  // of what is behind a placed word
    CHECK(partial.placed);
    wanted_ = partial.parsed;
    arriving_ = wanted_ - 2;
    return Outcome::kIncomplete;
  }
  const char* const end = data.data() + data.size();
  const char* at = data.data() + partial.parsed;
  while (partial.words.size() < static_cast<size_t>(partial.count)) {
    int64_t size;
    const Outcome outcome = bulk_header(at, end, limits, arena, &size);
    if (outcome != Outcome::kRequest) return outcome;
    if (static_cast<uint64_t>(end - at) < static_cast<uint64_t>(size) + 2) {
      arriving_ = static_cast<size_t>(at - data.data());
      wanted_ = arriving_ + static_cast<size_t>(size) + 2;
      return Outcome::kIncomplete;
    }
    partial.words.push_back({static_cast<size_t>(at - data.data()), static_cast<size_t>(size)});
    at += size + 2;
    partial.parsed = static_cast<size_t>(at - data.data());
  }
  Bytes* const words = arena.allocate_array<Bytes>(partial.words.size());
  for (size_t i = 0; i < partial.words.size(); i++) {
    const Partial::Word& word = partial.words[i];
    words[i] =
        word.place != nullptr ? Bytes(word.place, word.size) : data.substr(word.offset, word.size);
  }
  words_ = {words, partial.words.size()};
  consumed_ = partial.parsed;
  if (!partial.placed) partial_.reset();
  return Outcome::kRequest;
}

[[gnu::noinline]] RequestParser::Outcome RequestParser::inline_request(Bytes data, Arena& arena) {
  const size_t size = std::min(data.size(), ParserLimits::kInlineMax + 1);
  const auto* newline = static_cast<const char*>(memchr(data.data(), '\n', size));
  if (newline == nullptr) {
    return size > ParserLimits::kInlineMax ? fail("ERR Protocol error: too big inline request")
                                           : Outcome::kIncomplete;
  }
  const char* const end = newline > data.data() && newline[-1] == '\r' ? newline - 1 : newline;
  Bytes* words = nullptr;
  size_t count = 0;
  size_t capacity = 0;
  for (const char* at = data.data();;) {
    while (at < end && is_space(*at)) at++;
    if (at == end) break;
    if (count == capacity) {
      capacity = std::max<size_t>(8, capacity * 2);
      Bytes* const more = arena.allocate_array<Bytes>(capacity);
      std::copy_n(words, count, more);
      words = more;
    }
    if (!split_word(at, end, arena, &words[count])) {
      return fail("ERR Protocol error: unbalanced quotes in request");
    }
    count++;
  }
  words_ = {words, count};
  consumed_ = static_cast<size_t>(newline - data.data()) + 1;
  return Outcome::kRequest;
}

RequestParser::Outcome RequestParser::fail(Bytes text) {
  partial_.reset();
  error_ = text;
  return Outcome::kError;
}

}  // namespace cobnut
