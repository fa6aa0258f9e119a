// Geo. The steps were recorded from redis-server 7.0.15 (tools/differ/record.py).
// In a test CHECK is doctest's: it comes last.
// clang-format off
#include "commands/testing.h"

#include <doctest/doctest.h>
// clang-format on

namespace cobnut::testing {
namespace {

constexpr Step kGeo[] = {
    {"geoadd g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania", ":2"},
    {"geoadd g 13.361389 38.115556 Palermo", ":0"},
    {"geoadd g ch 13.5 38 Palermo", ":1"},
    {"geoadd g nx 14 38 Palermo 12.758489 38.788135 edge1", ":1"},
    {"geoadd g xx ch 13.361389 38.115556 Palermo 1 1 nobody", ":1"},
    {"geoadd g nx xx 1 1 a", "-ERR syntax error"},
    {"geoadd g xx nx ch 1 1 a", "-ERR syntax error"},
    {"geoadd g 17.241510 38.788135 edge2", ":1"},
    {"geoadd g", "-ERR wrong number of arguments for 'geoadd' command"},
    {"geoadd g 1 1", "-ERR wrong number of arguments for 'geoadd' command"},
    {"geoadd g 1 1 a 2", "-ERR syntax error"},
    {"geoadd g nx 1 1", "-ERR syntax error"},
    {"geoadd g x 1 a", "-ERR value is not a valid float"},
    {"geoadd g 1 x a", "-ERR value is not a valid float"},
    {"geoadd g 181 1 a", "-ERR invalid longitude,latitude pair 181.000000,1.000000"},
    {"geoadd g 1 86 a", "-ERR invalid longitude,latitude pair 1.000000,86.000000"},
    {"geoadd g 1 -86 a", "-ERR invalid longitude,latitude pair 1.000000,-86.000000"},
    {"geoadd g nan 1 a", "-ERR value is not a valid float"},
    {"geoadd g 1 1 a 200 100 b", "-ERR invalid longitude,latitude pair 200.000000,100.000000"},
    {"zrange g 0 -1 withscores",
     "[\"Palermo\", \"3479099956230698\", \"edge1\", \"3479273021651468\", \"Catania\", "
     "\"3479447370796909\", \"edge2\", \"3481342659049484\"]"},
    {"geodist g Palermo Catania", "\"166274.1516\""},
    {"geodist g Palermo Catania m", "\"166274.1516\""},
    {"geodist g Palermo Catania KM", "\"166.2742\""},
    {"geodist g Palermo Catania mi", "\"103.3182\""},
    {"geodist g Palermo Catania ft", "\"545518.8700\""},
    {"geodist g Palermo Catania x", "-ERR unsupported unit provided. please use M, KM, FT, MI"},
    {"geodist g Palermo Catania m x", "-ERR syntax error"},
    {"geodist g Palermo Palermo", "\"0.0000\""},
    {"geodist g Palermo nobody", "nil"},
    {"geodist nokey a b", "nil"},
    {"geodist nokey a b x", "-ERR unsupported unit provided. please use M, KM, FT, MI"},
    {"geohash g Palermo Catania nobody", "[\"sqc8b49rny0\", \"sqdtr74hyu0\", nil]"},
    {"geohash g", "[]"},
    {"geohash nokey a b", "[nil, nil]"},
    {"geopos g Palermo nobody Catania",
     "[[\"13.36138933897018433\", \"38.11555639549629859\"], nil, [\"15.08726745843887329\", "
     "\"37.50266842333162032\"]]"},
    {"geopos g", "[]"},
    {"geopos nokey a", "[nil]"},
    {"geosearch g fromlonlat 15 37 byradius 200 km asc", "[\"Catania\", \"Palermo\"]"},
    {"geosearch g fromlonlat 15 37 byradius 200 km desc", "[\"Palermo\", \"Catania\"]"},
    {"geosearch g fromlonlat 15 37 bybox 400 400 km asc withcoord withdist withhash",
     "[[\"Catania\", \"56.4413\", :3479447370796909, [\"15.08726745843887329\", "
     "\"37.50266842333162032\"]], [\"Palermo\", \"190.4424\", :3479099956230698, "
     "[\"13.36138933897018433\", \"38.11555639549629859\"]], [\"edge2\", \"279.7403\", "
     ":3481342659049484, [\"17.24151045083999634\", \"38.78813451624225195\"]], [\"edge1\", "
     "\"279.7405\", :3479273021651468, [\"12.7584877610206604\", \"38.78813451624225195\"]]]"},
    {"geosearch g fromlonlat 15 37 byradius 200 km asc withdist",
     "[[\"Catania\", \"56.4413\"], [\"Palermo\", \"190.4424\"]]"},
    {"geosearch g fromlonlat 15 37 byradius 200 km asc withhash count 1",
     "[[\"Catania\", :3479447370796909]]"},
    {"geosearch g frommember Palermo byradius 200 km asc", "[\"Palermo\", \"edge1\", \"Catania\"]"},
    {"geosearch g frommember nobody byradius 200 km asc",
     "-ERR could not decode requested zset member"},
    {"geosearch nokey frommember nobody byradius 200 km asc", "[]"},
    {"geosearch g frommember Palermo bybox 0 0 m", "[\"Palermo\"]"},
    {"geosearch g frommember Palermo byradius 0 m", "[\"Palermo\"]"},
    {"geosearch g byradius 200 km asc frommember Palermo", "[\"Palermo\", \"edge1\", \"Catania\"]"},
    {"geosearch g frommember Palermo fromlonlat 1 1 byradius 1 m", "-ERR syntax error"},
    {"geosearch g fromlonlat 1 1 frommember Palermo byradius 1 m", "-ERR syntax error"},
    {"geosearch g frommember Palermo byradius 1 m bybox 1 1 m", "-ERR syntax error"},
    {"geosearch g frommember Palermo bybox 1 1 m byradius 1 m", "-ERR syntax error"},
    {"geosearch g byradius 200 km asc", "-ERR wrong number of arguments for 'geosearch' command"},
    {"geosearch g byradius 200 km asc count 1",
     "-ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for geosearch"},
    {"geosearch g fromlonlat 15 37 asc count 1",
     "-ERR exactly one of BYRADIUS and BYBOX can be specified for geosearch"},
    {"geosearch g fromlonlat 15 37 byradius 200 km count 0", "-ERR COUNT must be > 0"},
    {"geosearch g fromlonlat 15 37 byradius 200 km count -1", "-ERR COUNT must be > 0"},
    {"geosearch g fromlonlat 15 37 byradius 200 km count x",
     "-ERR value is not an integer or out of range"},
    {"geosearch g fromlonlat 15 37 byradius 200 km any",
     "-ERR the ANY argument requires COUNT argument"},
    {"geosearch g fromlonlat 15 37 byradius 200 km any count 1 asc withdist",
     "[[\"Palermo\", \"190.4424\"]]"},
    {"geosearch g fromlonlat 15 37 byradius x km", "-ERR need numeric radius"},
    {"geosearch g fromlonlat 15 37 byradius -1 km", "-ERR radius cannot be negative"},
    {"geosearch g fromlonlat 15 37 byradius 1 x",
     "-ERR unsupported unit provided. please use M, KM, FT, MI"},
    {"geosearch g fromlonlat 15 37 bybox x 1 km", "-ERR need numeric width"},
    {"geosearch g fromlonlat 15 37 bybox 1 x km", "-ERR need numeric height"},
    {"geosearch g fromlonlat 15 37 bybox -1 1 km", "-ERR height or width cannot be negative"},
    {"geosearch g fromlonlat 15 37 bybox 1 1 x",
     "-ERR unsupported unit provided. please use M, KM, FT, MI"},
    {"geosearch g fromlonlat 200 37 byradius 1 km",
     "-ERR invalid longitude,latitude pair 200.000000,37.000000"},
    {"geosearch g fromlonlat x 37 byradius 1 km", "-ERR value is not a valid float"},
    {"geosearch g fromlonlat 15 37 byradius 200 km store d", "-ERR syntax error"},
    {"geosearch g fromlonlat 15 37 byradius 200 km storedist", "-ERR syntax error"},
    {"geosearch g fromlonlat 15 37 byradius 200 km foo", "-ERR syntax error"},
    {"geosearch g fromlonlat 15 37 byradius 200", "-ERR syntax error"},
    {"geosearch g fromlonlat 0 0 byradius 30000 km asc",
     "[\"Catania\", \"Palermo\", \"edge1\", \"edge2\"]"},
    {"geosearch g fromlonlat 179 0 bybox 40000 20000 km asc",
     "[\"edge2\", \"edge1\", \"Palermo\", \"Catania\"]"},
    {"georadius g 15 37 200 km asc", "[\"Catania\", \"Palermo\"]"},
    {"GEORADIUS g 15 37 200 km withdist withcoord withhash desc",
     "[[\"Palermo\", \"190.4424\", :3479099956230698, [\"13.36138933897018433\", "
     "\"38.11555639549629859\"]], [\"Catania\", \"56.4413\", :3479447370796909, "
     "[\"15.08726745843887329\", \"37.50266842333162032\"]]]"},
    {"georadius g 15 37 200 km count 1", "[\"Catania\"]"},
    {"georadius g 15 37 -1 km", "-ERR radius cannot be negative"},
    {"georadius g 15 37 x km", "-ERR need numeric radius"},
    {"georadius g 15 37 200 x", "-ERR unsupported unit provided. please use M, KM, FT, MI"},
    {"georadius g 200 37 200 km", "-ERR invalid longitude,latitude pair 200.000000,37.000000"},
    {"georadius nokey 15 37 200 km", "[]"},
    {"georadius nokey 15 37 200 km foo", "-ERR syntax error"},
    {"georadius nokey 200 37 200 km", "-ERR invalid longitude,latitude pair 200.000000,37.000000"},
    {"georadius nokey 15 37 200 x", "-ERR unsupported unit provided. please use M, KM, FT, MI"},
    {"georadius g 15 37 200 km withdist store d",
     "-ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD "
     "options"},
    {"georadius g 15 37 200 km store d", ":2"},
    {"zrange d 0 -1 withscores",
     "[\"Palermo\", \"3479099956230698\", \"Catania\", \"3479447370796909\"]"},
    {"georadius g 15 37 200 km store d storedist d2", ":2"},
    {"exists d d2", ":2"},
    {"zrange d2 0 -1 withscores",
     "[\"Catania\", \"56.441257870158204\", \"Palermo\", \"190.44242984775784\"]"},
    {"georadius g 15 37 1 m store d", ":0"},
    {"exists d", ":0"},
    {"georadius nokey 15 37 200 km store d2", ":0"},
    {"exists d2", ":0"},
    {"georadius g 15 37 200 km count 1 asc storedist d", ":1"},
    {"zrange d 0 -1 withscores", "[\"Catania\", \"56.441257870158204\"]"},
    {"georadius g 15 37 200 km store", "-ERR syntax error"},
    {"georadius_ro g 15 37 200 km asc", "[\"Catania\", \"Palermo\"]"},
    {"georadius_ro g 15 37 200 km store d", "-ERR syntax error"},
    {"georadiusbymember g Palermo 200 km asc withdist",
     "[[\"Palermo\", \"0.0000\"], [\"edge1\", \"91.4007\"], [\"Catania\", \"166.2742\"]]"},
    {"georadiusbymember g nobody 200 km", "-ERR could not decode requested zset member"},
    {"georadiusbymember nokey nobody 200 km", "[]"},
    {"georadiusbymember nokey nobody x km", "[]"},
    {"georadiusbymember nokey nobody 1 x", "[]"},
    {"georadiusbymember g Palermo x km", "-ERR need numeric radius"},
    {"georadiusbymember g Palermo 200 km store d", ":3"},
    {"zrange d 0 -1 withscores",
     "[\"Palermo\", \"3479099956230698\", \"edge1\", \"3479273021651468\", \"Catania\", "
     "\"3479447370796909\"]"},
    {"georadiusbymember_ro g Palermo 200 km asc", "[\"Palermo\", \"edge1\", \"Catania\"]"},
    {"georadiusbymember_ro g Palermo 200 km store d", "-ERR syntax error"},
    {"geosearchstore d g fromlonlat 15 37 byradius 200 km", ":2"},
    {"zrange d 0 -1 withscores",
     "[\"Palermo\", \"3479099956230698\", \"Catania\", \"3479447370796909\"]"},
    {"geosearchstore d g fromlonlat 15 37 bybox 400 400 km asc count 2 storedist", ":2"},
    {"zrange d 0 -1 withscores",
     "[\"Catania\", \"56.441257870158204\", \"Palermo\", \"190.44242984775784\"]"},
    {"geosearchstore d g fromlonlat 15 37 byradius 200 km withdist",
     "-ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"},
    {"geosearchstore d g fromlonlat 15 37 byradius 200 km withcoord",
     "-ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"},
    {"geosearchstore d g fromlonlat 15 37 byradius 200 km withhash",
     "-ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options"},
    {"geosearchstore d g fromlonlat 15 37 byradius 200 km store x", "-ERR syntax error"},
    {"geosearchstore d g fromlonlat 15 37 byradius 1 m", ":0"},
    {"exists d", ":0"},
    {"geosearchstore d nokey fromlonlat 15 37 byradius 200 km", ":0"},
    {"geosearchstore d nokey frommember x byradius 200 km", ":0"},
    {"geosearchstore g g fromlonlat 15 37 byradius 100 km", ":1"},
    {"zrange g 0 -1 withscores", "[\"Catania\", \"3479447370796909\"]"},
    {"set s v", "+OK"},
    {"geoadd s 1 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"geodist s a b", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"geohash s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"geopos s a", "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"geosearch s fromlonlat 15 37 byradius 200 km",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"geosearch s foo 15 37 byradius 200 km",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"geosearchstore d s fromlonlat 15 37 byradius 200 km",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"georadius s 15 37 200 km",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"georadius s 200 37 200 km",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"georadiusbymember s a 200 km",
     "-WRONGTYPE Operation against a key holding the wrong kind of value"},
    {"geoadd s x 1 a", "-ERR value is not a valid float"},
    {"geosearchstore s g fromlonlat 15 37 byradius 200 km", ":1"},
    {"type s", "+zset"},
};

}  // namespace

TEST_CASE("positions and searches, as Redis, over both forms of a sorted set") {
  TestServer small;
  replay(small, kGeo);
  TestServer large;
  CHECK(large.run("config set zset-max-listpack-entries 0") == "+OK");
  replay(large, kGeo);
}

TEST_CASE("geo in RESP3: coordinates are doubles, distances are not") {
  TestServer server;
  server.client.resp = 3;
  server.run("geoadd g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania");
  CHECK(server.run("geopos g Palermo nobody") ==
        "[[,13.36138933897018433, ,38.11555639549629859], nil]");
  CHECK(server.run("geodist g Palermo Catania km") == "\"166.2742\"");
  CHECK(server.run("geosearch g fromlonlat 15 37 byradius 100 km withcoord withdist") ==
        "[[\"Catania\", \"56.4413\", [,15.08726745843887329, ,37.50266842333162032]]]");
}

TEST_CASE("events of geo") {
  TestServer server;
  const auto events_of = [&](std::string_view request) {
    server.events();
    server.run(request);
    return server.events();
  };
  CHECK(events_of("geoadd g 13 38 a 15 37 b") == "zadd:g");
  CHECK(events_of("geoadd g 13 38 a") == "");
  CHECK(events_of("geosearchstore d g fromlonlat 15 37 byradius 100 km") == "geosearchstore:d");
  CHECK(events_of("georadius g 15 37 100 km store d") == "georadiusstore:d");
  CHECK(events_of("georadius g 90 0 100 km store d") == "del:d");
  CHECK(events_of("georadius g 90 0 100 km store d") == "");
}

TEST_CASE("a search holds just what a look at every point finds") {
  TestServer server;
  server.run("config set zset-max-listpack-entries 0");
  // A lattice over the whole earth, and a dense one around a point.
  int points = 0;
  for (int x = -180; x < 180; x += 10) {  // 180 is found from there only, as on Redis
    for (int y = -85; y <= 85; y += 10) {
      server.run(
          {"geoadd", "g", std::to_string(x), std::to_string(y), "w" + std::to_string(points)});
      points++;
    }
  }
  for (int x = 0; x < 20; x++) {
    for (int y = 0; y < 20; y++) {
      server.run({"geoadd", "g", "2." + std::to_string(10 + x), "48." + std::to_string(10 + y),
                  "d" + std::to_string(points)});
      points++;
    }
  }
  CHECK(server.run("zcard g") == ":" + std::to_string(points));
  // The radius of a search is compared with all distances from its center, asked for one by one.
  const std::vector<std::pair<std::string, double>> searches = {
      {"2.2 48.2", 500},  {"2.2 48.2", 5'000},     {"2.15 48.15", 20'000},
      {"0 0", 2'000'000}, {"179.9 10", 1'500'000}, {"-179.9 -10", 1'500'000},
      {"20 84", 800'000}, {"-100 -84.5", 800'000}, {"60 70", 3'000'000},
      {"0 0", 21'000'000}};
  for (const auto& [center, radius] : searches) {
    CAPTURE(center);
    CAPTURE(radius);
    server.run("zrem g center");
    server.run("geoadd g " + center + " center");
    const std::string found =
        server.run("geosearch g frommember center byradius " + std::to_string(radius) + " m");
    for (int i = 0; i < points; i++) {
      const std::string member = (i < 36 * 18 ? "w" : "d") + std::to_string(i);
      const std::string distance = server.run("geodist g center " + member);
      const bool is_in = std::stod(distance.substr(1)) <= radius;
      CHECK((found.find("\"" + member + "\"") != std::string::npos) == is_in);
    }
  }
}

TEST_CASE("geo: scores that no position has are read as on redis-server") {
  TestServer server;
  constexpr Step kSteps[] = {
      {"zadd odd -10 a inf b -inf c 1e19 d 9007199254740992 e", ":5"},
      {"geopos odd a b c d e",
       "[[\"180\", \"85.0511287799999991\"], [\"-179.99999731779098511\", "
       "\"-85.05112751263942528\"], [\"180\", \"-85.05112751263942528\"], [\"180\", "
       "\"85.0511287799999991\"], [\"180\", \"-85.05112751263942528\"]]"},
  };
  replay(server, kSteps);
}

}  // namespace cobnut::testing
