// Builds one reply in RESP2 or RESP3, straight into an Output. One handler serves both: where the
// protocols differ (null, map, set, double, boolean, verbatim, push) the builder chooses. Forms and
// texts are those of Redis 7.0.15. What every GET and SET needs is inline: one reserve() each, then
// plain stores.
#pragma once

#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "resp/output.h"

namespace cobnut {

class Reply {
 public:
  Reply(Output& out, int resp) : out_(out), resp_(resp) {}

  int resp() const { return resp_; }
  void set_resp(int resp) { resp_ = resp; }  // HELLO: from its own reply on
  Output& output() { return out_; }

  void simple(Bytes text) {  // +text; REQUIRES: no line break in it
    char* to = out_.reserve(text.size() + 3);
    *to++ = '+';
    out_.commit(line_end(put(to, text)));
  }
  void ok() { simple("OK"); }
  void error(Bytes text);  // -text, where text starts with its code: "ERR ...", "WRONGTYPE ..."
                           // (base/errors.h)
  // Formats like printf; line breaks in client data become spaces, as Redis does.
  void error_format(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void integer(int64_t value) {  // :n
    char* to = out_.reserve(1 + kDigitsMax + 2);
    *to++ = ':';
    out_.commit(line_end(put_signed(to, value)));
  }
  void bulk(Bytes bytes) {  // $n
    char* to = out_.reserve(bytes.size() + 1 + kDigitsMax + 2 + 2);
    *to++ = '$';
    to = line_end(put_unsigned(to, bytes.size()));
    out_.commit(line_end(put(to, bytes)));
  }
  void bulk_integer(int64_t value);  // the decimal text as a bulk
  void null() { raw(resp_ == 2 ? Bytes("$-1\r\n") : Bytes("_\r\n")); }
  void null_array() { raw(resp_ == 2 ? Bytes("*-1\r\n") : Bytes("_\r\n")); }
  void array(size_t count) { header('*', count); }  // then `count` replies
  void map(size_t pairs) {
    resp_ == 2 ? header('*', 2 * pairs) : header('%', pairs);
  }  // then 2 * `pairs` replies
  void set(size_t count) { header(resp_ == 2 ? '*' : '~', count); }
  void push(size_t count) { header(resp_ == 2 ? '*' : '>', count); }
  void attribute(size_t pairs);  // RESP3 only
  void boolean(bool value) {     // :1/:0 or #t/#f
    if (resp_ == 2)
      raw(value ? Bytes(":1\r\n") : Bytes(":0\r\n"));
    else
      raw(value ? Bytes("#t\r\n") : Bytes("#f\r\n"));
  }
  void real(double value);                             // bulk or ,
  void real_text(Bytes text);                          // the same of a number written elsewhere
  void verbatim(Bytes text, const char extension[3]);  // bulk or =txt:
  void big_number(Bytes digits);                       // bulk or (
  // Whether there was an error, and the code of the last one ("ERR", "WRONGTYPE"), for INFO
  // errorstats and EXEC.
  bool failed() const { return failed_; }
  Bytes error_code() const { return {error_code_, failed_ ? size_t{error_code_size_} : size_t{0}}; }

 private:
  static constexpr size_t kDigitsMax = 20;  // "-9223372036854775808", "18446744073709551615"

  static char* put(char* to, Bytes bytes) {
    if (!bytes.empty()) memcpy(to, bytes.data(), bytes.size());  // an empty view may point nowhere
    return to + bytes.size();
  }
  static char* line_end(char* to) {
    to[0] = '\r';
    to[1] = '\n';
    return to + 2;
  }
  static char* put_unsigned(char* to, uint64_t value) {
    if (value < 10) {
      *to = static_cast<char>('0' + value);
      return to + 1;
    }
    return put_digits(to, value);
  }
  static char* put_signed(char* to, int64_t value) {
    if (value >= 0) return put_unsigned(to, static_cast<uint64_t>(value));
    *to = '-';
    return put_unsigned(to + 1, -static_cast<uint64_t>(value));
  }
  static char* put_digits(char* to, uint64_t value);
  void raw(Bytes bytes) {  // a few bytes
    char* to = out_.reserve(bytes.size());
    out_.commit(put(to, bytes));
  }
  void header(char type, size_t count) {
    char* to = out_.reserve(1 + kDigitsMax + 2);
    *to++ = type;
    out_.commit(line_end(put_unsigned(to, count)));
  }

  void keep_error_code(Bytes text);

  Output& out_;
  int resp_;
  bool failed_ = false;
  uint8_t error_code_size_;  // this and the next: only when failed_
  char error_code_[32];
};

}  // namespace cobnut
