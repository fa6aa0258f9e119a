// Untrusted values either are refused or become values like all others: what is loaded can be
// stored and dumped, and its dump gives the same again.
#include <cstring>
#include <random>
#include <string>

#include "base/check.h"
#include "keyspace/collection.h"
#include "memory/pages.h"
#include "rdb/codec.h"
#include "rdb/crc64.h"
#include "rdb/test_packs.h"

using namespace cobnut;
using namespace cobnut::rdb;

namespace {

struct Shard {
  PagePool pages;
  Keyspace keyspace{
      0, kSlots, 1, pages, large_allocator(AllocatorKind::kPooled), 1'700'000'000'000};
};

// Stores what was loaded under this name; its dump.
std::string store(Shard& shard, Bytes name, Loaded& loaded) {
  const Key key(name);
  CHECK(shard.keyspace.put(0, key, shard.keyspace.peek(0, key), loaded.value, kNoExpiry,
                           Event::kRestore) == Written::kOk);
  loaded.stored();
  const Found found = shard.keyspace.peek(0, key);
  return dump(*found.entry, shard.keyspace.now_ms()).value_or(std::string());
}

bool check_load(Shard& shard, Bytes body) {
  const Options options;
  Loaded loaded(shard.keyspace);
  if (!load(body, options, loaded)) return false;
  const std::string payload = store(shard, "first", loaded);
  if (!payload.empty()) {  // else all of its members are due
    const std::optional<Bytes> again_body = checked_payload(payload);
    CHECK(again_body);
    Loaded again(shard.keyspace);
    CHECK(load(*again_body, options, again));
    // Not the same bytes: sets and hashes are written in an order of their own.
    CHECK_EQ(store(shard, "again", again).size(), payload.size());
  }
  for (const Bytes name : {"first", "again"}) {
    const Key key(name);
    const Found found = shard.keyspace.peek(0, key);
    if (found) shard.keyspace.remove(0, key, found, Event::kDel);
  }
  while (shard.keyspace.heap().free_step()) {
  }
  CHECK_EQ(shard.keyspace.heap().used_bytes(), size_t{0});
  return true;
}

std::string length(size_t value) {
  return static_cast<char>(kLength32) +
         little_endian(__builtin_bswap32(static_cast<uint32_t>(value)));
}

// A whole value whose elements are pieces of the input.
std::string whole_value(ValueType type, const std::string& input) {
  std::vector<std::string> texts;
  for (size_t at = 0; at < input.size() && texts.size() < 64;) {
    const size_t bytes = static_cast<unsigned char>(input[at]) % 24;
    texts.push_back(input.substr(at + 1, bytes));
    at += 1 + bytes;
  }
  if (texts.size() % 2 == 1) texts.emplace_back("7");
  const std::string head(1, static_cast<char>(type));
  Ziplist ziplist;
  for (const std::string& text : texts) ziplist.add(text);
  std::vector<std::pair<std::string, std::string>> pairs;
  for (size_t i = 0; i + 1 < texts.size(); i += 2) pairs.emplace_back(texts[i], texts[i + 1]);
  std::vector<int32_t> integers;
  int32_t integer = -100;
  for (const char byte : input) integers.push_back(integer += 1 + static_cast<unsigned char>(byte));
  std::string body;
  switch (type) {
    case ValueType::kString:
      return head + raw_text(input);
    case ValueType::kList:
    case ValueType::kSet:
      for (const std::string& text : texts) body += raw_text(text);
      return head + length(texts.size()) + body;
    case ValueType::kHash:
      for (const std::string& text : texts) body += raw_text(text);
      return head + length(texts.size() / 2) + body;
    case ValueType::kZset:
      for (const auto& [member, score] : pairs)
        body += raw_text(member) +
                "\x03"
                "1.5";
      return head + length(pairs.size()) + body;
    case ValueType::kZset2:
      for (const auto& [member, score] : pairs)
        body += raw_text(member) + little_endian(static_cast<double>(score.size()));
      return head + length(pairs.size()) + body;
    case ValueType::kHashZipmap:
      return head + raw_text(zipmap_of(pairs));
    case ValueType::kSetIntset:
      return head + raw_text(intset_of(integers));
    case ValueType::kListZiplist:
    case ValueType::kZsetZiplist:
    case ValueType::kHashZiplist:
      return head + raw_text(ziplist.bytes());
    case ValueType::kListQuicklist:
      return head + length(2) + raw_text(ziplist.bytes()) + raw_text(ziplist.bytes());
    case ValueType::kListQuicklist2:
      return head + length(2) + length(kNodePacked) + raw_text(listpack_of(texts)) +
             length(kNodePlain) + raw_text(input);
    default:
      return head + raw_text(listpack_of(texts));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Shard shard;
  if (size == 0) return 0;
  const std::string input(reinterpret_cast<const char*>(data), size);
  std::minstd_rand random(data[0] + 1u);
  check_load(shard, input);
  const auto type = static_cast<ValueType>(data[0] % 26);
  check_load(shard, static_cast<char>(type) + input.substr(1));
  check_load(shard, static_cast<char>(type) + raw_text(input.substr(1)));
  const std::string whole = whole_value(type, input.substr(1));
  check_load(shard, whole);
  for (int i = 0; i < 4; i++) {
    std::string damaged = whole;
    damaged[random() % damaged.size()] = static_cast<char>(data[random() % size]);
    if (i % 2) damaged.resize(random() % damaged.size());
    check_load(shard, damaged);
  }
  if (checked_payload(input)) {
    uint64_t checksum = 0;
    memcpy(&checksum, input.data() + size - sizeof(checksum), sizeof(checksum));
    CHECK_EQ(crc64(0, Bytes(input).substr(0, size - sizeof(checksum))), checksum);
  }
  return 0;
}
