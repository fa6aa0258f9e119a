#include "types/set/intset.h"

namespace cobnut::intset {

Place View::find(int64_t integer) const {
  uint32_t from = 0, to = count();
  // Integers often arrive in ascending order.
  if (to > 0 && integer > at(to - 1)) return {to, false};
  while (from < to) {
    const uint32_t middle = from + (to - from) / 2;
    const int64_t here = at(middle);
    if (here == integer) return {middle, true};
    here < integer ? from = middle + 1 : to = middle;
  }
  return {from, false};
}

uint32_t width_of(int64_t integer) {
  if (integer >= INT16_MIN && integer <= INT16_MAX) return 2;
  return integer >= INT32_MIN && integer <= INT32_MAX ? 4 : 8;
}

bool valid(Bytes bytes) {
  if (bytes.size() < kHeaderBytes) return false;
  const View view(bytes);
  const uint32_t width = view.width();
  if (width != 2 && width != 4 && width != 8) return false;
  if (view.count() == 0 || view.bytes() != bytes.size()) return false;
  for (uint32_t i = 1; i < view.count(); i++) {
    if (view.at(i - 1) >= view.at(i)) return false;
  }
  return true;
}

namespace internal {

void write_header(char* set, uint32_t width, uint32_t count) {
  memcpy(set, &width, sizeof(width));
  memcpy(set + sizeof(width), &count, sizeof(count));
}

void write(char* set, uint32_t width, uint32_t index, int64_t integer) {
  memcpy(set + kHeaderBytes + size_t{index} * width, &integer, width);  // little-endian
}

void widen(char* set, uint32_t width, int64_t integer) {
  const View before(set);
  const uint32_t count = before.count();
  // What did not fit is less or greater than all the others.
  const uint32_t shift = integer < 0 ? 1 : 0;
  for (uint32_t i = count; i-- > 0;) write(set, width, i + shift, before.at(i));
  write(set, width, integer < 0 ? 0 : count, integer);
  write_header(set, width, count + 1);
}

}  // namespace internal
}  // namespace cobnut::intset
