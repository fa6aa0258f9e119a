// What a recorded session cannot show: the passing of time, events, RESP3, many keys over many
// shards, limits of memory and size.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

#include <algorithm>
#include <set>

namespace cobnut::testing {
namespace {

TEST_CASE("time passes") {
  TestServer server;
  server.run("set k v px 1500");
  CHECK_EQ(server.run("pttl k"), ":1500");
  CHECK_EQ(server.run("ttl k"), ":2");
  server.now_ms += 1001;
  CHECK_EQ(server.run("pttl k"), ":499");
  CHECK_EQ(server.run("ttl k"), ":0");
  server.now_ms += 498;
  CHECK_EQ(server.run("get k"), "\"v\"");
  server.now_ms += 1;
  CHECK_EQ(server.run("pttl k"), ":0");  // the last millisecond still counts
  CHECK_EQ(server.run("keys *"), "[\"k\"]");
  server.now_ms += 1;
  CHECK_EQ(server.run("keys *"), "[]");
  CHECK_EQ(server.run("get k"), "nil");
  CHECK_EQ(server.run("ttl k"), ":-2");
  CHECK_EQ(server.events(), "set:k expire:k expired:k");
}

// Every command that looks at two keys must survive that the look at one removes it.
TEST_CASE("due keys of commands with two keys") {
  for (const char* request : {"rename a b", "renamenx a b", "copy a b replace", "copy a b",
                              "lcs a b", "lcs b a", "rename b a", "msetnx a 1 b 2", "mget a b a"}) {
    for (const char* expiring : {"a", "b", "a b"}) {
      for (const char* tag : {"", "{same}"}) {
        INFO(request << " with due " << expiring << tag);
        TestServer server;
        const auto tagged = [&](const std::string& line) {
          std::vector<std::string> words = split_line(line);
          for (std::string& word : words) {
            if (word == "a" || word == "b") word = tag + word;
          }
          return words;
        };
        server.run(tagged("mset a left b right"));
        for (const std::string& key : split_line(expiring))
          server.run(tagged("pexpire " + key + " 5"));
        server.now_ms += 10;
        TestServer fresh;  // where the due keys never were
        fresh.run(tagged("mset a left b right"));
        for (const std::string& key : split_line(expiring)) fresh.run(tagged("del " + key));
        CHECK_EQ(server.run(tagged(request)), fresh.run(tagged(request)));
        CHECK_EQ(server.run(tagged("mget a b")), fresh.run(tagged("mget a b")));
      }
    }
  }
}

TEST_CASE("events, as Redis sends them") {
  TestServer server;
  const auto events_of = [&](const char* request) {
    server.events();
    server.run(request);
    return server.events();
  };
  CHECK_EQ(events_of("set k v"), "set:k");
  CHECK_EQ(events_of("set k v ex 100"), "set:k expire:k");
  CHECK_EQ(events_of("set k v keepttl"), "set:k");
  CHECK_EQ(events_of("set k v nx"), "");
  CHECK_EQ(events_of("setex k 100 v"), "set:k expire:k");
  CHECK_EQ(events_of("getset k 1"), "set:k");
  CHECK_EQ(events_of("incr k"), "incrby:k");
  CHECK_EQ(events_of("decr k"), "incrby:k");
  CHECK_EQ(events_of("incrbyfloat k 1"), "incrbyfloat:k");
  CHECK_EQ(events_of("append k 1"), "append:k");
  CHECK_EQ(events_of("append fresh 1"), "append:fresh");
  CHECK_EQ(events_of("setrange k 1 x"), "setrange:k");
  CHECK_EQ(events_of("setrange k 1 \"\""), "");
  CHECK_EQ(events_of("getex k ex 10"), "expire:k");
  CHECK_EQ(events_of("getex k persist"), "persist:k");
  CHECK_EQ(events_of("getex k persist"), "");
  CHECK_EQ(events_of("getex k exat 1"), "del:k");
  CHECK_EQ(events_of("mset a 1 b 2"), "set:a set:b");
  CHECK_EQ(events_of("msetnx a 1 z 2"), "");
  CHECK_EQ(events_of("expire a 100"), "expire:a");
  CHECK_EQ(events_of("expire a 100 nx"), "");
  CHECK_EQ(events_of("persist a"), "persist:a");
  CHECK_EQ(events_of("expire a -1"), "del:a");
  CHECK_EQ(events_of("rename b c"), "rename_from:b rename_to:c");
  CHECK_EQ(events_of("copy c d"), "copy_to:d");
  CHECK_EQ(events_of("move c 3"), "move_from:c move_to:c");
  CHECK_EQ(events_of("del d nope"), "del:d");
  CHECK_EQ(events_of("set d v"), "set:d");
  CHECK_EQ(events_of("unlink d"), "del:d");
  CHECK_EQ(events_of("getdel fresh"), "del:fresh");
}

TEST_CASE("RESP3") {
  TestServer server;
  server.client.resp = 3;
  CHECK_EQ(server.run("get nope"), "nil");
  server.run("mset x ohmytext y mynewtext");
  CHECK_EQ(server.run("lcs x y idx minmatchlen 4 withmatchlen"),
           "{\"matches\": [[[:4, :7], [:5, :8], :4]], \"len\": :6}");
  CHECK_EQ(server.run("incrbyfloat n 1.5"), "\"1.5\"");  // a bulk in RESP3 too
}

TEST_CASE("SCAN and KEYS over all shards") {
  for (const uint32_t shards : {1u, 4u, 64u}) {
    TestServer server(shards);
    std::set<std::string> expected;
    for (int i = 0; i < 3000; ++i) {
      const std::string key = "key:" + std::to_string(i);
      server.run({"set", key, "v"});
      if (i % 3 == 0) {
        server.run({"pexpire", key, "5"});
      } else {
        expected.insert("\"" + key + "\"");
      }
    }
    server.now_ms += 10;
    std::set<std::string> seen;
    std::string cursor = "0";
    int calls = 0;
    do {
      const std::string reply = server.run({"scan", cursor, "count", "50", "match", "key:*"});
      const size_t cursor_end = reply.find('"', 2);
      cursor = reply.substr(2, cursor_end - 2);
      for (size_t at = cursor_end + 1; (at = reply.find("\"key", at)) != std::string::npos;) {
        const size_t end = reply.find('"', at + 1) + 1;
        seen.insert(reply.substr(at, end - at));
        at = end;
      }
      REQUIRE(++calls < 3000);
    } while (cursor != "0");
    CHECK(seen == expected);
    const std::string keys = server.run("keys key:*");
    CHECK(static_cast<size_t>(std::count(keys.begin(), keys.end(), ',')) == expected.size() - 1);
  }
}

TEST_CASE("RANDOMKEY finds every key and no due one") {
  TestServer server;
  for (int i = 0; i < 20; ++i) server.run({"set", "key:" + std::to_string(i), "v"});
  for (int i = 0; i < 500; ++i) server.run({"set", "due:" + std::to_string(i), "v", "px", "5"});
  server.now_ms += 10;
  std::set<std::string> seen;
  for (int i = 0; i < 2000; ++i) seen.insert(server.run("randomkey"));
  CHECK(seen.size() == 20);
  CHECK(seen.count("nil") == 0);
}

TEST_CASE("databases are apart") {
  TestServer server;
  server.run("set k zero");
  server.client.db = 3;
  CHECK_EQ(server.run("get k"), "nil");
  server.run("set k three ex 100");
  CHECK_EQ(server.run("move k 0"), ":0");
  CHECK_EQ(server.run("copy k k db 0"), ":0");
  CHECK_EQ(server.run("copy k k db 0 replace"), ":1");
  CHECK_EQ(server.run("swapdb 3 5"), "+OK");
  CHECK_EQ(server.run("dbsize"), ":0");
  server.client.db = 5;
  CHECK_EQ(server.run("mget k"), "[\"three\"]");
  CHECK_EQ(server.run("move k 7"), ":1");
  server.client.db = 7;
  CHECK_EQ(server.run("ttl k"), ":100");
  server.run("flushdb");
  server.client.db = 0;
  CHECK_EQ(server.run("get k"), "\"three\"");
  CHECK_EQ(server.run("flushall"), "+OK");
  CHECK_EQ(server.run("dbsize"), ":0");
}

TEST_CASE("limits come from the options") {
  TestServer server;
  const Status changed = server.server.options.update([](Options& options) -> Status {
    options.proto_max_bulk_len = 1000;
    options.databases = 4;
    options.maxmemory_policy = "allkeys-lfu";
    return Ok{};
  });
  REQUIRE(changed.ok());
  server.server.options.announce(0);
  CHECK_EQ(server.run("setrange k 990 0123456789"), ":1000");
  CHECK_EQ(server.run("append k x"),
           "-ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  CHECK_EQ(server.run("setrange k 999 ab"),
           "-ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  CHECK_EQ(server.run("lcs k k len"),
           "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  CHECK_EQ(server.run("copy k k db 4"), "-ERR DB index is out of range");
  CHECK_EQ(server.run("object freq k"), ":0");
  CHECK(server.run("object idletime k").starts_with("-ERR An LFU maxmemory policy is selected"));
}

TEST_CASE("maxmemory refuses what may grow, and nothing else") {
  TestServer server;
  server.run("set k v");
  const Status changed = server.server.options.update([](Options& options) -> Status {
    options.maxmemory = 1;
    return Ok{};
  });
  REQUIRE(changed.ok());
  server.server.options.announce(0);
  for (const char* request :
       {"set k w", "append k w", "incr n", "mset k w", "msetex 1 k w", "setrange k 0 w",
        "getset k w", "setnx z w", "copy k z", "increx n"}) {
    INFO(request);
    CHECK(server.run(request).starts_with("-OOM command not allowed"));
  }
  CHECK_EQ(server.run("get k"), "\"v\"");
  CHECK_EQ(server.run("expire k 100"), ":1");
  CHECK_EQ(server.run("getex k persist"), "\"v\"");
  CHECK_EQ(server.run("rename k z"), "+OK");
  CHECK_EQ(server.run("del z"), ":1");
}

TEST_CASE("idle time") {
  TestServer server;
  server.run("set k v");
  server.now_ms += 100'000;
  CHECK_EQ(server.run("object idletime k"), ":100");
  server.run("ttl k");
  server.run("exists k");
  CHECK_EQ(server.run("object idletime k"), ":100");
  server.run("touch k");
  CHECK_EQ(server.run("object idletime k"), ":0");
}

TEST_CASE("every row can be found, and has what COMMAND needs") {
  TestServer server;
  size_t rows = 0;
  for (const auto& family : command_families()) {
    for (const CommandSpec& spec : family) {
      INFO(spec.name);
      REQUIRE(command_table().find(spec.name) != nullptr);
      CHECK_EQ(command_table().find(spec.name)->name, spec.name);
      ++rows;
    }
  }
  CHECK(rows >= 52);
}

}  // namespace
}  // namespace cobnut::testing
