// HyperLogLog in a string, in the bytes that Redis keeps: values can be exchanged by GET and SET.
//
//   "HYLL" | encoding u8 (0 dense, 1 sparse) | 3 B unused | estimate u64 LE | registers
//
// The estimate is the last one that was made; its highest bit is set once a register has changed.
// 16384 registers of 6 bits; an element belongs to the one that the low 14 bits of its hash name
// and raises it to the number of trailing zeros of the other 50, plus one (Flajolet et al. 2007).
// Dense: register i in the bits 6i.. of 12288 bytes, least significant first. Sparse: runs,
//
//   00nnnnnn            n+1 registers of 0
//   01nnnnnn nnnnnnnn   n+1 registers of 0, high bits first
//   1vvvvvnn            n+1 registers of v+1
//
// as long as no value is above 32 and the string not above hll-sparse-max-bytes. What clients have
// written into the string by other commands is checked as it is read. Any owner, no allocation but
// of the caller's string.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace cobnut::hll {

constexpr size_t kRegisters = 1 << 14;
constexpr size_t kHeaderBytes = 16;
constexpr size_t kDenseBytes = kHeaderBytes + kRegisters * 6 / 8;

bool has_header(Bytes text);  // else it is no HyperLogLog, and nothing below may be called
bool is_dense(Bytes hll);
std::string empty();  // sparse, the estimate valid

// Which register an element would raise, and to what.
struct Rank {
  uint32_t index;
  uint8_t value;  // 1 to 51
};
Rank rank_of(Bytes element);

// The value of one register; -1: the bytes are corrupt.
int get(Bytes hll, uint32_t index);
bool raise_dense(char* hll, Rank rank);  // true: it was lower
// Raises a register that is lower; the string becomes dense where it must. False: corrupt.
// REQUIRES: sparse.
bool raise_sparse(std::string* hll, Rank rank, size_t sparse_bytes_max);
bool make_dense(std::string* hll);  // false: corrupt

// Every register to the higher of its value and `registers`' (kRegisters of them). False: corrupt.
bool merge_into(uint8_t* registers, Bytes hll);
// How many different elements there were, by Ertl's estimator (New cardinality estimation
// algorithms for HyperLogLog sketches, 2017), as Redis since 4.0.
uint64_t estimate(const uint8_t* registers);

// The runs of a sparse one in words, "z:" and "Z:" registers of 0 (in one byte and in two), "v:"
// value,registers: "Z:8191 v:3,1 z:20 ...". Corrupt bytes as far as they can be read.
std::string runs_in_words(Bytes hll);

bool cached(Bytes hll, uint64_t* estimate);
void set_cached(char* hll, uint64_t estimate);
void invalidate(char* hll);

}  // namespace cobnut::hll
