// A listpack in a std::string, which another owns: where one is built before it has a place.
#pragma once

#include <string>

namespace cobnut::listpack {

struct StringPack {  // a Storage (edit.h)
  std::string& bytes;

  char* data() { return bytes.data(); }
  const char* data() const { return bytes.data(); }
  bool resize(size_t size) {
    bytes.resize(size);
    return true;
  }
};

}  // namespace cobnut::listpack
