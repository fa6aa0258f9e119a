// The option table: one row per option, from which everything else derives: the TOML file
// (toml.cc), command-line flags and --help (flags.cc), CONFIG GET and SET (config_command.cc) and
// conf/reference.toml (reference.cc). An option has the same name everywhere, redis.conf's where
// Redis has it; in TOML it stands in a table. Only options that have an effect are listed.
// Constant; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "config/options.h"

namespace cobnut {

// The three numbers of class normal; the other classes of Redis have no clients here yet.
struct OutputLimitField {};

// A C++ enum in Options, reached as an integer; the row's `names` are its enumerators in order.
struct EnumField {
  int (*get)(const Options&);
  void (*set)(Options&, int);
};

using OptionField =
    std::variant<bool Options::*, int64_t Options::*, uint64_t Options::*, std::string Options::*,
                 std::vector<std::string> Options::*, EnumField, OutputLimitField>;

// How a number is written, beyond its field's type.
enum class OptionUnit : uint8_t { kNone, kSeconds, kMilliseconds, kMicroseconds, kMemory, kOctal };

struct Option {
  Bytes table;  // of the TOML file
  Bytes name;   // TOML key, redis.conf name, flag without its dashes
  OptionField field;
  OptionUnit unit = OptionUnit::kNone;
  int64_t min = 0;               // of numbers
  uint64_t max = INT64_MAX;      // of numbers
  std::span<const Bytes> names;  // of enums, and of texts of which only these are known
  bool runtime = false;          // CONFIG SET may change it
  bool secret = false;           // never shown in messages and logs
  // Of texts and lists: what is wrong with it in Redis's words, or empty; it may normalise the
  // text.
  std::string (*check)(std::string& text) = nullptr;
  Bytes doc;  // one line

  bool is_list() const {
    return std::holds_alternative<std::vector<std::string> Options::*>(field);
  }
  bool is_bool() const { return std::holds_alternative<bool Options::*>(field); }
  bool is_limit() const { return std::holds_alternative<OutputLimitField>(field); }
  // A plain number, which TOML writes without quotes; sizes may also be quoted ("64mb").
  bool is_number() const;
  std::string full_name() const { return std::string(table) + "." + std::string(name); }
};

std::span<const Option> option_table();  // grouped by table
const Option* find_option(Bytes name);   // by redis.conf name, any case; nullptr: unknown

// The value as CONFIG GET and redis.conf write it.
std::string option_text(const Options& options, const Option& option);
// Whether the field has the default's value.
bool option_is_default(const Options& options, const Option& option);

// Why a value is refused.
struct Refusal {
  std::string redis;     // Redis's words, for CONFIG SET
  std::string friendly;  // for files and flags: "must be a whole number from 0 to 65535"
};
// Reads a value as redis.conf writes it. A refused one leaves `options` as it was.
std::optional<Refusal> set_option_text(Options& options, const Option& option, Bytes text);

std::string option_allowed(const Option& option);  // "a whole number from 0 to 65535"

// The known full name nearest to what was written, or nothing when none is near.
std::string nearest_option(Bytes written);

std::vector<std::string> split_words(Bytes text);  // at blanks
std::string join(std::span<const std::string> words, Bytes separator);

}  // namespace cobnut
