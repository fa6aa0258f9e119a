// BITFIELD: integers of 1 to 64 bits at any bit of a string. Redis 7.0.15's replies and texts.
#include <algorithm>

#include "command/well_formed.h"
#include "types/bitmap/bit_support_commands.h"
#include "types/bitmap/bits.h"

namespace cobnut {
namespace {

using Wide = __int128;  // any sum of two integers of 64 bits

enum class Overflow : uint8_t { kWrap, kSaturate, kFail };

struct FieldType {
  bool is_signed;
  unsigned bits;

  Wide min() const { return is_signed ? -(Wide{1} << (bits - 1)) : 0; }
  Wide max() const { return (Wide{1} << (is_signed ? bits - 1 : bits)) - 1; }
  // The low bits of a number, as a number of this type.
  int64_t truncated(uint64_t value) const {
    const unsigned unused = 64 - bits;
    if (is_signed) return static_cast<int64_t>(value << unused) >> unused;
    return static_cast<int64_t>(value << unused >> unused);
  }
};

struct Operation {
  enum Kind : uint8_t { kGet, kSet, kIncrby } kind;
  FieldType type;
  Overflow overflow;
  uint64_t offset;  // of the first bit
  int64_t operand;
};

std::optional<FieldType> type_argument(Context& cx, Bytes word) {
  if (!word.empty() && (word[0] == 'i' || word[0] == 'u')) {
    const bool is_signed = word[0] == 'i';
    const std::optional<int64_t> bits = parse_int(word.substr(1));
    if (bits && *bits >= 1 && *bits <= (is_signed ? 64 : 63))
      return FieldType{is_signed, static_cast<unsigned>(*bits)};
  }
  cx.reply.error(err::kBitfieldType);
  return std::nullopt;
}

// "100": a bit; "#100": so many fields of this type.
std::optional<uint64_t> field_offset_argument(Context& cx, Bytes word, unsigned bits) {
  const bool counts_fields = !word.empty() && word[0] == '#';
  std::optional<int64_t> offset = parse_int(counts_fields ? word.substr(1) : word);
  int64_t product = 0;
  if (offset && counts_fields) {
    if (__builtin_mul_overflow(*offset, static_cast<int64_t>(bits), &product)) {
      offset.reset();
    } else {
      offset = product;
    }
  }
  return bit_offset_argument(cx, offset);
}

// Reads the operations one after the other; twice, so that none is run when a later one is wrong.
class Parser {
 public:
  explicit Parser(std::span<const Bytes> words) : words_(words) {}

  // False: the end, or an error, which is replied.
  bool next(Context& cx, Operation* operation) {
    while (at_ < words_.size()) {
      const Bytes name = words_[at_];
      const size_t left = words_.size() - at_ - 1;
      if (equal_ignore_case(name, "overflow") && left >= 1) {
        if (!read_overflow(words_[at_ + 1])) return fail(cx, err::kOverflowType);
        at_ += 2;
        continue;
      }
      if (equal_ignore_case(name, "get") && left >= 2) {
        operation->kind = Operation::kGet;
      } else if (equal_ignore_case(name, "set") && left >= 3) {
        operation->kind = Operation::kSet;
      } else if (equal_ignore_case(name, "incrby") && left >= 3) {
        operation->kind = Operation::kIncrby;
      } else {
        return fail(cx, err::kSyntax);
      }
      return read(cx, operation);
    }
    return false;
  }
  bool failed() const { return failed_; }

 private:
  bool fail(Context& cx, Bytes error) {
    cx.reply.error(error);
    failed_ = true;
    return false;
  }
  bool read_overflow(Bytes word) {
    if (equal_ignore_case(word, "wrap")) {
      overflow_ = Overflow::kWrap;
    } else if (equal_ignore_case(word, "sat")) {
      overflow_ = Overflow::kSaturate;
    } else if (equal_ignore_case(word, "fail")) {
      overflow_ = Overflow::kFail;
    } else {
      return false;
    }
    return true;
  }
  bool read(Context& cx, Operation* operation) {
    failed_ = true;  // until all of it was read
    const std::optional<FieldType> type = type_argument(cx, words_[at_ + 1]);
    if (!type) return false;
    const std::optional<uint64_t> offset = field_offset_argument(cx, words_[at_ + 2], type->bits);
    if (!offset) return false;
    operation->type = *type;
    operation->overflow = overflow_;
    operation->offset = *offset;
    at_ += 3;
    if (operation->kind != Operation::kGet) {
      const std::optional<int64_t> operand = integer_argument(cx, words_[at_++]);
      if (!operand) return false;
      operation->operand = *operand;
    }
    failed_ = false;
    return true;
  }

  std::span<const Bytes> words_;
  size_t at_ = 0;
  Overflow overflow_ = Overflow::kWrap;
  bool failed_ = false;
};

int64_t read_field(Bytes text, const Operation& operation) {
  return operation.type.truncated(read_bits(text, operation.offset, operation.type.bits));
}

// What is to be stored; nullopt: it would overflow, and OVERFLOW is FAIL.
std::optional<int64_t> new_value(const Operation& operation, int64_t old) {
  const FieldType& type = operation.type;
  const bool sets = operation.kind == Operation::kSet;
  // The operand of SET to an unsigned field is taken for unsigned: -1 is more than any.
  Wide value = operation.operand;
  if (sets && !type.is_signed) value = static_cast<uint64_t>(operation.operand);
  if (!sets) value += old;
  if (value >= type.min() && value <= type.max()) return static_cast<int64_t>(value);
  switch (operation.overflow) {
    case Overflow::kFail:
      return std::nullopt;
    case Overflow::kSaturate:
      return static_cast<int64_t>(value < type.min() ? type.min() : type.max());
    case Overflow::kWrap:
      break;
  }
  return type.truncated(static_cast<uint64_t>(value));
}

// SET or INCRBY; true: the string is another now.
bool write_field(Context& cx, char* data, size_t bytes, const Operation& operation) {
  const int64_t old = read_field({data, bytes}, operation);
  const std::optional<int64_t> value = new_value(operation, old);
  if (!value) {
    cx.reply.null();
    return false;
  }
  write_bits(data, operation.offset, operation.type.bits, static_cast<uint64_t>(*value));
  cx.reply.integer(operation.kind == Operation::kSet ? old : *value);
  return *value != old;
}

struct Plan {
  size_t operations = 0;
  size_t write_bytes = 0;  // how long the string must be for all writes; 0: there are none
};
// False: an error is replied.
bool look_ahead(Context& cx, std::span<const Bytes> words, Plan* plan) {
  Parser parser(words);
  Operation operation;
  while (parser.next(cx, &operation)) {
    plan->operations++;
    if (operation.kind == Operation::kGet) continue;
    const uint64_t last = operation.offset + operation.type.bits - 1;
    plan->write_bytes = std::max<size_t>(plan->write_bytes, (last >> 3) + 1);
  }
  return !parser.failed();
}

void read_fields(Context& cx, Args args, const Plan& plan) {
  const Found found = cx.keys.find(args.key());
  if (!string_or_absent(cx, found)) return;
  char digits[kIntTextMax];
  const Bytes text = found ? found->text(digits) : Bytes();
  cx.reply.array(plan.operations);
  Parser parser(args.words().subspan(2));
  Operation operation;
  while (parser.next(cx, &operation)) cx.reply.integer(read_field(text, operation));
}

void cmd_bitfield(Context& cx, Args args) {
  const std::span<const Bytes> words = args.words().subspan(2);
  Plan plan;
  if (!look_ahead(cx, words, &plan)) return;
  if (plan.write_bytes == 0) return read_fields(cx, args, plan);
  const Key key = args.key();
  const Found found = cx.keys.edit(key);
  if (!string_or_absent(cx, found)) return;
  bool grew = false;
  char* data = string_for_bits(cx, key, found, plan.write_bytes, &grew);
  if (data == nullptr) return;
  // Fields may lie behind what is written to.
  const size_t bytes = cx.keys.peek(key)->bytes().size();
  cx.reply.array(plan.operations);
  bool changed = grew;
  Parser parser(words);
  Operation operation;
  while (parser.next(cx, &operation)) {
    if (operation.kind == Operation::kGet) {
      cx.reply.integer(read_field({data, bytes}, operation));
    } else {
      changed |= write_field(cx, data, bytes, operation);
    }
  }
  if (changed) cx.keys.at(key).committed(cx.keys.db(), key, Event::kSetbit);
}

void cmd_bitfield_ro(Context& cx, Args args) {
  Plan plan;
  if (!look_ahead(cx, args.words().subspan(2), &plan)) return;
  if (plan.write_bytes != 0) return cx.reply.error(err::kBitfieldReadonly);
  read_fields(cx, args, plan);
}

// COMMAND GETKEYSANDFLAGS: of a request that only reads, and of all others, the malformed included.
std::string_view bitfield_key_flags(Args args) {
  const std::span<const Bytes> words = args.words();
  for (size_t i = 2; i < words.size();) {
    if (equal_ignore_case(words[i], "get") && words.size() - i > 2) {
      i += 3;
    } else if (equal_ignore_case(words[i], "overflow") && words.size() - i > 1) {
      i += 2;
    } else {
      return "RW access update";
    }
  }
  return "RO access";
}

constexpr CommandSpec kTable[] = {
    {.name = "bitfield",
     .run = cmd_bitfield,
     .arity = -2,
     .flags = kWrite | kDenyOom,
     .keys = {1, 1, 1},
     .key_flags = "RW access update variable_flags",
     .key_flags_of = bitfield_key_flags,
     .route = Route::kKeys,
     .acl = "@bitmap",
     .group = "bitmap",
     .since = "3.2.0",
     .complexity = "O(1) for each operation",
     .summary = "Reads and changes integers of any width at any bits of a string.",
     .syntax =
         "key [operation{GET encoding_offset{encoding offset} | write{[OVERFLOW wrap_sat_fail{WRAP "
         "| SAT | FAIL}] write_operation{SET encoding_offset_value{encoding offset value:integer} "
         "| INCRBY encoding_offset_increment{encoding offset increment:integer}}}}...]"},
    {.name = "bitfield_ro",
     .run = cmd_bitfield_ro,
     .arity = -2,
     .flags = kReadonly | kFast,
     .keys = {1, 1, 1},
     .key_flags = "RO access",
     .route = Route::kKeys,
     .acl = "@bitmap",
     .group = "bitmap",
     .since = "6.0.0",
     .complexity = "O(1) for each operation",
     .summary = "Reads integers of any width at any bits of a string.",
     .syntax = "key [GET... encoding_offset{encoding offset}]"},
};
static_assert(well_formed(kTable));

}  // namespace

extern const std::span<const CommandSpec> kBitfieldCommands;  // commands/families.h
constinit const std::span<const CommandSpec> kBitfieldCommands{kTable};

}  // namespace cobnut
