// Builds one reply in RESP2 or RESP3, straight into an Output. One handler serves both: where the protocols differ
// (null, map, set, double, boolean, verbatim, push) the builder chooses.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "resp/output.h"

namespace cobnut {

class Reply {
 public:
  Reply(Output& out, int resp) : out_(out), resp_(resp) {}

  int resp() const { return resp_; }
  void set_resp(int resp) { resp_ = resp; }  // HELLO: from its own reply on

  void simple(Bytes text);         // +text
  void ok() { simple("OK"); }
  void error(Bytes text);          // -text, where text starts with its code: "ERR ...", "WRONGTYPE ..." (base/errors.h)
  // Formats like printf; line breaks in client data become spaces, as Redis does.
  void error_format(const char* format, ...) __attribute__((format(printf, 2, 3)));
  void integer(int64_t value);     // :n
  void bulk(Bytes bytes);          // $n
  void bulk_integer(int64_t value);  // the decimal text as a bulk
  void null();                     // $-1 or _
  void null_array();               // *-1 or _
  void array(size_t count);        // then `count` replies
  void map(size_t pairs);          // then 2 * `pairs` replies
  void set(size_t count);
  void push(size_t count);
  void attribute(size_t pairs);    // RESP3 only
  void boolean(bool value);        // :1/:0 or #t/#f
  void real(double value);         // bulk or ,
  void verbatim(Bytes text, const char extension[3]);  // bulk or =txt:
  // Errors so far, for INFO errorstats and EXEC.
  bool failed() const { return failed_; }

 private:
  Output& out_;
  int resp_;
  bool failed_ = false;
};

}  // namespace cobnut
