#include "types/packed_table/packed_forecast.h"

#include <algorithm>

#include "types/packed_table/packed_directory.h"

namespace cobnut {

PackedTable::Forecast::Forecast(const PackedTable& table, size_t elements, size_t bytes)
    : table_(table) {
  constexpr unsigned kForecastDepthMax = 32;
  // Half of the smallest full leaf to each place: few leaves will be cut beyond that.
  const size_t bytes_each = table.tuning_.leaf_bytes / 2u;
  const size_t all = elements * (PackedLeaf::kSlotBytes + 1) + bytes;
  while (all >> depth_ > bytes_each && depth_ < kForecastDepthMax) depth_++;
  totals_.resize((size_t{1} << depth_) + 1);
}

void PackedTable::Forecast::add(Bytes key, size_t value_bytes) {
  const uint64_t hash = table_.hash_of(key);
  Total& total = totals_[1 + (depth_ == 0 ? 0 : hash >> (64 - depth_))];
  const size_t bytes = (table_.values_ ? 1 : 0) + key.size() + value_bytes;
  total.elements++;
  total.bytes += bytes <= kPackedInlineMax ? bytes : PackedLeaf::outside_record_size(false);
}

void PackedTable::Forecast::sum_up() {
  for (size_t i = 1; i < totals_.size(); i++) {
    totals_[i].elements += totals_[i - 1].elements;
    totals_[i].bytes += totals_[i - 1].bytes;
  }
}

PackedTable::Forecast::Total PackedTable::Forecast::total(uint64_t prefix, unsigned depth) const {
  const size_t first = depth_ == 0 ? 0 : prefix >> (64 - depth_);
  const size_t end = first + (size_t{1} << (depth_ - depth));
  return {.elements = totals_[end].elements - totals_[first].elements,
          .bytes = totals_[end].bytes - totals_[first].bytes};
}

bool PackedTable::fits_leaf(const Forecast& forecast, uint64_t prefix, unsigned depth) const {
  const Forecast::Total total = forecast.total(prefix, depth);
  const size_t most = leaf_bytes_max(prefix, depth);
  return total.elements <= most && total.bytes <= most &&
         PackedLeaf::bytes_for(total.elements, total.bytes) <= most;
}

// The depth of the deepest leaf, from `depth` on and at most `depth_max`.
unsigned PackedTable::leaf_depth(const Forecast& forecast, uint64_t prefix, unsigned depth,
                                 unsigned depth_max) const {
  if (depth == depth_max || fits_leaf(forecast, prefix, depth)) return depth;
  const uint64_t half = uint64_t{1} << (63 - depth);
  return std::max(leaf_depth(forecast, prefix, depth + 1, depth_max),
                  leaf_depth(forecast, prefix | half, depth + 1, depth_max));
}

// The leaf or the node for hashes of this prefix.
uintptr_t PackedTable::plant(const Forecast& forecast, uint64_t prefix, unsigned depth) {
  if (fits_leaf(forecast, prefix, depth)) {
    const Forecast::Total total = forecast.total(prefix, depth);
    return Child(new_leaf(total.elements, total.bytes, depth)).link;
  }
  // More than a leaf holds where hashes are not told apart: it is cut as it grows.
  if (depth == forecast.depth_) return Child(new_leaf(0, 0, depth)).link;
  const unsigned depth_max = std::min(depth + kNodeBits, forecast.depth_);
  Node* const node = new_node(depth, leaf_depth(forecast, prefix, depth, depth_max) - depth);
  for (uint32_t i = 0; i < node->count();) {
    const uint64_t below = prefix | uint64_t{i} << (64 - node->base - node->bits);
    unsigned leaf_at = depth + 1;
    // The shallowest leaf that begins at this slot; else a node, or a leaf that is to be cut.
    while (leaf_at < node->base + node->bits &&
           (prefix_of(below, leaf_at) != below || !fits_leaf(forecast, below, leaf_at)))
      leaf_at++;
    const uint32_t span = node->span(leaf_at);
    node->fill(i, span, Child(plant(forecast, below, leaf_at)));
    i += span;
  }
  return Child(node).link;
}

void PackedTable::prepare(Forecast& forecast) {
  CHECK_EQ(elements_, size_t{0});
  CHECK(&forecast.table_ == this && !Child(root_).is_node());
  forecast.sum_up();
  release_leaf(Child(root_).leaf());
  root_ = plant(forecast, 0, 0);
}

}  // namespace cobnut
