// A block as the listpack that Redis publishes for RDB files:
//
//   master entry  live | deleted | number of fields | field ... | 0
//   entry         flags | ms | seq | value ... | elements            with the master's fields
//                 flags | ms | seq | number of fields | (field | value) ... | elements
//
// ms and seq are counted from the block's first id, modulo 2^64; flags: 1 deleted, 2 the master's
// fields; `elements` is how many stand before it in the entry, for Redis's walks backward.
#pragma once

#include <string>

#include "types/stream/stream_block.h"

namespace cobnut {

std::string listpack_of(const StreamBlock& block);  // of block.pack_bytes()

// A block of a listpack from outside: O(n). False: it is no such listpack; *block is untouched.
// REQUIRES: listpack::valid(pack).
bool block_of_listpack(AccountedCollection& memory, StreamId first, Bytes pack, StreamBlock* block);

}  // namespace cobnut
