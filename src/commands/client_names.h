// What CLIENT SETNAME and HELLO SETNAME accept as a name.
#pragma once

#include "base/errors.h"
#include "command/command.h"

namespace cobnut {

// Printable ASCII without blanks, so that it fits in a field of CLIENT LIST. False: the error is
// replied.
inline bool client_name_valid(Context& cx, Bytes name) {
  for (const char c : name) {
    if (c >= '!' && c <= '~') continue;
    cx.reply.error(err::kClientName);
    return false;
  }
  return true;
}

}  // namespace cobnut
