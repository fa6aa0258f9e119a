#include "types/bitmap/bits.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace cobnut {
namespace {

uint64_t word_at(const char* from) {
  uint64_t word;
  memcpy(&word, from, sizeof(word));
  return word;
}

// Without an instruction for it: sums of 2, 4, 8 bits side by side, then of the bytes.
uint64_t count_words_portable(const char* from, size_t words) {
  uint64_t total = 0;
  for (size_t i = 0; i < words; i++) {
    uint64_t word = word_at(from + 8 * i);
    word -= word >> 1 & 0x5555555555555555;
    word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
    word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
    total += word * 0x0101010101010101 >> 56;
  }
  return total;
}

#if defined(__x86_64__)
// Four sums, as the instruction takes three cycles and one may start in each.
__attribute__((target("popcnt"))) uint64_t count_words_popcnt(const char* from, size_t words) {
  uint64_t totals[4] = {};
  size_t i = 0;
  for (; i + 4 <= words; i += 4)
    for (size_t j = 0; j < 4; j++)
      totals[j] += static_cast<uint64_t>(__builtin_popcountll(word_at(from + 8 * (i + j))));
  for (; i < words; i++)
    totals[0] += static_cast<uint64_t>(__builtin_popcountll(word_at(from + 8 * i)));
  return totals[0] + totals[1] + totals[2] + totals[3];
}
#endif

uint64_t count_words(const char* from, size_t words) {
#if defined(__x86_64__)
  static const bool has_popcnt = __builtin_cpu_supports("popcnt");
  if (has_popcnt) return count_words_popcnt(from, words);
#endif
  return count_words_portable(from, words);
}

unsigned char byte_at(Bytes bytes, uint64_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

// What of the byte-th byte lies within first..last.
unsigned mask_within(uint64_t byte, uint64_t first, uint64_t last) {
  unsigned mask = 0xff;
  if (byte == first >> 3) mask &= bits_from(static_cast<unsigned>(first & 7));
  if (byte == last >> 3) mask &= ~unsigned{bits_from(static_cast<unsigned>(last & 7) + 1)} & 0xff;
  return mask;
}

// Words from a source that ends somewhere in them.
uint64_t padded_word(Bytes source, size_t offset) {
  if (offset + 8 <= source.size()) return word_at(source.data() + offset);
  uint64_t word = 0;
  if (offset < source.size()) memcpy(&word, source.data() + offset, source.size() - offset);
  return word;
}

// Of the operations that ask for more than one bit of what was seen before.
uint64_t combined_word(BitOperation operation, std::span<const Bytes> sources, size_t offset) {
  const uint64_t first = padded_word(sources[0], offset);
  uint64_t others = 0;  // set in another than the first
  uint64_t twice = 0;   // set in more than one
  for (Bytes source : sources.subspan(1)) {
    const uint64_t word = padded_word(source, offset);
    twice |= (first | others) & word;
    others |= word;
  }
  switch (operation) {
    case BitOperation::kDiff:
      return first & ~others;
    case BitOperation::kDiff1:
      return ~first & others;
    case BitOperation::kAndOr:
      return first & others;
    default:  // kOne
      return (first | others) & ~twice;
  }
}

// The usual operations: out = operation(a, b) for so many bytes; out may be a or b.
template <typename Operation>
void fold(const char* a, const char* b, char* out, size_t bytes, const Operation& operation) {
  using Words [[gnu::vector_size(16)]] = uint64_t;  // a register of every x86-64
  size_t i = 0;
  for (; i + sizeof(Words) <= bytes; i += sizeof(Words)) {
    Words of_a, of_b;
    memcpy(&of_a, a + i, sizeof(of_a));
    memcpy(&of_b, b + i, sizeof(of_b));
    const Words words = operation(of_a, of_b);
    memcpy(out + i, &words, sizeof(words));
  }
  for (; i < bytes; i++) out[i] = static_cast<char>(operation(a[i], b[i]));
}

}  // namespace

uint64_t count_set_bits(Bytes bytes) {
  const size_t words = bytes.size() / 8;
  uint64_t total = count_words(bytes.data(), words);
  for (size_t i = 8 * words; i < bytes.size(); i++)
    total += static_cast<unsigned>(std::popcount(byte_at(bytes, i)));
  return total;
}

uint64_t count_set_bits(Bytes bytes, uint64_t first, uint64_t last) {
  const uint64_t first_byte = first >> 3, last_byte = last >> 3;
  const auto edge = [&](uint64_t byte) {
    return static_cast<uint64_t>(
        std::popcount(byte_at(bytes, byte) & mask_within(byte, first, last)));
  };
  if (first_byte == last_byte) return edge(first_byte);
  return edge(first_byte) + edge(last_byte) +
         count_set_bits(bytes.substr(first_byte + 1, last_byte - first_byte - 1));
}

int64_t find_bit(Bytes bytes, bool bit, uint64_t first, uint64_t last) {
  const unsigned char passed = bit ? 0 : 0xff;  // a byte without such a bit
  const uint64_t passed_word = bit ? 0 : ~uint64_t{0};
  for (uint64_t byte = first >> 3; byte <= last >> 3;) {
    const unsigned mask = mask_within(byte, first, last);
    const unsigned wanted = (byte_at(bytes, byte) ^ passed) & mask;
    if (wanted != 0)
      return static_cast<int64_t>(byte * 8) + std::countl_zero(static_cast<unsigned char>(wanted));
    byte++;
    while (byte + 8 <= last >> 3 && word_at(bytes.data() + byte) == passed_word) byte += 8;
  }
  return -1;
}

uint64_t read_bits(Bytes bytes, uint64_t first, unsigned count) {
  uint64_t value = 0;
  const uint64_t end = first + count;
  for (uint64_t at = first; at < end;) {  // at most nine bytes
    const auto skipped = static_cast<unsigned>(at & 7);
    const auto taken = static_cast<unsigned>(std::min<uint64_t>(8 - skipped, end - at));
    const unsigned byte = (at >> 3) < bytes.size() ? byte_at(bytes, at >> 3) : 0;
    value = value << taken | ((byte & bits_from(skipped)) >> (8 - skipped - taken));
    at += taken;
  }
  return value;
}

void write_bits(char* bytes, uint64_t first, unsigned count, uint64_t value) {
  const uint64_t end = first + count;
  for (uint64_t at = first; at < end;) {
    const auto skipped = static_cast<unsigned>(at & 7);
    const auto taken = static_cast<unsigned>(std::min<uint64_t>(8 - skipped, end - at));
    const unsigned shift = 8 - skipped - taken;
    const unsigned mask = bits_from(8 - taken) << shift;
    const auto part = static_cast<unsigned>(value >> (end - at - taken)) << shift;
    auto& byte = reinterpret_cast<unsigned char&>(bytes[at >> 3]);
    byte = static_cast<unsigned char>((byte & ~mask) | (part & mask));
    at += taken;
  }
}

void combine_bits(BitOperation operation, std::span<const Bytes> sources, char* out, size_t bytes) {
  const bool zeros_win = operation == BitOperation::kAnd;  // else they change nothing
  const auto fold_all = [&](const auto& word_operation) {
    Bytes done = sources[0];  // of these; zeros follow
    for (Bytes source : sources.subspan(1)) {
      const Bytes longer = done.size() > source.size() ? done : source;
      const size_t common = std::min(done.size(), source.size());
      fold(done.data(), source.data(), out, common, word_operation);
      if (!zeros_win && longer.data() != out)
        std::ranges::copy(longer.substr(common), out + common);
      done = {out, zeros_win ? common : longer.size()};
    }
    if (done.data() != out) std::ranges::copy(done, out);
    memset(out + done.size(), 0, bytes - done.size());
  };
  switch (operation) {
    case BitOperation::kAnd:
      return fold_all([](auto a, auto b) { return a & b; });
    case BitOperation::kOr:
      return fold_all([](auto a, auto b) { return a | b; });
    case BitOperation::kXor:
      return fold_all([](auto a, auto b) { return a ^ b; });
    case BitOperation::kNot:
      return fold(sources[0].data(), sources[0].data(), out, bytes,
                  [](auto a, auto) { return ~a; });
    default:
      break;
  }
  for (size_t offset = 0; offset < bytes; offset += 8) {
    const uint64_t word = combined_word(operation, sources, offset);
    memcpy(out + offset, &word, std::min<size_t>(8, bytes - offset));
  }
}

}  // namespace cobnut
