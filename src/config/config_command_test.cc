#include "config/config_command.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/option_table.h"

using namespace cobnut;

namespace {

bool all_default(const Options& options) {
  for (const Option& option : option_table()) {
    if (!option_is_default(options, option)) return false;
  }
  return true;
}

std::string get(const Options& options, Bytes name) {
  const auto found = config_get(options, name);
  return found.size() == 1 ? found[0].second : "(" + std::to_string(found.size()) + " options)";
}

// The reply of CONFIG SET.
std::string set(Options& options, const std::vector<ConfigPair>& pairs) {
  const Status status = config_set(options, pairs);
  return status ? "OK" : status.error();
}

std::string failed(const std::string& name, const std::string& why) {
  return "ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + why;
}

}  // namespace

TEST_CASE("the table is consistent") {
  std::set<std::string> names, tables;
  Bytes table;
  for (const Option& option : option_table()) {
    CAPTURE(option.name);
    CHECK(names.insert(std::string(option.name)).second);
    CHECK(option.doc.ends_with('.'));
    CHECK(to_lower(option.name) == option.name);
    if (option.table != table) CHECK(tables.insert(std::string(option.table)).second);  // grouped
    table = option.table;
    // What is printed is accepted, and the default is in range.
    Options options;
    CHECK(!set_option_text(options, option, option_text(options, option)));
    CHECK(option_is_default(options, option));
  }
}

TEST_CASE("CONFIG GET prints as Redis does") {
  Options options;
  CHECK(get(options, "bind") == "127.0.0.1 -::1");
  CHECK(get(options, "port") == "6379");
  CHECK(get(options, "protected-mode") == "yes");
  CHECK(get(options, "unixsocketperm") == "0");
  CHECK(get(options, "requirepass") == "");
  CHECK(get(options, "proto-max-bulk-len") == "536870912");
  CHECK(get(options, "client-query-buffer-limit") == "1073741824");
  CHECK(get(options, "client-output-buffer-limit") == "normal 0 0 0");
  CHECK(get(options, "maxmemory-policy") == "noeviction");
  CHECK(get(options, "loglevel") == "notice");
  CHECK(get(options, "allocator") == "pooled");
  CHECK(get(options, "MAXCLIENTS") == "10000");
  CHECK(config_get(options, "MAXMEM*").size() == 2);
  CHECK(config_get(options, "[m]axclients").size() == 1);
  CHECK(config_get(options, "*").size() == option_table().size());
  CHECK(config_get(options, "nope").empty());
  options.unixsocketperm = 0700;
  CHECK(get(options, "unixsocketperm") == "700");
}

TEST_CASE("CONFIG SET of numbers, in the words of redis-server 7.0.15") {
  Options options;
  CHECK(set(options, {{"maxmemory", "1gb"}, {"TIMEOUT", "5"}}) == "OK");
  CHECK(options.maxmemory == 1 << 30);
  CHECK(options.timeout == 5);
  CHECK(set(options, {{"maxmemory", "18446744073709551615"}}) == "OK");
  CHECK(set(options, {{"maxmemory", "0"}, {"timeout", "0"}}) == "OK");
  for (const char* bad : {"x", "-1", "1.5gb", "1zb", " 1", "+5", "99999999999gb"}) {
    CAPTURE(bad);
    CHECK(set(options, {{"maxmemory", bad}}) ==
          failed("maxmemory", "argument must be a memory value"));
  }
  for (const char* bad :
       {"abc", "1.5", " 5", "5 ", "005", "+5", "", "0x10", "9999999999999999999"}) {
    CAPTURE(bad);
    CHECK(set(options, {{"timeout", bad}}) ==
          failed("timeout", "argument couldn't be parsed into an integer"));
  }
  const std::string int_range = "argument must be between 0 and 2147483647 inclusive";
  CHECK(set(options, {{"timeout", "-1"}}) == failed("timeout", int_range));
  CHECK(set(options, {{"tcp-keepalive", "2147483648"}}) == failed("tcp-keepalive", int_range));
  const std::string client_range = "argument must be between 1 and 4294967295 inclusive";
  CHECK(set(options, {{"maxclients", "0"}}) == failed("maxclients", client_range));
  CHECK(set(options, {{"maxclients", "5000000000"}}) == failed("maxclients", client_range));
  const std::string size_range =
      "argument must be between 1048576 and 9223372036854775807 inclusive";
  CHECK(set(options, {{"proto-max-bulk-len", "1"}}) == failed("proto-max-bulk-len", size_range));
  CHECK(set(options, {{"proto-max-bulk-len", "9223372036854775808"}}) ==
        failed("proto-max-bulk-len", size_range));
  CHECK(all_default(options));
  CHECK(set(options, {{"proto-max-bulk-len", "1mb"}}) == "OK");
  CHECK(options.proto_max_bulk_len == 1 << 20);
}

TEST_CASE("CONFIG SET of words, in the words of redis-server 7.0.15") {
  Options options;
  CHECK(set(options, {{"protected-mode", "maybe"}}) ==
        failed("protected-mode", "argument must be 'yes' or 'no'"));
  CHECK(set(options, {{"protected-mode", "NO"}}) == "OK");
  CHECK(!options.protected_mode);
  CHECK(set(options, {{"loglevel", "WARNING"}}) == "OK");
  CHECK(options.loglevel == LogLevel::kWarning);
  CHECK(
      set(options, {{"loglevel", "loud"}}) ==
      failed("loglevel",
             "argument(s) must be one of the following: debug, verbose, notice, warning, nothing"));
  CHECK(set(options, {{"maxmemory-policy", "lfu"}}) ==
        failed("maxmemory-policy",
               "argument(s) must be one of the following: volatile-lru, volatile-lfu, "
               "volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, "
               "noeviction"));
  CHECK(
      set(options, {{"maxmemory-policy", "allkeys-lru"}}) ==
      failed("maxmemory-policy", "only noeviction is supported: eviction is not implemented yet"));
  CHECK(set(options, {{"maxmemory-policy", "NOEVICTION"}}) == "OK");
  CHECK(options.maxmemory_policy == "noeviction");
  CHECK(set(options, {{"requirepass", "secret"}}) == "OK");
  CHECK(options.requirepass == "secret");
}

TEST_CASE("CONFIG SET changes all or nothing") {
  Options options;
  CHECK(set(options, {{"timeout", "3"}, {"maxmemory", "x"}}) ==
        failed("maxmemory", "argument must be a memory value"));
  CHECK(set(options, {{"nope", "1"}}) ==
        "ERR Unknown option or number of arguments for CONFIG SET - 'nope'");
  CHECK(set(options, {{"timeout", "x"}, {"nope", "2"}}) ==
        "ERR Unknown option or number of arguments for CONFIG SET - 'nope'");
  CHECK(set(options, {{"timeout", "3"}, {"TIMEOUT", "x"}}) ==
        failed("TIMEOUT", "duplicate parameter"));
  for (const char* name : {"databases", "tcp-backlog", "unixsocket", "unixsocketperm", "logfile",
                           "threads", "shards", "allocator"}) {
    CAPTURE(name);
    CHECK(set(options, {{"timeout", "3"}, {name, "4"}}) ==
          failed(name, "can't set immutable config"));
  }
  CHECK(all_default(options));
}

TEST_CASE("client-output-buffer-limit") {
  Options options;
  const std::string name = "client-output-buffer-limit";
  CHECK(set(options, {{name, "normal 1mb 512kb 10"}}) == "OK");
  CHECK(options.client_output_buffer_hard == 1 << 20);
  CHECK(options.client_output_buffer_soft == 512 << 10);
  CHECK(options.client_output_buffer_soft_seconds == 10);
  CHECK(get(options, name) == "normal 1048576 524288 10");
  for (const char* bad : {"normal 1mb", "normal", "", "normal 1 1 1 1"}) {
    CHECK(set(options, {{name, bad}}) ==
          failed(name, "Wrong number of arguments in buffer limit configuration."));
  }
  CHECK(set(options, {{name, "master 1 1 1"}}) ==
        failed(name, "Invalid client class specified in buffer limit configuration."));
  CHECK(set(options, {{name, "normal 0 0 0 pubsub 0 0 0"}}) ==
        failed(name, "only class normal is supported: class pubsub has no clients yet"));
  for (const char* bad : {"normal x 1 1", "normal 1 -1 1", "normal 1 1 x", "normal 1 1 -1"}) {
    CHECK(
        set(options, {{name, bad}}) ==
        failed(name, "Error in hard, soft or soft_seconds setting in buffer limit configuration."));
  }
  CHECK(get(options, name) == "normal 1048576 524288 10");
}
