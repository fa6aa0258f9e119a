// All commands by name. Built once from the families' rows, before the first client; read by any
// thread. The table keeps copies of the rows, which it numbers.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "command/command.h"

namespace cobnut {

class CommandTable {
 public:
  explicit CommandTable(std::span<const std::span<const CommandSpec>> families);

  // The row of a top-level command, any case; nullptr: unknown.
  const CommandSpec* find(Bytes name) const;
  // The row that runs for these words: a subcommand's where the command is a container. For an
  // unknown subcommand the container's row (its run is null).
  const CommandSpec* resolve(std::span<const Bytes> words) const;
  // Top-level rows, in the order of their names.
  std::span<const CommandSpec* const> all() const { return sorted_; }
  // Every row, subcommands too, by its number.
  std::span<const CommandSpec> rows() const { return rows_; }

 private:
  // The first and the last eight bytes of a name in lower case, and its size: two loads and no
  // branch per letter. What lies between them, in names above 16 bytes, is compared as text.
  struct Packed {
    uint64_t head = 0, tail = 0;
    size_t size = 0;
    bool operator==(const Packed&) const = default;
  };
  static Packed pack(Bytes name);
  static size_t bucket(const Packed& packed);

  struct Bucket {
    Packed name;
    const CommandSpec* spec = nullptr;
  };
  static constexpr size_t kBuckets = 1024;  // about 250 names: a second step is rare
  void add(const CommandSpec* spec);
  const CommandSpec* probe(Bytes name, const Packed& packed, size_t at) const;  // from bucket `at`
  static const CommandSpec* subcommand(const CommandSpec& container, Bytes name);

  std::vector<CommandSpec> rows_;  // never grows after construction
  std::vector<Bucket> buckets_;
  std::vector<const CommandSpec*> sorted_;
};

// The table of this process. Set by the composition root (or a test) before the first command.
const CommandTable& command_table();
void set_command_table(const CommandTable* table);

// The name as errors print it: "get", "client|list".
std::string_view full_name(const CommandSpec& spec);
bool arity_matches(const CommandSpec& spec, size_t words);

// The keys of a request that has the right arity.
KeyRange key_range_by_rule(const KeySpec& keys, std::span<const Bytes> words);
inline KeyRange key_range(const CommandSpec& spec, std::span<const Bytes> words) {
  if (spec.keys.first == 1 && spec.keys.last == 1) return {1, 1, 1};  // most commands
  return key_range_by_rule(spec.keys, words);
}

}  // namespace cobnut
