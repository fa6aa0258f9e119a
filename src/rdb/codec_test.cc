// Values as redis-server 7.0.15 dumped them, or took them from an older server: they load, have
// the digest that it told by DEBUG DIGEST-VALUE, and dump again as something that loads.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keyspace/collection.h"
#include "memory/pages.h"
#include "rdb/codec.h"
#include "rdb/digest.h"
#include "rdb/test_packs.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::rdb {
namespace {

using namespace std::literals;

struct Sample {
  const char* name;
  Type type;
  std::string_view payload;
  const char* digest;
};
constexpr Sample kSamples[] = {
    {"a string", Type::kString,
     "\x00\x05hello\x0a\x00"
     "cr\xdfve4 \x0a"sv,
     "36b23a1456b2dce2c3ed252c456761301dba8060"},
    {"an integer", Type::kString,
     "\x00\xc2\xff\x7f\xff\xff\x0a\x00\xae\xe3LM\x06\xc6\x85"
     "6"sv,
     "3453ad3b0934e3fefe4b2ff5ef31c21035d1874b"},
    {"a compressed string", Type::kString,
     "\x00\xc3\x0a@P\x02"
     "aba\xe0"
     "B\x01\x01"
     "ab\x0a\x00\x94\x9d_\x0e\xb1"
     "\xde\xa4"
     "E"sv,
     "35fd777edabbfa3019cc8f53ddad59f65c6efa83"},
    {"a list", Type::kList,
     "\x12\x01\x02\xc3\x1a"
     "2\x10"
     "2\x00\x00\x00\x05\x00\x81"
     "a\x02\x0c"
     "\x01\xf1x\xec\x03\x9ex\xe0\x14\x00\x03\x1f\x80\x01\xff\x0a\x00M\xd6"
     "\x13\xda\x9f\xe7sO"sv,
     "9604560361f7e4295866e6e9d62854f987227140"},
    {"a list of two nodes", Type::kList,
     "\x12\x03\x02\x0d\x0d\x00\x00\x00\x02\x00\x81"
     "a\x02\x81"
     "b\x02\xff"
     "\x02\x0d\x0d\x00\x00\x00\x02\x00\x81"
     "c\x02\x81"
     "d\x02\xff\x02\x0a"
     "\x0a\x00\x00\x00\x01\x00\x81"
     "e\x02\xff\x0a\x00\xecR6\xa7` \xa1\xdb"sv,
     "379ea013f19d28532bfe02547a18f045cf890a7e"},
    {"an intset", Type::kSet,
     "\x0b \x08\x00\x00\x00\x03\x00\x00\x00\x90\xee\xfe\xff\xff\xff\xff"
     "\xff\x01\x00\x00\x00\x00\x00\x00\x00\x00\xf2\x05*\x01\x00\x00\x00"
     "\x0a\x00R@\x9d\x85\x8aV\xc1~"sv,
     "31c66a03db6cbc5244d9ae4cc3257d47fcf15d50"},
    {"a set", Type::kSet,
     "\x02\x04\xc3\x09(\x01xx\xe0\x1b\x00\x01xx\xc0\x01\x00\x01"
     "a\x0a\x00"
     "\x16\x82\x8a\x18\xe7lX\xc4"sv,
     "9c2abd70842d441681090207c818581213304dd6"},
    {"a hash table", Type::kHash,
     "\x04\x03\x01"
     "f\x01v\x01g\xc0\x0c\x00\x01x\x0a\x00\xee[\xa0q:9\x1c"
     "\x07"sv,
     "d2a3102a5c5f692b071ea889a0d23cbcf350faf2"},
    {"a hash listpack", Type::kHash,
     "\x10\x17\x17\x00\x00\x00\x06\x00\x81"
     "f\x02\x81v\x02\x81g\x02\x0c"
     "\x01\x80\x01\x81x\x02\xff\x0a\x00#\x14\x92"
     "1z\x1dh="sv,
     "d2a3102a5c5f692b071ea889a0d23cbcf350faf2"},
    {"a sorted set", Type::kZset,
     "\x05\x06\x01"
     "c\x00\x00\x00\x00\x00\x00\xf0\x7f\x01"
     "f\x9cu\x00\x88"
     "<\xe4"
     "7~\x01"
     "d\x00\x00\x00\x00\x00\x00\x08@\x01"
     "a\x00\x00\x00\x00"
     "\x00\x00\xf8\x3f\x01"
     "e\x9a\x99\x99\x99\x99\x99\xb9\x3f\x01"
     "b\x00"
     "\x00\x00\x00\x00\x00\xf0\xff\x0a\x00\x11\xd0{\xeb\xa1\x5cs\x03"sv,
     "fb6460f3bf92b226f73556449c4eec022b81cf5d"},
    {"a sorted listpack", Type::kZset,
     "\x11\xc3@F@Y\x16Y\x00\x00\x00\x0c\x00\x81"
     "b\x02\x84-inf\x05\x81"
     "e"
     "\x02\x93"
     "0.10\xe0\x05\x00\x14"
     "1\x14\x81"
     "a\x02\x83"
     "1.5\x04\x81"
     "d\x02\x03\x01\x81"
     "f\x02\x97"
     "1.\xe0\x05\x22\x0b"
     "01e+300\x18\x81"
     "c\x02\x83 H\x01\x04\xff\x0a\x00\x83g\x08\x0c"
     "d\xaf\xce\xfb"sv,
     "fb6460f3bf92b226f73556449c4eec022b81cf5d"},
    {"a stream", Type::kStream,
     "\x13\x01\x10\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00"
     "\x00\x01\xc3<@A\x12"
     "A\x00\x00\x00\x19\x00\x02\x01\x01\x01\x02\x01"
     "\x81"
     "a\x02\x81"
     "b\x02\x00 \x09\x00\x00 \x01@\x11\x02\x05\x01\x03"
     "`\x09\x02\x03\x01\x04 \x0b@\x19\x01\xdf\xff +\x0b\x85other\x06\x05"
     "\x01\x06\x01\xff\x02\x07\x00\x05\x01\x05\x02\x03\x00\x0a\x00U\x18"
     "\xa1\xd0\xfd\x08:\x13"sv,
     "1c88c56f26128ab6a2eb6c061f43a6bbf3dd707c"},
    {"a stream with groups", Type::kStream,
     "\x13\x01\x10\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00"
     "\x00\x01"
     "11\x00\x00\x00\x14\x00\x03\x01\x00\x01\x01\x01\x81"
     "a\x02"
     "\x00\x01\x02\x01\x00\x01\x00\x01\x01\x01\x04\x01\x02\x01\x00\x01\x01"
     "\x01\x03\x01\x04\x01\x02\x01\x02\x01\xdf\xff\x02\x05\x01\x04\x01\xff"
     "\x03\x07\x00\x05\x01\x00\x00\x03\x02\x01g\x07\x00\x03\x02\x00\x00"
     "\x00\x00\x00\x00\x00\x05\x00\x00\x00\x00\x00\x00\x00\x01"
     "D\xb1,\xff"
     "\xa1\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00"
     "\x00\x00\x00\x00"
     "D\xb1,\xff\xa1\x01\x00\x00\x01\x02\x05"
     "aliceD\xb1"
     ",\xff\xa1\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x05\x00\x00"
     "\x00\x00\x00\x00\x00\x01\x03"
     "bobD\xb1,\xff\xa1\x01\x00\x00\x01\x00"
     "\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x00\x01h"
     "\x05\x01\x81\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00\x0a\x00pYX\xcc"
     "\x16\x83"
     "5\xfc"sv,
     "5adaf1486c79de1ddfdd1316f675608fedb5588c"},
    {"a plain list", Type::kList,
     "\x01\x02\x01"
     "a\xc0\x07\x0a\x00PA`M\xf0K\xc6T"sv,
     "1455899e067e55dbcb4be604b8057588f027b5dc"},
    {"a list of a ziplist", Type::kList,
     "\x0a\x80\x00\x00\x00"
     "bb\x00\x00\x00\x18\x00\x00\x00\x05\x00\x00\x01"
     "a\x03\xf8\x02\xc0\x7f\xff\x04\xf0p\x11\x01\x05@Fxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\xff\x06\x00"
     "\x96\x5c\x89\x12*\xc1"
     "5\xa4"sv,
     "ba72f40402a167dc63e2dc3baf9ffc868f4ce471"},
    {"a list of ziplists", Type::kList,
     "\x0e\x02\x80\x00\x00\x00\x10\x10\x00\x00\x00\x0d\x00\x00\x00\x02\x00"
     "\x00\x01"
     "a\x03\xf8\xff\x80\x00\x00\x00\x0e\x0e\x00\x00\x00\x0a\x00"
     "\x00\x00\x01\x00\x00\x01"
     "b\xff\x09\x00\xf6\xa8r\x86\xeb^\x0b\x87"sv,
     "d2150ee8aca1c9aad3fa868e3743208d360d7ddd"},
    {"a plain set", Type::kSet,
     "\x02\x02\x01"
     "a\xc0\x07\x0a\x00\x9c\x8d\xd1\x16\xceK\xe1\x1c"sv,
     "a4658e03258b1a73b87d6b2065a4905ec3800184"},
    {"a sorted set with scores as text", Type::kZset,
     "\x03\x03\x01"
     "a\x03"
     "1.5\x01"
     "b\xfe\x01"
     "c\xff\x0a\x00\x06\xd6\xb5"
     "\xd1\x1b\xd0\x08O"sv,
     "d3630f2f3ecf0d38df32af888c02fb93988a1aac"},
    {"a sorted ziplist", Type::kZset,
     "\x0c\x80\x00\x00\x00\x18\x18\x00\x00\x00\x12\x00\x00\x00\x04\x00\x00"
     "\x01"
     "a\x03\xf2\x02\x01"
     "b\x03\x03"
     "2.5\xff\x06\x00\x8c\xbe"
     "7R*\x19"
     "L\x90"sv,
     "c45c5b051acd64070e5ed1a949939d5145f806c5"},
    {"a zipmap", Type::kHash,
     "\x09\x80\x00\x00\x00\x0e\x02\x01"
     "f\x01\x01v\x3f\x01g\x02\x00"
     "12"
     "\xff\x04\x00\xd0w\x12\x90\x19j\x81"
     "9"sv,
     "8530acc75d5274eb0fc0da86f28ed5533274a6d4"},
    {"a hash of a ziplist", Type::kHash,
     "\x0d\x80\x00\x00\x00\x16\x16\x00\x00\x00\x13\x00\x00\x00\x04\x00\x00"
     "\x01"
     "f\x03\x01v\x03\x01g\x03\xfd\xff\x06\x00W\x01%\xcev\xfd\x1c\xc3"sv,
     "8530acc75d5274eb0fc0da86f28ed5533274a6d4"},
};

struct Shard {
  PagePool pages;
  Keyspace keyspace{
      0, kSlots, 1, pages, large_allocator(AllocatorKind::kPooled), 1'700'000'000'000};

  // The key "k" gets what the bytes say. False: refused.
  bool restore(Bytes body) {
    Loaded loaded(keyspace);
    if (!load(body, Options(), loaded)) return false;
    const Key key("k");
    CHECK(keyspace.put(0, key, keyspace.peek(0, key), loaded.value, kNoExpiry, Event::kRestore) ==
          Written::kOk);
    loaded.stored();
    return true;
  }
  const Entry& entry() { return *keyspace.peek(0, Key("k")).entry; }
  std::string digest() { return value_digest(entry(), keyspace.now_ms()).hex(); }
};

TEST_CASE("codec: what redis-server dumped") {
  Shard shard;
  for (const Sample& sample : kSamples) {
    CAPTURE(std::string(sample.name));
    const std::optional<Bytes> body = checked_payload(sample.payload);
    REQUIRE(body);
    REQUIRE(shard.restore(*body));
    CHECK(shard.entry().type() == sample.type);
    CHECK(shard.digest() == sample.digest);
    const std::optional<std::string> payload = dump(shard.entry(), shard.keyspace.now_ms());
    REQUIRE(payload);
    const std::optional<Bytes> ours = checked_payload(*payload);
    REQUIRE(ours);
    REQUIRE(shard.restore(*ours));
    CHECK(shard.entry().type() == sample.type);
    CHECK(shard.digest() == sample.digest);
  }
}

TEST_CASE("codec: a payload that is cut or damaged anywhere is refused by its checksum") {
  for (const Sample& sample : kSamples) {
    for (size_t size = 0; size < sample.payload.size(); size++)
      CHECK(!checked_payload(sample.payload.substr(0, size)));
    for (size_t at = 0; at < sample.payload.size(); at++) {
      std::string damaged(sample.payload);
      damaged[at] ^= 4;
      CHECK(!checked_payload(damaged));
    }
  }
}

TEST_CASE("codec: a small hash is dumped as Redis does it, byte by byte") {
  Shard shard;
  const Sample* sample = nullptr;
  for (const Sample& each : kSamples) {
    if (each.name == "a hash listpack"sv) sample = &each;
  }
  REQUIRE(sample != nullptr);
  REQUIRE(shard.restore(*checked_payload(sample->payload)));
  CHECK(dump(shard.entry(), shard.keyspace.now_ms()) == std::string(sample->payload));
}

std::string member_text(size_t i) {
  return i % 9 == 8 ? std::to_string(i) : "member" + std::to_string(i);
}

// A value of `elements`, of which number `twice` comes again at the end; SIZE_MAX: none.
std::string plain_body(ValueType type, size_t elements, size_t twice) {
  Writer out;
  out.type(type);
  out.length(elements + (twice != SIZE_MAX));
  const auto add = [&](size_t i, double score) {
    out.text(member_text(i));
    if (type == ValueType::kHash) out.text("value" + std::to_string(i));
    if (type == ValueType::kZset2) out.double_binary(score);
  };
  for (size_t i = 0; i < elements; i++) add(i, -static_cast<double>(i));
  if (twice != SIZE_MAX) add(twice, -1e9);
  return std::string(*checked_payload(out.finish()));
}

TEST_CASE("codec: values of every size, and one element too many") {
  Shard shard;
  for (const ValueType type : {ValueType::kSet, ValueType::kHash, ValueType::kZset2}) {
    for (const size_t elements : {1u, 2u, 40u, 127u, 128u, 129u, 511u, 512u, 513u, 3000u}) {
      const std::string body = plain_body(type, elements, SIZE_MAX);
      REQUIRE(shard.restore(body));
      const std::string digest = shard.digest();
      const std::string payload = *dump(shard.entry(), shard.keyspace.now_ms());
      REQUIRE(shard.restore(*checked_payload(payload)));
      CHECK(shard.digest() == digest);
      for (const size_t twice : {size_t{0}, elements / 2, elements - 1})
        CHECK(!shard.restore(plain_body(type, elements, twice)));
      for (const size_t less : {size_t{1}, size_t{9}, body.size() / 2})
        CHECK(!shard.restore(body.substr(0, body.size() - std::min(less, body.size() - 1))));
    }
  }
  shard.keyspace.remove(0, Key("k"), shard.keyspace.peek(0, Key("k")), Event::kDel);
  while (shard.keyspace.heap().free_step()) {
  }
  CHECK(shard.keyspace.heap().used_bytes() == 0);
}

TEST_CASE("codec: sorted listpacks that are not as ours are made anew, or refused") {
  Shard shard;
  const auto restore = [&](const std::vector<std::string>& texts) {
    return shard.restore(static_cast<char>(ValueType::kZsetListpack) +
                         raw_text(listpack_of(texts)));
  };
  REQUIRE(restore({"a", "1", "b", "1", "c", "2.5", "7", "3"}));
  const std::string digest = shard.digest();
  const std::string bytes(shard.entry().bytes());
  REQUIRE(restore({"b", "1", "a", "1", "7", "3", "c", "2.5"}));
  CHECK(shard.digest() == digest);
  CHECK(shard.entry().bytes() == bytes);
  CHECK(!restore({"a", "1", "b", "1", "a", "2"}));
  CHECK(!restore({"a", "1", "a", "1"}));
  CHECK(!restore({"a", "1", "b", "nan"}));
  CHECK(!restore({"a", "1", "b"}));
  CHECK(!restore({}));
}

TEST_CASE("codec: packs of a set") {
  Shard shard;
  const auto restore = [&](ValueType type, const std::string& pack) {
    return shard.restore(static_cast<char>(type) + raw_text(pack));
  };
  const auto encoding = [&] { return shard.entry().encoding(); };
  std::vector<int32_t> integers;
  std::vector<std::string> texts;
  for (int i = 0; i < 512; i++) integers.push_back(100 * i - 1000);
  REQUIRE(restore(ValueType::kSetIntset, intset_of(integers)));
  CHECK(encoding() == Encoding::kIntset);
  CHECK(shard.entry().bytes() == intset_of(integers));
  integers.push_back(100'000'000);  // more than an intset takes
  REQUIRE(restore(ValueType::kSetIntset, intset_of(integers)));
  CHECK(shard.entry().collection() != nullptr);
  std::swap(integers[3], integers[4]);
  CHECK(!restore(ValueType::kSetIntset, intset_of(integers)));
  for (int i = 0; i < 128; i++)
    texts.push_back(i % 5 == 0 ? std::to_string(i) : "m" + std::to_string(i));
  REQUIRE(restore(ValueType::kSetListpack, listpack_of(texts)));
  CHECK(shard.entry().bytes() == listpack_of(texts));
  texts[100] = texts[7];
  CHECK(!restore(ValueType::kSetListpack, listpack_of(texts)));
  texts[100] = "the last one";
  texts.push_back("one more");
  REQUIRE(restore(ValueType::kSetListpack, listpack_of(texts)));
  CHECK(shard.entry().collection() != nullptr);
  REQUIRE(restore(ValueType::kSetListpack, listpack_of({"3", "1", "2"})));
  CHECK(encoding() == Encoding::kIntset);
  REQUIRE(restore(ValueType::kSetListpack, listpack_of({"3", std::string(100, 'x')})));
  CHECK(shard.entry().collection() != nullptr);
}

// A payload may announce much: memory is asked for what it can hold.
TEST_CASE("codec: what is announced and does not come takes no memory") {
  Shard shard;
  for (const ValueType type :
       {ValueType::kSet, ValueType::kHash, ValueType::kZset, ValueType::kZset2}) {
    Writer out;
    out.type(type);
    out.length(200'000);
    out.raw(std::string(1'000'000, '\x01'));  // the same short elements again and again
    const std::string body(*checked_payload(out.finish()));
    Loaded loaded(shard.keyspace);
    CHECK(!load(body, Options(), loaded));
    CHECK(shard.keyspace.heap().used_bytes() < 8 * body.size());
    CHECK(!shard.restore(body.substr(0, 100)));
  }
}

// Without the checksum: refused or loaded, but nothing worse. What is cut never loads.
TEST_CASE("codec: cut and damaged bodies") {
  Shard shard;
  for (const Sample& sample : kSamples) {
    CAPTURE(std::string(sample.name));
    const std::string body(*checked_payload(sample.payload));
    for (size_t size = 0; size < body.size(); size++) CHECK(!shard.restore(body.substr(0, size)));
    for (size_t at = 0; at < body.size(); at++) {
      for (int bit = 0; bit < 8; bit++) {
        std::string damaged = body;
        damaged[at] = static_cast<char>(damaged[at] ^ 1 << bit);
        if (shard.restore(damaged)) static_cast<void>(shard.digest());
      }
    }
  }
}

TEST_CASE("codec: empty collections and members that are there twice are refused") {
  Shard shard;
  const auto body = [](ValueType type, const std::string& rest) {
    return static_cast<char>(type) + rest;
  };
  for (const ValueType type : {ValueType::kList, ValueType::kSet, ValueType::kHash,
                               ValueType::kZset, ValueType::kZset2, ValueType::kListQuicklist2})
    CHECK(!shard.restore(body(type, std::string(1, '\0'))));
  CHECK(!shard.restore(body(ValueType::kSet,
                            "\x02\x01"
                            "a\x01"
                            "a")));
  CHECK(!shard.restore(body(ValueType::kHash,
                            "\x02\x01"
                            "a\x01"
                            "b\x01"
                            "a\x01"
                            "c")));
  CHECK(!shard.restore(body(ValueType::kZset,
                            "\x02\x01"
                            "a\x01"
                            "1\x01"
                            "a\x01"
                            "2")));
  CHECK(!shard.restore(body(ValueType::kHashListpack, raw_text(listpack_of({"a", "b", "c"})))));
  CHECK(
      !shard.restore(body(ValueType::kHashListpack, raw_text(listpack_of({"a", "b", "a", "c"})))));
  CHECK(!shard.restore(body(ValueType::kSetListpack, raw_text(listpack_of({"7", "7"})))));
  CHECK(!shard.restore(body(ValueType::kZsetListpack, raw_text(listpack_of({"a", "x"})))));
  CHECK(!shard.restore(body(ValueType::kZsetListpack, raw_text(listpack_of({"a", "nan"})))));
  // Modules' values, numbers that were never used, Redis 8.6's and later.
  for (const int type : {6, 7, 8, 23, 26, 27, 28, 29, 62, 63, 64, 255})
    CHECK(!shard.restore(static_cast<char>(type) + std::string("\x01\x01"
                                                               "a")));
}

TEST_CASE("codec: forms of Redis 7.2 and 7.4 and Valkey 9") {
  Shard shard;
  const auto digest_of = [&](ValueType type, const std::string& rest) {
    CHECK(shard.restore(static_cast<char>(type) + rest));
    return shard.digest();
  };
  const std::string plain_set = digest_of(ValueType::kSet,
                                          "\x02\x01"
                                          "a\xc0\x07");
  CHECK(digest_of(ValueType::kSetListpack, raw_text(listpack_of({"7", "a"}))) == plain_set);
  const std::string plain_hash = digest_of(ValueType::kHash,
                                           "\x01\x01"
                                           "f\x01"
                                           "v");
  const int64_t deadline_ms = shard.keyspace.now_ms() + 1000;
  const std::string deadline = little_endian(deadline_ms);
  const auto check_deadline = [&] {
    CHECK(dump(shard.entry(), shard.keyspace.now_ms()) == [&] {
      Writer out;
      out.type(ValueType::kHashMetadata);
      out.needs_version(kVersionFieldDeadlines);
      out.fixed(deadline_ms);
      out.length(1);
      out.length(1);
      out.text("f");
      out.text("v");
      return out.finish();
    }());
  };
  CHECK(digest_of(ValueType::kHashMetadata, deadline + "\x01\x01\x01"
                                                       "f\x01"
                                                       "v") == plain_hash);
  check_deadline();
  CHECK(digest_of(ValueType::kHash2,
                  "\x01\x01"
                  "f\x01"
                  "v" +
                      deadline) == plain_hash);
  check_deadline();
  const std::string triple = listpack_of({"f", "v", std::to_string(deadline_ms)});
  CHECK(digest_of(ValueType::kHashListpackEx, deadline + raw_text(triple)) == plain_hash);
  check_deadline();
  CHECK(digest_of(ValueType::kHash2,
                  "\x01\x01"
                  "f\x01"
                  "v" +
                      little_endian(int64_t{-1})) == plain_hash);
  for (const int64_t bad : {int64_t{-2}, INT64_MIN, INT64_MAX, int64_t{1} << 48}) {
    CHECK(!shard.restore(static_cast<char>(ValueType::kHash2) +
                         std::string("\x01\x01"
                                     "f\x01"
                                     "v") +
                         little_endian(bad)));
    CHECK(!shard.restore(static_cast<char>(ValueType::kHashMetadata) + little_endian(bad) +
                         "\x01\x01\x01"
                         "f\x01"
                         "v"));
  }
  CHECK(!shard.restore(static_cast<char>(ValueType::kHashListpackEx) + deadline +
                       raw_text(listpack_of({"f", "v"}))));
}

}  // namespace
}  // namespace cobnut::rdb
