#include "commands/digest.h"

#include <array>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/hash.h"
#include "base/numbers.h"
#include "command/support.h"
#include "types/hash/hash.h"
#include "types/list/list_value.h"
#include "types/set/set.h"
#include "types/stream/stream.h"

namespace cobnut {
namespace {

void append_string(Digest& digest, const Entry& entry, int64_t) {
  char buffer[kIntTextMax];
  digest.append(entry.text(buffer));
}

void append_text(Digest& digest, const listpack::Value& value) {
  char buffer[kIntTextMax];
  digest.append(value.text(buffer));
}

void append_list(Digest& digest, const Entry& entry, int64_t) {
  for (ListCursor cursor(entry, 0); !cursor.done(); cursor.next())
    append_text(digest, cursor.value());
}

// Members and fields by add(): their order does not matter.
void append_set(Digest& digest, const Entry& entry, int64_t now_ms) {
  Digest members;
  SetView(entry, now_ms).for_each([&](const SetMember& member) {
    Digest one;
    append_text(one, member);
    if (member.deadline_ms != kNoDeadline) one.append("expires");
    members.add(one);
  });
  digest.append(members);
}

void append_hash(Digest& digest, const Entry& entry, int64_t now_ms) {
  Digest fields;
  HashView(entry, now_ms).for_each([&](const HashField& field) {
    Digest one;
    append_text(one, field.field);
    append_text(one, field.value);
    if (field.deadline_ms != kNoDeadline) one.append("expires");
    fields.add(one);
  });
  digest.append(fields);
}

void append_id(Digest& digest, StreamId id) {
  char text[kStreamIdTextMax];
  digest.append(Bytes(text, format_stream_id(id, text)));
}

void append_group(Digest& digest, const ConsumerGroup& group) {
  digest.append(group.name());
  append_id(digest, group.last_id);
  for (auto consumer = group.consumers().first(); consumer; consumer.next())
    digest.append((*consumer)->name());
  for (auto pending = group.pending().first(); pending; pending.next()) {
    append_id(digest, pending->id);
    digest.append(pending->consumer->name());
    digest.append(to_text(static_cast<int64_t>(pending->deliveries)));
  }
}

void append_stream(Digest& digest, const Entry& entry, int64_t) {
  const auto& stream = *static_cast<const StreamValue*>(entry.collection());
  StreamValue::Reader reader(stream, kStreamIdMin, kStreamIdMax);
  StreamEntry part;
  while (reader.next(&part)) {
    append_id(digest, part.id);
    part.for_each([&](const listpack::Value& field, const listpack::Value& value) {
      append_text(digest, field);
      append_text(digest, value);
    });
  }
  append_id(digest, stream.last_id());
  for (auto group = stream.groups().first(); group; group.next()) append_group(digest, **group);
}

// By Type; nullptr: not written yet.
constexpr std::array<void (*)(Digest&, const Entry&, int64_t now_ms), 6> kAppend = {
    append_string,  // kString
    append_list,    // kList
    append_set,     // kSet
    nullptr,        // kZset
    append_hash,    // kHash
    append_stream,  // kStream
};

}  // namespace

void Digest::append(Bytes bytes) {
  // The state before is the seed; the two hashes differ by it.
  const auto first = stable_hash(bytes, words_[0] ^ last_);
  const auto second = stable_hash(bytes, words_[1] + first.low);
  words_ = {first.low ^ second.high, first.high};
  last_ = static_cast<uint32_t>(second.low);
}

void Digest::append(const Digest& digest) {
  char bytes[sizeof(digest.words_) + sizeof(digest.last_)];
  memcpy(bytes, digest.words_.data(), sizeof(digest.words_));
  memcpy(bytes + sizeof(digest.words_), &digest.last_, sizeof(digest.last_));
  append(Bytes(bytes, sizeof bytes));
}

void Digest::add(const Digest& digest) {
  for (size_t i = 0; i < words_.size(); i++) words_[i] += digest.words_[i];
  last_ += digest.last_;
}

std::string Digest::hex() const {
  char text[64];
  const int size =
      snprintf(text, sizeof text, "%016llx%016llx%08x", static_cast<unsigned long long>(words_[0]),
               static_cast<unsigned long long>(words_[1]), last_);
  return {text, static_cast<size_t>(size)};
}

bool can_digest(Type type) { return kAppend[static_cast<size_t>(type)] != nullptr; }

Digest value_digest(const Entry& entry, int64_t now_ms) {
  CHECK(can_digest(entry.type()));
  Digest digest(type_name(entry.type()));
  kAppend[static_cast<size_t>(entry.type())](digest, entry, now_ms);
  if (entry.has_expiry()) digest.append("expires");
  return digest;
}

Digest key_digest(int db, Bytes key, const Entry& entry, int64_t now_ms) {
  Digest digest(to_text(db));
  digest.append(key);
  digest.append(value_digest(entry, now_ms));
  return digest;
}

}  // namespace cobnut
