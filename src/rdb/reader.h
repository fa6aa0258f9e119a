// Reads the parts of the RDB format from untrusted bytes. The first thing that is wrong is kept:
// from then on every read gives 0 or nothing, so that a caller looks at failed() once, after it has
// read what belongs together. Loops over a count end, since count() is bounded by the bytes left.
//
// Owner: one command. Allocates only for compressed text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace cobnut::rdb {

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  bool failed() const { return failed_; }
  void fail() {
    failed_ = true;
    rest_ = {};
  }
  size_t left() const { return rest_.size(); }

  Bytes raw(size_t bytes);
  uint8_t byte() { return fixed<uint8_t>(); }
  template <typename Number>  // little endian
  Number fixed() {
    Number value{};
    const Bytes bytes = raw(sizeof(Number));
    if (!failed_) __builtin_memcpy(&value, bytes.data(), sizeof(Number));
    return value;
  }
  uint64_t length();
  // A length that says how many things follow, each of at least `bytes_each`.
  size_t count(size_t bytes_each);
  // A string in any of its forms; a view of the payload or of `scratch`, which must stay.
  Bytes text(std::string* scratch) {
    const size_t bytes = rest_.empty() ? kShortTextEnd : static_cast<unsigned char>(rest_[0]);
    if (bytes >= kShortTextEnd || bytes >= rest_.size()) return any_text(scratch);
    const Bytes taken = rest_.substr(1, bytes);
    rest_.remove_prefix(1 + bytes);
    return taken;
  }
  // The length of the next string, which is passed over and not decompressed.
  size_t skip_text();
  double double_text();  // as in ValueType::kZset: its text, or a byte for nan, inf, -inf
  double double_binary() { return fixed<double>(); }

 private:
  // The first byte of a length is `first`; false for one of the special forms.
  bool length_from(uint8_t first, uint64_t* length);
  static constexpr size_t kShortTextEnd = 64;  // its length is the first byte
  Bytes any_text(std::string* scratch);
  Bytes special_text(uint8_t form, std::string* scratch);
  // What follows kSpecialLzf; the text is of `text_bytes`. Empty: failed.
  Bytes compressed_text(uint64_t* text_bytes);

  Bytes rest_;
  bool failed_ = false;
};

}  // namespace cobnut::rdb
