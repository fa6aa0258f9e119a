// INFO, CONFIG, SHUTDOWN, TIME. The steps are what redis-server 7.0.15 answered
// (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

#include <algorithm>

#include "commands/metric_facts.h"

namespace cobnut::testing {
namespace {

constexpr Step kServerSteps[] = {
    {"TIME x", "-ERR wrong number of arguments for 'time' command"},
    {"INFO nosuch", "\"\""},
    {"INFO Modules", "\"# Modules\\x0d\\x0a\""},
    {"INFO cluster", "\"# Cluster\\x0d\\x0acluster_enabled:0\\x0d\\x0a\""},
    {"CONFIG", "-ERR wrong number of arguments for 'config' command"},
    {"CONFIG NOSUCH", "-ERR unknown subcommand 'NOSUCH'. Try CONFIG HELP."},
    {"CONFIG GET", "-ERR wrong number of arguments for 'config|get' command"},
    {"CONFIG GET nosuch", "[]"},
    {"CONFIG GET maxmemory", "[\"maxmemory\", \"0\"]"},
    {"CONFIG GET MAXMEMORY maxmem?ry maxmemory", "[\"MAXMEMORY\", \"0\"]"},
    {"CONFIG SET maxmemory", "-ERR wrong number of arguments for 'config|set' command"},
    {"CONFIG SET maxmemory 1mb timeout", "-ERR syntax error"},
    {"CONFIG SET nosuch 1", "-ERR Unknown option or number of arguments for CONFIG SET - 'nosuch'"},
    {"CONFIG SET maxmemory x",
     "-ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a "
     "memory value"},
    {"CONFIG SET maxmemory 1mb maxmemory 2mb",
     "-ERR CONFIG SET failed (possibly related to argument 'maxmemory') - duplicate parameter"},
    {"CONFIG SET maxmemory 1mb timeout -1",
     "-ERR CONFIG SET failed (possibly related to argument 'timeout') - argument must be between 0 "
     "and 2147483647 inclusive"},
    {"CONFIG GET maxmemory", "[\"maxmemory\", \"0\"]"},
    {"CONFIG SET maxmemory 1mb timeout 100", "+OK"},
    {"CONFIG GET maxmemory timeout", "[\"maxmemory\", \"1048576\", \"timeout\", \"100\"]"},
    {"CONFIG SET databases 3",
     "-ERR CONFIG SET failed (possibly related to argument 'databases') - can't set immutable "
     "config"},
    {"CONFIG REWRITE", "-ERR The server is running without a config file"},
    {"CONFIG REWRITE x", "-ERR wrong number of arguments for 'config|rewrite' command"},
    {"CONFIG RESETSTAT", "+OK"},
    {"CONFIG RESETSTAT x", "-ERR wrong number of arguments for 'config|resetstat' command"},
    {"SHUTDOWN FOO", "-ERR syntax error"},
    {"SHUTDOWN SAVE NOSAVE", "-ERR syntax error"},
    {"SHUTDOWN NOSAVE SAVE", "-ERR syntax error"},
    {"SHUTDOWN ABORT", "-ERR No shutdown in progress."},
    {"SHUTDOWN ABORT NOW", "-ERR syntax error"},
    {"SHUTDOWN SAVE ABORT", "-ERR syntax error"},
    {"SHUTDOWN ABORT FORCE", "-ERR syntax error"},
    {"SHUTDOWN ABORT ABORT", "-ERR No shutdown in progress."},
    {"SHUTDOWN NOSAVE FOO", "-ERR syntax error"},
};

TEST_CASE("server commands answer as Redis") {
  TestServer server;
  replay(server, kServerSteps);
}

TEST_CASE("CONFIG GET repeats a name as it was asked for") {
  TestServer server;
  CHECK_EQ(server.run("config get PORT maxclient"), "[\"PORT\", \"6379\"]");
  server.client.resp = 3;
  CHECK_EQ(server.run("config get port po* databas?s"),
           "{\"port\": \"6379\", \"databases\": \"16\"}");
}

TEST_CASE("SHUTDOWN stops the server, and does not pretend to save") {
  TestServer server;
  int stops = 0;
  server.server.shutdown = [&stops] { stops++; };
  CHECK(server.run("shutdown save").starts_with("-ERR SHUTDOWN SAVE is refused"));
  CHECK_EQ(stops, 0);
  for (const char* request : {"shutdown", "shutdown nosave", "SHUTDOWN NOW FORCE NOSAVE"}) {
    INFO(request);
    server.session.closing = false;
    CHECK_EQ(server.run(request), "");  // the connection just closes
    CHECK(server.session.closing);
  }
  CHECK_EQ(stops, 3);
}

TEST_CASE("INFO chooses sections") {
  TestServer server;
  const std::string all = server.run("info");
  for (const char* section : {"Server", "Clients", "Memory", "Persistence", "Stats", "Replication",
                              "CPU", "Modules", "Errorstats", "Cluster", "Keyspace"}) {
    CHECK(all.find("# " + std::string(section) + "\\x0d\\x0a") != std::string::npos);
  }
  const auto headings = [&](const char* request) {
    const std::string text = server.run(request);
    return std::ranges::count(text, '#');
  };
  CHECK_EQ(headings("info default"), 11);
  CHECK_EQ(headings("info all nosuch"), 13);
  CHECK_EQ(headings("info cpu everything"), 13);
  CHECK_EQ(headings("info SERVER server"), 1);
  CHECK(server.run("info keyspace CLUSTER").starts_with("\"# Cluster\\x0d\\x0acluster_enabled:0"));
}

TEST_CASE("INFO counts keys, hits and changes") {
  TestServer server;
  const auto line = [&](const char* section, const std::string& name) {
    const std::string text = server.run(std::string("info ") + section);
    const size_t at = text.find(name + ":") + name.size() + 1;
    return text.substr(at, text.find("\\x0d", at) - at);
  };
  CHECK_EQ(server.run("info keyspace"), "\"# Keyspace\\x0d\\x0a\"");
  server.run("mset a 1 b 2 c 3");
  server.run("expire a 100");
  server.run("get a");
  server.run("get nosuch");
  server.run("select 3");
  server.run("setex k 10 v");
  CHECK_EQ(line("keyspace", "db0"), "keys=3,expires=1,avg_ttl=0");
  CHECK_EQ(line("keyspace", "db3"), "keys=1,expires=1,avg_ttl=0");
  CHECK_EQ(line("stats", "keyspace_hits"), "1");
  CHECK_EQ(line("stats", "keyspace_misses"), "1");
  CHECK_EQ(line("persistence", "rdb_changes_since_last_save"), "5");
  server.run("swapdb 0 3");
  CHECK_EQ(line("keyspace", "db0"), "keys=1,expires=1,avg_ttl=0");
  CHECK_EQ(line("keyspace", "db3"), "keys=3,expires=1,avg_ttl=0");
  server.run("persist a");
  server.run("set b 5 ex 10");
  server.run("getex c persist");
  CHECK_EQ(line("keyspace", "db3"), "keys=3,expires=1,avg_ttl=0");
  server.run("append d x");
  server.run("del b");
  CHECK_EQ(line("keyspace", "db3"), "keys=3,expires=0,avg_ttl=0");
  server.now_ms += 11'000;
  server.run("select 0");
  server.run("get k");
  CHECK_EQ(line("stats", "expired_keys"), "1");
  server.run("config resetstat");
  CHECK_EQ(line("stats", "expired_keys"), "0");
  CHECK_EQ(line("stats", "keyspace_misses"), "0");
  server.run("flushall");
  CHECK_EQ(server.run("info keyspace"), "\"# Keyspace\\x0d\\x0a\"");
  CHECK_EQ(line("memory", "lazyfree_pending_objects"), "3");
  CHECK_EQ(line("memory", "lazyfreed_objects"), "0");
  server.run_background();
  CHECK_EQ(line("memory", "lazyfree_pending_objects"), "0");
  CHECK_EQ(line("memory", "lazyfreed_objects"), "3");
  server.run("config resetstat");
  CHECK_EQ(line("memory", "lazyfreed_objects"), "0");
}

}  // namespace
}  // namespace cobnut::testing
