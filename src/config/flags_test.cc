#include "config/flags.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "config/option_table.h"
#include "config/reference.h"

using namespace cobnut;

namespace {

using Action = CommandLine::Action;

Result<CommandLine> parse(const std::vector<const char*>& words) {
  return parse_command_line(words);
}

std::string flag_error(const std::vector<const char*>& words) {
  const auto line = parse(words);
  return line ? "" : line.error();
}

struct TemporaryFile {
  std::string path;
  TemporaryFile(const std::string& name, const std::string& text)
      : path(std::string(P_tmpdir) + "/cobnut_" + std::to_string(getpid()) + "_" + name) {
    std::ofstream(path) << text;
  }
  ~TemporaryFile() { remove(path.c_str()); }
};

}  // namespace

TEST_CASE("flags") {
  auto line = parse({"--port", "7000", "--bind", "127.0.0.1", "::1", "--maxmemory=1gb",
                     "--client-output-buffer-limit", "normal", "1mb", "0", "0", "--requirepass="});
  REQUIRE(line.ok());
  CHECK(line->action == Action::kRun);
  CHECK(line->options.port == 7000);
  CHECK(line->options.bind == std::vector<std::string>{"127.0.0.1", "::1"});
  CHECK(line->options.maxmemory == 1 << 30);
  CHECK(line->options.output_limit_normal.hard == 1 << 20);
  CHECK(line->options.requirepass.empty());
  CHECK(line->source.path.empty());
  CHECK(parse({})->options.port == 6379);
  CHECK(parse({"--port", "1", "--PORT", "2"})->options.port == 2);
  CHECK(parse({"--requirepass=--x"})->options.requirepass == "--x");
  CHECK(parse({"--requirepass", ""})->options.requirepass.empty());
  CHECK(parse({"--port", "0", "--unixsocket", "/tmp/s"}).ok());
}

TEST_CASE("flags as redis-server 7.0.15 sorts its words") {
  const auto save = [](const std::vector<const char*>& words) {
    auto line = parse(words);
    return line ? "ok" : line.error();
  };
  CHECK(parse({"--requirepass", "--x", "--timeout", "5"})->options.requirepass == "--x");
  CHECK(parse({"--timeout 5", "--requirepass 'a b'"})->options.requirepass == "a b");
  CHECK(parse({"--timeout 5", "--requirepass 'a b'"})->options.timeout == 5);
  CHECK(parse({"--shutdown-on-sigint", "nosave", "force", "--shutdown-on-sigterm", "now force"})
            ->options.stored["shutdown-on-sigint"] == "nosave force");
  CHECK(save({"--save", "--timeout", "5"}) == "ok");
  CHECK(save({"--timeout", "5", "--save"}) == "ok");
  CHECK(save({"--save", "900", "1", "--save", ""}) == "ok");
  CHECK(save({"--save", "900", "1", "--save", "300", "10"}) ==
        "--save 300 10: is refused: persistence is not implemented yet, nothing would be saved");
  const TemporaryFile file("w.conf", "timeout 3\nsave 900 1\n");
  CHECK(save({file.path.c_str(), "--save", ""}) == "ok");
  CHECK(parse({file.path.c_str(), "loglevel", "debug", "--save", ""})->options.loglevel ==
        LogLevel::kDebug);
}

TEST_CASE("bad flags") {
  CHECK(flag_error({"--port", "abc"}) == "--port abc: must be a whole number from 0 to 65535");
  CHECK(flag_error({"--port"}) == "--port needs a value: a whole number from 0 to 65535");
  CHECK(flag_error({"--port", "1", "2"}) == "--port 1 2: takes one value");
  CHECK(flag_error({"--protected-mode", "maybe"}) == "--protected-mode maybe: must be yes or no");
  CHECK(flag_error({"--prot", "1"}) == "unknown option --prot: did you mean --port?");
  CHECK(flag_error({"--frobnicate", "1"}) == "unknown option --frobnicate; --help lists them all");
  CHECK(flag_error({"--maxmemory-policy", "allkeys-lru"}) ==
        "--maxmemory-policy allkeys-lru: is refused: only noeviction is supported: eviction is "
        "not implemented yet");
  CHECK(flag_error({"--port", "0"}) ==
        "port is 0 and there is no unixsocket: nobody could connect");
  CHECK(flag_error({"a.toml", "b.toml"}) ==
        "'b.toml': there is a configuration file already, a.toml\n"
        "cannot read the configuration file 'a.toml': No such file or directory");
  CHECK(flag_error({"--port", "x", "--foo", "1", "--databases", "0"}) ==
        "--port x: must be a whole number from 0 to 65535\n"
        "unknown option --foo; --help lists them all\n"
        "--databases 0: must be a whole number from 1 to 1024");
  CHECK(flag_error({"/nonexistent/x.toml"}) ==
        "cannot read the configuration file '/nonexistent/x.toml': No such file or directory");
  CHECK(flag_error({"/"}) == "cannot read the configuration file '/': Is a directory");
  CHECK(flag_error({"--dir", "/nonexistent"}) == "dir /nonexistent: No such file or directory");
  CHECK(flag_error({"--dir", "/dev/null"}) == "dir /dev/null: is no folder");
  CHECK(flag_error({"--rename-command", "KEYS", "x"}) ==
        "--rename-command: is refused: commands cannot be renamed yet");
  CHECK(flag_error({"--test-memory", "100"}).find("--test-memory: is refused") == 0);
  CHECK(flag_error({"--appendonly", "yes"}) ==
        "--appendonly yes: is refused: persistence is not implemented yet, nothing would be kept");
  CHECK(flag_error({"--port 'x"}) == "--port 'x: the quotes do not balance");
  CHECK(flag_error({"--requirepass", "my", "secret"}) == "--requirepass (hidden): takes one value");
  CHECK(flag_error({"-x"}).find("'-x'") == 0);
  CHECK(flag_error({""}) != "");
}

TEST_CASE("actions") {
  CHECK(parse({"--help"})->action == Action::kHelp);
  CHECK(parse({"--nope", "1", "-h"})->action == Action::kHelp);
  CHECK(parse({"--check-config", "--help"})->action == Action::kHelp);
  CHECK(parse({"-v"})->action == Action::kVersion);
  CHECK(parse({"--version"})->action == Action::kVersion);
  CHECK(parse({"--check-config"})->action == Action::kCheckConfig);
  CHECK(parse({"--check-config", "--port", "1"})->options.port == 1);
  CHECK(flag_error({"--check-config", "--port", "x"}) != "");
  CHECK(parse({"--print-reference-config"})->action == Action::kPrintReferenceConfig);
  CHECK(parse({"--print-command-table"})->action == Action::kPrintCommandTable);
}

TEST_CASE("flags go before the file, the file before the defaults") {
  const TemporaryFile file("c.toml", "[network]\nport = 7000\ntimeout = 30\n");
  const std::vector<std::vector<const char*>> lines = {
      {file.path.c_str(), "--port", "8000"},
      {"--port=8000", file.path.c_str()},
      {"--port", "8000", "--check-config", file.path.c_str()},
  };
  for (const auto& words : lines) {
    auto line = parse(words);
    REQUIRE(line.ok());
    CHECK(line->options.port == 8000);
    CHECK(line->options.timeout == 30);
    CHECK(line->options.maxclients == 10000);
    CHECK(line->source.path == file.path);
  }
  CHECK(parse({file.path.c_str()})->options.port == 7000);
  const TemporaryFile bad("b.toml", "[network]\nport = 'x'\n");
  CHECK(flag_error({bad.path.c_str()}).find(bad.path + ":2: network.port") == 0);
}

TEST_CASE("help names every option") {
  const std::string help = help_text();
  for (const Option& option : option_table()) {
    const bool named = help.find("--" + std::string(option.name) + "  ") != Bytes::npos;
    CHECK(named == !option.hidden);
    CHECK(help.find(std::string(option.doc.substr(0, 25))) != Bytes::npos);
  }
}
