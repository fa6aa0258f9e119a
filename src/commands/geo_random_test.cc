// Random geo commands against a list of points, each of which is looked at, over both forms of a
// sorted set. Distances are compared with those of the model to a micrometre in a metre: points so
// near to the edge of a search may be in or out.
#include <cmath>
#include <map>
#include <numbers>

#include "commands/test_random.h"

namespace cobnut::testing {
namespace {

struct Point {
  double longitude, latitude;
};

struct Map {
  RandomRun& run;
  Words names{};
  std::map<std::string, Point> points{};  // as GEOPOS tells them
};

constexpr double kEarthRadiusM = 6372797.560856;  // Redis's

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

double distance_m(const Point& a, const Point& b) {
  const double u = std::sin((radians(b.latitude) - radians(a.latitude)) / 2);
  const double v = std::sin((radians(b.longitude) - radians(a.longitude)) / 2);
  const double cosines = std::cos(radians(a.latitude)) * std::cos(radians(b.latitude));
  return 2 * kEarthRadiusM * std::asin(std::sqrt(u * u + cosines * v * v));
}

double number_of(const std::string& part) { return std::stod(part.substr(1)); }

// Dense around a few places, and all over the earth; exactly what its text says.
Point some_point(RandomRun& run) {
  const auto between = [&](double low, double high) {
    const double at = static_cast<double>(run.below(1'000'000)) / 1e6;
    return std::stod(std::to_string(low + (high - low) * at));
  };
  switch (run.below(4)) {
    case 0:
      return {between(2.2, 2.5), between(48.8, 48.9)};
    case 1:
      return {between(-0.1, 0.1), between(-0.1, 0.1)};
    default:
      return {between(-179, 179), between(-80, 80)};
  }
}

void add(Map& map) {
  RandomRun& run = map.run;
  const std::string& name = run.any_of(map.names);
  const Point point = some_point(run);
  const bool known = map.points.contains(name);
  run.expect({"GEOADD", "g", std::to_string(point.longitude), std::to_string(point.latitude), name},
             number(!known));
  const Words place = parts_of(parts_of(run.ask({"GEOPOS", "g", name}))[0]);
  const Point kept{number_of(place[0]), number_of(place[1])};
  run.must(std::abs(kept.longitude - point.longitude) < 1e-5);
  run.must(std::abs(kept.latitude - point.latitude) < 1e-5);
  map.points[name] = kept;
}

void measure(Map& map) {
  RandomRun& run = map.run;
  const std::string &one = run.any_of(map.names), &other = run.any_of(map.names);
  const auto a = map.points.find(one), b = map.points.find(other);
  const std::string reply = run.ask({"GEODIST", "g", one, other});
  if (a == map.points.end() || b == map.points.end()) return run.must(reply == "nil");
  const double expected = distance_m(a->second, b->second);
  run.must(std::abs(number_of(reply) - expected) <= 1e-4 + expected * 1e-6);
}

// How far outside the shape around the center a point is; negative inside.
double outside_m(const Point& center, const Point& point, bool box, double width_m,
                 double height_m) {
  if (!box) return distance_m(center, point) - width_m;
  const double along = distance_m({center.longitude, point.latitude}, point);
  const double across =
      kEarthRadiusM * std::abs(radians(point.latitude) - radians(center.latitude));
  return std::max(along - width_m / 2, across - height_m / 2);
}

void search(Map& map) {
  RandomRun& run = map.run;
  const Point center = some_point(run);
  const bool box = run.one_in(2), store = run.one_in(4);
  const double scale = std::pow(10, static_cast<double>(run.between(2, 6)));
  const double width_m = scale * static_cast<double>(run.between(1, 20)) / 4;
  const double height_m = scale * static_cast<double>(run.between(1, 20)) / 4;
  Words words = store ? Words{"GEOSEARCHSTORE", "found", "g"} : Words{"GEOSEARCH", "g"};
  words.insert(words.end(),
               {"FROMLONLAT", std::to_string(center.longitude), std::to_string(center.latitude)});
  if (box) {
    words.insert(words.end(), {"BYBOX", std::to_string(width_m), std::to_string(height_m), "m"});
  } else {
    words.insert(words.end(), {"BYRADIUS", std::to_string(width_m), "m"});
  }
  if (!store) words.emplace_back("ASC");
  const std::string reply = run.ask(words);
  const Words found = store ? parts_of(run.ask({"ZRANGE", "found", "0", "-1"})) : parts_of(reply);
  if (store) run.must(reply == number(std::ssize(found)));
  double last_m = 0;
  for (const std::string& part : found) {
    const auto known = map.points.find(split_line(part)[0]);
    run.must(known != map.points.end());
    if (store) continue;
    const double now_m = distance_m(center, known->second);
    run.must(now_m >= last_m - 1e-3, "the nearest first");
    last_m = now_m;
  }
  for (const auto& [name, point] : map.points) {
    const double outside = outside_m(center, point, box, width_m, height_m);
    if (std::abs(outside) <= 1e-3 + width_m * 1e-6) continue;
    const bool is_found = std::find(found.begin(), found.end(), quoted(name)) != found.end();
    run.must(is_found == (outside < 0), "what is in the shape, and that only");
  }
}

}  // namespace

TEST_CASE("random commands on positions against a list of points") {
  in_random_runs(
      {"", "zset-max-listpack-entries 0", "zset-max-listpack-entries 20"}, [](RandomRun& run) {
        Map map{run};
        const uint64_t names = 10 + run.below(200);
        for (uint64_t i = 0; i < names; i++) map.names.push_back(run.some_text());
        for (int i = 0; i < 1500; i++) {
          const uint64_t what = run.below(8);
          if (what < 4) add(map);
          if (what == 4) measure(map);
          if (what == 5 || what == 6) search(map);
          if (what == 7) {
            const std::string& name = run.any_of(map.names);
            run.expect({"ZREM", "g", name}, number(static_cast<int64_t>(map.points.erase(name))));
          }
        }
      });
}

}  // namespace cobnut::testing
