#include "command/syntax.h"

#include <algorithm>

#include "base/numbers.h"
#include "base/text.h"

namespace cobnut {
namespace {

constexpr Bytes kTypes[] = {"string", "integer", "double", "key", "pattern", "unix-time"};

// Names that mean the same in every command but for a few, which write their type.
Bytes type_by_name(Bytes name) {
  if (name == "key" || name == "pattern") return name;
  if (name.starts_with("unix-time-")) return "unix-time";
  constexpr Bytes kIntegers[] = {"count",   "cursor", "index",  "milliseconds",
                                 "numkeys", "offset", "seconds"};
  return std::ranges::find(kIntegers, name) != std::end(kIntegers) ? "integer" : "string";
}

bool has_lower(Bytes word) {
  return std::ranges::any_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

// Cuts `word` at the last `mark`; what stands behind it, or nothing.
std::optional<Bytes> cut_behind(Bytes& word, char mark) {
  const size_t at = word.rfind(mark);
  if (at == Bytes::npos) return std::nullopt;
  const Bytes behind = word.substr(at + 1);
  word = word.substr(0, at);
  return behind;
}

class SyntaxReader {
 public:
  explicit SyntaxReader(Bytes text) : text_(text) {}

  Result<std::vector<Argument>> read() {
    bool choice = false;
    std::vector<Argument> arguments = read_list('\0', &choice);
    if (choice) fail("alternatives need a name and braces");
    if (!error_.empty()) return Error{error_};
    return arguments;
  }

 private:
  char peek() {  // the next byte that is no blank; '\0' at the end
    while (at_ < text_.size() && text_[at_] == ' ') at_++;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(Bytes what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  void fail(const char* reason) {
    if (error_.empty()) error_ = std::string(reason) + " at column " + std::to_string(at_ + 1);
    at_ = text_.size();  // ends every loop
  }

  // Arguments up to `closing`, which is taken. `choice`: they stand between bars.
  std::vector<Argument> read_list(char closing, bool* choice) {
    std::vector<Argument> list;
    size_t bars = 0;
    while (peek() != closing && error_.empty()) {
      if (peek() == '|') {
        at_++;
        bars++;
        if (bars != list.size()) fail("a bar without an argument before it");
      } else {
        list.push_back(read_argument());
        if (bars > 0 && list.size() != bars + 1) fail("several arguments between bars");
      }
    }
    if (closing != '\0' && !take(Bytes(&closing, 1))) fail("a bracket is not closed");
    if (bars > 0 && list.size() != bars + 1) fail("a bar without an argument behind it");
    *choice = bars > 0;
    return list;
  }

  Argument read_argument() {
    if (peek() != '[') return read_plain();
    at_++;
    Argument argument = read_plain();
    argument.optional = true;
    if (peek() != ']') fail("brackets hold one argument");
    at_++;
    return argument;
  }

  Bytes read_word() {
    peek();
    const size_t begin = at_;
    while (at_ < text_.size() && Bytes(" []{}|").find(text_[at_]) == Bytes::npos &&
           !text_.substr(at_).starts_with("...")) {
      at_++;
    }
    if (at_ == begin) fail("an argument is missing");
    return text_.substr(begin, at_ - begin);
  }

  Argument read_plain() {
    const Bytes word = read_word();
    if (!is_prefix(word)) return read_named(word);
    const bool repeated = take("...");
    Argument argument = read_named(read_word());
    if (argument.token || argument.name.empty()) fail("a name is missing behind a word");
    argument.token = word;
    argument.multiple |= repeated;
    argument.multiple_token = repeated;
    return argument;
  }

  // Whether this is the word that stands before an argument: upper case, and a name follows.
  bool is_prefix(Bytes word) {
    if (has_lower(word) || word.find_first_of("=@!#") != Bytes::npos) return false;
    const size_t here = at_;
    const bool repeated = take("...");
    const char next = peek();
    at_ = here;
    return repeated || (next >= 'a' && next <= 'z');
  }

  Argument read_named(Bytes word) {
    Argument argument;
    argument.deprecated_since = cut_behind(word, '!').value_or(Bytes());
    argument.since = cut_behind(word, '@').value_or(Bytes());
    if (const auto spec = cut_behind(word, '#')) {
      const std::optional<int64_t> number = parse_int(*spec);
      if (!number || *number < 0) fail("no number behind '#'");
      argument.key_spec = static_cast<int>(number.value_or(0));
    }
    const size_t equals = word.find('=');
    if (equals != Bytes::npos) {
      argument.token = word.substr(equals + 1);
      word = word.substr(0, equals);
    } else if (!has_lower(word)) {
      argument.token = word;
    }
    argument.type = argument.token ? Bytes("pure-token") : type_of(&word);
    argument.name = argument.token ? to_lower(word) : std::string(word);
    if (argument.name.empty()) fail("a name is missing");
    if (argument.type == "key" && argument.key_spec < 0) argument.key_spec = 0;
    read_group(&argument);
    argument.multiple = take("...");
    return argument;
  }

  // Cuts the type off the name where it is written.
  Bytes type_of(Bytes* word) {
    const std::optional<Bytes> written = cut_behind(*word, ':');
    if (!written) return type_by_name(*word);
    if (std::ranges::find(kTypes, *written) == std::end(kTypes)) fail("no type behind ':'");
    return *written;
  }

  void read_group(Argument* argument) {
    if (!take("{")) return;
    if (argument->token) fail("a word cannot be a group: it needs a name");
    bool choice = false;
    argument->arguments = read_list('}', &choice);
    argument->type = choice ? "oneof" : "block";
    argument->key_spec = -1;
    if (argument->arguments.empty()) fail("empty braces");
  }

  const Bytes text_;
  size_t at_ = 0;
  std::string error_;
};

}  // namespace

Result<std::vector<Argument>> parse_syntax(Bytes text) { return SyntaxReader(text).read(); }

}  // namespace cobnut
