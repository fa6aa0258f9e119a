#include "config/option_checks.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/numbers.h"
#include "base/text.h"
#include "config/option_table.h"

namespace cobnut {
namespace {

constexpr size_t kBindMax = 16;       // Redis's CONFIG_BINDADDR_MAX
constexpr size_t kPasswordMax = 512;  // bytes; Redis's CONFIG_AUTHPASS_MAX_LEN
constexpr size_t kHostnameMax = 255;  // bytes
constexpr int64_t kHzLeast = 1, kHzMost = 500;
constexpr int64_t kOomValueMost = 2000;

bool is_address(Bytes text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text == "*" || text == "::*") return true;
  const std::string address(text);
  in_addr ip4;
  in6_addr ip6;
  return inet_pton(AF_INET, address.c_str(), &ip4) == 1 ||
         inet_pton(AF_INET6, address.c_str(), &ip6) == 1;
}

bool is_hostname_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.';
}

}  // namespace

std::string check_bind(std::string& text) {
  const std::vector<std::string> addresses = split_words(text);
  if (addresses.size() > kBindMax) return "Too many bind addresses specified.";
  for (const std::string& address : addresses) {
    if (!is_address(address)) return "'" + address + "' is not an IPv4 or IPv6 address";
  }
  text = join(addresses, " ");
  return {};
}

std::string check_unixsocket(std::string& text) {
  constexpr size_t kMax = sizeof(sockaddr_un::sun_path) - 1;
  if (text.size() <= kMax) return {};
  return "the path is longer than " + std::to_string(kMax) + " bytes";
}

std::string check_requirepass(std::string& text) {
  if (text.size() <= kPasswordMax) return {};
  return "Password is longer than CONFIG_AUTHPASS_MAX_LEN";
}

std::string check_percentiles(std::string& text) {
  std::vector<std::string> shown;
  for (const std::string& word : split_words(text)) {
    const std::optional<double> percentile = parse_double(word);
    if (!percentile) return "Invalid latency-tracking-info-percentiles parameters";
    if (!(*percentile >= 0 && *percentile <= 100))
      return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
    char digits[32];
    snprintf(digits, sizeof digits, "%g", *percentile);
    shown.emplace_back(digits);
  }
  text = join(shown, " ");
  return {};
}

// The classes in Redis's order; A stands for all but m and n, and then n is not shown, as on Redis.
std::string check_notifications(std::string& text) {
  constexpr Bytes kAll = "g$lshzxetd";
  if (text.find_first_not_of("Ag$lshzxeKEtmdn") != std::string::npos)
    return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
  const auto has = [&](char c) { return text.find(c) != std::string::npos; };
  std::string shown;
  if (has('A') || std::ranges::all_of(kAll, has)) {
    shown = "A";
  } else {
    for (const char c : kAll) shown += has(c) ? std::string(1, c) : "";
    if (has('n')) shown += 'n';
  }
  for (const char c : Bytes("KEm")) shown += has(c) ? std::string(1, c) : "";
  text = shown;
  return {};
}

std::string check_save(std::string& text) {
  const std::vector<std::string> words = split_words(text);
  if (words.size() % 2 != 0) return "Invalid save parameters";
  for (size_t i = 0; i < words.size(); i++) {
    const std::optional<int64_t> number = parse_int(words[i]);
    if (!number || *number < (i % 2 == 0 ? 1 : 0)) return "Invalid save parameters";
  }
  text = join(words, " ");
  return {};
}

std::string check_hz(std::string& text) {
  text = std::to_string(std::clamp(parse_int(text).value_or(kHzLeast), kHzLeast, kHzMost));
  return {};
}

std::string check_dbfilename(std::string& text) {
  return text.find('/') == std::string::npos ? "" : "dbfilename can't be a path, just a filename";
}

std::string check_hostname(std::string& text) {
  if (text.size() > kHostnameMax) return "Hostnames must be less than 256 characters";
  if (std::ranges::all_of(text, is_hostname_character)) return {};
  return "Hostnames may only contain alphanumeric characters, hyphens or dots";
}

std::string check_title_template(std::string& text) {
  constexpr std::array<Bytes, 7> kVariables = {"title",    "listen-addr", "server-mode", "port",
                                               "tls-port", "unixsocket",  "config-file"};
  std::string wrong = "template format is invalid or contains unknown variables";
  if (text.empty()) return wrong;
  for (size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const size_t end = text.find('}', at);
    if (end == std::string::npos) return wrong;
    if (std::ranges::find(kVariables, Bytes(text).substr(at + 1, end - at - 1)) == kVariables.end())
      return wrong;
  }
  return {};
}

std::string check_client_memory(std::string& text) {
  if (!text.ends_with('%')) {
    const std::optional<uint64_t> bytes = parse_memory(text);
    if (!bytes || *bytes > INT64_MAX) return "argument must be a memory or percent value";
    text = std::to_string(*bytes);
    return {};
  }
  const std::optional<uint64_t> percent = parse_uint(Bytes(text).substr(0, text.size() - 1));
  if (!percent) return "argument must be a memory or percent value";
  if (*percent > 100) return "percentage argument must be less or equal to 100";
  if (*percent == 0) text = "0";
  return {};
}

std::string check_oom_values(std::string& text) {
  const std::vector<std::string> words = split_words(text);
  if (words.size() != 3) return "wrong number of arguments";
  for (const std::string& word : words) {
    const std::optional<int64_t> value = parse_int(word);
    if (!value || *value < -kOomValueMost || *value > kOomValueMost)
      return "Invalid oom-score-adj-values, elements must be between -2000 and 2000.";
  }
  text = join(words, " ");
  return {};
}

std::string check_shutdown_words(std::string& text) {
  constexpr std::array<Bytes, 5> kWords = {"default", "save", "nosave", "now", "force"};
  const std::vector<std::string> words = split_words(to_lower(text));
  const auto has = [&](Bytes word) { return std::ranges::find(words, word) != words.end(); };
  if (words.empty() || !std::ranges::all_of(words, [&](Bytes word) {
        return std::ranges::find(kWords, word) != kWords.end();
      })) {
    return "argument(s) must be one of the following: default, save, nosave, now, force";
  }
  if (has("save") && has("nosave"))
    return "shutdown options SAVE and NOSAVE can't be used simultaneously";
  std::vector<std::string> shown;
  for (const Bytes word : kWords) {
    if (word != "default" && has(word)) shown.emplace_back(word);
  }
  text = shown.empty() ? "default" : join(shown, " ");
  return {};
}

}  // namespace cobnut
