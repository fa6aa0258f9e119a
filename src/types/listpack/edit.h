// Edits of a listpack where it stands: the blob of a keyspace entry (entry_blob.h), a block of a
// collection, a std::string in tests. An edit resizes once and moves the bytes behind the place
// once.
//
// Elements and runs that are added must not view the pack itself: it may move.
#pragma once

#include <concepts>
#include <cstring>
#include <span>

#include "base/check.h"
#include "types/listpack/listpack.h"

namespace cobnut::listpack {

// Where a pack stands. resize(n) makes room for n bytes and keeps what is there of them; false: no
// memory, nothing changed. A smaller size may be refused: what is behind the pack is not looked at.
template <typename T>
concept Storage = requires(T storage, const T& constant, size_t bytes) {
  { constant.data() } -> std::convertible_to<const char*>;
  { storage.data() } -> std::convertible_to<char*>;
  { storage.resize(bytes) } -> std::same_as<bool>;
};

// Element, Run, Elements.
template <typename T>
concept Source = requires(const T& source, char* to) {
  { source.bytes() } -> std::same_as<size_t>;
  { source.count() } -> std::same_as<size_t>;
  { source.write(to) } -> std::same_as<char*>;
};

class Elements {
 public:
  explicit Elements(std::span<const Element> elements) : elements_(elements) {}
  size_t bytes() const {
    size_t bytes = 0;
    for (const Element& element : elements_) bytes += element.bytes();
    return bytes;
  }
  size_t count() const { return elements_.size(); }
  char* write(char* to) const {
    for (const Element& element : elements_) to = element.write(to);
    return to;
  }

 private:
  std::span<const Element> elements_;
};

struct Nothing {
  size_t bytes() const { return 0; }
  size_t count() const { return 0; }
  char* write(char* to) const { return to; }
};

namespace internal {
inline void write_header(char* pack, size_t bytes, size_t count) {
  const auto total = static_cast<uint32_t>(bytes);
  const auto stored = static_cast<uint16_t>(count < kCountUnknown ? count : kCountUnknown);
  memcpy(pack, &total, sizeof(total));
  memcpy(pack + 4, &stored, sizeof(stored));
}
}  // namespace internal

// A new pack of these; what stood in the storage is overwritten.
template <Storage S, Source T>
[[nodiscard]] bool create(S& storage, const T& source) {
  const size_t bytes = kEmptyBytes + source.bytes();
  if (bytes > kBytesMax || !storage.resize(bytes)) return false;
  char* pack = storage.data();
  internal::write_header(pack, bytes, source.count());
  *source.write(pack + kHeaderBytes) = kEnd;
  return true;
}

// The bytes [at, at + removed_bytes), which are `removed_count` entries, give way to the source.
// False: no memory (or above kBytesMax), nothing changed; an edit that does not grow succeeds.
template <Storage S, Source T>
[[nodiscard]] bool splice(S& storage, size_t at, size_t removed_bytes, size_t removed_count,
                          const T& source) {
  const View before(storage.data());
  const size_t old_bytes = before.bytes();
  const size_t stored = before.stored_count();
  const size_t added_bytes = source.bytes();
  const size_t new_bytes = old_bytes - removed_bytes + added_bytes;
  DCHECK(at >= kHeaderBytes && at + removed_bytes < old_bytes);
  if (new_bytes > old_bytes) {
    if (new_bytes > kBytesMax || !storage.resize(new_bytes)) return false;
  }
  char* pack = storage.data();
  const size_t tail = at + removed_bytes;
  if (added_bytes != removed_bytes) memmove(pack + at + added_bytes, pack + tail, old_bytes - tail);
  char* written = source.write(pack + at);
  DCHECK(written == pack + at + added_bytes);
  static_cast<void>(written);
  const size_t count =
      stored == kCountUnknown ? kCountUnknown : stored - removed_count + source.count();
  internal::write_header(pack, new_bytes, count);
  if (new_bytes < old_bytes) static_cast<void>(storage.resize(new_bytes));
  return true;
}

template <Storage S, Source T>
[[nodiscard]] bool insert(S& storage, size_t at, const T& source) {  // before the entry at `at`
  return splice(storage, at, 0, 0, source);
}
template <Storage S, Source T>
[[nodiscard]] bool insert_after(S& storage, size_t at, const T& source) {
  return insert(storage, View(storage.data()).next(at), source);
}
template <Storage S, Source T>
[[nodiscard]] bool append(S& storage, const T& source) {
  return insert(storage, View(storage.data()).end(), source);
}
template <Storage S, Source T>
[[nodiscard]] bool prepend(S& storage, const T& source) {
  return insert(storage, kHeaderBytes, source);
}
// One entry by the source.
template <Storage S, Source T>
[[nodiscard]] bool replace(S& storage, size_t at, const T& source) {
  return splice(storage, at, internal::entry_bytes(storage.data() + at), 1, source);
}
// `count` entries from the one at `at` on. REQUIRES: so many are there.
template <Storage S>
void erase(S& storage, size_t at, size_t count) {
  const size_t to = View(storage.data()).skip(at, count);
  CHECK(splice(storage, at, to - at, count, Nothing()));
}
// The first (or last) entries that are equal, `limit` at most, in one pass; returns how many.
template <Storage S>
size_t erase_equal(S& storage, const Element& element, bool from_first, size_t limit) {
  char* const pack = storage.data();
  const View view(pack);
  const auto find_behind = [&](size_t at) { return view.find(element, view.next(at), 0); };
  size_t equal = 0;
  for (size_t at = view.find(element, view.first(), 0); at != kNone; at = find_behind(at)) equal++;
  if (equal == 0) return 0;
  const size_t erased = equal < limit ? equal : limit;
  size_t skipped = from_first ? 0 : equal - erased;
  size_t at = view.find(element, view.first(), 0);
  for (; skipped > 0; skipped--) at = find_behind(at);
  const size_t bytes = view.bytes(), count = view.count();
  size_t to = at;
  for (size_t i = 1; i <= erased; i++) {  // what is between this one and the next moves down
    const size_t from = view.next(at);
    if (i < erased) at = view.find(element, from, 0);
    const size_t kept = (i < erased ? at : bytes) - from;
    memmove(pack + to, pack + from, kept);
    to += kept;
  }
  internal::write_header(pack, to, count - erased);
  static_cast<void>(storage.resize(to));
  return erased;
}

}  // namespace cobnut::listpack
