// The option table: one row per option, from which everything else derives: the TOML file
// (toml.cc), command-line flags and --help (flags.cc), CONFIG GET and SET (config_command.cc) and
// conf/reference.toml (reference.cc). An option has the same name everywhere, redis.conf's where
// Redis has it; in TOML it stands in a table. Every name of redis-server 7.0.15 is known: an option
// whose feature does not exist here says so in its row, is checked, stored and answered, and does
// nothing; one that promises safety is refused. Constant; any thread.
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

struct OutputLimitField {};  // the three OutputLimits

// An option without effect, kept as text in Options::stored.
enum class StoredKind : uint8_t { kYesNo, kNumber, kText, kName };
struct StoredField {
  StoredKind kind;
  Bytes initial;
};

// A C++ enum in Options, reached as an integer; the row's `names` are its enumerators in order.
struct EnumField {
  int (*get)(const Options&);
  void (*set)(Options&, int);
};

using OptionField =
    std::variant<bool Options::*, int64_t Options::*, uint64_t Options::*, std::string Options::*,
                 std::vector<std::string> Options::*, EnumField, OutputLimitField, StoredField>;

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
  bool ours = false;     // redis-server has no such option: CONFIG SET takes the value that it has
  bool guarded = false;  // only where enable-protected-configs allows it
  bool secret = false;   // never shown in messages and logs
  bool hidden = false;   // CONFIG GET shows it only when it is named
  bool words = false;    // redis.conf writes it as several words
  Bytes alias;           // a second name for the same, or empty
  Bytes missing;         // of an option without effect: "there are no replicas yet"
  Bytes refused;         // why it cannot have another value than its default, or empty
  // Of texts, lists and stored options: what is wrong with it in Redis's words, or empty; it may
  // normalise the text.
  std::string (*check)(std::string& text) = nullptr;
  Bytes doc;  // one line

  bool is_list() const {
    return std::holds_alternative<std::vector<std::string> Options::*>(field);
  }
  bool is_stored(StoredKind kind) const {
    const auto* stored = std::get_if<StoredField>(&field);
    return stored != nullptr && stored->kind == kind;
  }
  bool is_bool() const {
    return std::holds_alternative<bool Options::*>(field) || is_stored(StoredKind::kYesNo);
  }
  bool is_limit() const { return std::holds_alternative<OutputLimitField>(field); }
  // A plain number, which TOML writes without quotes; sizes may also be quoted ("64mb").
  bool is_number() const;
  std::string full_name() const { return std::string(table) + "." + std::string(name); }
};

std::span<const Option> option_table();  // grouped by table
const Option* find_option(Bytes name);   // by redis.conf name, any case; nullptr: unknown

// The rows that have an effect, and the other ones of redis-server 7.0.15. option_table() is both.
std::span<const Option> effective_rows();
std::span<const Option> redis_rows();

// The value as CONFIG GET and redis.conf write it.
std::string option_text(const Options& options, const Option& option);
// Whether the field has the default's value.
bool option_is_default(const Options& options, const Option& option);

// Why a value is refused.
struct Refusal {
  std::string redis;     // Redis's words, for CONFIG SET
  std::string friendly;  // for files and flags: "must be a whole number from 0 to 65535"
};
// Reads a value as redis.conf writes it. A wrong one leaves `options` as it was. What the row
// refuses is taken here: option_refused() tells once all values are known.
std::optional<Refusal> set_option_text(Options& options, const Option& option, Bytes text);

// Why the value that `options` has cannot be served, or empty.
Bytes option_refused(const Options& options, const Option& option);

std::string option_allowed(const Option& option);  // "a whole number from 0 to 65535"

// The known full name nearest to what was written, or nothing when none is near.
std::string nearest_option(Bytes written);

std::vector<std::string> split_words(Bytes text);  // at blanks
std::string join(std::span<const std::string> words, Bytes separator);

}  // namespace cobnut
