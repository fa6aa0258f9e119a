#include "types/geo/geohash.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cobnut::geo {
namespace {

constexpr double kEarthRadius = 6372797.560856;  // meters, Redis's
constexpr double kMercatorHalf = 20037726.37;    // meters: half of what a map's side stands for

double radians(double degrees) { return degrees * (std::numbers::pi / 180); }
double degrees(double angle) { return angle / (std::numbers::pi / 180); }

// The 32 bits of a number, each followed by a zero.
uint64_t spread_bits(uint32_t number) {
  uint64_t bits = number;
  bits = (bits | bits << 16) & 0x0000ffff0000ffff;
  bits = (bits | bits << 8) & 0x00ff00ff00ff00ff;
  bits = (bits | bits << 4) & 0x0f0f0f0f0f0f0f0f;
  bits = (bits | bits << 2) & 0x3333333333333333;
  return (bits | bits << 1) & 0x5555555555555555;
}

uint32_t collect_bits(uint64_t bits) {
  bits &= 0x5555555555555555;
  bits = (bits | bits >> 1) & 0x3333333333333333;
  bits = (bits | bits >> 2) & 0x0f0f0f0f0f0f0f0f;
  bits = (bits | bits >> 4) & 0x00ff00ff00ff00ff;
  bits = (bits | bits >> 8) & 0x0000ffff0000ffff;
  return static_cast<uint32_t>(bits | bits >> 16);
}

// A cell of 2^steps by 2^steps.
struct Cell {
  uint32_t x, y;  // of longitude, latitude
};
struct Edges {
  double west, east, south, north;  // degrees
};

uint32_t step_of(double value, double most, uint32_t steps) {
  const double share = (value + most) / (2 * most);
  return static_cast<uint32_t>(share * static_cast<double>(uint64_t{1} << steps));
}
double edge_of(uint32_t step, double most, uint32_t steps) {
  return -most + step * 1.0 / static_cast<double>(uint64_t{1} << steps) * (2 * most);
}

uint64_t interleave(const Cell& cell) { return spread_bits(cell.y) | spread_bits(cell.x) << 1; }

Cell cell_of(const Position& at, uint32_t steps) {
  return {step_of(at.longitude, kLongitudeMax, steps), step_of(at.latitude, kLatitudeMax, steps)};
}

Edges edges_of(const Cell& cell, uint32_t steps) {
  return {edge_of(cell.x, kLongitudeMax, steps), edge_of(cell.x + 1, kLongitudeMax, steps),
          edge_of(cell.y, kLatitudeMax, steps), edge_of(cell.y + 1, kLatitudeMax, steps)};
}

// Around the earth, and over a pole to the other edge. The largest longitude and latitude lie one
// step behind the last cell, as on Redis: only that step holds them, so it is left as it is.
Cell neighbour(const Cell& cell, int dx, int dy, uint32_t steps) {
  const uint32_t mask = (1u << steps) - 1;
  return {dx == 0 ? cell.x : (cell.x + static_cast<uint32_t>(dx)) & mask,
          dy == 0 ? cell.y : (cell.y + static_cast<uint32_t>(dy)) & mask};
}

// The smallest box of degrees that holds the shape.
Edges bounds_of(const Shape& shape) {
  const double height = shape.is_box ? shape.height_m / 2 : shape.radius_m;
  const double width = shape.is_box ? shape.width_m / 2 : shape.radius_m;
  const double up = degrees(height / kEarthRadius);
  const double latitude = shape.center.latitude;
  // A degree of longitude is shortest at the edge that is nearer to a pole.
  const double nearer_pole = latitude < 0 ? latitude - up : latitude + up;
  const double aside = degrees(width / kEarthRadius / std::cos(radians(nearer_pole)));
  return {shape.center.longitude - aside, shape.center.longitude + aside, latitude - up,
          latitude + up};
}

// As many steps as leave the cell and its neighbours large enough to hold the radius.
uint32_t steps_for(double radius_m, double latitude) {
  if (radius_m == 0) return kStepsMax;
  int steps = 1;
  for (; radius_m < kMercatorHalf; radius_m *= 2) steps++;
  steps -= 2;
  // Cells are narrow near the poles.
  if (std::fabs(latitude) > 66) steps--;
  if (std::fabs(latitude) > 80) steps--;
  return static_cast<uint32_t>(std::clamp(steps, 1, static_cast<int>(kStepsMax)));
}

double latitude_distance(double a, double b) {
  return kEarthRadius * std::fabs(radians(b) - radians(a));
}

ScoreRange range_of(const Cell& cell, uint32_t steps) {
  const uint32_t shift = 2 * (kStepsMax - steps);
  const uint64_t bits = interleave(cell);
  return {static_cast<double>(bits << shift), static_cast<double>((bits + 1) << shift)};
}

// Whether the cells around this one reach as far as the bounds.
bool reaches(const Cell& cell, uint32_t steps, const Edges& bounds) {
  return edges_of(neighbour(cell, 0, 1, steps), steps).north >= bounds.north &&
         edges_of(neighbour(cell, 0, -1, steps), steps).south <= bounds.south &&
         edges_of(neighbour(cell, 1, 0, steps), steps).east >= bounds.east &&
         edges_of(neighbour(cell, -1, 0, steps), steps).west <= bounds.west;
}

// A sorted set that was not made by GEOADD may hold any score: what the processor makes of those
// that no cell has, as in redis-server on x86-64.
uint64_t bits_of(double score) {
  constexpr double kEnd = 0x1p63;
  if (score >= kEnd) return score < 2 * kEnd ? static_cast<uint64_t>(score) : 0;
  if (score >= -kEnd) return static_cast<uint64_t>(static_cast<int64_t>(score));
  return uint64_t{1} << 63;
}

}  // namespace

double score_of(const Position& position) {
  return static_cast<double>(interleave(cell_of(position, kStepsMax)));
}

Position position_of(double score) {
  const uint64_t bits = bits_of(score);
  const Edges edges = edges_of({collect_bits(bits >> 1), collect_bits(bits)}, kStepsMax);
  return {std::clamp((edges.west + edges.east) / 2, -kLongitudeMax, kLongitudeMax),
          std::clamp((edges.south + edges.north) / 2, -kLatitudeMax, kLatitudeMax)};
}

double distance_m(const Position& a, const Position& b) {
  const double v = std::sin((radians(b.longitude) - radians(a.longitude)) / 2);
  if (v == 0) return latitude_distance(a.latitude, b.latitude);
  const double from = radians(a.latitude), to = radians(b.latitude);
  const double u = std::sin((to - from) / 2);
  const double share = u * u + std::cos(from) * std::cos(to) * v * v;
  return 2 * kEarthRadius * std::asin(std::sqrt(share));
}

void write_geohash(const Position& position, char* out) {
  constexpr char kLetters[] = "0123456789bcdefghjkmnpqrstuvwxyz";
  constexpr uint32_t kBits = 2 * kStepsMax;
  const uint64_t bits = interleave({step_of(position.longitude, kLongitudeMax, kStepsMax),
                                    step_of(position.latitude, 90, kStepsMax)});
  for (uint32_t i = 0; i < kGeohashLetters; i++) {
    // 52 bits make ten letters; the eleventh is 0, as Redis has it.
    const uint32_t used = (i + 1) * 5;
    out[i] = kLetters[used > kBits ? 0 : bits >> (kBits - used) & 31];
  }
}

bool Shape::contains(const Position& point, double* distance) const {
  if (!is_box) {
    // The way along a meridian is the shortest between two latitudes. Without a sine, it spares
    // most of what is outside the rest; a hair more, since both are rounded.
    if (latitude_distance(point.latitude, center.latitude) > radius_m * (1 + 1e-9)) return false;
    *distance = distance_m(center, point);
    return *distance <= radius_m;
  }
  if (latitude_distance(point.latitude, center.latitude) > height_m / 2) return false;
  if (distance_m(point, {center.longitude, point.latitude}) > width_m / 2) return false;
  *distance = distance_m(center, point);
  return true;
}

Cover cover_of(const Shape& shape) {
  const Edges bounds = bounds_of(shape);
  const double radius = shape.is_box ? std::sqrt(shape.width_m / 2 * (shape.width_m / 2) +
                                                 shape.height_m / 2 * (shape.height_m / 2))
                                     : shape.radius_m;
  uint32_t steps = steps_for(radius, shape.center.latitude);
  Cell middle = cell_of(shape.center, steps);
  if (steps > 1 && !reaches(middle, steps, bounds)) {
    steps--;
    middle = cell_of(shape.center, steps);
  }
  const Edges edges = edges_of(middle, steps);
  constexpr struct {
    int dx, dy;
  } kAround[] = {{0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}};
  Cover cover;
  for (const auto& [dx, dy] : kAround) {
    // A side on which the middle cell reaches farther than the shape needs no neighbours.
    const bool useless =
        (dy < 0 && edges.south < bounds.south) || (dy > 0 && edges.north > bounds.north) ||
        (dx < 0 && edges.west < bounds.west) || (dx > 0 && edges.east > bounds.east);
    if (steps >= 2 && useless) continue;
    const ScoreRange range = range_of(neighbour(middle, dx, dy, steps), steps);
    // Of cells of half the earth, the same one is reached on several sides.
    bool seen = false;
    for (size_t i = 0; i < cover.count; i++) seen = seen || cover.ranges[i].first == range.first;
    if (!seen) cover.ranges[cover.count++] = range;
  }
  return cover;
}

}  // namespace cobnut::geo
