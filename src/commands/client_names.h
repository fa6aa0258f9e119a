// What CLIENT SETNAME and HELLO SETNAME accept as a name.
#pragma once

#include "base/errors.h"
#include "command/command.h"

namespace cobnut {

// Printable ASCII without blanks, so that it fits in a field of CLIENT LIST.
inline bool fits_client_field(Bytes text) {
  for (const char c : text) {
    if (c < '!' || c > '~') return false;
  }
  return true;
}

// False: the error is replied.
inline bool client_name_valid(Context& cx, Bytes name) {
  if (fits_client_field(name)) return true;
  cx.reply.error(err::kClientName);
  return false;
}

}  // namespace cobnut
