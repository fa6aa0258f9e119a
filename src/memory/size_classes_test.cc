#include "memory/size_classes.h"

#include <doctest/doctest.h>

namespace cobnut {

TEST_CASE("every request gets the smallest class that holds it") {
  for (size_t bytes = 0; bytes <= kPoolBlockMax; bytes++) {
    const uint32_t size_class = size_class_of(bytes);
    REQUIRE(size_class < kSizeClasses);
    REQUIRE(kSizeClass[size_class].bytes() >= bytes);
    if (size_class > 0) REQUIRE(kSizeClass[size_class - 1].bytes() < bytes);
  }
}

TEST_CASE("rounding up costs less than 16 bytes to 256, and less than 1/8 above") {
  for (size_t bytes = 17; bytes <= kPoolBlockMax; bytes++) {
    const size_t surplus = kSizeClass[size_class_of(bytes)].bytes() - bytes;
    REQUIRE(surplus < (bytes <= 256 ? kGranule : bytes / 8));
  }
}

TEST_CASE("runs hold at least 4 blocks, lie in a span and strand little") {
  for (const SizeClass& shape : kSizeClass) {
    const size_t run_bytes = shape.frames() * kFrameBytes;
    CHECK(shape.frames() <= kFramesPerSpan);
    CHECK(shape.blocks >= 4);
    CHECK(shape.blocks * shape.bytes() <= run_bytes);
    CHECK((run_bytes - shape.blocks * shape.bytes()) * 28 <= run_bytes);  // 3.6 %
  }
}

}  // namespace cobnut
