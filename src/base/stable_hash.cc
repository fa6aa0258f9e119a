#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace cobnut {

Hash128 stable_hash(Bytes data, uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(data.data(), data.size(), seed);
  return {hash.low64, hash.high64};
}

}  // namespace cobnut
