#include "types/hyperloglog/hyperloglog.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/check.h"

namespace cobnut::hll {
namespace {

constexpr unsigned kIndexBits = 14;
constexpr unsigned kHashBits = 64 - kIndexBits;
constexpr uint64_t kHashSeed = 0xadc83b19;  // Redis's: an element must raise the same register
constexpr size_t kZeroMax = 64;             // registers of one byte
constexpr size_t kSameMax = 4;
constexpr unsigned kSameValueMax = 32;

// MurmurHash64A (Appleby, in the public domain).
uint64_t murmur64(Bytes bytes) {
  constexpr uint64_t kFactor = 0xc6a4a7935bd1e995;
  constexpr int kShift = 47;
  uint64_t hash = kHashSeed ^ (bytes.size() * kFactor);
  const auto mix = [](uint64_t word) {
    word *= kFactor;
    word ^= word >> kShift;
    return word * kFactor;
  };
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    hash = (hash ^ mix(word)) * kFactor;
  }
  if (left > 0) {
    uint64_t word = 0;
    memcpy(&word, at, left);
    hash = (hash ^ word) * kFactor;
  }
  hash ^= hash >> kShift;
  hash *= kFactor;
  return hash ^ hash >> kShift;
}

// -- dense registers: four of them in three bytes

struct DenseAt {
  size_t byte;  // of the first of the two bytes that it may lie in
  unsigned shift;
};
DenseAt dense_at(uint32_t index) { return {kHeaderBytes + index * 6 / 8, index * 6 % 8}; }

unsigned two_bytes(Bytes hll, size_t at) {
  const unsigned low = static_cast<unsigned char>(hll[at]);
  return at + 1 < hll.size() ? low | unsigned{static_cast<unsigned char>(hll[at + 1])} << 8 : low;
}

uint8_t get_dense(Bytes hll, uint32_t index) {
  const DenseAt at = dense_at(index);
  return static_cast<uint8_t>(two_bytes(hll, at.byte) >> at.shift & 63);
}

void set_dense(char* hll, uint32_t index, uint8_t value) {
  const DenseAt at = dense_at(index);
  const unsigned word =
      (two_bytes({hll, kDenseBytes}, at.byte) & ~(63u << at.shift)) | unsigned{value} << at.shift;
  hll[at.byte] = static_cast<char>(word & 255);
  if (at.shift > 2) hll[at.byte + 1] = static_cast<char>(word >> 8);
}

// -- sparse runs

struct Run {
  size_t bytes;      // of the run's code
  size_t registers;  // 0: the code is cut off by the end of the string
  uint8_t value;
};
Run run_at(Bytes hll, size_t at) {
  const unsigned first = static_cast<unsigned char>(hll[at]);
  if (first & 0x80) return {1, (first & 3) + 1, static_cast<uint8_t>((first >> 2 & 31) + 1)};
  if ((first & 0x40) == 0) return {1, (first & 63) + 1, 0};
  if (at + 1 == hll.size()) return {1, 0, 0};
  return {2, ((first & 63) << 8 | static_cast<unsigned char>(hll[at + 1])) + 1, 0};
}

bool is_same(Bytes hll, size_t at) { return (hll[at] & 0x80) != 0; }  // a run of a value

char same_code(unsigned value, size_t registers) {
  return static_cast<char>(0x80 | (value - 1) << 2 | (registers - 1));
}

// The code of a run of one value; none of no registers.
char* write_run(char* to, unsigned value, size_t registers) {
  if (registers == 0) return to;
  const size_t n = registers - 1;
  if (value != 0) {
    *to++ = same_code(value, registers);
  } else {
    if (registers > kZeroMax) *to++ = static_cast<char>(0x40 | n >> 8);
    *to++ = static_cast<char>(n & 255);
  }
  return to;
}

// Calls visit(first register, run) for each run. False: they are not exactly kRegisters.
template <typename Visit>
bool for_each_run(Bytes hll, const Visit& visit) {
  size_t first = 0;
  for (size_t at = kHeaderBytes; at < hll.size();) {
    const Run run = run_at(hll, at);
    if (run.registers == 0 || first + run.registers > kRegisters) return false;
    visit(first, run);
    first += run.registers;
    at += run.bytes;
  }
  return first == kRegisters;
}

// The run that holds a register.
struct RunPlace {
  size_t at;
  size_t previous;  // where the run before it begins, or kHeaderBytes
  size_t first;     // register
  Run run;          // no registers: not found, the bytes are corrupt
};
RunPlace find_run(Bytes hll, uint32_t index) {
  RunPlace place{kHeaderBytes, kHeaderBytes, 0, {1, 0, 0}};
  while (place.at < hll.size()) {
    place.run = run_at(hll, place.at);
    if (place.run.registers == 0 || index < place.first + place.run.registers) return place;
    place.first += place.run.registers;
    place.previous = place.at;
    place.at += place.run.bytes;
  }
  place.run.registers = 0;
  return place;
}

// Joins equal neighbours, so that strings do not grow by what was split before. Looked at are the
// five runs that a change may have touched, as Redis does: strings come out alike.
void join_runs(std::string* hll, size_t at) {
  for (int i = 0; i < 5 && at < hll->size(); i++) {
    const Run run = run_at(*hll, at);
    const size_t next = at + run.bytes;
    if (run.value != 0 && next < hll->size() && is_same(*hll, next)) {
      const Run following = run_at(*hll, next);
      const size_t registers = run.registers + following.registers;
      if (following.value == run.value && registers <= kSameMax) {
        (*hll)[next] = same_code(run.value, registers);
        hll->erase(at, 1);
        continue;
      }
    }
    at = next;
  }
}

// -- Ertl's estimator

double sigma(double x) {
  if (x == 1) return INFINITY;
  double sum = x, power = 1, before;
  do {
    x *= x;
    before = sum;
    sum += x * power;
    power += power;
  } while (sum != before);
  return sum;
}

double tau(double x) {
  if (x == 0 || x == 1) return 0;
  double sum = 1 - x, power = 1, before;
  do {
    x = std::sqrt(x);
    before = sum;
    power *= 0.5;
    sum -= (1 - x) * (1 - x) * power;
  } while (sum != before);
  return sum / 3;
}

}  // namespace

bool has_header(Bytes text) {
  if (text.size() < kHeaderBytes || text.substr(0, 4) != "HYLL") return false;
  return text[4] == 1 || (text[4] == 0 && text.size() == kDenseBytes);
}

bool is_dense(Bytes hll) { return hll[4] == 0; }

std::string empty() {
  std::string hll("HYLL\1", 5);
  hll.resize(kHeaderBytes);
  char code[2];
  return hll.append(code, static_cast<size_t>(write_run(code, 0, kRegisters) - code));
}

Rank rank_of(Bytes element) {
  const uint64_t hash = murmur64(element);
  const uint64_t others = hash >> kIndexBits | uint64_t{1} << kHashBits;  // ends the zeros
  return {static_cast<uint32_t>(hash & (kRegisters - 1)),
          static_cast<uint8_t>(std::countr_zero(others) + 1)};
}

int get(Bytes hll, uint32_t index) {
  if (is_dense(hll)) return get_dense(hll, index);
  const RunPlace place = find_run(hll, index);
  return place.run.registers == 0 ? -1 : place.run.value;
}

bool raise_dense(char* hll, Rank rank) {
  if (get_dense({hll, kDenseBytes}, rank.index) >= rank.value) return false;
  set_dense(hll, rank.index, rank.value);
  return true;
}

bool raise_sparse(std::string* hll, Rank rank, size_t sparse_bytes_max) {
  const RunPlace place = find_run(*hll, rank.index);
  const Run& run = place.run;
  if (run.registers == 0) return false;
  if (run.value >= rank.value) return true;
  // The run in up to three: what is before the register, the register, what is behind it.
  char codes[5];
  const size_t before = rank.index - place.first;
  char* end = codes;
  if (rank.value <= kSameValueMax) {
    end = write_run(end, run.value, before);
    end = write_run(end, rank.value, 1);
    end = write_run(end, run.value, run.registers - before - 1);
  }
  const auto bytes = static_cast<size_t>(end - codes);
  const bool grows = bytes > run.bytes;
  if (bytes == 0 || (grows && hll->size() + bytes - run.bytes > sparse_bytes_max)) {
    if (!make_dense(hll)) return false;
    raise_dense(hll->data(), rank);
    return true;
  }
  hll->replace(place.at, run.bytes, codes, bytes);
  join_runs(hll, place.previous);
  return true;
}

bool make_dense(std::string* hll) {
  if (is_dense(*hll)) return true;
  std::string dense = hll->substr(0, kHeaderBytes);
  dense[4] = 0;
  dense.resize(kDenseBytes);
  const bool sound = for_each_run(*hll, [&](size_t first, const Run& run) {
    for (size_t i = first; run.value != 0 && i < first + run.registers; i++)
      set_dense(dense.data(), static_cast<uint32_t>(i), run.value);
  });
  if (sound) hll->swap(dense);
  return sound;
}

bool merge_into(uint8_t* registers, Bytes hll) {
  if (!is_dense(hll)) {
    return for_each_run(hll, [&](size_t first, const Run& run) {
      for (size_t i = first; run.value != 0 && i < first + run.registers; i++)
        registers[i] = std::max(registers[i], run.value);
    });
  }
  const auto* from = reinterpret_cast<const unsigned char*>(hll.data()) + kHeaderBytes;
  for (size_t i = 0; i < kRegisters; i += 4, from += 3) {
    const uint32_t four = from[0] | uint32_t{from[1]} << 8 | uint32_t{from[2]} << 16;
    for (size_t j = 0; j < 4; j++)
      registers[i + j] = std::max(registers[i + j], static_cast<uint8_t>(four >> (6 * j) & 63));
  }
  return true;
}

uint64_t estimate(const uint8_t* registers) {
  uint32_t histogram[64] = {};
  for (size_t i = 0; i < kRegisters; i++) histogram[registers[i] & 63]++;
  constexpr double kCount = kRegisters;
  constexpr double kAlphaInfinite = 0.5 / M_LN2;
  double z = kCount * tau((kCount - histogram[kHashBits + 1]) / kCount);
  for (unsigned value = kHashBits; value >= 1; value--) z = (z + histogram[value]) * 0.5;
  z += kCount * sigma(histogram[0] / kCount);
  return static_cast<uint64_t>(std::llround(kAlphaInfinite * kCount * kCount / z));
}

std::string runs_in_words(Bytes hll) {
  std::string words;
  for (size_t at = kHeaderBytes; at < hll.size();) {
    const Run run = run_at(hll, at);
    if (run.registers == 0) break;
    if (!words.empty()) words += ' ';
    words += run.value != 0 ? "v:" : run.bytes == 1 ? "z:" : "Z:";
    if (run.value != 0) words += std::to_string(run.value) + ',';
    words += std::to_string(run.registers);
    at += run.bytes;
  }
  return words;
}

bool cached(Bytes hll, uint64_t* estimate) {
  memcpy(estimate, hll.data() + 8, sizeof(*estimate));
  return (*estimate >> 63) == 0;
}

void set_cached(char* hll, uint64_t estimate) { memcpy(hll + 8, &estimate, sizeof(estimate)); }

void invalidate(char* hll) { hll[15] = static_cast<char>(hll[15] | 0x80); }

}  // namespace cobnut::hll
