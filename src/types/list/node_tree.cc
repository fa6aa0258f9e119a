#include "types/list/node_tree.h"

#include "base/check.h"
#include "base/random.h"

namespace cobnut {
namespace {

uint64_t below(const ListNode* node) { return node != nullptr ? node->elements_below : 0; }

ListNode* leftmost(ListNode* node) {
  while (node->left != nullptr) node = node->left;
  return node;
}
ListNode* rightmost(ListNode* node) {
  while (node->right != nullptr) node = node->right;
  return node;
}

}  // namespace

ListNode* NodeTree::first() const { return root_ != nullptr ? leftmost(root_) : nullptr; }
ListNode* NodeTree::last() const { return root_ != nullptr ? rightmost(root_) : nullptr; }

ListNode* NodeTree::next(ListNode* node) {
  if (node->right != nullptr) return leftmost(node->right);
  while (node->parent != nullptr && node->parent->right == node) node = node->parent;
  return node->parent;
}

ListNode* NodeTree::previous(ListNode* node) {
  if (node->left != nullptr) return rightmost(node->left);
  while (node->parent != nullptr && node->parent->left == node) node = node->parent;
  return node->parent;
}

ListNode* NodeTree::find(uint64_t* index) const {
  ListNode* node = root_;
  for (;;) {
    const uint64_t left = below(node->left);
    if (*index < left) {
      node = node->left;
      continue;
    }
    *index -= left;
    const uint64_t own = node->elements_below - left - below(node->right);
    if (*index < own) return node;
    *index -= own;
    node = node->right;
    CHECK(node != nullptr);
  }
}

void NodeTree::insert_after(ListNode* node, ListNode* place) {
  node->left = nullptr;
  node->right = nullptr;
  node->parent = nullptr;
  node->elements_below = 0;
  node->priority = static_cast<uint32_t>(fast_random());
  if (root_ == nullptr) {
    root_ = node;
  } else if (place != nullptr && place->right == nullptr) {
    node->parent = place;
    place->right = node;
  } else {
    node->parent = leftmost(place != nullptr ? place->right : root_);
    node->parent->left = node;
  }
  add_elements(node, static_cast<int64_t>(node->elements()));
  while (node->parent != nullptr && node->parent->priority < node->priority) rotate_up(node);
}

void NodeTree::remove(ListNode* node) {
  for (;;) {  // down to where nothing is below it
    ListNode* child = node->left;
    if (child == nullptr || (node->right != nullptr && node->right->priority > child->priority))
      child = node->right;
    if (child == nullptr) break;
    rotate_up(child);
  }
  add_elements(node, -static_cast<int64_t>(node->elements_below));
  link_to(node, node->parent) = nullptr;
}

void NodeTree::add_elements(ListNode* node, int64_t delta) {
  for (; node != nullptr; node = node->parent) node->elements_below += static_cast<uint64_t>(delta);
}

void NodeTree::moved(const ListNode* from, ListNode* node) {
  link_to(from, node->parent) = node;
  if (node->left != nullptr) node->left->parent = node;
  if (node->right != nullptr) node->right->parent = node;
}

ListNode* NodeTree::take_first() {
  if (root_ == nullptr) return nullptr;
  while (root_->left != nullptr) rotate_up(root_->left);  // n of these at most for n nodes
  ListNode* node = root_;
  root_ = node->right;
  if (root_ != nullptr) root_->parent = nullptr;
  return node;
}

ListNode*& NodeTree::link_to(const ListNode* node, ListNode* parent) {
  if (parent == nullptr) return root_;
  return parent->left == node ? parent->left : parent->right;
}

void NodeTree::rotate_up(ListNode* node) {
  ListNode* parent = node->parent;
  ListNode* above = parent->parent;
  link_to(parent, above) = node;
  ListNode* handed = nullptr;
  if (parent->left == node) {
    handed = node->right;
    parent->left = handed;
    node->right = parent;
  } else {
    handed = node->left;
    parent->right = handed;
    node->left = parent;
  }
  if (handed != nullptr) handed->parent = parent;
  parent->parent = node;
  node->parent = above;
  const uint64_t all = parent->elements_below;
  parent->elements_below = all - node->elements_below + below(handed);
  node->elements_below = all;
}

}  // namespace cobnut
