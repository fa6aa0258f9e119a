#include "command/table.h"

#include <doctest/doctest.h>

namespace cobnut {
namespace {

void run_nothing(Context&, Args) {}

constexpr CommandSpec kSubcommands[] = {
    {.name = "client|id", .run = run_nothing, .arity = 2},
    {.name = "client|setname", .run = run_nothing, .arity = 3},
};
constexpr CommandSpec kTestCommands[] = {
    {.name = "client", .arity = -2, .subcommands = kSubcommands},
    {.name = "get", .run = run_nothing, .arity = 2, .keys = {1, 1, 1}},
    {.name = "georadiusbymember", .run = run_nothing, .arity = -6, .keys = {1, 1, 1}},
    {.name = "georadiusbymember_ro", .run = run_nothing, .arity = -6, .keys = {1, 1, 1}},
    {.name = "mset", .run = run_nothing, .arity = -3, .keys = {1, -1, 2}},
    {.name = "msetex", .run = run_nothing, .arity = -4, .keys = {2, 0, 2, 1}},
    {.name = "setrange", .run = run_nothing, .arity = 4, .keys = {1, 1, 1}},
};

const CommandTable& table() {
  static const std::span<const CommandSpec> families[] = {kTestCommands};
  static const CommandTable table{families};
  return table;
}

// Both ways to a top-level row.
const CommandSpec* look_up(Bytes name) {
  const CommandSpec* spec = table().find(name);
  CHECK(table().resolve({&name, 1}) == spec);
  return spec;
}

}  // namespace

TEST_CASE("names of every length and case are found, others are not") {
  for (const CommandSpec& spec : kTestCommands) {
    REQUIRE(look_up(spec.name) != nullptr);
    CHECK(look_up(spec.name)->name == spec.name);
    std::string mixed(spec.name);
    for (size_t i = 0; i < mixed.size(); i += 2) mixed[i] = static_cast<char>(toupper(mixed[i]));
    CHECK(look_up(mixed) == look_up(spec.name));
    for (size_t i = 0; i < spec.name.size(); i++) {
      for (int flip : {0x01, 0x20, 0x80}) {
        std::string other(spec.name);
        other[i] = static_cast<char>(other[i] ^ flip);
        if (flip == 0x20 && isalpha(spec.name[i])) continue;  // the other case
        CHECK(look_up(other) == nullptr);
      }
    }
    CHECK(look_up(std::string(spec.name) + std::string(1, '\0')) == nullptr);
    CHECK(look_up(spec.name.substr(0, spec.name.size() - 1)) == nullptr);
  }
  CHECK(look_up("") == nullptr);
  CHECK(look_up(std::string(100'000, 'g')) == nullptr);
}

TEST_CASE("a subcommand is found through its container") {
  const Bytes id[] = {"CLIENT", "Id"};
  const Bytes unknown[] = {"client", "x"};
  const Bytes alone[] = {"client"};
  CHECK(table().resolve(id)->name == "client|id");
  CHECK(table().resolve(unknown) == table().find("client"));
  CHECK(table().resolve(alone) == table().find("client"));
}

TEST_CASE("every row has its number") {
  const std::span<const CommandSpec> rows = table().rows();
  CHECK(rows.size() == std::size(kTestCommands) + std::size(kSubcommands));
  for (size_t i = 0; i < rows.size(); i++) CHECK(rows[i].number == i);
  CHECK(&rows[table().find("get")->number] == table().find("get"));
  const CommandSpec& client = *table().find("client");
  REQUIRE(client.subcommands.size() == 2);
  CHECK(&client.subcommands[1] == &rows[client.subcommands[1].number]);
}

TEST_CASE("keys by position, by step, by count") {
  const Bytes mset[] = {"mset", "a", "1", "b", "2"};
  const KeyRange range = key_range(*table().find("mset"), mset);
  CHECK(range.first == 1);
  CHECK(range.step == 2);
  CHECK(range.count == 2);
  const Bytes two[] = {"msetex", "2", "a", "1", "b", "2", "EX", "5"};
  CHECK(key_range(*table().find("msetex"), two).count == 2);
  const Bytes many[] = {"msetex", "9", "a", "1"};
  const Bytes bad[] = {"msetex", "x", "a", "1"};
  const Bytes none[] = {"msetex", "0", "a", "1"};
  const Bytes huge[] = {"msetex", "9223372036854775807", "a", "1"};
  CHECK(key_range(*table().find("msetex"), many).count == 0);
  CHECK(key_range(*table().find("msetex"), bad).count == 0);
  CHECK(key_range(*table().find("msetex"), none).count == 0);
  CHECK(key_range(*table().find("msetex"), huge).count == 0);
}

}  // namespace cobnut
