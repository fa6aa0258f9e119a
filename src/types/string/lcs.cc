#include "types/string/lcs.h"

#include <algorithm>

namespace cobnut {
namespace {

// One bit per pair of positions: whether, where the bytes differ, the longer common subsequence
// leaves out a's byte.
class Choices {
 public:
  Choices(size_t rows, size_t columns)
      : words_per_row_((columns + 63) / 64), words_(rows * words_per_row_) {}

  void set(size_t row, size_t column) {
    words_[row * words_per_row_ + column / 64] |= uint64_t{1} << (column % 64);
  }
  bool get(size_t row, size_t column) const {
    return (words_[row * words_per_row_ + column / 64] >> (column % 64)) & 1;
  }

 private:
  size_t words_per_row_;
  std::vector<uint64_t> words_;
};

// Fills `choices` (if not null) and returns the length.
uint32_t measure(Bytes a, Bytes b, Choices* choices) {
  std::vector<uint32_t> row(b.size() + 1,
                            0);  // of the previous byte of a, overwritten from the left
  for (size_t i = 0; i < a.size(); ++i) {
    uint32_t diagonal = 0;
    for (size_t j = 0; j < b.size(); ++j) {
      const uint32_t above = row[j + 1];
      if (a[i] == b[j]) {
        row[j + 1] = diagonal + 1;
      } else {
        if (choices != nullptr && above > row[j]) choices->set(i, j);
        row[j + 1] = std::max(above, row[j]);
      }
      diagonal = above;
    }
  }
  return row[b.size()];
}

// Walks back from the ends along the choices.
void trace(Bytes a, Bytes b, const Choices& choices, Lcs* lcs) {
  size_t i = a.size(), j = b.size();
  bool in_run = false;
  while (i > 0 && j > 0) {
    if (a[i - 1] != b[j - 1]) {
      in_run = false;
      choices.get(i - 1, j - 1) ? --i : --j;
      continue;
    }
    --i;
    --j;
    lcs->common.push_back(a[i]);
    const auto at_a = static_cast<uint32_t>(i), at_b = static_cast<uint32_t>(j);
    if (in_run) {
      lcs->ranges.back().a_first = at_a;
      lcs->ranges.back().b_first = at_b;
    } else {
      lcs->ranges.push_back({at_a, at_a, at_b, at_b});
      in_run = true;
    }
  }
  std::reverse(lcs->common.begin(), lcs->common.end());
}

}  // namespace

Lcs longest_common_subsequence(Bytes a, Bytes b, LcsWant want) {
  Lcs lcs;
  if (want == LcsWant::kLength) {
    lcs.length = measure(a, b, nullptr);
    return lcs;
  }
  Choices choices(a.size(), b.size());
  lcs.length = measure(a, b, &choices);
  trace(a, b, choices, &lcs);
  return lcs;
}

}  // namespace cobnut
