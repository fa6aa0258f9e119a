// Untrusted bytes either are refused or can be read and edited in every way: what is read of them,
// written again, are the same bytes.
#include <cstdio>
#include <cstdlib>
#include <random>

#include "types/listpack/test_storage.h"

using namespace cobnut;
using namespace cobnut::listpack;

namespace {

void check_readable(const std::string& bytes) {
  const View view(bytes);
  std::vector<Element> elements;
  for (size_t at = view.first(); at != view.end();) {
    const Value value = view.read(&at);
    elements.push_back(value.is_integer ? Element(value.integer) : Element(value.bytes));
  }
  StringStorage again;
  CHECK(create(again, Elements(elements)));
  std::string expected = bytes;
  if (view.stored_count() == kCountUnknown) expected.replace(4, 2, again.bytes, 4, 2);
  CHECK(again.bytes == expected);
  CHECK_EQ(view.count(), elements.size());
  size_t back = elements.size();
  for (size_t at = view.last(); at != kNone; at = view.previous(at)) {
    back--;
    CHECK(view.equal(at, elements[back]));
    CHECK_EQ(at, view.at(static_cast<int64_t>(back)));
    CHECK(view.find(elements[back], view.first(), 0) <= at);
  }
  CHECK_EQ(back, 0u);
}

void edit(StringStorage* pack, std::minstd_rand* random, Bytes text) {
  const View view(pack->data());
  const size_t count = view.count();
  const size_t index = count == 0 ? 0 : (*random)() % count;
  const size_t at = count == 0 ? view.end() : view.at(static_cast<int64_t>(index));
  switch ((*random)() % 3) {
    case 0:
      CHECK(insert(*pack, at, Element(text)));
      break;
    case 1:
      if (count > 0) CHECK(replace(*pack, at, Element(text)));
      break;
    default:
      if (count > 0) erase(*pack, at, 1 + (*random)() % (count - index));
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  if (valid(input)) check_readable(input);
  std::minstd_rand random(size == 0 ? 1u : data[0] + 1u);
  // A frame around the input, so that its entries are looked at; then a pack of ours with the
  // input's bytes over it here and there.
  std::string framed = std::string(kHeaderBytes, '\0') + input + kEnd;
  listpack::internal::write_header(framed.data(), framed.size(), kCountUnknown);
  if (valid(framed)) check_readable(framed);
  StringStorage pack;
  CHECK(create(pack, Nothing()));
  for (size_t i = 0; i + 1 < size; i += 1 + data[i] % 4) {
    edit(&pack, &random, Bytes(input).substr(i + 1, data[i] % 32));
    if (data[i] % 16 == 7) edit(&pack, &random, std::to_string(static_cast<int>(random())));
    CHECK(valid(pack.bytes));
    check_readable(pack.bytes);
  }
  for (size_t i = 0; i + 1 < size; i += 2) {
    std::string damaged = pack.bytes;
    damaged[(random() + data[i]) % damaged.size()] = static_cast<char>(data[i + 1]);
    if (valid(damaged)) check_readable(damaged);
  }
  return 0;
}
