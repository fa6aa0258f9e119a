// Hashes: a listpack of field, value, field, value ... in the key's entry while they are small
// (options hash-max-listpack-*), a PackedTable beyond that and as soon as a field has a deadline; a
// hash never goes back. Commands read by HashView and write by HashEdit; neither shows which form
// it is.
//
// A field whose deadline is past is no longer there for both of them (Redis 7.4), though its bytes
// stay until it is reaped: only size() counts it.
//
// Owner: whoever holds the shard's monitor. Views are void after the next change.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>

#include "keyspace/keyspace.h"
#include "types/listpack/listpack.h"
#include "types/packed_table/packed_table.h"

namespace cobnut {

// A field or a value as it is read; `text()` and listpack::reply_bulk() take it.
using HashText = listpack::Value;

struct HashField {
  HashText field;
  HashText value;
  int64_t deadline_ms = kNoDeadline;  // Unix ms
};

class HashView {
 public:
  // `entry` holds a hash.
  HashView(const Entry& entry, int64_t now_ms)
      : table_(static_cast<const PackedTable*>(entry.collection())),
        pack_(table_ == nullptr ? entry.bytes() : Bytes()),
        now_ms_(now_ms) {}

  size_t size() const {  // HLEN: fields that are due included
    return table_ != nullptr ? table_->elements() : listpack::View(pack_).count() / 2;
  }
  bool is_packed() const { return table_ == nullptr; }  // a listpack
  size_t living() const;                                // without them; O(n) when some are due
  std::optional<HashText> value(Bytes field) const;
  // kNoDeadline: it has none. Nothing: there is no such field.
  std::optional<int64_t> deadline_ms(Bytes field) const;

  template <typename Visit>  // (const HashField&), all fields that are not due
  void for_each(const Visit& visit) const {
    if (table_ != nullptr) {
      table_->for_each([&](const PackedElement& element) {
        if (element.deadline_ms >= now_ms_) visit(field_of(element));
      });
      return;
    }
    const listpack::View view(pack_);
    for (size_t at = view.first(); at != view.end();) {
      HashField field;
      field.field = view.read(&at);
      field.value = view.read(&at);
      visit(field);
    }
  }
  // SCAN: about `count` fields from the cursor on; returns the next one. A listpack is visited
  // whole, whatever the cursor.
  template <typename Visit>
  uint64_t scan(uint64_t cursor, size_t count, const Visit& visit) const {
    if (table_ == nullptr) {
      for_each(visit);
      return 0;
    }
    return table_->scan(cursor, count, [&](const PackedElement& element) {
      if (element.deadline_ms >= now_ms_) visit(field_of(element));
    });
  }
  // One at random, each with the same probability. Nothing: all are due, or, for the second,
  // nearly all (types/member_expiry/living_draws.h).
  std::optional<HashField> random() const;
  std::optional<HashField> try_random() const;

 private:
  static HashField field_of(const PackedElement& element) {
    HashField field;
    field.field.bytes = element.key;
    field.value.bytes = element.value;
    field.deadline_ms = element.deadline_ms;
    return field;
  }

  const PackedTable* table_;  // nullptr: pack_
  Bytes pack_;
  int64_t now_ms_;
};

// When a hash leaves its listpack.
struct HashLimits {
  size_t fields;
  size_t text_bytes;  // of a field or a value
};

// One command's changes of one hash, made where it stands. Whoever has changed something calls
// committed() in the end: it tells the keyspace, stores a new table, removes an empty hash, arms
// the wheel.
class HashEdit {
 public:
  // `found` is what edit(key) returned: a hash or nothing.
  HashEdit(Keyspace& keyspace, int db, const Key& key, Found found, const HashLimits& limits)
      : keyspace_(keyspace),
        key_(key),
        found_(found),
        table_(found ? static_cast<PackedTable*>(found->collection()) : nullptr),
        limits_(limits),
        db_(db) {}
  ~HashEdit();
  HashEdit(const HashEdit&) = delete;
  HashEdit& operator=(const HashEdit&) = delete;

  bool there() const { return found_ || table_ != nullptr; }  // perhaps with due fields only
  HashView view() const {                                     // REQUIRES: there(), nothing pending
    return HashView(*found_.entry, keyspace_.now_ms());
  }
  std::optional<HashText> value(Bytes field) const;
  std::optional<int64_t> deadline_ms(Bytes field) const;

  enum class Set : uint8_t { kAdded, kUpdated, kNoMemory };
  static constexpr int64_t kKeepDeadline = -1;
  // No argument may be a view into the hash. kNoMemory: nothing changed.
  Set set(Bytes field, Bytes value, int64_t deadline_ms = kNoDeadline);
  // A hash of these fields and values, in turn, by one insert. REQUIRES: !there(). Nothing: they
  // are too many or too long; nothing changed.
  std::optional<Set> create(std::span<const Bytes> words, Event event, size_t* added);
  bool set_deadline(Bytes field, int64_t deadline_ms);  // REQUIRES: it is there. False: no memory
  bool erase(Bytes field);  // whether it was there; what is due is left to be reaped

  // The events of what was done, in turn. False: no memory; only a new hash, or the wheel, needs
  // some.
  [[nodiscard]] bool committed(std::initializer_list<Event> events);
  [[nodiscard]] bool committed(Event event) { return committed({event}); }

 private:
  PackedPlace find(Bytes field) const { return table_->find(field); }
  bool is_due(const PackedPlace& place) const { return (*place).deadline_ms < keyspace_.now_ms(); }
  bool promote();
  bool store_table(Event event);
  Set set_in_pack(Bytes field, Bytes value);
  Set set_in_table(Bytes field, Bytes value, int64_t deadline_ms);

  Keyspace& keyspace_;
  const Key& key_;
  Found found_;
  PackedTable* table_;  // nullptr: a listpack, or nothing
  const HashLimits limits_;
  const int db_;
  bool new_table_ = false;  // no entry holds table_ yet
  bool armed_ = false;      // a deadline was set
};

}  // namespace cobnut
