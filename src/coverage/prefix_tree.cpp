#include "coverage/prefix_tree.h"

#include <algorithm>

namespace upkeep {

PrefixTree::PrefixTree(std::vector<Entry> entries) : nodes_(1), branches_(1, '\0') {
  std::ranges::sort(entries);
  if (!entries.empty()) build(0, entries.data(), entries.data() + entries.size(), 0);
}

void PrefixTree::build(std::size_t node, const Entry* first, const Entry* last, std::size_t depth) {
  // Sorted: what the first and the last have in common, all have in common.
  const std::string& low = first->first;
  const std::string& high = (last - 1)->first;
  std::size_t common = depth;
  while (common < low.size() && common < high.size() && low[common] == high[common]) ++common;
  Node made;
  made.label = static_cast<std::uint32_t>(labels_.size());
  made.label_size = static_cast<std::uint32_t>(common - depth);
  labels_ += low.substr(depth, common - depth);
  made.numbers = static_cast<std::uint32_t>(numbers_.size());
  for (; first != last && first->first.size() == common; ++first) numbers_.push_back(first->second);
  made.numbers_size = static_cast<std::uint32_t>(numbers_.size()) - made.numbers;

  std::vector<const Entry*> groups;
  for (const Entry* entry = first; entry != last; ++entry) {
    if (entry == first || entry->first[common] != (entry - 1)->first[common]) {
      groups.push_back(entry);
    }
  }
  made.children = static_cast<std::uint32_t>(nodes_.size());
  made.children_size = static_cast<std::uint32_t>(groups.size());
  nodes_[node] = made;
  nodes_.resize(nodes_.size() + groups.size());
  for (const Entry* group : groups) branches_ += group->first[common];
  groups.push_back(last);
  for (std::size_t i = 0; i + 1 < groups.size(); ++i) {
    build(made.children + i, groups[i], groups[i + 1], common);
  }
}

}  // namespace upkeep
