// Lists: their nodes are listpacks, as Redis's are, and are written as they stand.
#include "rdb/codec.h"
#include "rdb/elements.h"
#include "types/list/list_builder.h"
#include "types/list/list_value.h"

namespace cobnut::rdb {
namespace {

void save_node(Writer& out, listpack::View pack) {
  out.length(kNodePacked);
  out.text(pack.pack());
}

bool save_list(Writer& out, const Entry& entry, int64_t) {
  out.type(ValueType::kListQuicklist2);
  const auto* list = static_cast<const List*>(entry.collection());
  if (list == nullptr) {
    out.length(1);
    save_node(out, listpack::View(entry.bytes()));
    return true;
  }
  uint64_t nodes = 0;
  for (ListNode* node = list->first(); node != nullptr; node = list->next(node)) nodes++;
  out.length(nodes);
  for (ListNode* node = list->first(); node != nullptr; node = list->next(node))
    save_node(out, node->view());
  return true;
}

void digest_list(Digest& digest, const Entry& entry, int64_t) {
  char digits[kIntTextMax];
  for (ListCursor at(entry, 0); !at.done(); at.next()) digest.mix(at.value().text(digits));
}

bool load_list(Reader& in, ValueType type, const Options& options, Loaded& loaded) {
  ListBuilder list(loaded.keyspace.heap(), List::limit_of(options.list_max_listpack_size));
  const auto add = [&](const listpack::Value& value) {
    return list.add(value.is_integer ? listpack::Element(value.integer)
                                     : listpack::Element(value.bytes));
  };
  // Nodes like ours are taken as they are.
  const auto take_node = [&](listpack::View node) { return list.add_pack(node); };
  if (!visit_elements(in, type, add, take_node) || list.size() == 0) return false;
  loaded.value = list.take(&loaded.bytes);
  return true;
}

}  // namespace

const Codec kListCodec = {
    .type = Type::kList,
    .reads = reads({ValueType::kList, ValueType::kListZiplist, ValueType::kListQuicklist,
                    ValueType::kListQuicklist2}),
    .save = save_list,
    .digest = digest_list,
    .load = load_list,
};

}  // namespace cobnut::rdb
