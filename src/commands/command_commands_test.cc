// COMMAND. The steps are what redis-server 7.0.15 answered (tools/differ/record.py);
// redis-compat/command_table.py compares all rows with a running one.
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

#include <algorithm>
#include <set>

#include "command/introspection.h"
#include "command/syntax.h"

namespace cobnut::testing {
namespace {

constexpr Step kCommandSteps[] = {
    {"COMMAND NOSUCH", "-ERR unknown subcommand 'NOSUCH'. Try COMMAND HELP."},
    {"COMMAND COUNT x", "-ERR wrong number of arguments for 'command|count' command"},
    {"COMMAND INFO nosuch", "[nil]"},
    {"COMMAND INFO client|nosuch get|x nosuch|x |", "[nil, nil, nil, nil]"},
    {"COMMAND INFO PING",
     "[[\"ping\", :-1, [+fast], :0, :0, :0, [+@fast, +@connection], "
     "[\"request_policy:all_shards\", \"response_policy:all_succeeded\"], [], []]]"},
    {"COMMAND INFO Get",
     "[[\"get\", :2, [+readonly, +fast], :1, :1, :1, [+@read, +@string, +@fast], [], [[\"flags\", "
     "[+RO, +access], \"begin_search\", [\"type\", \"index\", \"spec\", [\"index\", :1]], "
     "\"find_keys\", [\"type\", \"range\", \"spec\", [\"lastkey\", :0, \"keystep\", :1, \"limit\", "
     ":0]]]], []]]"},
    {"COMMAND INFO client|LIST",
     "[[\"client|list\", :-2, [+admin, +noscript, +loading, +stale], :0, :0, :0, [+@admin, +@slow, "
     "+@dangerous, +@connection], [\"nondeterministic_output\"], [], []]]"},
    {"COMMAND INFO copy",
     "[[\"copy\", :-3, [+write, +denyoom], :1, :2, :1, [+@keyspace, +@write, +@slow], [], "
     "[[\"flags\", [+RO, +access], \"begin_search\", [\"type\", \"index\", \"spec\", [\"index\", "
     ":1]], \"find_keys\", [\"type\", \"range\", \"spec\", [\"lastkey\", :0, \"keystep\", :1, "
     "\"limit\", :0]]], [\"flags\", [+OW, +update], \"begin_search\", [\"type\", \"index\", "
     "\"spec\", [\"index\", :2]], \"find_keys\", [\"type\", \"range\", \"spec\", [\"lastkey\", :0, "
     "\"keystep\", :1, \"limit\", :0]]]], []]]"},
    {"COMMAND INFO del",
     "[[\"del\", :-2, [+write], :1, :-1, :1, [+@keyspace, +@write, +@slow], "
     "[\"request_policy:multi_shard\", \"response_policy:agg_sum\"], [[\"flags\", [+RM, +delete], "
     "\"begin_search\", [\"type\", \"index\", \"spec\", [\"index\", :1]], \"find_keys\", "
     "[\"type\", \"range\", \"spec\", [\"lastkey\", :-1, \"keystep\", :1, \"limit\", :0]]]], []]]"},
    {"COMMAND INFO lcs",
     "[[\"lcs\", :-3, [+readonly], :1, :2, :1, [+@read, +@string, +@slow], [], [[\"flags\", [+RO, "
     "+access], \"begin_search\", [\"type\", \"index\", \"spec\", [\"index\", :1]], \"find_keys\", "
     "[\"type\", \"range\", \"spec\", [\"lastkey\", :1, \"keystep\", :1, \"limit\", :0]]]], []]]"},
    {"COMMAND INFO mset",
     "[[\"mset\", :-3, [+write, +denyoom], :1, :-1, :2, [+@write, +@string, +@slow], "
     "[\"request_policy:multi_shard\", \"response_policy:all_succeeded\"], [[\"flags\", [+OW, "
     "+update], \"begin_search\", [\"type\", \"index\", \"spec\", [\"index\", :1]], \"find_keys\", "
     "[\"type\", \"range\", \"spec\", [\"lastkey\", :-1, \"keystep\", :2, \"limit\", :0]]]], []]]"},
    {"COMMAND INFO object|encoding",
     "[[\"object|encoding\", :3, [+readonly], :2, :2, :1, [+@keyspace, +@read, +@slow], "
     "[\"nondeterministic_output\"], [[\"flags\", [+RO], \"begin_search\", [\"type\", \"index\", "
     "\"spec\", [\"index\", :2]], \"find_keys\", [\"type\", \"range\", \"spec\", [\"lastkey\", :0, "
     "\"keystep\", :1, \"limit\", :0]]]], []]]"},
    {"COMMAND INFO info",
     "[[\"info\", :-1, [+loading, +stale], :0, :0, :0, [+@slow, +@dangerous], "
     "[\"nondeterministic_output\", \"request_policy:all_shards\", \"response_policy:special\"], "
     "[], []]]"},
    {"COMMAND INFO shutdown",
     "[[\"shutdown\", :-1, [+admin, +noscript, +loading, +stale, +no_multi, +allow_busy], :0, :0, "
     ":0, [+@admin, +@slow, +@dangerous], [], [], []]]"},
    {"COMMAND LIST x", "-ERR syntax error"},
    {"COMMAND LIST FILTERBY", "-ERR syntax error"},
    {"COMMAND LIST FILTERBY PATTERN", "-ERR syntax error"},
    {"COMMAND LIST FILTERBY PATTERN a b", "-ERR syntax error"},
    {"COMMAND LIST FILTERBY FOO a", "-ERR syntax error"},
    {"COMMAND LIST FILTERBY MODULE x", "[]"},
    {"COMMAND LIST FILTERBY ACLCAT nosuch", "[]"},
    {"COMMAND LIST FILTERBY ACLCAT @string", "[]"},
    {"COMMAND LIST FILTERBY PATTERN nosuch*", "[]"},
    {"COMMAND LIST filterby pattern PIN*", "[\"ping\"]"},
    {"COMMAND LIST FILTERBY PATTERN config|re*t", "[\"config|resetstat\"]"},
    {"COMMAND GETKEYS", "-ERR wrong number of arguments for 'command|getkeys' command"},
    {"COMMAND GETKEYS get", "-ERR wrong number of arguments for 'command|getkeys' command"},
    {"COMMAND GETKEYS get x", "[\"x\"]"},
    {"COMMAND GETKEYS get x y", "-ERR Invalid number of arguments specified for command"},
    {"COMMAND GETKEYS nosuch x", "-ERR Invalid command specified"},
    {"COMMAND GETKEYS mset a b c d", "[\"a\", \"c\"]"},
    {"COMMAND GETKEYS mset a b c", "[\"a\", \"c\"]"},
    {"COMMAND GETKEYS ping", "-ERR wrong number of arguments for 'command|getkeys' command"},
    {"COMMAND GETKEYS ping x", "-ERR The command has no key arguments"},
    {"COMMAND GETKEYS object encoding x", "[\"x\"]"},
    {"COMMAND GETKEYS object nosuch x", "-ERR Invalid command specified"},
    {"COMMAND GETKEYS client list", "-ERR The command has no key arguments"},
    {"COMMAND GETKEYS rename a b", "[\"a\", \"b\"]"},
    {"COMMAND GETKEYS del a b c", "[\"a\", \"b\", \"c\"]"},
    {"COMMAND GETKEYSANDFLAGS get",
     "-ERR wrong number of arguments for 'command|getkeysandflags' command"},
    {"COMMAND GETKEYSANDFLAGS nosuch x", "-ERR Invalid command specified"},
    {"COMMAND GETKEYSANDFLAGS ping x", "-ERR The command has no key arguments"},
    {"COMMAND GETKEYSANDFLAGS set k v", "[[\"k\", [+OW, +update]]]"},
    {"COMMAND GETKEYSANDFLAGS set k v EX 5 get", "[[\"k\", [+RW, +access, +update]]]"},
    {"COMMAND GETKEYSANDFLAGS copy a b", "[[\"a\", [+RO, +access]], [\"b\", [+OW, +update]]]"},
    {"COMMAND GETKEYSANDFLAGS object encoding x", "[[\"x\", [+RO]]]"},
    {"COMMAND DOCS nosuch", "[]"},
    {"COMMAND DOCS client|nosuch nosuch|id", "[]"},
    {"COMMAND HELP x", "-ERR wrong number of arguments for 'command|help' command"},
};

TEST_CASE("COMMAND answers as Redis") {
  TestServer server;
  replay(server, kCommandSteps);
}

TEST_CASE("COMMAND INFO in RESP3") {
  TestServer server;
  server.client.resp = 3;
  CHECK_EQ(server.run("command info nosuch"), "[nil]");
  CHECK_EQ(server.run("command info copy"),
           "[[\"copy\", :-3, [+write, +denyoom], :1, :2, :1, [+@keyspace, +@write, +@slow], [], "
           "[{\"flags\": [+RO, +access], \"begin_search\": {\"type\": \"index\", \"spec\": "
           "{\"index\": :1}}, \"find_keys\": {\"type\": \"range\", \"spec\": {\"lastkey\": :0, "
           "\"keystep\": :1, \"limit\": :0}}}, {\"flags\": [+OW, +update], \"begin_search\": "
           "{\"type\": \"index\", \"spec\": {\"index\": :2}}, \"find_keys\": {\"type\": \"range\", "
           "\"spec\": {\"lastkey\": :0, \"keystep\": :1, \"limit\": :0}}}], []]]");
}

TEST_CASE("a number of keys is a keynum specification") {
  TestServer server;
  const std::string info = server.run("command info msetex");
  CHECK(info.find("+movablekeys") != std::string::npos);
  CHECK(info.find(":0, :0, :0, [+@write") != std::string::npos);
  CHECK(info.find("\"begin_search\", [\"type\", \"index\", \"spec\", [\"index\", :1]], "
                  "\"find_keys\", [\"type\", \"keynum\", \"spec\", [\"keynumidx\", :0, "
                  "\"firstkey\", :1, \"keystep\", :2]]") != std::string::npos);
  CHECK_EQ(server.run("command getkeys msetex 2 a 1 b 2"), "[\"a\", \"b\"]");
  CHECK_EQ(server.run("command getkeys msetex 9 a 1 b 2"),
           "-ERR Invalid arguments specified for command");
}

// The sentences are ours, all else is as Redis replies.
TEST_CASE("COMMAND DOCS of a row") {
  TestServer server;
  CHECK_EQ(server.run("command docs Persist nosuch client|Setname"),
           "[\"persist\", [\"summary\", \"Removes the time to live of a key.\", \"since\", "
           "\"2.2.0\", \"group\", \"generic\", \"complexity\", \"O(1)\", \"arguments\", "
           "[[\"name\", \"key\", \"type\", \"key\", \"key_spec_index\", :0]]], "
           "\"client|setname\", [\"summary\", \"Names the connection.\", \"since\", \"2.6.9\", "
           "\"group\", \"connection\", \"complexity\", \"O(1)\", \"arguments\", [[\"name\", "
           "\"connection-name\", \"type\", \"string\"]]]]");
  server.client.resp = 3;
  CHECK_EQ(server.run("command docs ttl"),
           "{\"ttl\": {\"summary\": \"Tells the time to live of a key in seconds.\", \"since\": "
           "\"1.0.0\", \"group\": \"generic\", \"complexity\": \"O(1)\", \"history\": "
           "[[\"2.8.0\", \"-2 where there is no key.\"]], \"arguments\": [{\"name\": \"key\", "
           "\"type\": \"key\", \"key_spec_index\": :0}]}}");
  const std::string set = server.run("command docs set");
  for (const char* part :
       {"{\"name\": \"condition\", \"type\": \"oneof\", \"since\": \"2.6.12\", \"flags\": "
        "[+optional], \"arguments\": [{\"name\": \"nx\", \"type\": \"pure-token\", \"token\": "
        "\"NX\"}",
        "{\"name\": \"seconds\", \"type\": \"integer\", \"token\": \"EX\", \"since\": "
        "\"2.6.12\"}"}) {
    CHECK(set.find(part) != std::string::npos);
  }
  const std::string substr = server.run("command docs substr");
  CHECK(substr.find("\"doc_flags\": [+deprecated], \"deprecated_since\": \"2.0.0\", "
                    "\"replaced_by\": \"`GETRANGE`\"") != std::string::npos);
  CHECK(server.run("command docs client").find("\"subcommands\": {\"client|") != std::string::npos);
}

TEST_CASE("COMMAND tells of all rows") {
  TestServer server;
  const auto all = command_table().all();
  CHECK_EQ(server.run("command count"), ":" + std::to_string(all.size()));
  CHECK_EQ(server.run("command"), server.run("command info"));
  const std::string list = server.run("command list");
  for (const CommandSpec* spec : all) {
    CHECK(list.find("\"" + std::string(full_name(*spec)) + "\"") != std::string::npos);
    for (const CommandSpec& sub : spec->subcommands) {
      CHECK(list.find("\"" + std::string(full_name(sub)) + "\"") != std::string::npos);
    }
  }
}

void check_row(const CommandSpec& spec) {
  const auto known = acl_categories();
  INFO(spec.name);
  for (const std::string_view word : words_of(spec.acl)) {
    CHECK(word.starts_with('@'));
    CHECK(std::ranges::find(known, word.substr(1)) != known.end());
  }
  const std::set<std::string_view> uses = {
      "RO",     "RW",     "OW",      "RM",         "access",        "update",
      "insert", "delete", "not_key", "incomplete", "variable_flags"};
  for (const KeyUse& use : key_uses(spec)) {
    for (const std::string_view word : words_of(use.flags)) CHECK(uses.contains(word));
  }
  Result<std::vector<Argument>> arguments = parse_syntax(spec.syntax);
  CHECK_MESSAGE(arguments.ok(), (arguments.ok() ? "" : arguments.error()));
  for (const CommandSpec& subcommand : spec.subcommands) check_row(subcommand);
}

TEST_CASE("rows use known words") {
  TestServer server;
  for (const CommandSpec* spec : command_table().all()) check_row(*spec);
}

}  // namespace
}  // namespace cobnut::testing
