#include "keyspace/segment_store.h"

#include <cstring>

namespace cobnut {
namespace {

constexpr uint32_t per_span(SegmentClass segment_class) {
  return static_cast<uint32_t>(kSpanBytes / segment_bytes(segment_class));
}
static_assert(per_span(SegmentClass::kSmall) == 16 && per_span(SegmentClass::kBig) == 11);

}  // namespace

SegmentStore::~SegmentStore() {
  for (Class& c : classes_) {
    CHECK_EQ(c.count, 0u);
    for (char* span : c.spans) pages_.release(span, 1);
  }
}

Segment* SegmentStore::at(SegmentClass segment_class, uint32_t index) {
  const Class& c = classes_[static_cast<uint32_t>(segment_class)];
  char* span = c.spans[index / per_span(segment_class)];
  return reinterpret_cast<Segment*>(span +
                                    index % per_span(segment_class) * segment_bytes(segment_class));
}

Segment* SegmentStore::allocate(SegmentClass segment_class) {
  Class& c = classes_[static_cast<uint32_t>(segment_class)];
  if (c.count == c.spans.size() * per_span(segment_class)) {
    char* span = pages_.allocate(1);
    if (span == nullptr) return nullptr;
    c.spans.push_back(span);
  }
  Segment* segment = at(segment_class, c.count);
  memset(static_cast<void*>(segment), 0, segment_bytes(segment_class));
  segment->index = c.count++;
  segment->armed = kNoHandle;
  segment->segment_class = segment_class;
  return segment;
}

void SegmentStore::release(Segment* segment) {
  const SegmentClass segment_class = segment->segment_class;
  Class& c = classes_[static_cast<uint32_t>(segment_class)];
  CHECK_OP(segment->index, <, c.count);
  Segment* last = at(segment_class, --c.count);
  if (last != segment) {
    CHECK(last->owner != nullptr);
    const uint32_t index = segment->index;
    memcpy(static_cast<void*>(segment), last, segment_bytes(segment_class));
    segment->index = index;
    segment->owner->segment_moved(segment);
  }
  // Half a span is kept against going back and forth.
  const uint32_t keep = per_span(segment_class) / 2;
  while (c.spans.size() * per_span(segment_class) >= c.count + keep + per_span(segment_class)) {
    pages_.release(c.spans.back(), 1);
    c.spans.pop_back();
  }
}

size_t SegmentStore::used_bytes() const {
  return classes_[0].count * segment_bytes(SegmentClass::kSmall) +
         classes_[1].count * segment_bytes(SegmentClass::kBig);
}

size_t SegmentStore::committed_bytes() const {
  return (classes_[0].spans.size() + classes_[1].spans.size()) * kSpanBytes;
}

}  // namespace cobnut
