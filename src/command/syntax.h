// CommandSpec::syntax: a command's arguments in one line, from which COMMAND DOCS builds its tree
// (redis-cli's hints are made of that). As in redis-cli's help, with the names that Redis 7.0 gives
// them; redis-compat/command_rows.py prints the line of any command that redis-server has.
//
//   key  value  count          an argument; its type follows from the name (string, else as
//                              syntax.cc lists), or is written behind it: increment:double
//   [a]                        optional
//   a...                       once or more
//   NX                         a word as it is, a "pure token" called nx; change=CH has another
//   name EX seconds                 an argument behind a word of its own GET... pattern the same,
//   and the word comes again with each when{NX | XX}              one of several pair{field
//   value}...       several that belong together, here once or more LIMIT limit{offset count}  the
//   same behind a word destination:key#1          a key of the command's key specification 1; of 0
//   where nothing is said GET@6.2.0  ip:string!2.8   since, and deprecated since, a later version
//   than the command
//
// Behind a name or token these come in the order =token :type #specification @since !until {...}
// ...
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace cobnut {

struct Argument {
  std::string name;
  Bytes type;                  // "key", "string", "oneof", "block", ... as COMMAND DOCS writes it
  std::optional<Bytes> token;  // may be empty: MIGRATE's ""
  Bytes since, deprecated_since;
  int key_spec = -1;
  bool optional = false, multiple = false, multiple_token = false;
  std::vector<Argument> arguments;  // of oneof and block
};

// The views point into `text`. An error says what is wrong and where: a mistake in a row.
Result<std::vector<Argument>> parse_syntax(Bytes text);

}  // namespace cobnut
