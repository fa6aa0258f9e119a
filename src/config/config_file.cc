#include "config/config_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/quoting.h"
#include "base/text.h"
#include "config/redis_conf.h"
#include "config/toml.h"

namespace cobnut {
namespace {

constexpr size_t kFileMax = 1 << 20;  // bytes; a file beyond is not a configuration

Result<std::string> read_all(FILE* file, const std::string& what) {
  std::string text(kFileMax + 1, '\0');
  text.resize(fread(text.data(), 1, text.size(), file));
  if (ferror(file)) return Error{what + strerror(errno)};
  if (text.size() > kFileMax) return Error{what + "larger than 1 MiB"};
  return text;
}

}  // namespace

bool is_toml(const std::string& path, Bytes text) {
  if (to_lower(path).ends_with(".toml")) return true;
  while (!text.empty()) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    if (text.empty() || text.front() != '#') break;
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
  return text.starts_with('[');
}

Result<std::string> read_small_file(const std::string& path) {
  const std::string what = "cannot read the configuration file '" + path + "': ";
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fopen(path.c_str(), "rbe"), fclose);
  if (file == nullptr) return Error{what + strerror(errno)};
  return read_all(file.get(), what);
}

void read_config_text(Bytes text, const std::string& path, ConfigReading& reading) {
  if (is_toml(path, text))
    read_toml(text, path, reading);
  else
    read_redis_conf(text, path, reading);
}

void read_config_file(const std::string& path, ConfigReading& reading, const std::string& where) {
  Result<std::string> text = read_small_file(path);
  if (text.ok())
    read_config_text(*text, path, reading);
  else
    reading.problems.push_back(where + text.error());
}

void read_config_stdin(ConfigReading& reading) {
  Result<std::string> text = read_all(stdin, "cannot read the configuration from stdin: ");
  if (text.ok())
    read_config_text(*text, "stdin", reading);
  else
    reading.problems.push_back(text.error());
}

}  // namespace cobnut
