// CLIENT. The steps are what redis-server 7.0.15 answered (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

#include <vector>

namespace cobnut::testing {
namespace {

constexpr Step kClientSteps[] = {
    {"CLIENT", "-ERR wrong number of arguments for 'client' command"},
    {"CLIENT NOSUCH", "-ERR unknown subcommand 'NOSUCH'. Try CLIENT HELP."},
    {"client nosuch a b c", "-ERR unknown subcommand 'nosuch'. Try CLIENT HELP."},
    {"CLIENT GETNAME", "nil"},
    {"CLIENT SETNAME joe", "+OK"},
    {"CLIENT GETNAME", "\"joe\""},
    {"CLIENT SETNAME \"a b\"",
     "-ERR Client names cannot contain spaces, newlines or special characters."},
    {"CLIENT SETNAME \"a\\n\"",
     "-ERR Client names cannot contain spaces, newlines or special characters."},
    {"CLIENT SETNAME \"\\xc3\"",
     "-ERR Client names cannot contain spaces, newlines or special characters."},
    {"CLIENT GETNAME", "\"joe\""},
    {"CLIENT SETNAME \"\"", "+OK"},
    {"CLIENT GETNAME", "nil"},
    {"CLIENT SETNAME", "-ERR wrong number of arguments for 'client|setname' command"},
    {"CLIENT SETNAME a b", "-ERR wrong number of arguments for 'client|setname' command"},
    {"CLIENT LIST TYPE foo", "-ERR Unknown client type 'foo'"},
    {"CLIENT LIST TYPE pubsub", "\"\""},
    {"CLIENT LIST TYPE replica", "\"\""},
    {"CLIENT LIST TYPE slave", "\"\""},
    {"CLIENT LIST TYPE master", "\"\""},
    {"CLIENT LIST TYPE", "-ERR syntax error"},
    {"CLIENT LIST ID", "-ERR syntax error"},
    {"CLIENT LIST ID x", "-ERR Invalid client ID"},
    {"CLIENT LIST ID 1 x", "-ERR Invalid client ID"},
    {"CLIENT LIST ID 999999 -1 0", "\"\""},
    {"CLIENT LIST FOO", "-ERR syntax error"},
    {"CLIENT LIST FOO BAR", "-ERR syntax error"},
    {"CLIENT INFO x", "-ERR wrong number of arguments for 'client|info' command"},
    {"CLIENT KILL", "-ERR wrong number of arguments for 'client|kill' command"},
    {"CLIENT KILL foo", "-ERR No such client"},
    {"CLIENT KILL 1:2 3", "-ERR syntax error"},
    {"CLIENT KILL ID", "-ERR No such client"},
    {"CLIENT KILL ID 10 wrong", "-ERR syntax error"},
    {"CLIENT KILL ID x", "-ERR client-id should be greater than 0"},
    {"CLIENT KILL ID 0", "-ERR client-id should be greater than 0"},
    {"CLIENT KILL ID -1", "-ERR client-id should be greater than 0"},
    {"CLIENT KILL ID 99999999999999999999", "-ERR client-id should be greater than 0"},
    {"CLIENT KILL ID 999999", ":0"},
    {"CLIENT KILL ADDR x", ":0"},
    {"CLIENT KILL LADDR x", ":0"},
    {"CLIENT KILL TYPE x", "-ERR Unknown client type 'x'"},
    {"CLIENT KILL TYPE master", ":0"},
    {"CLIENT KILL TYPE slave", ":0"},
    {"CLIENT KILL TYPE replica", ":0"},
    {"CLIENT KILL TYPE pubsub", ":0"},
    {"CLIENT KILL USER x", "-ERR No such user 'x'"},
    {"CLIENT KILL USER default", ":0"},
    {"CLIENT KILL SKIPME foo", "-ERR syntax error"},
    {"CLIENT KILL SKIPME yes", ":0"},
    {"CLIENT KILL SKIPME yes TYPE normal", ":0"},
    {"CLIENT KILL FOO x", "-ERR syntax error"},
    {"CLIENT KILL ID 1 TYPE", "-ERR syntax error"},
    {"CLIENT NO-EVICT", "-ERR wrong number of arguments for 'client|no-evict' command"},
    {"CLIENT NO-EVICT foo", "-ERR syntax error"},
    {"CLIENT NO-EVICT on", "+OK"},
    {"CLIENT NO-EVICT OFF", "+OK"},
    {"CLIENT PAUSE", "-ERR wrong number of arguments for 'client|pause' command"},
    {"CLIENT PAUSE x", "-ERR timeout is not an integer or out of range"},
    {"CLIENT PAUSE x foo", "-ERR CLIENT PAUSE mode must be WRITE or ALL"},
    {"CLIENT PAUSE -1", "-ERR timeout is negative"},
    {"CLIENT PAUSE 1 write x",
     "-ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP."},
    {"CLIENT PAUSE 99999999999999999999", "-ERR timeout is not an integer or out of range"},
    {"CLIENT PAUSE 9223372036854775807 write", "+OK"},
    {"CLIENT UNPAUSE x", "-ERR wrong number of arguments for 'client|unpause' command"},
    {"CLIENT UNPAUSE", "+OK"},
    {"CLIENT REPLY", "-ERR wrong number of arguments for 'client|reply' command"},
    {"CLIENT REPLY foo", "-ERR syntax error"},
    {"CLIENT REPLY on", "+OK"},
    {"CLIENT UNBLOCK", "-ERR wrong number of arguments for 'client|unblock' command"},
    {"CLIENT UNBLOCK x", "-ERR value is not an integer or out of range"},
    {"CLIENT UNBLOCK x foo", "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"},
    {"CLIENT UNBLOCK 5", ":0"},
    {"CLIENT UNBLOCK 5 TIMEOUT", ":0"},
    {"CLIENT UNBLOCK 5 ERROR x",
     "-ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP."},
    {"CLIENT UNBLOCK -1", ":0"},
};

// Of Redis 7.2.
constexpr Step kSetinfoSteps[] = {
    {"CLIENT SETINFO lib-name", "-ERR wrong number of arguments for 'client|setinfo' command"},
    {"CLIENT SETINFO lib-name lib", "+OK"},
    {"CLIENT SETINFO LIB-VER 1.2", "+OK"},
    {"CLIENT SETINFO foo x", "-ERR Unrecognized option 'foo'"},
    {"CLIENT SETINFO lib-name \"a b\"",
     "-ERR lib-name cannot contain spaces, newlines or special characters."},
    {"CLIENT LIST LIB-NAME x", "\"\""},
    {"CLIENT LIST NOT-LIB-VER 1.2", "\"\""},
    {"CLIENT NO-TOUCH foo", "-ERR syntax error"},
    {"CLIENT NO-TOUCH on", "+OK"},
};

// Others that are connected.
struct Crowd {
  explicit Crowd(TestServer& test) {
    test.server.kick = [this](ClientInfo& info) { kicked.push_back(info.id); };
    for (int i = 0; i < 3; i++) {
      auto info = std::make_shared<ClientInfo>();
      info->id = test.server.clients.next_id();
      info->address = "127.0.0.1:6000" + std::to_string(i);
      info->local_address = i == 2 ? "10.0.0.1:6379" : "127.0.0.1:6379";
      info->connected_ms = test.session.info().connected_ms - 100'000 * i;
      info->last_active_ms = info->connected_ms;
      test.server.clients.add(info);
    }
  }
  std::vector<uint64_t> kicked;
};

size_t lines_of(const std::string& list) {
  size_t lines = 0;
  for (size_t at = list.find("\\x0a"); at != std::string::npos; at = list.find("\\x0a", at + 1))
    lines++;
  return lines;
}

TEST_CASE("CLIENT answers as Redis") {
  TestServer server;
  replay(server, kClientSteps);
  CHECK_FALSE(server.session.closing);
}

TEST_CASE(
    "CLIENT SETINFO, NO-EVICT and NO-TOUCH show in CLIENT INFO, and RESET forgets the modes") {
  TestServer server;
  replay(server, kSetinfoSteps);
  server.run("client no-evict on");
  const std::string info = server.run("client info");
  CHECK(info.find(" flags=eT ") != std::string::npos);
  CHECK(info.find(" lib-name=lib lib-ver=1.2\\x0a") != std::string::npos);
  CHECK_EQ(server.run("client reply off"), "");
  CHECK_EQ(server.run("reset"), "+RESET");
  CHECK(server.session.replies() == Session::Replies::kOn);
  CHECK_FALSE(server.session.has_modes);
  CHECK(server.run("client info").find(" flags=N ") != std::string::npos);
}

TEST_CASE("WAIT and WAITAOF block for their time, and reply what they have got") {
  TestServer server;
  CHECK_EQ(server.run("wait 0 0"), ":0");
  CHECK(server.session.wait == Session::Wait::kNone);
  CHECK_EQ(server.run("waitaof 1 0 0"),
           "-ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.");
  CHECK_EQ(server.run("waitaof 2 0 0"), "-ERR value is out of range, value must between 0 and 1");
  CHECK_EQ(server.run("waitaof 0 -1 0"), "-ERR value is out of range, must be positive");
  CHECK_EQ(server.run("waitaof 0 0 0"), "[:0, :0]");
  CHECK_EQ(server.run("wait 1 x"), "-ERR timeout is not an integer or out of range");
  CHECK_EQ(server.run("wait 1 -1"), "-ERR timeout is negative");
  CHECK(server.session.wait == Session::Wait::kNone);
  CHECK_EQ(server.run("wait 1 0"), "");
  CHECK(server.session.wait == Session::Wait::kBlocked);
  CHECK_EQ(server.session.blocked.until_ms, INT64_MAX);
  CHECK_EQ(server.run("wait 1 9223372036854775807"), "");
  CHECK_EQ(server.session.blocked.until_ms, INT64_MAX);
  CHECK_EQ(server.run("waitaof 0 1 5"), "");
  CHECK(server.session.blocked.until_ms < INT64_MAX);
}

TEST_CASE("CLIENT INFO and LIST tell the facts") {
  TestServer server;
  Crowd crowd(server);
  CHECK_EQ(server.run("client id"), ":1");
  server.run("client setname joe");
  server.run("select 2");
  server.run("hello 3");
  const std::string info = server.run("client info");
  CHECK_EQ(info,
           "\"id=1 addr=127.0.0.1:50001 laddr=127.0.0.1:6379 fd=8 name=joe age=0 idle=0 flags=N "
           "db=2 sub=0 psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 "
           "rbs=0 rbp=0 "
           "obl=0 oll=0 omem=0 tot-mem=750 events=r cmd=client|info user=default redir=-1 "
           "resp=3 lib-name= lib-ver=\\x0a\"");
  const std::string list = server.run("client list");
  CHECK_EQ(lines_of(list), 4u);
  CHECK(list.find("id=4 addr=127.0.0.1:60002 laddr=10.0.0.1:6379 fd=-1 name= age=200 idle=200 "
                  "flags=N db=0") != std::string::npos);
  CHECK(list.find("cmd=NULL user=default") != std::string::npos);
  CHECK_EQ(lines_of(server.run("client list type normal")), 4u);
  CHECK_EQ(lines_of(server.run("client list id 2 3 3 99")), 2u);
}

TEST_CASE("CLIENT KILL closes whom it is told to") {
  struct Case {
    const char* request;
    const char* reply;
    std::vector<uint64_t> killed;
    bool me;
  };
  const Case kCases[] = {
      {"client kill 127.0.0.1:60001", "+OK", {3}, false},
      {"client kill 127.0.0.1:50001", "+OK", {}, true},
      {"client kill id 2", ":1", {2}, false},
      {"client kill id 1", ":0", {}, false},
      {"client kill id 1 skipme no", ":1", {}, true},
      {"client kill addr 127.0.0.1:60000", ":1", {2}, false},
      {"client kill addr 127.0.0.1:60000 id 3", ":0", {}, false},
      {"client kill laddr 127.0.0.1:6379", ":2", {2, 3}, false},
      {"client kill laddr 127.0.0.1:6379 skipme no", ":3", {2, 3}, true},
      {"client kill type normal", ":3", {2, 3, 4}, false},
      {"client kill user default skipme yes", ":3", {2, 3, 4}, false},
      {"client kill maxage 100", ":2", {3, 4}, false},
      {"client kill maxage 150 type normal", ":1", {4}, false},
      {"client kill maxage 1000", ":0", {}, false},
      {"client kill not-id 2 4", ":1", {3}, false},
      {"client kill not-addr 127.0.0.1:60000 skipme no", ":3", {3, 4}, true},
      {"client kill not-laddr 127.0.0.1:6379", ":1", {4}, false},
      {"client kill not-type normal", ":0", {}, false},
      {"client kill not-user default", ":0", {}, false},
      {"client kill id 2 3 4 not-id 3", ":2", {2, 4}, false},
      {"client kill ip 127.0.0.1 idle 150", ":1", {4}, false},
      {"client kill not-ip 127.0.0.1", ":0", {}, false},
      {"client kill db 1", ":0", {}, false},
      {"client kill not-db 1 id 2", ":1", {2}, false},
      {"client kill flags N id 3", ":1", {3}, false},
      {"client kill not-flags N", ":0", {}, false},
      {"client kill name joe", ":0", {}, false},
      {"client kill id 2 id 3", ":1", {3}, false},
      {"client kill not-maxage 5", "-ERR syntax error", {}, false},
      {"client kill idle 0", "-ERR idle should be greater than 0", {}, false},
      {"client kill flags z", "-ERR Unknown flags found in the provided filter: z", {}, false},
      {"client kill db x", "-ERR value is not an integer or out of range", {}, false},
      {"client kill maxage 0", "-ERR maxage should be greater than 0", {}, false},
      {"client kill maxage x", "-ERR maxage is not an integer or out of range", {}, false},
  };
  for (const Case& c : kCases) {
    INFO(c.request);
    TestServer server;
    Crowd crowd(server);
    CHECK_EQ(server.run(c.request), std::string(c.reply));
    CHECK(crowd.kicked == c.killed);
    CHECK_EQ(server.session.closing, c.me);
    CHECK_EQ(server.server.clients.count(), 4 - c.killed.size());
  }
}

}  // namespace
}  // namespace cobnut::testing
