// Every error text that a client can see, with its code (the first word is what clients switch on).
// Redis 7.0.15's words.
#pragma once

#include "base/bytes.h"

namespace cobnut::err {

constexpr Bytes kWrongType = "WRONGTYPE Operation against a key holding the wrong kind of value";
constexpr Bytes kSyntax = "ERR syntax error";
constexpr Bytes kNotInteger = "ERR value is not an integer or out of range";
constexpr Bytes kNotFloat = "ERR value is not a valid float";
constexpr Bytes kOutOfMemory = "OOM command not allowed when used memory > 'maxmemory'.";
constexpr Bytes kNoSuchKey = "ERR no such key";
constexpr Bytes kDbIndex = "ERR DB index is out of range";
constexpr Bytes kNoAuth = "NOAUTH Authentication required.";

}  // namespace cobnut::err
