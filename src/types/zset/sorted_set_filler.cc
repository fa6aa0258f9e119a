#include "types/zset/sorted_set_filler.h"

namespace cobnut {

using zset::Inner;
using zset::Leaf;

bool SortedSet::Filler::continues(Bytes member, double score) const {
  if (!descending_ || member.size() > zset::kInlineMemberMax) return false;
  if (count_ == 0) return true;  // the very first
  const double before = scores_[first()];
  return score < before || (score == before && member < last());
}

bool SortedSet::Filler::insert(uint64_t hash, Bytes member, double score) {
  if (set_.find(hash, member)) return false;
  set_.insert(hash, member, score);
  return true;
}

bool SortedSet::Filler::add(Bytes member, double score) {
  if (!continues(member, score)) {
    descending_ = false;
    return flush() && insert(hash_of(member), member, score);
  }
  const size_t bytes = Leaf::kHeaderBytes + (count_ + 1u) * zset::kElementBytes + stored_;
  const bool full = count_ == kCountMax || bytes + member.size() > set_.limits_.leaf_bytes;
  if (full && !flush()) return false;
  count_++;
  stored_ += member.size();
  const uint32_t i = first();
  scores_[i] = score;
  hashes_[i] = hash_of(member);
  tags_[i] = zset::tag_of(hashes_[i]);
  sizes_[i] = static_cast<uint8_t>(member.size());
  if (!member.empty()) memcpy(members_ + kLeafBytesMax - stored_, member.data(), member.size());
  return true;
}

bool SortedSet::Filler::finish() {
  descending_ = false;
  return flush();
}

Leaf* SortedSet::Filler::make_leaf() {
  Leaf* const leaf = set_.new_leaf(Leaf::kHeaderBytes + count_ * zset::kElementBytes + stored_);
  leaf->count = static_cast<uint8_t>(count_);
  leaf->stored = static_cast<uint16_t>(stored_);
  memcpy(leaf->tags(), tags_ + first(), count_);
  memcpy(leaf->sizes(), sizes_ + first(), count_);
  memcpy(leaf->members(), members(), stored_);
  memcpy(leaf->scores(), scores_ + first(), count_ * sizeof(double));
  return leaf;
}

// Whether an element that has its entry in the index is element i of this leaf, but another.
bool SortedSet::Filler::is_there(const Leaf& leaf, uint32_t i, Bytes member) const {
  const uint64_t hash = hashes_[first() + i];
  return set_.index_.find(hash, [&](uint32_t id) {
    const Leaf& in = *set_.leaf_at(id);
    return zset::visit_tag(in, zset::tag_of(hash), [&](uint32_t j) {
      return (&in != &leaf || j != i) && zset::member_at(in, j) == member;
    });
  });
}

// A leaf of what waits, in front of all others.
bool SortedSet::Filler::flush() {
  if (count_ == 0) return true;
  zset::MemberIndex& index = set_.index_;
  // Growth asks leaves for their members: before there is one whose members have no entries.
  for (uint32_t i = first(); i < kCountMax; i++) index.reserve(hashes_[i]);
  Leaf* const leaf = make_leaf();
  const char* at = leaf->members();
  for (uint32_t i = 0; i < count_; i++) {
    const Bytes member(at, leaf->sizes()[i]);
    const uint64_t hash = hashes_[first() + i];
    at += member.size();
    if (is_there(*leaf, i, member)) return false;
    if (!index.has_room(hash)) {  // several of them are for a segment that was nearly full
      while (i-- > 0) index.erase(hashes_[first() + i], leaf->id);
      set_.drop_leaf(leaf);
      return insert_each();
    }
    index.insert(hash, leaf->id);
  }
  set_.prepend(leaf);
  count_ = 0;
  stored_ = 0;
  return true;
}

// The same one by one, from the highest on.
bool SortedSet::Filler::insert_each() {
  const char* end = members_ + kLeafBytesMax;
  for (uint32_t i = kCountMax; i-- > first();) {
    end -= sizes_[i];
    if (!insert(hashes_[i], {end, sizes_[i]}, scores_[i])) return false;
  }
  count_ = 0;
  stored_ = 0;
  return true;
}

// A whole leaf before the first one; its members have their entries.
void SortedSet::prepend(Leaf* leaf) {
  count_ += leaf->count;
  if (root_ == nullptr) {
    root_ = leaf;
    return;
  }
  Node* node = root_;
  for (uint32_t level = height_; level > 0; level--) node = static_cast<Inner*>(node)->children[0];
  auto* const first = static_cast<Leaf*>(node);
  if (first->parent == nullptr) {
    new_root(first, first->score(0));
    first->parent->elements[0] = first->count;
  }
  const double score = leaf->score(0);
  for (Inner* above = first->parent->parent; above != nullptr; above = above->parent) {
    above->elements[0] += leaf->count;
    above->scores[0] = score;
  }
  insert_child(first->parent, 0, leaf, score, leaf->count);
}

}  // namespace cobnut
