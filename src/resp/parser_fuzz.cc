// However a stream is cut, the same requests and errors must come out of it.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "resp/parser.h"

using namespace cobnut;

namespace {

// The requests with their word lengths spelled out, then the error or what is left.
std::string run(Bytes stream, const std::vector<size_t>& cuts, const ParserLimits& limits) {
  std::string events;
  RequestParser parser;
  static Arena arena;  // one for all runs: its first block is large
  size_t begin = 0;
  for (size_t cut : cuts) {
    for (;;) {
      arena.reset();
      const std::string arrived(stream.substr(begin, cut - begin));
      const auto outcome = parser.next(arrived, limits, arena);
      if (outcome == RequestParser::Outcome::kError) return events.append(parser.error());
      if (outcome == RequestParser::Outcome::kIncomplete) {
        CHECK(parser.wanted() == 0 || parser.wanted() > arrived.size());
        break;
      }
      CHECK(parser.consumed() > 0 && parser.consumed() <= arrived.size());
      for (Bytes word : parser.words())
        events.append(std::to_string(word.size())).append(":").append(word);
      events += ";";
      begin += parser.consumed();
    }
  }
  return events + "left " + std::to_string(stream.size() - begin);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::minstd_rand random(data[0]);
  std::string stream(reinterpret_cast<const char*>(data), size);
  // Most random bytes are errors at once: a frame in front of them, and now and then one long
  // enough to be resumed.
  switch (data[0] % 8) {
    case 0:
      stream.insert(0, "*2\r\n$3\r\nGET\r\n$4\r\n");
      break;
    case 1:
      stream.insert(0, "*3\r\n$3\r\nSET\r\n$1\r\n");
      break;
    case 2: {
      std::string frame = "*" + std::to_string(2000 + data[0]) + "\r\n";
      for (int i = 0; i < 2000; i++) frame += "$4\r\nword\r\n";
      stream.insert(0, frame);
      break;
    }
    default:
      break;
  }
  const ParserLimits limits{.bulk_bytes_max = 100'000, .unauthenticated = data[0] % 16 == 7};
  const std::string whole = run(stream, {stream.size()}, limits);
  for (int round = 0; round < 3; round++) {
    std::vector<size_t> cuts;
    const size_t step =
        round == 0 && stream.size() < 2000 ? 1 : 1 + stream.size() / (1 + random() % 8);
    for (size_t cut = 0; cut < stream.size(); cut += 1 + random() % step) cuts.push_back(cut);
    cuts.push_back(stream.size());
    const std::string pieces = run(stream, cuts, limits);
    if (pieces != whole) {
      fprintf(stderr, "whole:  %s\npieces: %s\n", whole.c_str(), pieces.c_str());
      abort();
    }
  }
  return 0;
}
