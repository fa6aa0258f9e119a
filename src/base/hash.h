// Where a key lives: its Redis Cluster hash slot and its position in the keyspace's one order.
// Any thread; no state but the process's hash seed, which is set once before the first key.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace cobnut {

constexpr uint32_t kSlots = 16384;  // Redis Cluster specification

// CRC16/XMODEM, slicing by 8 (2.8 ns for 8 bytes against 9 ns bytewise; no Debian package has it at
// that speed).
uint16_t crc16(Bytes data);
// The part of a key that decides its slot: between the first '{' and the next '}', if that is not
// empty.
Bytes hash_tag(Bytes key);
inline uint32_t key_slot(Bytes key);

// Keyed 64-bit hash (XXH3 of libxxhash), so that nobody outside can choose colliding keys.
uint64_t keyed_hash(Bytes data);
// Random by default; a fixed value makes tests and restarts with a log repeatable. Before the first
// key only.
void set_hash_seed(uint64_t seed);
uint64_t hash_seed();

// position = slot (14 bits) . keyed hash (50 bits). One order of all keys, used by table, SCAN,
// slots, snapshots.
using Position = uint64_t;
constexpr int kHashBits = 50;
constexpr Position kHashMask = (Position{1} << kHashBits) - 1;
Position key_position(Bytes key);
Position key_hash(Bytes key);  // the same but for the slot, which is 0: for half the cost
inline uint32_t slot_of(Position position) { return static_cast<uint32_t>(position >> kHashBits); }

inline uint32_t key_slot(Bytes key) { return crc16(hash_tag(key)) & (kSlots - 1); }

// A key with its position worked out once, when it is routed.
struct Key {
  Bytes bytes;
  Position position;

  explicit Key(Bytes key) : bytes(key), position(key_position(key)) {}
  Key(Bytes key, Position known) : bytes(key), position(known) {}
};

}  // namespace cobnut
