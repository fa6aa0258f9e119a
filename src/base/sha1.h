// SHA-1 of a text: where Redis's protocol asks for it, not for security. Any thread.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace cobnut {

using Sha1 = std::array<uint8_t, 20>;

Sha1 sha1(Bytes bytes);

}  // namespace cobnut
