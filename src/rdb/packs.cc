#include "rdb/packs.h"

#include "rdb/reader.h"

namespace cobnut::rdb {
namespace {

using listpack::Value;

constexpr uint8_t kPackEnd = 0xff;

Value integer_value_of(int64_t integer) { return {.integer = integer, .is_integer = true}; }

// -- ziplist

constexpr uint8_t kLongPrevious = 0xfe;          // 4 bytes of length follow
constexpr uint16_t kZiplistManyEntries = 65535;  // in the header: walk to know
constexpr size_t kZiplistHeaderBytes = 10;

Value ziplist_text(Reader& in, size_t bytes) { return {.bytes = in.raw(bytes)}; }

int64_t ziplist_int24(Reader& in) {
  const uint32_t low = in.fixed<uint16_t>();
  return static_cast<int8_t>(in.byte()) * (1 << 16) + static_cast<int32_t>(low);
}

Value ziplist_value(Reader& in) {
  const uint8_t encoding = in.byte();
  switch (encoding >> 6) {
    case 0:
      return ziplist_text(in, encoding & 63);
    case 1:
      return ziplist_text(in, static_cast<size_t>(encoding & 63) << 8 | in.byte());
    case 2:
      if (encoding != 0x80) break;
      return ziplist_text(in, __builtin_bswap32(in.fixed<uint32_t>()));
    default:
      break;
  }
  switch (encoding) {
    case 0xc0:
      return integer_value_of(in.fixed<int16_t>());
    case 0xd0:
      return integer_value_of(in.fixed<int32_t>());
    case 0xe0:
      return integer_value_of(in.fixed<int64_t>());
    case 0xf0:
      return integer_value_of(ziplist_int24(in));
    case 0xfe:
      return integer_value_of(in.fixed<int8_t>());
    default:  // 0xf1 to 0xfd stand for 0 to 12
      if (encoding < 0xf1 || encoding > 0xfd) in.fail();
      return integer_value_of(encoding - 0xf1);
  }
}

// -- zipmap

constexpr uint8_t kZipmapLong = 254;  // a length of 4 bytes follows; as the first byte: many pairs

size_t zipmap_length(Reader& in, uint8_t first) {
  if (first == kPackEnd) in.fail();
  return first == kZipmapLong ? in.fixed<uint32_t>() : first;
}

template <typename Integer>
bool visit_integers(Reader& in, size_t count, const Visit& visit) {
  int64_t before = 0;
  for (size_t i = 0; i < count; i++) {
    const int64_t integer = in.fixed<Integer>();
    if (i > 0 && integer <= before) return false;
    if (!visit(integer_value_of(integer))) return false;
    before = integer;
  }
  return true;
}

}  // namespace

bool visit_ziplist(Bytes pack, const Visit& visit) {
  Reader in(pack);
  const uint32_t total = in.fixed<uint32_t>();
  const uint32_t tail = in.fixed<uint32_t>();
  const uint16_t stored_count = in.fixed<uint16_t>();
  if (in.failed() || total != pack.size()) return false;
  size_t count = 0, last = kZiplistHeaderBytes, previous_bytes = 0;
  for (;;) {
    const size_t left = in.left();
    const uint8_t first = in.byte();
    if (in.failed()) return false;
    if (first == kPackEnd) break;
    last = pack.size() - left;
    if ((first == kLongPrevious ? in.fixed<uint32_t>() : first) != previous_bytes) return false;
    const Value value = ziplist_value(in);
    if (in.failed() || !visit(value)) return false;
    previous_bytes = left - in.left();
    count++;
  }
  return in.left() == 0 && tail == last &&
         (stored_count == count || stored_count == kZiplistManyEntries);
}

bool visit_zipmap(Bytes pack, const Visit& visit) {
  Reader in(pack);
  const uint8_t stored_count = in.byte();
  size_t count = 0;
  for (;;) {
    const uint8_t first = in.byte();
    if (in.failed()) return false;
    if (first == kPackEnd) break;
    const Value key{.bytes = in.raw(zipmap_length(in, first))};
    const size_t value_bytes = zipmap_length(in, in.byte());
    const uint8_t unused_bytes = in.byte();
    const Value value{.bytes = in.raw(value_bytes)};
    in.raw(unused_bytes);
    if (in.failed() || !visit(key) || !visit(value)) return false;
    count++;
  }
  return in.left() == 0 && (stored_count == count || stored_count >= kZipmapLong);
}

bool visit_intset(Bytes pack, const Visit& visit) {
  Reader in(pack);
  const uint32_t bytes_each = in.fixed<uint32_t>();
  const uint32_t count = in.fixed<uint32_t>();
  if (in.failed() || in.left() != uint64_t{bytes_each} * count) return false;
  switch (bytes_each) {
    case 2:
      return visit_integers<int16_t>(in, count, visit);
    case 4:
      return visit_integers<int32_t>(in, count, visit);
    case 8:
      return visit_integers<int64_t>(in, count, visit);
    default:
      return false;
  }
}

bool visit_listpack(Bytes pack, const Visit& visit) {
  if (!listpack::valid(pack)) return false;
  const listpack::View view(pack);
  for (size_t at = view.first(); at != view.end();)
    if (!visit(view.read(&at))) return false;
  return true;
}

}  // namespace cobnut::rdb
