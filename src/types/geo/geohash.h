// Positions on the earth as the scores of a sorted set, as Redis stores them: longitude and
// latitude are cut into 2^26 steps each, and the bits of the two numbers alternate (latitude in the
// even ones), which makes 52 bits, exact in a double. Positions near each other often share a
// prefix, so that the points in a cell of any size are one range of scores.
//
// Latitudes end at +-85.05112878, where Web Mercator is a square. Distances are along great circles
// of a sphere (haversine). Any thread, no state.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace cobnut::geo {

constexpr double kLongitudeMax = 180;
constexpr double kLatitudeMax = 85.05112878;
constexpr uint32_t kStepsMax = 26;  // bits of each coordinate

struct Position {
  double longitude, latitude;  // degrees
};
inline bool is_valid(const Position& at) {
  return at.longitude >= -kLongitudeMax && at.longitude <= kLongitudeMax &&
         at.latitude >= -kLatitudeMax && at.latitude <= kLatitudeMax;
}

double score_of(const Position& position);
Position position_of(double score);  // the middle of its cell
double distance_m(const Position& a, const Position& b);
// GEOHASH: the common text form, 11 letters, which goes over latitudes of +-90.
constexpr size_t kGeohashLetters = 11;
void write_geohash(const Position& position, char* out);

// What a search covers: a circle, or a box as wide and high as that at its middle.
struct Shape {
  Position center;
  bool is_box = false;
  double radius_m = 0, width_m = 0, height_m = 0;

  // Whether it holds a point; then sets the distance from the center.
  bool contains(const Position& point, double* distance) const;
};

// The scores from `first` to before `end`: a cell.
struct ScoreRange {
  double first, end;
};
// Up to nine cells that cover the shape: the center's, then its neighbours to the north, south,
// east, west, northeast, northwest, southeast and southwest, as Redis searches them.
struct Cover {
  std::array<ScoreRange, 9> ranges;
  size_t count = 0;
};
Cover cover_of(const Shape& shape);

}  // namespace cobnut::geo
