// The harness of testing.h.
#include "commands/testing.h"

#include <bit>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/numbers.h"
#include "memory/large.h"

namespace cobnut::testing {

std::string quoted(std::string_view bytes) {
  std::string out = "\"";
  for (char c : bytes) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c >= ' ' && c <= '~') {
      out += c;
    } else {
      char hex[5];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
      out += hex;
    }
  }
  return out + '"';
}

namespace {

// Reads one reply from the front of `bytes`.
std::string decode_one(std::string_view* bytes) {
  const size_t line_end = bytes->find("\r\n");
  CHECK(line_end != std::string_view::npos);
  const char kind = bytes->front();
  const std::string_view line = bytes->substr(1, line_end - 1);
  std::string whole_line(bytes->substr(0, line_end));
  bytes->remove_prefix(line_end + 2);
  const auto number = parse_int(line);
  switch (kind) {
    case '$': {
      if (*number < 0) return "nil";
      const std::string_view bulk = bytes->substr(0, static_cast<size_t>(*number));
      CHECK_EQ(bulk.size(), static_cast<size_t>(*number));
      bytes->remove_prefix(bulk.size() + 2);
      return quoted(bulk);
    }
    case '=': {  // its extension, "txt:", is not shown
      const std::string_view text = bytes->substr(4, static_cast<size_t>(*number) - 4);
      bytes->remove_prefix(static_cast<size_t>(*number) + 2);
      return quoted(text);
    }
    case '*':
    case '%':
    case '~': {
      if (*number < 0) return "nil";
      std::string out(1, kind == '%' ? '{' : '[');
      for (int64_t i = 0; i < *number; ++i) {
        if (i > 0) out += ", ";
        out += decode_one(bytes);
        if (kind == '%') out += ": " + decode_one(bytes);
      }
      return out + (kind == '%' ? '}' : ']');
    }
    case '_':
      return "nil";
    default:
      return whole_line;
  }
}

// Takes one escape behind a backslash at `at`.
char unescape(std::string_view line, size_t* at) {
  const char c = line[*at];
  ++*at;
  if (c == 'n') return '\n';
  if (c != 'x') return c;
  const std::string hex(line.substr(*at, 2));
  *at += 2;
  return static_cast<char>(std::strtol(hex.c_str(), nullptr, 16));
}

std::shared_ptr<ClientInfo> test_client(Server& server) {
  auto info = std::make_shared<ClientInfo>();
  info->id = server.clients.next_id();
  info->fd = 8;
  info->address = "127.0.0.1:50001";
  info->local_address = "127.0.0.1:6379";
  info->connected_ms = monotonic_clock_ms();
  info->last_active_ms = info->connected_ms;
  server.clients.add(info);
  return info;
}

}  // namespace

std::string decode_reply(std::string_view bytes) {
  std::string text = decode_one(&bytes);
  CHECK_EQ(bytes.size(), size_t{0});  // one request, one reply
  return text;
}

std::vector<std::string> split_line(std::string_view line) {
  std::vector<std::string> words;
  for (size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    std::string word;
    const bool in_quotes = line[at] == '"';
    if (in_quotes) ++at;
    while (at < line.size() && line[at] != (in_quotes ? '"' : ' ')) {
      const char c = line[at++];
      word += in_quotes && c == '\\' ? unescape(line, &at) : c;
    }
    if (in_quotes) ++at;
    words.push_back(std::move(word));
  }
  return words;
}

TestServer::TestServer(uint32_t shards)
    : server(Options{}, 1), session(test_client(server)), table_(command_families()) {
  set_command_table(&table_);
  server.options.announce(0);
  const ShardSetup setup{.slots_each = kSlots / shards,
                         .databases = 16,
                         .pages = server.pages,
                         .large = large_allocator(AllocatorKind::kPooled),
                         .budget = server.budget,
                         .now_ms = now_ms};
  server.slot_shift = std::countr_zero(setup.slots_each);
  for (uint32_t i = 0; i < shards; ++i) {
    server.shard_storage.push_back(std::make_unique<Shard>(i, setup));
    server.shards.push_back(server.shard_storage.back().get());
    server.shards.back()->keyspace.add_listener(this);
    CHECK(server.shards.back()->monitor.try_enter());  // this thread holds them all, all the time
  }
}

TestServer::~TestServer() { set_command_table(nullptr); }

std::string TestServer::run(std::string_view line) { return run(split_line(line)); }

void TestServer::run_background() {
  for (Shard* shard : server.shards) {
    shard->keyspace.set_now_ms(now_ms);
    while (shard->keyspace.background(1'000'000)) {
    }
  }
}

std::string TestServer::run(const std::vector<std::string>& request) {
  const std::vector<Bytes> words(request.begin(), request.end());
  for (Shard* shard : server.shards) shard->keyspace.set_now_ms(now_ms);
  const CommandSpec* spec = table_.resolve(words);
  Args args(words);
  std::vector<Position> positions;
  if (routable(spec, words)) {
    const KeyRange range = key_range(*spec, words);
    for (size_t i = 0; i < range.count; ++i) {
      positions.push_back(key_position(words[range.first + i * range.step]));
    }
    args.set_keys(positions.data(), range.count, range.first, range.step);
  }
  Output output;
  output.open(nullptr);
  Reply reply(output, client.resp);
  Keys keys(server.shards, server.slot_shift, client.db, now_ms);
  session.info().last_command = spec;
  execute({&session, spec, args}, client, keys, reply, server);
  output.close();
  std::string bytes;
  for (const Output::Segment* at = output.segments(); at != nullptr; at = at->next) {
    bytes.append(at->data, at->size);
  }
  return bytes.empty() ? "" : decode_reply(bytes);  // SHUTDOWN replies nothing
}

void TestServer::on_mutation(const Mutation& mutation) {
  if (mutation.event == Event::kNone) return;
  if (!events_.empty()) events_ += ' ';
  events_ += event_name(mutation.event);
  events_ += ':';
  events_ += mutation.key.bytes;
}

std::string TestServer::events() { return std::exchange(events_, {}); }

}  // namespace cobnut::testing
