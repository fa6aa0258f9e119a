#include "command/support.h"

#include <algorithm>

#include "base/numbers.h"
#include "base/text.h"
#include "command/server.h"
#include "memory/large.h"

namespace cobnut {

std::optional<int64_t> integer_argument(Context& cx, Bytes text, Bytes error) {
  const std::optional<int64_t> value = parse_int(text);
  if (!value) cx.reply.error(error);
  return value;
}

std::optional<int64_t> database_number(Context& cx, Bytes text, Bytes malformed) {
  const std::optional<int64_t> value =
      integer_argument(cx, text, malformed.empty() ? err::kNotInteger : malformed);
  if (!value || (*value >= INT32_MIN && *value <= INT32_MAX)) return value;
  cx.reply.error(malformed.empty() ? err::kIntRange : malformed);
  return std::nullopt;
}

std::optional<int> database_argument(Context& cx, Bytes text) {
  const std::optional<int64_t> value = database_number(cx, text);
  if (!value) return std::nullopt;
  if (*value >= 0 && *value < cx.server.options.current().databases)
    return static_cast<int>(*value);
  cx.reply.error(err::kDbIndex);
  return std::nullopt;
}

bool expiry_option(Bytes name, ExpiryArgument* argument) {
  struct Option {
    Bytes name;
    int64_t scale;
    bool relative;
  };
  constexpr Option kOptions[] = {
      {"ex", 1000, true}, {"px", 1, true}, {"exat", 1000, false}, {"pxat", 1, false}};
  for (const Option& option : kOptions) {
    if (!equal_ignore_case(name, option.name)) continue;
    argument->scale = option.scale;
    argument->relative = option.relative;
    return true;
  }
  return false;
}

std::optional<int64_t> expiry_argument(Context& cx, const ExpiryArgument& argument) {
  const std::optional<int64_t> time = integer_argument(cx, argument.text);
  if (!time) return std::nullopt;
  int64_t expiry_ms = 0;
  if (*time <= 0 || __builtin_mul_overflow(*time, argument.scale, &expiry_ms) ||
      __builtin_add_overflow(expiry_ms, argument.relative ? cx.keys.now_ms() : 0, &expiry_ms)) {
    reply_invalid_expire_time(cx);
    return std::nullopt;
  }
  return expiry_ms;
}

std::optional<int64_t> timeout_argument(Context& cx, Bytes text) {
  const std::optional<int64_t> timeout_ms = integer_argument(cx, text, err::kTimeoutNotInteger);
  if (!timeout_ms || *timeout_ms >= 0) return timeout_ms;
  cx.reply.error(err::kTimeoutNegative);
  return std::nullopt;
}

int64_t add_ms(int64_t time_ms, int64_t more_ms) {
  int64_t sum = 0;
  return __builtin_add_overflow(time_ms, more_ms, &sum) ? INT64_MAX : sum;
}

void reply_subcommand_syntax(Context& cx, Args args) {
  constexpr int kShownMax = 128;  // bytes, as Redis
  const std::string container = to_upper(cx.spec.name.substr(0, cx.spec.name.find('|')));
  cx.reply.error_format(err::kSubcommandSyntax, std::min(shown_size(args[1]), kShownMax),
                        args[1].data(), container.c_str());
}

void reply_invalid_expire_time(Context& cx) {
  cx.reply.error_format(err::kExpireTime, static_cast<int>(cx.spec.name.size()),
                        cx.spec.name.data());
}

void reply_wrong_arity(Context& cx) {
  cx.reply.error_format(err::kWrongArity, static_cast<int>(cx.spec.name.size()),
                        cx.spec.name.data());
}

void reply_help(Context& cx, std::span<const Bytes> lines) {
  const Bytes container = cx.spec.name.substr(0, cx.spec.name.find('|'));
  cx.reply.array(lines.size() + 3);
  cx.reply.simple(to_upper(container) +
                  " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  for (Bytes line : lines) cx.reply.simple(line);
  cx.reply.simple("HELP");
  cx.reply.simple("    Prints this help.");
}

Written put_string(Context& cx, Args args, const Key& key, Found found, Bytes word,
                   int64_t expiry_ms, Event event) {
  Value value = string_value(word);
  LongWord* const kept = args.long_word(word);
  if (kept == nullptr) [[likely]]
    return cx.keys.put(key, found, value, expiry_ms, event);
  // MONITOR shows all of it afterwards, when another word of the command may have overwritten it.
  const bool takes = cx.keys.at(key).takes_blocks_of(large_allocator(AllocatorKind::kPooled)) &&
                     !cx.server.monitors.any();
  if (takes) value.block_bytes = word.size();
  const Written result = cx.keys.put(key, found, value, expiry_ms, event);
  if (takes && result == Written::kOk) kept->take();
  return result;
}

bool may_reply_more(Context& cx) {
  const int64_t most = cx.server.options.current().output_limit_normal.hard;
  Output& output = cx.reply.output();
  if (most <= 0 || static_cast<int64_t>(output.heap_bytes()) <= most) return true;
  output.cut();
  return false;
}

Bytes type_name(Type type) {
  switch (type) {
    case Type::kString:
      return "string";
    case Type::kList:
      return "list";
    case Type::kSet:
      return "set";
    case Type::kZset:
      return "zset";
    case Type::kHash:
      return "hash";
    case Type::kStream:
      return "stream";
  }
  CHECK_EQ(static_cast<int>(type), -1);
  return {};
}

Bytes encoding_name(Encoding encoding) {
  constexpr Bytes kNames[] = {"int",    "embstr",    "raw",      "listpack", "hashtable",
                              "intset", "quicklist", "skiplist", "stream"};
  return kNames[static_cast<size_t>(encoding)];
}

}  // namespace cobnut
