#include "commands/command_docs.h"

#include <vector>

#include "base/check.h"
#include "command/syntax.h"
#include "command/table.h"

namespace cobnut {
namespace {

void reply_pair(Reply& reply, Bytes name, Bytes value) {
  reply.bulk(name);
  reply.bulk(value);
}

void reply_words(Reply& reply, Bytes name, std::span<const Bytes> words) {
  reply.bulk(name);
  reply.set(words.size());
  for (const Bytes word : words) reply.simple(word);
}

std::vector<Bytes> flags_of(const Argument& argument) {
  std::vector<Bytes> flags;
  if (argument.optional) flags.emplace_back("optional");
  if (argument.multiple) flags.emplace_back("multiple");
  if (argument.multiple_token) flags.emplace_back("multiple_token");
  return flags;
}

void reply_arguments(Reply& reply, std::span<const Argument> arguments);

// Only the fields that say something; their number comes first.
void reply_argument(Reply& reply, const Argument& argument) {
  const std::vector<Bytes> flags = flags_of(argument);
  size_t fields = 2;
  fields += argument.key_spec >= 0;
  fields += argument.token.has_value();
  fields += !argument.since.empty();
  fields += !argument.deprecated_since.empty();
  fields += !flags.empty();
  fields += !argument.arguments.empty();
  reply.map(fields);
  reply_pair(reply, "name", argument.name);
  reply_pair(reply, "type", argument.type);
  if (argument.key_spec >= 0) {
    reply.bulk("key_spec_index");
    reply.integer(argument.key_spec);
  }
  if (argument.token) reply_pair(reply, "token", *argument.token);
  if (!argument.since.empty()) reply_pair(reply, "since", argument.since);
  if (!argument.deprecated_since.empty())
    reply_pair(reply, "deprecated_since", argument.deprecated_since);
  if (!flags.empty()) reply_words(reply, "flags", flags);
  if (!argument.arguments.empty()) reply_arguments(reply, argument.arguments);
}

void reply_arguments(Reply& reply, std::span<const Argument> arguments) {
  reply.bulk("arguments");
  reply.array(arguments.size());
  for (const Argument& argument : arguments) reply_argument(reply, argument);
}

// Lines of a version, a blank and a note.
void reply_history(Reply& reply, Bytes history) {
  std::vector<Bytes> lines;
  while (!history.empty()) {
    const size_t end = history.find('\n');
    lines.push_back(history.substr(0, end));
    history.remove_prefix(end + 1);
  }
  reply.bulk("history");
  reply.set(lines.size());
  for (const Bytes line : lines) {
    const size_t blank = line.find(' ');
    reply.array(2);
    reply.bulk(line.substr(0, blank));
    reply.bulk(blank == Bytes::npos ? Bytes() : line.substr(blank + 1));
  }
}

void reply_document(Reply& reply, const CommandSpec& spec) {
  Result<std::vector<Argument>> arguments = parse_syntax(spec.syntax);
  CHECK(arguments.ok());  // a test reads all rows
  std::vector<Bytes> flags;
  if (!spec.deprecated_since.empty()) flags.emplace_back("deprecated");
  if (spec.flags & kSystem) flags.emplace_back("syscmd");
  const bool deprecated = !spec.deprecated_since.empty();
  size_t fields = 4;
  fields += !flags.empty();
  fields += deprecated ? 2 : 0;
  fields += !spec.history.empty();
  fields += !arguments->empty();
  fields += !spec.subcommands.empty();
  reply.map(fields);
  reply_pair(reply, "summary", spec.summary);
  reply_pair(reply, "since", spec.since);
  reply_pair(reply, "group", spec.group);
  reply_pair(reply, "complexity", spec.complexity);
  if (!flags.empty()) reply_words(reply, "doc_flags", flags);
  if (deprecated) {
    reply_pair(reply, "deprecated_since", spec.deprecated_since);
    reply_pair(reply, "replaced_by", spec.replaced_by);
  }
  if (!spec.history.empty()) reply_history(reply, spec.history);
  if (!arguments->empty()) reply_arguments(reply, *arguments);
  if (spec.subcommands.empty()) return;
  reply.bulk("subcommands");
  std::vector<const CommandSpec*> subcommands;
  for (const CommandSpec& subcommand : spec.subcommands) subcommands.push_back(&subcommand);
  reply_docs(reply, subcommands);
}

}  // namespace

void reply_docs(Reply& reply, std::span<const CommandSpec* const> specs) {
  reply.map(specs.size());
  for (const CommandSpec* spec : specs) {
    reply.bulk(full_name(*spec));
    reply_document(reply, *spec);
  }
}

}  // namespace cobnut
