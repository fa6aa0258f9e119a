// Size classes of the pool: steps of 16 bytes to 256, then 8 classes for each doubling up to 4096.
// Rounding up costs 9.5 % of requests of 24 to 128 bytes and 4.1 % of 100 to 4096 (a buddy's powers
// of two: 32 %; simulation, MECHANISMS §4). All tables are computed by the compiler; no state.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace cobnut {

constexpr size_t kGranule = 16;  // bytes: the smallest block and the unit of handles
constexpr size_t kPoolBlockMax =
    4096;  // bytes: largest block of the pool (an entry with inline key and value)
// What runs are made of, and the unit in which a fresh run becomes resident: the page of the
// processor.
constexpr size_t kFrameBytes = 4096;
constexpr size_t kFramesPerSpan = 16;
constexpr size_t kFrameGranules = kFrameBytes / kGranule;

constexpr size_t kSizeClasses = 16 + 4 * 8;  // to 256 bytes, and four doublings

struct SizeClass {
  uint16_t granules;  // of a block
  uint16_t blocks;    // in a run
  uint8_t order;      // a run has 2^order frames, aligned in its span to its size

  constexpr size_t bytes() const { return granules * kGranule; }
  constexpr size_t frames() const { return size_t{1} << order; }
};

namespace internal {

constexpr size_t size_class_bytes(size_t index) {
  if (index < 16) return (index + 1) * kGranule;
  const size_t doubling = (index - 16) / 8;  // 256 -> 512 is the first
  return (size_t{256} << doubling) + ((index - 16) % 8 + 1) * (size_t{32} << doubling);
}

// The shortest run of at least 4 blocks (else taking and returning runs costs more than the blocks)
// that strands little behind its last block: at most 1/256 of it for the small classes, which most
// keys are in (1/32 cost 1.2 B more a key of 16 + 64 B), 1/32 above 256 bytes; where no run does,
// the one that strands least (3328 bytes: 3.5 % of a whole span). Short runs matter: each shard
// holds one half-used run of every class it has seen.
constexpr SizeClass make_size_class(size_t index) {
  const size_t bytes = size_class_bytes(index);
  uint8_t best = 0;
  size_t best_waste = SIZE_MAX;  // in the span that such runs fill
  for (uint8_t order = 0; order <= 4; order++) {
    const size_t run_bytes = kFrameBytes << order;
    if (run_bytes / bytes < 4) continue;
    const size_t waste = run_bytes % bytes * (kFramesPerSpan >> order);
    if (waste >= best_waste) continue;
    best = order;
    best_waste = waste;
    if (waste * (bytes <= 256 ? 256 : 32) <= kFrameBytes * kFramesPerSpan) break;
  }
  return {static_cast<uint16_t>(bytes / kGranule),
          static_cast<uint16_t>((kFrameBytes << best) / bytes), best};
}

constexpr std::array<SizeClass, kSizeClasses> make_size_classes() {
  std::array<SizeClass, kSizeClasses> classes{};
  for (size_t i = 0; i < kSizeClasses; i++) classes[i] = make_size_class(i);
  return classes;
}

}  // namespace internal

inline constexpr auto kSizeClass = internal::make_size_classes();
static_assert(kSizeClass[0].bytes() == kGranule && kSizeClass[15].bytes() == 256);
static_assert(kSizeClass[kSizeClasses - 1].bytes() == kPoolBlockMax);

namespace internal {

// From the number of granules of a request to its class.
constexpr std::array<uint8_t, kPoolBlockMax / kGranule + 1> make_class_of_granules() {
  std::array<uint8_t, kPoolBlockMax / kGranule + 1> classes{};
  size_t index = 0;
  for (size_t granules = 0; granules < classes.size(); granules++) {
    if (granules > kSizeClass[index].granules) index++;
    classes[granules] = static_cast<uint8_t>(index);
  }
  return classes;
}
inline constexpr auto kClassOfGranules = make_class_of_granules();

}  // namespace internal

// REQUIRES: bytes <= kPoolBlockMax.
constexpr uint32_t size_class_of(size_t bytes) {
  return internal::kClassOfGranules[(bytes + kGranule - 1) / kGranule];
}

}  // namespace cobnut
