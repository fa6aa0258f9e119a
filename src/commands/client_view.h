// Clients as CLIENT LIST, INFO and KILL see them: one as a line, and some of them by what must
// hold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "command/server.h"
#include "command/session.h"

namespace cobnut {

// The fields of Redis 7.2, with a line break.
std::string client_line(Context& cx, const ClientInfo& info, int64_t now_ms);

// All that is asked for must hold: the options of CLIENT LIST and CLIENT KILL, those of Redis 7.4
// and Valkey 9.0.
class ClientFilter {
 public:
  enum class For : uint8_t { kList, kKill };  // they differ in a few errors

  // CLIENT KILL's old form: by address alone.
  static ClientFilter of_address(Bytes address);
  // Words 2.. of the request. Nothing: the error is replied.
  static std::optional<ClientFilter> parse(Context& cx, Args args, For what);

  bool matches(Context& cx, const ClientInfo& info, int64_t now_ms) const;

 private:
  enum class Field : uint8_t;
  struct Criterion {
    Field field;
    bool negated = false;
    Bytes text;
    int64_t number = 0;
    std::vector<int64_t> ids;
  };
  static bool known(Bytes option, Field* field, bool* negated);
  static bool read_value(Context& cx, Args args, size_t* at, For what, Criterion* criterion);
  static bool read_ids(Context& cx, Args args, size_t* at, For what, Criterion* criterion);
  static bool read_number(Context& cx, Bytes value, For what, Criterion* criterion);
  static bool holds(Context& cx, const Criterion& criterion, const ClientInfo& info,
                    int64_t now_ms);

  std::vector<Criterion> criteria_;
  bool skip_me_ = false;
};

// In the order of their ids.
std::vector<std::shared_ptr<ClientInfo>> matching_clients(Context& cx, const ClientFilter& filter);

}  // namespace cobnut
