// What the tests of sorted sets' commands share.
#pragma once

// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <span>

#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {

// Each body runs over sets that begin in either form.
template <typename Body>
void in_both_forms(const Body& body) {
  for (const char* entries : {"128", "0"}) {
    CAPTURE(entries);
    TestServer s;
    CHECK(s.run({"config", "set", "zset-max-listpack-entries", entries}) == "+OK");
    body(s);
  }
}

inline void replay_on_both_forms(std::span<const Step> steps) {
  in_both_forms([&](TestServer& s) { replay(s, steps); });
}

}  // namespace cobnut::testing
