// Versions that the program tells. Clients gate features on redis_version: see
// redis-compat/DEVIATIONS.md.
#pragma once

namespace cobnut {

constexpr char kCobnutVersion[] = "0.1.0";
constexpr char kRedisVersion[] = "7.2.4";

}  // namespace cobnut
