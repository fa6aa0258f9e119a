#include "base/log.h"

#include <syslog.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <mutex>

namespace cobnut::log {
namespace {

std::atomic<Level> g_level{Level::kNotice};
std::mutex g_mutex;
FILE* g_file = stdout;  // under g_mutex
std::string g_path;     // under g_mutex; absolute, empty: stdout
std::atomic<bool> g_syslog{false};

int syslog_priority(Level level) {
  switch (level) {
    case Level::kDebug:
      return LOG_DEBUG;
    case Level::kVerbose:
      return LOG_INFO;
    case Level::kNotice:
      return LOG_NOTICE;
    default:
      return LOG_WARNING;
  }
}

void write(Level level, const char* name, const char* scope, const char* format, va_list args) {
  if (level < g_level.load(std::memory_order_relaxed)) return;
  char message[1024];
  vsnprintf(message, sizeof message, format, args);
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  tm parts;
  localtime_r(&now.tv_sec, &parts);
  char stamp[32];
  strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S", &parts);
  std::lock_guard guard(g_mutex);
  fprintf(g_file, "%s.%03ld %s %s: %s\n", stamp, now.tv_nsec / 1'000'000, name, scope, message);
  fflush(g_file);
  if (g_syslog.load(std::memory_order_relaxed))
    syslog(syslog_priority(level), "%s: %s", scope, message);
}

}  // namespace

void set_level(Level level) { g_level.store(level, std::memory_order_relaxed); }

Status open_file(const std::string& path) {
  FILE* file = path.empty() ? stdout : fopen(path.c_str(), "ae");
  if (file == nullptr) return Error{"cannot open the log file '" + path + "': " + strerror(errno)};
  char folder[PATH_MAX];  // the working folder may change, the file stays
  const bool relative = !path.empty() && path[0] != '/';
  std::lock_guard guard(g_mutex);
  if (g_file != stdout) fclose(g_file);
  g_file = file;
  g_path = relative && getcwd(folder, sizeof folder) ? std::string(folder) + "/" + path : path;
  return Ok{};
}

Status reopen_file() {
  std::string path;
  {
    std::lock_guard guard(g_mutex);
    path = g_path;
  }
  return open_file(path);
}

void use_syslog(const std::string& program, Bytes facility) {
  static std::string name;  // openlog() keeps the pointer
  name = program;
  const int number = facility == "user" ? LOG_USER : LOG_LOCAL0 + ((facility.back() - '0') << 3);
  openlog(name.c_str(), LOG_PID | LOG_NDELAY | LOG_NOWAIT, number);
  g_syslog.store(true, std::memory_order_relaxed);
}

#define COBNUT_LOG_FUNCTION(function, level, name)            \
  void function(const char* scope, const char* format, ...) { \
    va_list args;                                             \
    va_start(args, format);                                   \
    write(level, name, scope, format, args);                  \
    va_end(args);                                             \
  }
COBNUT_LOG_FUNCTION(debug, Level::kDebug, "debug")
COBNUT_LOG_FUNCTION(verbose, Level::kVerbose, "verbose")
COBNUT_LOG_FUNCTION(info, Level::kNotice, "notice")
COBNUT_LOG_FUNCTION(warning, Level::kWarning, "warning")
#undef COBNUT_LOG_FUNCTION

}  // namespace cobnut::log
