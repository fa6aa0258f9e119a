#include "commands/client_view.h"

#include <algorithm>

#include "base/clock.h"
#include "base/numbers.h"
#include "base/text.h"
#include "command/support.h"
#include "command/table.h"

namespace cobnut {
namespace {

constexpr size_t kConnectionBytes = 750;  // of an idle connection (net/connection.h), for tot-mem

// -- one client as a line

// What changes while a client is served. Of the client that asks it is read from its session, since
// the published facts are those of the end of the last turn.
struct ClientLoad {
  uint64_t input = 0;   // bytes received and not executed, its request counted
  uint64_t output = 0;  // bytes that it is owed
};

ClientLoad load_of(const ClientInfo& info, Session& asking) {
  if (info.id == asking.client.id) {
    return {asking.parser.consumed() + asking.input.bytes(), asking.output.bytes()};
  }
  return {info.input_bytes.load(std::memory_order_relaxed),
          info.output_bytes.load(std::memory_order_relaxed)};
}

// In Redis's order; N: none of them.
std::string flags_of(const ClientInfo& info, const Session& asking) {
  std::string flags;
  if (info.monitor.load(std::memory_order_relaxed)) flags += 'O';
  if (info.blocked.blocked()) flags += 'b';
  if (info.id == asking.client.id && asking.closing) flags += 'c';
  if (info.killed.load(std::memory_order_relaxed)) flags += 'A';
  if (info.unix_socket) flags += 'U';
  if (info.no_evict.load(std::memory_order_relaxed)) flags += 'e';
  if (info.no_touch.load(std::memory_order_relaxed)) flags += 'T';
  return flags.empty() ? "N" : flags;
}
constexpr Bytes kFlagLetters = "AbBcdeMNOPrRStTuUx";  // all that a client can have on Redis

int64_t age_s(const ClientInfo& info, int64_t now_ms) {
  return (now_ms - info.connected_ms) / 1000;
}

int64_t idle_s(const ClientInfo& info, int64_t now_ms) {
  const int64_t idle_ms = now_ms - info.last_active_ms.load(std::memory_order_relaxed);
  return std::max<int64_t>(idle_ms, 0) / 1000;
}

}  // namespace

// Fields of features that are not here stand as on an idle Redis: no subscriptions, no transaction,
// no redirection. qbuf-free, argv-mem, rbs and rbp are 0 because an idle client holds no buffer
// here; omem is what the socket has not taken yet.
std::string client_line(Context& cx, const ClientInfo& info, int64_t now_ms) {
  const auto number = [](auto value) { return std::to_string(value); };
  const ClientLoad load = load_of(info, *cx.session);
  const CommandSpec* last = info.last_command.load(std::memory_order_relaxed);
  const auto [library_name, library_version] = cx.server.clients.library(info);
  return "id=" + number(info.id) + " addr=" + info.address + " laddr=" + info.local_address +
         " fd=" + number(info.fd) + " name=" + cx.server.clients.name(info) +
         " age=" + number(age_s(info, now_ms)) + " idle=" + number(idle_s(info, now_ms)) +
         " flags=" + flags_of(info, *cx.session) +
         " db=" + number(info.db.load(std::memory_order_relaxed)) +
         " sub=0 psub=0 ssub=0 multi=-1 qbuf=" + number(load.input) +
         " qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=" +
         number(load.output > 0 ? 1 : 0) + " omem=" + number(load.output) +
         " tot-mem=" + number(kConnectionBytes + load.input + load.output) +
         " events=" + (load.output > 0 ? "rw" : "r") +
         " cmd=" + std::string(last == nullptr ? "NULL" : full_name(*last)) +
         " user=default redir=-1 resp=" + number(info.resp.load(std::memory_order_relaxed)) +
         " lib-name=" + library_name + " lib-ver=" + library_version + "\n";
}

// -- which clients

enum class ClientFilter::Field : uint8_t {
  kId,
  kType,
  kAddress,
  kLocalAddress,
  kIp,
  kUser,
  kName,
  kLibraryName,
  kLibraryVersion,
  kFlags,
  kDatabase,
  kAge,
  kIdle,
};

// Every one but MAXAGE and IDLE also with NOT- before it.
bool ClientFilter::known(Bytes option, Field* field, bool* negated) {
  constexpr std::pair<Bytes, Field> kFields[] = {
      {"id", Field::kId},
      {"type", Field::kType},
      {"addr", Field::kAddress},
      {"laddr", Field::kLocalAddress},
      {"ip", Field::kIp},
      {"user", Field::kUser},
      {"name", Field::kName},
      {"lib-name", Field::kLibraryName},
      {"lib-ver", Field::kLibraryVersion},
      {"flags", Field::kFlags},
      {"db", Field::kDatabase},
      {"maxage", Field::kAge},
      {"idle", Field::kIdle},
  };
  *negated = option.size() > 4 && equal_ignore_case(option.substr(0, 4), "not-");
  if (*negated) option.remove_prefix(4);
  for (const auto& [name, known_field] : kFields) {
    if (!equal_ignore_case(option, name)) continue;
    *field = known_field;
    return !*negated || (known_field != Field::kAge && known_field != Field::kIdle);
  }
  return false;
}

ClientFilter ClientFilter::of_address(Bytes address) {
  ClientFilter filter;
  filter.criteria_.push_back({.field = Field::kAddress, .text = address});
  return filter;
}

// One or more; a list ends at the next option.
bool ClientFilter::read_ids(Context& cx, Args args, size_t* at, For what, Criterion* criterion) {
  const Bytes error = what == For::kKill ? err::kClientIdRange : err::kClientId;
  for (; *at < args.size(); ++*at) {
    const std::optional<int64_t> id = parse_int(args[*at]);
    Field field{};
    bool negated = false;
    const bool is_option = what == For::kKill || known(args[*at], &field, &negated) ||
                           equal_ignore_case(args[*at], "skipme");
    if (!id && is_option && !criterion->ids.empty()) return true;
    if (!id || (what == For::kKill && *id < 1)) return cx.reply.error(error), false;
    criterion->ids.push_back(*id);
  }
  return true;
}

bool ClientFilter::read_number(Context& cx, Bytes value, For, Criterion* criterion) {
  struct Texts {
    Bytes not_integer, range;
  };
  const bool age = criterion->field == Field::kAge;
  const Texts texts = age ? Texts{err::kMaxAgeNotInteger, err::kMaxAgeRange}
                          : Texts{err::kIdleNotInteger, err::kIdleRange};
  if (criterion->field == Field::kDatabase) {
    const std::optional<int> db = database_argument(cx, value);
    criterion->number = db.value_or(0);
    return db.has_value();
  }
  const std::optional<int64_t> number = integer_argument(cx, value, texts.not_integer);
  if (!number) return false;
  if (*number < 1) return cx.reply.error(texts.range), false;
  criterion->number = *number;
  return true;
}

// The value at *at, which is moved behind it. False: the error is replied.
bool ClientFilter::read_value(Context& cx, Args args, size_t* at, For what, Criterion* criterion) {
  if (criterion->field == Field::kId) return read_ids(cx, args, at, what, criterion);
  const Bytes value = args[(*at)++];
  criterion->text = value;
  constexpr Bytes kTypes[] = {"normal", "master", "replica", "slave", "pubsub"};
  switch (criterion->field) {
    case Field::kType:
      if (std::ranges::any_of(kTypes, [&](Bytes t) { return equal_ignore_case(value, t); }))
        return true;
      cx.reply.error_format(err::kClientType, shown_size(value), value.data());
      return false;
    case Field::kUser:
      if (value == "default") return true;
      cx.reply.error_format(err::kNoSuchUser, shown_size(value), value.data());
      return false;
    case Field::kFlags:
      if (!value.empty() && value.find_first_not_of(kFlagLetters) == Bytes::npos) return true;
      cx.reply.error_format(err::kClientFlags, shown_size(value), value.data());
      return false;
    case Field::kDatabase:
    case Field::kAge:
    case Field::kIdle:
      return read_number(cx, value, what, criterion);
    default:
      return true;
  }
}

// The same option again takes the place of the first.
std::optional<ClientFilter> ClientFilter::parse(Context& cx, Args args, For what) {
  ClientFilter filter;
  filter.skip_me_ = what == For::kKill;
  const auto refuse = [&] { return cx.reply.error(err::kSyntax), std::nullopt; };
  for (size_t i = 2; i < args.size();) {
    const Bytes option = args[i++];
    if (i == args.size()) return refuse();
    if (equal_ignore_case(option, "skipme")) {
      const bool yes = equal_ignore_case(args[i], "yes");
      if (!yes && !equal_ignore_case(args[i], "no")) return refuse();
      filter.skip_me_ = yes;
      i++;
      continue;
    }
    Criterion criterion{};
    if (!known(option, &criterion.field, &criterion.negated)) return refuse();
    if (!read_value(cx, args, &i, what, &criterion)) return std::nullopt;
    std::erase_if(filter.criteria_, [&](const Criterion& other) {
      return other.field == criterion.field && other.negated == criterion.negated;
    });
    filter.criteria_.push_back(std::move(criterion));
  }
  return filter;
}

bool ClientFilter::holds(Context& cx, const Criterion& criterion, const ClientInfo& info,
                         int64_t now_ms) {
  const Bytes text = criterion.text;
  switch (criterion.field) {
    case Field::kId:
      return std::ranges::find(criterion.ids, static_cast<int64_t>(info.id)) != criterion.ids.end();
    case Field::kType:  // there are no others yet
      return equal_ignore_case(text, "normal");
    case Field::kAddress:
      return info.address == text;
    case Field::kLocalAddress:
      return info.local_address == text;
    case Field::kIp:
      return Bytes(info.address).substr(0, info.address.rfind(':')) == text;
    case Field::kUser:  // the only one
      return true;
    case Field::kName:
      return cx.server.clients.name(info) == text;
    case Field::kLibraryName:
      return cx.server.clients.library(info).first == text;
    case Field::kLibraryVersion:
      return cx.server.clients.library(info).second == text;
    case Field::kFlags: {
      const std::string flags = flags_of(info, *cx.session);
      return std::ranges::all_of(text, [&](char c) { return flags.find(c) != std::string::npos; });
    }
    case Field::kDatabase:
      return info.db.load(std::memory_order_relaxed) == criterion.number;
    case Field::kAge:
      return age_s(info, now_ms) >= criterion.number;
    case Field::kIdle:
      return idle_s(info, now_ms) >= criterion.number;
  }
  return false;
}

bool ClientFilter::matches(Context& cx, const ClientInfo& info, int64_t now_ms) const {
  if (info.killed.load(std::memory_order_relaxed)) return false;  // as good as gone
  if (skip_me_ && info.id == cx.session->client.id) return false;
  return std::ranges::all_of(criteria_, [&](const Criterion& criterion) {
    return holds(cx, criterion, info, now_ms) != criterion.negated;
  });
}

std::vector<std::shared_ptr<ClientInfo>> matching_clients(Context& cx, const ClientFilter& filter) {
  std::vector<std::shared_ptr<ClientInfo>> clients = cx.server.clients.all();
  const int64_t now_ms = monotonic_clock_ms();
  std::erase_if(clients, [&](const auto& info) { return !filter.matches(cx, *info, now_ms); });
  return clients;
}

}  // namespace cobnut
