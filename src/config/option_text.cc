// Option values from text and to text.
#include <algorithm>
#include <climits>

#include "base/numbers.h"
#include "base/text.h"
#include "config/option_table.h"

namespace cobnut {
namespace {

std::string join_names(std::span<const Bytes> names) {
  std::string text;
  for (Bytes name : names) (text += text.empty() ? "" : ", ") += name;
  return text;
}

std::string octal(int64_t value) {
  std::string digits;
  do digits.insert(digits.begin(), static_cast<char>('0' + value % 8));
  while ((value /= 8) > 0);
  return digits;
}

std::optional<int64_t> parse_octal(Bytes text) {
  if (text.empty() || text.size() > 10) return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + (c - '0');
  }
  return value;
}

// "argument must be between 0 and 777 inclusive"
Refusal out_of_range(const Option& option) {
  const bool is_octal = option.unit == OptionUnit::kOctal;
  const std::string max =
      is_octal ? octal(static_cast<int64_t>(option.max)) : std::to_string(option.max);
  return {"argument must be between " + std::to_string(option.min) + " and " + max + " inclusive",
          "must be " + option_allowed(option)};
}

using Outcome = std::optional<Refusal>;

struct Setter {
  Options& options;
  const Option& option;
  Bytes text;

  Outcome refuse(std::string redis) const {
    return Refusal{std::move(redis), "must be " + option_allowed(option)};
  }

  Outcome read_yes_no(bool& yes) const {
    yes = equal_ignore_case(text, "yes");
    if (yes || equal_ignore_case(text, "no")) return std::nullopt;
    return refuse("argument must be 'yes' or 'no'");
  }
  Outcome read_memory(uint64_t& bytes) const {
    const std::optional<uint64_t> value = parse_memory(text);
    if (!value) return refuse("argument must be a memory value");
    if (*value < static_cast<uint64_t>(option.min) || *value > option.max)
      return out_of_range(option);
    bytes = *value;
    return std::nullopt;
  }
  Outcome read_number(int64_t& number) const {
    const bool is_octal = option.unit == OptionUnit::kOctal;
    const std::optional<int64_t> value = is_octal ? parse_octal(text) : parse_int(text);
    if (!value) {
      return refuse(is_octal ? "argument couldn't be parsed as an octal number"
                             : "argument couldn't be parsed into an integer");
    }
    if (*value < option.min || (*value >= 0 && static_cast<uint64_t>(*value) > option.max))
      return out_of_range(option);
    number = *value;
    return std::nullopt;
  }
  Outcome read_name(size_t& index) const {
    for (index = 0; index < option.names.size(); index++) {
      if (equal_ignore_case(option.names[index], text)) return std::nullopt;
    }
    return refuse("argument(s) must be one of the following: " + join_names(option.names));
  }
  // What a check refuses, it says in words that serve everywhere.
  Outcome check(std::string& value) const {
    if (option.check == nullptr) return std::nullopt;
    std::string wrong = option.check(value);
    if (wrong.empty()) return std::nullopt;
    return Refusal{wrong, "is refused: " + wrong};
  }
  Outcome read_text(std::string& value) const {
    value = text;
    size_t index = 0;
    if (!option.names.empty()) {
      if (Outcome wrong = read_name(index)) return wrong;
      value = option.names[index];
    }
    return check(value);
  }
  Outcome read_stored(StoredKind kind, std::string& value) const {
    bool yes = false;
    int64_t number = 0;
    uint64_t bytes = 0;
    if (kind == StoredKind::kYesNo) {
      if (Outcome wrong = read_yes_no(yes)) return wrong;
      value = yes ? "yes" : "no";
    } else if (kind == StoredKind::kNumber && option.unit == OptionUnit::kMemory) {
      if (Outcome wrong = read_memory(bytes)) return wrong;
      value = std::to_string(bytes);
    } else if (kind == StoredKind::kNumber) {
      if (Outcome wrong = read_number(number)) return wrong;
      value = std::to_string(number);
    } else {
      return read_text(value);
    }
    return check(value);
  }

  Outcome operator()(bool Options::*field) const { return read_yes_no(options.*field); }
  Outcome operator()(int64_t Options::*field) const {
    if (option.unit != OptionUnit::kMemory) return read_number(options.*field);
    uint64_t bytes = 0;
    Outcome wrong = read_memory(bytes);
    if (!wrong) options.*field = static_cast<int64_t>(bytes);
    return wrong;
  }
  Outcome operator()(uint64_t Options::*field) const { return read_memory(options.*field); }
  Outcome operator()(std::string Options::*field) const {
    std::string value;
    Outcome wrong = read_text(value);
    if (!wrong) options.*field = std::move(value);
    return wrong;
  }
  Outcome operator()(std::vector<std::string> Options::*field) const {
    std::string value;
    Outcome wrong = read_text(value);
    if (!wrong) options.*field = split_words(value);
    return wrong;
  }
  Outcome operator()(EnumField field) const {
    size_t index = 0;
    if (Outcome wrong = read_name(index)) return wrong;
    field.set(options, static_cast<int>(index));
    return std::nullopt;
  }
  Outcome operator()(OutputLimitField) const {
    const std::vector<std::string> words = split_words(text);
    if (words.size() % 4 != 0 || (words.empty() && !text.empty()))  // "" changes nothing
      return refuse("Wrong number of arguments in buffer limit configuration.");
    Options changed = options;
    for (size_t i = 0; i < words.size(); i += 4) {
      const auto field = output_limit_field(words[i]);
      if (field == nullptr)
        return refuse("Invalid client class specified in buffer limit configuration.");
      const std::optional<uint64_t> hard = parse_memory(words[i + 1]);
      const std::optional<uint64_t> soft = parse_memory(words[i + 2]);
      const std::optional<int64_t> seconds = parse_int(words[i + 3]);
      if (!hard || *hard > INT64_MAX || !soft || *soft > INT64_MAX || !seconds || *seconds < 0 ||
          *seconds > INT_MAX) {
        return refuse("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
      }
      changed.*field = {static_cast<int64_t>(*hard), static_cast<int64_t>(*soft), *seconds};
    }
    options = changed;
    return std::nullopt;
  }
  Outcome operator()(const StoredField& field) const {
    std::string value;
    if (Outcome wrong = read_stored(field.kind, value)) return wrong;
    if (value == field.initial)
      options.stored.erase(std::string(option.name));
    else
      options.stored[std::string(option.name)] = value;
    return std::nullopt;
  }

 private:
  static OutputLimit Options::*output_limit_field(Bytes name) {
    if (equal_ignore_case(name, "normal")) return &Options::output_limit_normal;
    if (equal_ignore_case(name, "pubsub")) return &Options::output_limit_pubsub;
    if (equal_ignore_case(name, "slave") || equal_ignore_case(name, "replica"))
      return &Options::output_limit_replica;
    return nullptr;
  }
};

std::string limit_text(Bytes name, const OutputLimit& limit) {
  return std::string(name) + " " + std::to_string(limit.hard) + " " + std::to_string(limit.soft) +
         " " + std::to_string(limit.soft_seconds);
}

struct Printer {
  const Options& options;
  const Option& option;

  std::string operator()(bool Options::*field) const { return options.*field ? "yes" : "no"; }
  std::string operator()(int64_t Options::*field) const {
    if (option.unit == OptionUnit::kOctal) return octal(options.*field);
    return std::to_string(options.*field);
  }
  std::string operator()(uint64_t Options::*field) const { return std::to_string(options.*field); }
  std::string operator()(std::string Options::*field) const { return options.*field; }
  std::string operator()(std::vector<std::string> Options::*field) const {
    return join(options.*field, " ");
  }
  std::string operator()(EnumField field) const {
    return std::string(option.names[static_cast<size_t>(field.get(options))]);
  }
  std::string operator()(OutputLimitField) const {
    return limit_text("normal", options.output_limit_normal) + " " +
           limit_text("slave", options.output_limit_replica) + " " +
           limit_text("pubsub", options.output_limit_pubsub);
  }
  std::string operator()(const StoredField& field) const {
    const auto found = options.stored.find(option.name);
    return found == options.stored.end() ? std::string(field.initial) : found->second;
  }
};

}  // namespace

bool Option::is_number() const {
  return unit != OptionUnit::kOctal &&
         (std::holds_alternative<int64_t Options::*>(field) ||
          std::holds_alternative<uint64_t Options::*>(field) || is_stored(StoredKind::kNumber));
}

std::string option_text(const Options& options, const Option& option) {
  return std::visit(Printer{options, option}, option.field);
}

bool option_is_default(const Options& options, const Option& option) {
  return option_text(options, option) == option_text(Options{}, option);
}

std::optional<Refusal> set_option_text(Options& options, const Option& option, Bytes text) {
  return std::visit(Setter{options, option, text}, option.field);
}

Bytes option_refused(const Options& options, const Option& option) {
  return option_is_default(options, option) ? Bytes() : option.refused;
}

std::string option_allowed(const Option& option) {
  if (option.is_bool()) return "yes or no";
  if (option.is_limit())
    return "'normal', 'replica' or 'pubsub', a hard limit, a soft limit and seconds";
  if (!option.names.empty()) return "one of " + join_names(option.names);
  if (option.is_list()) return "one or more addresses";
  if (option.unit == OptionUnit::kOctal)
    return "octal digits from 0 to " + octal(static_cast<int64_t>(option.max));
  if (option.unit == OptionUnit::kMemory) {
    const std::string size = "bytes, or a number with k, kb, m, mb, g or gb";
    return option.min <= 0 ? size : size + ", at least " + std::to_string(option.min);
  }
  if (!option.is_number()) return "text";
  std::string text = option.unit == OptionUnit::kSeconds        ? "seconds"
                     : option.unit == OptionUnit::kMilliseconds ? "milliseconds"
                     : option.unit == OptionUnit::kMicroseconds ? "microseconds"
                                                                : "a whole number";
  return text + " from " + std::to_string(option.min) + " to " + std::to_string(option.max);
}

std::vector<std::string> split_words(Bytes text) {
  std::vector<std::string> words;
  for (;;) {
    const size_t begin = text.find_first_not_of(" \t");
    if (begin == Bytes::npos) return words;
    text.remove_prefix(begin);
    words.emplace_back(text.substr(0, text.find_first_of(" \t")));
    text.remove_prefix(words.back().size());
  }
}

std::string join(std::span<const std::string> words, Bytes separator) {
  std::string text;
  for (size_t i = 0; i < words.size(); i++) {
    if (i > 0) text += separator;
    text += words[i];
  }
  return text;
}

}  // namespace cobnut
