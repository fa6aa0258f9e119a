#include "base/numbers.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdio>
#include <limits>

using namespace cobnut;

TEST_CASE("parse_int takes exactly what Redis encodes as an integer") {
  CHECK(parse_int("0") == 0);
  CHECK(parse_int("-1") == -1);
  CHECK(parse_int("9223372036854775807") == INT64_MAX);
  CHECK(parse_int("-9223372036854775808") == INT64_MIN);
  for (const char* text : {"", "-", "+1", " 1", "1 ", "01", "-0", "-01", "00", "1.0", "0x10", "1e3",
                           "9223372036854775808", "-9223372036854775809", "18446744073709551616",
                           "99999999999999999999", "100000000000000000000", "1\n", "--1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_int(text));
  }
  CHECK_FALSE(parse_int(Bytes("1\0", 2)));
}

TEST_CASE("parse_uint") {
  CHECK(parse_uint("18446744073709551615") == UINT64_MAX);
  CHECK(parse_uint("0") == 0u);
  CHECK_FALSE(parse_uint("18446744073709551616"));
  CHECK_FALSE(parse_uint("-1"));
  CHECK_FALSE(parse_uint("007"));
}

TEST_CASE("format_int writes every length and both ends") {
  for (int64_t value : {INT64_C(0), INT64_C(9), INT64_C(10), INT64_C(99), INT64_C(100),
                        INT64_C(12345), INT64_C(-7), INT64_MAX, INT64_MIN}) {
    CHECK(to_text(value) == std::to_string(value));
    CHECK(parse_int(to_text(value)) == value);
  }
  uint64_t power = 1;
  for (int i = 0; i < 20; ++i, power *= 10) {
    char buffer[kIntTextMax];
    CHECK(std::string(buffer, format_uint(power, buffer)) == std::to_string(power));
    CHECK(std::string(buffer, format_uint(power - 1, buffer)) == std::to_string(power - 1));
  }
}

TEST_CASE("floating point as Redis reads it") {
  CHECK(parse_double("3.0e3") == 3000.0);
  CHECK(parse_double("inf") == std::numeric_limits<double>::infinity());
  CHECK(parse_double("-Infinity") == -std::numeric_limits<double>::infinity());
  CHECK(parse_double("0x10") == 16.0);
  CHECK(parse_double("+1.5") == 1.5);
  for (const char* text : {"", " 1", "1 ", "nan", "-nan", "abc", "1x", "1e400", "1e-400", "\t1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_double(text));
  }
  CHECK(parse_long_double("1e400"));
  CHECK_FALSE(parse_long_double("1e5000"));
  CHECK_FALSE(parse_long_double(Bytes("1\0", 2)));
  CHECK_FALSE(parse_long_double(std::string(6000, '1')));
}

TEST_CASE("format_long_double is INCRBYFLOAT's text") {
  CHECK(format_long_double(*parse_long_double("10.5") + *parse_long_double("0.1")) == "10.6");
  CHECK(format_long_double(3.0L) == "3");
  CHECK(format_long_double(5.0e3L) == "5000");
  CHECK(format_long_double(-0.0L) == "0");
  CHECK(format_long_double(1e-18L) == "0");
  CHECK(format_long_double(-1e-18L) == "0");
  CHECK(format_long_double(100.0L) == "100");
  CHECK(format_long_double(-1.25L) == "-1.25");
}

TEST_CASE("format_double17 writes what printf's %.17g does") {
  for (double value : {0.0,
                       -0.0,
                       1.0,
                       -1.0,
                       0.1,
                       1.1,
                       3.14159,
                       1e16,
                       99999999999999984.0,
                       1e17,
                       1e20,
                       -1e300,
                       5e-324,
                       1.7976931348623157e308,
                       -2.2250738585072014e-308,
                       123456.789,
                       1e-5,
                       1e-4,
                       4503599627370496.5,
                       std::numeric_limits<double>::infinity(),
                       -std::numeric_limits<double>::infinity()}) {
    char expected[40], text[kDouble17TextMax];
    const int size = std::snprintf(expected, sizeof expected, "%.17g", value);
    CHECK(Bytes(text, format_double17(value, text)) == Bytes(expected, static_cast<size_t>(size)));
  }
}

TEST_CASE("format_double is the shortest text") {
  CHECK(format_double(0.1) == "0.1");
  CHECK(format_double(3) == "3");
  CHECK(format_double(-0.0) == "-0");
  CHECK(format_double(1e20) == "1e+20");
  CHECK(format_double(123456789012345) == "123456789012345");
  CHECK(format_double(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(format_double(std::nan("")) == "nan");
}

TEST_CASE("parse_memory") {
  CHECK(parse_memory("100") == 100u);
  CHECK(parse_memory("1k") == 1000u);
  CHECK(parse_memory("64KB") == 65536u);
  CHECK(parse_memory("2gb") == 2147483648u);
  CHECK(parse_memory("5b") == 5u);
  for (const char* text :
       {"18446744073709551616", "18446744073709551615k", "99999999999999999999gb"})
    CHECK(parse_memory(text) == UINT64_MAX);
  for (const char* text : {"", "kb", "b"}) CHECK(parse_memory(text) == 0u);
  for (const char* text : {"-1", "1t", " ", "1 kb", "1.5mb"}) CHECK_FALSE(parse_memory(text));
}
