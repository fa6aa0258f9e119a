// Server log: one line an event, `time level scope message key=value ...`, to stdout or a file, and
// to syslog where asked for. Never on the data path. Any thread (a leaf mutex). The level is set at
// start and by CONFIG SET loglevel.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace cobnut::log {

enum class Level { kDebug, kVerbose, kNotice, kWarning, kNothing };  // redis.conf's loglevel

void set_level(Level level);
Status open_file(const std::string& path);  // empty: stdout
// Opens the file by its name again, which a log rotation has given to a new one. On an error the
// old one stays.
Status reopen_file();
// Lines go to syslog, too; `facility`: "user", "local0" ... "local7". Once, at start.
void use_syslog(const std::string& program, Bytes facility);
void debug(const char* scope, const char* format, ...) __attribute__((format(printf, 2, 3)));
void verbose(const char* scope, const char* format, ...) __attribute__((format(printf, 2, 3)));
void info(const char* scope, const char* format, ...) __attribute__((format(printf, 2, 3)));
void warning(const char* scope, const char* format, ...) __attribute__((format(printf, 2, 3)));

}  // namespace cobnut::log
