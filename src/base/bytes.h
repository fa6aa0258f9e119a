// A run of bytes that belongs to somebody else: keys, values, arguments, replies. Binary safe.
#pragma once

#include <string_view>

namespace cobnut {

using Bytes = std::string_view;

}  // namespace cobnut
