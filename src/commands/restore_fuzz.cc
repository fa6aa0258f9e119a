// Values whose payload was tampered with and then signed anew, as a hostile client would: RESTORE
// refuses them, or they are values like all others. Whatever command comes next answers; what it
// leaves can be dumped, and restored to the same. (The idea is of Redis's corrupt-dump-fuzzer.)
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/check.h"
#include "commands/testing.h"
#include "keyspace/collection.h"
#include "rdb/crc64.h"
#include "rdb/reader.h"
#include "rdb/test_packs.h"

using namespace cobnut;
using namespace cobnut::rdb;
using cobnut::testing::split_line;
using cobnut::testing::TestServer;

namespace {

// Bytes of the input, then bytes that follow from them.
class Source {
 public:
  Source(const uint8_t* data, size_t size) : data_(data), size_(size) {
    for (size_t i = 0; i < size; i++) state_ = (state_ ^ data[i]) * 0x100000001b3;
  }
  uint8_t byte() {
    if (at_ < size_) return data_[at_++];
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint8_t>(state_ >> 56);
  }
  size_t below(size_t end) { return (size_t{byte()} << 8 | byte()) % end; }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  std::string rest() {
    std::string bytes(reinterpret_cast<const char*>(data_) + at_, size_ - at_);
    at_ = size_;
    return bytes;
  }

 private:
  const uint8_t* data_;
  size_t size_, at_ = 0;
  uint64_t state_ = 0xcbf29ce484222325;
};

using Lines = std::vector<std::string>;

// "a; b" as {"a", "b"}.
Lines lines_of(std::string_view text) {
  Lines lines;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find("; ", at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + 2;
  }
  return lines;
}

// What is run on the key "k". %e an element, %n a number, %f a float, %i a stream's id.
const Lines kAnyType = lines_of(
    "TYPE k; OBJECT ENCODING k; COPY k other REPLACE; COPY other k REPLACE; RENAME k other; "
    "RENAME other k; SORT k ALPHA; SORT k BY nosort GET # LIMIT %n %n; "
    "SORT k BY w_* GET k->* ALPHA STORE third; DUMP k; EXPIRE k 100; PERSIST k; "
    "MEMORY USAGE k; MOVE k 1; TOUCH k");
const Lines kString = lines_of(
    "GET k; STRLEN k; APPEND k %e; SETRANGE k %n %e; GETRANGE k %n %n; INCRBY k %n; "
    "INCRBYFLOAT k %f; BITCOUNT k %n %n BIT; BITPOS k 1 %n %n; "
    "BITFIELD k GET u8 %n SET i16 %n %n INCRBY u63 %n %n; SETBIT k %n 1; BITOP NOT other k; "
    "BITOP XOR k other k; PFADD k %e %e; PFCOUNT k; PFCOUNT k other; PFMERGE other k; "
    "PFMERGE k other; PFDEBUG GETREG k; PFDEBUG ENCODING k; PFDEBUG TODENSE k; "
    "PFDEBUG DECODE k; LCS k other IDX; GETEX k EX 100; GETDEL k; MGET k other");
const Lines kList = lines_of(
    "LRANGE k 0 -1; LRANGE k %n %n; LPOP k; RPOP k %n; LPUSH k %e %e; RPUSH k %e; "
    "LINSERT k BEFORE %e %e; LINSERT k AFTER %e %e; LREM k %n %e; LSET k %n %e; "
    "LTRIM k %n %n; LPOS k %e COUNT 0; LPOS k %e RANK -1; LMOVE k other LEFT RIGHT; "
    "LMOVE k k RIGHT LEFT; LMOVE other k LEFT LEFT; LINDEX k %n; "
    "LMPOP 2 other k RIGHT COUNT %n; LLEN k");
const Lines kSet = lines_of(
    "SADD k %e %e; SADD k %n; SREM k %e; SPOP k; SPOP k %n; SRANDMEMBER k -10; "
    "SRANDMEMBER k %n; SMEMBERS k; SMISMEMBER k %e %n; SSCAN k 0; SSCAN k %n COUNT 2; "
    "SUNIONSTORE other k k; SINTERSTORE other k other; SDIFF k other; SMOVE k other %e; "
    "SMOVE other k %e; SINTERCARD 2 k other; SEXPIRE k 100 MEMBERS 1 %e; "
    "STTL k MEMBERS 1 %e; SPERSIST k MEMBERS 1 %e; SCARD k");
const Lines kHash = lines_of(
    "HSET k %e %e; HSET k %e %n; HDEL k %e; HGETALL k; HMGET k %e %e; "
    "HRANDFIELD k -10 WITHVALUES; HRANDFIELD k %n WITHVALUES; HINCRBY k %e %n; "
    "HINCRBYFLOAT k %e %f; HSCAN k 0; HSCAN k %n COUNT 2; HKEYS k; "
    "HEXPIRE k 100 FIELDS 1 %e; HPERSIST k FIELDS 1 %e; HPTTL k FIELDS 2 %e %e; "
    "HGETDEL k FIELDS 1 %e; HGETEX k PX 100000 FIELDS 1 %e; HSETEX k EX 100 FIELDS 1 %e %e; "
    "HSTRLEN k %e; HLEN k; HSETNX k %e %e");
const Lines kZset = lines_of(
    "ZADD k %f %e; ZADD k GT CH %f %e %f %e; ZREM k %e; ZINCRBY k %f %e; "
    "ZRANGE k 0 -1 WITHSCORES; ZRANGE k %f %f BYSCORE LIMIT %n %n; ZRANGE k + - BYLEX REV; "
    "ZRANGESTORE other k %n %n; ZREVRANK k %e; ZRANK k %e WITHSCORE; ZPOPMIN k %n; "
    "ZPOPMAX k; ZREMRANGEBYRANK k %n %n; ZREMRANGEBYSCORE k %f %f; ZREMRANGEBYLEX k - [%e; "
    "ZUNIONSTORE other 2 k other; ZINTERSTORE other 2 k k; ZDIFF 2 k other; "
    "ZRANDMEMBER k -10 WITHSCORES; ZSCAN k 0; ZSCAN k %n COUNT 2; ZCOUNT k %f %f; "
    "ZLEXCOUNT k [%e +; GEOSEARCH k FROMLONLAT 0 0 BYRADIUS 20000 km ASC WITHCOORD WITHDIST; "
    "GEOPOS k %e; GEOHASH k %e; GEODIST k %e %e; GEOADD k 1 %f %e; "
    "ZEXPIRE k 100 MEMBERS 1 %e; ZTTL k MEMBERS 1 %e; ZMSCORE k %e %e; ZMPOP 1 k MAX COUNT %n");
const Lines kStream = lines_of(
    "XADD k * %e %e; XADD k MAXLEN ~ %n %i %e %e; XRANGE k - +; XREVRANGE k %i %i COUNT %n; "
    "XRANGE k (%i +; XLEN k; XDEL k %i %i; XTRIM k MAXLEN %n; XTRIM k MINID ~ %i; "
    "XREAD STREAMS k %i; XREADGROUP GROUP g c COUNT %n STREAMS k >; "
    "XREADGROUP GROUP g c STREAMS k %i; XACK k g %i %i; XCLAIM k g d 0 %i FORCE; "
    "XAUTOCLAIM k g d 0 0 COUNT %n; XPENDING k g; XPENDING k g - + %n; "
    "XPENDING k g IDLE 1 - + %n c; XINFO STREAM k; XINFO STREAM k FULL COUNT %n; "
    "XINFO GROUPS k; XINFO CONSUMERS k g; XGROUP CREATE k g2 %i MKSTREAM; "
    "XGROUP DELCONSUMER k g c; XGROUP DESTROY k g; XGROUP SETID k g %i ENTRIESREAD %n; "
    "XSETID k %i; XSETID k %i ENTRIESADDED %n MAXDELETEDID %i; XDELEX k DELREF IDS 1 %i; "
    "XACKDEL k g ACKED IDS 1 %i; XTRIM k MAXLEN %n ACKED");
const std::vector<std::pair<std::string, const Lines*>> kScripts = {
    {"string", &kString}, {"list", &kList}, {"set", &kSet},
    {"hash", &kHash},     {"zset", &kZset}, {"stream", &kStream}};
const std::vector<std::string> kElements = {
    "a",
    "b",
    "c",
    "e1",
    "e2",
    "e3",
    "\"\"",
    "1",
    "-7",
    "300",
    "70000",
    "5000000000",
    "field",
    "q\\x00",
    "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"};
const std::vector<std::string> kNumbers = {"0",  "1", "2",  "3",   "-1",   "-2",
                                           "-3", "5", "17", "100", "-100", "600"};
const std::vector<std::string> kFloats = {"0",    "1",     "-1.5", "2", "inf",
                                          "-inf", "1e300", "-0",   "85"};
const std::vector<std::string> kIds = {"0",
                                       "1-1",
                                       "2-1",
                                       "3-1",
                                       "5-1",
                                       "9-9",
                                       "100-1",
                                       "1700000000001-0",
                                       "18446744073709551615-18446744073709551614"};

// What makes values of every type in every encoding; nothing between two of them.
const Lines kMade = lines_of(
    "SET k hello; ; SET k 12345; ; PFADD k a b c d e f g; ; PFADD k a b c; "
    "PFDEBUG TODENSE k; ; RPUSH k a b c 1 2 300 70000 5000000000; ; "
    "CONFIG SET list-max-listpack-size 2; RPUSH k a b c d e1 e2 e3; ; "
    "CONFIG SET list-max-listpack-size -2; SADD k 1 2 3; ; SADD k 1 70000 5000000000; ; "
    "SADD k a b c 1 2; ; SADD k a b c; SEXPIREAT k 1900000000 MEMBERS 2 a b; ; "
    "HSET k a 1 b 2 field e1; ; HSET k a 1 b 2 c 3; HEXPIREAT k 1900000000 FIELDS 1 a; ; "
    "ZADD k 1 a 2 b 3.5 c inf e1; ; GEOADD k 1 1 a 2 2 b; ; ZADD k 1 a 2 b; "
    "ZEXPIREAT k 1900000000 MEMBERS 1 a; ; XADD k 1-1 a 1 b 2; XADD k 2-1 a 3 b 4; "
    "XADD k 3-1 field e1; ; XADD k 1-1 a 1; XADD k 2-1 a 3; XADD k 5-1 c 3; "
    "XGROUP CREATE k g 0; XGROUP CREATE k h $; XREADGROUP GROUP g c COUNT 2 STREAMS k >; "
    "XREADGROUP GROUP g d STREAMS k >; XDEL k 2-1; ; CONFIG SET stream-node-max-entries 2; "
    "XADD k 1-1 a 1; XADD k 2-1 a 3; XADD k 3-1 c 3; XADD k 5-1 c 3; XDEL k 3-1; "
    "XGROUP CREATE k g 0; XREADGROUP GROUP g c STREAMS k >; ");

std::string length(size_t value) {
  return static_cast<char>(kLength32) +
         little_endian(__builtin_bswap32(static_cast<uint32_t>(value)));
}
std::string of_type(ValueType type, const std::string& body) {
  return static_cast<char>(type) + body;
}

// A stream's body with its listpacks as they are: edits of compressed bytes would rarely mean
// anything.
std::string plain_stream(const std::string& body) {
  Reader in(Bytes(body).substr(1));
  const size_t blocks = in.length();
  std::string plain = body.substr(0, 1) + length(blocks);
  for (size_t i = 0; i < blocks; i++) {
    std::string first, pack;
    plain += raw_text(std::string(in.text(&first)));
    plain += raw_text(std::string(in.text(&pack)));
  }
  CHECK(!in.failed());
  return plain + body.substr(body.size() - in.left());
}

// Forms in which others keep their values, and we never write.
void add_packed(std::vector<std::string>& bodies) {
  Ziplist ziplist, scores;
  for (const char* text : {"a", "b", "field", "e1"}) ziplist.add(std::string(text));
  for (const int64_t number : {0, 12, 13, 300, 70000}) ziplist.add(number);
  ziplist.add(int64_t{5000000000});
  for (const char* text : {"a", "1", "b", "2.5", "c", "inf"}) scores.add(std::string(text));
  const std::vector<std::string> words = {"a", "1", "b", "2", "c", "3"};
  const std::string pack = raw_text(listpack_of(words));
  bodies.push_back(of_type(ValueType::kListZiplist, raw_text(ziplist.bytes())));
  bodies.push_back(of_type(ValueType::kHashZiplist, raw_text(ziplist.bytes())));
  bodies.push_back(of_type(ValueType::kZsetZiplist, raw_text(scores.bytes())));
  bodies.push_back(of_type(ValueType::kListQuicklist,
                           length(2) + raw_text(ziplist.bytes()) + raw_text(scores.bytes())));
  bodies.push_back(of_type(ValueType::kListQuicklist2, length(2) + length(kNodePacked) + pack +
                                                           length(kNodePlain) + raw_text("plain")));
  bodies.push_back(of_type(ValueType::kHashListpack, pack));
  bodies.push_back(of_type(ValueType::kZsetListpack, pack));
  bodies.push_back(of_type(ValueType::kSetListpack, pack));
  bodies.push_back(of_type(ValueType::kHashZipmap, raw_text(zipmap_of({{"a", "1"}, {"b", "2"}}))));
  bodies.push_back(of_type(ValueType::kSetIntset, raw_text(intset_of<int16_t>({-7, 1, 2, 300}))));
  bodies.push_back(of_type(ValueType::kSetIntset, raw_text(intset_of<int32_t>({-7, 1, 70000}))));
  bodies.push_back(
      of_type(ValueType::kSetIntset, raw_text(intset_of<int64_t>({-7, 1, 5000000000}))));
  const std::string deadline(little_endian(int64_t{1'800'000'000'000}));
  bodies.push_back(
      of_type(ValueType::kHashListpackEx,
              deadline + raw_text(listpack_of({"a", "1", "1800000000000", "b", "2", "0"}))));
  bodies.push_back(
      of_type(ValueType::kHash2, length(1) + raw_text("a") + raw_text("1") + deadline));
  bodies.push_back(of_type(ValueType::kZset, length(1) + raw_text("a") +
                                                 "\x03"
                                                 "1.5"));
}

std::vector<std::string> make_bodies(TestServer& server) {
  std::vector<std::string> bodies;
  for (const std::string& line : kMade) {
    if (!line.empty()) {
      CHECK(server.run(line)[0] != '-');
      continue;
    }
    const std::string type = server.run("TYPE k");
    if (type == "+string") {
      bodies.push_back(of_type(ValueType::kString, raw_text(split_line(server.run("GET k"))[0])));
    } else {
      const std::string payload = split_line(server.run("DUMP k"))[0];
      const std::string body = payload.substr(0, payload.size() - kFooterBytes);
      bodies.push_back(type == "+stream" ? plain_stream(body) : body);
    }
    server.run("DEL k");
  }
  add_packed(bodies);
  return bodies;
}

std::string signed_payload(const std::string& body) {
  const bool of_valkey = body[0] == static_cast<char>(ValueType::kHash2);
  std::string payload = body + little_endian(uint16_t{of_valkey ? uint16_t{80} : uint16_t{12}});
  return payload + little_endian(crc64(0, payload));
}

std::string escaped(const std::string& bytes) {
  std::string out;
  char hex[5];
  for (const char byte : bytes) {
    snprintf(hex, sizeof(hex), "\\x%02x", static_cast<unsigned char>(byte));
    out += hex;
  }
  return '"' + out + '"';
}

void tamper(Source& source, std::string& body) {
  static const std::vector<uint8_t> kOdd = {0,    1,    2,    0x7f, 0x80, 0xbf, 0xc0,
                                            0xc3, 0xe0, 0xf0, 0xf4, 0xfe, 0xff};
  for (size_t edits = source.byte() % 5; edits > 0 && body.size() > 1; edits--) {
    const size_t at = source.below(body.size());
    switch (source.byte() % 6) {
      case 0:
        body[at] = static_cast<char>(source.byte());
        break;
      case 1:
        body[at] = static_cast<char>(source.pick(kOdd));
        break;
      case 2:
        body[at] = static_cast<char>(body[at] + (source.byte() % 2 ? 1 : -1));
        break;
      case 3:
        body[at] = static_cast<char>(body[at] ^ (1 << source.byte() % 8));
        break;
      case 4:
        body.insert(at, 1, static_cast<char>(source.byte()));
        break;
      default:
        body.erase(at, 1 + source.byte() % 3);
    }
  }
}

std::string filled(Source& source, const std::string& line) {
  std::string out;
  for (size_t i = 0; i < line.size(); i++) {
    if (line[i] != '%') {
      out += line[i];
      continue;
    }
    switch (line[++i]) {
      case 'e':
        out += source.pick(kElements);
        break;
      case 'n':
        out += source.pick(kNumbers);
        break;
      case 'f':
        out += source.pick(kFloats);
        break;
      default:
        out += source.pick(kIds);
    }
  }
  return out;
}

// RESTORE_FUZZ_LOG=1: what was run until it fell.
const bool logging = getenv("RESTORE_FUZZ_LOG") != nullptr;

void run_commands(TestServer& server, Source& source) {
  for (size_t left = 4 + source.byte() % 24; left > 0; left--) {
    const std::string type = server.run("TYPE k").substr(1);
    const Lines* lines = &kAnyType;
    for (const auto& [name, script] : kScripts) {
      if (name == type && source.byte() % 8 != 0) lines = script;
    }
    const std::string line = filled(source, source.pick(*lines));
    if (logging) fprintf(stderr, "%s\n", line.c_str());
    server.run(line);
    if (source.byte() % 16 != 0) continue;
    server.now_ms += 60'000;
    for (Shard* shard : server.server.shards) {
      shard->keyspace.set_now_ms(server.now_ms);
      shard->keyspace.background(1000);  // what is due goes
    }
  }
}

// What is there now can be carried elsewhere.
void check_carried(TestServer& server) {
  const std::string dumped = server.run("DUMP k");
  if (dumped == "nil") return;
  server.run("DEL other");
  CHECK(server.run({"RESTORE", "other", "0", split_line(dumped)[0]}) == "+OK");
  const std::string digest = server.run("DEBUG DIGEST-VALUE k"),
                    other = server.run("DEBUG DIGEST-VALUE other");
  CHECK(digest == other);
}

void clear(TestServer& server) {
  server.run("FLUSHALL");
  for (Shard* shard : server.server.shards) {
    while (shard->keyspace.background(1000)) {
    }
    CHECK_EQ(shard->keyspace.heap().used_bytes(), size_t{0});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static TestServer server(1);
  static const std::vector<std::string> bodies = make_bodies(server);
  if (size < 4) return 0;
  Source source(data, size);
  const std::string sizes = source.byte() % 2 ? "2" : "128";  // the packed forms' limits
  for (const char* name :
       {"hash-max-listpack-entries", "set-max-intset-entries", "zset-max-listpack-entries",
        "stream-node-max-entries", "list-max-listpack-size"})
    server.run({"CONFIG", "SET", name, sizes});
  const size_t chosen = source.byte();
  std::string body = chosen < 250 ? bodies[chosen % bodies.size()] : source.rest();
  if (body.empty()) return 0;
  tamper(source, body);
  if (logging) fprintf(stderr, "-- RESTORE k 0 %s\n", escaped(signed_payload(body)).c_str());
  const std::string reply = server.run({"RESTORE", "k", "0", signed_payload(body)});
  if (reply == "+OK") {
    run_commands(server, source);
    check_carried(server);
  } else {
    CHECK(reply == "-ERR Bad data format");
  }
  clear(server);
  return 0;
}
