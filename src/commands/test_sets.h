// What the tests of sets' commands share.
#pragma once

// In a test CHECK is doctest's: it comes last.
// clang-format off
#include <set>
#include <string>

#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {

// "[a, b]" with its elements in order.
inline std::string sorted(std::string reply) {
  std::set<std::string> elements;
  std::string all = reply.substr(1, reply.size() - 2) + ", ";
  for (size_t at = 0; !reply.empty() && at + 2 < all.size();) {
    const size_t end = all.find(", ", at);
    elements.insert(all.substr(at, end - at));
    at = end + 2;
  }
  std::string out = "[";
  for (const std::string& element : elements) out += (out.size() > 1 ? ", " : "") + element;
  return out + "]";
}

// Each body runs over all three forms: of integers in an intset, of anything in a listpack and in a
// table.
template <typename Body>
void in_all_forms(const Body& body) {
  for (const char* form : {"intset", "listpack", "table"}) {
    CAPTURE(form);
    TestServer s;
    if (form[0] != 'i') s.run({"config", "set", "set-max-intset-entries", "0"});
    if (form[0] == 't') s.run({"config", "set", "set-max-listpack-entries", "0"});
    body(s);
  }
}

}  // namespace cobnut::testing
