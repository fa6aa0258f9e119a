#include "config/toml.h"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "config/option_table.h"
#include "config/reference.h"

using namespace cobnut;

namespace {

bool all_default(const Options& options) {
  for (const Option& option : option_table()) {
    if (!option_is_default(options, option)) return false;
  }
  return true;
}

std::string toml_error(Bytes text) {
  ConfigReading reading;
  read_toml(text, "c.toml", reading);
  reading.finish();
  return reading.problem_text();
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string conf(const std::string& name) {
  const std::string here = __FILE__;
  return here.substr(0, here.rfind("src/config/")) + "conf/" + name;
}

}  // namespace

TEST_CASE("a TOML file") {
  ConfigReading reading;
  const Options& options = reading.options;
  read_toml(R"(
[network]
bind = ["0.0.0.0", "-::1"]
port = 7000
unixsocketperm = "700"
client-output-buffer-limit = "normal 1mb 1mb 5"
[security]
protected-mode = false
[memory]
maxmemory = "1gb"
allocator = "standard"
[log]
loglevel = "debug"
)",
            "c.toml", reading);
  REQUIRE(reading.problem_text().empty());
  CHECK(options.bind == std::vector<std::string>{"0.0.0.0", "-::1"});
  CHECK(options.port == 7000);
  CHECK(options.unixsocketperm == 0700);
  CHECK(options.output_limit_normal.soft_seconds == 5);
  CHECK(!options.protected_mode);
  CHECK(options.maxmemory == 1 << 30);
  CHECK(options.allocator == Allocator::kStandard);
  CHECK(options.loglevel == LogLevel::kDebug);
  CHECK(options.timeout == 0);
  read_toml("", "c.toml", reading);
  read_toml("[memory]\nmaxmemory = 5000", "c.toml", reading);
  CHECK(reading.problem_text().empty());
  CHECK(options.maxmemory == 5000);
}

TEST_CASE("a refused value is shown with its place and with what is allowed") {
  CHECK(toml_error("[memory]\n\nmaxmemory = \"lots\"") ==
        "c.toml:3: memory.maxmemory = \"lots\": must be bytes, or a number with k, kb, m, mb, g "
        "or gb");
  CHECK(toml_error("[memory]\nmaxmemory = -5") ==
        "c.toml:2: memory.maxmemory = -5: must be bytes, or a number with k, kb, m, mb, g or gb");
  CHECK(toml_error("[network]\nport = 70000") ==
        "c.toml:2: network.port = 70000: must be a whole number from 0 to 65535");
  CHECK(toml_error("[network]\nbind = [\"1.2.3\"]") ==
        "c.toml:2: network.bind = [\"1.2.3\"]: is refused: '1.2.3' is not an IPv4 or IPv6 address");
  CHECK(toml_error("[log]\nloglevel = \"loud\"") ==
        "c.toml:2: log.loglevel = \"loud\": must be one of debug, verbose, notice, warning, "
        "nothing");
  CHECK(toml_error("[memory]\nmaxmemory-policy = \"allkeys-lru\"") ==
        "c.toml:2: memory.maxmemory-policy = \"allkeys-lru\": is refused: only noeviction is "
        "supported: eviction is not implemented yet");
}

TEST_CASE("a value of the wrong type") {
  CHECK(toml_error("[network]\nport = \"7000\"") ==
        "c.toml:2: network.port = \"7000\": must be a whole number from 0 to 65535, not a string");
  CHECK(toml_error("[network]\ntimeout = 1.5") ==
        "c.toml:2: network.timeout = 1.5: must be seconds from 0 to 2147483647, not a number with "
        "a point");
  CHECK(toml_error("[security]\nprotected-mode = \"yes\"") ==
        "c.toml:2: security.protected-mode = \"yes\": must be true or false, not a string");
  CHECK(toml_error("[network]\nunixsocketperm = 700") ==
        "c.toml:2: network.unixsocketperm = 700: must be a string: octal digits from 0 to 777, "
        "not an integer");
  CHECK(toml_error("[network]\nbind = [1]") ==
        "c.toml:2: network.bind = [1]: must be an array of strings");
  CHECK(toml_error("[network]\nport = [1]") ==
        "c.toml:2: network.port = [1]: must be a whole number from 0 to 65535, not an array");
  CHECK(toml_error("[security]\nrequirepass = 123456") ==
        "c.toml:2: security.requirepass = (hidden): must be a string: text, not an integer");
  CHECK(toml_error("[network.port]\n") ==
        "c.toml:1: network.port = a table: must be a whole number from 0 to 65535, not a table");
}

TEST_CASE("unknown names") {
  CHECK(toml_error("[memory]\nmaxmemry = 1") ==
        "c.toml:2: unknown option memory.maxmemry: did you mean memory.maxmemory?");
  CHECK(toml_error("[network]\nmaxmemory = 1") ==
        "c.toml:2: unknown option network.maxmemory: did you mean memory.maxmemory?");
  CHECK(toml_error("[network]\nfrobnicate = 1") == "c.toml:2: unknown option network.frobnicate");
  CHECK(toml_error("port = 1") ==
        "c.toml:1: option port is in no table: did you mean network.port?");
  const std::string tables =
      ": there are [network] [security] [threads] [keyspace] [types] [memory] [process] "
      "[monitoring] [log] [persistence] [redis]";
  CHECK(toml_error("[cluster]\n") == "c.toml:1: unknown table [cluster]" + tables);
  CHECK(toml_error("[[network]]\nport = 1") ==
        "c.toml:1: [[network]]: write it once, as [network]");
  CHECK(toml_error("[[map]]\nname = 'x'") == "c.toml:1: unknown table [map]" + tables);
}

TEST_CASE("bad files") {
  CHECK(toml_error("[network]\nport = 1\nport = 2").find("c.toml:3: not TOML: ") == 0);
  CHECK(toml_error("[network\n").find("c.toml:1: not TOML: ") == 0);
  // All that is wrong, in the order of the lines.
  CHECK(toml_error("[network]\nzzzzzzzzz = 1\nport = -1\nbaz = 1") ==
        "c.toml:2: unknown option network.zzzzzzzzz\n"
        "c.toml:3: network.port = -1: must be a whole number from 0 to 65535\n"
        "c.toml:4: unknown option network.baz");
}

TEST_CASE("the shipped files") {
  // Stale? Run `make docs` and commit the result.
  CHECK(read(conf("reference.toml")) == reference_toml());
  ConfigReading reading;
  reading.options.port = 1;
  reading.options.maxmemory = 1;
  reading.options.stored["hz"] = "11";
  read_toml(read(conf("reference.toml")), "reference.toml", reading);
  reading.finish();
  REQUIRE_MESSAGE(reading.problems.empty(), reading.problem_text());
  CHECK(all_default(reading.options));  // every option is in it, with its default
  read_toml(read(conf("cobnut.toml")), "cobnut.toml", reading);
  REQUIRE_MESSAGE(reading.problems.empty(), reading.problem_text());
}
