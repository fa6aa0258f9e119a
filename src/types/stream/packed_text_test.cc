#include "types/stream/packed_text.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace cobnut::packed {
namespace {

// Numbers around every power of two.
std::vector<uint64_t> numbers() {
  std::vector<uint64_t> numbers{0};
  for (int bit = 0; bit < 64; bit++) {
    for (uint64_t beside = 0; beside < 5; beside++)
      numbers.push_back((uint64_t{1} << bit) + beside - 2);
  }
  return numbers;
}

TEST_CASE("packed text: numbers of 7 bits a byte") {
  char buffer[kVarintMax];
  for (const uint64_t number : numbers()) {
    const char* end = write_varint(buffer, number);
    size_t bytes = 1;
    for (uint64_t rest = number >> 7; rest != 0; rest >>= 7) bytes++;
    CHECK(static_cast<size_t>(end - buffer) == bytes);
    const char* at = buffer;
    CHECK(read_varint(&at) == number);
    CHECK(at == end);
  }
}

TEST_CASE("packed text: integers take the bytes that hold them and their sign") {
  char buffer[kIntegerMax];
  for (const uint64_t number : numbers()) {
    const auto integer = static_cast<int64_t>(number);
    size_t bytes = 1;
    while (bytes < 8 &&
           integer != static_cast<int64_t>(number << (64 - 8 * bytes)) >> (64 - 8 * bytes))
      bytes++;
    const char* end = write_integer(buffer, integer);
    CHECK(static_cast<size_t>(end - buffer) == (integer >= 0 && integer < 64 ? 1 : 1 + bytes));
    const char* at = buffer;
    const listpack::Value value = read_value(&at);
    CHECK(value.is_integer);
    CHECK(value.integer == integer);
    CHECK(at == end);
    CHECK(skip_value(buffer) == end);
  }
}

TEST_CASE("packed text: texts of any length") {
  for (const size_t size : {0, 1, 15, 16, 127, 128, 255, 256, 65535, 65536, 1 << 20}) {
    const std::string text(size, 'x');
    std::string buffer(size + kTextHeadMax, '\0');
    const char* end = write_text(buffer.data(), text);
    const size_t head = size < 128 ? 1 : size < 65536 ? 3 : 5;
    CHECK(static_cast<size_t>(end - buffer.data()) == head + size);
    const char* at = buffer.data();
    const listpack::Value value = read_value(&at);
    CHECK(!value.is_integer);
    CHECK(value.bytes == text);
    CHECK(at == end);
    CHECK(skip_value(buffer.data()) == end);
    end = write_name(buffer.data(), text);
    at = buffer.data();
    CHECK(read_name(&at) == text);
    CHECK(at == end);
  }
}

}  // namespace
}  // namespace cobnut::packed
