// Geo: searches around a point.
#include <algorithm>
#include <string>
#include <vector>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "command/support.h"
#include "command/well_formed.h"
#include "types/geo/geo_commands.h"
#include "types/zset/zset_commands.h"

namespace cobnut {
namespace {

// -- what is asked for

enum class Order : uint8_t { kNone, kAscending, kDescending };

struct Search {
  // what the command is
  bool has_from_and_by = false;  // GEOSEARCH, GEOSEARCHSTORE
  bool may_store = false;        // GEORADIUS, GEORADIUSBYMEMBER
  std::optional<Bytes> destination;
  // what it asks for
  geo::Shape shape;
  double unit = 1;  // meters
  bool from_member = false, from_position = false, by_radius = false, by_box = false;
  bool with_distance = false, with_hash = false, with_position = false;
  bool store_distance = false;
  bool any = false;
  int64_t count = 0;  // 0: all
  Order order = Order::kNone;
};

// Not negative, in meters.
std::optional<double> length_argument(Context& cx, Bytes text, Bytes malformed, Bytes negative) {
  const auto length = parse_double(text);
  if (length && *length >= 0) return length;
  cx.reply.error(length ? negative : malformed);
  return std::nullopt;
}

bool parse_radius(Context& cx, Bytes radius, Bytes unit, Search* search) {
  const auto length = length_argument(cx, radius, err::kGeoRadiusNotFloat, err::kGeoRadiusNegative);
  if (!length) return false;
  const auto meters = unit_argument(cx, unit);
  if (!meters) return false;
  search->unit = *meters;
  search->shape.radius_m = *length * *meters;
  search->by_radius = true;
  return true;
}

bool parse_box(Context& cx, Bytes width, Bytes height, Bytes unit, Search* search) {
  const auto wide = parse_double(width);
  const auto high = wide ? parse_double(height) : std::nullopt;
  if (!high) {
    cx.reply.error(wide ? err::kGeoHeightNotFloat : err::kGeoWidthNotFloat);
    return false;
  }
  if (*wide < 0 || *high < 0) {
    cx.reply.error(err::kGeoBoxNegative);
    return false;
  }
  const auto meters = unit_argument(cx, unit);
  if (!meters) return false;
  search->unit = *meters;
  search->shape.is_box = true;
  search->shape.width_m = *wide * *meters;
  search->shape.height_m = *high * *meters;
  search->by_box = true;
  return true;
}

// Of a key that is not there, only that a member was named counts.
bool center_on_member(Context& cx, const Zset& zset, Bytes member, Search* search) {
  search->from_member = true;
  if (!zset.exists()) return true;
  const auto score = zset.score(member);
  if (!score) {
    cx.reply.error(err::kGeoMember);
    return false;
  }
  search->shape.center = geo::position_of(*score);
  return true;
}

bool center_on_position(Context& cx, Bytes longitude, Bytes latitude, Search* search) {
  const auto position = position_argument(cx, longitude, latitude);
  if (!position) return false;
  search->shape.center = *position;
  search->from_position = true;
  return true;
}

// Options that are one word alone. False: it is none of them.
bool take_flag(Bytes word, Search* search) {
  if (equal_ignore_case(word, "withdist"))
    search->with_distance = true;
  else if (equal_ignore_case(word, "withhash"))
    search->with_hash = true;
  else if (equal_ignore_case(word, "withcoord"))
    search->with_position = true;
  else if (equal_ignore_case(word, "any"))
    search->any = true;
  else if (equal_ignore_case(word, "asc"))
    search->order = Order::kAscending;
  else if (equal_ignore_case(word, "desc"))
    search->order = Order::kDescending;
  else if (search->has_from_and_by && search->destination && equal_ignore_case(word, "storedist"))
    search->store_distance = true;
  else
    return false;
  return true;
}

bool parse_count(Context& cx, Bytes text, Search* search) {
  const auto count = integer_argument(cx, text);
  if (!count) return false;
  search->count = *count;
  if (*count > 0) return true;
  cx.reply.error(err::kGeoCount);
  return false;
}

// How many words the option at words[0] takes behind it, once it is read; nothing: an error is
// replied.
std::optional<size_t> take_option(Context& cx, const Zset& zset, std::span<const Bytes> words,
                                  Search* search) {
  const Bytes word = words[0];
  const size_t behind = words.size() - 1;
  const auto taken = [](bool fine, size_t count) {
    return fine ? std::optional(count) : std::nullopt;
  };
  if (take_flag(word, search)) return 0;
  if (behind >= 1 && equal_ignore_case(word, "count"))
    return taken(parse_count(cx, words[1], search), 1);
  if (search->may_store && behind >= 1 &&
      (equal_ignore_case(word, "store") || equal_ignore_case(word, "storedist"))) {
    search->destination = words[1];
    search->store_distance = word.size() > 5;
    return 1;
  }
  if (search->has_from_and_by) {
    if (behind >= 1 && !search->from_position && equal_ignore_case(word, "frommember"))
      return taken(center_on_member(cx, zset, words[1], search), 1);
    if (behind >= 2 && !search->from_member && equal_ignore_case(word, "fromlonlat"))
      return taken(center_on_position(cx, words[1], words[2], search), 2);
    if (behind >= 2 && !search->by_box && equal_ignore_case(word, "byradius"))
      return taken(parse_radius(cx, words[1], words[2], search), 2);
    if (behind >= 3 && !search->by_radius && equal_ignore_case(word, "bybox"))
      return taken(parse_box(cx, words[1], words[2], words[3], search), 3);
  }
  cx.reply.error(err::kSyntax);
  return std::nullopt;
}

// False: an error is replied. `name`: as the client wrote it.
bool parse_search_options(Context& cx, const Zset& zset, std::span<const Bytes> words, Bytes name,
                          Search* search) {
  for (size_t i = 0; i < words.size(); ++i) {
    const auto taken = take_option(cx, zset, words.subspan(i), search);
    if (!taken) return false;
    i += *taken;
  }
  if (search->destination &&
      (search->with_distance || search->with_hash || search->with_position)) {
    cx.reply.error(search->has_from_and_by ? err::kGeoSearchStoreWith : err::kGeoRadiusStoreWith);
    return false;
  }
  if (search->has_from_and_by && !search->from_member && !search->from_position) {
    cx.reply.error_format(err::kGeoNoCenter, shown_size(name), name.data());
    return false;
  }
  if (search->has_from_and_by && !search->by_radius && !search->by_box) {
    cx.reply.error_format(err::kGeoNoShape, shown_size(name), name.data());
    return false;
  }
  if (search->any && search->count == 0) {
    cx.reply.error(err::kGeoAny);
    return false;
  }
  return true;
}

// -- what is found

struct Point {
  std::string member;
  double score, distance;
};

std::vector<Point> points_in(const Zset& zset, const Search& search) {
  std::vector<Point> points;
  const size_t most = search.any ? static_cast<size_t>(search.count) : SIZE_MAX;
  const geo::Cover cover = geo::cover_of(search.shape);
  for (size_t i = 0; i < cover.count && points.size() < most; i++) {
    const size_t begin = zset.rank_of_score(cover.ranges[i].first, false);
    const size_t end = zset.rank_of_score(cover.ranges[i].end, false);
    zset.visit(zset.slice(begin, end, false), [&](Bytes member, double score) {
      double distance;
      if (search.shape.contains(geo::position_of(score), &distance))
        points.push_back({std::string(member), score, distance});
      return points.size() < most;
    });
  }
  // The nearest of them, unless any will do.
  Order order = search.order;
  if (search.count > 0 && order == Order::kNone && !search.any) order = Order::kAscending;
  if (order == Order::kAscending)
    std::ranges::stable_sort(points, {}, &Point::distance);
  else if (order == Order::kDescending)
    std::ranges::stable_sort(points, std::ranges::greater(), &Point::distance);
  if (search.count > 0 && points.size() > static_cast<uint64_t>(search.count))
    points.resize(static_cast<size_t>(search.count));
  return points;
}

void reply_points(Context& cx, const std::vector<Point>& points, const Search& search) {
  const size_t parts = 1u + search.with_distance + search.with_hash + search.with_position;
  cx.reply.array(points.size());
  for (const Point& point : points) {
    if (parts > 1) cx.reply.array(parts);
    cx.reply.bulk(point.member);
    if (search.with_distance) reply_distance(cx, point.distance / search.unit);
    if (search.with_hash) cx.reply.integer(static_cast<int64_t>(point.score));
    if (search.with_position) reply_position(cx, geo::position_of(point.score));
  }
}

void store_points(Context& cx, const std::vector<Point>& points, const Search& search) {
  const Key destination(*search.destination);
  auto* result = new SortedSet(cx.keys.at(destination).heap());
  for (const Point& point : points) {
    result->insert(SortedSet::hash_of(point.member), point.member,
                   search.store_distance ? point.distance / search.unit : point.score);
  }
  reply_stored(cx, destination, result,
               search.has_from_and_by ? Event::kGeosearchstore : Event::kGeoradiusstore);
}

void run_search(Context& cx, const Zset& zset, const Search& search) {
  const std::vector<Point> points = zset.exists() ? points_in(zset, search) : std::vector<Point>();
  if (search.destination) return store_points(cx, points, search);
  reply_points(cx, points, search);
}

// -- commands

void search_radius(Context& cx, Args args, bool by_member, bool may_store) {
  Search search{.may_store = may_store};
  const Key key(args[1]);
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  const size_t base = by_member ? 5 : 6;  // words before the options
  if (by_member) {
    if (!center_on_member(cx, *zset, args[2], &search)) return;
  } else if (!center_on_position(cx, args[2], args[3], &search)) {
    return;
  }
  // Redis does not look at the radius when there is no member to be near to.
  if (!by_member || zset->exists()) {
    if (!parse_radius(cx, args[base - 2], args[base - 1], &search)) return;
  }
  if (!parse_search_options(cx, *zset, args.words().subspan(base), args[0], &search)) return;
  run_search(cx, *zset, search);
}

void cmd_georadius(Context& cx, Args args) { search_radius(cx, args, false, true); }
void cmd_georadius_ro(Context& cx, Args args) { search_radius(cx, args, false, false); }
void cmd_georadiusbymember(Context& cx, Args args) { search_radius(cx, args, true, true); }
void cmd_georadiusbymember_ro(Context& cx, Args args) { search_radius(cx, args, true, false); }

void cmd_geosearch(Context& cx, Args args) {
  Search search{.has_from_and_by = true};
  const Key key = args.key();
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  if (!parse_search_options(cx, *zset, args.words().subspan(2), args[0], &search)) return;
  run_search(cx, *zset, search);
}

void cmd_geosearchstore(Context& cx, Args args) {
  Search search{.has_from_and_by = true, .destination = args[1]};
  const Key key = args.key(1);
  const auto zset = zset_to_read(cx, key);
  if (!zset) return;
  if (!parse_search_options(cx, *zset, args.words().subspan(3), args[0], &search)) return;
  run_search(cx, *zset, search);
}

// GEORADIUS: the key that it reads, and what follows any word that may be STORE or STOREDIST.
void radius_shards(const Server& server, Args args, std::span<uint8_t> wanted) {
  mark_shard_of(server, args[1], wanted);
  for (size_t i = 5; i + 1 < args.size(); i++) {
    if (equal_ignore_case(args[i], "store") || equal_ignore_case(args[i], "storedist"))
      mark_shard_of(server, args[i + 1], wanted);
  }
}

// The key behind a word that is looked for from word `from` on.
KeyRange key_behind(std::span<const Bytes> words, size_t from, Bytes keyword) {
  for (size_t i = from; i + 1 < words.size(); i++) {
    if (equal_ignore_case(words[i], keyword)) return {.first = i + 1, .count = 1};
  }
  return {};
}
template <size_t kFrom>
KeyRange store_key(std::span<const Bytes> words) {
  return key_behind(words, kFrom, "store");
}
template <size_t kFrom>
KeyRange storedist_key(std::span<const Bytes> words) {
  return key_behind(words, kFrom, "storedist");
}
template <size_t kFrom>
constexpr KeyUse kRadiusKeys[] = {
    {{1, 1, 1}, "RO access"},
    {{.first = kFrom, .last = kFrom, .step = 1, .keyword = "STORE", .find = store_key<kFrom>},
     "OW update"},
    {{.first = kFrom,
      .last = kFrom,
      .step = 1,
      .keyword = "STOREDIST",
      .find = storedist_key<kFrom>},
     "OW update"}};
constexpr KeyUse kStoreKeys[] = {{{1, 1, 1}, "OW update"}, {{2, 2, 1}, "RO access"}};
constexpr std::string_view kSearchCost =
    "O(N+log(M)), where N is the number of elements in the cells that cover the shape and M the "
    "number of elements in it.";

constexpr CommandSpec kTable[] = {
    {.name = "georadius",
     .run = cmd_georadius,
     .arity = -6,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {1, 1, 1},
     .key_uses = kRadiusKeys<6>,
     .route = Route::kCustom,
     .shards = radius_shards,
     .acl = "@geo",
     .group = "geo",
     .since = "3.2.0",
     .complexity = kSearchCost,
     .summary = "Finds the members within a distance of a position, and may store them.",
     .syntax = "key longitude:double latitude:double radius:double unit{M | KM | FT | MI} "
               "[WITHCOORD] [WITHDIST] [WITHHASH] [count{COUNT count [ANY@6.2.0]}] [order{ASC | "
               "DESC}] [STORE key#1] [STOREDIST key#2]",
     .history = "6.2.0 ANY behind COUNT.\n7.0.0 Units in upper case.\n",
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument"},
    {.name = "georadius_ro",
     .run = cmd_georadius_ro,
     .arity = -6,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@geo",
     .group = "geo",
     .since = "3.2.10",
     .complexity = kSearchCost,
     .summary = "Finds the members within a distance of a position.",
     .syntax =
         "key longitude:double latitude:double radius:double unit{M | KM | FT | MI} [WITHCOORD] "
         "[WITHDIST] [WITHHASH] [count{COUNT count [ANY@6.2.0]}] [order{ASC | DESC}]",
     .history = "6.2.0 ANY behind COUNT.\n",
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` with the `BYRADIUS` argument"},
    {.name = "georadiusbymember",
     .run = cmd_georadiusbymember,
     .arity = -5,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {1, 1, 1},
     .key_uses = kRadiusKeys<5>,
     .route = Route::kCustom,
     .shards = radius_shards,
     .acl = "@geo",
     .group = "geo",
     .since = "3.2.0",
     .complexity = kSearchCost,
     .summary = "Finds the members within a distance of a member, and may store them.",
     .syntax = "key member radius:double unit{M | KM | FT | MI} [WITHCOORD] [WITHDIST] [WITHHASH] "
               "[count{COUNT count [ANY]}] [order{ASC | DESC}] [STORE key#1] [STOREDIST key#2]",
     .history = "7.0.0 Units in upper case.\n",
     .deprecated_since = "6.2.0",
     .replaced_by =
         "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments"},
    {.name = "georadiusbymember_ro",
     .run = cmd_georadiusbymember_ro,
     .arity = -5,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@geo",
     .group = "geo",
     .since = "3.2.10",
     .complexity = kSearchCost,
     .summary = "Finds the members within a distance of a member.",
     .syntax = "key member radius:double unit{M | KM | FT | MI} [WITHCOORD] [WITHDIST] [WITHHASH] "
               "[count{COUNT count [ANY]}] [order{ASC | DESC}]",
     .deprecated_since = "6.2.0",
     .replaced_by = "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments"},
    {.name = "geosearch",
     .run = cmd_geosearch,
     .arity = -7,
     .flags = kReadonly,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@geo",
     .group = "geo",
     .since = "6.2.0",
     .complexity = kSearchCost,
     .summary = "Finds the members in a circle or a box.",
     .syntax = "key from{FROMMEMBER member | FROMLONLAT longitude_latitude{longitude:double "
               "latitude:double}} by{circle{BYRADIUS radius:double unit{M | KM | FT | MI}} | "
               "box{BYBOX width:double height:double unit{M | KM | FT | MI}}} [order{ASC | DESC}] "
               "[count{COUNT count [ANY]}] [WITHCOORD] [WITHDIST] [WITHHASH]",
     .history = "7.0.0 Units in upper case.\n"},
    {.name = "geosearchstore",
     .run = cmd_geosearchstore,
     .arity = -8,
     .flags = kWrite | kDenyOom,
     .keys = {1, 2, 1},
     .key_uses = kStoreKeys,
     .route = Route::kKeys,
     .acl = "@geo",
     .group = "geo",
     .since = "6.2.0",
     .complexity = kSearchCost,
     .summary = "Stores the members in a circle or a box in another key.",
     .syntax =
         "destination:key source:key#1 from{FROMMEMBER member | FROMLONLAT "
         "longitude_latitude{longitude:double latitude:double}} by{circle{BYRADIUS radius:double "
         "unit{M | KM | FT | MI}} | box{BYBOX width:double height:double unit{M | KM | FT | MI}}} "
         "[order{ASC | DESC}] [count{COUNT count [ANY]}] [STOREDIST]",
     .history = "7.0.0 Units in upper case.\n"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kGeoSearchCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kGeoSearchCommands{kTable};

}  // namespace cobnut
