#include "base/sha1.h"

#include <sha1.h>

namespace cobnut {

Sha1 sha1(Bytes bytes) {
  Sha1 digest;
  SHA1_CTX context;
  SHA1Init(&context);
  SHA1Update(&context, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
  SHA1Final(digest.data(), &context);
  return digest;
}

}  // namespace cobnut
