// DEBUG. The steps are what redis-server 7.0.15 answered (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

void allow(TestServer& server, Access access) {
  const Status set = server.server.options.update([&](Options& options) -> Status {
    options.enable_debug_command = access;
    return Ok{};
  });
  REQUIRE(set.ok());
}

constexpr Step kSteps[] = {
    {"DEBUG", "-ERR wrong number of arguments for 'debug' command"},
    {"DEBUG NOSUCH",
     "-ERR unknown subcommand or wrong number of arguments for 'NOSUCH'. Try DEBUG HELP."},
    {"DEBUG SLEEP",
     "-ERR unknown subcommand or wrong number of arguments for 'SLEEP'. Try DEBUG HELP."},
    {"DEBUG SLEEP 0", "+OK"},
    {"DEBUG SLEEP x", "+OK"},
    {"DEBUG SLEEP -1", "+OK"},
    {"DEBUG OBJECT nosuch", "-ERR no such key"},
    {"DEBUG POPULATE",
     "-ERR unknown subcommand or wrong number of arguments for 'POPULATE'. Try DEBUG HELP."},
    {"DEBUG POPULATE x", "-ERR value is out of range, must be positive"},
    {"DEBUG POPULATE -1", "-ERR value is out of range, must be positive"},
    {"DEBUG PROTOCOL foo",
     "-ERR Wrong protocol type name. Please use one of the following: "
     "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"},
    {"DEBUG PROTOCOL string", "\"Hello World\""},
    {"DEBUG PROTOCOL integer", ":12345"},
    {"DEBUG PROTOCOL double", "\"3.141\""},
    {"DEBUG PROTOCOL bignum", "\"1234567999999999999999999999999999999\""},
    {"DEBUG PROTOCOL null", "nil"},
    {"DEBUG PROTOCOL array", "[:0, :1, :2]"},
    {"DEBUG PROTOCOL set", "[:0, :1, :2]"},
    {"DEBUG PROTOCOL map", "[:0, :0, :1, :1, :2, :0]"},
    {"DEBUG PROTOCOL attrib", "\"Some real reply following the attribute\""},
    {"DEBUG PROTOCOL push", "-ERR RESP2 is not supported by this command"},
    {"DEBUG PROTOCOL verbatim", "\"This is a verbatim\\x0astring\""},
    {"DEBUG PROTOCOL true", ":1"},
    {"DEBUG PROTOCOL false", ":0"},
    {"DEBUG SET-ACTIVE-EXPIRE 1", "+OK"},
    {"DEBUG QUICKLIST-PACKED-THRESHOLD 4gb",
     "-ERR argument must be a memory value bigger than 1 and smaller than 4gb"},
    {"DEBUG QUICKLIST-PACKED-THRESHOLD x",
     "-ERR argument must be a memory value bigger than 1 and smaller than 4gb"},
    {"DEBUG QUICKLIST-PACKED-THRESHOLD 5b", "+OK"},
    {"RPUSH list abcde a b fghij", ":4"},
    {"LINSERT list AFTER a klmno", ":5"},
    {"LRANGE list 0 -1", "[\"abcde\", \"a\", \"klmno\", \"b\", \"fghij\"]"},
    {"DEBUG QUICKLIST-PACKED-THRESHOLD 0", "+OK"},
    {"FLUSHALL", "+OK"},
    {"DEBUG LOG hello", "+OK"},
    {"DEBUG LOG",
     "-ERR unknown subcommand or wrong number of arguments for 'LOG'. Try DEBUG HELP."},
    {"DEBUG ERROR FOOBAR", "-FOOBAR"},
    {"DEBUG ERROR \"MY error\"", "-MY error"},
    {"DEBUG ERROR",
     "-ERR unknown subcommand or wrong number of arguments for 'ERROR'. Try DEBUG HELP."},
    {"DEBUG DIGEST", "+0000000000000000000000000000000000000000"},
    {"DEBUG DIGEST-VALUE", "[]"},
    {"DEBUG DIGEST-VALUE nosuch", "[+0000000000000000000000000000000000000000]"},
    {"DEBUG POPULATE 3", "+OK"},
    {"MGET key:0 key:1 key:2 key:3", "[\"value:0\", \"value:1\", \"value:2\", nil]"},
    {"SET key:1 mine", "+OK"},
    {"DEBUG POPULATE 2 key 3", "+OK"},  // what is there stays
    {"MGET key:0 key:1", "[\"value:0\", \"mine\"]"},
    {"DEBUG POPULATE 2 p 10", "+OK"},
    {"GET p:1", "\"value:1\\x00\\x00\\x00\""},
    {"DEBUG POPULATE 1 q 3", "+OK"},
    {"GET q:0", "\"val\""},
};

// Recorded from redis-server 7.0.15 too: the digests are its own.
constexpr Step kDigests[] = {
    {"debug digest", "+0000000000000000000000000000000000000000"},
    {"debug digest-value nosuch", "[+0000000000000000000000000000000000000000]"},
    {"mset s v i 12 e \"\"", "+OK"},
    {"sadd set a b 12", ":3"},
    {"hset hash f v g 7", ":2"},
    {"xadd stream 1-1 a 1 b 2", "\"1-1\""},
    {"xadd stream 1-2 c 3", "\"1-2\""},
    {"select 3", "+OK"},
    {"set s v px 1000000", "+OK"},
    {"set t \"a\\x00b\"", "+OK"},
    {"debug digest-value s t nosuch",
     "[+311b17018163335616e089f6b951c82c477335ac, +f413128cff81091b05397a0354869b5f313b3a7a, "
     "+0000000000000000000000000000000000000000]"},
    {"debug digest", "+78571a5e885d6664e727a60e29bf498cb31116aa"},
    {"select 0", "+OK"},
    {"debug digest-value s i e set hash stream",
     "[+d79ee9fe5d5ad902d7f6620efc3b07b75ddd742f, +655ac46b180ad2f61a3cee25f0b1780fa2ec879a, "
     "+8b3447c33a834b810e3e181b6fd6a2ee1020921c, +a6cb320b073705356139f26fb4e18858a07e0492, "
     "+42e8aee1f7247f7f7997132f31f0ea5085e70d29, +ce1067df7a6c4c83a941486037acfc6a9fbe470f]"},
    {"rpush list a 12 b", ":3"},
    {"zadd zset 1.5 a 0.1 b inf c", ":3"},
    {"debug digest-value list zset",
     "[+a321242d509160fd2e1651d5d59af1b8d48e6580, +a4526d4fd52688104c1c1b82ef89e683260be375]"},
    {"debug digest", "+c1892c28eddaaf925547fb12797b6918176dc0f0"},
    {"swapdb 0 3", "+OK"},
    {"debug digest", "+9bd387da4444a38bbf62c530f038a0ea34654f0c"},
    {"flushall", "+OK"},
    {"debug digest", "+0000000000000000000000000000000000000000"},
};

TEST_CASE("DEBUG DIGEST tells what Redis tells") {
  TestServer server;
  allow(server, Access::kYes);
  replay(server, kDigests);
}

TEST_CASE("DEBUG answers as Redis") {
  TestServer server;
  allow(server, Access::kYes);
  replay(server, kSteps);
}

TEST_CASE("DEBUG PROTOCOL in RESP3") {
  TestServer server;
  allow(server, Access::kYes);
  server.client.resp = 3;
  constexpr Step kResp3[] = {
      {"DEBUG PROTOCOL double", ",3.141"},
      {"DEBUG PROTOCOL bignum", "(1234567999999999999999999999999999999"},
      {"DEBUG PROTOCOL null", "nil"},
      {"DEBUG PROTOCOL set", "[:0, :1, :2]"},
      {"DEBUG PROTOCOL map", "{:0: #f, :1: #t, :2: #f}"},
      {"DEBUG PROTOCOL true", "#t"},
      {"DEBUG PROTOCOL false", "#f"},
  };
  replay(server, kResp3);
}

TEST_CASE("DEBUG is refused unless it is allowed, from here or from everywhere") {
  const std::string refused = "-ERR DEBUG command not allowed.";
  TestServer server;
  CHECK(server.run("debug digest").starts_with(refused));
  CHECK(server.run("debug nosuch").starts_with(refused));
  allow(server, Access::kLocal);
  CHECK_EQ(server.run("debug error x"), "-x");
  server.client.local = false;
  CHECK(server.run("debug error x").starts_with(refused));
  allow(server, Access::kYes);
  CHECK_EQ(server.run("debug error x"), "-x");
}

TEST_CASE("DEBUG DIGEST is that of the content: not of order, encoding, shards or times") {
  const auto digest_of_steps = [](uint32_t shards, const std::vector<std::string>& requests) {
    TestServer server(shards);
    allow(server, Access::kYes);
    for (const std::string& request : requests) server.run(request);
    return server.run("debug digest");
  };
  const std::string expected =
      digest_of_steps(8, {"set a 1", "set b xyz", "set c v ex 100", "select 2", "set a 2"});
  CHECK_EQ(expected.size(), 41u);
  CHECK_EQ(expected, digest_of_steps(1, {"select 2", "set a 2", "select 0", "set c v ex 500",
                                         "append b x", "append b yz", "incr a"}));
  for (const std::vector<std::string>& other : std::vector<std::vector<std::string>>{
           {"set a 1", "set b xyz", "set c v", "select 2", "set a 2"},
           {"set a 1", "set b xyz", "set c v ex 100", "select 3", "set a 2"},
           {"set a 1", "set b xyZ", "set c v ex 100", "select 2", "set a 2"},
           {"set a 1", "set b xyz", "set d v ex 100", "select 2", "set a 2"},
           {"set a 1", "set b xyz", "set c v ex 100"},
           {"set a 2", "set b xyz", "set c v ex 100", "select 2", "set a 1"}}) {
    CHECK(expected != digest_of_steps(8, other));
  }
}

TEST_CASE("DEBUG DIGEST of collections: whatever the order and the encoding, each part counts") {
  const auto digest_of = [](std::vector<std::string> requests) {
    TestServer server;
    allow(server, Access::kYes);
    for (const std::string& request : requests) CHECK(!server.run(request).starts_with("-"));
    return server.run("debug digest-value k");
  };
  const std::string long_text(100, 'x');  // makes a table of it
  const std::string packed = digest_of({"hset k a 1 b 2"});
  CHECK_EQ(packed, digest_of({"hset k b 2 a 1"}));
  CHECK_EQ(packed, digest_of({"hset k b 2 a 1 c " + long_text, "hdel k c"}));
  CHECK(packed != digest_of({"hset k b 1 a 2"}));
  const std::string integers = digest_of({"sadd k 1 2 3"});
  CHECK_EQ(integers, digest_of({"sadd k 3 2 1 " + long_text, "srem k " + long_text}));
  CHECK_EQ(integers, digest_of({"sadd k 3 x 2 1", "srem k x"}));
  CHECK(integers != digest_of({"sadd k 1 2 4"}));
  const std::string list = digest_of({"rpush k a b c"});
  CHECK_EQ(list, digest_of({"rpush k a b c " + std::string(5000, 'x'), "rpop k"}));
  CHECK(list != digest_of({"rpush k a c b"}));
  CHECK(list != digest_of({"rpush k ab c"}));
  const std::string stream = digest_of({"xadd k 1-1 a 1", "xadd k 1-2 b 2"});
  CHECK_EQ(stream, digest_of({"xadd k 1-1 a 1", "xadd k 1-2 b 2", "expire k 100", "persist k"}));
  CHECK(stream != digest_of({"xadd k 1-1 a 1", "xadd k 1-3 b 2"}));
}

TEST_CASE("DEBUG DIGEST-VALUE tells values apart, and whether they expire") {
  TestServer server;
  allow(server, Access::kYes);
  server.run("mset a 1 b 1 c 2");
  server.run("set d 1 ex 10");
  server.run("append e 1");
  const auto digest = [&](const char* key) {
    return server.run(std::string("debug digest-value ") + key);
  };
  CHECK_EQ(digest("a"), digest("b"));
  CHECK_EQ(digest("a"), digest("e"));
  CHECK(digest("a") != digest("c"));
  CHECK(digest("a") != digest("d"));
  server.run("persist d");
  CHECK_EQ(digest("a"), digest("d"));
}

TEST_CASE("DEBUG OBJECT tells the encoding, and when the value was last used") {
  TestServer server;
  allow(server, Access::kYes);
  server.run("set a 1");
  server.run("set b abc");
  server.now_ms += 5'000;
  CHECK(server.run("debug object a").find(" refcount:1 encoding:int serializedlength:2 lru:") !=
        std::string::npos);
  const std::string b = server.run("debug object b");
  CHECK(b.starts_with("+Value at:0x"));
  CHECK(b.find(" encoding:embstr serializedlength:4 lru:") != std::string::npos);
  CHECK(b.ends_with(" lru_seconds_idle:5"));
}

TEST_CASE("DEBUG SET-ACTIVE-EXPIRE 0 leaves due keys to who asks for them") {
  TestServer server(1);
  allow(server, Access::kYes);
  Keyspace& keyspace = server.server.shards[0]->keyspace;
  CHECK_EQ(server.run("debug set-active-expire 0"), "+OK");
  server.run("psetex a 10 v");
  server.run("psetex b 10 v");
  server.now_ms += 60'000;
  CHECK_EQ(server.run("dbsize"), ":2");
  while (keyspace.background(1'000'000)) {
  }
  CHECK_EQ(server.run("dbsize"), ":2");
  CHECK_EQ(server.run("get a"), "nil");
  CHECK_EQ(server.run("dbsize"), ":1");
  CHECK_EQ(server.run("debug set-active-expire 1"), "+OK");
  while (keyspace.background(1'000'000)) {
  }
  CHECK_EQ(server.run("dbsize"), ":0");
}

}  // namespace
}  // namespace cobnut::testing
