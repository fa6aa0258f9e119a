#include "types/listpack/listpack.h"

#include <algorithm>

#include "base/check.h"

namespace cobnut::listpack {
namespace {

constexpr unsigned char kText32 = 0xf0;
constexpr unsigned char kInt16 = 0xf1;
constexpr unsigned char kInt24 = 0xf2;
constexpr unsigned char kInt32 = 0xf3;
constexpr unsigned char kInt64 = 0xf4;
constexpr int kLengthBytesMax = 5;

unsigned char byte_at(const char* at) { return static_cast<unsigned char>(*at); }

// Bytes of the length behind an entry. The limits are Redis's: one less than 7 bits a byte would
// hold.
size_t length_bytes(size_t length) {
  if (length <= 127) return 1;
  if (length < 16383) return 2;
  if (length < 2097151) return 3;
  return length < 268435455 ? 4 : 5;
}

// The most significant 7 bits first; all bytes but the first have their high bit set.
char* write_length(char* to, size_t length) {
  const size_t bytes = length_bytes(length);
  for (size_t i = bytes; i-- > 0; length >>= 7)
    to[i] = static_cast<char>((length & 127) | (i == 0 ? 0 : 128));
  return to + bytes;
}

// The length that ends before `end`, and where it begins. False: longer than any.
bool read_length(const char* begin, const char* end, size_t* length, const char** from) {
  *length = 0;
  for (int i = 0; i < kLengthBytesMax && end > begin; i++) {
    const unsigned char byte = byte_at(--end);
    *length |= static_cast<size_t>(byte & 127) << (7 * i);
    if (byte < 128) {
      *from = end;
      return true;
    }
  }
  return false;
}

template <typename Integer>
Integer load(const char* from) {
  Integer value;
  memcpy(&value, from, sizeof(value));
  return value;
}

// 2, 3, 4 or 8 bytes of a little-endian integer, its sign extended.
int64_t read_integer(const char* from, int bytes) {
  switch (bytes) {
    case 2:
      return load<int16_t>(from);
    case 3:
      return load<int8_t>(from + 2) * (1 << 16) + load<uint16_t>(from);
    case 4:
      return load<int32_t>(from);
    default:
      return load<int64_t>(from);
  }
}

struct Text {
  size_t head_bytes;
  size_t bytes;
};
// Of an entry whose first byte names a text.
Text text_at(const char* entry) {
  const unsigned char first = byte_at(entry);
  if (first < 0xc0) return {1, size_t{first} & 63};
  if (first < 0xf0) return {2, (size_t{first} & 15) << 8 | byte_at(entry + 1)};
  uint32_t bytes;
  memcpy(&bytes, entry + 1, sizeof(bytes));
  return {5, bytes};
}

// Bytes of the encoding and what is in it besides a text's own bytes; 0: no such encoding.
size_t head_bytes(unsigned char first) {
  if (first < 0xc0) return 1;
  if (first < 0xf0) return 2;
  switch (first) {
    case kText32:
      return 5;
    case kInt16:
      return 3;
    case kInt24:
      return 4;
    case kInt32:
      return 5;
    case kInt64:
      return 9;
    default:
      return 0;
  }
}

}  // namespace

int compare(const Value& value, Bytes text) {
  char digits[kIntTextMax];
  return value.text(digits).compare(text);
}

// -- elements

size_t text_entry_bytes(size_t size) {
  if (size > kTextMax) return UINT32_MAX;
  const size_t length = size + (size < 64 ? 1 : size < 4096 ? 2 : 5);
  return length + length_bytes(length);
}

void Element::encode(int64_t integer) {
  const auto put = [&](unsigned char first, uint8_t bytes) {
    head_[0] = static_cast<char>(first);
    memcpy(head_ + 1, &integer, 8);  // little-endian; the rest is not used
    head_bytes_ = static_cast<uint8_t>(1 + bytes);
  };
  if (integer >= 0 && integer <= 127) {
    put(static_cast<unsigned char>(integer), 0);
  } else if (integer >= -4096 && integer <= 4095) {
    const auto bits = static_cast<uint64_t>(integer) & 8191;
    head_[0] = static_cast<char>(0xc0 | bits >> 8);
    head_[1] = static_cast<char>(bits & 255);
    head_bytes_ = 2;
  } else if (integer >= INT16_MIN && integer <= INT16_MAX) {
    put(kInt16, 2);
  } else if (integer >= -(1 << 23) && integer < 1 << 23) {
    put(kInt24, 3);
  } else if (integer >= INT32_MIN && integer <= INT32_MAX) {
    put(kInt32, 4);
  } else {
    put(kInt64, 8);
  }
  bytes_ = head_bytes_ + 1u;
}

void Element::encode_text(Bytes text) {
  const size_t size = text.size();
  if (size > kTextMax) {
    head_[0] = kEnd;
    head_bytes_ = 1;
    bytes_ = UINT32_MAX;
    return;
  }
  tail_ = text;
  if (size < 64) {
    head_[0] = static_cast<char>(0x80 | size);
    head_bytes_ = 1;
  } else if (size < 4096) {
    head_[0] = static_cast<char>(0xe0 | size >> 8);
    head_[1] = static_cast<char>(size & 255);
    head_bytes_ = 2;
  } else {
    const auto size32 = static_cast<uint32_t>(size);
    head_[0] = static_cast<char>(kText32);
    memcpy(head_ + 1, &size32, sizeof(size32));
    head_bytes_ = 5;
  }
  bytes_ = static_cast<uint32_t>(text_entry_bytes(size));
}

char* Element::write(char* to) const {
  // What is behind is written next or is the end of the pack: heads of one byte need no call.
  to[0] = head_[0];
  if (head_bytes_ > 1) memcpy(to + 1, head_ + 1, head_bytes_ - 1u);
  to += head_bytes_;
  if (!tail_.empty()) memcpy(to, tail_.data(), tail_.size());
  return write_length(to + tail_.size(), head_bytes_ + tail_.size());
}

// -- views

size_t internal::long_entry_bytes(const char* entry) {
  const Text text = text_at(entry);
  const size_t length = text.head_bytes + text.bytes;
  return length + length_bytes(length);
}

size_t View::count_by_walk() const {
  size_t count = 0;
  for (size_t at = first(); at != end(); at = next(at)) count++;
  return count;
}

size_t View::previous(size_t at) const {
  if (at == kHeaderBytes) return kNone;
  size_t length = 0;
  const char* from = nullptr;
  CHECK(read_length(data_ + kHeaderBytes, data_ + at, &length, &from));
  return static_cast<size_t>(from - data_) - length;
}

size_t View::at(int64_t index) const {
  const size_t counted = stored_count();
  if (counted != kCountUnknown) {
    const auto count = static_cast<int64_t>(counted);
    if (index >= count || index < -count) return kNone;
    if (index >= 0 && index > count / 2) index -= count;
    if (index < -(count / 2) - 1) index += count;
  }
  if (index >= 0) {
    size_t at = first();
    const size_t behind = end();
    for (; index > 0 && at != behind; index--) at = next(at);
    return at != behind ? at : kNone;
  }
  size_t at = previous(end());
  for (; index < -1 && at != kNone; index++) at = previous(at);
  return at;
}

Value View::read(size_t* at) const {
  const char* entry = data_ + *at;
  const unsigned char first = byte_at(entry);
  const size_t bytes = internal::kEntryBytes.of[first];
  *at += bytes;
  if (first < 0x80) return {.integer = first, .is_integer = true};
  if (first < 0xc0) return {.bytes = {entry + 1, size_t{first} & 63}};
  if (first < 0xe0) {
    const auto bits = (uint64_t{first} & 31) << 8 | byte_at(entry + 1);
    return {.integer = static_cast<int64_t>(bits << 51) >> 51, .is_integer = true};
  }
  if (bytes != 0) {
    return {.integer = read_integer(entry + 1, static_cast<int>(bytes) - 2), .is_integer = true};
  }
  const Text text = text_at(entry);
  const size_t length = text.head_bytes + text.bytes;
  *at += length + length_bytes(length);
  return {.bytes = {entry + text.head_bytes, text.bytes}};
}

size_t View::find(const Element& element, size_t from, size_t skip) const {
  const char* at = data_ + from;
  const char* const end = data_ + bytes() - 1;
  while (at != end) {
    if (element.is_at(at)) return static_cast<size_t>(at - data_);
    at += internal::entry_bytes(at);
    for (size_t i = 0; i < skip && at != end; i++) at += internal::entry_bytes(at);
  }
  return kNone;
}

// -- validation

bool valid(Bytes bytes) {
  if (bytes.size() < kEmptyBytes || bytes.size() > kBytesMax) return false;
  const View view(bytes);
  if (view.bytes() != bytes.size() || bytes.back() != kEnd) return false;
  const char* at = bytes.data() + kHeaderBytes;
  const char* const end = bytes.data() + bytes.size() - 1;
  size_t count = 0;
  for (; at != end; count++) {
    const auto left = static_cast<size_t>(end - at);
    const unsigned char first = byte_at(at);
    // The usual text: short, and no number, since it begins with no digit and no sign.
    if ((first & 0xc0) == 0x80 && first != 0x80) {
      const size_t length = 1 + (first & 63u);
      if (length + 1 > left) return false;
      if (byte_at(at + 1) > '9') {
        if (byte_at(at + length) != length) return false;
        at += length + 1;
        continue;
      }
    }
    const size_t head = head_bytes(first);
    if (head == 0 || head > left) return false;
    const bool text = (first & 0xc0) == 0x80 || (first & 0xf0) == 0xe0 || first == kText32;
    const size_t length = head + (text ? text_at(at).bytes : 0);
    const size_t entry_bytes = length + length_bytes(length);
    if (entry_bytes > left) return false;
    // The one encoding of this element, its length included.
    size_t offset = static_cast<size_t>(at - bytes.data());
    const Value value = view.read(&offset);
    const Element element = value.is_integer ? Element(value.integer) : Element(value.bytes);
    if (element.bytes() != entry_bytes || !element.is_at(at)) return false;
    char written[kLengthBytesMax];
    write_length(written, length);
    if (memcmp(written, at + length, entry_bytes - length) != 0) return false;
    at += entry_bytes;
  }
  return view.stored_count() == kCountUnknown || view.stored_count() == count;
}

}  // namespace cobnut::listpack
