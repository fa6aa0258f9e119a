#include "rdb/elements.h"

namespace cobnut::rdb {
namespace {

using VisitPack = bool (*)(Bytes pack, const Visit& visit);

bool visit_texts(Reader& in, size_t count, const Visit& visit) {
  std::string scratch;
  for (size_t i = 0; i < count; i++) {
    const Bytes text = in.text(&scratch);
    if (in.failed() || !visit({.bytes = text})) return false;
  }
  return !in.failed();
}

bool visit_pack(Reader& in, VisitPack visit_form, const Visit& visit) {
  std::string scratch;
  const Bytes pack = in.text(&scratch);
  return !in.failed() && visit_form(pack, visit);
}

bool visit_ziplists(Reader& in, const Visit& visit) {
  const size_t nodes = in.count(1);
  for (size_t i = 0; i < nodes; i++)
    if (!visit_pack(in, visit_ziplist, visit)) return false;
  return !in.failed();
}

bool visit_quicklist2(Reader& in, const Visit& visit, const TakeNode& take_node) {
  std::string scratch;
  const size_t nodes = in.count(2);
  for (size_t i = 0; i < nodes; i++) {
    const uint64_t container = in.length();
    const Bytes node = in.text(&scratch);
    if (in.failed() || (container != kNodePlain && container != kNodePacked)) return false;
    if (container == kNodePlain) {
      if (!visit({.bytes = node})) return false;
    } else if (take_node && listpack::valid(node) && take_node(listpack::View(node))) {
      continue;
    } else if (!visit_listpack(node, visit)) {
      return false;
    }
  }
  return !in.failed();
}

}  // namespace

bool visit_elements(Reader& in, ValueType type, const Visit& visit, const TakeNode& take_node) {
  switch (type) {
    case ValueType::kList:
    case ValueType::kSet:
      return visit_texts(in, in.count(1), visit);
    case ValueType::kHash:
      return visit_texts(in, 2 * in.count(2), visit);
    case ValueType::kHashZipmap:
      return visit_pack(in, visit_zipmap, visit);
    case ValueType::kSetIntset:
      return visit_pack(in, visit_intset, visit);
    case ValueType::kListZiplist:
    case ValueType::kZsetZiplist:
    case ValueType::kHashZiplist:
      return visit_pack(in, visit_ziplist, visit);
    case ValueType::kHashListpack:
    case ValueType::kZsetListpack:
    case ValueType::kSetListpack:
      return visit_pack(in, visit_listpack, visit);
    case ValueType::kListQuicklist:
      return visit_ziplists(in, visit);
    case ValueType::kListQuicklist2:
      return visit_quicklist2(in, visit, take_node);
    default:
      return false;
  }
}

}  // namespace cobnut::rdb
