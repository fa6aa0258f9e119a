#include "rdb/codec.h"

#include <cstring>

#include "base/check.h"
#include "keyspace/collection.h"
#include "rdb/crc64.h"

namespace cobnut::rdb {
namespace {

constexpr const Codec* kCodecs[] =  // by Type
    {&kStringCodec, &kListCodec, &kSetCodec, &kZsetCodec, &kHashCodec, &kStreamCodec};
constexpr uint8_t kValueTypeMax = 63;  // of the bits of Codec::reads

const Codec* codec_that_reads(uint8_t type) {
  if (type > kValueTypeMax) return nullptr;
  for (const Codec* codec : kCodecs)
    if (codec->reads & uint64_t{1} << type) return codec;
  return nullptr;
}

}  // namespace

const Codec& codec_of(Type type) {
  const Codec& codec = *kCodecs[static_cast<size_t>(type)];
  DCHECK(codec.type == type);
  return codec;
}

Loaded::~Loaded() {
  if (value.collection != nullptr) keyspace.heap().discard(value.collection);
}

std::optional<std::string> dump(const Entry& entry, int64_t now_ms) {
  Writer out;
  if (!codec_of(entry.type()).save(out, entry, now_ms)) return std::nullopt;
  return out.finish();
}

std::optional<Bytes> checked_payload(Bytes payload) {
  if (payload.size() < kFooterBytes) return std::nullopt;
  Reader footer(payload.substr(payload.size() - kFooterBytes));
  const auto version = footer.fixed<uint16_t>();
  const Bytes summed = payload.substr(0, payload.size() - sizeof(uint64_t));
  if (!readable_version(version) || footer.fixed<uint64_t>() != crc64(0, summed))
    return std::nullopt;
  return payload.substr(0, payload.size() - kFooterBytes);
}

bool load(Bytes body, const Options& options, Loaded& loaded) {
  Reader in(body);
  const uint8_t type = in.byte();
  const Codec* codec = in.failed() ? nullptr : codec_that_reads(type);
  // Bytes behind the value are passed over, as Redis does.
  return codec != nullptr && codec->load(in, static_cast<ValueType>(type), options, loaded);
}

}  // namespace cobnut::rdb
