// CRC-64 as Redis computes it over RDB files and DUMP payloads: the Jones polynomial, reflected,
// from 0, not inverted at the end. Any thread; 16 KiB of tables, made at compile time.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace cobnut::rdb {

// Of what `crc` is of (0 at first) and then these bytes.
uint64_t crc64(uint64_t crc, Bytes bytes);

}  // namespace cobnut::rdb
