// A process without sockets and loops, for tests of commands: some shards, one client, a clock that
// stands still. Requests go through dispatch, so that arity, unknown names and maxmemory are judged
// too.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command/dispatch.h"
#include "command/session.h"
#include "command/table.h"
#include "commands/families.h"
#include "keyspace/mutation.h"

namespace cobnut::testing {

class TestServer final : public MutationListener {
 public:
  explicit TestServer(uint32_t shards = 8);
  ~TestServer() override;

  // One request, and its reply in one line:
  //   +OK  :1  "bulk"  nil  -ERR text  [a, b]  {key: value}  ,1.5  #t; verbatim as bulk
  // Bytes that are not printable stand as \xNN.
  std::string run(const std::vector<std::string>& request);
  // Words apart by blanks; "quoted", with \xNN, \n, \" and \\ in quotes, as redis-cli reads them.
  std::string run(std::string_view line);
  // What the shards do beside commands, all that there is at now_ms: expiry, freeing.
  void run_background();

  Server server;
  Session session;  // the client that asks; commands of Route::kLoop get it
  Client& client = session.client;
  int64_t now_ms = 1'700'000'000'000;  // 2023-11-14

  // What happened to keys since the last call: "set:k expire:k"; not events of kind kNone.
  std::string events();
  void on_mutation(const Mutation& mutation) override;

 private:
  CommandTable table_;
  std::string events_;
};

std::vector<std::string> split_line(std::string_view line);
std::string decode_reply(std::string_view bytes);
std::string quoted(std::string_view bytes);  // as run() shows a bulk string

// One step of a recorded session.
struct Step {
  const char* request;
  const char* reply;
  const char* resp3 = nullptr;  // the reply to a client of RESP3, where it is another
};
// Runs the steps in order and checks each reply; goes on after a difference.
void replay(TestServer& server, std::span<const Step> steps);

}  // namespace cobnut::testing
