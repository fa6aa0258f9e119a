// Server log: one line an event, `time level scope message key=value ...`, to stdout or a file.
// Never on the data path. Any thread (a leaf mutex). The level and the file are set at start and by
// CONFIG SET loglevel.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace cobnut::log {

enum class Level { kDebug, kVerbose, kNotice, kWarning, kNothing };  // redis.conf's loglevel

void set_level(Level level);
Status open_file(const std::string& path);  // empty: stdout
void debug(const char* scope, const char* format, ...) __attribute__((format(printf, 2, 3)));
void verbose(const char* scope, const char* format, ...) __attribute__((format(printf, 2, 3)));
void info(const char* scope, const char* format, ...) __attribute__((format(printf, 2, 3)));
void warning(const char* scope, const char* format, ...) __attribute__((format(printf, 2, 3)));

}  // namespace cobnut::log
