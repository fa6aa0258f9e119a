#include "tests/resp_value.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace cobnut::test {
namespace {

constexpr int kDepthMax = 8;
constexpr long long kItemsMax = 1 << 20;

// An integer written the one way that it has: no plus, no leading zero, no -0.
std::optional<long long> canonical(const std::string& text) {
  char* end = nullptr;
  const long long number = strtoll(text.c_str(), &end, 10);
  if (text.empty() || std::to_string(number) != text) return {};
  return number;
}

bool is_double(const std::string& text) {
  if (text == "inf" || text == "-inf" || text == "nan") return true;
  char* end = nullptr;
  strtod(text.c_str(), &end);
  const bool known = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  return !text.empty() && known && *end == 0;
}

bool is_big_number(const std::string& text) {
  const size_t first = text.starts_with("-") ? 1 : 0;
  return text.size() > first && std::all_of(text.begin() + static_cast<long>(first), text.end(),
                                            [](char c) { return c >= '0' && c <= '9'; });
}

class Reader {
 public:
  Reader(RawSocket& socket, int protocol) : socket_(socket), protocol_(protocol) {}

  std::optional<RespValue> read(int depth = 0) {
    std::string line = socket_.read_line();
    if (line.size() < 3 || !line.ends_with("\r\n") || depth > kDepthMax) return {};
    RespValue value;
    value.kind = line[0];
    value.text = line.substr(1, line.size() - 3);
    if (value.text.find('\r') != std::string::npos) return {};
    const std::string kinds = protocol_ == 2 ? "+-:$*" : "+-:$*_,#(=!%~>";
    if (kinds.find(value.kind) == std::string::npos) return {};
    const bool good = std::string("$=!").find(value.kind) != std::string::npos ? read_bulk(value)
                      : std::string("*~>%").find(value.kind) != std::string::npos
                          ? read_items(value, depth)
                          : is_scalar(value);
    if (!good) return {};
    return value;
  }

 private:
  bool is_scalar(RespValue& value) {
    switch (value.kind) {
      case '+':
      case '-':
        return true;
      case ':':
        return canonical(value.text).has_value();
      case ',':
        return is_double(value.text);
      case '#':
        return value.text == "t" || value.text == "f";
      case '_':
        value.nil = true;
        return value.text.empty();
      case '(':
        return is_big_number(value.text);
      default:
        return false;
    }
  }

  // A length that may be -1, RESP2's nil.
  std::optional<long long> length(RespValue& value) {
    const std::optional<long long> count = canonical(value.text);
    value.text.clear();
    if (!count || *count < -1) return {};
    value.nil = *count == -1;
    if (value.nil && (protocol_ != 2 || value.kind == '=' || value.kind == '!')) return {};
    return count;
  }

  bool read_bulk(RespValue& value) {
    const std::optional<long long> size = length(value);
    if (!size || value.nil) return size.has_value();
    value.text = socket_.read_bytes(static_cast<size_t>(*size) + 2);
    if (value.text.size() != static_cast<size_t>(*size) + 2 || !value.text.ends_with("\r\n")) {
      return false;
    }
    value.text.resize(static_cast<size_t>(*size));
    return value.kind != '=' || (value.text.size() >= 4 && value.text[3] == ':');
  }

  bool read_items(RespValue& value, int depth) {
    const std::optional<long long> count = length(value);
    if (!count || value.nil) return count.has_value();
    if (*count > kItemsMax) return false;
    const long long values = value.kind == '%' ? *count * 2 : *count;
    for (long long i = 0; i < values; i++) {
      std::optional<RespValue> item = read(depth + 1);
      if (!item) return false;
      value.items.push_back(std::move(*item));
    }
    return true;
  }

  RawSocket& socket_;
  const int protocol_;
};

}  // namespace

std::optional<RespValue> read_reply(RawSocket& socket, int protocol) {
  return Reader(socket, protocol).read();
}

std::string show(const RespValue& value) {
  if (value.nil) return value.kind == '*' ? "nil array" : "nil";
  if (value.kind == '$') return "\"" + value.text + "\"";
  const bool map = value.kind == '%';
  if (!map && value.kind != '*' && value.kind != '~' && value.kind != '>') {
    return value.kind + value.text;
  }
  std::string shown = std::string(1, value.kind) + (map ? "{" : "[");
  for (size_t i = 0; i < value.items.size(); i++) {
    if (i > 0) shown += map && i % 2 == 1 ? " => " : ", ";
    shown += show(value.items[i]);
  }
  return shown + (map ? "}" : "]");
}

std::string ask(RawSocket& socket, int protocol, std::initializer_list<std::string_view> words) {
  if (!socket.send(request(words))) return "(closed)";
  const std::optional<RespValue> reply = read_reply(socket, protocol);
  return reply ? show(*reply) : "(not a reply of RESP" + std::to_string(protocol) + ")";
}

}  // namespace cobnut::test
