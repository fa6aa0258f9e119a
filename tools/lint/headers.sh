#!/usr/bin/env bash
# Each header of src/ and tests/ must compile alone: whoever includes it needs to know nothing else.
set -u
cd "$(dirname "$0")/../.." || exit 1
export flags="-std=c++20 -fsyntax-only -Wall -Wextra -Werror -Wno-unused-const-variable \
  -fno-exceptions -fno-rtti -DDOCTEST_CONFIG_NO_EXCEPTIONS_BUT_WITH_ALL_ASSERTS -Isrc -I."
check() {
  # From standard input: a `#pragma once` in the main file would be a warning.
  # shellcheck disable=SC2086
  printf '#include "%s"\n' "$1" | g++ -x c++ $flags - ||
    { echo "$1 does not compile alone"; return 1; }
}
export -f check
git ls-files -co --exclude-standard -- 'src/*.h' 'tests/*.h' |
  xargs -P "${JOBS:-2}" -I{} bash -c 'test ! -f {} || check {}'
