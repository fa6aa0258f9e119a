#include "base/check.h"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace cobnut {

void check_failed(const char* file, int line, const char* expression) {
  fprintf(stderr, "CHECK failed at %s:%d: %s. This is a bug in cobnut.\n", file, line, expression);
  fflush(stderr);
  abort();
}

void check_failed(const char* file, int line, const char* expression, int64_t left, int64_t right) {
  fprintf(stderr,
          "CHECK failed at %s:%d: %s (%" PRId64 " against %" PRId64 "). This is a bug in cobnut.\n",
          file, line, expression, left, right);
  fflush(stderr);
  abort();
}

}  // namespace cobnut
