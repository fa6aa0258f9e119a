// MEMORY. The steps are what redis-server 7.0.15 answered (tools/differ/record.py), but for sizes.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

#include "base/numbers.h"

namespace cobnut::testing {
namespace {

constexpr Step kSteps[] = {
    {"MEMORY", "-ERR wrong number of arguments for 'memory' command"},
    {"MEMORY FOO", "-ERR unknown subcommand 'FOO'. Try MEMORY HELP."},
    {"MEMORY USAGE", "-ERR wrong number of arguments for 'memory|usage' command"},
    {"MEMORY USAGE nosuch", "nil"},
    {"SET a 1", "+OK"},
    {"MEMORY USAGE a SAMPLES", "-ERR syntax error"},
    {"MEMORY USAGE a SAMPLES x", "-ERR value is not an integer or out of range"},
    {"MEMORY USAGE a SAMPLES -1", "-ERR syntax error"},
    {"MEMORY USAGE a FOO 1", "-ERR syntax error"},
    {"MEMORY PURGE", "+OK"},
    {"MEMORY PURGE x", "-ERR wrong number of arguments for 'memory|purge' command"},
};

int64_t usage(TestServer& server, const std::string& key) {
  return *parse_int(std::string_view(server.run({"memory", "usage", key})).substr(1));
}

TEST_CASE("MEMORY answers as Redis") {
  TestServer server;
  replay(server, kSteps);
}

TEST_CASE("MEMORY USAGE is what a key really takes") {
  TestServer server;
  for (const size_t size : {1, 100, 2'000, 3'000, 100'000, 5'000'000}) {
    INFO(size);
    const size_t before = server.server.shards[0]->keyspace.entry_bytes();
    const std::string key = "{06S}" + std::to_string(size);  // of slot 0
    REQUIRE_EQ(key_slot(key), 0u);
    server.run({"set", key, std::string(size, 'x')});
    const auto grown =
        static_cast<int64_t>(server.server.shards[0]->keyspace.entry_bytes() - before);
    CHECK(usage(server, key) >= grown);
    CHECK(usage(server, key) <= grown + 16);  // its place in the table
  }
  server.run({"set", std::string(5000, 'k'), "v"});
  CHECK(usage(server, std::string(5000, 'k')) > 5000);
  CHECK_EQ(server.run("memory usage {06S}1 samples 0 samples 5"),
           ":" + to_text(usage(server, "{06S}1")));
}

TEST_CASE("MEMORY STATS has Redis's fields, and one for each database with keys") {
  TestServer server;
  server.client.resp = 3;
  server.run("set a 1");
  server.run("select 3");
  server.run("mset b 1 c 2");
  for (Shard* shard : server.server.shards) shard->publish_all_memory();
  const std::string stats = server.run("memory stats");
  for (const char* field :
       {"\"peak.allocated\": :", "\"total.allocated\": :", "\"keys.count\": :3",
        "\"db.0\": {\"overhead.hashtable.main\": :", "\"db.3\": {", "\"dataset.percentage\": ,",
        "\"allocator-fragmentation.ratio\": ,", "\"fragmentation.bytes\": :"}) {
    INFO(field);
    CHECK(stats.find(field) != std::string::npos);
  }
  CHECK(stats.find("\"db.1\"") == std::string::npos);
  CHECK(stats.find("\"dataset.bytes\": :0,") == std::string::npos);
}

TEST_CASE("MEMORY DOCTOR and MALLOC-STATS report in words") {
  TestServer server;
  CHECK(server.run("memory doctor").find("so little data") != std::string::npos);
  for (int i = 0; i < 8; i++)
    server.run({"set", "k" + std::to_string(i), std::string(1'000'000, 'x')});
  for (Shard* shard : server.server.shards) shard->publish_all_memory();
  server.run("config set maxmemory 8mb");
  CHECK(server.run("memory doctor").find("Over 90 % of maxmemory") != std::string::npos);
  CHECK(server.run("memory malloc-stats").size() > 40);
}

}  // namespace
}  // namespace cobnut::testing
