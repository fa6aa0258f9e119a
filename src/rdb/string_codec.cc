#include "base/numbers.h"
#include "rdb/codec.h"

namespace cobnut::rdb {
namespace {

bool save_string(Writer& out, const Entry& entry, int64_t) {
  out.type(ValueType::kString);
  entry.encoding() == Encoding::kInt ? out.integer_text(entry.integer()) : out.text(entry.bytes());
  return true;
}

void digest_string(Digest& digest, const Entry& entry, int64_t) {
  char digits[kIntTextMax];
  digest.mix(entry.text(digits));
}

bool load_string(Reader& in, ValueType, const Options&, Loaded& loaded) {
  const Bytes text = in.text(&loaded.bytes);
  loaded.value = string_value(text);
  return !in.failed();
}

}  // namespace

const Codec kStringCodec = {
    .type = Type::kString,
    .reads = reads({ValueType::kString}),
    .save = save_string,
    .digest = digest_string,
    .load = load_string,
};

}  // namespace cobnut::rdb
