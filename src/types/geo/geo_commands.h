// What the families of geo share: arguments, and parts of replies.
#pragma once

#include <optional>

#include "command/command.h"
#include "types/geo/geohash.h"

namespace cobnut {

// Nothing: an error is replied.
std::optional<geo::Position> position_argument(Context& cx, Bytes longitude, Bytes latitude);
std::optional<double> unit_argument(Context& cx, Bytes text);  // meters in the unit

void reply_distance(Context& cx, double distance);  // in the unit that was asked for
void reply_position(Context& cx, const geo::Position& position);

}  // namespace cobnut
