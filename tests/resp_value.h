// A reader of replies in RESP2 and RESP3 that shares no code with the server and takes only what
// the protocol's description allows: hiredis 0.14 reads RESP2 alone, and would forgive more.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/raw_socket.h"

namespace cobnut::test {

struct RespValue {
  char kind = 0;                 // the first byte of the reply: $ * % ~ : , # _ ...
  bool nil = false;              // $-1 and *-1 of RESP2, _ of RESP3
  std::string text;              // of strings, numbers and errors: the bytes as they came
  std::vector<RespValue> items;  // of aggregates; a map's names and values in turn
};

// The next reply; nothing when the bytes are not a reply or end within one. Bytes that are not of
// the protocol's version are refused too: RESP3's kinds in RESP2, $-1 and *-1 in RESP3.
std::optional<RespValue> read_reply(RawSocket& socket, int protocol);

// Kinds and contents as a line: `%{"proto" => :3}`, `*["a", nil]`, `~[+PONG]`.
std::string show(const RespValue& value);

// One round trip: show() of the reply, or what was wrong with it.
std::string ask(RawSocket& socket, int protocol, std::initializer_list<std::string_view> words);

}  // namespace cobnut::test
