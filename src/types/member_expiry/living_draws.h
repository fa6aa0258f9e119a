// Elements drawn at random from a collection whose members may be due and not yet reaped: each of
// the others with the same probability, those that are due never. A draw looks for one by itself;
// where nearly all are due, all of them are looked at once, O(n), and remembered for more draws.
// Owner: the shard's monitor; void after a change of the collection.
#pragma once

#include <optional>
#include <vector>

#include "base/random.h"

namespace cobnut {

// View: try_random() returns an Element, or nothing where all or nearly all are due;
// for_each(visit) visits those that are not.
template <typename View, typename Element>
class LivingDraws {
 public:
  explicit LivingDraws(const View& view) : view_(view) {}  // which outlives this

  std::optional<Element> next() {  // nothing: there is none that is not due
    if (living_.empty()) {
      if (std::optional<Element> element = view_.try_random()) return element;
      view_.for_each([this](const Element& each) { living_.push_back(each); });
      if (living_.empty()) return std::nullopt;
    }
    return living_[fast_random() % living_.size()];
  }

 private:
  const View& view_;
  std::vector<Element> living_;  // empty until it is needed
};

}  // namespace cobnut
