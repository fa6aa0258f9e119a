#include "config/redis_conf.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

using namespace cobnut;

namespace {

std::string problems(Bytes text) {
  ConfigReading reading;
  read_redis_conf(text, "r.conf", reading);
  reading.finish();
  return reading.problem_text();
}

// A folder of its own, removed with all that is in it.
struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/cobnut_conf_XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path + "/" + name) << text;
  }
};

}  // namespace

TEST_CASE("a file in redis.conf's syntax") {
  ConfigReading reading;
  const Options& options = reading.options;
  read_redis_conf(
      "# a comment\r\n"
      "  \t\n"
      "PORT 7000\r\n"
      "bind 127.0.0.1 \"::1\"\n"
      "  maxmemory\t1gb  \n"
      "requirepass \"a b\\x21\"\n"
      "timeout 1\n"
      "timeout 2\n"
      "save ''\n"
      "client-output-buffer-limit normal 1mb 0 0\n"
      "client-output-buffer-limit pubsub 1 2 3\n"
      "hash-max-ziplist-entries 99\n"
      "slave-priority 7\n"
      "list-max-ziplist-entries 512\n"
      "loglevel DEBUG",
      "r.conf", reading);
  reading.finish();
  CHECK(reading.problem_text() == "");
  CHECK(options.port == 7000);
  CHECK(options.bind == std::vector<std::string>{"127.0.0.1", "::1"});
  CHECK(options.maxmemory == 1 << 30);
  CHECK(options.requirepass == "a b!");
  CHECK(options.timeout == 2);
  CHECK(options.output_limit_normal.hard == 1 << 20);
  CHECK(options.output_limit_pubsub.soft_seconds == 3);
  CHECK(options.output_limit_replica.soft_seconds == 60);
  CHECK(options.hash_max_listpack_entries == 99);
  CHECK(options.stored.at("replica-priority") == "7");
  CHECK(options.loglevel == LogLevel::kDebug);
  CHECK(join(reading.notes, "\n") ==
        "r.conf:13: slave-priority 7: has no effect: there is no replication yet");
}

TEST_CASE("every problem is told with its line, what is written there and what is allowed") {
  CHECK(problems("port abc\n\nfoo 1\nmaxclient 3\ntimeout 1 2\nport\nrequirepass \"x\n"
                 "databases 0\nloglevel loud\n") ==
        "r.conf:1: port abc: must be a whole number from 0 to 65535\n"
        "r.conf:3: unknown option foo\n"
        "r.conf:4: unknown option maxclient: did you mean maxclients?\n"
        "r.conf:5: timeout 1 2: takes one value\n"
        "r.conf:6: port needs a value: a whole number from 0 to 65535\n"
        "r.conf:7: requirepass \"x: the quotes do not balance\n"
        "r.conf:8: databases 0: must be a whole number from 1 to 1024\n"
        "r.conf:9: loglevel loud: must be one of debug, verbose, notice, warning, nothing");
}

TEST_CASE("what would promise safety is refused, as it stands at the end") {
  CHECK(
      problems("appendonly yes\nsave 900 1\nreplicaof 10.0.0.1 6379\ncluster-enabled yes\n"
               "tls-port 6380\naclfile /a\nrename-command KEYS \"\"\nuser a on\nloadmodule x\n") ==
      "r.conf:7: rename-command: is refused: commands cannot be renamed yet\n"
      "r.conf:8: user: is refused: there are no ACL users yet\n"
      "r.conf:9: loadmodule: is refused: there are no modules\n"
      "r.conf:1: appendonly yes: is refused: persistence is not implemented yet, nothing would "
      "be kept\n"
      "r.conf:2: save 900 1: is refused: persistence is not implemented yet, nothing would be "
      "saved\n"
      "r.conf:3: replicaof 10.0.0.1 6379: is refused: there is no replication yet\n"
      "r.conf:4: cluster-enabled yes: is refused: there is no cluster mode yet\n"
      "r.conf:5: tls-port 6380: is refused: there is no TLS yet\n"
      "r.conf:6: aclfile /a: is refused: there are no ACL users yet");
  CHECK(problems("appendonly yes\nsave 900 1\nsave 300 10\nappendonly no\nsave \"\"\n") == "");
}

TEST_CASE("a password is not shown") {
  CHECK(problems("requirepass a b\n") == "r.conf:1: requirepass (hidden): takes one value");
}

TEST_CASE("included files") {
  const Folder folder;
  folder.write("a.conf", "timeout 5\ninclude b*.conf\nport 7\n");
  folder.write("b1.conf", "timeout 6\nmaxclients 100\n");
  folder.write("b2.conf", "timeout 7\nport 8\n");
  folder.write("c.toml", "[network]\ntcp-backlog = 9\n");
  folder.write("loop.conf", "include loop.conf\n");
  ConfigReading reading;
  reading.folder = folder.path;
  read_redis_conf("include a.conf\ninclude none*.conf\ninclude c.toml\n", "r.conf", reading);
  CHECK(reading.problem_text() == "");
  CHECK(reading.options.timeout == 7);
  CHECK(reading.options.port == 7);
  CHECK(reading.options.maxclients == 100);
  CHECK(reading.options.tcp_backlog == 9);
  read_redis_conf("include none.conf\ninclude loop.conf\ninclude\n", "r.conf", reading);
  REQUIRE(reading.problems.size() == 3);
  CHECK(reading.problems[0] == "r.conf:1: cannot read the configuration file '" + folder.path +
                                   "/none.conf': No such file or directory");
  CHECK(reading.problems[1].find("loop.conf:1: include loop.conf: files include each other") !=
        std::string::npos);
  CHECK(reading.problems[2] == "r.conf:3: include: takes one value: a file, or a pattern with *");
}
