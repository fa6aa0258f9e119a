// Geo: positions kept as the scores of a sorted set (geohash.h); searches are in
// geo_search_commands.cc.
#include "types/geo/geo_commands.h"

#include <vector>

#include "base/numbers.h"
#include "base/text.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/zset/zset_commands.h"

namespace cobnut {

// -- arguments and parts of replies

std::optional<geo::Position> position_argument(Context& cx, Bytes longitude, Bytes latitude) {
  const auto x = parse_double(longitude);
  const auto y = x ? parse_double(latitude) : std::nullopt;
  if (!y) {
    cx.reply.error(err::kNotFloat);
    return std::nullopt;
  }
  const geo::Position position{*x, *y};
  if (geo::is_valid(position)) return position;
  cx.reply.error_format(err::kGeoPosition, *x, *y);
  return std::nullopt;
}

std::optional<double> unit_argument(Context& cx, Bytes text) {
  struct Unit {
    Bytes name;
    double meters;
  };
  constexpr Unit kUnits[] = {{"m", 1}, {"km", 1000}, {"ft", 0.3048}, {"mi", 1609.34}};
  for (const Unit& unit : kUnits) {
    if (equal_ignore_case(text, unit.name)) return unit.meters;
  }
  cx.reply.error(err::kGeoUnit);
  return std::nullopt;
}

void reply_distance(Context& cx, double distance) {
  char text[400];  // "%.4f" of DBL_MAX has 314 characters
  const int size = snprintf(text, sizeof text, "%.4f", distance);
  cx.reply.bulk({text, static_cast<size_t>(size)});
}

void reply_position(Context& cx, const geo::Position& position) {
  cx.reply.array(2);
  cx.reply.real_text(format_long_double(position.longitude));
  cx.reply.real_text(format_long_double(position.latitude));
}

namespace {

// -- GEOADD and reads of members

void cmd_geoadd(Context& cx, Args args) {
  Zset::AddRules rules;
  bool count_changes = false;
  size_t first = 2;
  for (; first < args.size(); ++first) {
    if (equal_ignore_case(args[first], "nx"))
      rules.only_new = true;
    else if (equal_ignore_case(args[first], "xx"))
      rules.only_there = true;
    else if (equal_ignore_case(args[first], "ch"))
      count_changes = true;
    else
      break;
  }
  const size_t words = args.size() - first;
  if (words % 3 != 0 || (rules.only_new && rules.only_there)) return cx.reply.error(err::kSyntax);
  std::vector<double> scores;  // all are read before the first is used
  for (size_t i = first; i < args.size(); i += 3) {
    const auto position = position_argument(cx, args[i], args[i + 1]);
    if (!position) return;
    scores.push_back(geo::score_of(*position));
  }
  if (scores.empty()) return cx.reply.error(err::kSyntax);
  add_and_reply_count(cx, args.key(), {args, first + 2, 3}, scores, rules, count_changes);
}

void cmd_geodist(Context& cx, Args args) {
  double unit = 1;
  if (args.size() > 5) return cx.reply.error(err::kSyntax);
  if (args.size() == 5) {
    const auto asked = unit_argument(cx, args[4]);
    if (!asked) return;
    unit = *asked;
  }
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  const auto from = zset->score(args[2]);
  const auto to = zset->score(args[3]);
  if (!from || !to) return cx.reply.null();
  reply_distance(cx, geo::distance_m(geo::position_of(*from), geo::position_of(*to)) / unit);
}

void cmd_geohash(Context& cx, Args args) {
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  cx.reply.array(args.size() - 2);
  for (size_t i = 2; i < args.size(); ++i) {
    const auto score = zset->score(args[i]);
    if (!score) {
      cx.reply.null();
      continue;
    }
    char text[geo::kGeohashLetters];
    geo::write_geohash(geo::position_of(*score), text);
    cx.reply.bulk({text, sizeof text});
  }
}

void cmd_geopos(Context& cx, Args args) {
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  cx.reply.array(args.size() - 2);
  for (size_t i = 2; i < args.size(); ++i) {
    const auto score = zset->score(args[i]);
    score ? reply_position(cx, geo::position_of(*score)) : cx.reply.null_array();
  }
}

constexpr CommandSpec kTable[] = {
    {.name = "geoadd",
     .run = cmd_geoadd,
     .arity = -5,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .key_flags = "RW update",
     .route = Route::kKeys,
     .acl = "@geo",
     .group = "geo",
     .since = "3.2.0",
     .complexity = "O(log(N)) for each position, where N is the size of the sorted set.",
     .summary = "Adds positions to a sorted set, or moves them.",
     .syntax = "key [condition@6.2.0{NX | XX}] [change=CH@6.2.0] "
               "longitude_latitude_member{longitude:double latitude:double member}...",
     .history = "6.2.0 CH, NX and XX.\n"},
    {.name = "geodist",
     .run = cmd_geodist,
     .arity = -4,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@geo",
     .group = "geo",
     .since = "3.2.0",
     .complexity = "O(1)",
     .summary = "Returns the distance between two members.",
     .syntax = "key member1 member2 [unit{M | KM | FT | MI}]"},
    {.name = "geohash",
     .run = cmd_geohash,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@geo",
     .group = "geo",
     .since = "3.2.0",
     .complexity = "O(N), where N is the number of members asked for.",
     .summary = "Returns the positions of members as geohash texts.",
     .syntax = "key member..."},
    {.name = "geopos",
     .run = cmd_geopos,
     .arity = -2,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@geo",
     .group = "geo",
     .since = "3.2.0",
     .complexity = "O(N), where N is the number of members asked for.",
     .summary = "Returns longitude and latitude of members.",
     .syntax = "key member..."},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kGeoCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kGeoCommands{kTable};

}  // namespace cobnut
