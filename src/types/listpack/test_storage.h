// A listpack in a std::string, for tests.
#pragma once

#include <string>
#include <vector>

#include "types/listpack/edit.h"

namespace cobnut::listpack {

struct StringStorage {
  std::string bytes;
  bool refuse = false;  // as if there were no memory

  char* data() { return bytes.data(); }
  const char* data() const { return bytes.data(); }
  bool resize(size_t size) {
    if (refuse) return false;
    std::string moved = bytes.substr(0, size);  // elsewhere: views of the old place are void
    moved.resize(size, 'x');
    bytes.swap(moved);
    return true;
  }
};

inline std::vector<std::string> texts(View view) {
  std::vector<std::string> out;
  char digits[kIntTextMax];
  for (size_t at = view.first(); at != view.end();) out.emplace_back(view.read(&at).text(digits));
  return out;
}

}  // namespace cobnut::listpack
