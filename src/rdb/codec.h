// Values to and from their serialized form: what DUMP and RESTORE carry, and what a file of them
// holds. A type is one file, X_codec.cc with functions to save, load and digest it, and a row of
// the table in codec.cc.
//
// A type and its form are told apart: whatever a sender kept its value in, what is built here is
// what adding its elements one by one would make, by this server's options. A pack that is that
// already is taken as it is, once all of it was looked at. Values are written in forms that every
// server since Redis 7.0 reads. Owner: the monitor of the value's shard.
#pragma once

#include <optional>
#include <string>

#include "config/options.h"
#include "keyspace/keyspace.h"
#include "rdb/digest.h"
#include "rdb/reader.h"
#include "rdb/writer.h"

namespace cobnut::rdb {

// A value that was read, in the form in which Keyspace::put() takes it.
class Loaded {
 public:
  explicit Loaded(Keyspace& home) : keyspace(home) {}
  ~Loaded();
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  void stored() { value.collection = nullptr; }  // put() has taken it

  Keyspace& keyspace;  // that it goes into: collections are made on its heap, its time is now
  Value value;
  std::string bytes;  // of a string or a blob: value.bytes is a view of it, or of the payload
};

struct Codec {
  Type type;
  uint64_t reads;  // a bit for each ValueType
  // Writes the value type and the value. False: all members are due, nothing is there.
  bool (*save)(Writer& out, const Entry& entry, int64_t now_ms);
  // Mixes in the value as Redis's DEBUG DIGEST does.
  void (*digest)(Digest& digest, const Entry& entry, int64_t now_ms);
  // Reads what follows the value type. False: malformed, or an empty collection.
  bool (*load)(Reader& in, ValueType type, const Options& options, Loaded& loaded);
};

// The codecs, each in X_codec.cc.
extern const Codec kStringCodec;
extern const Codec kListCodec;
extern const Codec kSetCodec;
extern const Codec kZsetCodec;
extern const Codec kHashCodec;
extern const Codec kStreamCodec;

constexpr uint64_t reads(std::initializer_list<ValueType> types) {
  uint64_t bits = 0;
  for (const ValueType type : types) bits |= uint64_t{1} << static_cast<uint32_t>(type);
  return bits;
}

const Codec& codec_of(Type type);
// The payload of DUMP; nothing: all members are due.
std::optional<std::string> dump(const Entry& entry, int64_t now_ms);

// The part of a payload before its version and checksum, when both are right.
std::optional<Bytes> checked_payload(Bytes payload);
bool load(Bytes body, const Options& options, Loaded& loaded);

}  // namespace cobnut::rdb
