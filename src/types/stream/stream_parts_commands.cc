#include "types/stream/stream_parts_commands.h"

#include "base/text.h"
#include "command/support.h"

namespace cobnut {
namespace {

std::optional<StreamId> with_error(Context& cx, std::optional<StreamId> id) {
  if (!id) cx.reply.error(err::kStreamId);
  return id;
}

}  // namespace

std::optional<StreamId> stream_id_argument(Context& cx, Bytes text, uint64_t missing_seq) {
  return with_error(cx, parse_stream_id(text, missing_seq));
}

std::optional<StreamId> any_stream_id_argument(Context& cx, Bytes text, uint64_t missing_seq) {
  if (text == "-") return kStreamIdMin;
  if (text == "+") return kStreamIdMax;
  return stream_id_argument(cx, text, missing_seq);
}

std::optional<std::vector<StreamId>> stream_id_arguments(Context& cx,
                                                         std::span<const Bytes> words) {
  std::vector<StreamId> ids;
  ids.reserve(words.size());
  for (const Bytes word : words) {
    const std::optional<StreamId> id = stream_id_argument(cx, word);
    if (!id) return std::nullopt;
    ids.push_back(*id);
  }
  return ids;
}

std::optional<StreamId> interval_start(Context& cx, Bytes text) {
  const bool open = text.size() > 1 && text[0] == '(';
  if (!open) return any_stream_id_argument(cx, text, 0);
  const std::optional<StreamId> id = stream_id_argument(cx, text.substr(1), 0);
  if (!id || *id != kStreamIdMax) return id ? std::optional(id->next()) : id;
  cx.reply.error(err::kIntervalStart);
  return std::nullopt;
}

std::optional<StreamId> interval_end(Context& cx, Bytes text) {
  const bool open = text.size() > 1 && text[0] == '(';
  if (!open) return any_stream_id_argument(cx, text, UINT64_MAX);
  const std::optional<StreamId> id = stream_id_argument(cx, text.substr(1), UINT64_MAX);
  if (!id || !id->zero()) return id ? std::optional(id->previous()) : id;
  cx.reply.error(err::kIntervalEnd);
  return std::nullopt;
}

void reply_stream_id(Context& cx, StreamId id) {
  char text[kStreamIdTextMax];
  cx.reply.bulk({text, format_stream_id(id, text)});
}

void reply_stream_entry(Context& cx, const StreamEntry& entry, StreamIdText& ids) {
  cx.reply.array(2);
  cx.reply.bulk(ids.of(entry.id));
  cx.reply.array(2 * entry.fields());
  entry.for_each([&](Bytes field, const listpack::Value& value) {
    cx.reply.bulk(field);
    value.is_integer ? cx.reply.bulk_integer(value.integer) : cx.reply.bulk(value.bytes);
  });
}

bool find_stream(Context& cx, const Key& key, StreamValue** stream) {
  const Found found = cx.keys.find(key);
  if (!type_or_absent(cx, found, Type::kStream)) return false;
  *stream = stream_of(found);
  return true;
}

bool edit_stream(Context& cx, const Key& key, StreamValue** stream) {
  const Found found = cx.keys.edit(key);
  if (!type_or_absent(cx, found, Type::kStream)) return false;
  *stream = stream_of(found);
  return true;
}

bool put_stream(Context& cx, const Key& key, StreamValue* stream, Event event) {
  const Value value{.type = Type::kStream, .encoding = Encoding::kStream, .collection = stream};
  const Written result = cx.keys.put(key, cx.keys.edit(key), value, kNoExpiry, event);
  if (result != Written::kOk) cx.keys.at(key).heap().discard(stream);
  return written(cx, result);
}

void reply_no_group(Context& cx, const char* format, Bytes a, Bytes b) {
  cx.reply.error_format(format, shown_size(a), a.data(), shown_size(b), b.data());
}

std::optional<StreamReferences> stream_references(Bytes word) {
  if (equal_ignore_case(word, "keepref")) return StreamReferences::kKeep;
  if (equal_ignore_case(word, "delref")) return StreamReferences::kDelete;
  if (equal_ignore_case(word, "acked")) return StreamReferences::kAcknowledged;
  return std::nullopt;
}

std::optional<DeleteArguments> delete_arguments(Context& cx, std::span<const Bytes> words) {
  DeleteArguments arguments;
  bool references_given = false;
  std::span<const Bytes> ids;
  for (size_t i = 0; i < words.size(); i++) {
    if (equal_ignore_case(words[i], "ids") && i + 1 < words.size()) {
      const std::optional<int64_t> count = integer_argument(cx, words[++i], err::kNumids);
      if (!count) return std::nullopt;
      if (*count < 1) return nothing(cx, err::kNumids);
      if (static_cast<uint64_t>(*count) > words.size() - i - 1)
        return nothing(cx, err::kNumidsMismatch);
      ids = words.subspan(i + 1, static_cast<size_t>(*count));
      i += ids.size();
      continue;
    }
    const std::optional<StreamReferences> references = stream_references(words[i]);
    if (!references || references_given) return nothing(cx, err::kSyntax);
    arguments.references = *references;
    references_given = true;
  }
  if (ids.empty()) return nothing(cx, err::kIdsRequired);
  std::optional<std::vector<StreamId>> parsed = stream_id_arguments(cx, ids);
  if (!parsed) return std::nullopt;
  arguments.ids = std::move(*parsed);
  return arguments;
}

}  // namespace cobnut
