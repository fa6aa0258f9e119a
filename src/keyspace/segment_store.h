// Segments of one shard, each class kept dense in spans of 64 KiB: a freed one is filled with the
// last of its class, whose owner is told. Without this the blocks that a growing table leaves
// behind (all segments grow at about the same time) would strand: 11-15 B per key reserved
// for 7.4-9.2 in use. Owner: whoever holds the shard's monitor.
#pragma once

#include <vector>

#include "keyspace/segment.h"
#include "memory/pages.h"

namespace cobnut {

class SegmentStore {
 public:
  explicit SegmentStore(PagePool& pages) : pages_(pages) {}
  ~SegmentStore();
  SegmentStore(const SegmentStore&) = delete;
  SegmentStore& operator=(const SegmentStore&) = delete;

  // Empty lines, no owner; the newest of its class until it is published. nullptr: no memory.
  Segment* allocate(SegmentClass segment_class);
  // Moves the last segment of the class into its place. REQUIRES: `segment` is in no root any more;
  // what is moved is published, or is `segment` itself. Of two segments of a class the one with the
  // higher index must go first.
  void release(Segment* segment);

  size_t used_bytes() const;       // segments in use
  size_t committed_bytes() const;  // spans held

 private:
  struct Class {
    std::vector<char*> spans;
    uint32_t count = 0;
  };
  Segment* at(SegmentClass segment_class, uint32_t index);

  PagePool& pages_;
  Class classes_[kSegmentClasses];
};

}  // namespace cobnut
