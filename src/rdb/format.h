// The numbers of the RDB format: what a serialized value begins with, and versions. Source: the
// published descriptions of the format and what the servers of each version write.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cobnut::rdb {

// The first byte of a value. 6 and 7 are modules' values, 8 was never used; 12 to 14 and 10, 11, 13
// are what servers before 7.0 wrote, 22 is Valkey's, 23 and from 26 on are not read.
enum class ValueType : uint8_t {
  kString = 0,
  kList = 1,
  kSet = 2,
  kZset = 3,  // scores as text
  kHash = 4,
  kZset2 = 5,  // scores as binary doubles
  kHashZipmap = 9,
  kListZiplist = 10,
  kSetIntset = 11,
  kZsetZiplist = 12,
  kHashZiplist = 13,
  kListQuicklist = 14,
  kStreamListpacks = 15,
  kHashListpack = 16,
  kZsetListpack = 17,
  kListQuicklist2 = 18,
  kStreamListpacks2 = 19,
  kSetListpack = 20,
  kStreamListpacks3 = 21,
  kHash2 = 22,           // Valkey 9.0: a deadline for each field
  kHashMetadata = 24,    // Redis 7.4: the same
  kHashListpackEx = 25,  // Redis 7.4: field, value, deadline in a listpack
  // Ours, which no other server reads: members with their deadlines (Unix ms, -1: none).
  kSetDeadlines = 60,
  kZsetDeadlines = 61,
};

// Every server from Redis 7.0 on reads this one.
constexpr uint16_t kVersionWritten = 10;
constexpr uint16_t kVersionFieldDeadlines = 12;  // where only Redis 7.4 can read the value

// Redis's numbers up to 8.8, then Valkey's own.
constexpr bool readable_version(uint16_t version) {
  return version <= 14 || version == 80 || version == 81;
}

// A DUMP payload: value type, value, then
constexpr size_t kFooterBytes = 10;  // version u16 LE, CRC-64 of all before it u64 LE

// A length, by the high bits of its first byte.
constexpr uint8_t kLength6 = 0x00;       // 00xxxxxx
constexpr uint8_t kLength14 = 0x40;      // 01xxxxxx + 1 B
constexpr uint8_t kLength32 = 0x80;      // + 4 B, big endian as all lengths
constexpr uint8_t kLength64 = 0x81;      // + 8 B
constexpr uint8_t kSpecial = 0xc0;       // 11xxxxxx: a string in one of these forms
constexpr uint8_t kSpecialInt8 = 0xc0;   // + 1 B
constexpr uint8_t kSpecialInt16 = 0xc1;  // + 2 B, little endian
constexpr uint8_t kSpecialInt32 = 0xc2;  // + 4 B, little endian
constexpr uint8_t kSpecialLzf = 0xc3;    // + length of what follows, length of the text, LZF bytes

// The container of a node of kListQuicklist2.
constexpr uint64_t kNodePlain = 1;   // one element
constexpr uint64_t kNodePacked = 2;  // a listpack

}  // namespace cobnut::rdb
