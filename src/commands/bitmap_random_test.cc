// Random commands on bits, and on strings as bytes, against a std::string, over the encodings that
// strings have: integers, short and long ones.
#include <bit>

#include "commands/test_random.h"

namespace cobnut::testing {
namespace {

struct Strings {
  RandomRun& run;
  std::map<std::string, std::string> all{};  // of the keys that are there; none is empty

  std::string of(const std::string& key) const { return all.contains(key) ? all.at(key) : ""; }
  void put(const std::string& key, const std::string& bytes) {
    all.erase(key);
    if (!bytes.empty()) all[key] = bytes;
  }
};

bool bit_of(const std::string& bytes, size_t at) {
  return at / 8 < bytes.size() && (static_cast<uint8_t>(bytes[at / 8]) >> (7 - at % 8) & 1) != 0;
}
void set_bit(std::string& bytes, size_t at, bool on) {
  if (bytes.size() <= at / 8) bytes.resize(at / 8 + 1);
  const auto mask = static_cast<uint8_t>(1 << (7 - at % 8));
  const auto byte = static_cast<uint8_t>(bytes[at / 8]);
  bytes[at / 8] = static_cast<char>(on ? byte | mask : byte & ~mask);
}

void write_bytes(Strings& strings, const std::string& key) {
  RandomRun& run = strings.run;
  std::string bytes = strings.of(key);
  switch (run.below(4)) {
    case 0: {
      const std::string text = run.one_in(2) ? std::to_string(run.between(-99, 99'999)) : "text";
      strings.put(key, text);
      return run.expect({"SET", key, text}, "+OK");
    }
    case 1: {
      const std::string more = run.some_text();
      if (bytes.size() > 20'000) return;
      strings.put(key, bytes + more);
      return run.expect({"APPEND", key, more}, number(std::ssize(bytes + more)));
    }
    case 2: {
      const std::string part = run.one_in(5) ? "" : run.some_text();
      const size_t at = run.below(bytes.size() + 20);
      if (!part.empty()) {
        if (bytes.size() < at + part.size()) bytes.resize(at + part.size());
        bytes.replace(at, part.size(), part);
      }
      strings.put(key, bytes);
      return run.expect({"SETRANGE", key, std::to_string(at), part}, number(std::ssize(bytes)));
    }
    default:
      if (!run.one_in(8)) return;
      strings.put(key, "");
      return run.expect({"DEL", key}, number(!bytes.empty()));
  }
}

void single_bit(Strings& strings, const std::string& key) {
  RandomRun& run = strings.run;
  std::string bytes = strings.of(key);
  const size_t at = run.below(bytes.size() * 8 + 100);
  const std::string text = std::to_string(at);
  run.expect({"GETBIT", key, text}, number(bit_of(bytes, at)));
  const bool on = run.one_in(2);
  run.expect({"SETBIT", key, text, on ? "1" : "0"}, number(bit_of(bytes, at)));
  set_bit(bytes, at, on);
  strings.put(key, bytes);
}

// BITCOUNT and BITPOS of a range of bytes or bits, counted from the front or from the end.
void counts_and_places(Strings& strings, const std::string& key) {
  RandomRun& run = strings.run;
  const std::string bytes = strings.of(key);
  const bool by_bits = run.one_in(2), wanted = run.one_in(2);
  const auto units = std::ssize(bytes) * (by_bits ? 8 : 1);
  const int64_t first = run.between(-units - 2, units + 1),
                last = run.between(-units - 2, units + 1);
  // BITCOUNT counts nothing then; BITPOS looks at what is left of the range, as Redis 7.0.
  const bool to_nowhere = first < 0 && last < 0 && first > last;
  int64_t from = std::max<int64_t>(first < 0 ? first + units : first, 0);
  int64_t to = std::min<int64_t>(std::max<int64_t>(last < 0 ? last + units : last, 0), units - 1);
  if (!by_bits) {
    from *= 8;
    to = to * 8 + 7;
  }
  int64_t count = 0, place = -1;
  for (int64_t at = from; at <= to && units > 0; at++) {
    const bool on = bit_of(bytes, static_cast<size_t>(at));
    count += on && !to_nowhere;
    if (place < 0 && on == wanted) place = at;
  }
  const Words range = {std::to_string(first), std::to_string(last), by_bits ? "BIT" : "BYTE"};
  run.expect({"BITCOUNT", key, range[0], range[1], range[2]}, number(count));
  if (bytes.empty()) place = wanted ? -1 : 0;
  run.expect({"BITPOS", key, wanted ? "1" : "0", range[0], range[1], range[2]}, number(place));
}

void ranges(Strings& strings, const std::string& key) {
  RandomRun& run = strings.run;
  const std::string bytes = strings.of(key);
  const auto size = std::ssize(bytes);
  const int64_t first = run.between(-size - 2, size + 1), last = run.between(-size - 2, size + 1);
  const int64_t from = std::max<int64_t>(first < 0 ? first + size : first, 0);
  const int64_t to =
      std::min<int64_t>(std::max<int64_t>(last < 0 ? last + size : last, 0), size - 1);
  const bool nothing = from > to || size == 0 || (first < 0 && last < 0 && first > last);
  run.expect({"GETRANGE", key, std::to_string(first), std::to_string(last)},
             quoted(nothing ? ""
                            : bytes.substr(static_cast<size_t>(from),
                                           static_cast<size_t>(to - from + 1))));
  run.expect({"STRLEN", key}, number(size));
}

// A field of up to 63 bits, unsigned or signed, is set, added to and read at any bit.
void field(Strings& strings, const std::string& key) {
  RandomRun& run = strings.run;
  std::string bytes = strings.of(key);
  const bool is_signed = run.one_in(2);
  const auto width = static_cast<size_t>(run.between(1, 63));
  const size_t at = run.below(bytes.size() * 8 + 70);
  uint64_t raw = 0;
  for (size_t i = 0; i < width; i++) raw = raw << 1 | bit_of(bytes, at + i);
  const auto value_of = [&](uint64_t bits) {
    const bool negative = is_signed && (bits >> (width - 1) & 1) != 0;
    return static_cast<int64_t>(negative ? bits | ~uint64_t{0} << width : bits);
  };
  const int64_t low = is_signed ? -(int64_t{1} << (width - 1)) : 0;
  const int64_t high = is_signed ? -(low + 1) : static_cast<int64_t>((uint64_t{1} << width) - 1);
  const int64_t old = value_of(raw), by = run.between(-1000, 1000);
  const Words policies = {"WRAP", "SAT", "FAIL"};
  const std::string policy = run.any_of(policies);
  int64_t sum = 0;
  const bool over = __builtin_add_overflow(old, by, &sum) || sum < low || sum > high;
  const uint64_t mask = (uint64_t{1} << width) - 1;
  uint64_t made = (raw + static_cast<uint64_t>(by)) & mask;
  if (over && policy == "SAT") made = static_cast<uint64_t>(by < 0 ? low : high) & mask;
  const bool failed = over && policy == "FAIL";
  if (failed) made = raw;
  const std::string type = (is_signed ? "i" : "u") + std::to_string(width);
  const std::string offset = std::to_string(at);
  run.expect({"BITFIELD", key, "GET", type, offset, "OVERFLOW", policy, "INCRBY", type, offset,
              std::to_string(by), "GET", type, offset},
             array({number(old), failed ? "nil" : number(value_of(made)), number(value_of(made))}));
  // A write that failed has made the string as long as the field needs it nevertheless.
  const size_t bytes_needed = (at + width + 7) / 8;
  if (bytes.size() < bytes_needed) bytes.resize(bytes_needed);
  for (size_t i = 0; i < width; i++) set_bit(bytes, at + i, (made >> (width - 1 - i) & 1) != 0);
  strings.put(key, bytes);
}

void combine(Strings& strings) {
  RandomRun& run = strings.run;
  const Words operations = {"AND", "OR", "XOR", "NOT", "DIFF", "DIFF1", "ANDOR", "ONE"};
  const std::string operation = run.any_of(operations);
  const Words keys = {"a", "b", "c", "no such"};
  Words words{"BITOP", operation, run.any_of({"a", "b", "c"})};
  const size_t sources = operation == "NOT" ? 1 : 2 + run.below(3);
  size_t longest = 0;
  for (size_t i = 0; i < sources; i++) {
    words.push_back(run.any_of(keys));
    longest = std::max(longest, strings.of(words.back()).size());
  }
  std::string made(longest, '\0');
  for (size_t at = 0; at < longest * 8; at++) {
    const bool head = bit_of(strings.of(words[3]), at);
    size_t ones = 0;
    for (size_t i = 3; i < words.size(); i++) ones += bit_of(strings.of(words[i]), at);
    const bool tail = ones > size_t{head};  // one of those behind the first
    const bool on = operation == "AND"     ? ones == sources
                    : operation == "OR"    ? ones > 0
                    : operation == "XOR"   ? ones % 2 == 1
                    : operation == "NOT"   ? ones == 0
                    : operation == "DIFF"  ? head && !tail
                    : operation == "DIFF1" ? !head && tail
                    : operation == "ANDOR" ? head && tail
                                           : ones == 1;
    set_bit(made, at, on);
  }
  run.expect(words, number(std::ssize(made)));
  strings.put(words[2], made);
}

}  // namespace

TEST_CASE("random commands on bits and bytes against a string") {
  in_random_runs({""}, [](RandomRun& run) {
    Strings strings{run};
    for (int i = 0; i < 3000; i++) {
      const Words keys = {"a", "b", "c"};
      const std::string& key = run.any_of(keys);
      const uint64_t what = run.below(12);
      if (what < 2) write_bytes(strings, key);
      if (what >= 2 && what < 5) single_bit(strings, key);
      if (what >= 5 && what < 7) counts_and_places(strings, key);
      if (what == 7) ranges(strings, key);
      if (what >= 8 && what < 11) field(strings, key);
      if (what == 11 && run.one_in(8)) combine(strings);
      if (i % 20 == 0) {
        const std::string bytes = strings.of(key);
        run.expect({"GET", key}, bytes.empty() ? "nil" : quoted(bytes));
      }
    }
  });
}

}  // namespace cobnut::testing
