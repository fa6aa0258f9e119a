// Writes the parts of the RDB format behind one another: what DUMP replies. Owner: one command.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "rdb/format.h"
#include "types/listpack/listpack.h"

namespace cobnut::rdb {

class Writer {
 public:
  void type(ValueType type) { out_.push_back(static_cast<char>(type)); }
  void length(uint64_t length);
  // As short as it can be: an integer of 32 bits, LZF, or as it is.
  void text(Bytes text);
  void integer_text(int64_t value);  // its decimal text
  void element(const listpack::Value& value) {
    value.is_integer ? integer_text(value.integer) : text(value.bytes);
  }
  void raw(Bytes bytes) { out_.append(bytes); }
  void double_binary(double value) { fixed(value); }
  template <typename Number>  // little endian
  void fixed(Number value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  // Readers of an older version do not know what was written.
  void needs_version(uint16_t version) { version_ = version > version_ ? version : version_; }

  // The payload, ended by version and checksum; nothing is written after that.
  const std::string& finish();

 private:
  bool small_integer(Bytes text);
  bool compressed(Bytes text);

  std::string out_;
  uint16_t version_ = kVersionWritten;
};

}  // namespace cobnut::rdb
